"""Assets of the library: all that find_media's words and filters fit, and not the first few."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.check import check
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.sources.raw import FILE_COLUMNS, LeftOut, RawRow, name_parts
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.categories import find_categories
from ims_mcp.workflows.found_media import FoundMedia
from ims_mcp.workflows.media_filters import FILTERS
from ims_mcp.workflows.media_lanes import ListLane
from ims_mcp.workflows.media_wish import Wish, read_wish

_SUBJECT = "The query"
_TABLE = Operation(name=_SUBJECT, toolset="media_library", title="", purpose="", effect=Effect.READ, parameters=FILTERS)


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """``filters`` are find_media's, without sort, limit and page; the oldest asset comes first.

    Offers {title}, {description}, {tags}, {media_type}, {category_id}, {seconds}, {size}, and of its file {name},
    {stem}, {ext}. Every page of the library's list is read: it finds words in titles, descriptions, tags and file
    names, in any case.
    """

    filters: Mapping[str, Any]
    fills: frozenset[str] = frozenset(("MediaId",))
    offers: frozenset[str] = (FILE_COLUMNS - {"folder"}) | frozenset(
        ("title", "description", "tags", "media_type", "category_id", "seconds", "size")
    )

    def describe(self) -> str:
        told = ", ".join(f"{plain(name, 40)}={plain(str(value), 60)}" for name, value in self.filters.items())
        return f"assets of the library with {told}" if told else "all assets of the library"

    async def read(self, target: BulkTarget, columns: Columns, left_out: LeftOut) -> AsyncGenerator[list[RawRow]]:
        del left_out
        columns.check_source(self.fills, self.offers, self.describe())
        if not self.filters and columns.operation.effect is Effect.DESTRUCTIVE:
            problem = Problem("source", "names all assets of the library: give at least one filter, or a list of ids")
            raise InvalidArguments(columns.operation.name, [problem])
        wish = await self._read_wish(target.client)
        lane, line = ListLane(target.client, wish, ""), 0
        while not lane.ended:
            await lane.read_page(None)
            batch: list[RawRow] = []
            while lane.waiting:
                media = lane.take()
                if media.media_id and wish.fits(media):
                    line += 1
                    batch.append(_make_row(media, line))
            yield batch

    async def _read_wish(self, client: ImsClient) -> Wish:
        """Raises InvalidArguments, and ImsError where there is no such category."""
        arguments = {**check(_TABLE, self.filters), "sort": "oldest"}
        read_wish(arguments, ())  # what is wrong is said before anything is asked
        categories: tuple[int, ...] = ()
        if text := str(arguments.get("category") or "").strip():
            is_id = text.isdecimal() and len(text) < 19
            found = () if is_id else await find_categories(client, text)
            categories = (int(text),) if is_id else tuple(each.category_id for each in found)
        wish = read_wish(arguments, categories)
        if wish.unused:
            problem = f"has more words than are looked for: leave out {plain(', '.join(wish.unused), 200)}"
            raise InvalidArguments(_SUBJECT, [Problem("text", problem)])
        return wish


def _make_row(media: FoundMedia, line: int) -> RawRow:
    parts = name_parts(media.file_name.rpartition("/")[2])
    values = {
        "MediaId": media.media_id,
        "title": media.title,
        "description": media.description,
        "tags": media.tags,
        "media_type": media.media_type,
        "category_id": media.category_id,
        "seconds": media.seconds,
        "size": media.size,
        "name": parts["name"],
        "stem": parts["stem"],
        "ext": parts["ext"],
    }
    return RawRow(line, values, size_bytes=media.size or 0)
