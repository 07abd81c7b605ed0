"""A run: many tasks by one player, some at a time, each with what came of it and what it took."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from benchmarks.assistant.desk import Desk, ToolCall
from benchmarks.assistant.stage import Played, Player, play
from benchmarks.assistant.start_state import share_start_state
from benchmarks.assistant.task import Problems, Task


@dataclass(slots=True)
class Spent:
    """What a model was charged for; all 0 for a scripted solution."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One task of a run. ``problems`` is empty where it was solved."""

    task: Task
    request: str
    answer: str
    problems: Problems
    made: tuple[ToolCall, ...]
    spent: Spent = field(default_factory=Spent)

    @property
    def solved(self) -> bool:
        return not self.problems

    @property
    def answer_bytes(self) -> int:
        return sum(call.size_bytes for call in self.made)

    def write(self, cost: float | None) -> str:
        """As one line of JSON."""
        told: dict[str, Any] = {
            "task": self.task.name,
            "language": self.task.language,
            "toolset": self.task.toolset,
            "request": self.request,
            "answer": self.answer,
            "solved": self.solved,
            "problems": self.problems,
            "calls": [
                {"tool": call.tool, "arguments": call.arguments, "failed": call.failed, "text": call.text}
                for call in self.made
            ],
            "bytes": self.answer_bytes,
            "requests": self.spent.requests,
            "input_tokens": self.spent.input_tokens,
            "output_tokens": self.spent.output_tokens,
            "cost": cost,
        }
        return json.dumps(told, ensure_ascii=False)


MakePlayer = Callable[[Task, Spent], Player]
"""The player of a task, who writes down what it spends."""


def choose_tasks(tasks: Sequence[Task], patterns: Sequence[str]) -> list[Task]:
    """Those whose name or toolset fits one of the patterns (``*`` stands for anything); all where there is none."""
    return [
        task
        for task in tasks
        if not patterns or any(fnmatchcase(name, each) for each in patterns for name in (task.name, task.toolset))
    ]


def make_scripted(task: Task, spent: Spent) -> Player:
    """The scripted solution."""
    del spent

    async def solve(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
        del request
        return await task.solve(desk, facts)

    return solve


async def run_tasks(
    tasks: Sequence[Task],
    make_player: MakePlayer,
    *,
    concurrency: int = 1,
    start_state_dir: Path | None = None,
    toolsets: tuple[str, ...] = ("core",),
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Play each task from a start state of its own; in the order of ``tasks``. ``tell`` hears each as it ends.

    ``start_state_dir``: where the state that all begin with is kept for the next run.
    """
    outcomes: dict[int, Outcome] = {}
    limiter = anyio.CapacityLimiter(concurrency)
    with tempfile.TemporaryDirectory(prefix="assistant-") as place:
        start_state, template_dir = share_start_state(start_state_dir or Path(place) / "start-state")

        async def run_one(number: int, task: Task) -> None:
            async with limiter:
                play_here = partial(
                    play, task, start_state, template_dir, Path(place) / f"play-{number}", toolsets=toolsets
                )
                outcomes[number] = await _run_task(task, make_player, play_here)
            tell(outcomes[number])

        async with anyio.create_task_group() as group:
            for number, task in enumerate(tasks):
                group.start_soon(partial(run_one, number, task))
    return [outcomes[number] for number in range(len(tasks))]


async def _run_task(task: Task, make_player: MakePlayer, play_here: Callable[[Player], Awaitable[Played]]) -> Outcome:
    """What went wrong on the way is a problem of this task and ends no other."""
    spent = Spent()
    player = make_player(task, spent)
    gave_up: list[str] = []

    async def work(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
        try:
            return await player(desk, request, facts)
        except Exception as error:
            gave_up.append(f"gave up: {error or type(error).__name__}")
            return ""

    try:
        played = await play_here(work)
    except Exception as error:
        traceback.print_exception(error, file=sys.stderr)
        return Outcome(task, task.request, "", [f"broke off: {error!r}"], (), spent)
    return Outcome(task, played.request, played.answer, gave_up + played.problems, played.made, spent)
