"""Rows wait where the service takes none at the moment, and a job that is to stop does not wait for them."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest

from ims_mcp.client.limiter import Limiter
from ims_mcp.shared_store import MemoryStore
from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import CONTROL, Control, Kind, RowState
from ims_mcp.workflows.bulk.shard import run_shard
from ims_mcp.workflows.bulk.shard_files import read_outcomes
from ims_mcp.workflows.bulk.watch import ControlWatch
from tests.bulk.made import (
    Registrations,
    Wanted,
    answer,
    make_job,
    name_objects,
    open_target,
    read_all_outcomes,
    skip_waits,
    states_of,
    work,
)
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.limits.services import SlidingWindow

pytestmark = pytest.mark.anyio


def throttled(calls_a_second: float, serve: Callable[[Arrived], Answer]) -> Callable[[Arrived], Answer]:
    """The service as it is for an account that has so many calls."""
    window = SlidingWindow(calls_a_second)

    def answer_or_throttle(request: Arrived) -> Answer:
        return serve(request) if window.take(time.monotonic()) else refusal(400, "Throttling.User")

    return answer_or_throttle


async def wait_until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    with anyio.fail_after(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens at the service, in another thread
            await anyio.sleep(0.01)


async def test_throttled_to_5_calls_a_second_rows_wait_and_none_fails(place: FolderPlace) -> None:
    service = Registrations()
    with ScriptedService(usual=throttled(5, service)) as scripted:
        job = await make_job(place, name_objects(20))
        async with open_target(scripted.url, limiter=Limiter(MemoryStore())) as target:
            with anyio.fail_after(60):
                outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done"] * 20
    assert len(service.tokens) == 20


async def test_without_a_limiter_too_rows_wait_while_the_service_throttles(place: FolderPlace) -> None:
    service, throttlings = Registrations(), itertools.count()

    def serve(request: Arrived) -> Answer:
        return refusal(429, "Throttling.Api") if next(throttlings) < 40 else service(request)

    with ScriptedService(usual=serve) as scripted:
        job = await make_job(place, name_objects(8))
        async with open_target(scripted.url, sleep=skip_waits) as target:
            outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done"] * 8


async def test_while_the_service_is_not_reached_rows_wait_and_go_on_when_it_is_back(place: FolderPlace) -> None:
    service, waits = Registrations(), 0
    scripted = ScriptedService(usual=service)
    with ScriptedService() as gone:
        endpoint = gone.url
    scripted.port = gone.port

    async def sleep(seconds: float) -> None:
        nonlocal waits
        waits += 1
        if waits == 100:
            scripted.__enter__()
        await skip_waits(seconds)

    job = await make_job(place, name_objects(8))
    try:
        async with open_target(endpoint, sleep=sleep) as target:
            outcomes = await work(job, place, target)
    finally:
        scripted.__exit__(None, None, None)
    assert waits >= 100
    assert states_of(outcomes) == ["done"] * 8


@pytest.mark.parametrize("operation", ["RegisterMediaInfo", "AddCategory"])
async def test_it_stops_within_a_second_while_rows_wait_for_the_limit_and_what_was_not_sent_is_left(
    place: FolderPlace, operation: str
) -> None:
    taken: list[Arrived] = []

    def serve(request: Arrived) -> Answer:
        taken.append(request)
        return answer(MediaId="m", Category={"CateId": 7})

    rows = name_objects(100) if operation == "RegisterMediaInfo" else [{"CateName": str(n)} for n in range(100)]
    with ScriptedService(usual=throttled(5, serve)) as scripted:
        job = await make_job(place, rows, operation=operation)
        async with open_target(scripted.url, limiter=Limiter(MemoryStore())) as target, ControlWatch(place) as watch:
            act = choose_act(job, target)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: run_shard(job, place, 0, act, watch, lanes=32))
                await wait_until(lambda: len(taken) >= 8)
                await place.write(CONTROL, Control(stop=True).encode())
                tasks.cancel_scope.deadline = anyio.current_time() + 1.0
            assert not tasks.cancel_scope.cancelled_caught
        outcomes = await read_all_outcomes(job, place)
        done = [number for number, known in outcomes.items() if known.state is RowState.DONE]
        assert len(done) == len(taken) < 30
        assert {known.state for known in outcomes.values()} <= {RowState.DONE, RowState.LEFT}
        # What was begun and not sent is sent now as if nothing had been.
        scripted.usual = serve
        async with open_target(scripted.url) as target:
            assert states_of(await work(job, place, target)) == ["done"] * 100
        assert len(taken) == 100


async def test_cancelled_from_outside_what_was_begun_and_not_sent_is_given_back(place: FolderPlace) -> None:
    rows = [{"CateName": str(number)} for number in range(20)]
    slept = Counter[int]()

    async def sleep(_seconds: float) -> None:
        lane = anyio.get_current_task().id
        slept[lane] += 1
        await (anyio.sleep_forever() if slept[lane] == 3 else anyio.lowlevel.checkpoint())

    with ScriptedService(usual=refusal(400, "Throttling.User")) as scripted:
        job = await make_job(place, rows, kind=Kind.SUBMIT, operation="AddCategory")
        async with open_target(scripted.url, sleep=sleep) as target, anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: run_shard(job, place, 0, choose_act(job, target), Wanted(), lanes=4))
            await wait_until(lambda: [*slept.values()] == [3] * 4)  # each has had its tries, and waits for more
            tasks.cancel_scope.cancel()
    assert scripted.count == 12
    assert {number: known.state for number, known in (await read_all_outcomes(job, place)).items()} == dict.fromkeys(
        range(4), RowState.LEFT
    )


async def test_when_it_stops_what_has_been_sent_ends_and_is_written_down(place: FolderPlace) -> None:
    with ScriptedService(usual=answer(delay_seconds=4, MediaId="m")) as scripted:
        job = await make_job(place, name_objects(100))
        async with open_target(scripted.url) as target, ControlWatch(place) as watch:
            act = choose_act(job, target)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: run_shard(job, place, 0, act, watch, lanes=4))
                await wait_until(lambda: scripted.count == 4)
                await place.write(CONTROL, Control(stop=True).encode())
    assert scripted.count == 4
    assert states_of(await read_all_outcomes(job, place)) == ["done"] * 4


async def test_rows_go_at_the_pace_that_is_given(place: FolderPlace) -> None:
    given, wanted = 0, anyio.Semaphore(7)

    async def pace() -> None:
        nonlocal given
        await wanted.acquire()
        given += 1

    watch = Wanted()
    with ScriptedService(usual=Registrations()) as scripted:
        job = await make_job(place, name_objects(20))
        async with open_target(scripted.url) as target, anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: run_shard(job, place, 0, choose_act(job, target), watch, pace=pace))
            with anyio.fail_after(60):
                while len(await read_outcomes(place, 0)) < 7:  # noqa: ASYNC110 - they are written by other tasks
                    await anyio.sleep(0.01)
            watch.current = Control(stop=True)
    assert (given, scripted.count) == (7, 7)
