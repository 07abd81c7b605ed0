"""What the bulk tools do with a call: look at a source, begin or go on with a job, tell how it stands, stop it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import anyio

from ims_mcp.call_origin import current_claims, current_subject
from ims_mcp.catalogue import Effect
from ims_mcp.errors import ImsError, InvalidArguments, Problem, Refused
from ims_mcp.foreign_text import plain
from ims_mcp.server.allowed_effects import check_allowed
from ims_mcp.server.bulk.desk import BulkDesk, Look, require_rights
from ims_mcp.server.bulk.question import ManyCalls
from ims_mcp.server.bulk.wish import check_together, choose_source, read_retry
from ims_mcp.server.confirmation import Agreed, Confirmations
from ims_mcp.server.tool import Answer, ToolRequest
from ims_mcp.server.transfer_rows import UPLOADS
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.bulk.dry_run import examine
from ims_mcp.workflows.bulk.examined import Examined
from ims_mcp.workflows.bulk.follow import Seen, is_through, locate_report, name_state
from ims_mcp.workflows.bulk.job import REPORT, BulkJob, Kind
from ims_mcp.workflows.bulk.jobs import (
    OpenedJob,
    amend,
    change_rate,
    check_service,
    read_job,
    start_again,
    stop,
)
from ims_mcp.workflows.bulk.making import make_job, make_job_id
from ims_mcp.workflows.bulk.places import open_place
from ims_mcp.workflows.bulk.plan import Plan, choose_operation
from ims_mcp.workflows.bulk.report import write_report
from ims_mcp.workflows.bulk.shelf import KeptJob, join_address
from ims_mcp.workflows.bulk.survey import find_call, survey
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.next_call import propose

_EXAMPLES, _CLASSES = 3, 10
_MOST_LISTED = 30
_SPARE_SECONDS = 1.0
_STOP_SECONDS = 5.0
_WAIT_SECONDS = 40


async def start(
    desk: BulkDesk, confirmations: Confirmations, arguments: dict[str, Any], request: ToolRequest
) -> Answer:
    """Look at the rows of a new job; or begin, or go on with, one that there is."""
    check_together(arguments)
    if "job_id" not in arguments:
        return await _look(desk, arguments, request)
    job_id = str(arguments["job_id"])
    if (look := desk.looks.get(job_id)) is not None and look.subject == current_subject.get():
        told = await _wait_for_look(desk, job_id, look, request)
        if told["state"] != "looked_at" or "confirm_rows" not in arguments:
            return told
    return await _begin(desk, confirmations, job_id, arguments, request)


async def follow(
    desk: BulkDesk, confirmations: Confirmations, arguments: dict[str, Any], request: ToolRequest
) -> dict[str, Any]:
    """How a job stands, or the list of all."""
    del confirmations
    if "job_id" not in arguments:
        return await _list(desk, request)
    kept, opened = await _open(desk, str(arguments["job_id"]), request)
    follower = desk.keep_follower(opened)
    wait_seconds = min(float(arguments.get("wait_seconds", 0)), request.longest_wait_seconds - _SPARE_SECONDS)
    seen = await follower.look()
    with anyio.move_on_after(wait_seconds):
        if wait_seconds > 0 and kept.job_id in desk.running:

            async def tell(now: Seen) -> None:
                nonlocal seen
                seen = now
                counts = now.counts
                await request.report_progress(counts.total - counts.left, counts.total, _describe_progress(now))

            seen = await follower.follow(tell)
    return await _describe(desk, seen)


async def cancel(
    desk: BulkDesk, confirmations: Confirmations, arguments: dict[str, Any], request: ToolRequest
) -> dict[str, Any]:
    """Stop a job, and wait for what has been sent, for a few seconds."""
    del confirmations
    _, opened = await _open(desk, str(arguments["job_id"]), request)
    require_rights(request.target, opened.job.kind, opened.job.operation)
    check_allowed("bulk_cancel", Effect.WRITE)
    follower = desk.keep_follower(opened)
    seen = await follower.look()
    if not seen.is_through:
        await stop(opened)

        async def keep(now: Seen) -> None:
            nonlocal seen
            seen = now

        with anyio.move_on_after(min(_STOP_SECONDS, request.longest_wait_seconds)):
            seen = await follower.follow(keep)
    return await _describe(desk, seen)


async def _look(desk: BulkDesk, arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
    """Look at all rows in the background, and answer with what was found as soon as that is known."""
    kind = Kind(arguments["kind"])
    operation = choose_operation(kind, str(arguments.get("operation", "")))
    target = require_rights(request.target, kind, operation.name)
    check_allowed(operation.name, operation.effect)
    if "out" in arguments:
        target.require_any(UPLOADS["media"], Effect.WRITE)
    source = choose_source(desk, kind, arguments, target)
    where = target.access.account, target.settings.region
    plan = Plan(kind, source, operation.name, cast("dict[str, Any]", arguments.get("template", {})), *where)
    job_id = make_job_id()
    address = join_address(str(arguments["out"]), job_id) if "out" in arguments else desk.find_folder(job_id)
    bulk_target = BulkTarget(target.client, target.transfers)
    place = await open_place(address, bulk_target)

    async def look() -> dict[str, Any]:
        examined = await examine(plan, bulk_target)
        told = {"job_id": job_id, "state": "looked_at", **_shorten(examined)}
        if problem := _find_obstacle(examined, skip_bad=bool(arguments.get("skip_bad"))):
            return told | {"state": "not_made", "then": problem}
        job = await make_job(
            *(plan, examined, place, bulk_target),
            job_id=job_id,
            skip_bad=bool(arguments.get("skip_bad")),
            subject=current_subject.get(),
            claims=_keep_claims(),
        )
        opened = await amend(await read_job(place, job_id), service=target.settings.service)
        digest = ""
        if examined.effect is Effect.DESTRUCTIVE or examined.asked_rows:
            digest = (
                await survey(job, place, lambda given: target.client.find_asking(*find_call(job.operation, given)))
            ).digest
        await desk.find_shelf().put(KeptJob(job_id, place.address, job.created_at, opened.job, digest, examined.effect))
        if later := job.describe_later():
            told["notes"] = [*told.get("notes", ()), later]
        begin = {"job_id": job_id, "confirm_rows": job.total_rows}
        begin |= {"rate": arguments["rate"]} if "rate" in arguments else {}
        why = "begins it; the user is asked first" if examined.asked_rows else "begins it"
        return told | propose("bulk_start", begin, why)

    return await _wait_for_look(desk, job_id, desk.look(job_id, look()), request)


async def _wait_for_look(desk: BulkDesk, job_id: str, look: Look, request: ToolRequest) -> dict[str, Any]:
    with anyio.move_on_after(max(1.0, request.longest_wait_seconds - _SPARE_SECONDS)):
        told = await desk.finish_look(job_id, look)
        return fit(told, MAX_BYTES, query_prefix=None)
    why = "waits for what the look at all rows finds; it goes on"
    return {"job_id": job_id, "state": "looking", **propose("bulk_start", {"job_id": job_id}, why)}


async def _begin(
    desk: BulkDesk, confirmations: Confirmations, job_id: str, arguments: dict[str, Any], request: ToolRequest
) -> Answer:
    kept, opened = await _open(desk, job_id, request)
    job, settings = opened.job, request.target.settings
    check_service(job, settings.service)
    target = require_rights(request.target, job.kind, job.operation)
    check_allowed(job.operation, kept.effect)
    rate = float(arguments["rate"]) if "rate" in arguments else None
    retry = read_retry(arguments)
    is_wanted = opened.control is not None and not opened.control.stop
    if is_wanted and desk.is_running(job_id) and not retry:
        if rate is not None:
            opened = await change_rate(opened, rate)
        return await _describe(desk, await desk.keep_follower(opened).look())
    if not opened.is_started and arguments.get("confirm_rows") != job.total_rows:
        raise Refused(
            f"The job {job_id} was not begun: confirm_rows has to be the number of its rows, {job.total_rows:,}.",
            next_step=f"Look at them first (bulk_start with job_id alone), then give confirm_rows: {job.total_rows}.",
            reason="not_confirmed",
        )
    if kept.rows_digest:
        answer = await _agree(desk, confirmations, kept, opened, replace(request, target=target))
        if not isinstance(answer, OpenedJob):
            return answer
        opened = answer
    await desk.require_free(opened)  # what runs elsewhere must not be told to begin anew
    opened = await start_again(opened, rate=rate, retry=retry)
    await desk.start(opened)
    return await _describe(desk, await desk.keep_follower(opened).look())


async def _agree(
    desk: BulkDesk, confirmations: Confirmations, kept: KeptJob, opened: OpenedJob, request: ToolRequest
) -> OpenedJob | Answer:
    """The job with somebody's yes to all of it, where one is needed; else the question. Raises Refused where its rows
    are not those that were looked at."""
    job, client = opened.job, request.client
    seen = await survey(job, opened.place, lambda given: client.find_asking(*find_call(job.operation, given)))
    if seen.digest != kept.rows_digest:
        raise Refused(
            f"The job {job.job_id} was not begun: its rows were changed in {plain(kept.address, 200)} since they were "
            "looked at.",
            next_step="Nothing was sent. Make the job anew from its source.",
            reason="changed",
        )
    if job.confirmed or not seen.asked_rows:
        return opened
    operation, first = find_call(job.operation, seen.samples[0])
    many = ManyCalls(
        f"{job.job_id} {seen.digest}",
        seen.asked_rows,
        job.source,
        tuple(find_call(job.operation, each)[1] for each in seen.samples),
        seen.asking,
    )
    answer = await confirmations.ask(request, operation, first, many)
    if not isinstance(answer, Agreed):
        return answer
    if request.find_target_again is not None:
        now = await request.find_target_again()
        if now.service != request.target.service:
            raise Refused(
                f"The job {job.job_id} was not begun: the account has been set up anew since the user was asked.",
                next_step="Nothing was sent. Call again, and the user is asked anew.",
            )
        require_rights(now, job.kind, job.operation)
    consent = None if answer.consent is None else (answer.consent.how, answer.consent.by)
    opened = await amend(opened, confirmed=True, consent=consent)
    await desk.find_shelf().put(replace(kept, job=opened.job))
    return opened


async def _open(desk: BulkDesk, job_id: str, request: ToolRequest) -> tuple[KeptJob, OpenedJob]:
    """Raises UnknownJob where it is not the caller's, and ImsError where it is not what is known of it."""
    kept = await desk.find_shelf().find(job_id)
    target = request.target
    if kept.job is not None:  # its place is read with the account's credentials
        _require_account(kept.job, request)
    opened = await read_job(await open_place(kept.address, BulkTarget(target.client, target.transfers)), job_id)
    if kept.job is not None and kept.job != opened.job:
        raise Refused(
            f"What is in {plain(kept.address, 200)} is not the job {job_id} as it was made: its job.json was changed.",
            next_step="Nothing was sent. Make the job anew from its source.",
            reason="changed",
        )
    _require_account(opened.job, request)
    return kept, opened


