"""GetMediaInfo response bodies in the seven sizes that benchmarks and tests measure, from the documented structures.

Every body is the same on every run. Where a structure is documented only by its fields (the smart-tag results), the
values are made up here; lengths and densities are chosen so that the sizes come out as measured for real shapes:
about 1 KB for a signed URL with an STS token, and the results of :mod:`tests.bodies.smart_tags`.
"""

from __future__ import annotations

import hashlib
import json
import random
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.bodies.page_example import HOST, UNSIGNED, audio_stream, page_example, subtitle_stream, video_stream
from tests.bodies.smart_tags import asr, nlp, ocr, text_label, video_label

MEDIA_ID = "20b48fb04483915d4f2cd8ac0f5e6e71"
EXPIRES = 1_790_000_000
RENDITION_MINUTES = 45

Json = dict[str, Any]


def signed(path: str) -> str:
    """``HOST/path`` with a V1 signature query as long as one with an STS token is. The parts spell what they are, so
    that a test can look for them."""
    digest = hashlib.sha512(path.encode()).digest()
    token = "CAIS-SECRET-TOKEN" + b64encode(digest * 10).decode()
    signature = "SECRETSIG" + b64encode(digest[:21]).decode()
    query = f"Expires={EXPIRES}&OSSAccessKeyId=STS.SECRETKEY{digest.hex()[:16]}&Signature={quote(signature, safe='')}"
    return f"{HOST}/{path}?{query}&security-token={quote(token, safe='')}"


def one_source() -> Json:
    """One source file; cover, file, three snapshots and both AI results are signed URLs."""
    text = json.dumps(page_example(), ensure_ascii=False)
    for name in ("example.png", "example.mp4", "snapshot-00001.png", "snapshot-00002.jpg", "snapshot-00003.jpg"):
        text = text.replace(f"{HOST}/{name}{UNSIGNED}", signed(name))
    text = text.replace("https://sample-bucket.cn-shanghai.aliyuncs.com/result.json", signed("result.json"))
    text = text.replace("http://xx.oss-cn-shanghai.aliyuncs.com/result2.txt", signed("result2.txt"))
    return json.loads(text)


def _file(
    name: str,
    container: str,
    size: int,
    seconds: float,
    *,
    source: bool = False,
    video: Json | None = None,
    audio: Json | None = None,
    subtitle: Json | None = None,
) -> Json:
    return {
        "FileBasicInfo": {
            "FileName": name,
            "FileStatus": "Normal",
            "FileType": "source_file" if source else "transcode_file",
            "FileSize": str(size),
            "FileUrl": signed(f"assets/{name}"),
            "Region": "cn-shanghai",
            "FormatName": container,
            "Duration": f"{seconds:.6f}",
            "Bitrate": f"{size * 8 / seconds / 1000:.3f}",
            "Width": video["Width"] if video else "",
            "Height": video["Height"] if video else "",
            "CreateTime": "2026-03-02T08:15:30Z",
            "ModifiedTime": "2026-03-02T08:21:44Z",
        },
        "AudioStreamInfoList": [audio] if audio else [],
        "VideoStreamInfoList": [video] if video else [],
        "SubtitleStreamInfoList": [subtitle] if subtitle else [],
    }


_LADDER = (
    # (label, width, height, kbit/s, h264 level, hevc level)
    ("4k", "3840", "2160", 16000, "51", "153"),
    ("2k", "2560", "1440", 9000, "50", "150"),
    ("1080p", "1920", "1080", 5000, "40", "120"),
    ("720p", "1280", "720", 2500, "31", "93"),
    ("540p", "960", "540", 1200, "30", "90"),
    ("360p", "640", "360", 700, "30", "63"),
)
_SPOKEN = ("zh", "en", "ja", "fr", "es")


