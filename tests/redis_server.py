"""Debian's redis-server as a real server on loopback; what needs it is left out where it is missing."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from types import TracebackType
from typing import Self

from tests.programs import leave_out


class RedisServer:
    """Context manager. It can be killed and started again at the same port, and forgets all by that."""

    def __init__(self, password: str = "", *, eviction: str = "noeviction") -> None:
        self._program = shutil.which("redis-server") or leave_out("redis-server", "Debian: apt install redis-server")
        self._password = password
        self._eviction = eviction
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port: int = sock.getsockname()[1]
        self.url = f"redis://{f':{password}@' if password else ''}127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="ims-mcp-redis-")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._directory.cleanup()

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self._directory.name}
        options["maxmemory-policy"] = self._eviction
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        words += ["--requirepass", self._password] if self._password else []
        self._process = subprocess.Popen(
            [self._program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                assert self._process.poll() is None, "redis-server ended"
                time.sleep(0.01)
        raise AssertionError("redis-server does not listen")

    def kill(self) -> None:
        """As by SIGKILL: nothing is said to those connected."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def pause(self) -> None:
        """It keeps its connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
