"""RAM policies: what temporary credentials may do, as AssumeRole is told or as an upload grant says.

The form is ``{"Version": "1", "Statement": [{"Effect", "Action" or "NotAction", "Resource"}, ...]}``; ``*`` stands for
any characters. What no statement allows is denied, and a Deny wins. Region and account of a resource are not compared:
there is one of each here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self, cast

_STATEMENT_KEYS = frozenset({"Effect", "Action", "NotAction", "Resource", "Condition"})
_EVERYTHING = ("*", "*")


class PolicyError(ValueError):
    """The text is no policy; the message says why, without a full stop."""


class UnknownElement(PolicyError):
    """A policy, but with something that is not understood here, which the message names."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``resources`` are pairs of service and relative name: ``("oss", "bucket/key*")``."""

    is_allow: bool
    actions: tuple[str, ...]
    resources: tuple[tuple[str, str], ...]
    is_all_but: bool = False
    """NotAction: every action but these."""

    def covers(self, action: str, service: str, resource: str) -> bool:
        """Whether the statement is about doing ``action`` to ``resource`` of ``service``."""
        # Names of actions differ in more than case; resources, such as keys, need not.
        named = any(match_wildcard(pattern.lower(), action.lower()) for pattern in self.actions)
        return named is not self.is_all_but and any(
            match_wildcard(of, service) and match_wildcard(pattern, resource) for of, pattern in self.resources
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """All statements of one policy."""

    statements: tuple[Statement, ...]

    def allows(self, action: str, resource: str) -> bool:
        """``action`` as ``oss:PutObject``; ``resource`` relative to its service: ``bucket``, ``bucket/key``.

        Empty is the service itself: only a statement about everything covers it.
        """
        service = action.partition(":")[0]
        covering = [row for row in self.statements if row.covers(action, service, resource)]
        return bool(covering) and all(row.is_allow for row in covering)

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What :meth:`to_json` wrote."""
        rows: list[dict[str, Any]] = json.loads(text)["statements"]
        return cls(
            tuple(
                Statement(
                    row["is_allow"],
                    tuple(row["actions"]),
                    tuple((of, pattern) for of, pattern in row["resources"]),
                    row["is_all_but"],
                )
                for row in rows
            )
        )


def allow_object(bucket: str, key: str, actions: Iterable[str] = ("oss:*",)) -> Policy:
    """A policy for one key, which holds no ``*``, or, where it ends with one, for the keys under a prefix."""
    return Policy((Statement(True, tuple(actions), (("oss", f"{bucket}/{key}"),)),))


def read_policy(text: str) -> Policy:
    """Raises PolicyError, and UnknownElement for conditions."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise PolicyError("the policy is nested too deeply") from None
    except ValueError as error:
        raise PolicyError(f"the policy is not JSON: {error}") from None
    document = _read_object(value, "the policy")
    if document.get("Version") != "1":
        raise PolicyError('Version has to be "1"')
    if unknown := sorted(set(document) - {"Version", "Statement"}):
        raise PolicyError(f"a policy has no {', '.join(unknown)}")
    rows = document.get("Statement")
    if not isinstance(rows, list) or not rows:
        raise PolicyError("Statement has to be a list with at least one statement")
    return Policy(tuple(_read_statement(row) for row in cast(list[Any], rows)))


def match_wildcard(pattern: str, text: str) -> bool:
    """Whether ``text`` is what ``pattern`` says, ``*`` being any characters; in linear time."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == text
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _read_statement(value: object) -> Statement:
    row = _read_object(value, "a statement")
    if unknown := sorted(set(row) - _STATEMENT_KEYS):
        raise UnknownElement(f"the element {', '.join(unknown)} of a statement")
    if condition := row.get("Condition"):
        raise UnknownElement(f"conditions in policies ({_name_condition(condition)})")
    if row.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError("Effect has to be Allow or Deny")
    if ("Action" in row) is ("NotAction" in row):
        raise PolicyError("a statement has either Action or NotAction")
    is_all_but = "NotAction" in row
    actions = _read_texts(row, "NotAction" if is_all_but else "Action")
    for action in actions:
        if action != "*" and (action.count(":") != 1 or not all(action.split(":"))):
            raise PolicyError(f"the action {action!r} is not of the form service:Name")
    resources = tuple(_read_resource(text) for text in _read_texts(row, "Resource"))
    return Statement(row["Effect"] == "Allow", actions, resources, is_all_but)


def _read_object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PolicyError(f"{what} has to be a JSON object")
    return cast(dict[str, Any], value)


def _read_texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value: object = row.get(name)
    values = cast(list[object], value) if isinstance(value, list) else [value]
    texts = tuple(text for text in values if isinstance(text, str) and text)
    if not texts or len(texts) != len(values):
        raise PolicyError(f"{name} has to be a text or a list of texts")
    return texts


def _read_resource(text: str) -> tuple[str, str]:
    """``acs:oss:*:*:bucket/key`` -> ``("oss", "bucket/key")``."""
    if text == "*":
        return _EVERYTHING
    parts = text.split(":", 4)
    if len(parts) != 5 or parts[0] != "acs" or not parts[1] or not parts[4]:
        raise PolicyError(f"the resource {text!r} is not of the form acs:service:region:account:name")
    return parts[1], parts[4]


def _name_condition(condition: object) -> str:
    """``StringLike oss:Prefix``, for each that there is."""
    if not isinstance(condition, dict):
        return str(condition)
    named: list[str] = []
    for operator, keys in cast(dict[str, Any], condition).items():
        names = cast(dict[str, Any], keys) if isinstance(keys, dict) else ("?",)
        named += [f"{operator} {name}" for name in names]
    return ", ".join(named)
