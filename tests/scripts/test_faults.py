"""What goes wrong around a script: its process killed, its client gone, the server ended; nothing else waits for it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.server import script_tools
from ims_mcp.workflows.scripts import sandbox as sandbox_module
from ims_mcp.workflows.scripts.driving import ScriptProcess
from tests.client.scripted_service import Answer
from tests.scripts.running import run, scripting
from tests.server.connected import content_of
from tests.server.piped import piped

pytestmark = pytest.mark.anyio
ID = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
WRITE = f"import ims\nawait ims.update_media_info(MediaId='{ID}', Title='x')\n"
DONE = [{"operation": "UpdateMediaInfo", "ids": {"MediaId": [ID]}}]
SPIN = "while True: pass"
WRITTEN = "a script has written"
WAIT_SECONDS = 60.0


class Processes:
    """The ids of the processes that scripts got."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.is_there = anyio.Event()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    seen = Processes()

    class Seen(ScriptProcess):
        def __init__(self, session: Any, threads: anyio.CapacityLimiter) -> None:
            super().__init__(session, threads)
            seen.ids.append(session.worker_pid)
            seen.is_there.set()

    monkeypatch.setattr(sandbox_module, "ScriptProcess", Seen)
    return seen


def is_gone(process_id: int) -> bool:
    """Whether there is no such process, or only what is left until it is waited for."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return True


async def wait_until(holds: Callable[[], object]) -> None:
    """Until something is so that nothing tells of."""
    with anyio.fail_after(WAIT_SECONDS):
        while not holds():  # noqa: ASYNC110
            await anyio.sleep(0.02)


async def test_a_killed_process_costs_one_answer_and_no_write(
    processes: Processes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ims_mcp.scripts")
    async with scripting({"UpdateMediaInfo": Answer()}) as (client, _):
        answers: list[dict[str, Any]] = []

        async def ask() -> None:
            answers.append(await run(client, WRITE + SPIN, timeout_seconds=30))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await wait_until(lambda: [each for each in caplog.records if each.message == WRITTEN])
            os.kill(processes.ids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
        (told,) = answers
        assert told["outcome"] == "crashed"
        assert told["done"] == DONE
        assert (await run(client, "1 + 1"))["result"] == 2
    assert len(set(processes.ids)) == 2


async def test_a_process_that_is_killed_as_it_checks_a_script_costs_its_answer(processes: Processes) -> None:
    async with scripting() as (client, _):
        answers: list[dict[str, Any]] = []

        async def ask() -> None:
            answers.append(await run(client, "x = [1, 'a', {}]\n" * 3000))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await processes.is_there.wait()
            os.kill(processes.ids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
        assert answers[0]["outcome"] == "crashed"
        assert "bug" not in answers[0]["problem"]
        assert (await run(client, "1 + 1"))["result"] == 2


async def test_a_check_that_takes_too_long_ends_with_the_time_of_its_script(processes: Processes) -> None:
    async with scripting() as (client, _):
        told = await run(client, f"x = {'[' * 150}{']' * 150}\n", timeout_seconds=1)
    assert told["outcome"] == "out_of_time"
    assert told["problem"] == "The script was ended: its 1 s were over while it was checked; nothing was called"
    await wait_until(lambda: all(map(is_gone, processes.ids)))


async def test_a_check_that_takes_too_much_memory_ends_its_script(processes: Processes) -> None:
    doubled = "".join(f"x{number + 1} = (x{number}, x{number})\n" for number in range(40))
    async with scripting() as (client, _):
        told = await run(client, f"x0 = (1, 'a')\n{doubled}x40.foo", timeout_seconds=45)
        assert told["outcome"] == "out_of_memory"
        assert told["problem"].endswith(" while it was checked; nothing was called")
        assert (await run(client, "1 + 1"))["result"] == 2
    assert len(set(processes.ids)) == 2


async def test_others_are_served_while_scripts_compute(processes: Processes) -> None:
    async with scripting({"GetMediaInfo": Answer()}) as (client, _):
        ended: list[str] = []

        async def spin() -> None:
            ended.append((await run(client, SPIN, timeout_seconds=45))["outcome"])

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(spin)
            await processes.is_there.wait()
            for _ in range(10):
                content_of(await client.call_tool("get_media_info", {"MediaId": "a"}))
            assert not ended
            group.cancel_scope.cancel()
    await wait_until(lambda: all(map(is_gone, processes.ids)))


@pytest.mark.parametrize(
    ("slow", "code"),
    [
        ("prepare", "1 + 1"),
        ("explain_check", "x = 1\nx.y"),
        ("read_result", "1 + 1"),
        ("write_answer", "1 + 1"),
    ],
)
async def test_others_are_served_while_a_long_script_or_its_result_is_read(
    slow: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, served, waited = threading.Event(), threading.Event(), list[bool]()
    read = getattr(script_tools, slow)

    def read_slowly(*args: Any, **options: Any) -> Any:
        begun.set()
        waited.append(served.wait(WAIT_SECONDS))
        return read(*args, **options)

    monkeypatch.setattr(script_tools, slow, read_slowly)
    async with scripting({"GetMediaInfo": Answer()}) as (client, _), anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "run_script", {"code": code})
        await wait_until(begun.is_set)
        content_of(await client.call_tool("get_media_info", {"MediaId": "a"}))
        served.set()
    assert waited == [True]


async def test_of_what_a_script_raises_no_more_is_looked_at_than_is_told() -> None:
    async with scripting() as (client, _):
        told = await run(client, "raise ValueError('begin' + chr(0x200b) * 100000 + 'end')")
    assert told["problem"].startswith("ValueError: begin\n  line 1")


async def test_a_client_that_cancels_ends_its_script_and_the_log_has_its_writes(
    processes: Processes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ims_mcp.scripts")
    async with scripting({"UpdateMediaInfo": Answer()}) as (client, _):
        async with anyio.create_task_group() as group:
            group.start_soon(run, client, WRITE + SPIN)
            await wait_until(lambda: [each for each in caplog.records if each.message == WRITTEN])
            group.cancel_scope.cancel()
        await wait_until(lambda: is_gone(processes.ids[0]))
        await wait_until(lambda: [each for each in caplog.records if each.message == "a script has ended"])
    (written,) = [each for each in caplog.records if each.message == WRITTEN]
    assert (written.__dict__["operation"], written.__dict__["ids"]) == ("UpdateMediaInfo", {"MediaId": [ID]})


async def test_no_process_is_left_when_scripts_have_ended(processes: Processes) -> None:
    async with scripting() as (client, _):
        for _ in range(3):
            await run(client, "1 + 1")
        assert len(set(processes.ids)) == 3
        await wait_until(lambda: all(map(is_gone, processes.ids)))


@pytest.mark.parametrize("ending", ["stdin", "SIGTERM", "SIGINT"])
@pytest.mark.parametrize(
    "arguments",
    [{"code": "1 + 1"}, {"code": SPIN, "timeout_seconds": 1}, {"code": SPIN, "background": True}],
    ids=["ended", "ended by its time", "under way"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals end a process of Windows as they like")
def test_a_server_that_ran_scripts_ends_with_its_own_exit_code(
    arguments: dict[str, Any], ending: str, tmp_path: Path
) -> None:
    environment = {"IMS_MCP_ENDPOINT": "http://127.0.0.1:9"}
    with piped(tmp_path, "--toolsets", "core,script", environment=environment) as server:
        server.listen()
        server.greet()
        server.call("a script", "run_script", arguments)
        assert server.answer()["id"] == "a script"
        children = list_children(server.process.pid)
        code, _ = server.end() if ending == "stdin" else server.signalled(signal.Signals[ending])
        assert code == (130 if ending == "SIGINT" else 0)
    assert all(map(is_gone, children))


def list_children(process_id: int) -> list[int]:
    """Of a process of Linux; of others none is known."""
    try:
        return [int(each) for each in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]
    except OSError:
        return []
