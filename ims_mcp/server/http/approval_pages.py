"""The page on which a person approves a call, or refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.approvals.desk import ApprovalDesk, DeskRefusal
from ims_mcp.server.http.pages import AnswerPage, PageRefusal, PageSet


def make_approval_pages(desk: ApprovalDesk) -> PageSet:
    """``look-at-approval`` shows a question and changes nothing; ``answer-approval`` takes a yes with the PIN, or a
    no."""
    return PageSet(
        pages=("approve",),
        files=("approve.js", "approve.css"),
        answers={"look-at-approval": _tell(desk.look), "answer-approval": _tell(desk.answer)},
    )


def _tell(ask: AnswerPage) -> AnswerPage:
    async def answer(given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return await ask(given)
        except DeskRefusal as refused:
            raise PageRefusal(refused.status, str(refused), next_step=refused.next_step, data=refused.data) from refused

    return answer
