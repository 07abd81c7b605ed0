"""ImsClient: a call from checked arguments to a Reply or an ImsError, inside one deadline."""

from __future__ import annotations

import copy
import logging
import random
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import anyio

from ims_mcp.call_origin import FORM, current_consent
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.operation import Effect, Operation
from ims_mcp.client.answers import CallContext, Reply
from ims_mcp.client.call_under_way import TO_TRY_AGAIN, WAITING_FOR_TURN, CallUnderWay, occupying_slot
from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.diagnosis import describe_recovery
from ims_mcp.client.download import download
from ims_mcp.client.limiter import Limiter, Permit
from ims_mcp.client.observers import (
    CallObserver,
    Confirmation,
    ObservedCall,
    describe_try,
    end_with_reply,
)
from ims_mcp.client.pool import ConnectionPool
from ims_mcp.client.retry import UNCERTAIN, Attempt, Failure, FailureKind, RetryPolicy, should_retry
from ims_mcp.client.wire import encode_request
from ims_mcp.config.rights import Asking, Rights, find_started_work
from ims_mcp.errors import RateLimited, Refused, ServiceError

if TYPE_CHECKING:
    from ims_mcp.client.transport import Transport

RETRY_POLICY = RetryPolicy()
_LOOKING = "looking for credentials"
_FOR_TURN = 0.9
"""Of what is left of the deadline, so much may be spent on waiting for a turn."""

logger = logging.getLogger("ims_mcp.client")

T = TypeVar("T")


