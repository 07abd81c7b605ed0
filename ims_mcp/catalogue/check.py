"""Arguments against a parameter table: normalised, or every problem named at once."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from ims_mcp.catalogue.operation import AtLeastOne, Needs, Operation, Parameter
from ims_mcp.errors import InvalidArguments, Problem

_MISSING = object()
_SHOWN_CHARACTERS = 60


def check(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they will be sent, in the table's order.

    What is accepted beyond the letter of the table: ``"5"`` for an integer, ``"true"`` for a boolean, a JSON string
    for an object, a list for a comma-separated string, a listed value in another case where the service allows it.
    An argument that is None counts as not given.

    Raises InvalidArguments that lists every problem.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    problems: list[Problem] = []
    checked = _Checker(problems).fields(operation.parameters, given, path="", extra_fields=False)
    problems.extend(_rule_problems(operation, {**given, **checked}))
    if problems:
        raise InvalidArguments(operation.name, problems)
    return checked


def unknown_name(name: str, allowed: Iterable[str]) -> Problem:
    """The problem of an argument nobody knows, with the nearest name first and all allowed ones after it."""
    names = list(allowed)
    folded = {allowed_name.lower(): allowed_name for allowed_name in names}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    hint = f"did you mean {folded[near[0]]}? " if near else ""
    return Problem(_shown_name(name), f"unknown; {hint}Allowed: {', '.join(names) or 'none'}")


def _rule_problems(operation: Operation, given: Mapping[str, Any]) -> Iterable[Problem]:
    for rule in operation.rules:
        match rule:
            case AtLeastOne(names):
                if not any(given.get(name) not in (None, "") for name in names):
                    yield Problem(" / ".join(names), "give at least one of them")
            case Needs(parameter, value, needs, values):
                actual, needed = _at(given, parameter), _at(given, needs)
                applies = actual is not None and (value is None or actual == value)
                if applies and (needed is None or (values and needed not in values)):
                    wanted = f" to be {' or '.join(values)}" if values else ""
                    yield Problem(needs, f"{parameter}={actual} needs {needs}{wanted}")


def _at(given: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as ``RecordOutput.Type``, or None."""
    value: Any = given
    for name in path.split("."):
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, Mapping) else None
    return value


