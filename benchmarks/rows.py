"""Rows of the benchmark table: two measurements side by side, what was promised of them, and whether it holds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["B", "ms", "/s"]
_HEADINGS = ("", "ours", "theirs", "ratio", "target", "verdict")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: how often each side takes its turns, the share of a full turn's calls, how many at once."""

    repetitions: int
    share: float = 1.0
    at_once: int = 64

    def calls(self, full: int) -> int:
        """Calls of one turn where a full measurement makes ``full``."""
        return max(1, round(full * self.share))

    def turns(self, full: int) -> int:
        """How often each side is measured where a full measurement has ``full`` turns in each repetition."""
        return self.repetitions * max(1, round(full * self.share))


FULL = Effort(repetitions=5)
QUICK = Effort(repetitions=3, share=0.2)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``holds`` is None where nothing was promised."""

    name: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    target: str = ""
    holds: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = "" if self.holds is None else "ok" if self.holds else "short"
        return self.name, self.ours, self.theirs, self.ratio, self.target, verdict


def compared(
    name: str, ours: float, theirs: float, unit: Unit, *, at_least: float | None = None, at_most: float | None = None
) -> Row:
    """A row whose promise is about ours divided by theirs."""
    ratio = ours / theirs
    target, holds = "", None
    if at_least is not None:
        target, holds = f">= {at_least:g}", ratio >= at_least
    elif at_most is not None:
        target, holds = f"<= {at_most:g}", ratio <= at_most
    return Row(name, _shown(ours, unit), _shown(theirs, unit), _shown_ratio(ratio), target, holds)


def bounded(name: str, ours: float, theirs: float | None, unit: Unit, *, at_most: float | None = None) -> Row:
    """A row whose promise is about our own measurement; theirs, if there is one, shows what it would otherwise be."""
    target, holds = ("", None) if at_most is None else (f"<= {at_most:,g} {unit}", ours <= at_most)
    if theirs is None:
        return Row(name, _shown(ours, unit), target=target, holds=holds)
    return Row(name, _shown(ours, unit), _shown(theirs, unit), _shown_ratio(ours / theirs), target, holds)


def _shown(value: float, unit: Unit) -> str:
    if unit == "ms":
        return f"{value:,.1f} ms" if value >= 10 else f"{value:.3f} ms"
    return f"{value:,.0f}{'' if unit == '/s' else ' '}{unit}"


def _shown_ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.4f}"


def interleaved(repetitions: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of every side, measured in turns (A B A B): what disturbs the machine disturbs all of them."""
    measured: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repetitions):
        for name, measure in sides.items():
            measured[name].append(measure())
    return {name: statistics.median(values) for name, values in measured.items()}


def table(rows: list[Row]) -> str:
    """The rows under headings, columns aligned."""
    lines = [_HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
