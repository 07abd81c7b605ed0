"""``ims-mcp pin set``: the PIN by which a person approves calls, typed at the controlling terminal and nowhere
else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import anyio

from ims_mcp.approvals.pins import LEAST_CHARACTERS, MOST_CHARACTERS, PinRecord, changing_pin_file, check_name, make_pin
from ims_mcp.approvals.tries import PinTries
from ims_mcp.cli.controlling_terminal import ControllingTerminal
from ims_mcp.cli.endings import DONE, FAILED
from ims_mcp.cli.pins_in_use import find_pin_file
from ims_mcp.file_store import FileStore
from ims_mcp.foreign_text import plain
from ims_mcp.settings import Settings, SettingsError


def pin_command(settings: Settings, name: str) -> int:
    """Exit code 0 once it is set. Raises NoTerminal, and SettingsError for a file that cannot be used."""
    path = find_pin_file(settings)
    check_name(name)
    with ControllingTerminal("Setting a PIN") as terminal:
        with changing_pin_file(path) as records:
            there = records.get(name)
            if there is not None and not _knows(terminal, settings, there):
                return FAILED
            terminal.write(
                f"A PIN for {name}: {LEAST_CHARACTERS} to {MOST_CHARACTERS} letters, digits or signs. Whoever knows it "
                "approves calls: tell it nobody, no assistant either."
            )
            pin = terminal.ask_secret("New PIN: ")
            record = make_pin(name, pin, now=datetime.now(UTC).replace(microsecond=0))
            if terminal.ask_secret("The same again: ") != pin:
                terminal.write("The two differ. Nothing was changed.")
                return FAILED
            records[name] = record
        terminal.write(
            f"The PIN of {name} is set, in {plain(str(path), 200)}. Servers that run take it once they are started "
            "anew: a client's server starts with the client."
        )
    return DONE


def _knows(terminal: ControllingTerminal, settings: Settings, there: PinRecord) -> bool:
    """Whether whoever sits there knows the PIN that is to be changed."""
    given = terminal.ask_secret(f"There is a PIN of {there.name}. It, first: ")
    with suppress(SettingsError):  # without a home nothing is counted
        tries = PinTries(FileStore(settings.state_dir / "shared"))
        tried = anyio.run(tries.take, there.name)
        if tried.locked_seconds:
            terminal.write(f"It was wrong too often: the next try is in {tried.locked_seconds / 60:.0f} minutes.")
            return False
        if there.is_of(given):
            anyio.run(tries.forgive, there.name)
            return True
        terminal.write(f"That is not it. {tried.left} tries are left. Nothing was changed.")
        return False
    if not there.is_of(given):
        terminal.write("That is not it. Nothing was changed.")
        return False
    return True
