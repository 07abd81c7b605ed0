"""An upload that ended early goes on where it stopped, and what it cannot use of before it does not leave behind."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.client.oss import journal as journal_module
from ims_mcp.client.oss.errors import TransferRefused, UploadError, UploadInterrupted
from ims_mcp.client.oss.journal import FinishedPart, UploadJournal, UploadRecord
from ims_mcp.client.oss.source import Identity
from tests.fault_proxy import Answer, LoseAnswer
from tests.local_oss.clients import Client, oss2
from tests.oss_uploader.setting import PART, Setting, content, part_number

SIZE = 8 * PART


@pytest.fixture
async def stopped(setting: Setting) -> Path:
    """A file of 8 parts of which only the fifth is missing in OSS."""
    path = setting.file(SIZE)
    # The failure of one part ends the others: until the rest has arrived and is known to have, some of it twice.
    while not setting.journal().exists() or noted_parts(setting) != [1, 2, 3, 4, 6, 7, 8]:
        setting.proxy.inject(Answer(500, "InternalError"), part_number(5), times=4)
        with pytest.raises(UploadInterrupted):
            await setting.upload(path, uploader={"threads": 4})
        setting.proxy.clear()
    setting.proxy.seen.clear()
    return path


@contextmanager
def times_kept(path: Path) -> Generator[None]:
    """What is done to the file inside does not show in its time of writing."""
    times = path.stat()
    yield
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def overwrite(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"changed")


def moved_and_restricted(path: Path) -> Path:
    moved = path.rename(path.with_name("moved.bin"))
    moved.chmod(0o640)
    return moved


def identity(path: Path) -> Identity:
    return Identity.read(path.stat())


def entries(setting: Setting) -> list[dict[str, Any]]:
    """The lines of the journal behind its owner's."""
    return [json.loads(line) for line in setting.journal().read_text(encoding="ascii").splitlines()[1:]]


def noted_parts(setting: Setting) -> list[int]:
    return sorted(entry["part"] for entry in entries(setting) if "part" in entry)


@pytest.mark.anyio
async def test_only_the_missing_part_is_sent(setting: Setting, stopped: Path) -> None:
    uploaded = await setting.upload(stopped)
    assert setting.kinds() == ["parts", "part", "complete"]
    assert setting.parts_sent() == [5]
    assert (uploaded.parts, uploaded.parts_skipped, uploaded.parts_resent) == (8, 7, 0)
    assert setting.arrived(stopped)
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_the_journal_names_file_target_and_parts_and_nothing_secret(setting: Setting, stopped: Path) -> None:
    head, begun, *parts = entries(setting)
    assert head["source"] == asdict(identity(stopped))
    assert head["target"] == {"bucket": setting.bucket, "key": "clip.bin"}
    assert begun == {"upload_id": setting.unfinished()[0]}
    assert sorted(part["part"] for part in parts) == [1, 2, 3, 4, 6, 7, 8]
    assert set(parts[0]) == {"part", "etag", "crc64", "size"}
    assert stat.S_IMODE(setting.journal().stat().st_mode) == 0o600
    assert stat.S_IMODE(setting.state.stat().st_mode) == 0o700


@pytest.mark.anyio
async def test_parts_that_a_crash_kept_out_of_the_journal_are_recognised(setting: Setting, stopped: Path) -> None:
    path = setting.journal()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]) + lines[5][:20])  # the sixth line was being written
    uploaded = await setting.upload(stopped)
    assert setting.parts_sent() == [5]
    assert uploaded.parts_skipped == 7
    assert setting.arrived(stopped)


def test_a_line_that_a_crash_cut_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "t1.json"
    with UploadJournal.hold(path) as journal:
        assert journal is not None
        journal.begin(UploadRecord(Identity(9, 1, 1, 1), "bucket", "key", 3, 1.0))
        journal.note_upload_id("id", uncertain=False)
        journal.add_part(1, FinishedPart("E1", 2**64 - 1, 3))
    with path.open("ab") as file:
        file.write(b'{"part": 2, "etag')
    with UploadJournal.hold(path) as journal:
        assert journal is not None
        journal.add_part(3, FinishedPart("E3", 0, 3))
    with UploadJournal.hold(path) as journal:
        assert journal is not None
        assert journal.record is not None
        assert journal.record.parts == {1: FinishedPart("E1", 2**64 - 1, 3), 3: FinishedPart("E3", 0, 3)}
        assert (journal.record.upload_id, journal.record.uncertain) == ("id", False)


