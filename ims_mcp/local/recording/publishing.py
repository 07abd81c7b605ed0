"""Finished files on their way from a job's segments into the local OSS, under the names its template gives."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import posixpath
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.recording.child import UNWRITABLE, Child
from ims_mcp.local.recording.files import RecordFile, RecordFiles
from ims_mcp.local.recording.jobs import RecordJob
from ims_mcp.local.recording.segments import Journal, Segment
from ims_mcp.local.recording.templates import RecordFormat, make_file_key, make_slice_key

_AT_ONCE = 2
_ATTEMPTS = 2
_INDEX_TYPE = "application/vnd.apple.mpegurl"
_KINDS = {"video": "the picture", "audio": "the sound"}
_REMEDY = "A template with flv records all of the stream."
_SERVER_REMEDY = "Some servers do not pass on the codecs of enhanced RTMP, or to players only that were there first."
_log = logging.getLogger(__name__)


class Publisher:
    """Makes files of segments, a few at a time, each in a process of its own."""

    def __init__(self, files: RecordFiles, objects: Objects) -> None:
        self._files = files
        self._objects = objects
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._naming = asyncio.Lock()
        """Held from the choice of a free name until the file that bears it is in the store."""

    async def publish(
        self, job: RecordJob, journal: Journal, *, ended: bool, clock_offset_seconds: float
    ) -> list[RecordFile]:
        """Store every file that is finished (``ended``: all are) and not stored yet; forget the segments of old ones.

        A file that cannot be made is given up; why, and what a file lacks since its format has no place for the
        codec, is told of the job and the file. On a full disk the segments stay, and DiskFull, OSError or
        sqlite3.Error is raised.
        """
        segments = journal.list_segments()
        if not segments:
            return []
        stored, added = await self._files.list_numbers(job.job_id), list[RecordFile]()
        for entry in job.template.formats:
            current = segments[-1].files[entry.format]
            for number in sorted({segment.files[entry.format] for segment in segments}):
                if (ended or number < current) and (entry.format, number) not in stored:
                    own = [segment for segment in segments if segment.files[entry.format] == number]
                    file = await self._publish(job, journal, entry, own, clock_offset_seconds)
                    added += [] if file is None else [file]
        for segment in segments:
            if all(number < segments[-1].files[format_] for format_, number in segment.files.items()):
                journal.locate_segment(segment.number).unlink(missing_ok=True)
        return added

    async def _publish(
        self, job: RecordJob, journal: Journal, entry: RecordFormat, segments: Sequence[Segment], offset: float
    ) -> RecordFile | None:
        number = segments[0].files[entry.format]
        paths = [
            (str(journal.locate_segment(segment.number)), segment.run, segment.position_ms, list(segment.shape))
            for segment in segments
        ]
        if all(journal.is_gone(segment) for segment in segments):
            return None
        work = journal.directory / f"{entry.format}-{number}"
        ends = [ended_at for segment in segments if (ended_at := journal.find_end(segment, offset)) is not None]
        started_at = segments[0].began[entry.format]
        config = {"format": entry.format, "segments": paths, "directory": str(work)}
        try:
            async with self._slots:
                made = await self._assemble(config | {"slice_seconds": entry.slice_seconds or 0}, work)
            has = {kind for segment in segments for kind in segment.shape}
            absent = {kind for segment in segments for kind in segment.promised} - has
            reason = " ".join(filter(None, (_explain(entry.format, made), explain_absence(absent))))
            if made is None or made.get("nothing"):
                if reason:
                    await self._files.add_fault(job.job_id, entry.format, number, reason)
                return None
            # A stream may come faster than it plays.
            ended_at = max((*ends, started_at + made["duration_seconds"]))
            async with self._naming:
                again = await self._find_name(job, entry, number, started_at, ended_at)
                key = _name_file(job, entry, number, started_at, ended_at, again)
                slice_keys: list[str] = []
                if entry.format == "m3u8":
                    slice_keys = await self._store_slices(job, entry, key, made["slices"], started_at, work, again)
                else:
                    await self._objects.put_file(job.bucket, key, Path(made["path"]))
                return await self._files.add(
                    job,
                    ObjectAddress(job.bucket, key),
                    slice_keys,
                    reason,
                    format=entry.format,
                    number=number,
                    started_at=started_at,
                    ended_at=ended_at,
                    duration_seconds=made["duration_seconds"],
                    width=made["width"],
                    height=made["height"],
                )
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _assemble(self, config: dict[str, Any], work: Path) -> dict[str, Any] | None:
        """What the assembler answers; None where it fails."""
        for _ in range(_ATTEMPTS):
            await asyncio.to_thread(_make_empty, work)
            child = await Child.start("ims_mcp.local.recording.assembler", config)
            try:
                async for message in child.receive():
                    return message
            finally:
                await child.end()
        _log.error("no %s file can be made of the segments %s", config["format"], config["segments"])
        return None

    async def _find_name(
        self, job: RecordJob, entry: RecordFormat, number: int, started_at: float, ended_at: float
    ) -> int:
        """The count from 1 with which no recorded file has this one's name: a pattern may give several the same."""
        for again in itertools.count(1):
            key = _name_file(job, entry, number, started_at, ended_at, again)
            first_slice = _name_slice(job, entry, 1, started_at, again) if entry.slice_pattern else None
            if not await self._files.is_taken(job.bucket, key, first_slice):
                return again
        raise AssertionError

    async def _store_slices(
        self,
        job: RecordJob,
        entry: RecordFormat,
        index_key: str,
        slices: Sequence[tuple[str, float]],
        started_at: float,
        work: Path,
        again: int,
    ) -> list[str]:
        """The slices, and then the index that names them relative to itself."""
        longest = max((seconds for _, seconds in slices), default=0.0)
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}"]
        lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
        keys: list[str] = []
        at = started_at
        for sequence, (path, seconds) in enumerate(slices, 1):
            key = _name_slice(job, entry, sequence, at, again)
            await self._objects.put_file(job.bucket, key, Path(path), content_type="video/mp2t")
            name = quote(posixpath.relpath(key, posixpath.dirname(index_key) or "."))
            lines += [f"#EXTINF:{seconds:.6f},", name]
            keys.append(key)
            at += seconds
        index = work / "index.m3u8"
        await asyncio.to_thread(index.write_text, "\n".join([*lines, "#EXT-X-ENDLIST", ""]), "utf-8")
        await self._objects.put_file(job.bucket, index_key, index, content_type=_INDEX_TYPE)
        return keys


