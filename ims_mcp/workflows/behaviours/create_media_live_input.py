"""CreateMediaLiveInput: its answer has an id only, and where an encoder pushes to is hidden in the input itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall
from ims_mcp.workflows.next_call import propose_operation

_PUSHED = ("RTMP_PUSH", "SRT_PUSH")


class CreateMediaLiveInput(OperationBehaviour):
    """Proposes the read that shows the address to push to."""

    def propose_next(self, call: OperationCall, data: Mapping[str, Any]) -> dict[str, Any]:
        """With credentials: whoever has the address can push, and this caller has just named its stream."""
        input_id = data.get("InputId")
        if call.arguments.get("Type") not in _PUSHED or not isinstance(input_id, str):
            return {}
        arguments = {"InputId": input_id, "include_credentials": True}
        why = "the address to push to: DestHost with StreamName; a credential, for the user's eyes only"
        return propose_operation(get_operation("GetMediaLiveInput"), arguments, why, call.listed)
