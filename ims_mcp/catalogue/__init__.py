"""What IMS can do: every operation as one parameter table, joined from generated facts and hand-written notes.

Pure data: reading it opens two kinds of files of this package and nothing else.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from ims_mcp.catalogue.notes import NOTES, OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AtLeastOne, Effect, Needs, Operation, Parameter, Poll, ResponseField
from ims_mcp.errors import ImsError

__all__ = [
    "AtLeastOne",
    "Effect",
    "Needs",
    "Operation",
    "Parameter",
    "Poll",
    "ResponseField",
    "UnknownOperation",
    "api_version",
    "get_operation",
    "known_names",
    "operations",
]


class UnknownOperation(ImsError):
    """No operation of that name; the text offers the nearest names."""


@cache
def _facts() -> dict[str, Any]:
    return json.loads(files(__name__).joinpath("facts.json").read_text(encoding="utf-8"))


def api_version() -> str:
    """The API version every call names: ``2020-11-09``."""
    return str(_facts()["api_version"])


@cache
def known_names() -> frozenset[str]:
    """The names of all operations of IMS, described here or not."""
    return frozenset(_facts()["operations"])


@cache
def operations() -> tuple[Operation, ...]:
    """The described operations, in the order of their toolsets."""
    return tuple(get_operation(name) for name in NOTES)


@cache
def get_operation(name: str) -> Operation:
    """The operation called ``name`` (``GetMediaInfo``), or by its tool name (``get_media_info``).

    Raises UnknownOperation where IMS has no such operation or this version does not describe it yet.
    """
    if name in NOTES:
        return _joined(name, _facts()["operations"][name], NOTES[name])
    folded = name.replace("_", "").lower()
    for described in NOTES:
        if described.lower() == folded:
            return get_operation(described)
    raise _unknown(name, folded)


def _unknown(name: str, folded: str) -> UnknownOperation:
    known = {real.lower(): real for real in known_names()}
    if folded in known:
        return UnknownOperation(
            f"{known[folded]} is an operation of IMS that this version does not describe yet.",
            next_step=f"Described are: {', '.join(NOTES)}.",
        )
    described = {real.lower(): real for real in NOTES}
    near = [described[match] for match in difflib.get_close_matches(folded, described, n=3, cutoff=0.5)]
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Described are: {', '.join(NOTES)}."
    return UnknownOperation(f"IMS has no operation {name!r}.", next_step=hint)


def _joined(name: str, facts: dict[str, Any], notes: OperationNotes) -> Operation:
    parameters = tuple(_parameter(row, notes.parameters.get(row["name"], {})) for row in facts["parameters"])
    unknown = set(notes.parameters) - {parameter.name for parameter in parameters}
    if unknown:
        raise LookupError(f"the notes of {name} describe parameters it does not have: {sorted(unknown)}")
    order = list(notes.parameters)
    # The notes' order is the order of importance; what they leave out follows as the facts have it.
    ranked = sorted(parameters, key=lambda row: order.index(row.name) if row.name in order else len(order))
    return Operation(
        name=name,
        toolset=notes.toolset,
        title=notes.title,
        purpose=notes.purpose,
        effect=notes.effect,
        method=facts["method"],
        anonymous=bool(facts.get("anonymous", False)),
        parameters=tuple(ranked),
        rules=notes.rules,
        response=tuple(_response_field(row) for row in facts["response"]),
        poll=notes.poll,
        destructive_when=notes.destructive_when,
        idempotent=notes.idempotent,
        secret_fields=notes.secret_fields,
        words=notes.words,
    )


def _parameter(facts: dict[str, Any], notes: ParameterNotes) -> Parameter:
    base: dict[str, Any] = {
        "name": facts.get("name", ""),
        "kind": facts["type"],
        "required": bool(facts.get("required", False)),
        "place": facts.get("in", "query"),
        "style": facts.get("style", "plain"),
        "items": _parameter(facts["items"], {}) if "items" in facts else None,
    }
    plain: dict[str, Any] = dict(notes)
    nested: dict[str, ParameterNotes] = plain.pop("nested", {})
    base["fields"] = tuple(_parameter(row, nested.get(row["name"], {})) for row in facts.get("fields", ()))
    return Parameter(**{**base, **plain})


def _response_field(facts: dict[str, Any]) -> ResponseField:
    return ResponseField(
        name=facts.get("name", ""),
        kind=facts["type"],
        fields=tuple(_response_field(row) for row in facts.get("fields", ())),
        items=_response_field(facts["items"]) if "items" in facts else None,
    )
