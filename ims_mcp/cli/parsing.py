"""What each command takes on the command line."""

from __future__ import annotations

import argparse
from typing import Any

from ims_mcp import __version__
from ims_mcp.cli.bulk.options import add_bulk_command
from ims_mcp.cli.numbers import read_lanes, read_number

_OAUTH = {
    "issuer": "who gives tokens, as they name it (iss)",
    "audience": "whom its tokens are for, as they say it (aud): https://ims.example.com/mcp",
    "resource": "this server's address as clients call it; the audience unless given",
    "jwks": "where the issuer's keys are; found by itself unless given",
    "subject-claim": "the claim that says who calls (default sub), or a path: act.sub",
    "scope-claim": "the claim that says what they may do (default scope), or a path: realm_access.roles",
}


def build_parser() -> argparse.ArgumentParser:
    """Of all commands."""
    parser = argparse.ArgumentParser(
        prog="ims-mcp",
        description="MCP server for Alibaba Cloud Intelligent Media Services (IMS), with an embedded local IMS.",
        epilog="Without a command: serve.",
    )
    parser.add_argument("--version", action="version", version=f"ims-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = _add_command(commands, "serve", "serve MCP on stdin and stdout (the default), or over HTTP")
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
    call.add_argument(
        "--json",
        nargs="?",
        const="",
        action="append",
        metavar="OBJECT",
        help="print JSON, as a pipe gets it anyway; with an object: arguments, over which --Name value pairs win",
    )
    call.add_argument("--yes", action="store_true", help="do not ask: confirms a destructive operation beforehand")
    call.add_argument("--raw", action="store_true", help="print the whole response as it came")
    _add_settings(call)

    _add_transfer_commands(commands)

    _add_worker_command(commands)
    add_bulk_command(commands, _add_command, _add_bulk_settings)

    tools = _add_command(commands, "tools", "what the server lists, with bytes")
    tools.add_argument("--json", action="store_true", help="print the tools/list result itself")
    _add_settings(tools)
    _add_toolsets(tools)

    search = _add_command(commands, "search", "find operations by what they do, in English or Chinese")
    search.add_argument("words", nargs="+", metavar="WORDS", help="what is to be done")
    search.add_argument("--limit", type=_read_count, default=5, help="how many to show (default 5)")
    _add_json(search)
    _add_log_level(search)

    doctor = _add_command(
        commands, "doctor", "check settings, directories, credentials, the way out and one harmless read"
    )
    # A client's arguments can be put behind `doctor` as they are.
    doctor.add_argument("served", nargs="?", choices=["serve"], help=argparse.SUPPRESS)
    _add_json(doctor)
    _add_server_settings(doctor)

    _add_token_command(commands)

    _add_approval_commands(commands)

    config = _add_command(commands, "config", "check the file of accounts and of who may do what in them")
    actions = config.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = _add_command(actions, "check", "show what the file says, or every mistake of it; nothing is contacted")
    check.add_argument("config", nargs="?", metavar="FILE", help="the file (default: the one of IMS_MCP_CONFIG)")
    _add_log_level(check)

    demo = _add_command(commands, "demo", "register, inspect and extend a real clip on the embedded IMS")
    demo.add_argument("--keep", metavar="DIR", help="keep its data in this directory")
    _add_json(demo)
    _add_log_level(demo)
    return parser


def _add_transfer_commands(commands: Any) -> None:
    upload = _add_command(
        commands, "upload", "send files of this machine and make assets of them; Ctrl-C, and on again"
    )
    upload.add_argument("files", nargs="+", metavar="FILE", help="what is to be sent")
    upload.add_argument("--to", metavar="WHERE", help="vod (default: storage of IMS), or oss://bucket/prefix/ of yours")
    upload.add_argument("--title", help="title of the asset, where it is one file")
    upload.add_argument("--description", help="what is in it")
    upload.add_argument("--tags", help="tags, comma-separated")
    upload.add_argument("--category", help="name of a category that there is")
    record = _add_command(commands, "record", "record a live stream into a bucket and follow it to its end")
    record.add_argument("url", nargs="?", metavar="URL", help="the stream: rtmp://host/app/stream")
    record.add_argument("--to", metavar="WHERE", help="oss://BUCKET, or vod://BUCKET")
    record.add_argument("--template", help="name or id of a recording template; without it those there are are listed")
    record.add_argument("--name", help="name of the job (default: from the URL)")
    record.add_argument("--no-wait", action="store_true", help="end as soon as the job is submitted")
    record.add_argument("--follow", metavar="JOB", help="follow a job that was submitted before")
    record.add_argument("--allow-duplicate", action="store_true", help="record a stream that is being recorded already")
    for command in (upload, record):
        _add_json(command)
        _add_settings(command)
    upload.add_argument("--state-dir", help="where transfers are written down (default ~/.local/state/ims-mcp)")
    upload.add_argument("--oss-endpoint", help="endpoint of OSS for buckets of your own, in place of the region's")


def _add_worker_command(commands: Any) -> None:
    worker = _add_command(
        commands, "worker", "work at the bulk jobs on a Redis, beside other machines, until it is ended"
    )
    worker.add_argument(
        "--redis", dest="redis_url", metavar="URL", help="where the jobs were started: redis://HOST:6379/0"
    )
    worker.add_argument("--shards", type=read_lanes, default=8, metavar="N", help="shards at once (default 8)")
    worker.add_argument("--lanes", type=read_lanes, default=8, metavar="N", help="rows of a shard at once (default 8)")
    _add_settings(worker)
    worker.add_argument("--config", metavar="FILE", help="TOML file of accounts and of who may do what in them")
    worker.add_argument(
        "--upload-dir", action="append", dest="upload_dirs", help="directory files may be uploaded from; repeatable"
    )
    worker.add_argument("--state-dir", help="where transfers are written down (default ~/.local/state/ims-mcp)")
    worker.add_argument("--oss-endpoint", help="endpoint of OSS for buckets of your own, in place of the region's")
    worker.add_argument("--audit", metavar="FILE", help="add a line for every write to this file; - is stdout")


def _add_bulk_settings(parser: argparse.ArgumentParser) -> None:
    _add_json(parser)
    _add_settings(parser)
    parser.add_argument("--state-dir", help="where jobs and transfers are kept (default ~/.local/state/ims-mcp)")
    parser.add_argument("--oss-endpoint", help="endpoint of OSS for buckets of your own, in place of the region's")
    parser.add_argument("--config", metavar="FILE", help="TOML file of accounts and of who may do what in them")
    parser.add_argument("--account", help="of the accounts of that file; its region: --region")


def _add_token_command(commands: Any) -> None:
    token = _add_command(commands, "token", "add, list or remove who may call a server with --auth tokens")
    actions = token.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = _add_command(actions, "add", "add a token, which is printed this once")
    add.add_argument("name", metavar="NAME", help="whose it is, or what for")
    add.add_argument("--scopes", help="what it may do, comma-separated: ims:read,ims:write,ims:destructive (default)")
    add.add_argument("--days", type=_read_days, help="so long it is good (default: until it is removed)")
    remove = _add_command(actions, "remove", "remove a token; servers that run refuse it within a second")
    remove.add_argument("name", metavar="NAME", help="as ims-mcp token list shows it")
    for action in (add, _add_command(actions, "list", "show names, ends and scopes; tokens are not kept"), remove):
        action.add_argument("--tokens", required=True, metavar="FILE", help="the file; add makes it")
        _add_log_level(action)


def _add_approval_commands(commands: Any) -> None:
    pin = _add_command(commands, "pin", "set the PIN by which you approve calls on a page, or in a terminal")
    actions = pin.add_subparsers(dest="action", required=True, metavar="ACTION")
    pin_set = _add_command(actions, "set", "set or change a PIN; it is typed in this terminal, twice")
    pin_set.add_argument(
        "name",
        nargs="?",
        default="local",
        metavar="NAME",
        help="whose: the name of a token, or a subject; on stdio none",
    )
    _add_pins(pin_set)
    _add_log_level(pin_set)

    approve = _add_command(commands, "approve", "show calls that wait for approval, and approve or refuse them here")
    _add_pins(approve)
    approve.add_argument(
        "--redis", dest="redis_url", metavar="URL", help="of servers over HTTP: what their replicas share"
    )
    approve.add_argument("--language", help="language of the questions: auto (default), en or zh")
    _add_log_level(approve)


def _add_command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    # Abbreviations are off: `call` passes on --Name words that are the operation's own.
    return commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)


