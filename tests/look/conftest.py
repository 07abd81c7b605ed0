"""An embedded IMS with numbered clips in it, and a client that looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.local_ims.server import RunningIms, running_ims
from tests.look.numbered import make_numbered_clip

FRAMES_PER_SECOND = 25


@pytest.fixture(scope="session")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty seconds, with a keyframe every ten."""
    return make_numbered_clip(tmp_path_factory.mktemp("clips") / "long.mp4", 80 * FRAMES_PER_SECOND)


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds at 29.97 frames a second."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    return make_numbered_clip(path, 300, frames_per_second=Fraction(30000, 1001))
