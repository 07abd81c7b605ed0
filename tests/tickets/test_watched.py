"""Files that came by a ticket while nobody looked: the server over HTTP makes assets of them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from unittest import mock

import anyio
import pytest

from ims_mcp.redis_store import open_redis
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.ticket_watch import watch_tickets
from ims_mcp.shared_store import MemoryStore
from ims_mcp.workflows.tickets.open_tickets import MOST, OpenTickets
from ims_mcp.workflows.tickets.ticket import Owner, Ticket
from tests.redis_server import RedisServer
from tests.tickets.test_curl import run_line
from tests.tickets.test_over_http import Replica, replica
from tests.transfers.setting import Setting

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def watched(setting: Setting, **more: Any) -> AsyncGenerator[Replica]:
    """As ``serve --http`` does it, looking more often."""
    made: list[ImsServer] = []
    with mock.patch("ims_mcp.workflows.tickets.open_tickets.LOOK_SECONDS", 0.2):
        async with replica(setting, on_server=made.append, **more) as one, anyio.create_task_group() as group:
            group.start_soon(partial(watch_tickets, made[0], pause_seconds=0.1))
            yield one
            group.cancel_scope.cancel()


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_a_file_that_nobody_looks_for_is_made_an_asset_once(setting: Setting, place: str) -> None:
    file = setting.video()
    where = {"destination": setting.own("in/")} if place == "own" else {}
    with RedisServer() as redis:
        stores = [open_redis(redis.url), open_redis(redis.url)]
        async with watched(setting, store=stores[0]) as one, watched(setting, store=stores[1]):
            made = await one.call("create_upload", {"file_name": file.name, **where})
            assert (await run_line(made["curl"], file.parent)).returncode == 0
            opened = OpenTickets(stores[0])
            with anyio.fail_after(60):
                while await opened.list():  # noqa: ASYNC110 - what is in a store tells nobody
                    await anyio.sleep(0.1)
            ticket = await one.call("transfer_status", {"transfer_id": made["transfer_id"]})
            assert (ticket["state"], ticket["size_bytes"]) == ("done", file.stat().st_size)
        for store in stores:
            await store.close()
    assert setting.asked("RegisterMediaInfo") == (1 if place == "own" else 0)


async def test_what_a_page_is_sending_is_left_to_the_page(setting: Setting) -> None:
    content = setting.video(300_000).read_bytes()
    async with watched(setting) as one:
        made = await one.call("create_upload", {"file_name": "film.mp4", "destination": setting.own("in/")})
        described = {"name": "film.mp4", "size": len(content), "type": "video/mp4", "modified": 1}
        begun = (await one.ask_page("begin", made["page"], **described)).json()
        assert begun["parts"] == []
        await anyio.sleep(1)
        told = (await one.ask_page("look", made["page"])).json()
        assert told["state"] == "uploading"
    assert setting.asked("RegisterMediaInfo") == 0


async def test_a_cancelled_ticket_is_not_looked_at_any_more(setting: Setting) -> None:
    store = MemoryStore()
    async with watched(setting, store=store) as one:
        made = await one.call("create_upload", {"file_name": "film.mp4"})
        assert await OpenTickets(store).list() == [made["transfer_id"]]
        await one.call("cancel_transfer", {"transfer_id": made["transfer_id"]})
        with anyio.fail_after(60):
            while await OpenTickets(store).list():  # noqa: ASYNC110 - as above
                await anyio.sleep(0.05)


async def test_the_list_of_open_tickets_is_bounded() -> None:
    store = MemoryStore()
    tickets = OpenTickets(store)
    for number in range(MOST + 5):
        owner = Owner("ann", "", "cn-shanghai", "ice")
        made = Ticket(owner, "media", "a.mp4", "video/mp4", 1, "vod", {}, 0.0, 1.0, id=f"u-{number:016x}")
        await tickets.add(made)
    ids = await tickets.list()
    assert len(ids) == MOST
    assert ids[-1] == f"u-{MOST + 4:016x}"
    assert len(json.dumps(ids)) < 64_000
