"""The files below a folder, for uploads: in the order of their names, without what is hidden and without links."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from ims_mcp.client.oss.source import show_path
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.sources.raw import (
    FILE_COLUMNS,
    LeftOut,
    RawRow,
    SourceError,
    is_wanted,
    name_parts,
    read_in_thread,
)
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.transfers.run import MEDIA_SUFFIXES

_UNNAMED = "file_name"


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """``path`` absolute, or relative to an upload directory; it has to be one of these, or to lie in one.

    Offers {name}, {stem}, {ext}, {folder} (below ``path``, with a slash at its end; empty at the top) and {relative}.
    """

    path: str
    suffixes: frozenset[str] = MEDIA_SUFFIXES
    """In small letters, without their dots; :data:`ANY_SUFFIX` for all files."""
    fills: frozenset[str] = frozenset(("path",))
    offers: frozenset[str] = FILE_COLUMNS | {"relative"}

    def describe(self) -> str:
        return f"the files below {show_path(self.path)}"

    async def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        columns.check_source(self.fills, self.offers, self.describe())
        async with aclosing(read_in_thread(self._walk(target, left_out))) as batches:
            async for batch in batches:
                yield batch

    def _walk(self, target: BulkTarget, left_out: LeftOut) -> Iterator[RawRow]:
        top = target.transfers.rules.find_directory(self.path)
        waiting: list[Iterator[os.DirEntry[str]]] = [_list(top, left_out)]
        line = 0
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
                continue
            kind = _tell_kind(entry)
            if kind == "folder":
                waiting.append(_list(Path(entry.path), left_out))
            elif kind != "file":
                left_out.add(kind)
            elif not is_wanted(entry.name, self.suffixes):
                left_out.add("other extension")
            else:
                line += 1
                yield _make_row(entry, top, line)


def _list(folder: Path, left_out: LeftOut) -> Iterator[os.DirEntry[str]]:
    """By name: the same files in the same order each time."""
    try:
        with os.scandir(folder) as entries:
            return iter(sorted(entries, key=lambda entry: entry.name))
    except FileNotFoundError:
        left_out.add("removed meanwhile")
        return iter(())
    except OSError as error:
        raise SourceError(
            f"{show_path(folder)} cannot be read ({error.strerror or type(error).__name__}).",
            next_step="Check the rights of the folder.",
        ) from None


def _tell_kind(entry: os.DirEntry[str]) -> str:
    """``file``, ``folder``, or why it is passed over."""
    if entry.name.startswith("."):
        return "hidden"
    try:
        if entry.is_symlink() or getattr(entry, "is_junction", bool)():
            return "link"
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        return "file" if entry.is_file(follow_symlinks=False) else "no regular file"
    except OSError:
        return "removed meanwhile"


def _make_row(entry: os.DirEntry[str], top: Path, line: int) -> RawRow:
    relative = Path(entry.path).relative_to(top).as_posix()
    try:
        entry.path.encode()
    except UnicodeEncodeError:
        return RawRow(line, {}, _UNNAMED, f"{show_path(relative)}: its name is not UTF-8; rename it")
    try:
        size_bytes = entry.stat(follow_symlinks=False).st_size
    except OSError as error:
        return RawRow(line, {}, "file", f"{show_path(relative)} cannot be read ({error.strerror})")
    return RawRow(line, {"path": entry.path, "relative": relative, **name_parts(relative)}, size_bytes=size_bytes)
