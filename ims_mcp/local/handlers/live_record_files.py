"""ListLiveRecordFiles and DeleteLiveRecordFiles, and the window of time the recording's lists are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.recording.files import RecordFile, RecordFiles
from ims_mcp.local.recording.jobs import Page
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import invalid
from ims_mcp.local.wire_values import write_utc

_WINDOW_DAYS = 4
_DAY_SECONDS = 86_400
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ")
_PUBLIC_ENDPOINT = re.compile(r"oss-[a-z0-9-]+\.aliyuncs\.com")


class LiveRecordFiles:
    """A file's address is written as the service writes it, on a public OSS host; registering understands it."""

    def __init__(self, files: RecordFiles, objects: Objects, region: str, endpoint: Callable[[], str]) -> None:
        self._files = files
        self._objects = objects
        self._region = region
        self._endpoint = endpoint

    def describe(self, file: RecordFile) -> dict[str, Any]:
        """As the list and the callback tell of it. RecordOutput is JSON text."""
        output = {"Type": file.output_type, "Bucket": file.address.bucket, "Endpoint": file.endpoint}
        return {
            "RecordId": file.record_id,
            "JobId": file.job_id,
            "JobName": file.job_name,
            "StreamUrl": file.stream_url,
            "Format": file.format,
            "RecordUrl": self._make_url(file),
            "RecordOutput": json.dumps({name: value for name, value in output.items() if value is not None}),
            "CreateTime": write_utc(file.created_at),
            "StartTime": write_utc(file.started_at),
            # A stream may come faster than it plays.
            "EndTime": write_utc(max(file.ended_at, file.started_at + file.duration_seconds)),
            "Duration": file.duration_seconds,
            "Width": file.width,
            "Height": file.height,
            **({} if file.fail_reason is None else {"FailReason": file.fail_reason}),
        }

    def _make_url(self, file: RecordFile) -> str:
        endpoint = (file.endpoint or "").removeprefix("https://").removeprefix("http://")
        if endpoint and not _PUBLIC_ENDPOINT.fullmatch(endpoint):
            # The local OSS was named: its port may be another one today.
            return file.address.url(self._endpoint())
        host = endpoint or f"oss-{self._region}.aliyuncs.com"
        return f"http://{file.address.bucket}.{host}/{quote(file.address.key, safe='/~')}"

    @handles("ListLiveRecordFiles")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        page = read_window(call, window_days=_WINDOW_DAYS, descending=call.get_text("SortBy") == "desc")
        job_ids = cast("Sequence[str]", call.arguments.get("JobIds") or ())
        files, total = await self._files.list(page, job_ids=job_ids, format_=call.get_text("RecordFormat"))
        return {
            "Files": [self.describe(file) for file in files],
            "PageNo": page.number,
            # Texts, both of them, unlike in the list of jobs.
            "PageSize": str(page.size),
            "SortBy": "desc" if page.descending else "asc",
            "TotalCount": str(total),
        }

    @handles("DeleteLiveRecordFiles")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole; each file is answered with Success or ResourceNotFound."""
        record_ids = cast("Sequence[str]", call.arguments["RecordIds"])
        outcomes: list[dict[str, str]] = []
        for record_id in dict.fromkeys(record_ids):
            file = await self._files.delete(record_id)
            if file is None:
                text = f"There is no recorded file {record_id}."
                outcomes.append({"RecordId": record_id, "Code": "ResourceNotFound", "Message": text})
                continue
            if call.get_flag("RemoveFile"):
                await self._objects.delete_all(file.address.bucket, [file.address.key, *file.slice_keys])
            outcomes.append({"RecordId": record_id, "Code": "Success", "Message": "Deleted."})
        done = sum(outcome["Code"] == "Success" for outcome in outcomes)
        return {"DeleteFileInfoList": outcomes, "Message": f"{done} of {len(outcomes)} deleted."}


def read_window(call: Call, *, window_days: int, descending: bool) -> Page:
    """StartTime, EndTime, PageNo and PageSize. RpcFault (InvalidParameter) also where the window is too wide."""
    start, end = _read_moment(call, "StartTime"), _read_moment(call, "EndTime")
    if start is not None and end is not None:
        if end < start:
            raise invalid("EndTime", "lies before StartTime")
        if end - start > window_days * _DAY_SECONDS:
            raise invalid("EndTime", f"is more than {window_days} days after StartTime")
    number, size = call.get_page()
    return Page(start, end, number, size, descending)


def _read_moment(call: Call, name: str) -> float | None:
    """The documents write moments with seconds and without."""
    text = call.get_text(name)
    if text is None:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    raise invalid(name, f"{text!r} is not of the form 2026-01-31T08:00:00Z")
