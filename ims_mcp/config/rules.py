"""What is done with single calls, by operation, effect, account and bucket: sent, asked about, asked about on a page,
or not made at all.

A rule says only whether and how somebody is asked. What a caller may do is said by read-only mode, scopes and grants,
before any rule is looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.config.rights import Asking

CHANGING = frozenset({Effect.WRITE, Effect.DESTRUCTIVE})
"""What a rule is about that names no effects."""
_NAME = "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_ADDRESS = re.compile(r"\b(oss|https?|rtmps?)://([^/\s\"'\\?#]*)", re.IGNORECASE)
# Bounded, and from the beginning of a name only: texts are long, and anybody's.
_OF_OSS = re.compile(rf"(?<![a-z0-9-])({_NAME})\.(?:oss|s3)[a-z0-9.-]{{0,80}}\.aliyuncs\.com", re.IGNORECASE)
_BUCKET = re.compile(_NAME)
_LOCATION = re.compile(rf"({_NAME})\.oss-[a-z0-9-]+\.aliyuncs\.com", re.IGNORECASE)
_CALLED_BUCKET = re.compile(r".*bucket(?:name)?|storagelocation|storage_?location", re.IGNORECASE)
_NAMES_THINGS = re.compile(r".*(?:Ids?|IDs?)")
_PLACE = re.compile(r"(?:input|output|file|media)(?:ur[il]s?|file|filebase)?", re.IGNORECASE)
"""Fields that say what a call is about: an address anywhere else (a title, a cover, a callback) is beside the point,
and keeps no rule away."""
_IDS = re.compile(r"\s*[0-9a-f]{32}\s*(?:,\s*[0-9a-f]{32}\s*)*", re.IGNORECASE)
_NO_ID = "ClientToken"
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """None stands for all."""

    then: Asking
    operations: frozenset[str] | None = None
    effects: frozenset[Effect] = CHANGING
    accounts: frozenset[str] | None = None
    buckets: frozenset[str] | None = None
    subjects: frozenset[str] | None = None
    name: str = ""

    def is_for(self, account: str, subject: str) -> bool:
        """Whether it says anything of this caller's calls in this account."""
        return (self.accounts is None or account in self.accounts) and (
            self.subjects is None or subject in self.subjects or "*" in self.subjects
        )


def find_asking(
    rules: Sequence[Rule], operation: Operation, effect: Effect, arguments: Mapping[str, Any]
) -> Asking | None:
    """What these rules say of a call; None where none is about it. One that denies counts wherever it stands; of the
    others the first."""
    about = [
        rule
        for rule in rules
        if effect in rule.effects and (rule.operations is None or operation.name in rule.operations)
    ]
    if any(rule.buckets is not None for rule in about):
        named = find_buckets(arguments)
        about = [rule for rule in about if _is_about(rule, named)]
    if any(rule.then is Asking.DENY for rule in about):
        return Asking.DENY
    return about[0].then if about else None


@dataclass(frozen=True, slots=True)
class NamedBuckets:
    """``is_all`` is False where the call may be about others, too: an id, an address of some other host, or none but in
    passing."""

    names: frozenset[str]
    is_all: bool


def find_buckets(arguments: Mapping[str, Any]) -> NamedBuckets:
    """The buckets that a call's arguments name, in addresses, locations and fields that are called so."""
    names: set[str] = set()
    is_all, is_placed = True, False
    for field, text in _list_texts(arguments, "", 0):
        if _CALLED_BUCKET.fullmatch(field):
            found = _LOCATION.fullmatch(text.strip()) or re.fullmatch(f"({_NAME})", text.strip().lower())
            names |= {found[1].lower()} if found else set()
            is_all, is_placed = is_all and found is not None, True
            continue
        if text and (_NAMES_THINGS.fullmatch(field) or (_IDS.fullmatch(text) and field != _NO_ID)):
            is_all = False
        buckets = [_read_bucket(scheme.lower(), host) for scheme, host in _ADDRESS.findall(text)]
        is_all = is_all and all(buckets)
        names |= {*filter(None, buckets), *(each.lower() for each in _OF_OSS.findall(text))}
        if text and _PLACE.fullmatch(field):
            # One without an address is an id, a title or a key: of whatever bucket.
            is_all, is_placed = is_all and bool(buckets), True
    return NamedBuckets(frozenset(names), is_all and is_placed and bool(names))


def _is_about(rule: Rule, named: NamedBuckets) -> bool:
    """What lets a call go on unasked has to be sure of all its buckets; what keeps it back, of none."""
    if rule.buckets is None:
        return True
    if rule.then is Asking.ALLOW:
        return named.is_all and named.names <= rule.buckets
    return not named.is_all or bool(named.names & rule.buckets)


def _read_bucket(scheme: str, host: str) -> str:
    """Empty where the host does not say it: a domain of one's own, an address inside a network."""
    host = host.rpartition("@")[2].partition(":")[0]
    if scheme == "oss":
        found = _OF_OSS.fullmatch(host)
        name = (found[1] if found else host).lower()
        return name if _BUCKET.fullmatch(name) else ""
    found = _OF_OSS.fullmatch(host)
    return found[1].lower() if found else ""


def _list_texts(value: Any, field: str, depth: int) -> Iterator[tuple[str, str]]:
    """(the name of the field it stands in, text), those inside JSON in a text as well."""
    if depth > _DEEPEST:
        yield "Ids", "deeper than anybody looks"
    elif isinstance(value, str):
        opened = _open_json(value)
        if opened is None:
            yield field, value
        else:
            yield from _list_texts(opened, field, depth + 1)
    elif isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            yield from _list_texts(each, str(name), depth + 1)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _list_texts(each, field, depth + 1)


def _open_json(text: str) -> Any:
    text = text.lstrip().removeprefix("\ufeff").lstrip()
    if text[:1] not in ("{", "["):
        return None
    try:
        opened = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("Any", opened) if isinstance(opened, dict | list) else None
