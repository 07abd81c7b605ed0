"""Steps that scripted solutions share: find an asset, call an operation found by words, tell what came of it."""

from __future__ import annotations

import json
import re
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
    """Find an operation in the user's words, unless an earlier search has shown it, and call it as the hit says.

    Its table is read before where a name in ``arguments`` stands in nothing that was read so far, no example and no
    answer.
    """
    tool = await learn(desk, words, operation, arguments)
    return await desk.call(tool, operation=operation, operation_arguments=arguments)


async def learn(desk: Desk, words: str, operation: str, arguments: Mapping[str, Any]) -> str:
    """All of :func:`call_found` before the call itself; returns the tool to call."""
    hit = next((hit for hit in _list_hits(desk) if hit["operation"] == operation), None)
    hit = hit or await desk.find(words, operation)
    read = "".join(call.text for call in desk.calls)
    told = set(re.findall(r"\w+", " ".join(hit.get("also", "") for hit in _list_hits(desk))))
    unread = any(f'"{name}"' not in read and name not in told for name in _list_names(arguments))
    if "call_with" in hit and not unread:
        return hit["call_with"]
    table = await desk.call("describe_operation", operation=operation)
    return hit.get("call_with", f"call_{table['effect']}_operation")


def _list_hits(desk: Desk) -> list[dict[str, Any]]:
    searches = [json.loads(call.text) for call in desk.calls if call.tool == "search_operations"]
    return [hit for answer in searches for hit in answer["operations"]]


async def refuse_call(desk: Desk, words: str, operation: str, **arguments: Any) -> bool:
    """:func:`call_found` with a user who says no when asked; whether the call was held back."""
    tool = await learn(desk, words, operation, arguments)
    return (await desk.use(tool, {"operation": operation, "operation_arguments": arguments})).failed


def _list_names(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for element in cast("list[Any]", value) for name in _list_names(element)}
    if not isinstance(value, Mapping):
        return set()
    fields = cast("Mapping[str, Any]", value)
    return {*(fields.keys() - WAIT.keys()), *(name for inner in fields.values() for name in _list_names(inner))}


def index(answer: Mapping[str, Any], key: str, value: str) -> dict[Any, Any]:
    """The rows of a list, one column by another: ids by their names."""
    return dict(zip(pick(answer, key), pick(answer, value), strict=True))


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


def tell_outcome(answer: Mapping[str, Any], *names: str, opening: str = "") -> str:
    """What a waited call has to say to the user: why it failed, or the values under these names in its result."""
    wait = answer["wait"]
    if wait["outcome"] == "failed":
        return f"It failed / 失败了: {wait.get('problem', '')}"
    return tell(answer.get("result"), *names, opening=opening)


def do(
    words: str,
    operation: str,
    arguments: Mapping[str, Any],
    *names: str,
    opening: str = "",
    assets: Sequence[str] = (),
    reads: bool = False,
) -> Solve:
    """A solution of one call: the operation is found by ``words``, called, and the values under ``names`` are told.

    In the arguments ``$name`` stands for a fact of the request, ``$0`` for the id of the first of ``assets``, which are
    found by their titles before. ``reads``: what a value means stands in the operation's table alone.
    """

    async def solve(desk: Desk, facts: Mapping[str, Any]) -> str:
        ids = {str(place): await find_asset(desk, title) for place, title in enumerate(assets)}
        filled = _fill(arguments, {**facts, **ids})
        if reads:
            await desk.find(words, operation)
            await desk.call("describe_operation", operation=operation)
        answer = await call_found(desk, words, operation, **filled)
        if "wait_seconds" in arguments:
            return tell_outcome(answer, *names, opening=opening)
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
