"""A job's files in a folder and below a prefix of a bucket: written whole, made longer, listed, and what goes wrong."""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from ims_mcp.client.oss.errors import UploadError
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.place import JobPlace, PlaceError
from ims_mcp.workflows.bulk.places import open_place
from tests.bulk.made import Registrations, make_job, name_objects, open_target, states_of, work
from tests.client.scripted_service import ScriptedService
from tests.fault_proxy import FaultProxy, LoseAnswer
from tests.local_ims.server import RunningIms

pytestmark = pytest.mark.anyio
MIB = 1024**2


async def test_a_file_is_written_in_place_of_what_was_there(either: JobPlace) -> None:
    assert await either.read("control.json") is None
    for content in (b"first", b"", b"second, longer\n"):
        await either.write("control.json", content)
        assert await either.read("control.json") == content


async def test_a_long_file_comes_back_as_it_was(either: JobPlace) -> None:
    content = os.urandom(5 * MIB + 17)

    async def cut() -> AsyncIterator[bytes]:
        for first in range(0, len(content), MIB):
            yield content[first : first + MIB]

    for _ in range(2):
        await either.write_parts("report.csv", cut())
    assert await either.read("report.csv") == content


async def test_of_a_long_file_that_was_broken_off_nothing_is_there(either: JobPlace) -> None:
    async def break_off() -> AsyncIterator[bytes]:
        yield b"x" * MIB
        raise KeyError("broken off")

    await either.write("report.csv", b"before")
    with pytest.raises(KeyError):
        await either.write_parts("report.csv", break_off())
    assert await either.read("report.csv") == b"before"


async def test_lines_are_appended_in_their_order(either: JobPlace) -> None:
    lines = [b'{"row":%d}\n' % number for number in range(20)]
    for line in lines:
        await either.append("outcomes/000000.jsonl", line)
    assert await either.read("outcomes/000000.jsonl") == b"".join(lines)


async def test_files_of_a_folder_are_listed_with_their_sizes(either: JobPlace) -> None:
    assert await either.list_names("rows") == []
    assert await either.list_sizes("rows") == {}
    for number in (2, 0, 1):
        await either.write(f"rows/{number:06d}.jsonl", b"x" * number)
    await either.write("rows-of-another/000000.jsonl", b"")
    names = ["rows/000000.jsonl", "rows/000001.jsonl", "rows/000002.jsonl"]
    assert await either.list_names("rows") == names
    assert await either.list_sizes("rows") == dict(zip(names, range(3), strict=True))


async def test_another_process_finds_it_by_its_address(either: JobPlace, ims: RunningIms) -> None:
    await either.append("outcomes/000000.jsonl", b"1\n")
    async with open_target(ims.endpoint) as target:
        other = await open_place(either.address, target)
        await other.append("outcomes/000000.jsonl", b"2\n")
    # Which the first one does not know of.
    await either.append("outcomes/000000.jsonl", b"3\n")
    assert await either.read("outcomes/000000.jsonl") == b"1\n2\n3\n"
    assert other.address == either.address


async def test_a_job_runs_in_it(either: JobPlace) -> None:
    with ScriptedService(usual=Registrations()) as scripted:
        job = await make_job(either, name_objects(30), shard_rows=20)
        async with open_target(scripted.url) as target:
            outcomes = await work(job, either, target)
    assert states_of(outcomes) == ["done"] * 30


async def test_more_than_a_page_of_shards_is_listed(ims: RunningIms) -> None:
    for number in range(1005):
        ims.put(f"many/outcomes/{number:06d}.jsonl", b"")
    async with open_target(ims.endpoint) as target:
        place = await open_place("oss://local-media/many/", target)
        assert len(await place.list_names("outcomes")) == 1005


async def test_lines_are_there_though_the_answer_to_their_appending_is_lost(ims: RunningIms) -> None:
    with FaultProxy(int(ims.endpoint.rpartition(":")[2])) as proxy:
        async with open_target(proxy.url) as target:
            place = await open_place("oss://local-media/lost", target)
            await place.append("outcomes/000000.jsonl", b"1\n")
            proxy.inject(LoseAnswer(), "complete", times=1)  # as the proxy calls a POST with a body
            await place.append("outcomes/000000.jsonl", b"2\n")
            await place.append("outcomes/000000.jsonl", b"3\n")
            # A line may stand there twice, which says nothing new.
            assert await place.read("outcomes/000000.jsonl") in (b"1\n2\n3\n", b"1\n2\n2\n3\n")


async def test_a_bucket_that_is_not_there_is_named(ims: RunningIms) -> None:
    async with open_target(ims.endpoint) as target:
        place = await open_place("oss://no-such-bucket/job/", target)
        with pytest.raises(UploadError, match=r"oss://no-such-bucket/job/job\.json: .*NoSuchBucket"):
            await place.read("job.json")


async def test_an_object_that_cannot_be_appended_to_is_named(ims: RunningIms) -> None:
    ims.put("fixed/outcomes/000000.jsonl", b"x")
    async with open_target(ims.endpoint) as target:
        place = await open_place("oss://local-media/fixed/", target)
        with pytest.raises(UploadError, match=r"oss://local-media/fixed/outcomes/000000\.jsonl.*ObjectNotAppendable"):
            await place.append("outcomes/000000.jsonl", b"1\n")


async def test_connections_end_with_the_place(ims: RunningIms) -> None:
    async with open_target(ims.endpoint) as target:
        place = await open_place("oss://local-media/ended", target)
        await place.write("job.json", b"1")
        client = place._objects._oss  # type: ignore[attr-defined]  # what nobody else can see
        del place
        gc.collect()
        assert client.registry._aborted


@pytest.mark.parametrize("address", ["relative/folder", "", "oss://UPPER/job", "oss:///job"])
async def test_an_address_that_is_none_is_refused(ims: RunningIms, address: str) -> None:
    async with open_target(ims.endpoint) as target:
        with pytest.raises((PlaceError, UploadError)):
            await open_place(address, target)


async def test_a_bucket_needs_an_account() -> None:
    with pytest.raises(PlaceError, match="without an account"):
        await open_place("oss://local-media/job", None)


async def test_a_half_line_is_ended_before_the_next(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    await place.append("o.jsonl", b'{"row":1}\n{"ro')
    await place.append("o.jsonl", b'{"row":2}\n')
    assert await place.read("o.jsonl") == b'{"row":1}\n{"ro\n{"row":2}\n'


def read_modes(folder: Path, pattern: str) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob(pattern)}


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
async def test_nobody_else_reads_what_a_job_holds(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "job")
    await place.write("rows/000000.jsonl", b"{}\n")
    await place.append("outcomes/000000.jsonl", b"{}\n")
    assert read_modes(tmp_path, "*.jsonl") == {0o600}
    assert read_modes(tmp_path, "job") == {0o700}


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file")
    place = FolderPlace(tmp_path / "taken" / "job")
    with pytest.raises(PlaceError, match=r"job\.json in .*taken.* could not be written"):
        await place.write("job.json", b"{}")


async def test_a_reader_sees_the_old_or_the_new_and_nothing_between(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    contents = [bytes([letter]) * 200_000 for letter in b"abcdefgh"]
    await place.write("control.json", contents[0])
    seen: set[bytes] = set()

    async def read() -> None:
        while True:
            seen.add(await place.read("control.json") or b"")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        for content in contents * 10:
            await place.write("control.json", content)
        tasks.cancel_scope.cancel()
    assert seen <= set(contents)
    # Of what was written beside it nothing stays.
    assert read_modes(tmp_path, "*.new") == set()
