"""What a failed request to OSS means for the next one: said once more, said with other credentials, or given up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ims_mcp.client.credentials import Credential
from ims_mcp.client.outbound import Route, causes_of, explain_no_connection
from ims_mcp.foreign_text import quotable
from ims_mcp.http_date import read_http_date

_MAX_RETRY_AFTER_SECONDS = 60.0
# The one form of a signature that has no name beside it: "OSS id:signature".
_SIGNATURE_V1 = re.compile(r"\bOSS\s+[^\s:]+:\S+")
_TOKEN_CODES = ("SecurityTokenExpired", "InvalidSecurityToken", "TokenExpired")
# Said with a 4xx, and yet of the moment: the body came too slowly, was cut off, or was asked for too often.
_PASSING = frozenset(
    {"RequestTimeout", "IncompleteBody", "SlowDown", "QpsLimitExceeded", "Throttling", "OperationAborted"}
)


class Kind(StrEnum):
    PASSING = "passing"
    """A repetition may succeed."""
    DAMAGED = "damaged"
    """What arrived is not what was sent; a repetition may succeed."""
    EXPIRED = "expired"
    """The credential is not valid any more."""
    GONE = "gone"
    """The multipart upload does not exist: completed, aborted or expired."""
    LOST = "lost"
    """A part that was sent is not there any more."""
    CLOCK = "clock"
    """The date of the request is too far from the service's."""
    TAKEN = "taken"
    """There is an object already, and it may not be replaced."""
    DENIED = "denied"
    """The credential may not do this."""
    FINAL = "final"
    """A repetition would not change the answer."""


class OssFailure(Exception):
    """One request that failed. ``words`` complete the sentence "… because …" and hold no secret."""

    def __init__(
        self,
        kind: Kind,
        words: str,
        *,
        code: str = "",
        status: int = 0,
        request_id: str = "",
        retry_after_seconds: float = 0.0,
        uncertain: bool = False,
        next_step: str = "",
        service_time: float | None = None,
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds
        self.uncertain = uncertain
        """Whether OSS may have done what it was asked, though no answer came."""
        self.next_step = next_step
        """What to do about it, where it is no matter of OSS: a sentence or two."""
        self.service_time = service_time
        """Epoch seconds by the clock of OSS, where the answer says it."""
        self.what = ""
        """The request, as a noun: "part 3"."""
        self.tries = 1

    @property
    def repeatable(self) -> bool:
        return self.kind in (Kind.PASSING, Kind.DAMAGED)


def answered(error: Any, credential: Credential) -> OssFailure:
    """An error answer, from oss2's ServerError."""
    code, status = str(error.code or ""), int(error.status)
    message = quotable(_SIGNATURE_V1.sub("", str(error.message or "")), credential.secrets, 300)
    headers: Mapping[str, str] = error.headers
    request_id = str(error.request_id or "")
    # A code is the service's own word only if it looks like one; anything else stays out of the text.
    code = code if re.fullmatch(r"[A-Za-z][A-Za-z0-9.]{1,80}", code) else ""
    kind = _kind(code, status, temporary=credential.security_token is not None)
    words = f"OSS answered {f'{code} ' if code else ''}(HTTP {status}){f': {message}' if message else ''}"
    return OssFailure(
        kind,
        words.rstrip("."),
        code=code,
        status=status,
        request_id=request_id if re.fullmatch(r"[A-Za-z0-9-]{1,80}", request_id) else "",
        retry_after_seconds=_retry_after(headers.get("retry-after")),
        uncertain=status >= 500,
        service_time=_service_time(dict(error.details or {}).get("ServerTime"), headers.get("date")),
    )


def unanswered(
    error: BaseException, host: str, route: Route, *, connect_seconds: float, stall_seconds: float
) -> OssFailure:
    """A request to ``host`` that got no answer, from what requests raised."""
    if (known := explain_no_connection(error, host, route)) is not None:
        kind = Kind.FINAL if known.final else Kind.PASSING
        return OssFailure(kind, known.reason, next_step=known.next_step)
    failure = _of_the_connection(error, host, connect_seconds=connect_seconds, stall_seconds=stall_seconds)
    failure.words += route.by
    return failure


def _of_the_connection(error: BaseException, host: str, *, connect_seconds: float, stall_seconds: float) -> OssFailure:
    causes = list(causes_of(error))
    names = {type(cause).__name__ for cause in causes}
    if names & {"InvalidURL", "InvalidHeader", "InvalidSchema", "LocationParseError"}:
        return OssFailure(Kind.FINAL, "no request can be made of what was given")
    if "NameResolutionError" in names:
        return OssFailure(Kind.PASSING, f"the name {host} could not be resolved")
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return OssFailure(Kind.PASSING, f"no connection was made within {connect_seconds:g} s")
    if names & {"ProxyError", "NewConnectionError"}:
        return OssFailure(Kind.PASSING, f"no connection to {host} was made")
    if names & {"ReadTimeout", "ReadTimeoutError"}:
        return OssFailure(Kind.PASSING, "OSS did not answer in time", uncertain=True)
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return OssFailure(Kind.PASSING, f"the connection took no byte for {stall_seconds:g} s", uncertain=True)
    if "RemoteDisconnected" in names:
        return OssFailure(Kind.PASSING, "the connection was closed before OSS answered", uncertain=True)
    if any(isinstance(cause, ConnectionError) for cause in causes):
        return OssFailure(Kind.PASSING, "the connection was reset", uncertain=True)
    return OssFailure(Kind.PASSING, f"the connection failed [{type(error).__name__}]", uncertain=True)


def unacceptable() -> OssFailure:
    """Something oss2 does not even send."""
    return OssFailure(Kind.FINAL, "oss2 does not take the endpoint, the bucket or the key")


def foreign() -> OssFailure:
    """An answer that is not OSS's: a captive portal, a proxy's page, another service."""
    return OssFailure(Kind.FINAL, "the endpoint answered with something that OSS does not say")


def _kind(code: str, status: int, *, temporary: bool) -> Kind:
    # The id of a temporary credential is forgotten some time after it has expired.
    if code.startswith(_TOKEN_CODES) or (temporary and code == "InvalidAccessKeyId"):
        return Kind.EXPIRED
    if code == "RequestTimeTooSkewed":
        return Kind.CLOCK
    if code == "FileAlreadyExists":
        return Kind.TAKEN
    if code == "NoSuchUpload":
        return Kind.GONE
    if code in ("InvalidPart", "InvalidPartOrder", "EntityTooSmall"):
        return Kind.LOST
    if code in ("InvalidDigest", "BadDigest"):
        return Kind.DAMAGED
    if status >= 500 or status in (408, 429) or code in _PASSING:
        return Kind.PASSING
    return Kind.DENIED if status in (401, 403) else Kind.FINAL


def _retry_after(value: str | None) -> float:
    return min(float(value), _MAX_RETRY_AFTER_SECONDS) if value and value.isascii() and value.isdigit() else 0.0


def _service_time(said: object, date: str | None) -> float | None:
    """Of what the error says (2026-11-26T08:00:00.000Z), or of the HTTP date of the answer."""
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(str(said)).replace(tzinfo=UTC).timestamp()
    return read_http_date(date)
