"""The sprite of an asset: sheets of small pictures at even distances, and how they are laid out.

SpriteImages says how many pictures and sheets there are, and neither how large they are nor in how many columns. Sheet
and picture are both there as files, and each says its size in its first bytes: the one divided by the other.
"""

from __future__ import annotations

import json
from typing import Any

from ims_mcp.client.oss.place import ObjectPlace, read_place
from ims_mcp.errors import ImsError
from ims_mcp.summaries.values import Json, as_objects, as_whole
from ims_mcp.workflows.look.picture_head import read_head
from ims_mcp.workflows.viewing.playlists import Fetch, Sign

_MOST_BYTES = 8 * 1024**2
"""Of a sheet."""
_MOST_SHEETS = 40
_MOST_CELLS = 10_000
_LONGEST_KEY = 1_000


async def describe_sprite(basic: Json, duration_seconds: float, beside: str, fetch: Fetch, sign: Sign) -> Json:
    """``sprite`` of an AssetView; empty where there is none, or its pictures cannot be read.

    ``beside``: an address of the asset that says how its OSS is reached.
    """
    place = read_place(beside)
    infos = as_objects(_open(basic.get("SpriteImages")))
    if place is None or not infos or duration_seconds <= 0:
        return {}
    info = infos[0]
    count, tiles = as_whole(info.get("count")) or 0, as_whole(info.get("tileCount")) or 0
    bucket, cells, sheets = (str(info.get(name, "")) for name in ("bucket", "snapshotRegular", "spriteRegular"))
    is_usual = 0 < count <= _MOST_CELLS and tiles > 0 and len(cells) < _LONGEST_KEY and len(sheets) < _LONGEST_KEY
    if bucket != place.bucket or not is_usual or "{Count}" not in cells or "{TileCount}" not in sheets:
        return {}
    return await _measure(place, cells, sheets, (count, min(tiles, _MOST_SHEETS)), duration_seconds, fetch, sign)


async def _measure(
    place: ObjectPlace,
    cells: str,
    sheets: str,
    counts: tuple[int, int],
    duration_seconds: float,
    fetch: Fetch,
    sign: Sign,
) -> Json:
    count, tiles = counts
    keys = [sheets.replace("{TileCount}", f"{number:05d}") for number in range(1, tiles + 1)]
    try:
        cell, *addresses = await sign(place, [cells.replace("{Count}", "00001"), *keys])
        size, whole = _read_size(await fetch(cell, _MOST_BYTES)), _read_size(await fetch(addresses[0], _MOST_BYTES))
    except ImsError:
        return {}
    if size is None or whole is None or whole[0] < size[0] or whole[1] < size[1]:
        return {}
    columns, rows = whole[0] // size[0], whole[1] // size[1]
    return {
        "sheets": addresses,
        "columns": columns,
        "rows": rows,
        "cell_width": size[0],
        "cell_height": size[1],
        "count": min(count, columns * rows * tiles),
        "interval_seconds": round(duration_seconds / count, 3),
    }


def _read_size(content: bytes) -> tuple[int, int] | None:
    head = read_head(content)
    return (head.width, head.height) if head is not None and head.width and head.height else None


def _open(value: Any) -> Any:
    """SpriteImages is a list as JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) and len(value) < 100_000 else value
    except (ValueError, RecursionError):
        return None
