"""Where a person answers: what they are shown, what their PIN is worth. Pages and the terminal ask here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import anyio
import anyio.to_thread

from ims_mcp.approvals.approvals import Approvals, Question, State
from ims_mcp.approvals.pins import MOST_CHARACTERS, Pins
from ims_mcp.approvals.tries import PinTries
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

WAYS = ("page", "terminal")


class DeskRefusal(ImsError):
    """What is told in place of an answer. ``status`` as HTTP has it, ``data`` for programs: ``reason`` in a word, with
    ``tries_left`` or ``locked_seconds``."""

    def __init__(self, status: int, reason: str, message: str, *, next_step: str = "", **data: Any) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.data: dict[str, Any] = {"reason": reason, **data}


class ApprovalDesk:
    """One for a server. ``pins`` are those that were there when it started."""

    def __init__(self, approvals: Approvals, tries: PinTries, pins: Pins) -> None:
        self.approvals = approvals
        self._tries = tries
        self._pins = pins
        # Each look takes 64 MiB: those that come at once take their turns.
        self._looks = anyio.CapacityLimiter(1)

    def has_pin(self, subject: str) -> bool:
        """Whether this caller's person can say yes here."""
        return subject in self._pins

    async def look(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """``{"id"}`` -> the question whole, who asks, and how long it waits. Changes nothing. Raises DeskRefusal."""
        question, approval = await self._find(given)
        pin = self._pins.get(question.subject)
        return {
            "operation": question.operation,
            "questions": dict(question.texts),
            "subject": question.subject,
            "client": question.client,
            "check": question.check,
            "state": approval.state.value,
            "seconds_left": max(0, math.floor(approval.seconds_left)),
            "locked_seconds": math.ceil(await self._tries.find_lock(question.subject)),
            "pin_set_on": None if pin is None else f"{pin.set_at:%Y-%m-%d}",
        }

    async def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """``{"id", "yes", "pin", "way"}`` -> ``{"state"}``. A no needs no PIN: it lets nobody do anything.

        Raises DeskRefusal; then nothing has been said.
        """
        question, approval = await self._find(given)
        says_yes, way = given.get("yes"), given.get("way", WAYS[0])
        if not isinstance(says_yes, bool) or way not in WAYS:
            raise DeskRefusal(400, "unclear", "It says neither yes nor no.")
        if approval.state is not State.WAITING:
            raise _refuse_over()
        if says_yes:
            await self._check_pin(question, given.get("pin"))
        state = State.APPROVED if says_yes else State.REFUSED
        by = question.subject if says_yes else ""
        if await self.approvals.answer(approval.id, question.subject, state, how=str(way), by=by) is None:
            raise _refuse_over()
        return {"state": state.value}

    async def _find(self, given: Mapping[str, Any]) -> tuple[Question, Any]:
        approval_id = given.get("id")
        found = await self.approvals.read(approval_id) if isinstance(approval_id, str) else None
        if found is None:
            raise _refuse_over()
        return found

    async def _check_pin(self, question: Question, pin: Any) -> None:
        record = self._pins.get(question.subject)
        if record is None:
            raise DeskRefusal(
                403,
                "no_pin",
                f"No PIN of {plain(question.subject, 100)} was there when this server started.",
                next_step="Set one in a terminal, ims-mcp pin set, and start the server anew.",
            )
        if not isinstance(pin, str) or not 0 < len(pin) <= MOST_CHARACTERS:
            raise DeskRefusal(400, "pin_missing", "Enter your PIN.")
        tried = await self._tries.take(question.subject)
        if tried.locked_seconds:
            raise _refuse_locked(tried.locked_seconds)
        if not await anyio.to_thread.run_sync(record.is_of, pin, limiter=self._looks):
            if tried.left == 0:
                raise _refuse_locked(await self._tries.find_lock(question.subject))
            raise DeskRefusal(
                403,
                "wrong_pin",
                f"That is not the PIN. {'One try is' if tried.left == 1 else f'{tried.left} tries are'} left.",
                tries_left=tried.left,
            )
        await self._tries.forgive(question.subject)


def _refuse_over() -> DeskRefusal:
    return DeskRefusal(
        410, "over", "This question is not open: it has been answered, its time is up, or it was never asked here."
    )


def _refuse_locked(seconds: float) -> DeskRefusal:
    minutes = math.ceil(seconds / 60)
    return DeskRefusal(
        429,
        "locked",
        f"The PIN was wrong too often. The next try is in {minutes} minute{'' if minutes == 1 else 's'}.",
        next_step="If it was not you who tried, something else has: refuse, and look at what it does.",
        locked_seconds=math.ceil(seconds),
    )
