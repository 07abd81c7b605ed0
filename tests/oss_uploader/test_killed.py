"""A process that is killed while it uploads, and started again: the object is whole and nothing is sent twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.oss_uploader.setting import MIB, Setting


class Uploading:
    """The process, and how far it got as seen from the proxy."""

    def __init__(self, setting: Setting, source: Path) -> None:
        self._setting = setting
        setting.proxy.seen.clear()
        told = {
            "endpoint": setting.proxy.url,
            "bucket": setting.bucket,
            "key": "clip.bin",
            "source": str(source),
            "journal": str(setting.journal()),
            "part_bytes": MIB,
            "threads": 4,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.oss_uploader.run_upload", json.dumps(told)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def kill_when(self, reached: Callable[[], bool]) -> None:
        """SIGKILL, as no handler hears it, as soon as it is true; or the process has ended before."""
        deadline = time.monotonic() + 60
        while not reached() and self._process.poll() is None:
            assert time.monotonic() < deadline, "the upload came to a stop"
            time.sleep(0.0005)
        self._process.kill()
        self._process.communicate()
        # What the proxy has taken from the dead process still goes on to the server.
        while self._setting.proxy.open_connections:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def result(self) -> dict[str, Any]:
        output, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0
        return json.loads(output)

    @property
    def bytes_forwarded(self) -> int:
        return sum(seen.forwarded for seen in list(self._setting.proxy.seen))


def kill_and_resume(setting: Setting, source: Path, reached: Callable[[Uploading], bool]) -> dict[str, Any]:
    """What the second run says it did, once everything that was promised of it holds."""
    first = Uploading(setting, source)
    first.kill_when(lambda: reached(first))
    finished = set(setting.parts_sent())
    result = Uploading(setting, source).result()
    sent = [seen.part for seen in setting.proxy.of_kind("part")]
    assert setting.arrived(source)
    assert finished.isdisjoint(sent), "finished parts are not sent again"
    assert len(sent) == len(set(sent))
    assert setting.unfinished() == [], "no multipart upload is left"
    assert setting.left_behind() == []
    return result


@pytest.mark.parametrize("share", [0.1, 0.45, 0.8])
def test_killed_at_some_point_the_upload_goes_on_there(setting: Setting, share: float) -> None:
    source = setting.file(24 * MIB)
    point = random.Random(share).uniform(share, share + 0.2) * 24 * MIB
    result = kill_and_resume(setting, source, lambda run: run.bytes_forwarded >= point)
    assert result["parts"] == 24
    assert result["parts_skipped"] >= 24 * share - 5


@pytest.mark.parametrize("kind", ["begin", "complete"])
def test_killed_at_the_first_or_last_request_nothing_is_left_behind(setting: Setting, kind: str) -> None:
    source = setting.file(18 * MIB)
    kill_and_resume(setting, source, lambda _: bool(setting.proxy.of_kind(kind)))


def test_killed_again_and_again_it_ends_some_time(setting: Setting) -> None:
    source = setting.file(24 * MIB)
    for _ in range(3):
        run = Uploading(setting, source)
        run.kill_when(lambda run=run: run.bytes_forwarded >= 5 * MIB)
    result = Uploading(setting, source).result()
    assert result["parts_skipped"] >= 6
    assert setting.arrived(source)
    assert setting.unfinished() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_a_random_point_of_200_mb(setting: Setting, seed: int) -> None:
    source = setting.file(200 * MIB)
    point = random.Random(seed).random() * 200 * MIB
    result = kill_and_resume(setting, source, lambda run: run.bytes_forwarded >= point)
    print(f"killed at {point / MIB:.0f} MiB: {result['parts_skipped']} of {result['parts']} parts were there")
