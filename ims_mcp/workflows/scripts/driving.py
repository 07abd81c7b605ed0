"""One script driven in its process: at every call of it the sandbox stops, and goes on when it is told the answer.

The process is spoken to in a thread, a turn at a time; calls are made on the event loop. What ends a script ends its
process, so that no ``except`` of it can catch that.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import anyio
import anyio.to_thread

from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import clean, plain, shorten
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.missing_python import ONE_TEXT
from ims_mcp.workflows.scripts.script_calls import MODULE
from ims_mcp.workflows.scripts.script_problem import ScriptProblem

if TYPE_CHECKING:
    from pydantic_monty import MontyError, MontyRuntimeError, MontySession

Outcome = Literal["done", "failed", "out_of_time", "out_of_memory", "stopped", "crashed"]
_NICENESS = 10
_IMPORT = f"import {MODULE}"
_SLEEP, _SLEEP_TOGETHER = "system.sleep", "system.async_sleep"
_IMPORTS = ("import", "import_stubs")
_LATER: Any = {"future": ...}
_MOST_BEGUN = 50
"""Calls in one turn, before they are made."""
_MOST_FRAMES = 5
_TOO_OFTEN = "suspension limit"
_ODD_EXCEPTION = "exceptions can only be called with"
"""What the sandbox says of ``ValueError(3)``, without a line."""
_NOT_AWAITED = "nobody waits for it any more"
_LONGEST_PROBLEM = 4_000
_LONGEST_MESSAGE_BYTES = 1_600
"""Of what ended a script: there is room for its lines beside that."""
_MOST_READ = 4 * _LONGEST_PROBLEM
"""Of what a script raises, which can be megabytes."""
_LONGEST_NAME_BYTES = 60
_LONGEST_REMEDY_BYTES = 1_000


class NotDone(ImsError):
    """A call that a script may not make by itself: it would destroy something."""


class StopScript(Exception):
    """Raised by what answers calls where a bound is reached: the script ends, whatever it catches."""


@dataclass(frozen=True, slots=True)
class SandboxedScript:
    """A script as it is run. ``names`` is what the module has for it, ``stubs`` the types of these; ``check`` the text
    for the type checker, which does nothing when it is run, and has ``check_lines_before`` lines before the script;
    from ``check_keys_from_line`` on, if it is not 0, it has the script once more, with its reads of keys as a checker
    knows them."""

    code: str
    check: str
    names: Collection[str]
    stubs: str
    check_lines_before: int = 0
    check_keys_from_line: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended. ``value`` is not read yet: see :mod:`ims_mcp.workflows.scripts.sandbox_values`."""

    outcome: Outcome
    value: Any = None
    problem: str = ""


Answer = Callable[[str, tuple[Any, ...], dict[str, Any]], Awaitable[Any]]
"""Makes one call of the script's, by its name in the module. Raises ImsError, which the script may catch, and
StopScript, which it cannot."""
Explain = Callable[[str], list[ScriptProblem]]
"""What the type checker's lines mean; empty where they are no reason not to run."""


class Printed:
    """What a script prints, as much of it as is kept."""

    def __init__(self) -> None:
        self.text = ""
        self.size_bytes = 0
        self.on_flood: Callable[[], None] = lambda: None
        """Called, in the sandbox's thread, when it is more than a script may print."""

    def take(self, _stream: str, text: str) -> None:
        """A piece of it."""
        self.size_bytes += len(text)
        if len(self.text) < limits.KEPT_PRINTED_BYTES:
            self.text += text[: limits.KEPT_PRINTED_BYTES - len(self.text)]
        if self.size_bytes > limits.MOST_PRINTED_BYTES:
            self.on_flood()


