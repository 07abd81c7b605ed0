"""Operations on objects, each by the official client under each of its signatures."""

from __future__ import annotations

import hashlib
import random
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest
from Crypto.PublicKey import RSA

from tests.local_oss.clients import Client, error_of, oss2, raw
from tests.local_oss.server import OssThread

_PAIR: Any = RSA.generate(1024)
PRIVATE_KEY, PUBLIC_KEY = _PAIR.export_key(), _PAIR.publickey().export_key()

NAMES = [
    "plain.txt",
    "a b/c d.mp4",
    "目录/视频 文件.mp4",
    "emoji 😀.bin",
    "100%25+plus&amp=?#;:@",
    "dots/../and/./more",
    "double//slash/",
    "quote'\"<>\\back",
    "control\x01\x1fand\ttab",
    "../../../etc/passwd",
    "nul\x00byte",
    "n" * 1023,
    "视" * 341,
]


def test_an_object_comes_back_byte_for_byte_with_its_headers(any_bucket: Any) -> None:
    data = random.Random(1).randbytes(300_000)
    sent = {
        "Content-Type": "video/mp4",
        "Cache-Control": "no-cache",
        "Content-Disposition": "attachment",
        "Content-Language": "zh",
        "Expires": "Thu, 01 Dec 2033 16:00:00 GMT",
        "x-oss-meta-Author": "me & you",
        "x-oss-meta-empty": "",
    }
    began = int(time.time())
    put = any_bucket.put_object("dir/file.mp4", data, headers=dict(sent))
    ended = time.time()
    got = any_bucket.get_object("dir/file.mp4")
    assert got.read() == data
    assert got.client_crc == got.server_crc == put.crc
    assert put.etag == hashlib.md5(data).hexdigest().upper()
    wanted = {name.lower(): value for name, value in sent.items()}
    assert {name: got.headers[name] for name in wanted} == wanted
    assert began <= got.last_modified <= ended
    assert (got.headers["server"], len(got.request_id)) == ("AliyunOSS", 24)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_up_to_1023_bytes_works(any_bucket: Any, name: str) -> None:
    any_bucket.put_object(name, name.encode())
    assert any_bucket.get_object(name).read() == name.encode()
    assert [one.key for one in any_bucket.list_objects().object_list] == [name]
    any_bucket.delete_object(name)
    assert any_bucket.list_objects().object_list == []


@pytest.mark.parametrize("name", ["n" * 1024, "视" * 342, "/leading", "\\leading"])
def test_a_name_out_of_bounds_is_refused(client: Client, bucket_name: str, name: str) -> None:
    bucket = client.bucket(bucket_name)
    assert error_of(lambda: bucket.put_object(name, b"x")) == (400, "InvalidObjectName")
    assert error_of(lambda: bucket.get_object(name)) == (400, "InvalidObjectName")


@pytest.mark.parametrize("name", ["ab", "UPPER", "under_score", "-begins", "ends-", "n" * 64, "dot.ted"])
def test_a_bad_bucket_name_is_refused(oss: OssThread, name: str) -> None:
    client = Client(oss, "V1")
    try:
        # oss2 checks names itself: only the server is of interest.
        bucket = client.bucket("good-name")
        bucket.bucket_name = name
        assert error_of(lambda: bucket.put_object("key", b"x")) == (400, "InvalidBucketName")
    finally:
        client.close()


def test_an_empty_object_is_an_object(any_bucket: Any) -> None:
    put = any_bucket.put_object("empty", b"")
    head = any_bucket.head_object("empty")
    assert any_bucket.get_object("empty").read() == b""
    assert (put.etag, head.content_length, head.server_crc) == ("D41D8CD98F00B204E9800998ECF8427E", 0, 0)


def test_a_stream_of_unknown_length_is_stored(any_bucket: Any) -> None:
    pieces = [bytes([n]) * 70_000 for n in range(30)]
    any_bucket.put_object("chunked", iter(pieces))
    assert any_bucket.get_object("chunked").read() == b"".join(pieces)


