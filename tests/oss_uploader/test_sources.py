"""Only regular files are sent, and only as they were when the upload began."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePath
from typing import Any

import anyio
import pytest

from ims_mcp.client.oss.errors import SourceChanged, SourceRefused
from ims_mcp.client.oss.source import Source, UploadDirectory
from tests.fault_proxy import Slow
from tests.oss_uploader.setting import KIB, MIB, PART, Setting, content, until


def make_directory(path: Path) -> None:
    path.mkdir()


def make_link(path: Path) -> None:
    path.with_name("real.bin").write_bytes(b"secret")
    path.symlink_to(path.with_name("real.bin"))


def make_dangling_link(path: Path) -> None:
    path.symlink_to("/nowhere")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_nothing(path: Path) -> None:
    assert not path.exists()


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_directory, "is a directory"),
        (make_pipe, "is a pipe"),
        (make_link, "is a symbolic link"),
        (make_dangling_link, "is a symbolic link"),
        (make_socket, "is a socket"),
        (make_nothing, "There is no file"),
    ],
    ids=["directory", "pipe", "link", "dangling link", "socket", "nothing"],
)
async def test_what_is_not_a_regular_file_is_refused(
    setting: Setting, make: Callable[[Path], None], words: str
) -> None:
    path = setting.home / "clip.bin"
    make(path)
    with anyio.fail_after(60):
        with pytest.raises(SourceRefused, match=words) as refusal:
            await setting.upload(path)
    assert refusal.value.next_step
    assert setting.proxy.seen == []
    assert setting.left_behind() == []


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/stdin/x", "/nowhere/at/all", "a\0b", "x" * 300])
async def test_devices_and_impossible_paths_are_refused(setting: Setting, path: str) -> None:
    with pytest.raises(SourceRefused) as refusal:
        await setting.upload(Path(path))
    assert "\0" not in refusal.value.explain()


@pytest.mark.anyio
async def test_a_file_that_may_not_be_read_is_refused(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    path = setting.file(10)
    path.chmod(0)
    if os.geteuid() == 0:  # root may read anything
        open_file = os.open

        def denied(name: Any, *arguments: Any, **options: Any) -> int:
            if name == path:
                raise PermissionError(13, "Permission denied")
            return open_file(name, *arguments, **options)

        monkeypatch.setattr(os, "open", denied)
    with pytest.raises(SourceRefused, match="may not be read"):
        await setting.upload(path)


def seen_before(path: Path) -> Callable[..., os.stat_result]:
    """Looks at files, of which the one at ``path`` shows what was there a moment ago."""
    look, status = os.stat, path.lstat()

    def stat(name: str | Path, **options: Any) -> os.stat_result:
        return status if Path(name).name == path.name else look(name, **options)

    return stat


def test_a_file_that_becomes_a_link_at_the_last_moment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the opening."""
    path = tmp_path / "clip.bin"
    path.write_bytes(b"mine")
    look = seen_before(path)
    path.unlink()
    (tmp_path / "secret").write_bytes(b"not yours")
    path.symlink_to(tmp_path / "secret")
    monkeypatch.setattr(os, "stat", look)
    with pytest.raises(SourceRefused, match="symbolic link"):
        Source.open(path)


def test_a_file_that_becomes_a_pipe_at_the_last_moment_is_refused_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clip.bin"
    path.write_bytes(b"mine")
    look = seen_before(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", look)
    with pytest.raises(SourceRefused, match="is a pipe"):
        Source.open(path)


async def changed_while_sent(setting: Setting, change: Callable[[Path], None], size: int = 12 * MIB) -> str:
    """The text of the error an upload ends with whose file changes when its second part begins."""
    setting.proxy.inject(Slow(4_000 * KIB), lambda seen: seen.kind in ("part", "put"), times=99)
    path = setting.file(size)
    failures: list[SourceChanged] = []

    async def upload() -> None:
        with pytest.raises(SourceChanged) as failure:
            await setting.upload(path, uploader={"part_bytes": MIB, "multipart_threshold_bytes": 10 * MIB})
        failures.append(failure.value)

    async with anyio.create_task_group() as group:
        group.start_soon(upload)
        await until(lambda: any(seen.forwarded for seen in setting.proxy.seen if seen.kind in ("part", "put")))
        change(path)
    assert setting.unfinished() == []
    assert setting.left_behind() == []
    assert setting.stored() is None
    assert "then upload it again" in failures[0].explain()
    return str(failures[0])


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, 5 * MIB)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(11 * MIB)
        file.write(b"other")


