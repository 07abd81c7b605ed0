"""A playlist (m3u8) whose pieces need signatures, written anew so that a player can play it.

A playlist is a stranger's text: what it names is signed with the account's credential. So only pieces are signed that
lie in its own folder or below, as recordings and packages have them (in the root of a bucket: beside it), and are
called like pieces; anything else makes the whole playlist one that is not played, and says why.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from ims_mcp.client.oss.place import ObjectPlace, read_place
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

MAX_BYTES = 4 * 1024**2
"""Of a playlist as it is stored."""
MOST_CHARACTERS = 2_000_000
"""Of a playlist with its addresses: six hours in pieces of ten seconds, or one with a temporary credential's tokens."""
MOST_PIECES = 20_000
"""That are looked at: an address has a hundred characters at least."""
_LOT = 250
_SUFFIXES = frozenset({"ts", "m4s", "mp4", "m4v", "m4a", "aac", "mp3", "cmfv", "cmfa", "vtt", "webvtt", "key", "m3u8"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_URI = re.compile(r'URI="([^"]*)"')
_BANDWIDTH = re.compile(r"(?<![A-Z-])BANDWIDTH=(\d{1,12})")
_DURATION = re.compile(r"#EXTINF: *(\d{1,9}(?:\.\d{1,9})?) *(?:,|$)")
_WITH_URI = ("#EXT-X-KEY", "#EXT-X-MAP")
_TAGS = frozenset(
    {
        *("#EXTM3U", "#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-PLAYLIST-TYPE"),
        *("#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-START"),
        *("#EXT-X-BYTERANGE", "#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-GAP", "#EXT-X-BITRATE", "#EXT-X-ENDLIST"),
    }
)
"""What is handed on to a player, beside durations and what names a key or a head."""
_END = "#EXT-X-ENDLIST"

Fetch = Callable[[str, int], Awaitable[bytes]]
"""An object's bytes by its signed address, at most so many."""
Sign = Callable[[ObjectPlace, list[str]], Awaitable[list[str]]]
"""Addresses of objects in the bucket of a place, by their keys."""


class PlaylistRefused(ImsError):
    """It is not played; the text says why, in a few words."""


@dataclass(frozen=True, slots=True)
class _Line:
    """``name`` is what it names, as it is written there; empty where it names nothing."""

    text: str
    name: str = ""
    is_piece: bool = False


@dataclass(frozen=True, slots=True)
class SignedPlaylist:
    """``pieces_left_out`` at the end, where there are more than have room."""

    text: str
    pieces_left_out: int


async def sign_playlist(address: str, fetch: Fetch, sign: Sign) -> SignedPlaylist:
    """The playlist at a signed address of OSS, with an address for each piece.

    One that names other playlists is played by the best of them. Raises PlaylistRefused, and what ``fetch`` and
    ``sign`` raise.
    """
    place = read_place(address)
    if place is None:
        raise PlaylistRefused("its address is not one of OSS")
    lines = _read(await fetch(address, MAX_BYTES))
    if (chosen := _choose_variant(lines)) is not None:
        key = _find_key(chosen, place)
        (variant,) = await sign(place, [key])
        place = ObjectPlace(place.endpoint, place.bucket, key, place.region)
        lines = _read(await fetch(variant, MAX_BYTES))
        if _choose_variant(lines) is not None:
            raise PlaylistRefused("it names playlists that name playlists")
    kept, left_out = _choose_lines(lines)
    keys = {line.name: _find_key(line.name, place) for line in kept if line.name}
    if not keys:
        raise PlaylistRefused("it names no pieces")
    addresses: dict[str, str] = {}
    size, unique = 0, list(dict.fromkeys(keys.values()))
    for first in range(0, len(unique), _LOT):  # signing takes half a millisecond each: no more than have room
        if size > MOST_CHARACTERS:
            break
        lot = unique[first : first + _LOT]
        addresses |= zip(lot, await sign(place, lot), strict=True)
        size += sum(len(addresses[key]) for key in lot)
    return _write(kept, {name: addresses[key] for name, key in keys.items() if key in addresses}, left_out)


def _read(content: bytes) -> list[str]:
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        raise PlaylistRefused("it is not UTF-8 text") from None
    if not text.startswith("#EXTM3U"):
        raise PlaylistRefused("it is no playlist, whatever it is called")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _choose_variant(lines: list[str]) -> str | None:
    """The playlist with the most bits; None where there are pieces themselves."""
    if any(line.startswith("#EXT-X-MEDIA:") and "URI=" in line for line in lines):
        raise PlaylistRefused("picture and sound are in playlists of their own")
    found: list[tuple[int, str]] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("#EXT-X-STREAM-INF") and after and not after.startswith("#"):
            bandwidth = _BANDWIDTH.search(line)
            found.append((int(bandwidth[1]) if bandwidth else 0, after))
    return max(found)[1] if found else None


def _choose_lines(lines: list[str]) -> tuple[list[_Line], int]:
    """What a player needs of a playlist, and how many pieces are beyond :data:`MOST_PIECES`.

    A player reads addresses where nobody would look for them: in tags of its own, an attribute that stands there
    twice, behind a duration. So only tags that are known are handed on, each written so that it can be read one way.
    """
    kept: list[_Line] = []
    pieces = 0
    for number, line in enumerate(lines):
        if not line.startswith("#"):
            pieces += 1
            if pieces > MOST_PIECES:
                return kept, sum(1 for each in lines[number:] if not each.startswith("#"))
            kept.append(_Line(line, line, is_piece=True))
            continue
        tag = line.partition(":")[0]
        if tag in _WITH_URI:
            kept.append(_read_tag(line))
        elif tag == "#EXTINF":
            duration = _DURATION.match(line)
            if duration is None:
                raise PlaylistRefused(f"it has {plain(line, 60)!r}, which is no duration")
            kept.append(_Line(f"{tag}:{duration[1]},"))
        elif tag in _TAGS:
            kept.append(_Line(line))
    return kept, 0


def _read_tag(line: str) -> _Line:
    """One that may name an address. Raises PlaylistRefused where what it names is not plain."""
    names = _URI.findall(line)
    if len(names) > 1 or "URI" in _URI.sub("", line).upper():
        raise PlaylistRefused(f"it has {plain(line, 60)!r}, which names more than one thing")
    return _Line(line, names[0] if names else "")


def _find_key(name: str, place: ObjectPlace) -> str:
    """The key of a piece. Raises PlaylistRefused for one that lies elsewhere."""
    shown = plain(name, 60)
    if _SCHEME.match(name) or name.startswith(("/", "\\")):
        own = read_place(name)
        if own is None or (own.bucket, own.region) != (place.bucket, place.region):
            raise PlaylistRefused(f"it names {shown!r}, which does not lie beside it")
        path = own.key
    else:
        path = place.folder + unquote(name.partition("?")[0].partition("#")[0])
    key = posixpath.normpath(path) if "//" not in path else path
    is_beside = key.startswith(place.folder) and ".." not in key.split("/") and key.isprintable()
    # Below the root of a bucket is all of it.
    is_beside = is_beside and (place.folder != "" or "/" not in key)
    if not is_beside or key.rpartition(".")[2].lower() not in _SUFFIXES:
        raise PlaylistRefused(f"it names {shown!r}, which is no piece in its own folder")
    return key


def _write(lines: list[_Line], addresses: dict[str, str], left_out: int) -> SignedPlaylist:
    """Lines with an address in place of each name; the last pieces make room where all have none."""
    written: list[str] = []
    size = kept = 0
    is_full = False
    for line in lines:
        text, address = line.text, addresses.get(line.name, "")
        if line.is_piece:
            text = address
        elif line.name:
            text = line.text.replace(f'URI="{line.name}"', f'URI="{address}"', 1)
        size += len(text) + 1
        is_full = is_full or size > MOST_CHARACTERS or bool(line.name and not address)
        if is_full:
            left_out += 1 if line.is_piece else 0
        else:
            written.append(text)
            kept = len(written) if line.is_piece else kept
    if left_out:
        written = [*written[:kept], _END]
    return SignedPlaylist("\n".join(written) + "\n", left_out)
