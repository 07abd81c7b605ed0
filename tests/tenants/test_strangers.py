"""Three tenants with two accounts each, all at once at one server: nothing of one reaches another."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import cast

import anyio
import httpx2
import pytest

from ims_mcp.server.http.bounds import Bounds
from tests.http.served import NameGate, served
from tests.tenants.accounts import environ_of, grant, settings_of, write_accounts
from tests.tenants.crowd import ACCOUNTS, TENANTS, Crowd, Marked, find_marks, list_leaks, list_texts, marked_accounts

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.slow)])
async def test_nothing_of_a_tenant_reaches_another(
    count: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with marked_accounts(tmp_path, doomed=1 + count // 120) as accounts:
        await crowd_together(count, accounts, tmp_path, caplog)


async def crowd_together(count: int, accounts: list[Marked], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("ims_mcp", "uvicorn", "mcp", "httpx2"):
        caplog.set_level(logging.DEBUG, name)
    endpoints = {each.name: each.ims.endpoint for each in accounts}
    buckets = {each.name: each.bucket for each in accounts}
    grants = "".join(grant(tenant, names) for tenant, names in ACCOUNTS.items())
    settings = settings_of(write_accounts(tmp_path, endpoints, grants, buckets=buckets), timeout_seconds=60.0)
    bounds = Bounds(max_calls=2 * count, max_calls_per_caller=2 * count)
    limits = httpx2.Limits(max_connections=100)
    async with (
        served(gate=NameGate(), settings=settings, environ=environ_of(tmp_path), bounds=bounds) as to,
        httpx2.AsyncClient(timeout=httpx2.Timeout(120), limits=limits, verify=False) as http,
    ):
        crowd = Crowd(to, http, accounts)
        async with anyio.create_task_group() as tasks:
            for number in range(count):
                tasks.start_soon(crowd.act, number)
        held_accounts = cast("dict[str, object]", vars(cast("object", vars(to.server)["_accounts"])))
        opened = cast("dict[tuple[str, str], object]", held_accounts["_open"])
        kept = {name: "\n".join(list_texts(held)) for (name, _), held in opened.items()}
    assert len(crowd.heard) >= count
    assert crowd.counts["progress"] > 0
    assert {"question", "yes", "stolen yes", "foreign account", "foreign id"} <= {*crowd.counts}
    for kind in ("get_media_info", "find_media", "register_media_info", "list_media_basic_infos"):
        came = [each for each in crowd.heard if each.kind == kind]
        assert all(f"Zq{each.tenant.title()}" in each.came for each in came), f"{kind} brought nothing"
    assert list_leaks(crowd.heard, accounts) == []

    for tenant in TENANTS:
        for name in ACCOUNTS[tenant]:
            assert name in kept[name]
            assert find_marks(kept[name], tenant, accounts) == []

    records = [record for record in caplog.records if not record.name.startswith("ims_mcp.local")]
    assert records
    lines = "\n".join(f"{record.getMessage()} {vars(record)}" for record in records)
    telling = [mark for each in accounts for mark in each.marks if mark not in (each.name, each.ims.host)]
    assert [mark for mark in telling if mark in lines] == []
