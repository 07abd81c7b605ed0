"""Smart editing: batches of videos made in one go, and how to follow them.

Sources: SDK 6.20.2 and the pages named with each operation.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.smart_editing_input import (
    BATCH_INPUT,
)
from ims_mcp.catalogue.notes.smart_editing_output import BATCH_OUTPUT, USER_DATA
from ims_mcp.catalogue.notes.smart_editing_style import EDITING_CONFIG
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll, Result, Rows

PAGES = "https://help.aliyun.com/en/ims/use-cases/"
SCRIPTS_PAGE = f"{PAGES}scripted-auto-slice"
MATCH_PAGES = (f"{PAGES}generic-scenario", f"{PAGES}movie-highlights-scene")
PUBLIC_PAGE = f"{PAGES}batch-video-production-public-parameters"

JOB_ID: ParameterNotes = {"text": "Id of the batch job, as its submit returned it.", "required": True}
BATCH_POLL = Poll(
    operation="GetBatchMediaProducingJob",
    arguments=(("JobId", "JobId"),),
    status_field="EditingBatchJob.Status",
    success=("Finished",),
    failure=("Failed",),
    pending=("Init", "Processing"),
    # Finished says nothing of the single videos: each has its own state.
    result=Result(
        fields=(
            ("videos[].url", "EditingBatchJob.SubJobList[].MediaURL"),
            ("videos[].state", "EditingBatchJob.SubJobList[].Status"),
            ("videos[].duration_seconds", "EditingBatchJob.SubJobList[].Duration"),
            ("videos[].MediaId", "EditingBatchJob.SubJobList[].MediaId"),
            ("videos[].ProjectId", "EditingBatchJob.SubJobList[].ProjectId"),
        ),
        empty="no video was made; Extend in GetBatchMediaProducingJob may say why",
    ),
)
PRODUCED = "Billed by the length of the videos produced, and for the AI processing."
TALK = ["A new grocery store has opened at the corner, and today is its first day."]
PORTRAIT = {
    "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/batch/store_{index}.mp4",
    "Count": 2,
    "Width": 1080,
    "Height": 1920,
}
MATERIAL = [
    "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
    "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/store.mp4",
]

NOTES = (
    OperationNotes(
        operation="SubmitBatchMediaProducingJob",
        title="Produce many videos at once",
        purpose=(
            "Make a batch of different short videos in one go from groups of material, titles and voice-over texts: "
            "the service mixes clips, speech, subtitles and music by itself. For one video with a timeline of your "
            "own use SubmitMediaProducingJob. Runs in the background: GetBatchMediaProducingJob shows every "
            "video. Finished only means that all subjobs have ended; each has its own status."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="MediaURL needs {index}; each of the Count videos is billed.",
        destructive_when=(AskWhen("orders a whole batch of videos, each of which is billed", shows=("OutputConfig",)),),
        parameters={
            "InputConfig": {**BATCH_INPUT, "required": True},
            "EditingConfig": EDITING_CONFIG,
            "OutputConfig": {**BATCH_OUTPUT, "required": True},
            # The SDK's example is a list of ids; its linked page could not be read as far.
            "TemplateConfig": {
                "kind": "array",
                "json_text": True,
                "items": Parameter("", "string"),
                "text": "Ids of templates, one of which is drawn. Of type BatchEditing, listed by ListTemplates.",
            },
            "UserData": USER_DATA,
        },
        poll=BATCH_POLL,
        costs=f"{PRODUCED} Needs a subscription of IMS.",
        example={
            "InputConfig": {
                "MediaGroupArray": [
                    {"GroupName": "outside", "MediaArray": MATERIAL[:1]},
                    {"GroupName": "inside", "MediaArray": ["7d2e4f6a8b0c1d3e5f7a9b1c3d5e7f90"]},
                ],
                "SpeechTextArray": ["A new grocery store opens its doors today."],
                "TitleArray": ["Grand opening"],
            },
            "EditingConfig": {"SpeechConfig": {"Voice": "zhiru"}},
            "OutputConfig": PORTRAIT,
        },
        sources=(
            SCRIPTS_PAGE,
            *MATCH_PAGES,
            PUBLIC_PAGE,
            f"{PAGES}intelligent-one-click-chip-parameter-judgment-rules",
            "https://www.alibabacloud.com/help/en/ims/support/script-to-video-faq",
            "https://www.alibabacloud.com/help/en/ims/support/movie-highlights-faq",
            "https://www.alibabacloud.com/help/en/ims/use-cases/one-click-blend-shear-logic-and-advanced-configuration",
            "https://help.aliyun.com/document_detail/2692547.html",
            "https://help.aliyun.com/document_detail/2697182.html",
        ),
    ),
    OperationNotes(
        operation="GetBatchMediaProducingJob",
        title="Follow a batch production",
        purpose=(
            "See how far a one-click, scene or highlight job is, with status, MediaId, address and error of every "
            "video in SubJobList. Status is Init, Processing, Finished or Failed. Finished means that it ran to its "
            "end, not that every subjob succeeded. For media selection jobs the result to pass on is in ExtendOutput; "
            "errors of the whole job are in Extend. Jobs of the last year only."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "5e7b900c1b3e4f7a9d4c2e8b6f0a1d3c"},
        then="A video is an asset: hand its MediaId to GetMediaInfo or GetPlayInfo.",
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-getbatchmediaproducingjob",),
    ),
    OperationNotes(
        operation="ListBatchMediaProducingJobs",
        title="List batch productions",
        purpose=(
            "Browse one-click production jobs by kind, status, id or creation time, newest first, with NextToken for "
            "the next page. The single videos are not included: see GetBatchMediaProducingJob, or "
            "ListMediaProducingJobs with MasterJobId."
        ),
        effect=Effect.READ,
        parameters={
            "JobType": {
                "text": "Kind of batch. Script: by groups; Smart_Mix: matched to texts; Scene_Batch_Editing: projects.",
                "hints": (
                    "Script",
                    "Smart_Mix",
                    "Sports_Highlights",
                    "Screen_Media_Highlights",
                    "Smart_Mix_Media_Select",
                    "Smart_Mix_Timeline_Organize",
                    "Screen_Media_Highlights_Media_Select",
                    "Screen_Media_Highlights_Timeline_Organize",
                    "Scene_Batch_Editing",
                ),
            },
            "Status": {"text": "Only this state.", "choices": ("Init", "Processing", "Finished", "Failed")},
            "StartTime": {"text": "Created since this UTC time: 2026-01-31T08:00:00Z."},
            "EndTime": {"text": "Created up to this UTC time: 2026-01-31T08:00:00Z.", "not_before": "StartTime"},
            "JobId": {"text": "Only this batch."},
            "SortBy": {"text": "By creation time; default desc.", "choices": ("desc", "asc")},
            "MaxResults": {"text": "Jobs a page, 1 to 100; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "NextToken of the page before; leave out for the first."},
        },
        idempotent=True,
        rows=Rows(
            path="EditingBatchJobList",
            columns=(
                ("JobId", "JobId"),
                ("JobType", "JobType"),
                ("Status", "Status"),
                ("created", "CreateTime"),
                ("completed", "CompleteTime"),
            ),
        ),
        example={"MaxResults": 20},
        then="Read the videos of one with GetBatchMediaProducingJob.",
    ),
)
