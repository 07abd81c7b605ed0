"""One OSS server for all tests of this package; a proxy, a bucket and a directory for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault_proxy import FaultProxy
from tests.local_oss.server import OssThread
from tests.oss_uploader.setting import Setting


@pytest.fixture(scope="session")
def oss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OssThread]:
    with OssThread(tmp_path_factory.mktemp("oss")) as server:
        yield server


@pytest.fixture
def setting(oss: OssThread, tmp_path: Path) -> Iterator[Setting]:
    with FaultProxy(oss.port) as proxy:
        yield Setting(oss, proxy, tmp_path)
