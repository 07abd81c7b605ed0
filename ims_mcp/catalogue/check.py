"""Arguments against a parameter table: normalised, or every problem named at once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from ims_mcp.catalogue.broken_rules import find_broken_rules
from ims_mcp.catalogue.near_names import find_inside, find_meant, find_other_cases, find_spelled
from ims_mcp.catalogue.operation import Case, Operation, Parameter, write_scalar
from ims_mcp.catalogue.order import find_order_problems
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.text_limits import (
    find_display_names,
    find_length_problems,
    find_part_problems,
    find_shape_problems,
)
from ims_mcp.catalogue.written_values import (
    SHOWN_CHARACTERS,
    TOO_LARGE,
    parse_list,
    parse_number,
    show_value,
    write_number,
)
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain

MAX_CHARACTERS = 1_048_576
"""Longest text of any argument, a structured one as JSON, unless its row allows more."""
MAX_ELEMENTS = 10_000
"""Most elements of a list."""
MAX_UNKNOWN_NAMES = 10
"""Unknown arguments that are named; the rest is counted."""
_SHOWN_FIELDS = 25
"""Fields of an object that are named where an unknown one is near none of them."""
MAX_PROBLEMS = 100
"""Problems that are kept; the rest is counted."""
_MISSING = object()


def check(operation: Operation, arguments: Mapping[str, Any], *, as_sent: bool = False) -> dict[str, Any]:
    """The arguments as they will be sent, in the table's order, under their documented names.

    What is accepted beyond the letter of the table: the name a parameter is published under, ``"5"`` for an integer,
    ``"true"`` for a boolean, JSON text for an object or a list, a list (or its JSON text) for a comma-separated
    string, the full-width comma in such a string, a listed value in another case where the service allows it. An
    argument that is None counts as not given, and so does an empty text for one that is not required.

    ``as_sent``: these are arguments on their way, which have been checked before or come from another client. Names,
    commas, brackets and empty texts then mean what they mean to the service.

    Raises InvalidArguments that lists every problem.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    checker = _Checker(as_sent=as_sent)
    names = checker.document_names(operation, given)
    checked = checker.check_fields(operation.parameters, given, path="", extra_fields=False, names=names)
    # A value with a problem of its own counts as given: one problem is enough.
    effective = {name: value for name, value in given.items() if name not in checker.absent}
    effective |= checker.misspelled | checked
    for problem in find_broken_rules(operation, effective, names, checked):
        checker.add(problem)
    if checker.count:
        raise InvalidArguments(operation.name, checker.problems, unlisted=checker.count - len(checker.problems))
    return checked


