"""The columns that lists of assets are shown with, whichever operation answers with them."""

from __future__ import annotations

from ims_mcp.catalogue.operation import Rows

_FACTS = "FileInfoList[].FileBasicInfo"


def list_assets(path: str, asset: str = "") -> Rows:
    """Rows of the list at ``path``, whose elements are assets or have one below ``asset``."""
    basic = f"{asset}MediaBasicInfo"
    return Rows(
        path,
        (
            ("MediaId", f"{asset}MediaId"),
            ("title", f"{basic}.Title"),
            ("type", f"{basic}.MediaType"),
            ("duration_seconds", f"{asset}{_FACTS}.Duration"),
            ("size_bytes", f"{asset}{_FACTS}.FileSize"),
            ("resolution", f"{asset}{_FACTS}.Width"),
            ("status", f"{basic}.Status"),
            ("created", f"{basic}.CreateTime"),
        ),
    )
