"""What a bulk job is to be, before anything is looked at: which operation, for the rows of which source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.sources.raw import Source
from ims_mcp.workflows.bulk.upload_table import UPLOAD, UPLOAD_TABLE

_USUAL = {
    Kind.REGISTER: "RegisterMediaInfo",
    Kind.UPLOAD: UPLOAD,
    Kind.UPDATE: "UpdateMediaInfo",
    Kind.DELETE: "DeleteMediaInfos",
}
_FIXED = (Kind.REGISTER, Kind.UPLOAD)
_WANTED = {
    Effect.READ: "only reads, which is no work for a bulk job: call it by itself",
    Effect.WRITE: "destroys nothing: use bulk update or bulk submit",
    Effect.DESTRUCTIVE: "may destroy something: use bulk delete, which asks first",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """``operation`` by its name or tool name; empty where the kind has a usual one."""

    kind: Kind
    source: Source
    operation: str = ""
    template: Mapping[str, Any] = field(default_factory=dict[str, Any])
    account: str = ""
    region: str = ""


def choose_operation(kind: Kind, name: str = "") -> Operation:
    """The table that the rows are checked against. Raises UnknownOperation, and InvalidArguments where the kind has no
    such operation."""
    usual = _USUAL.get(kind)
    if not name and usual is None:
        problem = "missing: name what is to be submitted, such as SubmitSmarttagJob"
        raise InvalidArguments(f"bulk {kind}", [Problem("operation", problem)])
    if kind is Kind.UPLOAD and name in ("", UPLOAD, UPLOAD_TABLE.tool_name):
        return UPLOAD_TABLE
    operation = get_operation(name or str(usual))
    if kind in _FIXED and operation.name != usual:
        problem = f"{operation.name} is not what bulk {kind} does: use bulk update, submit or delete"
        raise InvalidArguments(f"bulk {kind}", [Problem("operation", problem)])
    wanted = Effect.DESTRUCTIVE if kind is Kind.DELETE else Effect.WRITE
    if operation.effect is not wanted:
        problem = f"{operation.name} {_WANTED[operation.effect]}"
        raise InvalidArguments(f"bulk {kind}", [Problem("operation", problem)])
    return operation
