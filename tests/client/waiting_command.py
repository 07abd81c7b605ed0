"""A CLI profile of mode External whose command says nothing until it is released."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import anyio

# Beforehand: a look-up is to wait for its command, and for nothing else.
for _module in ("alibabacloud_credentials.provider", "ims_mcp.client.transport"):
    importlib.import_module(_module)


class WaitingCommand:
    """``environ`` names the profile; every run of the command is counted."""

    def __init__(self, home: Path, key_id: str, secret: str, token: str) -> None:
        self._runs = home / "runs"
        self._released = home / "released"
        self._answer = {
            "mode": "StsToken",
            "access_key_id": key_id,
            "access_key_secret": secret,
            "sts_token": token,
            "expiration": "2099-01-01T00:00:00Z",
        }
        script = f"echo run >> {self._runs}; while [ ! -e {self._released} ]; do sleep 0.02; done; cat {self._released}"
        profile = {"name": "waiting", "mode": "External", "process_command": f"sh -c '{script}'"}
        (home / ".aliyun").mkdir()
        (home / ".aliyun" / "config.json").write_text(json.dumps({"current": "waiting", "profiles": [profile]}))
        self.environ = {"HOME": str(home)}

    @property
    def begun(self) -> int:
        return len(self._runs.read_text().splitlines()) if self._runs.exists() else 0

    async def wait_until_begun(self, count: int) -> None:
        with anyio.fail_after(60):
            while self.begun < count:  # noqa: ASYNC110 - another process writes it
                await anyio.sleep(0.01)

    def release(self) -> None:
        """Let every run answer, those under way and those to come."""
        whole = self._released.with_suffix(".part")
        whole.write_text(json.dumps(self._answer))
        whole.rename(self._released)