def _add_server_settings(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser)
    _add_toolsets(parser)
    parser.add_argument("--config", metavar="FILE", help="TOML file of accounts and of who may do what in them")
    parser.add_argument(
        "--upload-dir", action="append", dest="upload_dirs", help="directory files may be uploaded from; repeatable"
    )
    parser.add_argument("--max-upload-bytes", help="largest file that may be uploaded")
    parser.add_argument("--state-dir", help="where transfers are written down (default ~/.local/state/ims-mcp)")
    parser.add_argument("--oss-endpoint", help="endpoint of OSS for buckets of your own, in place of the region's")
    parser.add_argument("--pins", metavar="FILE", help="the file of PINs by which people approve calls on a page")
    parser.add_argument("--max-wait-seconds", help="longest time one call waits for a job, 1 to 45")
    parser.add_argument(
        "--audit", metavar="FILE", help="add a line for every write to this file; - is stdout, with --http"
    )
    _add_http(parser.add_argument_group("over HTTP"))


def _add_http(group: Any) -> None:
    group.add_argument("--http", action="store_true", help="serve Streamable HTTP at /mcp, for many callers")
    group.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    group.add_argument("--port", type=_read_port, help="port; 0 takes a free one (default 8000)")
    group.add_argument("--auth", choices=["none", "tokens", "oauth"], help="who may call: none is for loopback only")
    group.add_argument("--tokens", metavar="FILE", help="with --auth tokens: the file that ims-mcp token writes")
    for name, what in _OAUTH.items():
        metavar = "CLAIM" if name.endswith("claim") else "URL"
        group.add_argument(f"--{name}", metavar=metavar, help=f"with --auth oauth: {what}")
    for name, what in (("host", "name clients may call this server by"), ("origin", "origin whose web pages may call")):
        group.add_argument(
            f"--allowed-{name}",
            action="append",
            dest=f"allowed_{name}s",
            metavar=name.upper(),
            help=f"{what}; repeatable",
        )
    group.add_argument(
        "--header-credentials",
        action="store_const",
        const=True,
        help="take temporary cloud credentials from headers of a request, over TLS or loopback, for that request",
    )
    group.add_argument(
        "--trusted-proxy",
        action="append",
        dest="trusted_proxies",
        metavar="ADDRESS",
        help="proxy or network whose X-Forwarded-Proto is believed; repeatable",
    )
    group.add_argument(
        "--public-url", metavar="URL", help="how browsers reach this server, for pages: https://ims.example.com"
    )
    group.add_argument("--redis", dest="redis_url", metavar="URL", help="what replicas share: redis://HOST:6379/0")
    group.add_argument("--max-calls", type=_read_limit, metavar="N", help="calls answered at once (default 256)")
    group.add_argument(
        "--max-calls-per-caller", type=_read_limit, metavar="N", help="of them, of one caller (default 32)"
    )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--local", action="store_true", help="use the embedded IMS; it is started when first needed")
    parser.add_argument("--data-dir", help="where the embedded IMS keeps its state")
    parser.add_argument("--region", help="region of IMS (default cn-shanghai)")
    parser.add_argument("--endpoint", help="endpoint in place of the region's own")
    parser.add_argument("--read-only", action="store_true", help="refuse everything that changes something")
    parser.add_argument("--allow-destructive", action="store_true", help="run destructive operations without asking")
    parser.add_argument("--ask", help="who asks before a destructive call: auto (default), form (the client) or page")
    parser.add_argument("--ecs-role", help="take credentials from this ECS instance role")
    parser.add_argument("--language", help="language of questions to the user: auto (default), en or zh")
    _add_log_level(parser)


def _add_pins(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state-dir", help="where transfers and PINs are written down (default ~/.local/state/ims-mcp)"
    )
    parser.add_argument("--pins", metavar="FILE", help="the file of PINs (default: pins in the state directory)")


def _add_toolsets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--toolsets", help="toolsets to list, comma-separated: core (default), all, or names")
    parser.add_argument("--tools", help="single tools to list as well, comma-separated")
    parser.add_argument("--exclude-tools", help="tools not to list, comma-separated")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _add_log_level(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log-level", help="debug, info, warning (default) or error")


def _read_port(text: str) -> int:
    return read_number(text, 0, 65_535, "a port: 1 to 65535, or 0 for a free one")


def _read_days(text: str) -> int:
    return read_number(text, 1, 3650, "a number of days from 1 to 3650")


def _read_count(text: str) -> int:
    return read_number(text, 1, 400, "a number from 1 to 400")


def _read_limit(text: str) -> int:
    return read_number(text, 1, 10_000, "a number from 1 to 10000")
