"""An operation explained to a caller who knows nothing of it: what to give, an example, what comes back, where the
result is. The common part comes first and fits into :data:`MAX_BYTES`; the rest of a deep one is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import ABOUT, FIELDS, Tree, count_bytes, fold_answer, fold_parameter, is_folded
from ims_mcp.catalogue.operation import (
    AtLeastOne,
    HoldsOne,
    Needs,
    Operation,
    Parameter,
    Poll,
    ResponseField,
    values_at,
)
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.schema import add_limits, first_sentence, rule_text
from ims_mcp.catalogue.usual import is_unusual, take_object, tell_value
from ims_mcp.errors import InvalidArguments, Problem

USUAL_BYTES = 1_800
"""What a description is brought down to by leaving out what few callers need at first."""
MAX_BYTES = 2_400
"""Of a description; above it what the example has is folded too."""
PARAMETER_BYTES = 4_000
"""Of one deep parameter."""
_RETURNS_BYTES, _LEAST_RETURNS_BYTES = 400, 200
"""What the shape of the answer may take of it before its deepest objects are folded."""
_LONGEST_VALUES = 90
"""Of the values of a field whose object is folded."""
_MOST_RARE = 40
"""Parameters that are only named."""
_UNASKED = frozenset({"RequestId", "AccessDeniedDetail"})
"""Fields of responses that are about the request, not about what was asked."""
_CUT = "the path of a field brings its whole text"


def describe(operation: Operation, takes_also: Mapping[str, str] | None = None) -> Tree:
    """What a caller needs at first, as JSON of about :data:`USUAL_BYTES`, at most :data:`MAX_BYTES`; ``more`` names the
    arguments of describe_operation that show what was left out. ``takes_also`` are this server's own parameters with
    their texts.

    ``parameters: {name: "type, required: text" or {about, fields}}``, what few set only named in ``also``; ``returns``
    is the response with example values.
    """
    shown = _list_shown(operation)
    told, parameters, returns = _describe_head(operation), _describe_rows(shown, operation), describe_answer(operation)
    example = make_example(operation)
    tail: Tree = {"example": example, "returns": returns, **_describe_outcome(operation)}
    if takes_also:
        tail["takes_also"] = dict(takes_also)
    folded: list[str] = []
    rare: list[str] = []
    cut: list[_Cut] = []

    def assemble() -> Tree:
        more: Tree = {"parameter": folded} if folded else {}
        parts = [name for name, is_short in (("parameters", rare or cut), ("returns", is_folded(returns))) if is_short]
        if parts:
            more["part"] = " or ".join(parts)
        also = {"also": ", ".join(rare)} if rare else {}
        return told | {"parameters": parameters} | also | tail | ({"more": more} if more else {})

    def is_large(most: int = USUAL_BYTES) -> bool:
        return count_bytes(assemble()) > most

    def rank(path: str) -> int:
        return 0 if _is_given(example, path) else 2 if _is_unusual_path(shown, path) else 1

    def name_field(path: str, name: str) -> str:
        row = _find_row(shown, [*path.split("."), name])
        value = tell_value(_find_element(row)) if row is not None else ""
        return f"{name}{value}" if len(value) <= _LONGEST_VALUES else name

    def fold(least_rank: int, most: int) -> None:
        while is_large(most) and (path := fold_parameter(parameters, rank, least_rank, name_field)):
            folded[:] = [*(each for each in folded if not each.startswith(f"{path}.")), path]

    while is_large() and count_bytes(returns) > _RETURNS_BYTES and fold_answer(returns):
        pass
    fold(2, USUAL_BYTES)
    for row in reversed(shown):
        if is_large() and not row.required and row.name not in example and is_unusual(row):
            _name_only(row, parameters, folded, rare)
    fold(1, USUAL_BYTES)
    cut += _shorten_texts(parameters, [row for row in shown if row.name not in example], is_large)
    while is_large() and count_bytes(returns) > _LEAST_RETURNS_BYTES and fold_answer(returns):
        pass
    given_cut = _shorten_texts(parameters, shown, lambda: is_large(MAX_BYTES))
    for row in reversed(shown):
        if is_large(MAX_BYTES) and not row.required and row.name not in example and not _is_ruled(operation, row):
            _name_only(row, parameters, folded, rare)
    if is_large(MAX_BYTES):
        given_cut += _leave_units(parameters, shown, example, lambda: is_large(MAX_BYTES))
    fold(0, MAX_BYTES)
    given_cut += _shorten_texts(parameters, shown, lambda: is_large(MAX_BYTES), values=True)
    if is_large(MAX_BYTES):
        tail["returns"] = returns = {"fields": ", ".join(returns)}
    cut += given_cut
    # What was folded since may have left room for texts of what a caller has to give.
    cut = [each for each in reversed(cut) if each not in given_cut or not each.restore(lambda: is_large(MAX_BYTES))]
    return assemble()


def _name_only(row: Parameter, parameters: Tree, folded: list[str], rare: list[str]) -> None:
    if row.name in parameters and len(rare) < _MOST_RARE:
        del parameters[row.name]
        folded[:] = [each for each in folded if each != row.name and not each.startswith(f"{row.name}.")]
        rare.insert(0, row.name)


def _is_ruled(operation: Operation, row: Parameter) -> bool:
    """Whether a rule names it: then it decides whether a call is taken."""
    for rule in operation.rules:
        match rule:
            case AtLeastOne(names):
                if row.name in names:
                    return True
            case HoldsOne(parameter):
                if row.name == parameter:
                    return True
            case Needs(_, _, needs):
                if row.name == needs.partition(".")[0]:
                    return True
    return False


def _is_given(value: Any, path: str) -> bool:
    return bool(values_at(value, path))


def _is_unusual_path(rows: tuple[Parameter, ...], path: str) -> bool:
    names = path.split(".")
    walked = [_find_row(rows, names[: end + 1]) for end in range(len(names))]
    return any(row is None or is_unusual(row) for row in walked)


def _find_row(rows: tuple[Parameter, ...], path: Sequence[str]) -> Parameter | None:
    found: Parameter | None = None
    for name in path:
        found = next((each for each in rows if each.name == name), None)
        if found is None:
            return None
        rows = _list_inner(found)
    return found


def describe_part(operation: Operation, part: str, takes_also: Mapping[str, str] | None = None) -> Tree:
    """The whole of one part: ``parameters`` with every nested field, or ``returns``, the shape of the answer."""
    if part == "returns":
        return {"operation": operation.name, "returns": describe_answer(operation)}
    told: Tree = {"operation": operation.name, "parameters": _describe_rows(_list_shown(operation), operation)}
    return told | ({"takes_also": dict(takes_also)} if takes_also else {})


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
        inner, _find_element(row).fields, lambda: count_bytes(told) > room, values=True
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
    told: Tree = {"operation": operation.name, "effect": str(operation.effect), "purpose": _tell_purpose(operation)}
    if operation.heed:
        told["heed"] = operation.heed
    if operation.replaced_by:
        told["replaced_by"] = operation.replaced_by
    if operation.destructive_when:
        told["user_is_asked"] = user_is_asked(operation)
    if operation.costs:
        told["costs"] = operation.costs
    if rules := [text for rule in operation.rules if (text := rule_text(rule))]:
        told["rules"] = rules
    return told


def _tell_purpose(operation: Operation) -> str:
    """Without the sentence on the background, where that is told of what comes afterwards."""
    if operation.poll is None:
        return operation.purpose
    sentences: list[str] = []
    rest = operation.purpose
    while rest:
        sentence = first_sentence(rest)
        rest = rest.removeprefix(sentence).lstrip()
        if not sentence.startswith("Runs in the background"):
            sentences.append(sentence)
    return " ".join(sentences)


def _describe_outcome(operation: Operation) -> Tree:
    told: Tree = {}
    if operation.poll is not None:
        told["afterwards"] = _describe_poll(operation.poll)
    if operation.then:
        told["then"] = operation.then
    if operation.secret_fields:
        told["hidden_in_results"] = list(operation.secret_fields)
    return told


def _describe_poll(poll: Poll) -> str:
    """``wait_seconds waits and brings pictures, from GetSnapshotUrls; or look with GetSnapshotJob: SnapshotJob.Status
    is Success, Fail where it failed.``"""
    brings = "waits for the end"
    if poll.result is not None:
        names = _group_names([name for name, _ in poll.result.fields])
        reader = poll.result.operation
        brings = f"waits and brings {names}{f', from {reader}' if reader and reader != poll.operation else ''}"
    ends = [" or ".join(poll.success)] if poll.success else []
    if poll.failure:
        ends.append(f"{' or '.join(poll.failure)} where it failed")
    if poll.running:
        ends.append(f"{' or '.join(poll.running)} while it runs, until it is stopped")
    states = f" is {', '.join(ends)}" if ends else ""
    told = f"wait_seconds {brings}; or look with {poll.operation}: {poll.status_field}{states}."
    return f"{told} No result: {poll.result.empty}." if poll.result is not None and poll.result.empty else told


def _group_names(names: list[str]) -> str:
    """``verdict, files[].url, files[].path`` -> ``verdict, files[] (url, path)``."""
    owners: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        owner, _, field = name.partition("[]")
        owners.setdefault(owner, []).extend([field.removeprefix(".")] if field else [])
    return ", ".join(f"{owner}[] ({', '.join(fields)})" if any(fields) else owner for owner, fields in owners.items())


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
        parts.append("(Inferred, not documented.)")
    return " ".join(filter(None, parts))


def _shorten_texts(
    described: Tree, rows: Sequence[Parameter], is_large: Callable[[], bool], *, values: bool = False
) -> list[_Cut]:
    """Leave of texts, those of fields too, what their first sentences say, as far as needed: the optional ones from the
    last on, then the others; with ``values`` the known ones of open lists go too. What was cut."""
    cut: list[_Cut] = []
    for row in [*reversed([each for each in rows if not each.required]), *(each for each in rows if each.required)]:
        told = described.get(row.name)
        if told is None or not is_large():
            continue
        if isinstance(told, dict):
            node = cast("Tree", told)
            for name in [key for key in node if key.startswith(FIELDS) and isinstance(node[key], dict)]:
                cut += _shorten_texts(node[name], _list_inner(row), is_large, values=values)
            owner, key, line = node, ABOUT, str(node[ABOUT])
        else:
            owner, key, line = described, row.name, str(told)
        kept = re.search(r"(?: In a tool of its own it is called \w+\.)?(?: Fields: .*)?$", line)
        hints = () if values else row.hints
        short = f"{_describe_line(replace(row, hints=hints), first_sentence(row.text))}{kept[0] if kept else ''}"
        if len(short) < len(line) and is_large():
            owner[key] = short
            cut.append(_Cut(owner, key, short, line))
    return cut


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A text of which the first sentence was left."""

    owner: Tree
    key: str
    short: str
    whole: str

    def restore(self, is_large: Callable[[], bool]) -> bool:
        """Whether there is room for it, and nothing else was made of it since."""
        if self.owner.get(self.key) != self.short:
            return False
        self.owner[self.key] = self.whole
        if is_large():
            self.owner[self.key] = self.short
        return self.owner[self.key] == self.whole


def _leave_units(
    described: Tree, rows: Sequence[Parameter], given: Mapping[str, Any], is_large: Callable[[], bool]
) -> list[_Cut]:
    """Leave of the fields that the example does not have, in objects that it has, no more than kind and values. What
    was cut."""
    cut: list[_Cut] = []
    for row in (each for each in rows if each.name in given):
        told, fields, inner = described.get(row.name), _list_inner(row), take_object(given[row.name])
        if not isinstance(told, dict):
            continue
        node = cast("Tree", told)
        for shown in [node[key] for key in node if key.startswith(FIELDS) and isinstance(node[key], dict)]:
            for field in reversed([each for each in fields if each.name not in inner and not each.required]):
                line = shown.get(field.name)
                if isinstance(line, str) and " Fields: " not in line and is_large():
                    shown[field.name] = f"{field.kind}{tell_value(_find_element(field))}"
                    cut.append(_Cut(shown, field.name, shown[field.name], line))
            cut += _leave_units(shown, fields, inner, is_large)
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
