"""The list of transfers on disk: what it believes, what it reads again, what it forgets, and what it does unlocked."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import anyio
import pytest
from filelock import FileLock

from ims_mcp.client.oss import TransferRefused
from ims_mcp.client.oss.journal import FinishedPart, read_owner
from ims_mcp.workflows.transfers.store import KEPT_DAYS, TransferError, TransferRecord, TransferStore
from tests.transfers.setting import MIB, Setting, call, refused, until

DAY = 86_400.0


def transfer(name: str = "a.mp4", **changes: Any) -> TransferRecord:
    usual: dict[str, Any] = {
        "kind": "media",
        "service": "s",
        "path": f"/files/{name}",
        "size_bytes": 1,
        "modified_ns": 1,
        "destination": "vod",
        "arguments": {},
    }
    return TransferRecord(**usual | changes)


@pytest.mark.parametrize("identity", ["../../x", "t-ffffffffffff", "/etc/passwd", 7])
def test_a_record_is_the_one_its_file_is_named_after_whatever_it_says(tmp_path: Path, identity: object) -> None:
    store = TransferStore(tmp_path / "state" / "transfers")
    entered = store.enter(transfer())
    path = tmp_path / "state" / "transfers" / f"{entered.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"id": identity}))
    assert store.read(entered.id).id == entered.id
    assert [known.id for known in store.all()] == [entered.id]
    again = store.enter(transfer())
    with store.hold(again.id):
        assert again.id == entered.id
    assert sorted(found.name for found in tmp_path.rglob("*") if found.is_file()) == [path.name]


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 5},
        {"target": {"key": "k"}},
        {"target": {"bucket": "b", "key": None}},
        {"state": "odd"},
        {"path": None},
        {"size_bytes": "1"},
        {"arguments": []},
        {"kind": "x"},
        {"created": "now"},
    ],
)
def test_a_record_of_something_else_is_passed_over(tmp_path: Path, wrong: dict[str, object]) -> None:
    store = TransferStore(tmp_path)
    entered = store.enter(transfer())
    path = tmp_path / f"{entered.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    assert store.all() == []
    with pytest.raises(TransferError, match="There is no transfer"):
        store.read(entered.id)


def test_only_what_was_written_since_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = TransferStore(tmp_path), TransferStore(tmp_path)
    entered = [writer.enter(transfer(f"{number}.mp4")) for number in range(20)]
    read: list[str] = []

    def count(path: Path) -> dict[str, Any]:
        read.append(path.stem)
        return read_owner(path)

    monkeypatch.setattr("ims_mcp.workflows.transfers.store.read_owner", count)
    assert len(reader.all()) == len(read) == 20
    assert len(reader.all()) == 20
    assert len(read) == 20
    entered[3].state = "done"
    writer.write(entered[3])
    assert {known.id: known.state for known in reader.all()}[entered[3].id] == "done"
    assert read[20:] == [entered[3].id]


def test_what_is_changed_by_whoever_read_it_is_not_changed_for_others(tmp_path: Path) -> None:
    store = TransferStore(tmp_path)
    store.enter(transfer())
    store.all()[0].state = "failed"
    assert store.all()[0].state == "starting"


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("done", False),
        ("failed", False),
        ("cancelled", False),
        ("processing", False),
        ("starting", True),
        ("uploading", True),
        ("registering", True),
    ],
)
def test_what_ended_long_ago_is_forgotten_and_what_can_go_on_is_not(tmp_path: Path, state: Any, kept: bool) -> None:
    now = time.time()
    store = TransferStore(tmp_path, clock=lambda: now)
    old = store.enter(transfer())
    old.state = state
    store.write(old)
    (tmp_path / f"{old.id}.lock").touch()
    (tmp_path / f"{old.id}.0123abcd.new").touch()
    now += (KEPT_DAYS - 1) * DAY
    other = store.enter(transfer("b.mp4"))
    assert {known.id for known in store.all()} == {old.id, other.id}
    now += 2 * DAY
    third = store.enter(transfer("c.mp4"))
    wanted = {old.id, other.id, third.id} if kept else {other.id, third.id}
    assert {known.id for known in store.all()} == wanted
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"} == {f"{name}.json" for name in wanted}
    assert (tmp_path / f"{old.id}.lock").exists() is kept


def test_of_what_ended_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_mcp.workflows.transfers.store.MOST_KEPT", 3)
    store = TransferStore(tmp_path)
    for number in range(6):
        record = transfer(f"{number}.mp4", state="uploading" if number == 0 else "done")
        store.write(record)
        os.utime(tmp_path / f"{record.id}.json", (number, number))
    monkeypatch.setattr("ims_mcp.workflows.transfers.store.KEPT_DAYS", 100_000)
    store.enter(transfer("new.mp4"))
    assert {Path(known.path).stem for known in store.all()} == {"0", "3", "4", "5", "new"}


def test_what_is_asked_for_again_is_kept(tmp_path: Path) -> None:
    now = time.time()
    store = TransferStore(tmp_path, clock=lambda: now)
    done = store.enter(transfer())
    done.state = "done"
    store.write(done)
    long_ago = now - (KEPT_DAYS - 1) * DAY
    os.utime(tmp_path / f"{done.id}.json", (long_ago, long_ago))
    assert store.enter(transfer()).id == done.id
    now += 2 * DAY
    assert store.enter(transfer()).id == done.id


def test_no_lock_files_are_left(tmp_path: Path) -> None:
    store = TransferStore(tmp_path)
    for number in range(5):
        entered = store.enter(transfer(f"{number}.mp4"))
        with store.hold(entered.id) as journal:
            assert journal is not None
            assert store.is_held(entered.id)
        assert not store.is_held(entered.id)
    assert list(tmp_path.glob("*.lock")) == []


def test_many_at_once_enter_one_transfer_each_and_hold_it_alone(tmp_path: Path) -> None:
    """Each lock's file is removed when it is let go, under the hands of those who wait for it."""
    entered: set[str] = set()
    working, most = 0, 0
    guard = threading.Lock()

    def enter() -> None:
        nonlocal working, most
        store = TransferStore(tmp_path)
        for number in range(20):
            found = store.enter(transfer(f"{number % 4}.mp4"))
            entered.add(found.id)
            with store.hold("t-000000000000") as alone:
                if alone is not None:
                    with guard:
                        working += 1
                        most = max(most, working)
                    with guard:
                        working -= 1

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(entered) == len(list(tmp_path.glob("t-*.json"))) == 4
    assert most == 1


