"""A command in a terminal of a given size, and what a person there sees of it."""

from __future__ import annotations

import codecs
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from ims_mcp.cli import main
from tests.cli.emulator import Emulator
from tests.cli.running import KEYS, clean_environment

PATIENCE_SECONDS = 60.0
_OF_THIS_TERMINAL = (
    *(
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "COLORTERM",
        "TTY_COMPATIBLE",
        "TTY_INTERACTIVE",
        "PYTEST_VERSION",
    ),
    *("PYTHONIOENCODING", "PYTHONUTF8"),
)
PYTHON = (sys.executable, "-m", "ims_mcp")


@dataclass(frozen=True, slots=True)
class Seen:
    """How it ended, the bytes it wrote, and the terminal as it was left."""

    code: int
    written: bytes
    terminal: Emulator

    @property
    def text(self) -> str:
        return self.terminal.text


def dress_environment(home: Path, **variables: str) -> dict[str, str]:
    """Of a terminal with all colours, whatever the one is like that the tests run in."""
    known = {name: value for name, value in clean_environment(home, **KEYS).items() if name not in _OF_THIS_TERMINAL}
    return {**known, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **variables}


def see(
    home: Path,
    *words: str,
    columns: int = 80,
    lines: int = 24,
    command: Sequence[str] = PYTHON,
    encoding: str = "utf-8",
    interrupt: Callable[[str], bool] | None = None,
    on_output: Callable[[float, Emulator], None] | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
    **variables: str,
) -> Seen:
    """Run it to its end. ``interrupt`` is asked after everything that is written whether this is the moment for Ctrl-C,
    until it says so once."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX; what Windows shows is looked at without one")
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (lines, columns))
    process = subprocess.Popen(
        [*command, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(environment) if environment is not None else dress_environment(home, **variables),
        cwd=cwd,
        start_new_session=True,
    )
    os.close(theirs)
    terminal, written, decoder = Emulator(columns, lines), b"", codecs.getincrementaldecoder(encoding)("replace")
    started, asked = time.monotonic(), interrupt is None
    try:
        while chunk := _read(ours, started + patience_seconds):
            written += chunk
            terminal.feed(decoder.decode(chunk))
            if on_output is not None:
                on_output(time.monotonic() - started, terminal)
            if not asked and interrupt is not None and interrupt(terminal.text):
                asked = True
                process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
    finally:
        os.close(ours)
        process.kill()
        process.wait()
    return Seen(process.returncode, written, terminal)


def look(home: Path, *words: str, columns: int = 80, encoding: str = "utf-8", **variables: str) -> Seen:
    """The same in this process, for what ends by itself: its stdout is a terminal of that width."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX; what Windows shows is looked at without one")
    import pty

    ours, theirs = pty.openpty()
    terminal, chunks = Emulator(columns, 200), list[bytes]()
    reader = threading.Thread(
        target=lambda: chunks.extend(iter(lambda: _read(ours, time.monotonic() + PATIENCE_SECONDS), b""))
    )
    reader.start()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []  # the command brings one of its own
    environment = dress_environment(home, **variables) | {"COLUMNS": str(columns), "LINES": "200"}
    try:
        with (
            open(theirs, "w", encoding=encoding) as out,  # noqa: PTH123 - a descriptor
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdout", out),
        ):
            code = main(words)
    finally:
        root.handlers = handlers
        root.setLevel(level)
        reader.join(PATIENCE_SECONDS)
        os.close(ours)
    written = b"".join(chunks)
    terminal.feed(written.decode(encoding, "replace"))
    return Seen(code, written, terminal)


def _read(ours: int, deadline: float) -> bytes:
    """Empty once the command has closed the terminal."""
    if not select.select([ours], [], [], max(0.0, deadline - time.monotonic()))[0]:
        raise AssertionError("it still runs when it should have ended long ago")
    try:
        return os.read(ours, 65_536)
    except OSError:  # Linux, where the other end is closed
        return b""
