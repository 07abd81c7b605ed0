"""What a job that has succeeded has brought: read where its table says, by one further call where that is needed, and
bounded.

``fields: {"result": {…}}`` for one job and ``{"results": [{…}, …]}`` for several, told apart by their ids. How they
look is decided in :mod:`ims_mcp.summaries.job_result`; a field of the answer that is named as a whole (``MediaInfo``)
comes as the operation that reads it shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import anyio.to_thread

from ims_mcp.catalogue import Operation, Parameter, Poll, Result, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import OMITTED, fit
from ims_mcp.summaries.job_result import clear, read_result, walk
from ims_mcp.summaries.rows import find_list
from ims_mcp.summaries.shaping import MAX_BYTES, present, present_ours
from ims_mcp.summaries.short_form import ALL
from ims_mcp.summaries.typed_fields import write_times
from ims_mcp.summaries.values import as_object
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall, ServerArguments
from ims_mcp.workflows.failures import find_failure
from ims_mcp.workflows.waiting import Look, Outcome, PollResult, find_entries, judge_status

RESULT_BYTES = 6 * 1024
"""Of the result of one job."""
RESULTS_BYTES = 12 * 1024
"""Of the results of several."""
MOST_READS = 10
"""Jobs whose results are read one by one."""
READ_SECONDS = 10.0
"""What one read is given at most."""
SHORTEST_READ_SECONDS = 0.5
"""Where the call has less left, nothing more is read."""
_LONGEST_STATUS = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. ``fields`` are empty where nothing lies there; ``problem`` says why it could not be read."""

    fields: dict[str, Any]
    reader: Operation
    arguments: dict[str, Any]
    """With which ``reader`` reads all of it; empty where they are not known."""
    problem: str = ""
    is_cut: bool = False
    hides_addresses: bool = False
    """Addresses have lost their signatures, and the operation that reads them can show them."""
    left_count: int = 0
    """Jobs whose results are not among them for want of room or time."""
    next_page: dict[str, Any] = field(default_factory=dict[str, Any])
    """The call of the next page, where the further read was the first of several."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One of those that were waited for."""

    look: Look
    ids: dict[str, Any]
    """Tell it from the others; empty where it is the only one."""
    entry: dict[str, Any] | None
    """Its element of the list that the states lie in."""
    status: str
    outcome: Outcome


