"""A server that ends in the middle of an upload, however it ends: the next one goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault_proxy import Stall
from tests.local_ims.server import wait_for
from tests.transfers.served import served
from tests.transfers.setting import MIB, Setting, ims_behind_proxy

WHOLE_PART = 8 * MIB


def reached(setting: Setting, parts: int) -> Callable[[], bool | None]:
    return lambda: len(setting.sent_parts()) >= parts or None


def hold_completion(setting: Setting) -> None:
    """However fast the parts are: the upload is not completed, but by whoever comes after the next :meth:`fast`."""
    setting.proxy.inject(Stall(), lambda seen: seen.kind == "complete" and "uploadId" in seen.query)


def quiet(setting: Setting) -> None:
    """What the proxy has taken from a dead process still goes on to OSS: until that has ended."""
    wait_for(lambda: setting.proxy.open_connections == 0 or None)


def check_nothing_was_lost(setting: Setting, last: dict[str, object], path: Path, before: list[int]) -> None:
    assert last["state"] == "done"
    assert not set(before) & set(setting.sent_parts()), "finished parts are not sent again"
    assert setting.content(str(last["object"])) == path.read_bytes()
    assert setting.unfinished(str(last["object"])) == []
    assert [path.suffix for path in (setting.state / "transfers").iterdir()] == [".json"]


@pytest.mark.parametrize("how", ["kill", "terminate", "close"])
def test_the_next_server_goes_on_where_the_last_one_ended(setting: Setting, how: str) -> None:
    path = setting.video(3 * WHOLE_PART + 5)
    hold_completion(setting)
    setting.slow(30 * MIB)
    with served(setting) as first:
        first.begin("upload_media", path=str(path))
        wait_for(reached(setting, 1))
        first.stop(how)
    quiet(setting)
    [left] = setting.journal()
    assert left["state"] == "uploading"
    before = setting.sent_parts()
    assert 1 <= len(before) <= 4
    setting.fast()
    setting.proxy.seen.clear()
    with served(setting) as second:
        last = second.call("transfer_status", transfer_id=left["id"])
    check_nothing_was_lost(setting, last, path, before)
    assert last["uploaded"]["parts_taken_over"] == len(before)
    assert last["MediaId"] == left["media_id"]
    assert last["summary"]["status"] == "Normal"


def test_the_same_call_goes_on_after_a_crash_in_a_bucket_of_our_own(setting: Setting) -> None:
    path = setting.video(3 * WHOLE_PART)
    arguments = {"path": str(path), "destination": setting.own("a/")}
    hold_completion(setting)
    setting.slow(30 * MIB)
    with served(setting) as first:
        first.begin("upload_media", **arguments)
        wait_for(reached(setting, 1))
        first.stop("kill")
    quiet(setting)
    before = setting.sent_parts()
    setting.fast()
    setting.proxy.seen.clear()
    with served(setting) as second:
        last = second.call("upload_media", **arguments)
    check_nothing_was_lost(setting, last, path, before)
    assert len(setting.journal()) == 1


def test_it_goes_on_though_the_embedded_ims_has_moved_to_another_port(tmp_path: Path, clip: Path) -> None:
    data_dir = tmp_path / "ims"
    with ims_behind_proxy(data_dir) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        path = setting.video(3 * WHOLE_PART)
        hold_completion(setting)
        setting.slow(30 * MIB)
        with served(setting) as first:
            first.begin("upload_media", path=str(path))
            wait_for(reached(setting, 1))
            first.stop("kill")
        quiet(setting)
        before = setting.sent_parts()
    with ims_behind_proxy(data_dir) as (moved, proxy):
        assert moved.endpoint != ims.endpoint
        setting = Setting(moved, proxy, tmp_path, clip)
        with served(setting) as second:
            last = second.call("transfer_status", transfer_id=setting.journal()[0]["id"])
        check_nothing_was_lost(setting, last, path, before)


def test_a_cancelled_call_stops_its_upload(setting: Setting) -> None:
    path = setting.video(3 * WHOLE_PART)
    setting.slow(4 * MIB)
    with served(setting) as server:
        number = server.begin("upload_media", path=str(path))
        wait_for(lambda: bool(setting.proxy.of_kind("part")) or None)
        server.cancel(number)
        wait_for(lambda: setting.journal()[0]["state"] == "cancelled" or None)
        told = server.call("transfer_status", transfer_id=setting.journal()[0]["id"])
    assert told["state"] == "cancelled"
    assert setting.unfinished(told["object"]) == []
