"""Where the jobs of these tests are kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.places import open_place
from tests.bulk.made import open_target
from tests.local_ims.server import RunningIms, running_ims


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    return FolderPlace(tmp_path / "job")


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(params=["folder", "oss"])
async def either(request: pytest.FixtureRequest, ims: RunningIms, tmp_path: Path) -> AsyncGenerator[JobPlace]:
    """A folder that is not there yet, and a prefix."""
    async with open_target(ims.endpoint) as target:
        in_folder = request.param == "folder"
        yield await open_place(
            str(tmp_path / "a" / "job") if in_folder else f"oss://local-media/jobs/{tmp_path.name}", target
        )
