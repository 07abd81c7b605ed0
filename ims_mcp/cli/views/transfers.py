"""What became of a file that was sent, and of a stream that was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rich.padding import Padding

from ims_mcp.cli.views.answer import show_wait
from ims_mcp.cli.views.asset import show_asset
from ims_mcp.cli.views.facts import show_facts
from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.written import write_bytes, write_seconds

Json = Mapping[str, Any]


def show_upload(screen: Screen, name: str, result: Json) -> None:
    """How it went, and the asset that it made."""
    screen.print(screen.join([screen.text(f"{screen.signs.good} {name}", "ok"), *describe_sending(result)]))
    ids = [(label, str(result[key])) for key, label in (("MediaId", "asset"), ("object", "object")) if result.get(key)]
    ids += [("note", str(result["note"]))] if result.get("note") else []
    if ids:
        screen.print(Padding(screen.grid(ids), (0, 0, 0, 2)))
    summary = result.get("summary")
    if isinstance(summary, dict):
        # Who has just sent the file needs no list of what else is known.
        shown = {key: value for key, value in cast("Json", summary).items() if key != "left_out"}
        screen.print()
        show_asset(screen, shown)


def describe_sending(result: Json) -> list[str]:
    """``46.1 MB``, ``6 parts``, ``0.4 s``, ``110 MB/s``: as far as it is known."""
    uploaded = result.get("uploaded")
    facts = [write_bytes(result["size_bytes"])] if isinstance(result.get("size_bytes"), int) else []
    if not isinstance(uploaded, dict):
        return facts
    known = cast("dict[str, Any]", uploaded)
    parts, seconds = known.get("parts"), known.get("seconds")
    taken_over, again = known.get("parts_taken_over"), known.get("parts_resent")
    facts += [f"{parts} parts"] if isinstance(parts, int) and parts > 1 else []
    facts += [f"{taken_over} of them from before"] if taken_over else []
    facts += [f"{again} sent again"] if again else []
    if isinstance(seconds, int | float):
        facts.append(write_seconds(seconds))
        if seconds > 0 and not taken_over and isinstance(result.get("size_bytes"), int):
            facts.append(f"{write_bytes(result['size_bytes'] / seconds)}/s")
    return facts


def show_recording(screen: Screen, result: Json) -> None:
    """How it ended, and its files."""
    if isinstance(result.get("wait"), dict):
        show_wait(screen, cast("Json", result["wait"]))
    elif "outcome" in result:
        show_wait(screen, result)
    rest = {
        name: value
        for name, value in result.items()
        if name not in ("wait", "outcome", "status", "seconds", "problem", "next_call", "RequestId", "left_out")
    }
    show_facts(screen, rest)
