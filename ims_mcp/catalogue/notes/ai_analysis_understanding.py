"""AI jobs that judge: tags, understanding and search data of a video, and moderation.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import INPUT, OPEN
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll

INPUT_OR_URL: ParameterNotes = {
    "text": "The media.",
    "required": True,
    "nested": {
        "Type": {"choices": ("OSS", "Media", "URL"), "any_case": True, "required": True},
        "Media": {"text": "OSS://bucket/key, asset id, or web address.", "required": True},
    },
}
NEEDED_INPUT: ParameterNotes = {**INPUT, "required": True}
TAG_TEMPLATE: ParameterNotes = {"text": "Template that says which analyses run."}
VIDEO_TITLE: ParameterNotes = {"text": "Title of the video, which helps the analysis.", "max_bytes": 256}
CALLBACK: ParameterNotes = {"text": "HTTP(S) address or MNS queue that is told the result."}
NEXT_PAGE_TOKEN: ParameterNotes = {"text": "NextPageToken of the previous page."}
PAGE_300: ParameterNotes = {"text": "Entries a page; default 30.", "minimum": 1, "maximum": 300}

UNDERSTANDING_NOTES = (
    OperationNotes(
        operation="SubmitSmarttagJob",
        title="Tag a video",
        purpose=(
            "Let AI label a video: people, objects, scenes, logos, on-screen text, speech and topics, as its template "
            "says. Runs in the background; QuerySmarttagJob returns the tags. An asset of the library that should "
            "become searchable is better served by SubmitMediaAiAnalysisJob; for chapters and summaries see "
            "SubmitVideoCognitionJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT_OR_URL,
            "TemplateId": TAG_TEMPLATE,
            "TemplateConfig": {**OPEN, "text": 'Overrides for this job: {"FaceCategoryIds": "id1,id2"}.'},
            "Params": {
                **OPEN,
                "text": "What the result contains besides tags.",
                "fields": (
                    Parameter("needAsrData", "boolean", text="Transcript."),
                    Parameter("needOcrData", "boolean", text="On-screen text."),
                    Parameter("needMetaData", "boolean"),
                    Parameter("nlpParams", "object", text='{"sourceLanguage": "cn", ...}'),
                ),
                "extra_fields": True,
            },
            "Title": VIDEO_TITLE,
            "Content": {"text": "Description of the video.", "max_bytes": 1024},
            "NotifyUrl": {"text": "Callback address.", "url_schemes": ("http", "https")},
            "UserData": {"text": "Returned in the callback.", "max_bytes": 1024},
            "ScheduleConfig": {"text": "PipelineId chooses a queue; Priority has no effect."},
            "ContentType": {"text": "Obsolete."},
            "ContentAddr": {"text": "Obsolete."},
        },
        poll=Poll(
            operation="QuerySmarttagJob",
            arguments=(("JobId", "JobId"),),
            status_field="JobStatus",
            success=("Success",),
            failure=("Fail",),
            pending=("Submitted", "Processing"),
        ),
        costs="AI processing, billed by the length of the video.",
    ),
    OperationNotes(
        operation="QuerySmarttagJob",
        title="Get a video's tags",
        purpose=(
            "See the state (Submitted, Processing, Success, Fail) and the result of one SubmitSmarttagJob. Every "
            "result has a Type (labels, faces, OCR, ASR, ...) and Data as JSON text, which gets large for long "
            "videos; Usages says what was billed."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Id of the job."},
            "Params": {
                **OPEN,
                "text": "Whose tags.",
                "fields": (
                    Parameter("labelResultType", "string", text="auto machine, hmi people.", choices=("auto", "hmi")),
                ),
                "extra_fields": True,
            },
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitVideoCognitionJob",
        title="Understand a video",
        purpose=(
            "Let AI understand a whole video: chapters, summaries, speakers, questions and answers, shots, actions, "
            "as template and Params say. Deeper than SubmitSmarttagJob, which only labels. Runs in the background; "
            "QueryVideoCognitionJob returns the results."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT_OR_URL,
            "TemplateId": TAG_TEMPLATE,
            "TemplateConfig": {**OPEN, "text": "Overrides of the template for this job."},
            "Params": {
                **OPEN,
                "text": 'Options: {"nlpParams": {"sourceLanguage": "cn", "summarizationEnabled": true, ...}}.',
            },
            "Title": VIDEO_TITLE,
            "UserData": {"text": "Returned in the callback.", "max_bytes": 1024},
        },
        poll=Poll(
            operation="QueryVideoCognitionJob",
            arguments=(("JobId", "JobId"),),
            status_field="JobStatus",
            success=("Success",),
            failure=("Fail",),
            pending=("Submitted", "Processing"),
        ),
        costs="AI processing, billed by the length of the video.",
    ),
    OperationNotes(
        operation="QueryVideoCognitionJob",
        title="Get a video's analysis",
        purpose=(
            "See the state and the results of one SubmitVideoCognitionJob: per algorithm a Type and Data as JSON "
            "text. Transcript, on-screen text and links to raw results are only included if IncludeResults asks for "
            "them."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Id of the job."},
            "IncludeResults": {
                "text": "What to add.",
                "nested": {
                    "NeedAsr": {"text": "Transcript."},
                    "NeedOcr": {"text": "On-screen text."},
                    "NeedProcess": {"text": "Link to raw results."},
                },
            },
            "Params": OPEN,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitMediaAiAnalysisJob",
        title="Analyse an asset for search",
        purpose=(
            "Run structured AI analysis (smart tags) on an asset, OSS file or web address; the result is kept with "
            "the asset. It returns a MediaId, not a JobId: look at MediaInfo.AiRoughData.Status and the results with "
            "GetMediaInfo. For a job that stands alone use SubmitSmarttagJob; to analyse all new assets see "
            "SetContentAnalyzeConfig."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": {"text": "Asset id, OSS address or web address.", "required": True},
            "AnalysisParams": {**OPEN, "text": 'Options: {"nlpParams": {"sourceLanguage": "cn", ...}}.'},
        },
        poll=Poll(
            operation="GetMediaInfo",
            arguments=(("MediaId", "MediaId"),),
            status_field="MediaInfo.AiRoughData.Status",
            success=("AnalyzeSuccess", "SaveSuccess"),
            failure=("AnalyzeFailed", "SaveFailed"),
            pending=("Analyzing", "Saving"),
        ),
        costs="AI processing, billed by the length of the video.",
    ),
    OperationNotes(
        operation="GetContentAnalyzeConfig",
        title="Show automatic analysis settings",
        purpose=(
            "Show whether every newly registered asset is analysed by AI automatically, with which template, and into "
            "which search libraries the results go. Worth a look when analyses cost money that nobody ordered; "
            "change it with SetContentAnalyzeConfig."
        ),
        effect=Effect.READ,
        idempotent=True,
    ),
    OperationNotes(
        operation="SetContentAnalyzeConfig",
        title="Set automatic analysis",
        purpose=(
            "Switch the automatic AI analysis of newly registered assets on or off for the whole account and region. "
            "It overwrites all three settings: read the present ones with GetContentAnalyzeConfig first. For a "
            "single asset use SubmitMediaAiAnalysisJob instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("replaces the account's setting for analysing every new asset"),
            AskWhen("from then on starts a billed analysis of every new asset", path="Auto", values=("true",)),
        ),
        parameters={
            "Auto": {"text": "true analyses every new asset; default false."},
            "TemplateId": {
                "text": "S00000101-100040 text, -100060 categories and faces, -100070 all.",
                "hints": ("S00000101-100040", "S00000101-100060", "S00000101-100070"),
            },
            "SaveType": {
                "text": "Comma-separated: TEXT, FACE, DNA; empty: results are not searchable.",
                "comma_list": True,
                "keeps_empty": True,
            },
        },
        idempotent=True,
        costs="Auto=true starts a billed analysis of every new asset.",
    ),
    OperationNotes(
        operation="SubmitMediaCensorJob",
        title="Check media for violations",
        purpose=(
            "Let AI check a video with its title, description, covers and comments for pornography, violence, "
            "politics, advertising and the like. It only judges: record a decision with CreateAudit. Runs in the "
            "background; QueryMediaCensorJobDetail returns pass, review or block with labels and scores."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": NEEDED_INPUT,
            "TemplateId": {"text": "Rules; default the service's own."},
            "Title": {"text": "Checked instead of the asset's; at most 64 bytes.", "max_bytes": 64},
            "Description": {"text": "Checked instead of the asset's; at most 128 bytes.", "max_bytes": 128},
            "Barrages": {"text": "Comments to check."},
            "CoverImages": {
                "text": 'At most 5: {"Bucket": name, "Location": "oss-cn-shanghai", "Object": key}.',
                "kind": "array",
                "items": Parameter(
                    "", "object", fields=tuple(Parameter(name, "string") for name in ("Bucket", "Location", "Object"))
                ),
                "json_text": True,
            },
            "Output": {"text": "Screenshots: oss://bucket/snapshot-{Count}.jpg"},
            "NotifyUrl": CALLBACK,
            "ScheduleConfig": {
                "text": "Queue.",
                "nested": {"Priority": {"text": "10 is highest.", "minimum": 1, "maximum": 10}},
            },
            "UserData": {"text": "Returned as it is.", "max_bytes": 128},
        },
        poll=Poll(
            operation="QueryMediaCensorJobDetail",
            arguments=(("JobId", "JobId"),),
            status_field="MediaCensorJobDetail.State",
            success=("Success",),
            failure=("Fail",),
            pending=("Queuing", "Analysing"),
        ),
        costs="Billed by the length of the video and the number of pictures.",
    ),
    OperationNotes(
        operation="QueryMediaCensorJobDetail",
        title="Get a moderation result",
        purpose=(
            "See the state and the verdict of one SubmitMediaCensorJob: Suggestion overall, and label and score "
            "for title, description, comments, covers and, page by page, the frames of the video. Success means that "
            "the check ran, not that the content passed."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Id of the job."},
            "NextPageToken": NEXT_PAGE_TOKEN,
            "MaximumPageSize": PAGE_300,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="QueryMediaCensorJobList",
        title="List moderation jobs",
        purpose=(
            "Browse moderation jobs with their verdicts by ids, state or creation time, page by page. Frames of a "
            "video are in QueryMediaCensorJobDetail."
        ),
        effect=Effect.READ,
        parameters={
            "JobIds": {"text": "Comma-separated job ids.", "comma_list": True},
            "State": {"text": "Only this state.", "choices": ("All", "Queuing", "Analysing", "Fail", "Success")},
            "StartOfJobCreatedTimeRange": {"text": "Created after, UTC: 2026-01-31T08:00:00Z."},
            "EndOfJobCreatedTimeRange": {"text": "Created before, UTC."},
            "NextPageToken": NEXT_PAGE_TOKEN,
            "MaximumPageSize": PAGE_300,
            "PipelineId": {"text": "Queue the jobs went to."},
        },
        idempotent=True,
    ),
)
