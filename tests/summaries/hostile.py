"""Bodies no service should send, and JSON of any shape, for the tests of what must hold whatever comes in."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

SECRET = "RECOGNISABLE0SECRET"
ODD_NUMBERS: tuple[Any, ...] = (
    "", "N/A", "0/0", "nan", "inf", "-1", "1e999", "9" * 30, "٣", "1_000", " 7 ", "24000/1001", None, True, [], {}
)  # fmt: skip
ODD_TEXTS = (
    "\ud800",
    "a\u202eb\u200bc",
    "x\x00\x07\x1b[31m",
    '"\\\n\t',
    "",
    f"http://h/p?Expires=1&OSSAccessKeyId=STS.{SECRET}&Signature={SECRET}&security-token={SECRET}",
    f"see http://h/p?x=1&x-oss-signature={SECRET}, or rtmp://h/app/s?auth_key=1-0-0-{SECRET}!",
    f"http://user:{SECRET}@h/p",
    '{"a": ' * 50,
    "[" * 100_000,
)

numbers: st.SearchStrategy[Any] = (
    st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(ODD_NUMBERS)
)
texts: st.SearchStrategy[Any] = st.text(max_size=30) | st.sampled_from(ODD_TEXTS)
leaves: st.SearchStrategy[Any] = st.none() | st.booleans() | numbers | texts
names = st.text(max_size=8) | st.sampled_from(
    ("Title", "Data", "SecurityToken", "UploadAuth", "_omitted", "a.b", 'q"', "from")
)
anything: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)
objects: st.SearchStrategy[Json] = st.dictionaries(names, anything, max_size=6)


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with any of the fields, or something else in its place."""
    return st.fixed_dictionaries({}, optional=fields) | anything


_stream = _some(
    CodecName=texts | st.sampled_from(("h264", "hevc", "aac")),
    Profile=texts,
    Level=numbers,
    Fps=numbers,
    AvgFPS=numbers,
    Width=numbers,
    Height=numbers,
    Rotate=numbers | texts,
    Sar=numbers | texts,
    PixFmt=texts,
    CodecTagString=texts,
    HDRType=anything,
    Channels=numbers,
    SampleRate=numbers,
    Lang=texts,
)
_file = _some(
    FileBasicInfo=_some(
        FileName=texts,
        FileType=texts,
        FileStatus=texts | st.just("Normal"),
        FormatName=texts,
        FileSize=numbers,
        Duration=numbers,
        Bitrate=numbers,
        Width=numbers,
        Height=numbers,
        FileUrl=texts,
    ),
    VideoStreamInfoList=st.lists(_stream, max_size=3) | anything,
    AudioStreamInfoList=st.lists(_stream, max_size=3) | anything,
    SubtitleStreamInfoList=st.lists(_stream, max_size=3) | anything,
)
_data = anything | st.sampled_from(
    (
        '{"autoChapters": [{"start": "x", "end": null, "headline": 5}], "summarization": "{}"}',
        '{"persons": [{"name": ["?"], "occurrences": [{"from": "1", "to": {}}, {"from": 2}, 3]}], "tags": {"a": 1}}',
        '{"details": [{"info": "text"}, {"info": [{"content": 1}]}, {"content": "x", "from": "NaN"}]}',
        "[[[[[[]]]]]]",
        '{"tags": [{"name": null}], "a": NaN, "b": 1e999}',
    )
)
media_bodies: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "MediaInfo": _some(
            MediaId=texts,
            MediaBasicInfo=_some(
                MediaId=texts,
                Title=texts,
                Description=texts,
                Status=texts,
                MediaTags=texts,
                CoverURL=texts,
                InputURL=texts,
                UserData=texts,
                Snapshots=texts,
                SpriteImages=texts,
                CateId=numbers,
                CateName=texts,
            ),
            FileInfoList=st.lists(_file, max_size=6) | anything,
            AiRoughData=_some(
                Status=texts,
                Result=texts,
                StandardSmartTagJob=_some(
                    Status=texts,
                    ResultUrl=texts,
                    Results=st.lists(
                        _some(Type=st.sampled_from(("NLP", "ASR", "OCR", "VideoLabel", "TextLabel", "X")), Data=_data),
                        max_size=5,
                    )
                    | anything,
                ),
            ),
        )
    },
    optional={"RequestId": texts, "title": anything, "files": anything},
)


