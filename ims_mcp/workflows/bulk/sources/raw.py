"""What every source gives: raw rows in batches, by their names; and what is wrong with a source as a whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

import anyio.to_thread

from ims_mcp.errors import ImsError

if TYPE_CHECKING:
    from ims_mcp.workflows.bulk.columns import Columns
    from ims_mcp.workflows.bulk.target import BulkTarget

BATCH_ROWS = 500
"""Rows that are read and checked at a time."""
ANY_SUFFIX = frozenset({"*"})


class SourceError(ImsError):
    """Rows cannot be read from this source, or are not those that were examined; nothing was done."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as its source has it, or what is wrong with it."""

    line: int
    """From 1: the line of a file, or the place in a listing."""
    values: Mapping[str, Any]
    """Column -> value; a text where the source knows nothing but texts. Empty with a problem."""
    problem_class: str = ""
    problem: str = ""
    size_bytes: int = 0
    """Of the file that it is about, where that is known."""


@dataclass(slots=True)
class LeftOut:
    """What a source has passed over on purpose, by the reason: ``not media`` -> how many."""

    counts: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, reason: str) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1


class Source(Protocol):
    """Read once for the dry run and once for the job."""

    @property
    def offers(self) -> frozenset[str]:
        """Columns that it has beside the parameters of the operation, for the template: {name}, {stem}. They need not
        be used."""
        ...

    @property
    def fills(self) -> frozenset[str]:
        """The parameters that every row has from it."""
        ...

    def describe(self) -> str:
        """Where the rows come from, in words that can be shown."""
        ...

    def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        """All rows in their order, in batches. Raises SourceError, and ImsError where a service fails."""
        ...


async def read_in_thread(rows: Iterator[RawRow]) -> AsyncGenerator[list[RawRow]]:
    """Batches of what blocks on the disk. ``rows`` is a generator, and is closed."""
    try:
        while batch := await anyio.to_thread.run_sync(lambda: [*islice(rows, BATCH_ROWS)]):
            yield batch
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()


def count_rows(count: int) -> str:
    """``1 row``, ``1,000 rows``."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def name_parts(relative: str) -> dict[str, str]:
    """What a template may say of a file: ``a/b/Clip.MP4`` -> name Clip.MP4, stem Clip, ext MP4, folder a/b/.

    ``folder`` is empty at the top and ends in a slash otherwise.
    """
    folder, slash, name = relative.rpartition("/")
    path = PurePosixPath(name)
    return {"name": name, "stem": path.stem, "ext": path.suffix.removeprefix("."), "folder": folder + slash}


FILE_COLUMNS = frozenset(("name", "stem", "ext", "folder"))


def is_wanted(name: str, suffixes: frozenset[str]) -> bool:
    """Whether a file's name ends in one of ``suffixes`` (:data:`ANY_SUFFIX`: whatever it ends in)."""
    return suffixes == ANY_SUFFIX or PurePosixPath(name).suffix.lower().removeprefix(".") in suffixes
