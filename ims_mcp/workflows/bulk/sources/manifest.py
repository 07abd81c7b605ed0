"""A manifest: a CSV or JSONL file with a row for each call, or the same rows given as they are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.sources.csv_rows import read_csv
from ims_mcp.workflows.bulk.sources.jsonl_rows import make_row, read_jsonl
from ims_mcp.workflows.bulk.sources.lines import TextFile
from ims_mcp.workflows.bulk.sources.raw import LeftOut, RawRow, count_rows, read_in_thread
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.local_files import UploadRules

_CSV, _JSONL = (".csv", ".tsv"), (".jsonl", ".ndjson")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """``rules``: only where files may come from; None: what a person named at a prompt. Told apart by its extension,
    else by its first character."""

    path: Path
    rules: UploadRules | None = None
    offers: frozenset[str] = _NONE
    fills: frozenset[str] = _NONE

    def describe(self) -> str:
        return TextFile(self.path).name

    async def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        del target, left_out
        async with aclosing(read_in_thread(self._read(columns))) as batches:
            async for batch in batches:
                yield batch

    def _read(self, columns: Columns) -> Iterator[RawRow]:
        file = TextFile(self.path, self.rules)
        suffix = self.path.suffix.lower()
        is_jsonl = suffix in _JSONL or (suffix not in _CSV and file.read_head().lstrip().startswith(("{", "[")))
        yield from read_jsonl(file) if is_jsonl else read_csv(file, columns)


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Objects that were given with the call."""

    rows: Sequence[Any]
    offers: frozenset[str] = _NONE
    fills: frozenset[str] = _NONE

    def describe(self) -> str:
        return f"{count_rows(len(self.rows))} given with the call"

    async def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        del target, columns, left_out
        async with aclosing(
            read_in_thread(make_row(number, row) for number, row in enumerate(self.rows, 1))
        ) as batches:
            async for batch in batches:
                yield batch
