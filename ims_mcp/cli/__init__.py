"""The command line: ``ims-mcp serve · local · call · tools · search · doctor · demo``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ims_mcp import __version__
from ims_mcp.cli.endings import MISUSED, run_to_the_end
from ims_mcp.cli.terminal import prepare_streams, say
from ims_mcp.logs import log_to_stderr
from ims_mcp.settings import Settings, read_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0: done. 1: it failed, and stderr says why and what to do. 2: the command line is off. 130: Ctrl-C."""
    prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    return run_to_the_end(lambda: _run(words), words[0])


def _run(words: list[str]) -> int:
    options, rest = _build_parser().parse_known_args(words)
    if rest and options.command != "call":
        say(f"ims-mcp {options.command} does not know {' '.join(rest)}; see ims-mcp {options.command} --help.")
        return MISUSED
    # Nothing that is set for the server keeps these from running.
    environ = os.environ if options.command not in ("search", "demo") else _keep_log_level(os.environ)
    settings = read_settings(environ, **vars(options))
    log_to_stderr(settings.log_level)
    return _run_command(options, rest, settings, words)


def _keep_log_level(environ: Mapping[str, str]) -> Mapping[str, str]:
    return {name: environ[name] for name in ("IMS_MCP_LOG_LEVEL",) if name in environ}


def _run_command(options: argparse.Namespace, rest: list[str], settings: Settings, words: list[str]) -> int:
    # Imported one by one: `serve` must not pay for the embedded IMS, nor `local` for MCP.
    match options.command:
        case "serve":
            from ims_mcp.cli.serve import serve

            return serve(settings, words)
        case "local":
            from ims_mcp.cli.local import local

            return local(settings, options)
        case "call":
            from ims_mcp.cli.call import call

            return call(settings, options, rest)
        case "tools":
            from ims_mcp.cli.tools import tools

            return tools(settings, as_json=options.json)
        case "search":
            from ims_mcp.cli.search import search_command

            return search_command(" ".join(options.words), limit=options.limit)
        case "doctor":
            from ims_mcp.cli.doctor import doctor

            return doctor(settings)
        case _:
            from ims_mcp.cli.demo import demo

            return demo(keep=options.keep)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ims-mcp",
        description="MCP server for Alibaba Cloud Intelligent Media Services (IMS), with an embedded local IMS.",
        epilog="Without a command: serve.",
    )
    parser.add_argument("--version", action="version", version=f"ims-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = _add_command(commands, "serve", "serve MCP on stdin and stdout (the default)")
    _add_server_settings(serve)

    local = _add_command(commands, "local", "run the embedded IMS and OSS on a loopback port; no cloud account needed")
    local.add_argument(
        "--port", type=_read_port, default=9527, help="port on 127.0.0.1; 0 takes a free one (default 9527)"
    )
    local.add_argument("--data-dir", help="where state and files are kept (default ~/.local/share/ims-mcp)")
    local.add_argument("--processing-delay", help="seconds a registration takes at least (default 2)")
    local.add_argument("--region", help="region it plays (default cn-shanghai)")
    local.add_argument("--credential-seconds", metavar="SECONDS", help="life of upload credentials (default 3000)")
    local.add_argument("--reconnect-timeout", help="seconds a live stream may be away before its recording ends (180)")
    local.add_argument("--exit-with-parent", action="store_true", help="end when stdin is closed")
    _add_log_level(local)

    call = _add_command(commands, "call", "call one operation: ims-mcp call GetMediaInfo --MediaId 3b187b...")
    call.add_argument("operation", metavar="OPERATION", help="its name, such as GetMediaInfo or get_media_info")
    call.add_argument("--json", help="arguments as one JSON object; --Name value pairs win over it")
    call.add_argument("--yes", action="store_true", help="do not ask: confirms a destructive operation beforehand")
    call.add_argument("--raw", action="store_true", help="print the whole response as it came")
    _add_settings(call)

    tools = _add_command(commands, "tools", "what the server lists, with bytes")
    tools.add_argument("--json", action="store_true", help="print the tools/list result itself")
    _add_settings(tools)
    _add_toolsets(tools)

    search = _add_command(commands, "search", "find operations by what they do, in English or Chinese")
    search.add_argument("words", nargs="+", metavar="WORDS", help="what is to be done")
    search.add_argument("--limit", type=_read_count, default=5, help="how many to show (default 5)")
    _add_log_level(search)

    doctor = _add_command(
        commands, "doctor", "check settings, directories, credentials, the way out and one harmless read"
    )
    # A client's arguments can be put behind `doctor` as they are.
    doctor.add_argument("served", nargs="?", choices=["serve"], help=argparse.SUPPRESS)
    _add_server_settings(doctor)

    demo = _add_command(commands, "demo", "register, inspect and extend a real clip on the embedded IMS")
    demo.add_argument("--keep", metavar="DIR", help="keep its data in this directory")
    _add_log_level(demo)
    return parser


def _add_command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    # Abbreviations are off: `call` passes on --Name words that are the operation's own.
    return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)


def _add_server_settings(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser)
    _add_toolsets(parser)
    parser.add_argument(
        "--upload-dir", action="append", dest="upload_dirs", help="directory files may be uploaded from; repeatable"
    )
    parser.add_argument("--max-upload-bytes", help="largest file that may be uploaded")
    parser.add_argument("--state-dir", help="where transfers are written down (default ~/.local/state/ims-mcp)")
    parser.add_argument("--oss-endpoint", help="endpoint of OSS for buckets of your own, in place of the region's")
    parser.add_argument("--max-wait-seconds", help="longest time one call waits for a job, 1 to 45")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--local", action="store_true", help="use the embedded IMS; it is started when first needed")
    parser.add_argument("--data-dir", help="where the embedded IMS keeps its state")
    parser.add_argument("--region", help="region of IMS (default cn-shanghai)")
    parser.add_argument("--endpoint", help="endpoint in place of the region's own")
    parser.add_argument("--read-only", action="store_true", help="refuse everything that changes something")
    parser.add_argument("--allow-destructive", action="store_true", help="run destructive operations without asking")
    parser.add_argument("--ecs-role", help="take credentials from this ECS instance role")
    parser.add_argument("--language", help="language of questions to the user: auto (default), en or zh")
    _add_log_level(parser)


def _add_toolsets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--toolsets", help="toolsets to list, comma-separated: core (default), all, or names")
    parser.add_argument("--tools", help="single tools to list as well, comma-separated")
    parser.add_argument("--exclude-tools", help="tools not to list, comma-separated")


def _add_log_level(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log-level", help="debug, info, warning (default) or error")


def _read_port(text: str) -> int:
    return _read_number(text, 0, 65_535, "a port: 1 to 65535, or 0 for a free one")


def _read_count(text: str) -> int:
    return _read_number(text, 1, 400, "a number from 1 to 400")


def _read_number(text: str, least: int, most: int, what: str) -> int:
    """For argparse, which reports an ArgumentTypeError with the option's name."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number
