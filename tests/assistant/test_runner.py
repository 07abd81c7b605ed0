"""``python -m benchmarks.assistant``: a model behind either protocol gets the tools as they are, and the report says
what it solved, by how many calls, bytes and tokens, and what it did not and why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from benchmarks.assistant.__main__ import main
from benchmarks.assistant.desk import open_desk
from ims_mcp.server.build import INSTRUCTIONS
from tests.assistant.played_model import Mind, PlayedModel, Refuse, Turn, Use, playing_model

KEY = "sk-a-key-that-nobody-may-see"
BOTH = pytest.mark.parametrize("api", ["openai", "anthropic"])
TASK = "codec-of-an-asset"


def look_and_tell(turn: Turn) -> Use | str:
    """Reads the asset that the request names, and answers from what it read."""
    if not turn.results:
        (media_id,) = re.findall(r"[0-9a-f]{32}", turn.request)
        return Use("get_media_info", {"MediaId": media_id})
    [file] = json.loads(turn.results[-1])["files"]
    return f"{file['video'][0]['codec']} at {file['resolution']}"


@dataclass(frozen=True, slots=True)
class Ran:
    """The played model, the report, and the line of JSON for the task."""

    model: PlayedModel
    report: str
    line: dict[str, Any]


Run = Callable[..., Ran]


@pytest.fixture
def run(
    start_state_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Has a played model work on one task, by the command."""
    monkeypatch.setenv("A_KEY_OF_OURS", KEY)
    out = tmp_path / "out.jsonl"

    def run(mind: Mind, api: str, *more: str) -> Ran:
        with playing_model(mind, api) as model:
            to = ["--model", "played", "--base-url", model.url, "--api", api, "--key-env", "A_KEY_OF_OURS"]
            what = ["--tasks", TASK, "--start-state", str(start_state_dir), "--price-in", "2", "--price-out", "10"]
            main([*to, *what, "--out", str(out), *more])
        printed = capsys.readouterr()
        [line] = out.read_text(encoding="utf-8").splitlines()
        assert KEY not in printed.out + printed.err + line
        return Ran(model, printed.out, json.loads(line))

    return run


@BOTH
def test_a_model_that_solves_a_task_is_told_to(api: str, run: Run) -> None:
    ran = run(look_and_tell, api)
    line = ran.line
    [call] = line["calls"]
    assert (line["solved"], line["problems"], call["tool"], call["failed"]) == (True, [], "get_media_info", False)
    assert (line["requests"], line["input_tokens"], line["output_tokens"], line["cost"]) == (2, 2000, 100, 0.005)
    assert line["bytes"] == len(call["text"].encode()) > 500
    row = next(each.split() for each in ran.report.splitlines() if each.startswith(TASK))
    assert row == [
        *(TASK, "en", "media_library", "yes", "1"),
        *(f"{line['bytes']:,}", "2,000/100", "0.0050", "get_media_info"),
    ]
    total = next(each.split() for each in ran.report.splitlines() if each.startswith("all "))
    assert total == ["all", "1", "100%", "1.00", f"{line['bytes']:,}", "2,100", "0.0050", "0.0050"]
    assert {turn.key for turn in ran.model.turns} == {KEY}


@BOTH
def test_the_model_reads_instructions_and_tools_as_the_server_gives_them(api: str, run: Run, tmp_path: Path) -> None:
    async def list_tools() -> dict[str, Any]:
        async with open_desk("http://127.0.0.1:9", tmp_path / "state", tmp_path, agree=bool) as desk:
            return {tool.name: tool.input_schema for tool in (await desk.client.list_tools()).tools}

    turn = run(look_and_tell, api).model.turns[0]
    assert turn.tools == anyio.run(list_tools)
    assert INSTRUCTIONS in turn.system


@BOTH
def test_a_wrong_answer_is_reported_with_what_it_lacks(api: str, run: Run) -> None:
    def guess(turn: Turn) -> str:
        return "It is H.264, I am sure."

    ran = run(guess, api)
    assert (ran.line["solved"], ran.line["calls"]) == (False, [])
    lines = ran.report.splitlines()
    at = lines.index(f"{TASK}: not solved")
    assert lines[at + 2] == "  the answer does not say 'hevc'"
    assert lines[-1] == "  answered: It is H.264, I am sure."


def test_a_model_that_never_ends_is_stopped(run: Run) -> None:
    def look_for_ever(turn: Turn) -> Use:
        return Use("get_media_info", {"MediaId": f"{len(turn.results):032x}"})

    ran = run(look_for_ever, "openai", "--max-requests", "3")
    assert len(ran.model.turns) == ran.line["requests"] == 3
    assert "gave up: UsageLimitExceeded" in ran.report
    assert [call["failed"] for call in ran.line["calls"]] == [True, True, True]
    assert "There is no media asset" in ran.model.turns[-1].results[-1]


@BOTH
def test_a_key_that_the_service_refuses_is_told_without_the_key(api: str, run: Run) -> None:
    def refuse(turn: Turn) -> Refuse:
        return Refuse(401, f"the key {turn.key} is not good here")

    ran = run(refuse, api)
    assert not ran.line["solved"]
    assert "gave up: " in ran.report
    assert "the key (key) is not good here" in ran.report


def test_the_scripted_solutions_are_run_with_a_pattern(
    start_state_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--scripted", "--tasks", "codec-*", "--concurrency", "2", "--start-state", str(start_state_dir)])
    report = capsys.readouterr().out
    row = next(each.split() for each in report.splitlines() if each.startswith(TASK))
    assert row[:5] == [TASK, "en", "media_library", "yes", "1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scripted", "--tasks", "no-such-task"], "no task and no toolset fits no-such-task"),
        (["--model", "m"], "--model needs --base-url"),
        (["--model", "m", "--base-url", "http://127.0.0.1:9", "--key-env", "NOT_SET_HERE"], "NOT_SET_HERE is not set"),
        (["--scripted", "--concurrency", "0"], "has to be above 0"),
    ],
)
def test_what_cannot_be_run_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
