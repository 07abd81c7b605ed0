"""The accounts of a configuration file as the server calls them: a client for each and its region, over one pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.abc

from ims_mcp.cli.connection import Common, Connection, open_account
from ims_mcp.client.account_credentials import make_account_source
from ims_mcp.client.credentials import CredentialSource
from ims_mcp.config.model import Account, Config
from ims_mcp.config.watched import WatchedConfig
from ims_mcp.errors import Refused
from ims_mcp.server.reach import Access, Reach, Target
from ims_mcp.settings import Settings


@dataclass(frozen=True, slots=True)
class _Open:
    """What was made for one account in one region, as the file had it then; ``closing`` lets go of it."""

    account: Account
    connection: Connection
    settings: Settings
    closing: anyio.Event = field(default_factory=anyio.Event)


class ConfiguredAccounts:
    """Async context manager. Nothing is contacted, and no credential looked up, before an account's first call.

    What the file no longer has is not reached by the next call, and let go of; calls under way end as they began.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        config: WatchedConfig,
        common: Common,
    ) -> None:
        self._settings, self._environ, self._config, self._common = settings, environ, config, common
        self._open: dict[tuple[str, str], _Open] = {}
        self._sources: dict[str, tuple[Account, CredentialSource]] = {}
        self._seen: Config | None = None
        self._opening = anyio.Lock()
        self._tasks = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        for held in self._open.values():
            held.closing.set()
        return await self._tasks.__aexit__(kind, error, trace)

    def end(self) -> None:
        """The server ends: what is being uploaded is left to be resumed."""
        for held in self._open.values():
            held.connection.transfers.end()

    async def find_reach(self, subject: str, claims: Mapping[str, Any]) -> Reach:
        """What the file grants to this caller now."""
        config = await self._config.current()
        self._let_go(config)
        rights = config.find_rights(subject, claims)
        accounts = [config.accounts[name] for name in rights]
        accesses = [Access(each.name, each.regions, rights[each.name], each.bucket) for each in accounts]
        return Reach(tuple(accesses), partial(self._find_target, config))

    async def find_all(self) -> Reach:
        """Every account of the file, whoever may use it."""
        config = await self._config.current()
        self._let_go(config)
        accesses = [Access(each.name, each.regions, bucket=each.bucket) for each in config.accounts.values()]
        return Reach(tuple(accesses), partial(self._find_target, config))

    async def _find_target(self, config: Config, access: Access, region: str) -> Target:
        account = config.accounts[access.account]
        held = await self._find(account, region)
        client = held.connection.client.for_rights(access.rights)
        credentials = f"{account.profile or ''} {account.role.arn if account.role else ''}"
        return Target(client, held.connection.transfers, held.settings, access, credentials)

    async def _find(self, account: Account, region: str) -> _Open:
        place = (account.name, region)
        async with self._opening:
            if self._seen is not None and self._seen.accounts.get(account.name) != account:
                raise Refused(
                    f"Nothing was sent: the account {account.name} has just been changed.", next_step="Call again."
                )
            held = self._open.get(place)
            if held is None or held.account != account:
                if held is not None:
                    held.closing.set()
                held = self._open[place] = await self._tasks.start(self._hold, account, region)
            return held

    async def _hold(self, account: Account, region: str, *, task_status: anyio.abc.TaskStatus[_Open]) -> None:
        """Keeps what runs for an account: uploads, and an embedded IMS of its own."""
        settings = replace(
            self._settings,
            region=region,
            region_source=f"account {account.name}",
            endpoint=account.endpoints.get(region),
            oss_endpoint=account.oss_endpoints.get(region),
            local=account.local,
            data_dir=self._settings.data_dir / "accounts" / account.name if account.local else None,
        )
        source = None if account.local else self._find_source(account)
        async with open_account(settings, self._environ, self._common, account.name, source) as connection:
            held = _Open(account, connection, settings)
            task_status.started(held)
            await held.closing.wait()

    def _find_source(self, account: Account) -> CredentialSource:
        """One for all regions: a session is for the account."""
        known = self._sources.get(account.name)
        if known is None or known[0] != account:
            source = make_account_source(account, self._environ, ecs_role=self._settings.ecs_role)
            known = self._sources[account.name] = (account, source)
        return known[1]

    def _let_go(self, config: Config) -> None:
        if config is self._seen:
            return
        self._seen = config
        for place, held in [*self._open.items()]:
            if config.accounts.get(place[0]) != held.account:
                held.closing.set()
                del self._open[place]
        self._sources = {name: kept for name, kept in self._sources.items() if config.accounts.get(name) == kept[0]}
