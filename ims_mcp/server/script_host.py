"""What the calls of a script do: each goes the way of a tool's call, with its caller's rights and guards, and is
counted. What would destroy something is written down and not made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import anyio
import anyio.lowlevel

from ims_mcp.audit.ids import find_ids
from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.catalogue.describe import describe
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem, Refused
from ims_mcp.foreign_text import plain
from ims_mcp.server.allowed_effects import check_allowed
from ims_mcp.server.operation_tools import check_granted
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, WithPictures, log_bug
from ims_mcp.server.toolsets import read_effect
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall, Submission
from ims_mcp.workflows.operation_call import resolve_arguments
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.driving import NotDone, StopScript
from ims_mcp.workflows.scripts.prepare import FUNCTIONS
from ims_mcp.workflows.scripts.record import Destruction, ScriptRecord
from ims_mcp.workflows.scripts.sandbox_values import NotPlain, TooLarge, read_arguments
from ims_mcp.workflows.scripts.stubs import ABOUT_SHOWING
from ims_mcp.workflows.scripts.whole_answer import complete_answer

SCRIPT_TOOLS = (
    *("find_media", "wait_for_job", "create_upload"),
    *("upload_media", "upload_stream", "transfer_status", "cancel_transfer"),
)
"""The workflow tools that the module has, where the caller has them."""
_ASKED = {
    "search": ("search_operations", "query", "words"),
    "describe": ("describe_operation", "operation", "operation"),
}
"""Functions of the module: the tool that answers, its parameter, and what the function calls that."""
_PARTS = ("parameter", "part")
"""What describe takes besides, as its tool does: names of what it left out."""
_IN_A_SCRIPT = "The whole answer comes back, as returns has it; no view, page or query."
_MOST_ARGUMENT_BYTES = 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuietRequest(ToolRequest):
    """A request of a script's: what it does is told by the script's own progress."""

    async def report_progress(self, done: float, total: float, message: str) -> None:
        """Nothing."""


class Pace:
    """Lets one piece of work of all scripts begin at a time, and the event loop go round in between: what scripts ask
    for comes in bursts."""

    def __init__(self) -> None:
        self._lock = anyio.Lock()

    async def wait(self) -> None:
        """Until it is this one's turn."""
        async with self._lock:
            await anyio.lowlevel.checkpoint()


