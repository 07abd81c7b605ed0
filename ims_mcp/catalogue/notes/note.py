"""The form notes are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from ims_mcp.catalogue.operation import AskWhen, Case, Effect, Kind, Parameter, Poll, Rows, Rule


class ParameterNotes(TypedDict, total=False):
    """What the notes add to a row of the parameter table; the names are those of :class:`Parameter`."""

    kind: Kind
    required: bool
    fields: tuple[Parameter, ...]
    items: Parameter
    nested: dict[str, ParameterNotes]
    """Notes for the fields that the facts know, of the object or of the elements of the list."""
    text: str
    choices: tuple[str, ...]
    any_case: bool
    hints: tuple[str, ...]
    minimum: float
    maximum: float
    max_decimals: int
    min_characters: int
    max_characters: int
    max_bytes: int
    pattern: str
    max_parts: int
    max_part_bytes: int
    url_schemes: tuple[str, ...]
    https_for_oss: bool
    json_text: bool
    comma_list: bool
    keeps_empty: bool
    extra_fields: bool
    open_with: tuple[str, ...]
    hidden: bool
    unlisted: bool
    inferred: bool
    cases: tuple[Case, ...]
    after: str
    not_before: str
    display_names: tuple[tuple[str, str], ...]
    wire_kind: str
    """Glossary only: the kind the SDK declares, where it is not a string."""


@dataclass(frozen=True, slots=True)
class OperationNotes:
    """The notes of one operation. ``parameters`` stand in the order of their importance."""

    operation: str
    title: str
    purpose: str
    effect: Effect
    parameters: Mapping[str, ParameterNotes] = field(default_factory=dict[str, ParameterNotes])
    rules: tuple[Rule, ...] = ()
    poll: Poll | None = None
    destructive_when: tuple[AskWhen, ...] = ()
    idempotent: bool = False
    secret_fields: tuple[str, ...] = ()
    secrets_read_by: str = ""
    """The operation that shows them again, where this call changes something."""
    signed_addresses: bool = False
    declares_output: bool = False
    recovery: str = ""
    costs: str = ""
    """What it costs beyond the call: money, a phone call. Said in the description."""
    replaced_by: str = ""
    """The operation that the vendor wants called instead, where a source says so."""
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Arguments of the smallest useful call that the table accepts, with the choices people make."""
    rows: Rows | None = None
    then: str = ""
    """What to read or call next and why, in a sentence, where ``poll`` does not say it."""
    heed: str = ""
    """The one thing that a caller gets wrong without being refused, in at most 110 bytes: what the default leaves out,
    the unit, the time zone. Search hits and the description show it."""
    sources: tuple[str, ...] = ()
    """Addresses of the vendor's pages that the facts are from; the SDK's own texts (6.20.2) need not be named."""


def make_element(*fields: Parameter, cases: tuple[Case, ...] = (), extra_fields: bool = False) -> Parameter:
    """An element of a list of objects."""
    return Parameter("", "object", fields=fields, cases=cases, extra_fields=extra_fields)
