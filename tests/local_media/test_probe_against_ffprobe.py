"""Field by field, probing agrees with ffprobe; every difference that may be is in one table with its reason."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.local.media.probe import probe
from tests.local_media.samples import SAMPLES, Samples
from tests.programs import leave_out


def _blank(_: str, ours: str) -> bool:
    return ours == ""


def _within(part: float) -> Callable[[str, str], bool]:
    return lambda theirs, ours: abs(float(theirs) - float(ours)) <= part * float(theirs)


@dataclass(frozen=True, slots=True)
class Difference:
    """``allowed(ffprobe's value, ours)`` says how far apart the two may be."""

    files: str
    part: str
    fields: tuple[str, ...]
    allowed: Callable[[str, str], bool]
    reason: str


EXPLAINED = (
    Difference(
        "*",
        "video",
        ("Level",),
        lambda theirs, ours: theirs == "-99" and ours == "",
        "ffprobe prints its number for 'this codec has no levels'; the wire has a blank for unknown.",
    ),
    Difference(
        "still.*",
        "*",
        ("Duration", "Bitrate", "Fps", "AvgFPS", "StartTime"),
        _blank,
        "ffprobe plays an image as a video of one frame at 25 frames a second; an image has no such times here.",
    ),
    Difference(
        "still.jpg",
        "basic",
        ("FormatName",),
        lambda theirs, ours: (theirs, ours) == ("image2", "jpeg_pipe"),
        "image2 reads numbered sequences of files, so it is not allowed here; the content is recognised instead.",
    ),
    Difference(
        "*.mkv",
        "audio",
        ("StartTime",),
        lambda theirs, ours: -0.03 < float(theirs) <= 0 and ours == "0.000000",
        "FFmpeg 5 shows the encoder's delay as a negative start, FFmpeg 7 and later take it off.",
    ),
    Difference(
        "*.webm",
        "audio",
        ("StartTime",),
        lambda theirs, ours: -0.03 < float(theirs) <= 0 and ours == "0.000000",
        "As for Matroska.",
    ),
    Difference(
        "piped.mkv",
        "basic",
        ("Duration", "Bitrate"),
        lambda theirs, ours: theirs == "" and float(ours) > 0,
        "No length is written in it: ffprobe leaves it out; ours is that of its packets.",
    ),
    Difference(
        "*.mkv",
        "subtitles",
        ("StartTime", "Duration"),
        lambda _, ours: ours in ("0.000000", "1.900000"),
        "Matroska states no times of a track: ffprobe says nothing, or those of the file; ours are those of the cues.",
    ),
    Difference(
        "*.webm",
        "subtitles",
        ("StartTime", "Duration"),
        lambda _, ours: ours in ("0.000000", "1.900000"),
        "As for Matroska.",
    ),
    Difference(
        "cues.*",
        "*",
        ("Duration",),
        lambda theirs, ours: theirs == "" and ours in ("3.500000", "4.500000"),
        "A text file states no length: ffprobe leaves it out; ours is that of the cues, of the file up to their end.",
    ),
    Difference(
        "sound.mp3",
        "*",
        ("Duration", "Bitrate"),
        _within(0.025),
        "FFmpeg 7 and later take the encoder's delay and padding off the duration.",
    ),
    Difference(
        "sound.aac",
        "audio",
        ("Bitrate",),
        _within(0.02),
        "ADTS states no bit rate: each FFmpeg takes the mean of as many frames as it looked at.",
    ),
    Difference("*.ts", "audio", ("Bitrate",), _within(0.02), "As for ADTS, which is inside."),
    Difference(
        "*.wav",
        "audio",
        ("NumFrames",),
        lambda theirs, ours: int(theirs) > int(ours) > 0,
        "PCM has no frames of its own: FFmpeg 7 and later read it in larger pieces.",
    ),
    Difference(
        "*.dv",
        "*",
        ("Timebase",),
        lambda theirs, ours: theirs == "1/25" and ours in ("1/60000", "1/14112000"),
        "FFmpeg 8 counts DV in finer ticks.",
    ),
    Difference(
        "mpeg1_mp2.*",
        "*",
        ("Duration", "Bitrate"),
        _within(0.015),
        "FFmpeg 7 and later do not count how long the last frame of a program or transport stream is shown.",
    ),
    Difference("raw.m1v", "*", ("Duration",), _within(0.001), "Guessed from the bit rate, and rounded elsewhere."),
    Difference(
        "*.mp4",
        "audio",
        ("Bitrate",),
        lambda theirs, ours: 0 <= float(theirs) - float(ours) < 1 and ours.endswith(".0"),
        "Of a codec that FFmpeg does not decode it says whole kbit/s.",
    ),
    Difference(
        "ac4.mp4",
        "audio",
        ("CodecName", "CodecLongName"),
        lambda theirs, ours: theirs == "" and ours in ("ac4", "AC-4"),
        "FFmpeg 5 does not know AC-4.",
    ),
    Difference(
        "*.f4v",
        "basic",
        ("Duration", "Bitrate"),
        _within(0.001),
        "FFmpeg 5 rounds the length of a track up to the clock of the file.",
    ),
    Difference(
        "av1_opus.mkv",
        "video",
        ("Sar", "Dar"),
        lambda theirs, ours: theirs == "0:1" and ours in ("1:1", "16:9"),
        "FFmpeg 7 and later read the display size of Matroska as square pixels, 5 as unknown.",
    ),
)


@pytest.fixture(scope="session")
def ffprobe() -> str:
    found = shutil.which("ffprobe")
    if found is None:
        leave_out("ffprobe", "Debian: apt install ffmpeg")
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_agrees_with_ffprobe_but_for_explained_differences(
    name: str, samples: Samples, ffprobe: str
) -> None:
    path = samples[name]
    theirs = _as_ffprobe_sees_it(ffprobe, path)
    found = probe(path, name)
    ours: dict[str, list[dict[str, str]]] = {
        "basic": [found.basic],
        "video": list(found.video),
        "audio": list(found.audio),
        "subtitles": list(found.subtitles),
    }
    assert {part: len(items) for part, items in ours.items()} == {part: len(items) for part, items in theirs.items()}
    unexplained = [
        f"{part}[{index}].{field}: ffprobe {value!r}, here {ours[part][index][field]!r}"
        for part, items in theirs.items()
        for index, item in enumerate(items)
        for field, value in item.items()
        if value != ours[part][index][field] and not _explained(name, part, field, value, ours[part][index][field])
    ]
    assert unexplained == []


def _explained(name: str, part: str, field: str, theirs: str, ours: str) -> bool:
    return any(
        fnmatch(name, row.files) and fnmatch(part, row.part) and field in row.fields and row.allowed(theirs, ours)
        for row in EXPLAINED
    )


def _as_ffprobe_sees_it(ffprobe: str, path: Path) -> dict[str, list[dict[str, str]]]:
    """ffprobe's report under the names of the wire. CodecTimeBase and Fps of sound are in no ffprobe since 5.0."""
    command = [ffprobe, "-v", "error", "-show_format", "-show_streams", "-count_packets", "-of", "json", str(path)]
    report = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    streams: list[dict[str, Any]] = report["streams"]
    form: dict[str, Any] = report["format"]
    pictures = [stream for stream in streams if stream["codec_type"] == "video"]
    return {
        "basic": [
            {
                "FormatName": form["format_name"],
                "Duration": form.get("duration", ""),
                "Bitrate": _kilobits(form),
                "FileSize": form["size"],
                "Width": str(pictures[0]["width"]) if pictures else "",
                "Height": str(pictures[0]["height"]) if pictures else "",
            }
        ],
        "video": [_video(stream) for stream in pictures],
        "audio": [_audio(stream) for stream in streams if stream["codec_type"] == "audio"],
        "subtitles": [_common(stream) for stream in streams if stream["codec_type"] == "subtitle"],
    }


def _common(stream: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Index": str(stream["index"]),
        "CodecName": stream.get("codec_name", ""),
        "CodecLongName": stream.get("codec_long_name", ""),
        "CodecTagString": stream["codec_tag_string"],
        "CodecTag": stream["codec_tag"],
        "Timebase": stream["time_base"],
        "StartTime": stream.get("start_time", ""),
        "Duration": stream.get("duration", ""),
        "Lang": stream.get("tags", {}).get("language", "und"),
    }


def _video(stream: Mapping[str, Any]) -> dict[str, str]:
    frames = stream.get("nb_frames") or stream["nb_read_packets"]
    turned = next((item["rotation"] for item in stream.get("side_data_list", []) if "rotation" in item), 0)
    return {
        **_common(stream),
        "Profile": stream.get("profile", ""),
        "Width": str(stream["width"]),
        "Height": str(stream["height"]),
        "HasBFrames": str(stream["has_b_frames"]),
        "Sar": stream.get("sample_aspect_ratio", "0:1"),
        "Dar": stream.get("display_aspect_ratio", "0:1"),
        "PixFmt": stream.get("pix_fmt", ""),
        "Level": str(stream["level"]),
        "Fps": _rate(stream["r_frame_rate"]),
        "AvgFPS": _rate(stream["avg_frame_rate"]),
        "Bitrate": _kilobits(stream),
        "NumFrames": frames,
        "Nb_frames": frames,
        "Rotate": str(-int(turned) % 360),
    }


def _audio(stream: Mapping[str, Any]) -> dict[str, str]:
    return {
        **_common(stream),
        "Profile": stream.get("profile", ""),
        "SampleFmt": stream.get("sample_fmt", ""),
        "SampleRate": stream["sample_rate"],
        "Channels": str(stream["channels"]),
        "ChannelLayout": stream.get("channel_layout", ""),
        "Bitrate": _kilobits(stream),
        "NumFrames": stream.get("nb_frames") or stream["nb_read_packets"],
    }


def _kilobits(item: Mapping[str, Any]) -> str:
    return str(round(int(item["bit_rate"]) / 1000, 3)) if "bit_rate" in item else ""


def _rate(text: str) -> str:
    return "" if text.endswith("/0") else str(round(float(Fraction(text)), 6))
