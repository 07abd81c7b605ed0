"""nginx's site in front of scripted replicas: where a call goes when both have been away for a moment."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.deploy.deployed import HOST, Program, configure_nginx, find_free_ports, find_nginx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a deployment of POSIX")
TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
BREAKS_OFF = b""


@contextmanager
def replica(port: int, says: bytes) -> Generator[list[bytes]]:
    """One that says the same to all; the requests it has read."""
    read: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connected = listener.accept()[0]
            except OSError:
                return
            with connected:
                request = b""
                while b"\r\n\r\n{}" not in request:
                    request += connected.recv(65_536)
                read.append(request)
                connected.sendall(says)

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield read
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(60)


class Site:
    """nginx, and the ports of the two replicas it knows."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        port, *self.ports = find_free_ports(3)
        command = configure_nginx(find_nginx(), directory, port, (self.ports[0], self.ports[1]))
        self._base = f"http://127.0.0.1:{port}"
        nginx = Program("nginx", command, {}, directory / "nginx.log", self._is_up)
        stack.callback(nginx.end)
        nginx.start()
        nginx.wait_until_up()

    def call(self) -> httpx2.Response:
        headers = {"Host": HOST, "Content-Type": "application/json"}
        return httpx2.post(f"{self._base}/mcp", content=b"{}", headers=headers, timeout=60, trust_env=False)

    def leave_both_alone(self) -> None:
        """Neither can be reached: nginx asks neither of them first for a second."""
        said = self.call()
        assert (said.status_code, said.json()["error"]["data"]["reason"]) == (503, "unreachable")

    def _is_up(self) -> bool:
        try:
            return self.call().status_code == 503
        except httpx2.TransportError:
            return False


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    tmp_path.chmod(0o755)
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


def test_a_call_that_one_replica_refuses_goes_to_the_other_also_when_both_had_been_away(site: Site) -> None:
    site.leave_both_alone()
    with replica(site.ports[0], TAKEN) as taken, replica(site.ports[1], REFUSED) as refused:
        for _ in range(4):
            assert site.call().status_code == 200
    assert len(taken) == 4
    assert refused, "the round did not come to it"


def test_a_call_that_is_broken_off_after_both_had_been_away_is_not_called_unsent(site: Site) -> None:
    site.leave_both_alone()
    with replica(site.ports[0], BREAKS_OFF) as first, replica(site.ports[1], BREAKS_OFF) as second:
        said = site.call()
    assert (said.status_code, said.json()["error"]["data"]) == (502, {"reason": "outcome_unknown"})
    assert len(first) + len(second) == 1


def test_a_call_that_both_refuse_comes_back_refused(site: Site) -> None:
    site.leave_both_alone()
    with replica(site.ports[0], REFUSED) as first, replica(site.ports[1], REFUSED) as second:
        assert site.call().status_code == 503
    assert first
    assert second
