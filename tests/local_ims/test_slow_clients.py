"""Clients that do not get on: each ends by itself, and while they last everybody else is answered."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from ims_mcp.http_protocol import BoundedProtocol, Timeouts
from ims_mcp.request_body import DRAINED_BYTES
from tests.local_ims.server import RunningIms, running_ims, wait_for

PLACES = 20


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    """An IMS with little patience and few places."""
    with pytest.MonkeyPatch.context() as patch:
        little = Timeouts(header_seconds=0.5, body_seconds=0.5, body_bytes=1000, reader_seconds=0.5, connections=PLACES)
        patch.setattr(BoundedProtocol, "timeouts", little)
        with running_ims(tmp_path_factory.mktemp("ims")) as ims:
            yield ims


def connect(ims: RunningIms, first: bytes = b"") -> socket.socket:
    host, _, port = ims.host.partition(":")
    made = socket.create_connection((host, int(port)), timeout=60)
    made.sendall(first)
    return made


def is_closed(made: socket.socket) -> bool:
    """Whether the other side ends it, after whatever it still says. TimeoutError where it never does."""
    try:
        while made.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


def put(ims: RunningIms, key: str, length: str) -> bytes:
    url = ims.bucket().sign_url("PUT", key, 60).removeprefix(ims.endpoint)
    return f"PUT {url} HTTP/1.1\r\nHost: {ims.host}\r\n{length}\r\n\r\n".encode()


@pytest.mark.parametrize("first", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:"])
def test_headers_that_never_end_are_not_waited_for(hasty: RunningIms, first: bytes) -> None:
    with connect(hasty, first) as made:
        assert is_closed(made)


def drip(made: socket.socket, piece: bytes) -> bool:
    """Send a piece again and again; True as soon as the other side has ended it."""
    made.settimeout(0.05)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            made.sendall(piece)
            if made.recv(1000) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_headers_that_come_a_byte_at_a_time_are_not_waited_for_either(hasty: RunningIms) -> None:
    with connect(hasty, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") as made:
        assert drip(made, b"x")


def test_the_headers_of_a_further_request_have_an_end_too(hasty: RunningIms) -> None:
    with connect(hasty, f"GET /-/health HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n".encode()) as made:
        assert b" 200 " in made.recv(65_536)
        made.sendall(b"GET / HTTP/1.1\r\n")
        assert is_closed(made)


@pytest.mark.parametrize("length", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_a_body_that_stops_or_only_drips_is_given_up_and_leaves_nothing(hasty: RunningIms, length: str) -> None:
    begun = b"5\r\nhello\r\n" if "chunked" in length else b"hello"
    for piece in (None, begun):
        with connect(hasty, put(hasty, "slow.bin", length) + begun) as made:
            assert is_closed(made) if piece is None else drip(made, piece)
    wait_for(lambda: True if not list((hasty.data_dir / "objects").glob("*.part")) else None)
    assert not hasty.bucket().object_exists("slow.bin")


def test_a_body_that_is_slow_but_gets_on_is_taken(hasty: RunningIms) -> None:
    with connect(hasty, put(hasty, "steady.bin", "Content-Length: 12000")) as made:
        for _ in range(12):
            made.sendall(b"x" * 1000)
            time.sleep(0.1)  # a sender of that speed: more than 1000 bytes in each half second
        assert b" 200 " in made.recv(65_536)
    assert hasty.bucket().get_object("steady.bin").read() == b"x" * 12_000


def test_a_reader_that_stops_is_given_up(hasty: RunningIms) -> None:
    hasty.put("large.bin", bytes(30_000_000))
    url = hasty.bucket().sign_url("GET", "large.bin", 60).removeprefix(hasty.endpoint)
    with connect(hasty, f"GET {url} HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n".encode()) as made:
        # Nothing is read here: that it has ended shows where one more byte cannot be sent.
        wait_for(lambda: True if not can_send(made) else None)


def can_send(made: socket.socket) -> bool:
    try:
        made.sendall(b" ")
    except ConnectionError:
        return False
    return True


def test_however_many_hold_a_connection_the_next_one_is_answered(hasty: RunningIms) -> None:
    with ExitStack() as stack:
        for number in range(3 * PLACES):
            made = stack.enter_context(connect(hasty, b"GET / HT" if number % 2 else b""))
            made.settimeout(10)
        assert hasty.call("GetCategories")
        hasty.put("between.bin", b"x")


def is_open(made: socket.socket) -> bool:
    try:
        return bool(made.recv(1))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_those_that_come_at_once_take_no_more_than_the_places_there_are(hasty: RunningIms) -> None:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoundedProtocol, "timeouts", replace(BoundedProtocol.timeouts, header_seconds=60))
        # Answered once, and between two requests: given up after those that have asked for nothing.
        regular = stack.enter_context(closing(http.client.HTTPConnection(hasty.host, timeout=60)))
        regular.request("GET", "/-/health")
        regular.getresponse().read()
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1)  # the server sees them all at once
        try:
            made = [stack.enter_context(connect(hasty)) for _ in range(5 * PLACES)]
        finally:
            sys.setswitchinterval(interval)
        for one in made:
            one.setblocking(False)
        wait_for(lambda: True if sum(map(is_open, made)) < PLACES else None)
        regular.request("GET", "/-/health")
        assert regular.getresponse().status == 200


def test_one_that_has_just_come_does_not_give_way_to_the_next(hasty: RunningIms) -> None:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoundedProtocol, "timeouts", replace(BoundedProtocol.timeouts, header_seconds=60))
        pooled: list[http.client.HTTPConnection] = []
        for _ in range(2 * PLACES):
            pooled.append(stack.enter_context(closing(http.client.HTTPConnection(hasty.host, timeout=60))))
            pooled[-1].request("GET", "/-/health")
            pooled[-1].getresponse().read()
        new = [stack.enter_context(connect(hasty)) for _ in range(2)]
        # They have the places of the two that have asked for nothing for longest.
        for one in pooled[PLACES : PLACES + 2]:
            assert one.sock is not None and is_closed(one.sock)
        for one in new:
            one.sendall(f"GET /-/health HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n".encode())
            assert one.recv(12) == b"HTTP/1.1 200"


def refused_put(ims: RunningIms, length: str) -> bytes:
    return (
        f"PUT /b/k?OSSAccessKeyId=local&Expires=1&Signature=x HTTP/1.1\r\nHost: {ims.host}\r\n{length}\r\n\r\n".encode()
    )


@pytest.mark.parametrize("door", ["oss", "rpc", "host"])
def test_the_body_of_a_refused_request_is_not_read_to_its_end(hasty: RunningIms, door: str) -> None:
    head = refused_put(hasty, "Content-Length: 5000000000")
    if door == "rpc":
        head = head.replace(b"PUT /b/k?OSSAccessKeyId=local&Expires=1&Signature=x", b"POST /?Action=GetCategories")
    elif door == "host":
        head = head.replace(f"Host: {hasty.host}".encode(), b"Host: evil.example")
    block, sent = bytes(1 << 20), 0
    with connect(hasty, head) as made:
        try:
            while sent < 8 * DRAINED_BYTES:
                made.sendall(block)
                sent += len(block)
        except ConnectionError:
            pass
    # What the sockets of both sides hold comes on top.
    assert sent < 3 * DRAINED_BYTES


def test_a_refused_request_does_not_keep_its_place_by_sending_on(
    hasty: RunningIms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ims_mcp.request_body.DRAINED_SECONDS", 0.2)
    with connect(hasty, refused_put(hasty, "Content-Length: 30000000")) as made:
        assert drip(made, bytes(20_000))


def test_a_body_without_a_length_is_not_taken_without_end(hasty: RunningIms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_mcp.local.oss.object_requests.MAX_PUT_BYTES", 3_000_000)
    with connect(hasty, put(hasty, "endless.bin", "Transfer-Encoding: chunked")) as made:
        for _ in range(4):
            made.sendall(b"f4240\r\n" + bytes(1_000_000) + b"\r\n")
        made.sendall(b"0\r\n\r\n")
        answer = http.client.HTTPResponse(made)
        answer.begin()
        assert (answer.status, b"EntityTooLarge" in answer.read()) == (400, True)
    assert not hasty.bucket().object_exists("endless.bin")
