"""What one script has done, from its first call on: kept outside of the sandbox, so that nothing that happens to the
script or to whoever waits for it loses the id of a write."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.errors import ConnectionFailed, ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.driving import Ended, Printed, StopScript

logger = logging.getLogger("ims_mcp.scripts")
_LONGEST_PROBLEM = 300


@dataclass(frozen=True, slots=True)
class Destruction:
    """A call that was not made: it would have destroyed something."""

    operation: Operation
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class ScriptRecord:
    """Filled while the script runs."""

    script_id: str
    printed: Printed = field(default_factory=Printed)
    calls: int = 0
    reads: int = 0
    failed: int = 0
    """Calls that ended with an error, which the script may have caught."""
    done: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Writes in their order: ``{operation, ids: {MediaId: [...]}}``; one whose outcome is not known has ``unknown``,
    which says why and how to find out."""
    under_way: dict[int, str] = field(default_factory=dict[int, str])
    """Operations of writes that have been sent and are not answered yet."""
    would_destroy: list[Destruction] = field(default_factory=list[Destruction])
    shows_signed_urls: bool = False
    """Whether any call asked for them; credentials likewise."""
    shows_credentials: bool = False
    ended: Ended | None = None
    value: Any = None
    """What the script ended with, as plain JSON values."""
    value_note: str = ""
    """What is odd about that."""

    def begin_call(self) -> None:
        """One more. Raises StopScript at the bound."""
        if self.calls >= limits.MOST_CALLS:
            raise StopScript(
                f"it has asked for {limits.MOST_CALLS} calls, which is all that one script may make; those that had "
                "not been sent by then were not made. Do the rest by another script"
            )
        self.calls += 1

    def begin_write(self, name: str) -> int:
        """A key for :meth:`end_write`."""
        key = max(self.under_way, default=0) + 1
        self.under_way[key] = name
        return key

    def end_write(self, key: int, ids: Mapping[str, Any]) -> None:
        """It was done."""
        self._add(key, {"operation": self.under_way[key], "ids": ids})

    def fail_write(self, key: int, error: ImsError) -> None:
        """It was not done, or nobody knows."""
        if isinstance(error, ConnectionFailed) and error.maybe_done:
            self._add(key, {"operation": self.under_way[key], "unknown": plain(error.explain(), _LONGEST_PROBLEM)})
        else:
            del self.under_way[key]

    def break_off(self, key: int) -> None:
        """Nobody waits for its answer any more."""
        if key in self.under_way:
            self._add(key, {"operation": self.under_way[key], "unknown": "sent, and its answer was not waited for"})

    def _add(self, key: int, entry: dict[str, Any]) -> None:
        del self.under_way[key]
        self.done.append(entry)
        logger.info("a script has written", extra={"script": self.script_id, **entry})

    def describe_progress(self) -> str:
        """``12 reads, 3 writes: RegisterMediaInfo, 2 UpdateMediaInfo``, for whoever waits."""
        counts: dict[str, int] = {}
        for entry in self.done:
            counts[entry["operation"]] = counts.get(entry["operation"], 0) + 1
        names = ", ".join(f"{count} {name}" if count > 1 else name for name, count in counts.items())
        writes = f"{len(self.done)} write{'s' if len(self.done) != 1 else ''}: {names}" if names else ""
        reads = f"{self.reads} read{'s' if self.reads != 1 else ''}" if self.reads else ""
        return ", ".join(filter(None, (reads, writes)))
