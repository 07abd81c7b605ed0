"""Copyright watermarks: an invisible text embedded into a video, and read out of one again.

Sources: the texts of SDK 6.20.2 and the pages of the operations; for the meaning of an empty answer, VOD's page on the
same extraction, which tells states apart. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.dna_watermark_fingerprints import BY_LENGTH, INPUT, PAGE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Parameter, Poll, Result, Rows

OUTPUT: ParameterNotes = {
    "text": "Where the marked copy goes: a file in OSS.",
    "nested": {
        "Type": {"text": "OSS.", "choices": ("OSS",), "any_case": True},
        "Media": {"text": "oss://bucket/key, or its http(s) OSS address. The bucket lies in the region of the call."},
    },
}
LEVEL: ParameterNotes = {
    "text": "Colour channels that carry the mark: 0 U, 1 UV, 2 YUV.",
    "minimum": 0,
    "maximum": 2,
}
USER_DATA: ParameterNotes = {"text": "Text of yours, at most 1,024 bytes; comes back as it is.", "max_bytes": 1024}
LISTED: dict[str, ParameterNotes] = {
    "CreateTimeStart": {
        "text": "Created from then on, Unix time in seconds: 1793462400 is 2026-11-01 in Beijing.",
    },
    "CreateTimeEnd": {"text": "Created up to then, Unix time in seconds.", "not_before": "CreateTimeStart"},
    "PageNumber": {"text": "Page. The vendor's sample counts from 0."},
    "PageSize": {"text": "Jobs a page, such as 10."},
}
ALGO_TYPE = Parameter(
    "algoType",
    "string",
    text="v1 for videos of 3 minutes and more (default), v2 for shorter ones. SubmitSyncMediaInfoJob tells the length, "
    "GetMediaInfo that of an asset.",
    choices=("v1", "v2"),
)
EXAMPLE_JOB = "bfb786c639894f4d80648792021eff90"


def make_list_poll(operation: str, fields: tuple[tuple[str, str], ...]) -> Poll:
    """How a watermark job is followed in its list. Only the value of success is documented: everything else counts as
    pending and is reported."""
    return Poll(
        operation=operation,
        arguments=(("JobId", "Data.JobId"),),
        status_field="Data[].Status",
        success=("success",),
        result=Result(fields=fields),
    )


COPYRIGHT_NOTES = (
    OperationNotes(
        operation="SubmitCopyrightJob",
        title="Embed a copyright watermark",
        purpose=(
            "Write an invisible mark with a text of yours into a copy of a video, to prove ownership later with "
            "SubmitCopyrightExtractJob. One copy for everybody; to find out which viewer leaked a video use "
            "SubmitTraceAbJob, for a visible logo an editing or transcoding job. Only in Shanghai and Beijing; without "
            "algoType v2 only for videos of at least 3 minutes. Follow Data.JobId with QueryCopyrightJobList; only its "
            "value success is documented."
        ),
        effect=Effect.WRITE,
        heed="algoType v1 (default): only from 3 minutes on. Note it: reading the mark needs the same.",
        parameters={
            "Input": INPUT,
            "Output": OUTPUT,
            "Message": {"text": "The text to embed, such as the owner's name."},
            "Level": LEVEL,
            "StartTime": {"text": "Second the mark begins at; default 0.", "minimum": 0},
            # Named as a duration, described as the end.
            "TotalTime": {
                "text": "Second the mark ends at; default the end of the video. Not a length, despite its name.",
                "minimum": 0,
            },
            "Params": {
                "text": "Algorithm. Note it: reading the mark later needs the same, and no answer shows it.",
                "kind": "object",
                "json_text": True,
                "fields": (ALGO_TYPE,),
                "extra_fields": True,
            },
            "Description": {"text": "Description of the job."},
            "UserData": {
                **USER_DATA,
                "text": "Text of yours, at most 1,024 bytes; comes back in QueryCopyrightJobList. A good place to note "
                "algoType.",
            },
        },
        poll=make_list_poll(
            "QueryCopyrightJobList",
            (("output", "Data[].Output.Media"), ("embedded_text", "Data[].Message")),
        ),
        costs=BY_LENGTH,
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/marked/launch.mp4"},
            "Message": "Example Media 2026",
            "Params": {"algoType": "v2"},
            "UserData": "algoType=v2",
        },
        sources=(f"{PAGE}submitcopyrightjob",),
    ),
    OperationNotes(
        operation="QueryCopyrightJobList",
        title="Follow copyright watermark jobs",
        purpose=(
            "See one job of SubmitCopyrightJob by id, or browse them by creation time and level: embedded text, "
            "input, output, Status (success once it is over; no other value is documented) and Result. StatusCode and "
            "the outer Message speak of this call, not of the job. Only in Shanghai and Beijing."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Only this job."},
            "Level": {**LEVEL, "text": "Only jobs with these channels: 0 U, 1 UV, 2 YUV."},
            **LISTED,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="Data",
            columns=(
                ("JobId", "JobId"),
                ("status", "Status"),
                ("embedded_text", "Message"),
                ("input", "Input.Media"),
                ("output_goes_to", "Output.Media"),
                ("note", "UserData"),
                ("created", "GmtCreate"),
            ),
        ),
        sources=(f"{PAGE}querycopyrightjoblist",),
    ),
    OperationNotes(
        operation="SubmitCopyrightExtractJob",
        title="Read a copyright watermark",
        purpose=(
            "Look for the invisible copyright mark in a video, such as a suspected copy, and read its text. algoType "
            "has to be the one it was embedded with; where that is not known, try both. Only in Shanghai and Beijing. "
            "Runs in the background; QueryCopyrightExtractJob has no status field and shows the text in Data.Message "
            "once it is there, so ask again while that is empty."
        ),
        effect=Effect.WRITE,
        heed="algoType is the one it was embedded with; where that is not known, try v1 and v2.",
        parameters={
            "Input": INPUT,
            "Params": {
                "text": "Algorithm: the one the mark was embedded with. No operation shows it.",
                "kind": "object",
                "json_text": True,
                "fields": (ALGO_TYPE,),
                "extra_fields": True,
            },
            "UserData": USER_DATA,
        },
        # There is no status: the text, once it is there, is the sign of the end.
        poll=Poll(
            operation="QueryCopyrightExtractJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="Data.Message",
            success=(),
            result=Result(
                fields=(("text_read", "Data.Message"),),
                empty="no text yet: not ready, or no mark of this algoType; the service has no sign for the latter",
            ),
        ),
        costs=BY_LENGTH,
        example={
            "Input": {"Type": "OSS", "Media": "oss://example-bucket/suspects/copy.mp4"},
            "Params": {"algoType": "v2"},
        },
        sources=(f"{PAGE}submitcopyrightextractjob",),
    ),
    OperationNotes(
        operation="QueryCopyrightExtractJob",
        title="Get the copyright mark found",
        purpose=(
            "Get the text that SubmitCopyrightExtractJob read out of a video: Data.Message. The outer Message and "
            "StatusCode speak of this call. There is no status field: while Data.Message is empty the job may still "
            "run, or there is nothing to read, and no answer tells which. If it stays empty much longer than the video "
            "lasts, report that no mark could be read, not that there is none."
        ),
        effect=Effect.READ,
        heed="It has no state: Data.Message stays empty until the text is read, or where there is none.",
        parameters={"JobId": {"text": "Data.JobId of SubmitCopyrightExtractJob."}},
        idempotent=True,
        example={"JobId": EXAMPLE_JOB},
        sources=(f"{PAGE}querycopyrightextractjob",),
    ),
)
