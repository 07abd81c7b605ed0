"""The tasks that need several calls, solved by ``run_script``: what is not known is looked up by one script, and all
the work is done by another.

A script may name nothing that its writer has not read: operations, parameters and fields stand in the tools' list, in
an answer before it, or in the request.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.run import Spent
from benchmarks.assistant.script_solutions import SOLUTIONS, ScriptSolution
from benchmarks.assistant.stage import Player
from benchmarks.assistant.steps import pick
from benchmarks.assistant.task import Task
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.server.build import INSTRUCTIONS
from ims_mcp.workflows.scripts.script_calls import find_calls, find_used_names
from ims_mcp.workflows.scripts.stubs import OWN_NAMES

TOOLSETS = ("core", "script")
_LOOK_UP = """\
import ims
hit = (await ims.search({words!r}))[0]
about = await ims.describe(hit["operation"])
[hit["operation"], hit.get("example"), about["effect"] == "read" and about["returns"]]
"""
_LOOK_UP_SEVERAL = """\
import ims
told = []
for words in {words}:
    hit = (await ims.search(words))[0]
    about = await ims.describe(hit["operation"])
    told.append([hit["operation"], hit.get("example"), about["effect"] == "read" and about["returns"]])
told
"""


async def solve(solution: ScriptSolution, desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
    """Work on a task by its solution; what is said to the user."""
    if len(solution.look_up) == 1:
        await _run(desk, _LOOK_UP.format(words=solution.look_up[0]), request)
    elif solution.look_up:
        await _run(desk, _LOOK_UP_SEVERAL.format(words=list(solution.look_up)), request)
    code = re.sub(r"\$(\w+)", lambda match: str(facts[match[1]]), solution.work)
    result = await _run(desk, code, request)
    told = [str(value) for value in pick(result, *solution.tells)] if solution.tells else [json.dumps(result)]
    return f"{solution.opening} {'; '.join(told)}".strip()


async def _run(desk: Desk, code: str, request: str) -> Any:
    if unread := await find_unread(desk, code, request):
        raise AssertionError(f"nothing that was read tells of {', '.join(sorted(unread))}")
    answer = await desk.call("run_script", code=code)
    assert answer["outcome"] == "done", answer
    return answer["result"]


async def find_unread(desk: Desk, code: str, request: str) -> set[str]:
    """Operations, parameters, fields and keys in a script that its writer cannot know."""
    tools = (await desk.client.list_tools()).tools
    read = "\n".join([INSTRUCTIONS, request, *map(str, tools), *(call.text for call in desk.calls)])
    known = {*re.findall(r"\w+", read)}
    known |= {*map(snake_case, known), *OWN_NAMES}
    return {name for name in _list_names(ast.parse(code, type_comments=False)) if name not in known}


def _list_names(tree: ast.Module) -> set[str]:
    names = {used.name for used in find_used_names(tree)}
    for call in find_calls(tree):
        names |= {keyword.arg for keyword in call.node.keywords if keyword.arg}
        names |= {
            key.value
            for node in ast.walk(call.node)
            if isinstance(node, ast.Dict)
            for key in node.keys
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    return names | {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }


def make_by_script(task: Task, spent: Spent) -> Player:
    """The solution of a task by scripts."""
    del spent
    return partial(solve, SOLUTIONS[task.name])
