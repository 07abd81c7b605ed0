"""Rows of a CSV file whose first line names the columns; commas between them, or what is surely meant as such."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.sources.lines import TextFile, is_utf8
from ims_mcp.workflows.bulk.sources.raw import RawRow, SourceError

_OTHERS = ";\t"
_SAMPLE_LINES = 20
BROKEN, NOT_UTF8 = "broken_line", "not_utf8"


def read_csv(file: TextFile, columns: Columns) -> Iterator[RawRow]:
    """Blocks on the disk. Raises SourceError for the file as a whole and for its header; a line that is broken is a
    row with a problem."""
    delimiter = _find_delimiter(file.read_head(), columns)
    reader = csv.reader(file.read_lines(), delimiter=delimiter, strict=True)
    names = _read_header(reader, file, columns)
    width = len(names)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, {}, BROKEN, f"is no CSV: {plain(str(error), 120)}{_tell_lines(line, reader.line_num)}")
            continue
        if not cells:
            continue
        if not is_utf8("".join(cells)):
            yield RawRow(line, {}, NOT_UTF8, file.explain_encoding(line))
        elif len(cells) != width:
            told = f"has {len(cells)} cells, and the header names {width} columns"
            yield RawRow(line, {}, BROKEN, f"{told}{_tell_lines(line, reader.line_num)}")
        else:
            yield RawRow(line, dict(zip(names, cells, strict=True)))


def _tell_lines(first: int, last: int) -> str:
    """A quotation mark that nobody closes takes rows with it."""
    return f"; lines {first:,} to {last:,} are one row to it: a quotation mark is open" if last > first else ""


def _read_header(reader: Iterator[list[str]], file: TextFile, columns: Columns) -> list[str]:
    try:
        names = [name.strip() for name in next(reader, list[str]())]
    except csv.Error as error:
        raise SourceError(
            f"The first line of {file.name} is no CSV ({plain(str(error), 120)}).",
            next_step="It has to name the columns, separated by commas.",
        ) from None
    if not is_utf8("".join(names)):
        raise SourceError(f"{file.name} cannot be read: {file.explain_encoding(1)}.")
    while names and not names[-1]:
        raise SourceError(
            f"A column of {file.name} has no name.", next_step="Name each column in the first line, or remove it."
        )
    columns.check_template(frozenset(names))
    columns.check_header(names, file.name)
    return names


def _find_delimiter(head: str, columns: Columns) -> str:
    """The comma, unless the header makes sense with another character only, and all lines that follow agree."""
    lines = head.splitlines()[:_SAMPLE_LINES]
    if not lines or _count_known(lines[0], ",", columns):
        return ","
    try:
        found = csv.Sniffer().sniff("\n".join(lines), delimiters=_OTHERS).delimiter
    except csv.Error:
        found = max(_OTHERS, key=lines[0].count)
    known = _count_known(lines[0], found, columns)
    return found if found in _OTHERS and known and known == lines[0].count(found) + 1 else ","


def _count_known(header: str, delimiter: str, columns: Columns) -> int:
    names = next(csv.reader([header], delimiter=delimiter), list[str]())
    return sum(columns.is_known(name.strip()) for name in names)
