"""``python -m benchmarks.assistant``: all tasks by their scripted solutions, or by a real model, and how it went."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio

from benchmarks.assistant.by_script import TOOLSETS, make_by_script
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.report import Prices, write_comparison, write_report
from benchmarks.assistant.run import MakePlayer, Outcome, Spent, choose_tasks, make_scripted, run_tasks
from benchmarks.assistant.script_solutions import SOLUTIONS
from benchmarks.assistant.stage import Player
from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import TASKS


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report. Tasks that are not solved are no error: the exit code is 0."""
    parser = _make_parser()
    chosen = parser.parse_args(arguments)
    tasks = choose_tasks(TASKS, chosen.tasks)
    if not tasks:
        parser.error(f"no task and no toolset fits {' '.join(chosen.tasks)}")
    if chosen.by_script:
        compare(parser, chosen, [task for task in tasks if task.name in SOLUTIONS])
        return
    make_player = make_scripted if chosen.scripted else _make_model(parser, chosen)
    prices = Prices(chosen.price_in, chosen.price_out)
    with ExitStack() as stack:
        out = None if chosen.out is None else stack.enter_context(chosen.out.open("w", encoding="utf-8"))

        def tell(outcome: Outcome) -> None:
            print(f"{outcome.task.name}: {'solved' if outcome.solved else 'not solved'}", file=sys.stderr, flush=True)
            if out is not None:
                print(outcome.write(prices.cost(outcome.spent)), file=out, flush=True)

        async def run() -> list[Outcome]:
            return await run_tasks(
                tasks, make_player, concurrency=chosen.concurrency, start_state_dir=chosen.start_state, tell=tell
            )

        outcomes = anyio.run(run)
    print(write_report(outcomes, prices))


def compare(parser: argparse.ArgumentParser, chosen: argparse.Namespace, tasks: Sequence[Task]) -> None:
    """Print how the tasks that need several calls go by single calls, and by run_script."""
    if not tasks:
        parser.error("none of these tasks has a solution by run_script")

    async def run(make_player: MakePlayer, toolsets: tuple[str, ...]) -> list[Outcome]:
        return await run_tasks(
            tasks, make_player, concurrency=chosen.concurrency, start_state_dir=chosen.start_state, toolsets=toolsets
        )

    print(write_comparison(anyio.run(run, make_scripted, ("core",)), anyio.run(run, make_by_script, TOOLSETS)))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assistant", description=__doc__)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--scripted", action="store_true", help="play the scripted solutions")
    who.add_argument("--by-script", action="store_true", help="what needs several calls, by these and by run_script")
    who.add_argument("--model", metavar="NAME", help="have this model solve the tasks")
    add = parser.add_argument
    add("--base-url", metavar="URL", help="where the model is served")
    add("--api", choices=("openai", "anthropic"), default="openai", help="what is spoken there (default: openai)")
    add("--key-env", metavar="NAME", help="environment variable that holds the key; without it none is sent")
    add("--tasks", metavar="PATTERN", nargs="+", default=[], help="only these, by task or toolset: trim-*, upload")
    add("--concurrency", metavar="N", type=_positive(int), default=1, help="tasks at a time (default: 1)")
    add("--price-in", metavar="AMOUNT", type=float, help="of a million tokens that the model reads")
    add("--price-out", metavar="AMOUNT", type=float, help="of a million tokens that it writes")
    add("--max-requests", metavar="N", type=_positive(int), default=20, help="to the model, a task (default: 20)")
    add("--max-tokens", metavar="N", type=_positive(int), default=600_000, help="in all, a task (default: 600000)")
    add("--max-seconds", metavar="N", type=_positive(float), default=300.0, help="a task (default: 300)")
    add("--start-state", metavar="DIR", type=Path, help="keep the start state there, which takes some seconds to make")
    add("--out", metavar="FILE", type=Path, help="write every task with its calls there, as JSON lines")
    return parser


def _positive(kind: type[int] | type[float]) -> Any:
    def read(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError("has to be above 0")
        return value

    read.__name__ = "number"
    return read


def _make_model(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> MakePlayer:
    if chosen.base_url is None:
        parser.error("--model needs --base-url")
    key = "" if chosen.key_env is None else os.environ.get(chosen.key_env, "")
    if chosen.key_env is not None and not key:
        parser.error(f"--key-env: {chosen.key_env} is not set")
    try:
        from pydantic_ai.usage import RunUsage

        from benchmarks.assistant.model import Bounds, RealModel
    except ImportError as error:
        parser.error(f"a real model needs the extra assistant, pip install '.[assistant]': {error}")
    bounds = Bounds(chosen.max_requests, chosen.max_tokens, chosen.max_seconds)
    model = RealModel(chosen.model, chosen.base_url, chosen.api, key, bounds)

    def make_player(task: Task, spent: Spent) -> Player:
        del task

        async def work(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
            del facts
            usage = RunUsage()
            try:
                return await model.work(desk, request, usage)
            finally:
                spent.requests, spent.input_tokens = usage.requests, usage.input_tokens
                spent.output_tokens = usage.output_tokens

        return work

    return make_player


if __name__ == "__main__":
    main()
