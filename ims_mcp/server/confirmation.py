"""Asking the user before a destructive call, in both protocol eras; a client that cannot ask is refused.

Since 2026-07-28 a question travels inside the result, and the call is made again with the answer and a sealed state.
Before, the server asks in the middle of the call. What counts as a yes is the same for both.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from mcp_types import ClientCapabilities, ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import is_version_at_least

from ims_mcp.catalogue import Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.server.question import write_question
from ims_mcp.server.tool import ToolRequest
from ims_mcp.workflows.behaviours import find_behaviour

logger = logging.getLogger("ims_mcp.server")

_QUESTION = "confirm"
_STATELESS = "2026-07-28"
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "confirm": {"type": "boolean", "title": "Confirm", "description": "Yes, do it", "default": False},
    },
    "required": ["confirm"],
}
_READING_SECONDS = 0.5
"""Nobody reads a question in less: a "no" that comes sooner is the client's own."""
_NOTHING_SENT = "Nothing was sent."
_TELL_THE_USER = (
    f"{_NOTHING_SENT} Tell the user what it would have done. Only the person who runs this server decides about calls "
    "that its client cannot ask about; the server's README says how."
)


class UsedAnswers:
    """Which answers have counted: each counts once. In memory; several replicas would have to share this one thing."""

    REMEMBERED_SECONDS = 660.0
    """Longer than a sealed state is taken (600 s)."""
    MOST = 10_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used: dict[str, float] = {}

    def use(self, answer_id: str) -> bool:
        """Whether this answer is new; from now on it is not. Where there is no more room, none is taken for new."""
        now = self._clock()
        while self._used and now - next(iter(self._used.values())) > self.REMEMBERED_SECONDS:
            del self._used[next(iter(self._used))]
        if answer_id in self._used or len(self._used) >= self.MOST:
            return False
        self._used[answer_id] = now
        return True


class Confirmations:
    """Asks about calls. One for a server, for it remembers which answers have counted."""

    def __init__(self, client: ImsClient) -> None:
        self._client = client
        self._used = UsedAnswers()

    async def ask(
        self, request: ToolRequest, operation: Operation, arguments: Mapping[str, Any]
    ) -> InputRequiredResult | None:
        """None once the user has said yes; the question, to be returned in place of a result, while it is open.

        Raises Refused where the answer is anything but a yes, or where the client cannot ask.
        """
        context, params = request.context, request.params
        if not _can_ask(context.session.client_capabilities):
            raise Refused(
                f"{operation.name} was not sent: it {operation.what_it_does(arguments)}. The user has to confirm "
                "that, and this client cannot ask its user.",
                next_step=_TELL_THE_USER,
            )
        call = hash_call(operation, arguments)
        if is_version_at_least(context.protocol_version, _STATELESS):
            state = _read_state(params.request_state)
            if state.get("call") == call and params.input_responses:
                self._count(operation, params.input_responses.get(_QUESTION), state)
                return None
            return _open_question(await self._write_question(operation, arguments), call)
        question = await self._write_question(operation, arguments)
        asked_at = time.time()
        try:
            result = await context.session.elicit_form(question, _FORM, context.request_id)
        except Exception as error:  # whatever a client's answer does to the SDK, nothing has been sent yet
            logger.info("the client could not be asked: %s", type(error).__name__)
            raise Refused(
                f"{operation.name} was not sent: this client answered the question with an error or in a form that "
                f"cannot be read ({plain(str(error), 200)}).",
                next_step=_TELL_THE_USER,
            ) from error
        require_yes(operation, result, time.time() - asked_at)
        return None

    def _count(self, operation: Operation, result: Any, state: Mapping[str, Any]) -> None:
        if not self._used.use(str(state["answer"])):
            raise Refused(
                f"{operation.name} was not sent again: this answer of the user's has counted already.",
                next_step=f"{_NOTHING_SENT} Call again without it, and the user is asked anew.",
            )
        require_yes(operation, result, time.time() - float(state["asked_at"]))

    async def _write_question(self, operation: Operation, arguments: Mapping[str, Any]) -> str:
        named = await find_behaviour(operation).name_things(self._client, arguments)
        return write_question(operation, arguments, named)


def hash_call(operation: Operation, arguments: Mapping[str, Any]) -> str:
    """What ties an answer to the very call that was asked about: all arguments, however long."""
    text = json.dumps([operation.name, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def require_yes(operation: Operation, result: Any, seconds: float) -> None:
    """Nothing but the boolean true in an accepted form is a yes. Raises Refused that says what else it was.

    ``seconds`` from the question to the answer: a no that nobody had the time for was not the user's.
    """
    content = result.content if isinstance(result, ElicitResult) else None
    answer = content.get(_QUESTION) if content is not None else None
    match result:
        case ElicitResult(action="accept") if answer is True:
            return
        case ElicitResult(action="accept") if answer is False:
            what = "the form came back with its box not ticked, so the user did not confirm it."
            then = f"{_NOTHING_SENT} Where the user meant yes, call again: the box has to be ticked."
        case ElicitResult(action="accept") if answer is None:
            what = "the client accepted the question without an answer in the form, which is no yes."
            then = _TELL_THE_USER
        case ElicitResult(action="accept"):
            what = f"the client's answer {plain(json.dumps(answer), 80)} is neither true nor false; only true is a yes."
            then = _TELL_THE_USER
        case ElicitResult() if seconds < _READING_SECONDS:
            what = (
                f"the answer ({result.action}) came sooner than anybody can read the question. This client gives it by "
                "itself; its user was not asked."
            )
            then = _TELL_THE_USER
        case ElicitResult(action="decline"):
            what = "the user did not confirm it: the answer is no (decline)."
            then = f"{_NOTHING_SENT} Do not try again unless the user asks for it."
        case ElicitResult():
            what = "the user did not confirm it: the question was closed without an answer (cancel)."
            then = f"{_NOTHING_SENT} Do not try again unless the user asks for it."
        case _:
            what = "the client's answer to the question cannot be read."
            then = _TELL_THE_USER
    raise Refused(f"{operation.name} was not sent: {what}", next_step=then)


def _can_ask(capabilities: ClientCapabilities | None) -> bool:
    if capabilities is None or capabilities.elicitation is None:
        return False
    elicitation = capabilities.elicitation
    return elicitation.form is not None or elicitation.url is None


def _open_question(question: str, call: str) -> InputRequiredResult:
    request = ElicitRequest(params=ElicitRequestFormParams(message=question, requested_schema=_FORM))
    # Sealed by the SDK: a client can neither read nor make one.
    state = {"call": call, "answer": secrets.token_hex(16), "asked_at": time.time()}
    return InputRequiredResult(input_requests={_QUESTION: request}, request_state=json.dumps(state))


def _read_state(text: str | None) -> dict[str, Any]:
    try:
        state = json.loads(text or "")
    except ValueError:
        return {}
    return cast("dict[str, Any]", state) if isinstance(state, dict) else {}
