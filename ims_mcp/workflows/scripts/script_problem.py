"""One thing that is wrong with a script, as its writer is told."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PROBLEMS = 20
"""That are told of one script: whoever has made so many begins again."""


@dataclass(frozen=True, slots=True)
class ScriptProblem:
    """``text`` says what is wrong and, where it is known, what to write instead."""

    line: int
    """From 1."""
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"
