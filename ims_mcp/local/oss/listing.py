"""One page of a listing: the keys under a prefix, folded into groups at a delimiter, from a marker on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` and ``prefixes`` together are at most the size asked for.

    ``next_marker`` is None on the last page; elsewhere a listing that begins after it goes on without gap or repeat.
    """

    rows: list[sqlite3.Row]
    prefixes: list[bytes]
    next_marker: bytes | None


def list_page(
    select: Callable[[bytes, bool], sqlite3.Cursor], *, prefix: bytes, delimiter: bytes, marker: bytes, size: int
) -> Page:
    """One page of the keys that begin with ``prefix`` and come after ``marker``.

    ``select(start, inclusive)`` opens a cursor over the rows from a key on, in order; it is only stepped as far as
    needed, and opened anew behind each folded group: a group costs one look-up however many keys it has.
    A marker that is itself a folded group (as NextMarker can be) skips the whole group.
    """
    rows: list[sqlite3.Row] = []
    prefixes: list[bytes] = []
    last = marker
    start, inclusive = (marker, False) if marker >= prefix else (prefix, True)
    if delimiter and marker.startswith(prefix) and _find_group(marker, prefix, delimiter) == marker and marker:
        behind = find_key_after(marker)
        if behind is None:
            return Page(rows, prefixes, None)
        start, inclusive = behind, True
    while True:
        group = None
        for row in select(start, inclusive):
            key: bytes = row["key"]
            if not key.startswith(prefix):
                return Page(rows, prefixes, None)
            if len(rows) + len(prefixes) == size:
                return Page(rows, prefixes, last)
            group = _find_group(key, prefix, delimiter)
            if group is not None:
                break
            rows.append(row)
            last = key
        if group is None:
            return Page(rows, prefixes, None)
        prefixes.append(group)
        last = group
        behind = find_key_after(group)
        if behind is None:
            return Page(rows, prefixes, None)
        start, inclusive = behind, True


def find_key_after(prefix: bytes) -> bytes | None:
    """The smallest key that comes after every key with this prefix; None where there is none (all bytes 0xFF)."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None


def _find_group(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    """The common prefix that ``key`` is folded into, if any."""
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]
