"""``ims-mcp record URL``: a live stream recorded into a bucket, followed until it is over and its files are there."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.cli.connection import connect
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.interrupts import end_on_signals
from ims_mcp.cli.terminal import print_json, say
from ims_mcp.cli.watching import Watch, watch_recording
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.settings import MAX_WAIT_SECONDS, Settings
from ims_mcp.summaries.values import as_objects
from ims_mcp.workflows.behaviours.behaviour import OperationCall
from ims_mcp.workflows.job_wait import wait_for_job
from ims_mcp.workflows.operation_call import check_arguments, resolve_arguments, run_operation

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen

SUBMIT = "SubmitLiveRecordJob"
_COMMAND = "ims-mcp record"
_OPTIONS = {"StreamInput": "URL", "RecordOutput": "--to", "TemplateId": "--template", "Name": "--name"}
_STATES = {
    "initial": "waits for the stream",
    "started": "records",
    "paused": "the stream has ended",
    "paused, no result yet": "the stream has ended; its files are awaited",
}
_NO_END = ("pending", "running")
_FAILED = ("failed", "not_found", "unknown")


def record(settings: Settings, options: argparse.Namespace) -> int:
    """Record and follow; with --follow JOB only follow. Exit code 1 where nothing was recorded; 130 after Ctrl-C, which
    ends the watching and not the recording: no operation stops one.

    Raises InvalidArguments before anything is sent.
    """
    _check_options(options)
    screen = None if options.json else find_screen()
    result, code = anyio.run(_record, settings, options, screen)
    if options.json:
        print_json(json.dumps(result, ensure_ascii=False, indent=2))
    elif result and not code and screen is not None:
        from ims_mcp.cli.views.transfers import show_recording

        show_recording(screen, result)
    elif result and not code:
        for line in _write_lines(result):
            print(line)
    return code or (FAILED if _find_outcome(result) in _FAILED else DONE)


def _check_options(options: argparse.Namespace) -> None:
    problems: list[Problem] = []
    if bool(options.url) == bool(options.follow):
        problems.append(Problem("URL", "give either the stream that is to be recorded, or --follow with a job's id"))
    elif options.url and not options.to:
        problems.append(Problem("--to", "missing: the bucket for its files, such as oss://my-bucket"))
    if options.to and not (options.to.startswith(("oss://", "vod://")) and options.to[6:].strip("/")):
        problems.append(Problem("--to", f"{plain(options.to, 80)!r} is not oss://BUCKET or vod://BUCKET"))
    if problems:
        raise InvalidArguments(_COMMAND, problems)


async def _record(settings: Settings, options: argparse.Namespace, screen: Screen | None) -> tuple[dict[str, Any], int]:
    job_id, result = str(options.follow or ""), dict[str, Any]()
    async with connect(settings, os.environ) as to:
        with end_on_signals(lambda: None) as interrupt, watch_recording(screen) as watch:
            if not job_id:
                result = await _submit(to.client, options)
                job_id = str(result.get("JobId", ""))
                await watch(0, 1, f"submitted as job {plain(job_id, 60)}")
            tell = _tell_in_words(watch)
            while not options.no_wait and job_id and _find_outcome(result) in ("", *_NO_END):
                ended = await wait_for_job(
                    to.client, get_operation(SUBMIT), {"JobId": job_id}, seconds=MAX_WAIT_SECONDS, progress=tell
                )
                result = {"JobId": job_id, **ended}
    if interrupt.exit_code and job_id:
        say(f"The recording goes on until its stream ends. To follow it: {_COMMAND} --follow {plain(job_id, 80)}")
    elif interrupt.exit_code:
        say("Interrupted. Whether it was submitted, `ims-mcp call ListLiveRecordJobs` tells.")
    return result, interrupt.exit_code


async def _submit(client: ImsClient, options: argparse.Namespace) -> dict[str, Any]:
    """Raises ImsError; where no template is named, or none has the name, it lists those there are."""
    operation = get_operation(SUBMIT)
    kind, _, bucket = options.to.partition("://")
    wish: dict[str, Any] = {
        "Name": options.name or urlsplit(options.url).path.strip("/").replace("/", "-") or "recording",
        "StreamInput": {"Type": "rtmp", "Url": options.url},
        "RecordOutput": {"Type": kind, "Bucket": bucket.strip("/")},
        "TemplateId": await _find_template(client, options.template) if options.template else None,
        "allow_duplicate": options.allow_duplicate or None,
    }
    try:
        given = {name: value for name, value in wish.items() if value is not None}
        checked, own = await resolve_arguments(client, operation, await check_arguments(client, operation, given))
    except InvalidArguments as error:
        problems = [Problem(_OPTIONS.get(each.path.partition(".")[0], each.path), each.text) for each in error.problems]
        raise InvalidArguments(_COMMAND, problems, next_step=error.next_step) from error
    return await run_operation(OperationCall(client, operation, checked, own, False))


async def _find_template(client: ImsClient, wanted: str) -> str:
    """The id of the template of this name; what is none's name is taken for an id."""
    reply = await client.call(get_operation("ListLiveRecordTemplates"), {"PageSize": 100})
    for row in as_objects(reply.data.get("RecordTemplateList")):
        if row.get("Name") == wanted:
            return str(row.get("TemplateId", wanted))
    return wanted


def _tell_in_words(watch: Watch) -> Watch:
    """What the states of a recording mean to who watches it."""

    async def tell(done: float, total: float, message: str) -> None:
        state = message.partition(": ")[2]
        await watch(done, total, _STATES.get(state, state))

    return tell


def _find_outcome(result: Mapping[str, Any]) -> str:
    return str(result.get("outcome", ""))


def _write_lines(result: Mapping[str, Any]) -> list[str]:
    """The job, and a line for each file."""
    head = [f"job {plain(str(result.get('JobId', '')), 80)}"]
    head += [str(result[name]) for name in ("outcome", "status", "problem", "note") if result.get(name)]
    return [
        ", ".join(head),
        *(", ".join(f"{name} {value}" for name, value in row.items()) for row in list_files(result)),
    ]


def list_files(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The recorded files that a wait has brought."""
    found = result.get("result")
    return as_objects(found.get("files")) if isinstance(found, dict) else as_objects(found)
