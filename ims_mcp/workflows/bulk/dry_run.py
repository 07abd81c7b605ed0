"""The dry run: every row read and checked, a few looked up, nothing written."""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import anyio

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.config.rights import Asking, find_started_work
from ims_mcp.errors import ImsError, InvalidArguments, Refused, ServiceError
from ims_mcp.foreign_text import quotable
from ims_mcp.workflows.bulk.doubles import hash_text
from ims_mcp.workflows.bulk.examined import EXAMPLES, SAMPLE_ROWS, Examined, Existing, ProblemClass
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.row_check import DOUBLE, Judged
from ims_mcp.workflows.bulk.rows import PlannedRows
from ims_mcp.workflows.bulk.sources.raw import SourceError, count_rows
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.transfers.run import guard_upload
from ims_mcp.workflows.transfers.store import VOD

LOOKED_UP = 200
"""Rows whose address is looked for in the library."""
_AT_ONCE, _LOOK_SECONDS, _CALL_SECONDS = 8, 30.0, 10.0
_UNKNOWN_ROWS = (
    "this operation takes no ClientToken: after a crash a row that was being sent may stay unknown; it is named in the "
    "report and not sent again by itself"
)
_EMPTY_ASSETS = (
    "in storage of IMS an asset is created before its file is sent; after a crash it is found by a mark in its UserData"
)


async def examine(plan: Plan, target: BulkTarget, *, seed: int = 0) -> Examined:
    """Read all of the source. ``seed`` chooses the rows that are looked up.

    Raises SourceError where it cannot be read or holds no row at all, InvalidArguments for a plan that cannot be, and
    ImsError where a service that has the rows fails.
    """
    rows = PlannedRows(plan, target)
    tally = _Tally(plan.kind, rows.operation, target, random.Random(seed))  # noqa: S311 - which rows are looked at is no secret
    async with aclosing(rows.read()) as batches:
        async for batch in batches:
            tally.add(batch)
    if not tally.seen:
        passed_over = "".join(f"; passed over: {count:,} {reason}" for reason, count in rows.left_out.counts.items())
        raise SourceError(
            f"There is no row in {plan.source.describe()}{passed_over}.",
            next_step="Nothing was done. Check the source.",
        )
    existing = (
        await _look_up(target.client, tally.looked_up) if plan.kind is Kind.REGISTER and tally.row_hashes else None
    )
    notes = list(tally.notes)
    if plan.kind is Kind.UPLOAD and tally.into_vod:
        notes.append(_EMPTY_ASSETS)
    elif plan.kind is not Kind.UPLOAD and not (rows.operation.has_client_token or rows.operation.idempotent):
        notes.append(_UNKNOWN_ROWS)
    return Examined(
        operation=rows.operation.name,
        source=plan.source.describe(),
        row_hashes=tally.row_hashes,
        doubles=tally.doubles,
        problems=tally.sort_problems(),
        left_out=rows.left_out.counts,
        effect=Effect.DESTRUCTIVE if tally.destructive_rows else rows.operation.effect,
        destructive_rows=tally.destructive_rows,
        asked_rows=tally.asked_rows,
        asked_on_page=tally.asked_on_page,
        what_it_does=tally.what_it_does,
        refusal=tally.refusal,
        costs=rows.operation.costs,
        existing=existing,
        size_bytes=tally.size_bytes,
        notes=tuple(notes),
        sample=tuple(each for _, each in sorted(tally.sample.kept, key=lambda pair: pair[0])),
    )


@dataclass(slots=True)
class _Reservoir:
    """So many rows of a stream of unknown length, each with the same chance."""

    size: int
    draw: random.Random
    kept: list[tuple[int, dict[str, Any]]] = field(default_factory=list[tuple[int, dict[str, Any]]])
    _seen: int = 0

    def add(self, line: int, arguments: dict[str, Any]) -> None:
        self._seen += 1
        if len(self.kept) < self.size:
            self.kept.append((line, arguments))
        elif (place := self.draw.randrange(self._seen)) < self.size:
            self.kept[place] = (line, arguments)