def test_a_list_that_somebody_else_holds_is_not_written_to_unlocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ims_mcp.workflows.transfers.store._ENTER_SECONDS", 0.05)
    with FileLock(tmp_path / "start.lock"), pytest.raises(TransferError, match="Another server process") as refusal:
        TransferStore(tmp_path).enter(transfer())
    assert refusal.value.resumable
    assert list(tmp_path.glob("t-*")) == []


def test_where_nothing_can_be_locked_nothing_is_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", without_locks)
    with pytest.raises(TransferRefused, match="cannot be written down"):
        TransferStore(tmp_path).enter(transfer())
    assert list(tmp_path.glob("t-*")) == []


def test_an_upload_that_an_earlier_version_began_is_taken_over(tmp_path: Path) -> None:
    """It had a file of its own for what OSS has."""
    store = TransferStore(tmp_path)
    record = store.enter(transfer(state="uploading"))
    before = tmp_path / "checkpoints" / f"{record.id}.journal"
    before.parent.mkdir()
    before.write_text(
        '{"version": 1, "source": {"path": "/files/a.mp4", "size": 9, "mtime_ns": 1, "ctime_ns": 1, "inode": 1}, '
        '"target": {"bucket": "b", "key": "k"}, "part_bytes": 3, "intended_at": 1.5, "doubtful": false}\n'
        '{"upload_id": "id"}\n{"part": 1, "etag": "E", "crc64": "7", "size": 3}\n{"part": 2, "etag'
    )
    for _ in range(2):
        with store.hold(record.id) as journal:
            assert journal is not None
            assert journal.record is not None
            assert (journal.record.upload_id, journal.record.parts) == ("id", {1: FinishedPart("E", 7, 3)})
        assert not before.exists()
        assert store.read(record.id) == record


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("before", "after", "taken_over"),
    [
        (b'"part_bytes": ', b'"part_bytes": 0, "was": ', False),
        (b'"part_bytes": ', b'"part_bytes": -1, "was": ', False),
        (b'"part_bytes": ', b'"part_bytes": 1e999, "was": ', False),
        (b'"part_bytes": ', b'"part_bytes": 7, "was": ', False),
        (b'{"part": ', b'\x00\xff{"part": ', True),
        (b'"crc64": "', b'"crc64": "99999999999', True),
        (b'"crc64": "', b'"crc64": "-', True),
    ],
)
async def test_lines_that_make_no_sense_are_passed_over(
    setting: Setting, before: bytes, after: bytes, taken_over: bool
) -> None:
    written = await interrupted(setting, "vod")
    content = written.read_bytes()
    assert before in content
    written.write_bytes(content.replace(before, after))
    async with setting.client() as client:
        last = await call(client, "transfer_status", transfer_id=written.stem)
    assert last["state"] == "done"
    assert (last["uploaded"]["parts_taken_over"] > 0) is taken_over
    assert setting.content(last["object"]) == await anyio.Path(last["path"]).read_bytes()


