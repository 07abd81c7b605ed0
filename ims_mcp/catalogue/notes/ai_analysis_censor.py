"""AI moderation: submitting a check, its verdict, and the list of checks.

Sources: SDK 6.20.2, the pages of the operations (labels and scenes), that on smart review, and, for what a built-in
template checks, VOD's page on the same service. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import PAGE
from ims_mcp.catalogue.notes.dna_watermark_fingerprints import INPUT
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import Effect, Parameter, Poll, Result, Rows

NEXT_PAGE_TOKEN: ParameterNotes = {"text": "NextPageToken of the previous page. Left out: the first page."}
UTC_FORM = "UTC, such as 2026-03-01T00:00:00Z"
DETAIL = "MediaCensorJobDetail"
FOUND = ".CensorResults.CensorResult"

CENSOR_NOTES = (
    OperationNotes(
        operation="SubmitMediaCensorJob",
        title="Check media for violations",
        purpose=(
            "Let AI check a video with its title, description, covers and comments for pornography, violence, "
            "politics, advertising and the like; the template says which. It only judges: record a decision with "
            "CreateAudit. Runs in the background; QueryMediaCensorJobDetail returns pass, review or block with labels "
            "and scores."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": {
                **INPUT,
                "text": "The media to check: kind of address, and address.",
                "required": True,
            },
            "TemplateId": {
                "text": (
                    "Template that says what is checked; left out: your default one. See it with GetCustomTemplate "
                    "(Type 7), or ListSystemTemplates where you have none. The built-in default of VOD checks violence "
                    "with politics and pornography, in pictures, covers and title, not advertising, logos, bad scenes "
                    "or sound."
                )
            },
            "Title": {"text": "Checked instead of the asset's title; at most 64 bytes.", "max_bytes": 64},
            "Description": {"text": "Checked instead of the asset's; at most 128 bytes.", "max_bytes": 128},
            "Barrages": {"text": "On-screen comments to check, as one text."},
            "CoverImages": {
                "text": "Covers to check instead of the asset's, at most 5. Files in OSS.",
                "kind": "array",
                "items": make_element(
                    Parameter("Bucket", "string", required=True, text="Name of the bucket."),
                    Parameter("Location", "string", text="Its place, such as oss-cn-shanghai."),
                    Parameter("Object", "string", required=True, text="Key of the picture, such as covers/1.jpg."),
                    Parameter("RoleArn", "string", text="Role that lets the service read the file. Usually left out."),
                ),
                "json_text": True,
            },
            "Output": {
                "text": (
                    "Where screenshots go: oss://bucket/check/snapshot-{Count}.jpg. In it {Count} is their number; the "
                    "whole result is written beside them as {jobId}.output. Left out: beside the input file."
                )
            },
            "NotifyUrl": {"text": "http(s) address or queue (mns://) that is told the result. Left out: none."},
            "ScheduleConfig": {
                "text": "Queue and priority. Left out: the default queue.",
                "nested": {
                    "PipelineId": {"text": "Queue, from ListPipelines. Left out: the default one."},
                    "Priority": {"text": "1 to 10; 10 comes first.", "minimum": 1, "maximum": 10},
                },
            },
            "UserData": {"text": "Text of yours, at most 128 bytes; comes back as it is.", "max_bytes": 128},
        },
        poll=Poll(
            operation="QueryMediaCensorJobDetail",
            arguments=(("JobId", "JobId"),),
            status_field=f"{DETAIL}.State",
            success=("Success",),
            failure=("Fail",),
            pending=("Queuing", "Analysing"),
            result=Result(
                fields=(
                    ("verdict", f"{DETAIL}.Suggestion"),
                    ("video", f"{DETAIL}.VensorCensorResult.CensorResults.CensorResult"),
                    ("title", f"{DETAIL}.TitleCensorResult"),
                    ("description", f"{DETAIL}.DescCensorResult"),
                    ("comments", f"{DETAIL}.BarrageCensorResult"),
                    ("covers[].picture", f"{DETAIL}.CoverImageCensorResults.CoverImageCensorResult[].Object"),
                    ("covers[].found", f"{DETAIL}.CoverImageCensorResults.CoverImageCensorResult[].Results.Result"),
                    ("moments[].at", f"{DETAIL}.VensorCensorResult.VideoTimelines.VideoTimeline[].Timestamp"),
                    ("moments[].found", f"{DETAIL}.VensorCensorResult.VideoTimelines.VideoTimeline[]{FOUND}"),
                    ("moments[].picture", f"{DETAIL}.VensorCensorResult.VideoTimelines.VideoTimeline[].Object"),
                )
            ),
        ),
        costs="Billed by the length of the video and the number of pictures.",
        heed="The built-in default template leaves out sound, ads, logos: ListCustomTemplates with Type 7 for others.",
        then="The verdict speaks of what the template checks: sound, ads and logos are not in the built-in default "
        "one. CreateAudit records a decision.",
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Title": "Autumn launch",
            "Output": "oss://example-bucket/check/snapshot-{Count}.jpg",
        },
        sources=(
            f"{PAGE}submitmediacensorjob",
            "https://help.aliyun.com/zh/ims/user-guide/smart-audit",
            "https://help.aliyun.com/document_detail/86062.html",
        ),
    ),
    OperationNotes(
        operation="QueryMediaCensorJobDetail",
        title="Get a moderation result",
        purpose=(
            "See the state (Queuing, Analysing, Success, Fail) and the verdict of one SubmitMediaCensorJob: Suggestion "
            "overall (pass, review, block; the worst of all parts), and scene, label and score (0 to 100) for title, "
            "description, comments, covers and, page by page, the frames of the video. Scenes: porn, terrorism, ad, "
            "live (bad scenes), logo, antispam (texts). Success means that the check ran, not that the content passed."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Id of the job, from SubmitMediaCensorJob or QueryMediaCensorJobList."},
            "NextPageToken": {
                "text": "VensorCensorResult.NextPageToken of the previous page. Pages go through the frames of the "
                "video; left out: the first."
            },
            "MaximumPageSize": {"text": "Frames a page, 1 to 300; default 30.", "minimum": 1, "maximum": 300},
        },
        idempotent=True,
        example={"JobId": "88c6ca184c0e47098a5b665e2a126797"},
        then="Record what a person decides with CreateAudit.",
        sources=(f"{PAGE}querymediacensorjobdetail",),
    ),
    OperationNotes(
        operation="QueryMediaCensorJobList",
        title="List moderation jobs",
        purpose=(
            "Browse moderation jobs of the past three months with their verdicts by ids, state or creation time, page "
            "by page. Frames of a video are in QueryMediaCensorJobDetail."
        ),
        effect=Effect.READ,
        parameters={
            "JobIds": {"text": "Only these jobs: comma-separated ids.", "comma_list": True},
            "State": {
                "text": "Only jobs in this state; All for every one.",
                "choices": ("All", "Queuing", "Analysing", "Fail", "Success"),
            },
            "StartOfJobCreatedTimeRange": {"text": f"Created from then on, {UTC_FORM}."},
            "EndOfJobCreatedTimeRange": {
                "text": f"Created up to then, {UTC_FORM}.",
                "not_before": "StartOfJobCreatedTimeRange",
            },
            "NextPageToken": NEXT_PAGE_TOKEN,
            "MaximumPageSize": {"text": "Jobs a page, 1 to 300; default 30.", "minimum": 1, "maximum": 300},
            "PipelineId": {"text": "Only jobs of this queue; from ListPipelines."},
        },
        idempotent=True,
        example={"MaximumPageSize": 20},
        rows=Rows(
            path="MediaCensorJobList.MediaCensorJob",
            columns=(
                ("JobId", "JobId"),
                ("state", "State"),
                ("verdict", "Suggestion"),
                ("input", "Input.Object"),
                ("created", "CreationTime"),
                ("problem", "Message"),
            ),
        ),
        then="See scenes, labels and frames of one with QueryMediaCensorJobDetail.",
        sources=(f"{PAGE}querymediacensorjoblist",),
    ),
)
