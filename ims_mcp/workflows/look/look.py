"""Looking at an asset: from what is asked to pictures, by the cheapest way that shows it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import anyio
from anyio.lowlevel import RunVar

from ims_mcp.catalogue import get_operation
from ims_mcp.client.download import DownloadFailed
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, Refused
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.pictures import Size
from ims_mcp.summaries.values import Json, as_object
from ims_mcp.workflows.look.asset import SeenAsset, read_asset
from ims_mcp.workflows.look.pictures import (
    CELL_WIDTH,
    LONGEST_SIDE,
    Picture,
    Unusable,
    can_shrink,
    fit_pictures,
    make_sheet,
    require_sheets,
)
from ims_mcp.workflows.look.stored import Moment, Stored, read_snapshots, read_sprite
from ims_mcp.workflows.look.taken import Job, SnapshotTaker, explain_failure, run_together
from ims_mcp.workflows.look.wish import Wish
from ims_mcp.workflows.next_call import propose
from ims_mcp.workflows.waiting import Progress

TOOL = "look_at_media"
_PLAIN_SIDE = 640
"""Of a picture that nobody can make smaller."""
_SNAPSHOT_BYTES, _IMAGE_BYTES = 8_000_000, 32_000_000
_CALL_BYTES = 40_000_000
"""Of all pictures of a call, as they are fetched: they are in memory until they are made smaller."""
_CALLS_AT_ONCE = 4
_FETCHED_AT_ONCE = 4
_FETCH_SECONDS = 15.0
_FETCHING_SECONDS = 1.3
"""Of a call, kept for fetching and shrinking once the jobs have ended."""
_TRIES, _PAUSE_SECONDS = 2, 0.3
_turns: RunVar[anyio.Semaphore] = RunVar("ims_mcp looks at pictures")


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer: ``facts`` say of each of ``pictures``, in order, what it shows."""

    facts: Json
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a wish is met: by ``moments`` that there are, by ``jobs``, or not at all (``answer``)."""

    wish: Wish
    asset: SeenAsset
    wanted: tuple[float, ...] = ()
    moments: tuple[Moment, ...] = ()
    jobs: tuple[Job, ...] = ()
    nearest: tuple[Moment, ...] = ()
    """What there is for free in place of the jobs."""
    answer: Json | None = None
    note: str = ""
    stored_sheet: Stored = field(default_factory=Stored)

    @property
    def new_jobs(self) -> list[Job]:
        """Those that would be submitted."""
        return [job for job in self.jobs if not job.job_id]

    @property
    def picture_count(self) -> int:
        """That would be taken, and billed."""
        return sum(job.shot.count for job in self.new_jobs)

    def describe_jobs(self) -> dict[str, Any]:
        """The arguments that stand for all jobs where somebody is asked about them."""
        first = self.new_jobs[0].arguments
        moments = [second for job in self.new_jobs for second in job.shot.list_moments()]
        told = ", ".join(f"{second:g}" for second in moments)
        return {**first, "Name": f"{len(moments)} pictures, at {told} s"} if len(self.new_jobs) > 1 else first

    def take_nearest(self) -> Plan | None:
        """The same without jobs, where the very frames were not asked for and there is anything."""
        if self.wish.is_exact or not self.nearest:
            return None
        note = (
            "only these pictures are stored; more would be taken by a job that costs, which this caller may not start"
        )
        return Plan(self.wish, self.asset, self.wanted, self.nearest, note=note)

    def explain_free(self, refused: Refused) -> Refused:
        """What is possible without the jobs, said with why they are refused."""
        if self.nearest:
            at = ", ".join(f"{moment.at_seconds:g}" for moment in self.nearest)
            free = f"For free: the nearest stored pictures, at about {at} s, with exact=false."
        else:
            free = "No picture of this asset is stored that could be shown for free."
        text = f"{refused} To take {self.picture_count} pictures is what it was for."
        return Refused(text, next_step=f"{free} {refused.next_step}".strip(), reason=refused.reason)


class Looker:
    """One look: ``left`` says how many seconds of the call are left, at least 1."""

    def __init__(self, client: ImsClient, longest_seconds: float, *, bucket: str | None = None) -> None:
        """``bucket``: of one's own, where pictures that are taken go."""
        self._client = client
        self._taker = client.keep(SnapshotTaker, lambda: SnapshotTaker(client))
        self._ends_at = anyio.current_time() + longest_seconds
        self._bucket = bucket

    def left(self) -> float:
        """Seconds."""
        return max(1.0, self._ends_at - anyio.current_time())

    async def plan(self, wish: Wish) -> Plan:
        """Nothing is changed by it. Raises ImsError, InvalidArguments for a moment behind the end."""
        if wish.is_sheet:
            require_sheets()
        arguments = {"MediaId": wish.media_id}
        reply = await self._client.call(get_operation("GetMediaInfo"), arguments, timeout_seconds=self.left())
        asset = read_asset(as_object(reply.data.get("MediaInfo")))
        if asset.image_url:
            return Plan(wish, asset, moments=(Moment(0, asset.image_url, "the image itself"),))
        if not asset.has_video:
            return Plan(wish, asset, answer=self._explain_nothing(asset))
        wanted = wish.place_moments(asset.duration_seconds)
        snapshots = read_snapshots(asset)
        if not wish.is_exact and snapshots.covers(wanted, asset.duration_seconds):
            return Plan(wish, asset, wanted, tuple(snapshots.pick(wanted)))
        nearest = tuple(snapshots.pick(wanted))
        if not wish.is_exact:
            sprite = await read_sprite(self._client, asset, self.left())
            if wish.is_sheet and sprite.sheet is not None:
                return Plan(wish, asset, moments=(sprite.sheet,), stored_sheet=sprite)
            if sprite.covers(wanted, asset.duration_seconds):
                return Plan(wish, asset, wanted, tuple(sprite.pick(wanted)))
            nearest = tuple(Stored(snapshots.moments + sprite.moments).pick(wanted))
            if wish.at_seconds and nearest:
                return Plan(wish, asset, wanted, nearest)
            if wish.at_seconds:
                raise ImsError(
                    "No picture of this asset is stored.",
                    next_step="Without exact=false pictures are taken, which costs.",
                )
        jobs = await self._taker.prepare(
            self._client,
            asset,
            wanted,
            _choose_size(asset.size, wish.is_sheet),
            bucket=self._bucket,
            left=self.left,
        )
        return Plan(wish, asset, wanted, jobs=tuple(jobs), nearest=nearest)

    async def find_nearest(self, plan: Plan) -> Plan:
        """The same with what is stored near to what it wants, for a caller who may have no pictures taken."""
        if plan.nearest or not plan.asset.sprites:
            return plan
        sprite = await read_sprite(self._client, plan.asset, self.left())
        return replace(plan, nearest=tuple(sprite.pick(plan.wanted)))

    def _explain_nothing(self, asset: SeenAsset) -> Json:
        if asset.status and asset.status != "Normal":
            why = f"there is no picture: the asset is in status {asset.status}, and holds {asset.contents}"
            steps = {"Init": "prepared", "Preparing": "prepared"}
            if asset.status in steps:
                ids = {"operation": "RegisterMediaInfo", "ids": {"MediaId": asset.media_id}}
                return {"note": why, **propose("wait_for_job", ids, "it is being prepared: wait, then look")}
        else:
            why = f"there is no picture to look at: it holds {asset.contents}"
        return {"note": why, **propose("get_media_info", {"MediaId": asset.media_id}, "what there is of it")}

    async def show(self, plan: Plan, client: ImsClient, *, confirmed: bool, progress: Progress | None) -> Seen:
        """Submit what has to be, wait, fetch. ``client`` is one that may submit. Raises ImsError."""
        facts = plan.asset.describe()
        if plan.answer is not None:
            return Seen({**facts, "pictures": [], **plan.answer})
        moments, told = list(plan.moments), dict[str, Any]()
        if plan.jobs:
            moments, told = await self._take(plan, client, confirmed=confirmed, progress=progress)
            if "next_call" in told:
                return Seen({**facts, "pictures": [], **told})
        if plan.note:
            told["note"] = plan.note
        async with self._take_turn():
            seen = await self._fetch_and_fit(plan, moments)
        return Seen({**facts, **seen.facts, **told}, seen.pictures)

    @asynccontextmanager
    async def _take_turn(self) -> AsyncGenerator[None]:
        """So many calls have pictures in memory at once, of all callers together. Raises ImsError."""
        turns = _turns.get(None) or anyio.Semaphore(_CALLS_AT_ONCE)
        _turns.set(turns)
        with anyio.move_on_after(self.left()) as waiting:
            await turns.acquire()
        if waiting.cancelled_caught:
            raise ImsError("Too many others look at pictures at the moment.", next_step="Call again in a few seconds.")
        try:
            yield
        finally:
            turns.release()

    async def _fetch_and_fit(self, plan: Plan, moments: Sequence[Moment]) -> Seen:
        bodies = await self._fetch_all(moments, _IMAGE_BYTES if plan.asset.image_url else _SNAPSHOT_BYTES)
        fetched = [(moment, body) for moment, body in zip(moments, bodies, strict=True) if isinstance(body, bytes)]
        failures = [
            {"at_seconds": moment.at_seconds, "problem": plain(str(body), 300)}
            for moment, body in zip(moments, bodies, strict=True)
            if not isinstance(body, bytes)
        ]
        if not fetched:
            raise next((body for body in bodies if not isinstance(body, bytes)), ImsError("There is no picture."))
        if plan.wish.is_sheet and not plan.asset.image_url and plan.stored_sheet.sheet is None:
            return await self._show_sheet(fetched, failures)
        return await self._show_each(plan, fetched, failures)

    async def _take(
        self, plan: Plan, client: ImsClient, *, confirmed: bool, progress: Progress | None
    ) -> tuple[list[Moment], dict[str, Any]]:
        """The pictures of the jobs; or, where they are not finished, what to say of them with ``next_call``."""
        taker = self._taker
        submitted = await run_together(
            *(partial(taker.submit, client, job, confirmed=confirmed, left=self.left) for job in plan.jobs)
        )
        ids = [job_id for job_id, _ in submitted]
        billed = sum(job.shot.count for job, (_, is_new) in zip(plan.jobs, submitted, strict=True) if is_new)
        told: dict[str, Any] = {}
        if billed:
            told["cost"] = f"{billed} picture{'s' if billed > 1 else ''} taken for this call: billed media processing"
        waited = await taker.wait(client, ids, max(0.0, self.left() - _FETCHING_SECONDS), progress)
        for job_id, result in zip(ids, waited, strict=True):
            if result.outcome in ("failed", "not_found"):
                taker.forget(job_id)
                raise ImsError(
                    f"The snapshot job {job_id} took no picture: {explain_failure(result)}.",
                    next_step="GetSnapshotJob tells all that is known of it. The same call again submits another one.",
                )
        if any(result.outcome != "succeeded" for result in waited):
            done = sum(result.outcome == "succeeded" for result in waited)
            told["note"] = f"{done} of {len(ids)} snapshot jobs are finished; they go on, and none is submitted again"
            return [], told | propose(
                TOOL, _write_call(plan.wish), "not finished: this waits on and shows the pictures"
            )
        listed = await run_together(
            *(
                partial(taker.list_pictures, client, job, job_id, self.left())
                for job, job_id in zip(plan.jobs, ids, strict=True)
            )
        )
        moments = [moment for each in listed for moment in each]
        if not moments:
            raise ImsError("The snapshot jobs have ended and left no picture: the video may be shorter than it says.")
        return moments, told

    async def _fetch_all(self, moments: Sequence[Moment], most_bytes: int) -> list[bytes | ImsError]:
        bodies: list[bytes | ImsError] = [ImsError("not fetched") for _ in moments]
        slots, held_bytes = anyio.Semaphore(_FETCHED_AT_ONCE), 0

        async def fetch(place: int, moment: Moment) -> None:
            nonlocal held_bytes
            async with slots:
                body: bytes | ImsError = ImsError(f"all together have more than {_CALL_BYTES:,} bytes: ask for fewer")
                if held_bytes < _CALL_BYTES:
                    body = await self._fetch(moment, most_bytes)
                bodies[place] = body
                held_bytes += len(body) if isinstance(body, bytes) else 0

        async with anyio.create_task_group() as group:
            for place, moment in enumerate(moments):
                group.start_soon(partial(fetch, place, moment))
        return bodies

    async def _fetch(self, moment: Moment, most_bytes: int) -> bytes | ImsError:
        failure: ImsError = ImsError("The picture was not fetched.")
        for attempt in range(_TRIES):
            if attempt:
                await self._client.sleep(_PAUSE_SECONDS)
            try:
                return await self._client.download(
                    moment.url, most_bytes=most_bytes, timeout_seconds=min(_FETCH_SECONDS, self.left())
                )
            except DownloadFailed as error:
                failure = error
                if error.is_gone:
                    if moment.job_id:
                        self._taker.forget(moment.job_id)
                    break
        return failure

    async def _show_each(self, plan: Plan, fetched: list[tuple[Moment, bytes]], failures: list[Json]) -> Seen:
        fitted = await fit_pictures([body for _, body in fetched])
        rows: list[Json] = []
        pictures: list[Picture] = []
        for (moment, _), picture in zip(fetched, fitted, strict=True):
            if isinstance(picture, Unusable):
                failures.append({"at_seconds": moment.at_seconds, "problem": picture.problem})
                continue
            pictures.append(picture)
            rows.append(_describe_picture(plan, moment, picture))
        if not pictures:
            raise ImsError(
                f"No picture could be shown: {failures[0]['problem']}.", next_step="Ask for other moments, or fewer."
            )
        return Seen(_with_failures({"pictures": rows}, failures), tuple(pictures))

    async def _show_sheet(self, fetched: list[tuple[Moment, bytes]], failures: list[Json]) -> Seen:
        sheet = await make_sheet([body for _, body in fetched], [write_clock(each.at_seconds) for each, _ in fetched])
        if isinstance(sheet, Unusable):
            raise ImsError(f"No picture could be shown: {sheet.problem}.", next_step="Ask for other moments.")
        shown = [moment for (moment, _), problem in zip(fetched, sheet.unusable, strict=True) if not problem]
        failures += [
            {"at_seconds": moment.at_seconds, "problem": problem}
            for (moment, _), problem in zip(fetched, sheet.unusable, strict=True)
            if problem
        ]
        row = {
            "sheet": f"{sheet.columns} columns, {sheet.rows} rows, left to right",
            "at_seconds": [moment.at_seconds for moment in shown],
            **_say_origin(shown[0]),
            **_measure(sheet.picture),
        }
        return Seen(_with_failures({"pictures": [row]}, failures), (sheet.picture,))


