"""Which buckets a call names, and what rules of a file make of it; every mistake in them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, get_operation
from ims_mcp.config.reading import read_config
from ims_mcp.config.rights import Asking
from ims_mcp.config.rules import Rule, find_asking, find_buckets
from tests.config.written import GOOD, list_mistakes, write_config

DELETE = get_operation("DeleteMediaInfos")


@pytest.mark.parametrize(
    ("arguments", "names", "is_all"),
    [
        ({"InputURL": "oss://prod/a.mp4"}, {"prod"}, True),
        ({"InputURL": "OSS://Prod/a.mp4"}, {"prod"}, True),
        ({"InputURL": "oss://prod.oss-cn-shanghai.aliyuncs.com/a.mp4"}, {"prod"}, True),
        ({"InputURL": "https://prod.oss-cn-shanghai-internal.aliyuncs.com/a.mp4?x=1"}, {"prod"}, True),
        ({"InputURL": "https://prod.oss-cn-shanghai.aliyuncs.com:443/a.mp4"}, {"prod"}, True),
        ({"InputURL": "https://prod.oss-cn-shanghai.aliyuncs.com@evil.example/a.mp4"}, {"prod"}, False),
        ({"InputURL": "https://cdn.example.com/a.mp4"}, set[str](), False),
        ({"StorageLocation": "prod.oss-cn-shanghai.aliyuncs.com"}, {"prod"}, True),
        ({"Bucket": "prod"}, {"prod"}, True),
        ({"OutputConfig": '{"Bucket": "prod", "Object": "a"}'}, {"prod"}, True),
        ({"OutputConfig": {"MediaURL": "https://prod.oss-cn-beijing.aliyuncs.com/x"}}, {"prod"}, True),
        ({"InputURLs": "oss://a-one/x,oss://b-two/y"}, {"a-one", "b-two"}, True),
        ({"InputURLs": ["oss://a-one/x", "https://h.example/y"]}, {"a-one"}, False),
        ({"MediaIds": "x" * 32}, set[str](), False),
        ({"MediaIds": "x" * 32, "InputURLs": "oss://prod/k"}, {"prod"}, False),
        ({"Title": "a film"}, set[str](), False),
        ({"InputURL": "oss:///k"}, set[str](), False),
        # What is named in passing is named, and says nothing of what the call is about.
        ({"Title": "oss://decoy/k"}, {"decoy"}, False),
        ({"CoverURL": "https://decoy.oss-cn-shanghai.aliyuncs.com/k"}, {"decoy"}, False),
        ({"UserData": {"NotifyAddress": "oss://decoy/k"}}, {"decoy"}, False),
        ({"InputURL": "oss://prod/k", "Title": "oss://decoy/k"}, {"prod", "decoy"}, True),
        # Ids stand in fields that are not called so, and objects without a scheme.
        ({"Output": {"Media": "oss://decoy/k"}, "Input": {"Type": "Media", "Media": "a" * 32}}, {"decoy"}, False),
        ({"Output": {"Media": "oss://decoy/k"}, "Input": {"Type": "Media", "Media": "title:x"}}, {"decoy"}, False),
        ({"OutputURL": "oss://decoy/k", "Clips": ["a" * 32]}, {"decoy"}, False),
        ({"OutputURL": "oss://decoy/k", "ClientToken": "a" * 32}, {"decoy"}, True),
        ({"OutputURL": "oss://decoy/k", "InputURL": "prod.oss-cn-shanghai.aliyuncs.com/k"}, {"prod", "decoy"}, False),
        ({"OutputURL": "oss://decoy/k", "InputURL": "//prod.oss-cn-shanghai.aliyuncs.com/k"}, {"prod", "decoy"}, False),
        ({"OutputURL": "oss://decoy/k", "InputURL": "prod/k"}, {"decoy"}, False),
        ({"OutputURL": "oss://decoy/k", "Input": '\ufeff{"Media": "oss:\\/\\/prod\\/k"}'}, {"prod", "decoy"}, True),
    ],
)
def test_buckets_are_told_by_addresses_locations_and_fields(
    arguments: dict[str, Any], names: set[str], is_all: bool
) -> None:
    found = find_buckets(arguments)
    assert (found.names, found.is_all) == (names, is_all)


@pytest.mark.parametrize("piece", ["a", "a.oss", "a-", "oss://", "a" * 32 + ",", "aa.s3.aliyuncs.", "{", "[1,"])
def test_a_long_text_of_anybody_is_looked_through_once(piece: str) -> None:
    """A pattern that tries each place again and again would take minutes for this."""
    found = find_buckets({"Description": piece * (3_000_000 // len(piece))})
    assert not found.is_all


def test_a_denial_counts_wherever_it_stands_and_of_the_others_the_first() -> None:
    allow, page, deny = (Rule(Asking(word)) for word in ("allow", "page", "deny"))
    assert find_asking([allow, page], DELETE, Effect.DESTRUCTIVE, {}) is Asking.ALLOW
    assert find_asking([page, allow], DELETE, Effect.DESTRUCTIVE, {}) is Asking.PAGE
    assert find_asking([allow, page, deny], DELETE, Effect.DESTRUCTIVE, {}) is Asking.DENY
    assert find_asking([deny], DELETE, Effect.READ, {}) is None, "reading only where it is named"


@pytest.mark.parametrize("word", ["ask", "page", "deny"])
def test_where_the_bucket_cannot_be_told_the_stricter_word_counts(word: str) -> None:
    buckets = frozenset({"prod"})
    strict, allow = Rule(Asking(word), buckets=buckets), Rule(Asking.ALLOW, buckets=buckets)
    unknown: dict[str, Any] = {"MediaIds": "x" * 32}
    assert find_asking([strict], DELETE, Effect.DESTRUCTIVE, unknown) is Asking(word)
    assert find_asking([allow], DELETE, Effect.DESTRUCTIVE, unknown) is None
    named = {"InputURLs": "oss://prod/a,oss://other/b"}
    assert find_asking([strict], DELETE, Effect.DESTRUCTIVE, named) is Asking(word)
    assert find_asking([allow], DELETE, Effect.DESTRUCTIVE, named) is None
    assert find_asking([strict], DELETE, Effect.DESTRUCTIVE, {"InputURLs": "oss://other/b"}) is None
    assert find_asking([allow], DELETE, Effect.DESTRUCTIVE, {"InputURLs": "oss://prod/b"}) is Asking.ALLOW


def test_every_mistake_of_rules_is_told_at_once(tmp_path: Path) -> None:
    text = """
