"""A destructive call is confirmed by the user, in both protocol eras, or it is not made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from mcp import Client
from mcp_types import CallToolResult, ElicitResult, ErrorData, InputRequiredResult

from ims_mcp.call_origin import current_subject
from ims_mcp.catalogue import Effect, get_operation
from ims_mcp.errors import Refused
from ims_mcp.server.confirmation import UsedAnswers, hash_call, require_yes
from ims_mcp.settings import Settings
from ims_mcp.shared_store import MemoryStore, StoreUnavailable
from ims_mcp.workflows.behaviours import present_state
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import ERAS, Era, connected, content_of, text_of

ASK = Callable[..., Awaitable[ElicitResult]]
DELETE = ("delete_media_infos", {"MediaIds": "a" * 32})
OVERWRITE = ("register_media_info", {"InputURL": "oss://b/k.mp4", "Overwrite": True})
OFF_AIR = ("call_destructive_operation", {"operation": "StopChannel", "arguments": {"ChannelName": "news"}})
YES = ElicitResult(action="accept", content={"confirm": True})


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
    return [action for action in actions(service) if get_operation(action).effect is not Effect.READ]


def actions(service: ScriptedService) -> list[str]:
    """What arrived, in its order."""
    return [request.action for request in service.arrived]


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
    assert (changes(service), user.asked) == (["DeleteMediaInfos"], [])


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


async def use_as(caller: str, used: UsedAnswers, answer_id: str) -> bool:
    before = current_subject.set(caller)
    try:
        return await used.use(answer_id)
    finally:
        current_subject.reset(before)


@pytest.mark.anyio
async def test_one_caller_who_answers_by_a_program_leaves_the_others_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UsedAnswers, "MOST_OF_ONE_CALLER", 3)
    now = 1_000.0
    used = UsedAnswers(MemoryStore(lambda: now), lambda: now)
    assert [await use_as("a program", used, f"answer {number}") for number in range(3)] == [True] * 3
    with pytest.raises(StoreUnavailable, match="One caller's answers"):
        await use_as("a program", used, "answer 3")
    assert await use_as("ann", used, "hers")
    assert not await use_as("ann", used, "answer 0"), "what has counted is remembered all the same"
    now += UsedAnswers.REMEMBERED_SECONDS
    assert await use_as("a program", used, "answer 3")


@pytest.mark.anyio
async def test_used_answers_are_forgotten_once_they_could_not_be_given_any_more_and_never_grow_without_bound() -> None:
    now = 0.0
    used = UsedAnswers(MemoryStore(lambda: now), lambda: now)
    assert await used.use("a")
    assert not await used.use("a")
    for index in range(MemoryStore.MOST - 1):
        assert await use_as(f"caller {index % 20}", used, str(index))
    # Full: rather no answer counts than one twice.
    with pytest.raises(StoreUnavailable):
        await used.use("one too many")
    assert not await used.use("a")
    now = UsedAnswers.REMEMBERED_SECONDS + 1
    assert await used.use("one too many")


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
    head, _, *lines = user.asked[0].splitlines()
    assert head.startswith(
        "This deletes assets from the library for good; leaves their files in OSS where they are. "
        '2 in all: "Summer - all of it[2J!!!'
    )
    assert head.endswith(" and 1 more. Not found, and not asked about: 1. In region cn-shanghai.")
    assert lines[0] == "MediaIds (2):"
    assert lines[1].startswith(f'- {"a" * 32} ("Summer - all of it[2J!!!')
    assert lines[2:] == [f"- {'c' * 32}", "Does not exist (1):", f"- {'b' * 32}"]
    # Where the answer comes with another request, what there is is read anew before it is deleted.
    looks = ["BatchGetMediaInfos"] * (1 if era == "legacy" else 2)
    assert actions(service) == [*looks, "DeleteMediaInfos"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Answer(body={"MediaInfo": {"MediaBasicInfo": {"MediaId": "m1", "Title": "Old"}}}),
            'InputURL: oss://b/k.mp4 ("Old"; MediaId: m1)\n',
        ),
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
    assert user.asked[0].startswith("This deletes the asset that has this URL now")
    assert told in user.asked[0]
    assert changes(service) == ["RegisterMediaInfo"]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_overwriting_where_there_is_nothing_asks_nobody_and_can_overwrite_nothing(era: Era) -> None:
    user = User("decline")

    def usual(arrived: Arrived) -> Answer:
        return refusal(404, "ResourceNotFound") if arrived.action == "GetMediaInfo" else Answer(body={"MediaId": "m"})

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            told = content_of(await client.call_tool(*OVERWRITE))
    assert user.asked == []
    look, sent = service.arrived
    assert (look.action, sent.action) == ("GetMediaInfo", "RegisterMediaInfo")
    assert "Overwrite" not in sent.query
    assert told["note"] == "no asset had this address, so none was overwritten"


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("call", "answer", "told"),
    [
        (DELETE, Answer(body={"MediaInfos": [], "IgnoredList": ["a" * 32]}), "Check MediaIds; ListMediaBasicInfos"),
        (OFF_AIR, refusal(404, "ResourceNotFound"), "Check ChannelName; ListChannels lists what there is."),
        (
            ("call_destructive_operation", {"operation": "DeletePipeline", "arguments": {"PipelineId": "p1"}}),
            refusal(400, "PipelineNotFound"),
            "Check PipelineId; ListPipelines lists what there is.",
        ),
    ],
    ids=["assets", "a channel", "a queue"],
)
async def test_nothing_is_asked_or_sent_for_what_does_not_exist(
    era: Era, call: tuple[str, dict[str, Any]], answer: Answer, told: str
) -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService(usual=answer) as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            said = refusal_of(await client.call_tool(*call))
    assert user.asked == []
    assert changes(service) == []
    assert "what it names does not exist" in said
    assert "Nobody was asked" in said
    assert told in said


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer", [refusal(403, "Forbidden"), refusal(404, "InvalidAction.NotFound"), Answer(body=b"")]
)
async def test_a_look_that_fails_keeps_nobody_from_being_asked(answer: Answer) -> None:
    user = User("accept", {"confirm": True})

    def usual(arrived: Arrived) -> Answer:
        return answer if get_operation(arrived.action).effect is Effect.READ else Answer()

    async def no_wait(seconds: float) -> None:
        pass

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, elicitation=user, sleep=no_wait) as client:
            assert not (await client.call_tool(*OFF_AIR)).is_error
    assert len(user.asked) == 1
    assert changes(service) == ["StopChannel"]


# Many things, some of which there are not


async def ask_about(
    usual: Callable[[Arrived], Answer], operation: str, arguments: dict[str, Any]
) -> tuple[list[str], str, list[str]]:
    """(the question's lines, what the model read, what arrived) of a call that its user says no to."""
    user = User("decline")
    with ScriptedService(usual=usual) as service:
        async with connected(service.url, elicitation=user) as client:
            call = {"operation": operation, "arguments": arguments}
            result = await client.call_tool("call_destructive_operation", call)
    assert len(user.asked) <= 1
    return "".join(user.asked).splitlines(), text_of(result), actions(service)


PROJECTS = [{"ProjectId": f"p{number}", "Title": f"Project {number}", "Status": "Draft"} for number in range(1, 8)]
TEMPLATES = [{"TemplateId": f"t{number}", "Name": f"Template {number}", "Type": "Timeline"} for number in range(1, 8)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "naming", "listing", "single", "path", "key", "page"),
    [
        (
            "DeleteEditingProjects",
            "ProjectIds",
            "ListEditingProjects",
            "GetEditingProject",
            "ProjectList",
            "p",
            PROJECTS,
        ),
        ("DeleteTemplate", "TemplateIds", "ListTemplates", "GetTemplate", "Templates", "t", TEMPLATES),
    ],
)
async def test_more_than_two_are_named_by_one_list_and_what_it_lacks_by_one_look_more(
    operation: str, naming: str, listing: str, single: str, path: str, key: str, page: list[dict[str, Any]]
) -> None:
    def serve(*, is_whole: bool, single_answer: Answer) -> Callable[[Arrived], Answer]:
        follows = {"NextToken": "next", "TotalCount": 800} if not is_whole else {}
        return lambda arrived: Answer(body={path: page, **follows}) if arrived.action == listing else single_answer

    gone = refusal(404, "ResourceNotFound")
    title = str(page[0].get("Title") or page[0]["Name"]).partition(" ")[0]

    def ids(*numbers: int) -> dict[str, Any]:
        return {naming: ",".join(f"{key}{number}" for number in numbers)}

    lines, _, looks = await ask_about(serve(is_whole=True, single_answer=gone), operation, ids(*range(1, 8)))
    named = ", ".join(f'"{title} {number}"' for number in range(1, 6))
    assert f" 7 in all: {named} and 2 more. In region" in lines[0]
    assert looks == [listing]
    # A list that holds all and one look: both that it lacks do not exist.
    lines, _, looks = await ask_about(serve(is_whole=True, single_answer=gone), operation, ids(1, 2, 8, 9))
    assert f' 2 in all: "{title} 1", "{title} 2". Not found, and not asked about: 2.' in lines[0]
    assert lines[-3:] == ["Does not exist (2):", f"- {key}8", f"- {key}9"]
    assert looks == [listing, single]
    # None of them: nobody is asked.
    lines, said, looks = await ask_about(serve(is_whole=True, single_answer=gone), operation, ids(8, 9, 10))
    assert lines == []
    assert f"nothing of what it names exists ({key}8, {key}9, {key}10)" in said
    assert looks == [listing, single]
    # A list of which this is a page says nothing of what is not on it.
    lines, _, looks = await ask_about(serve(is_whole=False, single_answer=gone), operation, ids(1, 8, 9))
    assert "Not found, and not asked about: 1." in lines[0]
    assert lines[-2:] == ["Does not exist (1):", f"- {key}8"]
    # Nor does one where the look at the first it lacks fails.
    failing = serve(is_whole=True, single_answer=refusal(403, "Forbidden"))
    lines, _, looks = await ask_about(failing, operation, ids(1, 8, 9))
    assert "not exist" not in "".join(lines)
    assert lines[-2:] == [f"- {key}8", f"- {key}9"]
    assert looks == [listing, single]


