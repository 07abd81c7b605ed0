"""``ims-mcp serve --http``: MCP over Streamable HTTP, for many callers."""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import json
import logging
import os
import re
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.cli.connection import Common, connect, connect_accounts
from ims_mcp.cli.endings import DONE, END_SECONDS, INTERRUPTED, end_within
from ims_mcp.cli.observing import observe_calls
from ims_mcp.cli.pins_in_use import read_named_pins
from ims_mcp.cli.terminal import say
from ims_mcp.client.limiter import Limiter
from ims_mcp.foreign_text import plain
from ims_mcp.http_protocol import listen
from ims_mcp.loopback import is_loopback
from ims_mcp.redis_store import open_redis
from ims_mcp.server.approval_setup import ApprovalSetup
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.app import McpApp
from ims_mcp.server.http.bounds import Bounds
from ims_mcp.server.http.gates import ChosenGate, choose_gate
from ims_mcp.server.http.header_credentials import HeaderCredentials
from ims_mcp.server.http.narrowing import PATH
from ims_mcp.server.http.page_sets import list_page_sets
from ims_mcp.server.http.pages import PageApp
from ims_mcp.server.http.public_pages import PublicPages
from ims_mcp.server.http.question_state import KEY_VARIABLE, MAKE_A_KEY, make_state_security
from ims_mcp.server.http.rules import AddressRules
from ims_mcp.server.http.serving import DRAIN_SECONDS, serve_until
from ims_mcp.server.http.ticket_watch import watch_tickets
from ims_mcp.server.transfer_tools import FILE_TOOLS
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.shared_store import MemoryStore, SharedStore

