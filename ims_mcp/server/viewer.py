"""The viewer, an app that hosts show beside a conversation: its page, the tools it belongs to, and the one it calls.

Imported by the first request of a client that shows apps. ``view_media`` is the only place that hands out signed
addresses without being asked for them: it is neither listed to other clients nor served to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from mcp_types import (
    CallToolResult,
    InputRequiredResult,
    ReadResourceResult,
    Resource,
    ResourceLink,
    TextContent,
    TextResourceContents,
    Tool,
)

from ims_mcp.catalogue import Effect, Operation, Parameter, get_operation
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.pages import read_page_file
from ims_mcp.server.app_clients import APP_TYPE, APP_URI, VIEW_MEDIA
from ims_mcp.server.media_uris import write_media_uri
from ims_mcp.server.reach import Reach, Target
from ims_mcp.server.tool import TableTool, ToolRequest
from ims_mcp.workflows.viewing.asset_view import MOST_CARDS, view_cards, view_whole

SHOWN_WITH = frozenset(
    {
        *("get_media_info", "register_media_info", "find_media", "upload_media", "upload_stream", "transfer_status"),
        *("submit_live_record_job", "get_live_record_job", "look_at_media", "create_upload"),
    }
)
"""Tools whose results the app shows."""
LINKED = frozenset({"get_media_info", "register_media_info", "upload_media", "upload_stream", "transfer_status"})
"""Tools whose results link to the asset's resource."""
_TTL_MS = 600_000
_MOST_TARGETS = 20
_STARTING_SECONDS = 20.0
_READS = {"cover": ("BatchGetMediaInfos", "GetMediaInfo"), "whole": ("GetMediaInfo",)}
_TABLE = Operation(
    name="ViewMedia",
    toolset="media_library",
    title="Show assets",
    purpose="For the viewer: assets with addresses that play for half an hour. Not for models.",
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        Parameter(
            "MediaIds",
            "array",
            required=True,
            text=f"Up to {MOST_CARDS} ids; one for whole.",
            items=Parameter("", "string", max_bytes=64),
        ),
        Parameter("detail", "string", text="Default cover.", choices=("cover", "whole")),
    ),
)


class _ViewTool(TableTool):
    """What it answers is for the app: the text says so, and holds nothing of it."""

    async def run(self, arguments: dict[str, Any], request: ToolRequest) -> CallToolResult | InputRequiredResult:
        result = await super().run(arguments, request)
        if isinstance(result, CallToolResult) and not result.is_error:
            result.content = [TextContent(type="text", text="Shown in the viewer.")]
        return result


async def _answer(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
    media_ids = [str(each) for each in arguments["MediaIds"]]
    detail = str(arguments.get("detail", "cover"))
    most = 1 if detail == "whole" else MOST_CARDS
    if not 1 <= len(media_ids) <= most:
        raise InvalidArguments(
            VIEW_MEDIA, [Problem("MediaIds", f"has {len(media_ids)} ids, {detail} takes 1 to {most}")]
        )
    target = request.target
    target.require_any(_READS[detail], Effect.READ)
    if detail == "whole":
        return await view_whole(target.client, media_ids[0], target.access.rights.permits)
    return await view_cards(target.client, media_ids)


TOOL = _ViewTool(_TABLE, _answer)


def may_view(reach: Reach) -> bool:
    """Whether there is anything that its caller may look at."""
    return any(reach.may_call(get_operation(name)) for names in _READS.values() for name in names)


def show_with_app(listed: Iterable[Tool]) -> list[Tool]:
    """The tools as a client that shows apps is told of them."""
    ui = {"ui": {"resourceUri": APP_URI}}
    return [
        tool.model_copy(update={"meta": {**(tool.meta or {}), **ui}}) if tool.name in SHOWN_WITH else tool
        for tool in listed
    ]


def make_listed(tool: Tool) -> Tool:
    """view_media with its place among the app's own."""
    return tool.model_copy(
        update={"meta": {"ui": {"resourceUri": APP_URI, "visibility": ["app"]}}, "output_schema": None}
    )


def list_app() -> Resource:
    """The page in resources/list."""
    return Resource(
        uri=APP_URI,
        name="ims-asset",
        title="Viewer",
        description="Plays and shows assets, in a host that shows apps.",
        mime_type=APP_TYPE,
    )


async def read_app(reach: Reach) -> ReadResourceResult:
    """The page, with the policy of what it may load: OSS, and what answers for it on this machine."""
    page = await anyio.to_thread.run_sync(_read_page)
    hosts = await list_hosts(reach)
    # Streams are played from what the page itself puts together.
    csp = {"connectDomains": hosts, "resourceDomains": [*hosts, "blob:"]}
    content = TextResourceContents(uri=APP_URI, mime_type=APP_TYPE, text=page, _meta={"ui": {"csp": csp}})
    return ReadResourceResult(contents=[content], ttl_ms=_TTL_MS, cache_scope="private")


async def list_hosts(reach: Reach) -> list[str]:
    """OSS in every region; of what is configured besides, the hosts of this caller's accounts and regions."""
    hosts: dict[str, None] = {"https://*.aliyuncs.com": None}
    places = [(access, region) for access in reach.accesses for region in access.regions]
    for access, region in places[:_MOST_TARGETS]:
        try:
            endpoint = await _find_oss(await reach.open(access, region))
        except ImsError:
            continue  # its tools say what is wrong with it
        parts = urlsplit(endpoint)
        if parts.scheme == "https" or is_loopback(parts.hostname or ""):
            hosts.setdefault(f"{parts.scheme}://{parts.netloc}")
    return [host for host in hosts if host == "https://*.aliyuncs.com" or not host.endswith(".aliyuncs.com")]


async def _find_oss(target: Target) -> str:
    """The embedded IMS, which has its port from its start, is started for it."""
    if not target.settings.local:
        return target.settings.oss_endpoint_url
    with anyio.move_on_after(_STARTING_SECONDS):
        return await target.client.find_endpoint()
    return ""


def _read_page() -> str:
    return read_page_file("viewer.html").decode("utf-8")


def link_asset(name: str, result: CallToolResult | InputRequiredResult, target: Target) -> None:
    """Add to a result that is of one asset a link to its resource, behind the text with all the facts."""
    if name not in LINKED or not isinstance(result, CallToolResult) or result.is_error:
        return
    found: dict[str, Any] = result.structured_content or {}
    media_id = found.get("media_id") or found.get("MediaId")
    uri = write_media_uri(media_id, target.named) if isinstance(media_id, str) else ""
    if uri:
        title = found.get("title")
        shown = plain(title, 120) if isinstance(title, str) else ""
        link = ResourceLink(
            type="resource_link", uri=uri, name=str(media_id), title=shown or None, mime_type="application/json"
        )
        result.content = [*result.content, link]
