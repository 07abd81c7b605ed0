"""Whatever is put in the place of a file, or of a directory above it, while a call is answered: only the file that was
opened in the beginning is ever sent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fault_proxy import Seen, Slow
from tests.transfers.setting import KIB, MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio
NAME = "sub/deeper/film.mp4"
Swap = Callable[[Setting, Path], None]


def secret_for(setting: Setting, path: Path) -> Path:
    """A file outside that differs from ``path`` in nothing but its bytes: neither in name, size nor time of writing."""
    outside = setting.home / "outside" / "deeper" / path.name
    outside.parent.mkdir(parents=True)
    outside.write_bytes(b"S" * path.stat().st_size)
    os.utime(outside, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    return outside


def parent_by_a_link(setting: Setting, path: Path) -> None:
    path.parent.rename(setting.home / "moved")
    path.parent.symlink_to(setting.home / "outside" / "deeper")


def grandparent_by_a_link(setting: Setting, path: Path) -> None:
    path.parent.parent.rename(setting.home / "moved")
    path.parent.parent.symlink_to(setting.home / "outside")


def grandparent_by_another_directory(setting: Setting, path: Path) -> None:
    path.parent.parent.rename(setting.home / "moved")
    shutil.copytree(setting.home / "outside", path.parent.parent)


def upload_directory_by_a_link(setting: Setting, path: Path) -> None:
    del path
    setting.files.rename(setting.home / "moved")
    (setting.home / "outer").mkdir()
    (setting.home / "outside").rename(setting.home / "outer" / "sub")
    setting.files.symlink_to(setting.home / "outer")


def file_by_a_hard_link(setting: Setting, path: Path) -> None:
    path.unlink()
    path.hardlink_to(setting.home / "outside" / "deeper" / path.name)


def file_by_a_link(setting: Setting, path: Path) -> None:
    path.unlink()
    path.symlink_to(setting.home / "outside" / "deeper" / path.name)


def file_by_another(setting: Setting, path: Path) -> None:
    (setting.home / "outside" / "deeper" / path.name).replace(path)


SWAPS = (
    parent_by_a_link,
    grandparent_by_a_link,
    grandparent_by_another_directory,
    upload_directory_by_a_link,
    file_by_a_hard_link,
    file_by_a_link,
    file_by_another,
)
SMALL, LARGE = 0, MIB
"""Sent in one request, and in parts."""


def during(setting: Setting, kind: str, change: Callable[[], None]) -> list[Seen]:
    """Do it while the first request of that kind, of OSS or an operation of IMS, is on its way; that request."""
    met: list[Seen] = []

    def matches(seen: Seen) -> bool:
        if not met and kind in (seen.kind, seen.headers.get("x-acs-action")):
            met.append(seen)
            change()
        return False

    setting.proxy.inject(Slow(1), matches)
    return met


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize(
    ("size", "own", "kind"),
    [
        (SMALL, False, "CreateUploadMedia"),
        (SMALL, False, "put"),
        (SMALL, True, "look"),
        (SMALL, True, "put"),
        (LARGE, False, "CreateUploadMedia"),
        (LARGE, True, "look"),
        (LARGE, True, "begin"),
        (LARGE, False, "part"),
    ],
)
async def test_what_is_swapped_in_while_a_request_is_answered_is_not_sent(
    setting: Setting, swap: Swap, size: int, own: bool, kind: str
) -> None:
    path = setting.video(size, NAME)
    content = path.read_bytes()
    secret_for(setting, path)
    destination = setting.own() if own else "vod"
    met = during(setting, kind, lambda: swap(setting, path))
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=NAME, destination=destination)
    assert met, "the swap took place"
    assert "was replaced by another file while it was sent" in text
    sent = [seen for seen in setting.proxy.seen if seen.kind in ("put", "part")]
    assert sum(seen.forwarded for seen in sent) <= len(content)
    [row] = setting.journal()
    address = f"oss://{row['target']['bucket']}/{row['target']['key']}"
    # The credential of an upload into VOD storage may not delete: what left whole before the swap stays, and is said.
    stays = setting.content(address)
    assert stays is None or (not own and kind == "put" and stays == content and "could not be deleted" in text)
    assert setting.unfinished(address) == []


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize(("size", "kind"), [(SMALL, "RegisterMediaInfo"), (LARGE, "complete"), (SMALL, "GetMediaInfo")])
async def test_what_is_swapped_in_after_the_last_byte_changes_nothing(
    setting: Setting, swap: Swap, size: int, kind: str
) -> None:
    path = setting.video(size, NAME)
    content = path.read_bytes()
    secret_for(setting, path)
    met = during(setting, kind, lambda: swap(setting, path))
    async with setting.client() as client:
        told = await call(client, "upload_media", path=NAME, destination=setting.own())
    assert met
    assert setting.content(told["object"]) == content


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        (parent_by_a_link, "symbolic link"),
        (grandparent_by_a_link, "symbolic link"),
        (grandparent_by_another_directory, "not the file this transfer began with"),
        (upload_directory_by_a_link, "is outside the directories"),
        (file_by_a_hard_link, "not the file this transfer began with"),
        (file_by_a_link, "symbolic link"),
        (file_by_another, "not the file this transfer began with"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
async def test_what_is_swapped_in_while_no_server_runs_is_not_sent_by_the_next(
    setting: Setting, swap: Swap, words: str, own: bool
) -> None:
    path = setting.video(MIB, NAME)
    destination = setting.own() if own else "vod"
    named = setting.settings().upload_dirs
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=NAME, destination=destination, wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    setting.proxy.seen.clear()
    secret_for(setting, path)
    swap(setting, path)
    async with setting.client(upload_dirs=named) as client:
        text = await refused(client, "transfer_status", transfer_id=first["transfer_id"])
    assert words in text
    assert setting.sent_parts() == []
    assert setting.proxy.of_kind("put") == []


async def test_a_directory_that_another_one_took_the_place_of_gives_no_files_until_the_server_starts_again(
    setting: Setting,
) -> None:
    setting.video(name="film.mp4")
    other = setting.home / "other"
    other.mkdir()
    (other / "film.mp4").write_bytes(b"secret")
    async with setting.client() as client:
        setting.files.rename(setting.home / "moved")
        other.rename(setting.files)
        for path in ("film.mp4", str(setting.files / "film.mp4")):
            text = await refused(client, "upload_media", path=path)
            assert "was replaced since this server started" in text
            assert "restart this server" in text
    assert setting.proxy.seen == []


@pytest.mark.parametrize("size", [3 * KIB, MIB])
@pytest.mark.parametrize("own", [False, True])
async def test_a_file_that_grows_before_its_last_answer_has_come_leaves_no_object(
    setting: Setting, size: int, own: bool
) -> None:
    """A small one has left this machine whole when the first byte of the answer is still to come."""
    path = setting.video(size, NAME)

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    met = during(setting, "put" if size < MIB else "part", grow)
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=NAME, destination=setting.own() if own else "vod")
    assert met
    # In the middle of a write a file has its new time already, and its old size.
    assert "grew while it was sent" in text or "was written to while it was sent" in text
    [row] = setting.journal()
    assert row["state"] == "failed"
    stays = setting.content(f"oss://{row['target']['bucket']}/{row['target']['key']}")
    assert stays is None or (not own and "could not be deleted" in text)


async def test_a_file_that_grows_past_the_limit_is_not_sent_beyond_it(setting: Setting) -> None:
    path = setting.video(MIB, NAME)
    limit = path.stat().st_size

    def grow() -> None:
        with path.open("ab") as file:
            file.truncate(4 * MIB)

    during(setting, "CreateUploadMedia", grow)
    async with setting.client(max_upload_bytes=limit) as client:
        assert "grew while it was sent" in await refused(client, "upload_media", path=NAME)
    assert sum(seen.forwarded for seen in setting.proxy.of_kind("part")) <= limit


async def test_a_pipe_that_takes_the_place_of_the_file_holds_nothing_up(setting: Setting) -> None:
    path = setting.video(0, NAME)

    def pipe() -> None:
        path.unlink()
        os.mkfifo(path)

    during(setting, "CreateUploadMedia", pipe)
    async with setting.client() as client:
        assert "was replaced" in await refused(client, "upload_media", path=NAME, wait_seconds=10)
        assert "is a pipe" in await refused(client, "upload_media", path=NAME)


async def test_a_file_with_several_hard_links_is_a_file(setting: Setting) -> None:
    """Media libraries are full of them, and which name came first cannot be told."""
    path = setting.video()
    path.with_name("second name.mp4").hardlink_to(path)
    async with setting.client() as client:
        assert (await call(client, "upload_media", path="second name.mp4"))["state"] == "done"


def open_files(setting: Setting) -> list[str]:
    """The files of the upload directory that this process holds open. A directory is open while a name in it is looked
    up, which happens again and again during an upload."""
    found: list[str] = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are what is wanted
        with suppress(FileNotFoundError):  # closed since it was listed
            found.append(os.readlink(f"/proc/self/fd/{name}"))  # noqa: PTH115
    return [target for target in found if target.startswith(f"{setting.files}{os.sep}")]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists a process's open files")
async def test_a_file_is_open_while_it_is_sent_and_not_after(setting: Setting) -> None:
    path = setting.video(MIB)
    async with setting.client() as client:
        done = await call(client, "upload_media", path=str(path))
        await call(client, "upload_media", path=str(path))
        await refused(client, "upload_media", path=str(path), destination=setting.own("no-slash"))
        assert open_files(setting) == []
        setting.slow(100_000)
        slow = await call(client, "upload_stream", path=str(path), MediaId=done["MediaId"], wait_seconds=0)
        await until(lambda: len(setting.proxy.of_kind("part")) > 9)
        assert open_files(setting) == [str(path)]
        await call(client, "cancel_transfer", transfer_id=slow["transfer_id"])
        await until(lambda: not open_files(setting))
