"""Write the schema snapshots in tests/snapshots and the generated tables of README.md.

Run as ``make snapshots``. With ``--check`` nothing is written and every difference is named, with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import anyio
from mcp_types import Tool

from ims_mcp.cli.connection import connection
from ims_mcp.server.build import build_server
from ims_mcp.server.listing import as_sent, effect_of, size_bytes
from ims_mcp.server.prompts import prompt_files
from ims_mcp.settings import ENVIRONMENT, Settings

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = ROOT / "tests" / "snapshots"
README = ROOT / "README.md"


async def _listed() -> list[Tool]:
    settings = Settings()
    async with connection(settings, {}) as to:
        return await build_server(settings, to.client, to.following).list_tools()


def listed_tools() -> list[Tool]:
    """The tools of a server with default settings."""
    return anyio.run(_listed)


def snapshots(tools: list[Tool]) -> dict[Path, str]:
    """File -> content: one file a tool, as it is listed."""
    return {
        SNAPSHOTS / f"{tool.name}.json": json.dumps(
            tool.model_dump(mode="json", by_alias=True, exclude_none=True), indent=1, ensure_ascii=False
        )
        + "\n"
        for tool in tools
    }


def tables(tools: list[Tool]) -> dict[str, str]:
    """Name of a generated block of the README -> its Markdown."""
    rows = [f"| `{tool.name}` | {tool.title} | {effect_of(tool)} | {size_bytes(tool):,} |" for tool in tools]
    tool_table = ["| tool | what it does | effect | bytes |", "|---|---|---|---|", *rows]
    tool_table.append(f"\n{len(tools)} tools, {len(as_sent(tools).encode()):,} bytes of tools/list.")
    prompt_table = ["| prompt | arguments | what it does |", "|---|---|---|"] + [
        f"| `{file.name}` | {', '.join(f'`{argument.name}`' for argument in file.arguments)} | {file.description} |"
        for file in prompt_files()
    ]
    environment = ["| variable | what it sets |", "|---|---|"] + [
        f"| `{name}` | {text} |" for name, text in ENVIRONMENT.items()
    ]
    return {
        "tools": "\n".join(tool_table),
        "prompts": "\n".join(prompt_table),
        "environment": "\n".join(environment),
    }


def filled(text: str, blocks: dict[str, str]) -> str:
    """The README with every generated block replaced. Raises LookupError where a block's marks are missing."""
    for name, content in blocks.items():
        pattern = re.compile(rf"(<!-- {name}: generated -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = pattern.subn(lambda match, content=content: f"{match[1]}{content}\n{match[2]}", text)
        if count != 1:
            raise LookupError(f"README.md has {count} blocks called {name}")
    return text


def wanted_files() -> dict[Path, str]:
    """Every generated file with the content it should have."""
    tools = listed_tools()
    return {**snapshots(tools), README: filled(README.read_text(encoding="utf-8"), tables(tools))}


def differences() -> list[str]:
    """What is missing, different, or left over."""
    wanted = wanted_files()
    found = [
        f"{path.relative_to(ROOT)} {'differs' if path.exists() else 'is missing'}"
        for path, content in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    left_over = set(SNAPSHOTS.glob("*.json")) - set(wanted)
    return found + [f"{path.relative_to(ROOT)} belongs to no tool" for path in sorted(left_over)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    if parser.parse_args().check:
        found = differences()
        print("\n".join([*found, "run: make snapshots"]) if found else "up to date", file=sys.stderr)
        return 1 if found else 0
    SNAPSHOTS.mkdir(exist_ok=True)
    wanted = wanted_files()
    for path in set(SNAPSHOTS.glob("*.json")) - set(wanted):
        path.unlink()
    for path, content in wanted.items():
        path.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
