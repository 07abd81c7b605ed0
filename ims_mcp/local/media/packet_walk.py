"""Walking through the packets of a media file: how many there are, when they play, how the picture is turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from ims_mcp.local.media.media_file import Deadline

# Where the container states its numbers of frames, a look at the beginning is enough.
_GLANCE_PACKETS = 500
_PACKETS_PER_RATE = 32
# A first frame can be many packets away: reordering, a stream that was joined in the middle.
_DECODE_TRIES = 60
# Nothing a camera makes; a decoder would take gigabytes for more.
MAX_PIXELS = 100_000_000


@dataclass(slots=True)
class Walk:
    """What the packets of one stream say; times are in ticks of the stream's time base."""

    packets: int = 0
    first_tick: int | None = None
    last_tick: int | None = None
    end_tick: int | None = None
    first_byte: int | None = None
    rotation: int | None = None
    """Degrees the picture is to be turned clockwise, 0 to 359; None where no frame was decoded."""
    reorder_depth: int = 0
    """Frames a decoder has to hold back, as the container states it (decoding can change it)."""
    decode_tries: int = 0
    is_too_large: bool = False
    complete: bool = False
    """Every packet of the stream was seen."""

    @property
    def is_shown(self) -> bool:
        """A frame was decoded, or is too large to try."""
        return self.rotation is not None or self.is_too_large

    def see(self, packet: Packet[Stream]) -> None:
        """Count a packet, and when it plays."""
        self.packets += 1
        if self.first_byte is None:
            self.first_byte = bytes(packet)[0]
        if packet.pts is None:
            return
        end = packet.pts + (packet.duration or 0)
        if self.first_tick is None or self.last_tick is None or self.end_tick is None:
            self.first_tick, self.last_tick, self.end_tick = packet.pts, packet.pts, end
        else:
            self.first_tick = min(self.first_tick, packet.pts)
            self.last_tick = max(self.last_tick, packet.pts)
            self.end_tick = max(self.end_tick, end)


def is_cover_art(stream: Stream) -> bool:
    """A picture that travels with a sound file, or the pictures of its chapters."""
    return bool(stream.disposition & Disposition.attached_pic)


def is_still(stream: Stream) -> bool:
    """Cover art of one picture: those of chapters have a length and a rate."""
    return is_cover_art(stream) and not stream.disposition & Disposition.timed_thumbnails


def walk(container: InputContainer, streams: Sequence[Stream], deadline: Deadline) -> dict[int, Walk]:
    """One Walk per stream index.

    Reads to the end of the file only where a stream's container does not state how many frames it has, and no longer
    than the deadline; a file that turns unreadable half way is taken to end there.
    """
    walks = {stream.index: Walk() for stream in streams}
    for stream in streams:
        if isinstance(stream, VideoStream):
            walks[stream.index].reorder_depth = int(getattr(stream.codec_context, "reorder_depth", 0))
    for stream in container.streams:
        if stream.index not in walks:
            stream.discard = Discard.all
    stated = all(stream.frames or is_cover_art(stream) for stream in streams)
    seen = 0
    try:
        for packet in container.demux(*streams):
            if packet.size == 0:  # the end of a stream: a decoder gives what it has held back
                # Of streams, too, that have turned up on the way.
                ended = walks.get(packet.stream_index)
                if ended is not None and ended.decode_tries:
                    _look_at_picture(packet, ended)
                continue
            seen += 1
            found = walks[packet.stream_index]
            found.see(packet)
            _look_at_picture(packet, found)
            if deadline.passed or (stated and (seen >= _GLANCE_PACKETS or _has_seen_enough(streams, walks))):
                return walks
    except (FFmpegError, MemoryError, IndexError):
        # IndexError: PyAV 18 stumbles, after the last packet, over a stream that turned up on the way.
        pass
    if not deadline.passed:
        for found in walks.values():
            found.complete = True
    return walks


def _has_seen_enough(streams: Sequence[Stream], walks: dict[int, Walk]) -> bool:
    for stream in streams:
        found = walks[stream.index]
        if isinstance(stream, VideoStream):
            if found.rotation is None and found.decode_tries < _DECODE_TRIES and not is_cover_art(stream):
                return False
        elif stream.type == "audio" and found.packets < min(_PACKETS_PER_RATE, stream.frames):
            return False
    return True


def _look_at_picture(packet: Packet[Stream], found: Walk) -> None:
    """Decode one frame: only a frame tells how it is turned, by the container's matrix or its own."""
    stream = packet.stream
    if not isinstance(stream, VideoStream) or found.rotation is not None or found.decode_tries >= _DECODE_TRIES:
        return
    context = stream.codec_context
    # A stream whose decoder is not in this FFmpeg has no context, whatever its type says.
    if context is None:  # pyright: ignore[reportUnnecessaryComparison]
        found.decode_tries = _DECODE_TRIES
        return
    if context.width * context.height > MAX_PIXELS:
        found.is_too_large, found.decode_tries = True, _DECODE_TRIES
        return
    if not found.decode_tries:
        context.thread_count = 1
    found.decode_tries += 1
    try:
        frames = stream.decode(packet)
    except (FFmpegError, MemoryError):
        return
    if frames:
        # PyAV counts counterclockwise from -180.
        found.rotation = -frames[0].rotation % 360
