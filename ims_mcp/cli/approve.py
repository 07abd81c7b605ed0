"""``ims-mcp approve``: what a page does, in a terminal. Shown and answered at the controlling terminal alone."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from ims_mcp.approvals.announced import Announced, list_announced
from ims_mcp.approvals.approvals import CALLERS, Approvals
from ims_mcp.approvals.desk import ApprovalDesk, DeskRefusal
from ims_mcp.approvals.tries import PinTries
from ims_mcp.cli.controlling_terminal import ControllingTerminal, find_language
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.pins_in_use import read_named_pins
from ims_mcp.errors import ImsError
from ims_mcp.file_store import FileStore
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.redis_store import open_redis
from ims_mcp.settings import Settings, SettingsError

_ANSWER_SECONDS = 10.0
_ANSWER_BYTES = 256 * 1024

Ask = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One that waits, and where to ask about it."""

    id: str
    shown: dict[str, Any]
    look: Ask
    answer: Ask


def approve_command(settings: Settings) -> int:
    """Exit code 0 once everything that waits has been looked at. Raises NoTerminal."""
    with ControllingTerminal("Approving a call") as terminal:
        return anyio.run(_approve, settings, terminal)


async def _approve(settings: Settings, terminal: ControllingTerminal) -> int:
    language = settings.language if settings.language != "auto" else find_language(os.environ)
    async with AsyncExitStack() as stack:
        if settings.redis_url:
            waiting = await _find_in_redis(settings, stack)
        else:
            waiting = await _find_at_servers(settings)
        if not waiting:
            terminal.write("Nothing waits for approval.")
            return DONE
        done = DONE
        for number, each in enumerate(waiting, start=1):
            terminal.write(_write_head(each, number, len(waiting)))
            terminal.write(str(each.shown["questions"][language]))
            if not await _answer(terminal, each):
                done = FAILED
        return done


async def _answer(terminal: ControllingTerminal, waiting: _Waiting) -> bool:
    """Whether it was answered, or left on purpose."""
    while True:
        typed = terminal.ask_secret("\nYour PIN approves it, n refuses it, Enter leaves it: ")
        if not typed:
            terminal.write("Left as it is.")
            return True
        is_no = typed.strip().lower() in ("n", "no")
        said: dict[str, Any] = {"id": waiting.id, "yes": not is_no, "way": "terminal"}
        try:
            await waiting.answer(said if is_no else {**said, "pin": typed})
        except DeskRefusal as refused:
            terminal.write(refused.explain())
            if refused.data.get("reason") == "wrong_pin" or refused.data.get("reason") == "pin_missing":
                continue
            return False
        told = "Refused: it will not be made." if is_no else "Approved: it may be made once, within ten minutes."
        terminal.write(told)
        return True


def _write_head(waiting: _Waiting, number: int, count: int) -> str:
    shown = waiting.shown
    who = "the assistant on this machine" if shown["subject"] == "local" else plain(str(shown["subject"]), 100)
    through = f", through {plain(str(shown['client']), 60)}" if shown["client"] else ""
    minutes = max(1, int(shown["seconds_left"]) // 60)
    pin = f"PIN set on {shown['pin_set_on']}" if shown["pin_set_on"] else "no PIN is set: it can only be refused"
    return (
        f"\n[{number} of {count}] {plain(str(shown['operation']), 100)}: asked by {who}{through}; waits {minutes} more "
        f"min; {pin}\n"
    )


async def _find_in_redis(settings: Settings, stack: AsyncExitStack) -> list[_Waiting]:
    """Those of servers over HTTP that share a Redis: whoever may write there is trusted as they are."""
    if settings.pins is None:
        raise SettingsError(
            "The PINs of servers over HTTP are in the file of their --pins.", next_step="Name it: --pins FILE."
        )
    store = open_redis(str(settings.redis_url))
    stack.push_async_callback(store.close)
    approvals = Approvals(store)
    desk = ApprovalDesk(approvals, PinTries(store), read_named_pins(settings))
    ids = await approvals.list_waiting(await store.list_keys(CALLERS))
    return await _look_at([(each, "", desk.look, desk.answer) for each in ids])


async def _find_at_servers(settings: Settings) -> list[_Waiting]:
    """Those of this user's servers on stdio, which are asked over their pages."""
    announced = await list_announced(FileStore(settings.state_dir / "shared"))
    asked = [
        (each.id, each.check, _ask_server(each, "look-at-approval"), _ask_server(each, "answer-approval"))
        for each in announced
    ]
    return await _look_at(asked)


async def _look_at(asked: list[tuple[str, str, Ask, Ask]]) -> list[_Waiting]:
    found: list[_Waiting] = []
    for approval_id, check, look, answer in asked:
        try:
            shown = await look({"id": approval_id})
        except ImsError:
            continue  # answered meanwhile, or its server has ended
        # Another program may listen at that port by now: it is shown no PIN.
        if shown.get("state") == "waiting" and (not check or shown.get("check") == check):
            found.append(_Waiting(approval_id, shown, look, answer))
    return found


def _ask_server(waiting: Announced, name: str) -> Ask:
    async def ask(given: Mapping[str, Any]) -> dict[str, Any]:
        return await anyio.to_thread.run_sync(_post, waiting.base, name, given)

    return ask


def _post(base: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises DeskRefusal as the server said it, or for one that does not answer."""
    address = urlsplit(base)
    if not is_loopback(address.hostname or ""):
        raise DeskRefusal(503, "away", "Its pages are not on this machine.")
    answer, content = None, cast("Any", None)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_ANSWER_SECONDS)
    try:
        headers = {"Content-Type": "application/json", "Origin": base}
        connection.request("POST", f"/pages/api/{name}", json.dumps(given), headers)
        answer = connection.getresponse()
        content = json.loads(answer.read(_ANSWER_BYTES))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        content = None
    finally:
        connection.close()
    if answer is None or not isinstance(content, dict):
        raise DeskRefusal(503, "away", "Its server does not answer any more.")
    content = cast("dict[str, Any]", content)
    if answer.status != 200:
        data = {key: value for key, value in content.items() if key not in ("error", "next_step", "reason")}
        reason, told = str(content.get("reason", "")), plain(str(content.get("error", "")))
        raise DeskRefusal(answer.status, reason, told, next_step=plain(str(content.get("next_step", ""))), **data)
    return content
