"""The data directory is the embedded IMS's own, or is left as it is; and what is in it is for its user alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ims_mcp.errors import LocalImsError
from ims_mcp.local.data_dir import MARKER, DataDir, DataDirInUse
from ims_mcp.local.endpoint_file import read_announcement
from tests.local_ims.server import ims_process, running_ims

# What people had in directories that happened to be called as ours are.
STRANGERS = {
    "work/thesis/main.tex": "years of it",
    "pulls/2026/a.pdf": "an invoice",
    "recordings/band/take1.wav": "the good take",
    "objects/statue.obj": "a mesh",
    "objects/sub/x": "deeper",
    "notes.txt": "unrelated",
}
posix = pytest.mark.skipif(os.name != "posix", reason="rights and owners of POSIX")


def fill(directory: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def content(directory: Path) -> dict[str, str]:
    return {str(path.relative_to(directory)): path.read_text() for path in directory.rglob("*") if path.is_file()}


def refusal(data_dir: Path) -> str:
    with pytest.raises(LocalImsError) as refused, running_ims(data_dir):
        pass
    return refused.value.explain()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("kept", [list(STRANGERS), ["notes.txt"], ["objects/statue.obj"], ["work/thesis/main.tex"]])
def test_a_directory_with_files_of_somebody_elses_is_refused_and_left_as_it_is(tmp_path: Path, kept: list[str]) -> None:
    files = {name: STRANGERS[name] for name in kept}
    fill(tmp_path, files)
    rights = mode(tmp_path)
    said = refusal(tmp_path)
    assert f"The data directory {tmp_path} holds" in said
    assert "--data-dir" in said
    assert content(tmp_path) == files
    assert mode(tmp_path) == rights


def test_a_directory_that_only_looks_like_an_earlier_one_is_refused(tmp_path: Path) -> None:
    for number, text in enumerate(["", "not a database", "SQLite format 3\0" + "x" * 200]):
        files = {"ims.sqlite3": text, "objects/statue.obj": "a mesh"}
        fill(tmp_path / str(number), files)
        assert "ims.sqlite3" in refusal(tmp_path / str(number))
        assert content(tmp_path / str(number)) == files


def test_a_directory_from_before_there_were_markers_is_taken_with_what_is_in_it(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        ims.put("kept.bin", b"kept")
    (tmp_path / MARKER).unlink()
    (tmp_path / "lock.sqlite3").touch()
    with running_ims(tmp_path) as ims:
        assert ims.bucket().get_object("kept.bin").read() == b"kept"
    (tmp_path / MARKER).unlink()
    (tmp_path / "diary.txt").write_text("mine")
    assert "'diary.txt'" in refusal(tmp_path)


def test_an_earlier_directory_whose_process_was_killed_is_taken_as_well(tmp_path: Path) -> None:
    with ims_process(tmp_path) as process:
        process.ims.put("kept.bin", b"kept")
        process.kill()
    (tmp_path / MARKER).unlink()
    with running_ims(tmp_path) as ims:
        assert ims.bucket().get_object("kept.bin").read() == b"kept"


def test_a_directory_that_holds_only_those_of_accounts_is_taken(tmp_path: Path) -> None:
    with running_ims(tmp_path / "accounts" / "studio") as ims:
        ims.put("kept.bin", b"kept")
    with running_ims(tmp_path), running_ims(tmp_path / "accounts" / "studio") as ims:
        assert ims.bucket().get_object("kept.bin").read() == b"kept"
    # What only has the name is somebody else's.
    fill(tmp_path / "other", {"accounts/2025/book.txt": "mine"})
    assert "holds 'accounts'" in refusal(tmp_path / "other")


def test_an_empty_marker_among_somebody_elses_files_is_none(tmp_path: Path) -> None:
    files = {MARKER: "", f"objects/{'a' * 32}": "a file whose name has our form"}
    fill(tmp_path, files)
    assert "holds 'objects'" in refusal(tmp_path)
    assert content(tmp_path) == files
    # Left by one that was killed at that moment, or had no room: nothing else is there.
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / MARKER).touch()
    for _ in range(2):
        with running_ims(tmp_path / "begun") as ims:
            ims.put("kept.bin", b"kept")


def test_another_programs_database_is_left_as_it_is_also_beside_a_marker(tmp_path: Path) -> None:
    with running_ims(tmp_path):
        pass
    database = tmp_path / "ims.sqlite3"
    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("CREATE TABLE objects (mine); INSERT INTO objects VALUES ('a note')")
    before = database.read_bytes()
    assert "ims.sqlite3 in it is another program's" in refusal(tmp_path)
    assert database.read_bytes() == before


@posix
def test_a_file_that_has_a_name_elsewhere_too_is_neither_written_nor_changed(tmp_path: Path) -> None:
    """As a copy made of hard links has them (``cp -al``)."""
    data_dir, outside = tmp_path / "data", tmp_path / "outside"
    with running_ims(data_dir):
        pass
    outside.write_text("outside")
    outside.chmod(0o644)
    for name in ("reserve", "ims.sqlite3", "ims.sqlite3-wal", "lock", "endpoint.json", MARKER):
        kept = data_dir / f"{name}.kept"
        if is_there := (data_dir / name).exists():
            (data_dir / name).rename(kept)
        (data_dir / name).hardlink_to(outside)
        assert name in refusal(data_dir)
        (data_dir / name).unlink()
        if is_there:
            kept.rename(data_dir / name)
    (data_dir / "objects" / "linked").hardlink_to(outside)
    data_dir.chmod(0o755)
    with running_ims(data_dir):
        pass
    assert (outside.read_text(), mode(outside)) == ("outside", 0o644)


def test_one_that_ends_leaves_the_announcement_of_the_one_that_came_after(tmp_path: Path) -> None:
    """Its directory was removed while it ran, and another has made it anew."""
    with ExitStack() as stack:
        with running_ims(tmp_path / "data"):
            shutil.rmtree(tmp_path / "data")
            after = stack.enter_context(running_ims(tmp_path / "data"))
        found = read_announcement(tmp_path / "data")
        assert found is not None
        assert found.endpoint == after.endpoint


@pytest.mark.parametrize("name", ["objects", "work", "pulls", "recordings", "ims.sqlite3", "endpoint.json", "lock"])
@pytest.mark.parametrize("is_ours", [False, True])
def test_a_link_in_place_of_anything_of_ours_is_refused(tmp_path: Path, name: str, is_ours: bool) -> None:
    outside = tmp_path / "outside"
    fill(outside, {"a" * 32: "a file whose name has our form"})
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    if is_ours:
        with running_ims(data_dir):
            pass
        if (data_dir / name).is_dir():
            (data_dir / name).rmdir()
        else:
            (data_dir / name).unlink(missing_ok=True)
    (data_dir / name).symlink_to(outside if "." not in name and name != "lock" else outside / ("a" * 32))
    assert name in refusal(data_dir)
    assert content(outside) == {"a" * 32: "a file whose name has our form"}


def test_a_link_in_place_of_the_directory_is_refused_also_where_it_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("link", "link/", "dangling"):
        assert "is a link to another place" in refusal(Path(f"{tmp_path}/{name}"))
    assert not list((tmp_path / "real").iterdir())
    assert not (tmp_path / "nowhere").exists()
    # A link further up is the user's own business.
    with running_ims(tmp_path / "link" / "data"):
        assert (tmp_path / "real" / "data" / MARKER).exists()


def test_roots_homes_files_and_shared_places_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "file").write_text("text")
    assert "root of a file system" in refusal(Path(tmp_path.anchor))
    assert "is the home directory" in refusal(tmp_path / "home")
    assert "is the home directory" in refusal(tmp_path / "home" / ".." / "home")
    assert "is not a directory" in refusal(tmp_path / "file")
    assert "--data-dir" in refusal(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "text"
    if os.name == "posix":
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared").chmod(0o1777)
        assert "shared by all users" in refusal(tmp_path / "shared")
        assert mode(tmp_path / "shared") == 0o1777


def test_missing_parents_are_made_and_an_empty_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "a" / "b" / "c", tmp_path / "empty" / ".." / "dotted"):
        with running_ims(path):
            assert (path / MARKER).is_file()


@posix
def test_one_that_another_process_takes_at_the_same_moment_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, home = tmp_path / "data", Path.home()
    with ExitStack() as stack:

        def look_late() -> Path:
            monkeypatch.setattr(Path, "home", lambda: home)
            stack.enter_context(DataDir(path))
            return home

        # Looked up between the first look at the directory and the last.
        monkeypatch.setattr(Path, "home", look_late)
        with pytest.raises(DataDirInUse):
            stack.enter_context(DataDir(path))


def test_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    (tmp_path / "data").mkdir()
    assert "belongs to another user" in refusal(tmp_path / "data")


def test_a_marker_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("ims-mcp data directory, version 2\n")
    assert "of another version" in refusal(tmp_path)
    if os.name == "posix":
        os.truncate(tmp_path / MARKER, 1 << 40)  # a file with a hole, far larger than any memory
        assert "of another version" in refusal(tmp_path)
        (tmp_path / MARKER).unlink()
        os.mkfifo(tmp_path / MARKER)
        assert "of another version" in refusal(tmp_path)


@posix
def test_everything_is_for_its_user_alone_also_where_it_was_open_before(tmp_path: Path) -> None:
    with ims_process(tmp_path) as process:
        process.ims.put("a.bin", b"a")
        process.kill()
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with running_ims(tmp_path):
        rights = {path.name: mode(path) for path in (tmp_path, *tmp_path.rglob("*"))}
    assert {name: oct(found) for name, found in rights.items() if found & 0o077} == {}


def leave(directory: Path, names: list[str], make: Callable[[Path], object]) -> None:
    for name in names:
        make(directory / name)


def test_a_start_sweeps_only_names_of_its_own_form_and_nothing_through_links(tmp_path: Path) -> None:
    data_dir, outside = tmp_path / "data", tmp_path / "outside"
    with running_ims(data_dir):
        pass
    fill(outside, {"kept": "kept"})
    hexes = "0123456789abcdef" * 2
    own = [f"objects/{hexes}", f"objects/{hexes}.part", f"pulls/{hexes}"]
    leave(data_dir, own, Path.touch)
    directories = [f"work/{hexes}", "recordings/01234567-89ab-cdef-0123-456789abcdef"]
    leave(data_dir, directories, Path.mkdir)
    foreign = ["objects/notes.txt", f"objects/{hexes}.mp4", f"objects/{hexes.upper()}x", "pulls/a.pdf", "work/todo.md"]
    leave(data_dir, foreign, Path.touch)
    leave(data_dir, ["work/thesis", "recordings/band", f"objects/x{hexes[1:]}"], Path.mkdir)
    linked = f"work/{hexes[::-1]}"
    (data_dir / linked).symlink_to(outside)
    (data_dir / "work" / hexes / "inner").symlink_to(outside)
    with running_ims(data_dir):
        left = {str(path.relative_to(data_dir)) for path in data_dir.rglob("*")}
    assert left.isdisjoint([*own, *directories])
    assert left >= {*foreign, "work/thesis", "recordings/band", f"objects/x{hexes[1:]}", linked}
    assert content(outside) == {"kept": "kept"}


@pytest.mark.skipif(sys.platform != "linux", reason="mounts of Linux")
def test_a_directory_that_cannot_be_written_says_so() -> None:
    said = refusal(Path("/proc/ims-mcp/data"))
    assert "/proc/ims-mcp/data cannot be used: " in said
    assert "--data-dir" in said
