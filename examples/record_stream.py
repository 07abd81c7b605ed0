"""Record a live stream through the MCP server and add the recorded file to the media library.

    python examples/record_stream.py rtmp://127.0.0.1/live/stream local-media -- --local

The stream has to be published already. The recording ends when the stream does; then every recorded mp4 file is
registered and its summary printed. Words after ``--`` go to ``ims-mcp serve``. Exit code 1 where nothing was recorded.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import Implementation

ME = Implementation(name="ims-mcp example", version="1")
"""Names a client that waits for answers: the server lets others wait 4 s at most, since many give up after 5."""


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The structured result of a tool. Raises RuntimeError with the text of one that failed."""
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise RuntimeError("".join(getattr(block, "text", "") for block in result.content))
    return dict(result.structured_content or {})


async def read(client: Client, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """An operation that has no tool of its own."""
    return await call(client, "call_read_operation", {"operation": operation, "arguments": arguments})


async def mp4_template(client: Client) -> str:
    """The id of a template that writes mp4."""
    listed = await read(client, "ListLiveRecordTemplates", {"PageSize": 100})
    for template in listed.get("rows", []):
        if template["formats"] == ["mp4"]:
            return str(template["TemplateId"])
    raise RuntimeError(
        "There is no recording template that writes mp4 alone; create one with CreateLiveRecordTemplate."
    )


async def recorded(client: Client, stream: str, bucket: str) -> list[str]:
    """Record until the stream ends; the object names of the mp4 files."""
    submitted = await call(
        client,
        "submit_live_record_job",
        {
            "Name": f"example {time.strftime('%Y-%m-%d %H:%M:%S')}",
            "TemplateId": await mp4_template(client),
            "StreamInput": {"Type": "rtmp", "Url": stream},
            "RecordOutput": {"Type": "oss", "Bucket": bucket},
        },
    )
    ids = {"JobId": submitted["JobId"]}
    print(f"job {ids['JobId']}", file=sys.stderr)
    waited: dict[str, Any] = {"outcome": "running"}
    while waited["outcome"] in ("running", "pending"):
        waited = await call(client, "wait_for_job", {"operation": "SubmitLiveRecordJob", "ids": ids})
    return [object_name(file["url"], bucket) for file in waited.get("result", {}).get("files", [])]


def object_name(url: str, bucket: str) -> str:
    """The key in a virtual-hosted or path-style address."""
    path = unquote(urlsplit(url).path).lstrip("/")
    return path.removeprefix(f"{bucket}/")


async def record_and_register(stream: str, bucket: str, server_options: list[str]) -> int:
    """Print the summary of every file; 1 where there is none."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ims_mcp", "serve", *server_options], env=dict(os.environ)
    )
    async with Client(server, client_info=ME) as client:
        try:
            names = await recorded(client, stream, bucket)
            for name in names:
                address = f"oss://{bucket}/{name}"
                asset = await call(client, "register_media_info", {"InputURL": address, "wait_seconds": 40})
                summary = await call(client, "get_media_info", {"MediaId": asset["MediaId"]})
                print(json.dumps(summary, ensure_ascii=False, indent=2))
        except RuntimeError as failed:
            print(failed, file=sys.stderr)
            return 1
    if not names:
        print("Nothing was recorded: no stream arrived.", file=sys.stderr)
    return 0 if names else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else None, epilog="Words after -- go to ims-mcp serve."
    )
    parser.add_argument("stream", help="rtmp://host/app/stream")
    parser.add_argument("bucket", help="OSS bucket the files go to")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:cut])
    return anyio.run(record_and_register, options.stream, options.bucket, words[cut + 1 :])


if __name__ == "__main__":
    raise SystemExit(main())
