"""How batch productions look and sound: EditingConfig.

Sources: the vendor's pages named in ``smart_editing_production`` and its editing package for MCP 0.0.3; what is known
only from how public code calls the service is marked as inferred. These objects take further keys.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_effect_names import FILTER_NAMES, TRANSITION_NAMES, VFX_NAMES
from ims_mcp.catalogue.notes.note import ParameterNotes, make_element
from ims_mcp.catalogue.notes.smart_editing_input import JSON_OBJECT, SECONDS_RANGE, list_texts
from ims_mcp.catalogue.operation import Parameter

_LOUDNESS = "0 silent, 1 as recorded, up to 10"


def describe_volume(default: str = "") -> Parameter:
    """A row for a volume."""
    return Parameter("Volume", "number", text=f"Loudness. {_LOUDNESS}.{default}", minimum=0, maximum=10)


FONT = (
    Parameter("Font", "string", text="Font name, such as Alibaba PuHuiTi."),
    Parameter("FontSize", "integer", text="Size of the letters in pixels.", minimum=1, inferred=True),
    Parameter("FontColor", "string", text="Colour of the letters: #ffffff."),
    Parameter("FontColorOpacity", "number", text="0 invisible, 1 opaque.", minimum=0, maximum=1, inferred=True),
    Parameter(
        "FontFace",
        "object",
        text="Bold, italic, underlined.",
        fields=(
            Parameter("Bold", "boolean", text="true: bold."),
            Parameter("Italic", "boolean", text="true: italic."),
            Parameter("Underline", "boolean", text="true: underlined."),
        ),
        inferred=True,
    ),
    Parameter("Outline", "integer", text="Width of the outline in pixels.", minimum=0, inferred=True),
    Parameter("OutlineColour", "string", text="Colour of the outline: #000000.", inferred=True),
    Parameter("Shadow", "integer", text="Width of the shadow in pixels.", minimum=0, inferred=True),
    Parameter("BackColour", "string", text="Colour of the shadow: #000000.", inferred=True),
    Parameter("EffectColorStyleId", "string", text="Id of a word-art style.", inferred=True),
    Parameter("BubbleStyleId", "string", text="Id of a speech-bubble style.", inferred=True),
)
WORDS_ON_SCREEN = (
    Parameter("X", "number", text="From the left. Below 1: share of the width; else pixels."),
    Parameter("Y", "number", text="From above. Below 1: share of the height; else pixels."),
    Parameter(
        "Alignment",
        "string",
        text="Point that X and Y place. TopCenter centres it; leave X out then.",
        hints=("TopCenter",),
        inferred=True,
    ),
    Parameter(
        "AdaptMode", "string", text="AutoWrap breaks lines that are too long.", hints=("AutoWrap",), inferred=True
    ),
    Parameter("TextWidth", "number", text="Where lines break, as share of the width or in pixels.", inferred=True),
    *FONT,
)
MEDIA_CONFIG = Parameter(
    "MediaConfig",
    "object",
    text="Sound of the material and which parts of it to use.",
    fields=(
        describe_volume(" Default 0: only voice-over and music are heard."),
        Parameter(
            "MediaMetaDataArray",
            "array",
            text="Parts of long material; only these are used.",
            items=make_element(
                Parameter("Media", "string", required=True, text="Asset id or OSS address, as in InputConfig."),
                Parameter(
                    "GroupName",
                    "string",
                    text="Its group, always needed for Script-to-Video. Left out for everything else.",
                ),
                Parameter(
                    "TimeRangeList",
                    "array",
                    text="Parts to use, in seconds of the material.",
                    items=SECONDS_RANGE,
                ),
                extra_fields=True,
            ),
        ),
    ),
    extra_fields=True,
)
SPEECH_CONFIG = Parameter(
    "SpeechConfig",
    "object",
    text="Voice-over: who speaks, how fast, captions.",
    fields=(
        describe_volume(),
        Parameter(
            "Voice",
            "string",
            text="Ready voice, from ListSmartVoiceGroups. Several with commas: one is drawn a video.",
            comma_list=True,
        ),
        Parameter("CustomizedVoice", "string", text="Cloned voice, from ListCustomizedVoices. Instead of Voice."),
        Parameter("Style", "string", text="Manner of speaking, such as Gentle.", hints=("Gentle",)),
        Parameter(
            "SpeechRate", "integer", text="Speed, -500 slowest, 0 normal, 500 fastest.", minimum=-500, maximum=500
        ),
        Parameter("SpeechLanguage", "string", text="Language of the texts, such as en. Default zh, Chinese."),
        Parameter(
            "AsrConfig",
            "object",
            text="Captions of the voice-over: place, letters, effects.",
            fields=(
                *WORDS_ON_SCREEN,
                Parameter(
                    "AaiMotionInEffect",
                    "string",
                    text="How captions come in. Several with commas: one is drawn.",
                    hints=("wave_in", "fade_in"),
                    comma_list=True,
                ),
                Parameter(
                    "AaiMotionOutEffect",
                    "string",
                    text="How captions go out. Several with commas: one is drawn.",
                    hints=("wave_out",),
                    comma_list=True,
                    inferred=True,
                ),
                Parameter(
                    "AaiMotionLoopEffect",
                    "string",
                    text="How captions move all the time. Several with commas: one is drawn.",
                    hints=("normal_display", "naughty_display"),
                    comma_list=True,
                ),
            ),
            extra_fields=True,
        ),
        Parameter(
            "SpecialWordsConfig",
            "array",
            text="Words of the captions to set off or to silence.",
            items=make_element(
                Parameter(
                    "Type",
                    "string",
                    text="Highlight sets them off, Forbidden silences them.",
                    hints=("Highlight", "Forbidden"),
                    inferred=True,
                ),
                list_texts("WordsList", "The words.", inferred=True),
                Parameter(
                    "Style",
                    "object",
                    text="How highlighted words look.",
                    fields=(
                        Parameter("FontName", "string", text="Font name.", inferred=True),
                        *(row for row in FONT if row.name not in ("Font", "BubbleStyleId")),
                    ),
                    extra_fields=True,
                    inferred=True,
                ),
                Parameter(
                    "SoundReplaceMode", "string", text="What is heard instead of forbidden words.", inferred=True
                ),
                extra_fields=True,
            ),
            inferred=True,
        ),
    ),
    extra_fields=True,
)
PROCESS_CONFIG = Parameter(
    "ProcessConfig",
    "object",
    text="How clips are cut and joined.",
    fields=(
        Parameter(
            "SingleShotDuration",
            "number",
            text="Seconds of one clip. Longer material is cut into pieces of this length first.",
            minimum=0,
        ),
        Parameter("ImageDuration", "number", text="Seconds a picture is shown.", minimum=0, inferred=True),
        Parameter("EnableClipSplit", "boolean", text="false: long material is not cut into clips.", inferred=True),
        Parameter(
            "EnableClipDetection",
            "boolean",
            text="Look for usable shots of the material. Default true; movie match only.",
        ),
        Parameter(
            "EnableTemporalOpt",
            "boolean",
            text="true: keep clips in the order of the film. Where texts follow it; default false, movie match only.",
        ),
        Parameter(
            "AlignmentMode",
            "string",
            text="How clips meet the voice-over. AutoSpeed (default) changes their speed, Cut cuts them off; only for "
            "Script-to-Video with SpeechTextArray.",
            hints=("AutoSpeed", "Cut"),
        ),
        Parameter("AllowTransition", "boolean", text="true: transitions between clips."),
        list_texts(
            "TransitionList",
            "Transitions to draw from, such as linearblur, fadecolor. With AllowTransition.",
            display_names=TRANSITION_NAMES,
        ),
        Parameter("TransitionDuration", "number", text="Seconds of a transition.", minimum=0, inferred=True),
        Parameter("UseUniformTransition", "boolean", text="true: one transition for the whole video.", inferred=True),
        Parameter("AllowVfxEffect", "boolean", text="true: visual effects on clips.", inferred=True),
        Parameter("VfxEffectProbability", "number", text="How likely a clip gets an effect.", minimum=0, inferred=True),
        list_texts(
            "VfxFirstClipEffectList", "Effects to draw from for the first clip.", inferred=True, display_names=VFX_NAMES
        ),
        list_texts(
            "VfxNotFirstClipEffectList",
            "Effects to draw from for the other clips.",
            inferred=True,
            display_names=VFX_NAMES,
        ),
        Parameter("AllowFilter", "boolean", text="true: colour filters.", inferred=True),
        list_texts("FilterList", "Filters to draw from. With AllowFilter.", inferred=True, display_names=FILTER_NAMES),
    ),
    extra_fields=True,
)
EDITING_CONFIG: ParameterNotes = {
    **JSON_OBJECT,
    "text": "Look and sound of the videos. Without it the service's own style, the material silent.",
    "fields": (
        MEDIA_CONFIG,
        SPEECH_CONFIG,
        Parameter(
            "BackgroundMusicConfig",
            "object",
            text="Loudness of the music, or a style of ready music.",
            fields=(
                describe_volume(),
                Parameter(
                    "Style",
                    "string",
                    text="Ready music where InputConfig has none: bgm-relaxing.",
                    hints=("bgm-relaxing",),
                ),
            ),
            extra_fields=True,
        ),
        Parameter("TitleConfig", "object", text="Look of the title.", fields=WORDS_ON_SCREEN, extra_fields=True),
        Parameter(
            "SubHeadingConfig",
            "object",
            text='Look of the lines below the title, by level: {"1": {"Y": 0.3}}.',
            fields=(
                Parameter(
                    "1", "object", text="Look of level 1; 2 to 5 likewise.", fields=WORDS_ON_SCREEN, extra_fields=True
                ),
            ),
            extra_fields=True,
            inferred=True,
        ),
        Parameter(
            "BackgroundImageConfig",
            "object",
            text="What fills the frame beside the clips.",
            fields=(
                Parameter(
                    "SubType",
                    "string",
                    text="Blur: the clip itself, blurred. Color: one colour.",
                    hints=("Blur", "Color"),
                    inferred=True,
                ),
                Parameter("Radius", "number", text="Strength of the blur, such as 0.1.", minimum=0, inferred=True),
                Parameter("Color", "string", text="The colour: #000066.", inferred=True),
            ),
            extra_fields=True,
        ),
        PROCESS_CONFIG,
    ),
    "extra_fields": True,
}
HIGHLIGHT_EDITING: ParameterNotes = {
    **EDITING_CONFIG,
    "text": "Look and sound of the videos. MediaConfig.Volume 1 keeps the sound of the episodes.",
}
