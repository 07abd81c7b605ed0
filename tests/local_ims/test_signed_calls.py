"""Who may call: signatures, clocks, nonces and temporary credentials."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import oss2
import pytest

from tests.local_ims.server import RunningIms, call_raw, refusal_of, running_ims
from tests.local_ims.signed_request import Answer, Sent, ask, send


def test_the_sdk_with_a_wrong_secret_gets_signature_does_not_match(ims: RunningIms) -> None:
    refused = refusal_of(call_raw, ims.client(access_key_secret="wrong"), "GetCategories", {})
    assert (refused.code, refused.status) == ("SignatureDoesNotMatch", 400)
    unknown = refusal_of(call_raw, ims.client(access_key_id="nobody"), "GetCategories", {})
    assert (unknown.code, unknown.status) == ("InvalidAccessKeyId.NotFound", 404)


@pytest.mark.parametrize(
    "value",
    ["a b+c~d*e'f(g)h!i/j?k=l&m%n", "\u4e2d\u6587 \U0001f642", "line\nbreak\ttab", "%41", " leading and trailing "],
)
@pytest.mark.parametrize("place", ["query", "body"])
def test_every_character_survives_signing_and_decoding(ims: RunningIms, value: str, place: str) -> None:
    named = {"CateName": value}
    sent = Sent("AddCategory", query=named) if place == "query" else Sent("AddCategory", body=urlencode(named).encode())
    answer = ask(ims, sent)
    assert (answer.status, answer.body.get("Category", {}).get("CateName")) == (200, value)


def test_blanks_in_the_query_may_be_percent_encoded_too(ims: RunningIms) -> None:
    sent = Sent("AddCategory", query={"CateName": "one two"})
    headers = sent.signed(ims.host)
    answer = send(ims, "POST", f"/?CateName={quote('one two')}", headers)
    assert answer.body["Category"]["CateName"] == "one two"


SPOILT: dict[str, tuple[Callable[[RunningIms], Answer], str, int]] = {
    "no signature": (lambda ims: ask(ims, Sent(), Authorization=""), "IncompleteSignature", 400),
    "another algorithm": (
        lambda ims: ask(ims, Sent(), Authorization="ACS3-HMAC-SM3 Credential=local,SignedHeaders=host,Signature=00"),
        "IncompleteSignature",
        400,
    ),
    "a changed query": (
        lambda ims: send(ims, "POST", "/?PageNo=2", Sent(query={"PageNo": "1"}).signed(ims.host)),
        "SignatureDoesNotMatch",
        400,
    ),
    "a changed method": (lambda ims: send(ims, "GET", "/", Sent().signed(ims.host)), "SignatureDoesNotMatch", 400),
    "a changed body": (
        lambda ims: send(ims, "POST", "/", Sent(body=b"PageNo=1").signed(ims.host), b"PageNo=2"),
        "SignatureDoesNotMatch",
        400,
    ),
    "a changed action": (lambda ims: ask(ims, Sent(), x_acs_action="GetStorageList"), "SignatureDoesNotMatch", 400),
    "a header that was not signed": (lambda ims: ask(ims, Sent(), x_acs_extra="1"), "IncompleteSignature", 400),
    "a signed header that was not sent": (
        lambda ims: ask(ims, Sent(headers={"x-extra": "1"}), x_extra=""),
        "IncompleteSignature",
        400,
    ),
    "a date that is none": (lambda ims: ask(ims, Sent(headers={"x-acs-date": "today"})), "InvalidParameter", 400),
    "a late request": (
        lambda ims: ask(ims, Sent(headers={"x-acs-date": "2020-01-01T00:00:00Z"})),
        "InvalidTimeStamp.Expired",
        400,
    ),
    "an early request": (
        lambda ims: ask(ims, Sent(headers={"x-acs-date": "2099-01-01T00:00:00Z"})),
        "InvalidTimeStamp.Expired",
        400,
    ),
    "a token with a permanent key": (
        lambda ims: ask(ims, Sent(headers={"x-acs-security-token": "x"})),
        "InvalidSecurityToken.MismatchWithAccessKey",
        400,
    ),
    "another version": (
        lambda ims: ask(ims, Sent(headers={"x-acs-version": "2017-03-21"})),
        "InvalidAction.NotFound",
        404,
    ),
    "no such action": (lambda ims: ask(ims, Sent("GetMedium")), "InvalidAction.NotFound", 404),
    "a query that is not UTF-8": (
        lambda ims: send(ims, "POST", "/?a=%ff", Sent().signed(ims.host)),
        "InvalidParameter",
        400,
    ),
    "a body of 9 MB": (
        lambda ims: send(ims, "POST", "/", Sent(body=b"x" * 9_000_000).signed(ims.host), b"x" * 9_000_000),
        "RequestEntityTooLarge",
        413,
    ),
}


@pytest.mark.parametrize("name", list(SPOILT))
def test_a_request_that_is_not_right_is_told_why(ims: RunningIms, name: str) -> None:
    attempt, code, status = SPOILT[name]
    answer = attempt(ims)
    assert (answer.body["Code"], answer.status) == (code, status)


def test_a_request_is_accepted_once(ims: RunningIms) -> None:
    headers = Sent().signed(ims.host)
    assert send(ims, "POST", "/", headers).status == 200
    assert send(ims, "POST", "/", headers).body["Code"] == "SignatureNonceUsed"


def test_a_refused_request_does_not_use_up_its_nonce(ims: RunningIms) -> None:
    headers = Sent().signed(ims.host)
    assert send(ims, "POST", "/", {**headers, "Authorization": headers["Authorization"][:-4] + "0000"}).status == 400
    assert send(ims, "POST", "/", headers).status == 200


def test_an_answer_to_a_wrong_clock_carries_the_right_time(tmp_path: Path) -> None:
    with running_ims(tmp_path, clock=lambda: 1_600_000_000.0) as ims:
        answer = ask(ims, Sent())
        assert answer.body["Code"] == "InvalidTimeStamp.Expired"
        assert answer.headers["date"] == "Sun, 13 Sep 2020 12:26:40 GMT"


@dataclass
class Clock:
    ahead_seconds: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed_ims(tmp_path: Path, clock: Clock) -> Iterator[RunningIms]:
    with running_ims(tmp_path, clock=clock) as ims:
        yield ims


def test_temporary_credentials_work_for_ims_and_oss_until_they_expire(timed_ims: RunningIms, clock: Clock) -> None:
    ims = timed_ims
    role = {"RoleArn": "acs:ram::1234567890123456:role/uploader", "RoleSessionName": "somebody"}
    answer = ims.call("AssumeRole", version="2015-04-01", DurationSeconds="900", **role)
    assert answer["AssumedRoleUser"]["Arn"] == "acs:ram::1234567890123456:assumed-role/uploader/somebody"
    given = answer["Credentials"]
    assert given["AccessKeyId"].startswith("STS.")
    key = (given["AccessKeyId"], given["AccessKeySecret"])

    call_raw(ims.client(*key, given["SecurityToken"]), "GetCategories", {})
    bucket = ims.bucket(auth=oss2.StsAuth(*key, given["SecurityToken"]))
    bucket.put_object("by-role", b"x")

    assert ask(ims, Sent(key=key)).body["Code"] == "MissingSecurityToken"
    wrong = Sent(key=key, headers={"x-acs-security-token": "other"})
    assert ask(ims, wrong).body["Code"] == "InvalidSecurityToken.MismatchWithAccessKey"
    clock.ahead_seconds = 890
    client = ims.client(*key, given["SecurityToken"])
    call_raw(client, "GetCategories", {})
    clock.ahead_seconds = 901
    late = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock()))
    expired = Sent(key=key, headers={"x-acs-security-token": given["SecurityToken"], "x-acs-date": late})
    assert ask(ims, expired).body["Code"] == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"RoleArn": "somebody"}, "MissingParameter"),
        ({"RoleArn": "somebody", "RoleSessionName": "me"}, "InvalidParameter"),
        ({"RoleArn": "acs:ram::1:role/x", "RoleSessionName": "me", "DurationSeconds": "5"}, "InvalidParameter"),
        ({"RoleArn": "acs:ram::1:role/x", "RoleSessionName": "me", "Policy": "x" * 2049}, "InvalidParameter"),
        (
            {"RoleArn": "acs:ram::1:role/x", "RoleSessionName": "me", "Policy": "{}"},
            "InvalidParameter.PolicyGrammar",
        ),
        (
            {
                "RoleArn": "acs:ram::1:role/x",
                "RoleSessionName": "me",
                "Policy": '{"Version": "1", "Statement": [{"Condition": {"Bool": {"acs:MFAPresent": "true"}}}]}',
            },
            "UnsupportedOperation",
        ),
    ],
)
def test_a_role_is_assumed_by_its_name_only(ims: RunningIms, parameters: dict[str, str], code: str) -> None:
    refused = refusal_of(ims.call, "AssumeRole", version="2015-04-01", **parameters)
    assert refused.code == code


ROLE = {"RoleArn": "acs:ram::1234567890123456:role/uploader", "RoleSessionName": "somebody"}


@dataclass(frozen=True)
class Narrowed:
    """Official clients with the credentials of a role that a policy narrows."""

    client: Any
    bucket: Any


@pytest.fixture
def narrow(ims: RunningIms) -> Callable[..., Narrowed]:
    def assume(*statements: dict[str, Any]) -> Narrowed:
        policy = json.dumps({"Version": "1", "Statement": statements})
        given = ims.call("AssumeRole", version="2015-04-01", Policy=policy, **ROLE)["Credentials"]
        key = (given["AccessKeyId"], given["AccessKeySecret"], given["SecurityToken"])
        return Narrowed(ims.client(*key), ims.bucket(auth=oss2.StsAuth(*key)))

    return assume


def test_a_policy_narrows_what_a_role_may_do_in_oss(ims: RunningIms, narrow: Callable[..., Narrowed]) -> None:
    ims.put("films/a", b"x")
    ims.put("other/a", b"x")
    limited = narrow(
        {"Effect": "Allow", "Action": ["oss:GetObject", "oss:Put*"], "Resource": "acs:oss:*:*:local-media/films/*"}
    )
    limited.bucket.put_object("films/new", b"new")
    assert limited.bucket.get_object("films/new").read() == b"new"
    attempts: list[Callable[[], object]] = [
        lambda: limited.bucket.get_object("other/a"),
        lambda: limited.bucket.put_object("other/new", b"x"),
        lambda: limited.bucket.delete_object("films/a"),
        lambda: limited.bucket.copy_object("local-media", "other/a", "films/copy"),
        limited.bucket.list_objects,
    ]
    for attempt in attempts:
        with pytest.raises(oss2.exceptions.AccessDenied):
            attempt()
    refused = refusal_of(call_raw, limited.client, "GetCategories", {})
    assert (refused.code, refused.status) == ("AccessDenied", 403)
    assert "ice:GetCategories" in refused.message


def test_a_policy_narrows_what_a_role_may_do_in_ims(narrow: Callable[..., Narrowed]) -> None:
    limited = narrow(
        {"Effect": "Allow", "Action": "ice:*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["ice:Delete*", "sts:*"], "Resource": "*"},
    )
    call_raw(limited.client, "GetCategories", {})
    assert refusal_of(call_raw, limited.client, "DeleteCategory", {"CateId": "1"}).code == "AccessDenied"
    assert refusal_of(call_raw, limited.client, "AssumeRole", ROLE, version="2015-04-01").code == "AccessDenied"
    with pytest.raises(oss2.exceptions.AccessDenied):
        limited.bucket.put_object("a", b"x")


def test_a_caller_hears_who_it_is_whatever_its_policy_says(ims: RunningIms, narrow: Callable[..., Narrowed]) -> None:
    owner = ims.call("GetCallerIdentity", version="2015-04-01")
    account = owner["AccountId"]
    assert owner == {
        "RequestId": owner["RequestId"],
        "IdentityType": "Account",
        "AccountId": account,
        "UserId": account,
        "PrincipalId": account,
        "Arn": f"acs:ram::{account}:root",
    }
    limited = narrow({"Effect": "Deny", "Action": "*", "Resource": "*"})
    role = call_raw(limited.client, "GetCallerIdentity", {}, version="2015-04-01")
    assert role == {
        "RequestId": role["RequestId"],
        "IdentityType": "AssumedRoleUser",
        "AccountId": "1234567890123456",
        "RoleId": role["RoleId"],
        "PrincipalId": f"{role['RoleId']}:somebody",
        "Arn": "acs:ram::1234567890123456:assumed-role/uploader/somebody",
    }
    again = ims.call("AssumeRole", version="2015-04-01", **ROLE)["AssumedRoleUser"]
    assert again == {"Arn": role["Arn"], "AssumedRoleId": role["PrincipalId"]}
