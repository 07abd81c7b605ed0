"""The live recording family put together: its state, the recordings that run, and its ten operations."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from ims_mcp.local.handlers.live_record_files import LiveRecordFiles
from ims_mcp.local.handlers.live_record_jobs import LiveRecordJobs
from ims_mcp.local.handlers.live_record_templates import LiveRecordTemplates
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.recording import files, jobs, templates
from ims_mcp.local.recording.callback import Callbacks
from ims_mcp.local.recording.publishing import Publisher
from ims_mcp.local.recording.recordings import PATIENCE_SECONDS, Recordings, RecordLimits
from ims_mcp.local.rpc.call import Service
from ims_mcp.local.store import Store

__all__ = ["PATIENCE_SECONDS", "SCHEMA", "LiveRecord", "RecordLimits"]

SCHEMA = f"{templates.SCHEMA}{jobs.SCHEMA}{files.SCHEMA}"


class LiveRecord:
    """What the application holds of it. ``recordings`` names the recorder processes."""

    def __init__(self, services: tuple[Service, ...], recordings: Recordings) -> None:
        self.services = services
        self.recordings = recordings

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        store: Store,
        objects: Objects,
        *,
        data_dir: Path,
        region: str,
        limits: RecordLimits,
        endpoint: Callable[[], str],
        clock: Callable[[], float],
    ) -> AsyncGenerator[LiveRecord]:
        """Entering takes up the jobs a former process did not end, leaving stops their recorders."""
        held_jobs = jobs.RecordJobs(store, clock)
        held_files = files.RecordFiles(store, clock)
        held_templates = templates.Templates(store, clock)
        file_operations = LiveRecordFiles(held_files, objects, region, endpoint)
        async with (
            Callbacks(clock) as callbacks,
            Recordings(
                held_jobs,
                Publisher(held_files, objects),
                callbacks,
                directory=data_dir / "recordings",
                limits=limits,
                clock=clock,
                shown=file_operations.shown,
            ) as recordings,
        ):
            families = (
                LiveRecordJobs(held_jobs, held_templates, objects, recordings.begin),
                LiveRecordTemplates(held_templates, held_jobs),
                file_operations,
            )
            yield cls(tuple(service for family in families for service in family.services), recordings)
