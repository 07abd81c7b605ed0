"""``ims-mcp upload FILE…``: files of this machine made assets by the transfers of `upload_media`, each to its end."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from ims_mcp.catalogue.check import check
from ims_mcp.cli.connection import connect
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.interrupts import end_on_signals
from ims_mcp.cli.terminal import print_json, say
from ims_mcp.cli.watching import Watch, watch_bytes
from ims_mcp.client.oss.source import show_path
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.settings import MAX_WAIT_SECONDS, Settings
from ims_mcp.workflows.transfers.manager import TransferManager
from ims_mcp.workflows.transfers.store import ENDED, VOD

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen

_OPTIONS = {
    "destination": "--to",
    "Title": "--title",
    "Description": "--description",
    "MediaTags": "--tags",
    "category_name": "--category",
}
"""What `upload_media` calls them, by what the command line does."""
_GOES_ON = "The same command goes on from there."


@dataclass(slots=True)
class _Sent:
    """What a run has come to: results of files, and the one that is on its way, with the bytes that have arrived."""

    results: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    failures: int = 0
    under_way: str = ""
    sent_bytes: int = 0
    size_bytes: int = 0


def list_directories(names: Sequence[str]) -> list[str]:
    """Where these files are: whoever names a file at a prompt allows that it is sent. Links are followed."""
    return sorted({str(locate_file(name).parent) for name in names})


def locate_file(name: str) -> Path:
    """The file itself. Raises ImsError where there is none."""
    path = Path(os.path.realpath(Path(name).expanduser()))
    if path.is_file():
        return path
    why = "is a directory" if path.is_dir() else "is no file" if path.exists() else "does not exist"
    raise ImsError(f"{show_path(name)!r} {why}; nothing was sent.", next_step="Name the files that are to be sent.")


def upload(settings: Settings, options: argparse.Namespace) -> int:
    """Send them one after the other. Exit code 1 where one of them failed, 130 after Ctrl-C: then all can go on.

    Raises InvalidArguments, and ImsError where a file is not there, before anything is sent.
    """
    arguments = _read_arguments(options)
    files = [locate_file(name) for name in options.files]
    screen = None if options.json else find_screen()
    sent, code = anyio.run(_upload, settings, files, arguments, screen, options.json)
    if options.json:
        print_json(json.dumps({"uploads": sent.results}, ensure_ascii=False, indent=2))
    return code or (FAILED if sent.failures else DONE)


def _read_arguments(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "destination": options.to,
        "Title": options.title,
        "Description": options.description,
        "MediaTags": options.tags,
        "category_name": options.category,
    }
    from ims_mcp.server.transfer_tools import UPLOAD_MEDIA

    named = {name: value for name, value in given.items() if value is not None}
    try:
        checked = check(UPLOAD_MEDIA, {"path": options.files[0], **named})
    except InvalidArguments as error:
        problems = [Problem(_OPTIONS.get(each.path, each.path), each.text) for each in error.problems]
        raise InvalidArguments("ims-mcp upload", problems) from error
    if options.title and len(options.files) > 1:
        problem = Problem("--title", f"is for one file, and {len(options.files)} are named")
        raise InvalidArguments("ims-mcp upload", [problem])
    checked.pop("path")
    return checked


async def _upload(
    settings: Settings, files: Sequence[Path], arguments: dict[str, Any], screen: Screen | None, as_json: bool
) -> tuple[_Sent, int]:
    sent = _Sent()
    async with connect(settings, os.environ) as to:
        with end_on_signals(to.transfers.end) as interrupt:
            for file in files:
                await _send_and_tell(to.transfers, file, arguments, sent, screen, as_json)
    if interrupt.exit_code:
        name = show_path(Path(sent.under_way).name)
        has = f"{sent.sent_bytes:,} of {sent.size_bytes:,} bytes of {name} have been sent. " if sent.sent_bytes else ""
        say(f"Interrupted. {has}{_GOES_ON}")
        if sent.under_way:
            state = {"path": show_path(sent.under_way), "state": "interrupted", "sent_bytes": sent.sent_bytes}
            sent.results.append(state)
    return sent, interrupt.exit_code


async def _send_and_tell(
    transfers: TransferManager,
    file: Path,
    arguments: dict[str, Any],
    sent: _Sent,
    screen: Screen | None,
    as_json: bool,
) -> None:
    sent.under_way, sent.sent_bytes, sent.size_bytes = str(file), 0, 0
    try:
        with watch_bytes(screen, file.name) as watch:
            result = await _send(transfers, file, arguments, sent, watch)
    except ImsError as error:
        sent.failures += 1
        text = explain(error)
        say(text)
        sent.results.append({"path": show_path(file), "state": "failed", "problem": text})
    else:
        sent.results.append(result)
        if not as_json:
            _show(screen, file, result)
    sent.under_way = ""


async def _send(
    transfers: TransferManager, file: Path, arguments: dict[str, Any], sent: _Sent, watch: Watch
) -> dict[str, Any]:
    """One file to the end of its transfer, however many waits that takes. Raises ImsError."""

    async def report(done: float, total: float, message: str) -> None:
        sent.sent_bytes, sent.size_bytes = min(int(done), int(total)), int(total)
        await watch(done, total, message)

    own = dict(arguments)
    destination, category = str(own.pop("destination", VOD)), str(own.pop("category_name", ""))
    result = await transfers.upload(
        "media",
        str(file),
        destination,
        own,
        category_name=category,
        wait_seconds=MAX_WAIT_SECONDS,
        progress=report,
    )
    while result.get("state") not in ENDED:
        result = await transfers.follow(str(result["transfer_id"]), wait_seconds=MAX_WAIT_SECONDS, progress=report)
    return result


def explain(error: ImsError) -> str:
    """The error as a person at a prompt acts on it: a transfer goes on by the same command."""
    if "transfer_status" in error.next_step or "cancel_transfer" in error.next_step:
        return f"{error} {_GOES_ON}"
    return error.explain()


def _show(screen: Screen | None, file: Path, result: dict[str, Any]) -> None:
    if screen is not None:
        from ims_mcp.cli.views.transfers import show_upload

        show_upload(screen, file.name, result)
        return
    uploaded = result.get("uploaded", {})
    facts = [f"{show_path(file.name)}: {result.get('state')}", f"{result.get('size_bytes', 0):,} bytes"]
    facts += [f"{uploaded['seconds']:.1f} s"] if isinstance(uploaded.get("seconds"), int | float) else []
    facts += [f"{name} {result[name]}" for name in ("MediaId", "object", "note") if result.get(name)]
    print(", ".join(facts))
