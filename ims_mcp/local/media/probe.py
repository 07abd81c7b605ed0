"""What one media file holds, in the shape GetMediaInfo reports it: every value a string, blank where unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from ims_mcp.local.media.descriptions import read_descriptions
from ims_mcp.local.media.media_file import (
    ANIMATED_WEBP,
    AUDIO_SUFFIXES,
    FONT_SUFFIXES,
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    Deadline,
    UnreadableMedia,
    get_suffix,
    is_animated_webp,
    open_media,
)
from ims_mcp.local.media.packet_walk import Walk, is_cover_art, is_still, walk
from ims_mcp.local.media.playlist import StoredPiece
from ims_mcp.local.media.stream_info import (
    describe_audio,
    describe_subtitles,
    describe_video,
    read_fraction,
    write_kilobits,
    write_seconds,
)

MediaKind = Literal["video", "audio", "image", "text"]

_TIME_LIMIT_SECONDS = 20.0
_PLAYLIST_FORMAT = "hls"
_MICROSECOND = Fraction(1, 1_000_000)
# Containers that hold a picture or a moving one: one frame makes an image.
_ANIMATIONS = frozenset({"gif", "apng", "webp", "webp_anim"})
_STILL_BRANDS = frozenset({"heic", "heix", "heim", "heis", "mif1", "avif"})
_FONT_SIGNATURES = (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf", b"MZ")


@dataclass(frozen=True, slots=True)
class Probe:
    """One file. ``basic`` holds the fields of FileBasicInfo that the content decides, the others one dict a stream."""

    kind: MediaKind
    basic: dict[str, str]
    audio: tuple[dict[str, str], ...] = ()
    video: tuple[dict[str, str], ...] = ()
    subtitles: tuple[dict[str, str], ...] = ()
    duration_seconds: float | None = None

    def to_file_info(self) -> dict[str, Any]:
        """One element of FileInfoList, without what the content does not say (FileUrl, FileStatus, …)."""
        return {
            "FileBasicInfo": self.basic,
            "AudioStreamInfoList": list(self.audio),
            "VideoStreamInfoList": list(self.video),
            "SubtitleStreamInfoList": list(self.subtitles),
        }


def probe(
    path: Path, name: str, pieces: Sequence[StoredPiece] = (), *, time_limit_seconds: float = _TIME_LIMIT_SECONDS
) -> Probe:
    """Examine the file at ``path``, which the user calls ``name`` (its suffix tells a font from other files).

    ``pieces``: where it is a playlist, what it names. The streams are those of the pieces, the length is the sum of
    what the playlist says, the size is the playlist's own.

    A container that does not state how many frames it has is read to its end to count them; past the time limit the
    count is estimated. Raises UnreadableMedia where nothing in the file plays, shows or reads.
    """
    if get_suffix(name) in FONT_SUFFIXES:
        return _probe_font(path, name)
    deadline = Deadline.after(time_limit_seconds)
    with open_media(path, name, deadline, pieces=[piece.path for piece in pieces]) as container:
        videos = [stream for stream in container.streams if isinstance(stream, VideoStream)]
        audios = [stream for stream in container.streams if isinstance(stream, AudioStream)]
        subtitles = [stream for stream in container.streams if isinstance(stream, SubtitleStream)]
        streams: list[Stream] = [*videos, *audios, *subtitles]
        if not streams:
            raise UnreadableMedia("Nothing in the file is picture or sound of a codec that is known here.")
        walks = walk(container, streams, deadline)
        kind = _find_kind(container, streams, walks, name)
        _refuse_unfit(kind, streams, walks, name)
        if kind == "image" and not any(walks[stream.index].is_shown for stream in videos):
            raise UnreadableMedia(_explain_undecoded(path))
        if pieces:
            seconds = sum((Fraction(piece.seconds).limit_denominator(1_000_000) for piece in pieces), Fraction(0))
        else:
            seconds = None if kind == "image" else _find_seconds(container, streams, walks)
        descriptions = read_descriptions(container)
        video = [
            describe_video(
                stream,
                walks[stream.index],
                is_image=kind == "image" or is_still(stream),
                file_seconds=seconds,
                format_name=container.format.name,
                description=descriptions.get(stream.index),
            )
            for stream in videos
        ]
        size_bytes = sum(piece.path.stat().st_size for piece in pieces) if pieces else path.stat().st_size
        stated = 0 if pieces else container.bit_rate
        bits_per_second = stated or (size_bytes * 8 / seconds if seconds else 0)
        shown = [fields for stream, fields in zip(videos, video, strict=True) if not is_cover_art(stream)]
        return Probe(
            kind=kind,
            basic={
                **_describe_file(path, name, _PLAYLIST_FORMAT if pieces else container.format.name),
                "Duration": write_seconds(seconds),
                "Bitrate": write_kilobits(bits_per_second) if seconds and kind != "text" else "",
                "Width": shown[0]["Width"] if shown else "",
                "Height": shown[0]["Height"] if shown else "",
            },
            audio=tuple(
                describe_audio(
                    stream, walks[stream.index], file_seconds=seconds, description=descriptions.get(stream.index)
                )
                for stream in audios
            ),
            video=tuple(video),
            subtitles=tuple(describe_subtitles(stream, walks[stream.index]) for stream in subtitles),
            duration_seconds=float(seconds) if seconds else None,
        )


def _describe_file(path: Path, name: str, format_name: str) -> dict[str, str]:
    unknown = dict.fromkeys(("Duration", "Bitrate", "Width", "Height"), "")
    return {"FileName": name, "FileSize": str(path.stat().st_size), "FormatName": format_name, **unknown}


def _probe_font(path: Path, name: str) -> Probe:
    try:
        with path.open("rb") as file:
            signature = file.read(4)
    except OSError as error:
        raise UnreadableMedia(f"The file is not there or cannot be read ({type(error).__name__}).") from None
    if not signature:
        raise UnreadableMedia("The file is empty (0 bytes).")
    if not signature.startswith(_FONT_SIGNATURES):
        raise UnreadableMedia("The file is named as a font but does not begin like one.")
    return Probe(kind="text", basic=_describe_file(path, name, ""))


def _find_kind(container: InputContainer, streams: Sequence[Stream], walks: dict[int, Walk], name: str) -> MediaKind:
    pictures = [stream for stream in streams if stream.type == "video" and not is_cover_art(stream)]
    types = {stream.type for stream in streams}
    if not pictures:
        return "audio" if "audio" in types else "image" if "video" in types else "text"
    form = container.format.name
    one_frame = len(pictures) == 1 and max(pictures[0].frames, walks[pictures[0].index].packets) <= 1
    has_still_brand = container.metadata.get("major_brand", "").strip() in _STILL_BRANDS
    # Motion JPEG without a container is pictures in a row, as a JPEG with previews in it is.
    is_picture = form.endswith("_pipe") and (one_frame or get_suffix(name) not in VIDEO_SUFFIXES)
    if "audio" not in types and (is_picture or has_still_brand or (form in _ANIMATIONS and one_frame)):
        return "image"
    return "video"


def _refuse_unfit(kind: MediaKind, streams: Sequence[Stream], walks: dict[int, Walk], name: str) -> None:
    if kind == "text" and get_suffix(name) in VIDEO_SUFFIXES | AUDIO_SUFFIXES | IMAGE_SUFFIXES:
        raise UnreadableMedia("The file holds subtitle text, not picture or sound.")
    if kind != "text" and not any(found.packets for found in walks.values()):
        raise UnreadableMedia(
            "The file describes its streams but holds no frame of them: it is an init segment, cut off or damaged."
        )


def _explain_undecoded(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(21)
    if is_animated_webp(head):
        return ANIMATED_WEBP
    return "The picture cannot be decoded: it is cut off, damaged or of a kind that is not read here."


def _find_seconds(container: InputContainer, streams: Sequence[Stream], walks: dict[int, Walk]) -> Fraction | None:
    """As the container states it, else from the packets; None where neither says."""
    if container.duration and container.duration > 0:
        return container.duration * _MICROSECOND
    ends: list[Fraction] = []
    for stream in streams:
        found, time_base = walks[stream.index], read_fraction(stream.time_base)
        if found.complete and found.end_tick and time_base is not None:
            ends.append(found.end_tick * time_base)
    return max(ends, default=None)
