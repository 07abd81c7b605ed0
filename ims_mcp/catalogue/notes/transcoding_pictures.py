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
        "TemplateId": {"text": "Of type 2: ListSystemTemplates or ListCustomTemplates."},
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
        "TemplateId": {"text": "Of type 3: ListSystemTemplates or ListCustomTemplates."},
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
            "preview track, into OSS or as assets. Runs in the background: follow the JobId with GetSnapshotJob, "
            "then get addresses with GetSnapshotUrls. For a live stream use SubmitLiveSnapshotJob, for a moving "
            "preview SubmitDynamicImageJob."
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
            "ScheduleConfig": {"text": "Queue.", "nested": {"PipelineId": {"text": "From ListPipelines."}}},
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
    ),
    OperationNotes(
        operation="GetSnapshotJob",
        title="Follow a snapshot job",
        purpose=(
            "Show one job of SubmitSnapshotJob: state (Init, Success, Fail), error, kind and number of pictures, "
            "where they lie and the template used. Ready addresses of the pictures come from GetSnapshotUrls."
        ),
        effect=Effect.READ,
        idempotent=True,
    ),
    OperationNotes(
        operation="GetSnapshotUrls",
        title="Get addresses of pictures",
        purpose=(
            "List the addresses of the pictures that a finished SubmitSnapshotJob took, and of its WebVTT file where "
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
    ),
    OperationNotes(
        operation="ListSnapshotJobs",
        title="List snapshot jobs",
        purpose=(
            "List jobs that took pictures of files, by state and creation time, to find an id or the failed ones. "
            "Pages with NextPageToken; no token means the end. Jobs on live streams are listed by "
            "ListLiveSnapshotJobs."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitDynamicImageJob",
        title="Make an animated image",
        purpose=(
            "Turn a stretch of a video file or asset into an animated GIF or WebP, for a moving preview. Runs in the "
            "background: follow the JobId with GetDynamicImageJob, which then holds the address. For still "
            "pictures use SubmitSnapshotJob."
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
    ),
    OperationNotes(
        operation="GetDynamicImageJob",
        title="Follow an animated image",
        purpose=(
            "Show one job of SubmitDynamicImageJob: state (Init, Success, Fail), error, the template used, and once "
            "it succeeded the address of the GIF or WebP in OutputUrl."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListDynamicImageJobs",
        title="List animated image jobs",
        purpose=(
            "List jobs that made animated images, by state and creation time, to find an id or the failed ones. Pages "
            "with NextPageToken; no token means the end. The address is told by GetDynamicImageJob."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
    ),
)
