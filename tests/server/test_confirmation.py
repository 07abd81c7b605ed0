"""A destructive call is confirmed by the user, in both protocol eras, or it is not made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from mcp import Client
from mcp_types import CallToolResult, ElicitResult, ErrorData, InputRequiredResult

from ims_mcp.catalogue import get_operation
from ims_mcp.errors import Refused
from ims_mcp.server.confirmation import UsedAnswers, hash_call, require_yes
from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import ERAS, Era, connected, text_of

ASK = Callable[..., Awaitable[ElicitResult]]
DELETE = ("delete_media_infos", {"MediaIds": "a" * 32})
OVERWRITE = ("register_media_info", {"InputURL": "oss://b/k.mp4", "Overwrite": True})
OFF_AIR = ("call_destructive_operation", {"operation": "StopChannel", "arguments": {"ChannelName": "news"}})
YES = ElicitResult(action="accept", content={"confirm": True})
LOOKS = {"BatchGetMediaInfos", "GetMediaInfo"}


class User:
    """Answers every question the same way and remembers what was asked."""

    def __init__(self, action: Any, content: dict[str, Any] | None = None) -> None:
        self.asked: list[str] = []
        self._answer = ElicitResult(action=action, content=content)

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return self._answer


class Broken:
    """A client whose part in asking fails."""

    async def __call__(self, context: Any, params: Any) -> ErrorData:
        return ErrorData(code=-32603, message="dialogs\u202e are off")


def changes(service: ScriptedService) -> list[str]:
    """What arrived and changes something."""
    return [request.action for request in service.arrived if request.action not in LOOKS]


async def raw_call(
    client: Client, call: tuple[str, dict[str, Any]], state: str | None = None, answer: ElicitResult | None = None
) -> CallToolResult | InputRequiredResult:
    """One request as a client of 2026-07-28 makes it, without the SDK's own asking."""
    return await client.session.call_tool(
        *call,
        input_responses=None if answer is None else {"confirm": answer},
        request_state=state,
        allow_input_required=True,
    )


async def question_of(client: Client, call: tuple[str, dict[str, Any]]) -> InputRequiredResult:
    asked = await raw_call(client, call)
    assert isinstance(asked, InputRequiredResult)
    return asked


def refusal_of(result: CallToolResult | InputRequiredResult) -> str:
    assert isinstance(result, CallToolResult)
    assert result.is_error
    text = text_of(result)
    assert "was not sent" in text
    assert "Nothing was sent" in text
    return text


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("tool", "arguments"), [DELETE, OVERWRITE, OFF_AIR])
async def test_a_confirmed_destructive_call_is_sent_once(era: Era, tool: str, arguments: dict[str, Any]) -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert len(changes(service)) == 1
    assert len(user.asked) == 1
    assert str(next(iter(arguments.values()))) in user.asked[0]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("call", [DELETE, OVERWRITE, OFF_AIR], ids=lambda call: call[0])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"confirm": False}, "box not ticked, so the user did not confirm it"),
        (None, "accepted the question without an answer in the form"),
        ({}, "accepted the question without an answer in the form"),
        ({"confirm": None}, "accepted the question without an answer in the form"),
        *(
            ({"confirm": answer}, "neither true nor false; only true is a yes")
            for answer in ("false", "no", "0", "", "true", "yes", "on", 1, 0, 1.0, [], ["true"])
        ),
        ({"Confirm": True}, "accepted the question without an answer in the form"),
    ],
)
async def test_only_the_boolean_true_is_a_yes(
    era: Era, call: tuple[str, dict[str, Any]], content: dict[str, Any] | None, told: str
) -> None:
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=User("accept", content)) as client:
            said = refusal_of(await client.call_tool(*call))
    assert told in said
    assert changes(service) == []


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("action", ["decline", "cancel"])
@pytest.mark.parametrize("content", [None, {"confirm": True}])
async def test_a_no_that_nobody_had_the_time_for_is_told_as_the_clients_own(
    era: Era, action: str, content: dict[str, Any] | None
) -> None:
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=User(action, content)) as client:
            said = refusal_of(await client.call_tool(*DELETE))
    assert f"the answer ({action}) came sooner than anybody can read" in said
    assert "its user was not asked" in said
    assert changes(service) == []


@pytest.mark.parametrize(
    ("action", "told"), [("decline", "the answer is no (decline)"), ("cancel", "closed without an answer (cancel)")]
)
def test_a_persons_no_is_told_as_one_and_asks_for_no_second_try(action: Any, told: str) -> None:
    with pytest.raises(Refused, match="the user did not confirm it") as caught:
        require_yes(get_operation("DeleteMediaInfos"), ElicitResult(action=action), seconds=4.0)
    assert told in str(caught.value)
    assert "Do not try again unless the user asks for it" in caught.value.explain()


