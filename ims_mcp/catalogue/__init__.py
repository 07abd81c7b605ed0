"""What IMS can do: every operation as one parameter table, joined from generated facts and hand-written notes.

Pure data: reading it opens two kinds of files of this package and nothing else.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

from ims_mcp.catalogue import undescribed
from ims_mcp.catalogue.notes import TOOLSETS, OperationNotes, ParameterNotes, notes_of, toolset_of
from ims_mcp.catalogue.notes.glossary import GLOSSARY
from ims_mcp.catalogue.operation import (
    AskWhen,
    AtLeastOne,
    Case,
    Effect,
    HoldsOne,
    Needs,
    Operation,
    Parameter,
    Poll,
    ResponseField,
    Result,
    Rows,
    find_declared,
    snake_case,
    values_at,
)
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

__all__ = [
    "TOOLSETS",
    "AskWhen",
    "AtLeastOne",
    "Case",
    "Effect",
    "HoldsOne",
    "Needs",
    "Operation",
    "Parameter",
    "Poll",
    "ResponseField",
    "Result",
    "Rows",
    "UnknownOperation",
    "find_declared",
    "get_api_version",
    "get_operation",
    "list_known_names",
    "operations",
    "values_at",
]


# What an operation takes over from its notes as it stands there.
_FROM_NOTES = {field.name for field in fields(OperationNotes)} - {"operation", "parameters"}


class UnknownOperation(ImsError):
    """No operation of that name; the text offers the nearest names."""


@cache
def _read_facts() -> dict[str, Any]:
    return json.loads(files(__name__).joinpath("facts.json").read_text(encoding="utf-8"))


def get_api_version() -> str:
    """The API version every call names: ``2020-11-09``."""
    return str(_read_facts()["api_version"])


@cache
def list_known_names() -> frozenset[str]:
    """The names of all operations of IMS, described here or not."""
    return frozenset(_read_facts()["operations"])


@cache
def operations(toolset: str | None = None) -> tuple[Operation, ...]:
    """All operations, by toolset in its order, or those of one toolset; what nobody has described yet comes last."""
    described = [name for each in TOOLSETS for name in notes_of(each)]
    names = list(notes_of(toolset)) if toolset else [*described, *sorted(list_known_names() - set(described))]
    return tuple(get_operation(name) for name in names)


def get_operation(name: str) -> Operation:
    """The operation called ``name`` (``GetMediaInfo``), or by its tool name (``get_media_info``).

    Raises UnknownOperation where IMS has no such operation.
    """
    operation = find_operation(name)
    if operation is None:
        raise _refuse(name)
    return operation


def find_operation(name: str) -> Operation | None:
    """The same, and None where there is none, at once: what a name could have been meant for takes long to find."""
    known = name if name in list_known_names() else _index_tool_names().get(name)
    return None if known is None else _join(known, toolset_of(known) or undescribed.TOOLSET)


@cache
def _index_tool_names() -> dict[str, str]:
    return {snake_case(name): name for name in list_known_names()}


def _refuse(name: str) -> UnknownOperation:
    folded = {real.lower(): real for real in list_known_names()}
    shown = plain(name, 60)
    near = difflib.get_close_matches(shown.replace("_", "").lower(), folded, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(folded[match] for match in near)}?" if near else "Look for it by what it does."
    return UnknownOperation(f"IMS has no operation {shown!r}.", next_step=hint)


@cache
def _join(name: str, toolset: str) -> Operation:
    facts = _read_facts()["operations"][name]
    is_new = toolset == undescribed.TOOLSET
    notes = undescribed.guess_notes(name) if is_new else notes_of(toolset)[name]
    parameters = tuple(_describe(row, notes) for row in facts["parameters"])
    unknown = set(notes.parameters) - {parameter.name for parameter in parameters}
    if unknown:
        raise LookupError(f"the notes of {name} describe parameters it does not have: {sorted(unknown)}")
    order = list(notes.parameters)
    # The notes' order is the order of importance; what they leave out follows as the facts have it.
    ranked = sorted(parameters, key=lambda row: order.index(row.name) if row.name in order else len(order))
    return Operation(
        name=name,
        toolset=toolset,
        method=facts["method"],
        anonymous=bool(facts.get("anonymous", False)),
        parameters=tuple(ranked),
        response=tuple(_read_response_field(row) for row in facts["response"]),
        **{name: getattr(notes, name) for name in _FROM_NOTES},
    )


def _describe(facts: dict[str, Any], notes: OperationNotes) -> Parameter:
    """A row with the operation's own notes, or with what the glossary says of parameters of that name."""
    own = notes.parameters.get(facts["name"])
    if own is not None:
        return _join_parameter(facts, own)
    recurring = GLOSSARY.get(facts["name"], {})
    # A word that is a number here and an object there is described only where the kinds agree.
    agrees = recurring.get("wire_kind", "string") == facts["type"]
    return _join_parameter(facts, recurring if agrees else {})


def _join_parameter(facts: dict[str, Any], notes: ParameterNotes) -> Parameter:
    base: dict[str, Any] = {
        "name": facts.get("name", ""),
        "kind": facts["type"],
        "required": bool(facts.get("required", False)),
        "place": facts.get("in", "query"),
        "style": facts.get("style", "plain"),
    }
    plain: dict[str, Any] = {name: value for name, value in notes.items() if name != "wire_kind"}
    nested: dict[str, ParameterNotes] = plain.pop("nested", {})
    # The fields of a list of objects are those of its elements, however deep the lists lie in each other.
    base["items"] = _join_parameter(facts["items"], {"nested": nested}) if "items" in facts else None
    unknown = set(nested) - {row["name"] for row in _find_fields(facts)}
    if unknown:
        raise LookupError(f"the notes of {base['name']} describe fields it does not have: {sorted(unknown)}")
    base["fields"] = tuple(_join_parameter(row, nested.get(row["name"], {})) for row in facts.get("fields", ()))
    return Parameter(**{**base, **plain})


def _find_fields(facts: dict[str, Any]) -> list[dict[str, Any]]:
    while "items" in facts:
        facts = facts["items"]
    return facts.get("fields", [])


def _read_response_field(facts: dict[str, Any]) -> ResponseField:
    return ResponseField(
        name=facts.get("name", ""),
        kind=facts["type"],
        fields=tuple(_read_response_field(row) for row in facts.get("fields", ())),
        items=_read_response_field(facts["items"]) if "items" in facts else None,
    )
