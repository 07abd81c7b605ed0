"""Settings to what commands work with: the shared client and the transfers, of the cloud or of the embedded IMS."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from ims_mcp.cli.embedded import EmbeddedCredentials, EmbeddedIms
from ims_mcp.client.credentials import CredentialSource, ProviderChain
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.limiter import Limiter
from ims_mcp.client.observers import CallObserver
from ims_mcp.client.oss.target import OwnStorage
from ims_mcp.client.oss.uploader import OssUploader
from ims_mcp.client.pool import ConnectionPool
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.workflows.local_files import UploadRules
from ims_mcp.workflows.transfers.manager import TransferManager
from ims_mcp.workflows.transfers.run import TransferRunner
from ims_mcp.workflows.transfers.store import TransferStore

if TYPE_CHECKING:  # who has no configuration file pays for none
    from ims_mcp.cli.accounts import ConfiguredAccounts

Endpoint = Callable[[], Awaitable[str]]


TRANSFERS = "transfers"
"""Below the state directory: what is known of uploads."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Nothing in it has contacted anything yet."""

    client: ImsClient
    transfers: TransferManager


@dataclass(frozen=True, slots=True)
class Common:
    """What all clients of a process have in common."""

    observer: CallObserver | None = None
    """Hears of every call."""
    limiter: Limiter | None = None
    pool: ConnectionPool | None = None
    """Where there are several: one client has its own."""


ALONE = Common()


@asynccontextmanager
async def connect(settings: Settings, environ: Mapping[str, str], common: Common = ALONE) -> AsyncGenerator[Connection]:
    """The embedded IMS that a first call may start, and transfers that run, end with the block."""
    async with open_account(settings, environ, common) as to:
        yield to


@asynccontextmanager
async def connect_accounts(
    settings: Settings, environ: Mapping[str, str], common: Common = ALONE
) -> AsyncGenerator[ConfiguredAccounts | None]:
    """The accounts of the configuration file; None without one. Raises ConfigError, and SettingsError for what is set
    beside it and would be about one account."""
    if settings.config is None:
        yield None
        return
    _refuse_settings_of_one(settings)
    from ims_mcp.cli.accounts import ConfiguredAccounts
    from ims_mcp.config.watched import WatchedConfig

    config = WatchedConfig(settings.config)
    async with (
        ConnectionPool() as pool,
        ConfiguredAccounts(settings, environ, config, replace(common, pool=pool)) as accounts,
    ):
        yield accounts


def _refuse_settings_of_one(settings: Settings) -> None:
    """Raises SettingsError for what is set beside a configuration file and would be about one account."""
    about_one = {"--local": settings.local, "--endpoint": settings.endpoint, "--oss-endpoint": settings.oss_endpoint}
    if given := [name for name, value in about_one.items() if value]:
        raise SettingsError(
            f"{' and '.join(given)} cannot be used with --config: each account of the file has its own.",
            next_step="Write it into the account: local = true, or a table endpoints or oss_endpoints.",
        )


@asynccontextmanager
async def open_account(
    settings: Settings,
    environ: Mapping[str, str],
    common: Common = ALONE,
    account: str = "",
    source: CredentialSource | None = None,
) -> AsyncGenerator[Connection]:
    """The same for one account of several, with its credentials, over a pool that they share."""
    async with EmbeddedIms(settings, environ) as embedded:

        async def endpoint() -> str:
            return await embedded.endpoint() if settings.local else settings.endpoint_url

        async def oss_endpoint() -> str:
            return await embedded.endpoint() if settings.local else settings.oss_endpoint_url

        credentials = source or choose_credential_source(settings, environ, embedded)
        async with open_connection(settings, endpoint, oss_endpoint, credentials, common, account=account) as to:
            yield to


@asynccontextmanager
async def open_connection(
    settings: Settings,
    endpoint: Endpoint,
    oss_endpoint: Endpoint,
    credentials: CredentialSource,
    common: Common = ALONE,
    *,
    account: str = "",
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> AsyncGenerator[Connection]:
    """The same for endpoints and credentials of the caller's."""
    client = ImsClient(
        endpoint,
        credentials,
        timeout_seconds=settings.timeout_seconds,
        read_only=settings.read_only,
        allow_destructive=settings.allow_destructive,
        account=account,
        pool=common.pool,
        limiter=common.limiter,
        sleep=sleep,
        observer=common.observer,
        region=settings.region,
    )
    uploader = OssUploader(
        clock=client.service_clock, observer=common.observer, account=account, region=settings.region
    )
    transfers = TransferManager(
        TransferRunner(client, uploader, OwnStorage(oss_endpoint, credentials)),
        UploadRules(settings.upload_dirs, settings.max_upload_bytes),
        TransferStore(_find_transfers_directory(settings)),
        service=f"{account}@{settings.service}" if account else settings.service,
        read_only=settings.read_only,
    )
    async with client, transfers:
        yield Connection(client, transfers)


def _find_transfers_directory(settings: Settings) -> Path:
    try:
        return settings.state_dir / TRANSFERS
    except SettingsError:
        if settings.upload_dirs:
            raise
        # Without uploads nothing is ever kept, and whoever looks for transfers finds none.
        return Path(os.devnull, "transfers")


def choose_credential_source(settings: Settings, environ: Mapping[str, str], embedded: EmbeddedIms) -> CredentialSource:
    """Where this configuration takes its credentials from; nothing is looked up yet."""
    if settings.local:
        return EmbeddedCredentials(embedded)
    return ProviderChain(environ, ecs_role=settings.ecs_role)
