"""An operation explained to a caller who knows nothing of it: what to give, an example, what comes back, where the
result is. The common part comes first and fits into :data:`MAX_BYTES`; the rest of a deep one is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import ABOUT, FIELDS, Tree, count_bytes, fold_answer, fold_parameter, is_folded
from ims_mcp.catalogue.operation import Operation, Parameter, Poll, ResponseField
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.schema import add_limits, first_sentence, rule_text
from ims_mcp.errors import InvalidArguments, Problem

DOCUMENTATION = "https://api.alibabacloud.com/document/ICE/2020-11-09/{name}"
MAX_BYTES = 3_000
"""Of a description in its common part."""
PARAMETER_BYTES = 4_000
"""Of one deep parameter."""
RETURNS_BYTES = 800
"""What the shape of the answer may take of it before its deepest objects are folded."""
_LEAST_RETURNS_BYTES = 200
_UNASKED = frozenset({"RequestId", "AccessDeniedDetail"})
"""Fields of responses that are about the request, not about what was asked."""
_CUT = "the path of a field brings its whole text"


def describe(operation: Operation, takes_also: Mapping[str, str] | None = None, *, documentation: bool = True) -> Tree:
    """What a caller needs at first, as JSON of at most :data:`MAX_BYTES`; ``more`` names the arguments of
    describe_operation that show what was folded. ``takes_also`` are this server's own parameters with their texts.

    ``parameters: {name: "type, required: text" or {about, fields}}``; ``returns`` is the response with example values.
    """
    told = _describe_head(operation)
    parameters = _describe_rows(_list_shown(operation), operation)
    returns = describe_answer(operation)
    tail: Tree = {"example": make_example(operation), "returns": returns, **_describe_outcome(operation)}
    if operation.secret_fields:
        tail["hidden_in_results"] = list(operation.secret_fields)
    if takes_also:
        tail["takes_also"] = dict(takes_also)
    if documentation:
        tail["documentation"] = DOCUMENTATION.format(name=operation.name)
    folded: list[str] = []

    def assemble() -> Tree:
        more: Tree = {"parameter": folded} if folded else {}
        if is_folded(returns):
            more["part"] = "returns"
        return told | {"parameters": parameters} | tail | ({"more": more} if more else {})

    def is_large() -> bool:
        return count_bytes(assemble()) > MAX_BYTES

    while is_large() and count_bytes(returns) > RETURNS_BYTES and fold_answer(returns):
        pass
    while is_large() and (path := fold_parameter(parameters)):
        folded[:] = [*(each for each in folded if not each.startswith(f"{path}.")), path]
    while is_large() and count_bytes(returns) > _LEAST_RETURNS_BYTES and fold_answer(returns):
        pass
    _shorten_texts(parameters, operation.parameters, is_large)
    if is_large():
        tail["returns"] = returns = {"fields": ", ".join(returns)}
    if is_large():
        tail.pop("documentation", None)
    return assemble()


def describe_part(operation: Operation, part: str) -> Tree:
    """The whole of one part: ``parameters`` with every nested field, or ``returns``, the shape of the answer."""
    if part == "returns":
        return {"operation": operation.name, "returns": describe_answer(operation)}
    return {"operation": operation.name, "parameters": _describe_rows(_list_shown(operation), operation)}


def describe_parameter(operation: Operation, path: str) -> Tree:
    """One parameter or nested field (``Timeline.VideoTracks``, ``JobParams.FunctionName=Cover`` for one case) with
    what lies in it, in :data:`PARAMETER_BYTES`; where that is not enough, texts are cut to their first sentences.

    Raises InvalidArguments that names what there is, where the operation has no such parameter.
    """
    rows, walked, row = _list_shown(operation), "", None
    for name in re.split(r"[.\[\]]+", path):
        if not name or (name.isdigit() and all(each.name != name for each in rows)):  # Timeline.VideoTracks[0].Type
            continue
        if row is not None and "=" in name:
            row = _choose_case(row, name, operation)
            rows, walked = row.fields, f"{walked}.{name}"
            continue
        found = next((each for each in rows if name in (each.name, publish_name(each.name))), None)
        if found is None:
            known = ", ".join(each.name for each in rows) or "no fields"
            where = f"{operation.name}.{walked}" if walked else operation.name
            raise InvalidArguments("describe_operation", [Problem("parameter", f"{where} has {known}")])
        row, walked = found, f"{walked}.{found.name}" if walked else found.name
        rows = _list_inner(found)
    if row is None:
        raise InvalidArguments("describe_operation", [Problem("parameter", "names no parameter")])
    described = _describe_row(row)
    tree = cast("Tree", described) if isinstance(described, dict) else {ABOUT: described}
    told: Tree = {"operation": operation.name, "parameter": walked, **tree}
    folded: list[str] = []
    inner = cast("Tree", told.get(FIELDS, {}))
    cases = [cast("Tree", value) for name, value in told.items() if name.startswith(f"{FIELDS} where")]
    while count_bytes(told) > PARAMETER_BYTES:
        path_in = next(filter(None, (fold_parameter(each) for each in (inner, *cases))), "")
        if not path_in:
            break
        at = f"{walked}.{path_in}"
        # Several cases may have a field of one name.
        folded = [*(each for each in folded if each != at and not each.startswith(f"{at}.")), at]
        told["more"] = {"parameter": folded}
    while count_bytes(told) > PARAMETER_BYTES and (key := _find_largest_case(told)):
        told[key] = f"Fields: {', '.join(told[key])}."
        parameter, _, values = key.removeprefix(f"{FIELDS} where ").partition(" is ")
        folded.append(f"{walked}.{parameter}={values.split(' or ')[0]}")
        told["more"] = {"parameter": folded}
    room = PARAMETER_BYTES - len(_CUT) - 40
    if count_bytes(told) > PARAMETER_BYTES and _shorten_texts(
        inner, _find_element(row).fields, lambda: count_bytes(told) > room
    ):
        told["more"] = {"parameter": folded, "cut": _CUT}
    return told


def _choose_case(row: Parameter, condition: str, operation: Operation) -> Parameter:
    """The same object with the fields of one case only: ``Type=Volume``."""
    while row.items is not None:
        row = replace(row.items, name=row.name, text=row.text)
    parameter, _, value = condition.partition("=")
    for case in row.cases:
        if parameter == case.parameter and value in case.values:
            return replace(row, fields=case.fields, cases=())
    known = ", ".join(f"{case.parameter}={value}" for case in row.cases for value in case.values) or "no cases"
    raise InvalidArguments("describe_operation", [Problem("parameter", f"{operation.name} has {known}")])


def _find_largest_case(told: Tree) -> str:
    sizes = {
        name: count_bytes(value)
        for name, value in told.items()
        if name.startswith(f"{FIELDS} where") and isinstance(value, dict)
    }
    return max(sizes, key=lambda name: sizes[name], default="")


def user_is_asked(operation: Operation) -> list[str]:
    """Before which calls the user is asked, and why: ``Overwrite=true: deletes the asset that has this URL now``."""
    return [f"{condition.when or 'always'}: {condition.reason}" for condition in operation.destructive_when]


def _describe_head(operation: Operation) -> Tree:
    told: Tree = {
        "operation": operation.name,
        "toolset": operation.toolset,
        "effect": str(operation.effect),
        "purpose": operation.purpose,
    }
    if operation.replaced_by:
        told["replaced_by"] = operation.replaced_by
    if operation.destructive_when:
        told["user_is_asked"] = user_is_asked(operation)
    if operation.costs:
        told["costs"] = operation.costs
    if rules := [text for rule in operation.rules if (text := rule_text(rule))]:
        told["rules"] = rules
    return told


def _describe_outcome(operation: Operation) -> Tree:
    told: Tree = {}
    if operation.poll is not None:
        told["afterwards"] = _describe_poll(operation.poll)
    if operation.then:
        told["then"] = operation.then
    return told


def _describe_poll(poll: Poll) -> Tree:
    told: Tree = {"wait": "wait_seconds waits and brings the result", "look_with": poll.operation}
    states = {
        "done": poll.success,
        "failed": poll.failure,
        "goes_on": poll.pending,
        "runs_until_stopped": poll.running,
    }
    told["at"] = poll.status_field
    told |= {name: list(values) for name, values in states.items() if values}
    if poll.result is not None:
        names = ", ".join(name for name, _ in poll.result.fields)
        told["result"] = f"{names}, from {poll.result.operation or poll.operation}"
        if poll.result.empty:
            told["no_result"] = poll.result.empty
    return told


def _list_shown(operation: Operation) -> tuple[Parameter, ...]:
    return tuple(row for row in operation.parameters if not row.hidden)


def _list_inner(row: Parameter) -> tuple[Parameter, ...]:
    """The fields of an object or of the elements of a list, those of its cases among them."""
    while row.items is not None:
        row = row.items
    fields = (*row.fields, *(field for case in row.cases for field in case.fields))
    return tuple(field for field in fields if not field.hidden)


def _describe_rows(rows: tuple[Parameter, ...], operation: Operation | None = None) -> Tree:
    told: Tree = {}
    for row in rows:
        if row.hidden:
            continue
        told[row.name] = _describe_row(row)
        published = publish_name(row.name) if operation is not None else row.name
        if published != row.name:
            also = f" In a tool of its own it is called {published}."
            described = told[row.name]
            if isinstance(described, dict):
                cast("Tree", described)[ABOUT] += also
            else:
                told[row.name] = described + also
    return told


def _describe_row(row: Parameter) -> Any:
    """``"integer, required: text"``, or ``{about, fields}`` where it has fields."""
    about = _describe_line(row, row.text)
    told: Tree = {ABOUT: about}
    element = _find_element(row)
    if fields := _describe_rows(element.fields):
        told[FIELDS] = fields
    for case in element.cases:
        told[f"{FIELDS} where {case.parameter} is {' or '.join(case.values)}"] = _describe_rows(case.fields)
    return told if len(told) > 1 else about


def _find_element(row: Parameter) -> Parameter:
    while row.items is not None:
        row = row.items
    return row


def _describe_line(row: Parameter, text: str) -> str:
    """A row in a line: its type, whether it is required, ``text`` (its own or the beginning of it), and its values."""
    kind, element = str(row.kind), row
    while element.items is not None:
        element = element.items
        kind = f"{kind} of {element.kind}" if element.items is None else f"{kind} of array"
    text = add_limits(text, row)
    parts = [f"{kind}{', required' if row.required else ''}: {text or 'not described.'}"]
    if element is not row:
        parts.append(add_limits(element.text, element))
    choices, hints = row.choices or element.choices, row.hints or element.hints
    if choices and not all(re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text) for each in choices):
        parts.append(f"One of {', '.join(choices)}{' (any case)' if row.any_case else ''}.")
    if hints and not all(each in text for each in hints):
        parts.append(f"Such as {', '.join(hints)}.")
    if row.comma_list:
        parts.append("Comma-separated, or a list.")
    if row.extra_fields and not element.fields and not element.cases:
        parts.append("Any fields.")
    if row.inferred:
        parts.append("(Inferred: the vendor does not say it.)")
    return " ".join(filter(None, parts))


def _shorten_texts(described: Tree, rows: tuple[Parameter, ...], is_large: Callable[[], bool]) -> bool:
    """Leave of texts what their first sentences say, as far as needed: the optional ones from the last on, then the
    others. Whether anything was cut."""
    cut = False
    for row in [*reversed([each for each in rows if not each.required]), *rows]:
        line = described.get(row.name)
        if not isinstance(line, str) or not is_large():
            continue
        fields = re.search(r" Fields: .*$", line)
        short = f"{_describe_line(replace(row, hints=()), first_sentence(row.text))}{fields[0] if fields else ''}"
        cut = cut or short != line
        described[row.name] = short
    return cut


def describe_answer(operation: Operation) -> Tree:
    """The response's fields, each with an example value, or the name of its kind where none is known."""
    examples = _read_answers().get(operation.name, {})
    secret = frozenset(operation.secret_fields)
    return {
        field.name: _describe_field(field, examples.get(field.name), secret)
        for field in operation.response
        if field.name not in _UNASKED
    }


@cache
def _read_answers() -> Mapping[str, Any]:
    """Example values of responses, from the vendor's TypeScript SDK 6.20.2: by operation, in the response's form."""
    return json.loads(files("ims_mcp.catalogue").joinpath("answers.json").read_text(encoding="utf-8"))


def _describe_field(field: ResponseField, value: Any, secret: frozenset[str]) -> Any:
    if field.items is not None:
        listed = cast("list[Any]", value) if isinstance(value, list) else []
        return [_describe_field(field.items, listed[0] if listed else None, secret)]
    if field.fields:
        known = cast("Tree", value) if isinstance(value, dict) else {}
        return {
            inner.name: _describe_field(inner, known.get(inner.name), secret)
            for inner in field.fields
            if inner.name not in _UNASKED
        }
    return field.kind if value is None or field.name in secret else value
