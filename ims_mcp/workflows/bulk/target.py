"""What a bulk job works on: the client and the transfers of its account, with the rights of who started it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ims_mcp.client.ims import ImsClient
from ims_mcp.workflows.bulk.job import BulkJob
from ims_mcp.workflows.transfers.manager import TransferManager


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """Of one account and region."""

    client: ImsClient
    transfers: TransferManager


FindTarget = Callable[[BulkJob], Awaitable[BulkTarget]]
"""Raises ImsError where there is no such account any more, or its subject may not use it."""
