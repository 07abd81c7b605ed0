"""Who watches the calls of a server: its audit, and traces and metrics, as far as they were asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import anyio.to_thread

from ims_mcp.client.observers import CallObserver, join_observers
from ims_mcp.settings import Settings


@asynccontextmanager
async def observe_calls(
    settings: Settings, environ: Mapping[str, str], *, stdout_is_taken: bool
) -> AsyncGenerator[CallObserver | None]:
    """None where nobody asked. What was seen is written by the end of the block, within seconds.

    Raises SettingsError where the audit cannot be written. ``stdout_is_taken``: it carries MCP.
    """
    observers: list[CallObserver] = []
    async with AsyncExitStack() as stack:
        if settings.audit is not None:  # first, for it may refuse a call
            observers.append(await stack.enter_async_context(_audit(settings.audit, stdout_is_taken=stdout_is_taken)))
        from ims_mcp.telemetry.switches import is_wanted

        if is_wanted(environ):
            telemetry = await stack.enter_async_context(_trace(environ))
            observers += [telemetry] if telemetry is not None else []
        yield join_observers(observers)


@asynccontextmanager
async def _audit(target: str, *, stdout_is_taken: bool) -> AsyncGenerator[CallObserver]:
    from ims_mcp.audit.file import AuditFile
    from ims_mcp.audit.observer import AuditObserver
    from ims_mcp.audit.writer import AuditWriter

    file = AuditFile(target)
    file.open(stdout_is_taken=stdout_is_taken)
    writer = AuditWriter(file)
    writer.begin()
    try:
        yield AuditObserver(writer)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(writer.end)


@asynccontextmanager
async def _trace(environ: Mapping[str, str]) -> AsyncGenerator[CallObserver | None]:
    from ims_mcp.telemetry.switches import start_telemetry

    # Importing it takes as long as starting this server does.
    telemetry = await anyio.to_thread.run_sync(start_telemetry, environ)
    if telemetry is None:
        yield None
        return
    try:
        yield telemetry.observer
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(telemetry.end)