class ScriptProcess:
    """The process of one script, and why it was ended."""

    def __init__(self, session: MontySession, threads: anyio.CapacityLimiter) -> None:
        self.session = session
        self.reason: tuple[Outcome, str] | None = None
        self._threads = threads
        self._in_turn = False
        self._id = session.worker_pid  # it can be asked for between turns only
        if self._id is not None and sys.platform != "win32":
            # A script that computes leaves the processor to the server.
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._id, _NICENESS)

    def end(self, outcome: Outcome, problem: str) -> None:
        """End it, in any thread: the turn that is under way fails."""
        self.reason = self.reason or (outcome, problem)
        # Between turns nothing waits for it, and its id may be another's once it has been waited for.
        if self._in_turn and self._id is not None:
            with suppress(OSError):
                os.kill(self._id, getattr(signal, "SIGKILL", signal.SIGTERM))

    async def take_turn(self, act: Callable[[], Any]) -> Any:
        """What ``act`` returns, which speaks to the process. Cancelled, the process is ended: no thread can be."""
        from pydantic_monty import MontyError

        failed: MontyError | None = None
        result: Any = None
        async with anyio.create_task_group() as group:
            group.start_soon(self._end_if_cancelled)
            self._in_turn = True
            try:
                result = await anyio.to_thread.run_sync(act, limiter=self._threads)
            except MontyError as error:
                failed = error
            except BaseException:  # the event loop ends: it cancels what no scope lets it
                self.end("stopped", _NOT_AWAITED)
                raise
            finally:
                self._in_turn = False
            group.cancel_scope.cancel()
        if failed is not None:
            raise failed
        return result

    async def _end_if_cancelled(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            if self._in_turn:
                self.end("stopped", _NOT_AWAITED)


async def drive(process: ScriptProcess, script: SandboxedScript, answer: Answer, printed: Printed) -> Ended:
    """Run ``script``, which has been checked, to its end."""
    from pydantic_monty import MontyError

    run, ended = _Run(process, script, answer, printed), Ended("stopped")
    async with anyio.create_task_group() as calls:
        try:
            ended = Ended("done", await run.follow(calls))
        except MontyError as error:
            ended = describe_end(process, error)
        if ended.outcome in ("done", "failed"):
            await run.wait_for_calls()
        calls.cancel_scope.cancel()  # not what has been sent: a write is waited for
    return Ended("stopped", problem=run.stopped) if run.stopped else ended


async def check_types(process: ScriptProcess, script: SandboxedScript, explain: Explain) -> None:
    """Raises InvalidArguments where the type checker has found something that ``explain`` has words for, or where the
    sandbox cannot read the script; MontyError where its process was lost."""
    from pydantic_monty import MontyRuntimeError, MontySyntaxError, MontyTypingError

    # With the module there already, an import of it inside of a function is one that the checker knows.
    await process.take_turn(partial(process.session.feed_run, _IMPORT))
    try:
        await process.take_turn(partial(process.session.feed_run, script.check))
    except MontyTypingError as error:
        if problems := await anyio.to_thread.run_sync(explain, error.display()):
            raise refuse(problems) from error
    except (MontyRuntimeError, MontySyntaxError) as error:
        # The text does nothing when it is run: what it can be refused for is how it is written.
        if not isinstance(error.exception(), NotImplementedError | SyntaxError):
            raise
        lines = [frame.line for frame in error.traceback()] or [1]
        written = max(lines[-1] - script.check_lines_before, 1)
        raise refuse([ScriptProblem(written, f"a script cannot have this: {error.display('msg')}")]) from error


def refuse(problems: list[ScriptProblem]) -> InvalidArguments:
    """What says that a script is not run, with all that is wrong with it."""
    told = [Problem(f"line {problem.line}", shorten(problem.text, _LONGEST_REMEDY_BYTES)) for problem in problems]
    return InvalidArguments(
        "run_script", told, next_step="Nothing has run and nothing was called. Correct every line above."
    )


@dataclass(frozen=True, slots=True)
class _Begun:
    """A call that the script has made and is not told the answer of yet, or a sleep beside others."""

    id: int
    name: str
    args: tuple[Any, ...]
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Stopped:
    """Where a script waits, and what it has begun since it was told something."""

    at: Any
    begun: list[_Begun]


class _Run:
    """One script under way: its turns, and the calls that it has begun."""

    def __init__(self, process: ScriptProcess, script: SandboxedScript, answer: Answer, printed: Printed) -> None:
        self.stopped = ""
        self._process = process
        self._script = script
        self._answer = answer
        self._printed = printed
        self._open_calls = 0
        self._settled: dict[int, dict[str, Any]] = {}
        self._news = anyio.Event()

    async def follow(self, calls: anyio.abc.TaskGroup) -> Any:
        """The script's value. Raises MontyError as it ends with one; calls that nobody awaited may still be open."""
        from pydantic_monty import FutureSnapshot, MontyComplete

        step: Callable[[], Any] = partial(
            self._process.session.feed_start,
            self._script.code,
            print_callback=self._printed.take,
            skip_type_check=True,
        )
        while True:
            stopped = await self._process.take_turn(partial(self._advance, step))
            for call in stopped.begun:
                self._open_calls += call.name != _SLEEP_TOGETHER
                calls.start_soon(self._make, calls, call)
            snapshot = stopped.at
            if isinstance(snapshot, MontyComplete):
                return snapshot.output
            if isinstance(snapshot, FutureSnapshot):
                step = partial(snapshot.resume, await self._take_settled(snapshot.pending_call_ids))
            elif snapshot.function_name == _SLEEP:
                await anyio.sleep(_read_seconds(snapshot.args))
                step = partial(snapshot.resume, {"return_value": None})
            else:
                step = partial(snapshot.resume, _LATER)

    def _advance(self, step: Callable[[], Any]) -> _Stopped:
        """Go on until the script has to be told something, or has begun many calls; in the sandbox's thread."""
        from pydantic_monty import FunctionSnapshot, NameLookupSnapshot

        begun: list[_Begun] = []
        while True:
            snapshot = step()
            if isinstance(snapshot, NameLookupSnapshot):
                step = snapshot.resume  # there is no such name
                continue
            if not isinstance(snapshot, FunctionSnapshot) or snapshot.function_name == _SLEEP:
                return _Stopped(snapshot, begun)
            name = snapshot.function_name
            step = partial(snapshot.resume, _LATER)
            module, _, function = name.partition(".")
            if snapshot.is_os_function and name == _SLEEP_TOGETHER:
                begun.append(_Begun(snapshot.call_id, name, snapshot.args, {}))
            elif snapshot.is_os_function:
                step = snapshot.resume_auto if name in _IMPORTS else snapshot.resume_not_handled
            elif module == MODULE and function in self._script.names:
                begun.append(_Begun(snapshot.call_id, function, snapshot.args, snapshot.kwargs))
            else:
                step = partial(snapshot.resume, {"exception": NameError(f"name {plain(name, 60)!r} is not defined")})
            if len(begun) >= _MOST_BEGUN:
                return _Stopped(snapshot, begun)

    async def _make(self, calls: anyio.abc.TaskGroup, call: _Begun) -> None:
        if call.name == _SLEEP_TOGETHER:
            await anyio.sleep(_read_seconds(call.args))
            self._settle(call.id, {"return_value": None})
            return
        try:
            settled: dict[str, Any] = {"return_value": await self._answer(call.name, call.args, call.arguments)}
        except StopScript as stop:
            self.stopped = str(stop)
            calls.cancel_scope.cancel()
            return
        except NotDone as error:
            settled = {"exception": NotImplementedError(write_raised(error))}
        except ImsError as error:
            settled = {"exception": RuntimeError(write_raised(error))}
        self._open_calls -= 1
        self._settle(call.id, settled)

    def _settle(self, call_id: int, settled: dict[str, Any]) -> None:
        self._settled[call_id] = settled
        self._news.set()

    async def _take_settled(self, wanted: Collection[int]) -> dict[int, Any]:
        """What is known of these calls, once anything is."""
        while True:
            if ready := {call_id: self._settled.pop(call_id) for call_id in wanted if call_id in self._settled}:
                return ready
            await self._wait_for_news()

    async def wait_for_calls(self) -> None:
        """Until those that were begun and never awaited have ended: none is broken off by the script's end."""
        while self._open_calls:
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        self._news = anyio.Event()
        await self._news.wait()


def write_raised(error: ImsError) -> str:
    """An error as a script reads it: the code first, then what happened."""
    code = getattr(error, "code", "") or type(error).__name__
    return f"{code}: {shorten(error.explain(), _LONGEST_PROBLEM // 2)}"


def _read_seconds(args: tuple[Any, ...]) -> float:
    seconds = args[0] if args else 0
    return max(0.0, min(float(seconds), limits.MOST_BACKGROUND_SECONDS)) if isinstance(seconds, int | float) else 0.0


def describe_end(process: ScriptProcess, error: MontyError) -> Ended:
    """What a turn that failed says of its script."""
    from pydantic_monty import MontyRuntimeError, MontySyntaxError

    if process.reason is not None:
        return Ended(process.reason[0], problem=process.reason[1])
    if isinstance(error, MontyRuntimeError | MontySyntaxError):
        said = _describe_error(error)
        inner = error.exception()
        if isinstance(inner, MemoryError):
            return Ended("out_of_memory", problem=f"it needs more than {limits.MOST_MEMORY_BYTES >> 20} MB ({said})")
        if isinstance(inner, RuntimeError) and str(inner).startswith(_TOO_OFTEN):
            _, _, where = said.partition("\n")
            often = f"it slept and looked for names that do not exist {limits.MOST_SUSPENSIONS:,} times"
            return Ended("stopped", problem=f"{often}\n{where}".rstrip())
        if isinstance(inner, TimeoutError) and "time limit exceeded" in str(inner):
            return Ended("out_of_time", problem=said)
        return Ended("failed", problem=said)
    return Ended("crashed", problem=f"the sandbox's process ended ({plain(str(error), 200)})")


def _describe_error(error: MontyRuntimeError | Any) -> str:
    frames = [frame for frame in error.traceback() if frame.filename.startswith("<python-input-")]
    where = ""
    for frame in frames[-_MOST_FRAMES:]:
        function = f" in {plain(frame.function_name, _LONGEST_NAME_BYTES)}" if frame.function_name else ""
        where += f"\n  line {frame.line}{function}: {plain(frame.source_line or '', 200)}"
    # What stands for an error of a call begins with that one's own code, and has lines of ours.
    if type(error.exception()) in (RuntimeError, NotImplementedError):
        said = clean(error.display("msg")[:_MOST_READ])
        return shorten(ONE_TEXT if _ODD_EXCEPTION in said else said, _LONGEST_MESSAGE_BYTES) + where
    # Any other may quote a title, which is not to look like lines of ours.
    said = plain(error.display("type-msg")[:_MOST_READ], _LONGEST_MESSAGE_BYTES)
    return shorten(said, _LONGEST_MESSAGE_BYTES) + where
