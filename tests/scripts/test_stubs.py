"""The module that scripts call is typed from the tables: all operations' examples pass, and what no table has does not,
before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ims_mcp.catalogue import Operation, Parameter, UnknownOperation, operations
from ims_mcp.catalogue.uses import USES
from ims_mcp.server.find_tools import FIND_MEDIA
from ims_mcp.workflows.scripts.diagnostics import explain
from ims_mcp.workflows.scripts.script_problem import MOST_PROBLEMS
from ims_mcp.workflows.scripts.stubs import list_names, list_script_parameters, write_stubs
from tests.scripts.checker import Checker, checking

ALL = operations()
NAMES = [operation.tool_name for operation in ALL]
ONE = ["get_media_info"]


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with checking() as checker:
        yield checker


def write_call(operation: Operation, arguments: dict[str, Any]) -> str:
    return f"await ims.{operation.tool_name}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


def write_calls(write: Callable[[Operation], str | None]) -> list[str]:
    return [line for operation in ALL if (line := write(operation)) is not None]


def spoil(row: Parameter) -> object:
    """A value of a type that a parameter never takes."""
    return 3 if row.kind in ("array", "object") else {} if row.comma_list else ["x"]


def test_every_operation_has_a_name() -> None:
    assert list_names() == set(NAMES)


def test_every_example_passes(checker: Checker) -> None:
    lines = write_calls(lambda operation: write_call(operation, dict(operation.example)))
    lines += [write_call(operation, dict(use.example)) for operation in ALL for use in USES.get(operation.name, ())]
    assert len(lines) > len(ALL)
    assert checker.diagnose(*lines, names=NAMES) == ""


def test_a_parameter_that_no_table_has_is_refused_for_every_operation(checker: Checker) -> None:
    lines = write_calls(lambda operation: write_call(operation, {**operation.example, "NoSuchThing": 1}))
    told = checker.explain(*lines, names=NAMES)
    assert [line for line, _ in told] == list(range(1, len(ALL) + 1))
    for operation, (_, text) in zip(ALL, told, strict=True):
        assert text.startswith(f"{operation.tool_name} has no parameter NoSuchThing; ")


def test_a_missing_parameter_is_named_for_every_operation(checker: Checker) -> None:
    needing = [operation for operation in ALL if any(row.required for row in operation.parameters)]
    assert len(needing) > 100
    told = checker.explain(*[write_call(operation, {}) for operation in needing], names=NAMES)
    assert [line for line, _ in told] == list(range(1, len(needing) + 1))
    for operation, (_, text) in zip(needing, told, strict=True):
        required = [row.name for row in operation.parameters if row.required]
        assert text == f"{operation.tool_name} needs {', '.join(required)}."


def test_a_wrong_type_is_refused_for_every_parameter(checker: Checker) -> None:
    given = [(operation, row) for operation in ALL for row in list_script_parameters(operation)]
    lines = [write_call(operation, {**operation.example, row.name: spoil(row)}) for operation, row in given]
    told = checker.explain(*lines, names=NAMES)
    assert [line for line, _ in told] == list(range(1, len(given) + 1))
    for (operation, row), (_, text) in zip(given, told, strict=True):
        assert text.startswith(f"{row.name} of {operation.tool_name} has to be ")


def test_a_key_that_no_answer_has_is_refused_for_every_operation(checker: Checker) -> None:
    lines = write_calls(lambda operation: f"({write_call(operation, dict(operation.example))})['NoSuchThing']")
    told = checker.explain(*lines, names=NAMES)
    assert [line for line, _ in told] == list(range(1, len(ALL) + 1))
    for operation, (_, text) in zip(ALL, told, strict=True):
        assert text.startswith(f"the answer of {operation.tool_name} has no NoSuchThing; it has ")


def test_every_field_of_every_answer_is_a_key(checker: Checker) -> None:
    lines = write_calls(
        lambda operation: "; ".join(
            [f"answer = {write_call(operation, dict(operation.example))}"]
            + [f"answer[{field.name!r}]" for field in operation.response]
        )
    )
    assert checker.diagnose(*lines, names=NAMES) == ""


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("ims.get_media_inf", "ims has no get_media_inf; did you mean get_media_info"),
        ("ims.GetMediaInfo", "ims has no GetMediaInfo; did you mean get_media_info?"),
        ("await ims.get_media_info(MediaID='a')", "get_media_info has no parameter MediaID; did you mean MediaId?"),
        ("await ims.get_media_info('a')", "get_media_info takes its arguments by name: get_media_info(MediaId=…)."),
        ("await ims.get_media_info(MediaId=['a'])", "MediaId of get_media_info has to be a text, not list[str]."),
        (
            "(await ims.get_media_info())['MediaInfos']",
            "the answer of get_media_info has no MediaInfos; did you mean MediaInfo?",
        ),
        (
            "(await ims.get_media_info())['MediaInfo']['FileInfoList'][0]['FileBasicInfo']['Size']",
            "the answer of get_media_info (MediaInfo.FileInfoList.FileBasicInfo) has no Size; did you mean FileSize?",
        ),
        (
            "(await ims.get_media_info())['MediaInfo']['FileInfoList']['FileBasicInfo']",
            "this is a list: take its elements, with a loop or [0], before a key.",
        ),
        ("(await ims.get_media_info()).MediaInfo", 'an answer is a dict: write ["MediaInfo"] instead of .MediaInfo.'),
        ("ims.get_media_info()['MediaInfo']", "await is missing before a call of ims."),
        ("ims.get_media_info()", "await is missing before a call of ims."),
        (
            "(await ims.get_media_info())['MediaInfo']['MediaBasicInfo']['Title'] > 60",
            "Operator `>` is not supported "
            "between objects of type `str` and `Literal[60]`. Numbers come as texts here: float(…) makes one a number.",
        ),
        (
            "(await ims.get_media_info())['MediaInfo'].get('MediaId') > 60",
            "Operator `>` is not supported between objects of type `str | None` and `Literal[60]`. Numbers come as ",
        ),
        (
            "import requests",
            "requests cannot be imported: a script has ims, and of Python asyncio, base64, collections, ",
        ),
        ("getattr(ims, 'x')", "a script has no getattr; write the name out, or take a key of a dict."),
        ("open('x')", "a script has no files, and no open."),
        ("vars(ims)", "a script has no vars."),
        ("math.pi", "math is not defined; write import math first."),
        ("asyncio.create_task(ims.get_media_info())", "a script has no asyncio.create_task; put the calls into one "),
        ("asyncio.Queue()", "a script has no asyncio.Queue; it has gather, run and sleep."),
        (
            "ims.Error('x').code",
            "an error has no code: str(error) begins with its code, then a colon and what happened.",
        ),
        ("await ims.search('a', 'b')", "search takes one argument."),
        ("x = = 3", "this is not Python as a script can have it: "),
    ],
)
def test_a_slip_is_told_with_what_to_write(line: str, text: str, checker: Checker) -> None:
    told = checker.explain("await asyncio.sleep(0)", line, names=ONE)
    assert [number for number, _ in told] == [2]
    assert told[0][1].startswith(text)


@pytest.mark.parametrize(
    "lines",
    [
        ("token = None", "page = await ims.list_media_basic_infos(NextToken=token)", "token = page.get('NextToken')"),
        ("await ims.get_media_info(MediaId=3)",),
        ("info = (await ims.get_media_info())['MediaInfo']", "await ims.get_media_info(MediaId=info.get('MediaId'))"),
        ("given = {'ReturnDetailedInfo': {}, 'MediaId': 'a'}", "await ims.get_media_info(**given)"),
        ("options = {'Status': True, 'Other': 1}", "await ims.get_media_info(ReturnDetailedInfo=options)"),
        ("info = await ims.get_media_info()", "info['note'] = 'seen'", "info.get('MediaInfo')['MediaBasicInfo']"),
        ("rows = [{'a': 'b'}]", "rows.append({'a': None})"),
        ("count: str = 3",),
        ("page = await ims.list_media_basic_infos()", "len(page.get('MediaInfos'))", "page.get('FromALaterVersion')"),
        (
            "answers = await asyncio.gather(*[ims.get_media_info(MediaId=each) for each in 'ab'])",
            "[each['MediaInfo']['MediaId'] for each in answers]",
        ),
        (
            "try:",
            "    await ims.get_media_info()",
            "except ims.NotDone: pass",
            "except ims.Error as error:",
            "    print(str(error))",
        ),
        (
            "page, all = await ims.list_media_basic_infos(), []",
            "all += page.get('MediaInfos')",
            "page.get('NextToken') + 'x'",
        ),
        ("hits = await ims.search('subtitles')", "await ims.describe(hits[0]['operation'])"),
    ],
    ids=lambda lines: lines[0],
)
def test_what_may_go_well_is_not_refused(lines: tuple[str, ...], checker: Checker) -> None:
    assert checker.explain(*lines, names=[*ONE, "list_media_basic_infos"]) == []


def test_a_tool_is_typed_from_its_table(checker: Checker) -> None:
    lines = ["await ims.find_media(text='hr', min_duration=60)", "await ims.find_media(words='hr')"]
    told = checker.explain(*lines, names=[], tools=[FIND_MEDIA])
    assert told == [(2, "Argument `words` does not match any known parameter of function `find_media`.")]


def test_of_two_operations_only_the_two_are_written() -> None:
    short = write_stubs(["get_media_info", "list_media_basic_infos"])
    assert short.count("async def ") == 4
    assert len(short) < 12_000 < len(write_stubs(NAMES)) < 400_000


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownOperation):
        write_stubs(["get_media_inf"])


def test_of_a_thousand_problems_the_first_are_told() -> None:
    code = "import ims\n" + "".join(f"ims.no_such_{number}\n" for number in range(1000))
    told = explain(
        "".join(
            f"main.py:{number}:1: error[unresolved-attribute] Module `ims` has no member `no_such_{number}`\n"
            for number in range(2, 1002)
        ),
        code,
    )
    assert len(told) == MOST_PROBLEMS + 1
    assert str(told[-1]) == "line 22: and from here on up to 980 more problems."
