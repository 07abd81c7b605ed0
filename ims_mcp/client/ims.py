"""ImsClient: a call from checked arguments to a Reply or an ImsError, inside one deadline."""

from __future__ import annotations

import logging
import random
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.operation import Effect, Operation
from ims_mcp.client.answers import Asked, Reply
from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.diagnosis import find_out
from ims_mcp.client.retry import MAX_TRIES, UNCERTAIN, Attempt, Failure, Kind, sent_again, wait_seconds
from ims_mcp.client.wire import Placed, place
from ims_mcp.errors import ConnectionFailed, DeadlineExceeded, Refused, ServiceError

if TYPE_CHECKING:  # imported at the first call, in a thread
    from ims_mcp.client.transport import Surroundings, Transport

__all__ = ["ImsClient", "Reply"]

_LOOKING = "looking for credentials"

logger = logging.getLogger("ims_mcp.client")


@dataclass(slots=True)
class _Call:
    """One call under way: what is fixed from its beginning, and how far it has come."""

    operation: Operation
    placed: Placed
    repeatable: bool
    doubt: str
    limit_seconds: float
    started_at: float = field(default_factory=time.monotonic)
    stage: str = "starting"
    attempts: int = 0
    """Requests begun, whatever for."""
    tries: int = 0
    """Of those, the ones that count against MAX_TRIES."""
    attempt: Attempt | None = None
    maybe_done: bool = False
    """An earlier try may have been carried out."""
    last: Failure | None = None
    clock_set: bool = False
    renewed: bool = False