def _require_account(job: BulkJob, request: ToolRequest) -> None:
    """Raises InvalidArguments for a job of another account or region than the call's."""
    target = request.target
    if job.account != target.access.account or (job.region and job.region != target.settings.region):
        named = {"account": job.account, "region": job.region}
        raise InvalidArguments(
            request.params.name,
            [Problem(name, f"the job is for {plain(value, 60)}") for name, value in named.items() if value],
        )


async def _list(desk: BulkDesk, request: ToolRequest) -> dict[str, Any]:
    jobs: list[dict[str, Any]] = []
    account = request.target.access.account
    kept = [each for each in await desk.find_shelf().list() if each.job is None or each.job.account == account]
    target = BulkTarget(request.client, request.target.transfers)
    for each in kept[:_MOST_LISTED]:
        try:
            opened = await read_job(await open_place(each.address, target), each.job_id)
            state = name_state(opened, is_through=await is_through(opened))
        except ImsError as error:
            jobs.append({"job_id": each.job_id, "problem": plain(str(error), 200)})
            continue
        row = {"job_id": each.job_id, "state": _name_state(desk, each.job_id, state), "rows": opened.job.total_rows}
        made_at = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(opened.job.created_at))
        jobs.append(
            row | {"operation": opened.job.operation, "source": plain(opened.job.source, 100), "made_at": made_at}
        )
    return fit({"count": len(kept), "jobs": jobs}, MAX_BYTES, query_prefix=None)