@pytest.mark.anyio
async def test_there_is_no_second_look_where_the_first_has_taken_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present_state, "LOOK_SECONDS", 0.0)
    served = Answer(body={"ProjectList": PROJECTS})
    lines, _, looks = await ask_about(lambda _: served, "DeleteEditingProjects", {"ProjectIds": "p1,p2,p8"})
    assert looks == ["ListEditingProjects"]
    assert ' 3 in all: "Project 1", "Project 2" and 1 more. ' in lines[0]
    assert "not exist" not in "".join(lines)


@pytest.mark.anyio
async def test_materials_are_told_by_their_titles_and_the_project_they_are_taken_from_beside_its_id() -> None:
    materials = [{"MediaId": f"m{number}", "MediaBasicInfo": {"Title": f"Shot {number}"}} for number in range(3)]

    def usual(arrived: Arrived) -> Answer:
        if arrived.action == "GetEditingProject":
            return Answer(body={"Project": {"Title": "Trailer", "Status": "Draft"}})
        return Answer(body={"MediaInfos": materials})

    arguments = {"ProjectId": "p1", "MaterialIds": "m0,m1,m2", "MaterialType": "video"}
    lines, _, looks = await ask_about(usual, "DeleteEditingProjectMaterials", arguments)
    assert ' 3 in all: "Shot 0", "Shot 1", "Shot 2". ' in lines[0]
    assert 'ProjectId: p1 ("Trailer"; Status: Draft)' in lines
    assert '- m1 ("Shot 1")' in lines
    assert sorted(looks) == ["GetEditingProject", "GetEditingProjectMaterials"]


