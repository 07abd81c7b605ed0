"""``ims-mcp bulk``: one operation for each of many rows, as a job: looked at first, then asked about, then done."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from ims_mcp.call_origin import STDIO
from ims_mcp.cli.bulk.asking import agree
from ims_mcp.cli.bulk.run import run_job, show_status, watch_job
from ims_mcp.cli.bulk.source import choose_source, read_template
from ims_mcp.cli.bulk.target import Bench, open_bench
from ims_mcp.cli.bulk.telling import tell_jobs, tell_plan
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.terminal import say
from ims_mcp.errors import Refused
from ims_mcp.server.bulk.desk import require_rights
from ims_mcp.settings import Settings
from ims_mcp.workflows.bulk.dry_run import examine
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.jobs import (
    ALL_CLASSES,
    OpenedJob,
    amend,
    change_rate,
    read_job,
    read_rate,
    start_again,
    stop,
)
from ims_mcp.workflows.bulk.making import make_job, make_job_id
from ims_mcp.workflows.bulk.places import open_place
from ims_mcp.workflows.bulk.plan import Plan, choose_operation
from ims_mcp.workflows.bulk.running import run_alone
from ims_mcp.workflows.bulk.shelf import KeptJob, join_address

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen


def bulk(settings: Settings, options: argparse.Namespace, words: Sequence[str]) -> int:
    """Exit code 1 where a row has failed, is unknown or cannot be done; 130 after Ctrl-C: the job can be resumed.

    Raises ImsError where nothing was begun. ``words``: the command line, for the one that goes on.
    """
    return anyio.run(_bulk, settings, options, words, None if options.json else find_screen())


async def _bulk(settings: Settings, options: argparse.Namespace, words: Sequence[str], screen: Screen | None) -> int:
    async with open_bench(settings, options) as bench:
        if options.action == "list":
            await tell_jobs(bench, screen, as_json=options.json)
            return DONE
        if options.action in tuple(Kind):
            return await _start(bench, options, words, screen)
        opened = await _find(bench, options.job)
        match options.action:
            case "resume":
                return await _resume(bench, opened, options, words, screen)
            case "status":
                return await watch_job(opened, options, screen)
            case "report":
                return await show_status(bench, opened, screen, as_json=options.json)
            case "rate":
                rate = None if options.rate == "max" else read_rate(options.rate)
                await change_rate(opened, rate)
                how = "as fast as the limit lets it" if rate is None else f"at {rate:g} rows/s"
                say(f"The job {opened.job.job_id} goes {how}.")
            case _:
                await stop(opened)
                say(f"The job {opened.job.job_id} stops. It goes on with: ims-mcp bulk resume {options.job}")
    return DONE


async def _start(bench: Bench, options: argparse.Namespace, words: Sequence[str], screen: Screen | None) -> int:
    rate = None if options.rate is None else read_rate(options.rate)
    kind, target = Kind(options.action), bench.target
    operation = choose_operation(kind, options.operation or "")
    require_rights(target, kind, operation.name)
    where = target.access.account, target.settings.region
    plan = Plan(kind, choose_source(kind, options.source), operation.name, read_template(options.template), *where)
    examined = await examine(plan, bench.bulk_target)
    tell_plan(examined, screen, as_json=options.json, is_all=options.dry_run)
    if options.dry_run:
        return FAILED if examined.bad_rows or examined.refusal else DONE
    agreed = await agree(bench, examined, options)
    job_id = make_job_id()
    address = str(bench.shelf.root / job_id) if options.out is None else _locate_out(options.out, job_id)
    place = await open_place(address, bench.bulk_target)
    job = await make_job(
        *(plan, examined, place, bench.bulk_target),
        job_id=job_id,
        skip_bad=options.skip_bad,
        subject=STDIO,
        confirmed=agreed,
    )
    if later := job.describe_later():
        say(f"{later}.")
    opened = await amend(await read_job(place, job_id), service=target.settings.service)
    await bench.shelf.put(KeptJob(job_id, place.address, job.created_at, opened.job))
    return await run_job(bench, await start_again(opened, rate=rate), options, words, screen)


async def _resume(
    bench: Bench, opened: OpenedJob, options: argparse.Namespace, words: Sequence[str], screen: Screen | None
) -> int:
    job = opened.job
    await bench.find_target(job)  # what this process may not do it must not tell others to begin anew
    if not opened.is_started:
        raise Refused(
            f"The job {job.job_id} was not started: it was only looked at, and nobody has agreed to it.",
            next_step="Make it anew from its source.",
        )
    named = tuple(name for part in (options.retry or "").split(",") if (name := part.strip()))
    retry = (ALL_CLASSES,) if "all" in named else named
    rate = None if options.rate is None else read_rate(options.rate)
    if options.redis_url is None:  # what runs elsewhere must not be told to begin anew
        async with run_alone(job.job_id, opened.place):
            opened = await start_again(opened, rate=rate, retry=retry)
    else:
        opened = await start_again(opened, rate=rate, retry=retry)
    return await run_job(bench, opened, options, words, screen)


async def _find(bench: Bench, name: str) -> OpenedJob:
    """By its id, or by where it is kept. Raises UnknownJob."""
    address = _find_kept(name) or (await bench.shelf.find(name)).address
    return await read_job(await open_place(address, bench.bulk_target), name)


def _find_kept(place: str) -> str:
    """The place by its own name; empty where that is none."""
    if place.startswith("oss://"):
        return place
    path = os.path.realpath(Path(place).expanduser())
    return path if Path(path).is_dir() else ""


def _locate_out(out: str, job_id: str) -> str:
    return join_address(out if out.startswith("oss://") else os.path.realpath(Path(out).expanduser()), job_id)
