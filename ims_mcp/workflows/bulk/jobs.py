"""What people and models do with a job: look at it, stop it, change its speed, have it go on. All of it is files in the
job's place, so it works wherever the job runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ims_mcp.errors import ImsError, InvalidArguments, Problem, Refused
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.control import read_control, write_rate, write_start, write_stop
from ims_mcp.workflows.bulk.job import JOB, BulkJob, Control
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shelf import unknown_job

MOST_RATE = 10_000.0
ALL_CLASSES = "*"


@dataclass(frozen=True, slots=True)
class OpenedJob:
    """A job as it was written down, and what is wanted of it; ``control`` is None before its first start."""

    job: BulkJob
    place: JobPlace
    control: Control | None

    @property
    def is_started(self) -> bool:
        """Whether it has ever been."""
        return self.control is not None


async def read_job(place: JobPlace, name: str) -> OpenedJob:
    """``name``: what the caller calls it. Raises UnknownJob where there is none in the place."""
    written = await place.read(JOB)
    if written is None:
        raise unknown_job(name)
    try:
        job = BulkJob.decode(written)
    except ValueError:
        raise ImsError(
            f"What is in {plain(place.address, 200)} cannot be read as a job: its {JOB} is broken, or was written by "
            "another version.",
            next_step="Make the job anew from its source; what was registered before is found and not done twice.",
        ) from None
    return OpenedJob(job, place, await read_control(place))


async def start_again(opened: OpenedJob, *, rate: float | None = None, retry: tuple[str, ...] = ()) -> OpenedJob:
    """Say that it is to run, with these failures tried again; ``rate`` None keeps the one it has. The work itself is
    the engine's."""
    return replace(opened, control=await write_start(opened.place, rate, retry))


async def stop(opened: OpenedJob) -> OpenedJob:
    """No row is begun from now on, at any worker. Raises ImsError for a job that has not begun."""
    control = await write_stop(opened.place)
    if control is None:
        raise ImsError(f"The job {opened.job.job_id} has not begun.", next_step="Nothing has to be stopped.")
    return replace(opened, control=control)


async def change_rate(opened: OpenedJob, rate: float | None) -> OpenedJob:
    """Rows a second over all workers; None: as fast as the account's limit lets it."""
    return replace(opened, control=await write_rate(opened.place, rate))


async def amend(opened: OpenedJob, **changes: Any) -> OpenedJob:
    """Write down what was not known yet when the job was made: who agreed to it, for which service it is."""
    job = replace(opened.job, **changes)
    await opened.place.write(JOB, job.encode())
    return replace(opened, job=job)


def check_service(job: BulkJob, service: str) -> None:
    """Raises Refused where the job was made for another service than this process calls."""
    if job.service and job.service != service:
        raise Refused(
            f"The job {job.job_id} was not started: it was made for {_show_service(job.service)}, and this is "
            f"{_show_service(service)}.",
            next_step="Resume it with the options that it was made with (--local, --data-dir, --endpoint, --region).",
        )


def read_rate(value: Any) -> float:
    """Rows a second. Raises InvalidArguments."""
    try:
        rate = float(value)
    except (TypeError, ValueError):
        rate = 0.0
    if not 0.01 <= rate <= MOST_RATE:
        problem = f"{plain(str(value), 40)!r} is not a number of rows a second, 0.01 to {MOST_RATE:,.0f}"
        raise InvalidArguments("bulk", [Problem("rate", problem)])
    return rate


def _show_service(service: str) -> str:
    kind, _, where = service.partition(":")
    return f"the embedded IMS in {plain(where, 200)}" if kind == "local" else plain(service, 200)
