"""What tests about several accounts share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.scripted_service import ScriptedService
from tests.tenants.two import Two, answer_all


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with ScriptedService(usual=answer_all) as east, ScriptedService(usual=answer_all) as west:
        yield Two(tmp_path, east, west)
