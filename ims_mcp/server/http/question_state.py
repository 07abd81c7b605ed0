"""The key that seals what a client carries from a question to its answer, and whose answer counts."""

from __future__ import annotations

import logging
import os

from mcp.server import ServerRequestContext
from mcp.server.request_state import AESGCMRequestStateCodec, RequestStateSecurity

from ims_mcp.server.http.callers import current_caller
from ims_mcp.settings import SettingsError

KEY_VARIABLE = "IMS_MCP_STATE_KEY"
MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'
"""In a shell."""

logger = logging.getLogger("ims_mcp.server")


class _KeyOfThisProcess(AESGCMRequestStateCodec):
    """Says once that it is one, when it is first needed."""

    def __init__(self) -> None:
        super().__init__([os.urandom(32)])
        self._has_warned = False

    def seal(self, payload: bytes) -> str:
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "%s is not set: a question to the user can be answered by this process only, not by another replica, "
                "nor after a restart. Set it to the same 32 random bytes or more for all of them, such as of: %s",
                KEY_VARIABLE,
                MAKE_A_KEY,
            )
        return super().seal(payload)


def make_state_security(keys: str | None) -> RequestStateSecurity:
    """By the keys of :data:`KEY_VARIABLE`, comma-separated: the first seals, all are taken, so that one can follow on
    another. None or nothing: a key of this process. Raises SettingsError, without them in it."""
    named = [key for part in (keys or "").split(",") if (key := part.strip())]
    if not named:
        return RequestStateSecurity(codec=_KeyOfThisProcess(), bind_principal=_read_subject)
    if any(len(key.encode()) < 32 for key in named) or len(set(named)) < len(named):
        raise SettingsError(
            f"{KEY_VARIABLE} holds a key of less than 32 bytes, or one key twice.",
            next_step=f"Set it to what this prints: {MAKE_A_KEY}",
        )
    return RequestStateSecurity(keys=named, bind_principal=_read_subject)


def _read_subject(_context: ServerRequestContext[object, object]) -> str | None:
    """Nobody answers for another."""
    caller = current_caller.get()
    return None if caller is None else caller.subject
