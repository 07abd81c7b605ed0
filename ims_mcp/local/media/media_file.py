"""Opening a media file from a stranger: one file, known containers only, nothing else opened, and a deadline."""

from __future__ import annotations

import errno
import re
import time
from bisect import bisect_right
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError

from ims_mcp.errors import ImsError

# fmt: off
VIDEO_SUFFIXES = frozenset({
    "mp4", "ts", "3gp", "mpg", "mpeg", "mpe", "dat", "vob", "asf", "avi", "wmv", "flv", "f4v", "rm", "rmvb", "mov",
    "mkv", "m3u8", "dv", "m2t", "m4v", "mj2", "mjpeg", "mts", "ogg", "qt", "swf", "webm",
})
# fmt: on
AUDIO_SUFFIXES = frozenset({"mp3", "wma", "wav", "aac", "ra", "m4a", "flac", "ape", "ac3", "amr", "caf", "acm"})
IMAGE_SUFFIXES = frozenset({"gif", "webp", "png", "jpg", "jpeg", "heic"})
FONT_SUFFIXES = frozenset({"ttf", "ttc", "fon"})

# Every demuxer that stands for a suffix the service accepts, and no other: the ones left out are those that follow
# references to further files or addresses (hls, dash, concat, image2, vobsub, sdp, imf) or read a terminal (tty).
_CONTAINERS = (
    "mov,matroska,avi,flv,live_flv,mpegts,mpeg,mpegvideo,asf,rm,swf,dv,mxf,ogg,wav,w64,aiff,mp3,aac,ac3,eac3,flac,ape,"
    "amr,amrnb,amrwb,caf,acm,au,wv,tta,h264,hevc,vvc,m4v,h263,mjpeg,mjpeg_2000,ivf,obu,av1,vc1,nut,xwma,"
    "gif,apng,png_pipe,jpeg_pipe,webp_pipe,webp,webp_anim,bmp_pipe,tiff_pipe,jpegxl_pipe,avif,heif,srt,webvtt,ass"
)
# How files begin that are sound but of no format that the service lists.
_UNLISTED = (
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"DSD ", "DSF (Direct Stream Digital)"),
    (b"FRM8", "DSDIFF (Direct Stream Digital)"),
    (b"tBaK", "TAK"),
    (b"ajkg", "Shorten"),
    (b"OFR ", "OptimFROG"),
    (b"MThd", "MIDI"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7f\xfe\x80\x01", "DTS"),
    (b"ADIF", "AAC in one piece (ADIF)"),
    (b"MM\x00+", "a BigTIFF picture"),
    (b"II+\x00", "a BigTIFF picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xffO\xffQ", "a JPEG 2000 picture"),
    (b"\xff\xd8\xff\xf7", "a JPEG-LS picture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"SDPX", "a DPX picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"qoif", "a QOI picture"),
)
_ID3_HEADER_BYTES = 10
_WEBP_FLAGS_AT, _WEBP_IS_ANIMATED = 20, 0x02
ANIMATED_WEBP = "The picture cannot be decoded: it is an animated WebP, which is not read here."
_JPEG = b"\xff\xd8\xff"
_TOO_LONG = "The file took too long to read: its structure is damaged or unusually large."
# What the pieces of a playlist may be.
_PIECE_CONTAINERS = "mpegts"
_NO_PIECES = "The pieces that the playlist names are not MPEG-TS, or they are damaged."
_READ_BYTES = 256 * 1024
# PyAV 18 decodes tags as strict UTF-8 unless told; 19 lost the option and keeps stray bytes as lone surrogates.
_TAGS: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}


class UnreadableMedia(ImsError):
    """The file cannot be used as media; the text says why in plain words and names no local path."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock after which a media file reads as if it ended there."""

    at_seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def passed(self) -> bool:
        """Whether it is over."""
        return time.monotonic() >= self.at_seconds


class _OneFile:
    """What FFmpeg reads instead of a path, so that it can reach no other file, says no path, and can be stopped."""

    def __init__(self, file: BinaryIO, name: str, deadline: Deadline, start: int = 0) -> None:
        self._file = file
        self._deadline = deadline
        self._start = start
        self.seek(0)
        # A suffix helps FFmpeg to tell raw streams apart; with the suffix of an image it would take the name for a
        # numbered sequence of files.
        suffix = get_suffix(name)
        usable = re.fullmatch(r"[a-z0-9]{1,8}", suffix) and suffix not in IMAGE_SUFFIXES
        self.name = f"media.{suffix}" if usable else "media"

    # Neither method may raise: PyAV keeps an exception for the next call into FFmpeg, which can be for another file.
    def read(self, size: int) -> bytes:
        if self._deadline.passed:
            return b""
        try:
            return self._file.read(size)
        except OSError:
            return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset + (0 if whence else self._start), whence) - self._start
        except (OSError, ValueError):
            return -errno.EINVAL

    def tell(self) -> int:
        return self._file.tell() - self._start


