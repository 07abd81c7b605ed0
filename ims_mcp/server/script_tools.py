"""run_script: Python of a model's that calls IMS many times, in a sandbox, for one answer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import anyio
import anyio.to_thread

from ims_mcp.call_origin import current_subject
from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.catalogue.operation import AtLeastOne
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.script_host import SCRIPT_TOOLS, Pace, ScriptHost
from ims_mcp.server.tool import TableTool, ToolRequest, declare, log_bug
from ims_mcp.server.workflow_toolsets import AtEnd
from ims_mcp.settings import Settings
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.answer import write_answer
from ims_mcp.workflows.scripts.driving import Ended, SandboxedScript
from ims_mcp.workflows.scripts.prepare import explain_check, prepare
from ims_mcp.workflows.scripts.sandbox import Sandbox
from ims_mcp.workflows.scripts.sandbox_values import NotPlain, read_result
from ims_mcp.workflows.scripts.shelf import ScriptOwner, ScriptRun, ScriptShelf

_ANSWERING_SECONDS = 1.0
"""What is left of the longest wait for the answer itself."""
_LOOK_SECONDS = 0.25
_MOST_RESULT_VALUES = 50_000
_MOST_RESULT_BYTES = 1024 * 1024

RUN_SCRIPT = Operation(
    name="RunScript",
    toolset="script",
    title="Run a script",
    purpose=(
        "Run Python that calls IMS many times, for one answer: loops, filters, joins, counts. `import ims`: every "
        "operation is an async function by its snake_case name, with its documented parameters by keyword, and "
        "returns the service's whole answer as a dict: `info = await ims.get_media_info(MediaId=id)`, then "
        '`info["MediaInfo"]`. Also ims.find_media, ims.wait_for_job and other tools of this server, '
        "ims.search(words), ims.describe(operation). `await asyncio.gather(*calls)` makes up to 8 reads at once. "
        "await works everywhere at the top; the value of the last expression, or `return`, is the result; print goes "
        "to notes. ims.Error is a failed call (str(error) begins with the code); ims.NotDone one that would destroy "
        "something: it is never made, but listed in would_destroy, with the call that does it once the user agrees. "
        "Names and types are checked before anything runs. No files, no network; of Python's modules asyncio, "
        "collections, datetime, itertools, json, math, re and a few others; no yield, del, or class bases, no "
        f"return_exceptions. At most {limits.MOST_CALLS} calls, {limits.MOST_SECONDS} s, "
        f"{limits.MOST_MEMORY_BYTES >> 20} MB; whatever ends it, done lists the writes made, with their ids."
    ),
    effect=Effect.WRITE,
    parameters=(
        Parameter("code", "string", text="The script.", max_bytes=limits.MOST_CODE_BYTES),
        Parameter(
            "background",
            "boolean",
            text=f"Answer at once with a script_id; it may take {limits.MOST_BACKGROUND_SECONDS // 60} minutes.",
        ),
        Parameter("script_id", "string", text="Instead of code: how this script stands, and its result."),
        Parameter("stop", "boolean", text="With script_id: end it. Writes that were sent are waited for."),
        Parameter(
            "timeout_seconds",
            "number",
            text=f"Default and at most {limits.MOST_SECONDS}; not given, a background script has "
            f"{limits.MOST_BACKGROUND_SECONDS}.",
            minimum=1,
            maximum=limits.MOST_SECONDS,
            cut=True,
        ),
        Parameter("done_from", "integer", text="With script_id, from next_call.", minimum=0),
    ),
    rules=(AtLeastOne(("code", "script_id")),),
)
_FOR_READERS = replace(RUN_SCRIPT, effect=Effect.READ, idempotent=True)
_OUTPUT = declare(outcome="string", problem="string", calls="object", done="array", next_call="object")


def make_script_tools(settings: Settings, confirmations: Confirmations, at_end: AtEnd) -> list[TableTool]:
    """The tools of the toolset ``script``."""
    del confirmations  # no script asks anybody
    tool = _ScriptTool(settings)
    at_end(tool.end)
    return [TableTool(RUN_SCRIPT, tool.answer, output_schema=_OUTPUT, for_readers=_FOR_READERS)]


class _ScriptTool:
    """Serves :data:`RUN_SCRIPT`. One for a server."""

    def __init__(self, settings: Settings) -> None:
        self._left_out = frozenset(settings.exclude_tools)
        self._sandbox = Sandbox()
        self._shelf = ScriptShelf()
        self._pace = Pace()
        self._reading = anyio.CapacityLimiter(1)
        """Long texts and results take long to read: in a thread, one at a time, so that the event loop goes on."""

    async def end(self) -> None:
        """The server ends, and with it every script, while there are connections still."""
        await self._shelf.end()

    async def answer(self, arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        """The result of a script, or how it stands."""
        owner = ScriptOwner(current_subject.get(), request.target.service)
        longest = request.longest_wait_seconds
        if "script_id" in arguments:
            if "code" in arguments:
                problem = Problem("script_id", "asks for a script that runs already: give it without code")
                raise InvalidArguments(RUN_SCRIPT.name, [problem])
            run = self._shelf.find(owner, str(arguments["script_id"]))
            if arguments.get("stop"):
                run.stop()
            await self._wait(run, min(longest, float(arguments.get("timeout_seconds", longest))), request)
            return await self._write(run, request, int(arguments.get("done_from", 0)))
        if arguments.get("stop"):
            raise InvalidArguments(RUN_SCRIPT.name, [Problem("stop", "needs the script_id of the script to end")])
        tools = {
            name: tool
            for name in SCRIPT_TOOLS
            if name not in self._left_out and (tool := request.held.get(name)) is not None
        }
        tables = {name: tool.table for name, tool in tools.items()}
        script = await anyio.to_thread.run_sync(prepare, str(arguments["code"]), tables, limiter=self._reading)
        is_background = bool(arguments.get("background"))
        usual = limits.MOST_BACKGROUND_SECONDS if is_background else limits.MOST_SECONDS - _ANSWERING_SECONDS
        seconds = min(float(arguments.get("timeout_seconds", usual)), usual)
        run = self._shelf.start(owner, partial(self._run, script, tools, request, seconds))
        if is_background:
            await run.begun.wait()
            return await self._write(run, request)
        try:
            await self._wait(run, longest, request)
        except BaseException:
            run.scope.cancel()  # its caller has gone: what it has done is in the log
            raise
        return await self._write(run, request)

    async def _run(
        self,
        script: SandboxedScript,
        tools: dict[str, TableTool],
        request: ToolRequest,
        seconds: float,
        run: ScriptRun,
    ) -> None:
        """To the script's end, which its record has then."""
        record = run.record
        host = ScriptHost(request, tools, record, self._pace, ends_at=anyio.current_time() + seconds)
        try:
            record.ended = await self._sandbox.run(
                script,
                host.answer,
                partial(explain_check, script),
                record.printed,
                seconds=seconds,
                on_begin=run.begun.set,
            )
            if record.ended.outcome == "done":
                read = partial(read_result, most_values=_MOST_RESULT_VALUES, most_bytes=_MOST_RESULT_BYTES)
                record.value, record.value_note = await anyio.to_thread.run_sync(
                    read, record.ended.value, limiter=self._reading
                )
        except NotPlain as error:
            record.ended = Ended("failed", problem=f"its result cannot be shown: {error}")
        except ImsError:  # nothing has run
            raise
        except anyio.get_cancelled_exc_class():
            why = "its caller has stopped it" if run.is_stopped else "whoever ran it did not wait for its end"
            record.ended = Ended("stopped", problem=why)
            raise
        except Exception as error:
            incident_id = log_bug(RUN_SCRIPT.tool_name, error)
            record.ended = Ended("crashed", problem=f"by a bug in this server (incident {incident_id})")

    async def _wait(self, run: ScriptRun, seconds: float, request: ToolRequest) -> None:
        """Until it ends, so long at most; its caller hears of every write meanwhile."""
        began, told = anyio.current_time(), ""
        with anyio.move_on_after(seconds):
            while not run.ended.is_set():
                with anyio.move_on_after(_LOOK_SECONDS):
                    await run.ended.wait()
                if (now := run.record.describe_progress()) != told:
                    told = now
                    await request.report_progress(anyio.current_time() - began, seconds, told)

    async def _write(self, run: ScriptRun, request: ToolRequest, done_from: int = 0) -> dict[str, Any]:
        if run.refused is not None:
            raise run.refused
        write = partial(write_answer, run.record, listed=request.listed, done_from=done_from)
        # What is still being written to is short, and read at once.
        return await anyio.to_thread.run_sync(write, limiter=self._reading) if run.ended.is_set() else write()
