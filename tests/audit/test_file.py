"""The audit's file: whole lines whoever writes beside, rotation, and what happens where it cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from ims_mcp.audit.file import AuditFile
from ims_mcp.audit.writer import MOST_LINES, AuditWriter
from ims_mcp.errors import Refused
from ims_mcp.settings import SettingsError
from tests.audit.written import audited, read_lines
from tests.client.scripted_service import ScriptedService
from tests.server.connected import connected, text_of

pytestmark = pytest.mark.anyio
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="files that are open can be renamed on POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a device of Linux")
MANY = """
import sys
from pathlib import Path
from ims_mcp.audit.file import AuditFile
file = AuditFile(sys.argv[1])
file.open(stdout_is_taken=False)
for number in range(300):
    line = (f'{{"by": {sys.argv[2]}, "number": {number}, "fill": "' + "x" * 900 + '"}\\n').encode()
    assert file.write([line]) == 1
file.close()
"""
MAKE = {"operation": "AddCategory", "operation_arguments": {"CateName": "marked"}}
LOOK = {"operation": "GetCategories"}


def open_file(path: Path) -> AuditFile:
    file = AuditFile(str(path))
    file.open(stdout_is_taken=False)
    return file


async def wait_until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(60):
        while not holds():  # noqa: ASYNC110 - a thread does it
            await anyio.sleep(0.01)


async def put(writer: AuditWriter, line: bytes) -> None:
    await writer.take_room()
    writer.put(line)


def test_lines_of_several_processes_in_one_file_stay_whole_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    running = [subprocess.Popen([sys.executable, "-c", MANY, str(path), str(number)]) for number in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    lines = read_lines(path)
    for number in range(3):
        assert [line["number"] for line in lines if line["by"] == number] == list(range(300))


@POSIX
def test_only_its_owner_may_read_a_file_that_is_made_and_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    open_file(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    open_file(path).close()
    assert path.stat().st_mode & 0o777 == 0o640


@POSIX
async def test_after_rotation_lines_go_into_the_new_file(tmp_path: Path) -> None:
    path, writer = tmp_path / "audit.jsonl", AuditWriter(open_file(tmp_path / "audit.jsonl"))
    writer.begin()
    for number in range(3):
        await put(writer, b'{"n":%d}\n' % number)
        await wait_until(lambda number=number: path.exists() and b"%d" % number in path.read_bytes())
        path.rename(tmp_path / f"audit.{number}")
    writer.end()
    assert [(tmp_path / f"audit.{number}").read_bytes() for number in range(3)] == [b'{"n":%d}\n' % n for n in range(3)]


@POSIX
async def test_where_it_cannot_be_written_any_more_writes_are_refused_until_it_can_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "logs" / "audit.jsonl"
    path.parent.mkdir()
    with ScriptedService() as service, audited(path) as observer:
        async with connected(service.url, observer=observer) as client:
            await client.call_tool("call_write_operation", MAKE)
            await wait_until(lambda: path.read_bytes() != b"")
            path.parent.rename(tmp_path / "gone")
            # What was sent before it was known goes into no hole: its line is kept.
            assert not (await client.call_tool("call_write_operation", MAKE)).is_error
            await wait_until(lambda: "the audit cannot be written" in caplog.text)
            before = service.count
            for _ in range(3):
                said = text_of(await client.call_tool("call_write_operation", MAKE))
                assert "the audit cannot be written (No such file or directory)" in said
            assert not (await client.call_tool("call_read_operation", LOOK)).is_error
            assert [request.action for request in service.arrived[before:]] == ["GetCategories"]
            path.parent.mkdir()
            await wait_until(path.exists)
            await wait_until(lambda: "written again" in caplog.text)
            assert not (await client.call_tool("call_write_operation", MAKE)).is_error
    lines = read_lines(path)
    assert [line.get("operation") for line in lines] == ["AddCategory", None, "AddCategory"]
    assert lines[1]["unwritten_refusals"] == 3
    assert caplog.text.count("the audit cannot be written") == 1
    assert len(read_lines(tmp_path / "gone" / "audit.jsonl")) == 1


@LINUX
async def test_on_a_full_disk_writes_are_refused_and_reads_go_on(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedService() as service, audited(Path("/dev/full")) as observer:
        async with connected(service.url, observer=observer) as client:
            await client.call_tool("call_write_operation", MAKE)
            await wait_until(lambda: "the audit cannot be written" in caplog.text)
            said = text_of(await client.call_tool("call_write_operation", MAKE))
            assert "No space left on device" in said
            assert not (await client.call_tool("call_read_operation", LOOK)).is_error
        assert service.count == 2
    assert "lines of the audit are lost" in caplog.text


def test_what_was_cut_off_is_written_anew_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "audit.jsonl", os.write
    file = open_file(path)
    rooms = [13, 3, 100, 100]  # bytes that the disk has left at each write

    def write(descriptor: int, text: bytes) -> int:
        return real(descriptor, text[: rooms.pop(0)])

    monkeypatch.setattr(os, "write", write)
    lines = [b'{"n":1}\n', b'{"n":2}\n']
    while lines:
        del lines[: file.write(lines)]
    file.close()
    whole = [line for line in path.read_bytes().splitlines() if line.endswith(b"}")]
    assert whole == [b'{"n":1}', b'{"n":2}']


async def test_a_call_waits_for_room_and_none_is_sent_without(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    writer = AuditWriter(open_file(path))  # nobody writes yet
    for number in range(MOST_LINES):
        await put(writer, b'{"n":%d}\n' % number)
    writer.put_without_room(b'{"never": 1}\n')
    waited: list[int] = []

    async def wait(number: int) -> None:
        await put(writer, b'{"n":%d}\n' % number)
        waited.append(number)

    async with anyio.create_task_group() as tasks:
        for number in range(MOST_LINES, MOST_LINES + 50):
            tasks.start_soon(wait, number)
        with anyio.move_on_after(0.05):
            await writer.take_room()  # somebody who gives up, and takes no room with them
        assert waited == []
        writer.begin()
    writer.end()
    lines = read_lines(path)
    assert [line["n"] for line in lines if "n" in line] == list(range(MOST_LINES + 50))
    assert [line["unwritten_refusals"] for line in lines if "n" not in line] == [1]


async def test_a_call_that_waits_too_long_for_room_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ims_mcp.audit.writer.WAIT_SECONDS", 0.05)
    writer = AuditWriter(open_file(tmp_path / "audit.jsonl"))
    for _ in range(MOST_LINES):
        await writer.take_room()
    with pytest.raises(Refused, match="lines behind"):
        await writer.take_room()
    writer.give_back()
    await writer.take_room()
    writer.begin()
    writer.end()


async def test_the_event_loop_is_not_held_up_by_a_slow_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real, may_write = tmp_path / "audit.jsonl", os.write, threading.Event()

    def write(descriptor: int, text: bytes) -> int:
        assert may_write.wait(60)
        return real(descriptor, text)

    monkeypatch.setattr(os, "write", write)
    writer = AuditWriter(open_file(path))
    writer.begin()
    for number in range(100):
        await put(writer, b'{"n":%d}\n' % number)
    assert path.read_bytes() == b""
    may_write.set()
    writer.end()
    assert [line["n"] for line in read_lines(path)] == list(range(100))


@pytest.mark.parametrize("name", ["", "missing/audit.jsonl", "a\0b"])
def test_what_cannot_be_opened_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="audit cannot be written to"):
        open_file(tmp_path / name)


@POSIX
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="it is no file"):
        open_file(tmp_path / "pipe")
