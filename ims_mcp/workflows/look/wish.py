"""What is asked of look_at_media: which moments of an asset, and how they are shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.errors import InvalidArguments, Problem

MOST_PICTURES = 8
"""Of a call, each by itself."""
MOST_CELLS = 20
"""Of a sheet."""
DEFAULT_COUNT, DEFAULT_CELLS = 4, 12
SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Wish:
    """``at_seconds`` is ascending, and empty where ``count`` moments are to be chosen. ``is_exact``: the very frames,
    whatever it costs; else the nearest of the pictures that there are."""

    media_id: str
    at_seconds: tuple[float, ...]
    count: int
    is_sheet: bool
    is_exact: bool

    def place_moments(self, duration_seconds: float) -> tuple[float, ...]:
        """What is to be seen, in seconds; whole seconds apart where that can be, since one job takes such a series.

        Raises InvalidArguments for a moment behind the end. ``duration_seconds`` is 0 where it is not known.
        """
        if self.at_seconds:
            late = [each for each in self.at_seconds if duration_seconds and each > duration_seconds]
            if late:
                told = ", ".join(f"{each:g}" for each in late)
                text = f"{told} lies behind the end: the asset is {duration_seconds:g} s long"
                raise InvalidArguments("look_at_media", [Problem("at_seconds", text)])
            last = max(0.0, duration_seconds - 0.001) if duration_seconds else math.inf
            return tuple(round(min(each, last), 3) for each in self.at_seconds)
        step = duration_seconds / self.count
        if step >= 1:
            step = float(math.floor(step))
        begin = (duration_seconds - step * (self.count - 1)) / 2
        moments = [round(begin + index * step, 3) for index in range(self.count)]
        # Of a clip of a few frames several would be the same one.
        return tuple(dict.fromkeys(moment for moment in moments if 0 <= moment < duration_seconds)) or (0.0,)


def read_wish(arguments: Mapping[str, Any]) -> Wish:
    """From checked arguments. Raises InvalidArguments."""
    is_sheet = arguments.get("layout") == SHEET
    most = MOST_CELLS if is_sheet else MOST_PICTURES
    given = cast("Sequence[float]", arguments.get("at_seconds") or ())
    moments = tuple(sorted({round(float(each), 3) for each in given}))
    problems: list[Problem] = []
    if any(not math.isfinite(each) or each < 0 for each in moments):
        problems.append(Problem("at_seconds", "seconds from the beginning, 0 or more"))
    if len(moments) > most:
        text = f"{len(moments)} moments, at most {most} {'on a sheet' if is_sheet else 'in a call (20 on a sheet)'}"
        problems.append(Problem("at_seconds", text))
    count = int(arguments.get("count") or (DEFAULT_CELLS if is_sheet else DEFAULT_COUNT))
    if moments and "count" in arguments:
        problems.append(Problem("count", "belongs to moments spread evenly: leave it out beside at_seconds"))
    elif count > most:
        problems.append(Problem("count", f"{count}, at most {most}{'' if is_sheet else ' (20 with layout sheet)'}"))
    if problems:
        raise InvalidArguments("look_at_media", problems)
    is_exact = bool(arguments.get("exact", bool(moments)))
    return Wish(str(arguments["MediaId"]), moments, count, is_sheet, is_exact)
