"""Operations on buckets and listings of what is in them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import time
from collections.abc import AsyncGenerator
from email.utils import formatdate
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from ims_mcp.local.oss.objects import Description, Objects
from tests.local_oss.clients import Client, error_of, oss2, raw
from tests.local_oss.server import REGION, OssThread


async def fill(objects: Objects, bucket: str, names: list[str]) -> None:
    """Many empty objects, without the cost of a request each."""

    async def nothing() -> AsyncGenerator[bytes]:
        yield b""

    for name in names:
        await objects.put_blob(bucket, name, await objects.blobs.receive(nothing()), Description())


def test_a_bucket_lives_from_creation_to_deletion(any_client: Client, bucket_name: str) -> None:
    bucket = any_client.bucket(bucket_name)
    assert error_of(bucket.get_bucket_info) == (404, "NoSuchBucket")
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE, oss2.models.BucketCreateConfig("Standard"))
    bucket.create_bucket()
    info = bucket.get_bucket_info()
    assert (info.name, info.location, info.acl.grant) == (bucket_name, f"oss-{REGION}", "private")
    here = any_client.server.url
    assert (info.extranet_endpoint, info.intranet_endpoint) == (here, here)
    assert (info.comment, info.access_monitor, info.transfer_acceleration) == ("", "Disabled", "Disabled")
    assert info.bucket_encryption_rule.sse_algorithm is None  # oss2 makes that of "None"
    assert bucket.get_bucket_location().location == f"oss-{REGION}"
    assert bucket.list_objects().object_list == []
    bucket.put_object("key", b"x")
    with pytest.raises(oss2.exceptions.BucketNotEmpty, match="The bucket has objects"):
        bucket.delete_bucket()
    bucket.delete_object("key")
    upload = bucket.init_multipart_upload("key").upload_id
    with pytest.raises(oss2.exceptions.BucketNotEmpty, match="The bucket has Multipart Uploads"):
        bucket.delete_bucket()
    bucket.abort_multipart_upload("key", upload)
    assert bucket.delete_bucket().status == 204
    assert error_of(bucket.delete_bucket) == (404, "NoSuchBucket")


def test_the_first_write_makes_the_bucket(any_client: Client, bucket_name: str) -> None:
    any_client.bucket(bucket_name).put_object("key", b"x")
    assert bucket_name in [one.name for one in oss2.BucketIterator(any_client.service())]


def test_buckets_are_listed_in_pages(any_client: Client, bucket_name: str) -> None:
    names = [f"{bucket_name}-{letter}" for letter in "abcde"]
    began = int(time.time())
    for name in names:
        any_client.bucket(name).create_bucket()
    ended = time.time()
    service = any_client.service()
    assert [one.name for one in oss2.BucketIterator(service, prefix=f"{bucket_name}-", max_keys=2)] == names
    page = service.list_buckets(prefix=f"{bucket_name}-", marker=names[1], max_keys=2)
    assert ([one.name for one in page.buckets], page.is_truncated, page.next_marker) == (names[2:4], True, names[3])
    assert began <= page.buckets[0].creation_date <= ended


@pytest.mark.parametrize("acl", [oss2.BUCKET_ACL_PUBLIC_READ, "authenticated-read"])
def test_a_public_bucket_is_refused_openly(bucket: Any, acl: str) -> None:
    assert error_of(lambda: bucket.create_bucket(acl)) == (400, "NotImplemented")


def test_no_acl_leaves_the_acl_as_it_is(bucket: Any) -> None:
    bucket.create_bucket()
    assert bucket._do("PUT", bucket.bucket_name, "", params={"acl": ""}).status == 200
    assert bucket.get_bucket_acl().acl == "private"
    empty = {"x-oss-acl": ""}
    refused = error_of(lambda: bucket._do("PUT", bucket.bucket_name, "", params={"acl": ""}, headers=empty))
    assert refused == (400, "InvalidArgument")


def test_a_bucket_is_created_in_this_region_only(client: Client, bucket_name: str) -> None:
    bucket = client.bucket(bucket_name)

    def create(location: str) -> None:
        wanted = f"<LocationConstraint>{location}</LocationConstraint>"
        body = f"<CreateBucketConfiguration>{wanted}</CreateBucketConfiguration>"
        bucket._do("PUT", bucket_name, "", data=body)

    assert error_of(lambda: create("oss-cn-zhengzhou")) == (400, "InvalidLocationConstraint")
    assert error_of(bucket.get_bucket_location) == (404, "NoSuchBucket")
    create(f"oss-{REGION}")
    assert bucket.get_bucket_location().location == f"oss-{REGION}"


@pytest.mark.parametrize("host", [f"old_name.oss-{REGION}.aliyuncs.com", "old_name.localhost"])
def test_a_bucket_with_a_name_as_they_once_were_is_not_there(oss: OssThread, host: str) -> None:
    def ask(method: str, *, signed: bool) -> tuple[int, str | None]:
        date = formatdate(usegmt=True)
        digest = hmac.new(b"local", f"{method}\n\n\n{date}\n/old_name/".encode(), hashlib.sha1).digest()
        proof = {"Authorization": f"OSS local:{base64.b64encode(digest).decode()}"} if signed else {}
        answer = raw(oss, method, "/", headers={"Host": host, "Date": date, **proof})
        return answer.status, ElementTree.fromstring(answer.body).findtext("Code")

    assert ask("GET", signed=True) == ask("GET", signed=False) == (404, "NoSuchBucket")
    assert ask("PUT", signed=True) == (400, "InvalidBucketName")


@pytest.fixture(scope="session")
def thousand(oss: OssThread) -> list[str]:
    """1,203 names in the bucket ``thousand``, in OSS's order."""
    names = [f"dir{number % 7}/file {number:04}+视.mp4" for number in range(1200)] + ["Z", "a", "~"]
    oss.call(fill(oss.parts.objects, "thousand", names))
    return sorted(names, key=str.encode)


