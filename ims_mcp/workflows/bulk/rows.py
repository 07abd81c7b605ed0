"""The rows of a plan, read and checked batch by batch: once for the dry run, once more for the job."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio.to_thread

from ims_mcp.catalogue import Operation
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.plan import Plan, choose_operation
from ims_mcp.workflows.bulk.row_check import Judged, RowCheck
from ims_mcp.workflows.bulk.sources.raw import LeftOut, RawRow
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.bulk.template import compile_template


class PlannedRows:
    """One pass. Afterwards :attr:`digest` names just these rows in just this order."""

    def __init__(self, plan: Plan, target: BulkTarget) -> None:
        """Raises InvalidArguments for an operation or a template that cannot be."""
        self.operation: Operation = choose_operation(plan.kind, plan.operation)
        self.left_out = LeftOut()
        self._source = plan.source
        self._target = target
        self._columns = Columns(self.operation, compile_template(self.operation, plan.template))
        self._columns.check_template(None)
        self._check = RowCheck(plan.kind, self._columns, plan.source.offers, target.transfers.rules)
        self._hash = hashlib.blake2b(digest_size=16)

    async def read(self) -> AsyncGenerator[list[Judged]]:
        """Raises SourceError, and ImsError where a service fails."""
        async with aclosing(self._source.read(self._target, self._columns, self.left_out)) as batches:
            async for batch in batches:
                yield await anyio.to_thread.run_sync(lambda batch=batch: self._judge_all(batch))

    @property
    def digest(self) -> str:
        """Of what was read so far."""
        return self._hash.hexdigest()

    def _judge_all(self, batch: list[RawRow]) -> list[Judged]:
        judged = [self._check.judge(raw) for raw in batch]
        for row in judged:
            self._hash.update(f"{row.text}\n".encode() if row.is_good else b"\n")
        return judged
