"""The text a person or a model gets for an upload that ended without its object."""

from __future__ import annotations

from ims_mcp.client.oss.errors import UploadDenied, UploadError, UploadInterrupted
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import UploadTarget

_AGAIN = "upload again with the same transfer id"
_FROM_THE_START = "Upload again: it starts from the beginning."
# What to do about codes whose message says what is wrong, but not where it is set right.
_BY_CODE = {
    "NoSuchBucket": f"Check the bucket's name and that the endpoint is of its region, then {_AGAIN}.",
    "InvalidAccessKeyId": f"Check that the AccessKey exists and is enabled, then {_AGAIN}.",
    "SignatureDoesNotMatch": f"Check that secret and AccessKey id belong together, then {_AGAIN}.",
    "RequestTimeTooSkewed": f"Set this machine's clock (NTP), then {_AGAIN}.",
    "UserDisable": "Settle the account in the Alibaba Cloud console: OSS is suspended for it.",
}


def explained(
    failure: OssFailure, source: Source, target: UploadTarget, bytes_arrived: int, *, resumable: bool
) -> UploadError:
    """``resumable``: there is a checkpoint. ``bytes_arrived`` are those OSS has confirmed."""
    arrived = f" {bytes_arrived:,} of {source.size:,} bytes are in OSS." if resumable else ""
    message = f"The upload of {source.name} to {target} stopped: {_how(failure)}.{arrived}"
    return _error(failure, message, _next_step(failure, resumable=resumable), resumable=resumable)


def why_not_aborted(failure: OssFailure, target: UploadTarget) -> UploadError:
    message = f"What was sent to {target} could not be aborted: {_how(failure)}."
    return _error(failure, message, "Cancel the transfer again later.", resumable=True)


def _how(failure: OssFailure) -> str:
    if failure.tries > 1:
        return f"{failure.what} was tried {failure.tries} times, and the last time {failure.words}"
    return f"{failure.what} failed: {failure.words}"


def _next_step(failure: OssFailure, *, resumable: bool) -> str:
    kept = "what is there is not sent again" if resumable else "it starts from the beginning"
    if failure.kind in (Kind.PASSING, Kind.DAMAGED):
        return f"{_AGAIN.capitalize()} when the way to OSS is better: {kept}."
    if failure.kind in (Kind.GONE, Kind.LOST):
        return f"Something else aborted the multipart upload, or a lifecycle rule of the bucket did. {_FROM_THE_START}"
    if failure.code in _BY_CODE:
        return _BY_CODE[failure.code]
    if failure.kind is Kind.EXPIRED:
        return f"The credential is refused although it was just renewed. Get another, then {_AGAIN}: {kept}."
    if failure.kind is Kind.DENIED:
        allow = "oss:PutObject, oss:ListParts and oss:AbortMultipartUpload on this key"
        return f"Allow the credential {allow}, then {_AGAIN}: {kept}."
    return f"Correct what the answer names, then {_AGAIN}: {kept}."


def _error(failure: OssFailure, message: str, next_step: str, *, resumable: bool) -> UploadError:
    passing = failure.kind in (Kind.PASSING, Kind.DAMAGED, Kind.GONE, Kind.LOST)
    kind = UploadInterrupted if passing else UploadDenied
    return kind(
        message,
        next_step=next_step,
        resumable=resumable,
        code=failure.code,
        http_status=failure.status,
        request_id=failure.request_id,
    )
