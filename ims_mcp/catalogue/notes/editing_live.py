"""Clips of live streams: cut out while they run or afterwards, and the recording they are found in.

Sources: what the models of SDK 6.20.2 declare, and the vendor's page named below. The words are ours.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.editing_output import LIVE_OUTPUT
from ims_mcp.catalogue.notes.note import OperationNotes, make_element
from ims_mcp.catalogue.operation import AtLeastOne, Effect, Parameter, Poll, Result

LIVE_STREAM_FIELDS = (
    Parameter("DomainName", "string", text="Domain of the stream: live.example.com."),
    Parameter("AppName", "string", text="Application of the stream: live."),
    Parameter("StreamName", "string", text="Name of the stream."),
)

LIVE_NOTES = (
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
        heed="Times are UTC. Only what ApsaraVideo Live records for editing can be cut.",
        parameters={
            "Clips": {
                "text": "The time ranges, joined in this order.",
                "kind": "array",
                "json_text": True,
                "items": make_element(
                    Parameter("StartTime", "string", required=True, text="Beginning, UTC: 2026-01-31T08:01:00Z."),
                    Parameter(
                        "EndTime", "string", required=True, text="End, UTC: 2026-01-31T08:03:00Z.", after="StartTime"
                    ),
                    *LIVE_STREAM_FIELDS,
                    Parameter(
                        "CoverTime",
                        "string",
                        text="Moment whose picture is the cover, UTC, in the range. The first one given counts.",
                    ),
                    Parameter("CoverUrl", "string", text="OSS address to write the cover to; not for VOD storage."),
                ),
            },
            "LiveStreamConfig": {
                "kind": "object",
                "json_text": True,
                "text": "The recorded stream, for clips that name none.",
                "fields": tuple(replace(field, required=True) for field in LIVE_STREAM_FIELDS),
            },
            "OutputMediaConfig": LIVE_OUTPUT,
            "OutputMediaTarget": {
                "text": "Kind of storage, that of the recording. vod-media makes an asset of VOD.",
                "choices": ("oss-object", "vod-media"),
            },
            "MediaProduceConfig": {
                "kind": "object",
                "json_text": True,
                "text": "How exactly it cuts.",
                "fields": (
                    Parameter(
                        "Mode",
                        "string",
                        text=(
                            "Default AccurateFast: exact, the stream's size. Accurate: exact, any size. Rough and "
                            "RoughFast: whole segments; Rough at any size, RoughFast in the stream's."
                        ),
                        choices=("AccurateFast", "Accurate", "Rough", "RoughFast"),
                    ),
                ),
            },
            "ProjectId": {
                "text": "Live clipping project whose storage settings are used; then OutputMediaConfig is not needed.",
            },
            "UserData": {
                "kind": "object",
                "json_text": True,
                "text": "Data of yours, returned with the job. At most 512 bytes as JSON.",
                "extra_fields": True,
                "max_bytes": 512,
            },
        },
        rules=(AtLeastOne(("OutputMediaConfig", "ProjectId")),),
        example={
            "Clips": [
                {"StartTime": "2026-06-21T08:01:00Z", "EndTime": "2026-06-21T08:03:00Z"},
                {"StartTime": "2026-06-21T08:15:00Z", "EndTime": "2026-06-21T08:19:30Z"},
            ],
            "LiveStreamConfig": {"DomainName": "live.example.com", "AppName": "live", "StreamName": "match"},
            "OutputMediaConfig": {
                "MediaURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/live/highlights.mp4"
            },
        },
        poll=Poll(
            operation="GetLiveEditingJob",
            arguments=(("JobId", "JobId"),),
            status_field="LiveEditingJob.Status",
            success=("Success",),
            failure=("Failed",),
            pending=("Init", "Queuing", "Processing"),
            result=Result(
                fields=(
                    ("MediaURL", "LiveEditingJob.MediaURL"),
                    ("MediaId", "LiveEditingJob.MediaId"),
                    ("clips", "LiveEditingJob.Clips"),
                )
            ),
        ),
        costs="Billed by the length of the video produced.",
        then="GetMediaInfo with the MediaId brings duration and an address that can be opened.",
        sources=("https://help.aliyun.com/document_detail/441148.htm",),
    ),
    OperationNotes(
        operation="GetLiveEditingJob",
        title="Follow a live clipping job",
        purpose=(
            "See whether a job of SubmitLiveEditingJob has ended: status (Init, Queuing, Processing, Success, Failed), "
            "error code and message, the clips that were asked for, and at the end MediaId and MediaURL of the joined "
            "video."
        ),
        effect=Effect.READ,
        parameters={
            "JobId": {"text": "Live clipping job of the last year, from SubmitLiveEditingJob.", "required": True}
        },
        example={"JobId": "d80e4e40449757452c14b0a1d3c5e7f9"},
        then="GetMediaInfo with the MediaId brings duration and an address that can be opened.",
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
            "ProjectId": {"text": "Live clipping project, made by CreateEditingProject."},
            "DomainName": {"text": "Domain of the stream: live.example.com."},
            "AppName": {"text": "Application of the stream: live."},
            "StreamName": {"text": "Name of the stream."},
        },
        example={
            "ProjectId": "5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10",
            "DomainName": "live.example.com",
            "AppName": "live",
            "StreamName": "match",
        },
        then="Cut what was found with SubmitLiveEditingJob.",
        idempotent=True,
    ),
)
