"""A call that a person approves outside of the conversation: it is sent once they have, once, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp_types import (
    CallToolResult,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)

from ims_mcp.approvals.approvals import MOST_OF_ONE_CALLER, OPEN_SECONDS
from ims_mcp.approvals.tries import FIRST_LOCK_SECONDS, MOST_TRIES
from ims_mcp.audit.line import write_line
from ims_mcp.client.observers import CallWatch, EndedCall, ObservedCall, ObservedRequest
from ims_mcp.server.approval_setup import ApprovalSetup
from ims_mcp.settings import Settings
from ims_mcp.shared_store import MemoryStore
from tests.approval.person import DELETE, PIN, WRONG, Clock, Person, approving, person_of, set_up
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.server.connected import ERAS, Era, content_of, text_of
from tests.server.test_confirmation import OFF_AIR, OVERWRITE, User, changes


@dataclass
class Opener:
    """A client that opens addresses: answers that it did, and notes them."""

    action: Any = "accept"
    addresses: list[str] = field(default_factory=list[str])
    person: Callable[[Person], Any] | None = None

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        self.addresses.append(params.url)
        if self.person is not None:
            await self.person(Person.of(params.url))
        return ElicitResult(action=self.action)


@dataclass
class Watch:
    """Keeps the audit's lines."""

    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def begin(self, call: ObservedCall) -> CallWatch:
        lines = self.lines

        class Watching:
            def end(self, ended: EndedCall) -> None:
                lines.append(json.loads(write_line(call, ended, who="local", at=0.0)))

        return Watching()

    def refuse(self, call: ObservedCall, reason: str) -> None:
        self.lines.append({"operation": call.name, "code": reason, "outcome": "refused"})

    def see_request(self, request: ObservedRequest) -> None:
        pass


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("call", [DELETE, OVERWRITE, OFF_AIR], ids=lambda call: call[0])
async def test_a_call_waits_for_a_person_and_is_sent_once_when_they_have_approved_it(
    era: Era, call: tuple[str, dict[str, Any]]
) -> None:
    watch = Watch()
    with ScriptedService() as service:
        async with approving(service.url, era=era, observer=watch) as client:
            told = content_of(await client.call_tool(*call))
            assert (told["outcome"], told["sent"]) == ("waiting_for_approval", False)
            assert told["approval_address"] in told["tell_the_user"]
            assert told["next_call"]["tool"] == call[0]
            assert told["next_call"]["arguments"] == call[1]
            assert changes(service) == []
            assert (await Person.of(told["approval_address"]).approve()).status_code == 200
            sent = await client.call_tool(*call)
            assert "outcome" not in content_of(sent) or content_of(sent)["outcome"] != "waiting_for_approval"
            assert len(changes(service)) == 1
            again = content_of(await client.call_tool(*call))
            assert again["outcome"] == "waiting_for_approval", "a yes is for one call"
            assert again["approval_address"] != told["approval_address"]
    assert len(changes(service)) == 1
    [line] = [each for each in watch.lines if each["operation"] == changes(service)[0]]
    assert (line["confirmed"], line["approved_by"], line["outcome"]) == ("page", "local", "done")


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_is_made_again_waits_for_the_yes_and_is_sent_when_it_comes(era: Era) -> None:
    with ScriptedService() as service:
        async with approving(service.url, era=era, settings=Settings(max_wait_seconds=40.0)) as client:
            person, results = person_of(await client.call_tool(*DELETE)), list[CallToolResult]()

            async def call_again() -> None:
                results.append(await client.call_tool(*DELETE))

            with anyio.fail_after(30):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(call_again)
                    assert (await person.approve()).json() == {"state": "approved"}
    assert not results[0].is_error, text_of(results[0])
    assert changes(service) == ["DeleteMediaInfos"]


@pytest.mark.anyio
async def test_the_same_call_again_waits_for_the_same_approval() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            people = [person_of(await client.call_tool(*DELETE)) for _ in range(3)]
    assert len({person.id for person in people}) == 1


