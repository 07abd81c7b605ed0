"""What `ims-mcp bulk` prints: laid out at a terminal, else plain lines; with --json nothing but one document."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ims_mcp.cli.bulk.target import Bench
from ims_mcp.cli.terminal import print_json, say
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.examined import Examined
from ims_mcp.workflows.bulk.follow import Seen, is_through, name_state
from ims_mcp.workflows.bulk.jobs import read_job
from ims_mcp.workflows.bulk.places import open_place

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen

LINE_SECONDS = 5.0
_FEW_EXAMPLES = 3
_MOST_SHOWN = 30
_FACTS = ("rows", "doubles", "bad_rows", "left_out", "exists_already", "bytes", "costs", "takes", "asks", "refused")

Json = Mapping[str, Any]
Show = Callable[[Seen], None]


def tell_plan(examined: Examined, screen: Screen | None, *, as_json: bool, is_all: bool) -> None:
    """What the dry run has found. ``is_all``: nothing follows it."""
    told = examined.describe()
    if as_json:
        if is_all:
            print_json(json.dumps(told, ensure_ascii=False, indent=2))
        return
    plan = {
        "operation": told["operation"],
        "source": told["source"],
        "facts": [(name.replace("_", " "), _write(told[name])) for name in _FACTS if name in told]
        + [("note", note) for note in told.get("notes", ())],
        "problems": [
            {**problem, "examples": _cut(problem["examples"], is_all=is_all)} for problem in told.get("problems", ())
        ],
        "samples": [plain(json.dumps(each, ensure_ascii=False), 400) for each in told.get("sample", ())],
    }
    if screen is not None:
        from ims_mcp.cli.views.bulk import show_plan

        show_plan(screen, plan)
        return
    print(f"{plan['operation']}: {plan['source']}")
    for name, text in cast("Sequence[tuple[str, str]]", plan["facts"]):
        print(f"  {name}: {text}")
    for problem in cast("Sequence[Json]", plan["problems"]):
        print(f"  {problem['count']:,} {problem['class']}:")
        for example in problem["examples"]:
            print(f"    {example}")
    for sample in plan["samples"]:
        print(f"  such as {sample}")


@contextmanager
def show_progress(screen: Screen | None, name: str, *, as_json: bool) -> Generator[Show]:
    """A live bar, else a line on stderr now and then."""
    if screen is not None and screen.is_interactive:
        from ims_mcp.cli.views.bulk import show_progress

        with show_progress(screen, name) as show:
            yield lambda seen: show(seen.describe())
        return
    told_at = time.monotonic()

    def tell(seen: Seen) -> None:
        nonlocal told_at
        if as_json or time.monotonic() - told_at < LINE_SECONDS:
            return
        told_at = time.monotonic()
        say(describe_line(name, seen.describe()))

    yield tell


def tell_end(told: Json, screen: Screen | None, *, as_json: bool) -> None:
    """``told``: ``{job_id, state, place, counts, report: {json, csv}, …}``."""
    if as_json:
        print_json(json.dumps(told, ensure_ascii=False, indent=2))
    elif screen is not None:
        from ims_mcp.cli.views.bulk import show_end

        show_end(screen, told)
    else:
        print(describe_line(told["job_id"], told["counts"]))
        print(f"  report: {told['report']['csv']}")


async def tell_jobs(bench: Bench, screen: Screen | None, *, as_json: bool) -> None:
    """Those on the shelf, the newest first."""
    rows: list[dict[str, Any]] = []
    for kept in (await bench.shelf.list())[:_MOST_SHOWN]:
        row: dict[str, Any] = {"job_id": kept.job_id, "place": kept.address}
        try:
            opened = await read_job(await open_place(kept.address, bench.bulk_target), kept.job_id)
        except ImsError as error:
            rows.append(row | {"state": "cannot be read", "problem": str(error)})
            continue
        job, state = opened.job, name_state(opened, is_through=await is_through(opened))
        made_at = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created_at))
        row |= {"state": state, "rows": job.total_rows, "operation": job.operation, "source": job.source}
        rows.append(row | {"made_at": made_at})
    if as_json:
        print_json(json.dumps({"jobs": rows}, ensure_ascii=False, indent=2))
    elif screen is not None:
        from ims_mcp.cli.views.bulk import show_jobs

        show_jobs(screen, rows)
    else:
        for row in rows:
            told = (row["job_id"], row["state"], f"{row.get('rows', 0):,} rows", row.get("operation"), row["place"])
            print("  ".join(str(each) for each in told if each))


def describe_line(name: str, counts: Json) -> str:
    """``b-…: 4,990 of 5,000 rows, 12 failed (MediaNotFound 12), 48.0 rows/s, 10 s left``."""
    failed = cast("Mapping[str, int]", counts.get("failed", {}))
    told = [f"{name}: {counts['rows'] - counts['left']:,} of {counts['rows']:,} rows"]
    told += [f"{counts['exists']:,} there before"] if counts.get("exists") else []
    if failed:
        classes = ", ".join(f"{plain(each, 60)} {count:,}" for each, count in [*failed.items()][:5])
        told.append(f"{sum(failed.values()):,} failed ({classes})")
    told += [f"{counts['unknown']:,} unknown"] if counts.get("unknown") else []
    told += [f"{counts['rows_per_second']:,} rows/s"] if counts.get("rows_per_second") else []
    told += [f"{counts['seconds_left']:,} s left"] if counts.get("seconds_left") else []
    return ", ".join(told)


def _write(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{count:,} {reason}" for reason, count in cast("Mapping[str, int]", value).items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cut(examples: Sequence[str], *, is_all: bool) -> list[str]:
    """All of them where the dry run is all that was wanted."""
    if is_all or len(examples) <= _FEW_EXAMPLES:
        return [*examples]
    return [*examples[:_FEW_EXAMPLES], f"… --dry-run shows {len(examples)}"]
