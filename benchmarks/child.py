"""Child processes that are asked by lines of JSON: both sides of a comparison run in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
ACCESS_KEY_ID = "benchmark-key-id"
ACCESS_KEY_SECRET = "benchmark-key-secret"


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a child sees: nothing of the user's but the way to programs, so no proxy, credential or other certificates.

    Bytecode is written and used, whatever the parent was told.
    """
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return inherited | {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **more}


class Child:
    """``python -m MODULE …``: one line of JSON in, one line out. Context manager: it ends when its stdin closes."""

    def __init__(self, module: str, *arguments: str, env: dict[str, str]) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._env = env

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=self._env
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stdin, stdout = self._pipes()
        try:
            stdin.close()
            self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            stdout.close()

    def read(self) -> dict[str, Any]:
        """The next line it prints."""
        line = self._pipes()[1].readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._command[1:3])} ended with {self._process.wait(10)} before it answered")
        return json.loads(line)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Write a line, read a line."""
        stdin, _ = self._pipes()
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        return self.read()

    def _pipes(self) -> tuple[Any, Any]:
        return self._process.stdin, self._process.stdout
