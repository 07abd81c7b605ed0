"""The demo as a story of two screens: what was asked and called, what the model read of it, and what it looks like."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.status import Status
from rich.table import Table
from rich.text import Text

from ims_mcp.cli.demo_telling import Call
from ims_mcp.cli.views.asset import list_file
from ims_mcp.cli.views.blocks import can_draw, draw_pictures
from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.transfers import describe_sending
from ims_mcp.cli.views.written import write_bytes, write_seconds
from ims_mcp.errors import ImsError

_LABEL_WIDTH = 7
_CALL_LINES = 2
"""A call has so many lines; what is longer is cut."""
_FRAMES_AT = (0.5, 2.0, 3.5)
"""Seconds of the film that are drawn."""
_FRAME_SIZE = (22, 12)
"""Characters, and pixels, of which two are one character high."""
_FIRST, _SECOND = "A film becomes an asset", "A file of this machine, and a live stream"


class Story:
    """A :class:`~ims_mcp.cli.demo_telling.Teller`. What happens in the background is told once it is over, so that
    each screen has one thread."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._status: Status | None = None
        if screen.is_interactive:
            self._status = screen.status("", spinner=screen.signs.spinner, spinner_style="label")
        self._film: Path | None = None
        self._recording: Call | None = None
        self._registered = 0
        self._tools = 0

    def open(self) -> AbstractContextManager[object]:
        self._say("A film is made, and the embedded IMS starts")
        return self._status or nullcontext()

    def tell_stored(self, name: str, size_bytes: int, address: str) -> None:
        self._say(f"{address}, {write_bytes(size_bytes)}, is in the local OSS")

    def tell_server(self, options: Sequence[str], tools: Sequence[str]) -> None:
        self._tools = len(tools)

    def tell_stream(self, address: str, seconds: int) -> None:
        self._open_screen(1, _FIRST)

    def tell_film(self, path: Path) -> None:
        self._film = path

    def tell_call(self, call: Call) -> None:
        self._say(call.what.rstrip("."))
        match call.tool:
            case "submit_live_record_job":
                self._recording = call
            case "register_media_info" | "register_media_stream" | "upload_media":
                self._tell_asked(call)
            case _:
                pass

    def tell_progress(self, message: str) -> None:
        self._say(message)

    def tell_answer(self, call: Call, result: dict[str, Any], text: str) -> None:
        match call.tool:
            case "register_media_info":
                self._registered += 1
                self._tell_read(self._list_asset(result.get("result"), result, text))
                if self._registered == 1:
                    self._draw_film()
            case "register_media_stream":
                self._tell_read([self._describe_stream(result, text)])
            case "upload_media":
                parts = self._list_asset(result.get("summary"), result, text)
                self._tell_read([self._screen.join(describe_sending(result)), *parts])
            case "call_read_operation" if self._recording is not None and "ListLiveRecordFiles" in str(call.arguments):
                self._tell_asked(self._recording)
                self._tell_read([self._describe_files(result)])
            case _:
                if not result:
                    self._tell_read([self._screen.text(text, "FAIL")])

    def tell_sizes(self, raw_bytes: int, read_bytes: int) -> None:
        screen, share = self._screen, read_bytes / raw_bytes
        room = max(6, min(24, screen.width - 58))
        full = max(1, round(room * share))
        bar = Text.assemble((screen.signs.full * full, "label"), (screen.signs.rest * (room - full), "quiet"))
        told = screen.text(f"{raw_bytes:,} from the service, {read_bytes:,} for the model ({share:.0%})")
        self._put("bytes", [Text.assemble(bar, " ", told)])
        self._open_screen(2, _SECOND)

    def tell_problem(self, problem: str) -> None:
        self._screen.print(self._screen.text(f"{self._screen.signs.bad} {problem}", "FAIL"))

    def tell_end(self, problems: Sequence[str], seconds: float) -> None:
        screen = self._screen
        if problems:
            things = "thing is" if len(problems) == 1 else "things are"
            screen.print(screen.text(f"{screen.signs.bad} {len(problems)} {things} off: {'; '.join(problems)}", "FAIL"))
            return
        verdict = screen.text(f"{screen.signs.good} Everything is as it should be", "ok")
        screen.print(screen.join([verdict, f"{self._tools} tools", write_seconds(seconds)]))
        screen.print(screen.text("Next: connect your own client, see the README.", "quiet"))

    def tell_kept(self, directory: Path) -> None:
        self._screen.print(self._screen.text(f"Its clips, the library and the local OSS are kept in {directory}."))

    def _say(self, what: str) -> None:
        """What is going on just now, on the last line."""
        if self._status is not None:
            line = self._screen.text(what, "quiet")
            line.truncate(max(10, self._screen.width - 4), overflow="ellipsis")
            self._status.update(line)

    def _open_screen(self, number: int, title: str) -> None:
        head = Text.assemble(("ims-mcp demo", "name"), f" {number}/2 ", self._screen.text(title, "label"))
        self._screen.print(Rule(head, align="left", style="quiet", characters="─" if self._screen.signs.half else "-"))

    def _put(self, label: str, parts: Iterable[RenderableType]) -> None:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=_LABEL_WIDTH - 1, style="label", no_wrap=True)
        grid.add_column(overflow="fold", ratio=1)
        grid.add_row(label, Group(*parts))
        self._screen.print(grid)

    def _tell_asked(self, call: Call) -> None:
        self._put("asked", [self._screen.text(call.what, "name")])
        written = [f"{name}={_write_argument(value)}" for name, value in call.arguments.items()]
        text = Text.assemble(self._screen.text(call.tool, "write"), " ", self._screen.text(" ".join(written), "quiet"))
        lines = text.wrap(self._screen, max(20, self._screen.width - _LABEL_WIDTH - 3))
        if len(lines) > _CALL_LINES:
            last = lines[_CALL_LINES - 1]
            last.rstrip()
            last.truncate(max(10, self._screen.width - _LABEL_WIDTH - 8))
            last.append(f" {self._screen.signs.more}", "quiet")
        self._put("called", list(lines)[:_CALL_LINES])

    def _tell_read(self, parts: Iterable[RenderableType]) -> None:
        self._put("read", parts)

    def _list_asset(self, summary: Any, result: dict[str, Any], text: str) -> list[RenderableType]:
        if not isinstance(summary, dict):
            return [self._screen.text(text or json.dumps(result), "FAIL")]
        asset = cast("dict[str, Any]", summary)
        files = cast("list[dict[str, Any]]", asset.get("files") or [])
        status = self._screen.text(asset.get("status") or "", "ok" if asset.get("status") == "Normal" else "note")
        head = [self._screen.text(asset.get("title") or "", "name"), status, str(asset.get("media_type") or "")]
        parts: list[RenderableType] = [self._screen.flow(head, _LABEL_WIDTH + 2)]
        return [*parts, *(part for file in files for part in list_file(self._screen, file, _LABEL_WIDTH + 2))]

    def _describe_stream(self, result: dict[str, Any], text: str) -> Text:
        brought = cast("dict[str, Any]", result.get("result") or {})
        rows = cast("list[dict[str, Any]]", brought.get("rows") or [])
        if not rows:
            return self._screen.text(text, "note")
        row = rows[0]
        name = str(row.get("url", "")).rpartition("/")[2]
        size = write_bytes(row["size_bytes"]) if isinstance(row.get("size_bytes"), int) else ""
        facts = [str(row.get(each) or "") for each in ("definition", "resolution", "format")]
        return self._screen.join([self._screen.text(name, "name"), *facts, size, str(row.get("status") or "")])

    def _describe_files(self, result: dict[str, Any]) -> Text:
        rows = cast("list[list[Any]]", result.get("result") or [])
        kinds = [str(row[0]).rpartition(".")[2] for row in rows if row]
        seconds = rows[0][1] if rows and len(rows[0]) > 1 and isinstance(rows[0][1], int | float) else 0
        return self._screen.join(
            [f"{write_seconds(seconds)} recorded", f"as {', '.join(kinds)}", "the stream has ended"]
        )

    def _draw_film(self) -> None:
        """Frames of the film, where the terminal has the colours for it."""
        if self._film is None or not can_draw(self._screen):
            return
        from ims_mcp.local.media.pixels import read_pixels

        room = (self._screen.width - _LABEL_WIDTH - 2 - 2 * (len(_FRAMES_AT) - 1)) // len(_FRAMES_AT)
        if room < 8:
            return
        with suppress(ImsError):
            frames = read_pixels(self._film, _FRAMES_AT, (min(room, _FRAME_SIZE[0]), _FRAME_SIZE[1]))
            self._put("seen", draw_pictures(self._screen, [frame.rows for frame in frames]))


def _write_argument(value: Any) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value, ensure_ascii=False)