def _describe_picture(plan: Plan, moment: Moment, picture: Picture) -> Json:
    if plan.asset.image_url:
        return {"from": moment.origin, **_measure(picture)}
    if plan.stored_sheet.sheet is not None:
        return {"sheet": "the stored sprite, spread evenly over the length", **_measure(picture)}
    return {"at_seconds": moment.at_seconds, **_say_origin(moment), **_measure(picture)}


def _say_origin(moment: Moment) -> Json:
    return {"from": moment.origin} | ({"about": True} if moment.is_about else {})


def _measure(picture: Picture) -> Json:
    return {"width": picture.size[0], "height": picture.size[1], "size_bytes": len(picture.body)}


def _with_failures(facts: Json, failures: list[Json]) -> Json:
    return facts | ({"not_shown": failures} if failures else {})


def _choose_size(size: Size | None, is_sheet: bool) -> Size | None:
    """Of a picture to be taken: as large as it can be shown, in even numbers, never larger than the video."""
    if size is None:
        return None
    longest = (2 * CELL_WIDTH) if is_sheet else (LONGEST_SIDE if can_shrink() else _PLAIN_SIDE)
    factor = min(1.0, longest / max(size))
    return max(2, round(size[0] * factor / 2) * 2), max(2, round(size[1] * factor / 2) * 2)


def _write_call(wish: Wish) -> dict[str, Any]:
    call: dict[str, Any] = {"MediaId": wish.media_id}
    if wish.at_seconds:
        call["at_seconds"] = list(wish.at_seconds)
    else:
        call["count"] = wish.count
    if wish.is_sheet:
        call["layout"] = "sheet"
    if wish.is_exact != bool(wish.at_seconds):
        call["exact"] = wish.is_exact
    return call


def write_clock(seconds: float) -> str:
    """``3723.45`` -> ``1:02:03.45``."""
    whole, part = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    shown = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    return f"{shown}.{part:03d}".rstrip("0").rstrip(".") if part else shown
