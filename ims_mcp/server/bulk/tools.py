"""bulk_start, bulk_status and bulk_cancel: one operation for many rows, as a job that outlives its call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from ims_mcp.catalogue import AskWhen, Effect, Operation, Parameter
from ims_mcp.catalogue.operation import AtLeastOne
from ims_mcp.errors import Refused
from ims_mcp.server.bulk.desk import BulkDesk
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, declare
from ims_mcp.server.transfer_rows import WAIT
from ims_mcp.workflows.bulk.job import MOST_GIVEN_ROWS, Kind

_JOB_ID = Parameter("job_id", "string", text="Of a job that was looked at, or has stopped: begin it, or go on.")
_SOURCE = "One of source, rows and find. source: oss://bucket/prefix/ (each object is a row)"
BULK_START = Operation(
    name="BulkStart",
    toolset="bulk",
    title="Do one operation for many rows",
    purpose=(
        "Do one operation for each of many rows, up to a million, as a job in the background. The first call looks at "
        "all rows and changes nothing: counts, problems, what exists, costs; its next_call begins the job. Columns are "
        "parameters of the operation, template fills in the rest. Every row is done once, also after a crash. With "
        "job_id a stopped job goes on. If something may be destroyed the user is asked once, for all rows."
    ),
    effect=Effect.WRITE,
    destructive_when=(AskWhen("may destroy something for each of its rows", path="confirm_rows"),),
    parameters=(
        Parameter(
            "kind",
            "string",
            choices=tuple(Kind),
            text="register (InputURL), upload (files), update (MediaId), submit (jobs of operation), delete.",
        ),
        Parameter("operation", "string", text="Where it is not the usual one of kind: SubmitSmarttagJob."),
        Parameter(
            "source",
            "string",
            text=f"{_SOURCE}, or a CSV or JSONL file or a folder below an upload directory.",
        ),
        Parameter("rows", "array", items=Parameter("", "object"), text=f"Rows themselves, up to {MOST_GIVEN_ROWS:,}."),
        Parameter(
            "find", "object", text='Assets by find_media\'s filters: {"text": "hr", "created_before": "2025-01-01"}.'
        ),
        Parameter("template", "object", text='Parameters of all rows; texts may name columns: {"Title": "{stem}"}.'),
        Parameter("skip_bad", "boolean", text="Leave out rows that cannot be done."),
        Parameter("out", "string", text="oss://bucket/prefix/ that keeps the job and its report.", pattern="oss://.+"),
        Parameter("rate", "number", text="Rows a second at most.", minimum=0.01, maximum=10_000),
        _JOB_ID,
        Parameter("confirm_rows", "integer", text="With job_id, to begin: the number of its rows.", minimum=1),
        Parameter("retry", "string", text="With job_id: classes of failures to try again, or all."),
    ),
    rules=(AtLeastOne(("kind", "job_id")),),
)
BULK_STATUS = Operation(
    name="BulkStatus",
    toolset="bulk",
    title="Follow a bulk job",
    purpose="How a bulk job stands: rows done, failed by class, speed, time left, its report. Without job_id the list.",
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        replace(_JOB_ID, text="From bulk_start."),
        replace(WAIT, text="Until it has ended, so long at most. Default 0, at most 45."),
    ),
)
BULK_CANCEL = Operation(
    name="BulkCancel",
    toolset="bulk",
    title="Stop a bulk job",
    purpose="Stop a bulk job: no row is begun any more. What was done stays done; bulk_start with job_id goes on.",
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(replace(_JOB_ID, required=True, text="From bulk_start."),),
)
_OUTPUT = declare(job_id="string", state="string", rows="integer", next_call="object")
AnswerCall = Callable[[BulkDesk, Confirmations, dict[str, Any], ToolRequest], Awaitable[Answer]]


def make_bulk_tools(confirmations: Confirmations, desk: BulkDesk) -> list[TableTool]:
    """The tools of the toolset ``bulk``."""

    def make(table: Operation, name: str, output: dict[str, Any] = _OUTPUT) -> TableTool:
        async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            from ims_mcp.server.bulk import calls  # with the engine's tables and sources: not before the first job

            call: AnswerCall = getattr(calls, name)
            try:
                return await call(desk, confirmations, dict(arguments), request)
            except Refused as refused:
                request.client.observe_refusal(table, arguments, refused)
                raise

        return TableTool(table, answer, output_schema=output)

    return [
        make(_without_files(BULK_START) if desk.is_shared else BULK_START, "start"),
        make(BULK_STATUS, "follow", declare(job_id="string", state="string", rows="integer", jobs="array")),
        make(BULK_CANCEL, "cancel"),
    ]


def _without_files(table: Operation) -> Operation:
    """For callers on other machines, who have no files here, and whose jobs are kept where they say."""
    changed = {
        "kind": {"choices": tuple(kind for kind in Kind if kind is not Kind.UPLOAD)},
        "source": {"text": f"{_SOURCE}."},
        "out": {"text": "Required: oss://bucket/prefix/ that keeps the job and its report."},
    }
    rows = tuple(replace(row, **changed.get(row.name, {})) for row in table.parameters)
    return replace(table, parameters=rows)