def _shown_name(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")[:_SHOWN_CHARACTERS]


def _shown(value: Any) -> str:
    """A value as an error names it: short, printable, valid Unicode."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = text.encode("ascii", "backslashreplace").decode("ascii") if not text.isprintable() else text
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


class _Checker:
    """Walks a table and a value side by side and collects problems. Returns _MISSING where there is no usable value."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems

    def _problem(self, path: str, text: str) -> Any:
        self._problems.append(Problem(path, text))
        return _MISSING

    def fields(
        self, table: tuple[Parameter, ...], given: Mapping[str, Any], *, path: str, extra_fields: bool
    ) -> dict[str, Any]:
        result: dict[str, Any] = {}
        rows = {row.name: row for row in table}
        for name in given:
            if name not in rows and not extra_fields:
                problem = unknown_name(name, [row.name for row in table if not row.hidden])
                self._problem(f"{path}{problem.path}", problem.text)
        for row in table:
            if given.get(row.name) is None:
                if row.required:
                    self._problem(f"{path}{row.name}", f"missing; {row.text}" if row.text else "missing")
                continue
            value = self.value(row, given[row.name], f"{path}{row.name}")
            if value is not _MISSING:
                result[row.name] = value
        if extra_fields:
            result.update({name: value for name, value in given.items() if name not in rows})
        return result

    def value(self, row: Parameter, value: Any, path: str) -> Any:
        match row.kind:
            case "string":
                return self._string(row, value, path)
            case "integer" | "number":
                return self._number(row, value, path)
            case "boolean":
                return self._boolean(value, path)
            case "array":
                return self._array(row, value, path)
            case "object":
                return self._object(row, value, path)

    def _string(self, row: Parameter, value: Any, path: str) -> Any:
        if row.comma_list and isinstance(value, list):
            value = self._joined(cast("list[Any]", value), path)
            if value is _MISSING:
                return _MISSING
        if isinstance(value, int | float) and not isinstance(value, bool) and not row.choices:
            value = str(value)  # models send ids that look like numbers as numbers
        if not isinstance(value, str):
            return self._problem(path, f"has to be a string, not {_shown(value)}")
        before = len(self._problems)
        self._encodable(value, path)
        if row.required and not value:
            self._problem(path, "is empty")
        value = self._choice(row, value, path)
        if len(self._problems) == before:
            self._length(row, value, path)
            self._parts(row, value, path)
            self._shape(row, value, path)
        return value if len(self._problems) == before else _MISSING

    def _joined(self, parts: list[Any], path: str) -> Any:
        for part in parts:
            if not isinstance(part, str) or "," in part:
                return self._problem(path, f"{_shown(part)} cannot be a part of a comma-separated list")
        return ",".join(parts)

    def _encodable(self, value: str, path: str) -> None:
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            self._problem(path, f"{_shown(value)} holds half a surrogate pair: it is not valid Unicode text")

    def _choice(self, row: Parameter, value: str, path: str) -> str:
        if not row.choices or value in row.choices:
            return value
        if row.any_case:
            for choice in row.choices:
                if choice.lower() == value.lower():
                    return choice
        self._problem(path, f"{_shown(value)} is not one of {', '.join(row.choices)}")
        return value

    def _length(self, row: Parameter, value: str, path: str) -> None:
        if row.max_bytes is not None and (size := len(value.encode("utf-8"))) > row.max_bytes:
            self._problem(path, f"is {size} bytes in UTF-8, at most {row.max_bytes} are allowed")
        shortest, longest = row.min_characters or 0, row.max_characters or math.inf
        if not row.pattern and not shortest <= len(value) <= longest:
            limit = f"{shortest} to {longest}" if longest < math.inf else f"at least {shortest}"
            self._problem(path, f"has {len(value)} characters, {limit} are allowed")

    def _parts(self, row: Parameter, value: str, path: str) -> None:
        if row.max_parts is None and row.max_part_bytes is None:
            return
        parts = value.split(",")
        if row.max_parts is not None and len(parts) > row.max_parts:
            self._problem(path, f"has {len(parts)} comma-separated parts, at most {row.max_parts} are allowed")
        for part in parts:
            size = len(part.encode("utf-8"))
            if row.max_part_bytes is not None and size > row.max_part_bytes:
                self._problem(
                    path, f"the part {_shown(part)} is {size} bytes, at most {row.max_part_bytes} are allowed"
                )

    def _shape(self, row: Parameter, value: str, path: str) -> None:
        if row.pattern and not re.fullmatch(row.pattern, value):
            self._problem(path, f"{_shown(value)} does not fit: {row.text or row.pattern}")
        if row.url_schemes and value:
            scheme, separator, rest = value.partition("://")
            if not separator or scheme.lower() not in row.url_schemes or not rest.strip("/ "):
                forms = ", ".join(f"{name}://…" for name in row.url_schemes)
                self._problem(path, f"{_shown(value)} is not an address of the form {forms}")

    def _number(self, row: Parameter, value: Any, path: str) -> Any:
        wanted = "a whole number" if row.kind == "integer" else "a number"
        number: int | float | None = None
        if isinstance(value, str):
            number = _parsed(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = value
        if number is None or not math.isfinite(number):
            return self._problem(path, f"has to be {wanted}, not {_shown(value)}")
        if row.kind == "integer":
            if number != int(number):
                return self._problem(path, f"has to be {wanted}, not {_shown(value)}")
            number = int(number)
            if not -(2**63) <= number < 2**63:
                return self._problem(path, f"{_shown(value)} does not fit into 64 bits")
        least, most = row.minimum, row.maximum
        if (least is not None and number < least) or (most is not None and number > most):
            span = f"{least:g} to {most:g}" if least is not None and most is not None else ""
            span = span or (f"at least {least:g}" if least is not None else f"at most {most:g}")
            return self._problem(path, f"{_shown(value)} is out of range: {span}")
        if row.max_decimals is not None and round(number, row.max_decimals) != number:
            return self._problem(path, f"{_shown(value)} has more than {row.max_decimals} decimals")
        return number

    def _boolean(self, value: Any, path: str) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return self._problem(path, f"has to be true or false, not {_shown(value)}")

    def _array(self, row: Parameter, value: Any, path: str) -> Any:
        if isinstance(value, str):
            value = self._opened(value, path)
            if value is _MISSING:
                return _MISSING
        if not isinstance(value, list):
            return self._problem(path, f"has to be a list, not {_shown(value)}")
        elements = cast("list[Any]", value)
        if row.required and not elements:
            return self._problem(path, "is empty")
        if row.items is None:
            return elements
        checked = [self.value(row.items, element, f"{path}[{index}]") for index, element in enumerate(elements)]
        return _MISSING if any(element is _MISSING for element in checked) else checked

    def _object(self, row: Parameter, value: Any, path: str) -> Any:
        as_written = value
        if isinstance(value, str):
            value = self._opened(value, path)
            if value is _MISSING:
                return _MISSING
        if not isinstance(value, dict) and (row.fields or not row.json_text or not isinstance(as_written, str)):
            return self._problem(path, f"has to be an object, not {_shown(value)}")
        before = len(self._problems)
        if row.fields:
            value = self.fields(
                row.fields, cast("dict[str, Any]", value), path=f"{path}.", extra_fields=row.extra_fields
            )
        text = as_written if isinstance(as_written, str) else self._serialised(value, path)
        if isinstance(text, str):
            self._encodable(text, path)
            if len(self._problems) == before:
                self._length(row, text, path)
        if len(self._problems) > before:
            return _MISSING
        # A JSON string that was handed in travels as it was written; its meaning has been checked.
        return as_written if row.json_text and isinstance(as_written, str) else cast("Any", value)

    def _opened(self, text: str, path: str) -> Any:
        def refuse(constant: str) -> Any:
            raise ValueError(f"{constant} is not JSON")

        try:
            return json.loads(text, parse_constant=refuse)
        except (ValueError, RecursionError) as error:
            return self._problem(path, f"{_shown(text)} is not valid JSON ({error})")

    def _serialised(self, value: Any, path: str) -> Any:
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        except (ValueError, TypeError, RecursionError) as error:
            return self._problem(path, f"cannot be written as JSON ({error})")


def _parsed(text: str) -> int | float | None:
    if re.fullmatch(r"[+-]?\d{1,30}", text):
        return int(text)
    if re.fullmatch(r"[+-]?\d{0,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", text) and text:
        try:
            return float(text)
        except ValueError:
            return None
    return None
