"""The rows that upload tools have in common, and who may upload."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue import Parameter, get_operation
from ims_mcp.workflows.server_parameters import WAIT_SECONDS

WAIT = replace(WAIT_SECONDS, text="Default 30, at most 45.")
DESTINATION = Parameter(
    "destination",
    "string",
    text="vod (default: storage of IMS), or oss://bucket/prefix/ of your own, then registered.",
    pattern=r"vod|oss://[a-z0-9][a-z0-9-]{1,61}[a-z0-9](/.*)?",
)
TRANSFER_ID = Parameter("transfer_id", "string", text="Id from an upload, such as t-0123456789ab.")
UPLOADS = {
    "media": ("CreateUploadMedia", "RegisterMediaInfo"),
    "stream": ("CreateUploadStream", "RegisterMediaStream"),
}
"""Uploads may be made by whoever may call one of these, by what they make: an asset, or a stream of one."""


def copy_rows(operation: str, names: str) -> tuple[Parameter, ...]:
    """Rows of an operation's own table, so that limits and words are the same. All are listed: describe_operation does
    not know these tools."""
    table = get_operation(operation)
    return tuple(replace(row, unlisted=False) for name in names.split() if (row := table.parameter(name)) is not None)
