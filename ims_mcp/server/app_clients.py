"""Which clients show apps (the extension io.modelcontextprotocol/ui): only they are told of the viewer.

Everything of the viewer itself is imported by the first request of such a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final, cast

from mcp.server import ServerRequestContext

EXTENSION: Final = "io.modelcontextprotocol/ui"
APP_URI: Final = "ui://ims/asset"
APP_TYPE: Final = "text/html;profile=mcp-app"
VIEW_MEDIA: Final = "view_media"
"""The one tool that is for the app alone: a host hides it from its model."""

# Over HTTP without sessions a client of the older protocol says what it shows once, in its initialize.
declared_before: ContextVar[bool] = ContextVar("declared_before", default=False)


def shows_apps(context: ServerRequestContext[Any]) -> bool:
    """Whether the client of this request has declared it, in either era."""
    capabilities = context.session.client_capabilities
    return declared_before.get() or (capabilities is not None and declares_apps(capabilities.extensions))


def declares_apps(extensions: Any) -> bool:
    """``extensions`` of the client's capabilities, as they came."""
    settings = cast("Mapping[str, Any]", extensions).get(EXTENSION) if isinstance(extensions, Mapping) else None
    if not isinstance(settings, Mapping):
        return False
    types: Any = cast("Mapping[str, Any]", settings).get("mimeTypes")
    return isinstance(types, list | tuple) and APP_TYPE in types
