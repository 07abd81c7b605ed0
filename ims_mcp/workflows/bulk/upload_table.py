"""What a row of an upload takes: the arguments of upload_media, but for what is asked or waited for."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.workflows.transfers.rows import DESTINATION, copy_rows

UPLOAD = "UploadMedia"
"""What a job calls its operation; the service has none of that name."""
UPLOAD_TABLE = Operation(
    name=UPLOAD,
    toolset="transfers",
    title="Upload files as new assets",
    purpose="Upload files of this machine and make them assets.",
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(
        Parameter("path", "string", required=True, text="Absolute, or relative to an upload directory."),
        *copy_rows("RegisterMediaInfo", "Title Description MediaTags CateId MediaType BusinessType CoverURL UserData"),
        replace(DESTINATION, text="vod (default), or oss://bucket/prefix/; {folder} keeps the folders of the files."),
    ),
)
