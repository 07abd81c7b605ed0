"""Operations that change or delete what another one reads: their answers say what was changed, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import Operation, values_at
from ims_mcp.client.ims import ImsClient
from ims_mcp.secrets import SecretNames
from ims_mcp.summaries.values import label
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission
from ims_mcp.workflows.behaviours.differences import describe_changes
from ims_mcp.workflows.behaviours.present_state import MOST_NAMED, PresentState, Reading, read_state

_FILES = ("DeletePhysicalFiles", "RemoveFile", "DeleteOriginalFile")
"""Flags that say whether the files in OSS go as well."""
_NOT_DONE = ("IgnoredList", "ForbiddenList")
"""Where an answer names what was not deleted: ids, or objects that hold one."""

_MOST_TOLD = 5
_LONGEST_TOLD = 60
_REPLACE = ("Update", "Set", "Alter")


class Change(OperationBehaviour):
    """Reads once what is to be changed or deleted, unless the question before the call has."""

    def __init__(self, *readings: Reading) -> None:
        self._readings = readings

    def describe_output(self, operation: Operation) -> dict[str, Any] | None:
        """What it tells of the change, where its tool declares what it returns."""
        if not operation.declares_output or operation.poll is not None:
            return super().describe_output(operation)
        told: dict[str, Any] = {"changed": {"type": "object"}}
        if _find_verb(operation) == "delete":
            told = {"deleted": {"type": "array", "items": {"type": "object"}}, "files": {"type": "string"}}
        return {"type": "object", "properties": told}

    async def read_before(self, client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> PresentState:
        """The things the call names, and the present values of what it sets."""
        return await read_state(client, operation, arguments, self._readings)

    async def submit(self, call: OperationCall) -> Submission:
        """Adds ``changed`` to what an update answers, ``deleted`` and ``files`` to a deletion."""
        verb = _find_verb(call.operation)
        if verb is None:
            return await super().submit(call)
        call.client.guard(call.operation, call.arguments, confirmed=call.confirmed)
        state = call.before or await self.read_before(call.client, call.operation, call.arguments)
        submission = await super().submit(call)
        if verb == "delete":
            told = self.describe_deleted(call, state, submission.reply.data)
        else:
            told = self.describe_changed(call, state)
        return Submission(submission.reply, submission.added | told)

    def describe_changed(self, call: OperationCall, state: PresentState) -> dict[str, Any]:
        """``{changed: {parameter: {from, to}}}``; with a note where every value was so before, and nothing where that
        could not be read."""
        given = self.foresee(call.arguments, state)
        if not state.comparable & given.keys():
            return {}
        changed = describe_changes(call.operation, given, state.was, state.comparable, state.secret_fields)
        notes = [] if changed else [_say_as_before(call.operation, given, state)]
        if left_out := find_left_out(call.operation, call.arguments, state):
            names = ", ".join(left_out)
            notes.append(f"not in this call, which replaces all: {names}; read it again to see whether they stayed")
        return {"changed": changed} | ({"note": "; ".join(notes)} if notes else {})

    def foresee(self, arguments: Mapping[str, Any], state: PresentState) -> Mapping[str, Any]:
        """The values that will be there after the call."""
        return arguments

    def describe_deleted(self, call: OperationCall, state: PresentState, data: Mapping[str, Any]) -> dict[str, Any]:
        """``{deleted: [{id, title}], files}``, without what the answer says not to be deleted."""
        kept = {str(value) for name in _NOT_DONE for value in _list_ids(data, name)} | {*state.missing}
        rows = [
            {"id": name, **({"title": thing.title} if thing.title else {}), **dict(thing.facts)}
            for name, thing in state.things.items()
            if name not in kept
        ]
        told: dict[str, Any] = {"deleted": rows} if rows else {}
        if state.named_count > MOST_NAMED and rows:
            told["deleted_more"] = state.named_count - len(state.missing) - len(state.things)
        switch = next((name for name in _FILES if call.operation.parameter(name) is not None), None)
        if switch is not None and (rows or not kept):
            gone = str(call.arguments.get(switch, False)).lower() == "true"
            told["files"] = "deleted from OSS too" if gone else "left in OSS"
        return told


def find_left_out(operation: Operation, arguments: Mapping[str, Any], state: PresentState) -> list[str]:
    """What has a value now and is not in a call that replaces the whole: it may be gone afterwards."""
    conditions = operation.asks_about(arguments)
    if all(condition.path for condition in conditions) or not operation.name.startswith(_REPLACE):
        return []
    rows = (row.name for row in operation.parameters if row.name not in arguments)
    return [name for name in rows if state.was.get(name) not in (None, "", [], {})]


def _say_as_before(operation: Operation, given: Mapping[str, Any], state: PresentState) -> str:
    """That the call was made, and how things stand: as they did."""
    secrets = SecretNames((*operation.secret_fields, *state.secret_fields))
    told = [
        name if name in secrets or isinstance(value, dict | list) else f"{name} {label(value, _LONGEST_TOLD)}"
        for name, value in given.items()
        if name in state.comparable
    ]
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"accepted; this was so before the call already: {', '.join(told[:_MOST_TOLD])}{more}"


def _find_verb(operation: Operation) -> str | None:
    if operation.name.startswith(("Delete", "Drop")):
        return "delete"
    return "update" if operation.name.startswith(("Update", "Set", "Alter")) else None


def _list_ids(data: Mapping[str, Any], name: str) -> list[Any]:
    """The texts in a list of an answer, at its top or in the objects it holds."""
    found: list[Any] = []
    for entry in values_at(data, f"{name}[]"):
        found += [*entry.values()] if isinstance(entry, dict) else [entry]
    return found
