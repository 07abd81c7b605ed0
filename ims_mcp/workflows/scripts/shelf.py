"""Scripts under way, and those that have ended, until they are forgotten: who started one may ask for it again."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from ims_mcp.call_origin import STDIO
from ims_mcp.errors import ImsError, TryLater
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.record import ScriptRecord

logger = logging.getLogger("ims_mcp.scripts")
KEPT_SECONDS = 1800.0
MOST_KEPT = 100
"""Of all callers. Where there are more, the oldest of whoever has most is forgotten."""
_END_SECONDS = 5.0
"""So long writes that have been sent are waited for when the server ends."""
_BUSY_SECONDS = 5
"""After which a caller whose scripts are under way may try again; most take a few."""


@dataclass(frozen=True, slots=True)
class ScriptOwner:
    """Whose a script is: it is found again by the same caller at the same service alone."""

    caller: str
    service: str

    @property
    def most_scripts(self) -> int:
        """That the caller may have under way. Who has the server to themselves has all places."""
        return limits.SCRIPTS_AT_ONCE if self.caller == STDIO else limits.MOST_OF_ONE_CALLER


@dataclass(slots=True)
class ScriptRun:
    """One script. ``ended`` is set when nothing of it is under way any more, ``begun`` when its text has been checked
    (and when it ended before that); ``refused`` is why nothing of it has run."""

    owner: ScriptOwner
    record: ScriptRecord
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    refused: Exception | None = None
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    """Cancelled, the script ends; writes that have been sent are waited for."""
    task: asyncio.Task[None] | None = None
    ended_at: float = 0.0
    is_stopped: bool = False

    def stop(self) -> None:
        """Its caller wants no more of it."""
        self.is_stopped = True
        self.scope.cancel()


class ScriptShelf:
    """One for a server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._runs: dict[str, ScriptRun] = {}

    def start(self, owner: ScriptOwner, work: Callable[[ScriptRun], Awaitable[None]]) -> ScriptRun:
        """Begin ``work``, in the context of whoever calls. Raises TryLater where one caller runs too many."""
        self._forget_old()
        theirs = [run for run in self._runs.values() if run.owner.caller == owner.caller and not run.ended.is_set()]
        if len(theirs) >= owner.most_scripts:
            raise TryLater(
                f"The script was not run: {len(theirs)} of yours are under way, as many as one caller may have.",
                next_step="Nothing was called. Ask for one of them with its script_id; run this when one has ended.",
                retry_after_seconds=_BUSY_SECONDS,
            )
        run = ScriptRun(owner, ScriptRecord(f"script-{secrets.token_hex(8)}"))
        self._runs[run.record.script_id] = run
        run.task = asyncio.create_task(self._follow(run, work))
        return run

    def find(self, owner: ScriptOwner, script_id: str) -> ScriptRun:
        """Raises ImsError where this caller has no such script."""
        self._forget_old()
        run = self._runs.get(script_id)
        if run is None or run.owner != owner:
            raise ImsError(
                f"There is no script {plain(script_id, 60)!r}.",
                next_step=f"It may be over for more than {KEPT_SECONDS / 60:g} minutes, or have been run by a server "
                "that has ended since. What a script has written is in the service, and in the server's log.",
            )
        return run

    async def end(self) -> None:
        """End every script that runs; what it has sent is waited for."""
        running = [run for run in self._runs.values() if not run.ended.is_set()]
        for run in running:
            run.scope.cancel()
        with anyio.move_on_after(_END_SECONDS):
            for run in running:
                await run.ended.wait()

    async def _follow(self, run: ScriptRun, work: Callable[[ScriptRun], Awaitable[None]]) -> None:
        try:
            with run.scope:
                await work(run)
        except Exception as error:  # told to whoever asks for it
            run.refused = error
        finally:
            record = run.record
            run.ended_at = self._clock()
            run.begun.set()
            run.ended.set()
            logger.info(
                "a script has ended",
                extra={
                    "script": record.script_id,
                    "outcome": record.ended.outcome if record.ended is not None else "not_run",
                    "reads": record.reads,
                    "writes": len(record.done),
                },
            )

    def _forget_old(self) -> None:
        over = sorted((run for run in self._runs.values() if run.ended.is_set()), key=lambda run: run.ended_at)
        while over and over[0].ended_at + KEPT_SECONDS <= self._clock():
            del self._runs[over.pop(0).record.script_id]
        while over and len(self._runs) > MOST_KEPT:
            ((most, _),) = Counter(run.owner.caller for run in over).most_common(1)
            oldest = next(run for run in over if run.owner.caller == most)
            over.remove(oldest)
            del self._runs[oldest.record.script_id]
