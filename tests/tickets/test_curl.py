"""A ticket's curl line, run as it is: the file arrives where it was to go, and becomes what it was to become."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.server.connected import ERAS, Era
from tests.transfers.setting import Setting, call


async def run_line(line: str, directory: Path) -> subprocess.CompletedProcess[bytes]:
    """By a shell, in the directory where the file is."""
    return await anyio.to_thread.run_sync(
        lambda: subprocess.run(["sh", "-c", line], cwd=directory, capture_output=True, timeout=60, check=False)
    )


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("place", ["vod", "own"])
async def test_a_file_that_curl_sends_becomes_an_asset(setting: Setting, era: Era, place: str) -> None:
    file = setting.video(name="it's [a] film.mp4")
    options: dict[str, Any] = {"Title": "From elsewhere"}
    if place == "own":
        options["destination"] = setting.own("in/")
    async with setting.client(era=era) as client:
        made = await call(client, "create_upload", file_name=file.name, **options)
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=0))[
            "state"
        ] == "open"
        sent = await run_line(made["curl"], file.parent)
        assert sent.returncode == 0, (sent.stderr, made["curl"])
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=30)
        assert told["state"] == "done", told
        assert told["summary"]["title"] == "From elsewhere"
        again = await run_line(made["curl"], file.parent)
        assert again.returncode == 22
        if place == "own":
            assert setting.content(told["object"]) == file.read_bytes()
        assert "Signature" not in str(told)
        assert shlex.split(made["curl"])[0] == "curl"
