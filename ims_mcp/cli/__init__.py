"""The command line: ``ims-mcp serve · local · call · upload · record · tools · search · doctor · token · pin`` …"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from ims_mcp.cli.endings import MISUSED, run_to_the_end
from ims_mcp.cli.parsing import build_parser
from ims_mcp.cli.terminal import prepare_streams, say
from ims_mcp.logs import log_to_stderr
from ims_mcp.settings import Settings, read_settings

_HTTP_OPTIONS = {
    "host": "--host",
    "port": "--port",
    "auth": "--auth",
    "allowed_hosts": "--allowed-host",
    "allowed_origins": "--allowed-origin",
    "tokens": "--tokens",
    "issuer": "--issuer",
    "audience": "--audience",
    "resource": "--resource",
    "jwks": "--jwks",
    "subject_claim": "--subject-claim",
    "scope_claim": "--scope-claim",
    "header_credentials": "--header-credentials",
    "trusted_proxies": "--trusted-proxy",
    "public_url": "--public-url",
    "redis_url": "--redis",
    "max_calls": "--max-calls",
    "max_calls_per_caller": "--max-calls-per-caller",
}
"""Of ``serve``, which mean something with --http only."""
_KINDS = ("streamable-http", "streamable_http")
"""What the same is called by other servers."""
_ON_THEIR_OWN = ("search", "token", "config", "demo")
"""Commands that use nothing of what is set for the server."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0: done. 1: it failed, and stderr says why and what to do. 2: the command line is off. 130: Ctrl-C."""
    prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    return run_to_the_end(lambda: _run(words), words[0])


def _run(words: list[str]) -> int:
    options, rest = build_parser().parse_known_args(words)
    if rest and options.command != "call":
        hint = "add --http to serve over HTTP, or " * (
            options.command == "serve" and not {"http", *_KINDS}.isdisjoint(rest)
        )
        say(f"ims-mcp {options.command} does not know {' '.join(rest)}; {hint}see ims-mcp {options.command} --help.")
        return MISUSED
    # Nothing that is set for the server keeps these from running.
    environ = os.environ if options.command not in _ON_THEIR_OWN else _keep_own(os.environ, options.command)
    if problem := _find_http_problem(options):
        say(problem)
        return MISUSED
    if options.command == "upload":
        from ims_mcp.cli.upload import list_directories

        options.upload_dirs = list_directories(options.files)
    if options.command == "bulk":
        from ims_mcp.cli.bulk.source import list_folders

        options.upload_dirs = list_folders(options)
    settings = read_settings(environ, **vars(options))
    log_to_stderr(settings.log_level)
    if "OTEL_PROPAGATORS" in os.environ:
        from ims_mcp.telemetry.switches import leave_out_propagators

        leave_out_propagators(os.environ)
    return _run_command(options, rest, settings, words)


def _find_http_problem(options: argparse.Namespace) -> str:
    """What is given and means nothing without --http."""
    if options.command != "serve" or options.http:
        return ""
    given = [option for name, option in _HTTP_OPTIONS.items() if getattr(options, name) is not None]
    return f"{' and '.join(given)} {'is' if len(given) == 1 else 'are'} for serving over HTTP: add --http." * bool(
        given
    )


def _keep_own(environ: Mapping[str, str], command: str) -> Mapping[str, str]:
    own = ("IMS_MCP_LOG_LEVEL", "IMS_MCP_CONFIG") if command == "config" else ("IMS_MCP_LOG_LEVEL",)
    return {name: environ[name] for name in own if name in environ}


def _run_command(options: argparse.Namespace, rest: list[str], settings: Settings, words: list[str]) -> int:
    # Imported one by one: `serve` must not pay for the embedded IMS, nor `local` for MCP.
    match options.command:
        case "serve" if options.http:
            from ims_mcp.cli.serve_http import serve_http

            return serve_http(settings, options)
        case "serve":
            from ims_mcp.cli.serve import serve

            return serve(settings, words)
        case "local":
            from ims_mcp.cli.local import local

            return local(settings, options)
        case "call" | "upload" | "bulk" | "record" | "worker":
            return _run_working(options, rest, settings, words)
        case "tools":
            from ims_mcp.cli.tools import tools

            return tools(settings, as_json=options.json)
        case "search":
            from ims_mcp.cli.search import search_command

            return search_command(" ".join(options.words), limit=options.limit, as_json=options.json)
        case "doctor":
            from ims_mcp.cli.doctor import doctor

            return doctor(settings, as_json=options.json)
        case "demo":
            from ims_mcp.cli.demo import demo

            return demo(keep=options.keep, as_json=options.json)
        case _:
            return _run_permitting(options, settings)


def _run_working(options: argparse.Namespace, rest: list[str], settings: Settings, words: list[str]) -> int:
    """Commands that do something in IMS."""
    match options.command:
        case "call":
            from ims_mcp.cli.call import call

            return call(settings, options, rest)
        case "upload":
            from ims_mcp.cli.upload import upload

            return upload(settings, options)
        case "bulk":
            from ims_mcp.cli.bulk.command import bulk

            return bulk(settings, options, words)
        case "record":
            from ims_mcp.cli.record import record

            return record(settings, options)
        case _:
            from ims_mcp.cli.worker import worker

            return worker(settings, options.shards, options.lanes)


def _run_permitting(options: argparse.Namespace, settings: Settings) -> int:
    """Commands about who may do what."""
    match options.command:
        case "token":
            from ims_mcp.cli.token import token_command

            return token_command(options)
        case "pin":
            from ims_mcp.cli.pin import pin_command

            return pin_command(settings, options.name)
        case "approve":
            from ims_mcp.cli.approve import approve_command

            return approve_command(settings)
        case _:
            from ims_mcp.cli.config import check_command

            return check_command(settings)
