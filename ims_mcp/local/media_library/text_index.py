"""The words of assets made findable: an index of titles and descriptions in SQLite's FTS5, kept up to date by itself.

Two neighbouring characters are one token, so a search for a phrase of tokens finds any part of a text in any language,
a Chinese word of two characters as well, and a single character is the beginning of a token. Case and width do not
count. Triggers note what changed, also while an earlier version of this program has the data; the index catches up
before the next search. Where SQLite has no FTS5, every text is looked at.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from itertools import zip_longest

from ims_mcp.foreign_text import fold

SCHEMA = """
CREATE TABLE IF NOT EXISTS media_text_due (sequence INTEGER PRIMARY KEY);
CREATE TRIGGER IF NOT EXISTS media_text_added AFTER INSERT ON media_asset
    BEGIN INSERT OR IGNORE INTO media_text_due VALUES (NEW.sequence); END;
CREATE TRIGGER IF NOT EXISTS media_text_changed AFTER UPDATE OF title, description, deleted_at ON media_asset
    BEGIN INSERT OR IGNORE INTO media_text_due VALUES (NEW.sequence); END;
"""
"""Stands behind the table of assets."""
COLUMNS = ("title", "description")
_AT_ONCE = 500
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FTS5_MISSING = "no such module"


class TextIndex:
    """One to a store; its methods run on the store's thread."""

    def __init__(self, *, wants_fts5: bool = True) -> None:
        self._has_fts5: bool | None = None if wants_fts5 else False

    def open(self, connection: sqlite3.Connection) -> None:
        """Make the index where there is none, in a transaction; all assets are then to be indexed."""
        if self._has_fts5 is None:
            self._has_fts5 = _find_fts5(connection)
        if not self._has_fts5:
            connection.create_function("holds_text", 2, _holds, deterministic=True)
            return
        exists = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'media_text'").fetchone()
        if exists is None:
            connection.execute("CREATE VIRTUAL TABLE media_text USING fts5(title, description, tokenize = 'ascii')")
            connection.execute("INSERT OR IGNORE INTO media_text_due SELECT sequence FROM media_asset")

    def is_behind(self, connection: sqlite3.Connection) -> bool:
        """Whether there is something to :meth:`catch_up` with."""
        return (
            bool(self._has_fts5) and connection.execute("SELECT 1 FROM media_text_due LIMIT 1").fetchone() is not None
        )

    def catch_up(self, connection: sqlite3.Connection) -> None:
        """Index some of what changed, in a transaction."""
        rows = connection.execute(
            "SELECT sequence, title, description, deleted_at "
            "FROM media_text_due LEFT JOIN media_asset USING (sequence) LIMIT ?",
            (_AT_ONCE,),
        ).fetchall()
        for row in rows:
            sequence = row["sequence"]
            connection.execute("DELETE FROM media_text WHERE rowid = ?", (sequence,))
            if row["title"] is not None and row["deleted_at"] is None:
                texts = [_write_text(row[column] or "") for column in COLUMNS]
                connection.execute(
                    "INSERT INTO media_text (rowid, title, description) VALUES (?, ?, ?)", (sequence, *texts)
                )
            connection.execute("DELETE FROM media_text_due WHERE sequence = ?", (sequence,))

    def write_condition(self, column: str, text: str) -> tuple[str, str]:
        """SQL on a row ``a`` of media_asset whose ``column`` holds ``text``, and the value of its placeholder."""
        if not self._has_fts5:
            return f"holds_text(a.{column}, ?)", fold(text)
        return (
            "a.sequence IN (SELECT rowid FROM media_text WHERE media_text MATCH ?)",
            f"{column} : {_write_query(text)}",
        )


def _find_fts5(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.fts5_probe USING fts5(text)")
    except sqlite3.OperationalError as error:
        if _FTS5_MISSING in str(error):
            return False
        raise
    connection.execute("DROP TABLE temp.fts5_probe")
    return True


def _holds(text: str | None, folded: str) -> bool:
    return text is not None and folded in fold(text)


@lru_cache(maxsize=8192)
def _write_character(character: str) -> str:
    """Four digits, whichever character it is."""
    number, digits = ord(character), ""
    for _ in range(4):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def _list_tokens(text: str) -> list[str]:
    written = [_write_character(character) for character in text]
    return [first + second for first, second in zip_longest(written, written[1:], fillvalue="")]


def _write_text(text: str) -> str:
    return " ".join(_list_tokens(fold(text)))


def _write_query(text: str) -> str:
    """The phrase of :data:`_list_tokens`; the last character is the beginning of whatever stands there."""
    tokens = _list_tokens(fold(text))
    whole, last = tokens[:-1], tokens[-1]
    return f'"{" ".join(whole)}"' if whole else f'"{last}" *'
