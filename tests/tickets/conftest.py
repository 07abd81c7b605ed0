"""One embedded IMS behind a proxy for tickets; directories, files and a bucket of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.fault_proxy import FaultProxy
from tests.local_ims.server import RunningIms
from tests.transfers.setting import Setting, ims_behind_proxy


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1, width=160, height=120)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningIms, FaultProxy]]:
    with ims_behind_proxy(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture
def setting(shared: tuple[RunningIms, FaultProxy], tmp_path: Path, clip: Path) -> Iterator[Setting]:
    ims, proxy = shared
    proxy.seen.clear()
    yield Setting(ims, proxy, tmp_path, clip)
    proxy.clear()
