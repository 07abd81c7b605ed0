"""What raw HTTP shows: error bodies, what is refused by name, early answers, clients that go away."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import anyio
import pytest

from ims_mcp.local.oss.reply import FileSlice, Reply, send_reply
from ims_mcp.local.oss.request import find_bucket_in_host
from ims_mcp.local.oss.signature_v1 import sign_url
from ims_mcp.local.oss.unsupported import UNSUPPORTED
from ims_mcp.request_body import ClientGone, Message
from tests.local_oss.clients import Answer, Client, connection, error_of, oss2, raw, until
from tests.local_oss.server import OssThread


def fields(body: bytes) -> dict[str, str]:
    root = ElementTree.fromstring(body)
    assert root.tag == "Error"
    return {child.tag: child.text or "" for child in root}


def put_url(client: Client, bucket: str, key: str) -> str:
    return client.bucket(bucket).sign_url("PUT", key, 60)


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("127.0.0.1:9527", None),
        ("127.0.0.1", None),
        ("[::1]:9527", None),
        ("localhost:9527", None),
        ("some.name:9527", None),
        ("", None),
        ("oss-cn-shanghai.aliyuncs.com", None),
        ("bucket.oss-cn-shanghai.aliyuncs.com", "bucket"),
        ("bucket.oss-cn-shanghai-internal.aliyuncs.com:80", "bucket"),
        ("bucket.localhost:9527", "bucket"),
        ("BUCKET.localhost", "bucket"),
    ],
)
def test_the_host_decides_where_the_bucket_is(host: str, bucket: str | None) -> None:
    assert find_bucket_in_host(host) == bucket


def test_an_error_names_the_host_that_it_is_refused_for(oss: OssThread) -> None:
    answer = raw(oss, "GET", f"{oss.url}/", headers={"Host": "a.b.oss-cn-shanghai.aliyuncs.com"})
    assert (answer.status, fields(answer.body)["HostId"]) == (403, "a.b.oss-cn-shanghai.aliyuncs.com")


def test_an_error_has_the_fields_of_oss(oss: OssThread, client: Client) -> None:
    url = client.bucket("no-such-bucket").sign_url("GET", "a&b", 60)
    answer = raw(oss, "GET", url)
    details = fields(answer.body)
    assert answer.status == 404
    assert (details["Code"], details["BucketName"]) == ("NoSuchBucket", "no-such-bucket")
    assert details["RequestId"] == answer.headers["x-oss-request-id"]
    assert details["HostId"] == f"127.0.0.1:{oss.port}"
    assert answer.headers["content-type"] == "application/xml"
    assert (answer.headers["server"], "GMT" in answer.headers["date"]) == ("AliyunOSS", True)


def test_the_error_of_a_head_travels_in_a_header(oss: OssThread, client: Client) -> None:
    answer = raw(oss, "HEAD", client.bucket("no-such-bucket").sign_url("HEAD", "key", 60))
    assert (answer.status, answer.body) == (404, b"")
    assert fields(base64.b64decode(answer.headers["x-oss-err"]))["Code"] == "NoSuchBucket"


NOT_DONE: list[Callable[[Any], Any]] = [
    lambda bucket: bucket.put_object_acl("key", "public-read"),
    lambda bucket: bucket.put_object("key", b"x", headers={"x-oss-object-acl": "public-read"}),
    lambda bucket: bucket.put_object("key", b"x", headers={"x-oss-callback": "e30="}),
    lambda bucket: bucket.get_object("key", process="image/resize,w_10"),
    lambda bucket: bucket.get_object("key", params={"versionId": "1"}),
    lambda bucket: bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled")),
    lambda bucket: bucket.restore_object("key"),
    lambda bucket: bucket.put_bucket_acl("public-read"),
    lambda bucket: bucket.create_bucket("public-read-write"),
    lambda bucket: bucket.get_bucket_lifecycle(),
    lambda bucket: bucket._do("POST", bucket.bucket_name, "key", params={"cleanRestoredObject": ""}),
]


@pytest.mark.parametrize("call", NOT_DONE)
def test_what_the_local_oss_does_not_do_it_says(bucket: Any, call: Any) -> None:
    bucket.put_object("key", b"before")
    assert error_of(lambda: call(bucket)) == (400, "NotImplemented")
    assert bucket.get_object("key").read() == b"before"


def test_what_is_not_there_is_told_before_what_is_not_done(any_client: Client, bucket_name: str) -> None:
    bucket = any_client.bucket(bucket_name)
    for call in (
        bucket.get_bucket_lifecycle,
        bucket.get_bucket_acl,
        bucket.get_bucket_cors,
        lambda: bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled")),
        lambda: bucket.get_symlink("key"),
    ):
        assert error_of(call) == (404, "NoSuchBucket")
    bucket.create_bucket()
    assert error_of(lambda: bucket.get_symlink("key")) == (404, "NoSuchKey")


def test_a_live_channel_is_refused_by_name_though_no_object_is_called_so(bucket: Any) -> None:
    bucket.create_bucket()
    for call in (bucket.get_live_channel, bucket.delete_live_channel):
        assert error_of(lambda call=call: call("channel")) == (400, "NotImplemented")


@pytest.mark.parametrize("name", sorted({row.name for row in UNSUPPORTED if row.target == "bucket"}))
@pytest.mark.parametrize("signature", ["V1", "V4"])
def test_every_sub_resource_that_clients_know_is_refused_by_name(oss: OssThread, name: str, signature: str) -> None:
    client = Client(oss, signature)
    try:
        bucket = client.bucket("refusing")
        bucket.create_bucket()
        (row,) = (row for row in UNSUPPORTED if (row.target, row.name) == ("bucket", name))
        for method, operation in row.operations.items():
            with pytest.raises(oss2.exceptions.OssError, match=operation) as raised:
                bucket._do(method, "refusing", "", params={name: ""})
            assert (raised.value.status, raised.value.code) == (400, "NotImplemented")
    finally:
        client.close()


def test_errors_say_what_official_clients_compare_with(oss: OssThread, bucket: Any) -> None:
    bucket.create_bucket()
    with pytest.raises(oss2.exceptions.NoSuchKey) as raised:
        bucket.get_object("key")
    assert raised.value.message == "The specified key does not exist."
    assert (raised.value.ec, raised.value.headers["x-oss-ec"]) == ("0026-00000001", "0026-00000001")
    with pytest.raises(oss2.exceptions.ServerError) as head:
        bucket.get_object_meta("key")
    assert (head.value.ec, head.value.headers["x-oss-ec"]) == ("0026-00000001", "0026-00000001")
    ids = [
        (lambda: bucket.abort_multipart_upload("key", "none"), "0042-00000002"),
        (lambda: bucket.upload_part("key", "none", 1, b"x"), "0042-00000104"),
        (lambda: bucket.upload_part_copy(bucket.bucket_name, "key", None, "key", "none", 1), "0042-00000311"),
    ]
    for call, number in ids:
        with pytest.raises(oss2.exceptions.NoSuchUpload) as refused:
            call()
        assert refused.value.ec == number
        assert refused.value.message.startswith("The specified upload does not exist. The upload ID may be invalid, or")
    elsewhere = oss2.Bucket(oss2.Auth("local", "local"), oss.url, "no-such-bucket")
    with pytest.raises(oss2.exceptions.NoSuchBucket) as missing:
        elsewhere.get_object("key")
    assert (missing.value.message, missing.value.ec) == ("The specified bucket does not exist.", "0015-00000101")
    unknown = oss2.Bucket(oss2.Auth("unknown", "local"), oss.url, bucket.bucket_name)
    with pytest.raises(oss2.exceptions.ServerError) as stranger:
        unknown.get_object("key")
    assert (stranger.value.code, stranger.value.ec) == ("InvalidAccessKeyId", "0002-00000902")
    assert stranger.value.message == "The OSS Access Key Id you provided does not exist in our records."


def test_a_method_that_fits_nothing_is_refused(bucket: Any) -> None:
    for method, key in [("PATCH", "key"), ("POST", "key"), ("POST", "")]:
        status, code = error_of(lambda method=method, key=key: bucket._do(method, bucket.bucket_name, key))
        assert (status, code) == (405, "MethodNotAllowed")


def test_bytes_that_are_no_text_are_told(oss: OssThread) -> None:
    for path in ("/bucket/%ff", "/bucket/key?a=%ff"):
        answer = raw(oss, "GET", path)
        assert (answer.status, fields(answer.body)["Code"]) == (400, "InvalidArgument")


def test_a_large_body_that_is_refused_still_gets_its_answer(oss: OssThread, client: Client) -> None:
    client.bucket("bucket").create_bucket()
    for headers in ({}, {"Connection": "close"}):
        answer = raw(oss, "PUT", "/bucket/key", body=b"x" * 20_000_000, headers=headers)
        assert (answer.status, fields(answer.body)["Code"]) == (403, "AccessDenied")


def exchange(oss: OssThread, url: str, head: str, method: str = "PUT") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", oss.port), timeout=60)
    path = url.removeprefix(oss.url)
    made.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{oss.port}\r\n{head}\r\n".encode())
    return made


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_that_is_announced_and_never_comes_is_not_waited_for(
    oss: OssThread, client: Client, method: str
) -> None:
    """Clients that sign a URL for one request send the headers of another with it."""
    client.bucket("announcing").put_object("key", b"data")
    url = client.bucket("announcing").sign_url(method, "key", 60)
    with exchange(oss, url, "Content-Length: 9\r\n", method) as made:
        made.settimeout(5)
        answer = b""
        while block := made.recv(1000):  # until it is closed: what comes later would be taken for another request
            answer += block
    assert answer.startswith(b"HTTP/1.1 204 " if method == "DELETE" else b"HTTP/1.1 200 ")
    assert b"connection: close" in answer.lower()
    assert answer.endswith(b"\r\n\r\ndata" if method == "GET" else b"\r\n\r\n")


def test_a_body_that_a_read_does_not_take_leaves_the_connection_usable(oss: OssThread, client: Client) -> None:
    client.bucket("announcing").put_object("key", b"data")
    url = client.bucket("announcing").sign_url("GET", "key", 60).removeprefix(oss.url)
    with connection(oss) as made:
        for _ in range(2):
            made.request("GET", url, body=b"x" * 100_000)
            answer = made.getresponse()
            assert (answer.status, answer.read()) == (200, b"data")


def test_a_client_that_waits_to_be_told_is_told(oss: OssThread, client: Client) -> None:
    head = "Content-Length: 4\r\nExpect: 100-continue\r\n"
    with exchange(oss, put_url(client, "expecting", "key"), head) as made:
        assert made.recv(1000).startswith(b"HTTP/1.1 100 ")
        made.sendall(b"data")
        assert made.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert client.bucket("expecting").get_object("key").read() == b"data"


def test_a_client_that_waits_is_refused_before_it_sends(oss: OssThread, client: Client) -> None:
    client.bucket("bucket").create_bucket()
    head = "Content-Length: 1000000\r\nExpect: 100-continue\r\n"
    with exchange(oss, "/bucket/key?OSSAccessKeyId=local&Expires=9999999999&Signature=x", head) as made:
        assert made.recv(1000).startswith(b"HTTP/1.1 403 ")


def test_a_client_that_goes_away_leaves_nothing(fresh: OssThread) -> None:
    client = Client(fresh, "V1")
    try:
        bucket = client.bucket("bucket")
        bucket.put_object("key", b"before")
        upload = bucket.init_multipart_upload("big").upload_id
        part = bucket.sign_url("PUT", "big", 60, params={"uploadId": upload, "partNumber": "1"})
        for url in (bucket.sign_url("PUT", "key", 60), part):
            with exchange(fresh, url, "Content-Length: 3000000\r\n") as made:
                made.sendall(b"x" * 1_500_000)
                until(lambda: len(fresh.blob_files()) == 2)
            until(lambda: len(fresh.blob_files()) == 1)
        assert bucket.get_object("key").read() == b"before"
        assert bucket.list_parts("big", upload).parts == []
    finally:
        client.close()


def test_a_reader_that_goes_away_is_not_read_for(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(bytes(5_000_000))
    sent: list[int] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(len(message.get("body", b"")))

    async def main() -> None:
        file = path.open("rb")
        reply = Reply(file=FileSlice(file, 0, 5_000_000))
        with pytest.raises(ClientGone):
            await send_reply(reply, send, receive, request_id="0", method="GET")
        assert file.closed

    anyio.run(main)
    assert sum(sent) < 1_000_000


def test_an_object_is_announced_when_it_is_complete(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []

    async def on_stored(bucket: str, key: str) -> None:
        told.append((bucket, key))
        if key == "fails":
            raise RuntimeError("what follows an upload must not break it")

    with OssThread(tmp_path, on_stored=on_stored) as server:
        client = Client(server, "V4")
        try:
            bucket = client.bucket("bucket")
            bucket.put_object("put", b"x")
            bucket.copy_object("bucket", "put", "copied")
            upload = bucket.init_multipart_upload("parts").upload_id
            bucket.upload_part("parts", upload, 1, b"x")
            assert told == [("bucket", "put"), ("bucket", "copied")]
            bucket.complete_multipart_upload("parts", upload, bucket.list_parts("parts", upload).parts)
            assert bucket.put_object("fails", b"x").status == 200
            assert told[2:] == [("bucket", "parts"), ("bucket", "fails")]
        finally:
            client.close()


def test_many_clients_at_once_are_all_answered(oss: OssThread, client: Client) -> None:
    """Many small puts and gets from several threads, each with its own connection."""
    identity = oss.parts.identities.owner
    client.bucket("busy").create_bucket()
    failures: list[Answer] = []

    def work(worker: int) -> None:
        for number in range(20):
            key = f"{worker}/{number}"
            put = raw(oss, "PUT", client.bucket("busy").sign_url("PUT", key, 60), body=key.encode())
            got = raw(oss, "GET", sign_url(oss.url, "busy", key, identity, expires=int(time.time()) + 60))
            failures.extend([put] if put.status != 200 else [])
            failures.extend([got] if got.body != key.encode() else [])

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
