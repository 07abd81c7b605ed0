"""One request to OSS until it succeeds: in a thread, with a fresh credential each time, repeated with patience."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
import anyio.to_thread

from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.failures import Kind, OssFailure

if TYPE_CHECKING:  # it imports requests, which only an upload needs
    from ims_mcp.client.oss.connections import Lines

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger("ims_mcp.client.oss")


class Credentials(Protocol):
    """Gives the credential for the next request: asked before every one, so what is still good should come from memory.

    ``force``: OSS called the last one expired, get another. Raises ImsError, which ends the upload as it is; what was
    sent is kept.
    """

    async def __call__(self, *, force: bool = False) -> Credential: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an upload waits for what, in seconds, and how often it tries."""

    connect: float = 10.0
    stall: float = 20.0
    """No byte is taken by the connection."""
    answer: float = 60.0
    """Everything has arrived and nothing comes back."""
    complete: float = 180.0
    """The same for the last request: making one object of 10,000 parts may take OSS longer than anything else."""
    tries: int = 8
    """For each request, the first included."""
    base: float = 0.5
    """The wait before try n+1 is drawn from 0 to base * 2^(n-1)…"""
    cap: float = 20.0
    """… or to this, whichever is less."""
    clean_up: float = 5.0
    """For aborting the multipart upload of a cancelled transfer."""

    def wait_seconds(self, tries: int, retry_after_seconds: float, jitter: float) -> float:
        return retry_after_seconds + jitter * min(self.cap, self.base * 2 ** (tries - 1))


class Attempts:
    """The requests of one upload, up to ``threads`` at once."""

    def __init__(
        self,
        credentials: Credentials,
        lines: Lines,
        patience: Patience,
        clock: ServiceClock,
        *,
        threads: int,
        sleep: Sleep = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._credentials = credentials
        self._lines = lines
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._limiter = anyio.CapacityLimiter(threads)
        self._renewing = anyio.Lock()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do it off the event loop. A cancellation does not wait for it: whoever cancels cuts the lines as well."""

        def guarded() -> T:
            with self._lines.working():
                return work()

        return await anyio.to_thread.run_sync(guarded, abandon_on_cancel=True, limiter=self._limiter)

    async def run(
        self,
        what: str,
        request: Callable[[Credential], T],
        *,
        failed: Callable[[OssFailure], None] | None = None,
    ) -> T:
        """Raises the last OssFailure, with ``what`` and how often it was tried in it. ``failed`` hears of every one."""
        tries, renewed, clock_set = 0, False, False
        while True:
            credential = await self._credentials()
            try:
                return await self.in_thread(lambda credential=credential: request(credential))
            except OssFailure as failure:
                if failed is not None:
                    failed(failure)
                fields = {"request": what, "kind": failure.kind.value, "code": failure.code, "status": failure.status}
                fields["request_id"] = failure.request_id
                if failure.kind is Kind.EXPIRED and not renewed:
                    logger.info("the credential is not valid any more", extra=fields)
                    await self._renew(credential)
                    renewed = True
                    continue
                if failure.kind is Kind.CLOCK and failure.service_time is not None and not clock_set:
                    logger.info("this machine's clock is off: the service's time is used", extra=fields)
                    self._clock.set_to(failure.service_time)
                    clock_set = True
                    continue
                renewed = False
                tries += 1
                if not failure.repeatable or tries >= self._patience.tries:
                    failure.what, failure.tries = what, tries
                    raise
                wait = self._patience.wait_seconds(tries, failure.retry_after_seconds, self._jitter())
            logger.info("a request is repeated", extra={**fields, "tries": tries, "wait_seconds": round(wait, 3)})
            await self._sleep(wait)

    async def _renew(self, refused: Credential) -> None:
        # Several parts meet the same expiry: one of them renews for all.
        async with self._renewing:
            if await self._credentials() == refused:
                await self._credentials(force=True)