@pytest.mark.anyio
async def test_a_record_without_an_inode_is_still_the_same_file(setting: Setting) -> None:
    """As earlier versions wrote them."""
    path = setting.video()
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path))
        written = setting.state / "transfers" / f"{first['transfer_id']}.json"
        content = json.loads(written.read_text())
        del content["inode"]
        written.write_text(json.dumps(content))
        again = await call(client, "upload_media", path=str(path))
    assert again["transfer_id"] == first["transfer_id"]
    assert "nothing was sent now" in again["note"]


@pytest.mark.anyio
async def test_another_file_of_the_same_name_size_and_time_is_another_upload(setting: Setting) -> None:
    path = setting.video()
    status = path.stat()
    other = setting.video(name="other.mp4")
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path))
        assert other.stat().st_size == status.st_size
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(path)
        again = await call(client, "upload_media", path=str(path))
    assert again["transfer_id"] != first["transfer_id"]
    assert setting.content(again["object"]) == path.read_bytes()


async def interrupted(setting: Setting, destination: str) -> Path:
    """The record of an upload that was interrupted."""
    setting.slow(200_000)
    arguments = {"path": str(setting.video(MIB)), "destination": destination, "wait_seconds": 0}
    async with setting.client() as client:
        first = await call(client, "upload_media", **arguments)
        written = setting.state / "transfers" / f"{first['transfer_id']}.json"
        await until(lambda: b'{"part": ' in written.read_bytes())
    setting.fast()
    setting.proxy.seen.clear()
    return written


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/etc/passwd", "link.mp4", "../outside.mp4", "/dev/zero", "", "."])
async def test_a_record_that_names_another_file_sends_none_of_it(setting: Setting, path: str) -> None:
    written = await interrupted(setting, "vod")
    (setting.home / "outside.mp4").write_bytes(b"secret")
    (setting.files / "link.mp4").symlink_to(setting.home / "outside.mp4")
    record = read_owner(written) | {"path": path}
    written.write_text(json.dumps(record))
    async with setting.client() as client:
        await refused(client, "transfer_status", transfer_id=written.stem)
    assert setting.sent_parts() == []
    assert setting.writes() == []


@pytest.mark.anyio
async def test_a_record_that_asks_to_overwrite_an_asset_does_so_no_more_than_a_call(setting: Setting) -> None:
    written = await interrupted(setting, setting.own())
    record = read_owner(written)
    record["arguments"] |= {"Overwrite": True}
    written.write_text(json.dumps(record))
    async with setting.client() as client:
        assert "nobody confirmed it" in await refused(client, "transfer_status", transfer_id=written.stem)
    assert setting.asked("RegisterMediaInfo") == 0
