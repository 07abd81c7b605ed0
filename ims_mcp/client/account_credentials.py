"""The credentials of one account of the configuration file, and the role that is assumed with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ims_mcp.client.credentials import HOW_TO, LOOK_UP_SECONDS, ProviderChain, SourceRefused, read_credential
from ims_mcp.client.official_chain import (
    NamedProvider,
    explain_failure,
    list_profile_alone,
    list_providers,
    load_official_providers,
)
from ims_mcp.config.model import Account, Role
from ims_mcp.foreign_text import plain

SPARE_SECONDS = 300.0
"""A session is renewed so long before its end: longer than any call takes."""
# What STS answers -> what to do. The codes are those of its documents.
_WAYS_OUT = (
    (
        "NoPermission",
        "let the owner of these keys call sts:AssumeRole, and let the role's trust policy name that owner (and the "
        "external id, where it wants one)",
    ),
    ("EntityNotExist", "correct role.arn of the account: RAM knows no such role"),
    ("DurationSeconds", "lower role.duration_seconds of the account, or raise the longest session of the role in RAM"),
    ("Policy", "correct role.policy of the account"),
    ("AccessKey", "look at the keys: STS does not take them"),
    ("Signature", "look at the keys: STS does not take them"),
    ("TimeStamp", "set this machine's clock right"),
    ("could not be reached", "see that this machine reaches STS, or name another host as role.sts_endpoint"),
)


def make_account_source(
    account: Account,
    environ: Mapping[str, str],
    *,
    ecs_role: str | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    clock: Callable[[], float] = time.time,
    look_up_seconds: float = LOOK_UP_SECONDS,
) -> ProviderChain:
    """A CredentialSource for all callers of the account, which is not a local one. Nothing is looked up yet.

    With a profile no other source takes its place. With a role there is one session, which all share until shortly
    before its end; its keys come from the first source that has some, and where STS refuses these no other is tried.
    """

    def list_sources() -> Sequence[tuple[NamedProvider, str]]:
        if account.profile is None:
            sources = list_providers(environ, ecs_role)
        else:
            sources = list_profile_alone(environ, account.profile)
        role = account.role
        if role is None:
            return sources
        return [(_put_role_on(keys, account, role, clock), absent) for keys, absent in sources]

    return ProviderChain(
        environ,
        list_sources=list_sources,
        whose=f"for account {account.name}",
        how_to=HOW_TO if account.profile is None else _explain_profile(account.profile),
        monotonic=monotonic,
        look_up_seconds=look_up_seconds,
    )


def _explain_profile(profile: str) -> str:
    shown = plain(profile, 60)
    return (
        "Calling again does not help. For whoever runs the server: make or mend the profile with "
        f"`aliyun configure --profile {shown}`, or name another in the configuration file."
    )


def _put_role_on(keys: NamedProvider, account: Account, role: Role, clock: Callable[[], float]) -> NamedProvider:
    return NamedProvider(
        f"{keys.name} for role {role.arn.rpartition('/')[2]}",
        lambda: _AssumedRole(account, role, keys, clock),
        keys.explain,
        keys.fields,
    )


class _NoKeys(Exception):
    """The source of the keys has failed, not STS."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


class _Keys:
    """A provider of the official library whose answer is looked at before it is signed with."""

    def __init__(self, source: NamedProvider) -> None:
        self._source, self._provider = source, source.make_provider()

    def get_credentials(self) -> Any:
        """Raises _NoKeys."""
        try:
            answer = self._provider.get_credentials()
            read_credential(answer, self._source)
        except Exception as error:
            raise _NoKeys(error) from None
        return answer


class _AssumedRole:
    """The official provider of a role. By itself it renews 15 minutes ahead, a session of 15 minutes at every look."""

    def __init__(self, account: Account, role: Role, keys: NamedProvider, clock: Callable[[], float]) -> None:
        self._account, self._role, self._keys, self._clock = account, role, keys, clock
        self._endpoint = role.sts_endpoint or f"sts.{account.regions[0]}.aliyuncs.com"
        self._provider = load_official_providers().RamRoleArnCredentialsProvider(
            credentials_provider=_Keys(keys),
            role_arn=role.arn,
            role_session_name=role.session_name,
            duration_seconds=role.duration_seconds,
            policy=role.policy,
            external_id=role.external_id,
            sts_endpoint=self._endpoint,
        )
        self._session: Any = None

    def get_credentials(self) -> Any:
        """Raises SourceRefused where STS does not give them, and what the source of the keys raises."""
        if self._session is None or self._clock() >= self._session.get_expiration() - SPARE_SECONDS:
            try:
                self._session = self._provider.get_credentials()
            except _NoKeys as error:
                raise error.cause from None
            except Exception as error:
                raise self._explain(error) from None
        return self._session

    def _explain(self, error: Exception) -> SourceRefused:
        reason = explain_failure(error, f"STS ({plain(self._endpoint, 100)})")
        found = (way_out for known, way_out in _WAYS_OUT if known in reason)
        way_out = next(found, "look at the role in RAM: whom it trusts, and how long a session may last")
        first = "Call again in a minute." if "could not be reached" in reason else "Calling again does not help."
        return SourceRefused(
            f"Account {self._account.name} cannot assume the role {self._role.arn} with the keys of {self._keys.name}: "
            f"{reason}.",
            next_step=f"{first} For whoever runs the server: {way_out}.",
        )
