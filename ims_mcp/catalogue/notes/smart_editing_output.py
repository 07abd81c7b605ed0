"""Where batch productions go, and who is told: OutputConfig and UserData.

Sources: the vendor's pages named in ``smart_editing_production`` and its editing package for MCP 0.0.3. These objects
take further keys.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes
from ims_mcp.catalogue.notes.smart_editing_input import JSON_OBJECT
from ims_mcp.catalogue.operation import Parameter

WIDTH = Parameter("Width", "integer", text="Width of the video in pixels. Give it with Height.", minimum=1)
HEIGHT = Parameter("Height", "integer", text="Height of the video in pixels. Give it with Width.", minimum=1)
VIDEO = Parameter(
    "Video",
    "object",
    text="How the video is encoded.",
    fields=(
        Parameter("Crf", "integer", text="Quality: smaller is better and larger in bytes; 27 is usual.", minimum=0),
    ),
)
MEDIA_URL = Parameter(
    "MediaURL",
    "string",
    text="OSS address of the videos, with {index} in the name. The service counts there: promo_{index}.mp4 becomes "
    "promo_0.mp4. Of your own bucket, in the region called.",
)
COUNT = Parameter(
    "Count", "integer", text="Videos to make, each billed. Default 1, at most 100.", minimum=1, maximum=100
)
BATCH_OUTPUT: ParameterNotes = {
    **JSON_OBJECT,
    "text": "Where the videos go, how many, how large.",
    "fields": (
        MEDIA_URL,
        COUNT,
        WIDTH,
        HEIGHT,
        Parameter(
            "MaxDuration",
            "number",
            text="Longest video in seconds. Not for videos with a voice-over, which last as long as it.",
            minimum=0,
        ),
        Parameter(
            "FixedDuration",
            "number",
            text="Length of every video in seconds. Only for Script-to-Video without any voice-over.",
            minimum=0,
        ),
        Parameter(
            "GeneratePreviewOnly",
            "boolean",
            text="true: only projects for a preview, nothing rendered. Render them with SubmitSceneBatchEditingJob.",
            inferred=True,
        ),
        VIDEO,
    ),
    "extra_fields": True,
}
PROJECTS_OUTPUT: ParameterNotes = {
    **JSON_OBJECT,
    "text": "Where the videos go and how large; no Count here.",
    "fields": (MEDIA_URL, WIDTH, HEIGHT, VIDEO),
    "extra_fields": True,
}
USER_DATA: ParameterNotes = {
    **JSON_OBJECT,
    "text": "JSON of yours, returned in results and callbacks. Any keys, beside NotifyAddress.",
    "fields": (
        Parameter(
            "NotifyAddress",
            "string",
            text="Told when the job ends. An HTTP address, or the name of an MNS queue such as ice-callback-demo.",
        ),
    ),
    "extra_fields": True,
}
