"""Which files may be sent: regular ones inside the named directories, and no others, whatever the name pretends."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from ims_mcp.settings import read_settings
from ims_mcp.workflows.local_files import UploadRules
from tests.transfers.setting import MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio


def outside(setting: Setting) -> str:
    path = setting.home / "outside.mp4"
    path.write_bytes(b"secret")
    return str(path)


def linked_file(setting: Setting) -> str:
    (setting.files / "link.mp4").symlink_to(outside(setting))
    return str(setting.files / "link.mp4")


def link_inside(setting: Setting) -> str:
    (setting.files / "inner.mp4").symlink_to(setting.video())
    return "inner.mp4"


def linked_directory(setting: Setting) -> str:
    (setting.home / "elsewhere").mkdir()
    (setting.home / "elsewhere" / "a.mp4").write_bytes(b"secret")
    (setting.files / "sub").symlink_to(setting.home / "elsewhere")
    return str(setting.files / "sub" / "a.mp4")


def link_at_level(level: int) -> Callable[[Setting], str]:
    """``a/b/c/film.mp4``, where one of the four is a link to its like outside."""

    def make(setting: Setting) -> str:
        names = ("a", "b", "c", "film.mp4")
        outer = setting.home / "outer"
        (outer / "a" / "b" / "c").mkdir(parents=True)
        (outer / "a" / "b" / "c" / "film.mp4").write_bytes(b"secret")
        above = setting.files.joinpath(*names[:level])
        above.mkdir(parents=True, exist_ok=True)
        (above / names[level]).symlink_to(outer.joinpath(*names[: level + 1]))
        return "/".join(names)

    return make


def link_to(target: str) -> Callable[[Setting], str]:
    def make(setting: Setting) -> str:
        (setting.files / "link.mp4").symlink_to(target)
        return "link.mp4"

    return make


def dangling_link(setting: Setting) -> str:
    (setting.files / "gone.mp4").symlink_to(setting.home / "nowhere")
    return "gone.mp4"


def loop(setting: Setting) -> str:
    (setting.home / "loop").symlink_to(setting.home / "loop")
    return str(setting.home / "loop" / "a.mp4")


def pipe(setting: Setting) -> str:
    os.mkfifo(setting.files / "pipe.mp4")
    return "pipe.mp4"


def listening_socket(setting: Setting) -> str:
    before = Path.cwd()
    os.chdir(setting.files)  # the address of a socket may have 107 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.mp4")
    finally:
        os.chdir(before)
    return "socket.mp4"


def below_a_file(setting: Setting) -> str:
    return f"{setting.video()}/a.mp4"


def not_there(setting: Setting) -> str:
    return str(setting.files / "nothing.mp4")


def a_directory(setting: Setting) -> str:
    (setting.files / "folder").mkdir()
    return "folder"


def dots(setting: Setting) -> str:
    return f"{setting.files}/../{Path(outside(setting)).name}"


def dots_inside(setting: Setting) -> str:
    (setting.files / "folder").mkdir()
    return f"folder/../{setting.video().name}"


def sibling(setting: Setting) -> str:
    other = setting.home / "files-of-others"
    other.mkdir()
    (other / "a.mp4").write_bytes(b"secret")
    return str(other / "a.mp4")


def long_name(setting: Setting) -> str:
    return f"{setting.files}/{'x' * 400}"


def long_path(setting: Setting) -> str:
    return f"{setting.files}/{'a/' * 3000}a.mp4"


def named(path: str) -> Callable[[Setting], str]:
    def make(_: Setting) -> str:
        return path

    return make


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (outside, "is outside the directories"),
        (sibling, "is outside the directories"),
        (loop, "is outside the directories"),
        (named("/etc/passwd"), "is outside the directories"),
        (named("/dev/zero"), "is outside the directories"),
        (named("/proc/self/environ"), "is outside the directories"),
        *((named(f"/proc/self/{name}"), "is outside the directories") for name in ("root/etc/passwd", "cwd/a", "fd/0")),
        (dots, "holds '..'"),
        (dots_inside, "holds '..'"),
        (linked_file, "symbolic link"),
        (link_inside, "symbolic link"),
        (linked_directory, "symbolic link"),
        (dangling_link, "symbolic link"),
        *((link_at_level(level), "symbolic link") for level in range(4)),
        *((link_to(to), "symbolic link") for to in ("/proc/self/environ", "/dev/zero", "/etc/passwd", "link.mp4", ".")),
        (pipe, "a pipe"),
        (listening_socket, "a socket"),
        (a_directory, "a directory"),
        (named("."), "a directory"),
        (below_a_file, "no directory"),
        (not_there, "There is no file"),
        (named("nothing.mp4"), "There is no file"),
        (named("~nobody-of-that-name/a.mp4"), "There is no file"),
        (named("~/a.mp4"), "'~' stands for no directory here"),
        (named("~root/a.mp4"), "There is no file"),
        (named("x" * 900), "There is no file"),
        (named("film.mp4\u202e"), "characters that are not shown here"),
        (named(" film.mp4"), "blanks around it"),
        (long_name, "its name is too long"),
        (long_path, "is too long"),
        (named("a/" * 3000 + "a.mp4"), "There is no file"),
        (named("a\x00b"), "is no file name"),
        (named("   "), "is no file name"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
async def test_what_is_no_file_of_a_named_directory_is_refused_and_nothing_is_sent(
    setting: Setting, make: Callable[[Setting], str], part: str, own: bool
) -> None:
    path = make(setting)
    destination = setting.own() if own else "vod"
    setting.proxy.seen.clear()
    async with setting.client() as client:
        with anyio.fail_after(60):  # a pipe that nobody writes to holds nothing up
            text = await refused(client, "upload_media", path=path, destination=destination)
    assert part in text
    assert setting.proxy.seen == []
    assert not setting.state.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes a device")
async def test_a_device_is_refused(setting: Setting) -> None:
    try:
        os.mknod(setting.files / "zero.mp4", 0o20644, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("not even root makes a device here")
    async with setting.client() as client:
        assert "a device" in await refused(client, "upload_media", path="zero.mp4")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_refused(setting: Setting) -> None:
    path = setting.video()
    path.chmod(0)
    async with setting.client() as client:
        assert "may not be read" in await refused(client, "upload_media", path=str(path))


async def test_without_a_named_directory_the_tools_say_how_to_name_one(setting: Setting) -> None:
    path = setting.video()
    async with setting.client(upload_dirs=()) as client:
        for tool, more in (("upload_media", {}), ("upload_stream", {"MediaId": "m"})):
            text = await refused(client, tool, path=str(path), **more)
            assert "--upload-dir" in text
            assert "IMS_MCP_UPLOAD_DIRS" in text
    assert setting.proxy.seen == []


async def test_a_file_larger_than_the_limit_is_refused_and_one_as_large_is_not(setting: Setting) -> None:
    path = setting.video()
    size = path.stat().st_size
    async with setting.client(max_upload_bytes=size - 1) as client:
        text = await refused(client, "upload_media", path=str(path))
        assert "--max-upload-bytes" in text
        assert f"{size - 1:,}" in text
    async with setting.client(max_upload_bytes=size) as client:
        assert (await call(client, "upload_media", path=str(path)))["state"] == "done"


async def test_holes_count_as_what_they_would_be_sent_as(setting: Setting) -> None:
    with (setting.files / "sparse.mp4").open("wb") as file:
        file.truncate(1024**4)
    async with setting.client(max_upload_bytes=1024**3) as client:
        assert "1,099,511,627,776 bytes" in await refused(client, "upload_media", path="sparse.mp4")
    assert setting.proxy.seen == []


async def test_relative_names_are_looked_for_in_every_directory(setting: Setting) -> None:
    second = setting.home / "second"
    second.mkdir()
    path = setting.video(name="deep/er/a b.mp4")
    setting.video(name="only-there.mp4").rename(second / "only-there.mp4")
    async with setting.client(upload_dirs=(setting.files.resolve(), second.resolve())) as client:
        deep = await call(client, "upload_media", path="deep/er/a b.mp4")
        there = await call(client, "upload_media", path="only-there.mp4")
    assert deep["path"] == str(path)
    assert there["path"] == str(second / "only-there.mp4")


async def test_a_directory_that_is_reached_over_a_link_works_by_either_name(setting: Setting) -> None:
    link = setting.home / "link"
    link.symlink_to(setting.files)
    named = read_settings({}, upload_dirs=[str(link)]).upload_dirs
    path = setting.video()
    async with setting.client(upload_dirs=named) as client:
        first = await call(client, "upload_media", path=str(link / path.name))
        again = await call(client, "upload_media", path=str(path))
        relative = await call(client, "upload_media", path=path.name)
        (setting.files / "inner").symlink_to(setting.home)
        outside(setting)
        assert "symbolic link" in await refused(client, "upload_media", path=str(link / "inner" / "outside.mp4"))
    assert first["state"] == "done"
    assert first["transfer_id"] == again["transfer_id"] == relative["transfer_id"]


async def test_an_empty_file_arrives_and_is_said_to_be_of_no_use(setting: Setting) -> None:
    path = setting.files / "empty.mp4"
    path.touch()
    async with setting.client() as client:
        for destination in ("vod", setting.own()):
            text = await refused(client, "upload_media", path=str(path), destination=destination)
            assert "the file was sent, but the service cannot use it" in text
    assert setting.content(f"oss://{setting.bucket}/empty.mp4") == b""


@pytest.mark.parametrize("own", [False, True])
async def test_a_file_that_grows_while_it_is_sent_is_found_out_and_nothing_of_it_stays(
    setting: Setting, own: bool
) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    arguments = {"path": str(path), "wait_seconds": 0} | ({"destination": setting.own()} if own else {})
    async with setting.client() as client:
        first = await call(client, "upload_media", **arguments)
        await until(lambda: setting.proxy.of_kind("part"))
        with path.open("ab") as file:
            file.write(b"more")
        text = await refused(client, "transfer_status", transfer_id=first["transfer_id"])
        assert "grew while it was sent" in text
        [row] = setting.journal()
        address = f"oss://{row['target']['bucket']}/{row['target']['key']}"
        assert row["state"] == "failed"
        assert setting.content(address) is None
        assert setting.unfinished(address) == []
        setting.fast()
        assert (await call(client, "upload_media", **arguments | {"wait_seconds": 20}))["state"] == "done"


async def test_a_file_that_vanished_before_its_upload_went_on_can_be_cancelled(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    path.unlink()
    async with setting.client() as client:
        assert "There is no file" in await refused(client, "transfer_status", transfer_id=first["transfer_id"])
        told = await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
    assert told["state"] == "cancelled"
    assert setting.unfinished(told["object"]) == []


async def test_a_file_outside_by_now_is_not_sent_on(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(setting.sent_parts)
    setting.proxy.seen.clear()
    other = setting.home / "other"
    other.mkdir()
    async with setting.client(upload_dirs=(other.resolve(),)) as client:
        text = await refused(client, "transfer_status", transfer_id=first["transfer_id"])
    assert "is outside the directories" in text
    assert setting.writes() == []


def test_a_directory_that_is_gone_when_the_server_starts_takes_nothing_else_with_it(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    path = setting.video()
    rules = UploadRules((setting.home / "gone", setting.files.resolve()))
    rules.open(path.name).close()
    assert "cannot be used" in caplog.text
