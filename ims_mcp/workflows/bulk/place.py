"""Where a bulk job is kept: a folder, or a prefix of a bucket. Any worker that gets there can go on with it."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Protocol

from ims_mcp.errors import ImsError


class PlaceError(ImsError):
    """The place of a job cannot be reached, read or written."""


class JobPlace(Protocol):
    """Names are relative, with slashes. All raise ImsError with the place's name, such as where its disk is full."""

    @property
    def address(self) -> str:
        """By which another process finds it: an absolute path, or ``oss://bucket/prefix/``."""
        ...

    async def read(self, name: str) -> bytes | None:
        """All of a file; None where there is none."""
        ...

    async def write(self, name: str, content: bytes) -> None:
        """All of it or nothing of it, in place of what was there."""
        ...

    async def write_parts(self, name: str, parts: AsyncIterable[bytes]) -> None:
        """The same for a long file, of which only a part is in memory at a time."""
        ...

    async def append(self, name: str, lines: bytes) -> None:
        """Behind what is there; whole lines that are kept when this returns, even if this process is killed then.

        Where an answer of the place is lost, they may stand there twice.
        """
        ...

    async def list_names(self, folder: str) -> list[str]:
        """The files in a folder, with it in front, in order."""
        ...

    async def list_sizes(self, folder: str) -> dict[str, int]:
        """The same with their bytes: a file of outcomes that is as long as it was has nothing new."""
        ...