def test_a_yes_counts_however_soon_it_comes_and_what_is_no_answer_never() -> None:
    operation = get_operation("DeleteMediaInfos")
    require_yes(operation, YES, seconds=0.0)
    for strange in (None, {"action": "accept", "content": {"confirm": True}}, "yes", True):
        with pytest.raises(Refused, match="cannot be read"):
            require_yes(operation, strange, seconds=4.0)


@pytest.mark.anyio
async def test_a_client_that_answers_the_question_with_an_error_reads_that_nothing_was_sent() -> None:
    with ScriptedService() as service:
        async with connected(service.url, era="legacy", elicitation=cast("Any", Broken())) as client:
            said = refusal_of(await client.call_tool(*DELETE))
    assert "answered the question with an error" in said
    assert "dialogs are off" in said
    assert "bug in it" not in said
    assert changes(service) == []


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("call", [DELETE, OVERWRITE, OFF_AIR], ids=lambda call: call[0])
async def test_a_client_that_cannot_ask_is_refused_and_not_taught_the_way_round(
    era: Era, call: tuple[str, dict[str, Any]]
) -> None:
    with ScriptedService() as service:
        async with connected(service.url, era=era) as client:
            said = refusal_of(await client.call_tool(*call))
    assert "this client cannot ask its user" in said
    assert "Tell the user" in said
    assert "the person who runs this server decides" in said
    for way in ("--", "ims-mcp call", "yes", "IMS_MCP_", "allow", "terminal"):
        assert way not in said, said
    # Not even looked: nothing is going to be asked.
    assert service.count == 0


@pytest.mark.anyio
async def test_registering_without_overwrite_asks_nobody() -> None:
    with ScriptedService(usual=Answer(body={"MediaId": "m", "RequestId": "r"})) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k.mp4", "Overwrite": False})
    assert not result.is_error, text_of(result)
    assert service.count == 1


@pytest.mark.anyio
async def test_allow_destructive_sends_without_asking() -> None:
    user = User("decline")
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(allow_destructive=True), elicitation=user) as client:
            result = await client.call_tool(*DELETE)
    assert not result.is_error, text_of(result)
    assert (service.count, user.asked) == (1, [])


@pytest.mark.anyio
async def test_read_only_mode_refuses_before_it_asks() -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(read_only=True), elicitation=user) as client:
            result = await client.call_tool(*DELETE)
    assert "read-only" in text_of(result)
    assert (service.count, user.asked) == (0, [])


# Answers and the calls they belong to


@pytest.mark.anyio
async def test_an_answer_counts_once() -> None:
    with ScriptedService() as service:
        async with connected(service.url, elicitation=User("cancel")) as client:
            asked = await question_of(client, DELETE)
            first = await raw_call(client, DELETE, asked.request_state, YES)
            again = [await raw_call(client, DELETE, asked.request_state, YES) for _ in range(3)]
    assert isinstance(first, CallToolResult)
    assert not first.is_error
    for result in again:
        assert isinstance(result, CallToolResult)
        assert "has counted already" in text_of(result)
    assert changes(service) == ["DeleteMediaInfos"]


@pytest.mark.anyio
async def test_a_no_cannot_be_turned_into_a_yes_afterwards() -> None:
    with ScriptedService() as service:
        async with connected(service.url, elicitation=User("cancel")) as client:
            asked = await question_of(client, DELETE)
            refusal_of(await raw_call(client, DELETE, asked.request_state, ElicitResult(action="decline")))
            after = await raw_call(client, DELETE, asked.request_state, YES)
    assert "has counted already" in text_of(cast("CallToolResult", after))
    assert changes(service) == []


@pytest.mark.anyio
async def test_two_questions_about_the_same_call_have_an_answer_each() -> None:
    with ScriptedService() as service:
        async with connected(service.url, elicitation=User("cancel")) as client:
            for _ in range(2):
                asked = await question_of(client, DELETE)
                assert not cast("CallToolResult", await raw_call(client, DELETE, asked.request_state, YES)).is_error
    assert changes(service) == ["DeleteMediaInfos"] * 2


