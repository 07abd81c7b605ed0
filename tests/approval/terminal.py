"""A command in a terminal of its own, as a person has one, or without any."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cli.running import clean_environment

WAIT_SECONDS = 60.0


class Terminal:
    """Context manager. POSIX only."""

    def __init__(self, *words: str, home: Path, **environment: str) -> None:
        import pty

        self._master, slave = pty.openpty()
        # A program of its own takes the terminal: one that is forked from threads could hang before it starts.
        take = (
            "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", take, sys.executable, "-m", "ims_mcp", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=clean_environment(home, **{"LANG": "C.UTF-8", **environment}),
            start_new_session=True,
        )
        os.close(slave)
        self.shown = ""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(WAIT_SECONDS)
        os.close(self._master)

    def expect(self, text: str) -> None:
        """Wait until this is shown after what was expected last."""
        while text not in self.shown[self._seen :]:
            assert self._read(), f"“{text}” is not in what was shown:\n{self.shown}"
        self._seen = self.shown.index(text, self._seen) + len(text)

    def type(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def end(self) -> int:
        """The exit code, once everything has been shown."""
        while self._read():
            pass
        return self._process.wait(WAIT_SECONDS)

    def _read(self) -> bool:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    piece = os.read(self._master, 65_536)
                except OSError:  # Linux says so where the last program has gone
                    return False
                self.shown += piece.decode("utf-8", "replace").replace("\r\n", "\n")
                return bool(piece)
        raise AssertionError(f"nothing more was shown:\n{self.shown}")


def run_without_terminal(
    *words: str, home: Path, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """As an agent's tool runs a command: in a session without a terminal, with whatever it likes on stdin."""
    return subprocess.run(
        [sys.executable, "-m", "ims_mcp", *words],
        input=typed,
        env=clean_environment(home, **environment),
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
        start_new_session=True,
    )
