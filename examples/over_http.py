"""What two people do with a server over HTTP: list its assets, or upload one, read it and delete it again.

    export IMS_MCP_TOKEN=imsmcp_...          # none for a server that was started without --auth
    python examples/over_http.py http://127.0.0.1:8000/mcp
    python examples/over_http.py http://127.0.0.1:8000/mcp --file film.mp4 --account studio

A file goes from here to OSS: the server hands out where to and with what, and never sees it. Before it is deleted the
server asks, in this terminal unless there is ``--yes``. ``--legacy`` speaks the protocol of 2025-11-25, in which nobody
can be asked. ``--host`` names the server where a proxy on this machine stands in for it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import oss2  # pyright: ignore[reportMissingTypeStubs]
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitResult, Implementation

ME = Implementation(name="ims-mcp example", version="1")
Call = Callable[..., Awaitable[dict[str, Any]]]


class Refused(Exception):
    """What the server says is to be said to the user."""


async def show(options: argparse.Namespace) -> None:
    """Raises Refused and MCPError, in groups, with what the server said."""
    token = os.environ.get("IMS_MCP_TOKEN", "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if options.host:
        headers["Host"] = options.host

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        print(params.message)
        said = "y" if options.yes else await anyio.to_thread.run_sync(input, "Do it? [y/N] ")
        if said.lower().startswith("y"):
            return ElicitResult(action="accept", content={"confirm": True})
        return ElicitResult(action="decline")

    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(
            streamable_http_client(options.url, http_client=http),
            mode="legacy" if options.legacy else "auto",
            client_info=ME,
            elicitation_callback=ask,
        ) as client,
    ):

        async def call(name: str, **arguments: Any) -> dict[str, Any]:
            account = {"account": options.account} if options.account else {}
            result = await client.call_tool(name, {**arguments, **account})
            if result.is_error:
                raise Refused("".join(getattr(block, "text", "") for block in result.content))
            return result.structured_content or {}

        tools = (await client.list_tools()).tools
        print(f"Protocol {client.protocol_version}, {len(tools)} tools: {', '.join(tool.name for tool in tools)}")
        if options.file is None:
            print(json.dumps(await call("list_media_basic_infos"), ensure_ascii=False))
        else:
            media_id = await upload(call, options.file)
            print(json.dumps(await look(call, media_id), ensure_ascii=False))
            print(json.dumps(await call("delete_media_infos", MediaIds=media_id), ensure_ascii=False))


async def upload(call: Call, path: Path) -> str:
    """The id of the new asset."""
    size = (await anyio.Path(path).stat()).st_size
    made = await call(
        "call_write_operation",
        operation="CreateUploadMedia",
        arguments={
            "FileInfo": {"Type": "video", "Name": path.stem, "Ext": path.suffix[1:], "Size": size},
            "MediaMetaData": {"Title": path.stem, "BusinessType": "general"},
            "include_credentials": True,
        },
    )
    where, who = made["UploadAddress"], json.loads(base64.b64decode(made["UploadAuth"]))
    auth = oss2.StsAuth(who["AccessKeyId"], who["AccessKeySecret"], who["SecurityToken"])
    bucket: Any = oss2.Bucket(auth, where["Endpoint"], where["Bucket"])
    await anyio.to_thread.run_sync(bucket.put_object_from_file, where["FileName"], str(path))
    return str(made["MediaId"])


async def look(call: Call, media_id: str) -> dict[str, Any]:
    """The summary, once IMS has looked at the file."""
    while True:
        summary = await call("get_media_info", MediaId=media_id)
        if summary["status"] not in ("Init", "Preparing"):
            return summary
        await anyio.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--file", type=Path, help="a film to upload, read and delete")
    parser.add_argument("--account", help="whose library, where you have several")
    parser.add_argument("--host", help="name of the server, where the address is another")
    parser.add_argument("--yes", action="store_true", help="do not ask in this terminal")
    parser.add_argument("--legacy", action="store_true", help="speak 2025-11-25")
    options = parser.parse_args()
    code = 0
    try:
        anyio.run(show, options)
    except* (Refused, MCPError) as refused:
        code, said = 1, refused
        while isinstance(said, BaseExceptionGroup):
            said = said.exceptions[0]
        print(said, file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
