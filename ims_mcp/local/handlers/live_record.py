"""The live recording family: its state, the recordings that run, and the operations on jobs and templates."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from ims_mcp.local.handlers.live_record_files import LiveRecordFiles, read_window
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.objects import Objects, check_bucket
from ims_mcp.local.recording import files, jobs, templates
from ims_mcp.local.recording.callback import Callbacks
from ims_mcp.local.recording.jobs import RecordJob, RecordJobs
from ims_mcp.local.recording.publishing import Publisher
from ims_mcp.local.recording.recordings import Recordings
from ims_mcp.local.recording.templates import RecordFormat, Template, Templates, read_record_formats
from ims_mcp.local.rpc.call import Call, Service, handles, list_services
from ims_mcp.local.rpc.service_errors import RpcFault, invalid, missing, unsupported
from ims_mcp.local.store import Store
from ims_mcp.local.uploads.sessions import VOD_BUCKET
from ims_mcp.local.wire_values import write_utc
from ims_mcp.loopback import is_loopback

SCHEMA = f"{templates.SCHEMA}{jobs.SCHEMA}{files.SCHEMA}"
_WINDOW_DAYS = 30


@asynccontextmanager
async def live_record(
    store: Store,
    objects: Objects,
    *,
    data_dir: Path,
    region: str,
    reconnect_timeout_seconds: float,
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
            reconnect_timeout_seconds=reconnect_timeout_seconds,
            clock=clock,
            describe_file=file_operations.describe,
        ) as recordings,
    ):
        yield (
            *list_services(LiveRecordJobs(held_jobs, held_templates, objects, recordings.begin)),
            *list_services(LiveRecordTemplates(held_templates, held_jobs)),
            *list_services(file_operations),
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
        template = await self._templates.get(call.get_text("TemplateId") or "")
        await self._objects.ensure_bucket(bucket)
        job = await self._jobs.add(
            template,
            name=call.get_text("Name") or "",
            url=url,
            output_type=output["Type"],
            bucket=bucket,
            endpoint=output.get("Endpoint"),
            notify_url=call.get_text("NotifyUrl"),
        )
        self._begin(job)
        return {"JobId": job.job_id}

    @handles("GetLiveRecordJob")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        return {"RecordJob": _describe_job(await self._jobs.get(call.get_text("JobId") or ""))}

    @handles("ListLiveRecordJobs")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        page = read_window(call, window_days=_WINDOW_DAYS, descending=call.get_text("SortBy") != "asc")
        jobs, total = await self._jobs.list(page, keyword=call.get_text("Keyword"), status=call.get_text("Status"))
        return {
            "LiveRecordJobs": [_describe_job(job) for job in jobs],
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


def _describe_job(job: RecordJob) -> dict[str, Any]:
    return {
        "JobId": job.job_id,
        "Name": job.name,
        "Status": job.status.value,
        "CreateTime": write_utc(job.created_at),
        "StreamInput": {"Type": "rtmp", "Url": job.url},
        "RecordOutput": {"Type": job.output_type, "Bucket": job.bucket, "Endpoint": job.endpoint},
        "TemplateId": job.template.template_id,
        "TemplateName": job.template.name,
        "NotifyUrl": job.notify_url,
        "FailReason": " ".join(filter(None, (job.fail_reason, job.file_reasons))) or None,
    }


class LiveRecordTemplates:
    """Requests write the formats as RecordFormat, answers as RecordFormatList."""

    def __init__(self, templates: Templates, jobs: RecordJobs) -> None:
        self._templates = templates
        self._jobs = jobs

    @handles("CreateLiveRecordTemplate")
    async def _create(self, call: Call) -> dict[str, Any]:
        """Whole."""
        return {"TemplateId": await self._templates.create(call.get_text("Name") or "", _read_formats(call))}

    @handles("GetLiveRecordTemplate")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        template_id, job_id = call.get_text("TemplateId") or "", call.get_text("JobId")
        if job_id is None:
            return {"RecordTemplate": _describe_template(await self._templates.get(template_id))}
        snapshot = (await self._jobs.get(job_id)).template
        if snapshot.template_id != template_id:
            raise RpcFault("ResourceNotFound", f"The job {job_id} was not submitted with the template {template_id}.")
        return {"RecordTemplate": _describe_template(snapshot)}

    @handles("ListLiveRecordTemplates")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        sort_by = (call.get_text("SortBy") or "desc").lower()
        if sort_by not in ("asc", "desc"):
            raise invalid("SortBy", "has to be asc or desc")
        wanted = cast("Sequence[str]", call.arguments.get("TemplateIds") or ())
        keyword, kind = (call.get_text("Keyword") or "").lower(), call.get_text("Type")
        found = [
            template
            for template in await self._templates.list_all()
            if (not wanted or template.template_id in wanted)
            and (kind is None or template.kind == kind)
            and (keyword == template.template_id or keyword in template.name.lower())
        ]
        if sort_by == "desc":
            found.reverse()
        number, size = call.get_page()
        return {
            "RecordTemplateList": [
                _describe_template(template) for template in found[(number - 1) * size : number * size]
            ],
            "PageNo": number,
            "PageSize": size,
            "SortBy": sort_by,
            "TotalCount": len(found),
        }

    @handles("UpdateLiveRecordTemplate")
    async def _update(self, call: Call) -> dict[str, Any]:
        """Whole."""
        await self._templates.update(
            call.get_text("TemplateId") or "", call.get_text("Name") or "", _read_formats(call)
        )
        return {}

    @handles("DeleteLiveRecordTemplate")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole."""
        await self._templates.delete(call.get_text("TemplateId") or "")
        return {}


def _read_formats(call: Call) -> tuple[RecordFormat, ...]:
    return read_record_formats(cast("Sequence[Mapping[str, Any]]", call.arguments["RecordFormat"]))


def _describe_template(template: Template) -> dict[str, Any]:
    return {
        "TemplateId": template.template_id,
        "Name": template.name,
        "Type": template.kind,
        "CreateTime": write_utc(template.created_at),
        "LastModified": write_utc(template.modified_at),
        "RecordFormatList": [entry.to_wire() for entry in template.formats],
    }
