"""Pictures that have to be taken: as few snapshot jobs as there can be, none submitted twice, and what they bring.

SubmitSnapshotJob has no ClientToken. A job's name says which pictures it is about, so that one which was submitted
before, by this process or another, is found again in the list of jobs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import anyio

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ConnectionFailed, ImsError, ServiceError
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.pictures import Size
from ims_mcp.summaries.values import as_object, as_objects, label
from ims_mcp.workflows.look.asset import SeenAsset
from ims_mcp.workflows.look.snapshot_urls import list_addresses
from ims_mcp.workflows.look.stored import Moment
from ims_mcp.workflows.waiting import PollResult, Progress, wait_for

T = TypeVar("T")

_LOOKED_THROUGH = 100
_MOST_REMEMBERED = 2_000
_FAILED = "Fail"
_SNAPSHOT_TYPE = 2
_OWN_BUCKET = "user_oss_bucket"


def get_submit() -> Operation:
    """What takes pictures. Asked for when it is needed: at the start its toolset's notes are not read."""
    return get_operation("SubmitSnapshotJob")


@dataclass(frozen=True, slots=True)
class Shot:
    """What one job takes: ``count`` pictures, ``interval_seconds`` apart."""

    begin_ms: int
    interval_seconds: int
    count: int

    def list_moments(self) -> list[float]:
        """In seconds."""
        return [round(self.begin_ms / 1000 + index * self.interval_seconds, 3) for index in range(self.count)]