@pytest.mark.anyio
async def test_where_parts_may_not_be_listed_the_journal_is_believed(setting: Setting, stopped: Path) -> None:
    setting.proxy.inject(Answer(403, "AccessDenied"), "parts", times=9)
    await setting.upload(stopped)
    assert setting.parts_sent() == [5]
    assert setting.arrived(stopped)


@pytest.mark.anyio
async def test_a_part_that_oss_has_otherwise_is_sent_again(setting: Setting, stopped: Path) -> None:
    upload_id = setting.unfinished()[0]
    client = Client(setting.oss, "V4")
    client.bucket(setting.bucket).upload_part("clip.bin", upload_id, 2, content(PART, 99))
    client.close()
    await setting.upload(stopped)
    assert setting.parts_sent() == [2, 5]
    assert setting.arrived(stopped)


@pytest.mark.anyio
async def test_the_size_of_parts_stays_what_it_was(setting: Setting, stopped: Path) -> None:
    uploaded = await setting.upload(stopped, uploader={"part_bytes": 4 * PART, "multipart_threshold_bytes": 10 * SIZE})
    assert uploaded.parts == 8
    assert setting.parts_sent() == [5]


@pytest.mark.anyio
async def test_a_file_with_other_content_is_uploaded_anew(setting: Setting, stopped: Path) -> None:
    setting.file(SIZE, seed=2)
    uploaded = await setting.upload(stopped)
    assert setting.kinds()[:3] == ["abort", "abort", "begin"]
    assert uploaded.parts_skipped == 0
    assert setting.stored() == content(SIZE, seed=2)
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_a_file_that_became_small_is_uploaded_anew(setting: Setting, stopped: Path) -> None:
    setting.file(100)
    await setting.upload(stopped)
    assert setting.kinds() == ["abort", "abort", "put"]
    assert setting.stored() == content(100)
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_another_file_at_the_path_is_noticed_though_size_and_time_are_the_same(
    setting: Setting, stopped: Path
) -> None:
    with times_kept(stopped):
        stopped.replace(stopped.with_name("before.bin"))  # so that its inode stays taken  # noqa: ASYNC240
        setting.file(SIZE, seed=2)
    await setting.upload(stopped)
    assert setting.stored() == content(SIZE, seed=2)


@pytest.mark.anyio
async def test_content_that_changed_under_a_turned_back_clock_is_noticed_part_by_part(
    setting: Setting, stopped: Path
) -> None:
    with times_kept(stopped):
        overwrite(stopped, 2 * PART + 5)
    await setting.upload(stopped)
    assert setting.parts_sent() == [3, 5]
    assert setting.arrived(stopped)


@pytest.mark.anyio
async def test_a_file_that_was_moved_and_got_other_rights_is_still_the_same(setting: Setting, stopped: Path) -> None:
    moved = moved_and_restricted(stopped)
    await setting.upload(moved)
    assert setting.parts_sent() == [5]
    assert setting.arrived(moved)


@pytest.mark.anyio
async def test_an_upload_that_oss_forgot_starts_anew(setting: Setting, stopped: Path) -> None:
    client = Client(setting.oss, "V4")
    client.bucket(setting.bucket).abort_multipart_upload("clip.bin", setting.unfinished()[0])
    client.close()
    uploaded = await setting.upload(stopped)
    assert setting.kinds()[:2] == ["parts", "begin"]
    assert uploaded.parts_skipped == 0
    assert setting.arrived(stopped)


