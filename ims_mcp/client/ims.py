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
from ims_mcp.client.answers import CallContext, Reply
from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.diagnosis import describe_recovery
from ims_mcp.client.retry import UNCERTAIN, Attempt, Failure, FailureKind, RetryPolicy, should_retry
from ims_mcp.client.wire import EncodedRequest, encode_request
from ims_mcp.errors import ConnectionFailed, DeadlineExceeded, Refused, ServiceError

if TYPE_CHECKING:  # imported at the first call, in a thread
    from ims_mcp.client.transport import Transport

RETRY_POLICY = RetryPolicy()
_LOOKING = "looking for credentials"

logger = logging.getLogger("ims_mcp.client")


@dataclass(slots=True)
class _Call:
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
            request=encode_request(operation, checked),
            repeatable=effect is Effect.READ or token is not None,
            recovery_hint=describe_recovery(operation, effect, token),
            limit_seconds=self._timeout_seconds if timeout_seconds is None else timeout_seconds,
        )
        with anyio.move_on_after(call.limit_seconds) as deadline:
            return await self._try_until_settled(call, deadline)
        raise self._explain_deadline(call)

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
                next_step="Tell the user what it would have done. Only the person who runs the server can change that: "
                "start it without --read-only and with IMS_MCP_READ_ONLY unset.",
            )
        if effect is Effect.DESTRUCTIVE and not (confirmed or self._allow_destructive):
            raise Refused(
                f"{operation.name} was not sent: it {operation.what_it_does(arguments)}, and nobody confirmed it.",
                next_step="Tell the user. Only the person who runs the server decides about such calls; its README "
                "says how.",
            )

    async def _try_until_settled(self, call: _Call, deadline: anyio.CancelScope) -> Reply:
        """Try until there is a result, an answer that trying again would not change, or no try left."""
        credential: Credential | None = None
        while True:
            call.stage = "finding the endpoint"
            endpoint = await self._endpoint()
            call.stage = "starting the HTTP client"
            transport = await self._open_transport(endpoint)
            if not call.operation.anonymous:
                call.stage = _LOOKING
                credential = await self._credentials.get()
            outcome = await self._try(call, transport, endpoint, credential)
            if isinstance(outcome, Reply):
                return outcome
            call.last = outcome
            call.maybe_done = call.maybe_done or outcome.kind in UNCERTAIN
            if not await self._prepare_next_try(call, outcome, credential, deadline):
                raise _explain_failure(call, outcome)

    async def _open_transport(self, endpoint: str) -> Transport:
        if self._transport is not None:
            return self._transport
        async with self._opening:
            if self._closed:
                raise RuntimeError("this ImsClient is closed")
            if self._transport is None:
                self._transport = await anyio.to_thread.run_sync(
                    _make_transport, endpoint, self._ssl_context, self.service_clock.now, abandon_on_cancel=True
                )
            return self._transport

    async def _try(
        self, call: _Call, transport: Transport, endpoint: str, credential: Credential | None
    ) -> Reply | Failure:
        call.requests += 1
        call.tries += 1
        call.stage = f"waiting for the answer{transport.route.by}"
        call.attempt = Attempt()
        context = CallContext(
            call.operation.name,
            urlsplit(endpoint).netloc,
            recovery_hint=call.recovery_hint,
            secrets=credential.secrets if credential is not None else (),
            key_id=credential.access_key_id if credential is not None else "",
        )
        begun_at = time.monotonic()
        outcome = await transport.send(
            endpoint,
            call.request,
            credential,
            context,
            attempt=call.attempt,
            connect_seconds=call.limit_seconds / 3,
            # A connection that went dead unnoticed must not use up the whole deadline of a call that may be repeated.
            silence_seconds=call.limit_seconds / 2 if call.repeatable else None,
        )
        call.attempt = None
        _log_try(call, outcome, time.monotonic() - begun_at)
        return outcome

    async def _prepare_next_try(
        self, call: _Call, failure: Failure, credential: Credential | None, deadline: anyio.CancelScope
    ) -> bool:
        """Do what the next try needs (the right time, fresh credentials, a wait); False where there is none."""
        if failure.kind is FailureKind.CLOCK:
            if call.clock_set or failure.server_time is None:
                return False
            call.clock_set = True
            call.tries -= 1  # the service refused to look at it: that was no try
            self.service_clock.set_to(failure.server_time)
            return True
        if failure.kind is FailureKind.EXPIRED:
            if call.renewed or credential is None:
                return False
            call.renewed = True
            call.tries -= 1
            call.stage = "renewing credentials"
            # Another call may have renewed them meanwhile.
            return await self._credentials.get() != credential or await self._credentials.renew() != credential
        if call.tries >= RETRY_POLICY.max_tries or not should_retry(failure.kind, repeatable=call.repeatable):
            return False
        wait = RETRY_POLICY.compute_backoff_seconds(call.tries, failure.retry_after_seconds, self._jitter())
        if wait >= deadline.deadline - anyio.current_time():
            return False  # the deadline would pass in its sleep: say now what is known
        call.stage = "waiting to try again"
        await self.sleep(wait)
        return True

    def _explain_deadline(self, call: _Call) -> DeadlineExceeded:
        sent = call.attempt is not None and call.attempt.sent
        maybe_done = bool(call.recovery_hint) and (sent or call.maybe_done)
        asked = self._credentials.name_asked() if call.stage == _LOOKING else ""
        stage = f"{call.stage}: {asked}" if asked else call.stage
        so_far = f" after {call.requests} {'try' if call.requests == 1 else 'tries'}" if call.requests else ""
        before = f" The try before: {call.last.error}" if call.last is not None else ""
        logger.warning(
            "%s: deadline passed",
            call.operation.name,
            extra={**_log_fields(call), "code": "DeadlineExceeded", "status": 0},
        )
        return DeadlineExceeded(
            f"{call.operation.name} had no result within {call.limit_seconds:g} s{so_far} ({stage}).{before}",
            maybe_done=maybe_done,
            next_step=call.recovery_hint
            if maybe_done
            else "Call again, asking for less. If it stays so, for whoever runs the server: a longer timeout "
            "(IMS_MCP_TIMEOUT_SECONDS) helps if the service is slow; `ims-mcp doctor` tries the way there.",
        )


