"""What a cloud account's limit leaves: learned from throttled calls, shared by replicas, divided among callers."""

from ims_mcp.client.limiter.limiter import Limiter, Permit

__all__ = ["Limiter", "Permit"]
