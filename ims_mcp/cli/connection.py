"""Settings to a client: the cloud's endpoint with the user's credentials, or the embedded IMS with its own key pair."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from ims_mcp.cli.embedded import EmbeddedIms, local_key_pair
from ims_mcp.client.credentials import Credential, CredentialSource, FixedCredentials, ProviderChain
from ims_mcp.client.ims import ImsClient
from ims_mcp.settings import Settings


@asynccontextmanager
async def connection(settings: Settings, environ: Mapping[str, str]) -> AsyncGenerator[ImsClient]:
    """A client that has contacted nothing yet. The embedded IMS it may start on its first call ends with the block."""
    async with EmbeddedIms(settings, environ) as embedded:

        async def endpoint() -> str:
            return await embedded.endpoint() if settings.local else settings.endpoint_url

        async with ImsClient(
            endpoint,
            credential_source(settings, environ),
            timeout_seconds=settings.timeout_seconds,
            read_only=settings.read_only,
            allow_destructive=settings.allow_destructive,
        ) as client:
            yield client


def credential_source(settings: Settings, environ: Mapping[str, str]) -> CredentialSource:
    """Where this configuration takes its credentials from; nothing is looked up yet."""
    if settings.local:
        access_key_id, access_key_secret = local_key_pair(environ)
        return FixedCredentials(Credential(access_key_id, access_key_secret, None))
    return ProviderChain(environ, ecs_role=settings.ecs_role)
