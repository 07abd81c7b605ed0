"""Scripts that take more than a script may: each bound ends the script, is said, and loses no write."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import anyio
import pytest

from ims_mcp.call_origin import STDIO
from ims_mcp.errors import ImsError, TryLater
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.driving import Printed, SandboxedScript
from ims_mcp.workflows.scripts.sandbox import Sandbox
from ims_mcp.workflows.scripts.shelf import KEPT_SECONDS, MOST_KEPT, ScriptOwner, ScriptRun, ScriptShelf
from tests.client.scripted_service import Answer, ScriptedService
from tests.scripts.running import SETTINGS, answering, run, scripting
from tests.server.connected import connected, content_of, text_of

pytestmark = pytest.mark.anyio
ID = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
WRITE = f"import ims\nawait ims.update_media_info(MediaId='{ID}', Title='x')\n"
DONE = [{"operation": "UpdateMediaInfo", "ids": {"MediaId": [ID]}}]


def count_updates(service: ScriptedService) -> int:
    """Each is read before and after, too."""
    return [each.action for each in service.arrived].count("UpdateMediaInfo")


@pytest.mark.parametrize(
    ("code", "outcome", "said"),
    [
        ("while True: pass", "out_of_time", "its 5 s were over"),
        ("while True:\n  try:\n    while True: pass\n  except BaseException: pass", "out_of_time", "its 5 s were over"),
        (
            "import time\nwhile True:\n  try: time.sleep(60)\n  except BaseException: pass",
            "out_of_time",
            "5 s were over",
        ),
        ("import asyncio\nawait asyncio.sleep(60)", "out_of_time", "its 5 s were over"),
        ("all = []\nwhile True: all.append('x' * 1000000)", "out_of_memory", "128 MB"),
        (
            "all = []\nwhile True:\n  try: all.append('x' * 1000000)\n  except BaseException: pass",
            "out_of_memory",
            "MB",
        ),
        ("'x' * 10 ** 12", "out_of_memory", "128 MB"),
        ("2 ** 10 ** 10", "out_of_memory", "128 MB"),
        ("all = [0]\nwhile True: all += all", "out_of_memory", "128 MB"),
        ("[[each] for each in range(600000)]", "out_of_memory", "128 MB"),
        ("def again(): return again()\nagain()", "failed", "RecursionError"),
        ("try:\n  while True: print('x' * 1000)\nexcept BaseException: pass", "stopped", "1,024 KB"),
        (
            "while True:\n  try: await ims.get_media_info(MediaId='a')\n  except BaseException: pass",
            "stopped",
            "500 calls",
        ),
        ("[ims.search('a') for i in range(600)]", "stopped", "Do the rest by another script"),
        (
            "import time\nwhile True:\n  try: time.sleep(0)\n  except BaseException: pass",
            "stopped",
            "10,000 times\n  line 5 in <module>: try: time.sleep(0)",
        ),
        ("raise ValueError('x' * 10 ** 6)", "failed", "…\n  line 3 in <module>: raise ValueError("),
        ("def f(): raise ValueError({}.get('a'))\nf()", "failed", "takes one text"),
        ("'x' * 2_000_000", "failed", "too large: give ids"),
        ("x = [0] * 1000\ny = [x] * 1000\n[y] * 1000", "failed", "too large"),
        (
            "x = [0] * 1000\ny = [x] * 1000\nz: dict = {'MediaId': [y] * 1000}\nawait ims.get_media_info(**z)",
            "stopped",
            "larger",
        ),
        ("x: list = []\nfor i in range(10000): x = [x]\nx", "failed", "nested deeper"),
        ("10 ** 1000", "failed", "38 digits"),
        ("class Own:\n  pass\nOwn()", "failed", "no value of JSON"),
        (f"def {'f' * 5000}(): raise ValueError('x')\n{'f' * 5000}()", "failed", "\n  line 3 in ffff"),
    ],
)
async def test_a_bound_ends_the_script_and_its_writes_are_told(code: str, outcome: str, said: str) -> None:
    async with scripting({"UpdateMediaInfo": Answer()}) as (client, _):
        told = await run(client, WRITE + code, timeout_seconds=5 if outcome == "out_of_time" else 20)
        assert (told["outcome"], told["done"]) == (outcome, DONE)
        assert said in told["problem"]
        assert (await run(client, "1 + 1"))["result"] == 2


async def test_a_write_under_way_is_waited_for_when_the_time_is_over() -> None:
    slow = Answer(delay_seconds=6)
    async with scripting({"UpdateMediaInfo": slow}) as (client, service):
        told = await run(client, WRITE, timeout_seconds=5)
    assert (told["outcome"], told["done"]) == ("out_of_time", DONE)
    assert count_updates(service) == 1


async def test_reads_are_made_eight_at_once_and_writes_one_after_the_other() -> None:
    slow = Answer(delay_seconds=0.05)
    calls = "await asyncio.gather(*[ims.{name}(MediaId='a'{more}) for i in range(20)])\n1"
    async with scripting({"UpdateMediaInfo": slow, "GetMediaInfo": slow}) as (client, service):
        await run(client, f"import ims\nimport asyncio\n{calls.format(name='get_media_info', more='')}")
        assert service.most_at_once == limits.READS_AT_ONCE
    async with scripting({"UpdateMediaInfo": slow, "GetMediaInfo": slow}) as (client, service):
        await run(
            client, f"import ims\nimport asyncio\n{calls.format(name='update_media_info', more=', Title=str(i)')}"
        )
        assert (service.most_at_once, count_updates(service)) == (1, 20)


async def test_calls_that_nobody_awaits_are_not_broken_off() -> None:
    """The type checker sees most of them, but not what is kept in a list."""
    code = f"import ims\nall = [ims.update_media_info(MediaId='{ID}', Title=str(i)) for i in range(3)]\nlen(all)"
    async with scripting({"UpdateMediaInfo": Answer(delay_seconds=0.05)}) as (client, service):
        told = await run(client, code)
    assert told["result"] == 3
    assert told["done"] == DONE * 3
    assert count_updates(service) == 3


async def test_writes_that_wait_for_their_turn_are_not_made_once_the_script_is_ended() -> None:
    code = f"import ims\nall = [ims.update_media_info(MediaId='{ID}', Title=str(i)) for i in range(60)]\n"
    async with scripting({"UpdateMediaInfo": Answer(delay_seconds=0.1)}) as (client, service):
        told = await run(client, code + "while True: print('x' * 10000)")
    assert told["outcome"] == "stopped"
    assert len(told.get("done", ())) == count_updates(service) < 50


async def test_ten_scripts_at_once_get_their_own_answers() -> None:
    async with scripting({"GetMediaInfo": Answer(delay_seconds=0.05)}) as (client, service):
        results: dict[int, Any] = {}

        async def one(number: int) -> None:
            code = "import ims\nfor i in range(5): await ims.get_media_info(MediaId=str(i))\n" + str(number)
            results[number] = (await run(client, code))["result"]

        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(one, number)
    assert results == {number: number for number in range(10)}
    assert service.count == 50


async def test_more_scripts_than_may_run_wait_for_their_turn_and_are_then_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SECONDS_FOR_A_TURN", 0.2)
    monkeypatch.setattr(limits, "SCRIPTS_AT_ONCE", 1)
    sandbox, begun = Sandbox(), anyio.Event()
    script = SandboxedScript("import asyncio\nawait asyncio.sleep(60)", "pass", frozenset(), "")

    async def answer(*_: Any) -> None: ...

    async with anyio.create_task_group() as group:

        async def first() -> None:
            await sandbox.run(script, answer, lambda _: [], Printed(), seconds=60, on_begin=begun.set)

        group.start_soon(first)
        await begun.wait()
        with pytest.raises(TryLater, match="1 others run on this server"):
            await sandbox.run(script, answer, lambda _: [], Printed(), seconds=60)
        group.cancel_scope.cancel()


async def test_one_caller_runs_so_many_scripts_and_nobody_sees_anothers() -> None:
    now = [0.0]
    shelf, go = ScriptShelf(lambda: now[0]), anyio.Event()

    async def work(_run: ScriptRun) -> None:
        await go.wait()

    ann, ann_elsewhere, bob = ScriptOwner("ann", "east"), ScriptOwner("ann", "west"), ScriptOwner("bob", "east")
    runs = [shelf.start(ann, work) for _ in range(limits.MOST_OF_ONE_CALLER)]
    for owner in (ann, ann_elsewhere):
        with pytest.raises(TryLater, match="are under way"):
            shelf.start(owner, work)
    other = shelf.start(bob, work)
    for owner in (ann, ScriptOwner("bob", "west")):
        with pytest.raises(ImsError, match="There is no script"):
            shelf.find(owner, other.record.script_id)
    go.set()
    for run_ in (*runs, other):
        await run_.ended.wait()
    assert shelf.find(ann, runs[0].record.script_id) is runs[0]
    now[0] = KEPT_SECONDS + 1
    with pytest.raises(ImsError, match="There is no script"):
        shelf.find(ann, runs[0].record.script_id)


async def test_who_has_a_server_alone_has_all_its_places() -> None:
    shelf = ScriptShelf()
    alone = ScriptOwner(STDIO, "east")

    async def work(_run: ScriptRun) -> None:
        await anyio.sleep_forever()

    for _ in range(limits.SCRIPTS_AT_ONCE):
        shelf.start(alone, work)
    with pytest.raises(TryLater, match="10 of yours"):
        shelf.start(alone, work)
    await shelf.end()


async def test_many_scripts_of_one_caller_do_not_push_out_anothers_result() -> None:
    shelf, ann, bob = ScriptShelf(), ScriptOwner("ann", "east"), ScriptOwner("bob", "east")

    async def work(_run: ScriptRun) -> None: ...

    first = shelf.start(ann, work)
    await first.ended.wait()
    many = list[ScriptRun]()
    for _ in range(MOST_KEPT + 20):
        many.append(shelf.start(bob, work))
        await many[-1].ended.wait()
    assert shelf.find(ann, first.record.script_id) is first
    assert shelf.find(bob, many[-1].record.script_id) is many[-1]
    with pytest.raises(ImsError, match="There is no script"):
        shelf.find(bob, many[0].record.script_id)


async def test_a_server_that_ends_begins_no_write_more(caplog: pytest.LogCaptureFixture) -> None:
    """Its connections end after its scripts: none finds them closed, and what was sent has its answer."""
    code = f"import ims\nfor i in range(99): await ims.update_media_info(MediaId='{ID}', Title=str(i))"
    caplog.set_level(logging.INFO)
    with ScriptedService(usual=answering({"UpdateMediaInfo": Answer(delay_seconds=0.05)})) as service:
        async with connected(service.url, settings=SETTINGS) as client:
            await run(client, code, background=True)
            while not count_updates(service):  # noqa: ASYNC110
                await anyio.sleep(0.01)
        sent = count_updates(service)
    written = [each.__dict__ for each in caplog.records if each.message == "a script has written"]
    assert len(written) == sent < 99
    assert all("ids" in each for each in written)
    assert [each.__dict__["outcome"] for each in caplog.records if each.message == "a script has ended"] == ["stopped"]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


async def test_a_client_that_does_not_wait_gets_the_id_and_the_rest_later() -> None:
    settings = replace(SETTINGS, max_wait_seconds=0.5)
    async with scripting({"UpdateMediaInfo": Answer()}, settings=settings) as (client, _):
        told = await run(client, f"{WRITE}import asyncio\nawait asyncio.sleep(1.2)\n'end'")
        assert told["outcome"] == "running"
        for _ in range(40):
            told = content_of(await client.call_tool("run_script", told["next_call"]["arguments"]))
            if told["outcome"] != "running":
                break
    assert (told["outcome"], told["result"], told["done"]) == ("done", "end", DONE)


async def test_a_script_is_stopped_by_its_caller_and_its_writes_are_told() -> None:
    async with scripting({"UpdateMediaInfo": Answer()}) as (client, service):
        told = await run(client, f"{WRITE}while True: pass", background=True)
        assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda _: count_updates(service) == 1))
        named = {"script_id": told["script_id"], "stop": True}
        for _ in range(2):
            told = content_of(await client.call_tool("run_script", named))
            assert (told["outcome"], told["problem"]) == ("stopped", "The script was ended: its caller has stopped it")
            assert told["done"] == DONE
        assert "needs the script_id" in text_of(await client.call_tool("run_script", {"code": "1", "stop": True}))


async def test_what_has_ended_is_not_stopped() -> None:
    async with scripting() as (client, _):
        told = await run(client, "7", background=True)
        named = {"script_id": told["script_id"]}
        assert content_of(await client.call_tool("run_script", {**named, "timeout_seconds": 40}))["result"] == 7
        assert content_of(await client.call_tool("run_script", {**named, "stop": True}))["result"] == 7


async def test_code_that_is_too_long_or_too_deep_is_refused() -> None:
    async with scripting() as (client, _):
        for code in ("#" * (limits.MOST_CODE_BYTES + 1), "(" * 5000 + ")" * 5000, "x = " + "-" * 20000 + "1", "a\0b"):
            result = await client.call_tool("run_script", {"code": code})
            assert result.is_error, text_of(result)
            assert len(text_of(result)) < 2000