class _Tally:
    """What the rows come to, row by row; of them only a few are kept."""

    def __init__(self, kind: Kind, operation: Operation, target: BulkTarget, draw: random.Random) -> None:
        self._kind = kind
        self._operation = operation
        self._target = target
        self._examples: dict[str, list[tuple[int, str]]] = {}
        self._counts: dict[str, int] = {}
        self._guarded: set[Effect] = set()
        self._paid = 0
        self.sample = _Reservoir(SAMPLE_ROWS, draw)
        self._looked_up = _Reservoir(LOOKED_UP, draw)
        self.row_hashes = array("Q")
        self.seen = self.doubles = self.size_bytes = 0
        self.destructive_rows = self.asked_rows = 0
        self.asked_on_page = self.into_vod = False
        self.what_it_does = self.refusal = ""

    @property
    def looked_up(self) -> list[dict[str, Any]]:
        return [arguments for _, arguments in self._looked_up.kept]

    @property
    def notes(self) -> list[str]:
        if not self._paid:
            return []
        start = "starts" if self._paid == 1 else "start"
        return [f"{count_rows(self._paid)} {start} a workflow or an analysis, billed by itself"]

    def add(self, batch: list[Judged]) -> None:
        for row in batch:
            self.seen += 1
            if row.problem_class == DOUBLE:
                self.doubles += 1
            elif row.is_good:
                self._add_good(row)
            else:
                self._add_bad(row.problem_class, row.line, row.problem)

    def sort_problems(self) -> tuple[ProblemClass, ...]:
        names = sorted(self._counts, key=lambda name: (-self._counts[name], name))
        return tuple(ProblemClass(name, self._counts[name], tuple(self._examples[name])) for name in names)

    def _add_bad(self, name: str, line: int, problem: str) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1
        examples = self._examples.setdefault(name, [])
        if len(examples) < EXAMPLES:
            examples.append((line, problem))

    def _add_good(self, row: Judged) -> None:
        operation, arguments = self._find_call(row.arguments)
        self.row_hashes.append(hash_text(row.text))
        self.size_bytes += row.size_bytes
        self.sample.add(row.line, row.arguments)
        if self._kind is Kind.REGISTER:
            self._looked_up.add(row.line, row.arguments)
        effect = operation.effect_of(arguments)
        self.destructive_rows += effect is Effect.DESTRUCTIVE
        self._paid += bool(find_started_work(arguments))
        if effect not in self._guarded:
            self._guarded.add(effect)
            self.refusal = self.refusal or self._find_refusal(row.arguments)
        asking = self._target.client.find_asking(operation, arguments)
        if asking in (Asking.ASK, Asking.PAGE):
            self.asked_rows += 1
            self.asked_on_page = self.asked_on_page or asking is Asking.PAGE
            self.what_it_does = self.what_it_does or operation.what_it_does(arguments)

    def _find_call(self, arguments: dict[str, Any]) -> tuple[Operation, dict[str, Any]]:
        """The operation of the service that says what a row does."""
        if self._kind is not Kind.UPLOAD:
            return self._operation, arguments
        destination = str(arguments.get("destination", VOD))
        if destination == VOD:
            self.into_vod = True
            return get_operation("CreateUploadMedia"), {}
        return get_operation("RegisterMediaInfo"), {**arguments, "InputURL": destination}

    def _find_refusal(self, arguments: Mapping[str, Any]) -> str:
        try:
            if self._kind is Kind.UPLOAD:
                self._target.transfers.guard()
                given = {name: value for name, value in arguments.items() if name not in ("path", "destination")}
                destination = str(arguments.get("destination", VOD))
                guard_upload(self._target.client, "media", destination, given, confirmed=True)
            else:
                self._target.client.guard(self._operation, arguments, confirmed=True)
        except Refused as refused:
            return refused.explain()
        return ""


async def _look_up(client: ImsClient, rows: list[dict[str, Any]]) -> Existing:
    """How many of these addresses are assets already, as far as there is time for it."""
    operation = get_operation("GetMediaInfo")
    waiting, looked_at, found, problem = iter(rows), 0, 0, ""

    async def look() -> None:
        nonlocal looked_at, found, problem
        for arguments in waiting:
            try:
                query = {"InputURL": arguments["InputURL"]}
                await client.call(operation, query, timeout_seconds=_CALL_SECONDS)
            except ServiceError as error:
                if not error.is_not_found:
                    problem = quotable(f"the look ended with {error.code}", limit=200)
                    tasks.cancel_scope.cancel()
                    return
            except (InvalidArguments, Refused):
                continue
            except ImsError as error:
                problem = quotable(f"the look ended: {error}", limit=200)
                tasks.cancel_scope.cancel()
                return
            else:
                found += 1
            looked_at += 1

    with anyio.move_on_after(_LOOK_SECONDS) as limit:
        async with anyio.create_task_group() as tasks:
            for _ in range(_AT_ONCE):
                tasks.start_soon(look)
    if limit.cancelled_caught:
        problem = problem or f"more took longer than {_LOOK_SECONDS:.0f} s"
    return Existing(looked_at, found, problem)