logger = logging.getLogger("ims_mcp.cli.serve_http")

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000
_ASK_TO_END = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def serve_http(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until a signal asks to end. Raises SettingsError for what cannot be used, or makes no sense over HTTP."""
    _refuse_local_paths(settings, options)
    host = options.host or DEFAULT_HOST
    chosen = _choose_gate(options, host)
    addresses = AddressRules(host, options.allowed_hosts or (), options.allowed_origins or ())
    bounds = Bounds(*_choose_bounds(options))
    carried = HeaderCredentials(options.trusted_proxies or (), is_taken=bool(options.header_credentials))
    store = open_redis(settings.redis_url) if settings.redis_url else MemoryStore()
    for warning in (*settings.warnings, *_find_warnings(settings)):
        logger.warning(warning)
    backend = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
    with listen(host, DEFAULT_PORT if options.port is None else options.port, SettingsError) as listener:
        greeting = _describe(listener, options)
        pages = PublicPages(_find_public_address(listener, options))
        parts = (chosen, addresses, bounds, carried, store, pages)
        anyio.run(_serve, settings, *parts, listener, greeting, backend_options=backend)
    return DONE


async def _serve(
    settings: Settings,
    chosen: ChosenGate,
    addresses: AddressRules,
    bounds: Bounds,
    carried: HeaderCredentials,
    store: SharedStore,
    pages: PublicPages,
    listener: socket.socket,
    greeting: str,
) -> None:
    approvals = ApprovalSetup(read_named_pins(settings), store, store)
    settings, security = _leave_out_files(settings), make_state_security(os.environ.get(KEY_VARIABLE))
    async with (
        observe_calls(settings, os.environ, stdout_is_taken=False) as observer,
        connect(settings, os.environ, common := Common(observer, Limiter(store))) as to,
        connect_accounts(settings, os.environ, common) as accounts,
    ):
        server = ImsServer(
            settings,
            to.client,
            to.transfers,
            state_security=security,
            accounts=accounts,
            store=store,
            pages=pages,
            approvals=approvals,
        )
        server.warn_of_too_many_tools()
        page_app = PageApp(list_page_sets(server), lambda: pages.origin)
        app = McpApp(server, chosen, addresses, bounds, carried, page_app)
        stop = asyncio.Event()
        gc.freeze()  # as over stdio: what is loaded by now stays
        async with anyio.create_task_group() as beside:
            if not settings.read_only:
                beside.start_soon(watch_tickets, server)
            with _stop_on_signals(stop):
                await serve_until(stop, app, listener, bounds, on_ready=lambda: say(greeting))
            beside.cancel_scope.cancel()
        await server.end()
        to.transfers.end()
        if accounts is not None:
            accounts.end()
    await store.close()
    end_within(END_SECONDS, DONE)


def _choose_gate(options: argparse.Namespace, host: str) -> ChosenGate:
    if options.auth is None and not is_loopback(host):
        raise SettingsError(
            f"On {plain(host, 100)} this server can be reached from other machines, and nothing says who may call.",
            next_step="Use --auth tokens or --auth oauth, or --host 127.0.0.1.",
        )
    return choose_gate(
        options.auth or "none",
        host=host,
        tokens_file=Path(options.tokens) if options.tokens else None,
        issuer=options.issuer,
        audience=options.audience,
        jwks_url=options.jwks,
        subject_claim=options.subject_claim or "sub",
        scope_claim=options.scope_claim or "scope",
        resource=options.resource,
    )


def _find_warnings(settings: Settings) -> list[str]:
    """What is sure to be missed once clients call."""
    if not settings.redis_url or os.environ.get(KEY_VARIABLE, "").strip(" ,"):
        return []
    return [
        f"There is a Redis for several replicas, and {KEY_VARIABLE} is not set: the user's answer to a question is "
        "taken by the replica that asked, and refused by all others. Set the same key for all of them, such as of: "
        f"{MAKE_A_KEY}"
    ]


def _choose_bounds(options: argparse.Namespace) -> tuple[int, int]:
    usual = Bounds()
    most = options.max_calls or usual.max_calls
    return most, min(most, options.max_calls_per_caller or usual.max_calls_per_caller)


def _refuse_local_paths(settings: Settings, options: argparse.Namespace) -> None:
    """What names files of this machine: over HTTP a caller's files are on another one."""
    given = {
        "--upload-dir": settings.upload_dirs or settings.upload_dir_problems,
        "--max-upload-bytes": settings.max_upload_bytes,
        "--state-dir": options.state_dir or os.environ.get("IMS_MCP_STATE_DIR"),
    }
    named = [name for name, value in given.items() if value]
    if named:
        raise SettingsError(
            f"{', '.join(named)} cannot be used with --http: callers are on other machines, and nobody's call may send "
            "files of this one.",
            next_step="Leave it out, and unset its variable. Files are uploaded by callers themselves, with "
            "CreateUploadMedia, or by a server on stdio.",
        )


def _leave_out_files(settings: Settings) -> Settings:
    """No tool for files of this machine, and nothing of what a server on stdio has written down of its transfers."""
    return replace(
        settings,
        exclude_tools=(*settings.exclude_tools, *FILE_TOOLS),
        state_dir=Path(os.devnull),  # pyright: ignore[reportArgumentType] - a descriptor that takes a path
    )


@contextmanager
def _stop_on_signals(stop: asyncio.Event) -> Generator[None]:
    """The first signal that asks to end sets ``stop``; a second Ctrl-C ends the process as it stands."""
    loop = asyncio.get_running_loop()

    def ask(number: int) -> None:
        if stop.is_set():
            if number == signal.SIGINT:
                os._exit(INTERRUPTED)
            return
        say("ims-mcp serve takes no more calls and ends when those that run have been answered.")
        end_within(DRAIN_SECONDS + END_SECONDS, DONE)
        stop.set()

    # They stay set, as over stdio.
    for name in _ASK_TO_END:
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) is signal.SIG_IGN:
            continue
        try:
            loop.add_signal_handler(number, ask, number)
        except NotImplementedError:  # the loops of Windows
            signal.signal(number, lambda number, _frame: loop.call_soon_threadsafe(ask, number))
    yield


def _find_public_address(listener: socket.socket, options: argparse.Namespace) -> str | None:
    """What browsers put before /pages/. On loopback everybody who can reach the server knows it."""
    host, port = listener.getsockname()[:2]
    if options.public_url or not is_loopback(host) or options.allowed_hosts:
        return options.public_url
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _describe(listener: socket.socket, options: argparse.Namespace) -> str:
    """Where it listens, and what a client is told."""
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
    entry: dict[str, Any] = {"type": "http", "url": url}
    tls = ""
    names = [name for name in options.allowed_hosts or () if not is_loopback(re.sub(r":(\d+|\*)$", "", name))]
    if names or not is_loopback(host):
        entry["url"] = f"https://{[*names, host][0].removesuffix(':*')}{PATH}"
        tls = " Tokens travel in every request: give clients the address of a proxy with TLS in front of it."
    if options.auth == "tokens":
        entry["headers"] = {"Authorization": "Bearer TOKEN"}
    return (
        f"ims-mcp serves MCP over HTTP at {url}; Ctrl-C ends it.{tls} Most clients are told so in a file like this:\n"
        f"  {json.dumps({'mcpServers': {'ims': entry}})}"
    )
