"""The rows that upload tools have in common, and who may upload."""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.catalogue import Parameter
from ims_mcp.workflows.server_parameters import WAIT_SECONDS

WAIT = replace(WAIT_SECONDS, text="Default 30, at most 45.")
TRANSFER_ID = Parameter("transfer_id", "string", text="Id from an upload, such as t-0123456789ab.")
UPLOADS = {
    "media": ("CreateUploadMedia", "RegisterMediaInfo"),
    "stream": ("CreateUploadStream", "RegisterMediaStream"),
}
"""Uploads may be made by whoever may call one of these, by what they make: an asset, or a stream of one."""
