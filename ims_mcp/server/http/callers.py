"""Who calls over HTTP, what they may do, and the gate that finds it out."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

# What a caller may have. A wider one does not include a narrower one: a token lists what it may do.
READ_SCOPE: Final = "ims:read"
WRITE_SCOPE: Final = "ims:write"
DESTRUCTIVE_SCOPE: Final = "ims:destructive"
SCOPES: Final = (READ_SCOPE, WRITE_SCOPE, DESTRUCTIVE_SCOPE)
ALL_SCOPES: Final = frozenset(SCOPES)


@dataclass(frozen=True)
class Caller:
    """Who sent a request (`subject`: a token's name, an issuer's claim), and the scopes they have."""

    subject: str
    scopes: frozenset[str] = ALL_SCOPES
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False, hash=False)
    """What an issuer's token says, once it is checked; empty where nobody shows one. Not to be logged."""


# Set for as long as a request is answered; None over stdio.
current_caller: ContextVar[Caller | None] = ContextVar("current_caller", default=None)


class Unauthorized(Exception):
    """Nobody known sent this. `challenge` is the value of WWW-Authenticate, `description` says what to do next."""

    def __init__(self, challenge: str, description: str) -> None:
        super().__init__(description)
        self.challenge = challenge
        self.description = description


class Gate(Protocol):
    """Finds out who calls from the headers of a request; reads no body."""

    async def admit(self, connection: HTTPConnection) -> Caller:
        """The caller; raises `Unauthorized` for a request that shows no credential, or one that is not good."""
        ...


class OpenGate:
    """`--auth none`: whoever reaches this loopback address is the user of this machine."""

    async def admit(self, connection: HTTPConnection) -> Caller:
        return Caller("local")
