"""Processing: what a template holds, by its type.

Sources: the vendor's pages of the template parameters (``PAGES``) and the structures of SDK 6.20.2. For the AI types (7
to 11) no page says what they hold. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import describe_place
from ims_mcp.catalogue.notes.transcoding_settings import AUDIO, CLOCK, CONTAINER, MUX, TEMPLATE_PAGE, TRANS, VIDEO
from ims_mcp.catalogue.operation import Case, Parameter

PAGES = (
    "https://help.aliyun.com/zh/ims/developer-reference/template-parameter-description",
    TEMPLATE_PAGE,
    "https://help.aliyun.com/en/ims/user-guide/screenshot-template",
    "https://help.aliyun.com/en/ims/user-guide/dynamic-drawing-template",
    "https://help.aliyun.com/en/ims/user-guide/image-watermark-template",
    "https://help.aliyun.com/en/ims/user-guide/text-watermark-template",
    "https://alibabacloud.com/help/en/ims/developer-reference/subtitle-template",
)
PIXELS_OR_SHARE = "Whole pixels, 8 to 4096, or a share of the output below 1 with up to 4 decimals."


def describe_file(text: str, example: str) -> Parameter:
    """The file that a template brings along: a picture, subtitles."""
    return Parameter(
        "File",
        "object",
        text=text,
        fields=describe_place(f"OSS address, oss://bucket/{example}, or asset id."),
    )


TRANSCODING = (
    Parameter(
        "Type",
        "string",
        text="Kind of transcoding; says the same as Subtype.",
        hints=("Normal", "AudioTranscode", "Remux", "NarrowBandV1", "NarrowBandV2"),
    ),
    CONTAINER,
    VIDEO,
    AUDIO,
    MUX,
    TRANS,
)
SNAPSHOT = (
    Parameter(
        "Type",
        "string",
        text="Normal: pictures; Sprite: one sheet; WebVtt: preview track. Cover: a cover.",
        hints=("Normal", "Sprite", "WebVtt", "Cover"),
    ),
    Parameter(
        "FrameType",
        "string",
        text="intra: key frames only (default); normal: any frame, exact in time.",
        hints=("intra", "normal"),
    ),
    Parameter("Time", "integer", text="Where the first picture is taken, in milliseconds."),
    Parameter("Count", "integer", text="Number of pictures."),
    Parameter("Interval", "integer", text="Seconds between pictures."),
    Parameter("Width", "integer", text="Width of a picture in pixels."),
    Parameter("Height", "integer", text="Height of a picture in pixels."),
    Parameter(
        "BlackLevel",
        "integer",
        text="Skips a black first picture: how black it has to be, such as 30. For several pictures only.",
    ),
    Parameter("PixelBlackThreshold", "integer", text="Below this brightness a pixel counts as black, such as 70."),
    Parameter(
        "IsSptFrag",
        "boolean",
        text="WebVtt only: true puts the pictures on one sheet. false: files of their own.",
    ),
    Parameter(
        "SpriteSnapshotConfig",
        "object",
        text="The sheet of a sprite: tiles, grid, colour.",
        fields=(
            Parameter("CellWidth", "integer", text="Width of a tile in pixels; default that of a picture."),
            Parameter("CellHeight", "integer", text="Height of a tile in pixels; default that of a picture."),
            Parameter("Columns", "integer", text="Tiles side by side."),
            Parameter("Lines", "integer", text="Rows of tiles."),
            Parameter("Padding", "integer", text="Space between tiles in pixels; default 0."),
            Parameter("Margin", "integer", text="Frame around the sheet in pixels; default 0."),
            Parameter("Color", "string", text="Background colour, #RRGGBB."),
        ),
    ),
)
ANIMATION = (
    Parameter("Format", "string", text="gif plays everywhere, webp is smaller.", hints=("gif", "webp")),
    Parameter("Width", "integer", text="Width in pixels, 128 to 4096; with LongShortMode the long side."),
    Parameter("Height", "integer", text="Height in pixels, 128 to 4096; with LongShortMode the short side."),
    Parameter("Fps", "integer", text="Frames a second.", minimum=1, maximum=60),
    Parameter("LongShortMode", "boolean", text="true (default): Width is the long side, upright or not."),
    Parameter("ScanMode", "string", text="Interlacing; default progressive.", hints=("interlaced", "progressive")),
    Parameter(
        "TimeSpan",
        "object",
        text="Stretch of the video.",
        fields=(
            Parameter("Seek", "string", text=f"Begin: {CLOCK}."),
            Parameter("Duration", "string", text=f"Length: {CLOCK}."),
            Parameter("End", "string", text="Length cut off at the end of the video; overrides Duration."),
        ),
    ),
)
IMAGE_WATERMARK = (
    Parameter("Width", "number", text=f"Width of the picture. {PIXELS_OR_SHARE}"),
    Parameter("Height", "number", text=f"Height of the picture. {PIXELS_OR_SHARE}"),
    Parameter("Dx", "number", text=f"Distance from the side; default 0. {PIXELS_OR_SHARE}"),
    Parameter("Dy", "number", text=f"Distance from top or bottom; default 0. {PIXELS_OR_SHARE}"),
    Parameter(
        "ReferPos",
        "string",
        text="Corner that Dx and Dy count from; default TopRight.",
        hints=("TopRight", "TopLeft", "BottomRight", "BottomLeft"),
    ),
    Parameter(
        "Timeline",
        "object",
        text="When it is seen; left out: all the time.",
        fields=(
            Parameter("Start", "string", text="Begin, in seconds or hh:mm:ss; default 0."),
            Parameter("Duration", "string", text="Length in seconds, or ToEND (default)."),
        ),
    ),
    # Of the jobs only the older SubmitTranscodeJob takes a file of its own.
    describe_file("The picture. Needed: SubmitMediaConvertJob has it from here alone.", "logo.png"),
)
TEXT_WATERMARK = (
    Parameter("Content", "string", text="The words, as plain text in UTF-8."),
    Parameter("FontName", "string", text="Font; default SimSun.", hints=("SimSun", "WenQuanYi Zen Hei")),
    Parameter("FontSize", "integer", text="Font size, between 4 and 120; default 16.", maximum=120),
    Parameter("FontColor", "string", text="Colour, #RRGGBB."),
    Parameter("FontAlpha", "number", text="Opacity, above 0 up to 1; default 1.0.", maximum=1),
    Parameter("Left", "number", text="Distance from the left; default 0.", minimum=0, maximum=4096),
    Parameter("Top", "number", text="Distance from the top; default 0.", minimum=0, maximum=4096),
    Parameter("BorderWidth", "integer", text="Outline of the letters; default 0.", minimum=0, maximum=4096),
    Parameter("BorderColor", "string", text="Colour of the outline, #RRGGBB; default #000000."),
    Parameter("Adaptive", "boolean", text="true fits the font size to the output; default false."),
)
SUBTITLE = (
    Parameter("Format", "string", text="Format of the subtitle file.", hints=("ass", "srt", "vtt", "ttml", "stl")),
    Parameter("CharEnc", "string", text="Character encoding of the file.", hints=("auto", "UTF-8", "GBK", "BIG5")),
    describe_file("The subtitle file. A job of SubmitTranscodeJob may name another.", "launch.srt"),
)

CASES = (
    Case("Type", ("1",), TRANSCODING),
    Case("Type", ("2",), SNAPSHOT),
    Case("Type", ("3",), ANIMATION),
    Case("Type", ("4",), IMAGE_WATERMARK),
    Case("Type", ("5",), TEXT_WATERMARK),
    Case("Type", ("6",), SUBTITLE),
)
CONFIG: ParameterNotes = {
    "text": "Settings, as the template's type wants them. Of the AI types (7 to 11) no page tells the fields: copy "
    "TemplateConfig of a template of that type, from GetSystemTemplate, and change it.",
    "kind": "object",
    "json_text": True,
    "cases": CASES,
}
