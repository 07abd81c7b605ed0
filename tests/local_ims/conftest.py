"""One embedded IMS for all tests of this package, and a clip to register."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import RunningIms, running_ims


@pytest.fixture(scope="session")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    """Registrations settle at once; every test uses objects of its own."""
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of picture, sound and subtitles in an mp4."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=2, width=320, height=180)


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def new_clip(ims: RunningIms, clip: Path, _numbers: Iterator[int]) -> Callable[[], str]:
    """Stores the clip as another object each time; returns its oss:// address."""
    return lambda: ims.put(f"clips/{next(_numbers)}.mp4", clip)
