"""The answer of a call: an asset as a page of its own, anything else as facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ims_mcp.cli.views.asset import is_summary, show_asset
from ims_mcp.cli.views.facts import show_facts, show_next, show_result
from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.views.written import write_seconds

_OUTCOMES = {"succeeded": "ok", "running": "ok", "failed": "FAIL"}


def show_answer(screen: Screen, operation: str, result: Mapping[str, Any]) -> None:
    """Everything that the answer holds; the id of the request, which only support asks for, comes last."""
    if operation == "GetMediaInfo" and is_summary(result):
        show_asset(screen, result)
        return
    wait, brought = result.get("wait"), result.get("result")
    rest = dict(result)
    if isinstance(wait, dict):
        show_wait(screen, cast("dict[str, Any]", rest.pop("wait")))
    if isinstance(brought, dict) and is_summary(cast("dict[str, Any]", brought)):
        show_asset(screen, cast("dict[str, Any]", rest.pop("result")))
        if others := {name: value for name, value in rest.items() if name not in ("MediaId", "RequestId", "next_call")}:
            screen.print()
            show_facts(screen, others)
        show_next(screen, rest.get("next_call"))
    else:
        show_result(screen, rest, operation)
    if result.get("RequestId"):
        screen.print(screen.text(f"request {result['RequestId']}", "quiet"))


def show_wait(screen: Screen, wait: Mapping[str, Any]) -> None:
    """How a wait ended, and what is off."""
    outcome = str(wait.get("outcome", ""))
    facts = [screen.text(outcome, _OUTCOMES.get(outcome, "note")), screen.text(wait.get("status") or "")]
    seconds = wait.get("seconds")
    facts += [screen.text(f"after {write_seconds(seconds)}")] if isinstance(seconds, int | float) else []
    screen.print(screen.join(facts))
    if wait.get("problem"):
        screen.print(screen.text(wait["problem"], "FAIL"))