def group_moments(moments: Sequence[float]) -> list[Shot]:
    """One job for a series whole seconds apart, else one for each picture: a job knows no list of times."""
    begins = [round(moment * 1000) for moment in moments]
    steps = {later - earlier for earlier, later in pairwise(begins)}
    if len(steps) == 1 and (step := steps.pop()) > 0 and step % 1000 == 0:
        return [Shot(begins[0], step // 1000, len(begins))]
    return [Shot(begin, 0, 1) for begin in begins]


@dataclass(frozen=True, slots=True)
class Job:
    """A shot with the name that its job has in the service."""

    shot: Shot
    name: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of SubmitSnapshotJob, where it is to be submitted."""
    job_id: str = ""
    """Of the one that was submitted before."""


class SnapshotTaker:
    """One for an account and region: it remembers template, storage, and what was submitted."""

    def __init__(self, client: ImsClient) -> None:
        self._sleep = client.sleep
        self._template_id = ""
        self._storage: tuple[str, str] | None = None
        self._submitted: dict[str, str] = {}
        """Name -> JobId."""
        self._useless: set[str] = set()
        """Ids of jobs that have failed, or whose pictures are gone."""
        self._turn: dict[str, anyio.Lock] = {}

    async def prepare(
        self,
        client: ImsClient,
        asset: SeenAsset,
        moments: Sequence[float],
        size: Size | None,
        *,
        bucket: str | None,
        left: Callable[[], float],
    ) -> list[Job]:
        """The jobs for these moments: those that were submitted before with their id, the others with the arguments
        that submit them. Nothing is changed. ``size``: of a picture. Raises ImsError."""
        shots = group_moments(moments)
        named = [Job(shot, _name_job(asset, shot, size)) for shot in shots]
        known = {job.name: self._submitted.get(job.name, "") for job in named}
        if not all(known.values()):
            listed = await self._list_submitted(client, left())
            known = {name: job_id or listed.get(name, "") for name, job_id in known.items()}
        if all(known.values()):
            return [Job(job.shot, job.name, job_id=known[job.name]) for job in named]
        await run_together(
            partial(self._find_template, client, left()), partial(self._find_storage, client, bucket, left())
        )
        template_id, place = self._template_id, self._choose_place(asset, bucket)
        return [
            Job(job.shot, job.name, job_id=known[job.name])
            if known[job.name]
            else Job(job.shot, job.name, _write_arguments(asset, job, size, template_id, place))
            for job in named
        ]

    async def _list_submitted(self, client: ImsClient, left_seconds: float) -> dict[str, str]:
        """Name -> JobId of the newest jobs that have not failed. Nothing where the list cannot be read."""
        page = {"PageSize": _LOOKED_THROUGH, "OrderBy": "CreateTimeDesc"}
        try:
            data = (await client.call(get_operation("ListSnapshotJobs"), page, timeout_seconds=left_seconds)).data
        except ServiceError:
            return {}
        found = [
            (label(job.get("Name"), 200), label(job.get("JobId"), 80))
            for job in as_objects(data.get("Jobs"))
            if job.get("Status") != _FAILED
        ]
        return {name: job_id for name, job_id in reversed(found) if name and job_id not in self._useless}

    async def submit(
        self, client: ImsClient, job: Job, *, confirmed: bool, left: Callable[[], float]
    ) -> tuple[str, bool]:
        """The job's id, and whether it was submitted just now. Raises ImsError; the same call again looks first whether
        it was submitted all the same."""
        if job.job_id:
            return job.job_id, False
        turn = self._turn.setdefault(job.name, anyio.Lock())
        try:
            async with turn:
                if (known := self._submitted.get(job.name)) is not None:
                    return known, False
                job_id = await self._submit(client, job, confirmed=confirmed, left=left)
                self._remember(job.name, job_id)
                return job_id, True
        finally:
            if not turn.statistics().tasks_waiting:
                self._turn.pop(job.name, None)

    async def _submit(self, client: ImsClient, job: Job, *, confirmed: bool, left: Callable[[], float]) -> str:
        try:
            reply = await client.call(
                get_submit(), job.arguments, confirmed=confirmed, timeout_seconds=max(1.0, left())
            )
        except (ConnectionFailed, ServiceError) as error:
            is_open = error.maybe_done if isinstance(error, ConnectionFailed) else error.http_status >= 500
            if not is_open:
                raise
            found = ""
            with suppress(ImsError):  # the first error says more
                found = (await self._list_submitted(client, max(1.0, left()))).get(job.name, "")
            if not found:
                error.next_step = (
                    "Whether the job was submitted is not known. Make the same call again: it looks for this job "
                    "first, and submits none that there is."
                )
                raise
            return found
        job_id = label(reply.data.get("JobId"), 80)
        if not job_id:
            raise ImsError("SubmitSnapshotJob answered without a JobId.", next_step="Make the same call again.")
        return job_id

    def _remember(self, name: str, job_id: str) -> None:
        self._submitted[name] = job_id
        while len(self._submitted) > _MOST_REMEMBERED:
            del self._submitted[next(iter(self._submitted))]

    def forget(self, job_id: str) -> None:
        """It has brought nothing, or what it brought is gone: the next call may submit another."""
        if len(self._useless) >= _MOST_REMEMBERED:
            self._useless.clear()
        self._useless.add(job_id)
        self._submitted = {name: known for name, known in self._submitted.items() if known != job_id}

    async def wait(
        self, client: ImsClient, job_ids: Sequence[str], seconds: float, progress: Progress | None
    ) -> list[PollResult]:
        """How each stands when all have ended or the time is up."""
        results: dict[str, PollResult] = {}

        async def follow(job_id: str, progress: Progress | None) -> None:
            results[job_id] = await wait_for(
                client,
                get_submit(),
                arguments={},
                reply={"JobId": job_id},
                seconds=seconds,
                longest_seconds=seconds,
                progress=progress,
                sleep=self._sleep,
            )

        async with anyio.create_task_group() as group:
            for place, job_id in enumerate(dict.fromkeys(job_ids)):
                group.start_soon(partial(follow, job_id, None if place else progress))
        return [results[job_id] for job_id in job_ids]

    async def list_pictures(self, client: ImsClient, job: Job, job_id: str, left_seconds: float) -> list[Moment]:
        """What a job that has succeeded has brought. Raises ImsError."""
        urls, _ = await list_addresses(client, job_id, left_seconds)
        return [
            Moment(second, url, "snapshot job", job_id=job_id)
            for second, url in zip(job.shot.list_moments(), urls, strict=False)
        ]

    async def _find_template(self, client: ImsClient, left_seconds: float) -> None:
        """The default one of the account, else the first that the service brings along."""
        if self._template_id:
            return
        asked = {"Type": _SNAPSHOT_TYPE}
        try:
            data = (await client.call(get_operation("GetCustomTemplate"), asked, timeout_seconds=left_seconds)).data
            found = label(as_object(data.get("CustomTemplate")).get("TemplateId"), 80)
        except ServiceError as error:
            if not error.is_not_found:
                raise
            found = ""
        if not found:
            asked = {"Type": str(_SNAPSHOT_TYPE), "PageSize": 20}
            data = (await client.call(get_operation("ListSystemTemplates"), asked, timeout_seconds=left_seconds)).data
            ids = (label(each.get("TemplateId"), 80) for each in as_objects(data.get("SystemTemplateList")))
            found = next(filter(None, ids), "")
        if not found:
            raise ImsError(
                "No picture was taken: this account has no snapshot template, which a snapshot job needs.",
                next_step="CreateCustomTemplate with Type 2 makes one.",
            )
        self._template_id = found

    async def _find_storage(self, client: ImsClient, bucket: str | None, left_seconds: float) -> None:
        """Where IMS writes to, unless pictures go elsewhere."""
        if bucket or self._storage is not None:
            return
        asked: dict[str, Any] = {"StorageType": _OWN_BUCKET}
        data = (await client.call(get_operation("GetStorageList"), asked, timeout_seconds=left_seconds)).data
        usable = [
            each
            for each in as_objects(data.get("StorageInfoList"))
            if str(each.get("Status", "")).lower() == "normal" and each.get("StorageLocation")
        ]
        usable.sort(key=lambda each: str(each.get("DefaultStorage")).lower() != "true")
        if usable:
            self._storage = label(usable[0]["StorageLocation"], 70), label(usable[0].get("Path"), 200).strip("/")

    def _choose_place(self, asset: SeenAsset, bucket: str | None) -> tuple[str, str]:
        """Bucket and prefix for pictures: the account's own as configured, else storage of IMS, else beside the
        asset."""
        if bucket:
            return bucket, ""
        if self._storage is not None:
            return self._storage
        own = asset.input_url.partition("://")[2].partition("/")[0].partition(".")[0]
        if asset.source != "oss" or not own:
            raise ImsError(
                "No picture was taken: IMS has no bucket of this account to put it into.",
                next_step="SetDefaultStorageLocation names one; the user decides which.",
            )
        return own, ""


async def run_together(*works: Callable[[], Awaitable[T]]) -> list[T]:
    """What each returns, in order. All are ended before the first error, if there is one, is raised."""
    results: dict[int, T] = {}
    failures: list[ImsError] = []

    async def run(place: int, work: Callable[[], Awaitable[T]]) -> None:
        try:
            results[place] = await work()
        except ImsError as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        for place, work in enumerate(works):
            group.start_soon(run, place, work)
    if failures:
        raise failures[0]
    return [results[place] for place in range(len(works))]


def explain_failure(waited: PollResult) -> str:
    """Why a job has brought nothing."""
    return plain(waited.reason, 300) or f"its state is {plain(waited.status, 40) or 'not known'}"


def _name_job(asset: SeenAsset, shot: Shot, size: Size | None) -> str:
    told = [asset.media_id, asset.video_url, shot.begin_ms, shot.interval_seconds, shot.count, size]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]
    return f"look_at_media-{digest}"


def _write_arguments(
    asset: SeenAsset, job: Job, size: Size | None, template_id: str, place: tuple[str, str]
) -> dict[str, Any]:
    bucket, prefix = place
    digest = job.name.rpartition("-")[2]
    key = "/".join(filter(None, [prefix, "ims-mcp/pictures", asset.media_id, f"{digest}-{{Count}}.jpg"]))
    shot = job.shot
    overwrite: dict[str, Any] = {
        "Type": "Normal",
        "FrameType": "normal",
        "Time": shot.begin_ms,
        "Interval": shot.interval_seconds,
        "Count": shot.count,
    }
    if size is not None:
        overwrite |= {"Width": size[0], "Height": size[1]}
    source = (
        {"Type": "OSS", "Media": asset.video_url} if asset.video_url else {"Type": "Media", "Media": asset.media_id}
    )
    return {
        "Name": job.name,
        "Input": source,
        "Output": {"Type": "OSS", "Media": f"oss://{bucket}/{key}"},
        "TemplateConfig": {"TemplateId": template_id, "OverwriteParams": overwrite},
    }
