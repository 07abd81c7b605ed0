"""AI jobs that understand a video: tags, chapters, summaries.

Sources: SDK 6.20.2, and the vendor's pages with their tables of nlpParams and of the results by Type; the templates by
the page of RegisterMediaInfo. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import OPEN, PAGE
from ims_mcp.catalogue.notes.ai_analysis_nlp import NLP_PARAMS
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Parameter, Poll, Result

INPUT_OR_URL: ParameterNotes = {
    "text": "The video: its kind of address, and the address.",
    "required": True,
    "nested": {
        "Type": {
            "text": "What Media holds: OSS address, asset id (Media), or web address (URL).",
            "choices": ("OSS", "Media", "URL"),
            "any_case": True,
            "required": True,
        },
        "Media": {
            "text": "oss://bucket/key, asset id, or http(s) address, as Type says.",
            "required": True,
        },
    },
}
TAG_TEMPLATE: ParameterNotes = {
    "text": (
        "Template that says which analyses run; the job needs one. Your own: CreateCustomTemplate and "
        "ListCustomTemplates with Type 11. Built-in ones that the vendor names for the analysis of assets: "
        "S00000103-000002 all tags, S00000101-300080 text understanding (needs nlpParams), S00000103-000001 both."
    ),
    "hints": ("S00000103-000002", "S00000101-300080", "S00000103-000001"),
}
TAG_CONFIG: ParameterNotes = {
    **OPEN,
    "text": "Settings of the template, changed for this job only. The template itself stays.",
    "fields": (
        Parameter(
            "FaceCategoryIds",
            "string",
            text="Comma-separated face libraries: celebrity, politician, sensitive, or your own LibId.",
            comma_list=True,
        ),
    ),
    "extra_fields": True,
}
VIDEO_TITLE: ParameterNotes = {
    "text": "Title of the video, which helps the analysis; at most 256 bytes. Letters, Chinese too, digits and "
    "hyphens; begins with a letter or digit. The vendor's page asks for one.",
    "max_bytes": 256,
}
RETURNED_USER_DATA: ParameterNotes = {
    "text": "Text of yours, at most 1,024 bytes; comes back in the callback.",
    "max_bytes": 1024,
}
JOB_ID: ParameterNotes = {"text": "Id of the job, from the answer of the submit."}

UNDERSTANDING_NOTES = (
    OperationNotes(
        operation="SubmitSmarttagJob",
        title="Tag a video",
        purpose=(
            "Let AI label a video: people, objects, scenes, logos, on-screen text, speech and topics, as its template "
            "says. Runs in the background; QuerySmarttagJob returns the tags, for 180 days. Only in Beijing, Shanghai "
            "and Hangzhou. An asset of the library that should become searchable is better served by "
            "SubmitMediaAiAnalysisJob; for chapters and summaries see SubmitVideoCognitionJob."
        ),
        effect=Effect.WRITE,
        heed="S00000103-000002: all tags; S00000103-000001: with text understanding, needs Params.nlpParams.",
        parameters={
            "Input": INPUT_OR_URL,
            "TemplateId": TAG_TEMPLATE,
            "TemplateConfig": TAG_CONFIG,
            "Params": {
                **OPEN,
                "text": "What the result holds besides tags, and text understanding. Left out: tags only.",
                "fields": (
                    Parameter("needAsrData", "boolean", text="true adds the transcript; default false."),
                    Parameter("needOcrData", "boolean", text="true adds the text read in the picture; default false."),
                    Parameter("needMetaData", "boolean", text="true adds the title; default false."),
                    NLP_PARAMS,
                ),
                "extra_fields": True,
            },
            "Title": VIDEO_TITLE,
            "Content": {
                "text": "Description of the video, which helps the analysis; at most 1,024 bytes.",
                "max_bytes": 1024,
            },
            "NotifyUrl": {
                "text": "http(s) address that is told when the job ends. Left out: nobody is told.",
                "url_schemes": ("http", "https"),
            },
            "UserData": RETURNED_USER_DATA,
            "ScheduleConfig": {
                "text": "Queue. Left out: the default one, which runs two jobs at a time.",
                "nested": {
                    "PipelineId": {"text": "Queue, from ListPipelines. Left out: the default one."},
                    "Priority": {"text": "Has no effect yet."},
                },
            },
            "ContentType": {"hidden": True},
            "ContentAddr": {"hidden": True},
        },
        poll=Poll(
            operation="QuerySmarttagJob",
            arguments=(("JobId", "JobId"),),
            status_field="JobStatus",
            success=("Success",),
            failure=("Fail",),
            pending=("Submitted", "Processing"),
            result=Result(
                fields=(
                    ("results[].type", "Results.Result[].Type"),
                    ("results[].data", "Results.Result[].Data"),
                    ("usages", "Usages.Usage"),
                ),
                empty="nothing of what the template looks for was found; this is final",
            ),
        ),
        costs="AI processing, billed by the length of the video.",
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "TemplateId": "S00000103-000002",
            "Params": {"needAsrData": True, "needOcrData": False},
            "Title": "autumn-launch",
        },
        sources=(
            f"{PAGE}submitsmarttagjob",
            "https://help.aliyun.com/zh/ims/developer-reference/smart-tagging-template",
        ),
    ),
    OperationNotes(
        operation="QuerySmarttagJob",
        title="Get a video's tags",
        purpose=(
            "See the state (Submitted, Processing, Success, Fail) and the result of one SubmitSmarttagJob. Each "
            "result has a Type and Data as JSON text: VideoLabel, ImageLabel (persons, tags), TextLabel, CPVLabel "
            "(categories, entities, keywords), ASR, OCR, NLP, Subtitle, Meta. Times in seconds, in NLP in ms. Long "
            "videos give much. Usages says what was billed."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": JOB_ID,
            "Params": {
                **OPEN,
                "text": "Whose tags to return. Left out: what there is.",
                "fields": (
                    Parameter(
                        "labelResultType",
                        "string",
                        text="auto: found by the machine; hmi: checked by people.",
                        choices=("auto", "hmi"),
                    ),
                ),
                "extra_fields": True,
            },
        },
        idempotent=True,
        example={"JobId": "88c6ca184c0e47098a5b665e2a126797", "Params": {"labelResultType": "auto"}},
        sources=(f"{PAGE}querysmarttagjob",),
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
        heed="sourceLanguage cn, en, yue, ja, fspk. The transcript comes by QueryVideoCognitionJob, NeedAsr.",
        parameters={
            "Input": INPUT_OR_URL,
            "TemplateId": TAG_TEMPLATE,
            "TemplateConfig": {**TAG_CONFIG, "inferred": True},
            "Params": {
                **OPEN,
                "text": "Options of the analyses; nlpParams for chapters and summaries. Those of shots, own tags and "
                "actions are not documented.",
                "fields": (NLP_PARAMS,),
                "extra_fields": True,
            },
            "Title": VIDEO_TITLE,
            "UserData": RETURNED_USER_DATA,
        },
        poll=Poll(
            operation="QueryVideoCognitionJob",
            arguments=(("JobId", "JobId"),),
            status_field="JobStatus",
            success=("Success",),
            failure=("Fail",),
            pending=("Submitted", "Processing"),
            result=Result(
                fields=(
                    ("results[].type", "Results.result[].Type"),
                    ("results[].data", "Results.result[].Data"),
                ),
                empty="the analyses found nothing; this is final",
            ),
        ),
        costs="AI processing, billed by the length of the video.",
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "TemplateId": "S00000101-300080",
            "Title": "team-meeting-2026-03-02",
            "Params": {
                "nlpParams": {
                    "sourceLanguage": "cn",
                    "diarizationEnabled": True,
                    "speakerCount": 0,
                    "summarizationEnabled": True,
                    "summarizationTypes": "Paragraph,QuestionsAnswering",
                    "autoChaptersEnabled": True,
                }
            },
        },
        then=(
            "Transcript and on-screen text come only if asked for: QueryVideoCognitionJob with JobId and "
            'IncludeResults {"NeedAsr": true, "NeedOcr": true}.'
        ),
        sources=(f"{PAGE}submitvideocognitionjob",),
    ),
    OperationNotes(
        operation="QueryVideoCognitionJob",
        title="Get a video's analysis",
        purpose=(
            "See the state (Submitted, Processing, Success, Fail) and the results of one SubmitVideoCognitionJob: per "
            "algorithm a Type and Data as JSON text (chapters, summaries and the like under NLP, with times in ms). "
            "Transcript, on-screen text and links to raw results are only included if IncludeResults asks for them."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": JOB_ID,
            "IncludeResults": {
                "text": "What to add to the answer. Left out: neither transcript nor on-screen text.",
                "nested": {
                    "NeedAsr": {"text": "true adds the transcript."},
                    "NeedOcr": {"text": "true adds the text read in the picture."},
                    "NeedProcess": {"text": "true adds a link to the raw results."},
                },
            },
            "Params": {**OPEN, "text": "No option is documented: leave it out.", "extra_fields": True},
        },
        idempotent=True,
        example={"JobId": "88c6ca184c0e47098a5b665e2a126797", "IncludeResults": {"NeedAsr": True}},
        sources=(f"{PAGE}queryvideocognitionjob",),
    ),
)
