"""The operations that do something their own way: one line here and one class for each, all others take the general
path. Nothing else asks which operation it serves."""

from __future__ import annotations

from ims_mcp.catalogue import Operation
from ims_mcp.workflows.behaviours.asset_changes import DeleteMediaInfos, RegisterMediaInfo, UpdateMediaInfo
from ims_mcp.workflows.behaviours.asset_lists import AssetList
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour
from ims_mcp.workflows.behaviours.get_media_info import GetMediaInfo
from ims_mcp.workflows.behaviours.submit_live_record_job import SubmitLiveRecordJob

BEHAVIOURS: dict[str, OperationBehaviour] = {
    "BatchGetMediaInfos": AssetList(AdditionType="FileInfo"),
    "DeleteMediaInfos": DeleteMediaInfos(),
    "GetMediaInfo": GetMediaInfo(),
    "ListMediaBasicInfos": AssetList(IncludeFileBasicInfo=True),
    "ListPublicMediaBasicInfos": AssetList(IncludeFileBasicInfo=True),
    "RegisterMediaInfo": RegisterMediaInfo(),
    "SubmitLiveRecordJob": SubmitLiveRecordJob(),
    "UpdateMediaInfo": UpdateMediaInfo(),
}
_GENERAL = OperationBehaviour()


def find_behaviour(operation: Operation) -> OperationBehaviour:
    """How ``operation`` is served."""
    return BEHAVIOURS.get(operation.name, _GENERAL)
