"""One embedded IMS a data directory: an exclusive lock that a killed process cannot leave behind."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ims_mcp.errors import LocalImsError


class DataDirLock:
    """Holds the directory while entered, and says in ``endpoint.json`` where its holder listens.

    The lock is one on a SQLite file of its own: the same on every platform, and gone with the process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        """Raises LocalImsError, with pid and address of the holder, where the directory is in use."""
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._data_dir / "lock.sqlite3", isolation_level=None, timeout=0)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise self._in_use() from None
            raise self._unusable(error) from error
        self._connection = connection
        # Whoever left it behind is gone.
        self._endpoint_file.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._endpoint_file.unlink(missing_ok=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def announce(self, endpoint: str) -> None:
        """Write ``{"endpoint": "http://127.0.0.1:PORT", "pid": …}``, whole or not at all."""
        unfinished = self._data_dir / "endpoint.json.part"
        unfinished.write_text(json.dumps({"endpoint": endpoint, "pid": os.getpid()}), encoding="utf-8")
        unfinished.replace(self._endpoint_file)

    @property
    def _endpoint_file(self) -> Path:
        return self._data_dir / "endpoint.json"

    def _unusable(self, error: Exception) -> LocalImsError:
        return LocalImsError(
            f"The data directory {self._data_dir} cannot be used: {error}.",
            next_step="Make it a directory this user may write to, or choose another with --data-dir.",
        )

    def _in_use(self) -> LocalImsError:
        try:
            holder: dict[str, Any] = json.loads(self._endpoint_file.read_text(encoding="utf-8"))
            who = f"by process {holder['pid']} at {holder['endpoint']}"
        except (OSError, ValueError, KeyError):
            who = "by another process, which is just starting or stopping"
        return LocalImsError(
            f"The data directory {self._data_dir} is in use {who}.",
            next_step="Use that one, stop it, or choose another directory with --data-dir.",
        )
