"""File processing: the parameters that all its jobs share."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes
from ims_mcp.catalogue.operation import Parameter

OSS_OR_MEDIA = ("OSS", "Media")
INPUT_MEDIA = (
    "OSS: oss://bucket/key or its https address, unsigned. Media: id of the asset. The bucket has to be registered "
    "with IMS."
)
TYPE_OF_PLACE = "OSS: an object by address; Media: an asset by its id."
FILE_TYPE: ParameterNotes = {"text": TYPE_OF_PLACE, "choices": OSS_OR_MEDIA}
INPUT: ParameterNotes = {
    "text": "The file to work on.",
    "nested": {"Type": FILE_TYPE, "Media": {"text": INPUT_MEDIA}},
}
JOB_NAME: ParameterNotes = {"text": "Name of the job, to find it in the list."}
SCHEDULE: ParameterNotes = {
    "text": "Queue and place in it; left out: the default queue.",
    "nested": {
        "PipelineId": {"text": "Queue, from ListPipelines; default: the default queue."},
        "Priority": {"text": "Place in the queue: 10 goes first; default 6.", "minimum": 1, "maximum": 10},
    },
}
ORDER_BY: ParameterNotes = {
    "text": "Order by creation time: CreateTimeDesc is newest first.",
    "choices": ("CreateTimeDesc", "CreateTimeAsc"),
}
CREATED_FROM: ParameterNotes = {"text": "Created from this UTC time: 2026-01-31T08:00:00Z."}
CREATED_TO: ParameterNotes = {
    "text": "Created up to this UTC time: 2026-01-31T08:00:00Z.",
    "not_before": "StartOfCreateTime",
}
PAGE_TOKEN: ParameterNotes = {"text": "NextPageToken of the previous page; left out: the first page."}
PAGE_SIZE: ParameterNotes = {"text": "Jobs a page; default 20.", "minimum": 1, "maximum": 100}
STATUS: ParameterNotes = {
    "text": "Only this state: Init is under way.",
    "choices": ("Init", "Success", "Fail"),
}
ONE_JOB: ParameterNotes = {"text": "Only the job with this id."}
# Optional in the SDK, but without it there is nothing to ask for.
JOB_ID: ParameterNotes = {"text": "Id of the job, as the submit or the list returned it.", "required": True}
LIST_EXAMPLE = {"PageSize": 20}


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


def describe_place(media: str) -> tuple[Parameter, ...]:
    """The two fields that say where a file is: what kind of address, and the address."""
    return (
        Parameter("Type", "string", required=True, text=TYPE_OF_PLACE, choices=OSS_OR_MEDIA),
        Parameter("Media", "string", required=True, text=media),
    )
