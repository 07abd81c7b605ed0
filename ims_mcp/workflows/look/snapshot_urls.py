"""The addresses of the pictures that a snapshot job has taken."""

from __future__ import annotations

from typing import Any, cast

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.summaries.values import as_whole

_A_PAGE, _MOST_PAGES = 30, 5


async def list_addresses(client: ImsClient, job_id: str, left_seconds: float) -> tuple[list[str], int]:
    """Signed, in order, the first 150; and how many there are. Raises ImsError."""
    urls: list[str] = []
    total = 0
    for number in range(1, _MOST_PAGES + 1):
        page = {"JobId": job_id, "OrderBy": "Asc", "PageSize": _A_PAGE, "PageNumber": number}
        data = (await client.call(get_operation("GetSnapshotUrls"), page, timeout_seconds=left_seconds)).data
        found = data.get("SnapshotUrls")
        listed = [each for each in cast("list[Any]", found if isinstance(found, list) else []) if isinstance(each, str)]
        urls += listed
        total = as_whole(data.get("Total")) or len(urls)
        if len(urls) >= total or not listed:
            break
    return urls, total
