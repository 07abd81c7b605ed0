"""The benchmarks run and say what they measured. How fast anything is, is not asserted here."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import BENCHMARKS, main, run
from benchmarks.rows import Effort, bounded, compared, interleaved

TINY = Effort(repetitions=1, share=0.01, at_once=2)
ROWS = {
    "spawn": ["spawn to tools/list, 2026-07-28", "spawn to tools/list, 2025-11-25"],
    "calls": [
        f"calls, {latency} ms service, {how}"
        for latency in (0, 30)
        for how in (
            "one at a time",
            "2 at once, beside the SDK in threads",
            "2 at once, beside the SDK's async client",
        )
    ],
    "tool-calls": ["tool calls, 30 ms service, 2 at once", "event loop delay p99, 30 ms service, 2 at once"],
    "replicas": ["CPU of 10,000 HTTP calls", "memory after"],
    "scripts": ["event loop delay p99, 10 scripts", "a script of 20 reads", "a script that calls nothing"],
    "http-calls": [f"HTTP calls, {era}, 2 at once" for era in ("2026-07-28", "2025-11-25")],
    "summary": [
        "summary bytes, page example",
        "summary time, page example",
        "summary bytes, 21 files, 120 min of tags",
    ],
    "listing": ["tools/list of 10 tools", "tools/list of 23 tools"],
    "uploads": ["upload, MB", "upload, memory over that of 1 MiB", "upload, event loop delay p99"],
}


# Those that start processes or talk over sockets take longer than all the rest of this file.
QUICK = ("summary", "listing")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in BENCHMARKS]
)
def test_a_benchmark_runs_and_prints_its_rows_under_the_machine(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([name], TINY)
    machine, _, _, headings, *lines = capsys.readouterr().out.splitlines()
    assert "cores" in machine
    assert headings.split() == ["ours", "theirs", "ratio", "target", "verdict"]
    for start in ROWS[name]:
        assert [line for line in lines if line.startswith(start)], f"no row {start!r}"


def test_a_promise_about_a_ratio_is_judged_by_ours_divided_by_theirs() -> None:
    assert compared("rate", 120, 100, "/s", at_least=1.2).cells[3:] == ("1.20", ">= 1.2", "ok")
    assert compared("rate", 119, 100, "/s", at_least=1.2).cells[3:] == ("1.19", ">= 1.2", "short")
    assert compared("time", 126, 100, "ms", at_most=1.25).cells[3:] == ("1.26", "<= 1.25", "short")
    assert compared("time", 126, 100, "ms").cells[3:] == ("1.26", "", "")


def test_a_promise_about_a_size_is_judged_by_ours_alone() -> None:
    assert bounded("size", 1536, 3513, "B", at_most=1536).cells[1:] == (
        "1,536 B",
        "3,513 B",
        "0.44",
        "<= 1,536 B",
        "ok",
    )
    assert bounded("size", 1537, None, "B", at_most=1536).cells[1:] == ("1,537 B", "", "", "<= 1,536 B", "short")


def test_sides_take_turns_and_the_median_counts() -> None:
    order: list[str] = []
    values = iter([9.0, 90.0, 1.0, 10.0, 3.0, 30.0])

    def side(name: str) -> float:
        order.append(name)
        return next(values)

    medians = interleaved(3, {"a": lambda: side("a"), "b": lambda: side("b")})
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert medians == {"a": 3.0, "b": 30.0}


def test_an_unknown_benchmark_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    names = "spawn, calls, tool-calls, http-calls, replicas, scripts, summary, listing, uploads, bulk"
    assert names in capsys.readouterr().err
