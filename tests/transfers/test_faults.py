"""What fails on the way is said with what to do next, and what can go on is kept."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ims_mcp.local.oss.blobs import Blobs
from ims_mcp.workflows.transfers.store import TransferRecord, TransferStore
from tests.fault_proxy import Answer, Reset, Seen
from tests.server.connected import text_of
from tests.transfers.setting import ALWAYS, MIB, Setting, call, refused

pytestmark = pytest.mark.anyio


def creating(seen: Seen) -> bool:
    return seen.headers.get("x-acs-action", "").startswith("CreateUpload")


@pytest.mark.parametrize("size", [0, MIB])
async def test_a_full_disk_on_the_side_of_oss_is_said_and_the_same_asset_goes_on_later(
    setting: Setting, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = setting.video(size)
    async with setting.client() as client:
        with monkeypatch.context() as broken:
            broken.setattr(Blobs, "receive", full)
            text = await refused(client, "upload_media", path=str(path))
        assert "disk of the local OSS is full" in text
        assert "transfer_status" in text
        last = await call(client, "transfer_status", transfer_id=setting.journal()[0]["id"])
    assert last["state"] == "done"
    assert setting.asked("CreateUploadMedia") == 1
    assert setting.content(last["object"]) == path.read_bytes()


async def test_resets_and_busy_answers_are_gone_over_and_counted(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.proxy.inject(Reset(40_000), "part")
    setting.proxy.inject(Answer(503, "ServiceUnavailable"), "part", times=2)
    async with setting.client() as client:
        last = await call(client, "upload_media", path=str(path))
    assert last["state"] == "done"
    assert last["uploaded"]["parts_resent"] == 3
    assert setting.content(last["object"]) == path.read_bytes()


async def test_a_transfer_whose_asset_was_deleted_meanwhile_ends(setting: Setting) -> None:
    path = setting.video()
    async with setting.client(allow_destructive=True) as client:
        setting.proxy.inject(Answer(500, "InternalError"), "put", times=ALWAYS)
        await refused(client, "upload_media", path=str(path))
        setting.fast()
        [left] = setting.journal()
        await call(client, "delete_media_infos", MediaIds=left["media_id"])
        text = await refused(client, "transfer_status", transfer_id=left["id"])
        assert "ResourceNotFound" in text
        assert setting.journal()[0]["state"] == "failed"
        assert (await call(client, "upload_media", path=str(path)))["state"] == "done"


@pytest.mark.parametrize("fault", [Answer(400, "InvalidParameter"), Answer(403, "Forbidden.RAM")])
async def test_where_no_upload_can_be_begun_the_transfer_failed(setting: Setting, fault: Answer) -> None:
    setting.proxy.inject(fault, creating, times=ALWAYS)
    async with setting.client() as client:
        await refused(client, "upload_media", path=str(setting.video()), wait_seconds=15)
        assert setting.journal()[0]["state"] == "failed"
        assert (await call(client, "transfer_status"))["transfers"][0]["state"] == "failed"


@pytest.mark.parametrize("answer", [{"UploadAddress": "bm90IGpzb24="}, {"UploadAuth": "%%%"}, {"UploadAuth": "e30="}])
async def test_an_answer_that_cannot_be_read_fails_the_transfer_and_not_the_server(
    setting: Setting, answer: dict[str, str]
) -> None:
    good = {"UploadAddress": "eyJFbmRwb2ludCI6ImgiLCJCdWNrZXQiOiJiYmIiLCJGaWxlTmFtZSI6ImsifQ==", "UploadAuth": "e30="}
    body = json.dumps({"RequestId": "R", "MediaId": "m" * 32, **good, **answer}).encode()
    setting.proxy.inject(Answer(200, body=body, headers=(("content-type", "application/json"),)), creating)
    async with setting.client() as client:
        await refused(client, "upload_media", path=str(setting.video()), wait_seconds=10)
        assert (await call(client, "upload_media", path=str(setting.video())))["state"] == "done"


async def test_a_state_directory_that_cannot_be_written_is_said_and_nothing_is_sent(setting: Setting) -> None:
    path = setting.video()
    setting.state.write_text("a file in its place")
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path))
    assert "--state-dir" in text
    assert setting.writes() == []


async def test_a_disk_that_fills_up_under_the_journal_stops_the_transfer_and_not_the_server(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = setting.video(MIB)
    replace = Path.replace
    writes = 0

    def full(self: Path, target: Path) -> Path:
        nonlocal writes
        writes += 1
        if 5 <= writes <= 6:  # that the file has arrived, and then why it stopped
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(self, target)

    async with setting.client() as client:
        monkeypatch.setattr(Path, "replace", full)
        assert "No space left" in await refused(client, "upload_media", path=str(path))
        last = await call(client, "upload_media", path=str(path))
    assert last["state"] == "done"
    assert setting.asked("CreateUploadMedia") == 1
    assert list((setting.state / "transfers").glob("*.new")) == []


async def test_an_error_nobody_thought_of_stops_one_transfer_and_not_the_server(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> str:
        raise ZeroDivisionError

    path = setting.video()
    destination = setting.own()
    async with setting.client() as client:
        with monkeypatch.context() as patched:
            patched.setattr("ims_mcp.workflows.transfers.run.read_address", broken)
            result = await client.call_tool("upload_media", {"path": str(path), "destination": destination})
            assert result.is_error
            assert "ZeroDivisionError" in text_of(result)
        assert (await call(client, "upload_media", path=str(path), destination=destination))["state"] == "done"
    assert len(setting.proxy.of_kind("put")) == 1


async def test_an_asset_without_what_is_documented_is_no_reason_to_stop(setting: Setting) -> None:
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        destination = setting.own()
        body = json.dumps({"RequestId": "R", "MediaInfo": None}).encode()
        odd = Answer(200, body=body, headers=(("content-type", "application/json"),))
        setting.proxy.inject(odd, lambda seen: seen.headers.get("x-acs-action") == "GetMediaInfo")
        arguments = {"path": str(setting.video()), "MediaId": media_id, "destination": destination}
        assert (await call(client, "upload_stream", **arguments))["state"] == "done"


def test_calls_that_write_one_transfer_down_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    store = TransferStore(tmp_path)
    record = TransferRecord("media", "service", "/a.mp4", 1, 1, "vod", {})
    with ThreadPoolExecutor(8) as threads:
        for written in [threads.submit(store.write, record) for _ in range(400)]:
            written.result()
    assert store.read_all() == [record]
    assert [path.name for path in tmp_path.iterdir()] == [f"{record.id}.json"]


async def test_a_torn_journal_is_passed_over(setting: Setting) -> None:
    directory = setting.state / "transfers"
    directory.mkdir(parents=True)
    for number, text in enumerate(("", "{", "[]", "null", '{"kind": "media"}', "\udcff")):
        (directory / f"t-00000000000{number}.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    async with setting.client() as client:
        assert (await call(client, "transfer_status"))["count"] == 0
        assert (await call(client, "upload_media", path=str(setting.video())))["state"] == "done"
        assert "There is no transfer" in await refused(client, "transfer_status", transfer_id="t-000000000002")


async def test_a_transfer_of_another_service_is_left_alone(setting: Setting) -> None:
    async with setting.client() as client:
        done = await call(client, "upload_media", path=str(setting.video()))
    setting.proxy.seen.clear()
    async with setting.client(data_dir=setting.home / "another") as client:
        assert (await call(client, "transfer_status"))["count"] == 0
        for tool in ("transfer_status", "cancel_transfer"):
            assert "belongs to local:" in await refused(client, tool, transfer_id=done["transfer_id"])
    assert setting.proxy.seen == []
