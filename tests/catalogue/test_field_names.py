"""Names of fields in structured parameters: what nobody reads is refused with the name that was meant; what the
vendor's pages, its web editor and its examples write is taken."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments

FILM = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
OSS = "https://example-bucket.oss-cn-shanghai.aliyuncs.com"
PLACE = {"Type": "OSS", "Media": "oss://example-bucket/a.mp4"}
RENDERED = {"MediaURL": f"{OSS}/cut.mp4"}


def list_problems(operation: str, arguments: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation(operation), arguments)
    return [str(problem) for problem in refused.value.problems]


def render(timeline: Any, **output: Any) -> dict[str, Any]:
    return {"Timeline": timeline, "OutputMediaConfig": {**RENDERED, **output}}


def render_clip(**fields: Any) -> dict[str, Any]:
    return render({"VideoTracks": [{"VideoTrackClips": [{"MediaId": FILM, **fields}]}]})


def convert(**output: Any) -> dict[str, Any]:
    outputs = [{"TemplateId": "S00000001-100031", "OutputFile": PLACE, **output}]
    return {"Config": {"Inputs": [{"InputFile": PLACE}], "Outputs": outputs}}


def make_template(kind: int, **config: Any) -> dict[str, Any]:
    return {"Name": "a", "Type": kind, "TemplateConfig": config}


CLIP = "Timeline.VideoTracks[0].VideoTrackClips[0]"
SLIPS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "SubmitMediaProducingJob",
        render_clip(Start=1, End=3),
        [f"{CLIP}.Start: unknown; did you mean In?", f"{CLIP}.End: unknown; did you mean Out?"],
    ),
    ("SubmitMediaProducingJob", render_clip(Text="Hello"), [f"{CLIP}.Text: unknown; did you mean Content?"]),
    (
        "SubmitMediaProducingJob",
        render_clip(Transition={"SubType": "fade"}),
        [f'{CLIP}.Transition: unknown; did you mean Effects: [{{"Type": "Transition"}}]?'],
    ),
    (
        "SubmitMediaProducingJob",
        render_clip(Effects=[{"Type": "Volume", "Volume": 2}]),
        [f"{CLIP}.Effects[0].Volume: unknown; did you mean Gain?"],
    ),
    (
        "SubmitMediaProducingJob",
        render_clip(Type="Image", Content="Hello"),
        [f"{CLIP}.Content: has no place here: it belongs to Type=AI_Avatar or Text"],
    ),
    (
        "SubmitMediaProducingJob",
        render({"VideoTracks": [{"VideoTrackClips": [{"MediaUrl": f"{OSS}/a.mp4"}]}]}),
        [f"{CLIP}.MediaUrl: unknown; did you mean MediaURL?"],
    ),
    (
        "SubmitMediaProducingJob",
        render({"VideoTrack": [{"VideoTrackClips": [{"MediaId": FILM}]}]}),
        ["Timeline.VideoTrack: unknown; did you mean VideoTracks?"],
    ),
    (
        "SubmitMediaProducingJob",
        render({"VideoTracks": [{"Clips": [{"MediaId": FILM}]}]}),
        ["Timeline.VideoTracks[0].Clips: unknown; did you mean VideoTrackClips?"],
    ),
    (
        "SubmitMediaProducingJob",
        {**render_clip(), "OutputMediaConfig": {**RENDERED, "Widht": 1280}},
        ["OutputMediaConfig.Widht: unknown; did you mean Width?"],
    ),
    (
        "SubmitMediaProducingJob",
        {**render_clip(), "OutputMediaConfig": json.dumps({**RENDERED, "Resolution": "1280x720"})},
        ["OutputMediaConfig.Resolution: unknown; Allowed: Width, Height, Bitrate, MaxDuration, Video"],
    ),
    (
        "SubmitMediaProducingJob",
        {**render_clip(), "EditingProduceConfig": {"Cover": {"StartTime": 1}}},
        ["EditingProduceConfig.Cover: unknown; did you mean CoverConfig?"],
    ),
    (
        "SubmitMediaConvertJob",
        convert(Watermark=[{"TemplateId": "w"}]),
        ["Config.Outputs[0].Watermark: unknown; did you mean Features.Watermarks?"],
    ),
    (
        "SubmitMediaConvertJob",
        convert(Features={"Watermarks": [{"Picture": "oss://example-bucket/logo.png"}]}),
        ["Config.Outputs[0].Features.Watermarks[0].Picture: unknown; did you mean TemplateId?"],
    ),
    (
        "CreateCustomTemplate",
        make_template(4, Input=PLACE),
        ["TemplateConfig.Input: unknown; did you mean File?"],
    ),
    (
        "CreateCustomTemplate",
        make_template(2, Type="Normal", File=PLACE),
        ["TemplateConfig.File: has no place here: it belongs to Type=4 or 6"],
    ),
    (
        "SubmitAvatarVideoJob",
        {
            "InputConfig": {"Text": "Good morning"},
            "EditingConfig": {"AvatarID": "a"},
            "OutputConfig": RENDERED,
        },
        ["EditingConfig.AvatarID: unknown; did you mean AvatarId?"],
    ),
    (
        "SubmitBatchMediaProducingJob",
        {"InputConfig": {"Medias": [FILM]}, "OutputConfig": {"MediaURL": f"{OSS}/a_{{index}}.mp4"}},
        ["InputConfig.Medias: unknown; did you mean MediaArray?"],
    ),
]


@pytest.mark.parametrize(("operation", "arguments", "told"), SLIPS)
def test_a_field_that_would_be_lost_is_refused_with_what_was_meant(
    operation: str, arguments: dict[str, Any], told: list[str]
) -> None:
    problems = list_problems(operation, arguments)
    assert len(problems) == len(told)
    for problem, begin in zip(problems, told, strict=True):
        assert problem.startswith(begin)


@pytest.mark.parametrize(
    ("operation", "arguments", "told"),
    [
        ("AddMediaMarks", {"MediaId": FILM, "MediaMarks": [{"MarkStart": 1}]}, "did you mean MarkStartTime?"),
        ("GetMediaInfo", {"MediaID": FILM}, "did you mean MediaId?"),
        ("DeleteCustomTemplate", {"TemplateID": "t"}, "TemplateID: unknown; did you mean TemplateId?"),
    ],
)
def test_a_misspelled_parameter_is_one_problem_that_names_the_right_one(
    operation: str, arguments: dict[str, Any], told: str
) -> None:
    (problem,) = list_problems(operation, arguments)
    assert told in problem


DOCUMENTED: dict[str, tuple[str, dict[str, Any]]] = {
    "a cut of a file with a logo": (
        "SubmitMediaConvertJob",
        convert(
            Name="small",
            Priority=6,
            OverrideParams={"Video": {"Bitrate": 1800}, "Audio": {"Remove": True}},
            Features={
                "Clip": {"TimeSpan": {"Seek": "00:01:00.000", "Duration": "30"}, "ConfigToClipFirstPart": True},
                "Watermarks": [{"TemplateId": "w", "X": "0.05", "Y": "20", "Width": "0.1"}],
                "Metadata": {"title": "Spring"},
            },
        ),
    ),
    "an adaptive stream": (
        "SubmitMediaConvertJob",
        {
            "Config": {
                "JobName": "adaptive",
                "Inputs": [{"Name": "film", "InputFile": PLACE}],
                "OutputGroups": [
                    {
                        "Name": "hls",
                        "GroupConfig": {
                            "Type": "Hls",
                            "OutputFileBase": {"Type": "OSS", "Media": "oss://example-bucket/hls"},
                            "ManifestName": "manifest",
                            "ManifestExtend": {"InputRef": "film", "Excludes": [{"Type": "Audio", "Language": "zh"}]},
                        },
                        "Outputs": [
                            {
                                "Name": "720p",
                                "TemplateId": "S00000001-200031",
                                "OutputFileName": "720p",
                                "HlsGroupConfig": {"Type": "audio", "Name": "en", "Group": "a", "AutoSelect": True},
                            }
                        ],
                    }
                ],
            }
        },
    ),
    "a transcoding template": (
        "CreateCustomTemplate",
        make_template(
            1,
            Type="Normal",
            Container={"Format": "m3u8"},
            Video={"Codec": "H.264", "Bitrate": 1500, "LongShortMode": True},
            Audio={"Codec": "AAC", "Volume": {"Method": "dynamic", "TruePeak": -1}},
            MuxConfig={"Segment": {"Duration": 6}},
            TransConfig={"TransMode": "onepass", "IsCheckReso": True},
        ),
    ),
    "a sprite": (
        "CreateCustomTemplate",
        make_template(
            2,
            Type="Sprite",
            FrameType="intra",
            Interval=10,
            Width=320,
            SpriteSnapshotConfig={"CellWidth": 320, "Columns": 5, "Lines": 4, "Color": "#000000"},
        ),
    ),
    "an animated picture": (
        "CreateCustomTemplate",
        make_template(3, Format="gif", Fps=8, TimeSpan={"Seek": "5", "Duration": "3"}),
    ),
    "a logo": (
        "CreateCustomTemplate",
        make_template(
            4, Width=0.1, Dx=20, ReferPos="TopRight", File=PLACE, Timeline={"Start": "0", "Duration": "ToEND"}
        ),
    ),
    "words in the picture": (
        "CreateCustomTemplate",
        make_template(5, Content="Preview", FontName="SimSun", FontSize=32, FontColor="#FFFFFF", Left=10, Top=10),
    ),
    "settings of an AI template": ("CreateCustomTemplate", make_template(8, AnalyseTypes="ASR,OCR")),
    "an AI template anew": ("UpdateCustomTemplate", {"TemplateId": "t", "TemplateConfig": {"param": 1}}),
    "a spoken script in many variants": (
        "SubmitBatchMediaProducingJob",
        {
            "InputConfig": {
                "MediaGroupArray": [{"GroupName": "shop", "MediaArray": [FILM], "SplitMode": "NoSplit"}],
                "TitleArray": ["Spring sale"],
                "SpeechTextArray": ["Come in."],
                "StickerArray": [{"MediaURL": f"{OSS}/logo.png", "X": 20, "Y": 20, "Width": 80, "Height": 40}],
                "BackgroundMusicArray": [FILM],
            },
            "EditingConfig": {
                "SpeechConfig": {
                    "Voice": "zhiru,zhilun",
                    "Style": "Gentle",
                    "Gain": 1.1,
                    "AsrConfig": {"AaiMotionLoopEffect": "normal_display,naughty_display"},
                },
                "BackgroundMusicConfig": {"Style": "bgm-relaxing", "Gain": 0.2},
                "MediaConfig": {"MediaMetaDataArray": [{"Media": FILM, "TimeRangeList": [{"In": 1, "Out": 4}]}]},
                "ProcessConfig": {"SingleShotDuration": 3, "AllowTransition": True, "TransitionList": ["linearblur"]},
            },
            "OutputConfig": {
                "MediaURL": f"{OSS}/a_{{index}}.mp4",
                "Count": 2,
                "Width": 1080,
                "Height": 1920,
                "Video": {"Crf": 27},
            },
        },
    ),
    "a dubbed video with subtitles of a style": (
        "SubmitVideoTranslationJob",
        {
            "InputConfig": {"Type": "Video", "Video": FILM},
            "OutputConfig": RENDERED,
            "EditingConfig": {
                "SourceLanguage": "zh",
                "TargetLanguage": "en",
                "DetextArea": "Auto",
                "NeedSpeechTranslate": True,
                "TextSource": "OCR_ASR",
                "BilingualSubtitle": False,
                "SupportEditing": True,
                "SpeechTranslate": {
                    "VoiceConfig": {"Voice": "auto"},
                    "OcrArea": "Auto",
                    "SubtitleConfig": {"Type": "Text", "FontSize": 60, "BorderStyle": 1, "Y": 0.85, "Spacing": 2},
                },
            },
        },
    ),
    "clips out of a live stream": (
        "SubmitLiveEditingJob",
        {
            "Clips": [{"StartTime": "2026-01-31T08:00:00Z", "EndTime": "2026-01-31T08:01:00Z", "AppName": "app"}],
            "LiveStreamConfig": {"DomainName": "live.example.com", "AppName": "app", "StreamName": "one"},
            "MediaProduceConfig": {"Mode": "Rough"},
            "OutputMediaConfig": {**RENDERED, "Width": 1280},
        },
    ),
    "an upload with a form": (
        "CreateUploadMedia",
        {
            "FileInfo": {"Type": "video", "Name": "a", "Size": 5, "Ext": "mp4"},
            "MediaMetaData": {"Title": "a", "Tags": "one,two", "CateId": 1, "BusinessType": "general"},
            "UploadTargetConfig": {"StorageType": "oss", "StorageLocation": "outin-a.oss-cn-shanghai.aliyuncs.com"},
            "PostProcessConfig": {"ProcessType": "Workflow", "ProcessID": "w"},
            "UserData": {"MessageCallback": {"CallbackURL": "https://example.com"}, "order": 7},
        },
    ),
    "an effect of a kind that is new": (
        "SubmitMediaProducingJob",
        render_clip(Effects=[{"Type": "AI_Later", "Strength": 3}]),
    ),
}


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_what_the_vendors_pages_show_is_taken_whole(kind: str) -> None:
    operation, arguments = DOCUMENTED[kind]
    checked = check(get_operation(operation), arguments)
    for name, value in arguments.items():
        sent = (
            json.loads(checked[name]) if isinstance(checked[name], str) and isinstance(value, dict) else checked[name]
        )
        assert open_texts(sent) == value


def open_texts(value: Any) -> Any:
    """A structure whose inner JSON texts are what they say."""
    if isinstance(value, dict):
        return {name: open_texts(inner) for name, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [open_texts(element) for element in cast("list[Any]", value)]
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value


def test_a_timeline_of_the_web_editor_may_hold_what_it_likes_and_one_written_by_hand_may_not() -> None:
    timeline = {"VideoTracks": [{"Locked": False, "VideoTrackClips": [{"MediaId": FILM, "TrackId": 1, "Hash": "x"}]}]}
    assert check(get_operation("SubmitMediaProducingJob"), render({"AspectRatio": "16:9", **timeline}))
    assert [problem.partition(":")[0] for problem in list_problems("SubmitMediaProducingJob", render(timeline))] == [
        "Timeline.VideoTracks[0].Locked",
        f"{CLIP}.TrackId",
        f"{CLIP}.Hash",
    ]


def test_the_marks_of_one_timeline_open_nothing_beside_it() -> None:
    edited = {"AspectRatio": "16:9", **render_clip()["Timeline"]}
    (problem,) = list_problems("SubmitMediaProducingJob", render(edited, Widht=1280))
    assert problem.startswith("OutputMediaConfig.Widht")


EMPTY: list[Any] = [
    {"VideoTracks": []},
    {"VideoTracks": [{"VideoTrackClips": []}], "AudioTracks": []},
    {"SubtitleTracks": [{"SubtitleTrackClips": [{"Type": "Text", "Content": "Hello"}]}]},
    '{"VideoTracks": []}',
]


@pytest.mark.parametrize("timeline", EMPTY)
def test_a_timeline_without_picture_and_sound_is_refused(timeline: Any) -> None:
    (problem,) = list_problems("SubmitMediaProducingJob", render(timeline))
    assert problem.startswith("Timeline: has nothing in VideoTracks[].VideoTrackClips or AudioTracks[].AudioTrackClips")


def test_sound_alone_is_a_timeline() -> None:
    sound = {"VideoTracks": [], "AudioTracks": [{"AudioTrackClips": [{"MediaId": FILM}]}]}
    assert check(get_operation("SubmitMediaProducingJob"), render(sound))


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("SubmitMediaProducingJob", render_clip() | {"OutputMediaConfig": {"MediaURL": "oss://mine/out/a.mp4"}}),
        (
            "SubmitMediaProducingJob",
            render({"VideoTracks": [{"VideoTrackClips": [{"MediaURL": "oss://mine/out/a.mp4"}]}]}),
        ),
        (
            "SubmitVideoTranslationJob",
            {
                "InputConfig": {"Type": "Video", "Video": "oss://mine/out/a.mp4"},
                "OutputConfig": RENDERED,
                "EditingConfig": {"SourceLanguage": "zh", "TargetLanguage": "en"},
            },
        ),
    ],
)
def test_where_oss_is_no_address_the_https_one_is_worked_out(operation: str, arguments: dict[str, Any]) -> None:
    (problem,) = list_problems(operation, arguments)
    assert "has to be an https address: https://mine.oss-REGION.aliyuncs.com/out/a.mp4" in problem
