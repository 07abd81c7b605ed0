"""Where credentials come from: the official providers, asked at the first call, in a thread, one look-up at a time."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ims_mcp.client.official_chain import NamedProvider, list_providers
from ims_mcp.errors import CredentialsError

# Temporary credentials are asked for again this often; the official provider answers from its own memory until
# 15 minutes before they expire, and asks its source then.
RECHECK_SECONDS = 60.0
# How long a look-up may take: as long as a provider that works, an External command say, may need.
LOOK_UP_SECONDS = 20.0
# Who has credentials that still work waits no longer for newer ones.
RENEWAL_SECONDS = 5.0
# Each holds a thread until its provider returns, if ever it does.
MOST_ABANDONED = 3
HOW_TO = (
    "Calling again does not help. For whoever runs the server: set ALIBABA_CLOUD_ACCESS_KEY_ID and "
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET (for temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN), or make a profile "
    "with `aliyun configure`. Without an account, `ims-mcp serve --local` needs none."
)

logger = logging.getLogger("ims_mcp.client.credentials")


@dataclass(frozen=True, slots=True)
class Credential:
    """A key pair, with a token when it is temporary. Nothing of it shows in its repr."""

    access_key_id: str = field(repr=False)
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    ends_at: float | None = field(default=None, repr=False, compare=False, kw_only=True)
    """Epoch seconds, where whoever gave it said so."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every part of it, to be kept out of texts."""
        return tuple(part for part in (self.security_token, self.access_key_secret, self.access_key_id) if part)


class CredentialSource(Protocol):
    """Gives credentials without blocking the event loop; ``get`` and ``renew`` raise CredentialsError."""

    async def get(self) -> Credential:
        """The current credential, from memory where there is a fresh one."""
        ...

    async def renew(self) -> Credential:
        """Forget what is in memory and ask anew: the service called it expired."""
        ...

    def describe(self) -> str:
        """Where the credential came from, after ``get``; empty before."""
        ...

    def name_asked(self) -> str:
        """Whom a look-up under way is asking; empty where none is."""
        ...


@dataclass(frozen=True, slots=True)
class _Held:
    credential: Credential
    recheck_at: float
    """Monotonic seconds; infinite for a lasting key pair."""
    expires_at: float | None
    """Epoch seconds, where the provider says."""

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= time.time()


@dataclass(slots=True)
class _LookUp:
    """One run through the providers, in a thread of its own."""

    begun_at: float
    future: Future[Credential] = field(default_factory=Future[Credential])
    asking: str = ""
    """The source being asked now."""


