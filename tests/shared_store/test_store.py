"""What all stores promise, and what only Redis can do or suffer."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.redis_store import open_redis
from ims_mcp.settings import SettingsError
from ims_mcp.shared_store import MemoryStore, SharedStore, StoreUnavailable
from tests.clock import Clock
from tests.redis_server import RedisServer
from tests.shared_store.racer import add_one, count, race

pytestmark = pytest.mark.anyio


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


async def test_of_fifty_tasks_one_is_the_first(store: SharedStore, key: str) -> None:
    assert await race(store, key, 50) == 1
    assert await store.add_once(f"{key}-other", 60)


async def test_a_key_that_has_ended_is_new_again(store: SharedStore, key: str) -> None:
    assert await store.add_once(key, 0.05)
    assert not await store.add_once(key, 60)
    with anyio.fail_after(60):
        while not await store.add_once(key, 60):  # noqa: ASYNC110 - the store tells nobody
            await anyio.sleep(0.01)


async def test_fifty_changes_at_once_are_all_made(store: SharedStore, key: str) -> None:
    assert sorted(await count(store, key, 50)) == list(range(1, 51))


async def test_a_value_of_none_takes_the_key_away(store: SharedStore, key: str) -> None:
    def read(value: bytes | None) -> tuple[bytes | None, bytes | None]:
        return value, value

    await store.update(key, add_one, 60)
    assert await store.update(key, read, 60) == b"1"
    assert await store.update(key, lambda value: (None, value), 60) == b"1"
    assert await store.update(key, read, 60) is None


async def test_a_change_that_fails_changes_nothing(store: SharedStore, key: str) -> None:
    def fail(value: bytes | None) -> tuple[bytes | None, None]:
        raise ValueError(value)

    await store.update(key, add_one, 60)
    with pytest.raises(ValueError, match="1"):
        await store.update(key, fail, 60)
    assert await store.update(key, add_one, 60) == 2


async def test_a_full_memory_refuses_until_something_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryStore, "MOST", 3)
    clock = Clock()
    store = MemoryStore(clock)
    assert [await store.add_once(f"key {number}", 10 + number) for number in range(3)] == [True] * 3
    with pytest.raises(StoreUnavailable, match="no room"):
        await store.add_once("one more", 10)
    assert not await store.add_once("key 0", 10)
    clock.now = 10.5
    assert await store.add_once("one more", 10)
    with pytest.raises(StoreUnavailable):
        await store.add_once("and another", 10)


@pytest.mark.parametrize("kind", ["redis", "files"])
def test_of_three_processes_one_is_the_first_and_every_change_counts(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, key: str
) -> None:
    where = request.getfixturevalue("redis_server").url if kind == "redis" else str(tmp_path)
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.shared_store.racer", where],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(3)
        ]

        def ask(**order: object) -> list[Any]:
            for racer in racers:
                assert racer.stdin is not None
                racer.stdin.write(json.dumps(order) + "\n")
                racer.stdin.flush()
            return [json.loads(racer.stdout.readline()) for racer in racers if racer.stdout is not None]

        assert [racer.stdout.readline() for racer in racers if racer.stdout is not None] == ["ready\n"] * 3
        for turn in range(20):
            assert sorted(map(str, ask(once=f"{key}-{turn}"))) == ["0", "0", "1"]
        told = ask(count=key, times=50)
        assert sorted(number for each in told for number in each) == list(range(1, 151))
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.close()
            assert racer.wait(60) == 0


async def test_a_redis_that_went_away_is_told_and_found_again_without_its_password() -> None:
    with RedisServer("HiddenPassword1") as server:
        store = open_redis(server.url)
        assert await store.add_once("key", 60)
        await store.check()
        server.kill()
        for ask in (store.add_once("other", 60), store.update("other", add_one, 60), store.check()):
            with pytest.raises(StoreUnavailable) as refused:
                await ask
            assert f"redis://127.0.0.1:{server.port}" in str(refused.value)
            assert "HiddenPassword1" not in refused.value.explain() + repr(store) + store.describe()
        server.start()
        assert await store.add_once("other", 60)
        assert await store.update("count", add_one, 60) == 1
        await store.check()
        await store.close()


async def test_connections_that_died_unnoticed_are_made_anew(redis_server: RedisServer, key: str) -> None:
    store = open_redis(redis_server.url)
    await race(store, key, 20)
    other = open_redis(redis_server.url)
    await other._client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # pyright: ignore[reportPrivateUsage]
    assert await store.add_once(f"{key}-other", 60)
    assert await store.update(f"{key}-count", add_one, 60) == 1
    await store.close()
    await other.close()


async def test_a_redis_that_says_nothing_is_given_up_and_whoever_waits_behind_as_well() -> None:
    with RedisServer() as server:
        store = open_redis(server.url)
        await store.check()
        server.pause()
        refused: list[StoreUnavailable] = []

        async def add() -> None:
            try:
                await store.update("key", add_one, 60)
            except StoreUnavailable as error:
                refused.append(error)

        with anyio.fail_after(25):  # one after the other it would take 30 seconds and more
            async with anyio.create_task_group() as group:
                for _ in range(30):
                    group.start_soon(add)
        assert len(refused) == 30
        server.go_on()
        assert await store.update("later", add_one, 60) == 1
        await store.close()


async def test_a_wrong_password_is_told_apart() -> None:
    with RedisServer("HiddenPassword1") as server:
        store = open_redis(server.url.replace("HiddenPassword1", "AnotherHidden"))
        with pytest.raises(StoreUnavailable, match="password") as refused:
            await store.add_once("key", 60)
        assert "Hidden" not in refused.value.explain()
        await store.close()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://:HiddenPassword1@host:1", "cannot be used"),
        ("redis://", "cannot be used"),
        ("redis://:HiddenPassword1@host:port", "cannot be used"),
        ("redis://:HiddenPassword1@host:0", "cannot be used"),
        ("redis://:HiddenPassword1@host name", "cannot be used"),
        ("unix://", "cannot be used"),
        ("redis://host?password=HiddenPassword1&socket_timeout=99", "socket_timeout"),
        ("redis://:HiddenPassword1@host/one", "by its number"),
    ],
)
async def test_an_address_that_is_none_is_refused_without_its_password(url: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what) as refused:
        open_redis(url)
    assert "HiddenPassword1" not in refused.value.explain()


async def test_a_unix_socket_and_its_password_may_be_named() -> None:
    store = open_redis("unix:///run/redis.sock?db=2&password=HiddenPassword1")
    assert store.describe() == "Redis at “/run/redis.sock”"
    with pytest.raises(StoreUnavailable) as refused:
        await store.check()
    assert "HiddenPassword1" not in refused.value.explain()
    await store.close()


async def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(SettingsError) as refused:
        open_redis("redis://127.0.0.1")
    assert 'pip install "ims-mcp[redis]"' in refused.value.explain()
