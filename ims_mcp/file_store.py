"""The shared store of the processes of one user: small files in a directory of theirs, one an entry, under one lock."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio.to_thread

from ims_mcp.foreign_text import plain
from ims_mcp.shared_store import Change, StoreUnavailable

T = TypeVar("T")


class FileStore:
    """See :class:`ims_mcp.shared_store.SharedStore`. Nothing is there before the first entry; every call takes a
    thread. Entries outlive the process, and end by the wall clock."""

    MOST = 2_000
    _LOCK_SECONDS = 10.0
    _SWEEP_SECONDS = 60.0

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._swept_at = float("-inf")
        self._is_full = False

    async def add_once(self, key: str, seconds: float) -> bool:
        """See :class:`ims_mcp.shared_store.SharedStore`."""

        def add(value: bytes | None) -> tuple[bytes | None, bool]:
            # One that is there keeps the end it has.
            return (b"", True) if value is None else (value, False)

        return await self.update(key, add, seconds)

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        """See :class:`ims_mcp.shared_store.SharedStore`."""
        return await anyio.to_thread.run_sync(self._update, key, change, seconds)

    async def list_keys(self, prefix: str) -> list[str]:
        """The keys there are that begin so, for whoever has to choose one."""
        return await anyio.to_thread.run_sync(self._list_keys, prefix)

    async def now(self) -> float:
        """See :class:`ims_mcp.shared_store.SharedStore`."""
        return self._clock()

    async def check(self) -> None:
        """See :class:`ims_mcp.shared_store.SharedStore`."""
        await self.update("check", lambda _: (None, None), 1.0)

    async def close(self) -> None:
        """There is nothing to give up."""

    def describe(self) -> str:
        """See :class:`ims_mcp.shared_store.SharedStore`."""
        return f"files in {plain(str(self._directory), 200)}"

    def _update(self, key: str, change: Change[T], seconds: float) -> T:
        from filelock import FileLock, Timeout  # late: most servers have nothing to remember

        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._directory / "lock", timeout=self._LOCK_SECONDS, mode=0o600, poll_interval=0.01):
                now = self._clock()
                self._sweep(now)
                path = self._find_path(key)
                before = _read(path, now)
                value, answer = change(None if before is None else before[1])
                if value is None:
                    path.unlink(missing_ok=True)
                elif before is None and self._is_full and self._sweep(now, at_once=True):
                    # What is there already can be changed, and taken away.
                    raise StoreUnavailable(
                        f"There is no room for more than {self.MOST:,} things to remember.",
                        next_step="Call again in a few minutes.",
                    )
                elif before is None or before[1] != value:
                    _write(path, {"key": key, "ends_at": now + seconds, "value": base64.b64encode(value).decode()})
                return answer
        except Timeout:
            raise StoreUnavailable(
                f"Another process has held {self.describe()} for {self._LOCK_SECONDS:g} s.", next_step="Call again."
            ) from None
        except OSError as error:
            raise StoreUnavailable(
                f"{self.describe()} cannot be written ({error.strerror or type(error).__name__}).",
                next_step="Make room there, or name another directory with --state-dir.",
            ) from None

    def _find_path(self, key: str) -> Path:
        return self._directory / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"

    def _list_keys(self, prefix: str) -> list[str]:
        now = self._clock()
        entries = (_read_entry(path) for path in self._list_files())
        found = [str(entry["key"]) for entry in entries if entry is not None and float(entry["ends_at"]) > now]
        return sorted(key for key in found if key.startswith(prefix))

    def _list_files(self) -> list[Path]:
        return [*self._directory.glob("*.json")]

    def _sweep(self, now: float, *, at_once: bool = False) -> bool:
        """Remove what has ended; whether there is no room for more."""
        if now - self._swept_at < self._SWEEP_SECONDS and not at_once:
            return self._is_full
        self._swept_at = now
        files = self._list_files()
        ended = [path for path in files if _read(path, now) is None]
        # Whoever writes has the lock: what is half written by now was left by a crash.
        for path in [*ended, *self._directory.glob("*.part")]:
            path.unlink(missing_ok=True)
        self._is_full = len(files) - len(ended) >= self.MOST
        return self._is_full


def _read_entry(path: Path) -> dict[str, Any] | None:
    """None for what is no entry: a half file that a crash has left counts for nothing."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        entry = cast("dict[str, Any]", json.loads(path.read_bytes()))
        return entry | {"ends_at": float(entry["ends_at"]), "key": str(entry["key"])}
    return None


def _read(path: Path, now: float) -> tuple[float, bytes] | None:
    entry = _read_entry(path)
    if entry is None or float(entry["ends_at"]) <= now:
        return None
    with suppress(ValueError, KeyError, TypeError):
        return float(entry["ends_at"]), base64.b64decode(entry["value"], validate=True)
    return None


def _write(path: Path, entry: dict[str, Any]) -> None:
    unfinished = path.with_suffix(f".{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(entry).encode())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
