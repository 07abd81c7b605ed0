"""Making a small clip with moving picture, sound and subtitles, without an ffmpeg program: for the demo and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.codec import Codec
from av.container import OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.stream import Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.subtitle import SubtitleSet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_SAMPLES_PER_SECOND = 48_000
_SUBTITLE_CODECS = {"mp4": "mov_text", "m4v": "mov_text", "mov": "mov_text", "mkv": "srt", "webm": "webvtt"}
_IMAGE_SUFFIXES = frozenset({"png", "jpg", "jpeg", "webp"})
_MILLISECOND = Fraction(1, 1000)
# The fastest each encoder goes: a demo waits for it.
_ENCODER_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12"},
}
# The encoders of text subtitles take every cue as an ASS event and want a style sheet beside it.
_ASS_STYLES = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def make_clip(
    path: Path,
    *,
    seconds: float = 6.0,
    width: int = 1280,
    height: int = 720,
    frames_per_second: int | Fraction = 25,
    bitrate: int = 1_500_000,
    audio: bool = True,
    subtitles: bool = True,
    video_codec: str | None = "libx264",
    audio_codec: str = "aac",
    audio_languages: tuple[str, ...] = ("eng",),
    subtitle_language: str = "eng",
    video_options: Mapping[str, str] | None = None,
) -> Path:
    """Write a clip to ``path``, whose suffix chooses the container, and return ``path``.

    ``bitrate`` is of the picture, in bit/s. ``video_codec=None`` makes a sound file; the suffix of an image makes one
    picture. ``subtitles`` (one cue a second) are left out where the container carries no text subtitles. There is one
    sound track per language, each an octave above the one before. 6 s of 720p take about 0.4 s.

    Raises ValueError where the container does not take a codec, ``av.FFmpegError`` where an encoder refuses.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix in _IMAGE_SUFFIXES:
        seconds, audio = float(1 / Fraction(frames_per_second)), False
    options = {"update": "1"} if suffix in _IMAGE_SUFFIXES else {}
    with av.open(path, "w", container_options=options) as output:
        picture = None
        if video_codec is not None:
            picture = output.add_stream(
                video_codec,
                rate=Fraction(frames_per_second),
                options={**_ENCODER_OPTIONS.get(video_codec, {}), **(video_options or {})},
                width=width,
                height=height,
                bit_rate=bitrate,
                gop_size=round(frames_per_second * 2),
                thread_count=2,
            )
            picture = cast(VideoStream, picture)
            picture.codec_context.pix_fmt = _choose_pixel_format(video_codec)
        sounds: list[AudioStream] = []
        for language in audio_languages if audio else ():
            sound = cast(AudioStream, output.add_stream(audio_codec, rate=_SAMPLES_PER_SECOND, bit_rate=128_000))
            sound.metadata["language"] = language
            sounds.append(sound)
        if subtitles and suffix in _SUBTITLE_CODECS:
            _mux_subtitles(output, _SUBTITLE_CODECS[suffix], subtitle_language, seconds)
        frames = iter(())
        if picture is not None:
            frames = _draw_frames(picture, frames_per_second, seconds)
        _mux_together(
            output, picture, frames, [(sound, _make_sound(sound, n, seconds)) for n, sound in enumerate(sounds)]
        )
    return path


def _choose_pixel_format(video_codec: str) -> str:
    formats = [video_format.name for video_format in Codec(video_codec, "w").video_formats or ()]
    # JPEG keeps the full range of values, which has a name of its own.
    wanted = ("yuvj420p",) if video_codec == "mjpeg" else ("yuv420p", "rgb24", "rgb8")
    return next((name for name in wanted if name in formats), formats[0])


def _pull(graph: Graph) -> Iterator[VideoFrame | AudioFrame]:
    while True:
        try:
            yield graph.pull()
        except (EOFError, BlockingIOError):
            return


def _draw_frames(stream: VideoStream, frames_per_second: int | Fraction, seconds: float) -> Iterator[VideoFrame]:
    context = stream.codec_context
    graph = Graph()
    size = f"size={context.width}x{context.height}"
    graph.link_nodes(
        graph.add("testsrc2", f"{size}:rate={Fraction(frames_per_second)}:duration={seconds}"),
        graph.add("format", f"pix_fmts={context.pix_fmt}"),
        graph.add("buffersink"),
    ).configure()
    for frame in _pull(graph):
        frame = cast(VideoFrame, frame)
        # The filter marks every frame as a keyframe, which an encoder takes for an order.
        frame.pict_type = 0
        yield frame


def _make_sound(stream: AudioStream, octave: int, seconds: float) -> Iterator[AudioFrame]:
    graph = Graph()
    form = f"sample_fmts={stream.codec_context.format.name}:channel_layouts=stereo:sample_rates={_SAMPLES_PER_SECOND}"
    tone = f"frequency={220 * 2**octave}:sample_rate={_SAMPLES_PER_SECOND}:duration={seconds}"
    graph.link_nodes(graph.add("sine", tone), graph.add("aformat", form), graph.add("abuffersink")).configure()
    for frame in _pull(graph):
        yield cast(AudioFrame, frame)


def _mux_subtitles(output: OutputContainer, codec: str, language: str, seconds: float) -> None:
    stream = output.add_stream(codec)
    stream.metadata["language"] = language
    context = cast(SubtitleCodecContext, stream.codec_context)
    context.subtitle_header = _ASS_STYLES
    context.time_base = _MILLISECOND
    for second in range(int(seconds)):
        cue = f"{second},0,Default,,0,0,0,,Second {second + 1} of {int(seconds)}".encode()
        packet = cast("Packet[Stream]", context.encode_subtitle(SubtitleSet.create(cue, 0, 900)))
        packet.stream = stream
        packet.time_base = _MILLISECOND
        packet.pts = packet.dts = second * 1000
        packet.duration = 900
        output.mux(packet)


def _mux_together(
    output: OutputContainer,
    picture: VideoStream | None,
    frames: Iterator[VideoFrame],
    sounds: list[tuple[AudioStream, Iterator[AudioFrame]]],
) -> None:
    """Encode picture and sound side by side, so that a muxer never holds much of one while it waits for the other."""
    heard_seconds = [0.0] * len(sounds)
    for frame in frames:
        if picture is not None:
            output.mux(picture.encode(frame))
        for index, (stream, samples) in enumerate(sounds):
            while heard_seconds[index] < frame.time:
                part = next(samples, None)
                if part is None:
                    break
                heard_seconds[index] += part.samples / _SAMPLES_PER_SECOND
                output.mux(stream.encode(part))
    for stream, samples in sounds:
        for part in samples:
            output.mux(stream.encode(part))
        output.mux(stream.encode())
    if picture is not None:
        output.mux(picture.encode())
