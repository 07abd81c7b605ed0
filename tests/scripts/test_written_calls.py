"""What stands written out in a script is checked by the tables before it runs: values, insides, rules."""

from __future__ import annotations

import ast

import pytest

from ims_mcp.catalogue import operations
from ims_mcp.catalogue.uses import USES
from ims_mcp.workflows.scripts.script_calls import UsedName, find_used_names
from ims_mcp.workflows.scripts.written_calls import check_written


def find_problems(*lines: str) -> list[str]:
    return [str(problem) for problem in check_written(ast.parse("\n".join(["import ims", *lines])))]


def test_every_example_passes() -> None:
    lines = [
        f"await ims.{operation.tool_name}({', '.join(f'{name}={value!r}' for name, value in example.items())})"
        for operation in operations()
        for example in (operation.example, *(use.example for use in USES.get(operation.name, ())))
    ]
    assert len(lines) > 400
    assert find_problems(*lines) == []


def test_every_problem_has_its_line() -> None:
    assert find_problems(
        "await ims.submit_live_record_job(",
        "    Name='News', TemplateId='t',",
        "    StreamInput={",
        "        'Type': 'rtmp',",
        "        'Ur': 'rtmp://a/b'},",
        "    RecordOutput={'Type': 'oss', 'Bucket': 'b'})",
        "await ims.list_media_basic_infos(MaxResults='ten', SortBy='up')",
    ) == [
        "line 6: submit_live_record_job: StreamInput.Ur: unknown; did you mean Url?",
        "line 8: list_media_basic_infos: MaxResults: has to be a whole number, not 'ten'",
        "line 8: list_media_basic_infos: SortBy: 'up' is not one of desc, asc",
    ]


def test_arguments_without_names_are_told_before_what_lacks() -> None:
    assert find_problems("await ims.get_media_info('a')") == [
        "line 2: get_media_info takes its arguments by name: get_media_info(MediaId=…)."
    ]


def test_rules_between_parameters_count() -> None:
    assert find_problems("await ims.get_media_info()") == [
        "line 2: get_media_info: MediaId / InputURL: give at least one of them"
    ]


@pytest.mark.parametrize("call", ["ims.get_media_info(MediaId=each)", "read(MediaId=each)", "ims.get_media_info(**e)"])
def test_what_is_worked_out_later_is_checked_later(call: str) -> None:
    assert find_problems("from ims import get_media_info as read", f"await {call}") == []


def test_a_wrong_name_beside_what_is_worked_out_later_is_found() -> None:
    clip = "{'MediaId': each, 'Starrt': 3, 'In': begin, 'Out': 3}"
    timeline = f"{{'VideoTracks': [{{'VideoTrackClips': [{clip}]}}]}}"
    [problem] = find_problems(
        f"await ims.submit_media_producing_job(Timeline={timeline}, OutputMediaConfig={{'MediaURL': url}})"
    )
    at = "Timeline.VideoTracks[0].VideoTrackClips[0].Starrt"
    assert problem.startswith(f"line 2: submit_media_producing_job: {at}: unknown")


@pytest.mark.parametrize(
    "lines",
    [
        ["await ims.submit_live_record_job(Name=n, TemplateId=t, StreamInput={**stream}, RecordOutput={key: 'b'})"],
        ["await ims.submit_live_record_job(Name=n, **given)"],
        [f"await ims.get_media_info(MediaId='title:{'Evening news ' * 6}')"],
        ["await ims.submit_media_producing_job(Timeline={**base}, OutputMediaConfig={'MediaURL': url})"],
        ["await ims.submit_media_producing_job(TemplateId=made, OutputMediaConfig={'MediaURL': url})"],
        ["await other.get_media_info()", "get_media_info()"],
        ["await ims.submit_media_producing_job(Timeline={'VideoTracks': tracks}, OutputMediaConfig={'MediaURL': u})"],
    ],
)
def test_nothing_is_said_that_need_not_be_so(lines: list[str]) -> None:
    assert find_problems(*lines) == []


def test_names_are_found_however_they_are_imported() -> None:
    code = "import ims\nimport ims as i\nfrom ims import get_play_info as play, Error\ni.search\nims.search\nother.gone"
    assert find_used_names(ast.parse(code)) == [
        UsedName("get_play_info", 3),
        UsedName("Error", 3),
        UsedName("search", 4),
    ]
