"""Objects that grow: AppendObject by the official client."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.local_oss.clients import Client, error_of, oss2
from tests.local_oss.server import OssThread


def test_an_object_grows_by_what_is_appended(any_bucket: Any) -> None:
    pieces = [random.Random(size).randbytes(size) for size in (300_000, 1, 0, 700_001)]
    position, crc, etags = 0, 0, set[str]()
    for piece in pieces:
        done = any_bucket.append_object("key", position, piece, init_crc=crc, headers={"Content-Type": "video/mp4"})
        position, crc = position + len(piece), done.crc
        assert done.next_position == position
        etags.add(done.etag)
    got = any_bucket.get_object("key")
    assert got.read() == b"".join(pieces)
    assert got.client_crc == got.server_crc == crc
    assert (got.object_type, got.content_type, len(etags)) == ("Appendable", "video/mp4", 4)
    assert got.headers["x-oss-next-append-position"] == str(position)
    assert "content-md5" not in got.headers
    (listed,) = any_bucket.list_objects().object_list
    assert (listed.size, listed.type, listed.etag) == (position, "Appendable", got.etag)


def test_appending_begins_where_the_object_ends(any_bucket: Any) -> None:
    any_bucket.append_object("key", 0, b"12345")
    for key, position, end in (("key", 0, 5), ("key", 6, 5), ("other", 3, 0)):
        with pytest.raises(oss2.exceptions.PositionNotEqualToLength) as raised:
            any_bucket.append_object(key, position, b"x")
        assert (raised.value.status, raised.value.next_position) == (409, end)
    assert any_bucket.get_object("key").read() == b"12345"
    assert not any_bucket.object_exists("other")


def test_appending_behind_nothing_makes_no_bucket(client: Client) -> None:
    bucket = client.bucket("no-such-bucket")
    assert error_of(lambda: bucket.append_object("key", 3, b"x")) == (404, "NoSuchBucket")
    assert error_of(bucket.list_objects) == (404, "NoSuchBucket")


def test_only_what_was_appended_grows(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"12345")
    for position in (0, 5):
        assert error_of(lambda position=position: any_bucket.append_object("key", position, b"x")) == (
            409,
            "ObjectNotAppendable",
        )
    any_bucket.append_object("grows", 0, b"12345")
    any_bucket.put_object("grows", b"new")
    assert error_of(lambda: any_bucket.append_object("grows", 3, b"x")) == (409, "ObjectNotAppendable")
    assert any_bucket.get_object("grows").read() == b"new"


def test_headers_count_with_the_first_append(any_bucket: Any) -> None:
    first = {"x-oss-meta-a": "1", "x-oss-tagging": "a=b", "x-oss-object-acl": "private"}
    any_bucket.append_object("key", 0, b"1", headers=dict(first))
    too_many = "&".join(f"k{number}=v" for number in range(15))
    any_bucket.append_object("key", 1, b"2", headers={"x-oss-meta-a": "2", "x-oss-tagging": too_many})
    head = any_bucket.head_object("key")
    assert (head.headers["x-oss-meta-a"], head.headers["x-oss-tagging-count"]) == ("1", "1")
    assert any_bucket.get_object_acl("key").acl == "private"
    refused = error_of(lambda: any_bucket.append_object("new", 0, b"x", headers={"x-oss-tagging": too_many}))
    assert refused == (400, "InvalidTag")
    assert not any_bucket.object_exists("new")


def test_the_acl_counts_with_every_append(any_bucket: Any) -> None:
    any_bucket.append_object("key", 0, b"1")
    any_bucket.append_object("key", 1, b"2", headers={"x-oss-object-acl": "private", "x-oss-meta-a": "2"})
    assert any_bucket.get_object_acl("key").acl == "private"
    any_bucket.append_object("key", 2, b"3")
    assert any_bucket.get_object_acl("key").acl == "private"
    assert "x-oss-meta-a" not in any_bucket.head_object("key").headers


@pytest.mark.parametrize("position", ["", "-1", "x", "9" * 30])
def test_a_position_that_is_none_is_refused(bucket: Any, position: str) -> None:
    assert error_of(lambda: bucket.append_object("key", position, b"x")) == (400, "InvalidArgument")


def test_the_digest_of_an_append_is_checked(bucket: Any) -> None:
    bucket.create_bucket()
    wrong = {"Content-MD5": oss2.utils.content_md5(b"other")}
    assert error_of(lambda: bucket.append_object("key", 0, b"x", headers=wrong)) == (400, "InvalidDigest")
    assert not bucket.object_exists("key")


def test_a_copy_is_a_normal_object_that_the_source_outgrows(any_bucket: Any, bucket_name: str) -> None:
    any_bucket.append_object("key", 0, b"12345")
    any_bucket.copy_object(bucket_name, "key", "copy")
    any_bucket.append_object("key", 5, b"678")
    copy = any_bucket.get_object("copy")
    assert (copy.read(), copy.object_type, copy.etag) == (b"12345", "Normal", oss2.utils.md5_string(b"12345").upper())
    any_bucket.update_object_meta("key", {"x-oss-meta-a": "1"})
    any_bucket.append_object("key", 8, b"9")
    grown = any_bucket.get_object("key")
    assert (grown.read(), grown.object_type, grown.headers["x-oss-meta-a"]) == (b"123456789", "Appendable", "1")


def test_of_appends_at_once_one_wins_and_nothing_is_torn(any_bucket: Any) -> None:
    any_bucket.append_object("key", 0, b"begin")

    def append(worker: int) -> bytes | None:
        piece = bytes([worker]) * 200_000
        try:
            any_bucket.append_object("key", 5, piece)
        except oss2.exceptions.PositionNotEqualToLength:
            return None
        return piece

    with ThreadPoolExecutor(6) as threads:
        (won,) = [piece for piece in threads.map(append, range(6)) if piece is not None]
    assert any_bucket.get_object("key").read() == b"begin" + won


def test_a_reader_sees_the_object_as_it_was_when_it_came(any_bucket: Any) -> None:
    data = random.Random(3).randbytes(3_000_000)
    any_bucket.append_object("key", 0, data)
    reading = any_bucket.get_object("key")
    begun = reading.read(1000)
    any_bucket.append_object("key", len(data), b"more")
    assert begun + reading.read() == data


def test_what_a_killed_append_left_behind_the_end_goes_with_the_next(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        bucket.append_object("key", 0, b"12345")
        (name,) = fresh.blob_files()
        with (fresh.data_dir / "objects" / name).open("ab") as file:
            file.write(b"written, and no row says so")
        assert bucket.get_object("key").read() == b"12345"
        bucket.append_object("key", 5, b"678")
        assert bucket.get_object("key").read() == b"12345678"
        assert (fresh.data_dir / "objects" / name).read_bytes() == b"12345678"
        assert fresh.blob_files() == [name]
    finally:
        client.close()


def test_an_append_that_is_refused_leaves_nothing(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        bucket.append_object("key", 0, b"12345")
        bucket.put_object("normal", b"x")
        for key, position in (("key", 3), ("normal", 1), ("other", 1)):
            assert error_of(lambda key=key, position=position: bucket.append_object(key, position, b"x"))[0] == 409
        assert len(fresh.blob_files()) == 2
    finally:
        client.close()