class ImsClient:
    """Calls operations of IMS over one pool of connections, made at the first call. Async context manager.

    ``endpoint`` gives scheme and host and is asked at every call, so it may start something first. ``timeout_seconds``
    is the deadline of a call, credentials, retries and waits included. ``clock`` (epoch seconds), ``sleep`` and
    ``jitter`` (0 to 1) are there for tests, ``ssl_context`` for certificate authorities of one's own.
    """

    def __init__(
        self,
        endpoint: Callable[[], Awaitable[str]],
        credentials: CredentialSource,
        *,
        timeout_seconds: float = 30.0,
        read_only: bool = False,
        allow_destructive: bool = False,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._timeout_seconds = timeout_seconds
        self._read_only = read_only
        self._allow_destructive = allow_destructive
        self._ssl_context = ssl_context
        self.service_clock = ServiceClock(clock)
        """Shared with uploads: whoever learns the service's time first tells the others."""
        self.sleep = sleep
        """For those who wait between calls of it."""
        self._jitter = jitter
        self._transport: Transport | None = None
        self._opening = anyio.Lock()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def call(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        *,
        confirmed: bool = False,
        timeout_seconds: float | None = None,
    ) -> Reply:
        """Call ``operation`` and return its whole answer. ``confirmed``: the user agreed to a destructive call.

        Raises InvalidArguments or Refused (nothing was sent), CredentialsError, ServiceError, ConnectionFailed, and
        DeadlineExceeded once ``timeout_seconds`` have passed.
        """
        checked = check(operation, arguments, as_sent=True)
        effect = operation.effect_of(checked)
        self.guard(operation, checked, confirmed=confirmed)
        token: str | None = None
        if operation.has_client_token:
            # Always sent, and the same at every try: the service takes tries with one token for one call.
            token = str(checked.get("ClientToken") or uuid.uuid4().hex)
            checked["ClientToken"] = token
        call = _Call(
            operation=operation,
            placed=place(operation, checked),
            repeatable=effect is Effect.READ or token is not None,
            doubt=find_out(operation, effect, token),
            limit_seconds=self._timeout_seconds if timeout_seconds is None else timeout_seconds,
        )
        with anyio.move_on_after(call.limit_seconds) as deadline:
            return await self._settle(call, deadline)
        raise self._too_late(call)

    def needs_confirmation(self, operation: Operation, arguments: Mapping[str, Any]) -> bool:
        """Whether the user has to be asked before this call; False too where it is refused anyway."""
        if self._read_only or self._allow_destructive:
            return False
        return operation.effect_of(arguments) is Effect.DESTRUCTIVE

    def guard(self, operation: Operation, arguments: Mapping[str, Any], *, confirmed: bool = False) -> None:
        """Raises Refused where this call would be; for those who have something to do before it."""
        effect = operation.effect_of(arguments)
        if effect is Effect.READ:
            return
        if self._read_only:
            raise Refused(
                f"{operation.name} was not sent: it changes things, and this server is in read-only mode.",
                next_step="Only the person who runs the server can change that: start it without --read-only and with "
                "IMS_MCP_READ_ONLY unset.",
            )
        if effect is Effect.DESTRUCTIVE and not (confirmed or self._allow_destructive):
            raise Refused(
                f"{operation.name} was not sent: it {operation.what_it_does(arguments)}, and nobody confirmed it.",
                next_step="Tell the user. Only the person who runs the server decides about such calls; its README "
                "says how.",
            )

    async def _settle(self, call: _Call, deadline: anyio.CancelScope) -> Reply:
        """Try until there is a result, an answer that trying again would not change, or no try left."""
        credential: Credential | None = None
        while True:
            call.stage = "finding the endpoint"
            endpoint = await self._endpoint()
            call.stage = "starting the HTTP client"
            transport = await self._opened(endpoint)
            if not call.operation.anonymous:
                call.stage = _LOOKING
                credential = await self._credentials.get()
            outcome = await self._try(call, transport, endpoint, credential)
            if isinstance(outcome, Reply):
                return outcome
            call.last = outcome
            call.maybe_done = call.maybe_done or outcome.kind in UNCERTAIN
            if not await self._prepared_for_another(call, outcome, credential, deadline):
                raise _final_error(call, outcome)

    async def _opened(self, endpoint: str) -> Transport:
        if self._transport is not None:
            return self._transport
        async with self._opening:
            if self._closed:
                raise RuntimeError("this ImsClient is closed")
            if self._transport is None:
                factory, around = await anyio.to_thread.run_sync(
                    _transport_parts, endpoint, self._ssl_context, abandon_on_cancel=True
                )
                self._transport = factory(around, now=self.service_clock.now)
            return self._transport

    async def _try(
        self, call: _Call, transport: Transport, endpoint: str, credential: Credential | None
    ) -> Reply | Failure:
        call.attempts += 1
        call.tries += 1
        call.stage = f"waiting for the answer{transport.route.by}"
        # A read changes nothing whether it was sent or not: it needs no account of that.
        call.attempt = Attempt() if call.doubt else None
        asked = Asked(
            call.operation.name,
            urlsplit(endpoint).netloc,
            doubt=call.doubt,
            secrets=credential.secrets if credential is not None else (),
            key_id=credential.access_key_id if credential is not None else "",
        )
        begun_at = time.monotonic()
        outcome = await transport.send(
            endpoint,
            call.placed,
            credential,
            asked,
            attempt=call.attempt,
            connect_seconds=call.limit_seconds / 3,
            # A connection that went dead unnoticed must not use up the whole deadline of a call that may be repeated.
            silence_seconds=call.limit_seconds / 2 if call.repeatable else None,
        )
        call.attempt = None
        _log_try(call, outcome, time.monotonic() - begun_at)
        return outcome

    async def _prepared_for_another(
        self, call: _Call, failure: Failure, credential: Credential | None, deadline: anyio.CancelScope
    ) -> bool:
        """Do what the next try needs (the right time, fresh credentials, a wait); False where there is none."""
        if failure.kind is Kind.CLOCK:
            if call.clock_set or failure.server_time is None:
                return False
            call.clock_set = True
            call.tries -= 1  # the service refused to look at it: that was no try
            self.service_clock.set_to(failure.server_time)
            return True
        if failure.kind is Kind.EXPIRED:
            if call.renewed or credential is None:
                return False
            call.renewed = True
            call.tries -= 1
            call.stage = "renewing credentials"
            # Another call may have renewed them meanwhile.
            return await self._credentials.get() != credential or await self._credentials.renew() != credential
        if call.tries >= MAX_TRIES or not sent_again(failure.kind, repeatable=call.repeatable):
            return False
        wait = wait_seconds(call.tries, failure.retry_after_seconds, self._jitter())
        if wait >= deadline.deadline - anyio.current_time():
            return False  # the deadline would pass in its sleep: say now what is known
        call.stage = "waiting to try again"
        await self.sleep(wait)
        return True

    def _too_late(self, call: _Call) -> DeadlineExceeded:
        sent = call.attempt is not None and call.attempt.sent
        maybe_done = bool(call.doubt) and (sent or call.maybe_done)
        asked = self._credentials.waiting_for() if call.stage == _LOOKING else ""
        stage = f"{call.stage}: {asked}" if asked else call.stage
        so_far = f" after {call.attempts} {'try' if call.attempts == 1 else 'tries'}" if call.attempts else ""
        before = f" The try before: {call.last.error}" if call.last is not None else ""
        error = DeadlineExceeded(
            f"{call.operation.name} had no result within {call.limit_seconds:g} s{so_far} ({stage}).{before}",
            maybe_done=maybe_done,
            next_step=call.doubt
            if maybe_done
            else "Call again, with a longer timeout if the service is slow; `ims-mcp doctor` tries the way there.",
        )
        logger.warning(
            "%s: deadline passed", call.operation.name, extra={**_where(call), "code": "DeadlineExceeded", "status": 0}
        )
        return error


def _transport_parts(
    endpoint: str, ssl_context: ssl.SSLContext | None
) -> tuple[Callable[..., Transport], Surroundings]:
    """The slow part of opening, 0.3 s of imports and certificates, for a worker thread."""
    from ims_mcp.client.transport import Transport, surroundings  # heavy, so imported late

    return Transport, surroundings(endpoint, ssl_context)


def _final_error(call: _Call, failure: Failure) -> Exception:
    """The last try's error; where an earlier try may have been carried out, it says so."""
    error = failure.error
    if call.doubt and call.maybe_done and failure.kind not in UNCERTAIN:
        error.next_step = f"{error.next_step} An earlier try may have been carried out: {call.doubt}"
        if isinstance(error, ConnectionFailed):
            error.maybe_done = True
    return error


def _where(call: _Call) -> dict[str, Any]:
    """The fields every log record of a call has; arguments, URLs and headers are never among them."""
    return {
        "operation": call.operation.name,
        "attempt": call.attempts,
        "elapsed_ms": round((time.monotonic() - call.started_at) * 1000, 1),
    }


def _log_try(call: _Call, outcome: Reply | Failure, seconds: float) -> None:
    if isinstance(outcome, Reply) and not logger.isEnabledFor(logging.DEBUG):
        return  # the usual case, and collecting the fields is not free
    fields = {**_where(call), "try_ms": round(seconds * 1000, 1)}
    if isinstance(outcome, Reply):
        fields |= {"status": 200, "code": "", "request_id": outcome.request_id, "size_bytes": outcome.size_bytes}
        logger.debug("%s answered", call.operation.name, extra=fields)
        return
    error = outcome.error
    service = error if isinstance(error, ServiceError) else None
    code, status = (service.code, service.http_status) if service else (type(error).__name__, 0)
    fields |= {"status": status, "code": code, "request_id": service.request_id if service else ""}
    level = logging.INFO if outcome.kind is Kind.FINAL else logging.WARNING
    logger.log(level, "%s failed: %s (%s)", call.operation.name, code, outcome.kind.value, extra=fields)
