"""All tasks, one module an area of work."""

from __future__ import annotations

from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import finding, library, recording, uploads

TASKS: tuple[Task, ...] = (*library.TASKS, *finding.TASKS, *uploads.TASKS, *recording.TASKS)