@pytest.mark.anyio
@pytest.mark.parametrize("may_look", [True, False])
async def test_a_crash_after_the_object_was_made_is_no_reason_to_send_it_again(
    setting: Setting, stopped: Path, may_look: bool
) -> None:
    """Unless it may not be looked at: then only sending it again makes sure."""
    setting.proxy.inject(LoseAnswer(), "complete")
    setting.proxy.inject(Answer(500, "InternalError"), lambda seen: seen.kind in ("complete", "look"), times=20)
    with pytest.raises(UploadInterrupted):
        await setting.upload(stopped)
    setting.proxy.clear()
    setting.proxy.seen.clear()
    if not may_look:
        setting.proxy.inject(Answer(403, "AccessDenied"), "look", times=9)
    uploaded = await setting.upload(stopped)
    assert setting.kinds()[:2] == ["parts", "look"]
    assert setting.parts_sent() == ([] if may_look else list(range(1, 9)))
    assert uploaded.parts_skipped == (8 if may_look else 0)
    assert setting.arrived(stopped)
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_an_upload_begun_just_before_a_crash_is_aborted_by_the_next_run(setting: Setting) -> None:
    """OSS has begun it, and the process is gone before its id is written down."""
    path = setting.file(SIZE)
    setting.proxy.inject(LoseAnswer(), "begin", times=99)
    before = time.time()
    with pytest.raises(UploadInterrupted):
        await setting.upload(path)
    setting.proxy.clear()
    assert len(setting.unfinished()) == 4
    (head,) = [line for line in entries(setting) if "part_bytes" in line]
    assert before <= head["intended_at"] <= time.time()
    await setting.upload(path)
    assert setting.unfinished() == []
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_uploads_of_others_are_left_alone(setting: Setting) -> None:
    """Of another key, with parts, begun long before, or in the journal of another transfer."""
    client = Client(setting.oss, "V4")
    setting.make_bucket()
    bucket = client.bucket(setting.bucket)
    longer = bucket.init_multipart_upload("clip.bin2").upload_id
    with_parts = bucket.init_multipart_upload("clip.bin").upload_id
    bucket.upload_part("clip.bin", with_parts, 1, b"x" * PART)
    before = bucket.init_multipart_upload("clip.bin").upload_id

    def age(connection: Any) -> None:
        connection.execute("UPDATE uploads SET initiated = initiated - 2000 WHERE id = ?", (before,))

    setting.oss.call(setting.oss.parts.objects.store.write(age))
    client.close()
    setting.proxy.inject(Answer(500, "InternalError"), "part", times=99)
    path = setting.file(SIZE)
    with pytest.raises(UploadInterrupted):
        await setting.upload(path, transfer_id="other")
    setting.proxy.clear()
    (other,) = set(setting.unfinished()) - {longer, with_parts, before}
    setting.proxy.inject(LoseAnswer(), "begin", times=2)
    await setting.upload(path)
    assert set(setting.unfinished()) == {longer, with_parts, before, other}


@pytest.mark.anyio
async def test_a_journal_belongs_to_one_object(setting: Setting, stopped: Path) -> None:
    with pytest.raises(TransferRefused, match="was begun for oss://"):
        await setting.upload(stopped, target=setting.target("other.bin"))
    assert setting.proxy.seen == []
    assert setting.left_behind() == ["t1.json"]


@pytest.mark.anyio
async def test_the_endpoint_may_move(setting: Setting, stopped: Path) -> None:
    await setting.upload(stopped, target=setting.target(endpoint=setting.oss.url))
    assert setting.arrived(stopped)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "content_",
    [b"", b"\x00\xff", b"{}\n", b"[1]\n[1]\n", b'{}\n{"part_bytes": 1, "source": {}}\n', b"{}\n" + b"[" * 100_000],
)
async def test_a_journal_that_makes_no_sense_is_left_out(setting: Setting, content_: bytes) -> None:
    setting.state.mkdir()
    setting.journal().write_bytes(content_)
    path = setting.file(3 * PART)
    await setting.upload(path)
    assert setting.arrived(path)
    assert setting.left_behind() == []


def without_its_last_line(journal: bytes) -> bytes:
    return b"".join(journal.splitlines(keepends=True)[:-1])