class ScriptHost:
    """Answers the calls of one script, in the name of whoever runs it."""

    def __init__(
        self,
        request: ToolRequest,
        tools: Mapping[str, TableTool],
        record: ScriptRecord,
        pace: Pace,
        *,
        ends_at: float,
    ) -> None:
        """``pace`` is that of all scripts. ``ends_at`` is on anyio's clock: no call waits longer."""
        self._request = request
        self._tools = tools
        self._record = record
        self._pace = pace
        self._ends_at = ends_at
        self._reads = anyio.CapacityLimiter(limits.READS_AT_ONCE)
        self._writes = anyio.Lock()

    async def answer(self, name: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
        """One call. Raises ImsError, which the script may catch, and StopScript where it has come to a bound."""
        self._record.begin_call()
        try:
            await self._pace.wait()
            arguments = _read_arguments(name, args, given)
            if name in FUNCTIONS:
                return await self._ask(name, arguments)
            if name in self._tools:
                return await self._use_tool(self._tools[name], arguments)
            operation = get_operation(name)
            async with self._reads if operation.effect is Effect.READ else self._writes:
                await self._pace.wait()
                call, submission = await self._call(operation, arguments)
            await self._pace.wait()
            # What a job that was started does is waited for beside others.
            return await complete_answer(call, submission, longest_seconds=self._seconds_left())
        except (ImsError, StopScript):
            self._record.failed += 1
            raise
        except Exception as error:
            self._record.failed += 1
            incident_id = log_bug(f"run_script: {name}", error)
            raise StopScript(
                f"{name} failed inside this server, which is a bug in it (incident {incident_id})"
            ) from error

    async def _ask(self, name: str, arguments: dict[str, Any]) -> Any:
        tool_name, parameter, own = _ASKED[name]
        tool = self._request.held[tool_name]
        asked = {parameter: arguments.get(own, arguments.get(parameter, ""))}
        if name == "describe":
            asked |= {each: arguments[each] for each in _PARTS if each in arguments}
            if (own_tool := self._tools.get(str(asked[parameter]))) is not None:
                return describe(own_tool.table)
        answer = _require_plain(tool, await tool.answer(asked, self._quiet()))
        return answer.get("operations", []) if name == "search" else _tell_scripts(answer)

    async def _use_tool(self, tool: TableTool, arguments: dict[str, Any]) -> Any:
        effect = Effect(read_effect(tool.listed))
        check_allowed(tool.name, effect)
        if effect is Effect.READ:
            async with self._reads:
                self._record.reads += 1
                return _require_plain(tool, await tool.answer(arguments, self._quiet()))
        async with self._writes:

            async def send() -> tuple[dict[str, Any], dict[str, Any]]:
                answer = _require_plain(tool, await tool.answer(arguments, self._quiet()))
                return answer, {name: plain(value, 100) for name, value in answer.items() if _is_id(name, value)}

            return await self._keep_write(tool.name, send)

    async def _call(self, operation: Operation, given: dict[str, Any]) -> tuple[OperationCall, Submission]:
        request = self._request
        checked = await check_granted(operation, given, request)
        arguments, own = await resolve_arguments(request.client, operation, checked)
        if showing := [name for name in ("query", "show_fields") if getattr(own, name) is not None]:
            problem = Problem(showing[0], "a script has the whole answer: pick from it in Python")
            raise InvalidArguments(operation.name, [problem])
        self._record.shows_signed_urls |= own.include_signed_urls
        self._record.shows_credentials |= own.include_credentials
        effect = operation.effect_of(arguments)
        try:
            check_allowed(operation.name, effect)
            client = request.target.require(operation, effect).client
            arguments = await self._keep_harmless(client, operation, arguments)
        except Refused as refused:
            request.client.observe_refusal(operation, arguments, refused)
            raise
        call = OperationCall(client, operation, arguments, own, False, request.listed, False)
        if operation.effect is Effect.READ:
            self._record.reads += 1
            return call, await find_behaviour(operation).submit(call)
        return call, await self._write(call)

    async def _write(self, call: OperationCall) -> Submission:
        """Sent, and its answer waited for whatever becomes of the script meanwhile."""

        async def submit() -> tuple[Submission, dict[str, Any]]:
            submission = await find_behaviour(call.operation).submit(call)
            return submission, find_ids(call.operation, call.arguments, submission.reply.data)[0]

        return await self._keep_write(call.operation.name, submit)

    async def _keep_write(self, name: str, send: Callable[[], Awaitable[tuple[T, dict[str, Any]]]]) -> T:
        """What ``send`` returns, and its ids in the record. It is not broken off by what ends the script."""
        key = self._record.begin_write(name)
        try:
            with anyio.CancelScope(shield=True):
                sent, ids = await send()
                self._record.end_write(key, ids)
                return sent
        except ImsError as error:
            self._record.fail_write(key, error)
            raise
        finally:
            self._record.break_off(key)
        raise AssertionError("a shielded scope swallows nothing")

    async def _keep_harmless(
        self, client: ImsClient, operation: Operation, arguments: dict[str, Any]
    ) -> Mapping[str, Any]:
        """The arguments of a call that destroys nothing as things stand. Raises NotDone for any other, and Refused
        where even a yes of the user's would not let it through."""
        if not _is_for_the_user(client, operation, arguments):
            return arguments
        client.guard(operation, arguments, confirmed=True)
        if operation.effect is Effect.WRITE:  # it destroys something in some states only
            before = await find_behaviour(operation).read_before(client, operation, arguments)
            harmless = before.harmless
            if harmless is not None and not _is_for_the_user(client, operation, harmless):
                return harmless
        self._record.would_destroy.append(Destruction(operation, arguments))
        what = operation.what_it_does(arguments)
        client.observe_refusal(operation, arguments, Refused("A script makes no such call.", reason="not_confirmed"))
        raise NotDone(
            f"{operation.name} was not sent: it {what}, which no script does by itself. The answer of "
            "run_script says how to do it with the user's consent; the script may go on without it."
        )

    def _quiet(self) -> ToolRequest:
        given: dict[str, Any] = {each.name: getattr(self._request, each.name) for each in fields(ToolRequest)}
        given["max_wait_seconds"] = self._seconds_left()
        return QuietRequest(**given)

    def _seconds_left(self) -> float:
        return max(0.0, min(self._ends_at - anyio.current_time(), MAX_WAIT_SECONDS))


def _tell_scripts(described: dict[str, Any]) -> dict[str, Any]:
    """A description without what chooses what a model is shown: a script has all of it."""
    if "takes_also" not in described:
        return described
    takes_also = {name: text for name, text in described["takes_also"].items() if name not in ABOUT_SHOWING}
    return {**described, "takes_also": takes_also, "in_a_script": _IN_A_SCRIPT}


def _is_id(name: str, value: Any) -> bool:
    return isinstance(value, str) and name.lower().endswith("id")


def _is_for_the_user(client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Whether the call destroys something, or has to be agreed to by a rule; where nobody is asked elsewhere, too."""
    return operation.effect_of(arguments) is Effect.DESTRUCTIVE or client.needs_confirmation(operation, arguments)


def _read_arguments(name: str, args: tuple[Any, ...], given: dict[str, Any]) -> dict[str, Any]:
    """The arguments as JSON, under the names that tables have. Raises StopScript for what is too large to be read."""
    if args and name in FUNCTIONS:
        given = {_ASKED[name][2]: args[0], **given}
    elif args:
        raise InvalidArguments(name, [Problem("", "arguments are given by name")])
    try:
        return read_arguments(given, most_values=limits.MOST_ARGUMENT_VALUES, most_bytes=_MOST_ARGUMENT_BYTES)
    except TooLarge as error:
        raise StopScript(f"the arguments of {name} are larger than a call may have") from error
    except NotPlain as error:
        raise InvalidArguments(name, [Problem("", str(error))]) from error


def _require_plain(tool: TableTool, answer: Answer | WithPictures) -> dict[str, Any]:
    if isinstance(answer, dict):
        return answer
    what = "shows pictures" if isinstance(answer, WithPictures) else "has to ask the user first"
    raise Refused(f"{tool.name} {what}, which it cannot from a script.", next_step="Call it as a tool.")
