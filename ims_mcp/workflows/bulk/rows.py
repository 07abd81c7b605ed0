"""The rows of a plan, read and checked batch by batch: once for the dry run, once more for the job."""

from __future__ import annotations

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
    """One pass."""

    def __init__(self, plan: Plan, target: BulkTarget) -> None:
        """Raises InvalidArguments for an operation or a template that cannot be."""
        self.operation: Operation = choose_operation(plan.kind, plan.operation)
        self.left_out = LeftOut()
        self._source = plan.source
        self._target = target
        self._columns = Columns(self.operation, compile_template(self.operation, plan.template))
        self._columns.check_template(None)
        self._check = RowCheck(plan.kind, self._columns, plan.source.offers, target.transfers.rules)

    async def read(self) -> AsyncGenerator[list[Judged]]:
        """Raises SourceError, and ImsError where a service fails."""
        async with aclosing(self._source.read(self._target, self._columns, self.left_out)) as batches:
            async for batch in batches:
                yield await anyio.to_thread.run_sync(lambda batch=batch: self._judge_all(batch))

    def _judge_all(self, batch: list[RawRow]) -> list[Judged]:
        return [self._check.judge(raw) for raw in batch]
