"""What batch productions are made from: InputConfig of scripts, image-text matching, highlight mixes and matches.

Sources: the vendor's pages named in ``smart_editing_production``, its editing package for MCP 0.0.3, and the examples
of SDK 6.20.2. Keys of no page are refused: they would be lost.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue.notes.note import ParameterNotes, make_element
from ims_mcp.catalogue.operation import Case, Parameter

JSON_OBJECT: ParameterNotes = {"kind": "object", "json_text": True}
_TEXT = Parameter("", "string")
SECONDS_RANGE = make_element(
    Parameter("In", "number", required=True, text="Start in seconds.", minimum=0),
    Parameter("Out", "number", required=True, text="End in seconds.", minimum=0, after="In"),
)


def list_texts(
    name: str,
    text: str,
    *,
    required: bool = False,
    inferred: bool = False,
    display_names: tuple[tuple[str, str], ...] = (),
) -> Parameter:
    """A row for a list of texts."""
    items = replace(_TEXT, display_names=display_names)
    return Parameter(name, "array", text=text, items=items, required=required, inferred=inferred)


MEDIA = (
    Parameter("MediaId", "string", text="Asset id. Wins over MediaURL."),
    Parameter("MediaURL", "string", text="OSS address, instead of MediaId. Of your own bucket, in the region called."),
)
MEDIA_ARRAY = list_texts(
    "MediaArray",
    "Asset ids or OSS addresses of the material. At most two hours of video altogether. Makes the job an image-text "
    "match: clips are chosen by what the voice-over says.",
)
GROUP = (
    Parameter("GroupName", "string", text="Name, used once. At most 50 characters, no emoji."),
    list_texts(
        "MediaArray", "Asset ids or OSS addresses of this group. At most 200; one clip is drawn for each video."
    ),
    list_texts(
        "SpeechTextArray",
        "Voice-over of this group; one is drawn a video. Makes it segmented scripts, so give no SpeechTextArray beside "
        "MediaGroupArray then. At most 50 texts of 1,000 characters.",
    ),
    Parameter(
        "Duration",
        "number",
        text="Seconds of a group without voice-over. Default 5. Only without SpeechTextArray.",
        minimum=0.0001,
    ),
    Parameter("Volume", "number", text="Volume of the group's clips. 0 silent, 1 as recorded.", minimum=0, maximum=10),
    Parameter(
        "SplitMode",
        "string",
        text="How long clips are cut up. NoSplit leaves them whole.",
        hints=("NoSplit",),
        inferred=True,
    ),
    Parameter(
        "DurationAutoAdapt",
        "boolean",
        text="true: the group lasts as long as its clip. Beside SplitMode=NoSplit.",
        inferred=True,
    ),
)
MEDIA_GROUPS = Parameter(
    "MediaGroupArray",
    "array",
    text="Groups of material in the order of the video. At most 40. Makes the job Script-to-Video: a clip of each "
    "group after the other; wins over MediaArray and MediaSearchInput.",
    items=make_element(*GROUP),
)
MEDIA_SEARCH = Parameter(
    "MediaSearchInput",
    "object",
    text="Finds the material in search libraries. Instead of MediaArray, in the common scene only.",
    fields=(
        Parameter(
            "LibSearchCondition",
            "object",
            text="Where to look and for what.",
            fields=(
                list_texts("SearchLibs", "Names of search libraries. They are listed by ListSearchLib."),
                Parameter("SearchText", "string", text="What the clips show, in words."),
            ),
        ),
    ),
)
SCENE_INFO = Parameter(
    "SceneInfo",
    "object",
    text="Kind of match and its shots. Only for image-text matching.",
    fields=(
        Parameter("Scene", "string", text="Kind of material. General: the common scene.", hints=("General",)),
        Parameter(
            "ShotInfo",
            "object",
            text="Storyboard: the video shot by shot. Instead of SpeechTextArray.",
            fields=(
                Parameter(
                    "ShotScripts",
                    "array",
                    text="Shots in their order. Each lasts as long as its voice-over or a duration of its own.",
                    items=make_element(
                        Parameter("ScriptText", "string", text="What is said or shown; clips are chosen by it."),
                    ),
                ),
            ),
        ),
    ),
)
STICKER = (
    *MEDIA,
    Parameter("X", "number", text="Left edge. 0 to 0.9999: share of the width; from 2 on: pixels."),
    Parameter("Y", "number", text="Upper edge. 0 to 0.9999: share of the height; from 2 on: pixels."),
    Parameter("Width", "number", text="Width. 0 to 0.9999: share of the video's; from 2 on: pixels."),
    Parameter("Height", "number", text="Height. 0 to 0.9999: share of the video's; from 2 on: pixels."),
    Parameter("DyncFrames", "integer", text="Frames of an animated picture, mostly 25.", minimum=0, maximum=100),
    Parameter("Opacity", "number", text="0 invisible, 1 opaque. Default 1.", minimum=0, maximum=1),
)
TITLES = list_texts("TitleArray", "Titles shown all through; one is drawn a video. At most 50 of 50 characters.")
DECORATION = (
    TITLES,
    Parameter("Title", "string", text="One title. TitleArray wins over it."),
    Parameter(
        "SubHeadingArray",
        "array",
        text="Lines below the title, by level.",
        items=make_element(
            Parameter("Level", "integer", text="Level, 1 is the highest.", required=True, minimum=1, maximum=5),
            list_texts("TitleArray", "Texts; one is drawn a video. At most 50 of 50 characters.", required=True),
        ),
    ),
    Parameter(
        "StickerArray",
        "array",
        text="Logos and pictures laid over; one is drawn a video. At most 50.",
        items=make_element(*STICKER),
    ),
    Parameter("Sticker", "object", text="One such picture. StickerArray wins over it.", fields=STICKER),
    list_texts(
        "BackgroundMusicArray",
        "Asset ids or OSS addresses of music; one is drawn. At most 50. Left out: music of the public library.",
    ),
    Parameter("BackgroundMusic", "string", text="One piece of music: asset id or OSS address. The list wins over it."),
    list_texts("BackgroundImageArray", "Asset ids or OSS addresses of backdrops; one is drawn. At most 50."),
)
SPEECH_TEXTS = list_texts(
    "SpeechTextArray",
    "Voice-over texts for a whole video; one is drawn a video. Spoken by the service, and the video lasts as long. At "
    "most 50 of 1,000 characters; tags of SSML such as <break> are taken. Not beside SpeechTextArray of a group.",
)
SPEECH_TEXT = Parameter("SpeechText", "string", text="One voice-over text. SpeechTextArray wins over it.")
HIGHLIGHT_FIELDS = (
    Parameter(
        "HighlightStrategy",
        "object",
        text="What counts as a highlight.",
        fields=(
            Parameter(
                "EnableActionRecog",
                "boolean",
                text="true: find scenes by what people do. Shanghai only.",
                inferred=True,
            ),
            list_texts(
                "CustomActions",
                'Names of the actions to find, such as "Fight", "Cry". With EnableActionRecog, Shanghai only.',
                inferred=True,
            ),
        ),
    ),
    Parameter(
        "OpeningArray",
        "array",
        text="Fixed openings; one is drawn a video. At most 20 pictures or videos.",
        items=make_element(*MEDIA),
    ),
    Parameter(
        "EndingArray",
        "array",
        text="Fixed endings; one is drawn a video. At most 20 pictures or videos.",
        items=make_element(*MEDIA),
    ),
)
EPISODES = list_texts(
    "MediaArray",
    "Asset ids or OSS addresses of the episodes. At most 30 videos, two hours altogether, with voices: material "
    "without speech is not supported.",
)

BATCH_INPUT: ParameterNotes = {
    **JSON_OBJECT,
    "text": "Material, texts and music of the videos. Give MediaGroupArray (Script-to-Video), or MediaArray or "
    "MediaSearchInput (image-text matching). Material has to lie in the region called.",
    "fields": (MEDIA_GROUPS, MEDIA_ARRAY, MEDIA_SEARCH, SPEECH_TEXTS, SPEECH_TEXT, SCENE_INFO, *DECORATION),
}
HIGHLIGHT_INPUT: ParameterNotes = {
    **JSON_OBJECT,
    "text": "Episodes and what counts as exciting.",
    "fields": (
        Parameter("MediaArray", "array", required=True, text=EPISODES.text, items=_TEXT),
        *HIGHLIGHT_FIELDS,
        *DECORATION,
    ),
}


def describe_scene_input(smart_mix: str, highlights: str, text: str) -> ParameterNotes:
    """The InputConfig of a step of scene production, by the JobType of that step."""
    return {
        **JSON_OBJECT,
        "text": text,
        "fields": DECORATION,
        "cases": (
            Case("JobType", (smart_mix,), (MEDIA_ARRAY, MEDIA_SEARCH, SPEECH_TEXTS, SPEECH_TEXT, SCENE_INFO)),
            Case("JobType", (highlights,), (EPISODES, *HIGHLIGHT_FIELDS)),
        ),
    }


SPORTS_INPUT: ParameterNotes = {
    **JSON_OBJECT,
    "text": "The recorded match and what to know of it. Shanghai only; the recording needs a commentary.",
    "fields": (
        Parameter(
            "SportsCategory",
            "string",
            required=True,
            text="The sport. The vendor's page names basketball and pingpong (table tennis) only, no other.",
            hints=("basketball", "pingpong"),
        ),
        Parameter("InputMedia", "string", required=True, text="Asset id or address of the recording. Only one."),
        Parameter(
            "TransferNameRegister",
            "array",
            text="Full names for those on the scoreboard. At most 10; the vendor's page asks for it.",
            items=make_element(
                Parameter("OriginalName", "string", required=True, text="Short name on the scoreboard: IND."),
                Parameter("TransferName", "string", required=True, text="Full name: Indiana Pacers."),
            ),
        ),
        Parameter(
            "FaceRegister",
            "array",
            text="Players to recognise. At most 5.",
            items=make_element(
                list_texts(
                    "FaceUrls",
                    "Addresses of pictures of one clear face each. Front and side work best.",
                    required=True,
                ),
                Parameter("Name", "string", required=True, text="Name as the scoreboard shows it."),
            ),
        ),
        Parameter(
            "SlowMotionLogoRegister",
            "object",
            text="Logos that announce slow motion. Needed to have slow motion in the video.",
            fields=(list_texts("SlowMotionLogoUrls", "Addresses of pictures of the logo. At most 5.", required=True),),
        ),
    ),
}
