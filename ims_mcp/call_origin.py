"""Who made the call under way, for what is told apart by it: limits, and what is written down of writes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

STDIO = "local"

current_subject: ContextVar[str] = ContextVar("current_subject", default=STDIO)
"""A token's name, or the subject of an issuer; set for as long as a request over HTTP is answered."""

current_claims: ContextVar[Mapping[str, Any]] = ContextVar("current_claims", default={})  # noqa: B039 - nobody changes it
"""What an issuer's token says of them, where one was shown. Not to be logged."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's yes to the call under way."""

    how: str
    """``form``: their client asked them. ``page`` and ``terminal``: they answered there, with their PIN."""
    by: str = ""
    """Whose PIN it was."""


FORM = "form"

current_consent: ContextVar[Consent | None] = ContextVar("current_consent", default=None)
"""Set for as long as the call is made that it is for."""


@contextmanager
def giving(consent: Consent | None) -> Generator[None]:
    """What is called inside is what it was given for."""
    token = current_consent.set(consent)
    try:
        yield
    finally:
        current_consent.reset(token)
