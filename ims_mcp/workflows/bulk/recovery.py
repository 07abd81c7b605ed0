"""How it is found out what a call did whose answer was lost, where it has no ClientToken: what ``recovery`` of the
catalogue says in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.client.answers import Reply
from ims_mcp.errors import ServiceError
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.bulk.job import BulkJob
from ims_mcp.workflows.waiting import is_same_object

Read = Callable[[Operation, Mapping[str, Any]], Awaitable[Reply]]
"""Makes a call that reads, however long the way to the service is blocked."""
Look = Callable[[Read, BulkJob, Mapping[str, Any]], Awaitable[dict[str, str] | None]]
"""The ids of what the call with these arguments has made; None where nothing of it is seen."""
_PAGE_SIZE = 100
_CLOCKS_SECONDS = 60.0
"""How far the service's clock and ours may be apart."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """``look`` finds out whether it was carried out. ``may_follow``: where it was not seen, it may be sent (again)."""

    look: Look | None = None
    may_follow: bool = False


async def find_asset(read: Read, job: BulkJob, arguments: Mapping[str, Any]) -> dict[str, str] | None:
    """The asset that has the address of the call."""
    del job
    info = await _read_asset(read, {"InputURL": arguments.get("InputURL", "")})
    media_id = str(info.get("MediaId") or as_object(info.get("MediaBasicInfo")).get("MediaId") or "")
    return {"MediaId": media_id} if media_id else None


async def find_stream(read: Read, job: BulkJob, arguments: Mapping[str, Any]) -> dict[str, str] | None:
    """Whether the asset has the file."""
    del job
    media_id, address = str(arguments.get("MediaId", "")), str(arguments.get("InputURL", ""))
    info = await _read_asset(read, {"MediaId": media_id})
    files = (as_object(row.get("FileBasicInfo")).get("FileUrl", "") for row in as_objects(info.get("FileInfoList")))
    return {"MediaId": media_id} if any(is_same_object(str(url), address) for url in files) else None


async def _find_tags(read: Read, job: BulkJob, arguments: Mapping[str, Any]) -> dict[str, str] | None:
    """Only appended tags must not be set twice: where they are there, so is all that came with them."""
    del job
    if str(arguments.get("AppendTags", "")).lower() != "true":
        return None
    named = {name: arguments[name] for name in ("MediaId", "InputURL") if arguments.get(name)}
    info = as_object((await _read_asset(read, named)).get("MediaBasicInfo"))
    if not set(_split(arguments.get("MediaTags"))) <= set(_split(info.get("MediaTags"))):
        return None
    return {"MediaId": str(info.get("MediaId", ""))}


async def _find_recording(read: Read, job: BulkJob, arguments: Mapping[str, Any]) -> dict[str, str] | None:
    """The one recording job of this name and place that is younger than the bulk job; of several, none."""
    listing = {"Keyword": arguments.get("Name", ""), "PageSize": _PAGE_SIZE}
    reply = await read(get_operation("ListLiveRecordJobs"), listing)
    found = [
        str(each.get("JobId"))
        for each in as_objects(reply.data.get("LiveRecordJobs"))
        if each.get("Name") == arguments.get("Name")
        and _read_recording_place(each) == _read_recording_place(arguments)
        and _read_time(each.get("CreateTime")) >= job.created_at - _CLOCKS_SECONDS
    ]
    return {"JobId": found[0]} if len(found) == 1 else None


_RECOVERIES: Mapping[str, Recovery] = {
    "RegisterMediaStream": Recovery(find_stream, may_follow=True),
    "UpdateMediaInfo": Recovery(_find_tags, may_follow=True),
    "CreateUploadStream": Recovery(may_follow=True),
    "CreateUploadMedia": Recovery(may_follow=True),
    # The list may lag behind, and no operation stops a second recording.
    "SubmitLiveRecordJob": Recovery(_find_recording),
}
EXISTING: Mapping[str, Look] = {"RegisterMediaInfo": find_asset, "RegisterMediaStream": find_stream}
"""Of operations that refuse what is there already: how to find it."""


def find_recovery(operation: Operation) -> Recovery:
    """Without one, what may have been done stays unknown."""
    return _RECOVERIES.get(operation.name, Recovery())


async def _read_asset(read: Read, named: Mapping[str, Any]) -> dict[str, Any]:
    """MediaInfo; empty where there is no such asset."""
    try:
        return as_object((await read(get_operation("GetMediaInfo"), named)).data.get("MediaInfo"))
    except ServiceError as error:
        if error.is_not_found:
            return {}
        raise


def _split(tags: Any) -> list[str]:
    return [tag.strip() for tag in str(tags or "").split(",") if tag.strip()]


def _read_recording_place(job: Mapping[str, Any]) -> tuple[str, ...]:
    stream, output = as_object(job.get("StreamInput")), as_object(job.get("RecordOutput"))
    return tuple(str(value) for value in (stream.get("Url"), output.get("Type"), output.get("Bucket")))


def _read_time(text: Any) -> float:
    """Epoch seconds; long ago where it cannot be read."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
