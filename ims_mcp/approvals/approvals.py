"""What waits for a person's yes, and what they said, in the shared store: one question for one call of one caller."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from ims_mcp.errors import ImsError
from ims_mcp.shared_store import SharedStore

OPEN_SECONDS = 600.0
"""So long a question waits; and so long a yes is good, from when it was said."""
MOST_OF_ONE_CALLER = 20
_KEPT_SECONDS = 2 * OPEN_SECONDS + 60
_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}")


class State(StrEnum):
    """What has been said. A call that was sent, or told of its no, leaves nothing."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Approval:
    """One that is there. ``how`` and ``by`` say by which way and by whom it was answered."""

    id: str
    state: State
    seconds_left: float
    how: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person reads. ``texts``: the whole question, by language. ``client``: what it calls itself."""

    subject: str
    operation: str
    texts: Mapping[str, str]
    client: str = ""
    check: str = ""
    """What an announcement of it says as well: see :mod:`ims_mcp.approvals.announced`."""


class Approvals:
    """All of them. What a caller has open is one entry, so that each step is one; what they read are others, which stay
    as they are. Raises StoreUnavailable where the store is away."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    async def settle(self, subject: str, call: str) -> Approval | None:
        """What there is for this very call. A yes is used up by it, and a no has been told: each is given once."""
        now = await self._store.now()

        def take(value: bytes | None) -> tuple[bytes | None, Approval | None]:
            entries = _read(value, now)
            found = _find(entries, call)
            if found is None:
                return _write(entries), None
            approval = _present(found, entries[found], now)
            if approval.state is not State.WAITING:
                del entries[found]
            return _write(entries), approval

        settled = await self._update(subject, take)
        if settled is not None and settled.state is not State.WAITING:
            await self._forget(settled.id)
        return settled

    async def make(self, call: str, question: Question) -> Approval:
        """One that waits; the one there is for the same call. Raises ImsError where its caller has too many."""
        subject = question.subject
        made = f"{_hash(subject)}-{secrets.token_hex(16)}"
        await self._store.update(_find_text(made), lambda _: (_write_question(question), None), _KEPT_SECONDS)
        now = await self._store.now()

        def add(value: bytes | None) -> tuple[bytes | None, Approval | None]:
            entries = _read(value, now)
            found = _find(entries, call)
            if found is None:
                if len(entries) >= MOST_OF_ONE_CALLER:
                    return _write(entries), None
                found = made
                entries[made] = {"call": call, "state": State.WAITING.value, "ends_at": now + OPEN_SECONDS}
            return _write(entries), _present(found, entries[found], now)

        approval = await self._update(subject, add)
        if approval is None or approval.id != made:
            await self._forget(made)
        if approval is None:
            raise ImsError(
                f"{question.operation} was not sent: {MOST_OF_ONE_CALLER} calls wait for approval already.",
                next_step="Nothing was sent. Tell the user: answer those first, or call again in ten minutes.",
            )
        return approval

    async def read(self, approval_id: str) -> tuple[Question, Approval] | None:
        """What a person may be shown; None for what there is not, or not any more."""
        if not _ID.fullmatch(approval_id):
            return None
        text = await self._store.update(_find_text(approval_id), lambda value: (value, value), _KEPT_SECONDS)
        if text is None:
            return None
        question, now = _read_question(text), await self._store.now()

        def find(value: bytes | None) -> tuple[bytes | None, Approval | None]:
            entries = _read(value, now)
            return value, _present(approval_id, entries[approval_id], now) if approval_id in entries else None

        approval = await self._update(question.subject, find)
        return None if approval is None else (question, approval)

    async def answer(self, approval_id: str, subject: str, state: State, *, how: str, by: str) -> Approval | None:
        """What a person has said counts, if nobody has said anything before; None otherwise."""
        now = await self._store.now()

        def answer(value: bytes | None) -> tuple[bytes | None, Approval | None]:
            entries = _read(value, now)
            entry = entries.get(approval_id)
            if entry is None or entry["state"] != State.WAITING.value:
                return _write(entries), None
            entry |= {"state": state.value, "how": how, "by": by, "ends_at": now + OPEN_SECONDS}
            return _write(entries), _present(approval_id, entry, now)

        return await self._update(subject, answer)

    async def withdraw(self, approval_id: str, subject: str) -> None:
        """Nobody wants to answer it: what it asked about is not done."""
        now = await self._store.now()

        def drop(value: bytes | None) -> tuple[bytes | None, None]:
            entries = _read(value, now)
            entries.pop(approval_id, None)
            return _write(entries), None

        await self._update(subject, drop)
        await self._forget(approval_id)

    async def list_waiting(self, keys: list[str]) -> list[str]:
        """Ids of those that wait, of callers with these ``keys`` of the store (:data:`CALLERS` and what follows)."""
        found: list[str] = []
        for key in keys:
            now = await self._store.now()
            entries = await self._store.update(key, lambda value: (value, value), _KEPT_SECONDS)
            found += [each for each, entry in _read(entries, now).items() if entry["state"] == State.WAITING.value]
        return found

    async def _update(self, subject: str, change: Any) -> Any:
        return await self._store.update(f"{CALLERS}{_hash(subject)}", change, _KEPT_SECONDS)

    async def _forget(self, approval_id: str) -> None:
        await self._store.update(_find_text(approval_id), lambda _: (None, None), 1.0)


CALLERS = "approvals:"
_Entries = dict[str, dict[str, Any]]


def _hash(subject: str) -> str:
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _find_text(approval_id: str) -> str:
    return f"approval-question:{approval_id}"


def _find(entries: _Entries, call: str) -> str | None:
    return next((each for each, entry in entries.items() if entry["call"] == call), None)


def _read(value: bytes | None, now: float) -> _Entries:
    entries = cast("_Entries", json.loads(value or b"{}"))
    return {each: entry for each, entry in entries.items() if entry["ends_at"] > now}


def _write(entries: _Entries) -> bytes | None:
    return json.dumps(entries).encode() if entries else None


def _present(approval_id: str, entry: dict[str, Any], now: float) -> Approval:
    left = min(entry["ends_at"] - now, OPEN_SECONDS)
    return Approval(approval_id, State(entry["state"]), left, entry.get("how", ""), entry.get("by", ""))


def _write_question(question: Question) -> bytes:
    told = {name: getattr(question, name) for name in ("subject", "operation", "client", "check")}
    return json.dumps({**told, "texts": dict(question.texts)}).encode()


def _read_question(value: bytes) -> Question:
    return Question(**cast("dict[str, Any]", json.loads(value)))
