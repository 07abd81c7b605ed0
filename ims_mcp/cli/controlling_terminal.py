"""The terminal somebody sits at, whatever stdin and stdout are: what is typed there comes from no pipe."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import clean

_MOST_CHARACTERS = 1_000


class NoTerminal(ImsError):
    """This process has no terminal of its own."""


class ControllingTerminal:
    """Context manager. Raises NoTerminal on entering where there is none."""

    def __init__(self, what: str) -> None:
        """``what`` needs it, as the beginning of a sentence: "Approving"."""
        self._what = what
        self._reader: IO[str] | None = None
        self._writer: IO[str] | None = None

    def __enter__(self) -> Self:
        names = ("CONIN$", "CONOUT$") if sys.platform == "win32" else ("/dev/tty", "/dev/tty")
        reads, writes = (Path(name) for name in names)
        try:
            self._reader = reads.open(encoding="utf-8", errors="replace")
            self._writer = writes.open("w", encoding="utf-8", errors="backslashreplace")
        except OSError:
            self.__exit__(None, None, None)
            raise NoTerminal(
                f"{self._what} needs a terminal that a person sits at, and this process has none.",
                next_step="Run it in a terminal window. Nothing that is piped or given as an argument does.",
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._reader, self._writer):
            if stream is not None:
                stream.close()

    def write(self, text: str) -> None:
        """A line, or several; what controls a terminal is taken out."""
        self._print(f"{clean(text)}\n")

    def ask(self, prompt: str) -> str:
        """A line as it is typed, without blanks at its ends; empty too where there is no more."""
        assert self._reader is not None
        self._print(clean(prompt))
        return self._reader.readline(_MOST_CHARACTERS).strip()

    def ask_secret(self, prompt: str) -> str:
        """A line that is not shown as it is typed. What was typed before it was asked for does not count."""
        if sys.platform == "win32":
            self._print(clean(prompt))
            return self._read_unseen_on_windows()
        import termios

        assert self._reader is not None
        descriptor = self._reader.fileno()
        before = termios.tcgetattr(descriptor)
        silent = [*before]
        silent[3] = before[3] & ~termios.ECHO
        try:
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
            self._print(clean(prompt))
            return self._reader.readline(_MOST_CHARACTERS).rstrip("\r\n")
        finally:
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
            self._print("\n")

    def _read_unseen_on_windows(self) -> str:
        if sys.platform != "win32":
            raise NotImplementedError
        import msvcrt

        typed = ""
        # It reads the console's keys, never stdin.
        while (key := msvcrt.getwch()) not in ("\r", "\n"):
            if key == "\x03":
                raise KeyboardInterrupt
            typed = typed[:-1] if key == "\b" else typed + key
        self._print("\n")
        return typed[:_MOST_CHARACTERS]

    def _print(self, text: str) -> None:
        assert self._writer is not None
        self._writer.write(text)
        self._writer.flush()


def find_language(environ: Mapping[str, str]) -> str:
    """``zh`` where the terminal's locale is Chinese, else ``en``."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"