def test_a_thousand_keys_come_in_one_page_and_more_in_several(any_client: Client, thousand: list[str]) -> None:
    bucket = any_client.bucket("thousand")
    page = bucket.list_objects(max_keys=1000)
    assert ([one.key for one in page.object_list], page.is_truncated) == (thousand[:1000], True)
    rest = bucket.list_objects(marker=page.next_marker, max_keys=1000)
    assert ([one.key for one in rest.object_list], rest.is_truncated) == (thousand[1000:], False)
    assert [one.key for one in oss2.ObjectIteratorV2(bucket, max_keys=1000)] == thousand


def test_an_entry_of_a_listing_has_all_its_fields(any_bucket: Any) -> None:
    began = int(time.time())
    put = any_bucket.put_object("key", b"12345")
    ended = time.time()
    for owner in (False, True):
        (one,) = any_bucket.list_objects_v2(fetch_owner=owner).object_list
        assert (one.key, one.size, one.etag, one.type, one.storage_class) == ("key", 5, put.etag, "Normal", "Standard")
        assert began <= one.last_modified <= ended
        assert (one.owner is not None) == owner
    (one,) = any_bucket.list_objects().object_list
    assert one.owner.id == "local"


def test_prefix_and_start_narrow_a_listing(any_client: Client, thousand: list[str]) -> None:
    bucket = any_client.bucket("thousand")
    prefixed = [name for name in thousand if name.startswith("dir3/")]
    assert [one.key for one in oss2.ObjectIterator(bucket, prefix="dir3/", max_keys=100)] == prefixed
    after = [name for name in thousand if name > "dir5/"]
    assert [one.key for one in oss2.ObjectIteratorV2(bucket, start_after="dir5/", max_keys=333)] == after
    folded = bucket.list_objects_v2(delimiter="/", max_keys=1000)
    assert folded.prefix_list == [f"dir{number}/" for number in range(7)]
    assert [one.key for one in folded.object_list] == ["Z", "a", "~"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_pages_of_any_size_add_up(oss: OssThread, client: Client, size: int) -> None:
    """Every pairing of prefix and delimiter, by both listings, against the plain definition."""
    random_names = random.Random(size)
    names = sorted({"".join(random_names.choices("ab/-视", k=random_names.randint(1, 6))) for _ in range(30)})
    names = sorted((name for name in names if not name.startswith("/")), key=str.encode)
    bucket = client.bucket(f"pages-{size}")
    oss.call(fill(oss.parts.objects, f"pages-{size}", names))
    for prefix in ("", "a", "a/", "视", "b-"):
        for delimiter in ("", "/", "视", "a/"):
            wanted: list[str] = []
            for name in names:
                if name.startswith(prefix):
                    end = name.find(delimiter, len(prefix)) if delimiter else -1
                    wanted.append(name if end < 0 else name[: end + len(delimiter)])
            unique = sorted(set(wanted), key=str.encode)
            for listing in (oss2.ObjectIterator, oss2.ObjectIteratorV2):
                shown = [one.key for one in listing(bucket, prefix=prefix, delimiter=delimiter, max_keys=size)]
                assert sorted(shown, key=str.encode) == unique, (prefix, delimiter, listing)
                assert len(shown) == len(unique)
            page = bucket.list_objects_v2(prefix=prefix, delimiter=delimiter, max_keys=size)
            assert len(page.object_list) + len(page.prefix_list) == min(size, len(unique))


@pytest.mark.parametrize("number", ["0", "1001", "-1", "x", "1.5"])
def test_a_page_size_out_of_bounds_is_refused(bucket: Any, number: str) -> None:
    bucket.create_bucket()
    assert error_of(lambda: bucket.list_objects(max_keys=number)) == (400, "InvalidArgument")


def test_a_made_up_continuation_token_is_refused(bucket: Any) -> None:
    bucket.create_bucket()
    assert error_of(lambda: bucket.list_objects_v2(continuation_token="made up")) == (400, "InvalidArgument")


def test_a_listing_without_encoding_is_plain_xml(bucket: Any) -> None:
    bucket.put_object("a&b<c>\x01", b"x")
    body = bucket._do("GET", bucket.bucket_name, "", params={"prefix": "a&"}).read()
    assert b"<Key>a&amp;b&lt;c&gt;&#1;</Key>" in body
    assert b"<Prefix>a&amp;</Prefix>" in body
    assert b"EncodingType" not in body


def test_buckets_that_are_not_there_are_an_empty_list(any_client: Client, bucket_name: str) -> None:
    any_client.bucket(bucket_name).create_bucket()
    for asked in ({"prefix": "no-bucket-begins-so"}, {"marker": "zzzz"}, {"prefix": "zz", "max_keys": 1}):
        page = any_client.service().list_buckets(**asked)
        assert (page.buckets, page.is_truncated) == ([], False)


def test_buckets_are_not_listed_by_what_is_in_no_name(any_client: Client) -> None:
    for asked, ec in (({"prefix": "FilmBucket"}, "0017-00000290"), ({"marker": "film_bucket"}, "0017-00000291")):
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            any_client.service().list_buckets(**asked)
        assert (refused.value.status, refused.value.code, refused.value.ec) == (400, "InvalidArgument", ec)


def test_a_bucket_is_private_and_can_be_nothing_else(any_bucket: Any) -> None:
    assert error_of(any_bucket.get_bucket_acl) == (404, "NoSuchBucket")
    any_bucket.create_bucket("private")
    assert any_bucket.get_bucket_acl().acl == "private"
    assert any_bucket.put_bucket_acl("private").status == 200
    assert error_of(lambda: any_bucket.put_bucket_acl("public-read")) == (400, "NotImplemented")
    assert error_of(lambda: any_bucket.put_bucket_acl("everybody")) == (400, "InvalidArgument")
    assert any_bucket.get_bucket_acl().acl == "private"


def test_the_region_is_described(any_client: Client) -> None:
    here = any_client.server.url
    for regions in ("", f"oss-{REGION}"):
        (one,) = any_client.service().describe_regions(regions).regions
        assert (one.region, one.internet_endpoint, one.internal_endpoint) == (f"oss-{REGION}", here, here)
    assert error_of(lambda: any_client.service().describe_regions("oss-nowhere")) == (404, "NoSuchRegion")


def test_a_continuation_token_comes_back_as_it_is_or_was_made(bucket: Any) -> None:
    for name in ("a", "bb", "中", "d?"):
        bucket.put_object(name, b"")
    seen: list[str] = []
    token = ""
    while True:
        page = bucket.list_objects_v2(max_keys=1, continuation_token=token)
        seen += [one.key for one in page.object_list]
        if not page.is_truncated:
            break
        token = page.next_continuation_token
        assert quote(token, safe="") == token
    assert seen == ["a", "bb", "d?", "中"]
    for older in ("YQ==", "YQ%3D%3D", "YQ"):
        assert [one.key for one in bucket.list_objects_v2(continuation_token=older).object_list] == seen[1:]


def test_an_endpoint_that_a_client_follows_leads_back_here(any_client: Client, bucket_name: str) -> None:
    any_client.bucket(bucket_name).put_object("key", b"x")
    (listed,) = any_client.service().list_buckets(prefix=bucket_name).buckets
    for endpoint in (listed.extranet_endpoint, listed.intranet_endpoint):
        assert any_client.bucket(bucket_name, endpoint).get_object("key").read() == b"x"


def test_versions_of_a_bucket_that_has_none_are_its_objects(any_bucket: Any) -> None:
    assert error_of(any_bucket.list_object_versions) == (404, "NoSuchBucket")
    for name in ("a", "b/1", "b/2", "\x01c"):
        any_bucket.put_object(name, b"data")
    assert any_bucket.get_bucket_versioning().status is None
    page = any_bucket.list_object_versions(max_keys=3)
    shown = [(one.key, one.versionid, one.is_latest, one.size) for one in page.versions]
    assert shown == [(name, "null", True, 4) for name in ("\x01c", "a", "b/1")]
    assert (page.is_truncated, page.next_key_marker, page.delete_marker) == (True, "b/1", [])
    rest = any_bucket.list_object_versions(key_marker=page.next_key_marker, versionid_marker=page.next_versionid_marker)
    assert [one.key for one in rest.versions] == ["b/2"]
    assert any_bucket.list_object_versions(prefix="b", delimiter="/").common_prefix == ["b/"]
    for one in page.versions:
        assert any_bucket.get_object(one.key, params={"versionId": one.versionid}).read() == b"data"
        any_bucket.delete_object(one.key, params={"versionId": one.versionid})
    assert [one.key for one in any_bucket.list_objects().object_list] == ["b/2"]


def test_what_a_bucket_holds_is_counted(any_bucket: Any) -> None:
    any_bucket.create_bucket()
    empty = any_bucket.get_bucket_stat()
    assert (empty.storage_size_in_bytes, empty.object_count, empty.multi_part_upload_count) == (0, 0, 0)
    assert empty.last_modified_time == 0
    any_bucket.put_object("a", b"x" * 10)
    any_bucket.put_object("b", b"x" * 5)
    any_bucket.init_multipart_upload("c")
    stat = any_bucket.get_bucket_stat()
    assert (stat.storage_size_in_bytes, stat.object_count, stat.multi_part_upload_count) == (15, 2, 1)
    assert (stat.standard_storage, stat.standard_object_count, stat.archive_storage) == (15, 2, 0)
    assert stat.last_modified_time == int(any_bucket.head_object("b").last_modified)


def test_there_are_no_live_channels(any_bucket: Any) -> None:
    any_bucket.create_bucket()
    assert list(oss2.LiveChannelIterator(any_bucket)) == []


def test_a_bucket_has_a_head(any_bucket: Any) -> None:
    """GetBucketMeta, as the PHP client calls it."""
    head = lambda: any_bucket._do("HEAD", any_bucket.bucket_name, "")  # noqa: E731
    assert error_of(head)[0] == 404
    any_bucket.create_bucket()
    assert head().headers["x-oss-bucket-region"] == f"oss-{REGION}"
