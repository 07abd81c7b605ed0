"""Live recording: jobs that write a live stream to files."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import Effect, Needs

TOOLSET = "live_record"

NOTES = (
    OperationNotes(
        operation="SubmitLiveRecordJob",
        toolset=TOOLSET,
        title="Record a live stream",
        purpose=(
            "Start recording an RTMP live stream, from ApsaraVideo Live or anywhere else, into an OSS or VOD bucket. "
            "Start the stream first: the job tries to pull it for 3 minutes and then gives up for good. TemplateId "
            "decides formats (mp4, flv, m3u8), file names and how often a new file begins. A job cannot be stopped, "
            "cancelled or deleted, it ends when the stream does, and a second call records a second time: after an "
            "unclear failure look for the job by its Name before trying again. Returns the JobId."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": {"text": "Name of the job; make it unique, to find it again.", "max_bytes": 1024},
            "StreamInput": {
                "text": "The stream to record.",
                "nested": {
                    "Type": {"text": "Always rtmp.", "choices": ("rtmp",)},
                    "Url": {"text": "rtmp://host/app/stream", "required": True, "url_schemes": ("rtmp", "rtmps")},
                },
            },
            "RecordOutput": {
                "text": "Where the files go.",
                "nested": {
                    "Type": {"text": "Kind of storage.", "choices": ("oss", "vod")},
                    "Bucket": {"text": "Name of the bucket."},
                    "Endpoint": {"text": "Endpoint of the storage: oss-cn-shanghai.aliyuncs.com."},
                },
            },
            "TemplateId": {"text": "Id of the recording template, a UUID."},
            "NotifyUrl": {"text": "URL that is told of states and files.", "url_schemes": ("http", "https")},
        },
        rules=(Needs("RecordOutput.Type", "oss", "RecordOutput.Bucket"),),
        words=("record", "live", "rtmp", "capture", "录制", "直播录制", "直播"),
    ),
)
