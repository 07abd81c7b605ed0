"""The rows that all uploads have in common: where the file goes, and what is said of the asset that it becomes."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue import Parameter, get_operation

DESTINATION = Parameter(
    "destination",
    "string",
    text="vod (default: storage of IMS), or oss://bucket/prefix/ of your own, then registered.",
    pattern=r"vod|oss://[a-z0-9][a-z0-9-]{1,61}[a-z0-9](/.*)?",
)


def copy_rows(operation: str, names: str) -> tuple[Parameter, ...]:
    """Rows of an operation's own table, so that limits and words are the same. All are listed: describe_operation does
    not know these tools."""
    table = get_operation(operation)
    return tuple(replace(row, unlisted=False) for name in names.split() if (row := table.parameter(name)) is not None)
