"""Two server processes on one state directory: a transfer is worked on by one of them, the other says so."""

from __future__ import annotations

from tests.local_ims.server import wait_for
from tests.transfers.served import served
from tests.transfers.setting import MIB, Setting


def test_the_other_server_looks_on_and_takes_over_when_the_first_ends(setting: Setting) -> None:
    path = setting.video(41 * MIB)
    setting.slow(4 * MIB)
    with served(setting) as first, served(setting) as second:
        first.begin("upload_media", path=str(path))
        wait_for(lambda: bool(setting.proxy.of_kind("part")) or None)
        transfer_id = setting.journal()[0]["id"]
        looked = second.call("transfer_status", transfer_id=transfer_id, wait_seconds=0)
        assert looked["state"] == "uploading"
        assert "another server process" in looked["note"]
        again = second.call("upload_media", path=str(path), wait_seconds=0)
        assert again["transfer_id"] == transfer_id
        assert "another server process" in again["note"]
        [listed] = second.call("transfer_status")["transfers"]
        assert listed["state"] == "uploading"
        assert "another server process" in second.refused("cancel_transfer", transfer_id=transfer_id)
        assert setting.asked("CreateUploadMedia") == 1
        waiting = second.begin("transfer_status", transfer_id=transfer_id, wait_seconds=40)
        first.stop("kill")
        setting.fast()
        last = second.result(waiting)
    assert last["state"] == "done"
    assert setting.asked("CreateUploadMedia") == 1
    assert setting.content(last["object"]) == path.read_bytes()
    assert setting.unfinished(last["object"]) == []


def test_two_servers_asked_at_once_make_one_asset(setting: Setting) -> None:
    path = setting.video(3 * MIB)
    setting.slow(6 * MIB, "put")
    with served(setting) as first, served(setting) as second:
        calls = [(server, server.begin("upload_media", path=str(path))) for server in (first, second)]
        results = [server.result(number) for server, number in calls]
    assert [result["state"] for result in results] == ["done", "done"]
    assert results[0]["transfer_id"] == results[1]["transfer_id"]
    assert setting.asked("CreateUploadMedia") == 1
    assert len(setting.proxy.of_kind("put")) == 1
