"""What RTMP servers send, read as it lies on the wire: chunks, aggregates, metadata, and the tags of tracks."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from ims_mcp.local.recording.amf import read_values, write_values
from ims_mcp.local.recording.flv import read_announced, read_tag
from ims_mcp.local.recording.rtmp import AUDIO, DATA, VIDEO, Message, StreamAway, open_stream, split_path

_HELLO_BYTES = 1536
KEYFRAME = b"\x17\x01\x00\x00\x50" + bytes(300)
SOUND = b"\xaf\x01" + bytes(20)


def _pull(sent: bytes) -> list[Message]:
    """What is played from a server that answers the handshake and then sends this, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer, peer.makefile("rb") as incoming:
                hello = incoming.read(1 + _HELLO_BYTES)
                peer.sendall(b"\x03" + bytes(_HELLO_BYTES) + hello[1:])
                incoming.read(_HELLO_BYTES)
                peer.sendall(sent)
                peer.shutdown(socket.SHUT_WR)
                incoming.read()

        thread = threading.Thread(target=serve)
        thread.start()
        pulled: list[Message] = []
        with (
            pytest.raises(StreamAway),
            open_stream(f"rtmp://127.0.0.1:{listener.getsockname()[1]}/live/a", timeout_seconds=5) as messages,
        ):
            pulled.extend(messages)
        thread.join(60)
    return pulled


def _chunk(kind: int, stamp: int, body: bytes, *, channel: int = 6, chunk_bytes: int = 128) -> bytes:
    short = min(stamp, 0xFFFFFF)
    more = struct.pack(">I", stamp) if short == 0xFFFFFF else b""
    head = bytes([channel]) + short.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind]) + b"\x01\0\0\0"
    parts = [body[at : at + chunk_bytes] for at in range(0, len(body), chunk_bytes)]
    return head + more + (bytes([0xC0 | channel]) + more).join(parts)


@pytest.mark.parametrize("stamp", [0, 5_000, 0xFFFFFF, 0xFFFFFF + 7, 0xFFFFFFFE])
def test_messages_come_whole_whatever_chunks_and_stamps_they_have(stamp: int) -> None:
    sent = _chunk(VIDEO, stamp, KEYFRAME) + _chunk(AUDIO, stamp, SOUND, channel=4)
    assert _pull(sent) == [Message(VIDEO, stamp, KEYFRAME), Message(AUDIO, stamp, SOUND)]


def test_messages_of_two_channels_come_whole_in_turns_and_with_steps_for_stamps() -> None:
    picture, sound = _chunk(VIDEO, 40, KEYFRAME), _chunk(AUDIO, 40, SOUND, channel=4)
    first = 12 + 128
    step = bytes([0x40 | 4]) + (23).to_bytes(3, "big") + len(SOUND).to_bytes(3, "big") + bytes([AUDIO]) + SOUND
    again = bytes([0xC0 | 4]) + SOUND
    assert _pull(picture[:first] + sound + picture[first:] + step + again) == [
        Message(AUDIO, 40, SOUND),
        Message(VIDEO, 40, KEYFRAME),
        Message(AUDIO, 63, SOUND),
        Message(AUDIO, 86, SOUND),
    ]


def test_chunks_are_as_long_as_the_server_says() -> None:
    size = _chunk(1, 0, struct.pack(">I", 4096), channel=2)
    assert _pull(size + _chunk(VIDEO, 9, KEYFRAME, chunk_bytes=4096)) == [Message(VIDEO, 9, KEYFRAME)]


def test_the_tags_of_an_aggregate_count_from_its_stamp() -> None:
    def tag(kind: int, stamp: int, body: bytes) -> bytes:
        head = bytes([kind]) + len(body).to_bytes(3, "big") + stamp.to_bytes(3, "big") + bytes(4)
        return head + body + struct.pack(">I", 11 + len(body))

    whole = tag(VIDEO, 1000, KEYFRAME) + tag(AUDIO, 1023, SOUND)
    assert _pull(_chunk(22, 70_000, whole)) == [Message(VIDEO, 70_000, KEYFRAME), Message(AUDIO, 70_023, SOUND)]


def test_what_is_written_as_amf_is_read_again_and_the_rest_is_left() -> None:
    values = ["onStatus", 0.0, None, {"level": "error", "code": "x", "live": True}]
    assert read_values(write_values(*values) + b"\xff\xff") == values


@pytest.mark.parametrize(
    ("url", "app", "name"),
    [
        ("rtmp://h/live/a", "live", "a"),
        ("rtmp://h:1/live/a?auth_key=1-2/3", "live", "a?auth_key=1-2/3"),
        ("rtmp://h/live/room/a", "live/room", "a"),
        ("rtmp://h/live/mp4:x/a", "live", "mp4:x/a"),
        ("rtmp://h/live/a.flv", "live", "a"),
    ],
)
def test_an_address_names_an_application_and_a_stream(url: str, app: str, name: str) -> None:
    assert split_path(url) == (app, name)


@pytest.mark.parametrize(
    ("fields", "announced"),
    [
        ({"videocodecid": 7, "audiocodecid": 10}, {"video", "audio"}),
        ({"videocodecid": 7}, {"video"}),
        ({"audiosamplerate": 44100.0}, {"audio"}),
        ({"encoder": "x"}, None),
    ],
)
def test_metadata_announces_tracks(fields: dict[str, object], announced: set[str] | None) -> None:
    assert read_announced(Message(DATA, 0, write_values("onMetaData", fields))) == announced


@pytest.mark.parametrize(
    ("kind", "body", "seen"),
    [
        (VIDEO, KEYFRAME, ("video", False, True, 80)),
        (VIDEO, b"\x27\x01\xff\xff\xd8" + bytes(9), ("video", False, False, -40)),
        (VIDEO, b"\x17\x00\x00\x00\x00\x01\x64", ("video", True, False, 0)),
        (VIDEO, b"\x90hvc1\x01", ("video", True, False, 0)),
        (VIDEO, b"\x91hvc1\x00\x00\x28\x00", ("video", False, True, 40)),
        (VIDEO, b"\x93hvc1\x00\x00\x28\x00", ("video", False, True, 0)),
        (VIDEO, b"\x91av01\x00\x00\x28\x00", ("video", False, True, 0)),
        (AUDIO, b"\xaf\x00\x12\x10", ("audio", True, False, 0)),
        (AUDIO, b"\x90Opus\x01", ("audio", True, False, 0)),
        (AUDIO, b"\x72" + bytes(8), ("audio", False, False, 0)),
    ],
)
def test_a_tag_says_what_it_is(kind: int, body: bytes, seen: tuple[str, bool, bool, int]) -> None:
    tag = read_tag(Message(kind, 0, body))
    assert tag is not None
    assert (tag.kind, tag.is_header, tag.is_key, tag.delay_ms) == seen


@pytest.mark.parametrize("body", [b"", b"\x17", b"\x17\x02\x00\x00\x00", b"\x57\x00\x01", b"\x94hvc1\x00\x00"])
def test_a_tag_without_a_picture_is_none(body: bytes) -> None:
    assert read_tag(Message(VIDEO, 0, body)) is None
