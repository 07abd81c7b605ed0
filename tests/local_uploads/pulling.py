"""Pull jobs as their owner sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.local_ims.server import RunningIms, wait_for

ENDS = ("SUCCESS", "DOWNLOAD_FAIL", "UPLOAD_FAIL")


def pull(ims: RunningIms, url: str) -> dict[str, str]:
    """UploadMediaByURL for one address: {JobId, MediaId, SourceURL}."""
    return ims.call("UploadMediaByURL", UploadURLs=quote(url, safe=""))["UploadJobs"][0]


def info_of(ims: RunningIms, job_id: str) -> dict[str, Any]:
    return ims.call("GetUrlUploadInfos", JobIds=job_id)["URLUploadInfoList"][0]


def status_is(ims: RunningIms, job_id: str, status: str) -> bool | None:
    """For wait_for."""
    return info_of(ims, job_id)["Status"] == status or None


def ended(ims: RunningIms, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""

    def found() -> dict[str, Any] | None:
        info = info_of(ims, job_id)
        return info if info["Status"] in ENDS else None

    return wait_for(found)


def state_of(ims: RunningIms, job_ids: Sequence[str]) -> list[str]:
    """The states of many jobs, ten in a call."""
    tens = [",".join(job_ids[start : start + 10]) for start in range(0, len(job_ids), 10)]
    return [info["Status"] for ten in tens for info in ims.call("GetUrlUploadInfos", JobIds=ten)["URLUploadInfoList"]]
