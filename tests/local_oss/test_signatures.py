"""Who is let in: signatures right and wrong, temporary credentials, times."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from ims_mcp.local.identity import Identity
from ims_mcp.local.oss import signature_v1
from ims_mcp.local.oss.request import Request
from ims_mcp.local.oss.signature_v1 import sign_url
from ims_mcp.local.policy import Policy, allow_object
from ims_mcp.request_body import RequestBody
from tests.local_oss.clients import SIGNATURES, Answer, Client, Resolving, error_of, oss2, raw
from tests.local_oss.server import REGION, OssThread


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


@pytest.fixture
def clients(oss: OssThread) -> Iterator[Any]:
    """Makes clients that are closed when the test ends."""
    made: list[Client] = []

    def make(signature: str, identity: Identity | None = None, server: OssThread = oss, **options: Any) -> Client:
        made.append(Client(server, signature, identity, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(autouse=True)
def known_bucket(client: Client) -> None:
    """That a bucket is missing is told before anything is wrong with a signature."""
    client.bucket("bucket").create_bucket()


def minted(oss: OssThread, *, seconds: float = 600, policy: Policy | None = None) -> Identity:
    return oss.call(oss.parts.identities.mint(seconds=seconds, policy=policy))


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body.decode().partition("<Code>")[2].partition("</Code>")[0]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_wrong_secret_does_not_match(oss: OssThread, clients: Any, signature: str) -> None:
    right = minted(oss) if signature.startswith("STS") else oss.parts.identities.owner
    bucket = clients(signature, replace(right, secret="wrong")).bucket("bucket")
    refused = (403, "SignatureDoesNotMatch")
    assert error_of(lambda: bucket.put_object("key", b"x" * 5_000_000)) == refused
    assert error_of(lambda: bucket.head_object("key")) == refused
    assert code_of(raw(oss, "GET", bucket.sign_url("GET", "key", 60))) == refused


@pytest.mark.parametrize("signature", SIGNATURES)
def test_credentials_that_do_not_count_are_told_apart(oss: OssThread, clients: Any, signature: str) -> None:
    temporary = signature.startswith("STS")
    right = minted(oss) if temporary else oss.parts.identities.owner
    cases = {"InvalidAccessKeyId": [replace(right, access_key_id="STS.unknown")]}
    if temporary:
        cases["InvalidAccessKeyId"].append(replace(oss.parts.identities.owner, security_token=right.security_token))
        cases["InvalidSecurityToken"] = [
            replace(right, security_token=minted(oss).security_token),
            replace(right, security_token="CAIS"),
        ]
        cases["SecurityTokenExpired"] = [minted(oss, seconds=-1)]
    else:
        cases["InvalidAccessKeyId"].append(replace(minted(oss), security_token=None))
    for code, identities in cases.items():
        for identity in identities:
            bucket = clients(signature, identity).bucket("bucket")
            assert error_of(lambda bucket=bucket: bucket.put_object("key", b"x")) == (403, code)
            assert code_of(raw(oss, "GET", bucket.sign_url("GET", "key", 60))) == (403, code)


def test_nobody_is_let_in_without_a_signature(oss: OssThread, client: Client) -> None:
    client.bucket("bucket").put_object("key", b"x")
    for method, path in [("GET", "/"), ("GET", "/bucket/key"), ("PUT", "/bucket/key"), ("GET", "/bucket/?uploads")]:
        assert code_of(raw(oss, method, path)) == (403, "AccessDenied")


def test_a_temporary_credential_expires_while_in_use(tmp_path: Path, clients: Any) -> None:
    clock = Clock()
    with OssThread(tmp_path, clock=clock) as server:
        bucket = clients("STS V1", minted(server, seconds=300), server).bucket("bucket")
        bucket.put_object("key", b"x")
        clock.offset = 301
        assert error_of(lambda: bucket.put_object("key", b"x")) == (403, "SecurityTokenExpired")


def test_a_temporary_credential_survives_a_restart(tmp_path: Path, clients: Any) -> None:
    with OssThread(tmp_path) as server:
        identity = minted(server, policy=allow_object("bucket", "dir/*"))
    with OssThread(tmp_path) as server:
        assert server.call(server.parts.identities.find(identity.access_key_id)) == identity
        bucket = clients("STS V4", identity, server).bucket("bucket")
        bucket.put_object("dir/key", b"x")
        assert error_of(lambda: bucket.put_object("key", b"x")) == (403, "AccessDenied")


@pytest.mark.parametrize("signature", ["STS V1", "STS V4"])
def test_a_scope_of_one_key_allows_nothing_else(oss: OssThread, clients: Any, bucket: Any, signature: str) -> None:
    name = bucket.bucket_name
    bucket.put_object("other", b"x" * 100)
    policy = allow_object(name, "mine", ("oss:PutObject", "oss:AbortMultipartUpload"))
    identity = minted(oss, policy=policy)
    limited = clients(signature, identity)
    mine, elsewhere = limited.bucket(name), limited.bucket("elsewhere")
    mine.put_object("mine", b"x")
    upload = mine.init_multipart_upload("mine").upload_id
    part = mine.upload_part("mine", upload, 1, b"x")
    mine.complete_multipart_upload("mine", upload, [oss2.models.PartInfo(1, part.etag)])
    upload = mine.init_multipart_upload("mine").upload_id
    mine.abort_multipart_upload("mine", upload)
    denied = [
        lambda: mine.get_object("mine"),
        lambda: mine.delete_object("mine"),
        lambda: mine.put_object("mine2", b"x"),
        lambda: mine.init_multipart_upload("other"),
        lambda: mine.copy_object(name, "other", "mine"),
        lambda: mine.batch_delete_objects(["other"]),
        lambda: mine.list_parts("mine", upload),
        mine.list_objects,
        mine.create_bucket,
        mine.delete_bucket,
        mine.get_bucket_info,
        lambda: elsewhere.put_object("mine", b"x"),
        limited.service().list_buckets,
    ]
    for call in denied:
        with pytest.raises(oss2.exceptions.AccessDenied, match="Access denied by authorizer's policy"):
            call()
    assert bucket.get_object("other").read() == b"x" * 100


@pytest.mark.parametrize("signature", ["V1", "V4"])
def test_a_clock_that_is_far_off_is_told(tmp_path: Path, clients: Any, signature: str) -> None:
    clock = Clock()
    with OssThread(tmp_path, clock=clock) as server:
        bucket = clients(signature, None, server).bucket("bucket")
        for offset in (-890, 890):
            clock.offset = offset
            bucket.put_object("key", b"x")
        for offset in (-910, 910):
            clock.offset = offset
            with pytest.raises(oss2.exceptions.ServerError) as raised:
                bucket.put_object("key", b"x")
            assert (raised.value.status, raised.value.code) == (403, "RequestTimeTooSkewed")
            assert raised.value.ec == "0002-00000504"


@pytest.mark.parametrize("signature", ["V1", "V4"])
def test_a_signed_url_ends_at_its_time(tmp_path: Path, clients: Any, signature: str) -> None:
    clock = Clock()
    with OssThread(tmp_path, clock=clock) as server:
        bucket = clients(signature, None, server).bucket("bucket")
        bucket.put_object("key", b"x")
        url = str(bucket.sign_url("GET", "key", 100))
        clock.offset = 80
        assert raw(server, "GET", url).body == b"x"
        clock.offset = 120
        answer = raw(server, "GET", url)
        assert code_of(answer) == (403, "AccessDenied")
        assert b"Request has expired" in answer.body


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signed_url_that_was_changed_does_not_match(oss: OssThread, clients: Any, signature: str) -> None:
    bucket = clients(signature).bucket("bucket")
    bucket.put_object("key", b"x")
    clients(signature).bucket("other-bucket").create_bucket()
    url = str(bucket.sign_url("GET", "key", 60, params={"response-content-type": "text/plain"}))
    assert raw(oss, "GET", url).status == 200
    later = {"Expires": str(int(time.time()) + 7200), "x-oss-expires": "7200"}
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    changed = {name: later.get(name, value) for name, value in query.items()}
    for method, path, parameters in [
        ("GET", parts.path, changed),
        ("GET", "/bucket/other", query),
        ("GET", "/other-bucket/key", query),
        ("GET", parts.path, {**query, "response-content-type": "text/html"}),
        ("DELETE", parts.path, query),
        ("HEAD", parts.path, query),
    ]:
        answer = raw(oss, method, f"{path}?{urlencode(parameters)}")
        assert answer.status == 403
        assert method == "HEAD" or code_of(answer) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("missing", ["OSSAccessKeyId", "Expires", "Signature"])
def test_a_v1_url_needs_all_of_its_parts(oss: OssThread, clients: Any, missing: str) -> None:
    parts = urlsplit(str(clients("V1").bucket("bucket").sign_url("GET", "key", 60)))
    query = {name: value for name, value in parse_qsl(parts.query) if name != missing}
    assert code_of(raw(oss, "GET", f"{parts.path}?{urlencode(query)}")) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-oss-expires", "0"),
        ("x-oss-expires", "604801"),
        ("x-oss-expires", "soon"),
        ("x-oss-date", "today"),
        ("x-oss-credential", "local/20200101/cn-shanghai/oss/aliyun_v4_request"),
        ("x-oss-credential", "local"),
        ("x-oss-signature-version", "OSS2"),
    ],
)
def test_a_v4_url_with_a_bad_part_is_told(oss: OssThread, clients: Any, name: str, value: str) -> None:
    parts = urlsplit(str(clients("V4").bucket("bucket").sign_url("GET", "key", 60)))
    query = {**dict(parse_qsl(parts.query)), name: value}
    assert code_of(raw(oss, "GET", f"{parts.path}?{urlencode(query)}")) == (400, "InvalidArgument")


@pytest.mark.parametrize("name", ["x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature"])
def test_a_v4_url_without_one_of_its_parts_is_refused(oss: OssThread, clients: Any, name: str) -> None:
    parts = urlsplit(str(clients("V4").bucket("bucket").sign_url("GET", "key", 60)))
    query = {**dict(parse_qsl(parts.query)), name: ""}
    assert code_of(raw(oss, "GET", f"{parts.path}?{urlencode(query)}"))[0] == 403


def test_a_v4_url_of_the_future_is_refused(oss: OssThread, clients: Any) -> None:
    parts = urlsplit(str(clients("V4").bucket("bucket").sign_url("GET", "key", 60)))
    query = {**dict(parse_qsl(parts.query)), "x-oss-date": "29990101T000000Z"}
    assert code_of(raw(oss, "GET", f"{parts.path}?{urlencode(query)}")) == (403, "RequestTimeTooSkewed")


def test_a_v4_header_that_signs_content_it_does_not_name_is_refused(oss: OssThread) -> None:
    headers = {"Authorization": "OSS4-HMAC-SHA256 Credential=local/x, Signature=0", "x-oss-content-sha256": "0" * 64}
    assert code_of(raw(oss, "GET", "/bucket/key", headers=headers)) == (400, "InvalidArgument")


def test_v4_binds_additional_headers(oss: OssThread, client: Client) -> None:
    bucket = client.bucket("bucket")
    bucket.put_object("key", b"0123456789")
    headers = {"Range": "bytes=0-4", "x-custom": "1"}
    url = str(bucket.sign_url("GET", "key", 60, headers=dict(headers), additional_headers={"range", "x-custom"}))
    assert raw(oss, "GET", url, headers=headers).body == b"01234"
    wrong = {**headers, "Range": "bytes=0-9"}
    assert code_of(raw(oss, "GET", url, headers=wrong)) == (403, "SignatureDoesNotMatch")


def test_v4_in_a_header_binds_additional_headers(oss: OssThread) -> None:
    owner = oss.parts.identities.owner
    signer = oss2.ProviderAuthV4(oss2.StaticCredentialsProvider(owner.access_key_id, owner.secret))
    request = oss2.http.Request(
        "PUT", f"{oss.url}/bucket/key", data=b"x", headers={"x-custom": "1"}, region=REGION, product="oss"
    )
    signer._sign_request(request, "bucket", "key", {"x-custom", "host"} - {"host"})
    sent = {name: value for name, value in request.headers.items() if value is not None}
    assert raw(oss, "PUT", "/bucket/key", body=b"x", headers=sent).status == 200
    changed = {**sent, "x-custom": "2"}
    assert code_of(raw(oss, "PUT", "/bucket/key", body=b"x", headers=changed)) == (403, "SignatureDoesNotMatch")


def test_v4_is_bound_to_the_region(oss: OssThread, clients: Any) -> None:
    bucket = clients("V4", region="cn-beijing").bucket("bucket")
    assert error_of(lambda: bucket.put_object("key", b"x")) == (400, "InvalidArgument")


def test_v2_is_refused_by_name(oss: OssThread) -> None:
    session = oss2.Session()
    try:
        bucket = oss2.Bucket(oss2.AuthV2("local", "local"), oss.url, "bucket", session=session)
        with pytest.raises(oss2.exceptions.InvalidArgument, match=r"sign with V1 \(OSS\) or V4"):
            bucket.put_object("key", b"x")
    finally:
        session.session.close()


def test_a_request_is_signed_in_one_place(oss: OssThread, clients: Any) -> None:
    url = str(clients("V1").bucket("bucket").sign_url("GET", "key", 60))
    answer = raw(oss, "GET", url, headers={"Authorization": "OSS local:x", "Date": formatdate(usegmt=True)})
    assert code_of(answer) == (400, "InvalidArgument")


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("OSS local", (400, "InvalidArgument")),
        ("OSS local:", (403, "SignatureDoesNotMatch")),
        ("OSS local:ünicode", (403, "SignatureDoesNotMatch")),
        ("OSS4-HMAC-SHA256 Credential=local", (400, "InvalidArgument")),
        ("Bearer token", (400, "InvalidArgument")),
        ("", (400, "InvalidArgument")),
    ],
)
def test_a_strange_authorization_header_is_told(oss: OssThread, authorization: str, expected: tuple[int, str]) -> None:
    headers = {"Authorization": authorization, "Date": formatdate(usegmt=True)}
    assert code_of(raw(oss, "GET", "/", headers=headers)) == expected


def test_v1_needs_a_date(oss: OssThread) -> None:
    for headers in ({}, {"Date": "yesterday"}):
        answer = raw(oss, "GET", "/", headers={"Authorization": "OSS local:x", **headers})
        assert code_of(answer) == (403, "AccessDenied")


def test_the_error_of_a_mismatch_shows_what_to_compare_and_no_token(oss: OssThread, clients: Any) -> None:
    for signature in ("STS V1", "STS V4"):
        identity = replace(minted(oss), secret="wrong")
        bucket = clients(signature, identity).bucket("bucket")
        with pytest.raises(oss2.exceptions.SignatureDoesNotMatch) as raised:
            bucket.put_object("key", b"x")
        answer = raw(oss, "GET", bucket.sign_url("GET", "key", 60))
        token = identity.security_token or ""
        for text in (str(raised.value), answer.body.decode()):
            assert "StringToSign" in text
            assert token not in text
            assert quote(token, safe="") not in text


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("endpoint", ["http://oss-cn-shanghai.aliyuncs.com", "http://localhost.test", "localhost"])
def test_virtual_hosted_style_works(oss: OssThread, clients: Any, signature: str, endpoint: str) -> None:
    """oss2 puts the bucket in front of the host, but for an IP address or a bare localhost."""
    client = clients(signature, adapter=Resolving(oss.port))
    if endpoint == "http://localhost.test":
        # oss2 cannot be talked into bucket.localhost: its own URL maker is.
        bucket = client.bucket("virtual-bucket", "http://localhost")

        def make_url(bucket: str, key: str, slash_safe: bool = False) -> str:
            return f"http://{bucket}.localhost:{oss.port}/{quote(key, safe='')}"

        bucket._make_url = make_url
    else:
        bucket = client.bucket("virtual-bucket", endpoint)
    name = "dir/视 频+%.txt"
    bucket.put_object(name, b"virtual")
    assert bucket.get_object(name).read() == b"virtual"
    assert [one.key for one in bucket.list_objects().object_list] == [name]
    upload = bucket.init_multipart_upload(name).upload_id
    bucket.abort_multipart_upload(name, upload)
    url = str(bucket.sign_url("GET", name, 60))
    parts = urlsplit(url)
    assert raw(oss, "GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc}).body == b"virtual"
    bucket.delete_object(name)
    bucket.delete_bucket()


@pytest.mark.parametrize("temporary", [False, True])
@pytest.mark.parametrize("name", ["a/b c.mp4", "视频+%.mp4", "a/../b", "q?u&e=r#y"])
def test_our_own_signed_url_opens_and_equals_that_of_oss2(
    oss: OssThread, clients: Any, bucket: Any, temporary: bool, name: str
) -> None:
    bucket.put_object(name, b"signed")
    identity = minted(oss) if temporary else oss.parts.identities.owner
    official = clients("STS V1" if temporary else "V1", identity).bucket(bucket.bucket_name)
    theirs = urlsplit(str(official.sign_url("GET", name, 60)))
    other = dict(parse_qsl(theirs.query))
    url = sign_url(oss.url, bucket.bucket_name, name, identity, expires=int(other["Expires"]))
    assert raw(oss, "GET", url).body == b"signed"
    ours = urlsplit(url)
    assert ours.netloc == theirs.netloc
    assert dict(parse_qsl(ours.query)) == other


def test_v1_agrees_with_the_published_example() -> None:
    """The example of the OSS page on header signatures; its key pair is a documentation one."""

    async def nothing() -> Any:
        raise AssertionError

    request = Request(
        method="PUT",
        host="oss-example.oss-cn-hangzhou.aliyuncs.com",
        bucket="oss-example",
        key="nelson",
        query=(),
        headers={
            "content-md5": "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=",
            "content-type": "text/html",
            "date": "Thu, 17 Nov 2005 18:49:58 GMT",
            "x-oss-meta-author": "foo@bar.com",
            "x-oss-magic": "abracadabra",
        },
        body=RequestBody(nothing, expected=False, waits=False),
    )
    now = datetime(2005, 11, 17, 18, 49, 58, tzinfo=UTC).timestamp()
    claim = signature_v1.read_header_claim(request, "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA=", now)
    assert claim.sign("OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV") == claim.signature


def test_x_oss_date_stands_in_for_date(oss: OssThread) -> None:
    date = formatdate(usegmt=True)
    text = f"GET\n\n\n{date}\nx-oss-date:{date}\n/"
    signature = base64.b64encode(hmac.new(b"local", text.encode(), hashlib.sha1).digest()).decode()
    headers = {"x-oss-date": date, "Authorization": f"OSS local:{signature}"}
    assert raw(oss, "GET", "/", headers=headers).status == 200


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("text", ["voil\u00e0", "\u52a0", "\u2005", "\u00a0"])
def test_the_last_byte_of_a_text_is_no_blank(
    oss: OssThread, clients: Any, bucket: Any, signature: str, text: str
) -> None:
    """In Latin-1 it would be one: 0xA0, 0x85."""
    mine = clients(signature).bucket(bucket.bucket_name)
    mine.put_object("key", b"x", headers={"x-oss-meta-a": text.encode()})
    assert mine.head_object("key").headers["x-oss-meta-a"].encode("latin-1") == text.encode()


def test_a_bucket_that_is_missing_is_told_whoever_asks(oss: OssThread, clients: Any) -> None:
    stranger = Identity("unknown", "secret")
    for signature in ("V1", "V4"):
        nowhere = clients(signature, stranger).bucket("no-such-bucket")
        assert error_of(lambda nowhere=nowhere: nowhere.get_object("key")) == (404, "NoSuchBucket")
        assert error_of(lambda nowhere=nowhere: nowhere.put_object("key", b"x")) == (404, "NoSuchBucket")
        assert error_of(nowhere.create_bucket) == (403, "InvalidAccessKeyId")
        assert error_of(lambda nowhere=nowhere: nowhere.put_bucket_acl("private")) == (403, "InvalidAccessKeyId")
        assert error_of(nowhere.get_bucket_acl) == (404, "NoSuchBucket")
        assert error_of(clients(signature, stranger).service().list_buckets) == (403, "InvalidAccessKeyId")
    assert code_of(raw(oss, "GET", "/no-such-bucket/key")) == (404, "NoSuchBucket")
    assert "no-such-bucket" not in [one.name for one in oss2.BucketIterator(clients("V1").service())]


def v4_header(method: str, path: str, headers: dict[str, str], *, day: str, stamp: str) -> str:
    """As clients sign that know no x-oss-date."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-oss-"))
    canonical = f"{method}\n{path}\n\n{lines}\n\nUNSIGNED-PAYLOAD"
    scope = f"{day}/{REGION}/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"aliyun_v4local"
    for step in (*scope.split("/"), text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return f"OSS4-HMAC-SHA256 Credential=local/{scope},Signature={key.hex()}"


def test_v4_takes_the_http_date_for_its_time(oss: OssThread) -> None:
    now = time.time()
    for moment, status in ((now, 200), (now - 1000, 403)):
        date, day = formatdate(moment, usegmt=True), datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d")
        headers = {"x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
        signed = v4_header("GET", "/", headers, day=day, stamp=date)
        assert raw(oss, "GET", "/", headers={**headers, "Date": date, "Authorization": signed}).status == status
    later = formatdate(now + 60, usegmt=True)
    day = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d")
    signed = v4_header("GET", "/", headers, day=day, stamp=formatdate(now, usegmt=True))
    answer = raw(oss, "GET", "/", headers={**headers, "Date": later, "Authorization": signed})
    assert code_of(answer)[0] in (400, 403)


def test_the_region_of_a_signature_is_told(oss: OssThread, clients: Any) -> None:
    bucket = clients("V4", region="cn-nowhere").bucket("bucket")
    with pytest.raises(oss2.exceptions.ServerError) as raised:
        bucket.head_object("key")
    assert (raised.value.code, raised.value.ec) == ("InvalidArgument", "0002-00000226")
    assert raised.value.message == "Invalid signing region in Authorization header."
    answer = raw(oss, "GET", bucket.sign_url("GET", "key", 60))
    assert b"<Message>The signing region in credential is invalid.</Message>" in answer.body


def test_the_product_of_a_signature_is_told(oss: OssThread, clients: Any) -> None:
    bucket = clients("V4", cloudbox_id="cb-1").bucket("bucket")
    with pytest.raises(oss2.exceptions.ServerError) as raised:
        bucket.head_object("key")
    assert (raised.value.code, raised.value.ec) == ("InvalidArgument", "0002-00000227")
    assert raised.value.message == "Invalid signing product in Authorization header."


def test_a_header_that_was_signed_and_is_not_sent_is_told(oss: OssThread, clients: Any) -> None:
    bucket = clients("V4").bucket("bucket")
    url = bucket.sign_url("PUT", "key", 60, headers={"x-more": "1"}, additional_headers=["x-more"])
    assert code_of(raw(oss, "PUT", url, body=b"x")) == (400, "InvalidArgument")
    assert code_of(raw(oss, "PUT", url, body=b"x", headers={"x-more": "2"})) == (403, "SignatureDoesNotMatch")
    assert raw(oss, "PUT", url, body=b"x", headers={"x-more": "1"}).status == 200
