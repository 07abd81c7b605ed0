"""What became of a bulk job: ``report.json`` for an overview, ``report.csv`` with a line for each row."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.workflows.bulk.job import REPORT, BulkJob, Outcome, Row, RowState
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shard_files import read_outcomes, read_rows

REPORT_TABLE = "report.csv"
_PART_BYTES = 1024**2
_MOST_EXAMPLES = 5
_MOST_ID_NAMES = 8
_OPEN = Outcome(-1, RowState.LEFT)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class _Class:
    """Rows of one state and class of problem."""

    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def add(self, row: Row, outcome: Outcome) -> None:
        self.count += 1
        if len(self.examples) < _MOST_EXAMPLES:
            told = {"line": row.line, "problem": outcome.problem, "request_id": outcome.request_id}
            self.examples.append({name: value for name, value in told.items() if value})


async def write_report(place: JobPlace, job: BulkJob) -> dict[str, Any]:
    """Write both files, in place of earlier ones; returns what ``report.json`` holds. Also of a job that has not
    ended: what is left is ``left``. One shard at a time is in memory. Raises ImsError.

    ``{job_id, kind, operation, …, total, done, exists, left, failed: {class: {count, examples}}, unknown: {count,
    examples}, table}``; a row of the table: line, state, an id each, problem_class, problem, request_id.
    """
    states, failed, unknown = Counter[RowState](), dict[str, _Class](), _Class()
    id_names: dict[str, None] = {}
    async for row, outcome in _read_all(place, job):
        states[outcome.state] += 1
        if outcome.state is RowState.FAILED:
            failed.setdefault(outcome.problem_class, _Class()).add(row, outcome)
        elif outcome.state is RowState.UNKNOWN:
            unknown.add(row, outcome)
        for name in outcome.ids:
            if len(id_names) < _MOST_ID_NAMES:
                id_names[name] = None
    await place.write_parts(REPORT_TABLE, _write_table(place, job, [*id_names]))
    report: dict[str, Any] = {
        "job_id": job.job_id,
        "kind": job.kind.value,
        "operation": job.operation,
        "source": job.source,
        "account": job.account,
        "region": job.region,
        **({"later_rows": job.later_rows} if job.later_rows else {}),
        "total": job.total_rows,
        "done": states[RowState.DONE],
        "exists": states[RowState.EXISTS],
        "left": states[RowState.LEFT] + states[RowState.BEGUN],
        "failed": {
            name: {"count": found.count, "examples": found.examples}
            for name, found in sorted(failed.items(), key=lambda item: -item[1].count)
        },
        "unknown": {"count": unknown.count, "examples": unknown.examples},
        "table": REPORT_TABLE,
    }
    await place.write(REPORT, json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n")
    return report


async def _read_all(place: JobPlace, job: BulkJob) -> AsyncIterator[tuple[Row, Outcome]]:
    for number in range(job.shard_count):
        outcomes = await read_outcomes(place, number)
        for row in await read_rows(job, place, number):
            yield row, outcomes.get(row.number, _OPEN)


async def _write_table(place: JobPlace, job: BulkJob, id_names: list[str]) -> AsyncIterator[bytes]:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["line", "state", *id_names, "problem_class", "problem", "request_id"])
    async for row, outcome in _read_all(place, job):
        state = RowState.LEFT if outcome.state is RowState.BEGUN else outcome.state
        ids = [outcome.ids.get(name, "") for name in id_names]
        texts = map(_defuse, [*ids, outcome.problem_class, outcome.problem, outcome.request_id])
        table.writerow([row.line, state.value, *texts])
        if text.tell() >= _PART_BYTES:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _defuse(text: str) -> str:
    """A spreadsheet takes for a formula what begins so, whoever wrote it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
