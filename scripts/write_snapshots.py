"""Write the schema snapshots and the ledger of bytes in tests/snapshots, and the generated tables of pages.

Run as ``make snapshots``. With ``--check`` nothing is written and every difference is named, with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import anyio
from mcp_types import Tool

from ims_mcp.catalogue import TOOLSETS, Effect, operations
from ims_mcp.catalogue.describe import user_is_asked
from ims_mcp.cli.connection import connect
from ims_mcp.server.build import ImsServer
from ims_mcp.server.prompts import read_prompts
from ims_mcp.server.toolsets import measure_listed, read_effect, write_list
from ims_mcp.settings import ENVIRONMENT, Settings

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = ROOT / "tests" / "snapshots"
LEDGER = SNAPSHOTS / "ledger.json"
ASKED = SNAPSHOTS / "asked.json"
README = ROOT / "README.md"
HTTP_PAGE = ROOT / "docs" / "http.md"
_NOT_OVER_HTTP = ("--upload-dir", "--max-upload-bytes", "--state-dir")
_IN_A_TABLE = str.maketrans({"{": "", "}": "", ",": r"\|"})


async def _listed(toolset: str) -> list[Tool]:
    settings = Settings(toolsets=(toolset,))
    async with connect(settings, {}) as to:
        return ImsServer(settings, to.client, to.transfers).listed_tools


def listed_tools(toolset: str = "core") -> list[Tool]:
    """The tools of a server with default settings, or with another toolset."""
    return anyio.run(_listed, toolset)


def snapshots(tools: list[Tool]) -> dict[Path, str]:
    """File -> content: one file a tool, as it is listed."""
    return {
        SNAPSHOTS / f"{tool.name}.json": json.dumps(
            tool.model_dump(mode="json", by_alias=True, exclude_none=True), indent=1, ensure_ascii=False
        )
        + "\n"
        for tool in tools
    }


def operation_snapshots(everything: list[Tool]) -> dict[Path, str]:
    """File -> content: one file a toolset, one line an operation, as it is listed."""
    by_name = {tool.name: tool for tool in everything}
    found: dict[Path, str] = {}
    for toolset in TOOLSETS:
        lines = [
            f'"{operation.tool_name}": {by_name[operation.tool_name].model_dump_json(by_alias=True, exclude_none=True)}'
            for operation in operations(toolset)
        ]
        found[SNAPSHOTS / "operations" / f"{toolset}.json"] = "{\n" + ",\n".join(lines) + "\n}\n"
    return found


def ledger(tools: list[Tool], everything: list[Tool]) -> str:
    """What tools/list costs in bytes: by default and with everything, by toolset, by tool."""
    size = {tool.name: measure_listed(tool) for tool in everything}
    toolsets = {
        toolset: {"tools": len(names), "bytes": sum(size[name] for name in names)}
        for toolset, names in ((each, [one.tool_name for one in operations(each)]) for each in TOOLSETS)
    }
    lists = {
        name: {"tools": len(listed), "bytes": len(write_list(listed).encode())}
        for name, listed in (("core", tools), ("all", everything))
    }
    return json.dumps({"lists": lists, "toolsets": toolsets, "tools": size}, indent=1) + "\n"


def asked() -> str:
    """Before which calls the user is asked, and why; and which operations that change something go through unasked."""
    changing = [operation for operation in operations() if operation.effect is not Effect.READ]
    told = {operation.name: user_is_asked(operation) for operation in changing if operation.destructive_when}
    unasked = [operation.name for operation in changing if not operation.destructive_when]
    return json.dumps({"asked": told, "not_asked": unasked}, indent=1) + "\n"


def tables(tools: list[Tool], everything: list[Tool]) -> dict[str, str]:
    """Name of a generated block of the README -> its Markdown."""
    rows = [f"| `{tool.name}` | {tool.title} | {read_effect(tool)} | {measure_listed(tool):,} |" for tool in tools]
    tool_table = ["| tool | what it does | effect | bytes |", "|---|---|---|---|", *rows]
    tool_table.append(f"\n{len(tools)} tools, {len(write_list(tools).encode()):,} bytes of tools/list.")
    sizes = {tool.name: measure_listed(tool) for tool in everything}
    toolset_table = ["| toolset | what it holds | operations | bytes |", "|---|---|---|---|"] + [
        f"| `{name}` | {title} | {len(operations(name))} | "
        f"{sum(sizes[operation.tool_name] for operation in operations(name)):,} |"
        for name, title in TOOLSETS.items()
    ]
    toolset_table.append(
        f"\n`all`: {len(everything)} tools, {len(write_list(everything).encode()):,} bytes of tools/list."
    )
    prompt_table = ["| prompt | arguments | what it does |", "|---|---|---|"] + [
        f"| `{name}` | {', '.join(f'`{each.name}`' for each in prompt.arguments or [])} | {prompt.description} |"
        for name, prompt in ((name, file.listed) for name, file in read_prompts().items())
    ]
    environment = ["| variable | what it sets |", "|---|---|"] + [
        f"| `{name}` | {text} |" for name, text in ENVIRONMENT.items()
    ]
    return {
        "tools": "\n".join(tool_table),
        "toolsets": "\n".join(toolset_table),
        "prompts": "\n".join(prompt_table),
        "environment": "\n".join(environment),
    }


def list_http_options() -> str:
    """What ``ims-mcp serve --http`` takes, as a table; what it takes over stdio as well is in its last row."""
    command = [sys.executable, "-m", "ims_mcp", "serve", "--help"]
    environ = {**os.environ, "COLUMNS": "500"}
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environ).stdout
    common, alone = (
        re.findall(r"^  (--[a-z-]+)((?: [A-Z{]\S*)?)\s+(.+)$", part, re.MULTILINE)
        for part in said.split("\nover HTTP:\n")
    )
    rows = [f"| `{name}{value.translate(_IN_A_TABLE)}` | {text} |" for name, value, text in alone if name != "--http"]
    both = ", ".join(f"`{name}`" for name, _, _ in common if name not in _NOT_OVER_HTTP)
    return "\n".join(["| option | what it sets |", "|---|---|", *rows, f"| {both} | the same as over stdio |"])


def filled(text: str, blocks: dict[str, str]) -> str:
    """The page with every generated block replaced. Raises LookupError where a block's marks are missing."""
    for name, content in blocks.items():
        pattern = re.compile(rf"(<!-- {name}: generated -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda match, content=content: f"{match[1]}{content}\n{match[2]}", text)
        if count != 1:
            raise LookupError(f"a page has {count} blocks called {name}")
    return text


def wanted_files() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    tools, everything = listed_tools(), listed_tools("all")
    return {
        **snapshots(tools),
        **operation_snapshots(everything),
        LEDGER: ledger(tools, everything),
        ASKED: asked(),
        README: filled(README.read_text(encoding="utf-8"), tables(tools, everything)),
        HTTP_PAGE: filled(HTTP_PAGE.read_text(encoding="utf-8"), {"options": list_http_options()}),
    }


def differences() -> list[str]:
    """What is missing, different, or left over."""
    wanted = wanted_files()
    found = [
        f"{path.relative_to(ROOT)} {'differs' if path.exists() else 'is missing'}"
        for path, content in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    left_over = set(SNAPSHOTS.rglob("*.json")) - set(wanted)
    return found + [f"{path.relative_to(ROOT)} belongs to no tool" for path in sorted(left_over)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    if parser.parse_args().check:
        found = differences()
        print("\n".join([*found, "run: make snapshots"]) if found else "up to date", file=sys.stderr)
        return 1 if found else 0
    wanted = wanted_files()
    for path in set(SNAPSHOTS.rglob("*.json")) - set(wanted):
        path.unlink()
    for path, content in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
