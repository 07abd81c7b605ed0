"""Symbolic links by the official client."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.local.policy import allow_object
from tests.local_oss.clients import Client, error_of, oss2
from tests.local_oss.server import OssThread


@pytest.mark.parametrize("target", ["target", "目标/a b+%.txt", "control\x0c\x01"])
def test_who_reads_a_link_reads_its_target(any_bucket: Any, target: str) -> None:
    put = any_bucket.put_object(target, b"hello", headers={"x-oss-meta-a": "target", "Content-Type": "video/mp4"})
    own = {"x-oss-meta-a": "link", "Content-Type": "text/plain"}
    any_bucket.put_symlink(target, "link", headers={**own, "x-oss-tagging": "a=b"})
    link = any_bucket.get_symlink("link")
    assert link.target_key == target
    assert {name: link.headers[name] for name in own} == own
    got, head = any_bucket.get_object("link"), any_bucket.head_object("link")
    assert (got.read(), head.content_length) == (b"hello", 5)
    for one in (got, head):
        assert (one.etag, one.object_type, one.headers["x-oss-meta-a"]) == (put.etag, "Symlink", "link")
    assert any_bucket.get_object("link", byte_range=(1, 2)).read() == b"el"
    assert dict(any_bucket.get_object_tagging("link").tag_set.tagging_rule) == {"a": "b"}
    assert {one.key: one.type for one in any_bucket.list_objects().object_list}["link"] == "Symlink"
    any_bucket.put_object(target, b"other")
    assert any_bucket.get_object("link").read() == b"other"
    any_bucket.delete_object("link")
    assert any_bucket.get_object(target).read() == b"other"


def test_a_link_to_nothing_and_a_link_to_a_link_are_told(any_bucket: Any) -> None:
    any_bucket.put_symlink("gone", "one")
    any_bucket.put_symlink("one", "two")
    assert error_of(lambda: any_bucket.get_object("one")) == (404, "SymlinkTargetNotExist")
    for read in (any_bucket.get_object, any_bucket.head_object):
        assert error_of(lambda read=read: read("two")) == (400, "InvalidTargetType")


def test_only_a_link_has_a_target(client: Client, bucket: Any) -> None:
    bucket.put_object("key", b"x")
    assert error_of(lambda: bucket.get_symlink("key")) == (400, "NotSymlink")
    assert error_of(lambda: bucket.get_symlink("gone")) == (404, "NoSuchKey")
    assert error_of(lambda: client.bucket("no-such-bucket").get_symlink("gone")) == (404, "NoSuchBucket")
    assert error_of(lambda: bucket.put_symlink("/bad", "link")) == (400, "InvalidObjectName")
    bucket.put_symlink("key", "link")
    assert error_of(lambda: bucket.append_object("link", 0, b"x")) == (409, "ObjectNotAppendable")
    forbid = {"x-oss-forbid-overwrite": "true"}
    assert error_of(lambda: bucket.put_symlink("other", "link", headers=forbid)) == (409, "FileAlreadyExists")


def test_a_copy_of_a_link_is_a_link(any_bucket: Any, bucket_name: str) -> None:
    any_bucket.put_object("key", b"x")
    any_bucket.put_symlink("key", "link")
    any_bucket.copy_object(bucket_name, "link", "copy")
    any_bucket.update_object_meta("link", {"x-oss-meta-a": "1"})
    assert [any_bucket.get_symlink(link).target_key for link in ("link", "copy")] == ["key", "key"]


def test_a_link_leads_nobody_where_they_may_not_read(oss: OssThread, client: Client, bucket_name: str) -> None:
    owner = client.bucket(bucket_name)
    owner.put_object("secret", b"x")
    owner.put_object("dir/plain", b"y")
    identity = oss.call(oss.parts.identities.mint(seconds=600, policy=allow_object(bucket_name, "dir/*")))
    narrow = Client(oss, "STS V4", identity)
    try:
        bucket = narrow.bucket(bucket_name)
        bucket.put_symlink("secret", "dir/out")
        bucket.put_symlink("dir/plain", "dir/in")
        assert bucket.get_object("dir/in").read() == b"y"
        with pytest.raises(oss2.exceptions.AccessDenied):
            bucket.get_object("dir/out")
        assert owner.get_object("dir/out").read() == b"x"
    finally:
        narrow.close()
