"""What a request says about who sent it, before anybody has looked at the secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ims_mcp.local.oss.errors import OssError

MAX_SKEW_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A parsed signature. ``sign`` gives what the signature should be under a secret."""

    access_key_id: str
    security_token: str | None
    signature: str
    signed_text: str
    """The StringToSign (and for V4 the CanonicalRequest), for the error that helps a client's author."""
    sign: Callable[[str], str]


def check_skew(sent_at: float, now: float) -> None:
    """RequestTimeTooSkewed beyond 15 minutes either way."""
    if abs(now - sent_at) > MAX_SKEW_SECONDS:
        raise OssError(
            "RequestTimeTooSkewed",
            "The clock of the client and the clock of OSS differ by more than 15 minutes.",
            MaxAllowedSkewMilliseconds=str(int(MAX_SKEW_SECONDS * 1000)),
            RequestTime=_iso(sent_at),
            ServerTime=_iso(now),
        )


def check_expiry(expires_at: float, now: float) -> None:
    """AccessDenied for a signed URL that is past its time."""
    if now > expires_at:
        raise OssError("AccessDenied", "Request has expired.", Expires=_iso(expires_at), ServerTime=_iso(now))


def _iso(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    except (ValueError, OverflowError, OSError):
        return str(moment)