class Noticeboard(MemoryStore):
    """Keeps the checks of all that is announced in it."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[str] = []

    async def update(self, key: str, change: Callable[[bytes | None], Any], seconds: float) -> Any:
        self.checks.append(json.loads(change(None)[0] or b"{}")["check"])
        return await super().update(key, change, seconds)


@pytest.mark.anyio
async def test_calls_made_at_once_are_announced_to_the_terminal_with_what_their_server_says() -> None:
    board = Noticeboard()
    with ScriptedService() as service:
        async with approving(service.url, approvals=set_up("local", announced_in=board)) as client:
            people: list[Person] = []

            async def send() -> None:
                people.append(person_of(await client.call_tool(*DELETE)))

            async with anyio.create_task_group() as tasks:
                for _ in range(4):
                    tasks.start_soon(send)
            assert {person.id for person in people} == {people[0].id}
            assert {*board.checks} == {(await people[0].look())["check"]}


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_no_is_told_as_the_users_and_needs_no_pin(era: Era) -> None:
    watch = Watch()
    with ScriptedService() as service:
        async with approving(service.url, era=era, observer=watch) as client:
            person = person_of(await client.call_tool(*DELETE))
            assert (await person.refuse()).json() == {"state": "refused"}
            assert (await person.approve()).json()["reason"] == "over", "a no cannot be turned into a yes"
            refused = await client.call_tool(*DELETE)
            assert refused.is_error
            assert "the user did not approve it" in text_of(refused)
            assert "Do not try again unless the user asks for it" in text_of(refused)
    assert changes(service) == []
    assert {"operation": "DeleteMediaInfos", "code": "declined", "outcome": "refused"} in watch.lines


@pytest.mark.anyio
async def test_the_page_shows_the_very_question_whole_in_both_languages() -> None:
    ids = [f"{number:032x}" for number in range(12)]
    with ScriptedService() as service:
        async with approving(service.url) as client:
            call = ("delete_media_infos", {"MediaIds": ",".join(ids), "DeletePhysicalFiles": True})
            shown = await person_of(await client.call_tool(*call)).look()
    for text in shown["questions"].values():
        assert all(each in text for each in ids)
        assert "DeletePhysicalFiles: true" in text
    assert "Call: DeleteMediaInfos" in shown["questions"]["en"]
    assert "调用：DeleteMediaInfos" in shown["questions"]["zh"]
    assert (shown["subject"], shown["client"]) == ("local", "ims-mcp tests")
    assert 0 < shown["seconds_left"] <= OPEN_SECONDS


@pytest.mark.anyio
async def test_what_the_question_hides_is_in_no_page_and_no_store() -> None:
    secret = "RecognisableSignature0123456789"
    address = f"https://b.oss-cn-shanghai.aliyuncs.com/k.mp4?Expires=1&OSSAccessKeyId=LTAI5tX&Signature={secret}"
    store = _Listening()
    with ScriptedService() as service:
        async with approving(service.url, approvals=set_up("local", store=store)) as client:
            call = ("register_media_info", {"InputURL": address, "Overwrite": True})
            result = await client.call_tool(*call)
            told = content_of(result)
            shown = await Person.of(told["approval_address"]).look()
    assert secret not in json.dumps(shown)
    assert not any(secret.encode() in value for value in store.written)
    assert "next_call" not in told


class _Listening(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    async def update(self, key: str, change: Any, seconds: float) -> Any:
        def note(value: bytes | None) -> Any:
            changed, answer = change(value)
            self.written.append(changed or b"")
            return changed, answer

        return await super().update(key, note, seconds)


@pytest.mark.anyio
async def test_changed_arguments_and_another_call_want_an_approval_of_their_own() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            person = person_of(await client.call_tool(*DELETE))
            assert (await person.approve()).status_code == 200
            others = [
                ("delete_media_infos", {"MediaIds": "b" * 32}),
                ("delete_media_infos", {**DELETE[1], "DeletePhysicalFiles": True}),
                OFF_AIR,
            ]
            for other in others:
                assert person_of(await client.call_tool(*other)).id != person.id
            assert changes(service) == []
            # By whichever tool: it is the same call.
            through = {"operation": "DeleteMediaInfos", "arguments": DELETE[1]}
            assert not (await client.call_tool("call_destructive_operation", through)).is_error
    assert changes(service) == ["DeleteMediaInfos"]


# The PIN


@pytest.mark.anyio
async def test_five_wrong_pins_lock_for_longer_each_time_and_a_right_one_forgives() -> None:
    clock = Clock()
    store = MemoryStore(clock)
    with ScriptedService() as service:
        async with approving(service.url, approvals=set_up("local", store=store)) as client:
            person = person_of(await client.call_tool(*DELETE))
            for left in range(MOST_TRIES - 1, 0, -1):
                wrong = await person.approve(WRONG)
                assert (wrong.status_code, wrong.json()["tries_left"]) == (403, left)
            assert (await person.approve(WRONG)).json()["reason"] == "locked"
            locked = (await person.approve(PIN)).json()
            assert (locked["reason"], locked["locked_seconds"]) == ("locked", FIRST_LOCK_SECONDS)
            assert changes(service) == []
            clock.now += FIRST_LOCK_SECONDS
            person = person_of(await client.call_tool(*DELETE))
            answers = [await person.approve(WRONG) for _ in range(MOST_TRIES)]
            assert answers[-1].json()["locked_seconds"] == 2 * FIRST_LOCK_SECONDS
            clock.now += 2 * FIRST_LOCK_SECONDS
            person = person_of(await client.call_tool(*DELETE))
            for _ in range(MOST_TRIES - 1):
                await person.approve(WRONG)
            assert (await person.approve(PIN)).status_code == 200, "the fifth may be right"
            other = person_of(await client.call_tool(*OFF_AIR))
            assert (await other.approve(WRONG)).json()["tries_left"] == MOST_TRIES - 1


@pytest.mark.anyio
async def test_tries_that_come_at_once_are_no_more_than_five() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            person = person_of(await client.call_tool(*DELETE))
            answers = list[httpx2.Response]()

            async def guess(pin: str) -> None:
                answers.append(await person.approve(pin))

            async with anyio.create_task_group() as tasks:
                for number in range(12):
                    tasks.start_soon(guess, f"guess-{number}x")
            reasons = sorted(answer.json()["reason"] for answer in answers)
            assert reasons == ["locked"] * 8 + ["wrong_pin"] * 4  # the fifth is wrong, and locks
            assert (await person.approve(PIN)).json()["reason"] == "locked"
    assert changes(service) == []


@pytest.mark.anyio
async def test_without_a_pin_the_answer_says_how_a_person_sets_one() -> None:
    with ScriptedService() as service:
        async with approving(service.url, approvals=set_up()) as client:
            refused = await client.call_tool(*DELETE)
    assert refused.is_error
    assert "this client cannot ask its user" in text_of(refused)
    assert "at a terminal with “ims-mcp pin set”, and starts the server anew" in text_of(refused)
    assert service.count == 0


@pytest.mark.anyio
async def test_a_question_ends_after_ten_minutes_and_so_does_a_yes() -> None:
    clock = Clock()
    with ScriptedService() as service:
        async with approving(service.url, approvals=set_up("local", store=MemoryStore(clock))) as client:
            person = person_of(await client.call_tool(*DELETE))
            clock.now += OPEN_SECONDS
            assert (await person.approve()).json()["reason"] == "over"
            person = person_of(await client.call_tool(*DELETE))
            assert (await person.approve()).status_code == 200
            clock.now += OPEN_SECONDS
            assert person_of(await client.call_tool(*DELETE)).id != person.id
    assert changes(service) == []


@pytest.mark.anyio
async def test_one_caller_has_no_more_than_so_many_open_and_answering_makes_room() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            calls = [("delete_media_infos", {"MediaIds": f"{number:032x}"}) for number in range(MOST_OF_ONE_CALLER + 1)]
            people = [person_of(await client.call_tool(*call)) for call in calls[:-1]]
            refused = await client.call_tool(*calls[-1])
            assert refused.is_error
            assert "20 calls wait for approval already" in text_of(refused)
            await people[0].refuse()
            assert (await client.call_tool(*calls[0])).is_error
            person_of(await client.call_tool(*calls[-1]))


# By which way


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_can_ask_asks_unless_a_page_is_wanted(era: Era) -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with approving(service.url, era=era, elicitation=user) as client:
            assert not (await client.call_tool(*DELETE)).is_error
        assert changes(service) == ["DeleteMediaInfos"]
        assert len(user.asked) == 1
        opener = Opener()
        async with approving(service.url, era=era, settings=Settings(ask="page"), elicitation=opener) as client:
            told = content_of(await client.call_tool(*DELETE))
            assert opener.addresses == [told["approval_address"]]
    assert changes(service) == ["DeleteMediaInfos"]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_opens_addresses_is_handed_the_page_and_its_call_goes_on(era: Era) -> None:
    async def approve(person: Person) -> None:
        assert (await person.approve()).status_code == 200

    completed: list[str] = []

    async def note(message: Any) -> None:
        if getattr(message, "method", "") == "notifications/elicitation/complete":
            completed.append(message.params.elicitation_id)

    opener, settings = Opener(person=approve), Settings(ask="page", max_wait_seconds=40.0)
    with ScriptedService() as service:
        async with approving(
            service.url, era=era, settings=settings, elicitation=opener, message_handler=note
        ) as client:
            with anyio.fail_after(30):
                assert not (await client.call_tool(*DELETE)).is_error
    assert changes(service) == ["DeleteMediaInfos"]
    [address] = opener.addresses
    assert completed == ([Person.of(address).id] if era == "legacy" else [])


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_client_that_declines_by_itself_is_told_the_address(era: Era, action: Any) -> None:
    """Those that declare more than they do: for the form and for the address."""
    with ScriptedService() as service:
        for settings, client_does in ((Settings(), User(action)), (Settings(ask="page"), Opener(action))):
            async with approving(service.url, era=era, settings=settings, elicitation=client_does) as client:
                person = person_of(await client.call_tool(*DELETE))
                assert changes(service) == []
                await person.approve()
                assert not (await client.call_tool(*DELETE)).is_error
            assert changes(service) == ["DeleteMediaInfos"]
            service.arrived.clear()


@pytest.mark.anyio
async def test_opening_the_page_is_no_yes() -> None:
    opener = Opener()
    with ScriptedService() as service:
        for era in ERAS:
            async with approving(service.url, era=era, settings=Settings(ask="page"), elicitation=opener) as client:
                assert content_of(await client.call_tool(*DELETE))["outcome"] == "waiting_for_approval"
    assert changes(service) == []


@pytest.mark.anyio
async def test_with_form_alone_a_client_that_cannot_ask_is_refused() -> None:
    with ScriptedService() as service:
        async with approving(service.url, settings=Settings(ask="form")) as client:
            refused = await client.call_tool(*DELETE)
    assert "this client cannot ask its user" in text_of(refused)
    assert "PIN" not in text_of(refused)
    assert service.count == 0


@pytest.mark.anyio
async def test_nothing_that_is_not_there_is_asked_about_on_a_page() -> None:
    def answer(arrived: Arrived) -> Answer:
        body: dict[str, Any] = {"RequestId": "r", "IgnoredList": ["a" * 32], "MediaInfos": []}
        return Answer(body=body)

    with ScriptedService(usual=answer) as service:
        async with approving(service.url) as client:
            refused = await client.call_tool(*DELETE)
    assert refused.is_error
    assert "does not exist" in text_of(refused)


@pytest.mark.anyio
async def test_read_only_and_allow_destructive_stay_what_they_are() -> None:
    with ScriptedService() as service:
        async with approving(service.url, settings=Settings(read_only=True, ask="page")) as client:
            assert "read-only" in text_of(await client.call_tool(*DELETE))
        assert changes(service) == []
        async with approving(service.url, settings=Settings(allow_destructive=True, ask="page")) as client:
            assert not (await client.call_tool(*DELETE)).is_error
    assert changes(service) == ["DeleteMediaInfos"]


# What is no person


@pytest.mark.anyio
async def test_whatever_a_model_can_send_without_the_pin_approves_nothing() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            person = person_of(await client.call_tool(*DELETE))
            page = f"{person.base}/pages/approve"
            yes = {"id": person.id, "yes": True}
            async with httpx2.AsyncClient(timeout=60, trust_env=False) as browser:
                for method in ("GET", "HEAD", "POST", "PUT"):
                    await browser.request(method, f"{page}?id={person.id}&yes=true")
                assert (await browser.get(page)).status_code == 200
            tried = [
                await person.post("answer-approval", yes),
                await person.post("answer-approval", {**yes, "pin": ""}),
                await person.post("answer-approval", {**yes, "pin": None}),
                await person.post("answer-approval", {**yes, "pin": True}),
                await person.post("answer-approval", {**yes, "pin": ["x"]}),
                await person.post("answer-approval", {**yes, "pin": "x" * 10_000}),
                await person.post("answer-approval", {**yes, "yes": "true", "pin": PIN}),
                await person.post("answer-approval", {**yes, "yes": 1, "pin": PIN}),
                await person.post("answer-approval", {**yes, "way": "form", "pin": PIN}),
                await person.post("answer-approval", {**yes, "id": "0" * 16 + "-" + "0" * 32, "pin": PIN}),
                await person.post("answer-approval", {**yes, "id": "../pin-tries", "pin": PIN}),
                await person.post("answer-approval", {**yes, "id": 7, "pin": PIN}),
                # From elsewhere, with the right PIN: a page of another origin, none, a frame's, a form.
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Origin": "https://evil.example"}),
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Origin": "null"}),
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Origin": ""}),
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Sec-Fetch-Site": "cross-site"}),
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Content-Type": "text/plain"}),
                await person.post("answer-approval", {**yes, "pin": PIN}, {"Host": "evil.example"}),
                await person.post("answer-approval", {**yes, "pin": PIN}, method="GET"),
            ]
            assert all(answer.status_code >= 400 for answer in tried), [answer.status_code for answer in tried]
            assert (await person.look())["state"] == "waiting"
            assert person_of(await client.call_tool(*DELETE)).id == person.id
    assert changes(service) == []


@pytest.mark.anyio
async def test_the_page_is_shown_in_no_frame_and_runs_nothing_but_its_own_script() -> None:
    with ScriptedService() as service:
        async with approving(service.url) as client:
            person = person_of(await client.call_tool(*DELETE))
            async with httpx2.AsyncClient(timeout=60, trust_env=False) as browser:
                page = await browser.get(f"{person.base}/pages/approve")
                away = await browser.get(f"{person.base}/pages/approve", headers={"Host": "evil.example"})
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert person.id not in page.text
    assert away.status_code == 421


@pytest.mark.anyio
async def test_a_sealed_state_of_a_form_approves_nothing_on_the_page() -> None:
    """A client that can ask carries the state of another question into a call that waits for a person."""
    with ScriptedService() as service:
        approvals = set_up("local")
        async with approving(service.url, approvals=approvals, elicitation=User("cancel")) as client:
            asked = await _call(client, DELETE)
            assert isinstance(asked, InputRequiredResult)
        async with approving(
            service.url, approvals=approvals, settings=Settings(ask="page"), elicitation=Opener()
        ) as client:
            opened = await _call(client, DELETE)
            assert isinstance(opened, InputRequiredResult)
            yes: dict[str, Any] = {"confirm": ElicitResult(action="accept", content={"confirm": True})}
            answered = await client.session.call_tool(
                *DELETE, input_responses=yes, request_state=opened.request_state, allow_input_required=True
            )
            assert isinstance(answered, CallToolResult)
            assert content_of(answered)["outcome"] == "waiting_for_approval"
    assert changes(service) == []


async def _call(client: Client, call: tuple[str, dict[str, Any]]) -> Any:
    return await client.session.call_tool(*call, allow_input_required=True)


@pytest.mark.anyio
async def test_a_store_that_is_away_lets_nothing_through() -> None:
    class Away(MemoryStore):
        async def update(self, key: str, change: Any, seconds: float) -> Any:
            from ims_mcp.shared_store import StoreUnavailable

            raise StoreUnavailable("It is away.", next_step="Call again.")

    store = Away()
    with ScriptedService() as service:
        setup = ApprovalSetup(set_up("local").pins, store, store)
        async with approving(service.url, approvals=setup) as client:
            refused = await client.call_tool(*DELETE)
    assert refused.is_error
    assert "It is away" in text_of(refused)
    assert changes(service) == []
