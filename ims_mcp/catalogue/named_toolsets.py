"""The names by which operations are chosen together: ``core``, ``all`` and the toolsets."""

from __future__ import annotations

from ims_mcp.catalogue import TOOLSETS, Operation, get_operation, operations

CORE = (
    "RegisterMediaInfo",
    "RegisterMediaStream",
    "GetMediaInfo",
    "BatchGetMediaInfos",
    "ListMediaBasicInfos",
    "UpdateMediaInfo",
    "DeleteMediaInfos",
    "GetPlayInfo",
    "CreateUploadStream",
    "SubmitLiveRecordJob",
)
"""The operations people meet first. Everything else is reached through the catalogue tools or another toolset."""
WORKFLOW_TOOLSETS = {"script": ("run_script",), "bulk": ("bulk_start", "bulk_status", "bulk_cancel")}
"""Tools of this server's own, which are listed where their toolset is named. No operations: ``all`` is those."""
NAMED_TOOLSETS = ("core", "all", *TOOLSETS, *WORKFLOW_TOOLSETS)


def list_named(toolset: str) -> tuple[Operation, ...]:
    """The operations that one of :data:`NAMED_TOOLSETS` stands for, in its order. Raises KeyError for another name."""
    match toolset:
        case "core":
            return tuple(map(get_operation, CORE))
        case "all":
            return operations()
        case _ if toolset in TOOLSETS:
            return operations(toolset)
        case _ if toolset in WORKFLOW_TOOLSETS:
            return ()
        case _:
            raise KeyError(toolset)
