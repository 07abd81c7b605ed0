"""File processing: pictures and animated images from videos.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations and of the snapshot and animated
image templates. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import (
    INPUT,
    JOB_ID,
    OSS_OR_MEDIA,
    SCHEDULE,
    STATUS,
    list_parameters,
)
from ims_mcp.catalogue.operation import Effect, Poll

CLOCK = "hh:mm:ss.SSS or seconds."
SNAPSHOT_TEMPLATE: ParameterNotes = {
    "text": "How pictures are taken.",
    "nested": {
        "TemplateId": {"text": "Of type 2: list_system_templates or list_custom_templates."},
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "Type": {"text": "Normal, Sprite or WebVtt."},
                "Time": {"text": "Begin in milliseconds."},
                "Count": {"text": "Number of pictures."},
                "Interval": {"text": "Seconds between pictures."},
                "FrameType": {"text": "intra (default) key frames; normal any.", "choices": ("intra", "normal")},
                "BlackLevel": {"text": "Threshold to skip a black first frame."},
            },
        },
    },
}
ANIMATION_TEMPLATE: ParameterNotes = {
    "text": "What the animated image is like.",
    "nested": {
        "TemplateId": {"text": "Of type 3: list_system_templates or list_custom_templates."},
        "OverwriteParams": {
            "text": "What differs from the template.",
            "nested": {
                "Format": {"choices": ("gif", "webp")},
                "Fps": {"minimum": 1, "maximum": 60},
                "Width": {"minimum": 128, "maximum": 4096},
                "Height": {"minimum": 128, "maximum": 4096},
                "LongShortMode": {"text": "true (default): Width is the long side."},
                "ScanMode": {"choices": ("interlaced", "progressive")},
                "TimeSpan": {
                    "text": "Stretch of the video.",
                    "nested": {
                        "Seek": {"text": f"Begin: {CLOCK}"},
                        "Duration": {"text": f"Length: {CLOCK}"},
                        "End": {"text": "Overrides Duration."},
                    },
                },
            },
        },
    },
}

NOTES = (
    OperationNotes(
        operation="SubmitSnapshotJob",
        title="Take pictures of a video",
        purpose=(
            "Take pictures of a video file or asset: single frames, a series at intervals, a sprite sheet or a WebVTT "
            "preview track, into OSS or as assets. Runs in the background: follow the JobId with get_snapshot_job, "
            "then get addresses with get_snapshot_urls. For a live stream use submit_live_snapshot_job, for a moving "
            "preview submit_dynamic_image_job."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "Output": {
                "text": "Where they go; the bucket has to be registered with IMS.",
                "nested": {
                    "Type": {"text": "What Media holds.", "choices": OSS_OR_MEDIA},
                    "Media": {
                        "text": "OSS address; several need {Count}, a sprite {TileCount}, WebVTT ends in .vtt.",
                    },
                },
            },
            "TemplateConfig": SNAPSHOT_TEMPLATE,
            "Name": {"text": "Name of the job."},
            "ScheduleConfig": {"text": "Queue.", "nested": {"PipelineId": {"text": "From list_pipelines."}}},
        },
        poll=Poll(
            operation="GetSnapshotJob",
            arguments=(("JobId", "JobId"),),
            status_field="SnapshotJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
        ),
        costs="Pictures are billed media processing.",
        words=(
            "screenshot",
            "thumbnail",
            "extract frames",
            "sprite sheet",
            "视频截图",
            "缩略图",
            "雪碧图",
            "抽帧",
            "thumbnail of a video",
            "still at second",
            "grab a frame",
            "screenshots of a video",
            "cover pictures",
            "keyframes",
            "视频截几张图",
            "视频封面图",
            "截一帧",
            "抽关键帧",
        ),
    ),
    OperationNotes(
        operation="GetSnapshotJob",
        title="Follow a snapshot job",
        purpose=(
            "Show one job of submit_snapshot_job: state (Init, Success, Fail), error, kind and number of pictures, "
            "where they lie and the template used. Ready addresses of the pictures come from get_snapshot_urls."
        ),
        effect=Effect.READ,
        idempotent=True,
        words=(
            "screenshot status",
            "thumbnail job",
            "截图任务",
            "查询截图",
            "are the thumbnails done",
            "截图好了没",
        ),
    ),
    OperationNotes(
        operation="GetSnapshotUrls",
        title="Get addresses of pictures",
        purpose=(
            "List the addresses of the pictures that a finished submit_snapshot_job took, and of its WebVTT file where "
            "there is one. The addresses are signed and end after Timeout. At most 30 a page, by page number."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "JobId": JOB_ID,
            "Timeout": {"text": "Lifetime of the addresses in seconds; default 3600.", "minimum": 1, "maximum": 129600},
            "OrderBy": {"text": "Order of the pictures.", "choices": ("Asc", "Desc")},
            "PageSize": {"text": "Pictures a page; default 10.", "minimum": 1, "maximum": 30},
        },
        idempotent=True,
        words=(
            "download thumbnails",
            "screenshot links",
            "vtt",
            "截图地址",
            "获取截图链接",
            "下载截图",
            "urls of the thumbnails",
            "where are my screenshots",
            "截图在哪",
            "封面图地址",
            "download the thumbnails",
            "截图下载",
        ),
    ),
    OperationNotes(
        operation="ListSnapshotJobs",
        title="List snapshot jobs",
        purpose=(
            "List jobs that took pictures of files, by state and creation time, to find an id or the failed ones. "
            "Pages with NextPageToken; no token means the end. Jobs on live streams are listed by "
            "list_live_snapshot_jobs."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
        words=("screenshot history", "thumbnail jobs", "截图任务列表", "截图记录"),
    ),
    OperationNotes(
        operation="SubmitDynamicImageJob",
        title="Make an animated image",
        purpose=(
            "Turn a stretch of a video file or asset into an animated GIF or WebP, for a moving preview. Runs in the "
            "background: follow the JobId with get_dynamic_image_job, which then holds the address. For still "
            "pictures use submit_snapshot_job."
        ),
        effect=Effect.WRITE,
        parameters={
            "Input": INPUT,
            "Output": {
                "text": "Where it goes; the bucket has to be registered with IMS.",
                "nested": {
                    "Type": {"text": "OSS, or Media for a new asset.", "choices": OSS_OR_MEDIA},
                    "Media": {"text": "OSS address, same region."},
                },
            },
            "TemplateConfig": ANIMATION_TEMPLATE,
            "Name": {"text": "Name of the job."},
            "ScheduleConfig": SCHEDULE,
        },
        poll=Poll(
            operation="GetDynamicImageJob",
            arguments=(("JobId", "JobId"),),
            status_field="DynamicImageJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
        ),
        costs="Animated images are billed media processing.",
        words=(
            "gif",
            "video to gif",
            "animated webp",
            "moving preview",
            "视频转GIF",
            "动图",
            "制作动图",
            "make a gif",
            "animated thumbnail",
            "gif of the first seconds",
            "做成动图",
            "做个gif",
            "转动图",
        ),
    ),
    OperationNotes(
        operation="GetDynamicImageJob",
        title="Follow an animated image",
        purpose=(
            "Show one job of submit_dynamic_image_job: state (Init, Success, Fail), error, the template used, and once "
            "it succeeded the address of the GIF or WebP in OutputUrl."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        words=(
            "gif ready",
            "gif address",
            "动图任务",
            "查询动图",
            "动图地址",
            "is the gif done",
            "动图好了没",
        ),
    ),
    OperationNotes(
        operation="ListDynamicImageJobs",
        title="List animated image jobs",
        purpose=(
            "List jobs that made animated images, by state and creation time, to find an id or the failed ones. Pages "
            "with NextPageToken; no token means the end. The address is told by get_dynamic_image_job."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
        words=("gif history", "gif jobs", "动图任务列表", "动图记录"),
    ),
)
