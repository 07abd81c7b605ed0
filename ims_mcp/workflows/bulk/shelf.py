"""Where jobs are found again by their ids: below a folder of this user's, or in the store that replicas share."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio.to_thread
from pydantic import TypeAdapter

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.bulk.job import JOB

BULK = "bulk"
"""Below the state directory."""
_ID = re.compile(r"b-[0-9a-f]{12}")
_ENTRY = ".kept.json"
_MOST_KEPT = 200
_KEPT_SECONDS = 90 * 86_400.0


class UnknownJob(ImsError):
    """There is no such job, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class KeptJob:
    """What is known of a job outside of its place: whoever can write there has no say in it."""

    job_id: str
    address: str
    """Of its place."""
    rows_digest: str = ""
    """Of all of its rows, as they were when somebody agreed to them; empty where nobody had to."""
    made_at: float = 0.0
    """Epoch seconds."""


class JobShelf(Protocol):
    """One caller's jobs."""

    async def put(self, kept: KeptJob) -> None:
        """A new one, or one of which something else is known now."""
        ...

    async def find(self, job_id: str) -> KeptJob:
        """Raises UnknownJob."""
        ...

    async def list(self) -> list[KeptJob]:
        """The newest first, at most 200."""
        ...


def make_job_id() -> str:
    """Such as ``b-3f09c1d2a4b5``."""
    return f"b-{secrets.token_hex(6)}"


def unknown_job(name: str) -> UnknownJob:
    """What is said of a name under which there is no job."""
    return UnknownJob(
        f"There is no job {plain(name, 80)!r}.", next_step="Ask for the list of those there are, and take an id of it."
    )


def join_address(folder: str, job_id: str) -> str:
    """Where a job is kept below a folder or an ``oss://`` prefix."""
    return f"{folder.rstrip('/')}/{job_id}/" if folder.startswith("oss://") else str(Path(folder) / job_id)


class FolderShelf:
    """Below a folder: a job's own folder, named by its id, and an entry beside it for one that has its place elsewhere,
    or was agreed to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, kept: KeptJob) -> None:
        """See :class:`JobShelf`."""
        await anyio.to_thread.run_sync(self._put, kept)

    async def find(self, job_id: str) -> KeptJob:
        """See :class:`JobShelf`."""
        if not _ID.fullmatch(job_id) or (found := await anyio.to_thread.run_sync(self._find, job_id)) is None:
            raise unknown_job(job_id)
        return found

    async def list(self) -> list[KeptJob]:
        """See :class:`JobShelf`."""
        return await anyio.to_thread.run_sync(self._list)

    def _put(self, kept: KeptJob) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = self.root / f"{kept.job_id}{_ENTRY}"
        beside = entry.with_name(f"{entry.name}.{secrets.token_hex(4)}")
        beside.write_bytes(_KEPT.dump_json(kept))
        beside.replace(entry)

    def _find(self, job_id: str) -> KeptJob | None:
        try:
            return _KEPT.validate_json((self.root / f"{job_id}{_ENTRY}").read_bytes())
        except (OSError, ValueError):
            folder = self.root / job_id
        try:
            return KeptJob(job_id, str(folder), made_at=(folder / JOB).stat().st_mtime)
        except OSError:
            return None

    def _list(self) -> list[KeptJob]:
        try:
            names = {entry.name.removesuffix(_ENTRY) for entry in self.root.iterdir()}
        except OSError:
            return []
        found = (self._find(name) for name in names if _ID.fullmatch(name))
        return _sort(each for each in found if each is not None)


class StoreShelf:
    """In the store of all replicas, for one ``owner``. Raises StoreUnavailable."""

    def __init__(self, store: SharedStore, owner: str) -> None:
        self._store = store
        self._key = f"bulk-of:{owner}"

    async def put(self, kept: KeptJob) -> None:
        """See :class:`JobShelf`."""

        def enter(value: bytes | None) -> tuple[bytes | None, None]:
            known = [each for each in _read_all(value) if each.job_id != kept.job_id]
            return _ALL.dump_json(_sort([kept, *known])[:_MOST_KEPT]), None

        await self._store.update(self._key, enter, _KEPT_SECONDS)

    async def find(self, job_id: str) -> KeptJob:
        """See :class:`JobShelf`."""
        found = next((each for each in await self.list() if each.job_id == job_id), None)
        if found is None:
            raise unknown_job(job_id)
        return found

    async def list(self) -> list[KeptJob]:
        """See :class:`JobShelf`."""
        return await self._store.update(self._key, lambda value: (value, _read_all(value)), _KEPT_SECONDS)


def keep(job_id: str, address: str, rows_digest: str = "") -> KeptJob:
    """As of now."""
    return KeptJob(job_id, address, rows_digest, time.time())


_KEPT = TypeAdapter(KeptJob)
_ALL = TypeAdapter(list[KeptJob])


def _read_all(value: bytes | None) -> list[KeptJob]:
    try:
        return [] if value is None else _ALL.validate_json(value)
    except ValueError:  # of another version
        return []


def _sort(found: Iterable[KeptJob]) -> list[KeptJob]:
    return sorted(found, key=lambda each: each.made_at, reverse=True)[:_MOST_KEPT]
