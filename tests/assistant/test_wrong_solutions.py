"""The graders of scripted tasks tell a wrong solution from a right one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.stage import play
from benchmarks.assistant.start_state import share_start_state
from benchmarks.assistant.steps import find_asset
from benchmarks.assistant.tasks import TASKS
from ims_mcp.catalogue import get_operation

pytestmark = pytest.mark.anyio


class Stage:
    """Plays a task by its name; returns what the grader says."""

    def __init__(self, shared: Path, work_dir: Path) -> None:
        self._shared = shared
        self._work_dir = work_dir

    async def play(self, name: str, *calls: tuple[str, Mapping[str, Any]], answer: str) -> list[str]:
        """``calls``: (operation, arguments), made by the call tools; ``$title`` in them is the id of an asset."""
        [task] = [each for each in TASKS if each.name == name]

        async def solve(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
            for operation, arguments in calls:
                filled = await _fill(desk, arguments, facts)
                used = {"operation": operation, "operation_arguments": filled}
                await desk.use(f"call_{get_operation(operation).effect}_operation", used)
            return answer

        return (await play(task, *share_start_state(self._shared), self._work_dir / name, solve)).problems


async def _fill(desk: Desk, value: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: await _fill(desk, inner, facts) for name, inner in fields.items()}
    if isinstance(value, list):
        return [await _fill(desk, inner, facts) for inner in cast("list[Any]", value)]
    if isinstance(value, str) and value.startswith("$"):
        return facts.get(value[1:]) or await find_asset(desk, value[1:])
    return value


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Stage:
    here = tmp_path_factory.getbasetemp()
    return Stage((here.parent if here.name.startswith("popen-") else here) / "assistant-start-state", tmp_path)


CUT = "SubmitMediaProducingJob"
OUT = "https://local-media.oss-cn-shanghai.aliyuncs.com/out"


def make_cut(title: str, begin: float, end: float, file: str = "goal-cut.mp4") -> dict[str, Any]:
    clip = {"MediaId": f"${title}", "In": begin, "Out": end}
    timeline = {"VideoTracks": [{"VideoTrackClips": [clip]}]}
    return {"Timeline": timeline, "OutputMediaConfig": {"MediaURL": f"{OUT}/{file}"}}


@pytest.mark.parametrize(
    ("arguments", "told", "problem"),
    [
        (make_cut("足球决赛集锦", 2, 5), "goal-cut.mp4", None),
        (make_cut("马拉松开跑", 2, 5), "goal-cut.mp4", "VideoTrackClips.MediaId is"),
        # Milliseconds are refused before they are sent: the asset is shorter.
        (make_cut("足球决赛集锦", 0.002, 0.005), "goal-cut.mp4", "VideoTrackClips.In is [0.002"),
        (make_cut("足球决赛集锦", 2, 5, "other.mp4"), "goal-cut.mp4", "OutputMediaConfig.MediaURL is"),
        (make_cut("足球决赛集锦", 2, 5), "好了", "does not say 'goal-cut.mp4'"),
    ],
    ids=["right", "another asset", "another unit", "another place", "address not told"],
)
async def test_the_arguments_and_the_answer_of_a_job_are_judged(
    stage: Stage, arguments: dict[str, Any], told: str, problem: str | None
) -> None:
    problems = await stage.play("cut-a-piece-out-of-an-asset", (CUT, arguments), answer=told)
    assert bool(problems) == (problem is not None), problems
    assert problem is None or problem in problems[0]


async def test_a_job_that_is_submitted_twice_is_wrong(stage: Stage) -> None:
    cut = make_cut("足球决赛集锦", 2, 5)
    problems = await stage.play("cut-a-piece-out-of-an-asset", (CUT, cut), (CUT, cut), answer="goal-cut.mp4")
    assert problems == [f"{CUT} was called 2 times"]


async def test_a_write_that_nobody_asked_for_is_wrong(stage: Stage) -> None:
    problems = await stage.play(
        "tell-why-a-storyboard-stands-still",
        ("ResumeYikeStoryboardJob", {"JobId": "$job"}),
        answer="It is suspended: shot 54 has no media.",
    )
    assert problems == ["ResumeYikeStoryboardJob was called"]


async def test_a_no_counts_only_where_the_user_was_asked(stage: Stage) -> None:
    problems = await stage.play("keep-a-project-after-a-no", answer="没有删除。")
    assert problems == ["the user was not asked about DeleteEditingProjects", "no tool was used"]


async def test_more_than_was_asked_for_is_wrong(stage: Stage) -> None:
    problems = await stage.play("list-what-is-transcoded-live", answer="主舞台、侧台、彩排")
    assert problems == ["a stopped one is told", "no tool was used"]


async def test_a_word_list_that_lost_its_words_is_wrong(stage: Stage) -> None:
    words = [{"Text": "听潮阁", "Language": "zh", "Weight": 2}]
    call = ("UpdateHotwordLibrary", {"HotwordLibraryId": "$library", "Hotwords": words})
    problems = await stage.play("add-a-word-to-a-word-list", call, answer="已加入“听潮阁”。")
    assert problems == ["the words are {'听潮阁': 2}", "the weight of a word was lost"]


async def test_an_id_that_does_not_exist_is_not_found(stage: Stage) -> None:
    problems = await stage.play("stop-an-ai-workflow", ("StopAIWorkflowTask", {"TaskId": "0" * 32}), answer="已停止")
    assert problems == ["StopAIWorkflowTask was called 0 times"]