def replace(path: Path) -> None:
    other = path.with_name("other.bin")
    other.write_bytes(content(12 * MIB, 9))
    other.replace(path)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (grow, r"grew while it was sent: from 12,582,912 to 12,582,916 bytes"),
        (shrink, "became shorter while it was sent"),
        (empty, "became shorter while it was sent"),
        (overwrite, "was written to while it was sent"),
        (replace, "was replaced by another file while it was sent"),
    ],
)
async def test_a_file_that_changes_while_it_is_sent_leaves_no_object(
    setting: Setting, change: Callable[[Path], None], words: str
) -> None:
    assert words in await changed_while_sent(setting, change)


@pytest.mark.anyio
async def test_a_small_file_that_grows_while_it_is_sent_leaves_no_object(setting: Setting) -> None:
    """Its last bytes are held back until it is known that they are the last."""
    assert "grew" in await changed_while_sent(setting, grow, size=9 * MIB)


@pytest.mark.anyio
async def test_a_file_that_is_removed_while_it_is_sent_arrives_whole(setting: Setting) -> None:
    path = setting.file(8 * PART)
    expected = path.read_bytes()
    setting.proxy.inject(Slow(1_000 * KIB), "part", times=99)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: setting.upload(path))
        await until(lambda: setting.proxy.of_kind("part"))
        path.unlink()
    assert setting.stored() == expected


