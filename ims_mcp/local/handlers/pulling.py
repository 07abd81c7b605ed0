"""UploadMediaByURL, UploadStreamByURL and GetUrlUploadInfos: files the local IMS fetches by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ims_mcp.local.handlers.uploading import (
    FOLDERS,
    STREAM_FOLDER,
    make_asset_columns,
    read_extension,
    read_pulled_files,
    read_quality,
    refuse_unsupported,
)
from ims_mcp.local.media_library.addresses import (
    AddressError,
    ObjectAddress,
    VodAddress,
    guess_media_type,
    read_object_address,
)
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import invalid, unsupported
from ims_mcp.local.uploads.pull_jobs import PullJob, PullJobs, PullRequest
from ims_mcp.local.uploads.puller import Puller
from ims_mcp.local.uploads.sessions import VodStorage
from ims_mcp.local.wire_values import write_utc

MAX_URLS = 20
MAX_ASKED = 10
_PULLED_TYPES = ("video", "audio")


class Pulling:
    """Jobs are accepted at once; what comes of one is in its state, also where its address cannot be pulled from."""

    def __init__(self, jobs: PullJobs, puller: Puller, storage: VodStorage, endpoint: Callable[[], str]) -> None:
        self._jobs = jobs
        self._puller = puller
        self._storage = storage
        self._endpoint = endpoint

    @handles("UploadMediaByURL")
    async def _pull_assets(self, call: Call) -> dict[str, Any]:
        """From this machine only (127.0.0.0/8, ::1, localhost); video and audio, without workflows and entities."""
        refuse_unsupported(call)
        described = read_pulled_files(call)
        urls = [unquote(part) for part in call.get_parts("UploadURLs", most=MAX_URLS)]
        requests = [self._make_request(call, url, described.get(url, {})) for url in urls]
        jobs = await self._jobs.add_assets(requests)
        for job in jobs:
            self._puller.begin(job)
        return {"UploadJobs": [{"JobId": job.job_id, "MediaId": job.media_id, "SourceURL": job.url} for job in jobs]}

    def _make_request(self, call: Call, url: str, described: Mapping[str, Any]) -> PullRequest:
        source, file_name = self._find_source(url, "UploadURLs")
        media_type, extension = _read_type_and_extension(described.get("FileExtension"), url, file_name, "UploadURLs")
        columns = make_asset_columns(media_type, described, name=file_name or url, user_data=call.get_text("UserData"))
        address = self._storage.make_address(FOLDERS[media_type], extension)
        return PullRequest(url, source, address, {**columns, "input_url": self._storage.make_file_url(address)})

    @handles("UploadStreamByURL")
    async def _pull_stream(self, call: Call) -> dict[str, Any]:
        """From this machine only."""
        url = str(call.get_text("StreamURL"))
        source, file_name = self._find_source(url, "StreamURL")
        _, extension = _read_type_and_extension(call.get_text("FileExtension"), url, file_name, "StreamURL")
        address = self._storage.make_address(STREAM_FOLDER, extension)
        columns = {"input_url": self._storage.make_file_url(address), "user_data": call.get_text("UserData")}
        request = PullRequest(url, source, address, columns)
        job = await self._jobs.add_stream(str(call.get_text("MediaId")), request, read_quality(call))
        self._puller.begin(job)
        return {"JobId": job.job_id, "MediaId": job.media_id, "SourceURL": url, "FileURL": columns["input_url"]}

    @handles("GetUrlUploadInfos")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        asked = call.get_parts("JobIds", most=MAX_ASKED)
        if asked:
            jobs = await self._jobs.find_by_ids(asked)
            known = {job.job_id for job in jobs}
        else:
            asked = [unquote(part) for part in call.get_parts("UploadURLs", most=MAX_ASKED)]
            jobs = await self._jobs.find_by_urls(asked)
            known = {job.url for job in jobs}
        return {
            "URLUploadInfoList": [_describe(job) for job in jobs],
            "NonExists": [one for one in asked if one not in known],
        }

    def _find_source(self, url: str, name: str) -> tuple[ObjectAddress | None, str]:
        """The object in the local OSS that ``url`` names, if it does, and the file's name. RpcFault."""
        try:
            parts = urlsplit(url)
            is_own = parts.netloc == urlsplit(self._endpoint()).netloc
        except ValueError as error:
            raise invalid(name, f"{url[:80]!r} is not an address ({error})") from None
        if parts.scheme not in ("http", "https", "oss", "vod") or not parts.netloc:
            raise invalid(name, f"{url[:80]!r} is not an address of the form http(s)://… or oss://…")
        public = (parts.hostname or "").endswith(".aliyuncs.com") and ".oss-" in (parts.hostname or "")
        if parts.scheme in ("oss", "vod") or is_own or public:
            try:
                address = read_object_address(url)
            except VodAddress:
                raise unsupported(f"ApsaraVideo VOD: {name} has to name files outside it") from None
            except AddressError as error:
                raise invalid(name, str(error)) from None
            return address, address.file_name
        return None, PurePosixPath(unquote(parts.path)).name


def _read_type_and_extension(given: str | None, url: str, file_name: str, name: str) -> tuple[str, str]:
    """An extension that was given wins over the one in the address. RpcFault where neither is of video or audio."""
    text = given or PurePosixPath(file_name).suffix
    if not text:
        raise invalid(name, f"{url[:80]!r} has no file extension: give FileExtension")
    extension = read_extension(text, name)
    media_type = guess_media_type(extension)
    if media_type not in _PULLED_TYPES:
        raise invalid(name, f"{extension}: only video and audio files are pulled")
    return media_type, extension


def _describe(job: PullJob) -> dict[str, Any]:
    return {
        "JobId": job.job_id,
        "MediaId": job.media_id,
        "UploadURL": job.url,
        "Status": str(job.status),
        "FileSize": None if job.size_bytes is None else str(job.size_bytes),
        "CreationTime": write_utc(job.created_at),
        "CompleteTime": None if job.completed_at is None else write_utc(job.completed_at),
        "ErrorCode": job.error_code,
        "ErrorMessage": job.error_message,
        "UserData": job.user_data,
    }
