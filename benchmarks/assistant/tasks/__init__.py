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
    finding,
    library,
    live_production,
    pictures,
    processing,
    projects,
    recording,
    speech,
    templates,
    uploads,
    watermarks,
)

TASKS: tuple[Task, ...] = (
    *library.TASKS,
    *finding.TASKS,
    *uploads.TASKS,
    *recording.TASKS,
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
