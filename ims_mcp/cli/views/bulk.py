"""Jobs at a terminal: what a dry run has found, a live bar while one runs, what became of its rows, and the list."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from rich.console import Group
from rich.live import Live
from rich.padding import Padding
from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn
from rich.table import Column, Table
from rich.text import Text

from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.written import write_seconds

Json = Mapping[str, Any]
Show = Callable[[Json], None]
"""Called with how a job stands: ``{rows, left, failed: {class: count}, rows_per_second, …}``."""

_WIDE, _NARROW = 76, 48
_MOST_CLASSES = 4
_MOST_PROBLEMS = 10


def show_plan(screen: Screen, plan: Json) -> None:
    """``plan``: ``{operation, source, facts: [(name, text)], problems: [{class, count, examples}], samples: [text]}``,
    as texts."""
    screen.print(screen.join([screen.text(plan["operation"], "name"), screen.text(plan["source"])]))
    facts = cast("Sequence[tuple[str, str]]", plan["facts"])
    screen.print(Padding(screen.grid(facts), (0, 0, 0, 2)))
    problems = cast("Sequence[Json]", plan["problems"])
    if problems:
        _show_problems(screen, problems)
    samples = cast("Sequence[str]", plan["samples"])
    if samples:
        screen.print(screen.text("The first rows:", "label"))
        for sample in samples:
            screen.print(Padding(screen.text(sample), (0, 0, 0, 2)))


@contextmanager
def show_progress(screen: Screen, name: str) -> Generator[Show]:
    """A bar with rows, rate and the time that is left, and below it what has failed, by class."""
    known: list[ProgressColumn] = [TaskProgressColumn(), TextColumn("{task.fields[time]}", markup=False)]
    if screen.width >= _NARROW:
        known.insert(1, TextColumn("{task.fields[rate]}", markup=False))
    if screen.width >= _WIDE:
        known.insert(1, TextColumn("{task.fields[rows]}", markup=False))
    label = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    progress = Progress(label, BarColumn(None), *known, console=screen, expand=True, auto_refresh=False)
    task = progress.add_task(screen.fit(name), total=None, rows="", rate="", time="")
    with Live(progress, console=screen, transient=True, refresh_per_second=8) as live:

        def show(stands: Json) -> None:
            total, left = int(stands["rows"]), int(stands["left"])
            rate, seconds = stands.get("rows_per_second"), stands.get("seconds_left")
            progress.update(
                task,
                total=total,
                completed=total - left,
                rows=f"{total - left:,}/{total:,}",
                rate=f"{float(rate):,.0f}/s" if rate else "",
                time=write_seconds(float(seconds)) if seconds is not None else "",
            )
            below = describe_failures(screen, stands)
            live.update(Group(progress, below) if below else progress)

        yield show


def show_end(screen: Screen, told: Json) -> None:
    """What has become of the rows, and where the report is."""
    stands = cast("Json", told["counts"])
    is_good = not stands.get("failed") and not stands.get("unknown") and not stands.get("left")
    sign, style = (screen.signs.good, "ok") if is_good else (screen.signs.bad, "note")
    screen.print(screen.join([screen.text(f"{sign} {told['job_id']}", style), *describe_counts(stands)]))
    failures = describe_failures(screen, stands)
    if failures:
        screen.print(Padding(failures, (0, 0, 0, 2)))
    rows = [("report", str(told["report"]["csv"]))]
    rows += [(name, str(told[name])) for name in ("resume", "retry") if told.get(name)]
    screen.print(Padding(screen.grid(rows), (0, 0, 0, 2)))


def show_jobs(screen: Screen, jobs: Sequence[Json]) -> None:
    """One line each, the newest first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="label")
    is_wide = screen.width >= _WIDE
    for name in ("job", "made", "state", "rows", *(["operation", "from"] if is_wide else [])):
        table.add_column(name, justify="right" if name == "rows" else "left", no_wrap=name != "from")
    for job in jobs:
        cells = [screen.text(job["job_id"], "name"), screen.text(job.get("made_at", "")), screen.text(job["state"])]
        cells += [Text(f"{job['rows']:,}" if "rows" in job else "")]
        cells += [screen.text(job.get("operation", "")), screen.text(job.get("source", ""))] if is_wide else []
        table.add_row(*cells)
    screen.print(table)


def describe_counts(stands: Json) -> list[str]:
    """``4,990 done``, ``7 there before``, ``3 failed``: what there is of each."""
    failed = sum(cast("Mapping[str, int]", stands.get("failed") or {}).values())
    counts = [
        (stands.get("done"), "done"),
        (stands.get("exists"), "there before"),
        (failed, "failed"),
        (stands.get("unknown"), "unknown"),
        (stands.get("left"), "left"),
    ]
    return [f"{count:,} {what}" for count, what in counts if count]


def describe_failures(screen: Screen, stands: Json) -> Text | None:
    """The classes of failures with the most rows, on a line; None where nothing has failed."""
    failed = cast("Mapping[str, int]", stands.get("failed") or {})
    if not failed:
        return None
    most = sorted(failed.items(), key=lambda entry: -entry[1])
    told = [f"{count:,} {name}" for name, count in most[:_MOST_CLASSES]]
    told += [f"{len(most) - _MOST_CLASSES} more classes"] if len(most) > _MOST_CLASSES else []
    return screen.join([screen.text("failed", "note"), *told])


def _show_problems(screen: Screen, problems: Sequence[Json]) -> None:
    screen.print(screen.text("Rows that cannot be done:", "note"))
    for problem in problems[:_MOST_PROBLEMS]:
        head = screen.join([screen.text(f"{problem['count']:,} {problem['class']}", "name")])
        screen.print(Padding(head, (0, 0, 0, 2)))
        for example in cast("Sequence[str]", problem["examples"]):
            screen.print(Padding(screen.text(example), (0, 0, 0, 4)))
