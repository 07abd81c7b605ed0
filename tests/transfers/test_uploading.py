"""One call from a file to an asset or a rendition, in storage of IMS or in a bucket of the user's own."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any
from unittest import mock

import anyio
import pytest

from ims_mcp.client.ims import ImsClient
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.workflows.failed_media import advise_failed
from tests.transfers.setting import MIB, PART, Setting, call, refused

pytestmark = pytest.mark.anyio


async def test_a_file_becomes_an_asset_in_vod_storage_and_the_result_tells_the_facts(setting: Setting) -> None:
    path = setting.video(5 * PART + 77)
    async with setting.client() as client:
        result = await call(client, "upload_media", path=str(path), Title="The title", MediaTags="a,b")
    assert result["state"] == "done"
    assert result["size_bytes"] == result["uploaded"]["size_bytes"] == path.stat().st_size
    assert result["uploaded"]["parts"] == 6
    assert result["uploaded"]["parts_resent"] == 0
    assert isinstance(result["uploaded"]["seconds"], int | float)
    assert result["summary"]["title"] == "The title"
    assert result["summary"]["status"] == "Normal"
    assert setting.content(result["object"]) == path.read_bytes()
    assert setting.ims.media_info(result["MediaId"])["MediaBasicInfo"]["MediaTags"] == "a,b"
    assert setting.unfinished(result["object"]) == []


async def test_a_file_becomes_an_asset_in_a_bucket_of_our_own(setting: Setting) -> None:
    path = setting.video(3 * PART)
    async with setting.client() as client:
        result = await call(
            client, "upload_media", path=str(path), destination=setting.own("films/2026/"), Description="Described"
        )
    assert result["state"] == "done"
    assert result["object"] == f"oss://{setting.bucket}/films/2026/{path.name}"
    assert setting.content(result["object"]) == path.read_bytes()
    assert result["summary"]["status"] == "Normal"
    basic = setting.ims.media_info(result["MediaId"])["MediaBasicInfo"]
    assert basic["InputURL"] == result["object"]
    assert basic["Description"] == "Described"


@pytest.mark.parametrize("own", [False, True])
async def test_the_answer_to_an_upload_says_everything_once(setting: Setting, own: bool) -> None:
    path = setting.video(3 * PART)
    arguments = {"path": str(path), "Title": "The title", **({"destination": setting.own()} if own else {})}
    async with setting.client() as client:
        result = await call(client, "upload_media", **arguments)
    assert size_bytes(result) - len(str(path)) <= 1000
    (file,) = result["summary"].pop("files")
    assert file.keys() == {
        *("type", "container", "duration_seconds", "bitrate_kbps", "resolution", "video", "audio", "subtitles")
    }
    more = {"tool": "get_media_info", "arguments": {"MediaId": result["MediaId"]}}
    assert result["summary"] == {
        "title": "The title",
        "status": "Normal",
        "media_type": "video",
        "left_out": [{"what": "addresses, pictures, stream details", **more}],
    }


async def test_a_file_becomes_a_rendition_in_vod_storage(setting: Setting) -> None:
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        path = setting.video(3 * PART)
        result = await call(client, "upload_stream", path=str(path), MediaId=media_id, Definition="HD")
        played = await call(client, "get_play_info", MediaId=media_id)
    assert result["state"] == "done"
    assert result["MediaId"] == media_id
    assert setting.content(result["object"]) == path.read_bytes()
    assert len(setting.ims.media_info(media_id)["FileInfoList"]) == 2
    assert [row["definition"] for row in played["rows"] if row.get("definition") == "HD"] == ["HD"]
    stream = result["stream"]
    assert stream["definition"] == "HD"
    assert stream["size_bytes"] == path.stat().st_size
    assert stream["resolution"] == "160x120"
    assert stream["url"].endswith(result["object"].rpartition("/")[2])


async def test_a_file_becomes_a_rendition_in_a_bucket_of_our_own(setting: Setting) -> None:
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        path = setting.video()
        destination = f"{setting.own()}renditions/720.mp4"
        result = await call(client, "upload_stream", path=str(path), MediaId=media_id, destination=destination)
    assert result["state"] == "done"
    assert result["object"] == destination
    assert setting.content(destination) == path.read_bytes()
    assert len(setting.ims.media_info(media_id)["FileInfoList"]) == 2
    assert result["stream"]["url"].endswith("/renditions/720.mp4")
    assert "next_call" not in result


@pytest.mark.parametrize("own", [False, True])
async def test_progress_only_rises_and_ends_at_the_whole_file(setting: Setting, own: bool) -> None:
    path = setting.video(MIB)
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    setting.slow(200_000)
    async with setting.client() as client:
        arguments = {"path": str(path), **({"destination": setting.own()} if own else {})}
        result = await client.call_tool("upload_media", arguments, progress_callback=hear)
    assert not result.is_error
    values = [value for value, _, _ in told]
    assert len(values) >= 3
    assert all(later > earlier for earlier, later in itertools.pairwise(values)), values
    assert all(total is not None and value <= total for value, total, _ in told)
    assert all(value == int(value) for value in values), "bytes are whole"
    assert any(0 < value < path.stat().st_size for value in values), f"it is told while it goes: {values}"
    assert any(value >= path.stat().st_size for value in values)
    assert any(message and path.name in message for _, _, message in told)


async def test_other_tools_answer_while_a_file_is_sent(setting: Setting) -> None:
    path = setting.video(2 * MIB)
    setting.slow(500_000)
    answered = 0
    async with setting.client() as client, anyio.create_task_group() as tasks:

        async def upload() -> None:
            assert (await call(client, "upload_media", path=str(path)))["state"] == "done"
            tasks.cancel_scope.cancel()

        tasks.start_soon(upload)
        while True:
            await call(client, "list_media_basic_infos")
            answered += 1
    assert answered >= 10


async def test_a_rendition_of_an_asset_that_does_not_exist_is_refused_and_nothing_is_sent(setting: Setting) -> None:
    async with setting.client() as client:
        text = await refused(client, "upload_stream", path=str(setting.video()), MediaId="0" * 32)
    assert "ResourceNotFound" in text
    assert setting.proxy.of_kind("put") == []


async def test_a_file_the_service_cannot_use_is_said_to_have_been_sent_and_to_be_of_no_use(setting: Setting) -> None:
    path = setting.files / "noise.mp4"
    path.write_bytes(b"no film at all" * 100)
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path))
        again = await refused(client, "transfer_status", transfer_id=setting.journal()[0]["id"])
    assert "the file was sent, but the service cannot use it" in text
    assert advise_failed("The file holds text", leaves_asset=False) in text
    assert "delete_media_infos" in text
    assert setting.journal()[0]["media_id"] in text
    assert "cannot use it" in again


@pytest.mark.parametrize("own", [False, True])
async def test_calls_and_uploads_have_one_clock_which_the_first_refusal_puts_right(setting: Setting, own: bool) -> None:
    path = setting.video()
    destination = setting.own() if own else "vod"
    an_hour_late: dict[str, Any] = {"clock": lambda: time.time() - 3600}
    with mock.patch.dict(ImsClient.__init__.__kwdefaults__ or {}, an_hour_late):
        async with setting.client() as client:
            assert (await call(client, "upload_media", path=str(path), destination=destination))["state"] == "done"
    assert len([seen for seen in setting.proxy.seen if seen.status >= 400 and seen.kind != "look"]) == (not own)
    # A key that is free is answered with 404.
    assert [seen.status for seen in setting.proxy.of_kind("look")] == ([403, 404] if own else [])


@pytest.mark.parametrize(
    ("own", "idle", "other"),
    [
        (False, {"StreamTags": {"quality": "480P"}}, "Definition"),
        (True, {"Definition": "LD"}, "StreamTags"),
        (True, {"Definition": "LD", "HDRType": "HDR10"}, "StreamTags"),
    ],
)
async def test_what_would_have_no_effect_on_a_rendition_is_refused(
    setting: Setting, own: bool, idle: dict[str, Any], other: str
) -> None:
    destination = {"destination": setting.own()} if own else {}
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        sent = len(setting.proxy.seen)
        arguments = {"path": str(setting.video()), "MediaId": media_id, **destination}
        text = await refused(client, "upload_stream", **arguments, **idle)
    for name in idle:
        assert f"{name}: has no effect with " in text
    assert f"give {other}" in text
    assert len(setting.proxy.seen) == sent
    assert len(setting.journal()) == 1


async def test_a_rendition_in_a_bucket_of_our_own_has_its_tags(setting: Setting) -> None:
    async with setting.client() as client:
        media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
        arguments = {"path": str(setting.video()), "MediaId": media_id, "destination": setting.own()}
        await call(client, "upload_stream", **arguments, StreamTags={"quality": "480p"})
    played = setting.ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]
    assert [json.loads(row["StreamTags"]) for row in played if row.get("StreamTags")] == [{"quality": "480p"}]


@pytest.mark.parametrize("own", [False, True])
async def test_all_that_an_upload_says_of_an_asset_arrives(setting: Setting, own: bool) -> None:
    said = {"Title": "T", "Description": "D", "MediaTags": "a,b", "BusinessType": "opening", "MediaType": "video"}
    more = {"CoverURL": "https://example.com/c.jpg", "UserData": {"Extend": {"k": "v"}}}
    destination = {"destination": setting.own()} if own else {}
    async with setting.client() as client:
        result = await call(client, "upload_media", path=str(setting.video()), **said, **more, **destination)
    basic = setting.ims.media_info(result["MediaId"])["MediaBasicInfo"]
    assert {name: basic[name] for name in said} == said
    assert basic["CoverURL"].partition("?")[0] == more["CoverURL"]
    assert json.loads(basic["UserData"])["Extend"] == {"k": "v"}
