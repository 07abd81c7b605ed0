"""When a request to IMS or OSS is sent again: by what went wrong with a try and by what it does. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ims_mcp.errors import ImsError

_THROTTLING_STATUS = (400, 403, 429)


class FailureKind(StrEnum):
    """What went wrong with one try, as far as the next one is concerned."""

    THROTTLED = "throttled"
    """Refused for its frequency, in any spelling: nothing was done."""
    NEVER_SENT = "never sent"
    """No connection was made: nothing was done."""
    DAMAGED = "damaged"
    """Refused because what arrived is not what was sent: nothing was done."""
    BROKEN = "broken"
    """Sent, but no whole answer came: it may have been done."""
    SERVER_ERROR = "server error"
    """5xx: it may have been done."""
    DUPLICATED = "duplicated"
    """SignatureNonceUsed: something delivered this request twice and the first copy's answer is lost."""
    CLOCK = "clock"
    """Refused for its timestamp: nothing was done."""
    EXPIRED = "expired"
    """Refused for its expired temporary credentials: nothing was done."""
    FINAL = "final"
    """An answer that a repetition would not change."""


# Ways of failing after which nobody knows whether the call was carried out.
UNCERTAIN = frozenset({FailureKind.BROKEN, FailureKind.SERVER_ERROR, FailureKind.DUPLICATED})
_CERTAINLY_NOT_DONE = frozenset({FailureKind.THROTTLED, FailureKind.NEVER_SENT, FailureKind.DAMAGED})


@dataclass(slots=True)
class Attempt:
    """One try, as far as others must know of it while it runs: whether the request has begun to leave."""

    sent: bool = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """The HTTP client's own account of what it does."""
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            self.sent = True


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that brought no result. ``error`` is what the caller gets if it was the last."""

    kind: FailureKind
    error: ImsError
    retry_after_seconds: float | None = None
    server_time: float | None = None
    """The answer's Date, in epoch seconds."""


def classify_answer(code: str, http_status: int) -> FailureKind:
    """The kind of an error answer of IMS. ``code`` is empty where the body was not the service's own."""
    folded = code.lower()
    throttling = folded.startswith(("throttling", "requeststoofrequent"))
    if http_status == 429 or (throttling and http_status in _THROTTLING_STATUS):
        return FailureKind.THROTTLED
    if code.startswith("InvalidTimeStamp.Expired"):
        return FailureKind.CLOCK
    if code.startswith("InvalidSecurityToken.Expired"):
        return FailureKind.EXPIRED
    if code.startswith("SignatureNonceUsed"):
        return FailureKind.DUPLICATED
    return FailureKind.SERVER_ERROR if http_status >= 500 else FailureKind.FINAL


def should_retry(kind: FailureKind, *, repeatable: bool) -> bool:
    """Whether a try that failed so is followed by another, as far as the number of tries allows.

    ``repeatable``: doing it twice is doing it once, as with reads and with writes that carry a ClientToken. CLOCK and
    EXPIRED are not answered here: each is mended once (the server's time, fresh credentials) and counts as no try.
    """
    return kind in _CERTAINLY_NOT_DONE or (repeatable and kind in UNCERTAIN)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is sent, and the waits between. ``max_tries`` includes the first."""

    max_tries: int = 3
    base_seconds: float = 0.5
    cap_seconds: float = 8.0

    def compute_backoff_seconds(self, tries: int, retry_after_seconds: float | None, jitter: float) -> float:
        """How long to wait after ``tries`` tries. ``jitter`` is between 0 and 1.

        Full jitter: drawn from 0 to ``base_seconds`` * 2^(tries-1), at most ``cap_seconds``, so callers that failed
        together part. A wait the service asked for is kept whole and the jitter comes on top.
        """
        backoff = min(self.cap_seconds, self.base_seconds * 2 ** (tries - 1)) * jitter
        return backoff + (retry_after_seconds or 0.0)
