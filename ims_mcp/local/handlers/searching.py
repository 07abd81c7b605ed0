"""SearchMedia: assets found by a Match, in pages."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ims_mcp.local.handlers.reading import MediaInfo
from ims_mcp.local.media_library.asset_search import SORT_FIELDS, AssetSearch, FoundPage
from ims_mcp.local.media_library.match_syntax import Condition, MatchError, parse_match
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault, invalid, unsupported
from ims_mcp.local.wire_values import MOST

DEFAULT_LIBRARY = "ims-default-search-lib"
FARTHEST = 1_000
"""How many assets a ScrollToken leads forward, at most."""
_NEWEST_FIRST = ("a.created_at DESC",)
_SORT = re.compile(r"(?P<field>\w+)\s*:\s*(?P<order>asc|desc)", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9A-F]{32}")


class Searching:
    """Everything that is found by what is written about it."""

    def __init__(self, search: AssetSearch, media_info: MediaInfo) -> None:
        self._search = search
        self._media_info = media_info

    @handles("SearchMedia")
    async def _search_media(self, call: Call) -> dict[str, Any]:
        """The whole Match syntax as documented, over the default library; nothing is found by subtitles and AI labels,
        since nothing is analysed, and there are no custom fields, entities and further libraries."""
        _refuse_others(call)
        condition = _read_match(call)
        order = _read_order(call)
        number, size = call.get_page()
        digest = hashlib.sha256(json.dumps([call.get_text("Match"), order]).encode("ascii")).hexdigest()[:20].upper()
        token_position = _read_token(call.get_text("ScrollToken"), digest)
        offset = (number - 1) * size
        if token_position is not None and call.get_integer("PageNo") is None:
            offset = token_position
        elif token_position is not None and not 0 <= offset - token_position <= FARTHEST:
            raise invalid("ScrollToken", f"leads forward, by at most {FARTHEST:,} assets")
        try:
            page = await self._search.find(condition, order=order, offset=offset, limit=size)
        except MatchError as error:
            raise invalid("Match", str(error)) from None
        return {
            "Code": "200",
            "Success": "true",
            "Total": page.total,
            "ScrollToken": f"{digest}{offset + len(page.assets):012X}" if page.assets else None,
            "MediaInfoList": self._describe(page, call.link_seconds),
        }

    def _describe(self, page: FoundPage, seconds: int) -> list[dict[str, Any]]:
        return [
            {
                "MediaId": asset.media_id,
                "MediaBasicInfo": self._media_info.describe_asset(asset, page.files[asset.media_id], seconds),
                "FileInfoList": self._media_info.describe_files(page.files[asset.media_id], seconds),
            }
            for asset in page.assets
        ]


def _refuse_others(call: Call) -> None:
    library = call.get_text("SearchLibName")
    if library not in (None, DEFAULT_LIBRARY):
        raise RpcFault("ResourceNotFound", f"There is no search library {library}; there is {DEFAULT_LIBRARY}.")
    for name, what in (("EntityId", "entities"), ("CustomFilters", "custom fields")):
        if call.arguments.get(name):
            raise unsupported(f"{what}: leave {name} out")


def _read_match(call: Call) -> Condition | None:
    text = call.get_text("Match")
    if text is None:
        return None
    try:
        return parse_match(text)
    except MatchError as error:
        raise invalid("Match", str(error)) from None


def _read_order(call: Call) -> tuple[str, ...]:
    terms: list[str] = []
    for part in call.get_parts("SortBy", most=len(SORT_FIELDS)):
        found = _SORT.fullmatch(part)
        column = found and SORT_FIELDS.get(found["field"].lower())
        if not found or not column:
            raise invalid("SortBy", f"{part!r} is not utcCreate or utcModified with :Desc or :Asc")
        terms.append(f"{column} {found['order'].upper()}")
    return tuple(terms) or _NEWEST_FIRST


def _read_token(token: str | None, digest: str) -> int | None:
    """The position behind the page that the token came with; it names its search as well."""
    if token is None:
        return None
    if not _TOKEN.fullmatch(token):
        raise invalid("ScrollToken", "is not one that SearchMedia gave out")
    if token[:20] != digest:
        raise invalid("ScrollToken", "belongs to a search with another Match or SortBy")
    return min(int(token[20:], 16), MOST)
