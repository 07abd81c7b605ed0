"""Finished files on their way from a job's segments into the local OSS, under the names its template gives."""

from __future__ import annotations

import asyncio
import logging
import math
import posixpath
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.recording.child import Child
from ims_mcp.local.recording.files import RecordFile, RecordFiles
from ims_mcp.local.recording.jobs import RecordJob
from ims_mcp.local.recording.segments import Journal, Segment
from ims_mcp.local.recording.templates import RecordFormat, make_file_key, make_slice_key

_AT_ONCE = 2
_ATTEMPTS = 2
_INDEX_TYPE = "application/vnd.apple.mpegurl"
_log = logging.getLogger(__name__)


class Publisher:
    """Makes files of segments, a few at a time, each in a process of its own."""

    def __init__(self, files: RecordFiles, objects: Objects) -> None:
        self._files = files
        self._objects = objects
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def publish(
        self, job: RecordJob, journal: Journal, *, ended: bool, clock_offset_seconds: float
    ) -> list[RecordFile]:
        """Store every file that is finished (``ended``: all are) and not stored yet; forget the segments of old ones.

        A file that cannot be made (FFmpeg does not take the codec into this format, or crashes) is given up. On a
        full disk the segments stay, and DiskFull, OSError or sqlite3.Error is raised.
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
            (str(journal.locate_segment(segment.number)), segment.run, segment.position_ms) for segment in segments
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
            if made is None:
                return None
            ended_at = max((*ends, started_at))
            key = make_file_key(
                entry.file_pattern, entry.format, job_id=job.job_id, sequence=number, start=started_at, end=ended_at
            )
            slice_keys: list[str] = []
            if entry.format == "m3u8":
                slice_keys = await self._store_slices(job, entry, key, made["slices"], started_at, work)
            else:
                await self._objects.put_file(job.bucket, key, Path(made["path"]))
            return await self._files.add(
                job,
                ObjectAddress(job.bucket, key),
                slice_keys,
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
        """What the assembler answers; None where there is nothing, or nothing that can be made of it."""
        for _ in range(_ATTEMPTS):
            await asyncio.to_thread(_make_empty, work)
            child = await Child.start("ims_mcp.local.recording.assembler", config)
            try:
                async for message in child.receive():
                    return None if message.get("nothing") else message
            finally:
                await child.end()
        _log.error("no %s file can be made of the segments %s", config["format"], config["segments"])
        return None

    async def _store_slices(
        self,
        job: RecordJob,
        entry: RecordFormat,
        index_key: str,
        slices: Sequence[tuple[str, float]],
        started_at: float,
        work: Path,
    ) -> list[str]:
        """The slices, and then the index that names them relative to itself."""
        longest = max((seconds for _, seconds in slices), default=0.0)
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}"]
        lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
        keys: list[str] = []
        at = started_at
        for sequence, (path, seconds) in enumerate(slices, 1):
            key = make_slice_key(entry.slice_pattern or "", job_id=job.job_id, sequence=sequence, start=at)
            await self._objects.put_file(job.bucket, key, Path(path), content_type="video/mp2t")
            name = quote(posixpath.relpath(key, posixpath.dirname(index_key) or "."))
            lines += [f"#EXTINF:{seconds:.6f},", name]
            keys.append(key)
            at += seconds
        index = work / "index.m3u8"
        await asyncio.to_thread(index.write_text, "\n".join([*lines, "#EXT-X-ENDLIST", ""]), "utf-8")
        await self._objects.put_file(job.bucket, index_key, index, content_type=_INDEX_TYPE)
        return keys


def _make_empty(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
