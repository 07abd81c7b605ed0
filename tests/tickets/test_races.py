"""Tickets that two hands hold at once, that end where nobody looks, and that fill what is everybody's."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from ims_mcp.server.http.header_credentials import HeaderCredentials
from ims_mcp.shared_store import MemoryStore
from ims_mcp.workflows.tickets.shelf import MOST_OPEN
from tests.fault_proxy import Delay
from tests.http.test_header_credentials import CARRIED
from tests.tickets.test_bounds import make
from tests.tickets.test_curl import run_line
from tests.tickets.test_over_http import PUBLIC, replica
from tests.tickets.with_pages import client_with_pages
from tests.transfers.setting import Setting, call, ims_behind_proxy, refused, until

pytestmark = pytest.mark.anyio


async def test_a_ticket_cancelled_while_its_file_is_looked_at_becomes_no_asset(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        made = await make(client, setting, file)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        setting.proxy.seen.clear()
        setting.proxy.inject(Delay(2.0), "look")
        told: dict[str, Any] = {}
        ended: dict[str, Any] = {}

        async def follow() -> None:
            told.update(await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=0))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            await until(lambda: setting.proxy.of_kind("look"))
            ended |= await call(client, "cancel_transfer", transfer_id=made["transfer_id"])
        assert (ended["state"], told["state"]) == ("cancelled", "cancelled")
    assert setting.asked("RegisterMediaInfo") == 0
    assert setting.content(f"oss://{setting.bucket}/in/{file.name}") is None


async def test_what_was_on_its_way_when_its_ticket_was_cancelled_does_not_stay(tmp_path: Path, clip: Path) -> None:
    ahead = [0.0]
    with ims_behind_proxy(tmp_path / "ims", clock=lambda: time.time() + ahead[0]) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        file = setting.video()
        async with setting.client() as client:
            made = await make(client, setting, file)
            await call(client, "cancel_transfer", transfer_id=made["transfer_id"])
            assert (await run_line(made["curl"], file.parent)).returncode == 0
            ahead[0] = 50 * 60  # a large file takes its time, and begun is begun
            await call(client, "find_media")  # by whose answer the server knows the time
            told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=0)
        assert told["state"] == "cancelled"
        ahead[0] = 0  # whoever looks here has no other clock
        assert setting.content(f"oss://{setting.bucket}/in/{file.name}") is None


async def test_a_file_that_cannot_be_registered_is_taken_back_by_cancelling(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        made = await make(client, setting, file, CateId=99_999_999)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        for _ in range(2):
            told = await refused(client, "transfer_status", transfer_id=made["transfer_id"])
            assert "there is no category 99999999" in told
            assert f"The file is at oss://{setting.bucket}/in/{file.name}, and no asset was made of it" in told
            assert "cancel_transfer deletes it again" in told
        assert (await call(client, "cancel_transfer", transfer_id=made["transfer_id"]))["state"] == "cancelled"
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"]))["state"] == "cancelled"
    assert setting.content(f"oss://{setting.bucket}/in/{file.name}") is None


async def test_parts_that_were_begun_are_given_up_where_the_file_came_by_curl(setting: Setting) -> None:
    file = setting.video()
    async with replica(setting) as one:
        made = await one.call("create_upload", {"file_name": file.name, "destination": setting.own("in/")})
        begun = await one.ask_page("begin", made["page"], name=file.name, size=file.stat().st_size, type="", modified=1)
        assert begun.status_code == 200
        at = f"oss://{setting.bucket}/in/{file.name}"
        assert len(setting.unfinished(at)) == 1
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        told = await one.call("transfer_status", {"transfer_id": made["transfer_id"], "wait_seconds": 30})
        assert told["state"] == "done", told
        assert setting.unfinished(at) == []
        assert setting.content(at) == file.read_bytes()


class CountedStore(MemoryStore):
    """Says what it holds."""

    @property
    def count(self) -> int:
        return len(self._entries)


async def test_tickets_that_have_ended_do_not_fill_the_store_that_all_callers_share(setting: Setting) -> None:
    store = CountedStore()
    async with client_with_pages(setting, store=store) as client:
        where = setting.own("in/")
        kept = await call(client, "create_upload", file_name="kept.mp4", destination=where)
        counts: list[int] = []
        for number in range(260):
            made = await call(client, "create_upload", file_name=f"{number}.mp4", destination=where)
            await call(client, "cancel_transfer", transfer_id=made["transfer_id"])
            counts.append(store.count)
        assert counts[-1] == counts[-50]
        assert max(counts) < 3 * MOST_OPEN
        told = await call(client, "transfer_status", transfer_id=kept["transfer_id"], wait_seconds=0)
        assert told["state"] == "open"


async def test_whoever_brings_credentials_has_none_of_the_tickets_that_the_servers_own_stand_behind(
    setting: Setting,
) -> None:
    async with replica(setting, carried=HeaderCredentials(is_taken=True)) as one:
        made = await one.call("create_upload", {"file_name": "film.mp4", "destination": setting.own("in/")})
        ticket = {"transfer_id": made["transfer_id"]}
        for tool in ("transfer_status", "cancel_transfer"):
            assert "There is no upload ticket" in (await one.call(tool, ticket, headers=CARRIED))["error"]
        assert (await one.call("transfer_status", {}, headers=CARRIED))["count"] == 0
        assert (await one.call("transfer_status", {**ticket, "wait_seconds": 0}))["state"] == "open"


@pytest.mark.parametrize("origin", ["\u4e2d", "\ud800", "a\r\nX: y", "", "null", "https://a b", "x" * 30_000, None, 1])
async def test_what_is_no_origin_is_refused_before_oss_is_asked(setting: Setting, origin: Any) -> None:
    async with replica(setting) as one, httpx2.AsyncClient() as client:
        made = await one.call("create_upload", {"file_name": "film.mp4", "destination": setting.own("in/")})
        ticket, _, secret = made["page"].partition("#")[2].partition(".")
        answer = await client.post(
            f"{one.to.base}/pages/api/upload/cors",
            content=json.dumps({"ticket": ticket, "secret": secret, "origin": origin}),
            headers={"Origin": PUBLIC, "Content-Type": "application/json"},
        )
        assert (answer.status_code, "origin" in answer.json()["error"]) == (400, True)
