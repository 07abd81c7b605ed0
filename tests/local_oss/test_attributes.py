"""What an object has beside its data: tags, an ACL, a storage class, server-side encryption, bounded metadata."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from ims_mcp.local.oss.objects import Description
from tests.local_oss.clients import Client, error_of, oss2
from tests.local_oss.server import OssThread

TAGS = "k1=v1&k2=&%E4%B8%AD%E6%96%87=%20%2B/"
READ = {"k1": "v1", "k2": "", "中文": " +/"}


def tags_of(bucket: Any, key: str) -> dict[str, str]:
    return dict(bucket.get_object_tagging(key).tag_set.tagging_rule)


def make_tagging(tags: dict[str, str]) -> Any:
    tagging = oss2.models.Tagging(oss2.models.TaggingRule())
    tagging.tag_set.tagging_rule = tags
    return tagging


def test_tags_sent_with_a_put_are_kept_and_counted(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x", headers={"x-oss-tagging": TAGS})
    assert tags_of(any_bucket, "key") == READ
    assert any_bucket.head_object("key").headers["x-oss-tagging-count"] == "3"
    got = any_bucket.get_object("key")
    assert (got.read(), got.headers["x-oss-tagging-count"]) == (b"x", "3")
    any_bucket.put_object("key", b"x")
    assert tags_of(any_bucket, "key") == {}
    assert "x-oss-tagging-count" not in any_bucket.head_object("key").headers


def test_tags_are_put_and_deleted_by_themselves(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x", headers={"x-oss-meta-a": "1"})
    before = any_bucket.head_object("key")
    wanted = {"a" * 128: "b" * 256, "+-.:": "_/", "中": "文"}
    assert any_bucket.put_object_tagging("key", make_tagging(wanted)).status == 200
    assert tags_of(any_bucket, "key") == wanted
    after = any_bucket.head_object("key")
    assert (after.etag, after.last_modified, after.headers["x-oss-meta-a"]) == (before.etag, before.last_modified, "1")
    assert any_bucket.delete_object_tagging("key").status == 204
    assert tags_of(any_bucket, "key") == {}


@pytest.mark.parametrize(
    "tags",
    [{"": "v"}, {"k" * 129: "v"}, {"k": "v" * 257}, {"%@k": "v"}, {"k": "a\nb"}, {f"k{n}": "v" for n in range(11)}],
)
def test_tags_against_the_rules_are_refused(bucket: Any, tags: dict[str, str]) -> None:
    bucket.put_object("key", b"x")
    header = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in tags.items())
    for call in (
        lambda: bucket.put_object_tagging("key", make_tagging(tags)),
        lambda: bucket.put_object("key", b"y", headers={"x-oss-tagging": header}),
        lambda: bucket.init_multipart_upload("key", headers={"x-oss-tagging": header}),
    ):
        assert error_of(call) == (400, "InvalidTag")
    assert (bucket.get_object("key").read(), tags_of(bucket, "key")) == (b"x", {})


@pytest.mark.parametrize("header", ["a=b=c", "a=%ff"])
def test_a_tagging_header_of_another_form_is_refused(bucket: Any, header: str) -> None:
    refused = error_of(lambda: bucket.put_object("key", b"x", headers={"x-oss-tagging": header}))
    assert refused == (400, "InvalidArgument")


def test_one_key_has_one_tag(bucket: Any) -> None:
    refused = error_of(lambda: bucket.put_object("key", b"x", headers={"x-oss-tagging": "a=1&a=2"}))
    assert refused == (400, "InvalidTag")


def test_tags_come_through_a_multipart_upload(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key", headers={"x-oss-tagging": TAGS}).upload_id
    any_bucket.upload_part("key", upload, 1, b"x")
    any_bucket.complete_multipart_upload("key", upload, any_bucket.list_parts("key", upload).parts)
    assert tags_of(any_bucket, "key") == READ


def test_a_copy_takes_the_tags_or_has_its_own(any_bucket: Any, bucket_name: str) -> None:
    any_bucket.put_object("key", b"x", headers={"x-oss-tagging": TAGS})
    own = {"x-oss-tagging": "own=1"}
    any_bucket.copy_object(bucket_name, "key", "same", headers=dict(own))
    any_bucket.copy_object(bucket_name, "key", "other", headers={**own, "x-oss-tagging-directive": "Replace"})
    any_bucket.copy_object(bucket_name, "key", "none", headers={"x-oss-tagging-directive": "REPLACE"})
    assert [tags_of(any_bucket, key) for key in ("same", "other", "none")] == [READ, {"own": "1"}, {}]


def test_attributes_of_what_is_missing_are_told_apart(client: Client, bucket: Any) -> None:
    bucket.put_object("here", b"x")
    nowhere = client.bucket("no-such-bucket")
    for one, code in ((bucket, "NoSuchKey"), (nowhere, "NoSuchBucket")):
        for call in (
            lambda one=one: one.get_object_tagging("gone"),
            lambda one=one: one.put_object_tagging("gone", make_tagging({"a": "b"})),
            lambda one=one: one.delete_object_tagging("gone"),
            lambda one=one: one.get_object_acl("gone"),
            lambda one=one: one.put_object_acl("gone", "private"),
        ):
            assert error_of(call) == (404, code)


def test_the_acl_is_private_or_default(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x")
    assert any_bucket.get_object_acl("key").acl == "default"
    any_bucket.put_object_acl("key", "private")
    assert any_bucket.get_object_acl("key").acl == "private"
    any_bucket.put_object("key", b"x", headers={"x-oss-object-acl": "private"})
    assert any_bucket.get_object_acl("key").acl == "private"
    any_bucket.put_object_acl("key", "default")
    assert any_bucket.get_object_acl("key").acl == "default"


def test_an_acl_sent_on_completing_holds(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key").upload_id
    any_bucket.upload_part("key", upload, 1, b"x")
    parts = any_bucket.list_parts("key", upload).parts
    any_bucket.complete_multipart_upload("key", upload, parts, headers={"x-oss-object-acl": "private"})
    assert any_bucket.get_object_acl("key").acl == "private"


def test_no_object_becomes_public(bucket: Any) -> None:
    bucket.put_object("key", b"x")
    for acl in ("public-read", "public-read-write"):
        assert error_of(lambda acl=acl: bucket.put_object_acl("key", acl)) == (400, "NotImplemented")
    assert bucket.get_object_acl("key").acl == "default"


def test_a_storage_class_is_named_back_and_a_wrong_one_refused(any_bucket: Any, bucket_name: str) -> None:
    for name in ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"):
        any_bucket.put_object("key", b"x", headers={"x-oss-storage-class": name})
        assert any_bucket.head_object("key").headers["x-oss-storage-class"] == name
        for listing in (any_bucket.list_objects(), any_bucket.list_objects_v2()):
            assert [one.storage_class for one in listing.object_list] == [name]
    bogus = {"x-oss-storage-class": "Bogus"}
    for call in (
        lambda: any_bucket.put_object("key", b"y", headers=dict(bogus)),
        lambda: any_bucket.copy_object(bucket_name, "key", "copy", headers=dict(bogus)),
        lambda: any_bucket.init_multipart_upload("key", headers=dict(bogus)),
        lambda: any_bucket.append_object("appended", 0, b"x", headers=dict(bogus)),
    ):
        assert error_of(call) == (400, "InvalidArgument")
    assert any_bucket.get_object("key").read() == b"x"


def test_server_side_encryption_is_named_back(any_bucket: Any, bucket_name: str) -> None:
    name, data, key = (f"x-oss-server-side-{rest}" for rest in ("encryption", "data-encryption", "encryption-key-id"))
    for algorithm in ("AES256", "SM4", "KMS"):
        put = any_bucket.put_object("key", b"x", headers={name: algorithm})
        assert put.headers[name] == any_bucket.head_object("key").headers[name] == algorithm
        assert (key in put.headers, data in put.headers) == (algorithm == "KMS", False)
    named = any_bucket.put_object("key", b"x", headers={name: "KMS", data: "SM4", key: "123"}).headers
    assert (named[data], named[key]) == ("SM4", "123")
    upload = any_bucket.init_multipart_upload("parts", headers={name: "AES256"})
    part = any_bucket.upload_part("parts", upload.upload_id, 1, b"x")
    done = any_bucket.complete_multipart_upload(
        "parts", upload.upload_id, [oss2.models.PartInfo(1, part.etag)], headers={}
    )
    copy = any_bucket.copy_object(bucket_name, "key", "copy", headers={name: "AES256"})
    appended = any_bucket.append_object("appended", 0, b"x", headers={name: "AES256"})
    answers = (upload, part, done, copy, appended, any_bucket.head_object("parts"), any_bucket.head_object("copy"))
    assert [answer.headers[name] for answer in answers] == ["AES256"] * 7
    refused = error_of(lambda: any_bucket.put_object("key", b"x", headers={name: "ROT13"}))
    assert refused == (400, "InvalidEncryptionAlgorithmError")


def test_metadata_has_eight_kilobytes(any_bucket: Any) -> None:
    room = 8 * 1024 - len("x-oss-meta-a")
    any_bucket.put_object("key", b"x", headers={"x-oss-meta-a": "v" * room})
    assert any_bucket.head_object("key").headers["x-oss-meta-a"] == "v" * room
    more = {"x-oss-meta-a": "v" * (room + 1)}
    for call in (
        lambda: any_bucket.put_object("key", b"y", headers=dict(more)),
        lambda: any_bucket.init_multipart_upload("key", headers=dict(more)),
        lambda: any_bucket.update_object_meta("key", dict(more)),
    ):
        assert error_of(call) == (400, "InvalidArgument")
    assert any_bucket.get_object("key").read() == b"x"


def test_a_put_takes_no_condition(any_bucket: Any) -> None:
    date = "Sat, 01 Jan 2000 00:00:00 GMT"
    for name, value in (("Match", "*"), ("None-Match", "*"), ("Modified-Since", date), ("Unmodified-Since", date)):
        refused = error_of(
            lambda name=name, value=value: any_bucket.put_object("key", b"x", headers={f"If-{name}": value})
        )
        assert refused == (400, "NotImplemented")
    any_bucket.init_multipart_upload("key", headers={"If-Modified-Since": date})


def test_objects_of_earlier_data_directories_are_read(fresh: OssThread) -> None:
    """Their descriptions have three elements, and the ETag of a multipart object was another."""
    objects, client = fresh.parts.objects, Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        bucket.put_object("key", b"data")
        text = '["text/x-old", {"cache-control": "no-cache"}, {"a": "1"}]'
        change = "UPDATE objects SET description = ?, kind = 'Multipart', etag = '0123-2' WHERE bucket = 'bucket'"
        fresh.call(objects.store.change(change, (text,)))
        got = bucket.get_object("key")
        read = (got.read(), got.content_type, got.headers["cache-control"], got.headers["x-oss-meta-a"], got.etag)
        assert read == (b"data", "text/x-old", "no-cache", "1", "0123-2")
        assert (tags_of(bucket, "key"), bucket.get_object_acl("key").acl) == ({}, "default")
        assert got.headers["x-oss-storage-class"] == "Standard"
        bucket.put_object_tagging("key", make_tagging({"a": "b"}))
        assert (tags_of(bucket, "key"), bucket.head_object("key").content_type) == ({"a": "b"}, "text/x-old")
        plain = Description("text/x-old", {"cache-control": "no-cache"}, {"a": "1"})
        assert plain.to_json() == text
    finally:
        client.close()
