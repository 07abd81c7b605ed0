"""What ``ims-mcp bulk`` takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from ims_mcp.cli.numbers import read_lanes

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]

STARTING = {
    "register": "make assets of objects: each row has an InputURL",
    "upload": "send files of this machine, and make assets of them",
    "update": "change assets: each row has a MediaId",
    "submit": "submit a job of --operation for each row",
    "delete": "delete what each row names; the count is asked for",
}
_SOURCES = (
    "a CSV or JSONL file, a folder, oss://bucket/prefix/, or find:WORDS, which are the assets that find_media finds "
    '(also find:\'{"text": …, "created_before": …}\')'
)


def add_bulk_command(
    commands: Any, add_command: AddCommand, add_settings: Callable[[argparse.ArgumentParser], None]
) -> None:
    """``add_settings`` gives a parser the options of all commands that call the service."""
    bulk = add_command(commands, "bulk", "do one operation for many rows, as a job that can be stopped and resumed")
    actions = bulk.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in STARTING.items():
        start = add_command(actions, name, text)
        start.add_argument("source", metavar="SOURCE", help=_SOURCES)
        start.add_argument("--template", metavar="JSON", help="parameters of all rows, as JSON or a file of it")
        start.add_argument("--operation", metavar="NAME", help="the operation, where it is not the usual one")
        start.add_argument("--out", metavar="WHERE", help="folder or oss://bucket/prefix/ that keeps the job")
        start.add_argument(
            "--skip-bad", action="store_true", help="leave out rows that cannot be done, and do the rest"
        )
        start.add_argument("--dry-run", action="store_true", help="look at all rows, and do nothing")
        start.add_argument(
            "--yes",
            nargs="?",
            const="",
            metavar="COUNT",
            help="do not ask; where something may be destroyed the count of rows has to be given",
        )
        start.add_argument(
            "--upload-dir", action="append", dest="upload_dirs", help="where files that rows name may be; repeatable"
        )
        _add_running(start)
        add_settings(start)
    resume = add_command(actions, "resume", "go on with a job that was stopped, or was broken off")
    resume.add_argument("--retry", metavar="CLASSES", help="try failed rows again: their classes, or all")
    resume.add_argument("--upload-dir", action="append", dest="upload_dirs", help="where the files of its rows are")
    _add_job(resume)
    _add_running(resume)
    add_settings(resume)
    for name, text in {
        "status": "show how far a job is; of a job that runs until it has ended",
        "stop": "stop a job: nothing is begun any more, wherever it runs",
        "report": "write the report of a job anew, and show it",
    }.items():
        action = add_command(actions, name, text)
        _add_job(action)
        if name == "status":
            action.add_argument("--no-wait", action="store_true", help="look once")
        add_settings(action)
    rate = add_command(actions, "rate", "change how fast a job goes, while it runs")
    _add_job(rate)
    rate.add_argument("rate", metavar="N", help="rows a second over all workers; max: as fast as the limit lets it")
    add_settings(rate)
    add_settings(add_command(actions, "list", "show the jobs that there are"))


def _add_job(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="its id, or the folder or oss:// prefix that keeps it")


def _add_running(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", metavar="N", help="rows a second at most, over all workers")
    parser.add_argument(
        "--lanes", type=read_lanes, metavar="N", help="rows of a shard that are under way at once (default 8)"
    )
    parser.add_argument("--redis", dest="redis_url", metavar="URL", help="let workers on this Redis take part")