class ImsClient:
    """Calls operations of IMS in one account and region. Async context manager.

    ``endpoint`` gives scheme and host and is asked at every call, so it may start something first. ``timeout_seconds``
    is the deadline of a call, credentials, retries and waits included. ``account`` is its name where there are several.
    ``pool`` is shared with other clients, and stays open; without one it has its own. ``limiter`` is that of the
    process; without one only the service limits. ``clock`` (epoch seconds), ``sleep`` and ``jitter`` (0 to 1) are there
    for tests, ``ssl_context`` for certificate authorities of one's own.
    """

    def __init__(
        self,
        endpoint: Callable[[], Awaitable[str]],
        credentials: CredentialSource,
        *,
        timeout_seconds: float = 30.0,
        read_only: bool = False,
        allow_destructive: bool = False,
        account: str = "",
        pool: ConnectionPool | None = None,
        limiter: Limiter | None = None,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
        observer: CallObserver | None = None,
        region: str = "",
    ) -> None:
        """``observer`` hears of every call, with the names of ``account`` and ``region``."""
        self._endpoint = endpoint
        self._credentials = credentials
        self._timeout_seconds = timeout_seconds
        self._read_only = read_only
        self._allow_destructive = allow_destructive
        self.account = account
        self._limited_as = account
        self._rights = Rights()
        self._pool = pool or ConnectionPool(ssl_context)
        self._owns_pool = pool is None
        self._limiter = limiter
        self._kept: dict[type, Any] = {}
        self.service_clock = ServiceClock(clock)
        """Shared with uploads: whoever learns the service's time first tells the others."""
        self.sleep = sleep
        """For those who wait between calls of it."""
        self._jitter = jitter
        self._observer = observer
        self._region = region

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owns_pool:
            await self._pool.__aexit__(kind, error, trace)

    def for_rights(self, rights: Rights) -> Self:
        """The same client for somebody who may do only so much with it."""
        client = copy.copy(self)
        client._rights = rights
        return client

    def for_credentials(self, credentials: CredentialSource, whose: str) -> Self:
        """A client for the same service with the credentials of another account, which is unknown but for what tells it
        from others (``whose``). It remembers nothing of this one."""
        client = copy.copy(self)
        client._credentials, client._kept, client._limited_as = credentials, {}, whose
        return client

    async def find_endpoint(self) -> str:
        """Scheme and host of the service; an embedded one is started for it."""
        return await self._endpoint()

    async def find_credential(self) -> Credential:
        """What its calls are signed with. Raises CredentialsError."""
        return await self._credentials.get()

    async def open_transport(self, endpoint: str) -> Transport:
        """Connections to another host than the service's, by the same way."""
        return await self._pool.open(endpoint)

    def describe_credentials(self) -> str:
        """Where they came from, once a call has looked for them."""
        return self._credentials.describe()

    def keep(self, kind: type[T], make: Callable[[], T]) -> T:
        """What a workflow remembers of this account from call to call, made at the first; it ends with the client."""
        if kind not in self._kept:
            self._kept[kind] = make()
        return self._kept[kind]

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
        call = CallUnderWay(
            operation=operation,
            request=encode_request(operation, checked),
            repeatable=effect is Effect.READ or token is not None,
            recovery_hint=describe_recovery(operation, effect, token),
            limit_seconds=self._timeout_seconds if timeout_seconds is None else timeout_seconds,
        )
        if self._observer is None:
            return await self._settle(call)
        # Before the call's own time begins: what has to be written down first may have to wait.
        watch = await self._observer.begin(self._describe_call(operation, checked, effect, confirmed=confirmed))
        call.seen, call.started_at = [], time.monotonic()
        try:
            reply = await self._settle(call)
        except BaseException as error:
            watch.end(call.end_with_error(error))
            raise
        seconds = time.monotonic() - call.started_at
        watch.end(end_with_reply(reply, seconds=seconds, tries=call.requests, requests=call.seen))
        return reply

    async def download(self, url: str, *, most_bytes: int, timeout_seconds: float) -> bytes:
        """The small file at an address that this service gave. Raises DownloadFailed."""
        endpoint = await self._endpoint()
        return await download(
            self._pool, url, endpoint=endpoint, most_bytes=most_bytes, timeout_seconds=timeout_seconds
        )

    def observe_refusal(self, operation: Operation, arguments: Mapping[str, Any], refused: Refused) -> Refused:
        """Tell whoever watches of a call that is not made, once; for those too who refuse it before it gets here."""
        if self._observer is not None and not refused.is_observed:
            refused.is_observed = True
            call = self._describe_call(operation, arguments, operation.effect_of(arguments))
            self._observer.refuse(call, refused.reason)
        return refused

    def _describe_call(
        self, operation: Operation, arguments: Mapping[str, Any], effect: Effect, *, confirmed: bool | None = None
    ) -> ObservedCall:
        """``confirmed`` is None for a call that is refused."""
        how, by = Confirmation.NONE, ""
        if effect is not Effect.READ and confirmed and (consent := current_consent.get()) is not None:
            how, by = Confirmation(consent.how), consent.by
        elif effect is Effect.DESTRUCTIVE and confirmed is not None:
            how = Confirmation.ASKED if confirmed else Confirmation.ALLOWED
        return ObservedCall(operation.name, effect, operation, arguments, self.account, self._region, how, by)

    async def _settle(self, call: CallUnderWay) -> Reply:
        with anyio.move_on_after(call.limit_seconds) as deadline, occupying_slot(call):
            return await self._try_until_settled(call, deadline)
        raise call.explain_deadline(self._credentials.name_asked() if call.stage == _LOOKING else "")

    def needs_confirmation(self, operation: Operation, arguments: Mapping[str, Any]) -> bool:
        """Whether the user has to be asked before this call; False too where it is refused anyway."""
        effect = operation.effect_of(arguments)
        if self._read_only or not self._rights.permits_unnamed(operation, effect):
            return False
        return self.find_asking(operation, arguments) in (Asking.ASK, Asking.PAGE)

    def find_asking(self, operation: Operation, arguments: Mapping[str, Any]) -> Asking:
        """Whether and how somebody has to agree to this call, where it may be made at all."""
        effect = operation.effect_of(arguments)
        if self._allow_destructive:
            return self._rights.find_ruled(operation, effect, arguments) or Asking.ALLOW
        return self._rights.find_asking(operation, effect, arguments)

    def guard(self, operation: Operation, arguments: Mapping[str, Any], *, confirmed: bool = False) -> None:
        """Raises Refused where this call would be; for those who have something to do before it."""
        effect = operation.effect_of(arguments)
        asking = self.find_asking(operation, arguments)
        if effect is Effect.READ and asking is not Asking.DENY:
            return
        consent = current_consent.get()
        if effect is not Effect.READ and (self._read_only or not self._rights.permits_unnamed(operation, effect)):
            refused = self.refuse(operation, effect)
        elif asking is Asking.DENY:
            refused = Refused(
                f"{operation.name} was not sent: a rule of this server denies it"
                f"{f' in the account {self.account}' if self.account else ''}.",
                next_step="Nothing was sent. Tell the user. Whoever runs the server writes its rules.",
                reason="denied",
            )
        elif not self._rights.pays(operation, effect) and (path := find_started_work(arguments)):
            refused = self.refuse(operation, effect, f"{path} starts work that costs money, and ")
        elif asking is Asking.PAGE and confirmed and consent is not None and consent.how == FORM:
            refused = Refused(
                f"{operation.name} was not sent: since the user was asked, a rule wants their approval on a page.",
                next_step="Nothing was sent. Call again.",
                reason="not_confirmed",
            )
        elif asking in (Asking.ASK, Asking.PAGE) and not confirmed:
            refused = Refused(
                f"{operation.name} was not sent: it {operation.what_it_does(arguments)}, and nobody confirmed it.",
                next_step="Tell the user. Only the person who runs the server decides about such calls; its README "
                "says how.",
                reason="not_confirmed",
            )
        else:
            return
        raise self.observe_refusal(operation, arguments, refused)

    def refuse(self, operation: Operation, effect: Effect, why: str = "") -> Refused:
        """What says that this server, or this caller, makes no calls of this effect. ``why`` begins the reason."""
        if self._read_only and effect is not Effect.READ:
            return Refused(
                f"{operation.name} was not sent: it changes things, and this server is in read-only mode.",
                next_step="Tell the user what it would have done. Only the person who runs the server can change that: "
                "start it without --read-only and with IMS_MCP_READ_ONLY unset.",
                reason="read_only",
            )
        what = "operations that cost money are" if self._rights.gives(effect) else f"{effect} calls are"
        return Refused(
            f"{operation.name} was not sent: {why}{what} not among the caller's rights"
            f"{f' in the account {self.account}' if self.account else ''}.",
            next_step="Tell the user. Whoever runs the server grants rights, in its configuration file.",
            reason="no_right",
        )

    async def _try_until_settled(self, call: CallUnderWay, deadline: anyio.CancelScope) -> Reply:
        """Try until there is a result, an answer that trying again would not change, or no try left."""
        credential: Credential | None = None
        while True:
            call.stage = "finding the endpoint"
            endpoint = await self._endpoint()
            call.stage = "starting the HTTP client"
            transport = await self._pool.open(endpoint)
            if not call.operation.anonymous:
                call.stage = _LOOKING
                credential = await self._credentials.get()
            permit = await self._wait_for_turn(call, deadline)
            outcome = await self._try(call, transport, endpoint, credential)
            if permit is not None and self._limiter is not None:
                await self._limiter.report(permit, _read_throttling(outcome), _read_retry_after(outcome))
            if isinstance(outcome, Reply):
                return outcome
            call.last = outcome
            call.maybe_done = call.maybe_done or outcome.kind in UNCERTAIN
            if not await self._prepare_next_try(call, outcome, credential, deadline):
                raise call.explain_failure(outcome)

    async def _wait_for_turn(self, call: CallUnderWay, deadline: anyio.CancelScope) -> Permit | None:
        """Raises RateLimited where the account's limit leaves no time for this call; after a try whose outcome is not
        known, that one's error, which says more."""
        if self._limiter is None:
            return None
        call.stage = WAITING_FOR_TURN
        left = deadline.deadline - anyio.current_time()
        try:
            # A turn that comes with the deadline would be of no use.
            return await self._limiter.acquire(self._limited_as, call.operation.name, left * _FOR_TURN)
        except RateLimited as error:
            logger.info(
                "%s: the account's limit is used up",
                call.operation.name,
                extra={**call.log_fields(), "code": "RateLimited", "status": 0},
            )
            if call.maybe_done and call.last is not None:
                raise call.explain_failure(call.last) from error
            raise

    async def _try(
        self, call: CallUnderWay, transport: Transport, endpoint: str, credential: Credential | None
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
        begun_at, began_at = time.monotonic(), time.time()
        outcome = await transport.send(
            endpoint,
            call.request,
            credential,
            context,
            now=self.service_clock.now(),
            attempt=call.attempt,
            connect_seconds=call.limit_seconds / 3,
            # A connection that went dead unnoticed must not use up the whole deadline of a call that may be repeated.
            silence_seconds=call.limit_seconds / 2 if call.repeatable else None,
        )
        call.attempt = None
        seconds = time.monotonic() - begun_at
        if call.seen is not None:
            what, resends = (call.operation.name, call.request.method, context.host), call.requests - 1
            call.seen.append(describe_try(outcome, what, began_at=began_at, seconds=seconds, resends=resends))
        call.log_try(outcome, seconds)
        return outcome

    async def _prepare_next_try(
        self, call: CallUnderWay, failure: Failure, credential: Credential | None, deadline: anyio.CancelScope
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
        call.stage = TO_TRY_AGAIN
        await self.sleep(wait)
        return True


def _read_throttling(outcome: Reply | Failure) -> str | None:
    """The code of an answer that refuses a call for its frequency."""
    if isinstance(outcome, Reply) or outcome.kind is not FailureKind.THROTTLED:
        return None
    return outcome.error.code if isinstance(outcome.error, ServiceError) else ""


def _read_retry_after(outcome: Reply | Failure) -> float | None:
    return None if isinstance(outcome, Reply) else outcome.retry_after_seconds
