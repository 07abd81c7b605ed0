"""A task played from its start state to its end, by the scripted solution or by anybody else."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.assistant.desk import Desk, ToolCall, open_desk
from benchmarks.assistant.library import Library
from benchmarks.assistant.script import Script
from benchmarks.assistant.task import End, Problems, Start, Task
from tests.local_ims.server import running_ims

Player = Callable[[Desk, str, Mapping[str, Any]], Awaitable[str]]
"""Works on a request with the tools of a desk; returns what is said to the user."""


@dataclass(frozen=True, slots=True)
class Played:
    """How it went."""

    task: Task
    request: str
    answer: str
    problems: Problems
    idle_problems: Problems
    """What the grader says of the start state and no answer: never nothing."""
    made: tuple[ToolCall, ...]

    @property
    def calls(self) -> int:
        return len(self.made)

    @property
    def answer_bytes(self) -> int:
        """Of all tool results together."""
        return sum(call.size_bytes for call in self.made)


async def play(task: Task, library: Library, template_dir: Path, work_dir: Path, player: Player) -> Played:
    """Play in ``work_dir``, a new directory, on a copy of the data directory ``template_dir``."""
    upload_dir = work_dir / "files"
    upload_dir.mkdir(parents=True)
    data_dir = Path(shutil.copytree(template_dir, work_dir / "ims", symlinks=True))
    with ExitStack() as stack:
        start = Start(library, Script(), upload_dir, stack)
        task.prepare(start)
        services = start.script.list_services()
        ims = stack.enter_context(running_ims(data_dir, services=services, **task.ims_options))
        task.furnish(ims, start)
        idle_problems = task.grade(End("", ims, start, [], []))
        request = task.request.format(**start.facts)
        async with open_desk(ims.endpoint, work_dir / "state", upload_dir, agree=task.agrees) as desk:
            answer = await player(desk, request, start.facts)
        problems = task.grade(End(answer, ims, start, desk.calls, desk.questions))
    return Played(task, request, answer, problems, idle_problems, tuple(desk.calls))
