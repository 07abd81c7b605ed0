"""Tasks of benchmarks/assistant that need several calls take at most half of them, and half the bytes, by scripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.assistant.__main__ import main
from benchmarks.assistant.by_script import TOOLSETS, find_unread, make_by_script, solve
from benchmarks.assistant.desk import ToolCall, open_desk
from benchmarks.assistant.run import Spent, make_scripted
from benchmarks.assistant.script_solutions import NEED_A_YES, SEVERAL_CALLS, SOLUTIONS, ScriptSolution
from benchmarks.assistant.stage import Played, play
from benchmarks.assistant.start_state import share_start_state
from benchmarks.assistant.task import Task
from benchmarks.assistant.tasks import TASKS
from ims_mcp.catalogue import get_operation

pytestmark = pytest.mark.anyio
BY_NAME = {task.name: task for task in TASKS}


async def play_by_calls(task: Task, start_state_dir: Path, work_dir: Path) -> Played:
    return await play(task, *share_start_state(start_state_dir), work_dir, make_scripted(task, Spent()))


@pytest.mark.parametrize("name", SOLUTIONS)
async def test_a_script_does_it_by_half_the_calls_and_bytes(name: str, start_state_dir: Path, tmp_path: Path) -> None:
    task = BY_NAME[name]
    by_calls = await play_by_calls(task, start_state_dir, tmp_path / "calls")
    player = make_by_script(task, Spent())
    by_script = await play(task, *share_start_state(start_state_dir), tmp_path / "script", player, toolsets=TOOLSETS)
    assert (by_calls.problems, by_script.problems) == ([], [])
    assert {call.tool for call in by_script.made} == {"run_script"}
    assert by_script.calls <= by_calls.calls / 2
    assert by_script.answer_bytes <= by_calls.answer_bytes / 2


def test_every_task_of_several_calls_has_a_script_unless_the_user_is_asked() -> None:
    several = {task.name for task in TASKS if task.most_calls >= SEVERAL_CALLS}
    assert several == (SOLUTIONS.keys() | NEED_A_YES) - {"tag-all-that-are-found"}


@pytest.mark.parametrize("name", sorted(NEED_A_YES))
async def test_the_others_are_asked_about(name: str, start_state_dir: Path, tmp_path: Path) -> None:
    played = await play_by_calls(BY_NAME[name], start_state_dir, tmp_path / "play")
    assert any(asks(call) for call in played.made)


def asks(call: ToolCall) -> bool:
    """Whether its user is asked before it."""
    arguments: Mapping[str, Any] = call.arguments.get("operation_arguments", {})
    return bool("operation" in call.arguments and get_operation(call.arguments["operation"]).asks_about(arguments))


async def test_a_name_that_was_read_nowhere_is_found(tmp_path: Path) -> None:
    code = """
import ims
page = await ims.list_media_basic_infos(MaxResults=10)
other = await ims.list_smart_voice_groups(NoParameter={"NoField": 1})
page["MediaId"], other["NoKey"]
"""
    async with open_desk("http://127.0.0.1:9", tmp_path / "state", tmp_path, agree=bool, toolsets=TOOLSETS) as desk:
        with pytest.raises(AssertionError, match="nothing that was read tells of NoField, NoKey, NoParameter"):
            await solve(ScriptSolution(code), desk, "", {})
        assert await find_unread(desk, code, "") == {"list_smart_voice_groups", "NoParameter", "NoField", "NoKey"}
        desk.calls.append(
            ToolCall("search_operations", {}, '{"ListSmartVoiceGroups": "NoParameter, NoField: NoKey"}', False)
        )
        assert await find_unread(desk, code, "") == set()


def test_the_command_prints_both_ways(start_state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--by-script", "--tasks", "tag-all-that-are-found", "--start-state", str(start_state_dir)])
    report = capsys.readouterr().out.splitlines()
    row = next(line for line in report if line.startswith("tag-all-that-are-found"))
    assert "yes/yes" in row
    assert "3/     1  33%" in row
    assert report[-1].startswith("all ")


def test_a_task_without_a_script_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--by-script", "--tasks", "codec-of-an-asset"])
    assert "none of these tasks has a solution by run_script" in capsys.readouterr().err