def _name_file(job: RecordJob, entry: RecordFormat, number: int, started_at: float, ended_at: float, again: int) -> str:
    return make_file_key(
        entry.file_pattern,
        entry.format,
        job_id=job.job_id,
        sequence=number,
        start=started_at,
        end=ended_at,
        again=again,
    )


def _name_slice(job: RecordJob, entry: RecordFormat, sequence: int, at: float, again: int) -> str:
    return make_slice_key(entry.slice_pattern or "", job_id=job.job_id, sequence=sequence, start=at, again=again)


def _explain(format_: str, made: Mapping[str, Any] | None) -> str:
    """Why there is no file, or what it lacks; empty where it is whole."""
    if made is None:
        return f"A {format_} file could not be made of what was recorded; the log of the local IMS has the details."
    left_out: dict[str, str] = made.get("left_out") or {}
    if not left_out:
        return ""
    codecs = " and ".join(left_out.values())
    if not UNWRITABLE.isdisjoint(left_out.values()):
        return f"The {format_} file lacks {codecs}, which the local IMS writes into no format."
    if made.get("nothing"):
        return f"There is no {format_} file: {format_} cannot hold {codecs}. {_REMEDY}"
    kinds = " and ".join(_KINDS[kind] for kind in left_out)
    return f"The {format_} file lacks {kinds}: {format_} cannot hold {codecs}. {_REMEDY}"


def explain_absence(kinds: Collection[str]) -> str | None:
    """Why these are in no file though the stream was to have them; None where there are none."""
    names = " and ".join(name for kind, name in _KINDS.items() if kind in kinds)
    return f"The stream announced {names}, and nothing came that could be decoded. {_SERVER_REMEDY}" if kinds else None


def _make_empty(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