class _Pieces(RawIOBase):
    """Files one behind the other, read as one; only the one that is read is open."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._open: tuple[int, BinaryIO] | None = None
        self._paths = tuple(paths)
        self._starts = (0, *accumulate(path.stat().st_size for path in self._paths))
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        content = b""
        while not content and (index := bisect_right(self._starts, self._position) - 1) < len(self._paths):
            content = self._read_piece(index, size)
            # A piece that has become shorter since ends where it would have.
            self._position = self._position + len(content) if content else self._starts[index + 1]
        return content

    def _read_piece(self, index: int, size: int) -> bytes:
        if self._open is None or self._open[0] != index:
            self._close_piece()
            self._open = (index, self._paths[index].open("rb"))
        file = self._open[1]
        file.seek(self._position - self._starts[index])
        return file.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        bases = (0, self._position, self._starts[-1])
        if whence not in range(len(bases)):
            raise ValueError(f"whence {whence}")
        self._position = max(0, bases[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def _close_piece(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self._close_piece()
        super().close()


@contextmanager
def open_media(path: Path, name: str, deadline: Deadline, *, pieces: Sequence[Path] = ()) -> Generator[InputContainer]:
    """The file opened for demuxing; ``name`` is what the user calls it. Past the deadline it reads as if it ended.

    ``pieces``: the files of a playlist, which are read as one stream instead of it; they have to be MPEG-TS. Raises
    UnreadableMedia where nothing that plays can be found in it. A playlist itself is refused: what it names would be
    read from this machine or the network.
    """
    try:
        file = cast(BinaryIO, _Pieces(pieces)) if pieces else path.open("rb")
    except OSError as error:
        raise UnreadableMedia(f"The file is not there or cannot be read ({type(error).__name__}).") from None
    with file:
        try:
            form, start = (None, 0) if pieces else (_find_format(file, name), _find_start(file))
            container = av.open(
                _OneFile(file, "piece.ts" if pieces else name, deadline, start),
                "r",
                format=form,
                container_options={
                    "format_whitelist": _PIECE_CONTAINERS if pieces else _CONTAINERS,
                    "protocol_whitelist": "none",
                },
                buffer_size=_READ_BYTES,
                **_TAGS,
            )
        except FFmpegError:
            reason = _NO_PIECES if pieces else _explain_unreadable(file)
            raise UnreadableMedia(_TOO_LONG if deadline.passed else reason) from None
        with container:
            if deadline.passed:
                raise UnreadableMedia(_TOO_LONG)
            yield container


def get_suffix(name: str) -> str:
    """``"A/Clip.MP4"`` -> ``"mp4"``."""
    return Path(name).suffix.lower().lstrip(".")


def _find_start(file: BinaryIO) -> int:
    """Behind the ID3 tag of a Monkey's Audio file, which FFmpeg 8 does not read with one; else 0."""
    behind = _skip_id3(_read_at(file, 0, _ID3_HEADER_BYTES))
    return behind if behind and _read_at(file, behind, 4) == b"MAC " else 0


def _find_format(file: BinaryIO, name: str) -> str | None:
    """None lets the content decide. It takes a JPEG with previews behind its picture for a film, though."""
    is_jpeg = get_suffix(name) in ("jpg", "jpeg") and _read_at(file, 0, len(_JPEG)) == _JPEG
    return "jpeg_pipe" if is_jpeg else None


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    try:
        file.seek(offset)
        return file.read(size)
    except OSError:
        return b""


def _skip_id3(head: bytes) -> int:
    """Where the file goes on behind its ID3v2 tag; 0 where it has none."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEADER_BYTES:
        return 0
    # Four times seven bits, a header of ten bytes before and perhaps one after.
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return _ID3_HEADER_BYTES + size + (_ID3_HEADER_BYTES if head[5] & 0x10 else 0)


def _explain_unreadable(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4096)
    if not head:
        return "The file is empty (0 bytes)."
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"#EXTM3U"):
        return "The file is a playlist (m3u8): it names other files and holds no picture or sound itself."
    if _is_text(head):
        return "The file holds text, not picture or sound."
    if is_animated_webp(head):
        return ANIMATED_WEBP
    if known := _name_by_signature(file, head):
        return f"The file is {known}: IMS does not list that among the formats it takes."
    if head[4:8] in (b"moof", b"sidx", b"styp"):
        return "The file is a segment of a fragmented MP4: what it cannot be read without (moov) is in another file."
    if head[4:8] == b"ftyp":
        return "The MP4 index (moov) is missing or damaged: the file is probably cut off."
    return "No format that IMS lists fits what the file holds: it is damaged, cut off, not media or of another format."


def is_animated_webp(head: bytes) -> bool:
    """By the first 21 bytes of a file."""
    return head[8:16] == b"WEBPVP8X" and len(head) > _WEBP_FLAGS_AT and bool(head[_WEBP_FLAGS_AT] & _WEBP_IS_ANIMATED)


def _name_by_signature(file: BinaryIO, head: bytes) -> str | None:
    """What a sound file is that only is of no use here; None where it is not known."""
    if behind := _skip_id3(head):
        file.seek(behind)
        head = file.read(16)
    return next((name for signature, name in _UNLISTED if head.startswith(signature)), None)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut by the 4096th byte.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f" for character in text)
