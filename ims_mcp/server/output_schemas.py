"""Output schemas of the tools that declare one: the response's own fields and what this server adds."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.summaries.media_info import OUTPUT_SCHEMA as MEDIA_INFO_SCHEMA

Schema = dict[str, Any]

_WITH_SCHEMA = frozenset(
    {"RegisterMediaInfo", "RegisterMediaStream", "GetMediaInfo", "CreateUploadStream", "SubmitLiveRecordJob"}
)
_JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})


def output_schema(operation: Operation) -> Schema | None:
    """The schema of the tool's structured result, or None where the tool declares none.

    Nothing is required: with ``query`` the result holds only ``result``.
    """
    if operation.name not in _WITH_SCHEMA:
        return None
    if operation.name == "GetMediaInfo":
        return MEDIA_INFO_SCHEMA
    properties: dict[str, Schema] = {
        field.name: {"type": field.kind} if field.kind in _JSON_TYPES else {} for field in operation.response
    }
    if operation.name == "CreateUploadStream":
        # Without a type: an address that cannot be opened stays the text it came as.
        properties["UploadAddress"] = {"description": "Endpoint, Bucket, FileName"}
    if operation.poll is not None:
        properties["wait"] = {"type": "object", "description": "outcome, status, seconds, problem"}
        properties["next_call"] = {"type": "object", "description": "tool, arguments, why"}
    return {"type": "object", "properties": properties}
