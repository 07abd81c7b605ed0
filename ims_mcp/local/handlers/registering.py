"""RegisterMediaInfo and RegisterMediaStream."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.addressing import object_of
from ims_mcp.local.media_library.addresses import without_query
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import Wishes
from ims_mcp.local.media_library.media_types import media_type_of
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.service_errors import invalid, missing, unsupported
from ims_mcp.local.timestamps import utc_text

_COLUMNS = {
    "Description": "description",
    "MediaTags": "media_tags",
    "CoverURL": "cover_url",
    "UserData": "user_data",
    "ReferenceId": "reference_id",
}


class Registering:
    """Both accept the file at once and leave the work to the registrar."""

    def __init__(self, library: Library, registrar: Registrar) -> None:
        self._library = library
        self._registrar = registrar

    @property
    def services(self) -> tuple[Service, ...]:
        return (
            Service(get_operation("RegisterMediaInfo"), self._register_asset),
            Service(get_operation("RegisterMediaStream"), self._register_stream),
        )

    async def _register_asset(self, call: Call) -> dict[str, Any]:
        if call.text("SmartTagTemplateId"):
            raise unsupported("AI analysis: leave SmartTagTemplateId out")
        if call.text("WorkflowId"):
            raise unsupported("workflows: leave WorkflowId out")
        address = object_of(call)
        media_type = call.text("MediaType") or media_type_of(address.extension)
        if media_type is None:
            raise invalid("MediaType", f"cannot be told from the name {address.file_name!r}: give it")
        due_at = self._registrar.due_at()
        columns: dict[str, Any] = {column: call.text(name) for name, column in _COLUMNS.items()}
        columns |= {
            "input_url": without_query(call.text("InputURL") or ""),
            "media_type": media_type,
            "business_type": call.text("BusinessType") or "general",
            "title": call.text("Title") or utc_text(self._registrar.now()),
            "cate_id": category_of(call),
            "wishes": _wishes(call).to_json(),
        }
        registered = await self._library.register(
            address,
            columns,
            due_at=due_at,
            overwrite=call.flag("Overwrite"),
            client_token=call.text("ClientToken"),
            call_digest=_digest(call),
        )
        if registered.file_id is not None:
            self._registrar.begin(registered.file_id, due_at)
        return {"MediaId": registered.media_id}

    async def _register_stream(self, call: Call) -> dict[str, Any]:
        media_id = call.text("MediaId")
        if media_id is None:
            raise missing("MediaId")
        address = object_of(call)
        due_at = self._registrar.due_at()
        columns = {
            "input_url": without_query(call.text("InputURL") or ""),
            "stream_tags": call.text("StreamTags"),
            "user_data": call.text("UserData"),
        }
        file_id = await self._library.add_stream(media_id, address, columns, due_at=due_at)
        self._registrar.begin(file_id, due_at)
        return {"MediaId": media_id}


def category_of(call: Call) -> int | None:
    """CateId; None for no category, which is what ids below 1 say."""
    cate_id = call.integer("CateId")
    return cate_id if cate_id is not None and cate_id > 0 else None


def _wishes(call: Call) -> Wishes:
    config: dict[str, Any] = json.loads(call.text("RegisterConfig") or "{}")
    cover: dict[str, Any] = config.get("CoverConfig") or {}
    return Wishes(
        sprite=_wanted(config.get("NeedSprite")),
        snapshots=_wanted(config.get("NeedSnapshot")),
        cover=call.text("CoverURL") is None,
        cover_at_seconds=float(cover["StartTime"]) if "StartTime" in cover else None,
    )


def _wanted(value: Any) -> bool:
    # The page writes the text "false"; JSON's own false is meant as well.
    return str(value).lower() != "false"


def _digest(call: Call) -> str:
    """What has to be equal for a repeated ClientToken to be the same call."""
    arguments = {name: value for name, value in call.arguments.items() if name != "ClientToken"}
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode("ascii")).hexdigest()
