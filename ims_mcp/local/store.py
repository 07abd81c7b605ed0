"""The embedded IMS's state: one SQLite file, one thread that writes, and a crash loses nothing acknowledged."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from ims_mcp.errors import LocalImsError
from ims_mcp.local.disk import DISK_IS_FULL, is_disk_full

T = TypeVar("T")
Columns = Mapping[str, Any]
"""Column names, never from outside, and their values."""
# What a few rows take, the pages of their indexes and the journal included.
_RESERVE_BYTES = 256 * 1024
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_log = logging.getLogger(__name__)


class Store:
    """All reads and writes run on one dedicated thread, so a connection is never shared and writes never collide.

    A coroutine that awaited :meth:`write` may acknowledge: the transaction is committed (WAL, synchronous=NORMAL:
    a killed process loses nothing, a power cut may lose the last moments). ``data_dir`` is locked while it is open.
    """

    def __init__(self, data_dir: Path, *, schema: str) -> None:
        self._path = data_dir / "ims.sqlite3"
        self._reserve = data_dir / "reserve"
        self._schema = schema
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ims-store")
        self._connection: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            await self._run(self._open)
        except BaseException:
            self._thread.shutdown(wait=True)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._run(self._close)
        self._thread.shutdown(wait=True)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction; it is committed when this returns, rolled back when ``work`` raises."""
        return await self._run(lambda: self._run_transaction(work))

    async def write_end(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As :meth:`write`, for how something ended: on a full disk the reserve is given up for it.

        Where that does not suffice, it is tried again until there is room: nothing else would end the job.
        """
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._run(lambda: self._run_last_transaction(work))
            except sqlite3.Error as error:
                if not is_disk_full(error):
                    raise
            _log.error("%s How a job has ended waits to be written.", DISK_IS_FULL)
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on a consistent view of the state."""
        return await self._run(lambda: work(self._open_connection))

    async def fetch(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of one SELECT."""
        return await self.read(lambda connection: connection.execute(query, values).fetchall())

    async def change(self, query: str, values: Sequence[Any]) -> int:
        """One statement as a transaction of its own; how many rows it changed."""
        return await self.write(lambda connection: connection.execute(query, values).rowcount)

    @property
    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise LocalImsError("The store of the local IMS is closed.")
        return self._connection

    async def _run(self, work: Callable[[], T]) -> T:
        # Shielded: a caller that is cancelled must not leave a transaction half reported.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def _open(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.executescript(f"BEGIN; {self._schema}; COMMIT;")  # all of it or nothing
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._keep_reserve()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run_last_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._run_transaction(work)
        except sqlite3.Error as error:
            if not is_disk_full(error):
                raise
        self._reserve.unlink(missing_ok=True)
        try:
            return self._run_transaction(work)
        finally:
            self._keep_reserve()

    def _keep_reserve(self) -> None:
        """A file that takes room now, so that there is room for a few rows on a disk that is full later."""
        with suppress(OSError):
            if self._reserve.stat().st_size == _RESERVE_BYTES:
                return
        try:
            # Random: a file system may keep zeros without giving them room.
            self._reserve.write_bytes(os.urandom(_RESERVE_BYTES))
        except OSError:
            with suppress(OSError):
                self._reserve.unlink(missing_ok=True)

    def _run_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._open_connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            # After some errors, such as a full disk, SQLite has rolled back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result


def insert_row(connection: sqlite3.Connection, table: str, columns: Columns, *, replaces: bool = False) -> int:
    """Returns the row's id; with ``replaces`` a row that has its key already goes."""
    insert = "INSERT OR REPLACE" if replaces else "INSERT"
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    done = connection.execute(f"{insert} INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))
    return int(done.lastrowid or 0)


def update_row(connection: sqlite3.Connection, table: str, columns: Columns, key: str, value: Any) -> None:
    """Change ``columns`` of the row whose column ``key`` has ``value``."""
    changes = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE {table} SET {changes} WHERE {key} = ?", (*columns.values(), value))  # noqa: S608
