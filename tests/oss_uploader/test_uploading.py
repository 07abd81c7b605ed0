"""A file arrives as it is, whatever its size and whatever its key."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.client.oss.parts import MAX_OBJECT_BYTES, MIB, choose_part_bytes, cut_into_parts
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import put_file
from tests.oss_uploader.setting import KIB, OWNER, PART, Keys, Setting, content

LONGEST = "目录/" + "名" * 338 + "12"


@pytest.mark.anyio
@pytest.mark.parametrize("size", [0, 1, PART, 2 * PART - 1])
async def test_a_small_file_is_sent_in_one_request(setting: Setting, size: int) -> None:
    path = setting.file(size)
    uploaded = await setting.upload(path)
    assert setting.arrived(path)
    assert setting.kinds() == ["put"]
    assert (uploaded.size_bytes, uploaded.parts, uploaded.parts_resent, uploaded.parts_skipped) == (size, 1, 0, 0)
    assert setting.left_behind() == []


@pytest.mark.anyio
@pytest.mark.parametrize("size", [2 * PART, 5 * PART + 1, 40 * PART])
async def test_a_larger_file_is_sent_in_parts(setting: Setting, size: int) -> None:
    path = setting.file(size)
    uploaded = await setting.upload(path, uploader={"threads": 4})
    assert setting.arrived(path)
    assert uploaded.parts == -(-size // PART)
    assert setting.parts_sent() == list(range(1, uploaded.parts + 1))
    assert setting.kinds()[0] == "begin"
    assert setting.kinds()[-1] == "complete"
    assert setting.unfinished() == []
    assert setting.left_behind() == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "key",
    [
        "with space.bin",
        "中文/视频 片段.mp4",
        "🎬/🎞️.mp4",
        "100%25 + a%2Fb.bin",
        "a/../b/./c",
        "a//b",
        "?query&x=1#end",
        "quote'\"<>.bin",
        "~tilde*!()",
        LONGEST,
    ],
)
@pytest.mark.parametrize("size", [100, 3 * PART])
async def test_any_key_arrives_letter_for_letter(setting: Setting, key: str, size: int) -> None:
    path = setting.file(size)
    # V4 signs the key in another way than V1.
    for signing in ({}, {"region": "cn-shanghai"}):
        target = setting.target(key, **signing)
        await setting.upload(path, target=target)
        assert setting.arrived(path, key)


def test_the_longest_key_has_as_many_bytes_as_oss_allows() -> None:
    assert len(LONGEST.encode()) == 1023


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["", "/a", "\\a", ".", "..", "x" * 1024, "\udce4.bin"])
async def test_a_key_that_oss_does_not_take_is_refused_before_anything_is_sent(setting: Setting, key: str) -> None:
    with pytest.raises(TransferRefused, match="key"):
        await setting.upload(setting.file(10), target=setting.target(key))
    assert setting.proxy.seen == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "127.0.0.1:1"},
        {"endpoint": "ftp://x"},
        {"endpoint": "http://x/path"},
        {"endpoint": "http://user@x"},
        {"endpoint": "http://x:99999"},
        {"bucket": "Upper"},
        {"bucket": "a"},
        {"bucket": "a/b"},
    ],
)
async def test_a_target_that_cannot_be_is_refused(setting: Setting, changes: dict[str, str]) -> None:
    given = {"endpoint": setting.proxy.url, "bucket": setting.bucket, "key": "k"} | changes
    target = UploadTarget(given["endpoint"], given["bucket"], given["key"])
    with pytest.raises(TransferRefused):
        await setting.upload(setting.file(10), target=target)
    assert setting.proxy.seen == []


def test_nothing_goes_unencrypted_beyond_this_machine() -> None:
    target = UploadTarget("http://oss-cn-shanghai.aliyuncs.com", "bucket", "key")
    assert target.require_usable().endpoint == "https://oss-cn-shanghai.aliyuncs.com"
    assert UploadTarget("http://127.0.0.1:80", "bucket", "key").require_usable().endpoint == "http://127.0.0.1:80"


@pytest.mark.anyio
@pytest.mark.parametrize("size", [100, 3 * PART])
async def test_the_content_type_is_guessed_from_the_key(setting: Setting, size: int) -> None:
    await setting.upload(setting.file(size), target=setting.target("clip.mp4"))
    assert setting.content_type("clip.mp4") == "video/mp4"


@pytest.mark.anyio
async def test_an_empty_file_is_sent_in_one_request_whatever_the_threshold(setting: Setting) -> None:
    await setting.upload(setting.file(0), uploader={"multipart_threshold_bytes": 0})
    assert setting.stored() == b""


@pytest.mark.anyio
async def test_a_single_file_can_be_put_without_a_transfer(setting: Setting) -> None:
    path = setting.file(5 * PART)
    await put_file(setting.proxy.url, setting.bucket, "clip.bin", path, OWNER)
    assert setting.arrived(path)
    assert setting.kinds() == ["put"]


@pytest.mark.anyio
@pytest.mark.parametrize("size", [100, 5 * PART])
@pytest.mark.parametrize("region", ["", "cn-shanghai"])
async def test_a_credential_for_one_key_is_enough(setting: Setting, size: int, region: str) -> None:
    setting.make_bucket()
    path = setting.file(size)
    await setting.upload(path, keys=Keys(setting.temporary()), target=setting.target(region=region))
    assert setting.arrived(path)


@pytest.mark.anyio
async def test_an_object_that_was_there_is_replaced(setting: Setting) -> None:
    for seed in (1, 2):
        path = setting.file(3 * PART, seed=seed)
        await setting.upload(path)
        assert setting.stored() == content(3 * PART, seed)


@pytest.mark.anyio
async def test_several_uploads_at_once_do_not_mix(setting: Setting) -> None:
    paths = {f"{number}.bin": setting.file((number + 1) * PART, f"{number}.bin", seed=number) for number in range(6)}

    async def one(key: str) -> None:
        await setting.upload(paths[key], target=setting.target(key), transfer_id=key)

    async with anyio.create_task_group() as group:
        for key in paths:
            group.start_soon(one, key)
    for key, path in paths.items():
        assert setting.arrived(path, key)


def test_parts_fit_whatever_the_size() -> None:
    for size in (
        0,
        1,
        100 * KIB,
        8 * MIB,
        80_000 * MIB,
        80_000 * MIB + 1,
        78 * 1024 * MIB,
        80 * 1024 * MIB,
        1024 * 1024 * MIB,
        MAX_OBJECT_BYTES,
    ):
        part = choose_part_bytes(size)
        assert size / part <= 10_000
        assert 8 * MIB <= part <= 5 * 1024 * MIB
        parts = list(cut_into_parts(size, part))
        assert len(parts) <= 10_000
        assert sum(each.size for each in parts) == size
    assert choose_part_bytes(MAX_OBJECT_BYTES) * 10_000 == MAX_OBJECT_BYTES
    assert choose_part_bytes(1024 * MIB) == 8 * MIB
    assert choose_part_bytes(80 * 1024 * MIB) == 9 * MIB
    assert [(part.number, part.offset, part.size) for part in cut_into_parts(25, 10)] == [
        (1, 0, 10),
        (2, 10, 10),
        (3, 20, 5),
    ]


@pytest.mark.anyio
async def test_a_file_is_as_large_as_an_object_may_be_and_not_a_byte_larger(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ims_mcp.client.oss.upload_run.MAX_OBJECT_BYTES", 5 * PART)
    path = setting.file(5 * PART)
    await setting.upload(path)
    assert setting.arrived(path)
    setting.proxy.seen.clear()
    with pytest.raises(TransferRefused, match="larger than any object of OSS may be"):
        await setting.upload(setting.file(5 * PART + 1, "larger.bin"), transfer_id="t2")
    assert setting.proxy.seen == []


@pytest.mark.anyio
async def test_connections_are_used_again(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    serve = type(setting.proxy)._serve  # pyright: ignore[reportPrivateUsage] - each call is one connection

    def counting(proxy: Any, client: Any) -> None:
        opened.append(client)
        serve(proxy, client)

    monkeypatch.setattr(type(setting.proxy), "_serve", counting)
    await setting.upload(setting.file(40 * PART), uploader={"threads": 2})
    assert len(opened) <= 2
