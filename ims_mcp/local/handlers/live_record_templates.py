"""Create-, Get-, List-, Update- and DeleteLiveRecordTemplate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ims_mcp.local.recording.jobs import RecordJobs
from ims_mcp.local.recording.record_format import RecordFormat, read_record_formats
from ims_mcp.local.recording.templates import Template, Templates
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault, invalid
from ims_mcp.local.wire_values import utc_text


class LiveRecordTemplates:
    """Requests write the formats as RecordFormat, answers as RecordFormatList."""

    def __init__(self, templates: Templates, jobs: RecordJobs) -> None:
        self._templates = templates
        self._jobs = jobs

    @handles("CreateLiveRecordTemplate")
    async def _create(self, call: Call) -> dict[str, Any]:
        """Whole."""
        return {"TemplateId": await self._templates.create(call.text("Name") or "", _read_formats(call))}

    @handles("GetLiveRecordTemplate")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        template_id, job_id = call.text("TemplateId") or "", call.text("JobId")
        if job_id is None:
            return {"RecordTemplate": _describe(await self._templates.get(template_id))}
        snapshot = (await self._jobs.get(job_id)).template
        if snapshot.template_id != template_id:
            raise RpcFault("ResourceNotFound", f"The job {job_id} was not submitted with the template {template_id}.")
        return {"RecordTemplate": _describe(snapshot)}

    @handles("ListLiveRecordTemplates")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        sort_by = (call.text("SortBy") or "desc").lower()
        if sort_by not in ("asc", "desc"):
            raise invalid("SortBy", "has to be asc or desc")
        wanted = cast("Sequence[str]", call.arguments.get("TemplateIds") or ())
        keyword, kind = (call.text("Keyword") or "").lower(), call.text("Type")
        found = [
            template
            for template in await self._templates.all()
            if (not wanted or template.template_id in wanted)
            and (kind is None or template.kind == kind)
            and (keyword == template.template_id or keyword in template.name.lower())
        ]
        if sort_by == "desc":
            found.reverse()
        number, size = call.page()
        return {
            "RecordTemplateList": [_describe(template) for template in found[(number - 1) * size : number * size]],
            "PageNo": number,
            "PageSize": size,
            "SortBy": sort_by,
            "TotalCount": len(found),
        }

    @handles("UpdateLiveRecordTemplate")
    async def _update(self, call: Call) -> dict[str, Any]:
        """Whole."""
        await self._templates.update(call.text("TemplateId") or "", call.text("Name") or "", _read_formats(call))
        return {}

    @handles("DeleteLiveRecordTemplate")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole."""
        await self._templates.delete(call.text("TemplateId") or "")
        return {}


def _read_formats(call: Call) -> tuple[RecordFormat, ...]:
    return read_record_formats(cast("Sequence[Mapping[str, Any]]", call.arguments["RecordFormat"]))


def _describe(template: Template) -> dict[str, Any]:
    return {
        "TemplateId": template.template_id,
        "Name": template.name,
        "Type": template.kind,
        "CreateTime": utc_text(template.created_at),
        "LastModified": utc_text(template.modified_at),
        "RecordFormatList": [entry.to_wire() for entry in template.formats],
    }
