"""What a reader is told of a transfer: its line in the list, its result, why it failed, and how far it is."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ims_mcp.catalogue import get_operation
from ims_mcp.client.oss.source import show_path
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.summaries.asset_summary import ALWAYS_LEFT_OUT
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.summaries.typed_fields import join_size
from ims_mcp.summaries.values import as_number, as_objects, as_whole, label
from ims_mcp.workflows.behaviours.get_media_info import view_elsewhere
from ims_mcp.workflows.failed_media import advise_failed
from ims_mcp.workflows.next_call import propose, propose_operation
from ims_mcp.workflows.transfers.run import read_address
from ims_mcp.workflows.transfers.store import TransferError, TransferRecord
from ims_mcp.workflows.waiting import PollResult, Progress, is_same_object

_ERROR_CHARACTERS = 1200
_LONGEST_URL = 1200
_KNOWN_OF_NEW = (
    *("media_id", "source", "created", "modified", "cover_url", "snapshot_count", "sprite_image_count"),
    *("business_type", "input_url"),
)
"""Of the summary of an asset: what the rest of an upload's answer says, what follows from its moment, and pictures."""
_MORE = "addresses, pictures, stream details"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RisingProgress:
    """The progress of one call as MCP wants it: each value larger than the one before, whatever is told of."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._value = -1
        self._size = 1

    async def tell_sent(self, sent_bytes: int, size_bytes: int, text: str) -> None:
        """While the file is sent."""
        self._size = size_bytes
        await self._tell(sent_bytes, text)

    async def tell_waiting(self, _elapsed: float, _allowed: float, text: str) -> None:
        """Once it has arrived."""
        await self._tell(self._size, text)

    async def _tell(self, value: int, text: str) -> None:
        # A sign of life where nothing has moved, a byte more: some clients begin to count their timeout anew.
        self._value = max(value, self._value + 1)
        await self._progress(self._value, max(self._size, self._value), plain(text, 300))


def describe(
    record: TransferRecord, *, sent_bytes: int | None = None, interrupted: bool = False, elsewhere: bool = False
) -> dict[str, Any]:
    """Its line in a list. ``sent_bytes`` where it is sent here; ``elsewhere``: another process works on it."""
    line: dict[str, Any] = {
        "transfer_id": record.id,
        "state": "interrupted" if interrupted else record.state,
        "path": show_path(record.path),
        "size_bytes": record.size_bytes,
    }
    if elsewhere:
        line["note"] = "another server process on this machine works on it; this one only looks on"
    if sent_bytes is not None:
        line["sent_bytes"] = sent_bytes
    if record.category:
        line["category"] = {"CateId": as_whole(record.arguments.get("CateId")), "name": label(record.category, 200)}
    if record.media_id:
        line["MediaId"] = plain(record.media_id, 64)
    if record.target:
        # A key has 1,023 bytes at most.
        line["object"] = plain(f"oss://{record.target['bucket']}/{record.target['key']}", 1100)
    if record.uploaded:
        line["uploaded"] = record.uploaded
    if record.error:
        line["error"] = quotable(record.error, limit=_ERROR_CHARACTERS)
    return line


def describe_result(
    record: TransferRecord, line: dict[str, Any], waited: PollResult | None, listed: Container[str] | None
) -> dict[str, Any]:
    """What a call that followed it returns: its line, what became of the asset, and the next call, with one of the
    operations' tools that are ``listed`` (None for all) or the tool for its effect."""
    result = dict(line)
    if waited is not None:
        result["asset_status"] = quotable(waited.status, limit=60)
        if waited.problem:
            result["problem"] = quotable(waited.problem, limit=_ERROR_CHARACTERS)
    if record.state == "done" and record.kind == "media" and waited is not None:
        room = MAX_BYTES - size_bytes(result | {"summary": {}})
        call = {"MediaId": record.media_id}
        summary = view_elsewhere(waited.last_data or {}, call=call, listed=listed, max_bytes=room)
        result["summary"] = _shorten_new(summary, record, listed) if "left_out" in summary else summary
        if "category" in result["summary"]:
            result.pop("category", None)
    elif record.state == "done" and waited is not None and (stream := _find_stream(record, waited.last_data or {})):
        result["stream"] = stream
    elif record.state == "done" and _is_id(record.media_id):
        look = get_operation("GetMediaInfo")
        result |= propose_operation(look, {"MediaId": record.media_id}, "see the asset with this file", listed)
    elif not record.ended:
        again = {"transfer_id": record.id, "wait_seconds": 30}
        result |= propose("transfer_status", again, "not finished: follow it")
    return result


