"""Arguments are checked by the catalogue's own tables: what is allowed is written down once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.local.app import LocalIms
from ims_mcp.local.rpc.call import IMS_VERSION

pytestmark = pytest.mark.anyio


async def test_every_operation_of_ims_is_checked_by_the_catalogues_table(tmp_path: Path) -> None:
    async with LocalIms(tmp_path) as ims:
        own = {service.operation.name for service in ims.services if service.version != IMS_VERSION}
        tables = [service.operation for service in ims.services if service.version == IMS_VERSION]
    assert own == {"AssumeRole", "GetCallerIdentity"}
    assert [table for table in tables if table is not get_operation(table.name)] == []


async def test_each_operation_is_done_once(tmp_path: Path) -> None:
    async with LocalIms(tmp_path) as ims:
        names = [service.operation.name for service in ims.services]
    assert len(names) == len(set(names))
