"""All tasks, one module an area of work."""

from __future__ import annotations

from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import library

TASKS: tuple[Task, ...] = (*library.TASKS,)