class ResultReader:
    """Reads the result of what ``operation``, called with ``arguments`` and answered with ``reply``, has started."""

    def __init__(
        self,
        client: ImsClient,
        operation: Operation,
        *,
        arguments: Mapping[str, Any],
        reply: Mapping[str, Any],
        listed: Container[str] | None,
        include_signed_urls: bool = False,
    ) -> None:
        self._client = client
        self._operation = operation
        self._arguments = arguments
        self._reply = reply
        self._listed = listed
        self._signed = include_signed_urls

    async def read(self, poll: Poll, result: Result, waited: PollResult, seconds_left: Callable[[], float]) -> Found:
        """The result of every job. ``seconds_left``: what the call still has."""
        reader = get_operation(result.operation or poll.operation)
        jobs = _list_jobs(poll, waited, self._arguments)
        rows: list[dict[str, Any]] = []
        found = Found({}, reader, {})
        for number, job in enumerate(jobs):
            row: dict[str, Any] = {}
            one = Found({}, reader, {})
            if job.outcome in ("succeeded", "running"):
                one = await self._read_one(poll, result, reader, job, seconds_left() if number < MOST_READS else 0.0)
                row = one.fields
            elif job.ids and job.outcome == "failed" and (failure := self._find_failure(poll, job)):
                row = {"problem": failure}
            if job.ids:
                row = {**present_ours(job.ids), "status": plain(job.status, _LONGEST_STATUS), **row}
            rows.append(row)
            found = _merge(found, one)
        if not jobs or not jobs[0].ids:
            return replace(found, fields={"result": rows[0]} if rows and rows[0] else {})
        fitted = fit({"results": rows}, RESULTS_BYTES, query_prefix=None)
        left = found.left_count + len(rows) - len(fitted["results"])
        is_cut = found.is_cut or OMITTED in fitted
        return replace(found, fields={"results": fitted["results"]}, is_cut=is_cut, left_count=left)

    def _find_failure(self, poll: Poll, job: _Job) -> str:
        return plain(find_failure(self._operation, _narrow(poll, job), self._arguments).reason)

    async def _read_one(self, poll: Poll, result: Result, reader: Operation, job: _Job, seconds: float) -> Found:
        """``fields`` hold the values themselves. ``seconds``: what a further read may take."""
        if not result.operation:
            given = dict(job.look.arguments)
            return await self._shape(result, reader, given, _narrow(poll, job), _find_job_list(poll))
        given, missing = self._find_arguments(poll, result, reader, job)
        if missing:
            return Found({}, reader, {}, f"the answer does not say its {missing}")
        if seconds < SHORTEST_READ_SECONDS:
            return Found({}, reader, given, is_cut=True, left_count=1)
        call = OperationCall(self._client, reader, given, listed=self._listed)
        try:
            prepared = find_behaviour(reader).prepare(call)
            answer = (await self._client.call(reader, prepared, timeout_seconds=min(seconds, READ_SECONDS))).data
        except ImsError as error:
            return Found({}, reader, given, error.explain())
        shaped = await self._shape(result, reader, given, answer)
        return replace(shaped, next_page=find_behaviour(reader).propose_next(call, answer))

    async def _shape(
        self, result: Result, reader: Operation, given: dict[str, Any], data: dict[str, Any], job_list: str = ""
    ) -> Found:
        own = ServerArguments(include_signed_urls=self._signed)
        call = OperationCall(self._client, reader, given, own, listed=self._listed, by_its_own_tool=False)
        # What a job answers may be large.
        shaped = await anyio.to_thread.run_sync(partial(_shape_fields, call, result, data, job_list))
        fitted = fit(shaped.fields, RESULT_BYTES, query_prefix=None)
        is_cut = shaped.is_cut or OMITTED in fitted
        # A row of a list does not show all of a long text.
        whole = given | {"show_fields": ALL} if is_cut and find_list(reader) else given
        return replace(shaped, fields=fitted, is_cut=is_cut, arguments=whole)

    def _find_arguments(self, poll: Poll, result: Result, reader: Operation, job: _Job) -> tuple[dict[str, Any], str]:
        """The arguments of the further read, and the name of one that is required and cannot be found."""
        given: dict[str, Any] = {}
        for name, path in result.arguments:
            row = reader.parameter(name)
            known = (job.look.arguments, self._reply, self._arguments)
            # A caller of wait_for_job gives ids by the names of the look.
            tries = [
                *((place, path) for place in (_narrow(poll, job), self._reply, self._arguments)),
                *((place, each) for each in (name, path.rpartition(".")[2]) for place in known),
            ]
            found = (_find_values(place, each) for place, each in tries)
            values = next((each for each in found if each), list[Any]())
            if values and row is not None:
                given[name] = _write_ids(row, values)
            elif row is not None and row.required:
                return given, name
        return given, "" if given else "id"


def _find_values(place: Any, path: str) -> list[Any]:
    return [value for value in walk(place, path.split(".")) if value or value == 0]


def _write_ids(row: Parameter, values: list[Any]) -> Any:
    if row.kind == "array":
        return [str(value) for value in values]
    return ",".join(str(value) for value in values) if row.comma_list else values[0]


def _merge(found: Found, one: Found) -> Found:
    """The first problem counts, and the first arguments with which there is more to read."""
    is_first_cut = one.is_cut and not found.is_cut
    return replace(
        found,
        arguments=one.arguments if is_first_cut else found.arguments or one.arguments,
        left_count=found.left_count + one.left_count,
        problem=found.problem or one.problem,
        is_cut=found.is_cut or one.is_cut,
        hides_addresses=found.hides_addresses or one.hides_addresses,
        next_page=found.next_page or one.next_page,
    )


