"""The media files these tests look at: one per container and codec, made with ``make_clip``."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from io import RawIOBase
from pathlib import Path
from typing import Any

import av
import pytest

from ims_mcp.local.media.clip import make_clip

_small = partial(make_clip, seconds=2.0, width=320, height=180)


class _Pipe(RawIOBase):
    """A file that cannot be gone back in, as a program's standard output: no length is written at its beginning."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()


def _remuxed(
    path: Path,
    *,
    shift_seconds: int = 0,
    times: int = 1,
    is_piped: bool = False,
    languages: tuple[str, ...] = (),
    **options: str,
) -> Path:
    """The picture and the sound of a small clip in ``path``, by ``options`` of FFmpeg's muxer."""
    source_path = _small(path.with_suffix(".source.mkv"), subtitles=False)
    format_ = {".mkv": "matroska", ".ts": "mpegts"}.get(path.suffix, path.suffix[1:])
    to = _Pipe(path) if is_piped else path
    with av.open(source_path) as source, av.open(to, "w", format=format_, container_options=options) as output:
        tracks = [output.add_stream_from_template(stream) for stream in source.streams.get(video=0, audio=0)]
        for track, language in zip(tracks, languages, strict=False):
            track.metadata["language"] = language
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None:
                shift = round(shift_seconds / packet.time_base)
                packet.dts, packet.pts = packet.dts * times + shift, packet.pts * times + shift
                packet.stream = tracks[packet.stream.index]
                output.mux(packet)
    if isinstance(to, _Pipe):
        to.close()
    source_path.unlink()
    return path


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "h264_aac_movtext.mp4": _small,
    "reordered_2997.mp4": partial(
        _small, frames_per_second=Fraction(30000, 1001), video_options={"preset": "veryfast"}
    ),
    "three_languages.mp4": partial(_small, audio_languages=("eng", "chi", "fra")),
    "h265.mp4": partial(_small, video_codec="libx265"),
    "rotated.mp4": lambda path: rotate(_small(path), 90),
    "h264_aac.mov": _small,
    "h264_aac.m4v": _small,
    "h264_aac.3gp": _small,
    "h264_aac.f4v": _small,
    "h264_aac_srt.mkv": _small,
    "av1_opus.mkv": partial(_small, video_codec="libsvtav1", audio_codec="libopus"),
    "vp9_opus_vtt.webm": partial(_small, video_codec="libvpx-vp9", audio_codec="libopus"),
    "vp8_opus.webm": partial(_small, video_codec="libvpx", audio_codec="libopus"),
    "huffyuv.avi": partial(_small, video_codec="huffyuv", audio_codec="pcm_s16le"),
    "h264_aac.flv": _small,
    "h264_aac.ts": _small,
    "mpeg1_mp2.ts": partial(_small, video_codec="mpeg1video", audio_codec="mp2"),
    "h265_aac.ts": partial(_small, video_codec="libx265"),
    "mpeg2_mp2.mpg": partial(_small, video_codec="mpeg2video", audio_codec="mp2"),
    "mpeg2_ac3.vob": partial(_small, video_codec="mpeg2video", audio_codec="ac3"),
    "mpeg4_mp3.avi": partial(_small, video_codec="mpeg4", audio_codec="libmp3lame"),
    "wmv2_wma2.wmv": partial(_small, video_codec="wmv2", audio_codec="wmav2"),
    "sound.mp3": partial(_small, video_codec=None, audio_codec="libmp3lame"),
    "sound.wav": partial(_small, video_codec=None, audio_codec="pcm_s16le"),
    "sound.flac": partial(_small, video_codec=None, audio_codec="flac"),
    "sound.m4a": partial(_small, video_codec=None),
    "sound.aac": partial(_small, video_codec=None),
    "sound.ac3": partial(_small, video_codec=None, audio_codec="ac3"),
    "sound.ogg": partial(_small, video_codec=None, audio_codec="libopus"),
    "moving.gif": partial(_small, video_codec="gif", audio=False),
    "still.gif": partial(_small, video_codec="gif", audio=False, seconds=0.04),
    "still.png": partial(_small, video_codec="png"),
    "still.jpg": partial(_small, video_codec="mjpeg"),
    "still.webp": partial(_small, video_codec="libwebp"),
    "piped.mkv": partial(_remuxed, is_piped=True),
    "piped.flv": partial(_remuxed, is_piped=True),
    "fragmented.mp4": partial(_remuxed, movflags="frag_keyframe+empty_moov"),
    "negative.mp4": partial(_remuxed, shift_seconds=-1, avoid_negative_ts="disabled"),
    "late.ts": partial(_remuxed, shift_seconds=100),
    "111_hours.mp4": partial(_remuxed, times=200_000),
    "odd_languages.mkv": partial(_remuxed, languages=("zh-Hans-CN", "x" * 40)),
    "prores.mov": partial(_small, video_codec="prores_ks"),
    "interlaced.mp4": partial(_small, video_options={"flags": "+ilme+ildct", "preset": "veryfast"}),
    "pal.dv": partial(make_clip, seconds=2.0, width=720, height=576, video_codec="dvvideo", audio_codec="pcm_s16le"),
    "mpeg1_mp2.mpg": partial(_small, video_codec="mpeg1video", audio_codec="mp2"),
    "raw.h264": partial(_small, audio=False),
    "raw.m1v": partial(_small, audio=False, video_codec="mpeg1video"),
    "ac4.mp4": lambda path: _rename_sound(_small(path, subtitles=False), b"ac-4"),
    "mpegh.mp4": lambda path: _rename_sound(_small(path, subtitles=False), b"mhm1"),
    "cues.srt": lambda path: write(
        path, "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,500\nBye\n"
    ),
    "cues.vtt": lambda path: write(path, "WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n\n00:03.000 --> 00:04.500\nBye\n"),
    "cues.ass": lambda path: write(path, _ASS),
}


def _rename_sound(path: Path, tag: bytes) -> Path:
    """Say that the sound of an MP4 is of another codec, one without an encoder: its frames are not."""
    content = path.read_bytes()
    at, config = content.index(b"mp4a"), content.index(b"esds")
    path.write_bytes(content[:at] + tag + content[at + 4 : config] + b"free" + content[config + 4 :])
    return path


_ASS = """[Script Info]
ScriptType: v4.00+

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hello
Dialogue: 0,0:00:03.00,0:00:04.50,Default,,0,0,0,,Bye
"""


class Samples:
    """Makes each file once, when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __getitem__(self, name: str) -> Path:
        path = self._directory / name
        return path if path.exists() else SAMPLES[name](path)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    # The AV1 encoder prints its configuration unless told.
    os.environ.setdefault("SVT_LOG", "1")
    return Samples(tmp_path_factory.mktemp("media"))


def write(path: Path, content: str | bytes | bytearray) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rotate(path: Path, clockwise: int) -> Path:
    """Turn the first track of an MP4 by writing the matrix of its header, as a phone does."""
    matrix = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[clockwise]
    a, b, c, d = (value << 16 for value in matrix)
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4 + 4 + 20 + 16
    content[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path