[[rules]]
[[rules]]
then = "maybe"
operations = ["DeleteMediaInfo", "GetMediaInfo"]
[[rules]]
then = "page"
effects = ["read", "write"]
accounts = ["studi"]
buckets = ["UPPER"]
toolsets = []
subject = ["ann"]
[[rules]]
then = "deny"
operations = ["GetMediaInfo"]
"""
    assert list_mistakes(write_config(tmp_path, GOOD + text)) == [
        'rules[0].then: It is missing; write what is done with such calls: then = "ask" (or "page", "allow", "deny").',
        "rules[1].then: “maybe” is none of allow, ask, page, deny; write one of them in quotation marks.",
        "rules[1].operations[0]: “DeleteMediaInfo” is no operation; did you mean DeleteMediaInfos?",
        "rules[1].operations[1]: GetMediaInfo only reads: nobody is asked about it.",
        "rules[2].effects: Nobody is ever asked about reading, so “page” says nothing of it; leave “read” out.",
        "rules[2].accounts[0]: “studi” is no account of this file; did you mean studio?",
        "rules[2].buckets[0]: “UPPER” is not the name of a bucket; it has 3 to 63 small letters, digits and hyphens, "
        "no hyphen at either end.",
        "rules[2].toolsets: It is empty, so the rule is about nothing; name one, or leave it out for all.",
        "rules[2].subject: There is no “subject” here; did you mean subjects?",
        'rules[3].operations[0]: GetMediaInfo only reads: to deny it, add effects = ["read"].',
    ]


def test_rules_are_for_the_accounts_and_callers_they_name(tmp_path: Path) -> None:
    text = GOOD + '[[rules]]\nthen = "page"\nsubjects = ["ann"]\n[[rules]]\nthen = "deny"\ntoolsets = ["search"]\n'
    config = read_config(write_config(tmp_path, text))
    assert [rule.then for rule in config.find_rights("ann", {})["studio"].rules] == [Asking.PAGE, Asking.DENY]
    assert config.rules[1].operations
    assert "DeleteMediaFromSearchLib" in config.rules[1].operations
