"""Settings to what commands work with: the shared client and the transfers, of the cloud or of the embedded IMS."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from ims_mcp.cli.embedded import EmbeddedCredentials, EmbeddedIms
from ims_mcp.client.credentials import CredentialSource, ProviderChain
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss.target import OwnStorage
from ims_mcp.client.oss.uploader import OssUploader
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.workflows.local_files import UploadRules
from ims_mcp.workflows.transfers.manager import TransferManager
from ims_mcp.workflows.transfers.run import TransferRunner
from ims_mcp.workflows.transfers.store import TransferStore

Endpoint = Callable[[], Awaitable[str]]


TRANSFERS = "transfers"
"""Below the state directory: what is known of uploads."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Nothing in it has contacted anything yet."""

    client: ImsClient
    transfers: TransferManager


@asynccontextmanager
async def connect(settings: Settings, environ: Mapping[str, str]) -> AsyncGenerator[Connection]:
    """The embedded IMS that a first call may start, and transfers that run, end with the block."""
    async with EmbeddedIms(settings, environ) as embedded:

        async def endpoint() -> str:
            return await embedded.endpoint() if settings.local else settings.endpoint_url

        async def oss_endpoint() -> str:
            return await embedded.endpoint() if settings.local else settings.oss_endpoint_url

        async with open_connection(
            settings, endpoint, oss_endpoint, choose_credential_source(settings, environ, embedded)
        ) as to:
            yield to


@asynccontextmanager
async def open_connection(
    settings: Settings,
    endpoint: Endpoint,
    oss_endpoint: Endpoint,
    credentials: CredentialSource,
    *,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> AsyncGenerator[Connection]:
    """The same for endpoints and credentials of the caller's."""
    client = ImsClient(
        endpoint,
        credentials,
        timeout_seconds=settings.timeout_seconds,
        read_only=settings.read_only,
        allow_destructive=settings.allow_destructive,
        sleep=sleep,
    )
    uploader = OssUploader(clock=client.service_clock)
    transfers = TransferManager(
        TransferRunner(client, uploader, OwnStorage(oss_endpoint, credentials)),
        UploadRules(settings.upload_dirs, settings.max_upload_bytes),
        TransferStore(_find_transfers_directory(settings)),
        service=settings.service,
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