async def _describe(desk: BulkDesk, seen: Seen) -> dict[str, Any]:
    job = seen.opened.job
    state = _name_state(desk, job.job_id, name_state(seen.opened, is_through=seen.is_through))
    told: dict[str, Any] = {"job_id": job.job_id, "state": state, "operation": job.operation, **seen.describe()}
    if seen.is_through:
        await desk.wait_for_report(job.job_id)
    if seen.counts.failed:
        told["failed"] = {name: {"count": count} for name, count in seen.counts.failed_by_class.items()}
    problem = desk.find_problem(job.job_id)
    if seen.opened.is_started:
        told["report"] = locate_report(seen.opened)
    if seen.is_through:
        try:
            told |= _shorten_failures(await _read_report(seen))
        except ImsError as error:
            del told["report"]
            problem = f"The report was not written. {error.explain()}"
    if problem:
        told["problem"] = problem
    return fit(told | _propose_next(seen, state), MAX_BYTES, query_prefix=None)


def _propose_next(seen: Seen, state: str) -> dict[str, Any]:
    job_id = seen.opened.job.job_id
    match state:
        case "looked_at":
            return propose("bulk_start", {"job_id": job_id, "confirm_rows": seen.opened.job.total_rows}, "begins it")
        case "running":
            return propose("bulk_status", {"job_id": job_id, "wait_seconds": _WAIT_SECONDS}, "waits for its end")
        case "done" if seen.counts.failed:
            return propose("bulk_start", {"job_id": job_id, "retry": "all"}, "tries again what has failed")
        case "stopped" | "interrupted":
            return propose("bulk_start", {"job_id": job_id}, "goes on with it; no row is done twice")
        case _:
            return {}


