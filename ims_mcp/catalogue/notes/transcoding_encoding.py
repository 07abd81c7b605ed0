"""File processing: transcoding and probing.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations, among them the structure
MediaConvertJobConfig. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import (
    CREATED_FROM,
    CREATED_TO,
    INPUT,
    JOB_ID,
    ORDER_BY,
    OSS_OR_MEDIA,
    PAGE_SIZE,
    PAGE_TOKEN,
    SCHEDULE,
    list_parameters,
)
from ims_mcp.catalogue.operation import Effect, Parameter, Poll

FILE = (
    Parameter("Type", "string", required=True, choices=OSS_OR_MEDIA),
    Parameter("Media", "string", required=True, text="Address, or id of an asset."),
)
CONVERT_OUTPUT = (
    Parameter("Name", "string"),
    Parameter("TemplateId", "string", text="From ListSystemTemplates or ListCustomTemplates."),
)
CONVERT_CONFIG = (
    Parameter("JobName", "string", text="At most 64 bytes.", max_bytes=64),
    Parameter(
        "Inputs",
        "array",
        required=True,
        items=Parameter(
            "",
            "object",
            fields=(
                Parameter("Name", "string", text="Name that outputs refer to."),
                Parameter("InputFile", "object", fields=FILE, extra_fields=True),
            ),
            extra_fields=True,
        ),
    ),
    Parameter(
        "Outputs",
        "array",
        text="Single files.",
        items=Parameter(
            "",
            "object",
            fields=(
                *CONVERT_OUTPUT,
                Parameter("OutputFile", "object", text="Where it goes.", fields=FILE, extra_fields=True),
            ),
            extra_fields=True,
        ),
    ),
    Parameter(
        "OutputGroups",
        "array",
        text="Files that belong together, such as the renditions of one HLS stream.",
        items=Parameter(
            "",
            "object",
            fields=(
                Parameter("Name", "string"),
                Parameter(
                    "GroupConfig",
                    "object",
                    fields=(
                        Parameter("Type", "string", text="File or Hls."),
                        Parameter("OutputFileBase", "object", text="Folder.", fields=FILE, extra_fields=True),
                        Parameter("ManifestName", "string", text="Name of the master playlist."),
                    ),
                    extra_fields=True,
                ),
                Parameter(
                    "Outputs",
                    "array",
                    items=Parameter(
                        "",
                        "object",
                        fields=(*CONVERT_OUTPUT, Parameter("OutputFileName", "string")),
                        extra_fields=True,
                    ),
                ),
            ),
            extra_fields=True,
        ),
    ),
)
PROBE: dict[str, ParameterNotes] = {
    "Input": INPUT,
    "Name": {"text": "Name of the job."},
    "ScheduleConfig": SCHEDULE,
}

NOTES = (
    OperationNotes(
        operation="SubmitTranscodeJob",
        title="Transcode a file (older)",
        purpose=(
            "Transcode a file in OSS or an asset into other formats by template, with watermarks, burnt-in subtitles "
            "or encryption; several inputs are merged into one. Returns TranscodeParentJob with its ParentJobId and "
            "runs in the background: follow it with GetTranscodeJob. The vendor announced the end of this operation "
            "for the end of 2025: for new work use SubmitMediaConvertJob."
        ),
        effect=Effect.WRITE,
        replaced_by="SubmitMediaConvertJob",
        parameters={
            "InputGroup": {"text": "Type OSS or Media, Media its address or asset id; several are merged."},
            "OutputGroup": {"text": "One entry for each result: where it goes and by which template."},
            "Name": {"text": "Name of the job."},
            "ScheduleConfig": SCHEDULE,
        },
        poll=Poll(
            operation="GetTranscodeJob",
            arguments=(("ParentJobId", "TranscodeParentJob.ParentJobId"),),
            status_field="TranscodeParentJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init", "Processing"),
        ),
        costs="Billed by the minute of output.",
    ),
    OperationNotes(
        operation="GetTranscodeJob",
        title="Follow a transcoding job",
        purpose=(
            "Show one job of SubmitTranscodeJob: state (Init, Processing, Success, Fail), percent, and for each of "
            "its parts the output with address, size, duration and streams. Jobs of SubmitMediaConvertJob are shown "
            "by GetMediaConvertJob, and their ids are not known here."
        ),
        effect=Effect.READ,
        replaced_by="GetMediaConvertJob",
        signed_addresses=True,
        parameters={"ParentJobId": {"text": "ParentJobId that the submit returned.", "required": True}},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListTranscodeJobs",
        title="List transcoding jobs",
        purpose=(
            "List jobs of SubmitTranscodeJob by state and creation time, to find a ParentJobId or the failed ones. "
            "Pages with NextPageToken; no token means the end. Newer jobs are listed by ListMediaConvertJobs."
        ),
        effect=Effect.READ,
        replaced_by="ListMediaConvertJobs",
        signed_addresses=True,
        parameters={
            "Status": {"text": "Only this state: Init, Processing, Success, Fail."},
            "StartOfCreateTime": CREATED_FROM,
            "EndOfCreateTime": CREATED_TO,
            "ParentJobId": {"text": "Only this job."},
            "OrderBy": ORDER_BY,
            "PageSize": PAGE_SIZE,
            "NextPageToken": PAGE_TOKEN,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitMediaConvertJob",
        title="Transcode a file",
        purpose=(
            "Transcode a file in OSS or an asset: to another format, size or bitrate as single files (Outputs), or as "
            "an adaptive HLS set with master playlist (OutputGroups); each output names a template. Returns the job "
            "with its JobId at once and runs in the background: follow it with GetMediaConvertJob until State is "
            "Complete. For a live stream use SubmitLiveTranscodeJob, for cutting and joining an editing job."
        ),
        effect=Effect.WRITE,
        parameters={
            "Config": {
                "text": "Inputs and what is made of them. Give Outputs or OutputGroups.",
                "kind": "object",
                "json_text": True,
                "fields": CONVERT_CONFIG,
                "extra_fields": True,
            },
            "PipelineId": {"text": "Queue, from ListPipelines."},
        },
        poll=Poll(
            operation="GetMediaConvertJob",
            arguments=(("JobId", "Job.JobId"),),
            status_field="Job.State",
            success=("Complete",),
            failure=("Error", "Cancelled"),
            pending=("Inited", "Running"),
        ),
        costs="Billed by the minute of output.",
    ),
    OperationNotes(
        operation="GetMediaConvertJob",
        title="Follow a conversion job",
        purpose=(
            "Show one job of SubmitMediaConvertJob: State (Inited, Running, Complete, Error, Cancelled), percent, "
            "error, and for each output its own state, address and media data. Config repeats what was asked for."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaConvertJobs",
        title="List conversion jobs",
        purpose=(
            "List jobs of SubmitMediaConvertJob by state and creation time, to find an id or the failed ones. What "
            "became of the outputs is told only by GetMediaConvertJob. Pages with NextPageToken; no token means "
            "the end."
        ),
        effect=Effect.READ,
        parameters=list_parameters({"text": "Only this state: Inited, Running, Complete, Error, Cancelled."}),
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitMediaInfoJob",
        title="Probe a file, in background",
        purpose=(
            "Find out container, codecs, resolution, bitrate and duration of a file in OSS without making it an asset "
            "of the library. Runs in the background: follow the JobId with GetMediaInfoJob. For a quick answer use "
            "SubmitSyncMediaInfoJob; what is known of a registered asset is told by GetMediaInfo."
        ),
        effect=Effect.WRITE,
        parameters=PROBE,
        poll=Poll(
            operation="GetMediaInfoJob",
            arguments=(("JobId", "MediaInfoJob.JobId"),),
            status_field="MediaInfoJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
        ),
    ),
    OperationNotes(
        operation="GetMediaInfoJob",
        title="Read a probe result",
        purpose=(
            "Show one job of SubmitMediaInfoJob: state, and once it is Success container, size, duration, video and "
            "audio streams of the file under MediaInfoProperty. It takes a JobId; for an asset's data by MediaId use "
            "GetMediaInfo."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListMediaInfoJobs",
        title="List probe jobs",
        purpose=(
            "List probes of files made with SubmitMediaInfoJob, by state and creation time, each with the data it "
            "found. Pages with NextPageToken; no token means the end."
        ),
        effect=Effect.READ,
        parameters=list_parameters(
            {"text": "Only this state: Init, Success, Fail."},
            {"text": "Jobs a page; default 10.", "minimum": 1, "maximum": 100},
        ),
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitSyncMediaInfoJob",
        title="Probe a file now",
        purpose=(
            "Find out container, codecs, resolution, bitrate and duration of a file in OSS or of an asset in one call: "
            "despite its name nothing has to be polled, the answer holds the result. A large or slow file can run into "
            "a timeout; then use SubmitMediaInfoJob. The file does not become an asset."
        ),
        effect=Effect.WRITE,
        parameters=PROBE,
    ),
)
