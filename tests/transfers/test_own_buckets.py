"""Uploads into buckets of the user's own: registered exactly once, nothing overwritten, whatever the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_mcp.foreign_text import plain
from tests.fault_proxy import Answer, LoseAnswer, Mute, Seen
from tests.transfers.setting import ALWAYS, MIB, Setting, call, refused, until

pytestmark = pytest.mark.anyio
NAMES = (
    "two words.mp4",
    " around .mp4",
    "影片 第一集.mp4",
    "film🎬.mp4",
    "100%.mp4",
    "a%20b.mp4",
    "a+b.mp4",
    "what?.mp4",
    "no#1.mp4",
    "a&b=c;d.mp4",
    "quote'\"<x>.mp4",
    "back\\slash.mp4",
    "new\nline.mp4",
    "~tilde.mp4",
    *("#.mp4", "?.mp4", "&.mp4", "%.mp4", "%00.mp4", "%2F..%2Fa.mp4", "a=b.mp4", "$HOME`id`.mp4", "-rf.mp4", "*.mp4"),
    *("..a.mp4", "...mp4", "a..mp4", ".hidden.mp4", "A.MP4", "x.tar.mp4", "[a]{b}(c).mp4", "a|b;c,d.mp4", "@:!^.mp4"),
    *("tab\there.mp4", "return\rhere.mp4", "zero\u200bwidth.mp4", "e\u0301.mp4", "\u00e9.mp4", "עברית.mp4"),
    *("👩\u200d👩\u200d👧.mp4", "　全角　.mp4", f"{'l' * 230}.mp4", f"{'部' * 80}.mp4"),
)


def registering(seen: Seen) -> bool:
    return seen.headers.get("x-acs-action", "").startswith("RegisterMedia")


def is_registered(setting: Setting, path: Path, media_id: str) -> bool:
    """Whether the service has the file as an asset, or as a rendition of the asset with that id."""
    if media_id:
        return len(setting.ims.media_info(media_id)["FileInfoList"]) == 2
    assets = setting.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]
    return any(str(row["MediaBasicInfo"].get("InputURL", "")).endswith(path.name) for row in assets)


@pytest.mark.parametrize("fault", [LoseAnswer(), Answer(503, "ServiceUnavailable"), Mute()])
@pytest.mark.parametrize("stream", [False, True])
async def test_ended_between_the_put_and_the_answer_to_registering_it_is_registered_once(
    setting: Setting, fault: Answer | LoseAnswer | Mute, stream: bool
) -> None:
    path = setting.video()
    arguments = {"path": str(path), "destination": setting.own(), "wait_seconds": 0}
    tool, media_id = "upload_media", ""
    async with setting.client(served=True) as client:
        if stream:
            media_id = (await call(client, "upload_media", path=str(setting.video())))["MediaId"]
            tool, arguments = "upload_stream", arguments | {"MediaId": media_id}
        setting.proxy.inject(fault, registering, times=ALWAYS)
        setting.proxy.seen.clear()
        await call(client, tool, **arguments)
        await until(lambda: any(registering(seen) for seen in list(setting.proxy.seen)))
        if not isinstance(fault, Answer):  # a request that gets through has been carried out
            await until(lambda: is_registered(setting, path, media_id))
    setting.fast()
    left = next(row for row in setting.journal() if row["path"] == str(path))
    assert left["state"] == "registering"
    assert left["uploaded"]
    async with setting.client() as client:
        last = await call(client, tool, **arguments | {"wait_seconds": 20})
        assets = await call(client, "list_media_basic_infos", MaxResults=100, show_fields="InputURL")
    assert last["state"] == "done"
    assert len(setting.proxy.of_kind("put")) == 1, "the file is not sent again"
    if stream:
        assert len(setting.ims.media_info(media_id)["FileInfoList"]) == 2
    else:
        urls = [row.get("InputURL") for row in assets["rows"]]
        assert urls.count(last["object"]) == 1


async def test_what_is_there_already_is_not_overwritten(setting: Setting) -> None:
    path = setting.video()
    destination = setting.own("films/")
    setting.ims.put(f"films/{path.name}", b"somebody else's", setting.bucket)
    setting.proxy.seen.clear()
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=destination)
    assert "exists already and is not overwritten" in text
    assert setting.content(f"oss://{setting.bucket}/films/{path.name}") == b"somebody else's"
    assert setting.writes() == []


async def test_two_uploads_to_one_object_do_not_overwrite_each_other(setting: Setting) -> None:
    path = setting.video(MIB)
    destination = setting.own()
    setting.slow(200_000)
    async with setting.client() as client:
        first = await call(client, "upload_media", path=str(path), destination=destination, wait_seconds=0)
        text = await refused(client, "upload_media", path=str(path), destination=destination, Title="Other")
        assert first["transfer_id"] in text
        assert "same object" in text
        setting.fast()
        last = await call(client, "transfer_status", transfer_id=first["transfer_id"])
    assert last["state"] == "done"


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_the_key_to_the_letter(setting: Setting, name: str) -> None:
    path = setting.video(name=name)
    destination = setting.own("dir one/二/")
    async with setting.client() as client:
        media = await call(client, "upload_media", path=str(path), destination=destination)
        assert media["state"] == "done"
        other = f"{destination}streams/"
        stream = await call(client, "upload_stream", path=str(path), MediaId=media["MediaId"], destination=other)
        in_vod = await call(client, "upload_media", path=str(path))
    address = f"oss://{setting.bucket}/dir one/二/"
    assert media["object"] == plain(f"{address}{name}", 1100), "on one line, whatever the name holds"
    assert setting.content(f"{address}{name}") == path.read_bytes()
    assert stream["state"] == "done"
    assert setting.content(f"{address}streams/{name}") == path.read_bytes()
    assert in_vod["state"] == "done"
    assert setting.content(in_vod["object"]) == path.read_bytes()


async def test_a_key_of_1000_bytes_works_and_a_longer_one_than_oss_allows_is_refused(setting: Setting) -> None:
    path = setting.video()
    destination = setting.own("部" * 300 + "/" + "x" * (1000 - 902 - len(path.name)) + "/")
    async with setting.client() as client:
        result = await call(client, "upload_media", path=str(path), destination=destination)
        assert len(result["object"].removeprefix(f"oss://{setting.bucket}/").encode()) == 1000
        assert result["state"] == "done"
        text = await refused(client, "upload_media", path=str(path), destination=f"{destination}{'y' * 30}/")
    assert "OSS allows 1 to 1,023" in text
    assert sorted(row["state"] for row in setting.journal()) == ["done", "failed"]
    assert setting.content(result["object"]) == path.read_bytes()


@pytest.mark.parametrize(
    "prefix",
    [
        *("a/../b/", "./", "../", "a/./b/", "..", "/absolute/", "//", "\\a/", "a\nb/", "a/../", "nul\x00/", "a\x1bb/"),
        *("%2e%2e/../", "\ud83d/", "p" * 1100 + "/"),
    ],
)
async def test_a_prefix_that_would_not_arrive_as_it_reads_is_refused(setting: Setting, prefix: str) -> None:
    path = setting.video()
    destination = setting.own(prefix)
    setting.proxy.seen.clear()
    async with setting.client() as client:
        await refused(client, "upload_media", path=str(path), destination=destination)
    assert setting.writes() == []


async def test_a_prefix_without_its_slash_is_asked_about(setting: Setting) -> None:
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(setting.video()), destination=setting.own("films"))
    assert f"oss://{setting.bucket}/films/" in text


async def test_a_file_without_a_telling_extension_needs_its_type_said_before_it_is_sent(setting: Setting) -> None:
    path = setting.video(name="film.of mine")
    destination = setting.own()
    setting.proxy.seen.clear()
    async with setting.client() as client:
        text = await refused(client, "upload_media", path=str(path), destination=destination)
        assert "MediaType" in text
        assert setting.writes() == []
        own = await call(client, "upload_media", path=str(path), destination=destination, MediaType="video")
        vod = await call(client, "upload_media", path=str(path), MediaType="video")
    assert own["state"] == vod["state"] == "done"


async def test_a_bucket_that_is_not_there_or_may_not_be_written_is_said(setting: Setting) -> None:
    path = setting.video()
    async with setting.client() as client:
        destination = setting.own()
        setting.proxy.inject(Answer(404, "NoSuchBucket"), "put")
        assert "NoSuchBucket" in await refused(client, "upload_media", path=str(path), destination=destination)
        setting.proxy.inject(Answer(403, "AccessDenied"), "put", times=ALWAYS)
        denied = await refused(client, "upload_media", path=str(path), destination=destination)
        assert "AccessDenied" in denied
        setting.fast()
        assert (await call(client, "upload_media", path=str(path), destination=destination))["state"] == "done"