def _make_transport(endpoint: str, ssl_context: ssl.SSLContext | None, now: Callable[[], float]) -> Transport:
    """0.3 s of imports and certificates, for a worker thread."""
    from ims_mcp.client.transport import Transport, read_connection_config  # heavy, so imported late

    return Transport(read_connection_config(endpoint, ssl_context), now=now)


def _explain_failure(call: _Call, failure: Failure) -> Exception:
    """The last try's error; where an earlier try may have been carried out, it says so."""
    error = failure.error
    if call.recovery_hint and call.maybe_done and failure.kind not in UNCERTAIN:
        error.next_step = f"{error.next_step} An earlier try may have been carried out: {call.recovery_hint}"
        if isinstance(error, ConnectionFailed):
            error.maybe_done = True
    return error


def _log_fields(call: _Call) -> dict[str, Any]:
    """What every log record of a call has; arguments, URLs and headers are never in one."""
    return {
        "operation": call.operation.name,
        "attempt": call.requests,
        "elapsed_ms": round((time.monotonic() - call.started_at) * 1000, 1),
    }


def _log_try(call: _Call, outcome: Reply | Failure, seconds: float) -> None:
    if isinstance(outcome, Reply) and not logger.isEnabledFor(logging.DEBUG):
        return  # the usual case, and collecting the fields is not free
    fields = {**_log_fields(call), "try_ms": round(seconds * 1000, 1)}
    if isinstance(outcome, Reply):
        fields |= {"status": 200, "code": "", "request_id": outcome.request_id, "size_bytes": outcome.size_bytes}
        logger.debug("%s answered", call.operation.name, extra=fields)
        return
    error = outcome.error
    service = error if isinstance(error, ServiceError) else None
    code, status = (service.code, service.http_status) if service else (type(error).__name__, 0)
    fields |= {"status": status, "code": code, "request_id": service.request_id if service else ""}
    level = logging.INFO if outcome.kind is FailureKind.FINAL else logging.WARNING
    logger.log(level, "%s failed: %s (%s)", call.operation.name, code, outcome.kind.value, extra=fields)
