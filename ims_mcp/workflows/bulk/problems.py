"""What an error means for a row: it waits, it has failed and in which class, or the whole job cannot go on."""

from __future__ import annotations

from ims_mcp.client.oss.errors import UploadError
from ims_mcp.client.retry import UNCERTAIN, FailureKind, classify_answer
from ims_mcp.errors import (
    ConnectionFailed,
    DeadlineExceeded,
    ImsError,
    InvalidArguments,
    RateLimited,
    Refused,
    ServiceError,
)
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.job import Outcome, Row, RowState

LONGEST_PROBLEM = 299
"""Characters, without the sign that it was cut."""
NO_ANSWER, TIMEOUT, ARGUMENTS = "no_answer", "timeout", "arguments"
_OF_ALL_ROWS = (
    "Forbidden.SubscriptionRequired",
    "InvalidAccessKeyId",
    "InvalidSecurityToken",
    "InvalidTimeStamp",
    "OperationDenied.Suspended",
    "SignatureDoesNotMatch",
)
"""What these codes begin is said of the account or its credentials, so of every row."""


def fail(row: Row, error: ImsError, state: RowState = RowState.FAILED) -> Outcome:
    """The outcome of a row that ended with ``error``."""
    return Outcome(
        row.number,
        state,
        problem_class=name_class(error),
        problem=plain(str(error), LONGEST_PROBLEM),
        request_id=error.request_id if isinstance(error, ServiceError | UploadError) else "",
    )


def name_class(error: ImsError) -> str:
    """The service's code, or a word of ours."""
    match error:
        case ServiceError() | UploadError() if error.code:
            return error.code
        case Refused():
            return error.reason
        case InvalidArguments():
            return ARGUMENTS
        case DeadlineExceeded():
            return TIMEOUT
        case ConnectionFailed():
            return NO_ANSWER
        case _:
            return type(error).__name__


def stops_job(error: ImsError) -> bool:
    """Whether it would be the same with every row, until somebody does something about it."""
    if isinstance(error, ServiceError):
        return error.code.startswith(_OF_ALL_ROWS)
    if isinstance(error, Refused):
        return error.reason == "read_only"
    return not isinstance(error, InvalidArguments | ConnectionFailed | UploadError)


def is_hindrance(error: ImsError) -> bool:
    """Whether it says nothing of the row, which was not done: the limit, or the way to the service."""
    if isinstance(error, ServiceError):
        return classify_answer(error.code, error.http_status) is FailureKind.THROTTLED
    return isinstance(error, RateLimited) or (isinstance(error, ConnectionFailed) and not error.maybe_done)


def is_uncertain(error: ImsError) -> bool:
    """Whether it may have been done all the same."""
    if isinstance(error, ServiceError):
        return classify_answer(error.code, error.http_status) in UNCERTAIN
    return isinstance(error, ConnectionFailed) and error.maybe_done


def is_outage(error: ImsError) -> bool:
    """Whether the service says that it is away for the moment."""
    return isinstance(error, ServiceError) and error.http_status in (502, 503, 504)
