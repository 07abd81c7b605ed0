"""Upload every file of a folder through the MCP server, a few at a time; run it again to go on after a stop.

    python examples/upload_folder.py ~/films --at-once 2 -- --local

The server keeps what has been sent: a file that was uploaded before is not uploaded again, an interrupted one goes on
where it stopped. Words after ``--`` go to ``ims-mcp serve``. Exit code 1 where a file failed; the report says why.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, Implementation

ME = Implementation(name="ims-mcp example", version="1")
"""Names a client that waits for answers: the server lets others wait 4 s at most, since many give up after 5."""

WAIT_SECONDS = 40


def text_of(result: CallToolResult) -> str:
    """What a model reads of a result."""
    return "".join(getattr(block, "text", "") for block in result.content)


async def upload(client: Client, path: Path) -> tuple[bool, str]:
    """(went well, one line of report) of one file, however long it takes."""
    result = await client.call_tool(
        "upload_media", {"path": str(path), "Title": path.stem, "wait_seconds": WAIT_SECONDS}
    )
    while not result.is_error:
        content: dict[str, Any] = result.structured_content or {}
        if content.get("state") == "done":
            return True, f"{path.name}: {content.get('MediaId')}, {content.get('size_bytes', 0):,} bytes"
        print(f"{path.name}: {content.get('state')}, {content.get('sent_bytes', 0):,} bytes sent", file=sys.stderr)
        status = {"transfer_id": content.get("transfer_id"), "wait_seconds": WAIT_SECONDS}
        result = await client.call_tool("transfer_status", status)
    return False, f"{path.name}: {' '.join(text_of(result).split())}"


async def upload_all(folder: Path, files: list[Path], at_once: int, server_options: list[str]) -> int:
    """Print one line a file; the number of files that failed."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ims_mcp", "serve", "--upload-dir", str(folder), *server_options],
        env=dict(os.environ),
    )
    limit = anyio.CapacityLimiter(at_once)
    failed = 0
    async with Client(server, client_info=ME) as client, anyio.create_task_group() as tasks:

        async def one(path: Path) -> None:
            nonlocal failed
            async with limit:
                good, line = await upload(client, path)
                failed += not good
                print(("ok    " if good else "FAIL  ") + line, flush=True)

        for path in files:
            tasks.start_soon(one, path)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else None, epilog="Words after -- go to ims-mcp serve."
    )
    parser.add_argument("folder", type=Path, help="files directly inside it are uploaded")
    parser.add_argument("--at-once", type=int, default=2, help="uploads under way at the same time (default 2)")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:cut])
    folder: Path = options.folder.resolve()
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    print(f"{len(files)} files in {folder}", file=sys.stderr)
    return 1 if anyio.run(upload_all, folder, files, max(options.at_once, 1), words[cut + 1 :]) else 0


if __name__ == "__main__":
    raise SystemExit(main())
