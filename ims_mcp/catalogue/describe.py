"""An operation explained to a caller who knows nothing of it: what to give, an example, what comes back, where the
result is. The common part comes first and fits into :data:`MAX_BYTES`; the rest of a deep one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ims_mcp.catalogue.describe_answer import describe_answer
from ims_mcp.catalogue.described_rows import (
    Cut,
    describe_rows,
    find_element,
    leave_units,
    list_inner,
    list_shown,
    shorten_texts,
)
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import Tree, count_bytes, fold_answer, fold_parameter, is_folded
from ims_mcp.catalogue.operation import AtLeastOne, HoldsOne, Needs, Operation, Parameter, Poll, values_at
from ims_mcp.catalogue.schema import first_sentence, rule_text
from ims_mcp.catalogue.usual import is_unusual, tell_value

USUAL_BYTES = 1_800
"""What a description is brought down to by leaving out what few callers need at first."""
MAX_BYTES = 2_400
"""Of a description; above it what the example has is folded too."""
_RETURNS_BYTES, _LEAST_RETURNS_BYTES = 400, 200
"""What the shape of the answer may take of it before its deepest objects are folded."""
_LONGEST_VALUES = 90
"""Of the values of a field whose object is folded."""
_MOST_RARE = 40
"""Parameters that are only named."""


def describe(operation: Operation, takes_also: Mapping[str, str] | None = None) -> Tree:
    """What a caller needs at first, as JSON of about :data:`USUAL_BYTES`, at most :data:`MAX_BYTES`; ``more`` names the
    arguments of describe_operation that show what was left out. ``takes_also`` are this server's own parameters with
    their texts.

    ``parameters: {name: "type, required: text" or {about, fields}}``, what few set only named in ``also``; ``returns``
    is the response with example values.
    """
    shown = list_shown(operation)
    told, parameters, returns = _describe_head(operation), describe_rows(shown, operation), describe_answer(operation)
    example = make_example(operation)
    tail: Tree = {"example": example, "returns": returns, **_describe_outcome(operation)}
    if takes_also:
        tail["takes_also"] = dict(takes_also)
    folded: list[str] = []
    rare: list[str] = []
    cut: list[Cut] = []

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
        value = tell_value(find_element(row)) if row is not None else ""
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
    cut += shorten_texts(parameters, [row for row in shown if row.name not in example], is_large)
    while is_large() and count_bytes(returns) > _LEAST_RETURNS_BYTES and fold_answer(returns):
        pass
    given_cut = shorten_texts(parameters, shown, lambda: is_large(MAX_BYTES))
    for row in reversed(shown):
        if is_large(MAX_BYTES) and not row.required and row.name not in example and not _is_ruled(operation, row):
            _name_only(row, parameters, folded, rare)
    if is_large(MAX_BYTES):
        given_cut += leave_units(parameters, shown, example, lambda: is_large(MAX_BYTES))
    fold(0, MAX_BYTES)
    given_cut += shorten_texts(parameters, shown, lambda: is_large(MAX_BYTES), values=True)
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
        rows = list_inner(found)
    return found


def describe_part(operation: Operation, part: str, takes_also: Mapping[str, str] | None = None) -> Tree:
    """The whole of one part: ``parameters`` with every nested field, or ``returns``, the shape of the answer."""
    if part == "returns":
        return {"operation": operation.name, "returns": describe_answer(operation)}
    told: Tree = {"operation": operation.name, "parameters": describe_rows(list_shown(operation), operation)}
    return told | ({"takes_also": dict(takes_also)} if takes_also else {})


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
