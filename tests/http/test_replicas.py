"""Two servers with one Redis: a yes counts once at both, and what happens while Redis is away."""

from __future__ import annotations

import httpx2
import pytest

from ims_mcp.redis_store import open_redis
from tests.client.scripted_service import ScriptedService
from tests.http.served import NameGate, call, served
from tests.http.test_answers import ask, confirm
from tests.redis_server import RedisServer


@pytest.mark.anyio
async def test_a_yes_counts_once_at_all_replicas() -> None:
    with ScriptedService() as service, RedisServer() as redis:
        async with (
            served(service.url, gate=NameGate(), store=open_redis(redis.url)) as first,
            served(service.url, gate=NameGate(), store=open_redis(redis.url)) as second,
        ):
            state = await ask(first)
            assert not (await confirm(second, state))["result"].get("isError")
            for replica in (first, second):
                again = (await confirm(replica, state))["result"]
                assert "has counted already" in again["content"][0]["text"]
            await first.server.store.close()
            await second.server.store.close()
    assert [request.action for request in service.arrived].count("DeleteMediaInfos") == 1


@pytest.mark.anyio
async def test_without_redis_reads_go_on_a_yes_is_refused_and_counts_once_it_is_back() -> None:
    with ScriptedService() as service, RedisServer("HiddenPassword1") as redis:
        async with (
            served(service.url, gate=NameGate(), store=open_redis(redis.url)) as to,
            httpx2.AsyncClient() as health,
        ):
            state = await ask(to)
            redis.kill()
            refused = (await confirm(to, state))["result"]
            assert refused["isError"]
            text = refused["content"][0]["text"]
            assert "DeleteMediaInfos was not sent: whether this answer of the user's has counted" in text
            assert "Nothing was sent." in text
            assert "HiddenPassword1" not in text
            read = await call(to.url, "get_media_info", {"MediaId": "a" * 32}, caller="ann")
            assert not read.json()["result"].get("isError")
            ready = await health.get(f"{to.base}/readyz")
            assert (ready.status_code, ready.text) == (200, "ok, redis away\n")
            assert (await health.get(f"{to.base}/healthz")).text == "ok\n"
            redis.start()
            assert not (await confirm(to, state))["result"].get("isError")
            assert (await health.get(f"{to.base}/readyz")).text == "ok\n"
            await to.server.store.close()
    assert [request.action for request in service.arrived].count("DeleteMediaInfos") == 1