async def _read_report(seen: Seen) -> dict[str, Any]:
    """Of a job that has ended; it is written where it is missing or older. Raises ImsError."""
    opened, counts = seen.opened, seen.counts
    try:
        report = json.loads(await opened.place.read(REPORT) or b"{}")
    except ValueError:
        report = {}
    if report.get("total") != counts.total or (report.get("done"), report.get("left")) != (counts.done, counts.left):
        report = await write_report(opened.place, opened.job)
    return report


def _shorten_failures(report: Mapping[str, Any]) -> dict[str, Any]:
    """``{failed: {class: {count, examples}}}``, or nothing."""
    failed = cast("Mapping[str, dict[str, Any]]", report.get("failed", {}))
    told = {
        plain(name, 60): {"count": found["count"], "examples": found["examples"][:_EXAMPLES]}
        for name, found in [*failed.items()][:_CLASSES]
    }
    return {"failed": told} if told else {}


def _name_state(desk: BulkDesk, job_id: str, state: str) -> str:
    """``running`` of what this server works at; ``interrupted`` of what was begun and nobody here works at."""
    if state != "started":
        return state
    return "running" if desk.is_running(job_id) else "interrupted"


def _describe_progress(seen: Seen) -> str:
    counts = seen.counts
    told = [f"{counts.total - counts.left:,} of {counts.total:,} rows"]
    told += [f"{counts.failed:,} failed"] if counts.failed else []
    told += [f"{counts.rows_per_second:,.0f} rows/s"] if counts.rows_per_second else []
    told += [f"{counts.seconds_left:,.0f} s left"] if counts.seconds_left else []
    return ", ".join(told)


def _shorten(examined: Examined) -> dict[str, Any]:
    told = examined.describe()
    if "problems" in told:
        told["problems"] = [
            {**problem, "examples": problem["examples"][:_EXAMPLES]} for problem in told["problems"][:_CLASSES]
        ]
    return told


def _find_obstacle(examined: Examined, *, skip_bad: bool) -> str:
    """Why no job is made of it; empty where one is."""
    if examined.refusal:
        return f"Nothing of it would be sent. {examined.refusal}"
    if not examined.rows:
        return "No row of it can be done: correct what is named, and call again."
    if examined.bad_rows and not skip_bad:
        return "Correct these rows and call again, or leave them out with skip_bad: true."
    return ""


def _keep_claims() -> dict[str, Any]:
    return dict(current_claims.get())
