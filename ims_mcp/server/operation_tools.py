"""The tools that call operations of IMS: one for each listed operation, one for all others of an effect, and one that
waits for what they have started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ims_mcp.call_origin import giving
from ims_mcp.catalogue import AskWhen, Effect, Operation, Parameter, get_operation
from ims_mcp.catalogue.named_toolsets import CORE
from ims_mcp.errors import ImsError, Refused
from ims_mcp.server.allowed_effects import check_allowed
from ims_mcp.server.call_effect import document_names
from ims_mcp.server.confirmation import Agreed, Confirmations
from ims_mcp.server.reach import Target
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, declare
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall, ServerArguments
from ims_mcp.workflows.job_wait import wait_for_job
from ims_mcp.workflows.operation_call import check_arguments, resolve_arguments, run_operation
from ims_mcp.workflows.server_parameters import WAIT_SECONDS, complete_table
from ims_mcp.workflows.waiting import NEXT_WAIT_SECONDS

OPERATION = Parameter("operation", "string", required=True, text="Such as SubmitSnapshotJob.")
_SAMPLES = {
    Effect.READ: "ListSystemTemplates",
    Effect.WRITE: "SubmitSnapshotJob",
    Effect.DESTRUCTIVE: "DeleteMediaMarks",
}
_ARGUMENTS = Parameter("arguments", "object", text="As describe_operation lists them; query and wait_seconds too.")

WAIT_FOR_JOB = Operation(
    name="WaitForJob",
    toolset="jobs",
    title="Wait for a background job",
    purpose="Wait for what an operation started, and bring its result or why it failed. Starts nothing.",
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        Parameter("operation", "string", required=True, text="What started the job: RegisterMediaInfo."),
        Parameter("ids", "object", required=True, text='What it returned: {"MediaId": "..."} or {"JobId": "..."}.'),
        replace(WAIT_SECONDS, text="Default 40, at most 45; 0 looks once."),
        Parameter("until", "string", text="start: only until a recording runs; default end.", choices=("start", "end")),
    ),
)


@dataclass(frozen=True, slots=True)
class OperationTools:
    """Makes the tools."""

    confirmations: Confirmations

    def make_operation_tool(self, operation: Operation) -> TableTool:
        """The operation's own tool; its table is the operation's plus this server's parameters."""

        async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            return await self._call(operation, arguments, request, by_its_own_tool=True)

        async def check_call(arguments: Mapping[str, Any], request: ToolRequest) -> dict[str, Any]:
            return await check_granted(operation, arguments, request)

        # What people meet first is listed whole.
        is_core = operation.name in CORE
        return TableTool(
            complete_table(operation, list_query=is_core),
            answer,
            check=check_call,
            output_schema=find_behaviour(operation).describe_output(operation),
            whole=is_core,
        )

    def make_effect_tool(self, effect: Effect) -> TableTool:
        """Calls any operation of one effect, by the same checks, guards, retries and shaping as a tool of its own."""

        async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            operation = get_operation(arguments["operation"])
            if operation.effect is not effect:
                raise ImsError(
                    f"{operation.name} was not sent: it is a {operation.effect} operation.",
                    next_step=f"Call it with call_{operation.effect}_operation.",
                )
            checked = await check_granted(operation, arguments.get("arguments") or {}, request)
            return await self._call(operation, checked, request, by_its_own_tool=False)

        return TableTool(_make_call_table(effect), answer, output_schema=declare(next_call="object"))

    def make_wait_tool(self) -> TableTool:
        """Serves :data:`WAIT_FOR_JOB`."""

        async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            name = str(arguments["operation"])
            if name in ("upload_media", "upload_stream"):
                raise ImsError(f"{name} is followed with transfer_status.", next_step="Give it the transfer_id.")
            operation = get_operation(name)
            request.target.require(operation, Effect.READ)
            return await wait_for_job(
                request.client,
                operation,
                arguments["ids"],
                seconds=float(arguments.get("wait_seconds", NEXT_WAIT_SECONDS)),
                longest_seconds=request.longest_wait_seconds,
                until=arguments.get("until", "end"),
                listed=request.listed,
                progress=request.report_progress,
            )

        return TableTool(WAIT_FOR_JOB, answer, output_schema=declare(outcome="string", result="object"))

    async def _call(
        self, operation: Operation, checked: dict[str, Any], request: ToolRequest, *, by_its_own_tool: bool
    ) -> Answer:
        """The result of a call, or the question to be asked before it."""
        arguments, own = await resolve_arguments(request.client, operation, checked)
        try:
            return await self._call_resolved(operation, arguments, own, request, by_its_own_tool=by_its_own_tool)
        except Refused as refused:
            request.client.observe_refusal(operation, arguments, refused)
            raise

    async def _call_resolved(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        own: ServerArguments,
        request: ToolRequest,
        *,
        by_its_own_tool: bool,
    ) -> Answer:
        effect = operation.effect_of(arguments)
        check_allowed(operation.name, effect)
        request = replace(request, target=request.target.require(operation, effect))
        agreed = Agreed(arguments)
        if request.client.needs_confirmation(operation, arguments):
            answer = await self.confirmations.ask(request, operation, arguments)
            if not isinstance(answer, Agreed):
                return answer
            agreed = answer
            request = replace(request, target=await _look_again(request, operation, effect))
        call = OperationCall(
            request.client,
            operation,
            agreed.arguments,
            own,
            agreed.confirmed,
            request.listed,
            by_its_own_tool,
            agreed.before,
        )
        with giving(agreed.consent):
            return await run_operation(
                call, progress=request.report_progress, longest_seconds=request.longest_wait_seconds
            )


def _make_call_table(effect: Effect) -> Operation:
    which = {
        Effect.READ: "that only reads. Nothing is changed",
        Effect.WRITE: "that changes something. Never sent again blindly when its outcome is unknown",
        Effect.DESTRUCTIVE: "that deletes, replaces, interrupts, orders or calls people. The user is asked first",
    }[effect]
    return Operation(
        name=f"Call{effect.value.title()}Operation",
        toolset="catalogue",
        title=f"Call a {effect} operation",
        purpose=f"Call any operation of IMS {which}. search_operations finds it, with an example to start from.",
        effect=effect,
        idempotent=effect is Effect.READ,
        # For some arguments a write is asked about as well: as the operation's own table says.
        destructive_when=(AskWhen("may replace something"),) if effect is Effect.WRITE else (),
        parameters=(replace(OPERATION, text=f"Such as {_SAMPLES[effect]}."), _ARGUMENTS),
    )


async def check_granted(operation: Operation, given: Mapping[str, Any], request: ToolRequest) -> dict[str, Any]:
    """Checked arguments of an operation that the caller has: what a check looks up for its advice is theirs to read.

    Raises ImsError, and tells whoever watches calls of a refusal.
    """
    try:
        request.target.require(operation, Effect.READ)
    except Refused as refused:
        request.client.observe_refusal(operation, document_names(operation, given), refused)
        raise
    return await check_arguments(request.client, operation, given)


async def _look_again(request: ToolRequest, operation: Operation, effect: Effect) -> Target:
    """The target as its caller has it once the user has answered. Raises ImsError where it is not theirs any more."""
    if request.find_target_again is None:
        return request.target
    now = await request.find_target_again()
    if now.service != request.target.service:
        raise Refused(
            f"{operation.name} was not sent: the account has been set up anew since the user was asked.",
            next_step="Nothing was sent. Call again, and the user is asked anew.",
        )
    return now.require(operation, effect)
