"""What of a call may stand in the audit: ids, and nothing that a caller writes. Every operation, with marked data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.audit.ids import MOST_IDS, find_ids
from ims_mcp.audit.line import write_line
from ims_mcp.catalogue import Effect, Operation, get_operation, operations
from ims_mcp.catalogue.operation import Parameter, ResponseField
from ims_mcp.client.observers import EndedCall, ObservedCall, Outcome, keep_code, keep_id

MARK = "Marked7word"
"""As like an id as a word can be."""
NO_IDS: list[Any] = [
    *(f"{MARK} of 7", f"https://a.example/{MARK}", f"oss://b/{MARK}7.mp4", f"title:{MARK}", f"{MARK}, {MARK}"),
    *(f"title:{MARK},2026,{MARK}7", f"{MARK}7\n", f"{MARK}=1", f"{MARK}.7", f"é{MARK}", f"{MARK}7" * 10, ""),
    *({"MediaId": f"{MARK}7"}, [[f"{MARK}7"]], [{"MediaId": f"{MARK}7"}], [f"{MARK} 7"], True, None, 1.5, 10**30),
    *("LTAI5tMarked7wordKeyId00", "-----BEGIN Marked7word"),
]
ID = "4aabe1804a6771ef9748f6f7d6496301"


def called_id(name: str) -> bool:
    return name.rstrip("s").endswith(("Id", "ID", "id"))


def mark(row: Parameter, no_id: Any) -> Any:
    """What a caller might write there: a mark in every text, and in an id what is none."""
    if called_id(row.name):
        return no_id
    if row.items is not None:
        return [mark(row.items, no_id)] * 2
    return {each.name: mark(each, no_id) for each in row.fields} | {MARK: MARK} if row.kind == "object" else MARK


def answer_with_marks(fields: tuple[ResponseField, ...], no_id: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        if field.inner:
            inner = answer_with_marks(field.inner, no_id)
            found[field.name] = [inner] * 2 if field.items is not None else inner
        else:
            found[field.name] = no_id if called_id(field.name) else MARK
    return found


@pytest.mark.parametrize("no_id", NO_IDS)
def test_no_text_of_any_operation_gets_into_a_line(no_id: Any) -> None:
    for operation in operations():
        arguments = {row.name: mark(row, no_id) for row in operation.parameters} | {MARK: MARK}
        call = ObservedCall(operation.name, Effect.WRITE, operation, arguments)
        answer = answer_with_marks(operation.response, no_id) | {MARK: MARK, "MediaId_": MARK}
        ended = EndedCall(Outcome.DONE, 0.1, 1, 200, f"{MARK} 7", f"{MARK} 7", answer)
        line = write_line(call, ended, who="ann", at=0.0)
        assert MARK.encode() not in line, operation.name
        assert b"2026" not in line
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert json.loads(line)["code"] == "_OTHER"


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
def test_the_ids_of_every_operations_own_parameters_get_into_its_line(operation: Operation) -> None:
    rows = [row for row in operation.parameters if called_id(row.name) and row.kind in ("string", "integer", "array")]
    arguments: dict[str, Any] = {row.name: f"a{number}" for number, row in enumerate(rows)}
    found, left_out = find_ids(operation, arguments, {})
    assert left_out == 0
    nameless = {"AsrLanguageId", "LanguageId", "AccessKeyId", "KeyId"}
    assert {name: ids[0] for name, ids in found.items()} == {
        name: value for name, value in arguments.items() if name not in nameless
    }


def test_ids_are_found_in_an_answer_at_the_places_where_they_are_declared() -> None:
    assert find_ids(
        get_operation("CreatePipeline"), {}, {"Pipeline": {"PipelineId": ID, "Name": "a7"}, "MediaId": ID}
    ) == (
        {"PipelineId": [ID]},
        0,
    )
    both = {"MediaIds": [ID, "7b", f"{ID[:-1]}2"]}
    assert find_ids(get_operation("DeleteMediaInfos"), both, {}) == ({"MediaIds": both["MediaIds"]}, 0)
    assert find_ids(get_operation("DeleteMediaInfos"), {"MediaIds": f"{ID},7b"}, {}) == ({"MediaIds": [ID, "7b"]}, 0)


def test_of_many_ids_the_first_are_kept_and_the_rest_is_counted() -> None:
    many = [f"a{number}" for number in range(500)]
    kept, left_out = find_ids(get_operation("DeleteMediaInfos"), {"MediaIds": many}, {})
    assert (kept, left_out) == ({"MediaIds": many[:MOST_IDS]}, 480)
    call = ObservedCall("DeleteMediaInfos", Effect.DESTRUCTIVE, get_operation("DeleteMediaInfos"), {"MediaIds": many})
    assert json.loads(write_line(call, EndedCall(Outcome.DONE, 0.1), who="ann", at=0.0))["ids_left_out"] == 480


def test_codes_and_request_ids_are_kept_only_in_the_form_of_such() -> None:
    assert keep_code("InvalidParameter.MediaId") == "InvalidParameter.MediaId"
    assert keep_id("5F2B7C1E-0D5A-4E9A-9C43-1A2B3C4D5E6F") == "5F2B7C1E-0D5A-4E9A-9C43-1A2B3C4D5E6F"
    assert {keep_code(text) for text in ("a title", "a\n", "x" * 101, "é", "a/b?c")} == {"_OTHER"}
    assert (keep_code(""), keep_id(""), keep_id("a b")) == ("", "", "_OTHER")
