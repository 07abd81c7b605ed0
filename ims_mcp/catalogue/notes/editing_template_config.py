"""What an editing template is made of: its Config by type, the assets it names, and the values that fill it."""

from __future__ import annotations

from ims_mcp.catalogue.notes.editing_output import SIZE_FIELDS, VIDEO_STREAM
from ims_mcp.catalogue.notes.note import ParameterNotes, make_element
from ims_mcp.catalogue.operation import Case, Needs, Parameter

TEMPLATE_SOURCES = (
    "https://help.aliyun.com/document_detail/456193.html",
    "https://alibabacloud.com/help/en/ims/user-guide/common-common-template-config-example",
    "https://help.aliyun.com/document_detail/445389.html",
    "https://help.aliyun.com/en/ims/use-cases/batch-video-production-template-parameters",
    "https://github.com/aliyun/alibabacloud-aiops-skills",
)
RELATED_MEDIA: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": 'Assets used in it, for the template editor: {"video": ["id"]}.',
    "fields": (
        Parameter("video", "array", text="Video assets.", items=Parameter("", "string")),
        Parameter("audio", "array", text="Audio assets.", items=Parameter("", "string")),
        Parameter("image", "array", text="Picture assets.", items=Parameter("", "string")),
    ),
    "extra_fields": True,
}

_ANY = make_element(extra_fields=True)
_VARIABLE = (
    Parameter("VideoTracks", "array", text="Video tracks as in a Timeline, with variables.", items=_ANY),
    Parameter("AudioTracks", "array", text="Audio tracks as in a Timeline, with variables.", items=_ANY),
    Parameter("SubtitleTracks", "array", text="Subtitle tracks as in a Timeline, with variables.", items=_ANY),
    Parameter("EffectTracks", "array", text="Effect tracks as in a Timeline, with variables.", items=_ANY),
    Parameter("ImageTracks", "array", text="Outdated: use VideoTracks with Type Image.", items=_ANY),
)
_STICKER = make_element(
    Parameter("MediaId", "string", text="Picture of the library; goes before MediaURL."),
    Parameter("MediaURL", "string", text="OSS address of a picture."),
    Parameter("X", "number", text="Left edge. 0 to 1: share of the output; more: pixels."),
    Parameter("Y", "number", text="Top edge. 0 to 1: share of the output; more: pixels."),
    Parameter("Width", "number", text="Width. 0 to 1: share of the output; more: pixels."),
    Parameter("Height", "number", text="Height. 0 to 1: share of the output; more: pixels."),
    Parameter("Opacity", "number", text="0 invisible to 1 opaque (default).", minimum=0, maximum=1),
    Parameter("DyncFrames", "integer", text="Number of frames of an animated picture; at most 100."),
    extra_fields=True,
)
_TEXT_LIST = Parameter("", "string")
_BATCH = (
    Parameter(
        "InputTemplateConfig",
        "object",
        text="What is added to every video.",
        fields=(
            Parameter("StickerArray", "array", text="Logos and watermarks.", items=_STICKER),
            Parameter("BackgroundMusicArray", "array", text="Music: asset ids or OSS addresses.", items=_TEXT_LIST),
            Parameter("BackgroundImageArray", "array", text="Backgrounds: ids or OSS addresses.", items=_TEXT_LIST),
        ),
        extra_fields=True,
    ),
    Parameter(
        "EditingTemplateConfig",
        "object",
        text="Style; its fields are those of EditingConfig of SubmitBatchMediaProducingJob.",
        fields=(
            Parameter("SpeechConfig", "object", text="Voice, its volume and subtitles.", extra_fields=True),
            Parameter("BackgroundMusicConfig", "object", text="Style and Gain of the music.", extra_fields=True),
            Parameter("TitleConfig", "object", text="Look of titles.", extra_fields=True, inferred=True),
            Parameter("BackgroundImageConfig", "object", text="Look of backgrounds.", extra_fields=True, inferred=True),
        ),
        extra_fields=True,
    ),
    Parameter(
        "OutputTemplateConfig",
        "object",
        required=True,
        text="Size and encoding of the videos.",
        fields=(*SIZE_FIELDS, VIDEO_STREAM),
        extra_fields=True,
    ),
)
CONFIG: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": (
        "The template itself; its shape depends on Type. A Timeline template is a Timeline in which a value may be a "
        'variable: "$Video", with default "$X:40", left out unless given "$End:NULL". A list of any length is a clip '
        '{"Sys_Type": "ArrayItems", "Sys_ArrayObject": "$VideoArray", "Sys_Template": {"MediaId": "$MediaId"}}.'
    ),
    "cases": (
        Case("Type", ("Timeline",), _VARIABLE),
        Case(
            "Type",
            ("VETemplate",),
            (
                Parameter(
                    "oss_url",
                    "string",
                    required=True,
                    text="OSS address of the package exported with VE Exporter: http://example-bucket.oss-cn-shanghai.aliyuncs.com/opening.zip.",
                ),
            ),
        ),
        Case("Type", ("BatchEditing",), _BATCH),
    ),
    "extra_fields": True,
}
CLIPS_PARAM: ParameterNotes = {
    "kind": "object",
    "json_text": True,
    "text": (
        "Values for the template's variables; needed with TemplateId. "
        'Such as {"VideoArray": ["id1", "id2"], "Text1": "Hello"}: the keys are the template\'s own, without $; '
        "GetTemplateParams lists them and GetTemplate has a sample. Values: asset ids, OSS addresses, texts."
    ),
    "extra_fields": True,
}
NEEDS_CLIPS = Needs("TemplateId", None, "ClipsParam")
