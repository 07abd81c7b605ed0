"""An IMS that records, in a process of its own that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.local_ims.server import RunningIms

_SCRIPT = """
import asyncio, pathlib, sys
from ims_mcp.local.app import LocalIms, serve_until

async def main():
    data_dir, reconnect_timeout_seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
    ims = LocalIms(data_dir, processing_delay_seconds=0.0, reconnect_timeout_seconds=reconnect_timeout_seconds)
    await serve_until(asyncio.Event(), ims, on_ready=lambda endpoint: print(endpoint, flush=True))

asyncio.run(main())
"""


class KillableIms:
    def __init__(self, data_dir: Path, reconnect_timeout_seconds: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, str(data_dir), str(reconnect_timeout_seconds)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout
        self.ims = RunningIms(self._stdout.readline().strip(), data_dir)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As a power button does: no handler runs."""
        self._process.kill()
        self._process.wait(60)
        self._stdout.close()


@contextmanager
def killable_ims(data_dir: Path, reconnect_timeout_seconds: float) -> Generator[KillableIms]:
    """Killed on the way out."""
    ims = KillableIms(data_dir, reconnect_timeout_seconds)
    try:
        yield ims
    finally:
        ims.kill()
