"""Which frames of a video its pictures are made from: decoding forwards, jumping where it is long, in bounded time."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ims_mcp.local.media.media_file import Deadline
from ims_mcp.local.media.packet_walk import MAX_PIXELS, is_cover_art
from ims_mcp.local.media.stream_info import read_fraction

# Below this every frame is decoded, which is faster than jumping; above, only the keyframe before each picture.
_DECODE_ALL_SECONDS = 60.0
# Fades from black are this long at most; afterwards the first frame has to do.
_DULL_FRAMES = 75
_DULL_CONTRAST = 24
_TOLERANCE_SECONDS = 0.001
_OVERSHOT_SECONDS = 1.0


def choose_picture_stream(container: InputContainer) -> VideoStream | None:
    """The stream to look at, with the others switched off; None for sound, cover art alone, or more than 100 MP."""
    found = None
    for stream in container.streams:
        stream.discard = Discard.all
        # A stream whose decoder is not in this FFmpeg has no context, whatever its type says.
        has_decoder = stream.codec_context is not None  # pyright: ignore[reportUnnecessaryComparison]
        if found is None and isinstance(stream, VideoStream) and has_decoder and not is_cover_art(stream):
            found = stream
    if found is None or not 0 < found.codec_context.width * found.codec_context.height <= MAX_PIXELS:
        return None
    found.discard = Discard.default
    found.codec_context.thread_count = 2
    return found


def find_cover_frame(
    container: InputContainer, stream: VideoStream, second: float | None, deadline: Deadline
) -> VideoFrame | None:
    """The frame at ``second``, or the first one that is worth looking at where no second in the video is given."""
    if second is None or second > (container.duration or 0) / 1_000_000:
        first = None
        for count, (_, frame) in enumerate(_decode_frames(container, stream, deadline)):
            if not _is_dull(frame):
                return frame
            first = first or frame
            if count >= _DULL_FRAMES:
                break
        return first
    if second > 0 and _seek(container, stream, second):
        found = _read_until(container, stream, second, deadline)
        if found is not None and found[0] <= second + _OVERSHOT_SECONDS:
            return found[1]
        # Without an index a jump can end behind the last keyframe: once more from the beginning.
        _seek(container, stream, 0)
    found = _read_until(container, stream, second, deadline)
    return found[1] if found is not None else None


def _read_until(
    container: InputContainer, stream: VideoStream, second: float, deadline: Deadline
) -> tuple[float, VideoFrame] | None:
    """Reading on from here: the first frame at ``second`` or later, else the last one."""
    latest = None
    for latest in _decode_frames(container, stream, deadline):
        if latest[0] >= second - _TOLERANCE_SECONDS:
            break
    return latest


def pick_frames(
    container: InputContainer, stream: VideoStream, times: Sequence[float], deadline: Deadline
) -> Iterator[VideoFrame]:
    """One frame for each of ``times`` (ascending); fewer when the deadline passes."""
    pending = list(times)
    if (container.duration or 0) > _DECODE_ALL_SECONDS * 1_000_000:
        while pending and not deadline.passed and _seek(container, stream, pending[0]):
            found = next(_decode_frames(container, stream, deadline), None)
            if found is None:
                _seek(container, stream, 0)
                break
            yield found[1]
            pending.pop(0)
        if deadline.passed or not pending:
            return
        # A container that cannot be jumped in: read it through, keyframe by keyframe.
        stream.codec_context.skip_frame = "NONKEY"
    frame = None
    for time, frame in _decode_frames(container, stream, deadline):
        while pending and time >= pending[0] - _TOLERANCE_SECONDS:
            yield frame
            pending.pop(0)
        if not pending:
            return
    if frame is not None and not deadline.passed:
        # The last picture can be due after the last frame: sound often runs longer.
        for _ in pending:
            yield frame


def _decode_frames(
    container: InputContainer, stream: VideoStream, deadline: Deadline
) -> Generator[tuple[float, VideoFrame]]:
    """Every frame that decodes, with its second counted from the beginning of the stream."""
    time_base = float(read_fraction(stream.time_base) or 1)
    start = stream.start_time or 0
    last = 0.0
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                last = last if frame.pts is None else (frame.pts - start) * time_base
                yield last, frame
            if deadline.passed:
                return
    except (FFmpegError, IndexError):
        # IndexError: PyAV 18 stumbles, after the last packet, over a stream that turned up on the way.
        return


def _seek(container: InputContainer, stream: VideoStream, second: float) -> bool:
    time_base = float(read_fraction(stream.time_base) or 1)
    try:
        container.seek((stream.start_time or 0) + round(second / time_base), stream=stream)
    except FFmpegError:
        return False
    return True


def _is_dull(frame: VideoFrame) -> bool:
    """Nearly one colour, as before a fade."""
    small = frame.reformat(width=32, height=32, format="gray")
    plane = small.planes[0]
    rows = bytes(plane)
    tones = [tone for row in range(32) for tone in rows[row * plane.line_size : row * plane.line_size + 32]]
    return max(tones) - min(tones) < _DULL_CONTRAST
