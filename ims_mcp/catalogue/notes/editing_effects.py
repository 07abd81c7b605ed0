"""Effects of a timeline, by Type: what they do to a clip, to the sound, or to a stretch of the whole output."""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_effect_names import FILTER_NAMES, TRANSITION_NAMES, VFX_NAMES
from ims_mcp.catalogue.notes.editing_text import ALIGNMENT_TEXT, CONTENT, STYLE
from ims_mcp.catalogue.notes.note import make_element
from ims_mcp.catalogue.operation import Case, Parameter

SHORTEST = 0.0001
"""Seconds: the service takes four decimals."""
LENGTH = Parameter("Duration", "number", text="How long, seconds.", minimum=0)
SPAN = (
    Parameter("TimelineIn", "number", text="From this second of the output; default its clip's beginning.", minimum=0),
    Parameter(
        "TimelineOut",
        "number",
        text="To this second of the output; default its clip's end.",
        minimum=0,
        after="TimelineIn",
    ),
)
TRANSITION_FIELDS = (
    Parameter(
        "SubType",
        "string",
        text='Which transition; several with commas: one by chance; "random": any.',
        hints=(
            *("fade", "linearblur", "wiperight", "wipeleft", "directional", "perlin", "circleopen", "waterdrop"),
            *("displacement", "pinwheel", "randomsquares", "squareswire", "simplezoom", "random"),
        ),
        display_names=TRANSITION_NAMES,
    ),
    Parameter(
        "Duration",
        "number",
        text=(
            "How long, seconds; default 1. The two clips overlap meanwhile, so a Transition makes the output that "
            "much shorter; a DLTransition does not."
        ),
        minimum=0,
    ),
)
FILTER_FIELDS = (
    Parameter(
        "SubType",
        "string",
        text='Which filter; "color" sets it by ExtParams; several with commas: one by chance.',
        hints=("warm", "faded", "electric", "delta", "urbex", "m1", "m7", "pl3", "pj2", "color", "random"),
        display_names=FILTER_NAMES,
    ),
    Parameter(
        "ExtParams",
        "string",
        text=(
            'For SubType color: "effect=color,brightness=-10,contrast=10,saturation=10". Also kelvin_temperature, '
            "temperature_ratio, tint, dark_corner_ratio."
        ),
    ),
    *SPAN,
)
VFX_FIELDS = (
    Parameter(
        "SubType",
        "string",
        text='Which visual effect; several with commas: one by chance; "random": any.',
        hints=(
            *(
                "open",
                "h_blur",
                "movie",
                "image_in_image",
                "mosaic_rect",
                "glass",
                "fisheye",
                "heartbeat",
                "meteorshower",
            ),
            *("colorfulradial", "starry", "flyfire", "spotfall", "mask_circle", "mask_rec", "mask_linear", "random"),
        ),
        display_names=VFX_NAMES,
    ),
    Parameter(
        "ExtParams",
        "string",
        text=(
            'Of masks: "x=0.5,y=0.5,width=200,height=200,antialias=0.01". Also radius, size, angle, blur_intensity '
            "(inside), outer_alpha (outside); leave these out for the usual look."
        ),
    ),
    *SPAN,
)
VOLUME_FIELDS = (
    Parameter(
        "Gain",
        "number",
        text="Times the original volume: 0 mute, 1 unchanged. Above 3 it may distort. (Not called Volume.)",
        minimum=0,
        maximum=10,
    ),
    Parameter("In", "number", text="Only from this second of the clip.", minimum=0),
    Parameter("Out", "number", text="Only up to this second of the clip.", minimum=0, after="In"),
)
RECOGNISED_TEXT = (
    ALIGNMENT_TEXT,
    Parameter("FontSize", "number", text="Size of the letters. Every style field of SubtitleTrackClips works here."),
    Parameter("NeedHighlighting", "boolean", text="Whether key words stand out; default false."),
    Parameter(
        "HighlightingStyle",
        "object",
        text="Look of key words. Colours here are BBGGRR without #: yellow is 00FFFF.",
        fields=(
            Parameter("FontColor", "string", text="Colour, BBGGRR."),
            Parameter("OutlineColour", "string", text="Colour of the outline, BBGGRR."),
            Parameter("Outline", "number", text="Width of the outline, pixels."),
        ),
    ),
    *(row for row in STYLE if row.name != "FontSize"),
)
"""Of subtitles written down from speech."""
AUDIO_CASES = (
    Case("Type", ("Volume",), VOLUME_FIELDS),
    Case(
        "Type",
        ("AFade",),
        (
            Parameter("SubType", "string", text="In: fade in; Out: fade out.", hints=("In", "Out")),
            LENGTH,
            Parameter(
                "Curve", "string", text="Course of the volume; default exp; tri is linear.", hints=("exp", "tri")
            ),
        ),
    ),
    Case(
        "Type",
        ("ADenoise",),
        (
            Parameter(
                "Mode",
                "integer",
                text="0 wind, 1 background noise (usual), 2 echo, 3 clearer voice, 4 music under a voice.",
            ),
        ),
    ),
    Case(
        "Type",
        ("ALoudNorm",),
        (
            Parameter("Loudness", "number", text="Loudness aimed at, LUFS: -24.", inferred=True),
            Parameter("TruePeak", "number", text="Highest true peak, dBTP: -2.", inferred=True),
        ),
    ),
    Case("Type", ("AI_ASR",), RECOGNISED_TEXT),
)
PICTURE_CASES = (
    Case("Type", ("Transition", "DLTransition"), TRANSITION_FIELDS),
    Case("Type", ("Filter",), FILTER_FIELDS),
    Case("Type", ("VFX",), VFX_FIELDS),
    Case(
        "Type",
        ("Background",),
        (
            Parameter("SubType", "string", text="What fills the bars beside the picture.", hints=("Blur", "Color")),
            Parameter("Radius", "number", text="Of Blur: strength, such as 0.1.", minimum=0.01, maximum=1),
            Parameter("Color", "string", text="Of Color: #RRGGBB."),
        ),
    ),
    Case(
        "Type",
        ("Crop",),
        (
            Parameter("X", "number", text="Left edge of what stays. Up to 1: share of the source; else pixels."),
            Parameter("Y", "number", text="Top edge of what stays, likewise."),
            Parameter("Width", "number", text="Width of what stays, likewise."),
            Parameter("Height", "number", text="Height of what stays, likewise."),
        ),
    ),
    Case("Type", ("Rotate",), (Parameter("Degree", "number", text="By so many degrees: 90, 180, 270."),)),
    Case(
        "Type",
        ("Flip",),
        (
            Parameter(
                "Direction", "string", text="Mirrored left to right or upside down.", hints=("horizontal", "vertical")
            ),
        ),
    ),
    Case(
        "Type", ("FreezeFrame",), (Parameter("Duration", "number", text="Holds the last picture, seconds.", minimum=0),)
    ),
    Case(
        "Type",
        ("Clip",),
        (
            Parameter("SubType", "string", text="RandomClip: a piece of the source by chance.", hints=("RandomClip",)),
            Parameter("ClipDuration", "number", text="Length of the piece, seconds.", minimum=SHORTEST),
        ),
    ),
    Case(
        "Type",
        ("KenBurns",),
        (
            Parameter("Start", "string", text='Rectangle the camera starts at, in shares: "0,0.5,0.5,0.5" (x,y,w,h).'),
            Parameter("End", "string", text='Rectangle the camera ends at: "0.5,0,0.5,0.5".'),
            Parameter(
                "Duration", "number", text="How long, seconds; at most 10. Not with Crop or Background.", minimum=0
            ),
        ),
    ),
    Case(
        "Type",
        ("Zoom",),
        (
            Parameter("StartRate", "number", text="Zoom at the start; 1 is the original size."),
            Parameter(
                "EndRate", "number", text="Zoom at the end; has to be greater than StartRate.", after="StartRate"
            ),
            LENGTH,
        ),
    ),
    Case("Type", ("AI_Matting",), (Parameter("Color", "string", text="Colour behind the person.", hints=("green",)),)),
    Case(
        "Type",
        ("Harmonization",),
        (Parameter("ReferenceClipId", "string", text="ClipId of the clip whose colours are matched."),),
    ),
    Case(
        "Type",
        ("Text",),
        (
            CONTENT,
            Parameter(
                "FontSize",
                "number",
                text=(
                    "Size of the letters, scaled with the clip. Every style field of SubtitleTrackClips works here; "
                    "FixedFontSize, FixedX and FixedY do not scale."
                ),
            ),
            Parameter("FixedFontSize", "number", text="Size that does not scale; instead of FontSize."),
            Parameter("FixedX", "number", text="X that does not scale with the clip; instead of X."),
            Parameter("FixedY", "number", text="Y that does not scale with the clip; instead of Y."),
            *(row for row in STYLE if row.name != "FontSize"),
            *SPAN,
        ),
    ),
)
CLIP_EFFECTS = Parameter(
    "Effects",
    "array",
    text="Effects on this clip: volume, fades, transition, filter. Each has a Type that decides its fields.",
    items=make_element(
        Parameter(
            "Type",
            "string",
            required=True,
            text=(
                "Kind of effect. A Transition stands on the earlier of two clips. AI_RealMatting cuts out a person "
                "without a green screen; Flip mirrors; AI_ASR writes subtitles from this clip's speech."
            ),
            hints=(
                *("Volume", "AFade", "Transition", "DLTransition", "Filter", "VFX", "Background", "Crop", "Rotate"),
                *("Flip", "FreezeFrame", "Clip", "KenBurns", "Zoom", "Text", "AI_ASR", "AI_Matting"),
                *("AI_RealMatting", "ADenoise", "ALoudNorm", "Harmonization"),
            ),
        ),
        cases=(*PICTURE_CASES, *AUDIO_CASES),
    ),
)
SOUND_EFFECTS = Parameter(
    "Effects",
    "array",
    text="Effects on this sound: volume, fades, denoising. Each has a Type that decides its fields.",
    items=make_element(
        Parameter(
            "Type",
            "string",
            required=True,
            text="Kind of effect. Applied in the order ADenoise, Volume, ALoudNorm.",
            hints=("Volume", "AFade", "ADenoise", "ALoudNorm", "AI_ASR"),
        ),
        cases=AUDIO_CASES,
    ),
)
TRACK_ITEMS = Parameter(
    "EffectTrackItems",
    "array",
    text="Effects on the whole output or a part of it; all of one Type a track.",
    items=make_element(
        Parameter(
            "Type",
            "string",
            required=True,
            text="Kind of effect. AEqualize evens out the volume.",
            hints=("VFX", "Filter", "AEqualize"),
        ),
        cases=(
            Case("Type", ("Filter",), FILTER_FIELDS),
            Case("Type", ("VFX",), VFX_FIELDS),
            Case(
                "Type",
                ("AEqualize",),
                (
                    Parameter(
                        "Peak", "number", text="Highest volume aimed at, a share of the maximum: 0.95.", inferred=True
                    ),
                    Parameter("Gain", "number", text="Most it may amplify: 10.", inferred=True),
                ),
            ),
        ),
    ),
)
