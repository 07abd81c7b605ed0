"""Output schemas of the tools that declare one: the response's own fields and what this server adds."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import Operation, ResponseField
from ims_mcp.summaries.media_info import OUTPUT_SCHEMA as MEDIA_INFO_SCHEMA

Schema = dict[str, Any]

_WITH_SCHEMA = frozenset(
    {"RegisterMediaInfo", "RegisterMediaStream", "GetMediaInfo", "CreateUploadStream", "SubmitLiveRecordJob"}
)
_JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})


def _value_schema(field: ResponseField) -> Schema | None:
    """The type of a value, down to the elements of a list; None where it is not known."""
    if field.kind not in _JSON_TYPES:
        return None
    if field.kind != "array":
        return {"type": field.kind}
    items = _value_schema(field.items) if field.items is not None else None
    return None if items is None else {"type": "array", "items": items}


def output_schema(operation: Operation) -> Schema | None:
    """The schema of the tool's structured result, or None where the tool declares none.

    Nothing is required: with ``query`` the result holds only ``result``.
    """
    if operation.name not in _WITH_SCHEMA:
        return None
    if operation.name == "GetMediaInfo":
        return MEDIA_INFO_SCHEMA
    properties = {field.name: schema for field in operation.response if (schema := _value_schema(field)) is not None}
    # It has no type to declare: {Endpoint, Bucket, FileName}, but one that cannot be opened stays the text it came as.
    properties.pop("UploadAddress", None)
    if operation.poll is not None:
        properties["wait"] = {"type": "object", "description": "outcome, status, seconds, problem"}
        properties["next_call"] = {"type": "object", "description": "tool, arguments, why"}
    return {"type": "object", "properties": properties}
