"""File processing: pictures and animated images from videos.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations and of the snapshot and animated
image templates. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import (
    INPUT,
    JOB_ID,
    JOB_NAME,
    LIST_EXAMPLE,
    OSS_OR_MEDIA,
    SCHEDULE,
    STATUS,
    list_parameters,
)
from ims_mcp.catalogue.notes.transcoding_settings import CLOCK
from ims_mcp.catalogue.operation import Effect, Poll, Result, Rows

SNAPSHOT_PAGE = "https://help.aliyun.com/en/ims/user-guide/screenshot-template"
ANIMATION_PAGE = "https://help.aliyun.com/en/ims/user-guide/dynamic-drawing-template"
SPRITE: ParameterNotes = {
    "text": "The sheet of a sprite: tiles, grid, colour.",
    "nested": {
        "CellWidth": {"text": "Width of a tile in pixels; default that of a picture."},
        "CellHeight": {"text": "Height of a tile in pixels; default that of a picture."},
        "Columns": {"text": "Tiles side by side."},
        "Lines": {"text": "Rows of tiles."},
        "Padding": {"text": "Space between tiles in pixels; default 0."},
        "Margin": {"text": "Frame around the sheet in pixels; default 0."},
        "Color": {"text": "Background colour, #RRGGBB."},
    },
}
SNAPSHOT_TEMPLATE: ParameterNotes = {
    "text": "How pictures are taken: a template, and what differs.",
    "nested": {
        "TemplateId": {
            "text": "Snapshot template. Your default one: GetCustomTemplate with Type 2; others: ListCustomTemplates "
            "with Type 2."
        },
        "OverwriteParams": {
            "text": "What differs from the template: Time in ms, Interval in seconds, sizes in pixels. What is left "
            "out stays as there.",
            "nested": {
                "Type": {
                    "text": "Normal: pictures; Sprite: one sheet; WebVtt: preview track.",
                    "choices": ("Normal", "Sprite", "WebVtt"),
                    "any_case": True,
                },
                "Time": {"text": "Where the first picture is taken, in milliseconds.", "minimum": 0},
                "Count": {
                    "text": "Number of pictures. Those that would lie behind the end are left out: for one each "
                    "Interval up to the end give the length by Interval, or more.",
                    "inferred": True,
                },
                "Interval": {"text": "Seconds between pictures; with 0 they are spread evenly.", "inferred": True},
                "FrameType": {
                    "text": "intra: key frames only (default); normal: any frame, exact in time.",
                    "choices": ("intra", "normal"),
                },
                "Width": {"text": "Width of a picture in pixels. Without Height the shape is kept."},
                "Height": {"text": "Height of a picture in pixels. Without Width the shape is kept."},
                "BlackLevel": {
                    "text": "Skips a black first picture: how black it has to be, such as 30. For several pictures "
                    "only."
                },
                "PixelBlackThreshold": {"text": "Below this brightness a pixel counts as black, such as 70."},
                "IsSptFrag": {"text": "WebVtt only: true puts the pictures on one sheet. false: files of their own."},
                "SpriteSnapshotConfig": SPRITE,
            },
        },
    },
}
ANIMATION_TEMPLATE: ParameterNotes = {
    "text": "What the animated image is like: a template, and what differs.",
    "nested": {
        "TemplateId": {
            "text": "Animated image template. Your default one: GetCustomTemplate with Type 3; others: "
            "ListCustomTemplates with Type 3.",
        },
        "OverwriteParams": {
            "text": "What differs from the template; what is left out stays as there.",
            "nested": {
                "Format": {"text": "gif plays everywhere, webp is smaller.", "choices": ("gif", "webp")},
                "Fps": {"text": "Frames a second.", "minimum": 1, "maximum": 60},
                "Width": {
                    "text": "Width in pixels; with LongShortMode the long side.",
                    "minimum": 128,
                    "maximum": 4096,
                },
                "Height": {
                    "text": "Height in pixels; with LongShortMode the short side.",
                    "minimum": 128,
                    "maximum": 4096,
                },
                "LongShortMode": {"text": "true (default): Width is the long side, upright or not."},
                "ScanMode": {"text": "Interlacing; default progressive.", "choices": ("interlaced", "progressive")},
                "TimeSpan": {
                    "text": "Stretch of the video.",
                    "nested": {
                        "Seek": {"text": f"Begin: {CLOCK}."},
                        "Duration": {"text": f"Length: {CLOCK}."},
                        "End": {
                            "text": f"End: {CLOCK}; overrides Duration. The template's page calls it the length cut "
                            "off at the end: prefer Duration."
                        },
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
                    "Type": {"text": "OSS: objects by address; Media: an asset.", "choices": OSS_OR_MEDIA},
                    "Media": {
                        "text": "OSS: address in a bucket of the same region; Media: asset id. Several pictures need "
                        "{Count} in the address, a sprite {TileCount}, WebVTT ends in .vtt."
                    },
                },
            },
            "TemplateConfig": SNAPSHOT_TEMPLATE,
            "Name": JOB_NAME,
            "ScheduleConfig": {
                "text": "Queue; left out: the default queue.",
                "nested": {"PipelineId": {"text": "Queue, from ListPipelines; default: the default queue."}},
            },
        },
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/pictures/launch-{Count}.jpg"},
            "TemplateConfig": {
                "TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
                "OverwriteParams": {"Time": 0, "Interval": 10, "Count": 60, "Width": 640, "FrameType": "normal"},
            },
        },
        poll=Poll(
            operation="GetSnapshotJob",
            arguments=(("JobId", "JobId"),),
            status_field="SnapshotJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
            result=Result(
                operation="GetSnapshotUrls",
                arguments=(("JobId", "SnapshotJob.JobId"),),
                fields=(("pictures", "SnapshotUrls"), ("total", "Total"), ("webvtt", "WebVTTUrl")),
                empty="no picture was taken: the video may be shorter than Time",
            ),
        ),
        costs="Pictures are billed media processing.",
        heed="Time in ms, Interval in seconds. Count may reach past the end: those pictures are left out.",
        # What Count does past the end is said by the page of the same vendor's media processing.
        sources=(
            SNAPSHOT_PAGE,
            "https://help.aliyun.com/en/ims/user-guide/screenshot",
            "https://help.aliyun.com/document_detail/60805.html",
        ),
    ),
    OperationNotes(
        operation="GetSnapshotJob",
        title="Follow a snapshot job",
        purpose=(
            "Show one job of SubmitSnapshotJob: state (Init, Success, Fail), error, kind and number of pictures, "
            "where they lie and the template used. Ready addresses of the pictures come from GetSnapshotUrls."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        then="Once it is Success, get the addresses of the pictures with GetSnapshotUrls.",
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
            "JobId": {"text": "Id of the snapshot job, from SubmitSnapshotJob.", "required": True},
            "Timeout": {
                "text": "Seconds the addresses live; default 3600. At most 129600, 36 hours.",
                "minimum": 1,
                "maximum": 129600,
            },
            "OrderBy": {"text": "Order of the pictures: Asc is the first first.", "choices": ("Asc", "Desc")},
            "PageSize": {"text": "Pictures a page; default 10.", "minimum": 1, "maximum": 30},
            "PageNumber": {"text": "Page, from 1; default 1.", "minimum": 1},
        },
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "OrderBy": "Asc", "PageSize": 10, "PageNumber": 1},
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
        example=LIST_EXAMPLE,
        rows=Rows(
            path="Jobs",
            columns=(
                ("JobId", "JobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("Type", "Type"),
                ("pictures", "Count"),
                ("input", "Input.Media"),
                ("output_goes_to", "Output.Media"),
                ("created", "CreateTime"),
            ),
        ),
        then="Get the pictures of a job with GetSnapshotUrls; what failed, and why, is told by GetSnapshotJob.",
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
        heed="Width is the long side unless LongShortMode is false. Duration in seconds or hh:mm:ss.",
        parameters={
            "Input": INPUT,
            "Output": {
                "text": "Where it goes; the bucket has to be registered with IMS.",
                "nested": {
                    "Type": {"text": "OSS: an object; Media: a new asset.", "choices": OSS_OR_MEDIA},
                    "Media": {
                        "text": "OSS address of the new image: oss://bucket/key.gif. Or its https address; the bucket "
                        "lies in the same region."
                    },
                },
            },
            "TemplateConfig": ANIMATION_TEMPLATE,
            "Name": JOB_NAME,
            "ScheduleConfig": SCHEDULE,
        },
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/pictures/launch.gif"},
            "TemplateConfig": {
                "TemplateId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
                "OverwriteParams": {
                    "Format": "gif",
                    "Fps": 12,
                    "Width": 480,
                    "TimeSpan": {"Seek": "00:00:05", "Duration": "3"},
                },
            },
        },
        poll=Poll(
            operation="GetDynamicImageJob",
            arguments=(("JobId", "JobId"),),
            status_field="DynamicImageJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
            result=Result(
                fields=(
                    ("url", "DynamicImageJob.OutputUrl"),
                    ("output", "DynamicImageJob.Output.Media"),
                    ("finished", "DynamicImageJob.FinishTime"),
                ),
            ),
        ),
        costs="Animated images are billed media processing.",
        sources=(ANIMATION_PAGE, "https://help.aliyun.com/document_detail/441219.html"),
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
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
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
        example=LIST_EXAMPLE,
        rows=Rows(
            path="Jobs",
            columns=(
                ("JobId", "JobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("input", "Input.Media"),
                ("output_goes_to", "Output.Media"),
                ("created", "CreateTime"),
                ("finished", "FinishTime"),
            ),
        ),
        then="Read the address of the image with GetDynamicImageJob.",
    ),
)
