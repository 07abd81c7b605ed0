"""Progress: bytes as they are sent, never backwards, a few times a second, and the whole size at the end."""

from __future__ import annotations

import time
from itertools import pairwise

import anyio
import pytest

from ims_mcp.client.oss import UploadInterrupted
from ims_mcp.client.oss.progress import Counter, Teller
from tests.fault_proxy import Answer, Reset, Slow
from tests.oss_uploader.setting import KIB, PART, Setting, part_number


class Told:
    def __init__(self, seconds: float = 0.0) -> None:
        self.values: list[tuple[int, int]] = []
        self.at: list[float] = []
        self._seconds = seconds

    async def __call__(self, sent: int, total: int) -> None:
        self.values.append((sent, total))
        self.at.append(time.monotonic())
        await anyio.sleep(self._seconds)

    def is_in_order(self) -> bool:
        return all(before[0] < after[0] for before, after in pairwise(self.values))


@pytest.mark.anyio
@pytest.mark.parametrize("size", [0, 100, 5 * PART + 1])
async def test_the_last_word_is_the_size_of_the_file(setting: Setting, size: int) -> None:
    told = Told()
    await setting.upload(setting.file(size), progress=told)
    assert told.values[-1] == (size, size)
    assert told.is_in_order()


@pytest.mark.anyio
async def test_progress_goes_on_inside_a_part_and_keeps_its_pace(setting: Setting) -> None:
    """Each part is larger than what the kernel takes in advance."""
    setting.proxy.inject(Slow(20_000 * KIB), "part", times=99)
    told = Told()
    size = 24 * 1024 * KIB
    uploader = {"part_bytes": size // 2, "threads": 1, "progress_interval_seconds": 0.1}
    began = time.monotonic()
    await setting.upload(setting.file(size), progress=told, uploader=uploader)
    seconds = time.monotonic() - began
    assert told.is_in_order()
    assert len(told.values) >= 3, "there are two parts, and more than two tellings"
    assert len(told.values) <= seconds / 0.1 + 2
    assert min(after - before for before, after in pairwise(told.at[:-1])) >= 0.09


@pytest.mark.anyio
async def test_a_part_that_is_sent_again_does_not_turn_it_back(setting: Setting) -> None:
    for number in (1, 2, 3, 4):
        setting.proxy.inject(Reset(100 * KIB), part_number(number), times=2)
    told = Told()
    uploaded = await setting.upload(
        setting.file(6 * PART), progress=told, uploader={"progress_interval_seconds": 0.002}
    )
    assert uploaded.parts_resent == 8
    assert told.is_in_order()
    assert told.values[-1][0] == 6 * PART


@pytest.mark.anyio
async def test_what_is_told_does_not_get_less_when_what_is_sent_does() -> None:
    counter, told = Counter(), Told()
    teller = Teller(counter, 1000, told, 0.01)
    async with anyio.create_task_group() as group:
        group.start_soon(teller.run)
        for sent in (300, 0, 100, 300, 500):
            counter.sending(1, sent)
            await anyio.sleep(0.03)
        counter.finish(1, 600)
        counter.sending(2, 100)
        await anyio.sleep(0.03)
        teller.finish()
    assert told.values == [(300, 1000), (500, 1000), (700, 1000), (1000, 1000)]


@pytest.mark.anyio
async def test_what_was_sent_before_counts_from_the_start_of_a_resumed_upload(setting: Setting) -> None:
    path = setting.file(8 * PART)
    setting.proxy.inject(Answer(500, "InternalError"), part_number(8), times=99)
    with pytest.raises(UploadInterrupted):
        await setting.upload(path)
    setting.proxy.clear()
    setting.proxy.inject(Slow(400 * KIB), part_number(8))
    told = Told()
    await setting.upload(path, progress=told)
    assert told.values[0][0] >= 7 * PART
    assert told.values[-1] == (8 * PART, 8 * PART)


@pytest.mark.anyio
async def test_a_listener_that_takes_its_time_is_told_one_thing_at_a_time(setting: Setting) -> None:
    told = Told(seconds=0.05)
    await setting.upload(setting.file(30 * PART), progress=told, uploader={"progress_interval_seconds": 0.001})
    assert all(after - before >= 0.045 for before, after in pairwise(told.at))
    assert told.values[-1][0] == 30 * PART


@pytest.mark.anyio
async def test_a_listener_that_fails_ends_the_upload_with_its_own_error(setting: Setting) -> None:
    async def broken(_sent: int, _total: int) -> None:
        raise LookupError("nobody there")

    with pytest.raises(LookupError, match="nobody there"):
        await setting.upload(setting.file(30 * PART), progress=broken, uploader={"progress_interval_seconds": 0.001})
    assert setting.left_behind() == ["t1.journal"], "it can be resumed"
    await setting.upload(setting.file(30 * PART))
