"""What the first bytes of a picture say: enough to refuse what is none, or too large, before anything opens it."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_SEGMENTS = 500


@dataclass(frozen=True, slots=True)
class PictureHead:
    """``is_whole``: its end is there as well, where its form has one."""

    mime_type: str
    width: int
    height: int
    is_whole: bool


def read_head(body: bytes) -> PictureHead | None:
    """Of a JPEG, PNG, GIF or WebP; None for anything else."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and body[12:16] == b"IHDR" and len(body) >= 33:
        width, height = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
        return PictureHead("image/png", width, height, b"IEND" in body[-16:])
    if body[:6] in (b"GIF87a", b"GIF89a") and len(body) >= 13:
        width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        return PictureHead("image/gif", width, height, body.endswith(b"\x3b"))
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _read_webp(body)
    return _read_jpeg(body) if body[:3] == b"\xff\xd8\xff" else None


def _read_webp(body: bytes) -> PictureHead | None:
    is_whole = int.from_bytes(body[4:8], "little") + 8 <= len(body) + 1
    match body[12:16]:
        case b"VP8X" if len(body) >= 30:
            width, height = int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
        case b"VP8L" if len(body) >= 25:
            bits = int.from_bytes(body[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if len(body) >= 30:
            width = int.from_bytes(body[26:28], "little") & 0x3FFF
            height = int.from_bytes(body[28:30], "little") & 0x3FFF
        case _:
            return None
    return PictureHead("image/webp", width, height, is_whole)


def _read_jpeg(body: bytes) -> PictureHead | None:
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 > len(body) or body[at] != 0xFF:
            return None
        marker = body[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        # Start of a frame; C4, C8 and CC are tables and no frames.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = int.from_bytes(body[at + 5 : at + 7]), int.from_bytes(body[at + 7 : at + 9])
            return PictureHead("image/jpeg", width, height, b"\xff\xd9" in body[-32:])
        at += 2 + int.from_bytes(body[at + 2 : at + 4])
    return None
