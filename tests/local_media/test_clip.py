"""The clips the demo and these tests use: what is in them, and that they are made quickly."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media.probe import probe


def test_the_demo_clip_has_picture_sound_and_subtitles(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "demo.mp4", width=1920, height=1080, bitrate=3_000_000)
    found = probe(path, "demo.mp4")
    assert (found.kind, found.duration_seconds) == ("video", 6.0)
    assert (found.video[0]["Width"], found.video[0]["NumFrames"]) == ("1920", "150")
    assert (found.audio[0]["CodecName"], found.audio[0]["Lang"]) == ("aac", "eng")
    assert (found.subtitles[0]["CodecName"], found.subtitles[0]["Lang"]) == ("mov_text", "eng")
    assert 2000 < float(found.video[0]["Bitrate"]) < 4000


@pytest.mark.parametrize(
    ("name", "video_codec", "audio_codec", "subtitle_codec"),
    [
        ("a.mp4", "libx264", "aac", "mov_text"),
        ("a.mov", "libx264", "aac", "mov_text"),
        ("a.mkv", "libx264", "aac", "subrip"),
        ("a.webm", "libvpx-vp9", "libopus", "webvtt"),
    ],
)
def test_subtitles_can_be_read_back_as_text(
    name: str, video_codec: str, audio_codec: str, subtitle_codec: str, tmp_path: Path
) -> None:
    path = make_clip(
        tmp_path / name,
        seconds=3,
        width=64,
        height=36,
        video_codec=video_codec,
        audio_codec=audio_codec,
        subtitle_language="chi",
    )
    texts: list[str] = []
    starts: list[Fraction] = []
    with av.open(path) as container:
        stream = next(stream for stream in container.streams if isinstance(stream, SubtitleStream))
        assert (stream.codec_context.codec.canonical_name, stream.metadata["language"]) == (subtitle_codec, "chi")
        for packet in container.demux(stream):
            for subtitle in packet.decode() if packet.size > 2 and packet.pts is not None else ():
                assert isinstance(subtitle, AssSubtitle)
                texts.append(subtitle.dialogue.decode())
                assert stream.time_base is not None
                starts.append((packet.pts or 0) * Fraction(stream.time_base.numerator, stream.time_base.denominator))
    assert texts == ["Second 1 of 3", "Second 2 of 3", "Second 3 of 3"]
    assert starts == [0, 1, 2]


def test_the_picture_moves_and_has_a_keyframe_every_two_seconds(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=5, width=64, height=36, audio=False, subtitles=False)
    with av.open(path) as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert [index for index, is_key in enumerate(keys) if is_key] == [0, 50, 100]
    with av.open(path) as container:
        pictures = {bytes(frame.planes[0]) for frame in container.decode(video=0)}
    # So small that some look alike.
    assert len(pictures) > 40


def test_every_language_has_a_track_with_a_tone_of_its_own(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "a.mkv", seconds=1, video_codec=None, audio_codec="flac", audio_languages=("eng", "chi", "fra")
    )
    found = probe(path, "a.mkv")
    assert [track["Lang"] for track in found.audio] == ["eng", "chi", "fra"]
    sounds: set[bytes] = set()
    for number in range(3):
        with av.open(path) as container:
            sounds.add(bytes(next(container.decode(audio=number)).planes[0]))
    assert len(sounds) == 3


def test_sound_and_picture_are_equally_long(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=2, width=64, height=36, frames_per_second=Fraction(30000, 1001))
    found = probe(path, "a.mp4")
    assert float(found.video[0]["Duration"]) == pytest.approx(2.0, abs=0.04)
    assert float(found.audio[0]["Duration"]) == pytest.approx(2.0, abs=0.04)
    assert found.video[0]["Fps"] == "29.97003"


def test_a_container_that_cannot_hold_a_codec_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="webm"):
        make_clip(tmp_path / "a.webm", seconds=1)
