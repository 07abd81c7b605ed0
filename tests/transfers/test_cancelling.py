"""Stopped by its user an upload is taken back at once; stopped with its server it is kept."""

from __future__ import annotations

from unittest import mock

import anyio
import pytest

from ims_mcp.cli.connection import open_connection
from tests.fault_proxy import Answer
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import ERAS, LOCAL, Era
from tests.transfers.setting import ALWAYS, MIB, SMALL_PARTS, Setting, call, cancel_once_followed, refused, until

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("own", [False, True])
async def test_cancel_transfer_stops_at_once_and_aborts_what_was_sent(setting: Setting, own: bool) -> None:
    path = setting.video(MIB)
    arguments = {"path": str(path), "wait_seconds": 0} | ({"destination": setting.own()} if own else {})
    setting.slow(5_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", **arguments)
        await until(lambda: len(setting.proxy.of_kind("part")) >= 2)
        told = await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
        later = await call(client, "transfer_status", transfer_id=first["transfer_id"])
    assert told["state"] == later["state"] == "cancelled"
    assert setting.journal()[0]["state"] == "cancelled"
    assert setting.content(told["object"]) is None
    assert setting.unfinished(told["object"]) == []
    if not own:
        assert told["next_call"]["tool"] == "delete_media_infos"
        assert told["next_call"]["arguments"]["MediaIds"] == told["MediaId"]


@pytest.mark.parametrize("era", ERAS)
async def test_a_cancelled_call_takes_its_upload_with_it(setting: Setting, era: Era) -> None:
    path = setting.video(MIB)
    setting.slow(100_000)
    async with setting.client(era=era) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.call_tool("upload_media", {"path": str(path)}))
            await until(lambda: len(setting.proxy.of_kind("part")) >= 2)
            tasks.cancel_scope.cancel()
        await until(lambda: setting.journal()[0]["state"] == "cancelled")
    address = f"oss://{setting.journal()[0]['target']['bucket']}/{setting.journal()[0]['target']['key']}"
    assert setting.unfinished(address) == []
    assert setting.content(address) is None


async def test_a_cancelled_call_leaves_an_upload_that_another_call_waits_for(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    results: list[str] = []
    async with setting.client(era="legacy") as client, anyio.create_task_group() as tasks:

        async def stays() -> None:
            results.append((await call(client, "upload_media", path=str(path)))["state"])

        tasks.start_soon(stays)
        await until(lambda: setting.proxy.of_kind("part"))
        await cancel_once_followed(client, "upload_media", path=str(path))
    assert results == ["done"]
    assert setting.asked("CreateUploadMedia") == 1


@pytest.mark.parametrize("era", ERAS)
async def test_a_server_that_ends_keeps_its_upload_for_the_next(setting: Setting, era: Era) -> None:
    path = setting.video(2 * MIB)
    setting.slow(200_000)

    async with setting.client(era=era) as client:
        await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(lambda: len(setting.sent_parts()) >= 2)
    [kept] = setting.journal()
    assert kept["state"] == "uploading"
    before = setting.sent_parts()
    setting.fast()
    setting.proxy.seen.clear()
    async with setting.client() as client:
        last = await call(client, "transfer_status", transfer_id=kept["id"])
    assert last["state"] == "done"
    assert last["uploaded"]["parts_taken_over"] >= 2
    assert not set(before) & set(setting.sent_parts())
    assert setting.content(last["object"]) == path.read_bytes()


async def test_a_server_that_takes_long_to_end_keeps_the_upload_of_a_call_that_ends_with_it(setting: Setting) -> None:
    path = setting.video(2 * MIB)
    setting.slow(400_000)

    async def endpoint() -> str:
        return setting.proxy.url

    settings = setting.settings()
    with mock.patch("ims_mcp.cli.connection.OssUploader", SMALL_PARTS):
        async with open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL)) as to:
            async with anyio.create_task_group() as calls:
                calls.start_soon(lambda: to.transfers.upload("media", str(path), "vod", {}, wait_seconds=30))
                await until(setting.sent_parts)
                to.transfers.end()
                calls.cancel_scope.cancel()
            since = len(setting.sent_parts())
            # Longer than a call would be given: it still goes on.
            await until(lambda: len(setting.sent_parts()) >= since + 4)
    assert setting.journal()[0]["state"] == "uploading"
    assert setting.proxy.of_kind("abort") == []


async def test_an_interrupted_upload_can_be_cancelled_by_the_next_server(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(100_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(lambda: len(setting.proxy.of_kind("part")) >= 2)
    setting.fast()
    async with setting.client() as client:
        [listed] = (await call(client, "transfer_status"))["transfers"]
        assert listed["state"] == "interrupted"
        told = await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
    assert told["state"] == "cancelled"
    assert setting.unfinished(told["object"]) == []
    assert [path.suffix for path in (setting.state / "transfers").iterdir()] == [".json"]


async def test_what_could_not_be_taken_back_is_said_and_can_be_cancelled_again(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(100_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(lambda: len(setting.proxy.of_kind("part")) >= 2)
        setting.fast()
        setting.proxy.inject(Answer(503, "ServiceUnavailable"), "abort", times=ALWAYS)
        text = await refused(client, "cancel_transfer", transfer_id=first["transfer_id"])
        assert "could not be taken back" in text
        setting.fast()
        told = await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
    assert told["state"] == "cancelled"
    assert setting.unfinished(told["object"]) == []


async def test_an_upload_that_has_arrived_is_not_undone(setting: Setting) -> None:
    async with setting.client() as client:
        done = await call(client, "upload_media", path=str(setting.video()))
        told = await call(client, "cancel_transfer", transfer_id=done["transfer_id"])
    assert told["state"] == "done"
    assert "not undone" in told["note"]
    assert setting.content(done["object"]) is not None
