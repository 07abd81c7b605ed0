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
# Times come in whole milliseconds: half of one before its time a frame counts as shown.
_EXACT_SECONDS = 0.0005
# As far ahead reading on is about as fast as a jump.
_NEAR_SECONDS = 2.0
_EARLIER_SECONDS = (5.0, 30.0)
_BEFORE_SECONDS = 10.0


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


def pick_exact_frames(
    container: InputContainer, stream: VideoStream, times: Sequence[float], deadline: Deadline
) -> Iterator[VideoFrame]:
    """For each of ``times`` (ascending) the frame that is on the screen then; fewer where the deadline passes, and none
    for what lies behind the end.

    Decodes from the keyframe before each, so a picture of a long video costs one group of pictures.
    """
    frames: Iterator[tuple[float, VideoFrame]] = iter(())
    shown: tuple[float, VideoFrame] | None = None
    coming: tuple[float, VideoFrame] | None = None
    for second in times:
        is_far = coming is not None and coming[0] + _NEAR_SECONDS < second
        if shown is None or is_far:
            frames, shown, coming = _begin_before(container, stream, second, deadline)
        while coming is not None and coming[0] <= second + _EXACT_SECONDS:
            shown, coming = coming, next(frames, None)
        if shown is None or deadline.passed:
            return
        yield shown[1]


def pick_key_frames(
    container: InputContainer, stream: VideoStream, times: Sequence[float], deadline: Deadline
) -> Iterator[VideoFrame]:
    """For each of ``times`` the keyframe at it or before it; fewer where the deadline passes."""
    for second in times:
        _, found, _ = _begin_before(container, stream, second, deadline)
        if found is None or deadline.passed:
            return
        yield found[1]


def _begin_before(
    container: InputContainer, stream: VideoStream, second: float, deadline: Deadline
) -> tuple[Iterator[tuple[float, VideoFrame]], tuple[float, VideoFrame] | None, tuple[float, VideoFrame] | None]:
    """Frames from one at ``second`` or before it on: the iterator, its first frame, and the one after that."""
    # Where a container has no index a jump may land too far on: then from ever earlier. The beginning of MPEG-TS is
    # found from before it only.
    latest = second + _BEFORE_SECONDS
    for early in (0.0, *_EARLIER_SECONDS, second, latest):
        if not _seek(container, stream, second - early):
            continue
        frames = _decode_frames(container, stream, deadline)
        first = next(frames, None)
        if first is not None and (first[0] <= second + _EXACT_SECONDS or early == latest):
            return frames, first, next(frames, None)
    # It cannot be jumped in at all: on from where it was read to.
    frames = _decode_frames(container, stream, deadline)
    return frames, next(frames, None), next(frames, None)


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
