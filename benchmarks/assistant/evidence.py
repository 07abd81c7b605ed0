"""What graders look at where the service is scripted: the calls that arrived, and what they asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from benchmarks.assistant.start_state import ASSETS, BUCKET
from benchmarks.assistant.task import End, Problems
from ims_mcp.catalogue import Effect, get_operation, values_at
from ims_mcp.workflows.waiting import is_same_object

Grade = Callable[[End], Problems]
_NOT_DONE = re.compile(r"\bnot\b|n't\b|nothing|nobody|no one|没|未|取消|保留|不会", re.IGNORECASE)
Says = str | re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset of the start state, by its id or by the address of its file."""

    title: str


@dataclass(frozen=True, slots=True)
class Object:
    """An object in OSS, in any way to write its address."""

    key: str
    bucket: str = BUCKET


@dataclass(frozen=True, slots=True)
class Fact:
    """What the task noted down for its request."""

    name: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several values."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A text that holds all of these."""

    texts: tuple[str, ...]

    def __init__(self, *texts: str) -> None:
        object.__setattr__(self, "texts", texts)


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but this value; nothing at all is as good."""

    value: Any


def expect(operation: str, wanted: Mapping[str, Any], *says: Says, also: tuple[str, ...] = ()) -> Grade:
    """``operation`` was called once with these arguments, nothing else was changed beside ``also``, and it was said."""
    return lambda end: [*find_wrong_call(end, operation, wanted), *find_writes(end, operation, *also), *end.says(*says)]


def expect_told(*says: Says) -> Grade:
    """It was said, and nothing was changed."""
    return lambda end: [*find_writes(end), *end.says(*says)]


def expect_refused(operation: str) -> Grade:
    """The user was asked and said no; the call was not made, and the answer says so."""

    def grade(end: End) -> Problems:
        asked = [] if end.questions else [f"the user was not asked about {operation}"]
        return [*asked, *expect_told(_NOT_DONE)(end)]

    return grade


def find_wrong_call(end: End, operation: str, wanted: Mapping[str, Any]) -> Problems:
    """What is wrong with the one call of ``operation``. ``wanted``: path in the arguments -> the value; a list stands
    for several values, None for nothing, a function for what it accepts."""
    made = end.script.made(operation)
    if len(made) != 1:
        return [f"{operation} was called {len(made)} times"]
    problems: Problems = []
    for path, value in wanted.items():
        given = values_at(made[0], path)
        if isinstance(value, Not):
            if any(_is_meant(end, each, value.value) for each in given):
                problems.append(f"{operation}.{path} is {given}")
            continue
        expected = _list_expected(value)
        if len(given) != len(expected) or not all(_is_meant(end, *pair) for pair in zip(given, expected, strict=True)):
            problems.append(f"{operation}.{path} is {given}, not {value}")
    return problems


def find_writes(end: End, *allowed: str) -> Problems:
    """Calls that change something and are none of ``allowed``."""
    made = (each.operation for each in end.script.calls)
    return [
        f"{name} was called" for name in made if name not in allowed and get_operation(name).effect is not Effect.READ
    ]


def _is_object(given: Any, url: str) -> bool:
    """Also where oss:// is followed by the bucket's host, as the vendor writes it at times."""
    return is_same_object(re.sub(r"^oss://([\w-]+)\.oss-[^/]+", r"oss://\1", str(given)), url)


def _list_expected(wanted: Any) -> list[Any]:
    if isinstance(wanted, list):
        return cast("list[Any]", wanted)
    return [] if wanted is None else [wanted]


def _is_meant(end: End, given: Any, wanted: Any) -> bool:
    if isinstance(wanted, AnyOf):
        return any(_is_meant(end, given, value) for value in wanted.values)
    if isinstance(wanted, Holds):
        return all(text.casefold() in str(given).casefold() for text in wanted.texts)
    if isinstance(wanted, Fact):
        return str(given) == str(end.start.facts[wanted.name])
    if isinstance(wanted, Asset):
        url = next(asset.url for asset in ASSETS if asset.title == wanted.title)
        return given == end.start_state.media_ids[wanted.title] or _is_object(given, url)
    if isinstance(wanted, Object):
        return _is_object(given, f"oss://{wanted.bucket}/{wanted.key}")
    if callable(wanted):
        return bool(wanted(given))
    try:
        return float(given) == float(wanted)
    except (TypeError, ValueError):
        return str(given).casefold() == str(wanted).casefold()
