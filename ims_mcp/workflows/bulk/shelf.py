"""Where jobs are found again by their ids: below a folder of this user's, or in the store that replicas share."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio.to_thread
from pydantic import TypeAdapter

from ims_mcp.call_origin import STDIO
from ims_mcp.catalogue import Effect
from ims_mcp.errors import ImsError, Refused
from ims_mcp.foreign_text import plain
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.bulk.job import JOB, BulkJob

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
    """What is known of a job outside of its place: who can write there alone has no say in it."""

    job_id: str
    address: str
    """Of its place."""
    made_at: float
    """Epoch seconds."""
    job: BulkJob | None = None
    """As it was written last; None of one that has nothing but its folder here, which is its user's."""
    rows_digest: str = ""
    """Of all of its rows."""
    effect: Effect = Effect.WRITE
    """The gravest of any row."""


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


def unknown_job(name: str) -> UnknownJob:
    """What is said of a name under which there is no job."""
    return UnknownJob(
        f"There is no job {plain(name, 80)!r}.", next_step="Ask for the list of those there are, and take an id of it."
    )


def join_address(folder: str, job_id: str) -> str:
    """Where a job is kept below a folder or an ``oss://`` prefix."""
    return f"{folder.rstrip('/')}/{job_id}/" if folder.startswith("oss://") else str(Path(folder) / job_id)


def join_name(address: str, name: str) -> str:
    """A file of a job, as people find it."""
    return f"{address.rstrip('/')}/{name}" if address.startswith("oss://") else str(Path(address) / name)


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
            return KeptJob(job_id, str(folder), (folder / JOB).stat().st_mtime)
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
    """In the store of all replicas. ``subject``: whose jobs these are; None for those of all, by their ids alone.
    Raises StoreUnavailable."""

    def __init__(self, store: SharedStore, subject: str | None) -> None:
        self._store = store
        self._subject = subject

    async def put(self, kept: KeptJob) -> None:
        """See :class:`JobShelf`."""

        def enter(value: bytes | None) -> tuple[bytes | None, None]:
            known = [each for each in _read_index(value) if each[0] != kept.job_id]
            return _INDEX.dump_json([(kept.job_id, kept.made_at), *known][:_MOST_KEPT]), None

        content = _KEPT.dump_json(kept)
        await self._store.update(_name(kept.job_id), lambda _: (content, None), _KEPT_SECONDS)
        await self._store.update(f"bulk-of:{self._subject}", enter, _KEPT_SECONDS)

    async def find(self, job_id: str) -> KeptJob:
        """See :class:`JobShelf`."""
        found = await self._read(job_id) if _ID.fullmatch(job_id) else None
        if found is None:
            raise unknown_job(job_id)
        return found

    async def list(self) -> list[KeptJob]:
        """See :class:`JobShelf`."""
        index = await self._store.update(
            f"bulk-of:{self._subject}", lambda value: (value, _read_index(value)), _KEPT_SECONDS
        )
        found = [await self._read(job_id) for job_id, _ in index]
        return _sort(each for each in found if each is not None)

    async def _read(self, job_id: str) -> KeptJob | None:
        kept = await self._store.update(_name(job_id), lambda value: (value, _read_kept(value)), _KEPT_SECONDS)
        if kept is None or kept.job is None or self._subject not in (None, kept.job.subject):
            return None
        return kept


async def find_known(store: SharedStore, job: BulkJob) -> BulkJob:
    """The job as those who work on one store know it, whatever its place says. One that was begun at a prompt is in no
    store; whose it is, its place cannot say then. Raises Refused, and StoreUnavailable."""
    try:
        known = (await StoreShelf(store, None).find(job.job_id)).job
    except UnknownJob:
        known = None
    if known is None:
        if job.subject not in ("", STDIO):
            whose = plain(job.subject, 80)
            raise Refused(
                f"The job {plain(job.job_id, 80)} is not worked at: its {JOB} says that it is {whose}'s, and nobody "
                "here has begun it.",
                next_step="Begin it anew from its source; work at it on the Redis of the server that has begun it.",
                reason="changed",
            )
        return job
    require_unchanged(known, job)
    return known


def require_unchanged(known: BulkJob, job: BulkJob) -> None:
    """Raises Refused where ``job``, which its place has, is another than what is known of it. A sketch says nothing yet
    that could be."""
    if job.operation and job != known:
        raise Refused(
            f"The job {plain(job.job_id, 80)} is not as it was made: its {JOB} was changed.",
            next_step="Nothing more is sent. Make the job anew from its source.",
            reason="changed",
        )


_KEPT = TypeAdapter(KeptJob)
_INDEX = TypeAdapter(list[tuple[str, float]])


def _name(job_id: str) -> str:
    return f"bulk-job:{job_id}"


def _read_kept(value: bytes | None) -> KeptJob | None:
    try:
        return None if value is None else _KEPT.validate_json(value)
    except ValueError:  # of another version
        return None


def _read_index(value: bytes | None) -> list[tuple[str, float]]:
    try:
        return [] if value is None else _INDEX.validate_json(value)
    except ValueError:
        return []


def _sort(found: Iterable[KeptJob]) -> list[KeptJob]:
    return sorted(found, key=lambda each: each.made_at, reverse=True)[:_MOST_KEPT]
