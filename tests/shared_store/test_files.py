"""What only files can do or suffer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import anyio
import pytest

from ims_mcp.file_store import FileStore
from ims_mcp.shared_store import StoreUnavailable
from tests.clock import Clock
from tests.shared_store.racer import add_one

pytestmark = pytest.mark.anyio


async def test_entries_outlive_their_process_and_end_in_time(tmp_path: Path) -> None:
    clock = Clock()
    assert await FileStore(tmp_path, clock).add_once("answer:1", 60)
    again = FileStore(tmp_path, clock)
    assert await again.list_keys("answer:") == ["answer:1"]
    assert not await again.add_once("answer:1", 60)
    clock.now += 61
    assert await again.list_keys("answer:") == []
    assert await again.add_once("answer:1", 60)


async def test_nothing_is_there_before_the_first_entry(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "shared")
    assert await store.list_keys("") == []
    assert not (tmp_path / "shared").exists()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
async def test_files_are_this_users_alone(tmp_path: Path) -> None:
    await FileStore(tmp_path / "shared").add_once("a", 60)
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "shared").iterdir())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b'{"ends_at": "x", "key": "a"}', b'{"ends_at": 9e99, "key": "count", "value": "%"}', b"\xff"],
)
async def test_half_a_file_counts_for_nothing(tmp_path: Path, content: bytes) -> None:
    store = FileStore(tmp_path)
    await store.update("count", add_one, 60)
    (path,) = [path async for path in anyio.Path(tmp_path).glob("*.json")]
    await path.write_bytes(content)
    assert await store.update("count", add_one, 60) == 1


async def test_a_store_that_is_full_refuses_until_something_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileStore, "MOST", 3)
    clock = Clock()
    store = FileStore(tmp_path, clock)
    for number in range(3):
        assert await store.add_once(f"key {number}", 10 + 100 * number)
    clock.now += 5
    store = FileStore(tmp_path, clock)
    with pytest.raises(StoreUnavailable, match="no room"):
        await store.add_once("one more", 10)
    assert not await FileStore(tmp_path, clock).list_keys("one")
    clock.now += 6
    assert await store.add_once("one more", 10)


async def test_in_a_store_that_is_full_what_is_there_is_read_changed_and_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileStore, "MOST", 2)
    store = FileStore(tmp_path)
    for key in ("count", "other"):
        assert await store.update(key, add_one, 60) == 1
    store = FileStore(tmp_path)
    with pytest.raises(StoreUnavailable, match="no room"):
        await store.update("one more", add_one, 60)
    assert await store.update("count", add_one, 60) == 2
    await store.update("other", lambda _: (None, None), 60)
    assert await store.update("one more", add_one, 60) == 1


async def test_what_a_crash_left_half_written_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / "abc.0123abcd.part").write_text("{")
    await FileStore(tmp_path).update("count", add_one, 60)
    assert not [path async for path in anyio.Path(tmp_path).glob("*.part")]


async def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = FileStore(tmp_path / "file" / "shared")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await store.add_once("a", 60)
    with pytest.raises(StoreUnavailable):
        await store.check()


async def test_a_value_comes_back_as_it_was(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    value = json.dumps({"title": "片名"}).encode() + b"\x00\xff"
    assert await store.update("v", lambda _: (value, None), 60) is None
    assert await store.update("v", lambda found: (found, found), 60) == value
