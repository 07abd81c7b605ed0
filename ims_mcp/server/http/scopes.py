"""Which scope a request needs, by its JSON-RPC body, and the refusal to a caller who lacks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from ims_mcp.catalogue import Effect
from ims_mcp.server.http.bearer import Challenges
from ims_mcp.server.http.callers import DESTRUCTIVE_SCOPE, READ_SCOPE, SCOPES, WRITE_SCOPE, Caller

FindEffect = Callable[[str, Mapping[str, Any]], Effect]
"""What a call of this tool with these arguments does: `ImsServer.find_effect`."""
_SCOPE_OF: Final = {Effect.READ: READ_SCOPE, Effect.WRITE: WRITE_SCOPE, Effect.DESTRUCTIVE: DESTRUCTIVE_SCOPE}
_NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class ScopeRefusal:
    """HTTP 403: what the JSON-RPC error says, to people and to programs, and the value of WWW-Authenticate."""

    message: str
    data: dict[str, Any]
    challenge: str


def find_needed_scopes(message: Any, find_effect: FindEffect) -> frozenset[str]:
    """The scopes that a body, read as JSON, needs; of a list of messages those of all.

    A tools/call needs that of its effect and no other; everything else, also what is no message, needs ``ims:read``.
    """
    if isinstance(message, list):
        needed = [
            find_needed_scopes(each, find_effect) for each in cast("list[Any]", message) if isinstance(each, dict)
        ]
        return frozenset[str]().union(*needed) or frozenset({READ_SCOPE})
    fields = _as_object(message)
    params = _as_object(fields.get("params"))
    name = params.get("name")
    if fields.get("method") != "tools/call" or not isinstance(name, str):
        return frozenset({READ_SCOPE})
    return frozenset({_SCOPE_OF[find_effect(name, _as_object(params.get("arguments")))]})


def refuse_for_scope(caller: Caller, needed: frozenset[str], challenges: Challenges) -> ScopeRefusal | None:
    """None where the caller has what is needed."""
    missing = sorted(needed - caller.scopes, key=SCOPES.index)
    if not missing:
        return None
    description = f"This call needs the scope {' and '.join(missing)}, which the token does not have."
    return ScopeRefusal(
        f"{description} Tell the user: whoever runs the server or the issuer gives such a token.",
        {"reason": "insufficient_scope", "needed": missing},
        # What there is stays asked for: a client replaces its token by the one it gets for this challenge.
        challenges.write("insufficient_scope", description, caller.scopes | needed),
    )


def list_allowed_effects(caller: Caller) -> frozenset[Effect]:
    """For `allowed_effects`: what is found out from a body beforehand is looked at again once the call is checked."""
    return frozenset(effect for effect, scope in _SCOPE_OF.items() if scope in caller.scopes)


def _as_object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else _NONE