@pytest.mark.anyio
async def test_a_disk_that_fails_is_said_and_what_was_sent_is_kept(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = setting.file(6 * PART)
    read = os.pread

    def failing(descriptor: int, length: int, offset: int) -> bytes:
        if offset >= 3 * PART:
            raise OSError(5, "Input/output error")
        return read(descriptor, length, offset)

    with monkeypatch.context() as broken:
        broken.setattr(os, "pread", failing)
        with pytest.raises(SourceRefused, match=r"could not be read on \(Input/output error\)") as failure:
            await setting.upload(path, uploader={"threads": 1})
    assert failure.value.resumable
    assert (await setting.upload(path)).parts_skipped == 3


def test_a_reader_left_behind_keeps_the_file_open(tmp_path: Path) -> None:
    """Its descriptor must not become that of another file while a thread reads."""
    path = tmp_path / "clip.bin"
    path.write_bytes(b"0123456789")
    source = Source.open(path)
    with source.keep_open():
        source.close()
        assert source.read(4, 2) == b"2345"
    with pytest.raises(SourceRefused, match="closed"), source.keep_open():
        pass


# On systems that open no file from an open directory, and have no pread: Windows. The same code, with what Linux has in
# the place of the handle's final path.


@pytest.fixture
def by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("only Linux tells here where an open file lies")
    monkeypatch.setattr("ims_mcp.client.oss.source._FROM_DIRECTORIES", False)
    monkeypatch.delattr(os, "pread")


@pytest.mark.anyio
@pytest.mark.usefixtures("by_path")
async def test_where_files_are_opened_by_their_path_they_arrive_as_well(setting: Setting) -> None:
    path = setting.file(12 * PART)
    directory = UploadDirectory.look_at(setting.home.resolve())
    with closing(Source.open_beneath(directory, PurePath(path.name))) as source:
        await setting.upload(source, uploader={"threads": 4})
    assert setting.arrived(path)
    assert setting.parts_sent() == list(range(1, 13))


@pytest.mark.usefixtures("by_path")
def test_where_files_are_opened_by_their_path_none_outside_is_taken(tmp_path: Path) -> None:
    files, outside = tmp_path / "files", tmp_path / "outside"
    for each in (files, outside):
        each.mkdir()
        (each / "a.mp4").write_bytes(each.name.encode())
    (files / "sub").symlink_to(outside)
    directory = UploadDirectory.look_at(files.resolve())
    Source.open_beneath(directory, PurePath("a.mp4")).close()
    with pytest.raises(SourceRefused, match="leads out of the upload directory"):
        Source.open_beneath(directory, PurePath("sub/a.mp4"))
    (files / "a.mp4").unlink()
    (files / "a.mp4").symlink_to(outside / "a.mp4")
    with pytest.raises(SourceRefused, match="symbolic link"):
        Source.open_beneath(directory, PurePath("a.mp4"))
    files.rename(tmp_path / "moved")
    outside.rename(files)
    with pytest.raises(SourceRefused, match="was replaced since"):
        Source.open_beneath(directory, PurePath("a.mp4"))


# Beneath a directory.


def tree(tmp_path: Path) -> tuple[UploadDirectory, Path]:
    """A directory with ``one/two/a.mp4`` in it, and one outside of it with the same."""
    for name in ("files", "outside"):
        (tmp_path / name / "one" / "two").mkdir(parents=True)
        (tmp_path / name / "one" / "two" / "a.mp4").write_bytes(name.encode())
    return UploadDirectory.look_at((tmp_path / "files").resolve()), tmp_path / "outside"


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="files are opened by their path here")
@pytest.mark.parametrize("opening", ["files", "one", "two", "a.mp4"])
def test_whatever_is_swapped_between_two_components_nothing_outside_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opening: str
) -> None:
    """The directory two above is replaced just as the next component is opened."""
    directory, outside = tree(tmp_path)
    really = os.open

    def swapping(path: str | Path, flags: int, *arguments: int, **options: int | None) -> int:
        if Path(path).name == opening and not (tmp_path / "files" / "one").is_symlink():
            (tmp_path / "files" / "one").rename(tmp_path / "moved")
            (tmp_path / "files" / "one").symlink_to(outside / "one")
        return really(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", swapping)
    if opening in ("files", "one"):
        with pytest.raises(SourceRefused, match="symbolic link"):
            Source.open_beneath(directory, PurePath("one/two/a.mp4"))
        return
    with closing(Source.open_beneath(directory, PurePath("one/two/a.mp4"))) as source, source.keep_open():
        assert source.read(5, 0) == b"files"


def test_a_directory_that_may_be_passed_but_not_listed_is_passed(tmp_path: Path) -> None:
    directory, _ = tree(tmp_path)
    (tmp_path / "files" / "one").chmod(0o311)
    Source.open_beneath(directory, PurePath("one/two/a.mp4")).close()


def test_the_path_of_the_directory_itself_is_no_file(tmp_path: Path) -> None:
    directory, _ = tree(tmp_path)
    with pytest.raises(SourceRefused, match="is a directory"):
        Source.open_beneath(directory, PurePath())


def test_a_refusal_leaves_no_file_open(tmp_path: Path) -> None:
    directory, outside = tree(tmp_path)
    (tmp_path / "files" / "link").symlink_to(outside)
    os.mkfifo(tmp_path / "files" / "pipe")
    before = len(list(Path("/dev/fd").iterdir()))
    for below in ("", "one", "link/one/two/a.mp4", "link", "pipe", "one/two/a.mp4/b", "nothing", "one/x/y", "x" * 300):
        with pytest.raises(SourceRefused):
            Source.open_beneath(directory, PurePath(below))
    assert len(list(Path("/dev/fd").iterdir())) == before
