"""Asking the user before a destructive call, in both protocol eras: by a form of their client, or, where it has none
and wherever that is wanted, on a page (``page_approval``). Where neither can be, the call is refused.

Since 2026-07-28 a question travels inside the result, and the call is made again with the answer and a sealed state.
Before, the server asks in the middle of the call. What counts as a yes is the same for both.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp_types import (
    CallToolRequestParams,
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least

from ims_mcp.call_origin import FORM, Consent, current_subject
from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.siblings import suggest_lookup
from ims_mcp.config.rights import Asking
from ims_mcp.errors import ImsError, Refused
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.server.question import write_question
from ims_mcp.server.question_words import CHINESE, ENGLISH, QuestionWords, choose_words
from ims_mcp.server.tool import ToolRequest
from ims_mcp.settings import AskWay, Language, Settings
from ims_mcp.shared_store import MemoryStore, SharedStore, StoreUnavailable
from ims_mcp.summaries.values import as_object
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.present_state import PresentState, list_names

if TYPE_CHECKING:  # imported where the first question of the kind is asked
    from ims_mcp.approvals.approvals import Approval
    from ims_mcp.server.bulk.question import ManyCalls
    from ims_mcp.server.page_approval import PageApprovals

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
    """Which answers have counted: each counts once, at all replicas that share ``store``."""

    REMEMBERED_SECONDS = 660.0
    """Longer than a sealed state is taken (600 s)."""
    MOST_OF_ONE_CALLER = 1_000
    """Of those that are remembered: who answers by a program leaves the others room in a store that has an end."""

    def __init__(self, store: SharedStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._used_at: dict[str, deque[float]] = {}

    async def use(self, answer_id: str) -> bool:
        """Whether this answer is new; from now on it is not. Raises StoreUnavailable where nobody can tell."""
        self._forget_old()
        caller = current_subject.get()
        if len(self._used_at.get(caller, ())) >= self.MOST_OF_ONE_CALLER:
            raise StoreUnavailable(
                f"One caller's answers count {self.MOST_OF_ONE_CALLER:,} times in {self.REMEMBERED_SECONDS / 60:g} "
                "minutes at most.",
                next_step="Call again in a few minutes.",
            )
        is_new = await self._store.add_once(f"answer:{answer_id}", self.REMEMBERED_SECONDS)
        if is_new:
            self._used_at.setdefault(caller, deque()).append(self._clock())
        return is_new

    def _forget_old(self) -> None:
        old = self._clock() - self.REMEMBERED_SECONDS
        for caller, times in [*self._used_at.items()]:
            while times and times[0] <= old:
                times.popleft()
            if not times:
                del self._used_at[caller]


class _NotAsked(Refused):
    """The client has answered in its user's place."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What may be sent: the arguments that were asked about, or harmless ones that nobody had to be asked about."""

    arguments: Mapping[str, Any]
    consent: Consent | None = None
    """The user's yes; None where nobody had to be asked."""
    before: PresentState | None = None
    """What was read for the question, where that was in this very call."""

    @property
    def confirmed(self) -> bool:
        """Whether somebody has said yes."""
        return self.consent is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The call that is asked about; ``call`` is its :func:`hash_call`."""

    request: ToolRequest
    operation: Operation
    arguments: Mapping[str, Any]
    call: str
    many: ManyCalls | None = None
    """Set for a job, whose rows are as many calls; ``arguments`` are those of the first."""

    def write(self, looked: PresentState, words: QuestionWords) -> str:
        """The whole question. Raises Refused where it does not fit."""
        target = self.request.target
        place = write_place(words, target.settings, target.access.account)
        if self.many is None:
            return write_question(self.operation, self.arguments, looked, words, place)
        from ims_mcp.server.bulk.question import write_bulk_question

        return write_bulk_question(self.operation, self.many, looked, words, place)


class Confirmations:
    """Asks about calls. One for a server, for it remembers which answers have counted."""

    def __init__(
        self,
        language: Language = "auto",
        store: SharedStore | None = None,
        *,
        way: AskWay = "auto",
        find_by_page: Callable[[], PageApprovals | None] | None = None,
    ) -> None:
        """``store`` is what replicas share; ``find_by_page`` is None where nobody can be asked outside of a client."""
        self._language: Language = language
        self._way: AskWay = way
        self._find_by_page = find_by_page or (lambda: None)
        self._used = UsedAnswers(store or MemoryStore())
        self._searched = ""

    def remember_search(self, query: str) -> None:
        """Take down the words of a search: ids and names tell nothing of the user's language, these do."""
        self._searched = query

    async def ask(
        self,
        request: ToolRequest,
        operation: Operation,
        arguments: Mapping[str, Any],
        many: ManyCalls | None = None,
    ) -> InputRequiredResult | dict[str, Any] | Agreed:
        """What to send once the user has said yes; while the question is open what is to be returned in place of a
        result: the question for the client, or that the call waits for approval.

        ``many`` are the calls of a job, of which the first has these arguments: one yes is for all of them. Nobody is
        asked where the look before the question finds that nothing would be destroyed. Raises Refused where the answer
        is anything but a yes, where nobody can be asked, and where nothing the call names exists.
        """
        capabilities = request.context.session.client_capabilities
        asking = request.client.find_asking(operation, arguments) if many is None else many.asking
        wants_page = self._way == "page" or asking is Asking.PAGE
        asked_about = arguments if many is None else {"job": many.identity}
        call = hash_call(operation, asked_about, request.target.service)
        by_page = self._find_by_page() if wants_page or self._way != "form" else None
        obstacle = "" if by_page is None else by_page.find_obstacle()
        asked = _Asked(request, operation, arguments, call, many)
        try:
            if by_page is not None and not obstacle:  # an earlier call of the same may have asked
                answered = await by_page.find_answer(operation, call)
                if answered is not None:
                    return await self._go_on_by_page(by_page, asked, answered)
            if wants_page or not _can_ask(capabilities):
                refused = _refuse_unaskable(asked, wants_page=wants_page)
            else:
                try:
                    return await self._ask_by_form(asked)
                except _NotAsked as error:
                    refused = error
            if by_page is not None and not obstacle:
                return await self._ask_by_page(by_page, asked)
        except StoreUnavailable as error:
            raise _refuse_unknown(operation, error) from error
        refused.next_step = f"{refused.next_step} {obstacle}".strip()
        raise refused

    async def _ask_by_form(self, asked: _Asked) -> InputRequiredResult | Agreed:
        """Raises _NotAsked where the client has answered in its user's place."""
        request, operation, arguments, call = asked.request, asked.operation, asked.arguments, asked.call
        context, params = request.context, request.params
        is_stateless = is_version_at_least(context.protocol_version, _STATELESS)
        if is_stateless:
            state = _read_state(params.request_state)
            if state.get("call") == call and "answer" in state and params.input_responses:
                await self._count(operation, params.input_responses.get(_QUESTION), state)
                return Agreed(arguments, Consent(FORM))
        looked = await _look(asked)
        if isinstance(looked, Agreed):
            return looked
        words = choose_words(self._language, arguments, _read_locale(params), self._searched)
        question = asked.write(looked, words)
        if is_stateless:
            return _open_question(question, _make_form(words), call)
        asked_at = time.time()
        try:
            result = await context.session.elicit_form(question, _make_form(words), context.request_id)
        except Exception as error:  # whatever a client's answer does to the SDK, nothing has been sent yet
            logger.info("the client could not be asked: %s", type(error).__name__)
            raise _NotAsked(
                f"{operation.name} was not sent: this client answered the question with an error or in a form that "
                f"cannot be read ({plain(str(error), 200)}).",
                next_step=_TELL_THE_USER,
                reason="cannot_ask",
            ) from error
        require_yes(operation, result, time.time() - asked_at)
        return Agreed(arguments, Consent(FORM), before=looked)

    async def _ask_by_page(
        self, by_page: PageApprovals, asked: _Asked
    ) -> InputRequiredResult | dict[str, Any] | Agreed:
        looked = await _look(asked)
        if isinstance(looked, Agreed):
            return looked
        request, operation, arguments = asked.request, asked.operation, asked.arguments

        def write() -> dict[str, str]:
            return {language: asked.write(looked, words) for language, words in (("en", ENGLISH), ("zh", CHINESE))}

        is_stateless = is_version_at_least(request.context.protocol_version, _STATELESS)
        try:
            answer = await by_page.ask(request, operation, asked.call, write, is_stateless=is_stateless)
        except (Refused, StoreUnavailable):
            raise
        except ImsError as error:
            raise Refused(
                f"{operation.name} was not sent: {str(error).removeprefix(f'{operation.name} was not sent: ')}",
                next_step=f"{_NOTHING_SENT} {error.next_step.removeprefix(f'{_NOTHING_SENT} ')}",
                reason="cannot_ask",
            ) from error
        return Agreed(arguments, answer) if isinstance(answer, Consent) else answer

    async def _go_on_by_page(
        self, by_page: PageApprovals, asked: _Asked, answered: Consent | Approval
    ) -> dict[str, Any] | Agreed:
        """The call is made again after its question was opened."""
        request, operation, call = asked.request, asked.operation, asked.call
        if isinstance(answered, Consent):
            return Agreed(asked.arguments, answered)
        state, responses = _read_state(request.params.request_state), request.params.input_responses
        if state.get("approval") == answered.id and responses:
            result, seconds = responses.get(_QUESTION), time.time() - float(state["asked_at"])
            answer = await by_page.take_opening(request, operation, call, answered, result, seconds)
        else:
            answer = await by_page.wait(request, operation, call, answered)
        return Agreed(asked.arguments, answer) if isinstance(answer, Consent) else answer

    async def _count(self, operation: Operation, result: Any, state: Mapping[str, Any]) -> None:
        try:
            is_new = await self._used.use(str(state["answer"]))
        except StoreUnavailable as error:
            raise _refuse_unknown(operation, error) from error
        if not is_new:
            raise Refused(
                f"{operation.name} was not sent again: this answer of the user's has counted already.",
                next_step=f"{_NOTHING_SENT} Call again without it, and the user is asked anew.",
                reason="answer_used",
            )
        require_yes(operation, result, time.time() - float(state["asked_at"]))


