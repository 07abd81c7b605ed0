"""Where the jobs of a command go: the one account there is, or one of the configuration file with its user's rights."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ims_mcp.call_origin import STDIO
from ims_mcp.cli.connection import Common, connect, connect_accounts
from ims_mcp.client.limiter import Limiter
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.redis_store import open_redis
from ims_mcp.server.bulk.desk import require_rights
from ims_mcp.server.reach import ACCOUNT, REGION, Access, Target
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.shared_store import MemoryStore, SharedStore
from ims_mcp.workflows.bulk.job import BulkJob
from ims_mcp.workflows.bulk.jobs import check_service
from ims_mcp.workflows.bulk.shelf import BULK, FolderShelf, find_known
from ims_mcp.workflows.bulk.target import BulkTarget


@dataclass(frozen=True, slots=True)
class Bench:
    """What a command works with."""

    target: Target
    store: SharedStore
    """Of all workers, with the account's limit."""
    shelf: FolderShelf

    @property
    def bulk_target(self) -> BulkTarget:
        return BulkTarget(self.target.client, self.target.transfers)

    async def find_target(self, job: BulkJob) -> BulkTarget:
        """Raises Refused for a job of another account, region, service or caller: another worker has to take it."""
        job = await find_known(self.store, job)
        settings, account = self.target.settings, self.target.access.account
        if (job.account, job.region or settings.region) != (account, settings.region):
            where = plain(f"{job.account} {job.region}".strip(), 80)
            raise Refused(
                f"The job {job.job_id} is for {where}, and this process works for "
                f"{f'{account} {settings.region}'.strip()}.",
                next_step="Run it with --account and --region as it was made with.",
            )
        if job.subject not in ("", STDIO):
            raise Refused(
                f"The job {job.job_id} is {plain(job.subject, 80)}'s, and this process works for its own user.",
                next_step="The server that has begun it goes on with it, or ims-mcp worker.",
            )
        check_service(job, settings.service)
        target = require_rights(self.target, job.kind, job.operation) if job.operation else self.target
        return BulkTarget(target.client, target.transfers)


@asynccontextmanager
async def open_bench(settings: Settings, options: argparse.Namespace) -> AsyncGenerator[Bench]:
    """Nothing is contacted yet. Raises SettingsError, ConfigError and InvalidArguments for what is no account."""
    if options.account and settings.config is None:
        raise SettingsError(
            "--account names an account of a configuration file, and none is given.",
            next_step="Add --config FILE, or leave it out.",
        )
    redis_url = getattr(options, "redis_url", None)
    store = open_redis(redis_url) if redis_url else MemoryStore()
    common = Common(limiter=Limiter(store))
    try:
        async with connect(settings, os.environ, common) as to, connect_accounts(settings, os.environ, common) as some:
            target = Target(to.client, to.transfers, settings, Access("", (settings.region,)))
            if some is not None:
                reach = await some.find_reach(STDIO, {})
                named = {ACCOUNT: options.account, REGION: options.region}
                target = await reach.take("ims-mcp bulk", _leave_out_nothing(named))
            yield Bench(target, store, FolderShelf(settings.state_dir / BULK))
    finally:
        await store.close()


def _leave_out_nothing(named: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value}
