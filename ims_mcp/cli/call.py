"""``ims-mcp call OPERATION``: one operation from a terminal, checked and sent as a tool call is."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any, cast

import anyio

from ims_mcp.catalogue import Effect, Operation, UnknownOperation, get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.cli.connection import connect
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE
from ims_mcp.cli.terminal import print_json
from ims_mcp.cli.watching import watch_wait
from ims_mcp.errors import InvalidArguments, Problem, Refused
from ims_mcp.server.confirmation import write_place
from ims_mcp.server.question import write_question
from ims_mcp.server.question_words import choose_words
from ims_mcp.settings import Settings
from ims_mcp.workflows.behaviours.behaviour import OperationCall
from ims_mcp.workflows.behaviours.present_state import PresentState
from ims_mcp.workflows.operation_call import check_arguments, resolve_arguments, run_operation
from ims_mcp.workflows.server_parameters import complete_table, split_arguments

if TYPE_CHECKING:  # of an extra, and for a terminal only
    from ims_mcp.cli.views.screen import Screen


def call(settings: Settings, options: argparse.Namespace, words: list[str]) -> int:
    """Print the result as JSON; on a terminal, and unless --json or --raw ask for JSON, laid out to be read.

    Raises InvalidArguments with everything that is wrong, before anything is sent.
    """
    operation = _find_operation(options.operation)
    texts = [text for text in options.json or () if text]
    arguments = {**_read_json_object(operation, texts[-1] if texts else None), **_read_pairs(operation, words)}
    screen = None if options.raw or options.json else find_screen(is_data=True)
    yes = options.yes or _ask_person(settings, operation, arguments)
    result = anyio.run(_call, settings, operation, arguments, yes, options.raw, screen)
    if screen is None:
        print_json(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        from ims_mcp.cli.views.answer import show_answer

        show_answer(screen, operation.name, result)
    return DONE


def _ask_person(settings: Settings, operation: Operation, arguments: dict[str, Any]) -> bool:
    """Whether a person at a terminal says yes to the question a client would have asked; False where nobody sits there.

    Raises Refused where the answer is anything else.
    """
    if settings.read_only or settings.allow_destructive or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    try:
        checked = check(complete_table(operation), arguments)
    except InvalidArguments:
        return False  # the call itself says what is wrong
    checked, _ = split_arguments(operation, checked)
    if operation.effect_of(checked) is not Effect.DESTRUCTIVE:
        return False
    words = choose_words(settings.language, checked, locale=os.environ.get("LC_ALL") or os.environ.get("LANG") or "")
    question = write_question(operation, checked, PresentState(), words, write_place(words, settings))
    print(f"{question}\n{words.send_it}", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused(f"{operation.name} was not sent: the answer was not y or yes.")
    return True


async def _call(
    settings: Settings,
    operation: Operation,
    arguments: dict[str, Any],
    yes: bool,
    raw: bool,
    screen: Screen | None,
) -> dict[str, Any]:
    async with connect(settings, os.environ) as to:
        checked = await check_arguments(to.client, operation, arguments)
        checked, own = await resolve_arguments(to.client, operation, checked)
        if raw:
            return (await to.client.call(operation, checked, confirmed=yes)).data
        with watch_wait(screen) as watch:
            return await run_operation(OperationCall(to.client, operation, checked, own, yes), progress=watch)


def _find_operation(name: str) -> Operation:
    try:
        return get_operation(name)
    except UnknownOperation as error:
        near = f"{error.next_step} " if error.next_step.startswith("Did you mean") else ""
        next_step = f'{near}`ims-mcp search WORDS` finds operations by what they do: ims-mcp search "cut a video".'
        raise UnknownOperation(str(error), next_step=next_step) from error


def _read_json_object(operation: Operation, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidArguments(operation.name, [Problem("--json", f"is not valid JSON ({error})")]) from error
    if not isinstance(value, dict):
        raise InvalidArguments(operation.name, [Problem("--json", 'has to be an object: \'{"MediaId": "…"}\'')])
    return cast("dict[str, Any]", value)


def _read_pairs(operation: Operation, words: list[str]) -> dict[str, str]:
    """``--MediaId X``, ``--MediaId=X`` and ``--wait-seconds 10`` as arguments."""
    pairs: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not name.startswith("--"):
            raise InvalidArguments(operation.name, [Problem(word, "is not a --Name value pair")])
        if not equals:
            following = next(rest, None)
            if following is None:
                raise InvalidArguments(operation.name, [Problem(name, "has no value after it")])
            value = following
        name = name.removeprefix("--")
        pairs[name.replace("-", "_") if name.islower() else name] = value
    return pairs
