"""Text in a timeline: the fields of titles and subtitles, which clips of subtitle tracks and some effects share."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.note import make_element
from ims_mcp.catalogue.operation import Parameter

START = Parameter("TimelineIn", "number", text="When it appears in the output, seconds; default 0.", minimum=0)
END = Parameter(
    "TimelineOut",
    "number",
    text="When it disappears in the output, seconds; default the end.",
    minimum=0,
    after="TimelineIn",
)
CONTENT = Parameter("Content", "string", text=r"The words shown (the field is not called Text). Line break: \n or \N.")
POSITION = (
    Parameter(
        "X",
        "number",
        text=(
            "From the left: below 1 share of the output's width, from 2 pixels. Default 0; may be left out where "
            "Alignment centres."
        ),
    ),
    Parameter(
        "Y",
        "number",
        text=(
            "From the top: below 1 share of the output's height, from 2 pixels. Default 0; a usual subtitle has "
            "Alignment TopCenter and Y 0.85."
        ),
    ),
)
FONT = (
    Parameter(
        "Font",
        "string",
        text="Name of a system font; default SimSun.",
        hints=("SimSun", "KaiTi", "Alibaba PuHuiTi", "Microsoft YaHei", "WenQuanYi Zen Hei Mono"),
    ),
    Parameter(
        "FontSize",
        "number",
        text="Size of the letters; give it. At 1080p about 80 for a title, 40 for a subtitle.",
    ),
    Parameter("FontColor", "string", text="Colour, #RRGGBB: #FFFFFF."),
    Parameter("Outline", "number", text="Width of the outline in pixels; default 0."),
    Parameter("OutlineColour", "string", text="Colour of the outline, #RRGGBB."),
    Parameter(
        "Alignment",
        "string",
        text=(
            "Point of the text that X and Y place. TopCenter and the like have a default place; Left, Center and "
            "Right are exact: the top left corner, the middle of the top edge, the top right corner."
        ),
        hints=(
            *("TopLeft", "TopCenter", "TopRight", "CenterLeft", "CenterCenter", "CenterRight"),
            *("BottomLeft", "BottomCenter", "BottomRight", "Left", "Center", "Right"),
        ),
    ),
    Parameter(
        "AdaptMode",
        "string",
        text=(
            "What happens to text that is too wide. AutoWrap breaks it at TextWidth or the edge, AutoWrapAtSpaces "
            "only between words, AutoScale makes it smaller."
        ),
        hints=("AutoWrap", "AutoWrapAtSpaces", "AutoWrapAtSpacesStrict", "AutoScale"),
    ),
    Parameter("TextWidth", "number", text="Widest line for AdaptMode. Up to 1: share of the width; else pixels."),
)
FACE = Parameter(
    "FontFace",
    "object",
    text="Bold, italic, underlined.",
    fields=(
        Parameter("Bold", "boolean", text="Bold; default false."),
        Parameter("Italic", "boolean", text="Italic; default false."),
        Parameter("Underline", "boolean", text="Underlined; default false."),
    ),
)
LOOK = (
    Parameter("FontURL", "string", text="OSS address of a font file (.ttf); goes before Font. Also written FontUrl."),
    Parameter("FontUrl", "string", text="As FontURL.", hidden=True),
    FACE,
    Parameter("FontColorOpacity", "string", text="Opacity of the letters, 0 to 1; default 1 (opaque)."),
    Parameter("Spacing", "number", text="Space between letters in pixels; default 0."),
    Parameter("LineSpacing", "number", text="Space between lines in pixels."),
    Parameter("Angle", "number", text="Turned by so many degrees counterclockwise; default 0."),
    Parameter("BorderStyle", "integer", text="1 outline and shadow (default), 3 opaque box behind the text."),
    Parameter("Shadow", "number", text="Distance of the shadow in pixels; default 0."),
    Parameter("BackColour", "string", text="Colour of the shadow, #RRGGBB."),
    Parameter("EffectColorStyle", "string", text="Id of a ready-made decorated style.", hints=("CS0003-000011",)),
    Parameter("BubbleStyleId", "string", text="Id of a ready-made speech bubble.", hints=("BS0001-000001",)),
    Parameter("BubbleWidth", "number", text="Width of the bubble. Up to 1: share of the output; else pixels."),
    Parameter("BubbleHeight", "number", text="Height of the bubble. Up to 1: share of the output; else pixels."),
)
LAYERS = Parameter(
    "SubtitleEffects",
    "array",
    text="Layers drawn with the text: boxes, outlines, shadows.",
    items=make_element(
        Parameter("Type", "string", text="Kind of layer.", hints=("Box", "Outline", "Shadow")),
        Parameter("Color", "string", text="Colour: #0420B6 or 0420B6."),
        Parameter("Opacity", "string", text="Opacity, 0 to 1."),
        Parameter("Bord", "number", text="How far a box reaches beyond the text, pixels."),
        Parameter("Radius", "number", text="Radius of a box's corners, pixels."),
        Parameter("XBord", "number", text="Thickness sideways, of an outline or a shadow."),
        Parameter("YBord", "number", text="Thickness up and down, of an outline or a shadow."),
        Parameter("XShift", "number", text="Moved to the right by so much."),
        Parameter("YShift", "number", text="Moved down by so much."),
        Parameter("Blur", "number", text="Softness of the edge; makes a glow."),
        Parameter("ImageURL", "string", text="OSS address of a picture that fills a box."),
        Parameter("Width", "number", text="Width of that picture, pixels."),
        Parameter("Height", "number", text="Height of that picture, pixels."),
        Parameter("TextArea", "string", text='Where the text stands in the picture, in shares: "x,y,w,h".'),
    ),
)
MOTION = (
    Parameter(
        "AaiMotionInEffect",
        "string",
        text="How it comes in. Not together with AaiMotionLoopEffect.",
        hints=("fade_in", "blur_in", "wave_in", "typewriter1_in", "rotateflip_in", "slide_left_in", "slide_up_in"),
    ),
    Parameter("AaiMotionIn", "number", text="How long coming in takes, seconds."),
    Parameter(
        "AaiMotionOutEffect",
        "string",
        text="How it goes out. Not together with AaiMotionLoopEffect.",
        hints=("fade_out", "blur_out", "wave_out", "dissolve_out", "slide_down_out"),
    ),
    Parameter("AaiMotionOut", "number", text="How long going out takes, seconds."),
    Parameter(
        "AaiMotionLoopEffect",
        "string",
        text="Motion repeated while it is shown.",
        hints=("normal_display", "heartbeat_display", "rainbrush_display", "naughty_display"),
    ),
    Parameter("Ratio", "number", text="Speed of AaiMotionLoopEffect."),
)
SCROLL = (
    Parameter("ScrollStartY", "number", text="Credits: Y where scrolling begins, pixels; below the picture."),
    Parameter("ScrollEndY", "number", text="Credits: Y where scrolling ends, pixels; may be negative."),
    Parameter("ScrollStartX", "number", text="Banner: X where scrolling begins, pixels."),
    Parameter("ScrollEndX", "number", text="Banner: X where scrolling ends, pixels."),
    Parameter(
        "ScrollSpeed",
        "number",
        text=(
            "Pixels a second. Without TimelineOut the text then lasts as long as its way takes; leave it out to "
            "spread the way over the clip of ReferenceClipId."
        ),
    ),
    Parameter("ScrollStartFreeze", "number", text="Stands still at the start, seconds."),
    Parameter("ScrollEndFreeze", "number", text="Stands still at the end, seconds."),
    Parameter("ScrollDirection", "string", text="Direction of a banner.", hints=("Left",)),
    Parameter("ScrollLoop", "boolean", text="Whether a banner starts again at its end."),
)
ALIGNMENT_TEXT = Parameter(
    "AlignmentText",
    "string",
    text="The words that are spoken, if known: they are only timed. Left out: the speech is recognised.",
)
STYLE = tuple(replace(row, hidden=True) for row in (*POSITION, *FONT, *LOOK, LAYERS, *MOTION, *SCROLL))
"""What text takes outside subtitle tracks too: described there."""
