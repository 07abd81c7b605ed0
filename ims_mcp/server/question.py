"""The question a user reads before a call: what it does, to how many things and which, and with what else.

Client forms are small, so it is short; but nothing that decides is left out of it, and nothing is cut without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from ims_mcp.catalogue import AskWhen, Operation, Parameter
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import ELLIPSIS, plain
from ims_mcp.secrets import HIDDEN, SecretNames, find_paired_secrets, without_secrets
from ims_mcp.server.question_words import ENGLISH, QuestionWords, write_reason
from ims_mcp.workflows.behaviours.changes import find_left_out
from ims_mcp.workflows.behaviours.differences import compare_lists, is_same
from ims_mcp.workflows.behaviours.present_state import PresentState, Thing

MAX_CHARACTERS = 2000
_NAMES_THINGS = re.compile(r"(Id|Ids|Name|Names|URL|URLs|Url|Urls|Key|Keys|List|Number|Code)$")
_MOST_LISTED = 20
_MOST_COMPARED = 60
"""Elements that a list gains or loses: they are what is agreed to."""
# What is tried one after the other until the question fits: characters of one value.
_VALUE_CHARACTERS = (200, 120, 80, 60, 59)
_WITH_FACTS = 80
"""From this many characters on, a thing is told with where it is; below, by what it is called alone, and with the
fewest by its id alone."""
_SHORTEST_INSIDE = 36
"""Of a value inside another: an id still stands there whole."""
_READ_CHARACTERS = 4000
_OPENED_CHARACTERS = 20_000
_MOST_FIELDS = 8
_MOST_ENTRIES = 3
_LONGEST_DETAIL = 220
_ENOUGH_FOR_NAMES = 300
_MOST_BESIDE = 2
"""Arguments of one call of many that are shown beside those that decide."""
_MOST_TITLES = 5
_TITLE_CHARACTERS = 60
# Quotation marks, and what looks like them; brackets of a title.
_QUOTES = str.maketrans(
    dict.fromkeys('"\u201c\u201d\u201e\u201f\u02ba\u02ee\u05f4\u2033\u2036\u275d\u275e\u301d\u301e\u301f\uff02', "'")
    | {"\u300a": "<", "\u300b": ">"}
)
_NEEDS_QUOTES = re.compile(r"[\s();\uff08\uff09\uff1b]")
"""A fact that holds one of these could be read as going on behind its bracket."""


def write_question(
    operation: Operation,
    arguments: Mapping[str, Any],
    state: PresentState,
    words: QuestionWords = ENGLISH,
    place: str = "",
) -> str:
    """What the call does, to what and where, in a sentence or two; then the arguments. ``state``: what there is before
    it, in strangers' words; ``place``: a sentence that says which service it goes to.

    Raises Refused where what decides does not fit into MAX_CHARACTERS: what cannot be read is not asked.
    """
    conditions = operation.asks_about(arguments)
    given = [row for row in operation.parameters if row.name in arguments and not row.hidden]
    deciding = _choose_deciding(conditions, given)
    rest = [row for row in given if row not in deciding]
    names = find_left_out(operation, arguments, state)
    left_out = [row for row in operation.parameters if row.name in names]
    for characters in _VALUE_CHARACTERS:
        show = _ValueWriter(operation, arguments, state, words, characters)
        head = words.gap.join(filter(None, [write_reason(operation, arguments, words), show.write_things(), place]))
        lines = [head, words.call.format(name=operation.name)]
        lines += [line for row in deciding for line in show.write_whole(row)]
        room = MAX_CHARACTERS - sum(len(line) + 1 for line in lines)
        if room >= (_ENOUGH_FOR_NAMES if rest else 0):
            details = [(row.name, show.write_line(row)) for row in rest]
            details += [(row.name, show.write_left_out(row)) for row in left_out]
            return "\n".join([*lines, *_write_details(details, words, room)])
    raise Refused(
        f"{operation.name} was not sent: what it would change does not fit into a question that a person can read.",
        next_step="Split it into several calls with fewer or shorter values; the user is asked about each.",
    )


def describe_call(
    operation: Operation, arguments: Mapping[str, Any], state: PresentState, words: QuestionWords, characters: int
) -> str:
    """One call of many, on a line: what decides, then the first of the rest, each value in so many ``characters``."""
    given = [row for row in operation.parameters if row.name in arguments and not row.hidden]
    deciding = _choose_deciding(operation.asks_about(arguments), given)
    show = _ValueWriter(operation, arguments, state, words, characters)
    told = [line for row in deciding for line in show.write_whole(row)]
    told += [show.write_line(row) for row in given if row not in deciding][:_MOST_BESIDE]
    return words.facts_comma.join(told)


def _choose_deciding(conditions: tuple[AskWhen, ...], given: list[Parameter]) -> list[Parameter]:
    """What names the things concerned, then what the conditions look at."""
    looked_at = {name for condition in conditions for name in (condition.path.split(".")[0], *condition.shows)}
    things = [row for row in given if _names_a_thing(row) and row.name not in looked_at]
    return [*things, *(row for row in given if row.name in looked_at)]


def _names_a_thing(row: Parameter) -> bool:
    return (row.required and row.kind not in ("object", "array")) or _NAMES_THINGS.search(row.name) is not None


def _write_details(details: list[tuple[str, str]], words: QuestionWords, room: int) -> Iterable[str]:
    """(name, line) of each further argument; those there is no room for by their names."""
    left = list(details)
    while left:
        line = left[0][1]
        names = words.list_comma.join(name for name, _ in left[1:])
        if room - len(line) - 1 < (len(names) + 30 if names else 0):
            break
        yield line
        room -= len(line) + 1
        left.pop(0)
    if left:
        yield words.more_arguments.format(count=len(left), names=words.list_comma.join(name for name, _ in left))


class _ValueWriter:
    """Values as a person reads them: on one line, cleaned, secrets hidden, each shortened by itself."""

    def __init__(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        state: PresentState,
        words: QuestionWords,
        characters: int,
    ) -> None:
        self._operation = operation
        self._arguments = arguments
        self._secrets = SecretNames((*operation.secret_fields, *state.secret_fields))
        self._state = state
        self._words = words
        self._characters = characters
        self._first = {
            name.casefold() for condition in operation.asks_about(arguments) for name in condition.path.split(".")[1:]
        }

    def write_things(self) -> str:
        """How many things are concerned, and the first of them by what people call them; empty where nobody knows."""
        state, words = self._state, self._words
        found = [(name, thing) for name, thing in state.things.items() if name not in state.missing]
        count = state.named_count - len(state.missing)
        sentences: list[str] = []
        if found and count == 1:
            sentences.append(words.one.format(title=self._write_title(*found[0])))
        elif found:
            titles = words.list_comma.join(self._write_title(*each) for each in found[:_MOST_TITLES])
            more = count - min(len(found), _MOST_TITLES)
            titles += words.more_titles.format(count=more) if more > 0 else ""
            sentences.append(words.several.format(count=count, titles=titles))
        if state.missing and not state.is_all_missing:
            sentences.append(words.missing.format(count=len(state.missing)))
        return words.gap.join(sentences)

    def write_whole(self, row: Parameter) -> Iterable[str]:
        """A parameter that decides: each element of a list on a line of its own, those that do not exist last."""
        things, words = _list_things(row, self._arguments[row.name]), self._words
        if row.name in self._secrets:
            yield f"{row.name}: {HIDDEN}{self._write_now(row)}"
        elif things is None:
            yield f"{row.name}: {self._write_thing(self._arguments[row.name])}{self._write_now(row)}"
        elif compared := self._compare(row, things):
            added, dropped, kept = compared
            yield f"{row.name} ({len(things)}):"
            for template, names in ((words.added, added), (words.dropped, dropped)):
                if names:
                    yield f"- {template.format(count=len(names), names=self._join(names))}"
            if kept:
                yield f"- {words.unchanged.format(count=len(kept))}"
        elif len(things) == 1:
            yield f"{row.name} (1): {self._write_thing(things[0])}{self._write_now(row)}"
        else:
            there = [thing for thing in things if thing not in self._state.missing]
            yield f"{row.name} ({len(there)}):{self._write_now(row)}"
            yield from self._write_listed(there)
            if gone := [thing for thing in things if thing in self._state.missing]:
                yield words.not_there.format(count=len(gone))
                yield from self._write_listed(gone, is_known=False)

    def _compare(self, row: Parameter, things: list[Any]) -> tuple[list[Any], list[Any], list[Any]] | None:
        """What is added to a list of plain values, dropped from it and kept; None where that is not known, or all is
        kept."""
        if row.name not in self._state.comparable:
            return None
        was = _list_things(row, self._state.was.get(row.name)) or []
        compared = compare_lists(was, things)
        return compared if compared is not None and (compared[0] or compared[1]) else None

    def _join(self, names: list[Any]) -> str:
        told = [self._write_thing(name) for name in names[:_MOST_COMPARED]]
        return self._words.list_comma.join([*told, *self._count_more(len(names) - _MOST_COMPARED)])

    def write_line(self, row: Parameter) -> str:
        """A parameter that does not decide."""
        if row.name in self._secrets:
            return f"{row.name}: {HIDDEN}{self._write_now(row)}"
        return f"{row.name}: {self._write_short(self._arguments[row.name])}{self._write_now(row)}"

    def write_left_out(self, row: Parameter) -> str:
        """A parameter that the call does not give, and that has a value now."""
        return f"{self._words.not_given.format(name=row.name)}{self._write_now(row)}"

    def _write_listed(self, things: list[Any], *, is_known: bool = True) -> Iterable[str]:
        for thing in things[:_MOST_LISTED]:
            yield f"- {self._write_thing(thing) if is_known else self._shorten(thing, self._characters)}"
        if len(things) > _MOST_LISTED:
            yield f"- {self._words.more_entries.format(count=len(things) - _MOST_LISTED)}"

    def _write_now(self, row: Parameter) -> str:
        """What the parameter's value is before the call, where that is known and another one."""
        was = self._state.was.get(row.name)
        if was in (None, "", [], {}) or (row.name in self._arguments and is_same(self._arguments[row.name], was)):
            return ""
        if row.name in self._secrets:
            return self._words.now.format(value=HIDDEN)
        shown = self._write_short(was)
        return self._words.now.format(value=self._quote(shown) if isinstance(was, str) else shown)

    def _write_short(self, value: Any) -> str:
        for depth in (3, 2, 1):
            shown = self._write_value(value, depth, self._characters)
            if len(shown) <= _LONGEST_DETAIL:
                return shown
        return self._write_value(value, 0, self._characters)

    def _write_title(self, name: str, thing: Thing) -> str:
        return self._quote(_cut(thing.title or name, _TITLE_CHARACTERS))

    def _write_thing(self, value: Any) -> str:
        return self._write_value(value, 2, self._characters)

    def _write_known(self, name: str) -> str:
        """What an id or an address stands for."""
        words, limit = self._words, self._characters // 2
        if name in self._state.missing:
            return words.known_as.format(words=words.no_such)
        thing = self._state.things.get(name) or self._state.beside.get(name)
        if thing is None or self._characters == _VALUE_CHARACTERS[-1]:
            return ""
        told = [self._quote(_cut(thing.title, limit))] if thing.title else []
        if self._characters >= _WITH_FACTS:
            told += [f"{fact}: {self._write_fact(_cut(value, limit))}" for fact, value in thing.facts]
        return words.known_as.format(words=words.facts_comma.join(told)) if told else ""

    def _write_value(self, value: Any, depth: int, characters: int) -> str:
        """``depth``: how many levels of lists and objects are opened."""
        if isinstance(value, str):
            value = _open_json(value)
        if isinstance(value, dict | list) and depth == 0:
            size = len(cast("dict[str, Any] | list[Any]", value))
            return (self._words.fields if isinstance(value, dict) else self._words.entries).format(count=size)
        inner = max(_SHORTEST_INSIDE, characters // 2)
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            names = sorted(fields, key=lambda name: name.casefold() not in self._first)
            paired = find_paired_secrets(fields)
            shown: list[str] = []
            for name in names[:_MOST_FIELDS]:
                text = (
                    HIDDEN
                    if name in self._secrets or name in paired
                    else self._write_value(fields[name], depth - 1, inner)
                )
                shown.append(f"{self._shorten(name, 60)}: {text}")
            return f"{{{', '.join([*shown, *self._count_more(len(fields) - _MOST_FIELDS)])}}}"
        if isinstance(value, list):
            entries = cast("list[Any]", value)
            shown = [self._write_value(entry, depth - 1, inner) for entry in entries[:_MOST_ENTRIES]]
            return f"[{', '.join([*shown, *self._count_more(len(entries) - _MOST_ENTRIES)])}]"
        text = value if isinstance(value, str) else json.dumps(value)
        return f"{self._shorten(text, characters)}{self._write_known(text)}"

    def _quote(self, text: str) -> str:
        """A stranger's words between quotation marks, which they cannot close."""
        return self._words.quoted.format(text=text.translate(_QUOTES))

    def _write_fact(self, text: str) -> str:
        return self._quote(text) if _NEEDS_QUOTES.search(text) else text.translate(_QUOTES)

    def _count_more(self, count: int) -> list[str]:
        return [self._words.more_entries.format(count=count)] if count > 0 else []

    def _shorten(self, text: str, characters: int) -> str:
        """``text`` with both its ends where it is long, for two addresses often differ in their last part only."""
        shown, unseen, is_hidden = _clean(text[:_READ_CHARACTERS])
        note = self._words.unseen.format(count=unseen) if unseen else ""
        note += self._words.hidden.format(hidden=HIDDEN) if is_hidden else ""
        unread = max(0, len(text) - _READ_CHARACTERS)
        if len(shown) + unread <= characters:
            return f"{shown}{note}"
        tail = shown[-(characters // 3) :] if not unread else ""
        start = shown[: characters - len(tail)]
        left = len(shown) + unread - len(start) - len(tail)
        return f"{start}…{tail}{self._words.more_characters.format(count=left)}{note}"


def _list_things(row: Parameter, value: Any) -> list[Any] | None:
    """The elements where ``value`` is a list, as it is or comma-separated."""
    if row.comma_list and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    opened = _open_json(value) if row.kind == "array" and isinstance(value, str) else value
    return cast("list[Any]", opened) if isinstance(opened, list) else None


def _open_json(text: str) -> Any:
    """What a text that holds JSON holds, so that a secret field in it is known by its name."""
    if text[:1] not in ("{", "[") or len(text) > _OPENED_CHARACTERS:
        return text
    try:
        return json.loads(text, object_pairs_hook=_refuse_doubles)
    except (ValueError, RecursionError):
        return text


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: of two, the reader could be shown the one that the service ignores."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name stands twice")
    return fields


@lru_cache(maxsize=256)
def _clean(text: str) -> tuple[str, int, bool]:
    """(``text`` on one line without secrets, how many characters of it are not shown, whether a signature or a password
    is not); the same for every try."""
    read = " ".join(text.split())
    shown = plain(read, _READ_CHARACTERS)
    # What is concerned may be told by a query alone: ?versionId=3.
    safe = without_secrets(shown, keeps_queries=True)
    return safe, len(read) - len(shown), safe != shown and HIDDEN not in safe


def _cut(text: str, characters: int) -> str:
    """A stranger's words beside an id that stands there whole."""
    shown, _, _ = _clean(text[:_READ_CHARACTERS])
    return shown if len(shown) <= characters else f"{shown[:characters].rstrip()}{ELLIPSIS}"