@pytest.mark.anyio
async def test_an_answer_without_a_question_is_asked_for_and_one_to_another_call_refused() -> None:
    other = ("delete_media_infos", {"MediaIds": "b" * 32})
    with ScriptedService() as service:
        async with connected(service.url, elicitation=User("cancel")) as client:
            asked = await question_of(client, DELETE)
            assert isinstance(await raw_call(client, DELETE, None, YES), InputRequiredResult)
            for call in (other, OVERWRITE):
                with pytest.raises(Exception, match="requestState"):
                    await raw_call(client, call, asked.request_state, YES)
            with pytest.raises(Exception, match="requestState"):
                await raw_call(client, DELETE, "v1.forged", YES)
    assert changes(service) == []


def test_used_answers_are_forgotten_once_they_could_not_be_given_any_more_and_never_grow_without_bound() -> None:
    now = 0.0
    used = UsedAnswers(clock=lambda: now)
    assert used.use("a")
    assert not used.use("a")
    for index in range(UsedAnswers.MOST - 1):
        assert used.use(str(index))
    # Full: rather no answer counts than one twice.
    assert not used.use("one too many")
    assert not used.use("a")
    now = UsedAnswers.REMEMBERED_SECONDS + 1
    assert used.use("one too many")


def test_the_digest_covers_every_argument_however_long() -> None:
    operation = get_operation("DeleteMediaInfos")
    long = ",".join(f"oss://bucket/{'x' * 300}-{number}.mp4" for number in range(20))
    base = {"InputURLs": long, "DeletePhysicalFiles": False}
    others: list[dict[str, Any]] = [
        {**base, "DeletePhysicalFiles": True},
        {**base, "InputURLs": f"{long[:-5]}X.mp4"},
        {"InputURLs": long},
        {**base, "InputURLs": long.replace("x", "\ud800", 1)},
    ]
    assert hash_call(operation, base) == hash_call(operation, dict(reversed(base.items())))
    assert len({hash_call(operation, arguments) for arguments in (base, *others)}) == 5
    assert hash_call(operation, base) != hash_call(get_operation("DeletePlayInfo"), base)


# What the ids stand for


def _titles(arrived: Arrived) -> Answer:
    if arrived.action != "BatchGetMediaInfos":
        return Answer()
    known = {"MediaId": "a" * 32, "MediaBasicInfo": {"Title": "Summer\u202e\n- all of it\x1b[2J" + "!" * 400}}
    return Answer(body={"MediaInfos": [known], "IgnoredList": ["b" * 32]})


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_deletion_tells_the_titles_of_the_assets_and_which_do_not_exist(era: Era) -> None:
    user = User("accept", {"confirm": True})
    ids = ",".join(letter * 32 for letter in "abc")
    with ScriptedService(usual=_titles) as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            assert not (await client.call_tool("delete_media_infos", {"MediaIds": ids})).is_error
    head, *lines = user.asked[0].splitlines()
    assert head == (
        "DeleteMediaInfos deletes assets from the library for good; leaves their files in OSS where they are "
        "(DeletePhysicalFiles not given or false)."
    )
    assert lines[0] == "MediaIds (3):"
    assert lines[1].startswith(f"- {'a' * 32} (titled Summer - all of it[2J!!!")
    assert lines[2:] == [f"- {'b' * 32} (not in the library)", f"- {'c' * 32}"]
    assert [request.action for request in service.arrived] == ["BatchGetMediaInfos", "DeleteMediaInfos"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Answer(body={"MediaInfo": {"MediaId": "m1", "MediaBasicInfo": {"Title": "Old"}}}),
            "(now asset m1 titled Old)",
        ),
        (refusal(404, "ResourceNotFound"), "(no asset has this URL now, so none is deleted)"),
        (refusal(404, "InvalidAction.NotFound"), "InputURL: oss://b/k.mp4\n"),
        (refusal(500, "InternalError"), "InputURL: oss://b/k.mp4\n"),
        (Answer(body=b"<html>"), "InputURL: oss://b/k.mp4\n"),
        (Answer(body={"MediaInfo": ["?"]}), "InputURL: oss://b/k.mp4\n"),
    ],
)
async def test_overwriting_tells_which_asset_has_the_address_now(answer: Answer, told: str) -> None:
    user = User("accept", {"confirm": True})

    def usual(arrived: Arrived) -> Answer:
        return answer if arrived.action == "GetMediaInfo" else Answer()

    async def no_wait(seconds: float) -> None:
        pass

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, elicitation=user, sleep=no_wait) as client:
            result = await client.call_tool(OVERWRITE[0], {**OVERWRITE[1], "Title": "New"})
    assert not result.is_error, text_of(result)
    assert user.asked[0].startswith("RegisterMediaInfo deletes the asset that has this URL now")
    assert told in user.asked[0]
    assert changes(service) == ["RegisterMediaInfo"]
