"""A configuration file that changes while a server runs: good changes count at once, others change nothing."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from ims_mcp.config.mistakes import ConfigError
from ims_mcp.config.watched import WatchedConfig
from ims_mcp.own_file import LOOK_SECONDS
from tests.clock import Clock
from tests.config.written import GOOD, first_grant, write_config

pytestmark = pytest.mark.anyio


def test_a_server_does_not_start_with_a_file_that_is_wrong(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", write_config(tmp_path, "x = 1")):
        with pytest.raises(ConfigError):
            WatchedConfig(path)


async def test_what_was_taken_away_has_ended_with_the_next_look(tmp_path: Path) -> None:
    path, clock = write_config(tmp_path, GOOD), Clock()
    watched = WatchedConfig(path, clock=clock)
    before = await watched.current()
    assert list(before.find_rights("ann", {})) == ["studio"]
    write_config(tmp_path, GOOD.replace("ann", "bob"))
    clock.now += LOOK_SECONDS - 0.01
    assert await watched.current() is before, "the file is not looked at for every call"
    clock.now += 0.01
    after = await watched.current()
    assert (after.find_rights("ann", {}), list(after.find_rights("bob", {}))) == ({}, ["studio"])
    clock.now += LOOK_SECONDS
    assert await watched.current() is after
    assert LOOK_SECONDS < 1.0


async def test_a_file_that_was_put_in_place_of_another_counts(tmp_path: Path) -> None:
    path, clock = write_config(tmp_path, GOOD), Clock()
    link = tmp_path / "mounted.toml"
    link.symlink_to(path)
    watched = WatchedConfig(link, clock=clock)
    (tmp_path / "next").mkdir()
    link.unlink()
    link.symlink_to(write_config(tmp_path / "next", GOOD.replace("ann", "bob")))
    clock.now += LOOK_SECONDS
    assert first_grant(await watched.current()).subjects == ("bob",)


@pytest.mark.parametrize(
    "how", ["wrong", "removed", pytest.param("rights", marks=pytest.mark.skipif(os.name != "posix", reason="POSIX's"))]
)
async def test_a_change_that_cannot_be_used_changes_nothing_and_is_logged_once(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = write_config(tmp_path, GOOD), Clock()
    watched = WatchedConfig(path, clock=clock)
    before = await watched.current()
    match how:
        case "wrong":
            write_config(tmp_path, GOOD + 'toolsets = ["edting"]\ncost = true\n')
            said = ["grants[0].toolsets[0]: “edting” is not a toolset", "grants[0].cost: There is no “cost” here"]
        case "removed":
            path.unlink()
            said = ["It is not there."]
        case _:
            path.chmod(0o666)
            said = ["It can be changed by others"]
    for _ in range(3):
        clock.now += LOOK_SECONDS
        assert await watched.current() is before
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert error.startswith("the configuration stays as it was: The configuration file ")
    assert all(part in error for part in said)
    write_config(tmp_path, GOOD.replace("ann", "bob"))
    clock.now += LOOK_SECONDS
    assert first_grant(await watched.current()).subjects == ("bob",)
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_change_in_the_same_moment_as_the_one_before_is_not_missed(tmp_path: Path) -> None:
    path, clock = write_config(tmp_path, GOOD), Clock()
    found = path.stat()
    watched = WatchedConfig(path, clock=clock)
    write_config(tmp_path, GOOD.replace("ann", "bob"))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert path.stat().st_mtime_ns == found.st_mtime_ns and path.stat().st_size == found.st_size
    clock.now += LOOK_SECONDS
    assert first_grant(await watched.current()).subjects == ("bob",)


async def test_what_says_the_same_as_before_is_no_change(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, clock = write_config(tmp_path, GOOD), Clock()
    watched = WatchedConfig(path, clock=clock)
    before = await watched.current()
    write_config(tmp_path, f"# a remark\n{GOOD}")
    clock.now += LOOK_SECONDS
    with caplog.at_level(logging.INFO):
        assert await watched.current() is before
    assert caplog.records == []
