"""What is wanted of a job, said by several at the very same moment: nothing that was said is lost."""

from __future__ import annotations

import anyio
import pytest

from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.job import CONTROL, Control
from ims_mcp.workflows.bulk.jobs import OpenedJob, change_rate, read_job, start_again, stop
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.watch import ControlWatch
from tests.bulk.made import make_job, name_objects

pytestmark = pytest.mark.anyio


async def open_job(place: JobPlace) -> OpenedJob:
    await make_job(place, name_objects(1))
    return await read_job(place, "job-1")


async def wanted_of(place: JobPlace) -> Control | None:
    return (await read_job(place, "job-1")).control


async def test_a_stop_and_a_rate_at_the_same_moment_both_count(either: JobPlace) -> None:
    opened = await start_again(await open_job(either))
    for rate in range(1, 9):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop, opened)
            tasks.start_soon(change_rate, opened, float(rate))
        assert await wanted_of(either) == Control(stop=True, rate=float(rate), attempt=rate)
        opened = await start_again(opened)
        assert await wanted_of(either) == opened.control == Control(rate=float(rate), attempt=rate + 1)


async def test_a_rate_is_not_lost_to_a_start_at_the_same_moment(either: JobPlace) -> None:
    opened = await start_again(await open_job(either))
    for rate in range(1, 9):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda now=opened: start_again(now, retry=("timeout",)))
            tasks.start_soon(change_rate, opened, float(rate))
        opened = await read_job(either, "job-1")
        assert opened.control == Control(rate=float(rate), retry_classes=("timeout",), attempt=rate + 1)


async def test_the_last_rate_counts_and_may_be_none(either: JobPlace) -> None:
    opened = await start_again(await open_job(either), rate=5.0)
    assert (await change_rate(opened, 7.0)).control == Control(rate=7.0)
    assert (await change_rate(opened, None)).control == Control()
    assert (await start_again(opened, rate=3.0)).control == Control(rate=3.0, attempt=2)
    assert await wanted_of(either) == Control(rate=3.0, attempt=2)


async def test_a_job_begun_by_an_earlier_version_is_stopped_sped_up_and_gone_on_with(either: JobPlace) -> None:
    await open_job(either)
    await either.write(CONTROL, Control(rate=4.0, attempt=3).encode())
    opened = await read_job(either, "job-1")
    assert opened.control == Control(rate=4.0, attempt=3)
    assert (await stop(opened)).control == Control(stop=True, rate=4.0, attempt=3)
    assert (await start_again(opened)).control == Control(rate=4.0, attempt=4)
    assert (await change_rate(opened, 9.0)).control == Control(rate=9.0, attempt=4)
    await either.write(CONTROL, Control(stop=True, rate=4.0, attempt=4).encode())
    assert await wanted_of(either) == Control(stop=True, rate=9.0, attempt=4)


async def test_a_job_that_has_not_begun_is_neither_stopped_nor_begun_by_that(either: JobPlace) -> None:
    opened = await open_job(either)
    with pytest.raises(ImsError, match="has not begun"):
        await stop(opened)
    await change_rate(opened, 2.0)
    assert await wanted_of(either) is None
    assert (await start_again(opened)).control == Control(rate=2.0)


async def test_what_is_wanted_and_cannot_be_read_is_a_stop_for_all(either: JobPlace) -> None:
    await open_job(either)
    await either.write(CONTROL, b'{"attempt": ')
    assert await wanted_of(either) == Control(stop=True)
    async with ControlWatch(either) as watch:
        assert watch.current == Control(stop=True)
