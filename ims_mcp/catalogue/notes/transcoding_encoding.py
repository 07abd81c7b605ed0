"""File processing: transcoding and probing.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes import transcoding_older
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_config import CONFIG, CONFIG_PAGES
from ims_mcp.catalogue.notes.transcoding_jobs import (
    INPUT,
    JOB_ID,
    JOB_NAME,
    LIST_EXAMPLE,
    SCHEDULE,
    list_parameters,
)
from ims_mcp.catalogue.operation import Effect, Poll, Result, Rows

PROBE: dict[str, ParameterNotes] = {
    "Input": INPUT,
    "Name": JOB_NAME,
    "ScheduleConfig": SCHEDULE,
}
PROBE_EXAMPLE = {
    "Input": {"Type": "OSS", "Media": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch.mp4"}
}
SINGLE = "Job.OutputDetails[]"
GROUPED = "Job.OutputGroupDetails[].Outputs[]"
PROBED = "MediaInfoJob.MediaInfoProperty"

NOTES = (
    *transcoding_older.NOTES,
    OperationNotes(
        operation="SubmitMediaConvertJob",
        title="Transcode a file",
        purpose=(
            "Transcode a file in OSS or an asset: to another format, size or bitrate as plain files (Outputs, or "
            "OutputGroups of Type File), or as an adaptive set with master playlist (OutputGroups of Type Hls, Dash); "
            "each output names a template, and may add watermarks, a clip, or settings of its own. Returns the job "
            "with its JobId at once and runs in the background: follow it with GetMediaConvertJob until State is "
            "Complete. For a live stream use SubmitLiveTranscodeJob, for cutting and joining an editing job."
        ),
        effect=Effect.WRITE,
        parameters={
            "Config": {
                "text": "Inputs and what is made of them. Give OutputGroups or Outputs.",
                "kind": "object",
                "json_text": True,
                "fields": CONFIG,
            },
            "PipelineId": {
                "text": "Queue, from ListPipelines; default: the default queue. Narrowband HD 2.0 templates need a "
                "NarrowBandHDV2 queue."
            },
        },
        # A single address for each file is what people have; groups are for sets of renditions.
        example={
            "Config": {
                "Inputs": [{"InputFile": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"}}],
                "Outputs": [
                    {
                        "TemplateId": "S00000001-100031",
                        "OutputFile": {"Type": "OSS", "Media": "oss://example-bucket/transcoded/launch-720p.mp4"},
                        "OverrideParams": {"Video": {"Bitrate": 1800}},
                    }
                ],
            }
        },
        poll=Poll(
            operation="GetMediaConvertJob",
            arguments=(("JobId", "Job.JobId"),),
            status_field="Job.State",
            success=("Complete",),
            failure=("Error", "Cancelled"),
            pending=("Inited", "Running"),
            result=Result(
                fields=(
                    ("files[].url", f"{SINGLE}.Result.OutputFile"),
                    ("files[].url", f"{GROUPED}.Result.OutputFile"),
                    ("files[].state", f"{SINGLE}.Status"),
                    ("files[].state", f"{GROUPED}.Status"),
                    ("files[].output", f"{SINGLE}.Name"),
                    ("files[].output", f"{GROUPED}.Name"),
                    ("files[]", f"{SINGLE}.Result.OutFileMeta"),
                    ("files[]", f"{GROUPED}.Result.OutFileMeta"),
                    ("groups[].folder", "Job.Config.OutputGroups[].GroupConfig.OutputFileBase.Media"),
                    ("groups[].playlist", "Job.Config.OutputGroups[].GroupConfig.ManifestName"),
                ),
            ),
        ),
        costs="Billed by the minute of output.",
        heed="Built in: S00000001-100031 MP4 720p, -100041 1080p, -200031 HLS 720p. Logo: CreateCustomTemplate first.",
        sources=(*CONFIG_PAGES, "https://help.aliyun.com/en/mps/preset-templates"),
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
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
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
        parameters=list_parameters(
            {
                "text": "Only this state: Inited is submitted.",
                "hints": ("Inited", "Running", "Complete", "Error", "Cancelled"),
            }
        ),
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="Jobs",
            columns=(
                ("JobId", "JobId"),
                ("name", "Config.JobName"),
                ("State", "State"),
                ("input", "Config.Inputs[].InputFile.Media"),
                ("created", "CreateTime"),
                ("finished", "FinishTime"),
                ("Code", "Code"),
                ("Message", "Message"),
            ),
        ),
        then="Read the outputs of one of them with GetMediaConvertJob.",
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
        example=PROBE_EXAMPLE,
        poll=Poll(
            operation="GetMediaInfoJob",
            arguments=(("JobId", "MediaInfoJob.JobId"),),
            status_field="MediaInfoJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
            result=Result(
                fields=(
                    ("url", f"{PROBED}.FileBasicInfo.FileUrl"),
                    ("format", f"{PROBED}.FileBasicInfo.FormatName"),
                    ("duration_seconds", f"{PROBED}.FileBasicInfo.Duration"),
                    ("size_bytes", f"{PROBED}.FileBasicInfo.FileSize"),
                    ("bitrate_kbps", f"{PROBED}.FileBasicInfo.Bitrate"),
                    ("video[].codec", f"{PROBED}.VideoStreamInfoList[].Codec_name"),
                    ("video[].profile", f"{PROBED}.VideoStreamInfoList[].Profile"),
                    ("video[].width", f"{PROBED}.VideoStreamInfoList[].Width"),
                    ("video[].height", f"{PROBED}.VideoStreamInfoList[].Height"),
                    ("video[].fps", f"{PROBED}.VideoStreamInfoList[].Fps"),
                    ("video[].bitrate_kbps", f"{PROBED}.VideoStreamInfoList[].Bit_rate"),
                    ("video[].pixel_format", f"{PROBED}.VideoStreamInfoList[].PixFmt"),
                    ("video[].rotate", f"{PROBED}.VideoStreamInfoList[].Rotate"),
                    ("audio[].codec", f"{PROBED}.AudioStreamInfoList[].CodecName"),
                    ("audio[].channels", f"{PROBED}.AudioStreamInfoList[].Channels"),
                    ("audio[].sample_rate_hz", f"{PROBED}.AudioStreamInfoList[].SampleRate"),
                    ("audio[].bitrate_kbps", f"{PROBED}.AudioStreamInfoList[].Bitrate"),
                    ("audio[].language", f"{PROBED}.AudioStreamInfoList[].Lang"),
                ),
            ),
        ),
    ),
    OperationNotes(
        operation="GetMediaInfoJob",
        title="Read a probe result",
        purpose=(
            "Show one job of SubmitMediaInfoJob: state (Init, Success, Fail), and once it is Success container, size, "
            "duration, video and audio streams of the file under MediaInfoProperty. It takes a JobId; for an asset's "
            "data by MediaId use GetMediaInfo."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
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
            {"text": "Only this state: Init, Success or Fail.", "hints": ("Init", "Success", "Fail")},
            {"text": "Jobs a page; default 10.", "minimum": 1, "maximum": 100},
        ),
        idempotent=True,
        example=LIST_EXAMPLE,
        rows=Rows(
            path="Jobs",
            columns=(
                ("JobId", "JobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("input", "Input.Media"),
                ("submitted", "SubmitTime"),
                ("format", "MediaInfoProperty.FileBasicInfo.FormatName"),
                ("seconds", "MediaInfoProperty.FileBasicInfo.Duration"),
                ("bytes", "MediaInfoProperty.FileBasicInfo.FileSize"),
            ),
        ),
        then="Read all streams of one of them with GetMediaInfoJob.",
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
        heed="Answers at once, large files may time out: then SubmitMediaInfoJob.",
        parameters=PROBE,
        example=PROBE_EXAMPLE,
        then="The answer is the result; SubmitMediaInfoJob is for slow files.",
    ),
)
