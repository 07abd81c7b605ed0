"""Sees to it that every call that changes something leaves its line, or is not made."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ims_mcp.audit.line import write_line
from ims_mcp.audit.writer import AuditWriter
from ims_mcp.call_origin import current_subject
from ims_mcp.catalogue.operation import Effect
from ims_mcp.client.observers import CallWatch, EndedCall, ObservedCall, ObservedRequest, Outcome


class AuditObserver:
    """A CallObserver. Reading leaves nothing."""

    def __init__(self, writer: AuditWriter, *, clock: Callable[[], float] = time.time) -> None:
        self._writer = writer
        self._clock = clock

    async def begin(self, call: ObservedCall) -> CallWatch:
        """Raises Refused where the line of a call that changes something could not be written."""
        if call.effect is Effect.READ:
            return _UNWATCHED
        await self._writer.take_room()
        return _WatchedCall(self._writer, call, current_subject.get(), self._clock)

    def refuse(self, call: ObservedCall, reason: str) -> None:
        if call.effect is not Effect.READ:
            ended = EndedCall(Outcome.REFUSED, 0.0, code=reason)
            self._writer.put_without_room(write_line(call, ended, who=current_subject.get(), at=self._clock()))

    def see_request(self, request: ObservedRequest) -> None:
        """An upload has one line, whatever its requests."""


@dataclass(frozen=True, slots=True)
class _WatchedCall:
    writer: AuditWriter
    call: ObservedCall
    who: str
    clock: Callable[[], float]

    def end(self, ended: EndedCall) -> None:
        self.writer.put(write_line(self.call, ended, who=self.who, at=self.clock()))


class _Unwatched:
    def end(self, ended: EndedCall) -> None:
        pass


_UNWATCHED = _Unwatched()
