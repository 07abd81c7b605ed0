"""Which process runs a job, where nothing but the job's own place is shared: a second one is refused, and told where.

In a folder a lock of the operating system says so, which ends with the process at once. In a bucket ``running.json`` is
written every few seconds, and whoever comes waits until it stays as it is. Workers on one Redis need none of it.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import quotable
from ims_mcp.workflows.bulk.place import JobPlace

RUNNING = "running.json"
_LOCK = "running.lock"
_BEAT_SECONDS = 3.0
_DEAD_SECONDS = 12.0
"""So long it has not been written by a process that is gone."""
_LOOK_SECONDS = 1.0


class JobRunsAlready(ImsError):
    """Another process is at it."""


@asynccontextmanager
async def run_alone(job_id: str, place: JobPlace) -> AsyncGenerator[None]:
    """Nobody else runs the job within the block. Raises JobRunsAlready, with where it runs."""
    hold = _hold_bucket if place.address.startswith("oss://") else _hold_folder
    async with hold(job_id, place):
        yield


@asynccontextmanager
async def _hold_folder(job_id: str, place: JobPlace) -> AsyncGenerator[None]:
    from filelock import FileLock, Timeout  # late: most who import this run no job

    lock = FileLock(Path(place.address) / _LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise _refuse(job_id, await place.read(RUNNING)) from None
    except OSError as error:
        raise ImsError(
            f"The job {job_id} was not started: {place.address} cannot be locked ({error.strerror or error}).",
            next_step="Keep the job in a folder that this user may write to.",
        ) from error
    try:
        await place.write(RUNNING, _describe(secrets.token_hex(8), 0))
        yield
    finally:
        lock.release()


@asynccontextmanager
async def _hold_bucket(job_id: str, place: JobPlace) -> AsyncGenerator[None]:
    owner = secrets.token_hex(8)
    await _wait_for_silence(job_id, place)
    await place.write(RUNNING, _describe(owner, 0))
    await anyio.sleep(_LOOK_SECONDS)  # two who came together: what the later one wrote is there by now
    if _read_owner(there := await place.read(RUNNING)) != owner:
        raise _refuse(job_id, there)

    async def beat() -> None:
        turn = 0
        while True:
            await anyio.sleep(_BEAT_SECONDS)
            turn += 1
            try:
                there = await place.read(RUNNING)
                if _read_owner(there) in (owner, ""):
                    await place.write(RUNNING, _describe(owner, turn))
                    continue
            except ImsError:
                continue  # the bucket is away: whoever works there finds that out
            raise _refuse(job_id, there)

    async with anyio.create_task_group() as group:
        group.start_soon(beat)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True), anyio.move_on_after(5):
                await place.write(RUNNING, b"")


async def _wait_for_silence(job_id: str, place: JobPlace) -> None:
    before = await place.read(RUNNING)
    waited = 0.0
    while before and waited < _DEAD_SECONDS:
        await anyio.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
        there = await place.read(RUNNING)
        if there and there != before:
            raise _refuse(job_id, there)
        before = there


def _describe(owner: str, turn: int) -> bytes:
    host = socket.gethostname()
    return json.dumps({"owner": owner, "where": f"process {os.getpid()} on {host}", "turn": turn}).encode()


def _read_owner(written: bytes | None) -> str:
    """Empty where nobody is named."""
    try:
        return str(json.loads(written or b"")["owner"])
    except (ValueError, KeyError, TypeError):
        return ""


def _refuse(job_id: str, written: bytes | None) -> JobRunsAlready:
    try:
        where = quotable(str(json.loads(written or b"")["where"]), limit=200)
    except (ValueError, KeyError, TypeError):
        where = "another process"
    return JobRunsAlready(
        f"The job {job_id} runs already: {where}.",
        next_step="Watch it with its status, or stop it and resume it here.",
    )
