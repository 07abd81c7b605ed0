"""A task played from its start state to its end, by the scripted solution or by anybody else."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import CancelScope, to_thread

from benchmarks.assistant.desk import Desk, ToolCall, open_desk
from benchmarks.assistant.script import Script
from benchmarks.assistant.start_state import StartState
from benchmarks.assistant.task import End, Problems, Start, Task
from tests.local_ims.server import RunningIms, running_ims

Player = Callable[[Desk, str, Mapping[str, Any]], Awaitable[str]]
"""Works on a request with the tools of a desk; returns what is said to the user."""
CLAIM = "Done, all as you asked. 好的，已经办好了。"
"""What an assistant says that did nothing and tells nothing."""


@dataclass(frozen=True, slots=True)
class Played:
    """How it went."""

    task: Task
    request: str
    answer: str
    problems: Problems
    idle_problems: Problems
    """What the grader says of the start state and no answer, or a mere claim: never nothing."""
    made: tuple[ToolCall, ...]

    @property
    def calls(self) -> int:
        return len(self.made)

    @property
    def answer_bytes(self) -> int:
        """Of all tool results together."""
        return sum(call.size_bytes for call in self.made)


async def play(
    task: Task,
    start_state: StartState,
    template_dir: Path,
    work_dir: Path,
    player: Player,
    *,
    toolsets: tuple[str, ...] = ("core",),
) -> Played:
    """Play in ``work_dir``, a new directory, on a copy of the data directory ``template_dir``.

    Nothing here keeps other plays of the same loop from going on.
    """
    upload_dir = work_dir / "files"
    upload_dir.mkdir(parents=True)
    stack = ExitStack()
    start = Start(start_state, Script(), upload_dir, stack)

    def open_stage() -> tuple[RunningIms, Problems]:
        data_dir = Path(shutil.copytree(template_dir, work_dir / "ims", symlinks=True))
        task.prepare(start)
        services = start.script.list_services()
        ims = stack.enter_context(running_ims(data_dir, services=services, **task.ims_options))
        task.furnish(ims, start)
        return ims, min((task.grade(End(text, ims, start, [], [])) for text in ("", CLAIM)), key=len)

    try:
        ims, idle_problems = await to_thread.run_sync(open_stage)
        request = task.request.format(**start.facts)
        async with open_desk(
            ims.endpoint, work_dir / "state", upload_dir, agree=task.agrees, toolsets=toolsets
        ) as desk:
            answer = await player(desk, request, start.facts)
        problems = await to_thread.run_sync(_judge, task, End(answer, ims, start, desk.calls, desk.questions))
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(stack.close)
    return Played(task, request, answer, problems, idle_problems, tuple(desk.calls))


def _judge(task: Task, end: End) -> Problems:
    """What is wrong, also a state that the grader cannot read, and an answer that nothing was looked at for."""
    try:
        problems = task.grade(end)
    except Exception as error:
        problems = [f"the end state cannot be judged: {error!r}"]
    return problems if end.calls else [*problems, "no tool was used"]
