"""Operations that people use for several things: an example call for each use, and the words that ask for it.

The facts are those of the operations' notes; the tests send every example through the parameter tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ims_mcp.catalogue.operation import Operation

_FILM = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
_HTTPS = "https://example-bucket.oss-cn-shanghai.aliyuncs.com"
_IN: Mapping[str, Any] = {"InputFile": {"Type": "Media", "Media": _FILM}}
_SOURCE: Mapping[str, Any] = {"Type": "Media", "Media": _FILM}
_RENDERED: Mapping[str, Any] = {"MediaURL": f"{_HTTPS}/launch.mp4", "Width": 1280, "Height": 720}


@dataclass(frozen=True, slots=True)
class Use:
    """``words``: what a request for it says, English or Chinese, in small letters; the more of them, the surer."""

    words: tuple[str, ...]
    example: Mapping[str, Any]
    heed: str = ""
    """In place of the operation's own."""


def _render(*tracks: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A timeline of video tracks, and other tracks."""
    return {"Timeline": {"VideoTracks": list(tracks), **more}, "OutputMediaConfig": dict(_RENDERED)}


def _convert(template: str, file: str, **more: Any) -> dict[str, Any]:
    output = {"TemplateId": template, "OutputFile": {"Type": "OSS", "Media": f"oss://example-bucket/{file}"}}
    return {"Config": {"Inputs": [dict(_IN)], "Outputs": [output | more]}}


def _snapshots(file: str, **params: Any) -> dict[str, Any]:
    return {
        "Input": dict(_SOURCE),
        "Output": {"Type": "OSS", "Media": f"oss://example-bucket/pictures/{file}"},
        "TemplateConfig": {"TemplateId": _FILM, "OverwriteParams": params},
    }


def _run(function: str, file: str, **params: Any) -> dict[str, Any]:
    """A ready algorithm; {source} and the like are filled in by the service."""
    output = {"Type": "OSS", "Media": f"oss://example-bucket/ready/{file}"}
    job: dict[str, Any] = {"FunctionName": function, "Input": dict(_SOURCE), "Output": output}
    return job | ({"JobParams": params} if params else {})


_WHOLE: Mapping[str, Any] = {"VideoTrackClips": [{"MediaId": _FILM}]}
_LOGO = ("watermark", "logo", "水印", "图片水印", "台标", "角标")
_SUBTITLE_FILE = ("subtitle file", "srt", ".ass", "burn", "hardcode", "字幕文件", "压字幕", "烧录", "压制", "外挂字幕")

USES: Mapping[str, tuple[Use, ...]] = {
    "SubmitMediaProducingJob": (
        Use(
            ("trim", "cut out", "cut from", "one part", "excerpt", "截取", "截出", "剪出", "片段", "一段"),
            _render({"VideoTrackClips": [{"MediaId": _FILM, "In": 10, "Out": 40}]}),
        ),
        Use(
            (*_SUBTITLE_FILE, "subtitle", "字幕"),
            _render(
                _WHOLE,
                SubtitleTracks=[
                    {
                        "SubtitleTrackClips": [
                            {
                                "Type": "Subtitle",
                                "SubType": "srt",
                                "FileURL": f"{_HTTPS}/launch.srt",
                                "Font": "Alibaba PuHuiTi",
                                "FontSize": 40,
                                "FontColor": "#FFFFFF",
                                "Alignment": "TopCenter",
                                "Y": 0.85,
                            }
                        ]
                    }
                ],
            ),
        ),
        Use(
            ("text", "title", "words", "文字", "标题", "花字"),
            _render(
                _WHOLE,
                SubtitleTracks=[
                    {
                        "SubtitleTrackClips": [
                            {"Type": "Text", "Content": "Exclusive", "FontSize": 40, "X": 0.03, "Y": 0.9}
                        ]
                    }
                ],
            ),
            "X, Y are of the text's top left corner; below 1 they are shares of the output.",
        ),
        Use(
            ("speech", "recogni", "transcri", "auto caption", "automatic", "语音", "自动", "识别"),
            _render({"VideoTrackClips": [{"MediaId": _FILM, "Effects": [{"Type": "AI_ASR", "FontSize": 40}]}]}),
        ),
        Use(
            (*_LOGO, "overlay a picture", "picture on", "贴图", "图片", "叠加"),
            _render(
                _WHOLE,
                {
                    "VideoTrackClips": [
                        {
                            "Type": "GlobalImage",
                            "MediaURL": f"{_HTTPS}/logo.png",
                            "X": 0.85,
                            "Y": 0.05,
                            "Width": 0.1,
                            "Height": 0.1,
                        }
                    ]
                },
            ),
            "X, Y, Width, Height below 1 are shares of the output; X 0.85, Y 0.05 is the top right.",
        ),
        Use(
            ("picture in picture", "picture-in-picture", "pip", "画中画", "小窗"),
            _render(
                _WHOLE,
                {"VideoTrackClips": [{"MediaId": _FILM, "X": 0.65, "Y": 0.05, "Width": 0.3, "Height": 0.3}]},
            ),
            "The second video track lies on top; places and sizes below 1 are shares of the output.",
        ),
        Use(
            ("slideshow", "photo", "still picture", "照片", "相册", "幻灯片"),
            _render(
                {
                    "VideoTrackClips": [
                        {"Type": "Image", "MediaURL": f"{_HTTPS}/one.jpg", "Duration": 4},
                        {
                            "Type": "Image",
                            "MediaURL": f"{_HTTPS}/two.jpg",
                            "Duration": 4,
                            "Effects": [{"Type": "Transition", "SubType": "fade"}],
                        },
                    ]
                }
            ),
        ),
        Use(
            ("music", "song", "sound track", "soundtrack", "配乐", "音乐", "bgm"),
            _render(
                _WHOLE,
                AudioTracks=[
                    {
                        "AudioTrackClips": [
                            {"MediaId": _FILM, "LoopMode": True, "Effects": [{"Type": "Volume", "Gain": 0.3}]}
                        ]
                    }
                ],
            ),
            "Gain 1 is the original volume. Mute the video itself: Effects [{Type: Volume, Gain: 0}] on its clip.",
        ),
        Use(
            ("voice-over", "voiceover", "read aloud", "text to speech", "tts", "narrat", "配音", "旁白", "朗读"),
            _render(
                _WHOLE,
                AudioTracks=[
                    {"AudioTrackClips": [{"Type": "AI_TTS", "Content": "Welcome to our launch.", "Voice": "zhichu"}]}
                ],
            ),
        ),
        Use(
            ("template", "模板"),
            {
                "TemplateId": "8e4b2c7d5f1a4e3b9c6d0a7f2b8e1d45",
                "ClipsParam": {"Media1": _FILM, "Text1": "Spring launch"},
                "OutputMediaConfig": dict(_RENDERED),
            },
            "The names in ClipsParam are the template's own: GetTemplate shows them.",
        ),
    ),
    "SubmitMediaConvertJob": (
        Use(
            ("hls", "m3u8", "adaptive", "master playlist", "dash", "自适应", "多码率", "多清晰度"),
            {
                "Config": {
                    "Inputs": [dict(_IN)],
                    "OutputGroups": [
                        {
                            "GroupConfig": {
                                "Type": "Hls",
                                "OutputFileBase": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch"},
                                "ManifestName": "index",
                            },
                            "Outputs": [
                                {"TemplateId": "S00000001-200021", "OutputFileName": "480p.m3u8"},
                                {"TemplateId": "S00000001-200031", "OutputFileName": "720p.m3u8"},
                            ],
                        }
                    ],
                }
            },
            "Built in: S00000001-200021 HLS 480p, -200031 HLS 720p. Type Dash makes an MPD, in a job of its own.",
        ),
        Use(
            _LOGO,
            _convert(
                "S00000001-100031",
                "transcoded/launch-720p.mp4",
                Features={"Watermarks": [{"TemplateId": _FILM, "X": "0.05", "Y": "0.05", "Width": "0.1"}]},
            ),
            "First CreateCustomTemplate: picture Type 4 (File), words Type 5; its TemplateId goes to Watermarks.",
        ),
        Use(
            ("mp3", "audio only", "only the sound", "audio file", "soundtrack of", "音频", "只要声音"),
            _convert(
                "S00000001-100031",
                "transcoded/launch.mp3",
                OverrideParams={
                    "Container": {"Format": "mp3"},
                    "Video": {"Remove": True},
                    "Audio": {"Codec": "MP3", "Bitrate": 128},
                },
            ),
        ),
        Use(
            ("clip", "part of", "first", "trim", "cut", "截取", "片段", "裁剪", "剪切"),
            _convert(
                "S00000001-100031",
                "transcoded/launch-cut.mp4",
                Features={"Clip": {"TimeSpan": {"Seek": "00:00:10", "Duration": "00:00:30"}}},
            ),
        ),
    ),
    "CreateCustomTemplate": (
        Use(
            (*_LOGO, "picture watermark", "image watermark", "图片水印"),
            {
                "Name": "logo top right",
                "Type": 4,
                "Subtype": 1,
                "TemplateConfig": {
                    "File": {"Type": "OSS", "Media": "oss://example-bucket/logo.png"},
                    "Width": 0.1,
                    "ReferPos": "TopRight",
                    "Dx": 0.02,
                    "Dy": 0.02,
                },
            },
            "Below 1 sizes are shares of the output. The job names the template in Features.Watermarks.",
        ),
        Use(
            ("text watermark", "watermark", "words", "文字水印", "文本水印", "水印"),
            {
                "Name": "exclusive",
                "Type": 5,
                "TemplateConfig": {
                    "Content": "Exclusive interview",
                    "FontName": "WenQuanYi Zen Hei",
                    "FontSize": 32,
                    "FontColor": "#FFFFFF",
                    "Left": 20,
                    "Top": 20,
                },
            },
            "Left and Top count from the top left corner. The job names the template in Features.Watermarks.",
        ),
        Use(
            ("snapshot", "screenshot", "截图", "抓图"),
            {
                "Name": "every 10 seconds",
                "Type": 2,
                "Subtype": 1,
                "TemplateConfig": {
                    "Type": "Normal",
                    "Time": 0,
                    "Interval": 10,
                    "Count": 60,
                    "Width": 640,
                    "FrameType": "normal",
                },
            },
            "Time in ms, Interval in seconds.",
        ),
        Use(
            ("gif", "webp", "animated", "moving", "动图"),
            {
                "Name": "gif preview",
                "Type": 3,
                "TemplateConfig": {"Format": "gif", "Width": 480, "Fps": 10, "LongShortMode": True},
            },
        ),
    ),
    "SubmitSnapshotJob": (
        Use(
            ("sprite", "sheet", "thumbnail grid", "雪碧图"),
            _snapshots(
                "sheet-{TileCount}.jpg",
                Type="Sprite",
                Time=0,
                Interval=10,
                Count=100,
                SpriteSnapshotConfig={"CellWidth": 160, "CellHeight": 90, "Columns": 10, "Lines": 10},
            ),
        ),
        Use(
            ("one picture", "one frame", "single", "a frame at", "cover", "still", "一张", "封面", "单张"),
            _snapshots("cover.jpg", Type="Normal", Time=5000, Count=1, Width=1280, FrameType="normal"),
            "Time in ms.",
        ),
    ),
    "SubmitIProductionJob": (
        Use(
            ("logo", "watermark", "station", "blur", "台标", "水印"),
            _run("VideoDelogo", "{source}-{timestamp}.mp4", Boxes="[[0.8, 0.02, 0.18, 0.12]]"),
            "Boxes is a text: [x, y, width, height] from the top left in shares. Left out: logos are looked for.",
        ),
        Use(
            ("extract", "read", "srt", "to text", "ocr", "提取", "识别", "读出"),
            _run("CaptionExtraction", "{source}-{timestamp}.srt", roi=[[0.7, 1], [0, 1]], lang="ch"),
            "roi is [[top, bottom], [left, right]] in shares. lang: ch (default), en, ch_ml for both.",
        ),
        Use(
            ("portrait", "vertical", "9:16", "phone", "竖屏", "竖版", "横转竖", "横屏"),
            _run("VideoH2V", "{source}-{timestamp}.mp4"),
            "Makes 9:16 of a landscape film and keeps who is seen in the picture; it takes no JobParams.",
        ),
        Use(
            ("green screen", "greenscreen", "chroma", "绿幕", "抠像", "抠图"),
            _run("VideoGreenScreenMatting", "{source}-{timestamp}.mp4", bgimage=f"{_HTTPS}/background.png"),
            "Without bgimage the result is a webm with transparency.",
        ),
        Use(
            ("beaut", "skin", "美颜", "磨皮"),
            _run("FaceBeauty", "{source}-{timestamp}.mp4", beauty_params="whiten=20,smooth=50,face_thin=50"),
            "beauty_params is a text; each from 0 to 100.",
        ),
        Use(
            ("noise", "denois", "hiss", "降噪", "去噪", "噪声", "杂音"),
            _run("SpeechDenoise", "{source}-{timestamp}.wav"),
            "Takes WAV of 16 or 48 kHz only.",
        ),
        Use(
            ("vocal", "karaoke", "separate", "demix", "人声", "伴奏", "分离"),
            _run("MusicDemix", "{source}-{resultType}-{timestamp}.wav"),
            "Writes several files: the key needs {resultType}.",
        ),
        Use(
            ("cover", "thumbnail", "封面"),
            _run("Cover", "{source}-{sequenceId}.jpg"),
            "Chooses still pictures by itself; JobParams {Model: gif} makes moving ones. The key needs {sequenceId}.",
        ),
        Use(
            ("mix", "混音"),
            _run("AudioMixing", "{source}-{timestamp}.mp3", inputs={"file": f"{_HTTPS}/music.mp3"}),
        ),
        Use(("beat", "rhythm", "节拍", "卡点"), _run("AudioBeatDetection", "{source}-{timestamp}.json")),
        Use(("chorus", "song structure", "副歌", "段落"), _run("MusicSegmentDetect", "{source}-{timestamp}.json")),
        Use(
            ("quality", "音质", "质量"),
            _run("AudioQualityAssessment", "{source}-{timestamp}.json"),
            "Writes no file: its marks are in Result. Output is asked for all the same.",
        ),
        Use(
            ("summary", "sum up", "short version", "highlights", "浓缩", "摘要"),
            _run("VideoClip", "{source}-short.mp4"),
        ),
    ),
    "SubmitVideoTranslationJob": (
        Use(
            ("subtitles only", "translate the subtitle", "subtitle", "字幕"),
            {
                "InputConfig": {"Type": "Video", "Video": _FILM},
                "EditingConfig": {
                    "SourceLanguage": "zh",
                    "TargetLanguage": "en",
                    "NeedSpeechTranslate": False,
                    "TextSource": "ASR",
                    "SubtitleTranslate": {"SubtitleConfig": {"Type": "Text", "FontSize": 60}},
                },
                "OutputConfig": {"MediaURL": f"{_HTTPS}/translated/launch-en.mp4"},
            },
        ),
    ),
    "CreateMediaLiveInput": (
        Use(
            ("srt",),
            {
                "Name": "studio-a",
                "Type": "SRT_PUSH",
                "InputSettings": [{"StreamName": "studio-a", "SrtLatency": 1000}],
                "SecurityGroupIds": ["KZ7QJ2V5X8M3N4TB"],
            },
        ),
        Use(
            ("pull", "拉流"),
            {
                "Name": "studio-a",
                "Type": "RTMP_PULL",
                "InputSettings": [{"SourceUrl": "rtmp://origin.example.com/live/studio-a"}],
            },
        ),
    ),
}


def find_use(operation: Operation, wish: str) -> Use | None:
    """The use that ``wish`` asks for in most words; None where it asks for none, or for two alike."""
    said = wish.lower()
    counted = [(sum(word in said for word in use.words), use) for use in USES.get(operation.name, ())]
    best = max((count for count, _ in counted), default=0)
    fitting = [use for count, use in counted if count == best]
    return fitting[0] if best else None


def fit_to_wish(operation: Operation, wish: str) -> Operation:
    """The operation with the example and the caution of the use that is asked for."""
    use = find_use(operation, wish)
    return operation if use is None else replace(operation, example=use.example, heed=use.heed or operation.heed)
