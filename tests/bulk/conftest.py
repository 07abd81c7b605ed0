"""Where the jobs of these tests are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_mcp.workflows.bulk.folder_place import FolderPlace


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    return FolderPlace(tmp_path / "job")