class ProviderChain:
    """The official providers in the official order (:class:`~ims_mcp.aliyun_profile.Place`), as ``environ`` has them.

    Needs asyncio. ``ecs_role`` names the role whose credentials the metadata service of ECS is asked for.
    ``list_sources`` gives others in their place, each with why it is passed over; ``whose`` and ``how_to`` are then for
    the text where none has credentials: "for account studio", and what to do.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        ecs_role: str | None = None,
        list_sources: Callable[[], Sequence[tuple[NamedProvider, str]]] | None = None,
        whose: str = "",
        how_to: str = HOW_TO,
        monotonic: Callable[[], float] = time.monotonic,
        look_up_seconds: float = LOOK_UP_SECONDS,
    ) -> None:
        self._list_sources = list_sources or (lambda: list_providers(environ, ecs_role))
        self._whose = f" {whose}" if whose else ""
        self._how_to = how_to
        self._monotonic = monotonic
        self._look_up_seconds = look_up_seconds
        self._chosen: tuple[NamedProvider, Any] | None = None
        """The source that answered last, and its provider."""
        self._held: _Held | None = None
        self._under_way: _LookUp | None = None
        self._abandoned: list[_LookUp] = []
        self._lock = threading.Lock()

    async def get(self) -> Credential:
        """The credential in memory while it is fresh, else what the look-up under way finds."""
        held = self._held
        if held is not None and self._monotonic() < held.recheck_at:
            return held.credential
        return await self._share_look_up()

    async def renew(self) -> Credential:
        """Ask all sources anew, or join those who do."""
        with self._lock:
            if self._under_way is None:
                self._held = None
                self._chosen = None
        return await self._share_look_up()

    def describe(self) -> str:
        """The name of the source that answered last."""
        return self._chosen[0].name if self._chosen else ""

    def name_asked(self) -> str:
        """The name of the source that is being asked."""
        return self._under_way.asking if self._under_way else ""

    async def _share_look_up(self) -> Credential:
        """Join the look-up under way, or begin one, and wait for it as long as a look-up may take.

        The look-up belongs to no caller: one that gives up (its deadline, a cancellation) leaves it running for the
        next. It runs in a daemon thread, so a provider that never returns can neither fill a pool of threads nor keep
        the process from ending; after its time it is left to itself, and the next caller begins anew.
        """
        look_up = self._under_way or self._begin()
        held = self._held if self._held is not None and not self._held.expired else None
        patience = min(self._look_up_seconds, RENEWAL_SECONDS) if held is not None else self._look_up_seconds
        try:
            async with asyncio.timeout(max(0.0, look_up.begun_at + patience - self._monotonic())):
                return await asyncio.wrap_future(look_up.future)
        except TimeoutError:
            if look_up.future.done():
                return look_up.future.result()
        if held is not None:
            logger.warning(
                "credentials are being renewed for long; those at hand are used", extra={"source": look_up.asking}
            )
            self._held = replace(held, recheck_at=self._monotonic() + RECHECK_SECONDS)
            return held.credential
        with self._lock:
            if self._under_way is look_up:
                self._under_way = None
                self._chosen = None  # a provider that hangs holds its own locks
                self._abandoned.append(look_up)
        raise self._explain_silence(look_up.asking, f"gave no credentials within {self._look_up_seconds:g} s")

    def _begin(self) -> _LookUp:
        self._abandoned = [look_up for look_up in self._abandoned if not look_up.future.done()]
        if len(self._abandoned) >= MOST_ABANDONED:
            raise self._explain_silence(
                self._abandoned[-1].asking,
                f"has left {len(self._abandoned)} requests for credentials unanswered and is not asked again before it "
                "answers one",
            )
        look_up = self._under_way = _LookUp(self._monotonic())
        look_up.future.set_running_or_notify_cancel()  # from here on a caller's cancellation does not reach it
        threading.Thread(target=self._run, args=(look_up,), name="ims-credentials", daemon=True).start()
        return look_up

    def _run(self, look_up: _LookUp) -> None:
        found: Credential | BaseException
        try:
            found = self._look_up(look_up)
        except BaseException as error:
            found = error
        with self._lock:
            if self._under_way is look_up:
                self._under_way = None
        if isinstance(found, Credential):
            look_up.future.set_result(found)
        else:
            look_up.future.set_exception(found)

    def _look_up(self, look_up: _LookUp) -> Credential:
        held, chosen = self._held, self._chosen
        try:
            credential, expires_at, chosen = self._ask(look_up, chosen)
        except CredentialsError:
            # The provider renews 15 minutes ahead: a failure then is no reason to drop what still works.
            if held is None or held.expired:
                raise
            logger.warning(
                "credentials could not be renewed; those at hand are used", extra={"source": self.describe()}
            )
            credential, expires_at = held.credential, held.expires_at
        lasts = credential.security_token is None
        recheck_at = float("inf") if lasts else self._monotonic() + _choose_recheck_seconds(expires_at)
        with self._lock:
            # One that was abandoned may answer late, but not in place of what others have found since.
            if self._under_way is look_up or self._held is None:
                self._held = _Held(credential, recheck_at, expires_at)
                self._chosen = chosen
        return credential

    def _ask(
        self, look_up: _LookUp, chosen: tuple[NamedProvider, Any] | None
    ) -> tuple[Credential, float | None, tuple[NamedProvider, Any]]:
        """Ask the provider that answered last, or each in turn. Blocks; runs in the look-up's thread."""
        if chosen is not None:
            source, provider = chosen
            look_up.asking = source.name
            try:
                return (*read_credential(provider.get_credentials(), source), chosen)
            except SourceRefused:
                raise
            except Exception as error:
                raise CredentialsError(
                    f"The credentials from {source.name} could not be renewed: {source.explain(error)}.",
                    next_step=self._how_to,
                ) from None
        passed_over: list[str] = []
        for source, absent in self._list_sources():
            if absent:
                passed_over.append(f"{source.name}: {absent}")
                continue
            look_up.asking = source.name
            try:
                provider = source.make_provider()
                credential, expires_at = read_credential(provider.get_credentials(), source)
            except SourceRefused:
                raise
            except Exception as error:
                passed_over.append(f"{source.name}: {source.explain(error)}")
            else:
                logger.info("credentials found", extra={"source": source.name})
                return credential, expires_at, (source, provider)
        # `from None` throughout: what the providers raise can quote answers that hold keys.
        raise CredentialsError(
            f"No Alibaba Cloud credentials were found{self._whose} ({'; '.join(passed_over)}).", next_step=self._how_to
        )

    def _explain_silence(self, asked: str, what: str) -> CredentialsError:
        return CredentialsError(
            f"{asked[:1].upper()}{asked[1:] or 'The source of credentials'} {what}.",
            next_step=f"Look at what keeps it, or take credentials from elsewhere. {self._how_to}",
        )


