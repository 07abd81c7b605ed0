"""Where credentials come from: the official providers, asked at the first call, in a thread, one look-up at a time."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from ims_mcp.client.official_chain import failure_reason, sources
from ims_mcp.errors import CredentialsError

# Temporary credentials are asked for again this often; the official provider answers from its own memory until
# 15 minutes before they expire, and asks its source then.
RECHECK_SECONDS = 60.0
_HOW_TO = (
    "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (for temporary credentials also "
    "ALIBABA_CLOUD_SECURITY_TOKEN), or make a profile with `aliyun configure`. Without an account, "
    "`ims-mcp serve --local` needs none."
)

logger = logging.getLogger("ims_mcp.client.credentials")


@dataclass(frozen=True, slots=True)
class Credential:
    """A key pair, with a token when it is temporary. Nothing of it shows in its repr."""

    access_key_id: str = field(repr=False)
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every part of it, to be kept out of texts."""
        return tuple(part for part in (self.security_token, self.access_key_secret, self.access_key_id) if part)


class CredentialSource(Protocol):
    """Gives credentials without blocking the event loop. All three raise CredentialsError."""

    async def get(self) -> Credential:
        """The current credential, from memory where there is a fresh one."""
        ...

    async def renew(self) -> Credential:
        """Forget what is in memory and ask anew: the service called it expired."""
        ...

    def describe(self) -> str:
        """Where the credential came from, after ``get``; empty before."""
        ...


class FixedCredentials:
    """A credential that is known from the start."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def get(self) -> Credential:
        return self._credential

    async def renew(self) -> Credential:
        return self._credential

    def describe(self) -> str:
        return "given"


@dataclass(frozen=True, slots=True)
class _Held:
    credential: Credential
    recheck_at: float
    """Monotonic seconds; infinite for a lasting key pair."""
    expires_at: float | None
    """Epoch seconds, where the provider says."""


class ProviderChain:
    """The official providers in the official order: environment, OIDC, CLI profile, credentials file, ECS role, URI.

    Two things differ from the library's own default chain. The ECS metadata service is asked only where ``ecs_role``
    or ALIBABA_CLOUD_ECS_METADATA names a role: off ECS its address never answers. And what can be chosen from outside
    is read from ``environ`` when it is needed, not from the process when the library is imported.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        ecs_role: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environ = environ
        self._ecs_role = ecs_role
        self._monotonic = monotonic
        self._chosen: tuple[str, Any] | None = None
        self._held: _Held | None = None
        self._under_way: Future[Credential] | None = None

    async def get(self) -> Credential:
        held = self._held
        if held is not None and self._monotonic() < held.recheck_at:
            return held.credential
        return await self._shared_look_up()

    async def renew(self) -> Credential:
        if self._under_way is None:
            self._held = None
            self._chosen = None
        return await self._shared_look_up()

    def describe(self) -> str:
        return self._chosen[0] if self._chosen else ""

    async def _shared_look_up(self) -> Credential:
        """Join the look-up under way, or begin one.

        The look-up belongs to no caller: one that gives up (its deadline, a cancellation) leaves it running for the
        next. It runs in a daemon thread, so a provider that never returns can neither fill a pool of threads nor keep
        the process from ending.
        """
        under_way = self._under_way
        if under_way is None:
            self._under_way = under_way = Future[Credential]()
            under_way.set_running_or_notify_cancel()  # from here on a caller's cancellation does not reach it
            threading.Thread(target=self._look_up_into, args=(under_way,), name="ims-credentials", daemon=True).start()
        return await asyncio.wrap_future(under_way)

    def _look_up_into(self, future: Future[Credential]) -> None:
        try:
            credential = self._look_up()
        except BaseException as error:
            self._under_way = None
            future.set_exception(error)
        else:
            self._under_way = None
            future.set_result(credential)

    def _look_up(self) -> Credential:
        held = self._held
        try:
            credential, expires_at = self._ask()
        except CredentialsError:
            # The provider renews 15 minutes ahead: a failure then is no reason to drop what still works.
            if held is None or (held.expires_at is not None and held.expires_at <= time.time()):
                raise
            logger.warning(
                "credentials could not be renewed; those at hand are used", extra={"source": self.describe()}
            )
            credential, expires_at = held.credential, held.expires_at
        lasts = credential.security_token is None
        recheck_at = float("inf") if lasts else self._monotonic() + _recheck_after(expires_at)
        self._held = _Held(credential, recheck_at, expires_at)
        return credential

    def _ask(self) -> tuple[Credential, float | None]:
        """Ask the provider that answered last, or each in turn. Blocks; runs in the look-up's thread."""
        if self._chosen is not None:
            name, provider = self._chosen
            try:
                return _checked(provider.get_credentials())
            except Exception as error:
                raise CredentialsError(
                    f"The credentials from {name} could not be renewed: {failure_reason(error)}.", next_step=_HOW_TO
                ) from None
        passed_over: list[str] = []
        for source in sources(self._environ, self._ecs_role):
            if source.absent:
                passed_over.append(f"{source.name}: {source.absent}")
                continue
            try:
                provider = source.provider()
                answer = _checked(provider.get_credentials())
            except Exception as error:
                passed_over.append(f"{source.name}: {failure_reason(error)}")
            else:
                self._chosen = (source.name, provider)
                logger.info("credentials found", extra={"source": source.name})
                return answer
        # `from None` throughout: what the providers raise can quote answers that hold keys.
        raise CredentialsError(
            f"No Alibaba Cloud credentials were found ({'; '.join(passed_over)}).", next_step=_HOW_TO
        )


def _recheck_after(expires_at: float | None) -> float:
    if expires_at is None:
        return RECHECK_SECONDS
    return max(1.0, min(RECHECK_SECONDS, expires_at - time.time() - RECHECK_SECONDS))


def _checked(answer: Any) -> tuple[Credential, float | None]:
    """A provider's answer, without the line ends that pasted keys bring along."""
    key_id, secret = str(answer.get_access_key_id() or "").strip(), str(answer.get_access_key_secret() or "").strip()
    token = str(answer.get_security_token() or "").strip() or None
    if not key_id or not secret:
        raise CredentialsError("it holds no key pair")
    if not all(part.isascii() and part.isprintable() and " " not in part for part in (key_id, secret, token or "")):
        raise CredentialsError("its key holds characters that no AccessKey has")
    expiration = answer.get_expiration()
    return Credential(key_id, secret, token), float(expiration) if isinstance(expiration, int) else None
