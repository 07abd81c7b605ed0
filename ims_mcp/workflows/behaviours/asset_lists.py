"""Lists of assets: the facts of the source file come along, since a row of an asset has its duration and size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall


class AssetList(OperationBehaviour):
    """Asks for the files, unless the caller says otherwise."""

    def __init__(self, **asks: Any) -> None:
        self._asks = asks

    def prepare(self, call: OperationCall) -> Mapping[str, Any]:
        """The arguments as they are sent."""
        return {**self._asks, **call.arguments}
