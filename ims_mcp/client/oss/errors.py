"""Why a request to OSS failed, why an upload ended without its object, and what can be done about either.

UploadError              what happened, in a sentence or two, and what to do next
├── SourceRefused        the path is not a regular file that can be read; nothing was sent
│   └── SourceMissing    there is nothing of that name
├── SourceChanged        the file changed while it was sent; nothing of it is left in OSS
├── TransferRefused      the target or the journal of the upload cannot be used; nothing was sent
├── UploadDenied         OSS said no for good; its Code and RequestId
├── UploadInterrupted    the network or OSS failed for longer than was waited
└── WrongObject          what OSS stored is not what was sent; it was deleted
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ims_mcp.client.outbound import Route, explain_no_connection, list_causes
from ims_mcp.client.retry import UNCERTAIN, FailureKind, should_retry
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import quotable
from ims_mcp.http_date import read_http_date

if TYPE_CHECKING:
    from ims_mcp.client.credentials import Credential
    from ims_mcp.client.oss.source import Source
    from ims_mcp.client.oss.target import UploadTarget

_MAX_RETRY_AFTER_SECONDS = 60.0
# The one form of a signature that has no name beside it: "OSS id:signature".
_SIGNATURE_V1 = re.compile(r"\bOSS\s+[^\s:]+:\S+")
_TOKEN_CODES = ("SecurityTokenExpired", "InvalidSecurityToken", "TokenExpired")
_KINDS = {
    "RequestTimeTooSkewed": FailureKind.CLOCK,
    **dict.fromkeys(("SlowDown", "QpsLimitExceeded", "Throttling"), FailureKind.THROTTLED),
    **dict.fromkeys(("InvalidDigest", "BadDigest"), FailureKind.DAMAGED),
    # Said with a 4xx, and yet of the moment: the body came too slowly or was cut off.
    **dict.fromkeys(("RequestTimeout", "IncompleteBody", "OperationAborted"), FailureKind.BROKEN),
}
# What to do about codes whose message says what is wrong, but not where it is set right.
_STEPS = {
    "NoSuchBucket": "Check the bucket's name; for whoever runs the server: that the endpoint is of its region "
    "(IMS_MCP_OSS_ENDPOINT, IMS_MCP_REGION).",
    "InvalidAccessKeyId": "For whoever runs the server: check that the AccessKey exists and is enabled.",
    "SignatureDoesNotMatch": "For whoever runs the server: check that secret and AccessKey id belong together.",
    "RequestTimeTooSkewed": "For whoever runs the server: set this machine's clock (NTP).",
    "UserDisable": "Tell the user: OSS is suspended for the account until its bills are settled in the Alibaba Cloud "
    "console.",
}
_REDIRECTED = (
    "The endpoint answered with a redirection, which is not followed: check the endpoint, and whether a proxy or a "
    "page to log in at stands before it."
)
EXISTS_STEP = "Choose another prefix, register what is there with register_media_info, or delete that object first."


class UploadError(ImsError):
    """Base of all. ``resumable``: an upload with the same journal goes on where this one stopped."""

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        resumable: bool = False,
        code: str = "",
        http_status: int = 0,
        request_id: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.resumable = resumable
        self.code = code
        """The error code of OSS (``AccessDenied``); empty where it was not OSS that failed."""
        self.http_status = http_status
        self.request_id = request_id

    def explain(self) -> str:
        """Message, RequestId and next step, a line each."""
        request_id = f"RequestId: {self.request_id}" if self.request_id else ""
        next_step = f"Next: {self.next_step}" if self.next_step else ""
        return "\n".join(filter(None, (str(self), request_id, next_step)))


class SourceRefused(UploadError):
    """The path does not name a regular file that can be read."""


class SourceMissing(SourceRefused):
    """The path names nothing."""


class SourceChanged(UploadError):
    """The file is not the one the upload began with."""


class TransferRefused(UploadError):
    """What was asked for cannot be started."""


class UploadDenied(UploadError):
    """An answer of OSS that a repetition would not change."""


class UploadInterrupted(UploadError):
    """Given up after several tries; what was sent is kept for resuming unless the text says otherwise."""


class WrongObject(UploadError):
    """The end-to-end check failed."""


@dataclass(eq=False)
class OssFailure(Exception):
    """One request that failed. ``words`` complete the sentence "… because …" and hold no secret."""

    kind: FailureKind
    words: str
    code: str = ""
    status: int = 0
    request_id: str = ""
    retry_after_seconds: float = 0.0
    next_step: str = ""
    """What to do about it, where it is no matter of OSS: a sentence or two."""
    service_time: float | None = None
    """Epoch seconds by the clock of OSS, where the answer says it."""
    what: str = ""
    """The request, as a noun: "part 3"."""
    tries: int = 1

    def __str__(self) -> str:
        return self.words

    @property
    def uncertain(self) -> bool:
        """Whether OSS may have done what it was asked, though no answer came."""
        return self.kind in UNCERTAIN

    @property
    def repeatable(self) -> bool:
        """Whether a repetition may succeed; every request of an upload may be repeated."""
        return should_retry(self.kind, repeatable=True)

    @property
    def is_gone(self) -> bool:
        """There is no such multipart upload: completed, aborted or expired."""
        return self.code == "NoSuchUpload"

    @property
    def is_part_lost(self) -> bool:
        """A part that was sent is not there any more."""
        return self.code in ("InvalidPart", "InvalidPartOrder", "EntityTooSmall")

    @property
    def is_taken(self) -> bool:
        """There is an object already, and it may not be replaced."""
        return self.code == "FileAlreadyExists"

    @property
    def is_denied(self) -> bool:
        """The credential may not do this."""
        return self.kind is FailureKind.FINAL and self.status in (401, 403)


def read_error_answer(error: Any, credential: Credential) -> OssFailure:
    """An error answer, from oss2's ServerError. Its texts are a stranger's."""
    code, status = str(error.code or ""), int(error.status)
    message = quotable(_SIGNATURE_V1.sub("", str(error.message or "")), credential.secrets, 300)
    headers: Mapping[str, str] = error.headers
    request_id = str(error.request_id or "")
    # A code is the service's own word only if it looks like one; anything else stays out of the text.
    code = code if re.fullmatch(r"[A-Za-z][A-Za-z0-9.]{1,80}", code) else ""
    words = f"OSS answered {f'{code} ' if code else ''}(HTTP {status}){f': {message}' if message else ''}"
    return OssFailure(
        _classify(code, status, temporary=credential.security_token is not None),
        words.rstrip("."),
        code=code,
        status=status,
        request_id=request_id if re.fullmatch(r"[A-Za-z0-9-]{1,80}", request_id) else "",
        retry_after_seconds=_read_retry_after(headers.get("retry-after")),
        service_time=_read_service_time(dict(error.details or {}).get("ServerTime"), headers.get("date")),
    )


def read_connection_error(
    error: BaseException, host: str, route: Route, *, connect_seconds: float, stall_seconds: float
) -> OssFailure:
    """A request to ``host`` that got no answer, from what requests raised."""
    if (known := explain_no_connection(error, host, route)) is not None:
        kind = FailureKind.FINAL if known.final else FailureKind.NEVER_SENT
        return OssFailure(kind, known.reason, next_step=known.next_step)
    causes = list(list_causes(error))
    names = {type(cause).__name__ for cause in causes}
    kind = FailureKind.NEVER_SENT
    if names & {"InvalidURL", "InvalidHeader", "InvalidSchema", "LocationParseError"}:
        kind, words = FailureKind.FINAL, "no request can be made of what was given"
    elif "NameResolutionError" in names:
        words = f"the name {host} could not be resolved"
    elif names & {"ConnectTimeout", "ConnectTimeoutError"}:
        words = f"no connection was made within {connect_seconds:g} s"
    elif names & {"ProxyError", "NewConnectionError"}:
        words = f"no connection to {host} was made"
    else:
        kind = FailureKind.BROKEN
        if names & {"ReadTimeout", "ReadTimeoutError"}:
            words = "OSS did not answer in time"
        elif any(isinstance(cause, TimeoutError) for cause in causes):
            words = f"the connection took no byte for {stall_seconds:g} s"
        elif "RemoteDisconnected" in names:
            words = "the connection was closed before OSS answered"
        elif any(isinstance(cause, ConnectionError) for cause in causes):
            words = "the connection was reset"
        else:
            words = f"the connection failed [{type(error).__name__}]"
    return OssFailure(kind, words + route.by)


def _classify(code: str, status: int, *, temporary: bool) -> FailureKind:
    # The id of a temporary credential is forgotten some time after it has expired.
    if code.startswith(_TOKEN_CODES) or (temporary and code == "InvalidAccessKeyId"):
        return FailureKind.EXPIRED
    if code in _KINDS:
        return _KINDS[code]
    if status >= 500:
        return FailureKind.SERVER_ERROR
    return {408: FailureKind.BROKEN, 429: FailureKind.THROTTLED}.get(status, FailureKind.FINAL)


def _read_retry_after(value: str | None) -> float:
    return min(float(value), _MAX_RETRY_AFTER_SECONDS) if value and value.isascii() and value.isdigit() else 0.0


def _read_service_time(said: object, date: str | None) -> float | None:
    """Of what the error says (2026-11-26T08:00:00.000Z), or of the HTTP date of the answer."""
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(str(said)).replace(tzinfo=UTC).timestamp()
    return read_http_date(date)


def explain_failure(
    failure: OssFailure, source: Source, target: UploadTarget, bytes_arrived: int, *, resumable: bool
) -> UploadError:
    """The text a reader gets. ``resumable``: the journal knows of it. ``bytes_arrived``: those OSS has confirmed."""
    if failure.is_taken:
        return _make_error(failure, f"{target} exists already and is not overwritten.", EXISTS_STEP, resumable=False)
    arrived = f" {bytes_arrived:,} of {source.size:,} bytes are in OSS." if resumable else ""
    message = f"The upload of {source.name} to {target} stopped: {_tell_how(failure)}.{arrived}"
    return _make_error(failure, message, _choose_next_step(failure, resumable=resumable), resumable=resumable)


def explain_no_abort(failure: OssFailure, target: UploadTarget) -> UploadError:
    """Why what was sent is still there."""
    message = f"What was sent to {target} could not be aborted: {_tell_how(failure)}."
    return _make_error(failure, message, failure.next_step or "Cancel the transfer again later.", resumable=True)


def explain_not_seen(failure: OssFailure, target: UploadTarget) -> UploadError:
    """Why it is not known whether there is an object; nothing was sent yet."""
    message = f"Whether {target} exists already could not be seen, so nothing was sent: {_tell_how(failure)}."
    if failure.is_denied and failure.code not in _STEPS:
        step = "Allow the credential oss:GetObject on this key."
    elif failure.repeatable:
        step = failure.next_step or "The network or OSS is at fault, not the bucket."
    else:
        step = failure.next_step or _find_step(failure) or "Correct what the answer names."
    return _make_error(failure, message, step, resumable=failure.repeatable)


def explain_signed(failure: OssFailure, target: UploadTarget) -> UploadError:
    """Why something about an upload that others send could not be done or seen."""
    if failure.is_denied and failure.code not in _STEPS:
        step = "Allow the credential oss:PutObject, oss:GetObject, oss:ListParts and oss:AbortMultipartUpload there."
    else:
        step = failure.next_step or _find_step(failure) or ("" if failure.repeatable else "Correct what it names.")
    message = f"{target}: {_tell_how(failure)}."
    return _make_error(failure, message, step or "Try again in a moment.", resumable=failure.repeatable)


def explain_kept(failure: OssFailure, address: str) -> UploadError:
    """Why an object that something is kept in could not be read or written."""
    if failure.is_denied and failure.code not in _STEPS:
        step = "Allow the credential oss:GetObject, oss:PutObject, oss:AbortMultipartUpload and oss:ListObjects there."
    else:
        step = failure.next_step or _find_step(failure) or ("" if failure.repeatable else "Correct what it names.")
    message = f"{address}: {_tell_how(failure)}."
    return _make_error(failure, message, step or "Try again in a moment.", resumable=failure.repeatable)


def _tell_how(failure: OssFailure) -> str:
    if failure.tries > 1:
        return f"{failure.what} was tried {failure.tries} times, and the last time {failure.words}"
    return f"{failure.what} failed: {failure.words}"


def _choose_next_step(failure: OssFailure, *, resumable: bool) -> str:
    """What is wrong with the way or the rights, and what an upload that goes on after that does."""
    if failure.is_gone or failure.is_part_lost:
        return (
            "Something else aborted the multipart upload, or a lifecycle rule of the bucket did: the next upload of "
            "this file starts from the beginning."
        )
    if failure.next_step:
        step = failure.next_step
    elif failure.repeatable:
        step = "Go on when the way to OSS is better."
    elif by_answer := _find_step(failure):
        step = by_answer
    elif failure.kind is FailureKind.EXPIRED:
        step = "The credential is refused although it was just renewed: get another."
    elif failure.is_denied:
        step = "Allow the credential oss:PutObject, oss:ListParts and oss:AbortMultipartUpload on this key."
    else:
        step = "Correct what the answer names."
    kept = "What is in OSS is not sent again." if resumable else "The next try starts from the beginning."
    return f"{step} {kept}"


def _find_step(failure: OssFailure) -> str:
    return _STEPS.get(failure.code, _REDIRECTED if 300 <= failure.status < 400 else "")


def _make_error(failure: OssFailure, message: str, next_step: str, *, resumable: bool) -> UploadError:
    interrupted = failure.repeatable or failure.is_gone or failure.is_part_lost
    return (UploadInterrupted if interrupted else UploadDenied)(
        message,
        next_step=next_step,
        resumable=resumable,
        code=failure.code,
        http_status=failure.status,
        request_id=failure.request_id,
    )
