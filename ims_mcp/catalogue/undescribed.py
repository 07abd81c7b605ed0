"""An operation of a newer SDK that nobody has written notes for yet: what its name tells, on the safe side."""

from __future__ import annotations

from ims_mcp.catalogue.notes import OperationNotes
from ims_mcp.catalogue.operation import Effect, snake_case

TOOLSET = "undescribed"
_READS = frozenset({"get", "list", "query", "describe", "search", "detect", "precheck"})
# What ends or takes away cannot be told from its name to be harmless.
_DESTROYS = frozenset(
    {"delete", "drop", "remove", "clear", "cancel", "stop", "close", "end", "release", "forbid", "set"}
)


def undescribed_notes(name: str) -> OperationNotes:
    """Notes made from the name alone. A verb that is not known to read counts as a write."""
    verb, *rest = snake_case(name).split("_")
    effect = Effect.READ if verb in _READS else Effect.DESTRUCTIVE if verb in _DESTROYS else Effect.WRITE
    return OperationNotes(
        operation=name,
        title=f"{verb.capitalize()} {' '.join(rest)}".strip(),
        purpose=(
            f"{name} is newer than the notes of this version, so what it does is not described: read its table and "
            "the address of its documentation with describe_operation before you call it. Its effect is guessed from "
            "its name, on the safe side."
        ),
        effect=effect,
    )
