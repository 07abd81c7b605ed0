"""Rows of a JSONL file: a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from ims_mcp.catalogue.written_values import show_value
from ims_mcp.workflows.bulk.sources.csv_rows import BROKEN, NOT_UTF8
from ims_mcp.workflows.bulk.sources.lines import TextFile, is_utf8
from ims_mcp.workflows.bulk.sources.raw import RawRow, SourceError


def read_jsonl(file: TextFile) -> Iterator[RawRow]:
    """Blocks on the disk. Raises SourceError for the file as a whole; a line that is broken is a row with a problem."""
    for number, line in enumerate(file.read_lines(), 1):
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            raise SourceError(
                f"{file.name} is one JSON list.",
                next_step="Write one object a line: jq -c '.[]' list.json > rows.jsonl.",
            )
        yield _read(line, number, file)


def _read(line: str, number: int, file: TextFile) -> RawRow:
    if not is_utf8(line):
        return RawRow(number, {}, NOT_UTF8, file.explain_encoding(number))
    try:
        value: Any = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return RawRow(number, {}, BROKEN, f"is no JSON: {error}")
    return make_row(number, value)


def make_row(number: int, value: Any) -> RawRow:
    """A row of what should be an object."""
    if not isinstance(value, dict):
        return RawRow(number, {}, BROKEN, f"has to be a JSON object, not {show_value(value)}")
    return RawRow(number, cast("dict[str, Any]", value))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
