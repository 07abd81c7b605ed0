"""CORS: the rules of a bucket, what they tell a browser (OptionObject), which pages of other origins they let in."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.local_oss.clients import Answer, Client, error_of, oss2, raw
from tests.local_oss.server import OssThread

APP = "https://app.example"
EVIL = "https://evil.example"


def rule(**changes: Any) -> Any:
    given = {
        "allowed_origins": [APP],
        "allowed_methods": ["GET", "PUT"],
        "allowed_headers": ["x-oss-*", "content-type"],
    }
    more = {"expose_headers": ["ETag", "x-oss-request-id"], "max_age_seconds": 100}
    return oss2.models.CorsRule(**{**given, **more, **changes})


def allow(bucket: Any, *rules: Any, **more: Any) -> None:
    bucket.create_bucket()
    bucket.put_bucket_cors(oss2.models.BucketCors(list(rules), **more))


def code_of(answer: Answer) -> str | None:
    return ElementTree.fromstring(answer.body).findtext("Code")


def ask(oss: OssThread, path: str, origin: str, method: str, headers: str = "") -> Answer:
    """The preflight of a browser."""
    sent = {"Origin": origin, "Access-Control-Request-Method": method, "Sec-Fetch-Site": "cross-site"}
    return raw(oss, "OPTIONS", path, headers=sent | ({"Access-Control-Request-Headers": headers} if headers else {}))


def test_rules_are_kept_replaced_and_deleted(any_bucket: Any) -> None:
    assert error_of(any_bucket.get_bucket_cors) == (404, "NoSuchBucket")
    any_bucket.create_bucket()
    with pytest.raises(oss2.exceptions.NoSuchCors, match=r"The CORS Configuration does not exist\."):
        any_bucket.get_bucket_cors()
    allow(any_bucket, rule(), rule(allowed_origins=["*"], allowed_methods=["HEAD"]), response_vary=True)
    kept = any_bucket.get_bucket_cors()
    first, second = kept.rules
    assert (first.allowed_origins, first.allowed_methods) == ([APP], ["GET", "PUT"])
    assert (first.allowed_headers, first.expose_headers) == (["x-oss-*", "content-type"], ["ETag", "x-oss-request-id"])
    assert (first.max_age_seconds, second.allowed_origins, kept.response_vary) == (100, ["*"], True)
    allow(any_bucket, rule(allowed_origins=["localhost"], allowed_headers=["X-Own"], max_age_seconds=None))
    kept = any_bucket.get_bucket_cors()
    (only,) = kept.rules
    assert kept.response_vary is False
    assert (only.allowed_origins, only.allowed_headers, only.max_age_seconds) == (["localhost"], ["x-own"], None)
    assert any_bucket.delete_bucket_cors().status == 204
    assert any_bucket.delete_bucket_cors().status == 204
    assert error_of(any_bucket.get_bucket_cors) == (404, "NoSuchCORSConfiguration")


def test_rules_go_with_their_bucket(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule())
    bucket.delete_bucket()
    bucket.create_bucket()
    assert error_of(bucket.get_bucket_cors) == (404, "NoSuchCORSConfiguration")
    assert ask(oss, f"/{bucket.bucket_name}/key", APP, "PUT").status == 403


def test_rules_survive_a_restart(tmp_path: Any) -> None:
    for number in range(2):
        with OssThread(tmp_path) as server:
            client = Client(server, "V4")
            try:
                if number == 0:
                    allow(client.bucket("bucket"), rule())
                assert ask(server, "/bucket/key", APP, "PUT").headers["access-control-allow-origin"] == APP
            finally:
                client.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"allowed_methods": ["PATCH"]},
        {"allowed_methods": []},
        {"allowed_origins": []},
        {"allowed_origins": ["http://*.*.example"]},
        {"allowed_origins": [""]},
        {"allowed_origins": ["http://a\r\nset-cookie: b"]},
        {"expose_headers": ["*"]},
        {"max_age_seconds": -1},
    ],
)
def test_rules_that_cannot_be_kept_are_refused(bucket: Any, changes: dict[str, Any]) -> None:
    bucket.create_bucket()
    status, code = error_of(lambda: allow(bucket, rule(**changes)))
    assert (status, code in ("InvalidArgument", "MalformedXML")) == (400, True)
    for body in ("", "<CORSConfiguration/>", "not xml"):
        put = lambda body=body: bucket._do("PUT", bucket.bucket_name, "", params={"cors": ""}, data=body)  # noqa: E731
        assert error_of(put) == (400, "MalformedXML")
    assert error_of(lambda: allow(bucket, *[rule()] * 21)) == (400, "MalformedXML")


def test_a_preflight_is_answered_by_the_rules(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule(), rule(allowed_origins=["http://*.own.example"], allowed_methods=["DELETE"]))
    for path in (f"/{bucket.bucket_name}/key", f"/{bucket.bucket_name}/?uploads"):
        answer = ask(oss, path, APP, "PUT", "Content-Type, x-oss-meta-a")
        assert (answer.status, answer.body) == (200, b"")
        shown = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
        assert shown == {
            "access-control-allow-origin": APP,
            "access-control-allow-methods": "GET, PUT",
            "access-control-allow-headers": "Content-Type, x-oss-meta-a",
            "access-control-expose-headers": "ETag, x-oss-request-id",
            "access-control-max-age": "100",
        }
    path = f"/{bucket.bucket_name}/key"
    assert ask(oss, path, "http://a.own.example", "DELETE").status == 200
    for origin, method, headers in (
        (EVIL, "PUT", ""),
        (APP, "DELETE", ""),
        (APP, "PUT", "authorization"),
        ("http://own.example", "DELETE", ""),
        ("http://a.own.example.evil.example", "DELETE", ""),
        (f"{APP}.evil.example", "PUT", ""),
        ("null", "PUT", ""),
    ):
        answer = ask(oss, path, origin, method, headers)
        assert (answer.status, code_of(answer)) == (403, "AccessForbidden"), (origin, method)
        assert not any(name.startswith("access-control-") for name in answer.headers)
    assert code_of(ask(oss, "/no-such-bucket/key", APP, "PUT")) == "NoSuchBucket"
    assert raw(oss, "OPTIONS", path).status == 400


def test_a_page_that_the_rules_let_in_reads_and_writes(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule())
    page = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    put = raw(oss, "PUT", bucket.sign_url("PUT", "key", 60), body=b"data", headers=page)
    assert (put.status, put.headers["access-control-allow-origin"], put.headers["vary"]) == (200, APP, "Origin")
    got = raw(oss, "GET", bucket.sign_url("GET", "key", 60), headers=page)
    assert (got.status, got.body, got.headers["access-control-allow-origin"]) == (200, b"data", APP)
    assert got.headers["access-control-expose-headers"] == "ETag, x-oss-request-id"
    missing = raw(oss, "GET", bucket.sign_url("GET", "none", 60), headers=page)
    assert (missing.status, missing.headers["access-control-allow-origin"]) == (404, APP)
    unsigned = raw(oss, "GET", f"/{bucket.bucket_name}/key", headers=page)
    assert (unsigned.status, code_of(unsigned)) == (403, "AccessDenied")


def test_answers_without_an_origin_say_nothing_of_cors(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule())
    bucket.put_object("key", b"data")
    plain = raw(oss, "GET", bucket.sign_url("GET", "key", 60))
    assert not any(name.startswith("access-control-") for name in plain.headers)
    allow(bucket, rule(), response_vary=True)
    assert raw(oss, "GET", bucket.sign_url("GET", "key", 60)).headers["vary"] == "Origin"


def test_a_star_lets_everybody_in_and_is_told_as_one(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule(allowed_origins=["*"]))
    bucket.put_object("key", b"data")
    for origin in (EVIL, "null"):
        got = raw(oss, "GET", bucket.sign_url("GET", "key", 60), headers={"Origin": origin})
        assert (got.status, got.headers["access-control-allow-origin"]) == (200, "*")
        assert "vary" not in got.headers


def test_the_rules_of_one_bucket_open_nothing_else(bucket: Any, client: Client, oss: OssThread) -> None:
    """Every request is signed: any page knows local/local."""
    every = ["GET", "PUT", "POST", "DELETE", "HEAD"]
    allow(bucket, rule(allowed_methods=every))
    bucket.put_object("key", b"data")
    other = client.bucket(f"{bucket.bucket_name}-other")
    other.put_object("secret", b"secret")
    page = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    name, copy = bucket.bucket_name, {"x-oss-copy-source": f"/{other.bucket_name}/secret"}
    escaped = {"x-oss-copy-source": f"/%62{other.bucket_name[1:]}/secret"}

    def sent(method: str, target: Any, key: str, parameters: Any, headers: dict[str, str]) -> Answer:
        url = target.sign_url(method, key, 60, headers=dict(headers), params=dict(parameters))
        return raw(oss, method, url, headers={**headers, **page})

    assert sent("GET", bucket, "key", {}, {}).status == 200
    for method, target, key, parameters, headers in (
        ("GET", other, "secret", {}, {}),
        ("PUT", other, "secret", {}, {}),
        ("DELETE", other, "secret", {}, {}),
        ("PUT", bucket, "copied", {}, copy),
        ("PUT", bucket, "copied", {}, escaped),
        ("GET", bucket, "key", {}, {"Host": "evil.example"}),
    ):
        answer = sent(method, target, key, parameters, headers)
        assert (answer.status, code_of(answer)) == (403, "AccessDenied"), (method, target.bucket_name, headers)
    for method, parameters in (("PUT", {"cors": ""}), ("DELETE", {"cors": ""}), ("PUT", {"acl": ""}), ("DELETE", {})):
        request = oss2.http.Request(method, f"{oss.url}/{name}/", params=dict(parameters), headers={})
        answer = raw(oss, method, oss2.Auth("local", "local")._sign_url(request, name, "", 60), headers=page)
        assert (answer.status, code_of(answer)) == (403, "AccessDenied"), (method, parameters)
    service = oss2.Auth("local", "local")._sign_url(oss2.http.Request("GET", f"{oss.url}/", headers={}), "", "", 60)
    assert code_of(raw(oss, "GET", service, headers=page)) == "AccessDenied"
    assert other.get_object("secret").read() == b"secret"
    assert [one.key for one in bucket.list_objects().object_list] == ["key"]
    assert len(bucket.get_bucket_cors().rules) == 1


def test_a_page_reads_by_an_address_that_a_temporary_credential_signed_where_there_are_no_rules(
    bucket: Any, oss: OssThread
) -> None:
    bucket.create_bucket()
    bucket.put_object("key", b"data")
    identity = oss.call(oss.parts.identities.mint(seconds=600.0))
    lent = oss2.Bucket(
        oss2.StsAuth(identity.access_key_id, identity.secret, identity.security_token), oss.url, bucket.bucket_name
    )
    pages = ({"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"})
    for page in pages:
        for method in ("GET", "HEAD"):
            answer = raw(oss, method, lent.sign_url(method, "key", 60), headers=page)
            assert answer.status == 200, (method, page)
            shared = answer.headers.get("access-control-allow-origin")
            assert shared == ("*" if "Origin" in page else None), page
        forged = lent.sign_url("GET", "key", 60).replace("security-token=", "security-token=x")
        for method, url in (
            ("GET", bucket.sign_url("GET", "key", 60)),
            ("GET", forged),
            ("PUT", lent.sign_url("PUT", "key", 60)),
            ("DELETE", lent.sign_url("DELETE", "key", 60)),
        ):
            assert raw(oss, method, url, headers=page).status == 403, (method, url, page)
    allow(bucket, rule())
    assert raw(oss, "GET", lent.sign_url("GET", "key", 60), headers=pages[0]).status == 403, "rules count alone"


def test_another_site_gets_nothing_that_names_no_origin_of_the_rules(bucket: Any, oss: OssThread) -> None:
    allow(bucket, rule())
    bucket.put_object("key", b"data")
    url = bucket.sign_url("GET", "key", 60)
    for page in ({"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": f"{APP}, {EVIL}"}, {"Origin": ""}):
        answer = raw(oss, "GET", url, headers=page)
        assert (answer.status, code_of(answer)) == (403, "AccessDenied"), page
        assert not any(name.startswith("access-control-") for name in answer.headers)
    with pytest.raises(AssertionError):
        error_of(lambda: bucket.get_object("key"))
