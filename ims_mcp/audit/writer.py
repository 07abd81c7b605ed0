"""Lines of the audit on their way to its file: in order, by one thread, without holding up whoever writes them.

Room for a call's line is taken before the call is sent, so that no call is made whose line could not be kept.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from ims_mcp.audit.file import AuditFile
from ims_mcp.audit.line import write_gap
from ims_mcp.errors import Refused

MOST_LINES = 1_000
"""Written and not yet on disk, or promised to calls under way."""
WAIT_SECONDS = 5.0
"""So long a call waits for room."""
RETRY_SECONDS = 1.0
END_SECONDS = 5.0
_BATCH = 200
_STEP = (
    "Nothing was sent: what changes something is written down here, or not done. Tell the user; whoever runs the "
    "server has to mend it. Reading goes on."
)

logger = logging.getLogger("ims_mcp.audit")


class AuditWriter:
    """``begin`` it, ``end`` it. ``take_room`` belongs to the event loop, ``put`` to any thread."""

    def __init__(self, file: AuditFile, *, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._changed = threading.Condition()
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()
        self._problem = ""
        self._unwritten = 0
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="ims-mcp audit", daemon=True)

    def begin(self) -> None:
        """The file has to be open."""
        self._thread.start()

    def end(self, seconds: float = END_SECONDS) -> None:
        """Write what is left, and close. Blocks for so long at most."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._thread.join(seconds)
        if left := len(self._lines):
            logger.error("lines of the audit are lost", extra={"lines": left, "reason": self._problem or "too slow"})

    async def take_room(self) -> None:
        """Room for one line, which ``put`` or ``give_back`` has to follow. Raises Refused where none can be had."""
        with self._changed:
            if self._problem:
                raise self._refuse(f"the audit cannot be written ({self._problem})")
            if self._held < MOST_LINES:
                self._held += 1
                return
            loop = asyncio.get_running_loop()
            room: asyncio.Future[None] = loop.create_future()
            self._waiting.append((loop, room))
        try:
            await asyncio.wait_for(asyncio.shield(room), WAIT_SECONDS)
        except BaseException as error:
            if room.done():
                self.give_back()  # it came too late
            room.cancel()
            if isinstance(error, TimeoutError):
                with self._changed:
                    raise self._refuse(f"the audit is {MOST_LINES:,} lines behind") from None
            raise

    def give_back(self) -> None:
        """The room that was taken is not needed."""
        with self._changed:
            self._free(1)

    def put(self, line: bytes) -> None:
        """A line for which room was taken."""
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def put_without_room(self, line: bytes) -> None:
        """A line of a call that is not made: where there is no room, it is counted, and the file says so later."""
        with self._changed:
            if self._problem or self._held >= MOST_LINES:
                self._unwritten += 1
                return
            self._held += 1
            self._lines.append(line)
            self._changed.notify_all()

    def _refuse(self, why: str) -> Refused:
        """With the lock held."""
        self._unwritten += 1
        refused = Refused(f"The call was not sent: {why}.", next_step=_STEP, reason="unaudited")
        refused.is_observed = True
        return refused

    def _free(self, count: int) -> None:
        """With the lock held. Room that somebody waits for goes from hand to hand."""
        while count and self._waiting:
            loop, room = self._waiting.popleft()
            with suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(self._hand_over, room)
                count -= 1
        self._held -= count

    def _hand_over(self, room: asyncio.Future[None]) -> None:
        if room.done():  # it waits no more
            self.give_back()
        else:
            room.set_result(None)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._problem:
                    self._changed.wait_for(lambda: self._is_ending, RETRY_SECONDS)
                else:
                    self._changed.wait_for(lambda: self._lines or self._is_ending)
                is_last = self._is_ending
                batch = list(islice(self._lines, _BATCH))
            # While there is a problem, what could not be written is still here.
            if not batch or (not self._write(batch) and is_last):
                break
        with suppress(OSError):
            self._file.close()

    def _write(self, batch: list[bytes]) -> bool:
        """Whether all of it is written; of what is not, the rest is kept."""
        problem, written = "", 0
        try:
            written = self._file.write(batch)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if written < len(batch):
            problem = problem or "not all of it was taken"
        if problem and not self._problem:
            logger.error("the audit cannot be written: calls that change something are refused", extra={"why": problem})
        elif self._problem and not problem:
            logger.warning("the audit is written again")
        with self._changed:
            self._problem = problem
            for _ in range(written):
                self._lines.popleft()
            self._free(written)
            if self._unwritten and not problem:
                self._lines.append(write_gap(self._unwritten, at=self._clock()))
                self._held, self._unwritten = self._held + 1, 0
        return not problem
