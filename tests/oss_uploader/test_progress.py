"""Progress: bytes as they are sent, never backwards, and the whole size at the end."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from itertools import pairwise
from pathlib import Path

import pytest

from ims_mcp.client.oss.errors import UploadInterrupted
from ims_mcp.client.oss.parts import CHUNK_BYTES, ByteCounter
from ims_mcp.client.oss.uploader import UploadedFile
from tests.fault_proxy import Answer, Reset
from tests.oss_uploader.setting import KIB, PART, Setting, part_number


class WatchedCounter(ByteCounter):
    """Looked at each time that more of a part was sent, or a part anew."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[int] = []
        self._looking = threading.Lock()

    def set_sent(self, number: int, size_bytes: int) -> None:
        with self._looking:
            super().set_sent(number, size_bytes)
            self.counts.append(self.bytes_sent)


def upload(setting: Setting, path: Path, counter: ByteCounter, **uploader: object) -> Awaitable[UploadedFile]:
    return setting.upload(path, counter=counter, uploader=uploader)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [0, 100, 5 * PART + 1])
async def test_the_last_count_is_the_size_of_the_file(setting: Setting, size: int) -> None:
    counter = ByteCounter()
    await upload(setting, setting.file(size), counter)
    assert counter.bytes_sent == counter.bytes_confirmed == size


@pytest.mark.anyio
async def test_progress_goes_on_inside_a_part(setting: Setting) -> None:
    size = 8 * CHUNK_BYTES
    counter = WatchedCounter()
    await upload(setting, setting.file(size), counter, part_bytes=size // 2, threads=1)
    first, second = (list(range(start, start + size // 2 + 1, CHUNK_BYTES)) for start in (0, size // 2))
    assert counter.counts == [*first, *second]


@pytest.mark.anyio
async def test_a_part_that_is_sent_again_does_not_turn_it_back(setting: Setting) -> None:
    for number in (1, 2, 3, 4):
        setting.proxy.inject(Reset(100 * KIB), part_number(number), times=2)
    counter = WatchedCounter()
    uploaded = await upload(setting, setting.file(6 * PART), counter)
    assert uploaded.parts_resent == 8
    assert all(before <= after for before, after in pairwise(counter.counts))
    assert counter.bytes_sent == 6 * PART


def test_the_count_does_not_get_less_when_what_is_sent_does() -> None:
    counter = ByteCounter()
    counts: list[int] = []
    for sent in (300, 0, 100, 300, 500):
        counter.set_sent(1, sent)
        counts.append(counter.bytes_sent)
    counter.confirm(1, 600)
    counter.set_sent(2, 100)
    assert [*counts, counter.bytes_sent] == [300, 300, 300, 300, 500, 700]


@pytest.mark.anyio
async def test_what_was_sent_before_counts_from_the_start_of_a_resumed_upload(setting: Setting) -> None:
    path = setting.file(8 * PART)
    setting.proxy.inject(Answer(500, "InternalError"), part_number(8), times=99)
    with pytest.raises(UploadInterrupted):
        await setting.upload(path)
    setting.proxy.clear()
    counter = WatchedCounter()
    await upload(setting, path, counter)
    assert counter.counts[0] == 7 * PART
    assert counter.bytes_sent == 8 * PART
