"""Credentials that are known from the start, in place of the providers' chain."""

from __future__ import annotations

from dataclasses import dataclass

from ims_mcp.client.credentials import Credential


@dataclass(slots=True)
class FixedCredentials:
    """The one credential, whatever is asked for."""

    credential: Credential

    async def get(self) -> Credential:
        return self.credential

    async def renew(self) -> Credential:
        return self.credential

    def describe(self) -> str:
        return "given"

    def name_asked(self) -> str:
        return ""
