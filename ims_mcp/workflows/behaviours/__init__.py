"""The operations that do something their own way: one line here and one class for each, all others take the general
path. Nothing else asks which operation it serves."""

from __future__ import annotations

from ims_mcp.catalogue import Operation
from ims_mcp.workflows.behaviours.asset_changes import (
    ChangeMarks,
    RegisterMediaInfo,
    RegisterMediaStream,
    UpdateMediaInfo,
)
from ims_mcp.workflows.behaviours.asset_lengths import AddMediaMarks, SubmitMediaProducingJob
from ims_mcp.workflows.behaviours.asset_lists import AssetList
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour
from ims_mcp.workflows.behaviours.changes import Change
from ims_mcp.workflows.behaviours.create_media_live_input import CreateMediaLiveInput
from ims_mcp.workflows.behaviours.create_upload import CreateUpload
from ims_mcp.workflows.behaviours.get_media_info import GetMediaInfo
from ims_mcp.workflows.behaviours.named_categories import AddCategory
from ims_mcp.workflows.behaviours.readings import list_readings
from ims_mcp.workflows.behaviours.set_event_callback import SetEventCallback
from ims_mcp.workflows.behaviours.submit_live_record_job import SubmitLiveRecordJob

_READINGS = list_readings()
BEHAVIOURS: dict[str, OperationBehaviour] = {
    # In general a change reads what there was; readings.py has a line for each.
    **{name: Change(*readings) for name, readings in _READINGS.items()},
    "AddCategory": AddCategory(),
    "AddMediaMarks": AddMediaMarks(),
    "BatchGetMediaInfos": AssetList(AdditionType="FileInfo"),
    "CreateMediaLiveInput": CreateMediaLiveInput(),
    "CreateUploadMedia": CreateUpload(),
    "CreateUploadStream": CreateUpload(),
    "DeleteMediaMarks": ChangeMarks(),
    "GetMediaInfo": GetMediaInfo(),
    "ListMediaBasicInfos": AssetList(IncludeFileBasicInfo=True),
    "ListPublicMediaBasicInfos": AssetList(IncludeFileBasicInfo=True),
    "RefreshUploadMedia": CreateUpload(),
    "RegisterMediaInfo": RegisterMediaInfo(*_READINGS["RegisterMediaInfo"]),
    "RegisterMediaStream": RegisterMediaStream(),
    "SetEventCallback": SetEventCallback(*_READINGS["SetEventCallback"]),
    "SubmitLiveRecordJob": SubmitLiveRecordJob(),
    "SubmitMediaProducingJob": SubmitMediaProducingJob(),
    "UpdateMediaInfo": UpdateMediaInfo(*_READINGS["UpdateMediaInfo"]),
    "UpdateMediaMarks": ChangeMarks(),
}
_GENERAL = OperationBehaviour()


def find_behaviour(operation: Operation) -> OperationBehaviour:
    """How ``operation`` is served."""
    return BEHAVIOURS.get(operation.name, _GENERAL)
