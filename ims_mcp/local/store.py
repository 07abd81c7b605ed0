"""The embedded IMS's state: one SQLite file, one thread that writes, and a crash loses nothing acknowledged."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from ims_mcp.errors import LocalImsError

T = TypeVar("T")


class Store:
    """All reads and writes run on one dedicated thread, so a connection is never shared and writes never collide.

    A coroutine that awaited :meth:`write` may acknowledge: the transaction is committed (WAL, synchronous=NORMAL:
    a killed process loses nothing, a power cut may lose the last moments). ``data_dir`` is locked while it is open.
    """

    def __init__(self, data_dir: Path, *, schema: str) -> None:
        self._path = data_dir / "ims.sqlite3"
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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._run(self._close)
        self._thread.shutdown(wait=True)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction; it is committed when this returns, rolled back when ``work`` raises."""
        return await self._run(lambda: self._transaction(work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on a consistent view of the state."""
        return await self._run(lambda: work(self._open_connection))

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
            connection.executescript(self._schema)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._open_connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result
