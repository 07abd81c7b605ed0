"""What a RAM policy says: read, matched, refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.local.policy import Policy, PolicyError, UnknownElement, allow_object, match_wildcard, read_policy


def policy_of(*statements: dict[str, Any]) -> Policy:
    return read_policy(json.dumps({"Version": "1", "Statement": list(statements)}))


def allow(actions: Any, resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def test_nothing_is_allowed_but_what_a_statement_names() -> None:
    policy = policy_of(allow(["oss:Get*", "oss:PutObject"], ["acs:oss:*:*:b/dir/*", "acs:oss:*:*:b"]))
    assert policy.allows("oss:GetObject", "b/dir/key")
    assert policy.allows("oss:PutObject", "b/dir/a/b")
    assert policy.allows("oss:GetBucketInfo", "b")
    assert not policy.allows("oss:DeleteObject", "b/dir/key")
    assert not policy.allows("oss:GetObject", "b/dir")
    assert not policy.allows("oss:GetObject", "bb/dir/key")
    assert not policy.allows("oss:ListBuckets", "")
    assert not policy.allows("ice:GetMediaInfo", "")


def test_a_denial_wins_wherever_it_stands() -> None:
    deny = {"Effect": "Deny", "Action": "oss:deleteobject", "Resource": "acs:oss:*:*:b/keep/*"}
    for policy in (policy_of(allow("*"), deny), policy_of(deny, allow("*"))):
        assert policy.allows("oss:DeleteObject", "b/other")
        assert not policy.allows("oss:DeleteObject", "b/keep/this")


def test_notaction_is_every_action_but_those() -> None:
    policy = policy_of({"Effect": "Allow", "NotAction": ["oss:*", "ice:Delete*"], "Resource": "*"})
    assert policy.allows("ice:GetMediaInfo", "")
    assert not policy.allows("ice:DeleteMediaInfos", "")
    assert not policy.allows("oss:GetObject", "b/key")


def test_a_resource_belongs_to_its_service() -> None:
    policy = policy_of(allow("*", "acs:oss:oss-cn-hangzhou:123:*"))
    assert policy.allows("oss:ListBuckets", "")
    assert policy.allows("oss:GetObject", "b/a:b")
    assert not policy.allows("ice:GetMediaInfo", "")


def test_an_upload_grant_is_a_policy_for_one_key() -> None:
    policy = allow_object("b", "key", ("oss:PutObject",))
    assert policy.allows("oss:PutObject", "b/key")
    assert not policy.allows("oss:PutObject", "b/key2")
    assert not policy.allows("oss:GetObject", "b/key")
    assert not policy.allows("oss:PutObject", "b")
    assert Policy.from_json(policy.to_json()) == policy


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("*", ["", "a", "a/b"], []),
        ("a*", ["a", "ab"], ["b", ""]),
        ("a*b*c", ["abc", "a1b2c", "abbc"], ["ab", "acb", "ac"]),
        ("aba*aba", ["abaaba", "aba1aba"], ["aba", "ababa"]),
        ("a?", ["a?"], ["ab"]),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert [text for text in (*fits, *fits_not) if match_wildcard(pattern, text)] == fits


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "JSON object"),
        ("[" * 100_000, "nested"),
        ("{}", "Version"),
        ('{"Version": "2", "Statement": []}', "Version"),
        ('{"Version": "1", "Statement": []}', "Statement"),
        ('{"Version": "1", "Statement": [1]}', "JSON object"),
        ('{"Version": "1", "Id": "x", "Statement": [1]}', "Id"),
        ('{"Version": "1", "Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}', "Effect"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Resource": "*"}]}', "Action"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": [], "Resource": "*"}]}', "Action"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": [1], "Resource": "*"}]}', "Action"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "PutObject", "Resource": "*"}]}', "PutObject"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*"}]}', "Resource"),
        ('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "b/*"}]}', "b/"),
    ],
)
def test_what_is_no_policy_is_told_why(text: str, reason: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        read_policy(text)


def test_what_is_not_understood_is_refused_by_name() -> None:
    with pytest.raises(UnknownElement, match="StringLike oss:Prefix"):
        policy_of(allow("*", Condition={"StringLike": {"oss:Prefix": ["a/"]}}))
    with pytest.raises(UnknownElement, match="NotResource"):
        policy_of({"Effect": "Allow", "Action": "*", "NotResource": "*"})
    assert policy_of(allow("*", Condition={})).allows("oss:GetObject", "b/key")