def test_head_and_meta_describe_an_object(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"12345", headers={"x-oss-meta-a": "b"})
    head, meta = any_bucket.head_object("key"), any_bucket.get_object_meta("key")
    assert (head.content_length, head.object_type, head.content_type) == (5, "Normal", "application/octet-stream")
    assert head.headers["x-oss-meta-a"] == "b"
    assert (meta.content_length, meta.etag, meta.last_modified) == (5, head.etag, head.last_modified)
    assert "x-oss-meta-a" not in meta.headers
    assert any_bucket.object_exists("key")
    assert not any_bucket.object_exists("other")


def test_what_is_missing_is_told_apart(client: Client, bucket: Any) -> None:
    bucket.put_object("here", b"x")
    nowhere = client.bucket("no-such-bucket")
    assert error_of(lambda: bucket.get_object("gone")) == (404, "NoSuchKey")
    assert error_of(lambda: bucket.head_object("gone")) == (404, "NoSuchKey")
    assert error_of(lambda: nowhere.get_object("gone")) == (404, "NoSuchBucket")
    assert error_of(lambda: nowhere.head_object("gone")) == (404, "NoSuchBucket")
    assert error_of(nowhere.list_objects) == (404, "NoSuchBucket")
    assert error_of(lambda: nowhere.delete_object("gone")) == (404, "NoSuchBucket")


RANGES = [
    ("bytes=0-9", 206, (0, 10)),
    ("bytes=10-", 206, (10, 100)),
    ("bytes=-7", 206, (93, 100)),
    ("bytes=99-99", 206, (99, 100)),
    ("bytes=0-99", 206, (0, 100)),
    ("bytes=5-9,20-29", 206, (5, 10)),
    ("bytes=0-100", 200, (0, 100)),
    ("bytes=100-", 200, (0, 100)),
    ("bytes=9-5", 200, (0, 100)),
    ("bytes=-101", 200, (0, 100)),
    ("bytes=-", 200, (0, 100)),
    ("byte=0-9", 200, (0, 100)),
    ("bytes=a-b", 200, (0, 100)),
]