class _Checker:
    """Walks a table and a value side by side and collects problems. Returns _MISSING where there is no usable value."""

    def __init__(self, *, as_sent: bool) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.absent: set[str] = set()
        """Arguments that count as not given, by the name of their row."""
        self.misspelled: dict[str, Any] = {}
        """What was given under a name that nobody knows, by the name of the row that was meant."""
        self._as_sent = as_sent
        self._is_foreign = False
        """Inside an object that another program wrote."""
        self._call: Mapping[str, Any] = {}
        """The arguments of the whole call."""

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def _report(self, path: str, text: str) -> Any:
        self.add(Problem(path, text))
        return _MISSING

    def _report_all(self, path: str, texts: Iterable[str]) -> None:
        for text in texts:
            self._report(path, text)

    def document_names(self, operation: Operation, given: dict[str, Any]) -> dict[str, str]:
        """Documented name -> the one this caller knows; ``given`` then holds the documented names only."""
        self._call = given
        names = {row.name: row.name for row in operation.parameters}
        if self._as_sent:
            return names
        for name in names:
            published = publish_name(name)
            if published == name:
                continue
            if published in given and name in given:
                self._report(published, f"given twice, also as {name}: give one of them")
            if published in given or name not in given:
                names[name] = published
            if published in given:
                given[name] = given.pop(published)
        return names

    def check_fields(
        self,
        table: tuple[Parameter, ...],
        given: Mapping[str, Any],
        *,
        path: str,
        extra_fields: bool,
        cases: tuple[Case, ...] = (),
        names: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The values of one object; ``names`` are the names the caller knows its fields by, ``cases`` those it has."""
        result: dict[str, Any] = {}
        names = names or {row.name: row.name for row in table}
        if extra_fields:
            meant = self._report_slips(table, given, path)
        else:
            meant = self._report_unknown(table, given, path, names, cases)
        for row in table:
            value = given.get(row.name)
            at = f"{path}{names[row.name]}"
            before = self.count
            if value == "" and not row.required and not row.keeps_empty and not self._as_sent:
                value = None
            if value is None and row.required:
                if row.name in meant:
                    # It is there under a name that has been refused: one problem, which names both.
                    continue
                self._report(at, f"missing; {row.text}" if row.text else "missing")
            elif value == "" and row.required:
                self._report(at, "is empty")
            usable = _MISSING if value is None or self.count > before else self.check_value(row, value, at)
            if usable is not _MISSING:
                result[row.name] = usable
            elif self.count == before and not path:
                self.absent.add(row.name)
        if not self._as_sent:
            for problem in find_order_problems(table, result, path, names):
                self.add(problem)
        if extra_fields:
            result.update({name: value for name, value in given.items() if name not in names})
        return result

    def _report_unknown(
        self,
        table: tuple[Parameter, ...],
        given: Mapping[str, Any],
        path: str,
        names: Mapping[str, str],
        cases: tuple[Case, ...],
    ) -> set[str]:
        """The rows that unknown names stand for."""
        unknown = [name for name in given if name not in names]
        meant: set[str] = set()
        if not unknown:
            return meant
        if self.count >= MAX_PROBLEMS:
            # Nobody reads what it is like: ten thousand elements may each have one.
            self.count += len(unknown)
            return meant
        shown = {names[row.name]: row for row in table if not row.hidden}
        listed = False
        for name in unknown[:MAX_UNKNOWN_NAMES]:
            at = f"{path}{plain(name, SHOWN_CHARACTERS)}"
            if other := find_other_cases(name, cases):
                self._report(at, f"has no place here: it belongs to {other}")
                continue
            free = {each: row for each, row in shown.items() if row.name not in meant and row.name not in given}
            near = find_meant(name, free) or find_inside(name, shown)
            if near in free:
                meant.add(free[near].name)
                if not path:
                    self.misspelled[free[near].name] = given[name]
            hint = f"; did you mean {near}?" if near else ""
            told = listed or (hint and path)
            allowed = "" if told else f"{'' if hint else ';'} Allowed: {_list_names(list(shown), path)}"
            listed = listed or not told
            self._report(at, f"unknown{hint}{allowed}")
        if len(unknown) > MAX_UNKNOWN_NAMES:
            self._report(path.rstrip("."), f"{len(unknown) - MAX_UNKNOWN_NAMES:,} more unknown names")
        return meant

    def _report_slips(self, table: tuple[Parameter, ...], given: Mapping[str, Any], path: str) -> set[str]:
        """The rows that are given under a name which is nearly theirs, in an object that may hold other names too."""
        free = [row.name for row in table if row.name not in given]
        known = {row.name for row in table}
        meant: set[str] = set()
        for name in [name for name in given if name not in known][:MAX_UNKNOWN_NAMES]:
            if near := find_spelled(name, free):
                meant.add(near)
                self._report(f"{path}{plain(name, SHOWN_CHARACTERS)}", f"unknown; did you mean {near}?")
        return meant

    def check_value(self, row: Parameter, value: Any, path: str) -> Any:
        match row.kind:
            case "string":
                return self._check_string(row, value, path)
            case "integer" | "number":
                return self._check_number(row, value, path)
            case "boolean":
                return self._check_boolean(value, path)
            case "array":
                return self._check_array(row, value, path)
            case "object":
                return self._check_object(row, value, path)

    def _check_string(self, row: Parameter, value: Any, path: str) -> Any:
        if row.comma_list:
            value = self._join_commas(row, value, path)
            if value is _MISSING:
                return _MISSING
        if isinstance(value, int | float) and not isinstance(value, bool) and not row.choices:
            value = write_number(value) or value
        if not isinstance(value, str):
            return self._report(path, f"has to be a string, not {show_value(value)}")
        before = self.count
        if not self._fits(row, value, path) or not self._is_unicode(value, path):
            return _MISSING
        if row.required and not value:
            self._report(path, "is empty")
        value = self._check_choice(row, value, path)
        if row.display_names and not self._as_sent:
            self._report_all(path, find_display_names(row, value))
        if self.count == before:
            self._report_all(path, (*find_length_problems(row, value), *find_part_problems(row, value)))
        if self.count == before:
            # Not before: a pattern may take the square of the time that the length takes.
            self._report_all(path, find_shape_problems(row, value))
        return value if self.count == before else _MISSING

    def _join_commas(self, row: Parameter, value: Any, path: str) -> Any:
        """One comma-separated text, whether it came as such, as a list, or as the JSON text of a list."""
        if isinstance(value, str) and not self._as_sent:
            if not self._fits(row, value, path):
                return _MISSING
            listed = parse_list(value)
            # In a list that is written out a full-width comma separates as well; inside a real list it is a character.
            value = value.replace("\uff0c", ",") if listed is None else listed
        if not isinstance(value, list):
            return value
        parts = cast("list[Any]", value)
        if len(parts) > MAX_ELEMENTS:
            return self._report(path, f"has {len(parts):,} elements, at most {MAX_ELEMENTS:,} are allowed")
        texts = [write_number(part) if isinstance(part, int | float) else part for part in parts]
        for part, text in zip(parts, texts, strict=True):
            if not isinstance(text, str) or "," in text:
                return self._report(path, f"{show_value(part)} cannot be a part of a comma-separated list")
        if not texts and not row.required and not row.keeps_empty and not self._as_sent:
            return _MISSING
        return ",".join(cast("list[str]", texts))

    def _fits(self, row: Parameter, text: str, path: str) -> bool:
        """Whether a text is short enough to be looked at."""
        most = max(MAX_CHARACTERS, row.max_characters or 0, row.max_bytes or 0)
        if len(text) > most:
            self._report(path, f"has {len(text):,} characters, at most {most:,} are allowed")
        return len(text) <= most

    def _is_unicode(self, value: str, path: str) -> bool:
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self._report(path, f"{show_value(value)} holds half a surrogate pair: it is not valid Unicode text")
            return False
        return True

    def _check_choice(self, row: Parameter, value: str, path: str) -> str:
        if not row.choices or value in row.choices:
            return value
        if row.any_case:
            for choice in row.choices:
                if choice.lower() == value.lower():
                    return choice
        self._report(path, f"{show_value(value)} is not one of {', '.join(row.choices)}")
        return value

    def _check_number(self, row: Parameter, value: Any, path: str) -> Any:
        wanted = "a whole number" if row.kind == "integer" else "a number"
        number: int | float | None = None
        if isinstance(value, str):
            number = parse_number(value.strip()) if len(value) < SHOWN_CHARACTERS * 4 else None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = value
        if number is None or (isinstance(number, float) and not math.isfinite(number)):
            return self._report(path, f"has to be {wanted}, not {show_value(value)}")
        least, most = row.minimum, row.maximum
        if row.cut and most is not None and number > most:
            number = most
        if row.kind == "integer":
            if number != int(number):
                return self._report(path, f"has to be {wanted}, not {show_value(value)}")
            number = int(number)
            if not -(2**63) <= number < 2**63:
                return self._report(path, f"{show_value(value)} does not fit into 64 bits")
        if (least is not None and number < least) or (most is not None and number > most):
            span = f"{least:g} to {most:g}" if least is not None and most is not None else ""
            span = span or (f"at least {least:g}" if least is not None else f"at most {most:g}")
            return self._report(path, f"{show_value(value)} is out of range: {span}")
        if abs(number) >= TOO_LARGE:
            return self._report(path, f"{show_value(value)} is too large")
        if row.max_decimals is not None and round(number, row.max_decimals) != number:
            return self._report(path, f"{show_value(value)} has more than {row.max_decimals} decimals")
        return number

    def _check_boolean(self, value: Any, path: str) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return self._report(path, f"has to be true or false, not {show_value(value)}")

    def _check_array(self, row: Parameter, value: Any, path: str) -> Any:
        if isinstance(value, str):
            value = self._parse_json(row, value, path)
            if value is _MISSING:
                return _MISSING
        if not isinstance(value, list):
            return self._report(path, f"has to be a list, not {show_value(value)}")
        elements = cast("list[Any]", value)
        if row.required and not elements:
            return self._report(path, "is empty")
        if len(elements) > MAX_ELEMENTS:
            return self._report(path, f"has {len(elements):,} elements, at most {MAX_ELEMENTS:,} are allowed")
        if row.items is None:
            return elements if self._write_json(row, elements, path) is not _MISSING else _MISSING
        if row.items.kind == "string":
            elements = [write_number(element) if isinstance(element, bool) else element for element in elements]
        checked = [self.check_value(row.items, element, f"{path}[{index}]") for index, element in enumerate(elements)]
        return _MISSING if any(element is _MISSING for element in checked) else checked

    def _check_object(self, row: Parameter, value: Any, path: str) -> Any:
        as_written = value
        if isinstance(value, str):
            value = self._parse_json(row, value, path)
            if value is _MISSING:
                return _MISSING
        if not isinstance(value, dict) and (
            row.fields or row.cases or not row.json_text or not isinstance(as_written, str)
        ):
            return self._report(path, f"has to be an object, not {show_value(value)}")
        before = self.count
        if row.fields or row.cases:
            fields = cast("dict[str, Any]", value)
            table, is_open = self._choose_fields(row, fields)
            outside = self._is_foreign
            self._is_foreign = outside or any(mark in fields for mark in row.open_with)
            is_open = is_open or self._is_foreign
            value = self.check_fields(table, fields, path=f"{path}.", extra_fields=is_open, cases=row.cases)
            self._is_foreign = outside
        text = self._write_json(row, value, path)
        if self.count == before:
            self._report_all(path, find_length_problems(row, as_written if isinstance(as_written, str) else text))
        if self.count > before:
            return _MISSING
        if row.json_text and isinstance(as_written, str):
            # A JSON string that was handed in travels as it was written; its meaning has been checked.
            return as_written
        # Inside another value there is nothing that would write it as the text it has to be.
        return text if row.json_text and _is_nested(path) else cast("Any", value)

    def _choose_fields(self, row: Parameter, given: Mapping[str, Any]) -> tuple[tuple[Parameter, ...], bool]:
        """The fields this very object may have, and whether it may hold others beside them. Where what decides is not
        given, any case's fields are taken and none of them is required; so it is with a value nobody has described,
        whose fields nobody knows."""
        if not row.cases:
            return row.fields, row.extra_fields
        deciding = {case.parameter: self._find_deciding(row, case.parameter, given) for case in row.cases}
        decided = [case for case in row.cases if deciding[case.parameter] in case.values]
        if decided:
            return (*row.fields, *(field for case in decided for field in case.fields)), row.extra_fields
        taken = {field.name: field for field in row.fields}
        for case in row.cases:
            for field in case.fields:
                # Of two fields of one name neither form can be insisted on.
                known = field.name in taken
                taken[field.name] = Parameter(field.name, field.kind) if known else replace(field, required=False)
        described = {
            value for field in row.fields if field.name in deciding for value in (*field.hints, *field.choices)
        }
        is_new = any(value and value not in described for value in deciding.values())
        return tuple(taken.values()), row.extra_fields or is_new

    def _find_deciding(self, row: Parameter, parameter: str, given: Mapping[str, Any]) -> str:
        is_own = any(field.name == parameter for field in row.fields) or parameter not in self._call
        return write_scalar(given.get(parameter) if is_own else self._call[parameter])

    def _parse_json(self, row: Parameter, text: str, path: str) -> Any:
        def refuse(constant: str) -> Any:
            raise ValueError(f"{constant} is not JSON")

        if not self._fits(row, text, path):
            return _MISSING
        try:
            return json.loads(text, parse_constant=refuse)
        except (ValueError, RecursionError) as error:
            wanted = 'a list such as ["a", "b"]' if row.kind == "array" else 'an object such as {"a": "b"}'
            return self._report(path, f"has to be {wanted}: {show_value(text)} is not valid JSON ({error})")

    def _write_json(self, row: Parameter, value: Any, path: str) -> Any:
        """The value as JSON, which also shows that it can travel: no NaN, no half characters, not too deep or long."""
        try:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        except (ValueError, TypeError, RecursionError) as error:
            return self._report(path, f"cannot be written as JSON ({error})")
        return text if self._fits(row, text, path) and self._is_unicode(text, path) else _MISSING


def _list_names(names: list[str], path: str) -> str:
    most = _SHOWN_FIELDS if path else len(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most]) or 'none'}{rest}"


def _is_nested(path: str) -> bool:
    return "." in path or "[" in path