def claiming_the_missing_part(journal: bytes) -> bytes:
    """The line of a part that was sent, once more under the number of the one that was not."""
    entry = next(line for line in map(json.loads, journal.splitlines()) if "part" in line)
    return journal + json.dumps({**entry, "part": 5}).encode() + b"\n"


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "a quarter": lambda journal: journal[: len(journal) // 4],
    "half": lambda journal: journal[: len(journal) // 2],
    "a cut line": lambda journal: journal[:-5],
    "a line less": without_its_last_line,
    "a claim": claiming_the_missing_part,
    "NULs behind": lambda journal: journal + bytes(4096),
    "NULs": lambda journal: bytes(len(journal)),
    "garbage": lambda journal: journal + b"\xff\xfe garbage {\n",
    "blank lines": lambda journal: b"\n\n" + journal,
    "twice": lambda journal: journal + journal,
    "CRLF": lambda journal: journal.replace(b"\n", b"\r\n"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
async def test_whatever_has_become_of_a_journal_the_object_is_right(
    setting: Setting, stopped: Path, harm: Callable[[bytes], bytes]
) -> None:
    journal = setting.journal()
    journal.write_bytes(harm(journal.read_bytes()))
    await setting.upload(stopped)
    assert setting.arrived(stopped)
    assert setting.left_behind() == []


@pytest.mark.anyio
async def test_a_directory_that_cannot_be_written_is_refused_before_anything_is_sent(setting: Setting) -> None:
    setting.state.write_text("a file where the directory should be")
    with pytest.raises(TransferRefused, match="cannot be written down"):
        await setting.upload(setting.file(SIZE))
    assert setting.proxy.seen == []


@pytest.mark.anyio
async def test_a_disk_that_fills_up_does_not_stop_an_upload_under_way(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = journal_module._write  # pyright: ignore[reportPrivateUsage] - there is no full disk to be had

    def full(path: Path, lines: list[dict[str, Any]], flags: int, **options: Any) -> None:
        if "part" in lines[-1]:
            raise OSError(28, "No space left on device")
        write(path, lines, flags, **options)

    monkeypatch.setattr(journal_module, "_write", full)
    path = setting.file(SIZE)
    await setting.upload(path)
    assert setting.arrived(path)


@pytest.mark.anyio
@pytest.mark.parametrize("denied", [False, True])
async def test_an_upload_whose_id_cannot_be_written_down_is_not_begun(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, denied: bool
) -> None:
    write = journal_module._write  # pyright: ignore[reportPrivateUsage] - there is no full disk to be had

    def full(path: Path, lines: list[dict[str, Any]], flags: int, **options: Any) -> None:
        if "upload_id" in lines[-1]:
            raise OSError(28, "No space left on device")
        write(path, lines, flags, **options)

    if denied:
        setting.proxy.inject(Answer(500, "InternalError"), "abort")
    path = setting.file(SIZE)
    with monkeypatch.context() as broken:
        broken.setattr(journal_module, "_write", full)
        with pytest.raises(TransferRefused, match="No space left"):
            await setting.upload(path)
    assert len(setting.unfinished()) == int(denied)
    assert len(setting.proxy.of_kind("begin")) == 1
    await setting.upload(path)
    assert setting.unfinished() == []


@pytest.mark.anyio
async def test_aborting_takes_everything_back(setting: Setting, stopped: Path) -> None:
    await setting.abort()
    assert setting.unfinished() == []
    assert setting.left_behind() == []
    await setting.abort()
    assert setting.home in stopped.parents


@pytest.mark.anyio
async def test_aborting_that_fails_can_be_tried_again(setting: Setting, stopped: Path) -> None:
    setting.proxy.inject(Answer(403, "AccessDenied", "no"), "abort")
    with pytest.raises(UploadError, match="could not be aborted: the request to abort failed: OSS answered Acc"):
        await setting.abort()
    with pytest.raises(TransferRefused, match="was begun for"):
        await setting.abort(setting.target("other"))
    assert setting.home in stopped.parents
    assert setting.left_behind() == ["t1.json"]
    await setting.abort()
    assert setting.unfinished() == []


def test_a_journal_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t1.json"
    with UploadJournal.hold(path) as first:
        assert first is not None
        with UploadJournal.hold(path) as second:
            assert second is None
    with UploadJournal.hold(path) as third:
        assert third is not None
    assert list(tmp_path.iterdir()) == []


def test_its_owner_and_its_upload_keep_each_others_lines(tmp_path: Path) -> None:
    path = tmp_path / "t1.json"
    with UploadJournal.hold(path) as journal:
        assert journal is not None
        journal.save({"state": "uploading"})
        journal.begin(UploadRecord(Identity(9, 1, 1, 1), "bucket", "key", 3, 1.0))
        journal.note_upload_id("id", uncertain=True)
        journal.add_part(1, FinishedPart("E1", 7, 3))
        journal.note_completing(5)
        record = journal.record
        journal.save({"state": "still uploading"})
    assert journal_module.read_owner(path) == {"state": "still uploading"}
    with UploadJournal.hold(path) as journal:
        assert journal is not None
        assert journal.record == record
        journal.forget_upload()
    assert path.read_text() == '{"state": "still uploading"}\n'


@pytest.mark.anyio
@pytest.mark.parametrize("count", [45, pytest.param(2000, marks=pytest.mark.slow)])
async def test_many_parts_are_listed_page_by_page(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(oss2.Bucket, "list_parts", partialmethod(oss2.Bucket.list_parts, max_parts=count // 4))
    path = setting.file(count * 100 * 1024)
    uploader = {"part_bytes": 100 * 1024, "threads": 4}
    setting.proxy.inject(Answer(403, "AccessDenied"), part_number(count))
    with pytest.raises(UploadError):
        await setting.upload(path, uploader=uploader)
    setting.proxy.seen.clear()
    uploaded = await setting.upload(path, uploader=uploader)
    assert len(setting.proxy.of_kind("parts")) >= 4
    assert uploaded.parts_skipped >= count - 8
    assert setting.arrived(path)
