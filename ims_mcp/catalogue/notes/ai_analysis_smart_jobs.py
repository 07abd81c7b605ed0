"""What is common to all smart jobs: their state and result, their list, their deletion.

Sources: SDK 6.20.2, and the vendor's pages of the operations with their samples of results. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import PAGE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

JOB_ID: ParameterNotes = {"text": "Id of the job, from the answer of the submit.", "required": True}

SMART_JOB_NOTES = (
    OperationNotes(
        operation="GetSmartHandleJob",
        title="Follow an AI job",
        purpose=(
            "See the state and result of a smart job: transcription, speech, text generation, translation, avatar "
            "video, highlight extraction, segmentation, chart. State is Created, Executing, Finished or Failed (with "
            "ErrorCode); the result is in JobResult (AiResult as JSON text, MediaId, MediaUrl) or Output. Jobs of the "
            "past year can be read. Other analyses have their own: QuerySmarttagJob, QueryIProductionJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=(f"{PAGE}getsmarthandlejob",),
    ),
    OperationNotes(
        operation="ListSmartJobs",
        title="List AI jobs",
        purpose=(
            "Browse smart jobs (transcription, speech, translation, charts) by kind and state, newest first. Use "
            "NextToken or page numbers, not both. The results are not included: ask GetSmartHandleJob for each."
        ),
        effect=Effect.READ,
        heed="Shows no results: GetSmartHandleJob reads one.",
        parameters={
            "JobType": {
                "text": "Only this kind of job. ASR transcription, TextToSpeech speech, VideoTranslation translation, "
                "TextGenerate texts, DynamicChart charts. Left out: all kinds.",
                "hints": ("ASR", "DynamicChart", "VideoTranslation", "TextToSpeech", "TextGenerate"),
            },
            "JobState": {
                "text": "Only jobs in this state. Left out: all.",
                "choices": ("Created", "Executing", "Finished", "Failed"),
            },
            "SortBy": {
                "text": "Order by creation time; default newest first.",
                "choices": ("CreationTime:Desc", "CreationTime:Asc"),
            },
            "MaxResults": {"text": "Jobs a page with NextToken, 1 to 100; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "NextToken of the previous answer; empty there means the end."},
            "PageNo": {"text": "Page by number, from 1; default 1.", "minimum": 1},
            "PageSize": {"text": "Jobs a page with PageNo, 1 to 100; default 10.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="SmartJobList",
            columns=(
                ("JobId", "JobId"),
                ("type", "JobType"),
                ("state", "JobState"),
                ("title", "Title"),
                ("input", "InputConfig.InputFile"),
                ("created", "CreateTime"),
            ),
        ),
        then="Read the result of one with GetSmartHandleJob.",
        sources=(f"{PAGE}listsmartjobs",),
    ),
    OperationNotes(
        operation="DeleteSmartJob",
        title="Delete AI jobs",
        purpose=(
            "Remove one or several smart jobs with their results from the list for good. Files and assets that they "
            "made stay. Read the results with GetSmartHandleJob before."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes smart jobs with their results for good"),),
        parameters={
            "JobId": {
                "text": "Comma-separated ids of the jobs, from ListSmartJobs.",
                "required": True,
                "comma_list": True,
            }
        },
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        sources=(f"{PAGE}deletesmartjob",),
    ),
)
