"""An operation of a newer SDK that nobody has written notes for yet: what its name tells, on the safe side."""

from __future__ import annotations

from ims_mcp.catalogue.notes import OperationNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, snake_case

TOOLSET = "undescribed"
_READS = frozenset({"get", "list", "query", "describe", "search", "precheck"})
# What can be told from its name to add something and to leave what is there; any other verb may not.
_ADDS = frozenset({"add", "create", "generate", "insert", "open", "register", "resume", "start", "submit", "upload"})
# Words that say more than the verb before them: something is replaced or ended all the same, or it is dear.
_CHANGES = frozenset({"delete", "overwrite", "rerun", "stop"})
_COSTS = frozenset({"batch", "call", "credit", "credits", "order", "outbound", "pay", "phone"})


def guess_notes(name: str) -> OperationNotes:
    """Notes made from the name alone. The user is asked before whatever is not known to read or only to add."""
    verb, *rest = snake_case(name).removeprefix("batch_").split("_")
    effect = Effect.DESTRUCTIVE
    if verb in _READS and _CHANGES.isdisjoint(rest):
        effect = Effect.READ
    elif verb in _ADDS and (_CHANGES | _COSTS).isdisjoint(rest):
        effect = Effect.WRITE
    may = "is newer than what this server knows: by its name it may replace, end or order something"
    return OperationNotes(
        operation=name,
        title=f"{verb.capitalize()} {' '.join(rest)}".strip(),
        purpose=(
            f"{name} is newer than the notes of this version, so what it does is not described: read its table and "
            "the address of its documentation with describe_operation before you call it. Its effect is guessed from "
            "its name, on the safe side."
        ),
        effect=effect,
        destructive_when=(AskWhen(may),) if effect is Effect.DESTRUCTIVE else (),
    )
