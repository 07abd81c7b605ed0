"""What is asked at a terminal before a job begins, and what stands for an answer where nobody sits there."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from ims_mcp.cli.bulk.target import Bench
from ims_mcp.config.rights import Asking
from ims_mcp.errors import Refused
from ims_mcp.server.bulk.question import ManyCalls, write_bulk_question
from ims_mcp.server.confirmation import write_place
from ims_mcp.server.question_words import choose_words
from ims_mcp.workflows.bulk.examined import Examined
from ims_mcp.workflows.bulk.making import JobRefused
from ims_mcp.workflows.bulk.survey import find_call

_NOTHING = "Nothing was sent."


async def agree(bench: Bench, examined: Examined, options: argparse.Namespace) -> bool:
    """True where somebody has agreed to what has to be agreed to; False where nothing has to be.

    Raises Refused, or JobRefused, where it is not to begin.
    """
    _require_doable(examined, options)
    if not examined.asked_rows:
        _ask_plainly(examined, options)
        return False
    if examined.asked_on_page:
        raise Refused(
            f"The job was not started: for {examined.asked_rows:,} rows a rule or a right wants a person's PIN.",
            next_step=f"{_NOTHING} Start it with the tool bulk_start of a server: it asks on a page.",
            reason="cannot_ask",
        )
    count = str(examined.rows)
    if options.yes is not None:
        if options.yes.replace(",", "") == count:
            return True
        given = f"--yes {options.yes}" if options.yes else "--yes without a number"
        raise Refused(
            f"The job was not started: {given} does not name the {examined.rows:,} rows, and it "
            f"{examined.what_it_does}.",
            next_step=f"{_NOTHING} Look at the dry run. To do it: --yes {count}",
            reason="not_confirmed",
        )
    if not _somebody_is_there():
        raise Refused(
            f"The job was not started: it {examined.what_it_does}, for {examined.asked_rows:,} rows, and nobody is "
            "there to be asked.",
            next_step=f"{_NOTHING} Look at the dry run. To do it: --yes {count}",
            reason="cannot_ask",
        )
    typed = _ask(f"{await _write_question(bench, examined)}\nType {count} to do it: ")
    if typed.replace(",", "") != count:
        raise Refused(f"The job was not started: {count} was not typed.", next_step=_NOTHING, reason="declined")
    return True


def _require_doable(examined: Examined, options: argparse.Namespace) -> None:
    if examined.refusal:
        raise JobRefused(f"Nothing of this job would be sent. {examined.refusal}")
    if not examined.rows:
        raise JobRefused("No row of this job can be done.", next_step="Correct what the dry run names.")
    if examined.bad_rows and not options.skip_bad:
        raise JobRefused(
            f"The job was not started: {examined.bad_rows:,} rows cannot be done.",
            next_step=f"{_NOTHING} Correct what the dry run names, or leave these rows out with --skip-bad.",
        )


def _ask_plainly(examined: Examined, options: argparse.Namespace) -> None:
    if options.yes is not None:
        return
    if not _somebody_is_there():
        raise Refused(
            "The job was not started: nobody is there to be asked.",
            next_step=f"{_NOTHING} Look at the dry run. To do it: --yes",
            reason="cannot_ask",
        )
    if _ask(f"Start it, with {examined.rows:,} rows? [y/N] ").lower() not in ("y", "yes"):
        raise Refused("The job was not started: the answer was not y or yes.", next_step=_NOTHING, reason="declined")


async def _write_question(bench: Bench, examined: Examined) -> str:
    client, calls = bench.target.client, [find_call(examined.operation, each) for each in examined.sample]
    asked = [call for call in calls if client.find_asking(*call) is Asking.ASK] or calls
    operation = asked[0][0]
    many = ManyCalls("", examined.asked_rows, examined.source, tuple(arguments for _, arguments in asked))
    words = choose_words(
        bench.target.settings.language, {}, locale=os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    )
    state = await many.look(client, operation)
    place = write_place(words, bench.target.settings, bench.target.access.account)
    return write_bulk_question(operation, many, state, words, place)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(question: str) -> str:
    """Nothing else runs meanwhile. Ctrl-C ends the command as it does everywhere: a loop would wait for the line."""
    print(question, end="", file=sys.stderr, flush=True)
    of_loop = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline().strip()
    finally:
        signal.signal(signal.SIGINT, of_loop)
