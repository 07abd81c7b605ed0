"""All tasks, one module an area of work."""

from __future__ import annotations

from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import (
    agents_admin,
    ai,
    batch,
    broadcast,
    editing,
    encoders,
    library,
    live_production,
    pictures,
    processing,
    projects,
    speech,
    templates,
    watermarks,
)

TASKS: tuple[Task, ...] = (
    *library.TASKS,
    *processing.TASKS,
    *pictures.TASKS,
    *templates.TASKS,
    *editing.TASKS,
    *projects.TASKS,
    *batch.TASKS,
    *ai.TASKS,
    *speech.TASKS,
    *watermarks.TASKS,
    *live_production.TASKS,
    *encoders.TASKS,
    *broadcast.TASKS,
    *agents_admin.TASKS,
)