async def _look(asked: _Asked) -> PresentState | Agreed:
    """What there is before the call; Agreed where nobody has to be asked. Raises Refused where nothing is there."""
    client, operation = asked.request.target.client, asked.operation
    if asked.many is not None:
        return await asked.many.look(client, operation)
    before = await find_behaviour(operation).read_before(client, operation, asked.arguments)
    if before.harmless is not None and not client.needs_confirmation(operation, before.harmless):
        return Agreed(before.harmless, before=before)
    if before.is_all_missing:
        raise _refuse_missing(operation, asked.arguments, before)
    return before


def _refuse_unaskable(asked: _Asked, *, wants_page: bool) -> Refused:
    why = "is asked on a page, which nobody can answer here" if wants_page else "this client cannot ask its user"
    return Refused(
        f"{asked.operation.name} was not sent: it {asked.operation.what_it_does(asked.arguments)}. The user has to "
        f"confirm that, and {why}.",
        next_step=_TELL_THE_USER,
        reason="cannot_ask",
    )


def _refuse_unknown(operation: Operation, error: StoreUnavailable) -> Refused:
    return Refused(
        f"{operation.name} was not sent: whether this answer of the user's has counted already cannot be told. {error}",
        next_step=f"{_NOTHING_SENT} {error.next_step}",
    )


