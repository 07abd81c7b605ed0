"""One embedded IMS for the tests of this package that need no clock or restart of their own, and files to upload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import RunningIms, running_ims
from tests.local_uploads.source import Source, serving


@pytest.fixture(scope="session")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    """Registrations settle at once."""
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of picture, sound and subtitles in an mp4."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=2, width=320, height=180)


@pytest.fixture(scope="session")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As clip, but one second and smaller."""
    return make_clip(tmp_path_factory.mktemp("clip") / "other.mp4", seconds=1, width=160, height=120)


@pytest.fixture
def source() -> Iterator[Source]:
    """An HTTP server of this test's own to pull from."""
    with serving() as running:
        yield running
