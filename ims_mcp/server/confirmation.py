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
from dataclasses import dataclass
from typing import Any, cast

from mcp_types import (
    CallToolRequestParams,
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.siblings import suggest_lookup
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.server.question import write_question
from ims_mcp.server.question_words import QuestionWords, choose_words
from ims_mcp.server.tool import ToolRequest
from ims_mcp.settings import Language, Settings
from ims_mcp.summaries.values import as_object
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.present_state import PresentState, list_names

logger = logging.getLogger("ims_mcp.server")

_QUESTION = "confirm"
_STATELESS = "2026-07-28"
_MOST_MISSING = 5
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


@dataclass(frozen=True, slots=True)
class Agreed:
    """What may be sent: the arguments that were asked about, or harmless ones that nobody had to be asked about."""

    arguments: Mapping[str, Any]
    confirmed: bool = False
    before: PresentState | None = None
    """What was read for the question, where that was in this very call."""


class Confirmations:
    """Asks about calls. One for a server, for it remembers which answers have counted."""

    def __init__(self, client: ImsClient, language: Language = "auto", settings: Settings | None = None) -> None:
        """``settings`` say which service the calls go to; None says nothing of it."""
        self._client = client
        self._language: Language = language
        self._settings = settings
        self._used = UsedAnswers()
        self._searched = ""

    def remember_search(self, query: str) -> None:
        """Take down the words of a search: ids and names tell nothing of the user's language, these do."""
        self._searched = query

    async def ask(
        self, request: ToolRequest, operation: Operation, arguments: Mapping[str, Any]
    ) -> InputRequiredResult | Agreed:
        """What to send once the user has said yes; the question, to be returned in place of a result, while it is open.

        Nobody is asked where the look before the question finds that nothing would be destroyed. Raises Refused where
        the answer is anything but a yes, where the client cannot ask, and where nothing the call names exists.
        """
        context, params = request.context, request.params
        if not _can_ask(context.session.client_capabilities):
            raise Refused(
                f"{operation.name} was not sent: it {operation.what_it_does(arguments)}. The user has to confirm "
                "that, and this client cannot ask its user.",
                next_step=_TELL_THE_USER,
            )
        call = hash_call(operation, arguments)
        is_stateless = is_version_at_least(context.protocol_version, _STATELESS)
        if is_stateless:
            state = _read_state(params.request_state)
            if state.get("call") == call and params.input_responses:
                self._count(operation, params.input_responses.get(_QUESTION), state)
                return Agreed(arguments, confirmed=True)
        before = await find_behaviour(operation).read_before(self._client, operation, arguments)
        if before.harmless is not None and not self._client.needs_confirmation(operation, before.harmless):
            return Agreed(before.harmless, before=before)
        if before.is_all_missing:
            raise _refuse_missing(operation, arguments, before)
        words = choose_words(self._language, arguments, _read_locale(params), self._searched)
        question = write_question(operation, arguments, before, words, write_place(words, self._settings))
        if is_stateless:
            return _open_question(question, _make_form(words), call)
        asked_at = time.time()
        try:
            result = await context.session.elicit_form(question, _make_form(words), context.request_id)
        except Exception as error:  # whatever a client's answer does to the SDK, nothing has been sent yet
            logger.info("the client could not be asked: %s", type(error).__name__)
            raise Refused(
                f"{operation.name} was not sent: this client answered the question with an error or in a form that "
                f"cannot be read ({plain(str(error), 200)}).",
                next_step=_TELL_THE_USER,
            ) from error
        require_yes(operation, result, time.time() - asked_at)
        return Agreed(arguments, confirmed=True, before=before)

    def _count(self, operation: Operation, result: Any, state: Mapping[str, Any]) -> None:
        if not self._used.use(str(state["answer"])):
            raise Refused(
                f"{operation.name} was not sent again: this answer of the user's has counted already.",
                next_step=f"{_NOTHING_SENT} Call again without it, and the user is asked anew.",
            )
        require_yes(operation, result, time.time() - float(state["asked_at"]))


def write_place(words: QuestionWords, settings: Settings | None) -> str:
    """The sentence that says which service a call goes to."""
    if settings is None:
        return ""
    if settings.local:
        return words.embedded
    if settings.endpoint is not None:
        return words.endpoint.format(place=plain(settings.endpoint, 100))
    return words.region.format(place=settings.region)


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


def _refuse_missing(operation: Operation, arguments: Mapping[str, Any], state: PresentState) -> Refused:
    names = ", ".join(quotable(name, limit=100) for name in state.missing[:_MOST_MISSING])
    more = f" and {len(state.missing) - _MOST_MISSING} more" if len(state.missing) > _MOST_MISSING else ""
    what = "what it names does not exist" if state.named_count == 1 else "nothing of what it names exists"
    # Inside a list of objects the id stands under its own name.
    named_by = next((name for name in arguments if state.missing[0] in list_names(arguments, name)), "")
    if not named_by:
        named_by = next((name for name, value in arguments.items() if state.missing[0] in json.dumps(value)), "")
    return Refused(
        f"{operation.name} was not sent: {what} ({names}{more}).",
        next_step=f"{_NOTHING_SENT} Nobody was asked. {suggest_lookup(operation, named_by)}",
    )


def _make_form(words: QuestionWords) -> dict[str, Any]:
    answer = {"type": "boolean", "title": words.confirm, "description": words.yes, "default": False}
    return {"type": "object", "properties": {_QUESTION: answer}, "required": [_QUESTION]}


def _read_locale(params: CallToolRequestParams) -> str:
    """The locale of the user, which some clients tell with a call: "openai/locale" and the like."""
    told = cast("Mapping[str, Any]", params.meta or {})
    names = [name for name in told if name.rpartition("/")[2].lower() == "locale"]
    return next((value for name in names if isinstance(value := told[name], str)), "")


def _open_question(question: str, form: dict[str, Any], call: str) -> InputRequiredResult:
    request = ElicitRequest(params=ElicitRequestFormParams(message=question, requested_schema=form))
    # Sealed by the SDK: a client can neither read nor make one.
    state = {"call": call, "answer": secrets.token_hex(16), "asked_at": time.time()}
    return InputRequiredResult(input_requests={_QUESTION: request}, request_state=json.dumps(state))


def _read_state(text: str | None) -> dict[str, Any]:
    try:
        state = json.loads(text or "")
    except ValueError:
        return {}
    return as_object(state)