def nested(depth: int) -> Any:
    """Lists in lists, as deep as ``json.loads`` reads them."""
    value: Any = "bottom"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


@cache
def huge_media_bodies() -> dict[str, Json]:
    """Bodies with a megabyte in one place or ten thousand of something. Not to be changed: they are made once."""
    megabyte = "Ünïcode 文字 " * 60_000
    long = megabyte[:50_000]
    stream: Json = {"CodecName": "aac", "Channels": "2", "SampleRate": "48000", "Lang": "en"}
    basic: Json = {"FileName": "a.mp4", "FileType": "transcode_file", "FileStatus": "Normal", "FormatName": "mp4"}

    def media(**parts: Any) -> Json:
        return {"RequestId": "R", "MediaInfo": {"MediaId": "m" * 32, "MediaBasicInfo": {"Title": "t"}, **parts}}

    files = [
        {"FileBasicInfo": {**basic, "FileName": f"{index}.mp4", "FileSize": str(index), "Duration": "1"}}
        for index in range(10_000)
    ]
    documented = [
        {
            "FileBasicInfo": {
                **basic,
                "FileName": f"{index}-{'n' * 60}.mp4",
                "FileSize": str(index),
                "Duration": "1.5",
                "Bitrate": "3",
                "Width": "",
                "Height": "",
                "FileUrl": "http://h/p",
            },
            "VideoStreamInfoList": [],
            "AudioStreamInfoList": [stream],
            "SubtitleStreamInfoList": [],
        }
        for index in range(10_000)
    ]
    results = [{"Type": "OCR", "Data": [{"content": megabyte, "from": 1, "to": 2}]}, {"Type": megabyte, "Data": "{}"}]
    return {
        "10,000 files": media(FileInfoList=files),
        "10,000 files as documented": media(FileInfoList=documented),
        "a title of 1 MB": media(MediaBasicInfo={"Title": megabyte, "Description": megabyte, "MediaTags": megabyte}),
        "URLs of 1 MB": media(
            MediaBasicInfo={"InputURL": "http://" + megabyte, "CoverURL": "http://h/?Signature=" + megabyte}
        ),
        "user data of 1 MB": media(MediaBasicInfo={"UserData": '{"a":["' + "x" * 1_000_000 + '"]}'}),
        "5,000 audio streams": media(FileInfoList=[{"FileBasicInfo": basic, "AudioStreamInfoList": [stream] * 5000}]),
        "1,000 audio streams in 30 files": media(
            FileInfoList=[{"FileBasicInfo": basic, "AudioStreamInfoList": [stream] * 1000}] * 30
        ),
        "long names": media(
            FileInfoList=[{"FileBasicInfo": {**basic, "FileName": long}, "VideoStreamInfoList": [{"CodecName": long}]}]
            * 30
        ),
        "quotes": media(
            MediaBasicInfo={"Title": '"' * 900, "Description": '"\\' * 900, "MediaTags": '",' * 900},
            FileInfoList=[{"FileBasicInfo": {**basic, "FileName": '"' * 100}}] * 24,
        ),
        "deep nesting": media(
            MediaBasicInfo={"UserData": "[" * 500 + "]" * 500}, AiRoughData=nested(700), Extra=nested(700)
        ),
        "an unknown result of 1 MB": media(AiRoughData={"StandardSmartTagJob": {"Results": results}}),
        "100,000 names": media(Other={f"name{index}": index for index in range(100_000)}),
        "lists of lists": media(Other={f"n{i}": [["x" * 100] * 12] * 12 for i in range(150)}),
    }
