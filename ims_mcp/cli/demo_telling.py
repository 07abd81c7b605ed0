"""How the demo tells what happens: line by line as plain text, or all at once as JSON; the third way is a story on a
terminal (``views/story.py``)."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from ims_mcp.cli.console import find_screen
from ims_mcp.cli.terminal import print_json

WIDTH = 110
_FOR_PROGRAMS = ("RequestId", "next_call", "left_out")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool, and what it is for."""

    what: str
    tool: str
    arguments: dict[str, Any]


class Teller(Protocol):
    """Hears of everything the demo does, in the order in which it happens."""

    def open(self) -> AbstractContextManager[object]:
        """Around the whole run."""
        ...

    def tell_stored(self, name: str, size_bytes: int, address: str) -> None: ...
    def tell_server(self, options: Sequence[str], tools: Sequence[str]) -> None: ...
    def tell_stream(self, address: str, seconds: int) -> None: ...
    def tell_film(self, path: Path) -> None: ...
    def tell_call(self, call: Call) -> None: ...
    def tell_progress(self, message: str) -> None: ...
    def tell_answer(self, call: Call, result: dict[str, Any], text: str) -> None: ...
    def tell_sizes(self, raw_bytes: int, read_bytes: int) -> None: ...
    def tell_problem(self, problem: str) -> None: ...
    def tell_end(self, problems: Sequence[str], seconds: float) -> None: ...
    def tell_kept(self, directory: Path) -> None: ...


def choose_teller(*, as_json: bool) -> Teller:
    """By what was asked for and what stdout is."""
    if as_json:
        return JsonTeller()
    if (screen := find_screen()) is None:
        return PlainTeller()
    from ims_mcp.cli.views.story import Story

    return Story(screen)


class PlainTeller:
    """Everything, a line for each fact."""

    def open(self) -> AbstractContextManager[object]:
        return nullcontext()

    def tell_stored(self, name: str, size_bytes: int, address: str) -> None:
        print(f"put {name} ({size_bytes:,} bytes) into the local OSS as {address}")

    def tell_server(self, options: Sequence[str], tools: Sequence[str]) -> None:
        print("\nAn MCP client starts the server:")
        print(_wrap(f"$ ims-mcp serve {' '.join(map(shlex.quote, options))}", "    "))
        print(_wrap(f"{len(tools)} tools: {', '.join(tools)}", "  "))

    def tell_stream(self, address: str, seconds: int) -> None:
        print(f"\na stream of {seconds} s waits at {address}")

    def tell_film(self, path: Path) -> None:
        """Plain text has no pictures."""

    def tell_call(self, call: Call) -> None:
        print(f"\n{call.what}")
        print("\n".join(wrap_call(call.tool, call.arguments)))

    def tell_progress(self, message: str) -> None:
        print(f"  … {message}")

    def tell_answer(self, call: Call, result: dict[str, Any], text: str) -> None:
        print("\n".join(format_result(result)) if result else _wrap(f"  {text}", "  "))

    def tell_sizes(self, raw_bytes: int, read_bytes: int) -> None:
        share = read_bytes / raw_bytes
        print(f"\nGetMediaInfo: {raw_bytes:,} bytes raw, {read_bytes:,} bytes for the model ({share:.0%})")

    def tell_problem(self, problem: str) -> None:
        print(f"  !! {problem}")

    def tell_end(self, problems: Sequence[str], seconds: float) -> None:
        if problems:
            print(f"\n{len(problems)} things are off: {'; '.join(problems)}", file=sys.stderr)
        else:
            print(f"\nEverything is as it should be ({seconds:.1f} s). Next: connect your own client, see the README.")

    def tell_kept(self, directory: Path) -> None:
        print(f"Its clips, the library and the local OSS are kept in {directory}.")


@dataclass(slots=True)
class JsonTeller:
    """``{tools, steps: [{what, tool, arguments, result}], bytes: {raw, read}, problems, seconds}``, once it is over."""

    document: dict[str, Any] = field(default_factory=lambda: {"stored": [], "tools": [], "steps": []})

    def open(self) -> AbstractContextManager[object]:
        return nullcontext()

    def tell_stored(self, name: str, size_bytes: int, address: str) -> None:
        self.document["stored"].append({"name": name, "size_bytes": size_bytes, "address": address})

    def tell_server(self, options: Sequence[str], tools: Sequence[str]) -> None:
        self.document["tools"] = list(tools)

    def tell_stream(self, address: str, seconds: int) -> None:
        self.document["stream"] = {"address": address, "seconds": seconds}

    def tell_film(self, path: Path) -> None:
        """A program has the file."""

    def tell_call(self, call: Call) -> None:
        """Told with its answer."""

    def tell_progress(self, message: str) -> None:
        """Of what is over there is no progress."""

    def tell_answer(self, call: Call, result: dict[str, Any], text: str) -> None:
        step = {"what": call.what, "tool": call.tool, "arguments": call.arguments, "result": result or text}
        self.document["steps"].append(step)

    def tell_sizes(self, raw_bytes: int, read_bytes: int) -> None:
        self.document["bytes"] = {"raw": raw_bytes, "read": read_bytes}

    def tell_problem(self, problem: str) -> None:
        """All of them come at the end."""

    def tell_end(self, problems: Sequence[str], seconds: float) -> None:
        self.document |= {"problems": list(problems), "seconds": round(seconds, 1)}
        print_json(json.dumps(self.document, ensure_ascii=False, indent=2))

    def tell_kept(self, directory: Path) -> None:
        """Whoever asked for it knows."""


def wrap_call(tool: str, arguments: dict[str, Any]) -> list[str]:
    """The call as a client sends it, on lines that fit a terminal."""
    return _wrap(f"> {tool} {json.dumps(arguments, ensure_ascii=False)}", "    ").splitlines()


def _wrap(text: str, indent: str) -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def format_result(result: dict[str, Any]) -> list[str]:
    """What came out, as a person reads it: a line for each fact, without what only a program needs."""
    lines = _format_facts({name: value for name, value in result.items() if name not in _FOR_PROGRAMS}, "  ")
    following = result.get("next_call")
    if following:
        lines.append(f"  (next: {following['tool']}, {following['why']})")
    return lines


def _format_facts(facts: dict[str, Any], indent: str) -> list[str]:
    """``title: film``; what holds more than fits on a line stands below its name, further in."""
    lines: list[str] = []
    for name, value in facts.items():
        flat = f"{indent}{name}: {_write_value(value)}"
        if name in _FOR_PROGRAMS:
            continue
        if not isinstance(value, dict | list) or len(flat) < WIDTH:
            lines.append(flat)
        elif isinstance(value, dict):
            lines += [f"{indent}{name}:", *_format_facts(cast("dict[str, Any]", value), f"{indent}  ")]
        else:
            lines.append(f"{indent}{name}:")
            for each in cast("list[Any]", value):
                item = (
                    _format_facts(cast("dict[str, Any]", each), "") if isinstance(each, dict) else [_write_value(each)]
                )
                lines += [f"{indent}  {'- ' if number == 0 else '  '}{line}" for number, line in enumerate(item)]
    return lines


def _write_value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_write_value(each)}" for name, each in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return ", ".join(_write_value(each) for each in cast("list[Any]", value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
