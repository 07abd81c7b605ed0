"""Any result on a terminal: a line for each fact, rows as a table where they fit beside each other, else one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.written import name_without_unit, write_by_name, write_bytes

_FOR_PROGRAMS = ("RequestId", "next_call", "left_out")
_LONGEST_CELL = 48
"""What is longer is no cell of a table."""
_DEEPEST = 16
_NAMES = ("title", "name", "Title", "Name")
"""By which people know a row."""

Json = Mapping[str, Any]


def show_result(screen: Screen, result: Json, operation: str = "") -> None:
    """All of it, and then what was left out and what usually follows, each with the command that gets it."""
    show_facts(screen, {name: value for name, value in result.items() if name not in _FOR_PROGRAMS})
    show_left_out(screen, result.get("left_out"), operation)
    show_next(screen, result.get("next_call"))


def show_facts(screen: Screen, facts: Json, indent: int = 0) -> None:
    """Facts of one object; what does not fit on a line stands below its name, further in."""
    short: list[tuple[str, Any]] = []

    def put_short() -> None:
        if short:
            screen.print(Padding(screen.grid(short), (0, 0, 0, indent)))
            short.clear()

    for name, value in facts.items():
        flat = _write_flat(screen, name, value)
        if not isinstance(value, dict | list) or not value or indent >= _DEEPEST or _fits(screen, flat, indent):
            short.append((name_without_unit(name, value), flat))
            continue
        put_short()
        screen.print(Padding(screen.text(name, "label"), (0, 0, 0, indent)))
        if isinstance(value, dict):
            show_facts(screen, cast("Json", value), indent + 2)
        else:
            show_list(screen, cast("list[Any]", value), indent + 2)
    put_short()


def show_list(screen: Screen, values: Sequence[Any], indent: int = 0) -> None:
    """A table where all are flat objects and fit; else one after the other."""
    if values and all(isinstance(value, dict) for value in values):
        rows = cast("list[Json]", values)
        table = _make_table(screen, rows, screen.width - indent)
        if table is not None:
            screen.print(Padding(table, (0, 0, 0, indent)))
            return
        for row in rows:
            _show_row(screen, row, indent)
        return
    for value in values:
        if isinstance(value, dict):
            _show_row(screen, cast("Json", value), indent)
        else:
            flat = _write_flat(screen, "", value)
            screen.print(Padding(screen.grid([(screen.signs.bullet, flat)], "quiet"), (0, 0, 0, indent)))


def show_left_out(screen: Screen, left_out: Any, operation: str) -> None:
    """What an answer leaves out, and the command that brings it."""
    if isinstance(left_out, dict):
        told = cast("dict[str, Any]", left_out)
        fields = cast("list[Any]", told.get("fields") or [])
        about = f" ({write_bytes(told['about_bytes'])})" if isinstance(told.get("about_bytes"), int) else ""
        how = str(told.get("how", ""))
        text = f"left out{about}: {', '.join(map(str, fields))}{': ' if fields and how else ''}{how}"
        screen.print(screen.text(text, "quiet"))
        return
    for entry in cast("list[Any]", left_out) if isinstance(left_out, list) else []:
        if not isinstance(entry, dict):
            continue
        known = cast("dict[str, Any]", entry)
        about = f" ({write_bytes(known['about_bytes'])})" if isinstance(known.get("about_bytes"), int) else ""
        screen.print(screen.text(f"more: {known.get('what', '')}{about}", "quiet"))
        arguments = known.get("arguments")
        command = screen.command(operation, cast("Json", arguments)) if isinstance(arguments, dict) else None
        if command is not None:
            screen.print(Padding(command, (0, 0, 0, 2)))


def show_next(screen: Screen, following: Any) -> None:
    """What usually follows, where it is a call that the command line can make."""
    if not isinstance(following, dict):
        return
    proposed = cast("dict[str, Any]", following)
    tool, arguments = str(proposed.get("tool", "")), cast("dict[str, Any]", proposed.get("arguments") or {})
    if tool.startswith("call_") and "operation" in arguments:
        tool, arguments = str(arguments["operation"]), cast("dict[str, Any]", arguments.get("arguments") or {})
    command = screen.command(tool, arguments)
    if command is not None:
        why = str(proposed.get("why", "")).partition(" (your client")[0]
        screen.print(screen.text(f"next: {why}", "quiet"))
        screen.print(Padding(command, (0, 0, 0, 2)))


def _show_row(screen: Screen, row: Json, indent: int) -> None:
    """Its name, if it has one, and below that the rest: side by side where all of it is short."""
    name = next((str(row[each]) for each in _NAMES if row.get(each)), "")
    rest = {key: value for key, value in row.items() if not (name and str(value) == name and key in _NAMES)}
    head = screen.text(name, "name") if name else Text("")
    mark = screen.text(screen.signs.bullet, "quiet")
    if any(isinstance(value, dict | list) for value in rest.values()):
        screen.print(Padding(screen.grid([(mark, head)]), (0, 0, 0, indent)))
        show_facts(screen, rest, indent + 3)
        return
    flat = [_label(screen, key, value) for key, value in rest.items() if value not in (None, "")]
    both = Text("\n").join([part for part in (head, screen.flow(flat, indent + 3)) if part])
    screen.print(Padding(screen.grid([(mark, both)]), (0, 0, 0, indent)))


def _label(screen: Screen, name: str, value: Any) -> Text:
    label = screen.text(name_without_unit(name, value), "label")
    return Text.assemble(label, " ", screen.text(_write_flat(screen, name, value)))


def _make_table(screen: Screen, rows: Sequence[Json], room: int) -> Table | None:
    """None where the rows do not fit beside each other, or hold what is no cell."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_write_cell(screen, name, row.get(name, "")) for name in columns] for row in rows]
    if any(cell is None for line in cells for cell in line):
        return None
    lines = [[cell or "" for cell in line] for line in cells]
    labels = [name_without_unit(name, next((row[name] for row in rows if name in row), "")) for name in columns]
    widths = [
        max(cell_len(screen.fit(text)) for text in (label, *column))
        for label, column in zip(labels, zip(*lines, strict=True), strict=True)
    ]
    if sum(widths) + 2 * (len(widths) - 1) > room or max(widths) > _LONGEST_CELL:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="label")
    for index, name in enumerate(columns):
        numbers = all(isinstance(row.get(name, 0), int | float) for row in rows)
        style = "name" if name in _NAMES else ""
        table.add_column(
            screen.text(labels[index]),
            justify="right" if numbers else "left",
            no_wrap=True,
            style=style,
            width=widths[index],
        )
    for line in lines:
        table.add_row(*(screen.text(cell) for cell in line))
    return table


def _write_cell(screen: Screen, name: str, value: Any) -> str | None:
    inner = cast("list[Any]", value) if isinstance(value, list) else []
    if isinstance(value, dict) or any(isinstance(each, dict | list) for each in inner):
        return None
    return _write_flat(screen, name, value) if value is not None else ""


def _write_flat(screen: Screen, name: str, value: Any, depth: int = 0) -> str:
    """``codec h264, level 4.0`` of an object, on one line."""
    if depth > 3:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        pairs = cast("Json", value).items()
        return ", ".join(f"{key} {_write_flat(screen, key, each, depth + 1)}" for key, each in pairs) or "none"
    if isinstance(value, list):
        return ", ".join(_write_flat(screen, "", each, depth + 1) for each in cast("list[Any]", value)) or "none"
    return write_by_name(name, value)


def _fits(screen: Screen, flat: str, indent: int) -> bool:
    return len(flat) < 200 and cell_len(flat) <= screen.width - indent - max(8, screen.width // 3) - 2
