"""The same call again never makes a second asset of one file: it joins, goes on, or returns what there is."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from tests.fault_proxy import Answer
from tests.transfers.setting import MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio


async def test_while_it_runs_the_same_call_joins_it(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    results: list[dict[str, Any]] = []
    async with setting.client() as client, anyio.create_task_group() as tasks:

        async def upload() -> None:
            results.append(await call(client, "upload_media", path=str(path), Title="One"))

        for _ in range(3):
            tasks.start_soon(upload)
    assert {result["transfer_id"] for result in results} == {results[0]["transfer_id"]}
    assert {result["state"] for result in results} == {"done"}
    assert setting.asked("CreateUploadMedia") == 1
    assert len(setting.journal()) == 1


async def test_after_a_good_end_the_finished_transfer_is_returned_with_a_note(setting: Setting) -> None:
    path = setting.video()
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path))
        again = await call(client, "upload_media", path=path.name)
        assert "nothing was sent now" in again["note"]
        assert (again["transfer_id"], again["MediaId"]) == (first["transfer_id"], first["MediaId"])
        assert again["next_call"]["tool"] == "get_media_info"
    assert setting.asked("CreateUploadMedia") == 1
    assert len(setting.proxy.of_kind("put")) == 1


@pytest.mark.parametrize("own", [False, True])
async def test_a_rendition_that_is_there_is_not_attached_twice(setting: Setting, own: bool) -> None:
    path = setting.video()
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        arguments = {"path": str(path), "MediaId": media_id} | ({"destination": setting.own()} if own else {})
        await call(client, "upload_stream", **arguments)
        again = await call(client, "upload_stream", **arguments)
    assert "nothing was sent now" in again["note"]
    assert len(setting.ims.media_info(media_id)["FileInfoList"]) == 2


async def test_when_the_asset_is_gone_the_file_is_uploaded_anew(setting: Setting) -> None:
    path = setting.video()
    async with setting.client(allow_destructive=True) as client:
        first = await call(client, "upload_media", path=str(path))
        await call(client, "delete_media_infos", MediaIds=first["MediaId"])
        again = await call(client, "upload_media", path=str(path))
        assert again["state"] == "done"
        assert again["MediaId"] != first["MediaId"]
        assert "note" not in again
        assert "deleted since" in await refused(client, "transfer_status", transfer_id=first["transfer_id"])


@pytest.mark.parametrize("code", ["InvalidAccessKeyId.NotFound", "InvalidAction.NotFound"])
async def test_an_asset_that_cannot_be_looked_at_counts_as_there(setting: Setting, code: str) -> None:
    path = setting.video()
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path))
        refusal = Answer(404, body=json.dumps({"Code": code}).encode(), headers=(("content-type", "application/json"),))
        setting.proxy.inject(refusal, lambda seen: seen.headers.get("x-acs-action") == "GetMediaInfo")
        assert code in await refused(client, "upload_media", path=str(path))
        again = await call(client, "upload_media", path=str(path))
    assert again["MediaId"] == first["MediaId"]
    assert setting.asked("CreateUploadMedia") == 1


async def test_a_file_with_other_content_or_other_arguments_is_another_transfer(setting: Setting) -> None:
    path = setting.video()
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path))
        other = await call(client, "upload_media", path=str(path), Title="Another title")
        setting.video(name=path.name)
        changed = await call(client, "upload_media", path=str(path))
    assert len({first["MediaId"], other["MediaId"], changed["MediaId"]}) == 3


async def test_an_interrupted_one_goes_on(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    async with setting.client() as client:
        last = await call(client, "upload_media", path=str(path))
    assert last["transfer_id"] == first["transfer_id"]
    assert last["uploaded"]["parts_taken_over"] >= 1
    assert setting.asked("CreateUploadMedia") == 1


async def test_a_cancelled_one_starts_anew(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(100_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await call(client, "cancel_transfer", transfer_id=first["transfer_id"])
        setting.fast()
        again = await call(client, "upload_media", path=str(path))
    assert again["state"] == "done"
    assert again["transfer_id"] != first["transfer_id"]


async def test_an_interrupted_file_that_has_changed_is_not_mixed_with_the_new_one(setting: Setting) -> None:
    path = setting.video(MIB)
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), wait_seconds=0)
        await until(setting.sent_parts)
    setting.fast()
    setting.video(MIB, name=path.name)
    async with setting.client() as client:
        text = await refused(client, "transfer_status", transfer_id=first["transfer_id"])
        assert "changed since" in text
        last = await call(client, "upload_media", path=str(path))
    target = next(row["target"] for row in setting.journal() if row["id"] == first["transfer_id"])
    address = f"oss://{target['bucket']}/{target['key']}"
    assert setting.unfinished(address) == []
    assert setting.content(address) is None
    assert setting.content(last["object"]) == path.read_bytes()