def test_the_last_0_bytes_are_no_range(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x" * 100)
    assert error_of(lambda: any_bucket.get_object("key", headers={"Range": "bytes=-0"})) == (416, "InvalidRange")


@pytest.mark.parametrize(("header", "status", "span"), RANGES)
def test_a_range_is_honoured_and_a_bad_one_ignored(
    any_bucket: Any, header: str, status: int, span: tuple[int, int]
) -> None:
    data = bytes(range(100))
    any_bucket.put_object("key", data)
    got = any_bucket.get_object("key", headers={"Range": header})
    assert (got.status, got.read()) == (status, data[slice(*span)])
    wanted = f"bytes {span[0]}-{span[1] - 1}/100" if status == 206 else None
    assert got.content_range == wanted


def test_the_standard_range_behaviour_clips_or_refuses(bucket: Any) -> None:
    bucket.put_object("key", bytes(range(100)))
    standard = {"x-oss-range-behavior": "standard"}
    got = bucket.get_object("key", headers={"Range": "bytes=90-200", **standard})
    assert (got.status, got.read(), got.content_range) == (206, bytes(range(90, 100)), "bytes 90-99/100")
    refused = error_of(lambda: bucket.get_object("key", headers={"Range": "bytes=100-", **standard}))
    assert refused == (416, "InvalidRange")


def test_response_headers_can_be_chosen_by_who_reads(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x", headers={"Content-Type": "video/mp4"})
    chosen = {
        "response-content-type": "text/plain; charset=utf-8",
        "response-content-disposition": 'attachment; filename="a b.txt"',
        "response-cache-control": "max-age=1",
        "response-content-language": "en",
        "response-content-encoding": "identity",
        "response-expires": "Thu, 01 Dec 2033 16:00:00 GMT",
    }
    got = any_bucket.get_object("key", params=dict(chosen))
    assert {name: got.headers[name.removeprefix("response-")] for name in chosen} == chosen
    assert got.read() == b"x"


@pytest.mark.parametrize("name", ["中.mp4", "full\u3000width é.mp4"])
def test_a_chosen_file_name_may_be_of_any_script(any_bucket: Any, name: str) -> None:
    any_bucket.put_object("key", b"x")
    wanted = f"attachment; filename={name}"
    got = any_bucket.get_object("key", params={"response-content-disposition": wanted})
    assert got.read() == b"x"
    assert got.headers["content-disposition"].encode("latin-1").decode() == wanted


@pytest.mark.parametrize("value", ["text/plain\r\nx-evil: 1", "text/plain\x00", "text/plain\x7f", " text/plain"])
def test_a_chosen_header_cannot_smuggle_another(bucket: Any, value: str) -> None:
    bucket.put_object("key", b"x")
    smuggled = {"response-content-type": value}
    assert error_of(lambda: bucket.get_object("key", params=smuggled)) == (400, "InvalidArgument")


def test_conditions_on_a_read_hold(any_bucket: Any) -> None:
    etag = any_bucket.put_object("key", b"x").etag
    past, future = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"

    def read(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            got = any_bucket.get_object("key", headers=named)
        except oss2.exceptions.OssError as error:
            return error.status
        assert got.read() == b"x"
        return got.status

    assert read(If_Match=f'"{etag}"') == read(If_None_Match='"other"') == 200
    assert read(If_Modified_Since=past) == read(If_Unmodified_Since=future) == 200
    assert read(If_Modified_Since="no date") == 200
    assert read(If_Match='"other"') == read(If_Unmodified_Since=past) == 412
    with pytest.raises(oss2.exceptions.PreconditionFailed) as raised:
        any_bucket.get_object("key", headers={"If-Match": '"other"'})
    assert raised.value.details["Condition"] == "If-Match"
    assert raised.value.message == "At least one of the pre-conditions you specified did not hold."
    assert read(If_None_Match=f'"{etag}"') == read(If_Modified_Since=future) == 304


def test_content_md5_is_checked(any_bucket: Any) -> None:
    right, wrong = oss2.utils.content_md5(b"data"), oss2.utils.content_md5(b"other")
    any_bucket.put_object("key", b"data", headers={"Content-MD5": right})
    for md5 in (wrong, "no base64!", "c2hvcnQ="):
        refused = error_of(lambda md5=md5: any_bucket.put_object("key", b"data", headers={"Content-MD5": md5}))
        assert refused == (400, "InvalidDigest")
    assert any_bucket.get_object("key").read() == b"data"


def test_overwriting_can_be_forbidden(any_bucket: Any) -> None:
    forbid = {"x-oss-forbid-overwrite": "true"}
    any_bucket.put_object("key", b"first", headers=dict(forbid))
    refused = error_of(lambda: any_bucket.put_object("key", b"second", headers=dict(forbid)))
    assert refused == (409, "FileAlreadyExists")
    any_bucket.put_object("key", b"third", headers={"x-oss-forbid-overwrite": "false"})
    assert any_bucket.get_object("key").read() == b"third"


def test_copying_keeps_or_replaces_metadata(any_bucket: Any, any_client: Client, bucket_name: str) -> None:
    other = any_client.bucket(f"{bucket_name}-other")
    source = "源 +%.txt"
    any_bucket.put_object(source, b"data", headers={"Content-Type": "text/x-one", "x-oss-meta-a": "1"})
    kept = other.copy_object(bucket_name, source, "kept")
    replaced = other.copy_object(
        bucket_name,
        source,
        "replaced",
        headers={"x-oss-metadata-directive": "REPLACE", "Content-Type": "text/x-two", "x-oss-meta-b": "2"},
    )
    assert kept.etag == replaced.etag == any_bucket.head_object(source).etag
    one, two = other.head_object("kept"), other.head_object("replaced")
    assert (one.content_type, one.headers["x-oss-meta-a"]) == ("text/x-one", "1")
    assert (two.content_type, two.headers["x-oss-meta-b"]) == ("text/x-two", "2")
    assert "x-oss-meta-a" not in two.headers
    any_bucket.delete_object(source)
    assert other.get_object("kept").read() == b"data"


def test_metadata_changes_in_place(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"data", headers={"x-oss-meta-a": "1"})
    any_bucket.update_object_meta("key", {"x-oss-meta-b": "2"})
    got = any_bucket.get_object("key")
    assert (got.read(), got.headers["x-oss-meta-b"], got.headers.get("x-oss-meta-a")) == (b"data", "2", None)


def test_a_content_type_stays_where_a_copy_names_none(any_bucket: Any, bucket_name: str) -> None:
    any_bucket.put_object("v.mp4", b"data", headers={"Content-Type": "video/x-own"})
    any_bucket.update_object_meta("v.mp4", {"x-oss-meta-a": "1"})
    any_bucket.copy_object(bucket_name, "v.mp4", "copy", headers={"x-oss-metadata-directive": "REPLACE"})
    heads = [any_bucket.head_object(key) for key in ("v.mp4", "copy")]
    assert [head.content_type for head in heads] == ["video/x-own"] * 2
    assert [head.headers.get("x-oss-meta-a") for head in heads] == ["1", None]


def test_a_copy_onto_itself_replaces_the_headers(any_bucket: Any, bucket_name: str) -> None:
    first = {
        "Cache-Control": "no-cache",
        "x-oss-meta-a": "1",
        "x-oss-storage-class": "IA",
        "x-oss-object-acl": "private",
    }
    any_bucket.put_object("key", b"data", headers=dict(first))
    before = any_bucket.head_object("key")
    copied = any_bucket.copy_object(bucket_name, "key", "key", headers={"Content-Disposition": "attachment"})
    after = any_bucket.get_object("key")
    assert (after.read(), after.headers["content-disposition"]) == (b"data", "attachment")
    assert [name for name in ("cache-control", "x-oss-meta-a") if name in after.headers] == []
    assert copied.etag == after.etag == before.etag
    assert (after.headers["x-oss-storage-class"], any_bucket.get_object_acl("key").acl) == ("IA", "private")
    forbidden = {"x-oss-forbid-overwrite": "true"}
    refused = error_of(lambda: any_bucket.copy_object(bucket_name, "key", "key", headers=forbidden))
    assert refused == (409, "FileAlreadyExists")


def test_what_a_client_decrypts_with_survives_a_replacement(any_bucket: Any, bucket_name: str) -> None:
    key = oss2.RsaProvider({"private_key": PRIVATE_KEY, "public_key": PUBLIC_KEY})
    crypto = oss2.CryptoBucket(
        any_bucket.auth, any_bucket.endpoint, bucket_name, crypto_provider=key, session=any_bucket.session,
        region=any_bucket.region,
    )  # fmt: skip
    any_bucket.create_bucket()
    crypto.put_object("key", b"secret")
    any_bucket.update_object_meta("key", {"x-oss-meta-a": "1"})
    any_bucket.copy_object(bucket_name, "key", "copy", headers={"x-oss-metadata-directive": "REPLACE"})
    assert crypto.get_object("key").read() == crypto.get_object("copy").read() == b"secret"
    assert any_bucket.head_object("key").headers["x-oss-meta-a"] == "1"


def test_conditions_on_a_copy_hold(any_bucket: Any, bucket_name: str) -> None:
    etag = any_bucket.put_object("key", b"data").etag

    def copy(name: str, value: str) -> tuple[int, str]:
        header = {f"x-oss-copy-source-if-{name}": value}
        return error_of(lambda: any_bucket.copy_object(bucket_name, "key", "copy", headers=header))

    assert copy("match", "other") == (412, "PreconditionFailed")
    assert copy("none-match", etag)[0] == 304
    assert error_of(lambda: any_bucket.copy_object(bucket_name, "gone", "copy")) == (404, "NoSuchKey")
    assert not any_bucket.object_exists("copy")


def test_deleting_is_done_once_or_twice(any_bucket: Any) -> None:
    any_bucket.put_object("key", b"x")
    assert any_bucket.delete_object("key").status == 204
    assert any_bucket.delete_object("key").status == 204
    assert not any_bucket.object_exists("key")


def test_many_objects_are_deleted_at_once(any_bucket: Any) -> None:
    names = [f"n {number}+%" for number in range(20)]
    for name in names:
        any_bucket.put_object(name, b"x")
    assert any_bucket.batch_delete_objects([*names[1:], "never there"]).deleted_keys == [*names[1:], "never there"]
    assert [one.key for one in any_bucket.list_objects().object_list] == names[:1]


UNREADABLE = [
    "\x01\x02\x10",
    "tab\tline\nreturn\r",
    "nul\x00",
    "\x1f",
    "\ufffe\uffff",
    "\U000f0000\x03",
    "&#x1;",
    "\r\n",
]
"""Names with what XML cannot hold or would change, and names that only look so."""


@pytest.mark.parametrize("written", ["raw", "decimal", "hexadecimal"])
def test_any_name_is_deleted_in_a_batch(bucket: Any, written: str) -> None:
    def write(name: str) -> str:
        text = escape(name)
        if written == "raw":
            return text
        pattern = "&#{};" if written == "decimal" else "&#x{:X};"
        return re.sub("[\x00-\x1f\ufffe\uffff]", lambda found: pattern.format(ord(found[0])), text)

    for name in [*UNREADABLE, "stays"]:
        bucket.put_object(name, b"x")
    keys = "".join(f"\r\n  <Object><Key>{write(name)}</Key></Object>" for name in UNREADABLE)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<Delete>{keys}\r\n<Quiet>false</Quiet></Delete>\r\n'.encode()
    answer = bucket._do(
        "POST", bucket.bucket_name, "", params={"delete": "", "encoding-type": "url"}, data=body,
        headers=oss2.CaseInsensitiveDict({"Content-MD5": oss2.utils.content_md5(body)}),
    )  # fmt: skip
    named = re.findall("<Key>(.*?)</Key>", answer.read().decode())
    assert [unquote(name) for name in named] == UNREADABLE
    assert [one.key for one in bucket.list_objects().object_list] == ["stays"]


def test_the_keys_of_a_batch_are_encoded_where_a_header_asks(bucket: Any) -> None:
    bucket.create_bucket()
    body = b"<Delete><Object><Key>&#x1;</Key></Object><Quiet>false</Quiet></Delete>"
    answer = bucket._do(
        "POST", bucket.bucket_name, "", params={"delete": ""}, data=body, headers={"Encoding-type": "url"}
    )
    told = answer.read()
    assert b"<EncodingType>url</EncodingType>" in told
    assert b"<Key>%01</Key>" in told


def test_a_quiet_delete_says_nothing(client: Client, bucket: Any) -> None:
    bucket.put_object("key", b"x")
    versions = oss2.models.BatchDeleteObjectVersionList([oss2.models.BatchDeleteObjectVersion(key="key")])
    quiet = oss2.xml_utils.to_batch_delete_objects_version_request(versions, True)
    answer = bucket._do(
        "POST", bucket.bucket_name, "", params={"delete": ""}, data=quiet,
        headers=oss2.CaseInsensitiveDict({"Content-MD5": oss2.utils.content_md5(quiet)}),
    )  # fmt: skip
    assert answer.read() == b""
    assert not bucket.object_exists("key")


def test_a_version_is_not_deleted_as_the_whole_object(bucket: Any) -> None:
    bucket.put_object("key", b"x")
    versions = oss2.models.BatchDeleteObjectVersionList([oss2.models.BatchDeleteObjectVersion("key", "v1")])
    with pytest.raises(oss2.exceptions.OssError) as raised:
        bucket.delete_object_versions(versions)
    assert raised.value.code == "NotImplemented"
    assert bucket.object_exists("key")


def entities(root: str) -> str:
    """A text of 26 to the power of eight letters in a few hundred bytes."""
    inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 26}">' for n in range(1, 9))
    return f'<!DOCTYPE {root} [<!ENTITY e0 "x">{inner}]><{root}><Object><Key>&e8;</Key></Object></{root}>'


BOMBS: list[tuple[str, bytes]] = [
    ("entities", entities("Delete").encode()),
    ("entities in UTF-16", f'<?xml version="1.0" encoding="utf-16"?>{entities("Delete")}'.encode("utf-16")),
    ("entities in UTF-16BE", entities("Delete").encode("utf-16-be")),
    ("entities in UTF-7", b'<?xml version="1.0" encoding="utf-7"?>' + entities("Delete").encode("utf-7")),
    ("entities in EBCDIC", f'<?xml version="1.0" encoding="cp037"?>{entities("Delete")}'.encode("cp037")),
    ("entities in completing", entities("CompleteMultipartUpload").encode()),
    ("a file of this machine", b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Delete>&e;</Delete>'),
    ("a definition elsewhere", b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><Delete/>'),
    ("280,000 levels", b"<a>" * 280_000),
    ("280,000 levels, closed", b"<a>" * 280_000 + b"</a>" * 280_000),
    ("150,000 attributes", b"<Delete " + b" ".join(b'a%d="b"' % n for n in range(150_000)) + b"/>"),
    ("one name of two megabytes", b"<" + b"a" * 2_000_000 + b"/>"),
    ("bytes that are none", bytes(range(256)) * 100),
]
"""Documents of XML that cost whoever reads them without care."""


@pytest.mark.parametrize("body", [body for _, body in BOMBS], ids=[name for name, _ in BOMBS])
def test_xml_that_would_explode_is_refused_and_the_next_request_served(bucket: Any, body: bytes) -> None:
    bucket.put_object("key", b"stays")
    upload_id = bucket.init_multipart_upload("film.mp4").upload_id
    for key, parameters in (("", {"delete": ""}), ("film.mp4", {"uploadId": upload_id})):

        def post(key: str = key, parameters: dict[str, str] = parameters) -> None:
            bucket._do("POST", bucket.bucket_name, key, params=parameters, data=body)

        assert error_of(post) == (400, "MalformedXML")
    assert bucket.get_object("key").read() == b"stays"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete>",
        b"<Other/>",
        b"<Delete/>",
        b"<Delete><Object><Key></Key></Object></Delete>",
        "<Delete><Object><Key>k</Key></Object></Delete>".encode("utf-16"),
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1001 + b"</Delete>",
    ],
)
def test_a_malformed_body_is_told(bucket: Any, body: bytes) -> None:
    def post() -> None:
        bucket._do("POST", bucket.bucket_name, "", params={"delete": ""}, data=body)

    assert error_of(post) == (400, "MalformedXML")


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_a_signed_url_works_for_any_http_client(any_bucket: Any, oss: OssThread, method: str) -> None:
    name = "视 频+%.mp4"
    any_bucket.put_object(name, b"before")
    answer = raw(oss, method, any_bucket.sign_url(method, name, 60), body=b"after" if method == "PUT" else None)
    assert answer.status == 200
    assert answer.body == (b"before" if method == "GET" else b"")
    assert any_bucket.get_object(name).read() == (b"after" if method == "PUT" else b"before")


def test_a_signed_url_can_bind_headers_and_overrides(any_bucket: Any, oss: OssThread) -> None:
    headers = {"Content-Type": "text/x-bound", "x-oss-meta-a": "1"}
    any_bucket.create_bucket()
    url = any_bucket.sign_url("PUT", "key", 60, headers=dict(headers))
    assert raw(oss, "PUT", url, body=b"x").status == 403
    assert raw(oss, "PUT", url, body=b"x", headers=headers).status == 200
    shown = any_bucket.sign_url("GET", "key", 60, params={"response-content-type": "text/x-shown"}, slash_safe=True)
    assert raw(oss, "GET", shown).headers["content-type"] == "text/x-shown"


def test_files_go_up_and_come_down(any_bucket: Any, tmp_path: Path) -> None:
    here, there = tmp_path / "here.mp4", tmp_path / "there.mp4"
    here.write_bytes(random.Random(2).randbytes(1_500_000))
    any_bucket.put_object_from_file("file", str(here))
    assert any_bucket.head_object("file").content_type == "video/mp4"
    any_bucket.get_object_to_file("file", str(there))
    assert there.read_bytes() == here.read_bytes()


def test_replacing_an_object_frees_its_data(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        for number in range(3):
            bucket.put_object("key", str(number))
        bucket.copy_object("bucket", "key", "key", headers={"x-oss-metadata-directive": "REPLACE"})
        assert len(fresh.blob_files()) == 1
        bucket.delete_object("key")
        assert fresh.blob_files() == []
    finally:
        client.close()


def test_no_name_of_an_object_is_a_name_on_the_disk(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        for name in NAMES:
            client.bucket("bucket").put_object(name, b"x")
        assert len(fresh.blob_files()) == len(NAMES)
        assert all(re.fullmatch("[0-9a-f]{32}", name) for name in fresh.blob_files())
    finally:
        client.close()


def test_a_reader_keeps_what_it_reads_when_the_object_is_replaced(bucket: Any) -> None:
    old = random.Random(3).randbytes(8_000_000)
    bucket.put_object("key", old)
    reading = bucket.get_object("key")
    first = reading.read(1000)
    bucket.put_object("key", b"new")
    assert first + reading.read() == old