def _shorten_new(summary: dict[str, Any], record: TransferRecord, listed: Container[str] | None) -> dict[str, Any]:
    """The summary of the asset that was just made, without what its reader has been told or has said himself."""
    shown = {name: value for name, value in summary.items() if name not in _KNOWN_OF_NEW}
    if "BusinessType" in record.arguments and "business_type" in summary:
        shown["business_type"] = summary["business_type"]
    if not is_same_object(str(summary.get("input_url", "")), read_address(record)):
        shown["input_url"] = summary.get("input_url", "")
    told = {"name": record.target.get("key", "").rpartition("/")[2], "size_bytes": record.size_bytes}
    files = as_objects(shown.get("files"))
    if len(files) == 1:
        shown["files"] = [{name: value for name, value in files[0].items() if told.get(name) != value}]
    left_out = [entry for entry in as_objects(shown.pop("left_out")) if entry["what"] not in ALWAYS_LEFT_OUT]
    look = propose_operation(get_operation("GetMediaInfo"), {"MediaId": record.media_id}, "", listed).get("next_call")
    if look:
        left_out.append({"what": _MORE, "tool": look["tool"], "arguments": look["arguments"]})
    told = {name: value for name, value in shown.items() if value not in ("", [], {})}
    return told | ({"left_out": left_out} if left_out else {})


def describe_cancelled(record: TransferRecord, line: dict[str, Any], listed: Container[str] | None) -> dict[str, Any]:
    """What a call that cancelled it returns: its line, and what stays all the same."""
    result = dict(line)
    if record.arrived or record.uploaded:
        result["note"] = "the file has arrived, which is not undone"
    if record.state == "cancelled" and record.kind == "media" and _is_id(record.media_id):
        why = "the asset that was created for the file stays, empty, until it is deleted"
        result |= propose_operation(get_operation("DeleteMediaInfos"), {"MediaIds": record.media_id}, why, listed)
    return result


def explain_failed(record: TransferRecord) -> TransferError:
    """Why it failed for good, and what it leaves in the library."""
    left: list[str] = []
    if record.arrived or record.uploaded:
        # The file is there: it is the service that cannot use it.
        left.append(advise_failed(record.error, leaves_asset=False))
    if record.kind == "media" and _is_id(record.media_id):
        left.append(f"The asset {record.media_id} was created for the file and stays: delete_media_infos removes it.")
    return TransferError(
        f"The transfer {record.id} of {show_path(record.path)} failed: "
        f"{quotable(record.error, limit=_ERROR_CHARACTERS)}",
        next_step=" ".join(left),
    )


def explain_interrupted(record: TransferRecord, problem: ImsError) -> TransferError:
    """Why it stopped, and how it goes on."""
    return TransferError(
        f"The transfer {record.id} of {show_path(record.path)} was interrupted: "
        f"{quotable(problem.explain(), limit=_ERROR_CHARACTERS)}",
        next_step=f"To go on, call transfer_status with transfer_id {record.id}, or upload_{record.kind} again with "
        "the same arguments.",
    )


def _find_stream(record: TransferRecord, data: Mapping[str, Any]) -> dict[str, Any]:
    """The stream that was made of the file, among those that play info lists; in VOD storage the host of its address
    may be that of a CDN, so it is told by its key."""
    address, key = read_address(record), record.target.get("key", "")
    for row in as_objects(data.get("PlayInfoList")):
        url = str(row.get("FileURL", ""))
        if is_same_object(url, address) or (key and unquote(urlsplit(url).path).endswith(f"/{key}")):
            stream: dict[str, Any] = {
                "url": label(url.partition("?")[0], _LONGEST_URL),
                "definition": label(row.get("Definition"), 40),
                "status": label(row.get("Status"), 40),
                "container": label(row.get("Format"), 40),
                "resolution": join_size(row),
                "size_bytes": as_whole(row.get("Size")),
                "duration_seconds": as_number(row.get("Duration")),
                "bitrate_kbps": as_number(row.get("Bitrate")),
                "frame_rate": as_number(row.get("Fps")),
            }
            return {name: value for name, value in stream.items() if value not in ("", None)}
    return {}


def _is_id(media_id: str) -> bool:
    """Whether a call can be proposed with it: anything else is a stranger's text."""
    return _ID.fullmatch(media_id) is not None
