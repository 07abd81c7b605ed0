"""A response body made from an operation's own table: every documented field, filled by its kind."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import Operation, ResponseField

_TEXTS = {
    "Duration": "61.5",
    "FileSize": "1048576",
    "Size": "1048576",
    "Bitrate": "800.5",
    "Width": "1920",
    "Height": "1080",
    "Snapshots": '[{"bucket": "b", "count": "3"}]',
    "SpriteImages": '[{"bucket": "b", "count": "3"}]',
    "UserData": '{"note": "mine"}',
    "MediaMarks": '[{"MarkId": "1", "MarkStartTime": "1.5"}, {"MarkId": "2", "MarkStartTime": "2.5"}]',
}
_SAID_OF_A_CALL = frozenset({"Code", "Message"})


def make_body(operation: Operation, elements: int = 2) -> dict[str, Any]:
    """The body, with so many elements in every list; no two elements of a list are alike."""
    return _make_fields(operation.response, elements, 0, 0)


def _make_fields(fields: tuple[ResponseField, ...], elements: int, index: int, depth: int) -> dict[str, Any]:
    return {field.name: _make_value(field, elements, index, depth) for field in fields}


def _make_value(field: ResponseField, elements: int, index: int, depth: int) -> Any:
    if field.items is not None:
        made = [_make_value(field.items, elements, number, depth + 1) for number in range(elements)]
        return (
            made if field.items.fields or field.items.kind != "string" else [f"text {each}" for each in range(elements)]
        )
    match field.kind:
        case "object":
            return _make_fields(field.fields, elements, index, depth + 1)
        case "integer":
            return index + 7
        case "number":
            return index + 0.5
        case "boolean":
            return True
        case _:
            if depth == 0 and field.name in _SAID_OF_A_CALL:
                return ""
            return _TEXTS.get(field.name, f"{field.name} {index}" if depth else field.name)
