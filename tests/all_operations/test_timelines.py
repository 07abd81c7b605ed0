"""Timelines, templates and outputs of the kinds that the vendor's pages show: taken as they are, nothing of them lost;
and mistakes in them that would cost a render, refused before it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments

FILM, SECOND, MUSIC, PICTURE = (digit * 32 for digit in "1234")
OSS = "https://example-bucket.oss-cn-shanghai.aliyuncs.com"
OUTPUT = {"MediaURL": f"{OSS}/cut.mp4"}
NINE, TEN = "2026-01-31T09:00:00Z", "2026-01-31T10:00:00Z"


def film(**more: Any) -> dict[str, Any]:
    return {"MediaId": FILM, **more}


def video(*clips: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"VideoTrackClips": list(clips), **more}


def audio(*clips: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"AudioTrackClips": list(clips), **more}


def texts(*clips: dict[str, Any]) -> dict[str, Any]:
    return {"SubtitleTrackClips": list(clips)}


BLUR = {"Type": "Background", "SubType": "Blur", "Radius": 0.1}
TITLE = {"Type": "Text", "Content": "Harbour tour", "FontSize": 80, "Alignment": "TopCenter", "Y": 0.15}

TIMELINES: dict[str, dict[str, Any]] = {
    "clips one after the other": {"VideoTracks": [video(film(), {"MediaURL": f"{OSS}/b.mp4"}, film(MaxOut=4))]},
    "a piece of each, at its place": {
        "VideoTracks": [
            video(
                film(Type="Video", In=30, Out=45.5, TimelineIn=0, TimelineOut=15.5),
                film(In=0, Out=8, TimelineIn=15.5, TimelineOut=19.5, Speed=2),
            )
        ],
        "AudioTracks": [],
        "SubtitleTracks": [],
    },
    "landscape made portrait": {
        "VideoTracks": [video(film(Effects=[BLUR]), film(Effects=[{**BLUR, "SubType": "Color", "Color": "#112233"}]))]
    },
    "three films above each other": {
        "VideoTracks": [video(film(X=0, Y=y, Width=1, Height=0.3333, AdaptMode="Cover")) for y in (0, 0.3333, 0.6666)]
    },
    "stickers and a small picture in the picture": {
        "VideoTracks": [
            video(film()),
            video(
                {"Type": "Image", "MediaId": PICTURE, "Duration": 5, "X": 40, "Y": 40, "Width": 300, "Height": 150},
                {"Type": "Image", "MediaURL": f"{OSS}/cat.gif", "DyncFrames": 8, "Duration": 5, "Opacity": 0.6},
            ),
            video(film(In=0, Out=10, TimelineIn=5, TimelineOut=15, X=50, Y=50, Width=200, Height=200)),
        ]
    },
    "transitions, some by chance": {
        "VideoTracks": [
            video(
                film(Effects=[{"Type": "Transition", "SubType": "wiperight"}]),
                film(Effects=[{"Type": "DLTransition", "SubType": "perlin", "Duration": 2}]),
                film(Effects=[{"Type": "Transition", "SubType": "wiperight,perlin"}]),
                film(),
            )
        ]
    },
    "filters and visual effects": {
        "VideoTracks": [
            video(
                film(
                    Comment="both on one clip",
                    Effects=[
                        {"Type": "VFX", "SubType": "open", "TimelineIn": 0, "TimelineOut": 3},
                        {"Type": "Filter", "SubType": "pl4", "TimelineIn": 5, "TimelineOut": 7},
                        {"Type": "VFX", "SubType": "mask_circle", "ExtParams": "x=0.5,y=0.5,width=200,height=200"},
                    ],
                ),
                Count=1,
            )
        ],
        "EffectTracks": [
            {"Comment": "on a part", "EffectTrackItems": [{"Type": "VFX", "SubType": "h_blur", "TimelineIn": 3}]},
            {
                "EffectTrackItems": [
                    {"Type": "Filter", "SubType": "color", "ExtParams": "effect=color,brightness=-10,contrast=10"}
                ]
            },
        ],
    },
    "an effect track among the video tracks": {
        "VideoTracks": [
            video(film()),
            video({"Type": "Filter", "SubType": "warm", "TimelineIn": 1, "TimelineOut": 4}, Type="Effect"),
        ]
    },
    "moved, turned, cut and held": {
        "VideoTracks": [
            video(
                {
                    "Type": "Image",
                    "MediaId": PICTURE,
                    "Duration": 5,
                    "Effects": [{"Type": "KenBurns", "Start": "0,0.5,0.5,0.5", "End": "0.5,0,0.5,0.5"}],
                },
                film(Effects=[{"Type": "Crop", "X": 0.3, "Y": 0.3, "Width": 0.4, "Height": 0.4}]),
                film(Effects=[{"Type": "Rotate", "Degree": 90}, {"Type": "Flip", "Direction": "horizontal"}]),
                film(Effects=[{"Type": "Zoom", "StartRate": 1, "EndRate": 1.3, "Duration": 2}]),
                film(Effects=[{"Type": "FreezeFrame", "Duration": 2}]),
                film(Effects=[{"Type": "Clip", "SubType": "RandomClip", "ClipDuration": 5}]),
            )
        ]
    },
    "sound of all kinds": {
        "VideoTracks": [
            video(
                film(Effects=[{"Type": "Volume", "Gain": 0, "In": 2, "Out": 5}]),
                film(Effects=[{"Type": "Volume", "Gain": "0.5"}, {"Type": "ADenoise", "Mode": 1}]),
            )
        ],
        "AudioTracks": [
            audio({"MediaId": MUSIC, "In": 4, "Out": 10, "LoopMode": True, "TimelineIn": 2, "TimelineOut": 14}),
            audio(
                {
                    "Type": "Audio",
                    "MediaURL": f"{OSS}/talk.mp3",
                    "TimelineIn": 5,
                    "Speed": 1.1,
                    "Effects": [
                        {"Type": "AFade", "SubType": "In", "Duration": 1, "Curve": "tri"},
                        {"Type": "AFade", "SubType": "Out", "Duration": 2},
                        {"Type": "ALoudNorm", "Loudness": -24.0, "TruePeak": -2.0},
                    ],
                }
            ),
        ],
        "EffectTracks": [{"EffectTrackItems": [{"Type": "AEqualize", "Peak": 0.95, "Gain": 10}]}],
    },
    "the sound of a film alone": {"AudioTracks": [audio({"MediaURL": f"{OSS}/a.mp4"})]},
    "titles in every style": {
        "VideoTracks": [video(film(Effects=[{**TITLE, "FixedFontSize": 40, "FixedX": 0.1, "FixedY": 0.2}]))],
        "SubtitleTracks": [
            texts(
                {**TITLE, "FontColorOpacity": 1, "EffectColorStyle": "CS0003-000011", "FontFace": {"Bold": True}},
                {
                    **TITLE,
                    "Font": "KaiTi",
                    "FontColor": "#ffffff",
                    "Outline": 2,
                    "OutlineColour": "#000000",
                    "Shadow": 3,
                    "BackColour": "000000",
                    "Angle": 30,
                    "BorderStyle": 3,
                    "Spacing": 2,
                    "AdaptMode": "AutoWrap",
                    "TextWidth": 0.7,
                    "TimelineIn": 0,
                    "TimelineOut": 2.5,
                },
                {
                    **TITLE,
                    "SubtitleEffects": [
                        {"Type": "Shadow", "Color": "#0420B6", "XBord": 0.07, "YBord": 0.07, "YShift": 0.06},
                        {"Type": "Box", "Color": "1E90FF", "XShift": 20, "YShift": -20, "Bord": 20, "Opacity": "0.5"},
                    ],
                },
                {**TITLE, "AaiMotionInEffect": "rotateflip_in", "AaiMotionIn": 2, "AaiMotionOutEffect": "fade_out"},
                {**TITLE, "AaiMotionLoopEffect": "heartbeat_display", "Ratio": 0.5},
                {**TITLE, "BubbleStyleId": "BS0001-000001", "BubbleWidth": 0.8},
                {"Type": "Text", "Content": "Director", "ScrollStartY": 1120, "ScrollEndY": -200, "ScrollSpeed": 75},
            ),
            texts({"Type": "Subtitle", "SubType": "srt", "FileURL": f"{OSS}/film.srt", "FontSize": 40}),
        ],
        "FECanvas": {"Width": 720, "Height": 1280},
    },
    "subtitles from speech": {
        "VideoTracks": [
            video(film()),
            video(
                {
                    "Type": "AI_ASR",
                    "MediaId": FILM,
                    "FontSize": 80,
                    "NeedHighlighting": True,
                    "HighlightingStyle": {"FontColor": "00FFFF", "Outline": 4},
                }
            ),
        ],
        "SubtitleTracks": [texts({"Type": "AI_ASR", "MediaURL": f"{OSS}/a.mp4", "FontSize": 60, "Y": 0.85})],
    },
    "a spoken text under pictures": {
        "VideoTracks": [video({"Type": "Image", "MediaId": PICTURE, "ReferenceClipId": "talk"})],
        "AudioTracks": [
            audio(
                {
                    "Type": "AI_TTS",
                    "Voice": "zhichu",
                    "Content": '<speak>Good morning<break time="500ms"/>harbour</speak>',
                    "SpeechRate": 100,
                    "ClipId": "talk",
                    "Effects": [{"Type": "AI_ASR", "AlignmentText": "Good morning harbour", "FontSize": 40}],
                },
                {"Type": "AI_TTS", "customizedVoice": "voice-1", "Content": "And goodbye"},
            )
        ],
    },
    "an avatar before a background": {
        "VideoTracks": [
            video({"Type": "GlobalImage", "MediaId": PICTURE, "Width": 1, "Height": 1}),
            video(
                {
                    "Type": "AI_Avatar",
                    "AvatarId": "fanyu-broadcast_standing",
                    "Voice": "zhide",
                    "Content": "The news of the day",
                    "Effects": [{"Type": "AI_ASR", "AlignmentText": "The news of the day", "Y": 0.85}],
                }
            ),
        ]
    },
    "a person cut out": {
        "VideoTracks": [
            video(film(ClipId="a")),
            video(film(Effects=[{"Type": "AI_Matting", "Color": "green"}])),
            video(film(X=0.5, Y=0, Effects=[{"Type": "AI_RealMatting"}, {"Type": "Volume", "Gain": 0}])),
            video(film(Effects=[{"Type": "Harmonization", "ReferenceClipId": "a"}])),
        ]
    },
    "tracks as long as the main one": {
        "VideoTracks": [video(film(), film(), MainTrack=True)],
        "AudioTracks": [audio({"MediaId": MUSIC}, TrackShortenMode="AutoSpeed", TrackExpandMode="AutoSpeed")],
        "MaxDuration": 60,
    },
    "a logo in the outdated picture track": {
        "VideoTracks": [video(film())],
        "ImageTracks": [{"ImageTrackClips": [{"ImageId": PICTURE, "Width": 200, "Height": 60, "X": 40, "Y": 40}]}],
    },
    "what the web editor saves": {
        "Version": 1,
        "SdkVersion": "5.2.2",
        "From": "websdk",
        "VideoTracks": [
            {
                "Id": 1,
                "Type": "Video",
                "Visible": True,
                "Disabled": False,
                "Count": 1,
                "VideoTrackClips": [
                    {
                        "Id": 3,
                        "TrackId": 1,
                        "Type": "Video",
                        "MediaId": FILM,
                        "Title": "harbour.mp4",
                        "VirginDuration": 13.334,
                        "Duration": 5.0,
                        "X": 0.0,
                        "Effects": [],
                    }
                ],
            },
            {
                "Id": 2,
                "Type": "Subtitle",
                "VideoTrackClips": [{"Id": 4, "Type": "Text", "Content": "Hello", "FontSize": 54}],
            },
        ],
    },
}

MANY = {"Sys_Type": "ArrayItems", "Sys_ArrayObject": "$VideoArray", "Sys_Template": {"MediaId": "$MediaId"}}
TEMPLATES: dict[str, tuple[str, dict[str, Any]]] = {
    "joined": ("Timeline", {"VideoTracks": [video(MANY)]}),
    "between opening and ending": ("Timeline", {"VideoTracks": [video(film(), MANY, {"MediaId": SECOND})]}),
    "with a logo that may be moved": (
        "Timeline",
        {
            "VideoTracks": [video({"MediaId": "$Video"})],
            "ImageTracks": [
                {"ImageTrackClips": [{"ImageId": PICTURE, "X": "$X:40", "TimelineOut": "$TimelineOut:NULL"}]}
            ],
        },
    ),
    "with a list of any length as a track": (
        "Timeline",
        {
            "VideoTracks": [video(MANY)],
            "AudioTracks": [{"AudioTrackClips": {**MANY, "Sys_Type": "Array", "Sys_ArrayObject": "$AudioArray"}}],
        },
    ),
    "from After Effects": ("VETemplate", {"oss_url": f"{OSS}/opening.zip"}),
    "style of one-click jobs": (
        "BatchEditing",
        {
            "InputTemplateConfig": {
                "StickerArray": [{"MediaId": PICTURE, "X": 10, "Y": 100, "Width": 300, "Height": 300, "Opacity": 0.6}],
                "BackgroundMusicArray": [MUSIC, f"{OSS}/music.mp3"],
            },
            "EditingTemplateConfig": {
                "SpeechConfig": {"Voice": "zhiru", "SpeechRate": 100, "AsrConfig": {"FontSize": 40}},
                "BackgroundMusicConfig": {"Style": "bgm-relaxing", "Gain": 0.2},
            },
            "OutputTemplateConfig": {"Width": 1080, "Height": 1920, "Video": {"Crf": 27}},
        },
    ),
}

OUTPUTS: list[dict[str, Any]] = [
    {"OutputMediaConfig": {**OUTPUT, "Bitrate": 2000, "Width": 800, "Height": 680, "MaxDuration": 60.5}},
    {"OutputMediaConfig": OUTPUT, "OutputMediaTarget": "oss-object"},
    {
        "OutputMediaConfig": {
            "StorageLocation": "outin-example.oss-cn-shanghai.aliyuncs.com",
            "FileName": "cut.mp4",
            "VodTemplateGroupId": "VOD_NO_TRANSCODE",
        },
        "OutputMediaTarget": "vod-media",
    },
    {
        "OutputMediaConfig": {
            "Endpoint": "s3.example.com",
            "Bucket": "films",
            "ObjectKey": "cut.mp4",
            "AccessKeyId": "id",
            "AccessKeySecret": "secret",
        },
        "OutputMediaTarget": "S3",
    },
    {
        "OutputMediaConfig": {**OUTPUT, "Video": {"Codec": "H.264", "Fps": 25, "Crf": 23, "Profile": "high"}},
        "EditingProduceConfig": {"CoverConfig": {"StartTime": 3.3}, "AutoRegisterInputVodMedia": "true"},
        "MediaMetadata": {"Title": "Harbour", "Tags": "sea,ships"},
        "ProjectMetadata": {"Title": "Harbour"},
        "UserData": {"NotifyAddress": "https://example.com/done", "order": 42},
    },
]

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("SubmitMediaProducingJob", {"Timeline": {"VideoTracks": {"MediaId": FILM}}}, "Timeline.VideoTracks"),
    ("SubmitMediaProducingJob", {"Timeline": {"VideoTracks": [video(film(In="five"))]}}, "VideoTrackClips[0].In"),
    ("SubmitMediaProducingJob", {"Timeline": {"VideoTracks": [video(film(Effects=[{"Gain": 0}]))]}}, "Effects[0].Type"),
    (
        "SubmitMediaProducingJob",
        {"Timeline": {"VideoTracks": [video(film(Effects=[{"Type": "Volume", "Gain": 50}]))]}},
        "Effects[0].Gain",
    ),
    *(
        ("SubmitMediaProducingJob", {"Timeline": {track: [{f"{track[:-1]}Clips": [wrong]}]}}, f"Clips[0].{place}")
        for track in ("VideoTracks", "AudioTracks")
        for place, wrong in (
            ("Out", film(In=20, Out=5)),
            ("Out", film(In=5, Out=5)),
            ("In", film(In=-1)),
            ("MaxOut", film(In=5, MaxOut=3)),
            ("TimelineOut", film(TimelineIn=4, TimelineOut=4)),
            ("TimelineIn", film(TimelineIn=-2)),
            ("Duration", film(Duration=0)),
            ("Speed", film(Speed=0)),
            ("Effects[0].Out", film(Effects=[{"Type": "Volume", "Gain": 1, "In": 5, "Out": 2}])),
        )
    ),
    (
        "SubmitProjectExportJob",
        {"Timeline": {"SubtitleTracks": [texts({**TITLE, "TimelineIn": 3, "TimelineOut": 2})]}},
        "SubtitleTrackClips[0].TimelineOut",
    ),
    (
        "SubmitMediaProducingJob",
        {"Timeline": {"VideoTracks": [video(film(Effects=[{"Type": "Zoom", "StartRate": 1.3, "EndRate": 1}]))]}},
        "Effects[0].EndRate",
    ),
    (
        "SubmitMediaProducingJob",
        {"Timeline": {"EffectTracks": [{"EffectTrackItems": [{"Type": "VFX", "TimelineIn": 7, "TimelineOut": 3}]}]}},
        "EffectTrackItems[0].TimelineOut",
    ),
    ("SubmitMediaProducingJob", {"Timeline": {"VideoTracks": [video(film())], "MaxDuration": 0}}, "MaxDuration"),
    ("SubmitLiveEditingJob", {"Clips": [{"StartTime": TEN, "EndTime": NINE}]}, "Clips[0].EndTime"),
    ("AddMediaMarks", {"MediaId": FILM, "MediaMarks": [{"MarkStartTime": 5, "MarkEndTime": 4}]}, "[0].MarkEndTime"),
    ("SubmitSegmentationJob", {"JobParams": {"Mode": "UserDefined", "Ranges": [{"In": 9, "Out": 4}]}}, "Ranges[0].Out"),
    ("ListMediaProducingJobs", {"StartTime": TEN, "EndTime": NINE}, "EndTime"),
    ("DescribeMeterImsSummary", {"StartTs": 1793635200, "EndTs": 1793462400}, "EndTs"),
    ("SubmitMediaProducingJob", {"OutputMediaTarget": "oss-object", "OutputMediaConfig": {"Width": 1920}}, "MediaURL"),
    (
        "SubmitMediaProducingJob",
        {"OutputMediaTarget": "vod-media", "OutputMediaConfig": '{"StorageLocation": "outin-example"}'},
        "OutputMediaConfig.FileName",
    ),
    ("AddTemplate", {"Type": "VETemplate", "Config": {"url": f"{OSS}/opening.zip"}}, "Config.oss_url"),
    (
        "CreateEditingProject",
        {"Title": "Match", "ProjectType": "LiveEditingProject", "BusinessConfig": {"OutputMediaConfig": {"Path": "a"}}},
        "OutputMediaConfig.StorageLocation",
    ),
    ("SubmitLiveEditingJob", {"Clips": [{"StartTime": "2026-06-21T08:01:00Z"}]}, "Clips[0].EndTime"),
]


def write_leaves(value: Any) -> Any:
    """The same with every number as a text: 0.5 and "0.5" are one value to the service."""
    if isinstance(value, dict):
        return {name: write_leaves(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [write_leaves(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return str(value).lower()


@pytest.mark.parametrize("name", TIMELINES)
def test_a_timeline_of_the_vendors_kinds_is_taken_as_it_is(name: str) -> None:
    timeline = TIMELINES[name]
    for operation, more in (
        ("SubmitMediaProducingJob", {"OutputMediaConfig": OUTPUT}),
        ("CreateEditingProject", {"Title": "Harbour"}),
        ("UpdateEditingProject", {"ProjectId": FILM}),
        ("SubmitProjectExportJob", {"OutputMediaConfig": {"Bucket": "example-bucket"}}),
    ):
        checked = check(get_operation(operation), {"Timeline": timeline, **more})
        assert write_leaves(checked["Timeline"]) == write_leaves(timeline)


@pytest.mark.parametrize("name", TIMELINES)
def test_a_timeline_may_be_handed_in_as_json_text(name: str) -> None:
    text = json.dumps(TIMELINES[name])
    checked = check(get_operation("SubmitMediaProducingJob"), {"Timeline": text, "OutputMediaConfig": OUTPUT})
    assert checked["Timeline"] == text


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_may_have_variables_wherever_a_value_stands(name: str) -> None:
    kind, config = TEMPLATES[name]
    added = check(get_operation("AddTemplate"), {"Type": kind, "Config": config})
    changed = check(get_operation("UpdateTemplate"), {"TemplateId": FILM, "Config": config})
    assert write_leaves(added["Config"]) == write_leaves(changed["Config"]) == write_leaves(config)


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_goes_to_every_storage(output: dict[str, Any]) -> None:
    checked = check(get_operation("SubmitMediaProducingJob"), {"ProjectId": FILM, **output})
    assert write_leaves({name: checked[name] for name in output}) == write_leaves(output)


@pytest.mark.parametrize(("operation", "arguments", "place"), MISTAKES)
def test_a_mistake_is_named_before_it_costs_a_render(operation: str, arguments: dict[str, Any], place: str) -> None:
    needed = {"OutputMediaConfig": OUTPUT} if "Timeline" in arguments else {}
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation(operation), {**needed, **arguments})
    assert any(problem.path.endswith(place) for problem in refused.value.problems)


EFFECT_NAMES = [
    ("Transition", "\u6de1\u5165\u6de1\u51fa", "did you mean fade?"),
    ("DLTransition", "wiperight,\u6c34\u6ef4", "did you mean waterdrop?"),
    ("Transition", "WipeRight", "did you mean wiperight?"),
    ("Transition", "wipe_right", "did you mean wiperight?"),
    ("Transition", "\u6d77\u6d6a", "such as fade, linearblur"),
    ("Transition", "fade\uff0cperlin", "ASCII comma"),
    ("Filter", "\u6696\u8272", "did you mean warm?"),
    ("VFX", "hflip", "Type Flip with Direction horizontal"),
]


@pytest.mark.parametrize(("kind", "name", "told"), EFFECT_NAMES)
def test_what_the_editor_shows_for_an_effect_is_answered_with_what_the_service_takes(
    kind: str, name: str, told: str
) -> None:
    timeline = {"VideoTracks": [video(film(Effects=[{"Type": kind, "SubType": name}]), film())]}
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation("SubmitMediaProducingJob"), {"Timeline": timeline, "OutputMediaConfig": OUTPUT})
    (problem,) = refused.value.problems
    assert problem.path.endswith("Effects[0].SubType")
    assert told in problem.text


@pytest.mark.parametrize("name", ["bowTieVertical", "bowtievertical", "OT0001-000001", "brandnew", "fade, perlin"])
def test_an_effect_that_may_exist_is_sent(name: str) -> None:
    timeline = {"VideoTracks": [video(film(Effects=[{"Type": "Transition", "SubType": name}]), film())]}
    checked = check(get_operation("SubmitMediaProducingJob"), {"Timeline": timeline, "OutputMediaConfig": OUTPUT})
    assert checked["Timeline"] == timeline


def test_a_batch_job_draws_from_the_services_names_too() -> None:
    config = {"ProcessConfig": {"AllowTransition": True, "TransitionList": ["linearblur", "\u6c34\u6ef4"]}}
    with pytest.raises(InvalidArguments, match=r"TransitionList\[1\].*did you mean waterdrop"):
        check(get_operation("SubmitBatchMediaProducingJob"), {"EditingConfig": config})
