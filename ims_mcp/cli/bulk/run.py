"""A job at work under the eyes of a person: a live bar, Ctrl-C that stops it, and how it goes on."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio

from ims_mcp.cli.bulk.target import Bench
from ims_mcp.cli.bulk.telling import Show, show_progress, tell_end
from ims_mcp.cli.endings import DONE, FAILED, INTERRUPTED
from ims_mcp.cli.interrupts import end_on_signals
from ims_mcp.cli.terminal import say
from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.engine import MEMORY, BulkEngine
from ims_mcp.workflows.bulk.follow import JobFollower, Seen, locate_report, name_state, write_end
from ims_mcp.workflows.bulk.jobs import OpenedJob, stop

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen

_LANES = 8
_PASSED_ON = ("--local", "--read-only", "--allow-destructive")
_PASSED_ON_WITH_VALUE = (
    *("--data-dir", "--state-dir", "--region", "--endpoint", "--oss-endpoint", "--config", "--account", "--ecs-role"),
    *("--redis", "--upload-dir"),
)


async def run_job(
    bench: Bench, opened: OpenedJob, options: argparse.Namespace, words: Sequence[str], screen: Screen | None
) -> int:
    """To its end, or until somebody stops it; the report is written then. Raises JobRunsAlready."""
    job, lanes = opened.job, options.lanes or _LANES
    if not options.json:
        say(f"The job {job.job_id} is kept in {opened.place.address}")
    end, worked, control, code = anyio.Event(), anyio.Event(), opened.control, DONE
    assert control is not None
    async with BulkEngine(options.redis_url or MEMORY, bench.find_target, bench.store, lanes=lanes) as engine:

        async def work() -> None:
            await engine.work(end)
            worked.set()

        await engine.start(job, opened.place.address, control)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            try:
                code = await _watch(opened, engine, screen, options)
            finally:
                end.set()
            if code:
                with _ending_at_once(), anyio.CancelScope(shield=True):
                    say("It stops: what has been sent is waited for. Ctrl-C again ends it at once.")
                    await stop(opened)
                    await worked.wait()
    return await _finish(bench, opened, code, words, screen, as_json=options.json)


async def watch_job(opened: OpenedJob, options: argparse.Namespace, screen: Screen | None) -> int:
    """A job that runs elsewhere, to its end, or one look. Ctrl-C ends the watching alone."""
    follower = JobFollower(opened)
    seen = await follower.look()
    control = opened.control
    if not (options.no_wait or seen.is_through or control is None or control.stop):
        with (
            end_on_signals(lambda: None) as interrupt,
            show_progress(screen, opened.job.job_id, as_json=options.json) as show,
        ):
            seen = await follower.follow(_make_teller(show))
        if interrupt.exit_code:
            say("The job goes on; only the watching has ended.")
            return interrupt.exit_code
    tell_end(describe_end(seen), screen, as_json=options.json)
    return DONE if seen.is_good or seen.counts.left else FAILED


async def show_status(bench: Bench, opened: OpenedJob, screen: Screen | None, *, as_json: bool) -> int:
    """The report written anew, whether the job has ended or not."""
    await write_end(opened, bench.find_target)
    seen = await JobFollower(opened).look()
    tell_end(describe_end(seen), screen, as_json=as_json)
    return DONE if seen.is_good else FAILED


def describe_end(seen: Seen) -> dict[str, Any]:
    """As --json prints it."""
    return {
        "job_id": seen.opened.job.job_id,
        "operation": seen.opened.job.operation,
        "state": name_state(seen.opened, is_through=seen.is_through),
        "place": seen.opened.place.address,
        "counts": seen.describe(),
        "report": locate_report(seen.opened),
    }


async def _watch(opened: OpenedJob, engine: BulkEngine, screen: Screen | None, options: argparse.Namespace) -> int:
    """0, or the exit code of the signal that has ended it."""
    said = ""

    async def tell(seen: Seen) -> None:
        nonlocal said
        show(seen)
        problem = engine.problems.get(opened.job.job_id)
        text = "" if problem is None else problem.explain()
        if text != said:
            said = text
            say(text or "It goes on.")

    with (
        end_on_signals(lambda: None) as interrupt,
        show_progress(screen, opened.job.operation, as_json=options.json) as show,
    ):
        await JobFollower(opened).follow(tell)
    return interrupt.exit_code


async def _finish(
    bench: Bench, opened: OpenedJob, code: int, words: Sequence[str], screen: Screen | None, *, as_json: bool
) -> int:
    problem = ""
    try:
        await write_end(opened, bench.find_target)
    except ImsError as error:
        problem = error.explain()
    seen = await JobFollower(opened).look()
    told = describe_end(seen)
    if not seen.is_through:
        told["resume"] = write_resume(opened, words)
    elif seen.counts.failed:
        told["retry"] = f"{write_resume(opened, words)} --retry all"
    tell_end(told, screen, as_json=as_json)
    if problem:
        say(f"The report was not written. {problem}")
    for name, text in (("resume", "It goes on with"), ("retry", "To try again what has failed")):
        if name in told and not as_json and screen is None:
            say(f"{text}: {told[name]}")
    if code:
        return code
    return DONE if seen.is_good and not problem else FAILED


def write_resume(opened: OpenedJob, words: Sequence[str]) -> str:
    """The command that goes on, with what was said about account and service."""
    command = ["ims-mcp", "bulk", "resume", opened.job.job_id]
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.partition("=")
        if name in _PASSED_ON:
            command.append(name)
        elif name in _PASSED_ON_WITH_VALUE:
            command += [name, value if equals else next(waiting, "")]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)


def _make_teller(show: Show) -> Any:
    async def tell(seen: Seen) -> None:
        show(seen)

    return tell


@contextmanager
def _ending_at_once() -> Generator[None]:
    """The next Ctrl-C ends the process as it stands."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
