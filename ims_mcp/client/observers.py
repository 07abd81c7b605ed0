"""What may be watched of calls to IMS and uploads to OSS: by a trace, by an audit. The client knows this protocol only.

Nothing of it costs anything where nobody watches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import anyio

from ims_mcp.catalogue.operation import Effect, Operation
from ims_mcp.client.answers import Reply
from ims_mcp.client.retry import Failure, FailureKind
from ims_mcp.errors import ConnectionFailed, Refused, ServiceError

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
UPLOAD, ABORT = "OssUpload", "OssAbort"
"""What the two calls of OSS are named; they are no operations of IMS."""


class Outcome(StrEnum):
    """How a call ended."""

    DONE = "done"
    FAILED = "failed"
    """Certainly not done, or read in vain."""
    UNKNOWN = "unknown"
    """A write that may have been carried out, though nobody heard of it."""
    REFUSED = "refused"
    """By this server: nothing was sent."""


class Confirmation(StrEnum):
    """Whether and how a call was confirmed."""

    NONE = "none"
    """It needed none, or has none."""
    ASKED = "asked"
    """The user said yes beforehand, on the command line."""
    FORM = "form"
    """The user said yes to a question of their client's."""
    PAGE = "page"
    """A person said yes on a page, with their PIN."""
    TERMINAL = "terminal"
    """A person said yes in a terminal, with their PIN."""
    ALLOWED = "allowed"
    """Destructive, and allowed without a question by whoever set up this server."""


@dataclass(frozen=True, slots=True)
class ObservedCall:
    """A call that is about to be made. ``operation`` is None for OSS.

    ``arguments`` are as they are sent, or as they came where the call is refused: whoever keeps any of them decides
    which may be kept.
    """

    name: str
    effect: Effect
    operation: Operation | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    account: str = ""
    region: str = ""
    confirmation: Confirmation = Confirmation.NONE
    approved_by: str = ""
    """Whose PIN said yes."""


@dataclass(frozen=True, slots=True)
class ObservedRequest:
    """One HTTP request that has ended. ``status`` is 0 where no answer came, ``code`` empty where it did what it was
    for."""

    name: str
    """GetMediaInfo, UploadPart."""
    method: str
    host: str
    began_at: float
    """Epoch seconds."""
    seconds: float
    status: int = 0
    code: str = ""
    request_id: str = ""
    resends: int = 0
    """How often it was sent before."""
    is_throttled: bool = False


@dataclass(frozen=True, slots=True)
class EndedCall:
    """How a call ended. ``answer`` is the service's, whole; ``requests`` has every try of a call to IMS."""

    outcome: Outcome
    seconds: float
    tries: int = 0
    status: int = 0
    code: str = ""
    request_id: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    requests: Sequence[ObservedRequest] = ()


class CallWatch(Protocol):
    """Watches one call."""

    def end(self, ended: EndedCall) -> None:
        """The call is over. Called once, in the task that began it; neither waits nor raises."""
        ...


class CallObserver(Protocol):
    """Hears of every call."""

    async def begin(self, call: ObservedCall) -> CallWatch:
        """Called before anything is sent. Raises Refused where the call must not go on unseen."""
        ...

    def refuse(self, call: ObservedCall, reason: str) -> None:
        """``call`` is not made, for a ``reason`` of one or two words. Neither waits nor raises."""
        ...

    def see_request(self, request: ObservedRequest) -> None:
        """A request of an upload has ended. Called from any thread; neither waits nor raises."""
        ...


class SeveralObservers:
    """Several as one. The first are those that may refuse a call: those after them have not heard of it then."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    async def begin(self, call: ObservedCall) -> CallWatch:
        watches: list[CallWatch] = []
        try:
            for observer in self._observers:
                watches.append(await observer.begin(call))
        except BaseException as error:
            _SeveralWatches(watches).end(end_with_error(error, seconds=0.0))
            raise
        return _SeveralWatches(watches)

    def refuse(self, call: ObservedCall, reason: str) -> None:
        for observer in self._observers:
            observer.refuse(call, reason)

    def see_request(self, request: ObservedRequest) -> None:
        for observer in self._observers:
            observer.see_request(request)


class _SeveralWatches:
    def __init__(self, watches: Sequence[CallWatch]) -> None:
        self._watches = watches

    def end(self, ended: EndedCall) -> None:
        for watch in reversed(self._watches):
            watch.end(ended)


def keep_code(code: str) -> str:
    """A code as a trace or an audit may hold it: it comes from whatever answered, and may be any text."""
    return code if not code or _CODE.fullmatch(code) else "_OTHER"


def keep_id(request_id: str) -> str:
    """The same for a RequestId."""
    return request_id if not request_id or _REQUEST_ID.fullmatch(request_id) else "_OTHER"


def join_observers(observers: Sequence[CallObserver]) -> CallObserver | None:
    """One that stands for all; None for none."""
    return SeveralObservers(observers) if observers[1:] else observers[0] if observers else None


def describe_try(
    outcome: Reply | Failure, what: tuple[str, str, str], *, began_at: float, seconds: float, resends: int
) -> ObservedRequest:
    """One try of a call to IMS. ``what``: operation, method and host."""
    status, code, request_id = read_outcome(outcome)
    is_throttled = isinstance(outcome, Failure) and outcome.kind is FailureKind.THROTTLED
    return ObservedRequest(*what, began_at, seconds, status, code, request_id, resends, is_throttled)


def read_outcome(outcome: Reply | Failure) -> tuple[int, str, str]:
    """Status (0: no answer), code (empty: done) and RequestId of one try."""
    if isinstance(outcome, Reply):
        return 200, "", outcome.request_id
    error = outcome.error
    if isinstance(error, ServiceError):
        return error.http_status, error.code, error.request_id
    return 0, type(error).__name__, ""


def end_with_reply(reply: Reply, *, seconds: float, tries: int, requests: Sequence[ObservedRequest]) -> EndedCall:
    """How a call ended that was answered."""
    return EndedCall(Outcome.DONE, seconds, tries, 200, "", reply.request_id, reply.data, requests)


def end_with_error(
    error: BaseException,
    *,
    seconds: float,
    tries: int = 0,
    requests: Sequence[ObservedRequest] = (),
    maybe_done: bool = False,
) -> EndedCall:
    """How a call ended that raised ``error``. ``maybe_done``: it is a write that may have been carried out."""
    if isinstance(error, Refused):
        return EndedCall(Outcome.REFUSED, seconds, tries, code=error.reason, requests=requests)
    uncertain = maybe_done or (isinstance(error, ConnectionFailed) and error.maybe_done)
    outcome = Outcome.UNKNOWN if uncertain else Outcome.FAILED
    if isinstance(error, ServiceError):
        return EndedCall(outcome, seconds, tries, error.http_status, error.code, error.request_id, requests=requests)
    code = "Cancelled" if isinstance(error, anyio.get_cancelled_exc_class()) else type(error).__name__
    return EndedCall(outcome, seconds, tries, 0, code, requests=requests)
