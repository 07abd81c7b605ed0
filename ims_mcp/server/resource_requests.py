"""resources/list and resources/read: what there is for whom, and the one boundary where errors become the protocol's.

What reads an asset, and the viewer's page, is imported by the first request for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ListResourcesResult, ReadResourceResult

from ims_mcp.errors import ImsError
from ims_mcp.server.app_clients import APP_URI, shows_apps
from ims_mcp.server.media_uris import read_media_uri
from ims_mcp.server.reach import Reach, Target
from ims_mcp.server.tool import ToolRequest, log_bug, quote_name

Context = ServerRequestContext[Any]


def list_resources(context: Context) -> ListResourcesResult:
    """The viewer's page, for clients that show apps. Assets are found by tools and reached by templates."""
    if not shows_apps(context):
        return ListResourcesResult(resources=[])
    from ims_mcp.server.viewer import list_app

    return ListResourcesResult(resources=[list_app()])


async def read_resource(
    uri: str, context: Context, reach: Reach, ask: Callable[[Target], ToolRequest], *, has_own_tool: bool
) -> ReadResourceResult:
    """An asset, a part of one, or the viewer's page. Raises MCPError.

    ``ask`` makes the request for a target; ``has_own_tool``: whether the caller has get_media_info.
    """
    try:
        return await _read(uri, context, reach, ask, has_own_tool=has_own_tool)
    except MCPError:
        raise
    except ImsError as error:
        from ims_mcp.server.resources import explain_refusal

        raise explain_refusal(uri, error) from error
    except Exception as error:
        incident = log_bug("resources/read", error)
        raise MCPError(INTERNAL_ERROR, f"The resource was not read: a bug in this server ({incident}).") from error


async def _read(
    uri: str, context: Context, reach: Reach, ask: Callable[[Target], ToolRequest], *, has_own_tool: bool
) -> ReadResourceResult:
    if uri == APP_URI and shows_apps(context):
        from ims_mcp.server.viewer import read_app

        return await read_app(reach)
    wanted = read_media_uri(uri)
    named = {} if wanted is None else dict(wanted.named)
    target = await reach.take("resources/read", named) if wanted is not None else None
    # Account and region are no part of it where there is no choice of them.
    if wanted is None or target is None or named:
        raise MCPError(INVALID_PARAMS, f"Unknown resource: {quote_name(uri)}", {"uri": uri})
    from ims_mcp.server.resources import read_media

    return await read_media(uri, wanted, ask(target), has_own_tool=has_own_tool)
