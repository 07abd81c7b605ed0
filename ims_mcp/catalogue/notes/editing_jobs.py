"""Editing jobs: rendering a timeline, exporting a project, clipping a live stream.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_projects import CLIPS_PARAM, CREATE_SOURCE, CREATION_ORDER, OPEN, TIMELINE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AtLeastOne, Effect, Needs, Parameter, Poll

JOB_ID: ParameterNotes = {"text": "Id of the job.", "required": True}
OUTPUT_FIELDS = (
    Parameter("MediaURL", "string", text="OSS address of the result; needed for oss-object."),
    Parameter("StorageLocation", "string", text="VOD bucket host; needed for vod-media."),
    Parameter("FileName", "string", text="With extension; needed for vod-media."),
    Parameter("Width", "integer"),
    Parameter("Height", "integer"),
    Parameter("Bitrate", "integer", text="kbit/s."),
)
OUTPUT_CONFIG: ParameterNotes = {
    **OPEN,
    "text": "Where the video goes and its size.",
    "fields": OUTPUT_FIELDS,
    "extra_fields": True,
}
VOD_NEEDS = (
    Needs("OutputMediaTarget", "vod-media", "OutputMediaConfig.StorageLocation"),
    Needs("OutputMediaTarget", "vod-media", "OutputMediaConfig.FileName"),
)

JOB_NOTES = (
    OperationNotes(
        operation="SubmitMediaProducingJob",
        title="Render an edited video",
        purpose=(
            "Cut, join and render video: give exactly one of ProjectId, Timeline or TemplateId (with ClipsParam) and "
            "the place of the result. Materials are assets or OSS files of the same region, not web addresses. It "
            "runs in the background; follow JobId with GetMediaProducingJob. The result becomes an asset (MediaId) "
            "that is probed after the job. For many variants use SubmitBatchMediaProducingJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Timeline": TIMELINE,
            "ProjectId": {"text": "Project to render."},
            "TemplateId": {"text": "Template to fill and render."},
            "ClipsParam": CLIPS_PARAM,
            "OutputMediaConfig": OUTPUT_CONFIG,
            "OutputMediaTarget": {
                "text": "Kind of storage.",
                "choices": ("oss-object", "vod-media", "S3"),
            },
            "EditingProduceConfig": {
                **OPEN,
                "text": "Options: CoverConfig, AutoRegisterInputVodMedia, OutputWebmTransparentChannel, ...",
            },
            "MediaMetadata": {**OPEN, "text": "Of the resulting asset: Title, Description, Tags, ..."},
            "ProjectMetadata": {**OPEN, "text": "Of the project made for a timeline: Title, Description."},
            "Source": CREATE_SOURCE,
        },
        rules=(
            AtLeastOne(("ProjectId", "Timeline", "TemplateId")),
            Needs("TemplateId", None, "ClipsParam"),
            *VOD_NEEDS,
        ),
        poll=Poll(
            operation="GetMediaProducingJob",
            arguments=(("JobId", "JobId"),),
            status_field="MediaProducingJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Queuing", "Processing"),
        ),
        costs="Billed by the length of the video produced.",
    ),
    OperationNotes(
        operation="GetMediaProducingJob",
        title="Follow a rendering job",
        purpose=(
            "See how far a job of SubmitMediaProducingJob is: status (Init, Queuing, Processing, Success, Failed), "
            "progress, error code and message, and at the end MediaId, MediaURL and duration of the video. Also "
            "answers for a subjob of a one-click batch."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaProducingJobs",
        title="List rendering jobs",
        purpose=(
            "Browse rendering jobs by status, kind, project, batch or creation time (at most 30 days between start "
            "and end), newest first. MasterJobId lists the subjobs of one SubmitBatchMediaProducingJob. Pages "
            "with NextToken. One-click batches themselves are in ListBatchMediaProducingJobs."
        ),
        effect=Effect.READ,
        parameters={
            "Status": {"text": "Only this state.", "choices": ("Init", "Processing", "Success", "Failed")},
            "JobType": {
                "text": "Live clipping, timeline or template, or advanced template.",
                "choices": ("LiveEditingJob", "EditingJob", "VETemplateJob"),
            },
            "ProjectId": {"text": "Only jobs of this project."},
            "MasterJobId": {"text": "Only subjobs of this batch."},
            "Keyword": {"text": "Searched text, such as a job id."},
            "SortBy": CREATION_ORDER,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitProjectExportJob",
        title="Export a project",
        purpose=(
            "Export an editing project or a timeline into OSS as an Adobe Premiere Pro project or as a plain timeline "
            "with its audio and subtitle files, to go on in another editor. It renders no video: that is "
            "SubmitMediaProducingJob. Runs in the background; the result's addresses come from "
            "GetProjectExportJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "ProjectId": {"text": "Project to export."},
            "Timeline": TIMELINE,
            "ExportType": {"text": "Kind of result.", "choices": ("BaseTimeline", "AdobePremierePro")},
            "OutputMediaConfig": {
                **OPEN,
                "text": "Where in OSS.",
                "fields": (
                    Parameter("Bucket", "string", required=True, text="Name of the bucket."),
                    Parameter("Prefix", "string", text="Path; default the root."),
                    Parameter("Width", "integer"),
                    Parameter("Height", "integer"),
                ),
                "extra_fields": True,
            },
        },
        rules=(AtLeastOne(("ProjectId", "Timeline")),),
        poll=Poll(
            operation="GetProjectExportJob",
            arguments=(("JobId", "JobId"),),
            status_field="ProjectExportJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Processing"),
        ),
    ),
    OperationNotes(
        operation="GetProjectExportJob",
        title="Follow a project export",
        purpose=(
            "See whether an export of SubmitProjectExportJob has ended and get its result: ProjectUrl (usually a "
            "signed address that expires) for Premiere, Timeline for BaseTimeline, audio and subtitle addresses; or "
            "the error."
        ),
        effect=Effect.READ,
        parameters={"JobId": {"text": "Id of the export job."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitLiveEditingJob",
        title="Clip a live stream",
        purpose=(
            "Cut one or several time ranges out of a running or finished live stream that is being recorded for "
            "editing, and join them into one video in OSS or VOD: match highlights, a talk out of a day. Runs in the "
            "background; follow JobId with GetLiveEditingJob. To record a whole stream instead use "
            "SubmitLiveRecordJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "Clips": {
                "text": "The ranges in order, UTC; each may name its own stream.",
                "kind": "array",
                "json_text": True,
                "items": Parameter(
                    "",
                    "object",
                    fields=(
                        Parameter("StartTime", "string", required=True, text="2026-01-31T08:00:00Z"),
                        Parameter("EndTime", "string", required=True),
                        Parameter("AppName", "string"),
                        Parameter("DomainName", "string"),
                        Parameter("StreamName", "string"),
                    ),
                    extra_fields=True,
                ),
            },
            "LiveStreamConfig": {
                **OPEN,
                "text": "Stream of the clips that name none.",
                "fields": (
                    Parameter("AppName", "string", required=True),
                    Parameter("DomainName", "string", required=True),
                    Parameter("StreamName", "string", required=True),
                ),
                "extra_fields": True,
            },
            "ProjectId": {"text": "Live project whose storage settings are used."},
            "OutputMediaConfig": OUTPUT_CONFIG,
            "OutputMediaTarget": {"text": "Kind of storage.", "choices": ("oss-object", "vod-media")},
            "MediaProduceConfig": {
                **OPEN,
                "text": "How to cut.",
                "fields": (
                    Parameter(
                        "Mode",
                        "string",
                        text="Rough cuts at segments; Fast keeps the stream's size. Default AccurateFast.",
                        choices=("AccurateFast", "Accurate", "Rough", "RoughFast"),
                    ),
                ),
                "extra_fields": True,
            },
        },
        poll=Poll(
            operation="GetLiveEditingJob",
            arguments=(("JobId", "JobId"),),
            status_field="LiveEditingJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Queuing", "Processing"),
        ),
        costs="Billed by the length of the video produced.",
    ),
    OperationNotes(
        operation="GetLiveEditingJob",
        title="Follow a live clipping job",
        purpose=(
            "See whether a job of SubmitLiveEditingJob has ended: status, error code and message, the clips that "
            "were asked for, and at the end MediaId and MediaURL of the joined video."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="GetLiveEditingIndexFile",
        title="Get a live project's index",
        purpose=(
            "Get the address of the playlist (m3u8) of what a live clipping project has recorded of a stream so far, "
            "to preview it and find the start and end times for SubmitLiveEditingJob. Returns IndexFile only; "
            "nothing is cut."
        ),
        effect=Effect.READ,
        parameters={
            "ProjectId": {"text": "Live project."},
            "DomainName": {"text": "Playback domain of the stream."},
            "AppName": {"text": "Application of the stream."},
            "StreamName": {"text": "Name of the stream."},
        },
        idempotent=True,
    ),
)