def _choose_recheck_seconds(expires_at: float | None) -> float:
    if expires_at is None:
        return RECHECK_SECONDS
    return max(1.0, min(RECHECK_SECONDS, expires_at - time.time() - RECHECK_SECONDS))


class SourceRefused(CredentialsError):
    """A source that is meant, as what is written there shows, gives none: no other account may take its place
    unnoticed."""


# ${env:X}, {{ x }}, <your-access-key-id>, %X%, op://vault/item, env:X; and the words that examples are written with,
# as far as no key made by chance could hold them.
_PLACEHOLDER = re.compile(
    r"""[${}<>"'`] | :// | ^%.*%$ | ^env: | ^[x*.]{3,}$
    | (?:^|[-_ ]) (?:your|change[-_]?me|replace|placeholder|insert|todo) (?:[-_ ]|$)
    | ^(?:your|my)? [-_ ]? (?:aliyun|alibaba[-_ ]?cloud)? [-_ ]? (?:access)? [-_ ]? key [-_ ]? (?:id|secret)? $
    | ^your[a-z]*$""",
    re.IGNORECASE | re.VERBOSE,
)


def read_credential(answer: Any, source: NamedProvider) -> tuple[Credential, float | None]:
    """A provider's answer, without the line ends that pasted keys bring along, and when it ends (epoch seconds).

    Raises CredentialsError for what is no credential; a SourceRefused for a placeholder.
    """
    key_id, secret = str(answer.get_access_key_id() or "").strip(), str(answer.get_access_key_secret() or "").strip()
    token = str(answer.get_security_token() or "").strip() or None
    if not key_id or not secret:
        raise CredentialsError("it holds no key pair")
    for part, name in zip((key_id, secret, token or ""), source.fields, strict=True):
        if _PLACEHOLDER.search(part):
            # Not quoted: with quotation marks round it, it may be a key after all.
            raise SourceRefused(
                f"The client did not fill in the placeholder for the credentials: {name} ({source.name}) holds an "
                "example, a ${…}, a <…> or quotation marks, and no key.",
                next_step=f"Write the value itself into {name} where the client's configuration (env) or the profile "
                "sets it, or take it out there.",
            )
    if not all(part.isascii() and part.isprintable() and " " not in part for part in (key_id, secret, token or "")):
        raise CredentialsError("its key holds characters that no AccessKey has")
    expiration = answer.get_expiration()
    # An External command that names no end is given the end 0.
    lasting = not isinstance(expiration, int) or expiration <= 0
    ends_at = None if lasting else float(expiration)
    return Credential(key_id, secret, token, ends_at=ends_at), ends_at
