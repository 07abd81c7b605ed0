"""The official SDK takes an asset through its life, and does not notice that the service is a local one."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ice20201109 import models
from darabonba.exceptions import DaraException

from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import MediaFile
from tests.local_ims.server import RunningIms, refusal_of, running_ims, wait_for

NewClip = Callable[[], str]


def test_the_sdk_registers_reads_lists_updates_and_deletes(ims: RunningIms, new_clip: NewClip) -> None:
    client, url = ims.client(), new_clip()
    registered = client.register_media_info(
        models.RegisterMediaInfoRequest(input_url=url, title="Zebra crossing", media_tags="a,b", user_data='{"k":1}')
    )
    media_id = registered.body.media_id
    assert registered.status_code == 200
    assert len(media_id) == 32
    assert media_id == media_id.lower()
    assert int(media_id, 16)

    def normal() -> Any:
        body = client.get_media_info(models.GetMediaInfoRequest(media_id=media_id)).body
        return body if body.media_info.media_basic_info.status == "Normal" else None

    info = wait_for(normal).media_info
    assert info.media_basic_info.title == "Zebra crossing"
    assert info.media_basic_info.user_data == '{"k":1}'
    assert [file.file_basic_info.width for file in info.file_info_list] == ["320"]
    assert info.file_info_list[0].video_stream_info_list[0].nb_frames == "50"

    by_url = client.get_media_info(models.GetMediaInfoRequest(input_url=url)).body.media_info
    assert by_url.media_id == media_id
    listed = client.list_media_basic_infos(models.ListMediaBasicInfosRequest(media_id=media_id)).body
    assert [entry.media_id for entry in listed.media_infos] == [media_id]
    assert (listed.total_count, listed.max_results, listed.next_token) == (1, 10, None)
    batch = client.batch_get_media_infos(
        models.BatchGetMediaInfosRequest(media_ids=f"{media_id},{'0' * 32}", addition_type="FileInfo")
    ).body
    assert [entry.media_id for entry in batch.media_infos] == [media_id]
    assert batch.media_infos[0].file_info_list[0].file_basic_info.height == "180"
    assert batch.ignored_list == ["0" * 32]

    updated = client.update_media_info(
        models.UpdateMediaInfoRequest(media_id=media_id, title="Crossing", media_tags="b,c", append_tags=True)
    )
    assert updated.body.media_id == media_id
    after = client.get_media_info(models.GetMediaInfoRequest(media_id=media_id)).body.media_info.media_basic_info
    assert (after.title, after.media_tags, after.user_data) == ("Crossing", "a,b,c", '{"k":1}')

    deleted = client.delete_media_infos(models.DeleteMediaInfosRequest(media_ids=f"{media_id},gone")).body
    assert (deleted.ignored_list, deleted.forbidden_list) == (["gone"], [])
    gone = refusal_of(client.get_media_info, models.GetMediaInfoRequest(media_id=media_id))
    assert gone.code == "ResourceNotFound"


@pytest.mark.anyio
async def test_the_sdks_async_methods_work_too(ims: RunningIms, new_clip: NewClip) -> None:
    client = ims.client()
    registered = await client.register_media_info_async(models.RegisterMediaInfoRequest(input_url=new_clip()))
    found = await client.get_media_info_async(models.GetMediaInfoRequest(media_id=registered.body.media_id))
    assert found.body.media_info.media_id == registered.body.media_id
    with pytest.raises(DaraException, match="ResourceNotFound"):
        await client.get_media_info_async(models.GetMediaInfoRequest(media_id="0" * 32))


def test_a_registration_passes_through_init_and_preparing(tmp_path: Path, clip: Path) -> None:
    def status_of(ims: RunningIms) -> str:
        info = ims.media_info(media_id)
        status = info["MediaBasicInfo"]["Status"]
        assert bool(info["FileInfoList"]) == (status == "Normal")
        return status

    # Half of the delay is 800 s: only a clock that runs ahead brings the next state.
    with running_ims(tmp_path, processing_delay_seconds=1600.0) as ims:
        media_id = ims.register(ims.put("clip.mp4", clip))
        assert status_of(ims) == "Init"
    with running_ims(tmp_path, processing_delay_seconds=1600.0, clock=lambda: time.time() + 850) as ims:
        wait_for(lambda: status_of(ims) == "Preparing" or None)
    with running_ims(tmp_path) as ims:
        assert status_of(ims) in ("Preparing", "Normal")
        wait_for(lambda: status_of(ims) == "Normal" or None)


def test_a_registration_that_ends_while_it_is_read_is_read_as_ended(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_files = Library.list_files

    async def end_and_list(self: Library, media_ids: Sequence[str]) -> dict[str, list[MediaFile]]:
        for file in await self.list_pending():
            await self.finish(file, {"FileBasicInfo": {"FileName": "clip.mp4"}}, None)
        return await list_files(self, media_ids)

    with running_ims(tmp_path, processing_delay_seconds=1600.0) as ims:
        media_id = ims.register(ims.put("clip.mp4", clip))
        monkeypatch.setattr(Library, "list_files", end_and_list)
        info = ims.media_info(media_id)
    assert (info["MediaBasicInfo"]["Status"], len(info["FileInfoList"])) == ("Normal", 1)


def test_files_and_pictures_can_be_fetched_by_their_signed_addresses(ims: RunningIms, clip: Path) -> None:
    info = ims.settled(ims.register(ims.put("with blanks/and ünicode.mp4", clip)))
    basic = info["MediaBasicInfo"]
    assert _fetch(info["FileInfoList"][0]["FileBasicInfo"]["FileUrl"]) == clip.read_bytes()
    pictures = [basic["CoverURL"], *json.loads(basic["Snapshots"])]
    assert len(pictures) == 3
    assert all(_fetch(url).startswith(b"\xff\xd8\xff") for url in pictures)
    sprite = json.loads(basic["SpriteImages"])[0]
    documented = "bucket count iceJobId location snapshotRegular spriteRegular templateId tileCount"
    assert sorted(sprite) == documented.split()
    assert (sprite["count"], sprite["tileCount"], sprite["location"]) == ("2", "1", "oss-cn-shanghai")
    sheet = sprite["spriteRegular"].replace("{TileCount}", "00001")
    assert ims.bucket(sprite["bucket"]).get_object(sheet).read().startswith(b"\xff\xd8\xff")


def test_signed_addresses_live_as_long_as_auth_timeout_says(tmp_path: Path, clip: Path) -> None:
    clock = {"ahead": 0.0}

    with running_ims(tmp_path, clock=lambda: time.time() + clock["ahead"]) as ims:
        media_id = ims.register(ims.put("clip.mp4", clip))
        ims.settled(media_id)
        info = ims.call("GetMediaInfo", MediaId=media_id, AuthTimeout="60")["MediaInfo"]
        url = info["FileInfoList"][0]["FileBasicInfo"]["FileUrl"]
        clock["ahead"] = 50
        assert _fetch(url)
        clock["ahead"] = 70
        with pytest.raises(urllib.error.HTTPError) as expired:
            _fetch(url)
        expired.value.close()
        assert expired.value.code == 403


@pytest.mark.parametrize("physical", [False, True])
def test_objects_are_deleted_with_the_asset_only_when_asked_for(
    ims: RunningIms, new_clip: NewClip, physical: bool
) -> None:
    source, stream = new_clip(), new_clip()
    media_id = ims.register(source)
    ims.settled(media_id)
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=stream)
    wait_for(lambda: len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]) == 2 or None)
    pictures = [f"ims-pictures/{media_id}/cover.jpg", f"ims-pictures/{media_id}/sprite-00001.jpg"]
    keys = [source.removeprefix("oss://local-media/"), stream.removeprefix("oss://local-media/"), *pictures]
    assert [ims.bucket().object_exists(key) for key in keys] == [True] * 4
    ims.call("DeleteMediaInfos", InputURLs=source, DeletePhysicalFiles=str(physical))
    assert [ims.bucket().object_exists(key) for key in keys] == [not physical] * 4


def test_physical_files_that_another_asset_uses_stay(ims: RunningIms, new_clip: NewClip) -> None:
    mine, theirs = new_clip(), new_clip()
    media_id = ims.register(mine)
    ims.settled(ims.register(theirs))
    ims.settled(media_id)
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=theirs)
    ims.call("DeleteMediaInfos", MediaIds=media_id, DeletePhysicalFiles="true")
    assert not ims.bucket().object_exists(mine.removeprefix("oss://local-media/"))
    assert ims.bucket().object_exists(theirs.removeprefix("oss://local-media/"))


def test_an_asset_is_deleted_while_its_registration_runs(tmp_path: Path, clip: Path) -> None:
    with running_ims(tmp_path, processing_delay_seconds=0.2) as ims:
        url = ims.put("clip.mp4", clip)
        first = ims.register(url)
        ims.call("DeleteMediaInfos", MediaIds=first)
        second = ims.register(url)
        assert second != first
        assert ims.settled(second)["MediaBasicInfo"]["Status"] == "Normal"
        assert ims.call("BatchGetMediaInfos", MediaIds=first)["IgnoredList"] == [first]


def test_at_most_20_assets_are_deleted_at_once(ims: RunningIms) -> None:
    many = refusal_of(ims.call, "DeleteMediaInfos", MediaIds=",".join(f"{number:032x}" for number in range(21)))
    assert many.code == "InvalidParameter"


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read()
