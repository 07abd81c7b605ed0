"""A minute of load from real clients of both eras, and a replica killed every few seconds. Slow."""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from ims_mcp.summaries.values import as_object
from tests.deploy.calling import READ, YES, Era, Service, add_category, agree, client_of, delete, post, wait_until
from tests.deploy.deployed import Deployed
from tests.server.connected import ERAS, content_of, text_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a deployment of POSIX"),
]
LOAD_SECONDS = 60.0
KILL_EVERY_SECONDS = 3.0


@dataclass
class Seen:
    """What the clients saw."""

    counts: Counter[str] = field(default_factory=Counter[str])
    written: set[str] = field(default_factory=set[str])
    unclear: set[str] = field(default_factory=set[str])
    failures: list[str] = field(default_factory=list[str])


def reason_of(error: MCPError) -> str:
    return str(as_object(error.error.data).get("reason", ""))


async def read(client: Client, seen: Seen) -> None:
    """Once more after an error of any kind, as clients do, and no oftener."""
    seen.counts["reads"] += 1
    for is_last in (False, True):
        try:
            result = await client.call_tool(*READ)
            if not result.is_error:
                return
            said = text_of(result)
        except (MCPError, httpx2.HTTPError) as error:
            said = str(error)
        if is_last:
            seen.failures.append(f"read: {said}")
        else:
            seen.counts["reads called again"] += 1


async def write(client: Client, seen: Seen, name: str, parent: int) -> None:
    """Never again once it may have been carried out."""
    seen.counts["writes"] += 1
    while True:
        try:
            result = await client.call_tool(*add_category(name, parent))
        except MCPError as error:
            if reason_of(error) in ("unreachable", "rate_limited"):
                seen.counts["writes refused and called again"] += 1
                await anyio.sleep(0.2)
                continue
            seen.unclear.add(name)
            return
        except httpx2.HTTPError:
            seen.unclear.add(name)
            return
        if result.is_error:
            seen.unclear.add(name)
        else:
            seen.written.add(name)
        return


async def confirm(to: Deployed, service: Service, seen: Seen) -> None:
    """Asked at one replica and answered at another, wherever nginx leads; then everybody tries it once more."""
    media_id = await anyio.to_thread.run_sync(lambda: service.ims.register(service.put_object()))
    asked = await post_again(to, *delete(media_id))
    state = asked.json()["result"]["requestState"]
    seen.counts["confirmations"] += 1
    # The answer may break off like any other; whether the yes has counted, the tries after it tell.
    done = await try_once(lambda: post(to, *delete(media_id), inputResponses=YES, requestState=state))
    carried_out = int(done is not None and not done.json()["result"].get("isError"))
    for _ in range(3):
        again = await post_again(to, *delete(media_id), inputResponses=YES, requestState=state)
        if again.json()["result"].get("isError"):
            seen.counts["replays refused"] += 1
        else:
            carried_out += 1
    seen.counts["confirmations carried out"] += carried_out
    seen.counts["confirmations with an unclear end"] += done is None
    if carried_out > 1 or (done is not None and not carried_out):
        seen.failures.append(f"confirmation: carried out {carried_out} times")


async def try_once(call: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response | None:
    """None where it was refused or broken off."""
    try:
        answer = await call()
    except httpx2.HTTPError:  # the replica was killed between the head of its answer and the body
        return None
    return answer if answer.status_code == 200 else None


async def post_again(to: Deployed, tool: str, arguments: dict[str, Any], **more: Any) -> httpx2.Response:
    """Nothing is lost by asking, or replaying, once more."""
    answers: list[httpx2.Response] = []

    async def is_answered() -> bool:
        answer = await try_once(lambda: post(to, tool, arguments, **more))
        answers.extend([] if answer is None else [answer])
        return bool(answers)

    await wait_until(is_answered)
    return answers[-1]


async def test_nothing_is_lost_done_twice_or_replayed_while_replicas_are_killed(
    to: Deployed, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    seen, stop, numbers = Seen(), anyio.Event(), itertools.count()
    parents = service.make_parents("load")

    async def keep(era: Era, work: Callable[[Client], Any]) -> None:
        while not stop.is_set():
            try:
                async with client_of(to, era) as client:
                    for _ in range(20):
                        if not stop.is_set():
                            await work(client)
                            await anyio.sleep(0.05)
            except* MCPError:
                seen.counts["clients that began anew"] += 1  # its first words were lost; it has done nothing yet

    async def read_next(client: Client) -> None:
        await read(client, seen)

    async def write_next(client: Client) -> None:
        number = next(numbers)
        parent = await anyio.to_thread.run_sync(parents.find, number)
        await write(client, seen, f"w{number}", parent)

    async def keep_confirming() -> None:
        while not stop.is_set():
            await confirm(to, service, seen)

    async def keep_killing() -> None:
        for turn in itertools.count():
            before = time.monotonic()
            to.replicas[turn % 2].kill()
            seen.counts["kills"] += 1
            # The other is not killed before this one is back: there would be nobody.
            await anyio.to_thread.run_sync(to.restore)
            await anyio.sleep(max(0.0, KILL_EVERY_SECONDS - (time.monotonic() - before)))

    async with anyio.create_task_group() as group:
        for era in ERAS:
            group.start_soon(keep, era, read_next)
            group.start_soon(keep, era, read_next)
            group.start_soon(keep, era, write_next)
        group.start_soon(keep_confirming)
        async with anyio.create_task_group() as killing:
            killing.start_soon(keep_killing)
            await anyio.sleep(LOAD_SECONDS)
            stop.set()
            killing.cancel_scope.cancel()
    done = parents.count_names()
    with capsys.disabled():
        unclear = sum(name in done for name in seen.unclear)
        print(f"\n{dict(seen.counts)}; written {len(seen.written)}, unclear {len(seen.unclear)}: done {unclear}")
    assert not seen.failures
    assert {name for name, count in done.items() if count > 1} == set()
    assert seen.written <= set(done) <= seen.written | seen.unclear
    assert seen.counts["kills"] >= 3
    assert seen.counts["replays refused"] > 10


async def test_a_client_that_gives_its_own_token_may_repeat_a_write(to: Deployed, service: Service) -> None:
    """With a ClientToken a write may be sent again after an unclear end: the service does it once."""
    url, media_ids = service.put_object(), set[str]()
    arguments: dict[str, Any] = {"InputURL": url, "ClientToken": "0123456789abcdef" * 2, "Title": "with a token"}
    async with client_of(to, "2026-07-28", elicitation=agree) as client:
        for replica in (*to.replicas, None):
            result = await client.call_tool("register_media_info", arguments)
            media_ids.add(content_of(result)["MediaId"])
            if replica is not None:
                replica.kill()
                await anyio.to_thread.run_sync(to.restore)
    assert len(media_ids) == 1
