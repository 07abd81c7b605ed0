"""Processes that work at a job, to be killed; what each has cost is kept."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.child import ROOT


class Processes:
    """``python -m tests.bulk.worker_process WORD…``, any number of them after each other and together."""

    def __init__(self, env: dict[str, str], words: Sequence[str]) -> None:
        self._env, self._command = env, [sys.executable, "-m", "tests.bulk.worker_process", *words]
        self.running: list[int] = []
        self.cpu_seconds = 0.0
        self.peaks_bytes: list[int] = []

    def start(self) -> int:
        """Its id."""
        process = subprocess.Popen(self._command, env=self._env, cwd=ROOT, stdout=subprocess.DEVNULL)
        process.returncode = 0  # waited for below, which also tells its CPU time
        self.running.append(process.pid)
        return process.pid

    def kill(self, pid: int) -> None:
        """End it, and wait for that."""
        assert sys.platform != "win32"
        self.peaks_bytes.append(read_memory(pid, "VmHWM"))
        os.kill(pid, signal.SIGKILL)
        self._wait(pid, is_awaited=True)

    def find_ended(self) -> list[int]:
        """Exit codes of those that have ended by themselves since."""
        return [code for pid in [*self.running] if (code := self._wait(pid, is_awaited=False)) is not None]

    def kill_all(self) -> None:
        """Those that still run."""
        for pid in [*self.running]:
            self.kill(pid)

    def _wait(self, pid: int, *, is_awaited: bool) -> int | None:
        assert sys.platform != "win32", "what a process has cost is told by POSIX alone"
        ended, status, used = os.wait4(pid, 0 if is_awaited else os.WNOHANG)
        if not ended:
            return None
        self.running.remove(pid)
        self.cpu_seconds += used.ru_utime + used.ru_stime
        return os.waitstatus_to_exitcode(status)


def read_memory(pid: int, name: str = "VmRSS") -> int:
    """Bytes; 0 where it has ended."""
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
