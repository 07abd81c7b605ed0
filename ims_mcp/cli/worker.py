"""``ims-mcp worker --redis URL``: one more process for the bulk jobs on a Redis, on any machine that reaches it."""

from __future__ import annotations

import os
import signal

import anyio

from ims_mcp.call_origin import STDIO
from ims_mcp.cli.connection import Common, connect, connect_accounts
from ims_mcp.cli.endings import DONE
from ims_mcp.cli.interrupts import end_on_signals
from ims_mcp.cli.observing import observe_calls
from ims_mcp.cli.terminal import say
from ims_mcp.client.limiter import Limiter
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.redis_store import RedisStore, open_redis
from ims_mcp.server.bulk.desk import require_rights
from ims_mcp.server.reach import ACCOUNT, REGION, Access, Accounts, Target
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.workflows.bulk.engine import BulkEngine
from ims_mcp.workflows.bulk.job import BulkJob
from ims_mcp.workflows.bulk.jobs import check_service
from ims_mcp.workflows.bulk.shelf import find_known
from ims_mcp.workflows.bulk.target import BulkTarget


def worker(settings: Settings, shards_at_once: int, lanes: int) -> int:
    """Work until a signal asks to end; shards that are not done go back to the others at once.

    Raises SettingsError without a Redis, and StoreUnavailable where it is not reached at the beginning.
    """
    if not settings.redis_url:
        raise SettingsError(
            "A worker needs the Redis on which the jobs are.",
            next_step="Give it as --redis redis://HOST:6379/0, the same as where they are started.",
        )
    settings.check_upload_dirs()
    return anyio.run(_work, settings, open_redis(settings.redis_url), shards_at_once, lanes)


async def _work(settings: Settings, store: RedisStore, shards_at_once: int, lanes: int) -> int:
    async with (
        observe_calls(settings, os.environ, stdout_is_taken=False) as observer,
        connect(settings, os.environ, common := Common(observer, Limiter(store))) as to,
        connect_accounts(settings, os.environ, common) as accounts,
    ):

        async def find_target(job: BulkJob) -> BulkTarget:
            known = await find_known(store, job)
            if accounts is not None:
                target = await _find_granted(accounts, known)
            elif known.account or known.region not in ("", settings.region):
                raise _refuse(known, settings.region)
            else:
                target = Target(to.client, to.transfers, settings, Access("", (settings.region,)))
            check_service(known, target.settings.service)
            if known.operation:
                target = require_rights(target, known.kind, known.operation)
            return BulkTarget(target.client, target.transfers)

        await store.check()
        assert settings.redis_url
        limits = {"shards_at_once": shards_at_once, "lanes": lanes}
        stop = anyio.Event()
        async with BulkEngine(settings.redis_url, find_target, store, **limits) as engine:
            with end_on_signals(stop.set) as interrupt:
                say(f"ims-mcp worker takes shards of bulk jobs from {store.describe()}; Ctrl-C ends it.")
                await engine.work(stop)
        to.transfers.end()
        if accounts is not None:
            accounts.end()
    await store.close()
    return interrupt.exit_code if interrupt.exit_code == 128 + signal.SIGINT else DONE


async def _find_granted(accounts: Accounts, job: BulkJob) -> Target:
    """With what whoever started it may do now."""
    reach = await accounts.find_reach(job.subject or STDIO, job.claims)
    named = {name: value for name, value in ((ACCOUNT, job.account), (REGION, job.region)) if value}
    return await reach.take(f"the job {job.job_id}", dict(named))


def _refuse(job: BulkJob, region: str) -> Refused:
    wanted = plain(f"{job.account} {job.region}".strip(), 80)
    return Refused(
        f"The job {plain(job.job_id, 80)} is for {wanted}, and this worker has the one account of its environment, in "
        f"{region}.",
        next_step="Start the worker with --region as the job has it, or with --config and the accounts.",
    )
