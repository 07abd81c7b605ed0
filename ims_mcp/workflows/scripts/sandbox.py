"""Processes that run scripts: one for each, which knows no file, no host and none of our modules, and ends with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

import anyio
import anyio.to_thread

from ims_mcp.errors import ImsError, TryLater
from ims_mcp.workflows.scripts import limits
from ims_mcp.workflows.scripts.driving import (
    Answer,
    Ended,
    Explain,
    Printed,
    SandboxedScript,
    ScriptProcess,
    check_types,
    describe_end,
    drive,
)
from ims_mcp.workflows.scripts.script_calls import MODULE

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontySession

SCRIPT_NAME = "script.py"
_CHECKED = " while it was checked; nothing was called"
_FLOOD = f"it printed more than {limits.MOST_PRINTED_BYTES // 1024:,} KB"


class Sandbox:
    """Runs scripts. One for a server; it holds no process between them."""

    def __init__(self) -> None:
        self._pool: Monty | None = None
        self._opening = Lock()
        self._turns: anyio.CapacityLimiter | None = None
        self._threads: anyio.CapacityLimiter | None = None

    async def run(
        self,
        script: SandboxedScript,
        answer: Answer,
        explain: Explain,
        printed: Printed,
        *,
        seconds: float,
        on_begin: Callable[[], None] = lambda: None,
    ) -> Ended:
        """Run ``script`` for at most so many seconds, beside as many others as there may be. ``on_begin`` is called
        when its text has passed all checks.

        Raises TryLater where too many run, ImsError where the type checker has found something, where the sandbox is
        not installed or cannot be started: nothing has run.
        """
        monty = _import_monty()
        turns = self._turns = self._turns or anyio.CapacityLimiter(limits.SCRIPTS_AT_ONCE)
        with anyio.move_on_after(limits.SECONDS_FOR_A_TURN) as waiting:
            await turns.acquire()
        if waiting.cancelled_caught:
            raise TryLater(
                f"The script was not run: {limits.SCRIPTS_AT_ONCE} others run on this server.",
                next_step=f"Nothing was called. Run it again in {limits.SECONDS_FOR_A_TURN:g} s.",
                retry_after_seconds=math.ceil(limits.SECONDS_FOR_A_TURN),
            )
        try:
            threads = self._threads = self._threads or anyio.CapacityLimiter(limits.SCRIPTS_AT_ONCE)
            session = await self._open(monty, script, seconds, threads)
            process = ScriptProcess(session, threads)
            try:
                printed.on_flood = partial(process.end, "stopped", _FLOOD)
                over = f"its {seconds:g} s were over"
                with anyio.move_on_after(seconds) as time:
                    try:
                        await check_types(process, script, explain)
                    except monty.MontyError as error:
                        ended = describe_end(process, error)
                        over += _CHECKED
                        ended = replace(ended, problem=ended.problem + _CHECKED)
                    else:
                        on_begin()
                        ended = await drive(process, script, answer, printed)
                    if not time.cancel_called:
                        return ended
                return Ended("out_of_time", problem=over)
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(_close, session, limiter=threads)
        finally:
            turns.release()

    async def _open(
        self, monty: Any, script: SandboxedScript, seconds: float, threads: anyio.CapacityLimiter
    ) -> MontySession:
        session_limits = monty.ResourceLimits(
            max_feed_duration_secs=min(seconds, limits.MOST_COMPUTING_SECONDS),
            max_memory=limits.MOST_MEMORY_BYTES,
            max_suspensions=limits.MOST_SUSPENSIONS,
        )
        module = monty.ExternalModule(dict.fromkeys(script.names, _never_called), stubs=script.stubs)

        def start() -> MontySession:
            return (
                self._open_pool(monty)
                .checkout(
                    script_name=SCRIPT_NAME,
                    limits=session_limits,
                    type_check=True,
                    type_check_format="concise",
                    external_modules={MODULE: module},
                )
                .__enter__()
            )

        try:
            # Not abandoned when cancelled: what has been started is closed.
            return await anyio.to_thread.run_sync(start, limiter=threads)
        except (OSError, RuntimeError, monty.MontyError) as error:
            raise ImsError(
                f"The script was not run: its process could not be started ({type(error).__name__}: {error}).",
                next_step="Nothing was called. Tell the user; the calls can be made one by one.",
            ) from error

    def _open_pool(self, monty: Any) -> Any:
        """Made for the first script, in whichever thread that is."""
        with self._opening:
            pool = self._pool
            if pool is None:
                made = monty.Monty(min_processes=0, max_processes=limits.SCRIPTS_AT_ONCE, max_checkouts_per_worker=1)
                pool = self._pool = made.__enter__()
            return pool


def _import_monty() -> Any:
    try:
        import pydantic_monty
    except ImportError as error:
        raise ImsError(
            "run_script needs the package pydantic-monty, which is not installed.",
            next_step='Nothing was called. Tell the user to install it with: pip install "ims-mcp[script]"',
        ) from error
    return pydantic_monty


def _close(session: MontySession) -> None:
    with suppress(Exception):  # of a process that is gone nothing is left to be closed
        session.__exit__(None, None, None)


def _never_called(*_args: Any, **_kwargs: Any) -> NoReturn:
    raise AssertionError("calls of a script are answered where it is driven")
