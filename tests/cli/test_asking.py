"""A person at a terminal is asked before a destructive call, in the words a client would use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import KEYS
from tests.client.scripted_service import ScriptedService


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("typed", "sent"), [("y", 1), ("Yes", 1), ("n", 0), ("", 0), ("maybe", 0)])
def test_a_person_at_a_terminal_is_asked(typed: str, sent: int, tmp_path: Path) -> None:
    assert sys.platform != "win32"
    import pty

    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA_CLOUD_", "IMS_MCP_"))}
    ours, theirs = pty.openpty()
    with ScriptedService() as service:
        words = ("call", "DeleteMediaInfos", "--MediaIds", "x", "--DeletePhysicalFiles=true", "--endpoint", service.url)
        try:
            os.write(ours, f"{typed}\n".encode())
            called = subprocess.run(
                [sys.executable, "-m", "ims_mcp", *words],
                stdin=theirs,
                stdout=subprocess.PIPE,
                stderr=theirs,
                env={**clean, "HOME": str(tmp_path), **KEYS},
                timeout=60,
                check=False,
            )
            said = os.read(ours, 65_536).decode()
        finally:
            os.close(ours)
            os.close(theirs)
    assert "This deletes assets from the library for good" in said
    assert "DeletePhysicalFiles: true" in said
    assert "MediaIds (1): x" in said
    assert "Send it? [y/N]" in said
    assert [request.action for request in service.arrived].count("DeleteMediaInfos") == sent
    assert called.returncode == (0 if sent else 1)
    assert ("was not sent: the answer was not y or yes." in said) is not bool(sent)
    assert "Tell the user" not in said
