"""Rules between the parameters of an operation: which of them a call breaks."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from typing import Any

from ims_mcp.catalogue.operation import AtLeastOne, HoldsOne, Needs, Operation, values_at
from ims_mcp.catalogue.written_values import show_value
from ims_mcp.errors import Problem


def find_broken_rules(
    operation: Operation, given: Mapping[str, Any], names: Mapping[str, str], sound: Container[str]
) -> Iterable[Problem]:
    """A problem for each rule that the arguments break; ``names`` are those the caller knows the parameters by,
    ``sound`` the parameters without a problem of their own."""
    given = _open_json(operation, given)
    for rule in operation.rules:
        match rule:
            case AtLeastOne(alternatives):
                if not any(given.get(name) not in (None, "") for name in alternatives):
                    yield Problem(" / ".join(names[name] for name in alternatives), "give at least one of them")
            case HoldsOne(parameter, paths):
                if parameter in sound and not any(values_at(given[parameter], path) for path in paths):
                    wanted = " or ".join(path.removesuffix("[]") for path in paths)
                    yield Problem(names[parameter], f"has nothing in {wanted}: nothing would be made")
            case Needs(parameter, _, needs, values):
                if not rule.is_broken_by(given):
                    continue
                wanted = f" to be {' or '.join(values)}" if values else ""
                needed, because = _publish(needs, names), _publish(parameter, names)
                actual = values_at(given, parameter)[0]
                shown = show_value(actual).strip("'") if isinstance(actual, str) else show_value(actual)
                yield Problem(needed, f"{because}={shown} needs {needed}{wanted}")


def _open_json(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """Structured values that were handed in as JSON text as what they mean, for rules that look inside them."""
    opened = dict(given)
    for row in operation.parameters:
        text = opened.get(row.name)
        if row.json_text and isinstance(text, str):
            with suppress(ValueError, RecursionError):
                opened[row.name] = json.loads(text)
    return opened


def _publish(path: str, names: Mapping[str, str]) -> str:
    """A path of a rule under the name the caller knows its first part by."""
    first, dot, rest = path.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"
