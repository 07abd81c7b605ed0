"""The pictures that an asset has already: its snapshots, and the single pictures of its sprite. They cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import as_number, as_object, as_whole
from ims_mcp.workflows.look.asset import SeenAsset, Sprite
from ims_mcp.workflows.look.snapshot_urls import list_addresses

_NEAR = 0.75
"""Of the distance between two moments: a stored picture farther from its moment does not stand for it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture to be fetched. ``is_about``: the service does not say when it was taken, it follows from its place."""

    at_seconds: float
    url: str
    origin: str
    is_about: bool = False
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored pictures of one kind, in their order."""

    moments: tuple[Moment, ...] = ()
    sheet: Moment | None = None
    """A sprite whose single pictures cannot be had."""
    sheet_count: int = 0

    def pick(self, wanted: Sequence[float]) -> list[Moment]:
        """The nearest to each of ``wanted``, each once, in order of time."""
        if not self.moments:
            return []
        nearest = (min(self.moments, key=lambda each: abs(each.at_seconds - second)) for second in wanted)
        return sorted(dict.fromkeys(nearest), key=lambda each: each.at_seconds)

    def covers(self, wanted: Sequence[float], duration_seconds: float) -> bool:
        """Whether there is one near to each."""
        reach = _NEAR * duration_seconds / max(1, len(wanted))
        return bool(self.moments) and all(
            min(abs(each.at_seconds - second) for each in self.moments) <= reach for second in wanted
        )


def read_snapshots(asset: SeenAsset) -> Stored:
    """From the asset itself. When they were taken is not told: each stands for its part of the length."""
    urls = asset.snapshot_urls
    part = asset.duration_seconds / max(1, len(urls))
    moments = (Moment(round((index + 0.5) * part, 3), url, "snapshot", is_about=True) for index, url in enumerate(urls))
    return Stored(tuple(moments))


async def read_sprite(client: ImsClient, asset: SeenAsset, left_seconds: float) -> Stored:
    """By the job that took it, whose pictures have addresses. Nothing where the service does not tell."""
    for sprite in asset.sprites:
        try:
            return await _read_sprite(client, sprite, asset.duration_seconds, left_seconds)
        except ImsError:
            continue
    return Stored()


async def _read_sprite(client: ImsClient, sprite: Sprite, duration_seconds: float, left_seconds: float) -> Stored:
    arguments = {"JobId": sprite.job_id}
    reply = await client.call(get_operation("GetSnapshotJob"), arguments, timeout_seconds=left_seconds)
    job = as_object(reply.data.get("SnapshotJob"))
    settings = job.get("TemplateConfig")
    config = as_object(open_json(settings) if isinstance(settings, str) else settings)
    begin, step = (as_number(config.get("Time")) or 0) / 1000, as_number(config.get("Interval")) or 0
    step = step or max(0.0, duration_seconds - begin) / sprite.count
    urls, total = await list_addresses(client, sprite.job_id, left_seconds)
    if total == sprite.sheet_count and total != sprite.count and urls:
        return Stored(sheet=Moment(0, urls[0], "sprite", is_about=True), sheet_count=as_whole(total) or 1)
    moments = (
        Moment(round(begin + index * step, 3), url, "sprite", is_about=True)
        for index, url in enumerate(urls[: sprite.count])
    )
    return Stored(tuple(each for each in moments if each.at_seconds <= duration_seconds))
