"""The file of an audit, or stdout: whole lines at its end, beside other processes' and across log rotation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ims_mcp.foreign_text import plain
from ims_mcp.settings import SettingsError

STDOUT = "-"
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class AuditFile:
    """Not for several threads at once. ``target`` is a path, or ``-`` for stdout."""

    def __init__(self, target: str) -> None:
        self._path = None if target == STDOUT else Path(target).expanduser()
        self._descriptor: int | None = None
        self._is_torn = False

    def open(self, *, stdout_is_taken: bool) -> None:
        """Raises SettingsError; nothing is written. ``stdout_is_taken``: it carries a protocol."""
        if self._path is None:
            if stdout_is_taken:
                raise SettingsError("stdout carries MCP here.", next_step="Name a file with --audit.")
            self._descriptor = sys.stdout.fileno()
            return
        shown = plain(str(self._path), 300)
        try:
            self._reopen(self._path)
            kind = os.fstat(self._descriptor or 0)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise SettingsError(
                f"The audit cannot be written to {shown}: {reason or 'that is no path'}.",
                next_step="Name a file in a directory that this user may write to.",
            ) from None
        if stdout_is_taken and _is_stdout(kind):
            self.close()
            raise SettingsError(f"{shown} is stdout, which carries MCP here.", next_step="Name another file.")

    def write(self, lines: list[bytes]) -> int:
        """Write whole lines, all in one call of the system, and return how many are there for good. Raises OSError.

        What was cut off is written anew, whole, on a line of its own.
        """
        if self._path is not None and self._is_elsewhere(self._path):
            self._reopen(self._path)
        if self._descriptor is None:
            raise OSError("closed")
        lead = b"\n" if self._is_torn else b""
        text = lead + b"".join(lines)
        done = text[: os.write(self._descriptor, text)]
        if done:
            self._is_torn = not done.endswith(b"\n")
        return done[len(lead) :].count(b"\n")

    def close(self) -> None:
        """Leaves stdout open."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None and self._path is not None:
            os.close(descriptor)

    def _reopen(self, path: Path) -> None:
        self.close()
        # A pipe would keep this waiting for its reader, and a directory says nothing worth reading.
        if path.exists() and not (path.is_file() or path.is_char_device()):
            raise OSError(0, "it is no file")
        self._descriptor = os.open(path, _FLAGS, 0o600)
        self._is_torn = False

    def _is_elsewhere(self, path: Path) -> bool:
        """Whether the path names another file by now: a log was rotated, or taken away."""
        if self._descriptor is None:
            return True
        try:
            there = path.stat()
        except FileNotFoundError:
            return True
        return not os.path.samestat(there, os.fstat(self._descriptor))


def _is_stdout(opened: os.stat_result) -> bool:
    try:
        stdout, nowhere = os.fstat(1), Path(os.devnull).stat()
    except OSError:
        return False
    # The null device is nobody's stdout, whoever else uses it.
    return os.path.samestat(opened, stdout) and not os.path.samestat(opened, nowhere)
