"""What the notes owe a reader of each operation: a text for every parameter and field, an example that its table takes,
where the result of background work lies, and where it is all from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ims_mcp.catalogue import (
    TOOLSETS,
    AtLeastOne,
    Effect,
    Operation,
    Parameter,
    ResponseField,
    get_operation,
    list_known_names,
    operations,
)
from ims_mcp.catalogue.check import check
from ims_mcp.summaries.rows import find_list

each_toolset = pytest.mark.parametrize("toolset", TOOLSETS)
"""One test for all operations of a toolset: 400 times as many would take longer to collect than to run."""


def walk(rows: tuple[Parameter, ...], path: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every row and field below it that a caller sees, with its path."""
    for row in rows:
        if row.hidden:
            continue
        at = f"{path}{row.name}"
        yield at, row
        inner = row
        while inner.items is not None:
            inner = inner.items
            at += "[]"
        yield from walk(inner.fields, f"{at}.")
        for case in inner.cases:
            yield from walk(case.fields, f"{at}({case.parameter}={'|'.join(case.values)}).")


def find_element(row: Parameter) -> Parameter:
    while row.items is not None:
        row = row.items
    return row


def walk_texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield str(name)  # pyright: ignore[reportUnknownArgumentType]
                yield from walk_texts(inner)
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from walk_texts(inner)
        case _:
            pass


def has_path(fields: tuple[ResponseField, ...], path: str) -> bool:
    """Whether the response declares such a field. Below a text (JSON in a string) anything may lie."""
    name, _, rest = path.partition(".")
    field = next((each for each in fields if each.name == name.replace("[]", "")), None)
    if field is None:
        return False
    while field.items is not None:
        field = field.items
    return not rest or field.kind == "string" or not field.fields or has_path(field.fields, rest)


def find_silent(operation: Operation) -> list[str]:
    """Parameters and fields without a text."""
    return [path for path, row in walk(operation.parameters) if not row.text]


def find_broken_off(operation: Operation) -> list[str]:
    """Parameters and fields whose text ends in the middle."""
    return [path for path, row in walk(operation.parameters) if row.text.rstrip().endswith(("...", "…", ",", " or"))]


def find_unknown_shapes(operation: Operation) -> list[str]:
    """Objects that have no fields and do not say that anything goes."""
    return [
        path
        for path, row in walk(operation.parameters)
        if row.json_text or row.kind == "object"
        if (element := find_element(row)).kind == "object"
        if not (element.fields or element.cases or element.extra_fields)
    ]


def find_flaws_of_example(operation: Operation) -> list[str]:
    """What keeps its example from teaching how to call it."""
    example = operation.example
    flaws = [text for text in walk_texts(example) if any(part in text for part in ("...", "…", "***"))]
    if bool(example) != any(not row.hidden for row in operation.parameters):
        flaws.append("none, though it has parameters")
    flaws += [name for name, value in example.items() if value in ({}, [{}])]
    if len(json.dumps(example, ensure_ascii=False)) > 900:
        flaws.append("long")
    check(operation, example)
    return flaws


NO_FILTERS = re.compile(r"(Page|Max|Skip|Limit|Sort|Order|Include|Addition|NextToken)")
"""Optional parameters of lists that leave nothing out but what another page brings: size, order, which fields."""
ASKED_FOR = {
    *("SearchMedia.Match", "SearchMediaByAILabel.Text", "SearchMediaByHybrid.Text", "SearchMediaByMultimodal.Text"),
    "ListLiveRecordFiles.JobIds",
    # Its only value; and one without which other voices are listed, not all.
    *("SearchPublicMediaInfo.EntityId", "ListSmartVoiceGroups.VoiceType"),
}
"""Filters without which nobody calls the operation, or which leave nothing out."""


def _narrows(operation: Operation, row: Parameter) -> bool:
    """Whether the parameter of a list is a filter that a caller who copies it would not miss."""
    one_of = {name for rule in operation.rules if isinstance(rule, AtLeastOne) for name in rule.names}
    return (
        operation.effect is Effect.READ
        and find_list(operation) is not None
        and not (row.required or row.name in one_of or NO_FILTERS.search(row.name))
        and f"{operation.name}.{row.name}" not in ASKED_FOR
    )


def find_unasked_filters(operation: Operation) -> list[str]:
    """Filters in the example of a list: whoever copies it gets a part of the list and takes it for the whole. A list
    that has nothing else to show sets one."""
    rows = [row for row in operation.parameters if not row.hidden]
    set_here = [row.name for row in rows if row.name in operation.example and _narrows(operation, row)]
    return set_here[1:] if all(_narrows(operation, row) for row in rows) else set_here


