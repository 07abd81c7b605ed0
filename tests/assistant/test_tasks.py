"""Every task of benchmarks/assistant can be solved by few calls with short answers, and doing nothing passes none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.stage import play
from benchmarks.assistant.start_state import share_start_state
from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import TASKS

pytestmark = pytest.mark.anyio


def name_of(task: Task) -> str:
    return task.name


@pytest.mark.parametrize("task", TASKS, ids=name_of)
async def test_a_task_can_be_solved_and_is_not_by_doing_nothing(
    task: Task, start_state_dir: Path, tmp_path: Path
) -> None:
    async def solve(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
        return await task.solve(desk, facts)

    played = await play(task, *share_start_state(start_state_dir), tmp_path / "play", solve)
    assert played.problems == []
    assert played.idle_problems != []
    assert played.calls <= task.most_calls
    assert played.answer_bytes <= task.most_bytes


def test_the_tasks_take_few_calls_and_short_answers() -> None:
    assert mean(task.most_calls for task in TASKS) <= 2.5
    assert mean(task.most_bytes for task in TASKS) <= 2_500


def test_the_tasks_have_names_of_their_own() -> None:
    assert len({task.name for task in TASKS}) == len(TASKS)
