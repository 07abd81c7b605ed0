"""``ims-mcp token``: who may call a server that runs with `--auth tokens`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.terminal import say
from ims_mcp.foreign_text import plain
from ims_mcp.server.http.callers import SCOPES
from ims_mcp.server.http.token_file import changing_token_file, make_token, read_token_file


def token_command(options: argparse.Namespace) -> int:
    """Raises SettingsError for a file that cannot be used, a name that cannot be one, and a scope that there is not."""
    path = Path(options.tokens)
    match options.action:
        case "add":
            return _add(path, options.name, options.scopes, options.days)
        case "list":
            return _list(path)
        case _:
            return _remove(path, options.name)


def _add(path: Path, name: str, scopes: str | None, days: int | None) -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    expires = None if days is None else now + timedelta(days=days)
    wanted = SCOPES if scopes is None else scopes.replace(",", " ").split()
    with changing_token_file(path) as records:
        token, record = make_token(name, wanted, now=now, expires=expires)
        taken = name in records
        records.setdefault(name, record)
    if taken:
        say(f"There is a token {name} already: remove it first, or use another name. Nothing was changed.")
        return FAILED
    print(token)
    until = "until it is removed" if expires is None else f"until {expires:%Y-%m-%d %H:%M} UTC"
    say(f"This is the token of {name}, good {until}. It is shown this once: the file has a hash of it only.")
    return DONE


def _list(path: Path) -> int:
    records = read_token_file(path)
    now = datetime.now(UTC)
    width = max(map(len, records), default=0)
    for record in records.values():
        scopes = " ".join(scope for scope in SCOPES if scope in record.scopes)
        ends = "" if record.expires is None else f"{record.expires.astimezone(UTC):%Y-%m-%d}"
        if record.has_expired(now):
            ends += " (expired)"
        created = f"{record.created.astimezone(UTC):%Y-%m-%d}"
        print(f"{record.name:<{width}}  {created}  {ends or 'no end':<20}  {scopes}")
    if not records:
        say("There is no token in it. Add one: ims-mcp token add NAME --tokens FILE")
    return DONE


def _remove(path: Path, name: str) -> int:
    read_token_file(path)  # one that is not there is not made
    with changing_token_file(path) as records:
        removed = records.pop(name, None)
    if removed is None:
        say(f"There is no token “{plain(name, 60)}”; ims-mcp token list shows their names. Nothing was changed.")
        return FAILED
    say(f"The token of {name} is removed. Servers that run refuse it within a second.")
    return DONE
