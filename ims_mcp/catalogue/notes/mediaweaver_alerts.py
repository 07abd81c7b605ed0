"""MediaWeaver: alerts about sources, programs and channels.

Sources: what SDK 6.20.2 declares, and its example for the kinds of alerts. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.mediaweaver_channels import BY_CHANGE, BY_CREATION
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Rows

CATEGORY: ParameterNotes = {
    "text": "Only this kind: Scheduling Error, PlayBack Warning or info. Scheduling Error: the schedule could not be "
    "built; PlayBack Warning: a playlist could not be fetched.",
    "hints": ("Scheduling Error", "PlayBack Warning", "info"),
}
FROM: ParameterNotes = {"text": "Since this UTC time: 2026-01-31T08:00:00Z."}
UNTIL: ParameterNotes = {"text": "Until this UTC time: 2026-01-31T08:00:00Z.", "not_before": "GmtStart"}
ARN = "acs:ims:mediaweaver:cn-shanghai:1234567890123456"

NOTES = (
    OperationNotes(
        operation="ListAlerts",
        title="List alerts of a source",
        purpose=(
            "Read what MediaWeaver complains about for one source or program, such as a playlist that cannot be "
            "fetched: code, message, time and related resources. ResourceArn comes from GetSource or GetProgram. For "
            "counts by program of a whole channel use ListChannelAlerts. Pages with PageNo and PageSize."
        ),
        effect=Effect.READ,
        parameters={
            "ResourceArn": {
                "text": "Arn of a source or program, from GetSource or GetProgram. "
                "Such as acs:ims:mediaweaver:REGION:USER:vodSource/LOCATION/NAME",
            },
            "Category": CATEGORY,
            "GmtStart": FROM,
            "GmtEnd": UNTIL,
            "SortBy": BY_CREATION,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page, 1 to 100. Default 10.", "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            path="Alerts",
            columns=(
                ("Category", "Category"),
                ("Code", "Code"),
                ("Message", "Message"),
                ("created", "GmtCreate"),
                ("related", "RelatedResourceArns"),
            ),
        ),
        example={"ResourceArn": f"{ARN}:vodSource/Films/Harvest", "PageNo": 1, "PageSize": 20},
    ),
    OperationNotes(
        operation="ListChannelAlerts",
        title="Count alerts of a channel",
        purpose=(
            "See which programs of a MediaWeaver channel have alerts, how many and of which kind, when a channel "
            "misbehaves. No messages: hand the Arn of a program to ListAlerts for them. ResourceArn comes from "
            "GetChannel. Pages with PageNo and PageSize."
        ),
        effect=Effect.READ,
        parameters={
            "ResourceArn": {
                "text": "Arn of the channel, from GetChannel. Such as acs:ims:mediaweaver:REGION:USER:channel/NAME",
            },
            "Category": CATEGORY,
            "GmtStart": FROM,
            "GmtEnd": UNTIL,
            "SortByModifiedTime": BY_CHANGE,
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page, such as 20."},
        },
        idempotent=True,
        rows=Rows(
            path="ProgramAlerts",
            columns=(
                ("ProgramName", "ProgramName"),
                ("Category", "Category"),
                ("Count", "Count"),
                ("modified", "GmtModified"),
                ("Arn", "Arn"),
            ),
        ),
        example={
            "ResourceArn": f"{ARN}:channel/MovieNight",
            "SortByModifiedTime": "desc",
            "PageSize": 20,
        },
        then="Read the messages of one program with ListAlerts and its Arn.",
    ),
)
