"""What a run shows: a line a task, sums by language and toolset, and what failed and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.assistant.run import Outcome, Spent


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a million tokens, in whatever money; None where they are not known. Cached tokens count in full."""

    input: float | None = None
    output: float | None = None

    def cost(self, spent: Spent) -> float | None:
        if self.input is None or self.output is None:
            return None
        return (spent.input_tokens * self.input + spent.output_tokens * self.output) / 1_000_000


def write_report(outcomes: Sequence[Outcome], prices: Prices) -> str:
    """The whole of it, as lines of text."""
    width = max(len(outcome.task.name) for outcome in outcomes)
    head = f"{'task':{width}}  lang  {'toolset':20}  solved  calls    bytes   tokens in/out      cost  tools"
    lines = [head, *(_row(outcome, prices, width) for outcome in outcomes), "", _GROUP_HEAD]
    lines += [_sum("all", outcomes, prices)]
    lines += _groups(outcomes, prices, lambda outcome: outcome.task.language)
    lines += _groups(outcomes, prices, lambda outcome: outcome.task.toolset)
    for outcome in outcomes:
        if not outcome.solved:
            lines += ["", f"{outcome.task.name}: not solved", f"  asked: {outcome.request}"]
            lines += [f"  {problem}" for problem in outcome.problems]
            lines += [f"  answered: {outcome.answer.strip()}"] if outcome.answer.strip() else []
    return "\n".join(lines)


def write_comparison(by_calls: Sequence[Outcome], by_script: Sequence[Outcome]) -> str:
    """The same tasks solved by single calls and by scripts, a line each, and what it comes to."""
    width = max(len(outcome.task.name) for outcome in by_calls)
    head = f"{'task':{width}}  solved      calls            bytes         bytes in all"
    lines = [f"{'':{width}}  by calls/by script", head]
    for one, other in zip(by_calls, by_script, strict=True):
        solved = "/".join("yes" if each.solved else "NO" for each in (one, other))
        lines.append(f"{one.task.name:{width}}  {solved:9} {_compare([one], [other])}")
    lines += ["", f"{'all':{width}}  {'':9} {_compare(by_calls, by_script)}"]
    for outcome in (*by_calls, *by_script):
        if not outcome.solved:
            lines += ["", f"{outcome.task.name}: not solved", *(f"  {problem}" for problem in outcome.problems)]
    return "\n".join(lines)


def _compare(by_calls: Sequence[Outcome], by_script: Sequence[Outcome]) -> str:
    """Calls, bytes of answers, and these with the bytes of what was called; each with the share that is left."""
    told: list[str] = []
    for count in (_count_calls, _count_bytes, _count_all_bytes):
        before, after = sum(map(count, by_calls)), sum(map(count, by_script))
        told.append(f"{before:7,}/{after:6,} {after / before:4.0%}")
    return "  ".join(told)


def _count_calls(outcome: Outcome) -> int:
    return len(outcome.made)


def _count_bytes(outcome: Outcome) -> int:
    return outcome.answer_bytes


def _count_all_bytes(outcome: Outcome) -> int:
    return outcome.answer_bytes + sum(call.written_bytes for call in outcome.made)


_GROUP_HEAD = f"{'':20}  tasks  solved  calls/task  bytes/task  tokens/task  cost/task      cost"


def _row(outcome: Outcome, prices: Prices, width: int) -> str:
    task, spent = outcome.task, outcome.spent
    tokens = f"{spent.input_tokens:,}/{spent.output_tokens:,}"
    return (
        f"{task.name:{width}}  {task.language:4}  {task.toolset:20}  {'yes' if outcome.solved else 'NO':6}"
        f"  {len(outcome.made):5}  {outcome.answer_bytes:7,}  {tokens:>14}  {_money(prices.cost(spent)):>8}"
        f"  {' '.join(call.tool + ('!' if call.failed else '') for call in outcome.made)}"
    )


def _groups(outcomes: Sequence[Outcome], prices: Prices, name_of: Callable[[Outcome], str]) -> list[str]:
    names = sorted({name_of(outcome) for outcome in outcomes})
    return [_sum(name, [each for each in outcomes if name_of(each) == name], prices) for name in names]


def _sum(name: str, outcomes: Sequence[Outcome], prices: Prices) -> str:
    costs = [cost for outcome in outcomes if (cost := prices.cost(outcome.spent)) is not None]
    tokens = mean(outcome.spent.input_tokens + outcome.spent.output_tokens for outcome in outcomes)
    share = f"{mean(outcome.solved for outcome in outcomes):.0%}"
    return (
        f"{name:20}  {len(outcomes):5}  {share:>6}  {mean(len(each.made) for each in outcomes):10.2f}"
        f"  {mean(each.answer_bytes for each in outcomes):10,.0f}  {tokens:11,.0f}"
        f"  {_money(mean(costs) if costs else None):>9}  {_money(sum(costs) if costs else None):>8}"
    )


def _money(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:.4f}"
