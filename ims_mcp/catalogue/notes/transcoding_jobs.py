"""File processing: the parameters that all its jobs share."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes

OSS_OR_MEDIA = ("OSS", "Media")
INPUT: ParameterNotes = {
    "text": "The file.",
    "nested": {
        "Type": {"text": "What Media holds.", "choices": OSS_OR_MEDIA},
        "Media": {"text": "OSS: oss://bucket/key or its http address, unsigned. Media: id of an asset."},
    },
}
SCHEDULE: ParameterNotes = {
    "text": "Queue and place in it.",
    "nested": {
        "PipelineId": {"text": "From ListPipelines."},
        "Priority": {"text": "10 goes first.", "minimum": 1, "maximum": 10},
    },
}
ORDER_BY: ParameterNotes = {"text": "By creation time.", "choices": ("CreateTimeDesc", "CreateTimeAsc")}
CREATED_FROM: ParameterNotes = {"text": "Created from this UTC time: 2026-01-31T08:00:00Z."}
CREATED_TO: ParameterNotes = {"text": "Created up to this UTC time."}
PAGE_TOKEN: ParameterNotes = {"text": "NextPageToken of the previous page."}
PAGE_SIZE: ParameterNotes = {"text": "Jobs a page; default 20.", "minimum": 1, "maximum": 100}
STATUS: ParameterNotes = {"text": "Only this state.", "choices": ("Init", "Success", "Fail")}
ONE_JOB: ParameterNotes = {"text": "Only this job."}
# Optional in the SDK, but without it there is nothing to ask for.
JOB_ID: ParameterNotes = {"text": "Id of the job.", "required": True}


def list_parameters(status: ParameterNotes, page_size: ParameterNotes = PAGE_SIZE) -> dict[str, ParameterNotes]:
    """The parameters of every list of jobs; the states differ, and one page size."""
    return {
        "Status": status,
        "StartOfCreateTime": CREATED_FROM,
        "EndOfCreateTime": CREATED_TO,
        "JobId": ONE_JOB,
        "OrderBy": ORDER_BY,
        "PageSize": page_size,
        "NextPageToken": PAGE_TOKEN,
    }
