"""Multipart uploads by the official client."""

from __future__ import annotations

import hashlib
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.objects import Description
from ims_mcp.local.oss.uploads import Uploads
from tests.local_oss.clients import Client, Resolving, error_of, oss2
from tests.local_oss.server import REGION, OssThread

PART = 100 * 1024


def upload_parts(bucket: Any, key: str, upload: str, pieces: list[bytes]) -> list[Any]:
    made: list[Any] = []
    for number, piece in enumerate(pieces, 1):
        put = bucket.upload_part(key, upload, number, piece)
        made.append(oss2.models.PartInfo(number, put.etag, size=len(piece), part_crc=put.crc))
    return made


def pieces_of(count: int, *, last_bytes: int = 77) -> list[bytes]:
    numbers = random.Random(count)
    return [numbers.randbytes(PART + number) for number in range(count - 1)] + [numbers.randbytes(last_bytes)]


def test_parts_become_one_object(any_bucket: Any) -> None:
    key = "多 part+%.mp4"
    pieces = pieces_of(4)
    upload = any_bucket.init_multipart_upload(key, headers={"x-oss-meta-a": "1"}).upload_id
    parts = upload_parts(any_bucket, key, upload, pieces)
    assert not any_bucket.object_exists(key)
    done = any_bucket.complete_multipart_upload(key, upload, parts)
    got = any_bucket.get_object(key)
    assert got.read() == b"".join(pieces)
    assert got.client_crc == got.server_crc == done.crc
    md5s = "".join(hashlib.md5(piece).hexdigest().upper() for piece in pieces)
    assert done.etag == got.etag == f"{hashlib.md5(md5s.encode()).hexdigest().upper()}-4"
    assert (got.object_type, got.content_type, got.headers["x-oss-meta-a"]) == ("Multipart", "video/mp4", "1")
    assert error_of(lambda: any_bucket.complete_multipart_upload(key, upload, parts)) == (404, "NoSuchUpload")


