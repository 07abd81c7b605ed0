"""What is known to be secret: by its name, by the URL it stands in, by its form; and what only looks like it."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest

from ims_mcp.secrets import (
    HIDDEN,
    SecretNames,
    can_be_secret,
    find_paired_secrets,
    is_credential_text,
    is_secret_name,
    is_secret_parameter,
    redact,
    without_json_fields,
    without_secrets,
    without_signatures,
)

SECRET = "S3cr3tValue0"
CREDENTIALS = {"SecurityToken": SECRET * 3, "AccessKeyId": "STS.x", "AccessKeySecret": SECRET}


@pytest.mark.parametrize(
    "name",
    [
        "AccessKeyId", "AccessKeySecret", "access_key_secret", "ACCESS-KEY-SECRET", "secretAccessKey", "OSSAccessKeyId",
        "SecurityToken", "x-acs-security-token", "sessionToken", "refresh_token", "rtcToken", "Token", "StsToken",
        "clientSecret", "app_secret", "AppKey", "appkey", "AuthKey", "auth_key", "authCode", "AuthorizationCode",
        "Authorization", "Proxy-Authorization", "Password", "db_passwd", "pwd", "SrtPassphrase", "BackupSrtPassphrase",
        "Signature", "AppSign", "sign", "api_sig", "signKey", "licenseKey", "hmacKey", "contentKey", "privateKey",
        "Cookie", "Set-Cookie", "pushUrl", "streamKey", "apiKey", "UploadAuth", "PlayAuth", "Credentials", "Plaintext",
        "jwt", "密码", "ＰＡＳＳＷＯＲＤ", "登录密码", "Password2",
        "oldPwd1", "SecretString", "TokenValue", "private_key_pem",
        "ContentKeys", "refresh_token_v2", "AccountKey", "IngestKey", "userSig", "usersig", "ConnectionString",
    ],
)  # fmt: skip
def test_a_credential_is_known_by_its_name_in_any_spelling(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "NextToken", "next_page_token", "ScrollToken", "FaceSearchToken",
        "ClientToken", "NextContinuationToken", "RequestId", "MediaId",
        "Key", "Value", "ObjectKey", "Keyword", "KeyFrame", "PrimaryKey", "Title", "Tags", "Design", "Campaign",
        "Config", "AuthAction", "Author", "Pass", "Signal", "SignatureType", "TokenCount", "KeyId", "Code", "Secretary",
        "CoverURL", "PasswordPolicy", "", "NextTokens", "NextToken2", "s", "Values", "Md5",
    ],
)  # fmt: skip
def test_an_ordinary_name_is_none(name: str) -> None:
    assert not is_secret_name(name)


def test_an_operations_own_names_count_beside_the_known_ones() -> None:
    names = SecretNames(("DestHost", "stream_name"))
    assert "dest_host" in names
    assert "StreamName" in names
    assert "Password" in names
    assert "Title" not in names


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("Password", 123456, True),
        ("Password", {"of": "x"}, True),
        ("EnableToken", True, False),
        ("Token", "", False),
        ("Token", None, False),
        ("total_tokens", 512, False),
        ("tokens", ["a"], True),
        ("total_tokens", "512", False),
        ("Password", "512", True),
    ],
)
def test_flags_and_counts_are_no_credentials(name: str, value: Any, hidden: bool) -> None:
    assert can_be_secret(name, value) is hidden
    assert (redact({name: value})[name] == HIDDEN) is hidden


@pytest.mark.parametrize("name", ["Key", "Name", "ParamName", "header_name", "Field", "EnvName", "config_key"])
@pytest.mark.parametrize("value", ["Value", "ParamValue", "val", "Values", "EnvValue"])
def test_a_pair_that_names_a_credential_has_a_secret_value(name: str, value: str) -> None:
    assert find_paired_secrets({name: "Password", "Id": "1", value: SECRET}) == [value]
    assert find_paired_secrets({name: "Colour", value: "red"}) == []
    assert find_paired_secrets({name: "The Secret", value: "a film"}) == []


# Every scheme and signature: what is left of the address, without a trace of the secret.
SIGNED = [
    ("https:\\/\\/u:§@h\\/p", "https:\\/\\/h\\/p"),
    ("https://x/?u=https%3A%2F%2Fu%3A§%40h%2Fp", "https://x/?u=https%3A%2F%2Fh%2Fp"),
    ("https%253A%252F%252Fu%253A§%2540h", "https%253A%252F%252Fh"),
    ("https://h/p?id={JobId}&token=§", "https://h/p?id={JobId}&"),
    ("https://h/p?title=my film&token=§", "https://h/p?title=my film&"),
    ("https://h/p?upsig=§&deadline=1", "https://h/p"),
    ("https://h/p?a[token]=§", "https://h/p"),
    ("https://h/p;jsessionid=§", "https://h/p;"),
    ("wss://h/s?ticket=§", "wss://h/s"),
    ("https://h/s?hash=§", "https://h/s"),
    ("srt://h:9000 passphrase=§", "srt://h:9000 "),
    ("http://h/p.m3u8?token=§", "http://h/p.m3u8"),
    ("http://h/p.m3u8?a=1&access_token=§&b=2", "http://h/p.m3u8"),
    ("http://h/p?security_token=§", "http://h/p"),
    ("http://h/p?sign=§&t=1", "http://h/p"),
    ("https://a.blob.core.windows.net/c/b?sv=2024&sr=b&sig=§", "https://a.blob.core.windows.net/c/b"),
    ("https://storage.googleapis.com/b/o?X-Goog-Algorithm=A&X-Goog-Signature=§", "https://storage.googleapis.com/b/o"),
    ("https://h/k?MtsHlsUriToken=§", "https://h/k"),
    ("http://h/p?playauth=§", "http://h/p"),
    ("http://h/p?hdnts=exp=1~acl=/*~hmac=§", "http://h/p"),
    ("http://h/p?auth-key=§", "http://h/p"),
    ("http://h/p?auth_key=1-0-0-§", "http://h/p"),
    ("http://h/p?key=§", "http://h/p"),
    ("http://h/p?pass=§", "http://h/p"),
    ("http://h/p?Policy=x&Signature=§&Key-Pair-Id=K", "http://h/p"),
    ("http://h/p?md5=§&expires=1", "http://h/p"),
    ("rtmp://h/live/s?txSecret=§&txTime=1", "rtmp://h/live/s"),
    ("rtmp://h/live/s?anything=§", "rtmp://h/live/s"),
    ("rtmp://h/live/s?§", "rtmp://h/live/s"),
    ("rtmps://h/live/s?wsSecret=§", "rtmps://h/live/s"),
    ("RTMP://h/live/s?v=§", "RTMP://h/live/s"),
    ("rtsp://h/s?u=§", "rtsp://h/s"),
    ("srt://h:1105?mode=caller&passphrase=§", "srt://h:1105"),
    ("srt://h:1105?streamid=§", "srt://h:1105"),
    ("webrtc://h/live/s?x=§", "webrtc://h/live/s"),
    ("artc://h/live/s?x=§", "artc://h/live/s"),
    ("wss://h/ws?token=§", "wss://h/ws"),
    ("https://h/#access_token=§&x=1", "https://h/"),
    ("https://h/callback?next=https%3A%2F%2Fg%2Fp%3Ftoken%3D§", "https://h/callback"),
    ("https%3A%2F%2Fh%2Fp%3Fsignature%3D§", "https%3A%2F%2Fh%2Fp"),
    ("https%253A%252F%252Fh%252Fp%253Fa%253D1%2526token%253D§", "https%253A%252F%252Fh%252Fp"),
    ("rtmp%3A%2F%2Fh%2Fa%2Fs%3Fk%3D§", "rtmp%3A%2F%2Fh%2Fa%2Fs"),
    ("https://user:§@h/p", "https://h/p"),
    ("https://§@h/p", "https://h/p"),
    ("rtmp://user:pa/§@h/live/s", "rtmp://h/live/s"),
    ("https://user:12/§@h/p", "https://h/p"),
    ("https://user:p@§@h/p", "https://h/p"),
    (r"https:\/\/h\/p?Signature=§", "https://h/p"),
    (r"http://h/p?a=1\u0026token=§", "http://h/p"),
    ("http://h/p?a=1&amp;token=§", "http://h/p"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "shown"), SIGNED)
def test_a_url_of_any_scheme_is_shown_without_what_lets_somebody_in(template: str, shown: str) -> None:
    url = template.replace("§", SECRET)
    assert SECRET in url
    assert without_signatures(url) == shown
    assert SECRET not in without_signatures(f"play {url} (today)")
    assert SECRET not in without_secrets(f"cannot open {url}: refused")


@pytest.mark.parametrize(
    "text",
    [
        "https://h/cover.jpg?x-oss-process=image/resize,w_100",
        "https://h/cover.jpg?v=2&width=100#part",
        "https://h.example:8080/@user/p",
        "https://h.example:8080/a@b",
        "oss://bucket/a=b/key.mp4",
        "rtmp://h/live/stream",
        "https://h/search?keyword=tokens&author=me&design=1&page=2",
        "the token of my affection, a key=value store",
        "100% sure? yes",
        "me@example.com",
        r"C:\u0026\x=1",
        "https://b.oss-cn-shanghai.aliyuncs.com/films/key=1/pass=2/a.mp4",
        "https://h/p?t=salt&pepper=1",
        "WEBVTT key=value&token=x",
    ],
)
def test_what_signs_nothing_is_left_as_it_is(text: str) -> None:
    assert without_signatures(text) == text


@pytest.mark.parametrize("name", ["X-Amz-Date", "x-oss-signature-version", "OSSAccessKeyId", "hdnts", "wsSecret"])
def test_a_parameter_of_a_signature_is_known(name: str) -> None:
    assert is_secret_parameter(name)


@pytest.mark.parametrize("name", ["x-oss-process", "x-oss-traffic-limit", "Expires", "keyword", "author", "v"])
def test_an_ordinary_parameter_is_none(name: str) -> None:
    assert not is_secret_parameter(name)


@pytest.mark.parametrize(
    "packed",
    [
        b64encode(json.dumps(CREDENTIALS).encode()),
        b64encode(json.dumps(CREDENTIALS, indent=2).encode()),
        b64encode(b'\n [{"x": 1}, ' + json.dumps(CREDENTIALS).encode() + b"]"),
        urlsafe_b64encode(json.dumps({"?>?>": 1} | CREDENTIALS).encode()),
        b64encode(json.dumps(CREDENTIALS).encode()).rstrip(b"="),
        b64encode(json.dumps({"accessKeySecret": SECRET, "more": "x" * 40}).encode()),
    ],
)
def test_an_upload_credential_is_known_however_it_begins(packed: bytes) -> None:
    text = packed.decode()
    assert is_credential_text(text)
    assert is_credential_text(f"{text[:50]}\n{text[50:]}")
    assert text not in without_secrets(f"UploadAuth was {text}, said the service")


@pytest.mark.parametrize(
    "text",
    [
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{SECRET}",
        f"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA{SECRET}\n-----END RSA PRIVATE KEY-----",
        b64encode(json.dumps({"user": "u" * 20, "password": SECRET}).encode()).decode(),
    ],
)
def test_a_credential_is_known_by_its_form_under_any_name(text: str) -> None:
    assert is_credential_text(text)
    assert text[-20:] not in without_secrets(f"it said {text}")


def test_other_base64_is_none() -> None:
    address = {"Endpoint": "https://oss-cn-shanghai.aliyuncs.com", "Bucket": "b", "FileName": "a.mp4"}
    for text in (b64encode(json.dumps(address).encode()).decode(), "A" * 5000, "0" * 64, "a plain title", ""):
        assert not is_credential_text(text)


# Text of logs and errors, whose fields nobody knows.
RUNNING = [
    "Authorization: OSS LTAI5tId:§ and more",
    "Authorization: Bearer §",
    "authorization=ACS3-HMAC-SHA256 Credential=LTAI5tId,SignedHeaders=host;x-acs-date,Signature=§",
    "Authorization: OSS4-HMAC-SHA256 Credential=LTAI/2026/oss, Signature=§",
    "{'Authorization': 'OSS id:§', 'Host': 'h'}",
    '{"authorization": "Basic §"}',
    "Proxy-Authorization: Basic §",
    "access_key_secret='§'",
    'Credential(access_key_id="LTAI5tId", access_key_secret="§")',
    "security_token='§'",
    "auth_key=1790000000-0-0-§",
    "X-Acs-Security-Token: §",
    "accessKeySecret => §",
    "password: §",
    "密码：§",
    "(token=§)",
    "b'token': b'§'",
    "Signature%3D§%26Expires%3D1",
    "x=Signature=§",
    "Cookie: a=1; sid=§; theme=§",
    "Set-Cookie: sid=§",
    "<SecurityToken>§</SecurityToken>",
    "<StringToSign>PUT\n\n§</StringToSign>",
    '{"a": {"Password": "with \\" in it §"}}',
    json.dumps({"body": json.dumps({"SecurityToken": "X", "a": 1})}).replace("X", "§"),
    json.dumps({"body": json.dumps({"deep": json.dumps({"AccessKeySecret": "X"})})}).replace("X", "§"),
    '{"Key": "Password", "Value": "§"}',
    "[{'Name': 'Authorization', 'Value': 'OSS id:§'}]",
    "Traceback: KeyError('secret') env={'ALIBABA_CLOUD_ACCESS_KEY_SECRET': '§'}",
    "GET http://h/p?any=§ HTTP/1.1",
    "HTTPS_PROXY=user:§@proxy.example:3128 refused",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.§",
]


@pytest.mark.parametrize("template", RUNNING)
def test_no_secret_stays_in_running_text(template: str) -> None:
    text = template.replace("§", SECRET)
    assert SECRET in text
    assert SECRET not in without_secrets(text), without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "NextToken=abc def",
        "Calling again with ClientToken=0123456789abcdef and the same arguments is safe",
        "MediaId 4aabe1804a6771ef9748f6f7d6496301",
        "the token is missing",
        "Key: colour, Value: red",
        "at 2026-01-01T00:00:00Z, Status=Normal, Code: InvalidParameter",
        "oss://local-media/none.mp4",
        "http://127.0.0.1:9527/x",
        "mail me@example.com at 12:30",
    ],
)
def test_running_text_without_secrets_stays(text: str) -> None:
    assert without_secrets(text, ["local", "", "x"]) == text


def test_a_known_secret_is_hidden_as_it_is_and_as_urls_write_it() -> None:
    secret = "CAIS+abc/def=="
    text = f"it was {secret}, or CAIS%2Babc%2Fdef%3D%3D, or local"
    assert without_secrets(text, [secret, "local"]) == f"it was {HIDDEN}, or {HIDDEN}, or local"


def test_a_secret_cannot_stand_behind_ours_or_behind_a_thousand_parameters() -> None:
    assert SECRET not in without_secrets(f"password={HIDDEN}{SECRET}")
    assert SECRET not in without_signatures("http://h/p?" + "a=b&" * 5000 + f"token={SECRET}")


def test_pieces_of_json_lose_their_credentials_and_nothing_else() -> None:
    template = 'failed with {"Title": "token: x", "Password": "§", "Sub": "{\\"AccessKeySecret\\":\\"§\\"}", "Cut'
    assert without_json_fields(template.replace("§", SECRET)) == template.replace("§", HIDDEN)
    assert without_json_fields("password: as people write it") == "password: as people write it"


def test_anything_is_redacted_at_any_depth() -> None:
    class Odd:
        def __str__(self) -> str:
            return f"Odd(token={SECRET})"

    value = {
        "headers": {"Authorization": f"OSS x:{SECRET}", "Host": "h"},
        "pairs": [{"Key": "Password", "Value": SECRET}, {"Key": "Colour", "Value": "red"}],
        "urls": (f"rtmp://h/a/s?k={SECRET}", {"deep": [{"access_key_secret": SECRET}]}),
        "bytes": f"token={SECRET}".encode(),
        "odd": Odd(),
        "number": 5,
        "none": None,
        7: ["ok"],
    }
    shown = redact(value)
    assert SECRET not in json.dumps(shown)
    assert shown["headers"] == {"Authorization": HIDDEN, "Host": "h"}
    assert shown["pairs"][1] == {"Key": "Colour", "Value": "red"}
    assert (shown["number"], shown["none"], shown["7"]) == (5, None, ["ok"])


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000, 'token="' * 3000, '\\"' * 10_000, 'token=\\"' * 2500, "://" * 7000, "http://a:" * 2000,
        "http://" + "a@" * 10_000, "<aa>" * 5000, '{"key":"a","value":' * 1000, "authorization: a," * 1200,
        "token" + " " * 20_000, "%25" * 7000, "?a=b" * 5000, "a:b@" * 5000, "rtmp://?" * 2500, "eyJ" * 7000,
        "A" * 20_000 + "!", "%3A%2F%2F" * 2000, "%3A%2F%2Fa" * 2000, "%3A%2F%2F" + "a%40" * 5000,
        "https://" + "%40" * 7000,
        "https://h " + "&a=" * 7000, "-----BEGIN A PRIVATE KEY-----" * 700,
    ],
)  # fmt: skip
def test_text_made_to_be_slow_is_read_once_and_stays_bounded(text: str) -> None:
    # An expression that tried every way would not come back at all.
    assert len(without_secrets(text)) <= 3 * len(text)
    assert len(without_signatures(text)) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"Credentials": {"Id": "S3cr3tValue0", "more": [1, "}"]}, "after": 1}',
        '{\\"Credentials\\": {\\"Id\\": \\"S3cr3tValue0}\\"}, \\"after\\": 1}',
        '"Cookies": ["a", "S3cr3tValue0"], "after": 1',
        '{"Credentials": {"Id": "S3cr3tValue0',
        '[{"Key": "Password", "Value": "S3cr3tValue0"}, {"Name": "Authorization", "Value": "S3cr3tValue0',
    ],
)
def test_what_lies_under_a_secret_name_or_beside_it_is_hidden_in_a_text_that_is_cut_off_too(text: str) -> None:
    for shown in (without_secrets(text), without_json_fields(text)):
        assert SECRET not in shown
        assert HIDDEN in shown
        assert "after" not in text or "after" in shown


def test_a_password_that_begins_with_a_bracket_is_hidden_whole() -> None:
    assert without_secrets("password={a}S3cr3tValue0 and more") == f"password={HIDDEN} and more"
