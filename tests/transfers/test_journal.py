"""The list of transfers on disk: what it believes, what it reads again, what it forgets, and what it does unlocked."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ims_mcp.workflows.transfers.transfer import KEPT_DAYS, Journal, Transfer, TransferError
from tests.transfers.setting import MIB, Setting, call, refused, until

DAY = 86_400.0


def transfer(name: str = "a.mp4", **changes: Any) -> Transfer:
    usual: dict[str, Any] = {
        "kind": "media",
        "service": "s",
        "path": f"/files/{name}",
        "size_bytes": 1,
        "modified_ns": 1,
        "destination": "vod",
        "arguments": {},
    }
    return Transfer(**usual | changes)


@pytest.mark.parametrize("identity", ["../../x", "t-ffffffffffff", "/etc/passwd", 7])
def test_a_record_is_the_one_its_file_is_named_after_whatever_it_says(tmp_path: Path, identity: object) -> None:
    journal = Journal(tmp_path / "state" / "transfers")
    entered = journal.enter(transfer())
    path = tmp_path / "state" / "transfers" / f"{entered.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"id": identity}))
    assert journal.read(entered.id).id == entered.id
    assert [known.id for known in journal.all()] == [entered.id]
    again = journal.enter(transfer())
    with journal.held(again.id):
        assert again.id == entered.id
    assert sorted(found.name for found in tmp_path.rglob("*") if found.is_file()) == [path.name]


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 5},
        {"state": "odd"},
        {"path": None},
        {"size_bytes": "1"},
        {"arguments": []},
        {"kind": "x"},
        {"created": "now"},
    ],
)
def test_a_record_of_something_else_is_passed_over(tmp_path: Path, wrong: dict[str, object]) -> None:
    journal = Journal(tmp_path)
    entered = journal.enter(transfer())
    path = tmp_path / f"{entered.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    assert journal.all() == []
    with pytest.raises(TransferError, match="There is no transfer"):
        journal.read(entered.id)


def test_only_what_was_written_since_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = Journal(tmp_path), Journal(tmp_path)
    entered = [writer.enter(transfer(f"{number}.mp4")) for number in range(20)]
    read: list[str] = []
    read_text = Path.read_text

    def count(path: Path, *arguments: Any, **options: Any) -> str:
        read.append(path.stem)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", count)
    assert len(reader.all()) == len(read) == 20
    assert len(reader.all()) == 20
    assert len(read) == 20
    entered[3].state = "done"
    writer.write(entered[3])
    assert {known.id: known.state for known in reader.all()}[entered[3].id] == "done"
    assert read[20:] == [entered[3].id]


def test_what_is_changed_by_whoever_read_it_is_not_changed_for_others(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.enter(transfer())
    journal.all()[0].state = "failed"
    assert journal.all()[0].state == "starting"


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
    journal = Journal(tmp_path, clock=lambda: now)
    old = journal.enter(transfer())
    old.state = state
    journal.write(old)
    (tmp_path / f"{old.id}.lock").touch()
    (tmp_path / f"{old.id}.0123abcd.new").touch()
    now += (KEPT_DAYS - 1) * DAY
    other = journal.enter(transfer("b.mp4"))
    assert {known.id for known in journal.all()} == {old.id, other.id}
    now += 2 * DAY
    third = journal.enter(transfer("c.mp4"))
    wanted = {old.id, other.id, third.id} if kept else {other.id, third.id}
    assert {known.id for known in journal.all()} == wanted
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"} == {f"{name}.json" for name in wanted}
    assert (tmp_path / f"{old.id}.lock").exists() is kept


def test_what_is_asked_for_again_is_kept(tmp_path: Path) -> None:
    now = time.time()
    journal = Journal(tmp_path, clock=lambda: now)
    done = journal.enter(transfer())
    done.state = "done"
    journal.write(done)
    long_ago = now - (KEPT_DAYS - 1) * DAY
    os.utime(tmp_path / f"{done.id}.json", (long_ago, long_ago))
    assert journal.enter(transfer()).id == done.id
    now += 2 * DAY
    assert journal.enter(transfer()).id == done.id


def test_no_lock_files_are_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(5):
        entered = journal.enter(transfer(f"{number}.mp4"))
        with journal.held(entered.id) as alone:
            assert alone
            assert journal.held_elsewhere(entered.id)
        assert not journal.held_elsewhere(entered.id)
    assert list(tmp_path.glob("*.lock")) == []


def test_many_at_once_enter_one_transfer_each_and_hold_it_alone(tmp_path: Path) -> None:
    """Each lock's file is removed when it is let go, under the hands of those who wait for it."""
    entered: set[str] = set()
    working, most = 0, 0
    guard = threading.Lock()

    def enter() -> None:
        nonlocal working, most
        journal = Journal(tmp_path)
        for number in range(20):
            found = journal.enter(transfer(f"{number % 4}.mp4"))
            entered.add(found.id)
            with journal.held("t-000000000000") as alone:
                if alone:
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
    monkeypatch.setattr("ims_mcp.workflows.transfers.transfer._ENTER_SECONDS", 0.05)
    with FileLock(tmp_path / "start.lock"), pytest.raises(TransferError, match="Another server process") as refusal:
        Journal(tmp_path).enter(transfer())
    assert refusal.value.resumable
    assert list(tmp_path.glob("t-*")) == []


def test_where_nothing_can_be_locked_nothing_is_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", without_locks)
    with pytest.raises(TransferError, match="cannot be written down"):
        Journal(tmp_path).enter(transfer())
    assert list(tmp_path.glob("t-*")) == []


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
        await until(setting.sent_parts)
    setting.fast()
    setting.proxy.seen.clear()
    return setting.state / "transfers" / f"{first['transfer_id']}.json"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/etc/passwd", "link.mp4", "../outside.mp4", "/dev/zero", "", "."])
async def test_a_record_that_names_another_file_sends_none_of_it(setting: Setting, path: str) -> None:
    written = await interrupted(setting, "vod")
    (setting.home / "outside.mp4").write_bytes(b"secret")
    (setting.files / "link.mp4").symlink_to(setting.home / "outside.mp4")
    record = json.loads(written.read_text()) | {"path": path}
    written.write_text(json.dumps(record))
    async with setting.client() as client:
        await refused(client, "transfer_status", transfer_id=written.stem)
    assert setting.sent_parts() == []
    assert setting.writes() == []


@pytest.mark.anyio
async def test_a_record_that_asks_to_overwrite_an_asset_does_so_no_more_than_a_call(setting: Setting) -> None:
    written = await interrupted(setting, setting.own())
    record = json.loads(written.read_text())
    record["arguments"] |= {"Overwrite": True}
    written.write_text(json.dumps(record))
    async with setting.client() as client:
        assert "nobody confirmed it" in await refused(client, "transfer_status", transfer_id=written.stem)
    assert setting.asked("RegisterMediaInfo") == 0