def test_a_part_is_answered_with_what_was_stored(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key").upload_id
    answers = [any_bucket.upload_part("key", upload, 1, b"data"), any_bucket.put_object("other", b"data")]
    for answer in answers:
        assert answer.headers["content-md5"] == oss2.utils.content_md5(b"data")
        assert answer.headers["etag"] == f'"{hashlib.md5(b"data").hexdigest().upper()}"'


def test_a_part_has_the_encryption_of_its_upload(any_bucket: Any, bucket_name: str) -> None:
    any_bucket.put_object("source", b"x")
    upload = any_bucket.init_multipart_upload("key").upload_id
    for name in ("encryption", "data-encryption", "encryption-key-id"):

        def put(name: str = name) -> None:
            any_bucket.upload_part("key", upload, 1, b"x", headers={f"x-oss-server-side-{name}": "KMS"})

        def copy(name: str = name) -> None:
            headers = {f"x-oss-server-side-{name}": "KMS"}
            any_bucket.upload_part_copy(bucket_name, "source", None, "key", upload, 1, headers=headers)

        def complete(name: str = name) -> None:
            headers = {f"x-oss-server-side-{name}": "KMS"}
            any_bucket.complete_multipart_upload("key", upload, [], headers=headers)

        assert error_of(put) == error_of(copy) == error_of(complete) == (400, "InvalidArgument")
    assert any_bucket.list_parts("key", upload).parts == []
    encrypted = any_bucket.init_multipart_upload("key", headers={"x-oss-server-side-encryption": "SM4"}).upload_id
    for answer in (
        any_bucket.upload_part("key", encrypted, 1, b"x"),
        any_bucket.upload_part_copy(bucket_name, "source", None, "key", encrypted, 2),
    ):
        assert answer.headers["x-oss-server-side-encryption"] == "SM4"


@pytest.mark.parametrize("body", [b"<CompleteMultipartUpload/>", None])
def test_an_upload_without_parts_becomes_an_empty_object(any_bucket: Any, body: bytes | None) -> None:
    upload = any_bucket.init_multipart_upload("key", headers={"x-oss-meta-a": "1"}).upload_id
    headers = oss2.CaseInsensitiveDict({} if body else {"x-oss-complete-all": "yes"})
    parameters = {"uploadId": upload}
    any_bucket._do("POST", any_bucket.bucket_name, "key", params=parameters, data=body, headers=headers)
    got = any_bucket.get_object("key")
    assert (got.read(), got.object_type, got.headers["x-oss-meta-a"]) == (b"", "Multipart", "1")
    assert got.etag == f"{hashlib.md5(b'').hexdigest().upper()}-0"
    assert any_bucket.list_multipart_uploads().upload_list == []


def test_parts_that_completing_does_not_name_are_dropped(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        upload = bucket.init_multipart_upload("key").upload_id
        bucket.upload_part("key", upload, 1, b"x")
        bucket.complete_multipart_upload("key", upload, [])
        assert bucket.get_object("key").read() == b""
        assert len(fresh.blob_files()) == 1
    finally:
        client.close()


def test_a_list_of_parts_says_how_a_client_has_encrypted_them(any_bucket: Any) -> None:
    envelope = {"key": "k&y", "start": "s", "cek-alg": "AES/CTR", "wrap-alg": "RSA", "data-size": "9", "part-size": "7"}
    headers = {f"x-oss-meta-client-side-encryption-{name}": value for name, value in envelope.items()}
    upload = any_bucket.init_multipart_upload("key", headers=headers).upload_id
    body = any_bucket._do("GET", any_bucket.bucket_name, "key", params={"uploadId": upload}).read().decode()
    found = re.findall("<ClientEncryption(\\w+)>(.*?)<", body)
    sizes = [("DataSize", "9"), ("PartSize", "7")]
    assert found == [("Key", "k&amp;y"), ("Start", "s"), ("CekAlg", "AES/CTR"), ("WrapAlg", "RSA"), *sizes]
    part = any_bucket.upload_part("key", upload, 1, b"8 bytes.")
    parts = [oss2.models.PartInfo(1, part.etag)]
    refused = error_of(lambda: any_bucket.complete_multipart_upload("key", upload, parts))
    assert refused == (400, "InvalidEncryptionRequest")
    part = any_bucket.upload_part("key", upload, 1, b"9 bytes..")
    any_bucket.complete_multipart_upload("key", upload, [oss2.models.PartInfo(1, part.etag)])
    plain = any_bucket.init_multipart_upload("key").upload_id
    body = any_bucket._do("GET", any_bucket.bucket_name, "key", params={"uploadId": plain}).read()
    assert b"ClientEncryption" not in body


def test_the_last_page_of_uploads_says_where_it_ends(bucket: Any) -> None:
    ids = [bucket.init_multipart_upload(key).upload_id for key in ("a", "b")]
    page = bucket.list_multipart_uploads()
    assert (page.is_truncated, page.next_key_marker, page.next_upload_id_marker) == (False, "b", ids[1])


def test_parts_go_up_in_parallel_and_in_any_order(any_bucket: Any) -> None:
    pieces = pieces_of(12)
    upload = any_bucket.init_multipart_upload("key").upload_id
    numbers = list(range(1, 13))
    random.Random(5).shuffle(numbers)

    def send(number: int) -> None:
        any_bucket.upload_part("key", upload, number, pieces[number - 1])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(send, numbers))
    listed = any_bucket.list_parts("key", upload).parts
    assert [(one.part_number, one.size) for one in listed] == [(n, len(pieces[n - 1])) for n in range(1, 13)]
    any_bucket.complete_multipart_upload("key", upload, listed)
    assert any_bucket.get_object("key").read() == b"".join(pieces)


def test_resumable_upload_and_download_of_oss2_work(any_bucket: Any, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_bytes(random.Random(6).randbytes(3_000_000))
    store = oss2.ResumableStore(root=str(tmp_path))
    oss2.resumable_upload(
        any_bucket, "key", str(here), store=store, multipart_threshold=1, part_size=300_000, num_threads=4
    )
    downloads = oss2.ResumableDownloadStore(root=str(tmp_path))
    oss2.resumable_download(
        any_bucket, "key", str(there), store=downloads, multiget_threshold=1, part_size=400_000, num_threads=4
    )
    assert there.read_bytes() == here.read_bytes()


def test_a_part_sent_again_replaces_the_one_before(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        upload = bucket.init_multipart_upload("key").upload_id
        for content in (b"first", b"second"):
            put = bucket.upload_part("key", upload, 1, content)
        assert len(fresh.blob_files()) == 1
        bucket.complete_multipart_upload("key", upload, [oss2.models.PartInfo(1, put.etag)])
        assert bucket.get_object("key").read() == b"second"
        assert len(fresh.blob_files()) == 1
    finally:
        client.close()


def test_parts_are_copied_from_objects(any_bucket: Any, bucket_name: str) -> None:
    source = random.Random(7).randbytes(3 * PART)
    any_bucket.put_object("源+.bin", source)
    upload = any_bucket.init_multipart_upload("key").upload_id
    spans = [(0, 2 * PART - 1), (2 * PART, 3 * PART - 1), None]
    parts: list[Any] = []
    for number, span in enumerate(spans, 1):
        made = any_bucket.upload_part_copy(bucket_name, "源+.bin", span, "key", upload, number)
        parts.append(oss2.models.PartInfo(number, made.etag))
    any_bucket.complete_multipart_upload("key", upload, parts)
    assert any_bucket.get_object("key").read() == source * 2


@pytest.mark.parametrize("endpoint", [None, f"http://oss-{REGION}.aliyuncs.com"])
def test_completing_says_where_the_object_is(oss: OssThread, bucket_name: str, endpoint: str | None) -> None:
    client = Client(oss, "V4", adapter=Resolving(oss.port))
    try:
        bucket = client.bucket(bucket_name, endpoint)
        upload = bucket.init_multipart_upload("dir/~ *.mp4").upload_id
        answer = bucket._do(
            "POST", bucket_name, "dir/~ *.mp4", params={"uploadId": upload}, data="<CompleteMultipartUpload/>"
        )
        location = ElementTree.fromstring(answer.read()).findtext("Location")
    finally:
        client.close()
    address = f"http://{bucket_name}.oss-{REGION}.aliyuncs.com" if endpoint else f"{oss.url}/{bucket_name}"
    assert location == f"{address}/dir%2F%7E%20%2A.mp4"


def test_parts_are_listed_in_pages(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key").upload_id
    assert any_bucket.list_parts("key", upload).next_marker == ""
    for number in (1, 3, 5, 7, 10_000):
        any_bucket.upload_part("key", upload, number, b"x")
    page = any_bucket.list_parts("key", upload, max_parts=2)
    assert ([one.part_number for one in page.parts], page.is_truncated, page.next_marker) == ([1, 3], True, "3")
    shown = [one.part_number for one in oss2.PartIterator(any_bucket, "key", upload, max_parts=2)]
    assert shown == [1, 3, 5, 7, 10_000]


def test_an_aborted_upload_leaves_nothing(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        upload = bucket.init_multipart_upload("key").upload_id
        bucket.upload_part("key", upload, 1, b"x")
        assert bucket.abort_multipart_upload("key", upload).status == 204
        assert fresh.blob_files() == []
        for call in (
            lambda: bucket.abort_multipart_upload("key", upload),
            lambda: bucket.upload_part("key", upload, 2, b"x"),
            lambda: bucket.list_parts("key", upload),
        ):
            assert error_of(call) == (404, "NoSuchUpload")
        assert bucket.list_multipart_uploads().upload_list == []
    finally:
        client.close()


def test_an_upload_that_ends_while_it_is_completed_is_told(fresh: OssThread) -> None:
    """Between looking an upload up and completing it, somebody else may have ended it."""
    uploads = Uploads(fresh.parts.objects)
    upload = fresh.call(uploads.begin("bucket", "key", Description()))
    fresh.call(uploads.abort(upload))
    for call in (uploads.complete(upload, [(1, "etag")], forbid_overwrite=False), uploads.abort(upload)):
        with pytest.raises(OssError) as raised:
            fresh.call(call)
        assert raised.value.code == "NoSuchUpload"


def test_an_upload_belongs_to_its_key(bucket: Any) -> None:
    upload = bucket.init_multipart_upload("key").upload_id
    assert error_of(lambda: bucket.upload_part("other", upload, 1, b"x")) == (404, "NoSuchUpload")


def test_completing_checks_every_part(any_bucket: Any) -> None:
    pieces = [b"a" * PART, b"b" * PART, b"c"]
    upload = any_bucket.init_multipart_upload("key").upload_id
    one, two, three = upload_parts(any_bucket, "key", upload, pieces)

    def complete(*parts: Any) -> tuple[int, str]:
        # oss2 sorts parts itself: the order has to be spoilt behind its back.
        body = oss2.xml_utils.to_complete_upload_request(list(parts))
        name = any_bucket.bucket_name
        return error_of(lambda: any_bucket._do("POST", name, "key", params={"uploadId": upload}, data=body))

    part = oss2.models.PartInfo
    assert complete(two, one) == (400, "InvalidPartOrder")
    assert complete(one, one) == (400, "InvalidPartOrder")
    assert complete(one, part(2, "0" * 32)) == (400, "InvalidPart")
    assert complete(one, part(9, two.etag)) == (400, "InvalidPart")
    assert complete(part(0, one.etag)) == (400, "InvalidArgument")
    assert complete(part(10_001, one.etag)) == (400, "InvalidArgument")
    small = any_bucket.upload_part("key", upload, 4, b"d")
    assert complete(one, three, part(4, small.etag)) == (400, "EntityTooSmall")
    assert not any_bucket.object_exists("key")
    any_bucket.complete_multipart_upload("key", upload, [one, three])
    assert any_bucket.get_object("key").read() == pieces[0] + pieces[2]


def test_completing_can_take_all_parts_there_are(any_bucket: Any) -> None:
    pieces = pieces_of(3)
    upload = any_bucket.init_multipart_upload("key").upload_id
    upload_parts(any_bucket, "key", upload, pieces)
    any_bucket.complete_multipart_upload("key", upload, None, headers={"x-oss-complete-all": "yes"})
    assert any_bucket.get_object("key").read() == b"".join(pieces)


def test_completing_names_its_parts_or_takes_all(bucket: Any) -> None:
    upload = bucket.init_multipart_upload("key").upload_id
    parts = upload_parts(bucket, "key", upload, [b"x"])
    body = oss2.xml_utils.to_complete_upload_request(parts)
    with pytest.raises(oss2.exceptions.InvalidArgument) as raised:
        bucket._do(
            "POST", bucket.bucket_name, "key", params={"uploadId": upload}, data=body,
            headers=oss2.CaseInsensitiveDict({"x-oss-complete-all": "yes"}),
        )  # fmt: skip
    assert (raised.value.details["EC"], raised.value.message[:30]) == (
        "0042-00000216",
        "Should not speficy both comple",
    )


def test_beginning_respects_what_is_there(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"first")
    forbid = {"x-oss-forbid-overwrite": "true"}
    refused = error_of(lambda: any_bucket.init_multipart_upload("key", headers=forbid))
    assert refused == (409, "FileAlreadyExists")
    assert any_bucket.list_multipart_uploads().upload_list == []
    any_bucket.init_multipart_upload("another key", headers=forbid)
    any_bucket.init_multipart_upload("key")


def test_completing_respects_what_is_there(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"first")
    upload = any_bucket.init_multipart_upload("key").upload_id
    parts = upload_parts(any_bucket, "key", upload, [b"second"])
    forbid = {"x-oss-forbid-overwrite": "true"}
    refused = error_of(lambda: any_bucket.complete_multipart_upload("key", upload, parts, headers=forbid))
    assert refused == (409, "FileAlreadyExists")
    assert any_bucket.get_object("key").read() == b"first"
    any_bucket.complete_multipart_upload("key", upload, parts)
    assert any_bucket.get_object("key").read() == b"second"


@pytest.mark.parametrize("number", ["0", "10001", "x", ""])
def test_a_part_number_out_of_bounds_is_refused(bucket: Any, number: str) -> None:
    upload = bucket.init_multipart_upload("key").upload_id
    assert error_of(lambda: bucket.upload_part("key", upload, number, b"x")) == (400, "InvalidArgument")


def test_the_digest_of_a_part_is_checked(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key").upload_id
    wrong = {"Content-MD5": oss2.utils.content_md5(b"other")}
    assert error_of(lambda: any_bucket.upload_part("key", upload, 1, b"x", headers=wrong)) == (400, "InvalidDigest")
    assert any_bucket.list_parts("key", upload).parts == []


def test_unfinished_uploads_are_listed_in_pages(any_bucket: Any) -> None:
    keys = ["a/1", "a/2", "b 视+", "c", "c", "d"]
    ids = [any_bucket.init_multipart_upload(key).upload_id for key in keys]
    for size in (1, 2, 3, 1000):
        shown = [(one.key, one.upload_id) for one in oss2.MultipartUploadIterator(any_bucket, max_uploads=size)]
        assert [key for key, _ in shown] == keys
        assert sorted(shown) == sorted(zip(keys, ids, strict=True))
    folded = any_bucket.list_multipart_uploads(delimiter="/")
    assert folded.prefix_list == ["a/"]
    assert [one.key for one in folded.upload_list] == keys[2:]
    paged = oss2.MultipartUploadIterator(any_bucket, delimiter="/", max_uploads=1)
    assert [one.key for one in paged] == ["a/", *keys[2:]]
    prefixed = any_bucket.list_multipart_uploads(prefix="a/", key_marker="a/1")
    assert [one.key for one in prefixed.upload_list] == ["a/2"]


def test_uploads_that_complete_at_once_make_one_object(any_bucket: Any) -> None:
    upload = any_bucket.init_multipart_upload("key").upload_id
    parts = upload_parts(any_bucket, "key", upload, pieces_of(3))

    def complete(_: int) -> str:
        try:
            any_bucket.complete_multipart_upload("key", upload, parts)
        except oss2.exceptions.OssError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(complete, range(6)))
    assert outcomes == ["NoSuchUpload"] * 5 + ["done"]
    assert len(any_bucket.get_object("key").read()) == sum(part.size for part in parts)


def test_a_page_of_uploads_reads_no_more_than_it_shows(fresh: OssThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a bucket holds: many uploads of one key, and many keys under one prefix."""
    read: list[str] = []
    from_json = Description.from_json

    def count(text: str) -> Description:
        read.append(text)
        return from_json(text)

    monkeypatch.setattr(Description, "from_json", count)
    uploads = Uploads(fresh.parts.objects)
    keys = ["a", *["same"] * 60, *(f"under/{number:03}" for number in range(60)), "z"]
    begun = [(key, fresh.call(uploads.begin("bucket", key, Description())).id) for key in keys]
    client = Client(fresh, "V4")
    try:
        found = client.bucket("bucket").list_multipart_uploads(max_uploads=5)
        assert [one.key for one in found.upload_list] == ["a", *["same"] * 4]
        assert len(read) == 5
        iterated = oss2.MultipartUploadIterator(client.bucket("bucket"), max_uploads=7)
        assert [(one.key, one.upload_id) for one in iterated] == sorted(begun)
        read.clear()
        folded = client.bucket("bucket").list_multipart_uploads(delimiter="/", key_marker="same")
        assert (folded.prefix_list, [one.key for one in folded.upload_list]) == (["under/"], ["z"])
        assert len(read) == 1
    finally:
        client.close()
