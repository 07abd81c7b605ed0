"""SetEventCallback: the service takes a misspelled event, which never comes; here it is refused before it is sent."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.behaviours.behaviour import OperationCall, ServerArguments
from ims_mcp.workflows.behaviours.changes import Change
from ims_mcp.workflows.behaviours.present_state import PresentState, list_names

_EVENTS = "EventTypeList"
_MISSPELLED = 0.9
_LAST_WORD = re.compile("[A-Z][a-z]*$")
_END = "Complete"
"""Of the events that say a job has ended, well or not: SmartJobDone and SmartJobFailed are both SmartJobComplete."""
_MOST_TOLD = 5
_LONGEST_NAME = 60


class SetEventCallback(Change):
    """The list of events may grow: what is like none that is known is sent, with a note."""

    async def resolve(
        self, client: ImsClient, operation: Operation, arguments: dict[str, Any], own: ServerArguments
    ) -> tuple[dict[str, Any], ServerArguments]:
        """Raises InvalidArguments for names that are nearly those of known events."""
        pairs = [(name, _find_near(name, _list_known(operation))) for name in _list_unknown(operation, arguments)]
        problems = [
            Problem(_EVENTS, f"there is no event {plain(name, _LONGEST_NAME)!r}: did you mean {near}?")
            for name, near in pairs
            if near
        ]
        if problems:
            raise InvalidArguments(operation.name, problems)
        return await super().resolve(client, operation, arguments, own)

    def describe_changed(self, call: OperationCall, state: PresentState) -> dict[str, Any]:
        """Notes the names that are not documented."""
        told = super().describe_changed(call, state)
        unknown = _list_unknown(call.operation, call.arguments)
        if unknown:
            names = ", ".join(plain(name, _LONGEST_NAME) for name in unknown[:_MOST_TOLD])
            note = f"not among the documented events, so they may never come: {names}"
            told["note"] = "; ".join(filter(None, [told.get("note"), note]))
        return told


def _list_known(operation: Operation) -> tuple[str, ...]:
    row = operation.parameter(_EVENTS)
    return tuple(map(str, row.hints)) if row is not None else ()


def _list_unknown(operation: Operation, arguments: Any) -> list[str]:
    """The events of the call that no document names."""
    known = _list_known(operation)
    given = [part.strip() for name in list_names(arguments, _EVENTS) for part in name.split(",")]
    return [name for name in dict.fromkeys(given) if name and name not in known]


def _find_near(name: str, known: Sequence[str]) -> str:
    """The known event that is meant; empty where it could be a new one."""
    stem = _LAST_WORD.sub("", name)
    if stem and f"{stem}{_END}" in known:
        return f"{stem}{_END}"
    folded = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), folded, n=1, cutoff=_MISSPELLED)
    return folded[near[0]] if near else ""