def write_place(words: QuestionWords, settings: Settings, account: str = "") -> str:
    """What says which service a call goes to, and which account where there are several."""
    if settings.local:
        place = words.embedded
    elif settings.endpoint is not None:
        place = words.endpoint.format(place=plain(settings.endpoint, 100))
    else:
        place = words.region.format(place=settings.region)
    return f"{words.account.format(account=account)}{words.gap}{place}" if account else place


def hash_call(operation: Operation, arguments: Mapping[str, Any], where: str = "") -> str:
    """What ties an answer to the very call that was asked about: all arguments, however long, and where it goes."""
    text = json.dumps([operation.name, arguments, where], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def require_yes(operation: Operation, result: Any, seconds: float) -> None:
    """Nothing but the boolean true in an accepted form is a yes. Raises Refused that says what else it was.

    ``seconds`` from the question to the answer: a no that nobody had the time for was not the user's.
    """
    content = result.content if isinstance(result, ElicitResult) else None
    answer = content.get(_QUESTION) if content is not None else None
    reason, kind = "not_confirmed", Refused
    match result:
        case ElicitResult(action="accept") if answer is True:
            return
        case ElicitResult(action="accept") if answer is False:
            what = "the form came back with its box not ticked, so the user did not confirm it."
            then = f"{_NOTHING_SENT} Where the user meant yes, call again: the box has to be ticked."
            reason = "declined"
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
            then, kind = _TELL_THE_USER, _NotAsked
        case ElicitResult(action="decline"):
            what, reason = "the user did not confirm it: the answer is no (decline).", "declined"
            then = f"{_NOTHING_SENT} Do not try again unless the user asks for it."
        case ElicitResult():
            what = "the user did not confirm it: the question was closed without an answer (cancel)."
            then = f"{_NOTHING_SENT} Do not try again unless the user asks for it."
        case _:
            what = "the client's answer to the question cannot be read."
            then = _TELL_THE_USER
    raise kind(f"{operation.name} was not sent: {what}", next_step=then, reason=reason)


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
        reason="nothing_there",
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
