"""What a dry run found: how many rows, what is wrong with others, what it would cost, how long it would take."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ims_mcp.catalogue import Effect
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.shaping import present_ours
from ims_mcp.workflows.bulk.sources.raw import count_rows

EXAMPLES = 20
"""Problems of a class that are told with their lines."""
SAMPLE_ROWS = 5
MOST_CLASSES = 30
RATES = (10, 50, 200)
"""Rows a second, for the estimate of the time."""
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ProblemClass:
    """Rows that are not taken, for one reason."""

    name: str
    count: int
    examples: tuple[tuple[int, str], ...]
    """(line, what is wrong): the first 20."""


@dataclass(frozen=True, slots=True)
class Existing:
    """What a look at some of the rows brought."""

    looked_at: int
    found: int
    problem: str = ""
    """Why not more were looked at."""

    def describe(self, rows: int) -> str:
        """``12 of 200 looked at, about 6 %``."""
        share = f", about {100 * self.found / self.looked_at:.0f} %" if 0 < self.looked_at < rows else ""
        why = f"; {self.problem}" if self.problem else ""
        return f"{self.found} of {self.looked_at} looked at{share}{why}"


@dataclass(frozen=True, slots=True)
class Examined:
    """Nothing was written, and nothing changed."""

    operation: str
    """CamelCase; UploadMedia for uploads."""
    source: str
    row_hashes: array[int]
    """Of the rows that would be done, in their order: a job is made of just these (see :func:`hash_text`)."""
    doubles: int
    """That say the same as one before them: each is done once."""
    problems: tuple[ProblemClass, ...]
    """The largest classes first."""
    left_out: Mapping[str, int]
    """What the source passed over, by the reason."""
    effect: Effect
    """The gravest of any row."""
    destructive_rows: int
    asked_rows: int
    """Of which somebody has to agree, as rules and rights are: one yes is asked for all."""
    asked_on_page: bool
    """Whether that has to be on a page or in a terminal, with a PIN."""
    what_it_does: str
    """Of the first row that is asked about: ``deletes assets from the library for good``."""
    refusal: str
    """Why none of it would be sent: read-only mode, a right that lacks. Empty where it would."""
    costs: str
    existing: Existing | None
    """Of registrations."""
    size_bytes: int
    """Of the files together, where that is known; else 0."""
    notes: tuple[str, ...]
    sample: tuple[Mapping[str, Any], ...]
    """The arguments of 5 rows, from all over the source."""

    @property
    def rows(self) -> int:
        """That would be done."""
        return len(self.row_hashes)

    @property
    def bad_rows(self) -> int:
        """That would be left out."""
        return sum(each.count for each in self.problems)

    def describe(self) -> dict[str, Any]:
        """As a reader gets it: what is told in counts, with strangers' texts cleaned; empty things left out."""
        told: dict[str, Any] = {
            "operation": self.operation,
            "source": self.source,
            "rows": self.rows,
            "doubles": self.doubles,
            "bad_rows": self.bad_rows,
            "problems": [
                {
                    "class": plain(each.name, 60),
                    "count": each.count,
                    "examples": [f"line {line}: {text}" for line, text in each.examples],
                }
                for each in self.problems[:MOST_CLASSES]
            ],
            "left_out": dict(self.left_out),
            "effect": str(self.effect),
            "asks": self._describe_asking(),
            "refused": self.refusal,
            "costs": self.costs,
            "exists_already": self.existing.describe(self.rows) if self.existing else "",
            "bytes": self.size_bytes,
            "takes": self._describe_time(),
            "notes": list(self.notes),
            "sample": [_shorten(each) for each in self.sample],
        }
        kept = ("operation", "source", "rows", "effect")
        return present_ours({name: value for name, value in told.items() if value or name in kept})

    def _describe_asking(self) -> str:
        if not self.asked_rows:
            return ""
        how = "on a page or in a terminal, with a PIN" if self.asked_on_page else "by the client"
        return f"one yes for {count_rows(self.asked_rows)}, {how}: each {self.what_it_does}"

    def _describe_time(self) -> str:
        if not self.rows:
            return ""
        return ", ".join(f"{_write_seconds(self.rows / rate)} at {rate} rows/s" for rate in RATES)


def _write_seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _shorten(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: plain(value, _SHOWN_CHARACTERS) if isinstance(value, str) else value for name, value in arguments.items()
    }
