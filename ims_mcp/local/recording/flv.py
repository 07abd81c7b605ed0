"""FLV tags as a live stream sends them: which of them describe a track, and which can a picture begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ims_mcp.local.recording.amf import read_values
from ims_mcp.local.recording.rtmp import AUDIO, DATA, VIDEO, Message

Kind = Literal["video", "audio"]
TAG_TYPES: Mapping[Kind, int] = {"video": VIDEO, "audio": AUDIO}
_AVC, _AAC, _ENHANCED_AUDIO = 7, 10, 9
_ENHANCED = 0x80
_KEYFRAME, _COMMAND_FRAME = 1, 5
_HEADER, _CODED, _END, _CODED_WITHOUT_DELAY = 0, 1, 2, 3
_WITH_DELAY = (b"avc1", b"hvc1", b"vvc1")
_MULTITRACK, _MOD_EX = 6, 7


@dataclass(frozen=True, slots=True)
class Tag:
    """A packet of a track, or (``is_header``) what decodes its packets."""

    kind: Kind
    stamp_ms: int
    body: bytes
    is_header: bool
    is_key: bool
    """A picture that needs no other before it."""
    delay_ms: int = 0
    """How long after its stamp it is shown."""
    config: bytes = b""
    """Tells packets that one header decodes from those of another codec; of a header, itself."""
    codec: bytes = b""
    """Equal in a header and the packets that it decodes; empty where it is not known."""


def read_tag(message: Message) -> Tag | None:
    """None where it carries nothing that can be played."""
    body = message.body
    if message.kind == VIDEO and body:
        return _read_enhanced_video(message) if body[0] & _ENHANCED else _read_video(message)
    if message.kind == AUDIO and body:
        return _read_audio(message)
    return None


def _read_video(message: Message) -> Tag | None:
    body = message.body
    frame, codec = body[0] >> 4, body[0] & 0x0F
    if frame == _COMMAND_FRAME:
        return None
    if codec != _AVC:
        is_key, name = frame == _KEYFRAME, bytes([codec])
        return Tag("video", message.stamp_ms, body, False, is_key, 0, name, name) if len(body) > 1 else None
    if len(body) <= 5:
        return None
    if body[1] == _HEADER:
        return Tag("video", message.stamp_ms, body, True, False, config=body[5:], codec=bytes([codec]))
    if body[1] != _CODED:
        return None
    delay_ms = _read_delay(body[2:5])
    return Tag("video", message.stamp_ms, body, False, frame == _KEYFRAME, delay_ms, codec=bytes([codec]))


def _read_enhanced_video(message: Message) -> Tag | None:
    body = message.body
    frame, packet_type, rest = body[0] >> 4 & 7, body[0] & 0x0F, body[1:]
    while packet_type == _MOD_EX and len(rest) > 3:
        length = rest[0] + 1
        rest = rest[1:]
        if length == 256:
            length, rest = int.from_bytes(rest[:2], "big") + 1, rest[2:]
        packet_type, rest = rest[length] & 0x0F if len(rest) > length else _END, rest[length + 1 :]
    if frame == _COMMAND_FRAME and packet_type != _HEADER:
        return None
    if packet_type == _MULTITRACK and rest:
        packet_type, rest = rest[0] & 0x0F, rest[1:]
    codec, data = rest[:4], rest[4:]
    if not data:
        return None
    if packet_type == _HEADER:
        return Tag("video", message.stamp_ms, body, True, False, config=codec + data, codec=codec)
    if packet_type not in (_CODED, _CODED_WITHOUT_DELAY):
        return None
    delay_ms = _read_delay(data[:3]) if packet_type == _CODED and codec in _WITH_DELAY else 0
    return Tag("video", message.stamp_ms, body, False, frame == _KEYFRAME, delay_ms, codec=codec)


def _read_audio(message: Message) -> Tag | None:
    body = message.body
    codec = body[0] >> 4
    name = bytes([codec])
    if codec == _AAC:
        if len(body) <= 2:
            return None
        is_header = body[1] == _HEADER
        config = body[2:] if is_header else b""
        return Tag("audio", message.stamp_ms, body, is_header, False, config=config, codec=name)
    if codec == _ENHANCED_AUDIO:
        packet_type = body[0] & 0x0F
        if packet_type not in (_HEADER, _CODED, _MULTITRACK, _MOD_EX) or len(body) <= 5:
            return None
        is_header = packet_type == _HEADER
        # Some codecs have no header: the packets themselves say which one it is.
        config = body[1:] if is_header else body[1:5]
        name = body[1:5] if packet_type in (_HEADER, _CODED) else b""
        return Tag("audio", message.stamp_ms, body, is_header, False, config=config, codec=name)
    return Tag("audio", message.stamp_ms, body, False, False, config=body[:1], codec=name) if len(body) > 1 else None


def _read_delay(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def read_announced(message: Message) -> frozenset[Kind] | None:
    """The tracks that a stream's metadata announces; None where it says nothing of tracks."""
    if message.kind != DATA:
        return None
    for value in read_values(message.body):
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            video = any(fields.get(name) for name in ("videocodecid", "width", "framerate"))
            audio = any(fields.get(name) for name in ("audiocodecid", "audiosamplerate"))
            kinds: list[Kind] = [*(["video"] if video else []), *(["audio"] if audio else [])]  # type: ignore[list-item]
            return frozenset(kinds) if kinds else None
    return None


def write_file_header(kinds: frozenset[Kind]) -> bytes:
    """What an FLV file begins with."""
    flags = (4 if "audio" in kinds else 0) | (1 if "video" in kinds else 0)
    return b"FLV\x01" + bytes([flags, 0, 0, 0, 9, 0, 0, 0, 0])


def write_tag(kind: Kind, stamp_ms: int, body: bytes) -> bytes:
    """One tag as it lies in a file."""
    stamp = stamp_ms & 0xFFFFFFFF
    head = bytes([TAG_TYPES[kind]]) + len(body).to_bytes(3, "big")
    head += (stamp & 0xFFFFFF).to_bytes(3, "big") + bytes([stamp >> 24]) + bytes(3)
    return head + body + (len(head) + len(body)).to_bytes(4, "big")
