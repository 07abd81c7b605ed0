"""Which object an address names."""

from __future__ import annotations

import pytest

from ims_mcp.local.media_library.addresses import AddressError, ObjectAddress, VodAddress, read_object_address


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("oss://my-bucket/a/b.mp4", "my-bucket", "a/b.mp4"),
        ("OSS://my-bucket/a%20b.mp4", "my-bucket", "a b.mp4"),
        ("oss://my-bucket/a#b.mp4", "my-bucket", "a#b.mp4"),
        ("oss://my-bucket/a.mp4?", "my-bucket", "a.mp4"),
        ("http://my-bucket.oss-cn-shanghai.aliyuncs.com/a.mp4", "my-bucket", "a.mp4"),
        ("https://my-bucket.oss-ap-southeast-1-internal.aliyuncs.com/%E4%B8%AD.mp4", "my-bucket", "\u4e2d.mp4"),
        ("https://MY-BUCKET.oss-cn-shanghai.aliyuncs.com:443/a+b.mp4?x=1#y", "my-bucket", "a+b.mp4"),
        ("http://127.0.0.1:9527/my-bucket/a/b.mp4?Signature=x", "my-bucket", "a/b.mp4"),
        ("http://localhost/my-bucket/a.mp4", "my-bucket", "a.mp4"),
        ("http://my-bucket.localhost:9527/a.mp4", "my-bucket", "a.mp4"),
    ],
)
def test_an_address_names_one_object(url: str, bucket: str, key: str) -> None:
    assert read_object_address(url) == ObjectAddress(bucket, key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.mp4",
        "ftp://my-bucket/a.mp4",
        "oss://my-bucket",
        "oss://my-bucket/",
        "oss:///a.mp4",
        "oss://My_Bucket/a.mp4",
        "oss://my-bucket/%ff",
        "oss://my-bucket/" + "a" * 1024,
        "https://example.com/a.mp4",
        "https://oss-cn-shanghai.aliyuncs.com/my-bucket/a.mp4",
        "https://my-bucket.oss-cn-shanghai.aliyuncs.com.example.com/a.mp4",
        "http://127.0.0.1:9527/my-bucket",
    ],
)
def test_what_names_no_object_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        read_object_address(url)


def test_a_vod_address_is_told_apart() -> None:
    with pytest.raises(VodAddress):
        read_object_address("vod://0123456789abcdef")


def test_names_are_taken_apart() -> None:
    address = ObjectAddress("my-bucket", "films/Clip.final.MP4")
    assert (address.file_name, address.extension, str(address)) == (
        "Clip.final.MP4",
        "mp4",
        "oss://my-bucket/films/Clip.final.MP4",
    )
    assert ObjectAddress("my-bucket", "films.d/clip").extension == ""
