"""The live recording family: its state, the recordings that run, and the operations on jobs.

Those on recorded files and on templates are in modules of their own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ims_mcp.local.handlers.live_record_files import LiveRecordFiles, window_of
from ims_mcp.local.handlers.live_record_templates import LiveRecordTemplates
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.names import check_bucket
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.recording import files, jobs, templates
from ims_mcp.local.recording.callback import Callbacks
from ims_mcp.local.recording.jobs import RecordJob, RecordJobs
from ims_mcp.local.recording.publishing import Publisher
from ims_mcp.local.recording.recordings import RECONNECT_TIMEOUT_SECONDS, Recordings, RecordLimits
from ims_mcp.local.recording.templates import Templates
from ims_mcp.local.rpc.call import Call, Service, handles, services_of
from ims_mcp.local.rpc.service_errors import invalid, missing, unsupported
from ims_mcp.local.store import Store
from ims_mcp.local.uploads.vod_storage import VOD_BUCKET
from ims_mcp.local.wire_values import utc_text
from ims_mcp.loopback import is_loopback

__all__ = ["RECONNECT_TIMEOUT_SECONDS", "SCHEMA", "RecordLimits", "live_record"]

SCHEMA = f"{templates.SCHEMA}{jobs.SCHEMA}{files.SCHEMA}"
_WINDOW_DAYS = 30


@asynccontextmanager
async def live_record(
    store: Store,
    objects: Objects,
    *,
    data_dir: Path,
    region: str,
    limits: RecordLimits,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
) -> AsyncGenerator[tuple[Service, ...]]:
    """The ten operations. Entering takes up the jobs a former process did not end, leaving stops their recorders."""
    held_jobs = RecordJobs(store, clock)
    held_files = files.RecordFiles(store, clock)
    held_templates = Templates(store, clock)
    file_operations = LiveRecordFiles(held_files, objects, region, endpoint)
    async with (
        Callbacks(clock) as callbacks,
        Recordings(
            held_jobs,
            Publisher(held_files, objects),
            callbacks,
            directory=data_dir / "recordings",
            limits=limits,
            clock=clock,
            describe_file=file_operations.describe,
        ) as recordings,
    ):
        yield (
            *services_of(LiveRecordJobs(held_jobs, held_templates, objects, recordings.begin)),
            *services_of(LiveRecordTemplates(held_templates, held_jobs)),
            *services_of(file_operations),
        )


class LiveRecordJobs:
    """Every submit is a job of its own: the operation has no token that would make two calls one."""

    def __init__(
        self, jobs: RecordJobs, templates: Templates, objects: Objects, begin: Callable[[RecordJob], None]
    ) -> None:
        """``begin`` takes up a job that is in the store."""
        self._jobs = jobs
        self._templates = templates
        self._objects = objects
        self._begin = begin

    @handles("SubmitLiveRecordJob")
    async def _submit(self, call: Call) -> dict[str, Any]:
        """From this machine only (rtmp on 127.0.0.0/8, ::1, localhost); a NotifyUrl elsewhere is never contacted."""
        url = _read_stream_url(call.arguments["StreamInput"].get("Url"))
        output: dict[str, Any] = call.arguments["RecordOutput"]
        bucket = _read_bucket(output["Type"], output.get("Bucket"))
        template = await self._templates.get(call.text("TemplateId") or "")
        await self._objects.ensure_bucket(bucket)
        job = await self._jobs.add(
            template,
            name=call.text("Name") or "",
            url=url,
            output_type=output["Type"],
            bucket=bucket,
            endpoint=output.get("Endpoint"),
            notify_url=call.text("NotifyUrl"),
        )
        self._begin(job)
        return {"JobId": job.job_id}

    @handles("GetLiveRecordJob")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        return {"RecordJob": _describe(await self._jobs.get(call.text("JobId") or ""))}

    @handles("ListLiveRecordJobs")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        page = window_of(call, window_days=_WINDOW_DAYS, descending=call.text("SortBy") != "asc")
        jobs, total = await self._jobs.list(page, keyword=call.text("Keyword"), status=call.text("Status"))
        return {
            "LiveRecordJobs": [_describe(job) for job in jobs],
            "PageNo": page.number,
            "PageSize": page.size,
            "SortBy": "desc" if page.descending else "asc",
            "TotalCount": total,
        }


def _read_stream_url(url: str | None) -> str:
    """The address as FFmpeg is going to get it: on this machine, and nothing in it that could mean something else."""
    if url is None:
        raise missing("StreamInput.Url")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise invalid("StreamInput.Url", f"{error}") from None
    if not url.isprintable() or " " in url or "\\" in url or parts.username is not None or not host:
        raise invalid("StreamInput.Url", "has to be of the form rtmp://host[:port]/app/stream")
    if not is_loopback(host):
        raise unsupported(f"recording from {host}: it contacts this machine only (127.0.0.1, ::1, localhost)")
    return url


def _read_bucket(output_type: str, name: str | None) -> str:
    if output_type == "vod":
        if name not in (None, VOD_BUCKET):
            raise invalid("RecordOutput.Bucket", f"{name!r} is not the VOD bucket of the local IMS, {VOD_BUCKET}")
        return VOD_BUCKET
    try:
        return check_bucket(name or "")
    except OssError:
        raise invalid("RecordOutput.Bucket", f"{name!r} is no name a bucket can have") from None


def _describe(job: RecordJob) -> dict[str, Any]:
    return {
        "JobId": job.job_id,
        "Name": job.name,
        "Status": job.status.value,
        "CreateTime": utc_text(job.created_at),
        "StreamInput": {"Type": "rtmp", "Url": job.url},
        "RecordOutput": {"Type": job.output_type, "Bucket": job.bucket, "Endpoint": job.endpoint},
        "TemplateId": job.template.template_id,
        "TemplateName": job.template.name,
        "NotifyUrl": job.notify_url,
        "FailReason": job.fail_reason,
    }
