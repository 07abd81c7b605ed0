"""An upload that takes longer than its call goes on without it, and is followed by its id."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ims_mcp.workflows.transfers.store import TransferStore
from tests.transfers.setting import MIB, Setting, call, cancel_once_followed, refused, until

pytestmark = pytest.mark.anyio


async def test_an_upload_longer_than_the_wait_goes_on_and_is_followed_to_its_end(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0.3)
        assert first["state"] == "uploading"
        assert first["sent_bytes"] < path.stat().st_size
        assert first["next_call"]["tool"] == "transfer_status"
        last = await call(client, "transfer_status", **first["next_call"]["arguments"])
    assert last["transfer_id"] == first["transfer_id"]
    assert last["state"] == "done"
    assert last["summary"]["status"] == "Normal"
    assert setting.content(last["object"]) == path.read_bytes()
    assert setting.asked("CreateUploadMedia") == 1


async def test_a_wait_of_nothing_returns_at_once(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(400_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        assert first["state"] in ("starting", "uploading")
        assert (await call(client, "transfer_status", transfer_id=first["transfer_id"]))["state"] == "done"
    assert setting.asked("CreateUploadMedia") == 1


async def test_it_goes_on_though_nobody_looks(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(400_000)
    async with setting.client() as client:
        await call(client, "upload_media", path=str(path), destination=setting.own(), wait_seconds=0)
        await until(lambda: setting.journal()[0]["state"] == "processing")
    assert setting.content(f"oss://{setting.bucket}/{path.name}") == path.read_bytes()


async def test_the_list_shows_what_there_is_newest_first(setting: Setting) -> None:
    setting.slow(200_000)
    small, large = setting.video(), setting.video(MIB)
    async with setting.client() as client:
        await call(client, "upload_media", path=str(small))
        await call(client, "upload_media", path=str(large), wait_seconds=0)
        await until(lambda: setting.proxy.of_kind("part"))
        listed = await call(client, "transfer_status")
    assert listed["count"] == 2
    assert [row["path"] for row in listed["transfers"]] == [str(large), str(small)]
    assert [row["state"] for row in listed["transfers"]] == ["uploading", "done"]


async def test_a_list_of_long_names_and_errors_stays_within_what_a_result_may_have(setting: Setting) -> None:
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(setting.video()))
        store = TransferStore(setting.state / "transfers")
        for number in range(60):
            record = replace(store.read(first["transfer_id"]), id=f"t-{number:012x}", error="why " * 400)
            record.path, record.state = f"/{'名' * 900}-{number}.mp4", "failed"
            store.write(record)
        listed = await call(client, "transfer_status")
    assert listed["count"] == 61
    assert len(json.dumps(listed, ensure_ascii=False).encode()) <= 33 * 1024
    assert 0 < len(listed["transfers"]) < 50
    assert listed["_omitted"]


async def test_a_look_that_is_cancelled_leaves_the_upload_alone(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(300_000)
    async with setting.client(era="legacy") as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await cancel_once_followed(client, "transfer_status", transfer_id=first["transfer_id"])
        last = await call(client, "transfer_status", transfer_id=first["transfer_id"])
    assert last["state"] == "done"
    assert setting.proxy.of_kind("abort") == []


@pytest.mark.parametrize("name", ["t-000000000000", "../../etc/passwd", "t-0123456789ab.json", "x" * 500])
async def test_an_id_that_is_none_is_said_to_be_none(setting: Setting, name: str) -> None:
    async with setting.client() as client:
        for tool in ("transfer_status", "cancel_transfer"):
            assert "There is no transfer" in await refused(client, tool, transfer_id=name)