@pytest.mark.anyio
async def test_fingerprints_that_are_not_in_their_library_are_not_asked_about() -> None:
    def usual(arrived: Arrived) -> Answer:
        if arrived.action == "ListDNADB":
            return Answer(body={"DBList": [{"DBId": "db1", "Name": "Films"}]})
        return Answer(body={"FileList": [{"PrimaryKey": "k1", "InputFile": {"Object": "a.mp4"}}]})

    lines, _, looks = await ask_about(usual, "DeleteDNAFiles", {"DBId": "db1", "PrimaryKeys": "k1,k2"})
    assert lines[2:] == [
        'DBId: db1 ("Films")',
        "PrimaryKeys (1):",
        "- k1 (Object: a.mp4)",
        "Does not exist (1):",
        "- k2",
    ]
    assert sorted(looks) == ["ListDNADB", "ListDNAFiles"]
    lines, said, _ = await ask_about(usual, "DeleteDNAFiles", {"DBId": "db1", "PrimaryKeys": "k2,k3"})
    assert lines == []
    assert "nothing of what it names exists (k2, k3)" in said


# In the reader's language


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("language", "title", "is_chinese"),
    [
        ("auto", "夏天", False),
        ("auto", "Summer", False),
        ("en", "夏天", False),
        ("zh", "夏天", True),
        ("zh", "Summer", True),
    ],
)
async def test_the_language_of_what_is_asked_about_is_not_the_readers(
    era: Era, language: Any, title: str, is_chinese: bool
) -> None:
    known = {"MediaId": "a" * 32, "MediaBasicInfo": {"Title": title}}
    forms: list[Any] = []

    async def agree(context: Any, params: Any) -> ElicitResult:
        forms.append(params)
        return YES

    usual = Answer(body={"MediaInfos": [known]})
    with ScriptedService(usual=usual) as service:
        settings = Settings(language=language)
        async with connected(service.url, settings=settings, era=era, elicitation=agree) as client:
            assert not (await client.call_tool(*DELETE)).is_error
    (asked,) = forms
    first = f"此操作将从媒资库中永久删除媒资；保留它们在 OSS 中的文件。对象：“{title}”。地域：cn-shanghai。"
    assert (asked.message.splitlines()[0] == first) is is_chinese
    field = asked.requested_schema["properties"]["confirm"]
    assert (field["title"], field["description"]) == (("确认", "是，执行") if is_chinese else ("Confirm", "Yes, do it"))


@pytest.mark.anyio
async def test_the_locale_that_a_client_tells_with_a_call_counts() -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, elicitation=user) as client:
            await client.call_tool(*OFF_AIR, meta=cast("Any", {"openai/locale": "zh-CN"}))
    assert user.asked[0].startswith("此操作将停播频道")


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_who_has_an_operation_searched_for_in_chinese_is_asked_in_chinese(era: Era) -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            for query in ("把频道停播", "take a channel off air"):
                await client.call_tool("search_operations", {"query": query})
                await client.call_tool(*OFF_AIR)
    chinese, english = user.asked
    assert chinese.startswith("此操作将停播频道")
    assert english.startswith("This takes a channel off the air")
