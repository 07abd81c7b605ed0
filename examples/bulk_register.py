"""Register a list of files through the MCP server: bounded concurrency, resumable, with a report.

    python examples/bulk_register.py addresses.txt --at-once 8 -- --local

``addresses.txt`` holds one address a line (empty lines and lines that begin with # are skipped). What has been done is
kept in ``addresses.txt.journal``, one JSON object a line; run the same command again to go on after a stop. An address
always gets the same ClientToken, so one that was sent just before the stop is not registered twice. Words after ``--``
go to ``ims-mcp serve``. Exit code 1 where an address failed; the report says which and why.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import Implementation

ME = Implementation(name="ims-mcp example", version="1")
"""Names a client that waits for answers: the server lets others wait 4 s at most, since many give up after 5."""

WAIT_SECONDS = 40
DONE = ("Normal", "PrepareFail", "AlreadyRegistered")


@dataclass(frozen=True)
class Outcome:
    """What became of one address. ``status`` is the asset's, ``AlreadyRegistered``, ``Pending`` or ``Refused``."""

    address: str
    status: str
    media_id: str = ""
    reason: str = ""


class Journal:
    """The outcomes so far, appended as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.outcomes: dict[str, Outcome] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    outcome = Outcome(**json.loads(line))
                except (ValueError, TypeError):
                    continue  # the line being written when the last run was stopped
                self.outcomes[outcome.address] = outcome

    def add(self, outcome: Outcome) -> None:
        self.outcomes[outcome.address] = outcome
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")


async def register(client: Client, address: str) -> Outcome:
    """Register one address and wait for it."""
    token = uuid.uuid5(uuid.NAMESPACE_URL, address).hex
    result = await client.call_tool(
        "register_media_info", {"InputURL": address, "ClientToken": token, "wait_seconds": WAIT_SECONDS}
    )
    text = "".join(getattr(block, "text", "") for block in result.content)
    if result.is_error:
        if "MediaAlreadyExist" in text:
            return Outcome(address, "AlreadyRegistered")
        return Outcome(address, "Refused", reason=text.splitlines()[0] if text else "no answer")
    content: dict[str, Any] = result.structured_content or {}
    wait: dict[str, Any] = content.get("wait", {})
    status = "Pending" if wait.get("outcome") == "pending" else str(wait.get("status", ""))
    return Outcome(address, status, str(content.get("MediaId", "")), str(wait.get("problem", "")))


async def register_all(addresses: list[str], journal: Journal, at_once: int, server_options: list[str]) -> None:
    """Register what the journal does not hold as done, ``at_once`` at a time."""
    todo = [a for a in addresses if a not in journal.outcomes or journal.outcomes[a].status not in DONE]
    print(f"{len(addresses)} addresses, {len(addresses) - len(todo)} done before, {len(todo)} to do", file=sys.stderr)
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ims_mcp", "serve", *server_options], env=dict(os.environ)
    )
    limit = anyio.CapacityLimiter(at_once)
    async with Client(server, client_info=ME) as client, anyio.create_task_group() as tasks:

        async def one(address: str) -> None:
            async with limit:
                journal.add(await register(client, address))

        for address in todo:
            tasks.start_soon(one, address)


def report(addresses: list[str], journal: Journal) -> int:
    """Print counts and every failure; exit code 1 if there is one."""
    outcomes = [journal.outcomes[address] for address in addresses]
    counts = {status: sum(o.status == status for o in outcomes) for status in sorted({o.status for o in outcomes})}
    print(", ".join(f"{count} {status}" for status, count in counts.items()))
    failed = [outcome for outcome in outcomes if outcome.status not in ("Normal", "AlreadyRegistered")]
    for outcome in failed:
        print(f"  {outcome.status}: {outcome.address} {outcome.media_id} {outcome.reason}".rstrip())
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else None, epilog="Words after -- go to ims-mcp serve."
    )
    parser.add_argument("manifest", type=Path, help="a file with one address a line")
    parser.add_argument("--at-once", type=int, default=8, help="registrations under way at the same time (default 8)")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:cut])
    server_options = words[cut + 1 :]
    lines = [line.strip() for line in options.manifest.read_text(encoding="utf-8").splitlines()]
    addresses = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    journal = Journal(options.manifest.with_name(options.manifest.name + ".journal"))
    anyio.run(register_all, addresses, journal, max(options.at_once, 1), server_options)
    return report(addresses, journal)


if __name__ == "__main__":
    raise SystemExit(main())
