"""``ims-mcp serve``: MCP on stdin and stdout."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from ims_mcp.cli.connection import Common, connect, connect_accounts
from ims_mcp.cli.endings import DONE, END_SECONDS, INTERRUPTED, end_within
from ims_mcp.cli.observing import observe_calls
from ims_mcp.cli.pins_in_use import set_up_approvals
from ims_mcp.cli.stdio_pages import StdioPages
from ims_mcp.cli.terminal import say
from ims_mcp.file_store import FileStore
from ims_mcp.server.build import ImsServer
from ims_mcp.server.stdio import StdioTransport
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.shared_store import MemoryStore, SharedStore

if TYPE_CHECKING:
    from ims_mcp.server.http.pages import PageSet

logger = logging.getLogger("ims_mcp.cli.serve")

_ASK_TO_END = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def serve(settings: Settings, words: Sequence[str]) -> int:
    """Serve until stdin ends, the client goes, or a signal asks to end. Exit code 130 after Ctrl-C, otherwise 0.

    Raises SettingsError where an upload directory cannot be used, or a Redis is named.
    """
    settings.check_upload_dirs()
    if settings.redis_url:
        raise SettingsError(
            "IMS_MCP_REDIS_URL is set, and a server on stdio has one client and shares nothing.",
            next_step="Unset it, or serve over HTTP with --http.",
        )
    for warning in settings.warnings:
        logger.warning(warning)
    at_terminal = sys.stdin.isatty()
    ending = anyio.run(_serve, settings, _explain_to_a_person(words) if at_terminal else "")
    if ending.signal == signal.SIGINT:
        if at_terminal or sys.stderr.isatty():
            say(f"ims-mcp serve has ended. It was waiting for {ending.awaited}.")
        return INTERRUPTED
    if ending.client_gone:
        say(f"ims-mcp serve has ended: its client no longer reads stdout ({ending.client_gone}).")
    return DONE


@dataclass
class _Ending:
    """Why it ends. ``signal`` is 0 where none asked for it."""

    signal: int = 0
    awaited: str = ""
    client_gone: str = ""


async def _serve(settings: Settings, greeting: str) -> _Ending:
    transport, ending = StdioTransport(), _Ending()
    async with (
        observe_calls(settings, os.environ, stdout_is_taken=True) as observer,
        connect(settings, os.environ, common := Common(observer)) as to,
        connect_accounts(settings, os.environ, common) as accounts,
        StdioPages(lambda: _list_page_sets(server)) as pages,
    ):
        transport.on_end = to.transfers.end if accounts is None else accounts.end
        server = ImsServer(
            settings,
            to.client,
            to.transfers,
            accounts=accounts,
            store=(store := _choose_store(settings)),
            pages=pages,
            approvals=set_up_approvals(settings, store),
        )
        server.warn_of_too_many_tools()
        # What is loaded by now stays: a full collection over it would hold the event loop for 20 ms at a time.
        gc.freeze()
        # Inside the connection: what that takes down on its way out is not cancelled with the rest.
        with anyio.CancelScope() as scope, _end_on_signals(scope, transport, ending):
            if greeting:
                say(greeting)
            await server.run_stdio(transport)
        if not ending.signal:
            end_within(END_SECONDS, DONE)
        if transport.gone is not None:
            ending.client_gone = transport.gone.strerror or str(transport.gone)
    return ending


def _list_page_sets(server: ImsServer) -> Sequence[PageSet]:
    from ims_mcp.server.http.page_sets import list_page_sets  # late: a server without pages pays for none

    return list_page_sets(server)


def _choose_store(settings: Settings) -> SharedStore:
    """What outlives this process, and commands of the same user can answer: nothing is there before it is needed."""
    try:
        return FileStore(settings.state_dir / "shared")
    except SettingsError:  # without a home
        return MemoryStore()


@contextmanager
def _end_on_signals(scope: anyio.CancelScope, transport: StdioTransport, ending: _Ending) -> Generator[None]:
    """The first signal that asks to end cancels ``scope``; a second Ctrl-C ends the process as it stands."""
    loop = asyncio.get_running_loop()
    asked = False

    def end(number: int) -> None:
        ending.signal, ending.awaited = number, _describe_awaited(transport)
        end_within(END_SECONDS, INTERRUPTED if number == signal.SIGINT else DONE)
        transport.on_end()
        scope.cancel()

    def ask(number: int, _frame: object) -> None:
        nonlocal asked
        if not asked and not loop.is_closed():
            asked = True
            loop.call_soon_threadsafe(end, number)
        elif number == signal.SIGINT:
            os._exit(INTERRUPTED)

    with wake_on_signals(loop):
        # They stay set: the end that follows is not to be broken off by the next signal, unless it is a Ctrl-C.
        for name in _ASK_TO_END:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, ask)
        yield


@contextmanager
def wake_on_signals(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Let a signal end the loop's sleep. One that comes just before the loop goes to sleep would be looked at only when
    something else wakes it."""
    if sys.platform == "win32":  # its loop does so by itself
        yield
        return
    read, write = socket.socketpair()
    with read, write:
        read.setblocking(False)
        write.setblocking(False)
        loop.add_reader(read, read.recv, 4096)
        signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            loop.remove_reader(read)


def _describe_awaited(transport: StdioTransport) -> str:
    names = transport.under_way
    if names:
        calls = "a call" if len(names) == 1 else f"{len(names)} calls"
        return f"{calls} to end: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
    return "the next message of its client" if transport.spoken else "an MCP client to write to its stdin"


def _explain_to_a_person(words: Sequence[str]) -> str:
    """What stands on a terminal where a client was expected."""
    # A client does not find what is only on this shell's path.
    command = shutil.which("ims-mcp") or (sys.argv[0] if Path(sys.argv[0]).name.startswith("ims-mcp") else None)
    entry = {
        "command": str(Path(command).absolute()) if command else sys.executable,
        "args": [*(() if command else ("-m", "ims_mcp")), *words],
    }
    return (
        "ims-mcp serve speaks MCP on stdin and stdout: it waits for a client program, there is nothing to type here.\n"
        "Clients start it themselves. Most are told so in a file like this:\n"
        f"  {json.dumps({'mcpServers': {'ims': entry}}, ensure_ascii=False)}\n"
        "To see it at work run `ims-mcp demo`; to call one operation, `ims-mcp call`. Ctrl-C ends it."
    )
