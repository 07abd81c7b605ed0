"""Asking a person outside of the conversation: by a page (or a terminal) that wants their PIN.

For clients that cannot ask, and wherever that is wanted. The call answers at once that it waits; called again, it waits
for the answer as long as calls may. A client that declares URL elicitation is handed the address by the protocol.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
from mcp_types import (
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)

from ims_mcp.approvals.announced import Announced, announce
from ims_mcp.approvals.approvals import OPEN_SECONDS, Approval, Question, State
from ims_mcp.approvals.desk import ApprovalDesk
from ims_mcp.call_origin import STDIO, Consent, current_subject
from ims_mcp.catalogue import Operation
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.server.page_host import PageHost
from ims_mcp.server.tool import ToolRequest
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.next_call import propose

logger = logging.getLogger("ims_mcp.server")

PAGE = "pages/approve"
_LOOK_SECONDS = 0.5
_READING_SECONDS = 0.5
_SPARE_SECONDS = 30.0
"""So much longer than a question its page is there: for whoever answers in the last moment."""
_NOTHING_SENT = "Nothing was sent."

WriteQuestions = Callable[[], Mapping[str, str]]
"""The whole question, in each language."""


@dataclass(frozen=True, slots=True)
class PageApprovals:
    """One for a server. ``announced_in`` is where commands of the same user find what waits here."""

    desk: ApprovalDesk
    pages: PageHost
    announced_in: SharedStore | None = None

    def find_obstacle(self) -> str:
        """Why this caller's person cannot be asked this way, as a sentence for them; empty where they can."""
        subject = current_subject.get()
        if self.desk.has_pin(subject):
            return ""
        whose = "" if subject == STDIO else f" {plain(subject, 100)} --pins FILE"
        return (
            "With a PIN of their own the user could agree to it on a page, and none is set: whoever runs this server "
            f"sets one at a terminal with “ims-mcp pin set{whose}”, and starts the server anew."
        )

    async def find_answer(self, operation: Operation, call: str) -> Consent | Approval | None:
        """What has been said about this very call, which is told once; the approval where it still waits.

        Raises Refused for a no."""
        return _read_answer(operation, await self.desk.approvals.settle(current_subject.get(), call))

    async def wait(
        self, request: ToolRequest, operation: Operation, call: str, waiting: Approval
    ) -> Consent | dict[str, Any]:
        """The yes, or that it still waits, once the call has waited as long as it may. Raises Refused for a no."""
        longest, begun_at = request.longest_wait_seconds, anyio.current_time()
        while (waited := anyio.current_time() - begun_at) < min(longest, waiting.seconds_left):
            await request.report_progress(waited, longest, "waits for the user's approval")
            await anyio.sleep(min(_LOOK_SECONDS, longest - waited))
            found = await self.find_answer(operation, call)
            if found is None:
                raise Refused(
                    f"{operation.name} was not sent: its question is not open any more.",
                    next_step=f"{_NOTHING_SENT} Call again, and the user is asked anew.",
                    reason="not_confirmed",
                )
            if isinstance(found, Consent):
                return found
        return await self._tell(request, operation, waiting)

    async def ask(
        self, request: ToolRequest, operation: Operation, call: str, write: WriteQuestions, *, is_stateless: bool
    ) -> Consent | InputRequiredResult | dict[str, Any]:
        """Open the question; what the call answers for now, or the yes where it was waited for."""
        check = secrets.token_hex(16)
        question = Question(current_subject.get(), operation.name, write(), _name_client(request), check)
        base = await self.pages.open_for(OPEN_SECONDS + _SPARE_SECONDS)  # without it there is nothing to ask by
        waiting = await self.desk.approvals.make(call, question)
        address = f"{base}/{PAGE}#{waiting.id}"
        if self.announced_in is not None:
            # The same call made at once, twice, has one question: that of whoever came first.
            shown = await self.desk.approvals.read(waiting.id)
            check = check if shown is None else shown[0].check
            await announce(self.announced_in, Announced(waiting.id, base, check), waiting.seconds_left)
        if not can_open(request.context.session.client_capabilities):
            return await self._tell(request, operation, waiting)
        words = f"{operation.name} waits for your approval: it {operation.what_it_does(request_arguments(request))}."
        if is_stateless:
            shown = ElicitRequestURLParams(message=words, url=address)
            state = {"call": call, "approval": waiting.id, "asked_at": time.time()}
            return InputRequiredResult(
                input_requests={QUESTION: ElicitRequest(params=shown)}, request_state=json.dumps(state)
            )
        asked_at = time.time()
        session, request_id = request.context.session, request.context.request_id
        try:
            result = await session.elicit_url(words, address, waiting.id, request_id)
        except Exception as error:  # whatever a client's answer does to the SDK, the address does as well
            logger.info("the client could not open an address: %s", type(error).__name__)
            return await self._tell(request, operation, waiting)
        consent = await self.take_opening(request, operation, call, waiting, result, time.time() - asked_at)
        if isinstance(consent, Consent):
            await session.send_elicit_complete(waiting.id, request_id)
        return consent

    async def take_opening(
        self,
        request: ToolRequest,
        operation: Operation,
        call: str,
        waiting: Approval,
        result: Any,
        seconds: float,
    ) -> Consent | dict[str, Any]:
        """What follows from a client's answer to being handed the address: that it was opened is no yes."""
        if isinstance(result, ElicitResult) and result.action != "accept" and seconds >= _READING_SECONDS:
            await self.desk.approvals.withdraw(waiting.id, current_subject.get())
            raise Refused(
                f"{operation.name} was not sent: the user did not open the page on which it is approved "
                f"({result.action}).",
                next_step=f"{_NOTHING_SENT} Do not try again unless the user asks for it.",
                reason="declined",
            )
        if not isinstance(result, ElicitResult) or result.action != "accept":
            return await self._tell(request, operation, waiting)  # the client's own word, not its user's
        return await self.wait(request, operation, call, waiting)

    async def _find_address(self, waiting: Approval) -> str:
        return f"{await self.pages.open_for(waiting.seconds_left + _SPARE_SECONDS)}/{PAGE}#{waiting.id}"

    async def _tell(self, request: ToolRequest, operation: Operation, waiting: Approval) -> dict[str, Any]:
        """What the model reads while nobody has answered."""
        address = await self._find_address(waiting)
        until = datetime.now(UTC) + timedelta(seconds=waiting.seconds_left)
        proposed = propose(
            request.params.name, dict(request_arguments(request)), "the same call, once the user has approved it"
        )
        terminal = "; or run “ims-mcp approve” in a terminal" if self.announced_in is not None else ""
        return {
            "outcome": "waiting_for_approval",
            "sent": False,
            "operation": operation.name,
            "tell_the_user": f"{operation.name} has not been sent: it waits for your approval. Open {address} , read "
            f"what it does, and approve it with your PIN, or refuse it{terminal}. It waits until "
            f"{until:%H:%M} UTC.",
            "approval_address": address,
            "waits_until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            "then": "Tell the user this, with the address, and wait for their word. Then make the same call again with "
            "the very same arguments: it is sent if they approved, once. Only the user can approve it: do not open the "
            "page or ask for the PIN.",
            **({} if "next_call" not in proposed else proposed),
        }


QUESTION = "confirm"


def request_arguments(request: ToolRequest) -> Mapping[str, Any]:
    """As the client sent them."""
    return request.params.arguments or {}


def can_open(capabilities: ClientCapabilities | None) -> bool:
    """Whether the client takes an address that its user is to open."""
    return (
        capabilities is not None and capabilities.elicitation is not None and capabilities.elicitation.url is not None
    )


def _read_answer(operation: Operation, settled: Approval | None) -> Consent | Approval | None:
    if settled is None or settled.state is State.WAITING:
        return settled
    if settled.state is State.APPROVED:
        return Consent(settled.how, settled.by)
    raise Refused(
        f"{operation.name} was not sent: the user did not approve it; the answer on the {settled.how or 'page'} was "
        "no.",
        next_step=f"{_NOTHING_SENT} Do not try again unless the user asks for it.",
        reason="declined",
    )


def _name_client(request: ToolRequest) -> str:
    """What it calls itself, which may be anything."""
    client = request.context.session.client_params
    return "" if client is None else plain(client.client_info.name, 60)
