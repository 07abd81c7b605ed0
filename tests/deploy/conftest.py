"""One deployment for the tests of a module; whatever a test has ended is started again for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.calling import Service
from tests.deploy.deployed import Deployed, deployed


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("deployed")) as running:
        yield running


@pytest.fixture
def to(_running: Deployed) -> Deployed:
    """Everything in it is up."""
    _running.restore()
    return _running


@pytest.fixture(scope="module")
def service(_running: Deployed) -> Service:
    """What the calls arrive at."""
    return Service(_running)
