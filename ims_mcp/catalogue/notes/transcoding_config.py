"""File processing: what SubmitMediaConvertJob makes of which inputs, its parameter ``Config``.

Sources: the structures MediaConvertJobConfig, MediaConvertOutput and MediaConvertJobFeature of SDK 6.20.2 and their
pages. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import make_element
from ims_mcp.catalogue.notes.transcoding_jobs import describe_place
from ims_mcp.catalogue.notes.transcoding_settings import AUDIO, CLOCK, CONTAINER, MUX, TRANS, VIDEO
from ims_mcp.catalogue.operation import Parameter

CONFIG_PAGES = (
    "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-struct-mediaconvertjobconfig",
    "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-struct-mediaconvertoutputgroupconfig",
    "https://alibabacloud.com/help/en/ims/developer-reference/preset-template-description",
)


IN_PIXELS_OR_SHARE = "Whole pixels from 8, or a share of the output such as 0.05; replaces the template's."
WATERMARK = make_element(
    Parameter(
        "TemplateId",
        "string",
        text="Watermark template, from ListCustomTemplates with Type 4 or 5. The picture comes from it alone: make one "
        "with CreateCustomTemplate (Type 4, File). Of a text Content may replace it.",
    ),
    Parameter("Type", "string", text="Kind; left out: that of the template.", hints=("Text", "Image")),
    Parameter("X", "string", text=f"Distance from the side. {IN_PIXELS_OR_SHARE}"),
    Parameter("Y", "string", text=f"Distance from top or bottom. {IN_PIXELS_OR_SHARE}"),
    Parameter("Width", "string", text=f"Width of the watermark. {IN_PIXELS_OR_SHARE}"),
    Parameter("Height", "string", text=f"Height of the watermark. {IN_PIXELS_OR_SHARE}"),
    Parameter("Content", "string", text="Words of a text watermark."),
    Parameter("FontName", "string", text="Font of a text watermark; default SimSun."),
    Parameter("FontSize", "string", text="Font size, between 4 and 120; default 16."),
    Parameter("FontColor", "string", text="Colour: a name or #RRGGBB; default black."),
    Parameter("FontAlpha", "string", text="Opacity, above 0 up to 1; default 1.0."),
    Parameter("BorderWidth", "string", text="Outline of the letters in pixels; default 0."),
    Parameter("BorderColor", "string", text="Colour of the outline; default black."),
    Parameter("Adaptive", "boolean", text="true fits the font size to the output; default false."),
)
FEATURES = Parameter(
    "Features",
    "object",
    json_text=True,
    text="Clip, watermarks and metadata: an object or its JSON text.",
    fields=(
        Parameter(
            "Clip",
            "object",
            text="Only a stretch of the input.",
            fields=(
                Parameter(
                    "TimeSpan",
                    "object",
                    text="Where it begins and ends.",
                    fields=(
                        Parameter("Seek", "string", text=f"Begin: {CLOCK}. Default: the beginning."),
                        Parameter("Duration", "string", text=f"Length: {CLOCK}. Default: to the end."),
                        Parameter("End", "string", text=f"End: {CLOCK}. Overrides Duration.", after="Seek"),
                    ),
                ),
                Parameter(
                    "ConfigToClipFirstPart",
                    "boolean",
                    text="true cuts the first input before joining. Default false: joined first, then cut.",
                ),
            ),
        ),
        Parameter("Watermarks", "array", text="Watermarks, at most 4.", items=WATERMARK),
        Parameter(
            "Metadata",
            "object",
            text="Your own key and value pairs in the file's container. At most 4; keys to 64, values to 512 "
            "characters.",
            extra_fields=True,
        ),
    ),
)
OVERRIDES = Parameter(
    "OverrideParams",
    "object",
    json_text=True,
    text='What differs from the template: {"Video": {"Bitrate": 3000}}, an object or its JSON text. The fields are '
    "those of a transcoding template.",
    fields=(
        CONTAINER,
        VIDEO,
        AUDIO,
        MUX,
        TRANS,
        Parameter(
            "Subtitles",
            "array",
            text="Subtitle streams of the result.",
            items=make_element(Parameter("Codec", "string", text="Format of the subtitle stream."), extra_fields=True),
        ),
    ),
    extra_fields=True,
)
PRIORITY = Parameter(
    "Priority",
    "integer",
    text="Place in the queue: 10 goes first; default 6.",
    minimum=1,
    maximum=10,
)
TEMPLATE = Parameter(
    "TemplateId",
    "string",
    text="Transcoding template: format, size, bitrate. From ListSystemTemplates or ListCustomTemplates with Type 1. "
    "Built in: S00000001-100031 MP4 720p, -100041 MP4 1080p, -200021 HLS 480p, -200031 HLS 720p.",
)
LABEL = Parameter("Name", "string", text="Label of this output in the result. It is not the file's name.")

HLS_STREAM = Parameter(
    "HlsGroupConfig",
    "object",
    text="Its place in the playlist; groups of Type Hls only.",
    fields=(
        Parameter(
            "Type",
            "string",
            text="What the stream holds; default hybrid, picture and sound.",
            hints=("hybrid", "video", "audio", "subtitle"),
        ),
        Parameter("Name", "string", text="NAME in the playlist; needed for audio and subtitle."),
        Parameter("Group", "string", text="GROUP-ID of an audio or subtitle stream; default its Type."),
        Parameter("Language", "string", text="LANGUAGE of an audio or subtitle stream, RFC 5646: zh, en."),
        Parameter("IsDefault", "boolean", text="true for the one default stream of its group (audio, subtitle)."),
        Parameter("AutoSelect", "boolean", text="true lets the player choose it by itself (audio, subtitle)."),
        Parameter("Forced", "boolean", text="true: has to be played (audio, subtitle)."),
        Parameter("AudioGroup", "string", text="Audio group that a video stream goes with; default audio."),
        Parameter("SubtitleGroup", "string", text="Subtitle group it goes with (video, hybrid); default subtitle."),
    ),
)
MANIFEST_EXTEND = Parameter(
    "ManifestExtend",
    "object",
    text="Adds the results to a playlist there already is.",
    fields=(
        Parameter("InputRef", "string", text="Name of the input that is this playlist."),
        Parameter(
            "Excludes",
            "array",
            text="Streams of it to leave out. All fields of one entry have to fit; one entry that fits is enough.",
            items=make_element(
                Parameter("Type", "string", text="Only streams of this kind.", hints=("Audio", "Subtitle")),
                Parameter("Language", "string", text="Only this language, RFC 5646."),
                Parameter("Name", "string", text="Only of this name."),
            ),
        ),
    ),
)

INPUTS = Parameter(
    "Inputs",
    "array",
    required=True,
    text="The files to convert; in most cases one.",
    items=make_element(
        Parameter("Name", "string", text="Label that an InputRef names; needed only then."),
        Parameter(
            "InputFile",
            "object",
            text="The file itself.",
            fields=describe_place(
                "OSS: oss://bucket/key or its https address, without a signature. Media: MediaId of the asset, "
                "whose source file is taken."
            ),
        ),
    ),
)
OUTPUT_GROUPS = Parameter(
    "OutputGroups",
    "array",
    text="What is made: plain files, or an adaptive stream.",
    items=make_element(
        Parameter("Name", "string", text="Label of the group, to find it in the result."),
        Parameter(
            "GroupConfig",
            "object",
            text="Kind and folder of the group.",
            fields=(
                Parameter(
                    "Type",
                    "string",
                    text="File, Hls or Dash. File: each output a file of its own; the others: one stream with a "
                    "master playlist.",
                    hints=("File", "Hls", "Dash"),
                ),
                Parameter(
                    "OutputFileBase",
                    "object",
                    text="Folder that all files of the group go to.",
                    fields=describe_place(
                        "OSS: a folder, oss://bucket/folder. Or its https address; the bucket has to be registered "
                        "with IMS. Media: MediaId of the asset that gets the files."
                    ),
                ),
                Parameter("ManifestName", "string", text="Name of the master playlist, Hls or Dash: manifest."),
                MANIFEST_EXTEND,
            ),
        ),
        Parameter(
            "Outputs",
            "array",
            text="The files of the group: one entry for each rendition.",
            items=make_element(
                LABEL,
                TEMPLATE,
                Parameter(
                    "OutputFileName",
                    "string",
                    text="File name below the folder of the group: launch-720p.mp4.",
                ),
                OVERRIDES,
                FEATURES,
                HLS_STREAM,
                PRIORITY,
            ),
        ),
    ),
)
OUTPUTS = Parameter(
    "Outputs",
    "array",
    text="Single files, each with its own address. Says the same as a group of Type File in fewer words.",
    items=make_element(
        LABEL,
        TEMPLATE,
        Parameter(
            "OutputFile",
            "object",
            text="Where the file goes.",
            fields=describe_place(
                "OSS: address of the new object, in a bucket registered with IMS. Media: MediaId of the asset "
                "that gets the file."
            ),
        ),
        Parameter(
            "OverrideParams",
            "object",
            json_text=True,
            text="What differs from the template. Fields and form as in OutputGroups[].Outputs[].",
            fields=OVERRIDES.fields,
            extra_fields=True,
        ),
        Parameter(
            "Features",
            "object",
            json_text=True,
            text="Clip, watermarks and metadata. Fields and form as in OutputGroups[].Outputs[].",
            fields=FEATURES.fields,
        ),
        PRIORITY,
    ),
)
CONFIG = (
    INPUTS,
    OUTPUT_GROUPS,
    OUTPUTS,
    Parameter("JobName", "string", text="Name of the job, at most 64 bytes.", max_bytes=64),
)
