"""What a call is about to delete or change, read before it is made: for the question, and for the answer.

Nothing here decides anything. A look that fails, or takes longer than it is worth, leaves the words out and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, ServiceError
from ims_mcp.summaries.shaping import present
from ims_mcp.summaries.values import as_object, as_objects, label

_LOOK_SECONDS = 5.0
_MOST_IDS = 20
# Parameters of UpdateMediaInfo that are fields of MediaBasicInfo under the same name.
_CHANGED = (
    *("Title", "Description", "MediaTags", "CateId", "Category", "CoverURL", "BusinessType", "ReferenceId", "UserData"),
)


async def name_things(client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> dict[str, str]:
    """What the ids and addresses of a call stand for, by the id or address as it was given; texts are strangers'."""
    match operation.name:
        case "DeleteMediaInfos" if arguments.get("MediaIds"):
            return await _titles(client, [part.strip() for part in str(arguments["MediaIds"]).split(",")])
        case "RegisterMediaInfo":
            return await _asset_at(client, str(arguments["InputURL"]))
        case _:
            return {}


async def read_previous(client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """``{"previous": {field: value it has now}}`` of what an UpdateMediaInfo is about to change; empty for others."""
    changed = [name for name in _CHANGED if name in arguments]
    which = {name: arguments[name] for name in ("MediaId", "InputURL") if arguments.get(name)}
    if operation.name != "UpdateMediaInfo" or not changed or not which:
        return {}
    try:
        reply = await client.call(get_operation("GetMediaInfo"), which, timeout_seconds=_LOOK_SECONDS)
    except ImsError:
        return {}
    basic = as_object(as_object(reply.data.get("MediaInfo")).get("MediaBasicInfo"))
    return {"previous": present({name: basic.get(name) for name in changed}, depth=1)} if basic else {}


async def _titles(client: ImsClient, media_ids: list[str]) -> dict[str, str]:
    asked = media_ids[:_MOST_IDS]
    arguments = {"MediaIds": ",".join(asked)}
    try:
        reply = await client.call(get_operation("BatchGetMediaInfos"), arguments, timeout_seconds=_LOOK_SECONDS)
    except ImsError:
        return {}
    found = {
        label(info.get("MediaId")): _called(as_object(info.get("MediaBasicInfo")))
        for info in as_objects(reply.data.get("MediaInfos"))
    }
    ignored = reply.data.get("IgnoredList")
    missing = {name: "not in the library" for name in asked if isinstance(ignored, list) and name in ignored}
    return found | missing


async def _asset_at(client: ImsClient, url: str) -> dict[str, str]:
    try:
        reply = await client.call(get_operation("GetMediaInfo"), {"InputURL": url}, timeout_seconds=_LOOK_SECONDS)
    except ServiceError as error:
        return {url: "no asset has this URL now, so none is deleted"} if error.is_not_found else {}
    except ImsError:
        return {}
    info = as_object(reply.data.get("MediaInfo"))
    media_id = label(info.get("MediaId"), 80)
    return {url: f"now asset {media_id} {_called(as_object(info.get('MediaBasicInfo')))}"} if media_id else {}


def _called(basic: dict[str, Any]) -> str:
    title = label(basic.get("Title"), 120)
    return f"titled {title}" if title else "without a title"