def _list_jobs(poll: Poll, waited: PollResult, arguments: Mapping[str, Any]) -> list[_Job]:
    """The jobs that were looked at, each with its ids where there are several."""
    looks = [look for look in waited.looks if look.data is not None]
    name, place = poll.arguments[0]
    takes_several = "[]" in place
    count = sum(len(str(look.arguments.get(name, "")).split(",")) if takes_several else 1 for look in looks)
    jobs: list[_Job] = []
    for look in looks:
        entries = [as_object(each) for each in find_entries(poll, look.data or {}, arguments)]
        if takes_several and count > 1:
            one, state = name.removesuffix("s"), poll.status_field.rpartition("[].")[2]
            # Services list what is newest first; a caller thinks of what it named first.
            order = str(look.arguments.get(name, "")).split(",")
            known = [each for each in entries if str(each.get(one)) in order]
            for each in sorted(known, key=lambda each: order.index(str(each.get(one)))) or entries:
                status = str(each.get(state, ""))
                jobs.append(_Job(look, {one: str(each.get(one, ""))}, each, status, judge_status(poll, status)))
        else:
            ids = {name: look.arguments.get(name)} if count > 1 else {}
            entry = entries[0] if len(entries) == 1 else None
            jobs.append(_Job(look, ids, entry, look.status, look.outcome))
    return jobs


def _narrow(poll: Poll, job: _Job) -> dict[str, Any]:
    """The answer of the look without the entries of other jobs."""
    data, list_path = job.look.data or {}, _find_job_list(poll)
    return data if job.entry is None or not list_path else {**data, list_path: [job.entry]}


def _find_job_list(poll: Poll) -> str:
    """The list at the top of the answer that holds one element a job; a list deeper down is part of one job."""
    list_path = poll.status_field.rpartition("[].")[0]
    return "" if "." in list_path else list_path


def _shape_fields(call: OperationCall, result: Result, data: dict[str, Any], job_list: str) -> Found:
    """The fields as they are shown, unbounded. Where ``job_list`` has one element, its fields are the job's own."""
    found = Found({}, call.operation, dict(call.arguments))
    name, path = result.fields[0]
    if len(result.fields) == 1 and isinstance(data.get(path), dict | list):
        show = partial(find_behaviour(call.operation).show, call, {path: data[path]}, {})
        view = show(RESULT_BYTES)
        if path in view and OMITTED in view:
            # Nothing of its own: what has to go is said with the result.
            view = show(MAX_BYTES)
        shown = clear(view[path]) if path in view else view
        is_cut = OMITTED in view
        if find_list(call.operation):
            # It names the same call, which is another one here.
            is_cut = shown.pop("left_out", None) is not None or is_cut
        return replace(found, fields=_as_fields(shown, name), is_cut=is_cut)
    shown = _read_shown(call, result, data, job_list, signed=call.own.include_signed_urls)
    hides = False
    if call.operation.signed_addresses and not call.own.include_signed_urls:
        hides = _read_shown(call, result, data, job_list, signed=True) != shown
    name, value = next(iter(shown.items()), ("", None))
    fields = _as_fields(value, name) if len(result.fields) == 1 else shown
    return replace(found, fields=fields, hides_addresses=hides)


def _read_shown(
    call: OperationCall, result: Result, data: dict[str, Any], job_list: str, *, signed: bool
) -> dict[str, Any]:
    operation = call.operation
    read = partial(present, secret_fields=operation.secret_fields, include_signed_urls=signed)
    found = read_result(operation.response, read(data, again=True), result.fields, job_list).show()
    # Once more: what lay in a text is read by its names only now.
    return write_times(read(found, depth=1))


def _as_fields(value: Any, name: str) -> dict[str, Any]:
    """One object is the result itself."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return {} if value in (None, "", []) else {name: value}
