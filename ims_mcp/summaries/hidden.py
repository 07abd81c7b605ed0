"""What stands in an answer in place of a credential: how its reader gets to see it without doing anything twice."""

from __future__ import annotations

from functools import cache

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.summaries.shaping import HIDDEN_UNLESS_ASKED

_SWITCH = "include_credentials=true"


@cache
def describe_hidden(operation: Operation) -> str:
    """For a read, and for what may be called again: the switch. For a call that makes something: what reads it, or
    that the switch would have had to be set, and that the same call makes another."""
    again = "" if operation.idempotent else "the same call again makes another"
    if operation.secrets_read_by:
        reader = get_operation(operation.secrets_read_by)
        wanted = " and ".join([", ".join(row.name for row in reader.parameters if row.required), _SWITCH])
        way = f"{reader.name} with {wanted} shows it"
        return f"[hidden: a credential; {way}{f'; {again}' if again else ''}]"
    if operation.effect is Effect.READ or operation.idempotent:
        return HIDDEN_UNLESS_ASKED
    return f"[hidden: a credential; no operation shows it later, {_SWITCH} has to be given at once; {again}]"