def find_flaws_of_result(operation: Operation) -> list[str]:
    """Where the table does not say, or not rightly, where the result of background work lies."""
    poll = operation.poll
    if poll is None:
        return []
    if poll.result is None or not poll.result.fields:
        return ["no result"]
    reader = get_operation(poll.result.operation or poll.operation)
    lost = [path for _, path in poll.result.fields if not has_path(reader.response, path)]
    # As the response calls it (Files) a list would look like another one than those of other jobs (files).
    lists = [path.partition("[].")[0] for name, path in poll.result.fields if "[]." in path and "[]" not in name]
    jobs = poll.status_field.partition("[].")[0]
    lost += [f"{each} has no name of its own" for each in lists if each != jobs and lists.count(each) > 1]
    return lost + [name for name, _ in poll.result.arguments if reader.parameter(name) is None]


OF_THE_EMBEDDED_IMS = ("Files.FailReason",)
"""What the service does not answer and the embedded IMS does."""


def find_flaws_of_rows(operation: Operation) -> list[str]:
    """Columns that lie in no answer."""
    rows = operation.rows
    if rows is None:
        return []
    # An entry of a list in a list also shows what its owner says of itself.
    owners = [f"{rows.path}.", f"{rows.path.rpartition('.')[0]}.".lstrip(".")]
    paths = [(rows.path,), *(tuple(owner + path for owner in owners) for _, path in rows.columns)]
    found = [each[0] for each in paths if not any(has_path(operation.response, path) for path in each)]
    return [path for path in found if path not in OF_THE_EMBEDDED_IMS]


PLACES = {
    "DNAResult": "any_matches_are_listed_in",
    "Output.Media": "output_goes_to",
    "OverwriteFormat": "latest_picture_goes_to",
    "SequenceFormat": "every_picture_goes_to",
    "SubmitCopyrightJob.Message": "embedded_text",
    "QueryCopyrightJobList.Message": "embedded_text",
    "Trace": "embedded_text",
    "SubmitTraceExtractJob.Trace": "text_read",
    "SubmitCopyrightExtractJob.Message": "text_read",
}
"""What says where something lies, or is to lie, whether or not it came to be, or what a job was given: its column."""


def find_names_that_promise(operation: Operation) -> list[str]:
    """Columns of jobs in any state, and results, whose names read as an outcome where they are a place or an input."""
    columns = operation.rows.columns if operation.rows and not operation.poll else ()
    results = operation.poll.result.fields if operation.poll and operation.poll.result else ()
    wrong: list[str] = []
    for name, path in (*columns, *results):
        last = path.rpartition(".")[2]
        owed = PLACES.get(f"{operation.name}.{last}") or PLACES.get(path) or PLACES.get(last, name)
        wrong += [name] if name != owed else []
    return wrong


def find_flaws_of_then(operation: Operation) -> list[str]:
    """A next step that names no operation."""
    words = set(re.findall(r"[A-Za-z0-9]+", operation.then))
    return [operation.then] if operation.then and not words & list_known_names() else []


def find_flaws_of_heed(operation: Operation) -> list[str]:
    """A caution that a search has no room for, or that breaks off."""
    heed = operation.heed
    return [heed] if heed and (len(heed.encode()) > 110 or not heed.endswith(".") or heed in operation.purpose) else []


def find_wrong_moments(operation: Operation) -> list[str]:
    """Unix times that are told without the moment they stand for, or with another."""
    texts = [row.text for _, row in walk(operation.parameters) if re.search(r"Unix (time|milliseconds)", row.text)]
    told = re.findall(r"(\d{10,13}) is (\d{4}-\d\d-\d\d)", " ".join(texts))
    beijing = timezone(timedelta(hours=8))
    wrong = [f"{number} is not {day}" for number, day in told if _read_day(number, beijing) != day]
    return wrong + (["no moment is told"] if texts and not told else [])


def _read_day(number: str, zone: timezone) -> str:
    return datetime.fromtimestamp(int(number[:10]), zone).date().isoformat()


@each_toolset
@pytest.mark.parametrize(
    "find",
    [
        find_silent,
        find_broken_off,
        find_unknown_shapes,
        find_flaws_of_example,
        find_unasked_filters,
        find_flaws_of_result,
        find_flaws_of_rows,
        find_names_that_promise,
        find_flaws_of_then,
        find_flaws_of_heed,
        find_wrong_moments,
    ],
)
def test_the_notes_owe_their_reader_nothing(find: Callable[[Operation], list[str]], toolset: str) -> None:
    found = {each.name: find(each) for each in operations(toolset)}
    assert {name: flaws for name, flaws in found.items() if flaws} == {}
