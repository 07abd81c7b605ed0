"""Which operations a server lists. The list is chosen at the start and never changes while it runs."""

from __future__ import annotations

from ims_mcp.catalogue import Operation, get_operation

CORE = (
    "RegisterMediaInfo",
    "RegisterMediaStream",
    "GetMediaInfo",
    "BatchGetMediaInfos",
    "ListMediaBasicInfos",
    "UpdateMediaInfo",
    "DeleteMediaInfos",
    "GetPlayInfo",
    "CreateUploadMedia",
    "CreateUploadStream",
    "SubmitLiveRecordJob",
)


def core_operations() -> tuple[Operation, ...]:
    """What people meet first."""
    return tuple(get_operation(name) for name in CORE)
