"""The summary of an asset, laid out to be read: what it is called, how it stands, and each of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ims_mcp.cli.views.facts import show_facts, show_left_out
from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.written import write_bytes, write_rate, write_seconds

Json = Mapping[str, Any]

_HEAD = ("media_id", "status", "media_type", "business_type")
_LABELLED = (
    ("description", "about"),
    ("failure_reason", "why"),
    ("tags", "tags"),
    ("category", "category"),
    ("input_url", "source"),
    ("cover_url", "cover"),
    ("reference_id", "reference"),
    ("user_data", "own data"),
)
_TIMES = (("created", "made"), ("modified", "changed"), ("deleted", "deleted"))
_SHOWN = ("title", "source", "files", "left_out", "snapshot_count", "sprite_image_count")
_STREAMS = (("video", "picture"), ("audio", "sound"), ("subtitles", "text"), ("cover_art", "cover"))
_FILE = (
    *("name", "type", "status", "container", "size_bytes", "duration_seconds", "bitrate_kbps", "resolution"),
    *(name for name, _ in _STREAMS),
)
_GOOD = ("Normal",)
_BAD = ("Fail", "Deleted", "Deleting")


def is_summary(result: Json) -> bool:
    """Whether this is the summary of an asset, as GetMediaInfo and what waits for an asset answer."""
    return (
        ("media_id" in result or "title" in result)
        and isinstance(result.get("files", []), list)
        and ("status" in result and "page" not in result)
    )


def show_asset(screen: Screen, summary: Json) -> None:
    """All of the summary; what this page has no place for comes after it as facts."""
    for part in list_head(screen, summary):
        screen.print(part)
    rows: list[tuple[str, Any]] = []
    for name, label in _LABELLED:
        if value := summary.get(name):
            rows.append((label, _write_value(value)))
    times = [f"{label} {summary[name]}" for name, label in _TIMES if summary.get(name)]
    rows += [("times", screen.join(times))] if times else []
    pictures = [
        f"{summary[name]} {what}{'' if summary[name] == 1 else 's'}"
        for name, what in (("snapshot_count", "snapshot"), ("sprite_image_count", "sprite"))
        if summary.get(name)
    ]
    rows += [("pictures", screen.join(pictures))] if pictures else []
    if rows:
        screen.print(screen.grid(rows))
    for file in _objects(summary.get("files")):
        screen.print()
        for part in list_file(screen, file):
            screen.print(part)
    for table in _objects(summary.get("file_tables")):
        screen.print()
        _show_table(screen, table)
    known = {*_HEAD, *_SHOWN, "file_tables", *(name for name, _ in _LABELLED), *(name for name, _ in _TIMES)}
    if rest := {name: value for name, value in summary.items() if name not in known}:
        screen.print()
        show_facts(screen, rest)
    if summary.get("left_out"):
        screen.print()
        show_left_out(screen, summary["left_out"], "GetMediaInfo")


def list_head(screen: Screen, summary: Json, indent: int = 0) -> Iterator[RenderableType]:
    """Its title, and a line of what it is and how it stands."""
    yield screen.text(summary.get("title") or "without a title", "name")
    facts: list[Text | str] = []
    for name in _HEAD:
        if value := summary.get(name):
            style = "" if name != "status" else "ok" if value in _GOOD else "FAIL" if value in _BAD else "note"
            facts.append(screen.text(value, style))
    yield screen.flow(facts, indent)


def list_file(screen: Screen, file: Json, indent: int = 0) -> Iterator[RenderableType]:
    """What kind of file it is and how large, then a line for each of its streams."""
    facts = [str(file.get("container") or "").partition(",")[0]]
    for name, write in (("size_bytes", write_bytes), ("duration_seconds", write_seconds), ("bitrate_kbps", write_rate)):
        value = file.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            facts.append(write(value))
    kind = str(file.get("type") or "").removesuffix("_file")
    name = file.get("name")
    head = [screen.text(name, "name")] if name else []
    head += [screen.text(kind, "quiet")] if kind else []
    status = [screen.text(file["status"], "note")] if file.get("status") else []
    yield screen.flow([*head, *status, *facts], indent)
    rows = [(label, line) for name, label in _STREAMS for line in _list_streams(screen, file, name, indent)]
    rows += [(name, _write_value(value)) for name, value in file.items() if name not in _FILE]
    if rows:
        yield Padding(screen.grid(rows), (0, 0, 0, 2))


def _list_streams(screen: Screen, file: Json, name: str, indent: int) -> Iterator[Text]:
    streams = file.get(name)
    if not isinstance(streams, list):
        if isinstance(streams, str):
            yield screen.text(streams, "quiet")
        return
    for index, stream in enumerate(_objects(cast("list[Any]", streams))):
        parts: list[str] = []
        if name == "video" and index == 0 and file.get("resolution"):
            parts.append(str(file["resolution"]))
        codec = [str(stream[key]) for key in ("codec", "profile", "level") if stream.get(key) is not None]
        parts += [" ".join(codec)] if codec else []
        for key, value in stream.items():
            if key not in ("codec", "profile", "level"):
                parts.append(_write_stream_fact(key, value))
        yield screen.flow(parts, indent + 12)


def _write_stream_fact(name: str, value: Any) -> str:
    match name:
        case "frame_rate":
            return f"{value:g} fps" if isinstance(value, int | float) else f"{value} fps"
        case "channels":
            return f"{value} channel{'' if value == 1 else 's'}"
        case "sample_rate_hz" if isinstance(value, int | float):
            return f"{value / 1000:g} kHz"
        case "language" | "resolution":
            return str(value)
        case _:
            return f"{name.replace('_', ' ')} {_write_value(value)}"


def _show_table(screen: Screen, table: Json) -> None:
    """Many files of one kind: what they have in common, and a block or a row for each."""
    columns = [str(column) for column in cast("list[Any]", table.get("columns") or [])]
    rows = [dict(zip(columns, row, strict=False)) for row in cast("list[list[Any]]", table.get("rows") or [])]
    show_facts(screen, {name: value for name, value in table.items() if name not in ("columns", "rows")})
    show_facts(screen, {"files": rows})


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in cast("list[Any]", value) if isinstance(each, dict)] if isinstance(value, list) else []


def _write_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_write_value(each) for each in cast("list[Any]", value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_write_value(each)}" for name, each in cast("Json", value).items())
    return str(value)
