"""Operations for the client's tests: every one of the 400 straight from the facts, and small ones of each kind."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ims_mcp.catalogue.operation import AskWhen, Effect, Operation, Parameter


@cache
def all_facts() -> dict[str, Any]:
    """Operation name -> facts, as generated from the official SDK."""
    return json.loads(files("ims_mcp.catalogue").joinpath("facts.json").read_text(encoding="utf-8"))["operations"]


def from_facts(name: str) -> Operation:
    """The operation with what the facts say of it and nothing else."""
    facts = all_facts()[name]
    return Operation(
        name=name,
        toolset="test",
        title=name,
        purpose=name,
        effect=Effect.READ,
        method=facts["method"],
        anonymous=bool(facts.get("anonymous", False)),
        parameters=tuple(_parameter(row) for row in facts["parameters"]),
    )


def _parameter(facts: dict[str, Any]) -> Parameter:
    return Parameter(
        name=facts.get("name", ""),
        kind=facts["type"],
        required=bool(facts.get("required", False)),
        place=facts.get("in", "query"),
        style=facts.get("style", "plain"),
        fields=tuple(_parameter(row) for row in facts.get("fields", ())),
        items=_parameter(facts["items"]) if "items" in facts else None,
    )


def made(
    name: str,
    effect: Effect,
    *parameters: Parameter,
    anonymous: bool = False,
    idempotent: bool = False,
    destructive_when: tuple[AskWhen, ...] = (),
) -> Operation:
    """An operation of our own making."""
    return Operation(
        name=name,
        toolset="test",
        title=name,
        purpose=name,
        effect=effect,
        parameters=parameters,
        anonymous=anonymous,
        idempotent=idempotent,
        destructive_when=destructive_when,
    )


NO_ARGUMENTS: dict[str, Any] = {}
_ID = Parameter("MediaId", "string")
READ = made("GetThing", Effect.READ, _ID)
WRITE = made("ChangeThing", Effect.WRITE, _ID)
TOKEN_WRITE = made("AddThing", Effect.WRITE, _ID, Parameter("ClientToken", "string", hidden=True))
DESTRUCTIVE = made("DropThing", Effect.DESTRUCTIVE, _ID, destructive_when=(AskWhen("drops the thing"),))
SOMETIMES_DESTRUCTIVE = made(
    "PutThing",
    Effect.WRITE,
    _ID,
    Parameter("Overwrite", "boolean"),
    Parameter("ClientToken", "string", hidden=True),
    destructive_when=(AskWhen("replaces the thing", path="Overwrite", values=("true",)),),
)
ANONYMOUS = made("GetPublicThing", Effect.READ, _ID, anonymous=True)
