"""What the children of a recording are told; kept apart from them, because they import FFmpeg."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecorderOrders:
    url: str
    directory: str
    """Of the job: its journal and pieces."""
    cycles: dict[str, int]
    """Format -> seconds after which a new file begins."""
    patience_seconds: float
    """How long the stream may be away."""
    first_patience_seconds: float
    """What is left of it now."""
    stall_seconds: float
    """A connection that brings nothing for so long is given up."""
    clock_offset_seconds: float
    """The server's clock less this machine's."""


@dataclass(frozen=True, slots=True)
class AssemblerOrders:
    format: str
    pieces: list[tuple[str, int, int]]
    """Path, run and position in ms of each."""
    directory: str
    """Where the result goes; empty."""
    slice_seconds: int
