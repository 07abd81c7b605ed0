"""When a call is sent once more: by what went wrong with a try and by what the operation does. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ims_mcp.errors import ImsError

MAX_TRIES = 3
# Full jitter: the wait before try n+1 is drawn from 0 to BASE * 2^(n-1), so callers that failed together part.
BASE_SECONDS = 0.5
CAP_SECONDS = 8.0
_THROTTLING_STATUS = (400, 403, 429)


class Kind(StrEnum):
    """What went wrong with one try, as far as the next one is concerned."""

    THROTTLED = "throttled"
    """Refused for its frequency, in any spelling: nothing was done."""
    NEVER_SENT = "never sent"
    """No connection was made: nothing was done."""
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
UNCERTAIN = frozenset({Kind.BROKEN, Kind.SERVER_ERROR, Kind.DUPLICATED})
_ALWAYS = frozenset({Kind.THROTTLED, Kind.NEVER_SENT})


class Attempt:
    """One try, as far as others must know of it while it runs: whether the request has begun to leave."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """The HTTP client's own account of what it does."""
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            self.sent = True


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that brought no result. ``error`` is what the caller gets if it was the last."""

    kind: Kind
    error: ImsError
    retry_after_seconds: float | None = None
    server_time: float | None = None
    """The answer's Date, in epoch seconds."""


def kind_of(code: str, http_status: int) -> Kind:
    """The kind of an error answer. ``code`` is empty where the body was not the service's own."""
    folded = code.lower()
    throttling = folded.startswith(("throttling", "requeststoofrequent"))
    if http_status == 429 or (throttling and http_status in _THROTTLING_STATUS):
        return Kind.THROTTLED
    if code.startswith("InvalidTimeStamp.Expired"):
        return Kind.CLOCK
    if code.startswith("InvalidSecurityToken.Expired"):
        return Kind.EXPIRED
    if code.startswith("SignatureNonceUsed"):
        return Kind.DUPLICATED
    return Kind.SERVER_ERROR if http_status >= 500 else Kind.FINAL


def sent_again(kind: Kind, *, repeatable: bool) -> bool:
    """Whether a try that failed so is followed by another, as far as the number of tries allows.

    ``repeatable`` is true of reads and of writes that carry a ClientToken. CLOCK and EXPIRED are not answered here:
    they are sent once more with the server's time or with fresh credentials, whatever the operation does.
    """
    return kind in _ALWAYS or (repeatable and kind in UNCERTAIN)


def wait_seconds(tries: int, retry_after_seconds: float | None, jitter: float) -> float:
    """How long to wait after ``tries`` tries. ``jitter`` is between 0 and 1.

    A wait the service asked for is kept whole and the jitter comes on top: callers it sent away together do not come
    back together.
    """
    backoff = min(CAP_SECONDS, BASE_SECONDS * 2 ** (tries - 1)) * jitter
    return backoff + (retry_after_seconds or 0.0)
