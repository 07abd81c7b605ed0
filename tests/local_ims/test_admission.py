"""What web pages make a browser send is refused before anything is done; what programs send is not."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.local_ims.server import RunningIms, oss2, running_ims
from tests.local_ims.signed_request import Sent, ask

FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:9527",
    "127.0.0.1.evil.example",
    "127.evil.example",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1@evil.example",
    "0x7f000001",
    "127.1",
    "2130706433",
    "[::ffff:93.184.216.34]",
    "0.0.0.0",
    "192.168.0.1",
    "oss-cn-shanghai.aliyuncs.com.evil.example",
    "bucket.oss-cn-shanghai.aliyuncs.com@evil.example",
    "a.b.oss-cn-shanghai.aliyuncs.com",
    "ice.cn-shanghai.aliyuncs.com",
    "localhost:port",
    "",
]
OWN_HOSTS = ["127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:80", "[::1]:9527", "some-bucket.localhost:9527"]
FOREIGN_ORIGINS = [
    "https://evil.example",
    "http://evil.example:9527",
    "null",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:80/",
    "file://",
    "chrome-extension://abcdefgh",
    "http://localhost, https://evil.example",
    "http://[::1",
    "http://evil.example\\.localhost",
    "http://evil.example\t.localhost",
    "http://[fe80::1%lo.localhost]",
    "",
]
TEXT = {"Content-Type": "text/plain"}
"""What a page may send without being asked for permission."""
OWN_ORIGINS = ["http://127.0.0.1:3000", "http://localhost", "https://app.localhost:5173", "http://[::1]:8000"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as ims:
        ims.put("film.mp4", b"<script>alert(1)</script>")
        yield ims


def send(ims: RunningIms, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """As a browser sends it: the Host it thinks it talks to."""
    connection = http.client.HTTPConnection(ims.host, timeout=60)
    try:
        connection.putrequest(method, url.removeprefix(ims.endpoint), skip_host=True)
        sent = {"host": ims.host, "content-length": str(len(body))}
        for name, value in {**sent, **{name.lower(): value for name, value in headers.items()}}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def signed(ims: RunningIms, method: str, key: str, **more: Any) -> str:
    """A URL that anybody who knows local/local can make."""
    return str(ims.bucket().sign_url(method, key, 60, headers=TEXT, **more))


def delete_many(ims: RunningIms) -> str:
    bucket = ims.bucket()
    request = oss2.http.Request("POST", f"{ims.endpoint}/local-media/", params={"delete": ""}, headers=TEXT)
    return str(bucket.auth._sign_url(request, "local-media", "", 60))


def code_of(body: bytes) -> str | None:
    return ElementTree.fromstring(body).findtext("Code")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_name_that_is_not_this_machine_gets_no_answer_from_any_door(own: RunningIms, host: str) -> None:
    status, body = send(own, "GET", signed(own, "GET", "film.mp4"), TEXT | {"Host": host})
    assert (status, code_of(body)) == (403, "AccessDenied")
    status, body = send(own, "GET", "/-/health?nonce=" + "0" * 32, {"Host": host})
    assert (status, "proof" in json.loads(body)) == (403, False)
    headers = Sent(action="ListMediaBasicInfos").signed(host)
    status, body = send(own, "POST", "/", headers)
    assert (status, json.loads(body)["Code"]) == (403, "Forbidden")


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_every_name_of_this_machine_is_answered(own: RunningIms, host: str) -> None:
    assert send(own, "POST", "/", Sent().signed(host))[0] == 200
    assert send(own, "GET", "/-/health", {"Host": host})[0] == 200


def test_the_names_of_oss_are_answered_for_clients_that_are_led_here(own: RunningIms) -> None:
    bucket: Any = oss2.Bucket(oss2.Auth("local", "local"), "http://oss-cn-shanghai.aliyuncs.com", "local-media")
    url = bucket.sign_url("GET", "film.mp4", 60).removeprefix("http://local-media.oss-cn-shanghai.aliyuncs.com")
    status, body = send(own, "GET", url, {"Host": "local-media.oss-cn-shanghai.aliyuncs.com"})
    assert (status, body) == (200, b"<script>alert(1)</script>")


FOREIGN = [{"Origin": origin} for origin in FOREIGN_ORIGINS] + [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "Cross-Site "},
    {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_sites_page_changes_and_reads_nothing(own: RunningIms, headers: dict[str, str]) -> None:
    delete = b"<Delete><Object><Key>film.mp4</Key></Object></Delete>"
    for method, target, body in (
        ("POST", delete_many(own), delete),
        ("POST", signed(own, "POST", "k", params={"uploads": ""}), b""),
        ("DELETE", signed(own, "DELETE", "film.mp4"), b""),
        ("PUT", signed(own, "PUT", "film.mp4"), b"replaced"),
        ("GET", signed(own, "GET", "film.mp4"), b""),
    ):
        status, answer = send(own, method, target, TEXT | headers, body)
        assert (status, code_of(answer)) == (403, "AccessDenied"), method
    status, answer = send(own, "POST", "/", Sent(action="ListMediaBasicInfos").signed(own.host) | headers)
    assert (status, json.loads(answer)["Code"]) == (403, "Forbidden")
    assert send(own, "GET", "/-/health", headers)[0] == 403
    assert own.bucket().get_object("film.mp4").read() == b"<script>alert(1)</script>"
    assert own.bucket().list_multipart_uploads().upload_list == []


def test_the_same_request_without_those_headers_is_done(own: RunningIms) -> None:
    """What the one above relies on: it is the headers that are refused."""
    own.put("gone.bin", b"x")
    delete = b"<Delete><Object><Key>gone.bin</Key></Object></Delete>"
    assert send(own, "POST", delete_many(own), TEXT, delete)[0] == 200
    assert not own.bucket().object_exists("gone.bin")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": origin} for origin in OWN_ORIGINS]
    + [{"Sec-Fetch-Site": site} for site in ("none", "same-origin", "same-site")],
)
def test_pages_of_this_machine_and_addresses_somebody_typed_are_answered(
    own: RunningIms, headers: dict[str, str]
) -> None:
    assert send(own, "GET", signed(own, "GET", "film.mp4"), TEXT | headers)[0] == 200
    assert ask(own, Sent(headers={name.lower(): value for name, value in headers.items()})).status == 200


def test_two_hosts_are_none(own: RunningIms) -> None:
    connection = http.client.HTTPConnection(own.host, timeout=60)
    try:
        connection.putrequest("GET", "/-/health", skip_host=True)
        connection.putheader("Host", own.host)
        connection.putheader("Host", "evil.example")
        connection.endheaders()
        assert connection.getresponse().status in (400, 403)
    finally:
        connection.close()
