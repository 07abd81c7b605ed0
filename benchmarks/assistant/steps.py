"""Steps that scripted solutions share: find an asset, call an operation found by words, tell what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from benchmarks.assistant.desk import Desk

Solve = Callable[[Desk, Mapping[str, Any]], Awaitable[str]]
WAIT = {"wait_seconds": 20}
"""Beside the arguments of an operation that runs in the background."""


async def find_asset(desk: Desk, title: str) -> str:
    """The MediaId of the asset of this title."""
    found = await desk.call("find_media", text=title)
    # A long title is cut.
    [media_id] = [each["MediaId"] for each in found["assets"] if title.startswith(each["title"].removesuffix("…"))]
    return str(media_id)


async def call_found(desk: Desk, words: str, operation: str, **arguments: Any) -> dict[str, Any]:
    """Find an operation in the user's words and call it as the hit says."""
    hit = await desk.find(words, operation)
    return await desk.call(hit["call_with"], operation=operation, operation_arguments=arguments)


async def read_result(desk: Desk, answer: dict[str, Any]) -> dict[str, Any]:
    """What a waited call brought: its result, or, where the answer carries none, the look that it proposes."""
    if "result" in answer or "next_call" not in answer:
        return answer
    return await desk.follow(answer)


def pick(data: Any, *names: str) -> list[Any]:
    """Every value under one of these names, however deep, in the order they stand in; lists as their elements."""
    if isinstance(data, list):
        return [found for element in cast("list[Any]", data) for found in pick(element, *names)]
    if not isinstance(data, Mapping):
        return []
    found: list[Any] = []
    for name, value in cast("Mapping[str, Any]", data).items():
        if name in names and not isinstance(value, Mapping):
            found += cast("list[Any]", value) if isinstance(value, list) else [value]
        else:
            found += pick(value, *names)
    return found


def tell(data: Any, *names: str, opening: str = "") -> str:
    """The values under these names in a sentence."""
    return f"{opening} {'; '.join(str(value) for value in pick(data, *names))}".strip()


async def tell_outcome(desk: Desk, answer: dict[str, Any], *names: str, opening: str = "") -> str:
    """What a waited call has to say to the user: why it failed, or the values under these names in its result."""
    wait = answer["wait"]
    if wait["outcome"] == "failed":
        return f"It failed / 失败了: {wait.get('problem', '')}"
    return tell(await read_result(desk, answer), *names, opening=opening)


def do(
    words: str,
    operation: str,
    arguments: Mapping[str, Any],
    *names: str,
    opening: str = "",
    assets: Sequence[str] = (),
) -> Solve:
    """A solution of one call: the operation is found by ``words``, called, and the values under ``names`` are told.

    In the arguments ``$name`` stands for a fact of the request, ``$0`` for the id of the first of ``assets``, which are
    found by their titles before.
    """

    async def solve(desk: Desk, facts: Mapping[str, Any]) -> str:
        ids = {str(place): await find_asset(desk, title) for place, title in enumerate(assets)}
        filled = _fill(arguments, {**facts, **ids})
        answer = await call_found(desk, words, operation, **filled)
        if "wait_seconds" in arguments:
            return await tell_outcome(desk, answer, *names, opening=opening)
        return tell(answer, *names, opening=opening)

    return solve


def _fill(value: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return facts[value[1:]]
    if isinstance(value, Mapping):
        return {name: _fill(inner, facts) for name, inner in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_fill(inner, facts) for inner in cast("list[Any]", value)]
    return value
