"""What a playlist (m3u8) names, and nothing of it opened: pieces that lie beside it, or a reason to refuse it.

A recording is such a file and its pieces in one folder of one bucket. Whatever would lead elsewhere (an address,
another host, a parent folder), is encrypted or is more than a list of pieces is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from ims_mcp.local.media.media_file import UnreadableMedia

MAX_PLAYLIST_BYTES = 4 * 1024**2
MAX_PIECES = 20_000
_EXTINF = re.compile(r"#EXTINF: *(?P<seconds>\d{1,9}(\.\d{1,9})?) *(,.*)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True)
class NamedPiece:
    """One piece of a playlist; ``name`` is relative to the folder of the playlist, decoded."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """One piece and the file that holds it here."""

    path: Path
    seconds: float


def read_playlist_file(path: Path) -> list[NamedPiece] | None:
    """The pieces in order; None where the file is no playlist, whatever it is called. Raises UnreadableMedia."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PLAYLIST_BYTES + 1)
    except OSError as error:
        raise UnreadableMedia(f"The file is not there or cannot be read ({type(error).__name__}).") from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.startswith(b"#EXTM3U"):
        return None
    if len(content) > MAX_PLAYLIST_BYTES:
        raise UnreadableMedia(f"The playlist has more than {MAX_PLAYLIST_BYTES // 1024**2} MiB.")
    try:
        return _read_playlist(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnreadableMedia("The playlist is not UTF-8 text.") from None


def _read_playlist(text: str) -> list[NamedPiece]:
    pieces: list[NamedPiece] = []
    seconds: float | None = None
    for line in (line.strip() for line in text.split("\n")):
        if found := _EXTINF.fullmatch(line):
            seconds = float(found["seconds"])
        elif line.startswith("#EXT"):
            _refuse_tag(line)
        elif line and not line.startswith("#"):
            if seconds is None:
                raise UnreadableMedia(f"The playlist does not say how long {_shorten(line)} is (#EXTINF).")
            pieces.append(NamedPiece(_read_name(line), seconds))
            seconds = None
            if len(pieces) > MAX_PIECES:
                raise UnreadableMedia(f"The playlist names more than {MAX_PIECES:,} pieces.")
    if not pieces:
        raise UnreadableMedia("The playlist names no pieces.")
    return pieces


def _refuse_tag(line: str) -> None:
    tag, _, value = line.partition(":")
    if tag in ("#EXT-X-KEY", "#EXT-X-SESSION-KEY") and value.replace(" ", "") != "METHOD=NONE":
        raise UnreadableMedia(f"The playlist is encrypted ({tag[1:]}), which is not read here.")
    if tag in ("#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF"):
        raise UnreadableMedia(f"The playlist names other playlists ({tag[1:]}): register one of those.")
    if tag == "#EXT-X-BYTERANGE" or "URI=" in value:
        raise UnreadableMedia(f"The playlist has {tag[1:]}, which is not read here: its pieces have to be whole files.")
    if tag == "#EXTINF":
        raise UnreadableMedia(f"The playlist has a length that is no number: {_shorten(line)}.")


def _read_name(line: str) -> str:
    """Relative, in the playlist's own folder or one below it."""
    try:
        name = unquote_to_bytes(line).decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableMedia(f"The playlist names {_shorten(line)}, which is not UTF-8.") from None
    for text in (line, name):
        if _SCHEME.match(text) or text.startswith("/"):
            raise UnreadableMedia(f"The playlist names {_shorten(line)}: only what lies beside it is read.")
    if "?" in line or "#" in line or _CONTROL.search(name):
        raise UnreadableMedia(f"The playlist names {_shorten(line)}, which is not the name of an object.")
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise UnreadableMedia(f"The playlist names {_shorten(line)}: only what lies in its own folder is read.")
    return name


def _shorten(line: str) -> str:
    return repr(line if len(line) <= 100 else f"{line[:100]}...")
