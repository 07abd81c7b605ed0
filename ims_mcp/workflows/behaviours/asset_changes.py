"""Operations that delete or change assets: what is there is read before, for the question and for the answer.

Nothing here decides anything. A look that fails, or takes longer than it is worth, leaves the words out and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, ServiceError
from ims_mcp.summaries.shaping import present
from ims_mcp.summaries.values import as_object, as_objects, label
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission

_LOOK_SECONDS = 5.0
_MOST_IDS = 20
# Parameters of UpdateMediaInfo that are fields of MediaBasicInfo under the same name.
_CHANGED = (
    *("Title", "Description", "MediaTags", "CateId", "Category", "CoverURL", "BusinessType", "ReferenceId", "UserData"),
)


class DeleteMediaInfos(OperationBehaviour):
    """The question names the assets by their titles."""

    async def name_things(self, client: ImsClient, arguments: Mapping[str, Any]) -> dict[str, str]:
        """The titles of the assets by their ids, of the first 20."""
        if not arguments.get("MediaIds"):
            return {}
        ids = [part.strip() for part in str(arguments["MediaIds"]).split(",")][:_MOST_IDS]
        try:
            data = await _read(client, "BatchGetMediaInfos", {"MediaIds": ",".join(ids)})
        except ImsError:
            return {}
        found = {label(info.get("MediaId")): _describe_asset(info) for info in as_objects(data.get("MediaInfos"))}
        ignored = data.get("IgnoredList")
        missing = {name: "not in the library" for name in ids if isinstance(ignored, list) and name in ignored}
        return found | missing


class RegisterMediaInfo(OperationBehaviour):
    """The question before an overwrite names the asset that would go."""

    async def name_things(self, client: ImsClient, arguments: Mapping[str, Any]) -> dict[str, str]:
        """The asset that has the URL now."""
        url = str(arguments["InputURL"])
        try:
            info = as_object((await _read(client, "GetMediaInfo", {"InputURL": url})).get("MediaInfo"))
        except ServiceError as error:
            return {url: "no asset has this URL now, so none is deleted"} if error.is_not_found else {}
        except ImsError:
            return {}
        media_id = label(info.get("MediaId"), 80)
        return {url: f"now asset {media_id} {_describe_asset(info)}"} if media_id else {}


class UpdateMediaInfo(OperationBehaviour):
    """The answer says what the changed fields were."""

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``previous``: {field: value it had before}."""
        call.client.guard(call.operation, call.arguments, confirmed=call.confirmed)
        previous = await self._read_previous(call.client, call.arguments)
        return Submission((await super().submit(call)).reply, previous)

    async def _read_previous(self, client: ImsClient, arguments: Mapping[str, Any]) -> dict[str, Any]:
        changed = [name for name in _CHANGED if name in arguments]
        which = {name: arguments[name] for name in ("MediaId", "InputURL") if arguments.get(name)}
        if not changed or not which:
            return {}
        try:
            info = as_object((await _read(client, "GetMediaInfo", which)).get("MediaInfo"))
        except ImsError:
            return {}
        basic = as_object(info.get("MediaBasicInfo"))
        return {"previous": present({name: basic.get(name) for name in changed}, depth=1)} if basic else {}


async def _read(client: ImsClient, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return (await client.call(get_operation(operation), arguments, timeout_seconds=_LOOK_SECONDS)).data


def _describe_asset(info: dict[str, Any]) -> str:
    title = label(as_object(info.get("MediaBasicInfo")).get("Title"), 120)
    return f"titled {title}" if title else "without a title"
