"""The start state of all tasks, made once for all processes of a run."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def start_state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For share_start_state: whoever comes first makes it."""
    here = tmp_path_factory.getbasetemp()
    return (here.parent if here.name.startswith("popen-") else here) / "assistant-start-state"
