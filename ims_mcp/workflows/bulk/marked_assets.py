"""Assets that were created for files of a job, known by a mark in their UserData: CreateUploadMedia takes no token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.bulk.recovery import Read

MARK = "ims_mcp_upload"
_MOST_BYTES = 1024
"""Of UserData, in any operation that takes it."""
_PAGE = 100
_CLOCKS_SECONDS = 300.0
"""How far the service's clock and ours may be apart."""
_INIT = "Init"


@dataclass(frozen=True, slots=True)
class MarkedAsset:
    """One that was created for a file."""

    media_id: str
    url: str
    is_waiting: bool
    """Whether its file has not arrived."""


class MarkedAssets:
    """Looks for them, for many files with one look."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[str, MarkedAsset] = {}
        self._looked_since: float | None = None
        self._lock = anyio.Lock()

    async def find(self, token: str, since: float, *, is_new: bool) -> MarkedAsset | None:
        """The asset with this mark, among those created since (epoch seconds). ``is_new``: it may have been created
        just now, after an earlier look. Raises ImsError."""
        async with self._lock:
            is_covered = self._looked_since is not None and self._looked_since <= since
            if token not in self._known and (is_new or not is_covered):
                await self._look(since)
            return self._known.get(token)

    async def _look(self, since: float) -> None:
        begin = datetime.fromtimestamp(max(since - _CLOCKS_SECONDS, 0), UTC)
        query: dict[str, Any] = {
            "StartTime": begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "MaxResults": _PAGE,
            "SortBy": "asc",
            "IncludeFileBasicInfo": True,
        }
        asked: set[str] = set()
        while True:
            answer = (await self._read(get_operation("ListMediaBasicInfos"), query)).data
            for row in as_objects(answer.get("MediaInfos")):
                self._take(row)
            following = answer.get("NextToken")
            # The same token again would go round for ever.
            if not isinstance(following, str) or following in ("", *asked):
                break
            asked.add(following)
            query["NextToken"] = following
        self._looked_since = since if self._looked_since is None else min(since, self._looked_since)

    def _take(self, row: Mapping[str, Any]) -> None:
        basic = as_object(row.get("MediaBasicInfo"))
        token, media_id = _read_mark(basic.get("UserData")), str(row.get("MediaId") or basic.get("MediaId") or "")
        if token and media_id:
            is_waiting = basic.get("Status") == _INIT and not as_objects(row.get("FileInfoList"))
            self._known[token] = MarkedAsset(media_id, str(basic.get("InputURL") or ""), is_waiting)


def add_mark(arguments: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The arguments with ``{"ims_mcp_upload": token}`` in their UserData; as they are where it does not fit."""
    given = arguments.get("UserData", {})
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return dict(arguments)
    if not isinstance(given, dict):
        return dict(arguments)
    marked = {**as_object(given), MARK: token}
    if len(json.dumps(marked, ensure_ascii=False).encode()) > _MOST_BYTES:
        return dict(arguments)
    return {**arguments, "UserData": marked}


def _read_mark(user_data: Any) -> str:
    try:
        return str(as_object(json.loads(str(user_data))).get(MARK, ""))
    except (ValueError, RecursionError):
        return ""
