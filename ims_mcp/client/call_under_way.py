"""One call under way: how far it has come, what its log records say, and the errors it can end with."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client.answers import Reply
from ims_mcp.client.observers import EndedCall, ObservedRequest, end_with_error, read_outcome
from ims_mcp.client.retry import UNCERTAIN, Attempt, Failure, FailureKind
from ims_mcp.client.wire import EncodedRequest
from ims_mcp.errors import ConnectionFailed, DeadlineExceeded

WAITING_FOR_TURN, TO_TRY_AGAIN = "waiting for the account's limit", "waiting to try again"
"""Stages in which nothing is on its way."""

logger = logging.getLogger("ims_mcp.client")


@dataclass(slots=True)
class CallUnderWay:
    """One call under way: what is fixed from its beginning, and how far it has come."""

    operation: Operation
    request: EncodedRequest
    repeatable: bool
    recovery_hint: str
    limit_seconds: float
    started_at: float = field(default_factory=time.monotonic)
    stage: str = "starting"
    requests: int = 0
    """Begun, whatever for."""
    tries: int = 0
    """Of those, the ones that count against the policy."""
    attempt: Attempt | None = None
    maybe_done: bool = False
    """An earlier try may have been carried out."""
    last: Failure | None = None
    seen: list[ObservedRequest] | None = None
    """Every try, where somebody watches."""
    clock_set: bool = False
    renewed: bool = False

    def explain_failure(self, failure: Failure) -> Exception:
        """The last try's error; where an earlier try may have been carried out, it says so."""
        error = failure.error
        if self.recovery_hint and self.maybe_done and failure.kind not in UNCERTAIN:
            error.next_step = f"{error.next_step} An earlier try may have been carried out: {self.recovery_hint}"
            if isinstance(error, ConnectionFailed):
                error.maybe_done = True
        return error

    def explain_deadline(self, asked: str) -> DeadlineExceeded:
        """The error once its time has passed. ``asked``: who was being asked for credentials, if anybody was."""
        stage = f"{self.stage}: {asked}" if asked else self.stage
        so_far = f" after {self.requests} {'try' if self.requests == 1 else 'tries'}" if self.requests else ""
        before = f" The try before: {self.last.error}" if self.last is not None else ""
        logger.warning(
            "%s: deadline passed",
            self.operation.name,
            extra={**self.log_fields(), "code": "DeadlineExceeded", "status": 0},
        )
        return DeadlineExceeded(
            f"{self.operation.name} had no result within {self.limit_seconds:g} s{so_far} ({stage}).{before}",
            maybe_done=self.may_have_acted,
            next_step=self.recovery_hint
            if self.may_have_acted
            else "Call again, asking for less. If it stays so, for whoever runs the server: a longer timeout "
            "(IMS_MCP_TIMEOUT_SECONDS) helps if the service is slow; `ims-mcp doctor` tries the way there.",
        )

    def end_with_error(self, error: BaseException) -> EndedCall:
        """What whoever watches is told where it was broken off or failed."""
        return end_with_error(
            error,
            seconds=time.monotonic() - self.started_at,
            tries=self.requests,
            requests=self.seen or (),
            maybe_done=self.may_have_acted,
        )

    def log_fields(self) -> dict[str, Any]:
        """What every log record of a call has; arguments, URLs and headers are never in one."""
        return {
            "operation": self.operation.name,
            "attempt": self.requests,
            "elapsed_ms": round((time.monotonic() - self.started_at) * 1000, 1),
        }

    def log_try(self, outcome: Reply | Failure, seconds: float) -> None:
        """One record for a try; one that went well is of interest to few."""
        if isinstance(outcome, Reply) and not logger.isEnabledFor(logging.DEBUG):
            return  # the usual case, and collecting the fields is not free
        fields = {**self.log_fields(), "try_ms": round(seconds * 1000, 1)}
        status, code, request_id = read_outcome(outcome)
        fields |= {"status": status, "code": code, "request_id": request_id}
        if isinstance(outcome, Reply):
            logger.debug("%s answered", self.operation.name, extra=fields | {"size_bytes": outcome.size_bytes})
            return
        # Of throttled calls there are many where a limit is met, and the limiter does what has to be done.
        expected = outcome.kind in (FailureKind.FINAL, FailureKind.THROTTLED)
        level = logging.INFO if expected else logging.WARNING
        logger.log(level, "%s failed: %s (%s)", self.operation.name, code, outcome.kind.value, extra=fields)

    @property
    def is_sent(self) -> bool:
        """Whether a try of it is on its way, or answered and its caller does not know yet. A call that may be repeated
        is not, while it waits for its next try."""
        if self.stage in (WAITING_FOR_TURN, TO_TRY_AGAIN):
            return self.maybe_done and not self.repeatable
        return self.attempt.sent if self.attempt is not None else self.requests > 0

    @property
    def may_have_acted(self) -> bool:
        """Whether the service may have done something that nobody has heard of."""
        sent = self.attempt is not None and self.attempt.sent  # broken off while it waited
        return bool(self.recovery_hint) and (sent or self.maybe_done)


@dataclass(slots=True)
class CallSlot:
    """What a task calls at the moment, for whoever breaks tasks off and lets end what has been sent."""

    call: CallUnderWay | None = None
    maybe_done: bool = False
    """Whether a call that changes something has been answered, or may have been carried out; its owner resets it."""

    @property
    def is_sent(self) -> bool:
        """See :attr:`CallUnderWay.is_sent`."""
        return self.call is not None and self.call.is_sent


current_slot: ContextVar[CallSlot | None] = ContextVar("current_slot", default=None)
"""Set by a task that somebody may break off."""


@contextmanager
def occupying_slot(call: CallUnderWay) -> Generator[None]:
    """For as long as the call is under way."""
    slot = current_slot.get()
    if slot is None:
        yield
        return
    slot.call = call
    try:
        yield
        slot.maybe_done = slot.maybe_done or bool(call.recovery_hint)
    except BaseException:
        slot.maybe_done = slot.maybe_done or call.may_have_acted
        raise
    finally:
        slot.call = None