def renditions(minutes: int = RENDITION_MINUTES) -> Json:
    """A source with 12 transcodes, 3 audio and 5 subtitle files, all URLs signed; tag analysis never asked for."""
    seconds = minutes * 60 + 0.206667
    container = "mov,mp4,m4a,3gp,3g2,mj2"

    def sound(bitrate: float) -> Json:
        return audio_stream(
            "LC", f"{seconds:.6f}", f"{bitrate:.3f}", "43.066406", str(round(seconds * 43)), base="1/44100"
        )

    def picture(codec: str, level: str, width: str, height: str, bitrate: float) -> Json:
        profile = "High" if codec == "h264" else "Main"
        return video_stream(codec, level, width, height, f"{bitrate:.3f}", profile=profile, seconds=seconds)

    def size(bitrate: float) -> int:
        return round(bitrate * 1000 / 8 * seconds)

    source_picture = picture("h264", "51", "3840", "2160", 42000)
    files = [
        _file(
            "harbour-tour.mp4", container, size(42320), seconds, source=True, video=source_picture, audio=sound(319.4)
        )
    ]
    for codec, share in (("h264", 1.0), ("hevc", 0.6)):
        for label, width, height, bitrate, h264_level, hevc_level in _LADDER:
            level = h264_level if codec == "h264" else hevc_level
            video = picture(codec, level, width, height, bitrate * share)
            name = f"harbour-tour-{label}-{codec}.mp4"
            files.append(_file(name, container, size(bitrate * share + 128), seconds, video=video, audio=sound(127.8)))
    for codec, extension, bitrate in (("aac", "m4a", 128), ("mp3", "mp3", 192), ("flac", "flac", 900)):
        audio = audio_stream(
            "LC" if codec == "aac" else "",
            f"{seconds:.6f}",
            f"{bitrate}.0",
            "43.066406",
            "116280",
            base="1/44100",
            codec=codec,
            lang="zh",
        )
        name = f"harbour-tour.{extension}"
        files.append(_file(name, container if codec == "aac" else codec, size(bitrate), seconds, audio=audio))
    for lang in _SPOKEN:
        subtitle = subtitle_stream("webvtt", "WebVTT subtitle", lang, f"{seconds:.6f}")
        files.append(_file(f"harbour-tour.{lang}.vtt", "webvtt", 48_213 + len(files) * 311, seconds, subtitle=subtitle))
    return {
        "RequestId": "0C7F8A52-3B9E-5D4C-9A61-6E2D1F7B8C90",
        "MediaInfo": {
            "MediaId": MEDIA_ID,
            "MediaBasicInfo": {
                "MediaId": MEDIA_ID,
                "InputURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/assets/harbour-tour.mp4",
                "MediaType": "video",
                "BusinessType": "general",
                "Source": "oss",
                "Title": "港口一日 Harbour tour",
                "Description": "A day at the harbour: ferries, cranes, the fish market and the evening lights.",
                "MediaTags": "harbour,travel,港口",
                "CoverURL": signed("covers/harbour-tour.jpg"),
                "UserData": '{"campaign":"spring-2026","editor":{"id":"e-1187"}}',
                "Snapshots": json.dumps([signed(f"snapshots/{number:05}.jpg") for number in range(1, 4)]),
                "Status": "Normal",
                "CreateTime": "2026-03-02T08:15:08Z",
                "ModifiedTime": "2026-03-02T08:21:50Z",
                "SpriteImages": json.dumps(
                    [{"bucket": "example-bucket", "count": "100", "location": "oss-cn-shanghai", "tileCount": "4"}]
                ),
                "CateId": 3048,
                "Biz": "ICE",
                "UploadSource": "general",
                "CateName": "Travel",
                "ReferenceId": "harbour-2026-03",
            },
            "FileInfoList": files,
        },
    }


def tagged(minutes: int, *, as_string: bool = True) -> Json:
    """:func:`renditions` with smart tags analysed: as strings (ReturnDetailedInfo) or as the address of the result."""
    body = renditions(minutes)
    job: Json = {
        "AiJobId": "483915d4f2cd8ac20b48fb04e2a7d915",
        "Status": "AnalyzeSuccess",
        "ResultUrl": signed("results/tags.json"),
    }
    if as_string:
        draw = random.Random(minutes)
        parts = (("NLP", nlp), ("TextLabel", text_label), ("VideoLabel", video_label), ("ASR", asr), ("OCR", ocr))
        job["Results"] = [
            {"Type": kind, "Data": json.dumps(build(minutes, draw), ensure_ascii=False, separators=(",", ":"))}
            for kind, build in parts
        ]
    body["MediaInfo"]["AiRoughData"] = {
        "Status": "AnalyzeSuccess",
        "SaveType": "TEXT",
        "AiCategory": "生活",
        "AiJobId": "483915d4f2cd8ac20b48fb04e2a7d915",
        "StandardSmartTagJob": job,
    }
    return body


CASES: dict[str, Callable[[], Json]] = {
    "page example": page_example,
    "one source, signed": one_source,
    "21 files, signed": renditions,
    "21 files, tags by URL": lambda: tagged(RENDITION_MINUTES, as_string=False),
    "21 files, 10 min of tags": lambda: tagged(10),
    "21 files, 45 min of tags": lambda: tagged(45),
    "21 files, 120 min of tags": lambda: tagged(120),
}


def body(case: str) -> bytes:
    """The response body of one of :data:`CASES`, minified UTF-8 JSON."""
    return json.dumps(CASES[case](), ensure_ascii=False, separators=(",", ":")).encode()


def json_strings(data: Json) -> list[str]:
    """The strings of a parsed body that are documented to hold JSON and do look like it; two of the page's example are
    none all the same."""
    info = data["MediaInfo"]
    basic = info["MediaBasicInfo"]
    job = info.get("AiRoughData", {}).get("StandardSmartTagJob", {})
    found = [basic.get("Snapshots"), basic.get("SpriteImages"), basic.get("UserData")]
    found += [result["Data"] for result in job.get("Results", ())]
    return [text for text in found if text and text[0] in "[{"]
