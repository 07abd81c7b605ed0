"""PostObject: forms as browsers send them, and the policies that allow them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import requests

from ims_mcp.local.identity import Identity
from ims_mcp.local.policy import allow_object
from tests.local_oss.clients import Client, until
from tests.local_oss.server import REGION, OssThread


def policy(*conditions: Any, seconds: float = 60) -> str:
    expires = datetime.fromtimestamp(time.time() + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return base64.b64encode(json.dumps({"expiration": expires, "conditions": conditions}).encode()).decode()


def sign_v1(text: str, identity: Identity = Identity("local", "local")) -> dict[str, str]:  # noqa: B008 - frozen
    digest = hmac.new(identity.secret.encode(), text.encode(), hashlib.sha1).digest()
    token = {"x-oss-security-token": identity.security_token} if identity.security_token else {}
    signature = base64.b64encode(digest).decode()
    return {"OSSAccessKeyId": identity.access_key_id, "policy": text, "Signature": signature, **token}


def sign_v4(text: str, region: str = REGION) -> dict[str, str]:
    now = datetime.fromtimestamp(time.time(), UTC)
    scope = [now.strftime("%Y%m%d"), region, "oss", "aliyun_v4_request"]
    key = b"aliyun_v4local"
    for step in (*scope, text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return {
        "policy": text,
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": "/".join(["local", *scope]),
        "x-oss-date": now.strftime("%Y%m%dT%H%M%SZ"),
        "x-oss-signature": key.hex(),
    }


def post(oss: OssThread, bucket: str, fields: Mapping[str, str], file: Any = b"data", **more: Any) -> requests.Response:
    """As a browser does: the file comes last."""
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    parts["file"] = file if isinstance(file, tuple) else ("film.mp4", file, "video/mp4")
    return requests.post(f"{oss.url}/{bucket}", files=parts, allow_redirects=False, timeout=60, **more)


def refusal(answer: requests.Response) -> tuple[int, str | None]:
    return answer.status_code, ElementTree.fromstring(answer.content).findtext("Code")


@pytest.mark.parametrize("sign", [sign_v1, sign_v4])
def test_a_form_stores_its_file(oss: OssThread, bucket: Any, sign: Any) -> None:
    name = bucket.bucket_name
    # The type is that of the file where no field says it.
    conditions = (["starts-with", "$key", "dir/"], ["in", "$content-type", ["video/x-own", "image/png"]])
    allowed = policy({"bucket": name}, *conditions, ["content-length-range", 1, 3_000_000])
    fields = {"key": "dir/${filename}", **sign(allowed), "x-oss-meta-a": "1", "Cache-Control": "no-cache"}
    data = random.Random(1).randbytes(2_000_000) + b"\r\n--\r\n"
    answer = post(oss, name, fields, ("视频.mp4", data, "video/x-own"))
    assert (answer.status_code, answer.content) == (204, b"")
    got = bucket.get_object("dir/视频.mp4")
    assert got.read() == data
    assert (got.content_type, got.headers["x-oss-meta-a"], got.headers["cache-control"]) == (
        "video/x-own",
        "1",
        "no-cache",
    )
    assert answer.headers["etag"] == f'"{got.etag}"'
    assert answer.headers["x-oss-hash-crc64ecma"] == got.headers["x-oss-hash-crc64ecma"]


def test_a_form_says_what_it_wants_to_hear(oss: OssThread, bucket: Any) -> None:
    name = bucket.bucket_name
    fields = {"key": "a/b c", **sign_v1(policy({"bucket": name}))}
    for status, expected in (("200", 200), ("204", 204), ("299", 204)):
        assert post(oss, name, {**fields, "success_action_status": status}).status_code == expected
    answer = post(oss, name, {**fields, "success_action_status": "201"})
    told = {one.tag: one.text for one in ElementTree.fromstring(answer.content)}
    etag = bucket.head_object("a/b c").etag
    assert answer.status_code == 201
    assert (told["Bucket"], told["Key"], told["ETag"]) == (name, "a/b c", f'"{etag}"')
    assert told["Location"] == f"{oss.url}/{name}/a/b%20c"
    answer = post(oss, name, {**fields, "success_action_redirect": "http://localhost:3000/done?x=1"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://localhost:3000/done?x=1&")
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert query == {"x": "1", "bucket": name, "key": "a/b c", "etag": f'"{etag}"'}


@pytest.mark.parametrize(
    "condition",
    [
        {"bucket": "other-bucket"},
        {"key": "other"},
        ["eq", "$key", "other"],
        ["starts-with", "$key", "dir/"],
        ["eq", "$x-oss-meta-a", "1"],
        ["in", "$content-type", ["image/png", "image/jpeg"]],
        ["not-in", "$cache-control", ["no-cache"]],
    ],
)
def test_what_the_policy_does_not_allow_is_refused(oss: OssThread, bucket: Any, condition: Any) -> None:
    bucket.create_bucket()
    fields = {"key": "key", "Cache-Control": "no-cache", "Content-Type": "video/mp4"}
    answer = post(oss, bucket.bucket_name, {**fields, **sign_v1(policy(condition))})
    assert refusal(answer) == (403, "AccessDenied")
    assert bucket.list_objects().object_list == []


def test_the_size_of_the_file_is_bounded(oss: OssThread, bucket: Any) -> None:
    bucket.create_bucket()
    fields = {"key": "key", **sign_v1(policy(["content-length-range", 10, 1_000_000]))}
    before = len(oss.blob_files())
    assert refusal(post(oss, bucket.bucket_name, fields, b"x" * 9)) == (400, "EntityTooSmall")
    assert refusal(post(oss, bucket.bucket_name, fields, b"x" * 1_000_001)) == (400, "EntityTooLarge")
    assert refusal(post(oss, bucket.bucket_name, fields, b"x" * 9_000_000)) == (400, "EntityTooLarge")
    assert bucket.list_objects().object_list == []
    until(lambda: len(oss.blob_files()) == before)
    for size in (10, 1_000_000):
        assert post(oss, bucket.bucket_name, fields, b"x" * size).status_code == 204


def test_a_form_that_proves_nobody_is_refused(oss: OssThread, bucket: Any) -> None:
    name = bucket.bucket_name
    bucket.create_bucket()
    good = policy({"bucket": name})
    v1, v4 = sign_v1(good), sign_v4(good)
    for fields, expected in (
        ({}, (403, "AccessDenied")),
        ({"policy": good, "OSSAccessKeyId": "local"}, (403, "AccessDenied")),
        ({**v1, "Signature": "x"}, (403, "SignatureDoesNotMatch")),
        ({**v1, "policy": policy()}, (403, "SignatureDoesNotMatch")),
        ({**v1, "OSSAccessKeyId": "stranger"}, (403, "InvalidAccessKeyId")),
        ({**v4, "x-oss-signature": "x"}, (403, "SignatureDoesNotMatch")),
        ({**v4, "x-oss-date": "20200101T000000Z"}, (403, "AccessDenied")),
        ({**v4, "x-oss-credential": "local"}, (400, "InvalidArgument")),
        ({**v4, "x-oss-signature-version": "OSS9"}, (400, "InvalidArgument")),
        (sign_v4(good, "cn-nowhere"), (400, "InvalidArgument")),
        (sign_v1(policy(seconds=-10)), (403, "AccessDenied")),
        (sign_v1("bm90IGpzb24="), (400, "InvalidPolicyDocument")),
        (sign_v1(policy(["like", "$key", "a"])), (400, "InvalidPolicyDocument")),
        (sign_v1(policy(["content-length-range", 5, 1])), (400, "InvalidPolicyDocument")),
    ):
        assert refusal(post(oss, name, {"key": "key", **fields})) == expected, fields
    assert refusal(post(oss, "no-such-bucket", {"key": "key"})) == (404, "NoSuchBucket")
    assert bucket.list_objects().object_list == []


def test_a_temporary_credential_posts_where_it_may(oss: OssThread, bucket: Any) -> None:
    name = bucket.bucket_name
    allowed = allow_object(name, "mine", ("oss:PutObject",))
    identity = oss.call(oss.parts.identities.mint(seconds=60, policy=allowed))
    signed = sign_v1(policy({"bucket": name}), identity)
    assert post(oss, name, {"key": "mine", **signed}).status_code == 204
    assert refusal(post(oss, name, {"key": "other", **signed})) == (403, "AccessDenied")
    without = {key: value for key, value in signed.items() if key != "x-oss-security-token"}
    assert refusal(post(oss, name, {"key": "mine", **without})) == (403, "InvalidAccessKeyId")


def test_what_puts_are_refused_a_form_is_refused_as_well(oss: OssThread, bucket: Any) -> None:
    name = bucket.bucket_name
    bucket.put_object("key", b"before")
    signed = sign_v1(policy({"bucket": name}))
    for field, expected in (
        ({"callback": "e30="}, (400, "NotImplemented")),
        ({"x-oss-object-acl": "public-read"}, (400, "NotImplemented")),
        ({"x-oss-forbid-overwrite": "true"}, (409, "FileAlreadyExists")),
        ({"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, (400, "InvalidDigest")),
        ({"key": ""}, (400, "InvalidArgument")),
        ({"key": "/key"}, (400, "InvalidObjectName")),
        ({"x-oss-meta-a": "b\r\nc: d"}, (400, "InvalidArgument")),
    ):
        assert refusal(post(oss, name, {"key": "key", **signed, **field})) == expected, field
    copied = {"key": "copied", **signed, "x-oss-copy-source": f"/{name}/key"}
    assert post(oss, name, copied, b"own").status_code == 204
    assert bucket.get_object("copied").read() == b"own"
    assert bucket.get_object("key").read() == b"before"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "MalformedPOSTRequest")),
        (b"--x", (400, "MalformedPOSTRequest")),
        (b"--x--\r\n", (400, "InvalidArgument")),
        (b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nkey\r\n--x--\r\n', (400, "InvalidArgument")),
        (b"--x\r\n\r\nkey\r\n--x--\r\n", (400, "MalformedPOSTRequest")),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 300_000, (400, "EntityTooLarge")),
        (b"y" * 300_000, (400, "EntityTooLarge")),
        (b"--x\r\n" + b"y" * 700_000, (400, "EntityTooLarge")),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--', (400, "MalformedPOSTRequest")),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 300, (400, "MalformedPOSTRequest")),
    ],
)
def test_a_body_that_is_no_form_is_told(oss: OssThread, bucket: Any, body: bytes, expected: tuple[int, str]) -> None:
    bucket.create_bucket()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = requests.post(f"{oss.url}/{bucket.bucket_name}/", data=body, headers=headers, timeout=60)
    assert refusal(answer) == expected
    answer = requests.post(
        f"{oss.url}/{bucket.bucket_name}", data=body, headers={"Content-Type": "multipart/form-data"}, timeout=60
    )
    assert refusal(answer) == (400, "MalformedPOSTRequest")


@pytest.mark.parametrize("step", [1, 7, 64])
def test_a_form_in_small_pieces_is_whole(oss: OssThread, bucket: Any, step: int) -> None:
    signed = {"key": "key", **sign_v1(policy({"bucket": bucket.bucket_name}))}
    data = b"\r\n--x\r\n--bound\r\n--boundar" + bytes(50)
    fields = "".join(
        f'--boundary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in signed.items()
    )
    file = '--boundary\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n'
    after = '\r\n--boundary\r\nContent-Disposition: form-data; name="submit"\r\n\r\nUpload\r\n--boundary--\r\n'
    body = f"preamble\r\n{fields}{file}".encode() + data + after.encode()
    head = (
        f"POST /{bucket.bucket_name} HTTP/1.1\r\nHost: 127.0.0.1:{oss.port}\r\nContent-Length: {len(body)}\r\n"
        'Content-Type: multipart/form-data; boundary="boundary"\r\n\r\n'
    )
    with socket.create_connection(("127.0.0.1", oss.port), timeout=60) as made:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.sendall(head.encode())
        for start in range(0, len(body), step):
            made.sendall(body[start : start + step])
        assert made.recv(1000).startswith(b"HTTP/1.1 204 ")
    assert bucket.get_object("key").read() == data


def test_a_form_that_ends_in_the_middle_leaves_nothing(fresh: OssThread) -> None:
    client = Client(fresh, "V4")
    try:
        bucket = client.bucket("bucket")
        bucket.create_bucket()
        signed = {"key": "key", **sign_v1(policy({"bucket": "bucket"}))}
        prepared = requests.Request(
            "POST", f"{fresh.url}/bucket", files={**{n: (None, v) for n, v in signed.items()}, "file": b"x" * 1_500_000}
        ).prepare()
        body = prepared.body
        assert isinstance(body, bytes)
        cut = requests.post(
            f"{fresh.url}/bucket",
            data=body[:-100],
            headers=dict(prepared.headers) | {"Content-Length": str(len(body) - 100)},
            timeout=60,
        )
        assert refusal(cut) == (400, "MalformedPOSTRequest")
        with socket.create_connection(("127.0.0.1", fresh.port), timeout=60) as made:
            head = "".join(f"{name}: {value}\r\n" for name, value in prepared.headers.items())
            made.sendall(f"POST /bucket HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode() + body[:-500])
            until(lambda: len(fresh.blob_files()) == 1)
        until(lambda: fresh.blob_files() == [])
        assert bucket.list_objects().object_list == []
    finally:
        client.close()


def test_a_page_of_another_origin_posts_where_the_rules_let_it(oss: OssThread, bucket: Any) -> None:
    name = bucket.bucket_name
    bucket.create_bucket()
    fields = {"key": "key", **sign_v1(policy({"bucket": name}))}
    page = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    assert refusal(post(oss, name, fields, headers=page)) == (403, "AccessDenied")
    assert bucket.list_objects().object_list == []
    rules = "<AllowedOrigin>https://app.example</AllowedOrigin><AllowedMethod>POST</AllowedMethod>"
    bucket.put_bucket_cors(f"<CORSConfiguration><CORSRule>{rules}</CORSRule></CORSConfiguration>")
    answer = post(oss, name, fields, headers=page)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://app.example")


def raw_form(oss: OssThread, bucket: Any, head: str, key: str = "key", text: str | None = None) -> requests.Response:
    """A form whose file has ``head`` for its own headers."""
    signed = {"key": key, **sign_v1(text or policy({"bucket": bucket.bucket_name}))}
    fields = "".join(f'--x\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{signed[one]}\r\n' for one in signed)
    body = f"{fields}--x\r\n{head}\r\n\r\ndata\r\n--x--\r\n".encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return requests.post(f"{oss.url}/{bucket.bucket_name}", data=body, headers=headers, timeout=60)


_FILE_HEAD = 'Content-Disposition: form-data; name="file"; filename="{name}"'


@pytest.mark.parametrize("file_type", ["text/plain\nX-More: yes", "text/plain\rX", "text/\x7f"])
def test_a_type_that_no_header_can_have_is_refused(oss: OssThread, bucket: Any, file_type: str) -> None:
    bucket.create_bucket()
    answer = raw_form(oss, bucket, f"{_FILE_HEAD}\r\nContent-Type: {file_type}")
    assert refusal(answer) == (400, "InvalidArgument")


def test_blanks_around_a_field_are_no_part_of_the_header_it_becomes(oss: OssThread, bucket: Any) -> None:
    fields = {"key": "key", "x-oss-meta-a": " b ", "Content-Type": " text/plain ", "Cache-Control": "  "}
    assert (
        post(oss, bucket.bucket_name, {**fields, **sign_v1(policy({"bucket": bucket.bucket_name}))}).status_code == 204
    )
    stored = bucket.get_object("key")
    assert (stored.read(), stored.headers["x-oss-meta-a"], stored.content_type) == (b"data", "b", "text/plain")


@pytest.mark.parametrize(
    "parameters",
    ['; x="' + ";" * 200_000, ";a*0=1" * 40_000, "; filename*" + "9" * 5000 + "=c", '; x="\\' * 40_000, "; " * 100_000],
    ids=["open quote", "pieces", "number", "backslashes", "blanks"],
)
def test_the_head_of_a_file_takes_no_longer_than_its_length(oss: OssThread, bucket: Any, parameters: str) -> None:
    began = time.process_time()  # the server is a thread of this process
    answer = raw_form(oss, bucket, f'Content-Disposition: form-data; name="file"{parameters}')
    assert (answer.status_code, time.process_time() - began < 5) == (204, True)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("ф.txt", "ф.txt"),
        (r"C:\dir\a.txt", "a.txt"),
        ("a;b=c.txt", "a;b=c.txt"),
        (r"a\"b.txt", 'a"b.txt'),
        ("", ""),
    ],
)
def test_the_name_of_the_file_is_what_the_browser_wrote(oss: OssThread, bucket: Any, sent: str, kept: str) -> None:
    assert raw_form(oss, bucket, _FILE_HEAD.format(name=sent), key="in/${filename}").status_code == 204
    assert bucket.get_object(f"in/{kept}").read() == b"data"


def test_a_policy_with_half_a_surrogate_pair_is_told(oss: OssThread, bucket: Any) -> None:
    bucket.create_bucket()
    answer = raw_form(oss, bucket, _FILE_HEAD, text=policy(["\ud800", "$key", "x"]))
    assert refusal(answer) == (400, "InvalidPolicyDocument")
