"""The text a person or a model gets for an upload that ended without its object."""

from __future__ import annotations

from ims_mcp.client.oss.errors import UploadDenied, UploadError, UploadInterrupted
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import UploadTarget

# What to do about codes whose message says what is wrong, but not where it is set right.
_BY_CODE = {
    "NoSuchBucket": "Check the bucket's name and that the endpoint is of its region.",
    "InvalidAccessKeyId": "Check that the AccessKey exists and is enabled.",
    "SignatureDoesNotMatch": "Check that secret and AccessKey id belong together.",
    "RequestTimeTooSkewed": "Set this machine's clock (NTP).",
    "UserDisable": "Settle the account in the Alibaba Cloud console: OSS is suspended for it.",
}
_PASSING = (Kind.PASSING, Kind.DAMAGED, Kind.GONE, Kind.LOST)
_REDIRECTED = (
    "The endpoint answered with a redirection, which is not followed: check the endpoint, and whether a proxy or a "
    "page to log in at stands before it."
)
EXISTS_STEP = "Choose another prefix, register what is there with register_media_info, or delete that object first."


def explained(
    failure: OssFailure, source: Source, target: UploadTarget, bytes_arrived: int, *, resumable: bool
) -> UploadError:
    """``resumable``: there is a checkpoint. ``bytes_arrived`` are those OSS has confirmed."""
    if failure.kind is Kind.TAKEN:
        return _error(failure, f"{target} exists already and is not overwritten.", EXISTS_STEP, resumable=False)
    arrived = f" {bytes_arrived:,} of {source.size:,} bytes are in OSS." if resumable else ""
    message = f"The upload of {source.name} to {target} stopped: {_how(failure)}.{arrived}"
    return _error(failure, message, _next_step(failure, resumable=resumable), resumable=resumable)


def why_not_aborted(failure: OssFailure, target: UploadTarget) -> UploadError:
    message = f"What was sent to {target} could not be aborted: {_how(failure)}."
    return _error(failure, message, failure.next_step or "Cancel the transfer again later.", resumable=True)


def why_not_seen(failure: OssFailure, target: UploadTarget) -> UploadError:
    """Nothing was sent yet."""
    message = f"Whether {target} exists already could not be seen, so nothing was sent: {_how(failure)}."
    if failure.kind is Kind.DENIED and failure.code not in _BY_CODE:
        step = "Allow the credential oss:GetObject on this key."
    elif failure.kind is Kind.PASSING:
        step = failure.next_step or "The network or OSS is at fault, not the bucket."
    else:
        step = failure.next_step or _by_answer(failure) or "Correct what the answer names."
    return _error(failure, message, step, resumable=failure.kind is Kind.PASSING)


def _how(failure: OssFailure) -> str:
    if failure.tries > 1:
        return f"{failure.what} was tried {failure.tries} times, and the last time {failure.words}"
    return f"{failure.what} failed: {failure.words}"


def _next_step(failure: OssFailure, *, resumable: bool) -> str:
    """What is wrong with the way or the rights, and what an upload that goes on after that does."""
    if failure.kind in (Kind.GONE, Kind.LOST):
        return (
            "Something else aborted the multipart upload, or a lifecycle rule of the bucket did: the next upload of "
            "this file starts from the beginning."
        )
    kept = "What is in OSS is not sent again." if resumable else "The next try starts from the beginning."
    if failure.next_step:
        return f"{failure.next_step} {kept}"
    if failure.kind in (Kind.PASSING, Kind.DAMAGED):
        return f"Go on when the way to OSS is better. {kept}"
    if step := _by_answer(failure):
        return f"{step} {kept}"
    if failure.kind is Kind.EXPIRED:
        return f"The credential is refused although it was just renewed: get another. {kept}"
    if failure.kind is Kind.DENIED:
        allow = "oss:PutObject, oss:ListParts and oss:AbortMultipartUpload on this key"
        return f"Allow the credential {allow}. {kept}"
    return f"Correct what the answer names. {kept}"


def _by_answer(failure: OssFailure) -> str:
    return _BY_CODE.get(failure.code, _REDIRECTED if 300 <= failure.status < 400 else "")


def _error(failure: OssFailure, message: str, next_step: str, *, resumable: bool) -> UploadError:
    kind = UploadInterrupted if failure.kind in _PASSING else UploadDenied
    return kind(
        message,
        next_step=next_step,
        resumable=resumable,
        code=failure.code,
        http_status=failure.status,
        request_id=failure.request_id,
    )
