"""What every step of one upload needs: where it goes, how it asks, and what it writes down."""

from __future__ import annotations

from dataclasses import dataclass

from ims_mcp.client.oss.attempts import Attempts
from ims_mcp.client.oss.checkpoint import Checkpoint
from ims_mcp.client.oss.gateway import Gateway
from ims_mcp.client.oss.target import UploadTarget


@dataclass(frozen=True, slots=True)
class Conversation:
    target: UploadTarget
    gateway: Gateway
    attempts: Attempts
    checkpoint: Checkpoint
