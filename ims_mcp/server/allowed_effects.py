"""What the caller of the call under way may do, where callers differ: the last word on it, once a call is checked."""

from __future__ import annotations

from contextvars import ContextVar

from ims_mcp.catalogue import Effect
from ims_mcp.errors import Refused

allowed_effects: ContextVar[frozenset[Effect] | None] = ContextVar("allowed_effects", default=None)
"""None where whoever calls may do all that this server does."""


def check_allowed(name: str, effect: Effect) -> None:
    """Raises Refused where the call of ``name``, with this effect, is not the caller's to make."""
    allowed = allowed_effects.get()
    if allowed is not None and effect not in allowed:
        raise Refused(
            f"{name} was not sent: it is a {effect} call, and the caller's token has no scope for these.",
            next_step=f"Tell the user: a token with the scope ims:{effect} is needed.",
            reason="no_right",
        )
