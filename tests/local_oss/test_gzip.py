"""Texts travel compressed to clients that take gzip, as OSS sends them; everything else as it is."""

from __future__ import annotations

import gzip
import random
from typing import Any

import pytest

from tests.local_oss.clients import raw
from tests.local_oss.server import OssThread

TEXT = "".join(random.Random(1).choices("abcdefgh \n", k=1_500_000)).encode()


@pytest.mark.parametrize("size", [1024, 1_500_000])
def test_a_text_is_compressed_for_who_takes_gzip(any_bucket: Any, size: int) -> None:
    any_bucket.put_object("key.txt", TEXT[:size], headers={"Content-Type": "text/plain; charset=utf-8"})
    got = any_bucket.get_object("key.txt", headers={"Accept-Encoding": "gzip"})
    assert got.read() == TEXT[:size]
    assert got.content_length is None
    assert (got.headers["content-encoding"], got.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert (got.headers["transfer-encoding"], "etag" in got.headers) == ("chunked", False)


def test_what_travels_is_gzip_and_shorter(oss: OssThread, bucket: Any) -> None:
    bucket.put_object("key.json", TEXT, headers={"Content-Type": "application/json"})
    answer = raw(oss, "GET", bucket.sign_url("GET", "key.json", 60), headers={"Accept-Encoding": "deflate, gzip"})
    assert gzip.decompress(answer.body) == TEXT
    assert len(answer.body) < len(TEXT) / 2
    head = raw(oss, "HEAD", bucket.sign_url("HEAD", "key.json", 60), headers={"Accept-Encoding": "deflate, gzip"})
    assert (head.status, head.headers["content-encoding"], head.headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert "content-length" not in head.headers


@pytest.mark.parametrize(
    ("content_type", "size", "stored", "asked"),
    [
        ("text/plain", 1023, {}, {"Accept-Encoding": "gzip"}),
        ("video/mp4", 5000, {}, {"Accept-Encoding": "gzip"}),
        ("text/plain", 5000, {"Content-Encoding": "br"}, {"Accept-Encoding": "gzip"}),
        ("text/plain", 5000, {}, {"Accept-Encoding": "identity"}),
        ("text/plain", 5000, {}, {"Accept-Encoding": "gzip;q=0, br"}),
        ("text/plain", 5000, {}, {"Accept-Encoding": "br"}),
        ("text/plain", 5000, {}, {}),
    ],
)
def test_everything_else_travels_as_it_is(
    oss: OssThread, bucket: Any, content_type: str, size: int, stored: dict[str, str], asked: dict[str, str]
) -> None:
    put = bucket.put_object("key", TEXT[:size], headers={"Content-Type": content_type, **stored})
    answer = raw(oss, "GET", bucket.sign_url("GET", "key", 60), headers=asked)
    assert answer.body == TEXT[:size]
    assert (answer.headers["content-length"], answer.headers["etag"]) == (str(size), f'"{put.etag}"')
    assert answer.headers.get("content-encoding") == stored.get("Content-Encoding")


def test_a_range_is_of_the_data_as_it_is_stored(oss: OssThread, bucket: Any) -> None:
    bucket.put_object("key.txt", TEXT, headers={"Content-Type": "text/plain"})
    asked = {"Accept-Encoding": "gzip", "Range": "bytes=10-5009"}
    answer = raw(oss, "GET", bucket.sign_url("GET", "key.txt", 60), headers=asked)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (206, TEXT[10:5010], "5000")
