"""What a caller reaches over HTTP: the accounts and regions of their grants, with the rights of each, and no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from tests.client.scripted_service import ScriptedService
from tests.http.served import Served
from tests.tenants.accounts import YES, Keys, ask, grant, text_in
from tests.tenants.two import BOTH, DELETE, MEDIA, READ, Two, list_tools

pytestmark = pytest.mark.anyio


async def test_each_account_is_called_with_its_own_keys(two: Two) -> None:
    async with two.serve(grant("ann", BOTH)) as to:
        for account, service in (("east", two.east), ("west", two.west)):
            said = await ask(to, READ[0], {**READ[1], "account": account}, "ann")
            assert not said.get("isError"), said
            assert Keys(account).key_id in service.arrived[-1].headers["authorization"]
            assert not {"account", "Account"} & {*service.arrived[-1].query, *service.arrived[-1].form}
    assert two.actions == ["GetMediaInfo"] * 2


SPELLINGS: list[dict[str, Any]] = [
    *({"account": value} for value in ("WEST", "west ", " west", "", "west\u0000", ["west"], {"west": 1}, 0, True)),
    *({"Account": "west"}, {"ACCOUNT": "west"}, {"account": None}, {}),
    *({"account": "east", "region": value} for value in ("cn-beijing", "CN-SHANGHAI", "", ["cn-shanghai"], 1)),
]


async def test_no_spelling_reaches_what_is_not_granted(two: Two) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        READ,
        ("find_media", {"text": "x"}),
        ("wait_for_job", {"operation": "RegisterMediaInfo", "ids": {"MediaId": MEDIA}, "wait_seconds": 0}),
        ("call_read_operation", {"operation": "GetMediaInfo", "operation_arguments": READ[1]}),
    ]
    async with two.serve(grant("ann", BOTH) + grant("eve", ["east"])) as to:
        for given in SPELLINGS:
            for tool, arguments in calls:
                assert (await ask(to, tool, {**arguments, **given}, "ann"))["isError"], given
            inside = {"operation": "GetMediaInfo", "operation_arguments": {**READ[1], **given, "account": "west"}}
            assert (await ask(to, "call_read_operation", inside, "eve"))["isError"], given
        for tool in ("search_operations", "describe_operation"):
            said = await ask(to, tool, {"query": "x", "operation": "GetMediaInfo", "account": "west"}, "eve")
            assert "give one of east" in text_in(said)
        assert "give one of east" in text_in(await ask(to, READ[0], {**READ[1], "account": "west"}, "eve"))
        assert "west" not in text_in(await ask(to, READ[0], {**READ[1], "account": "x"}, "eve"))
    assert two.actions == []


async def test_tools_take_exactly_the_accounts_and_regions_of_their_caller(two: Two) -> None:
    regions = ("cn-shanghai", "cn-beijing")
    grants = grant("ann", BOTH) + grant("eve", ["west"], read_only=True)
    async with two.serve(grants, regions=regions) as to:
        of_ann, of_eve = await list_tools(to, "ann"), await list_tools(to, "eve")
        narrowed = await list_tools(to, "ann", "?accounts=east&regions=cn-beijing")
    for listed in (of_ann, of_eve, narrowed):
        assert (listed["cacheScope"], listed["ttlMs"]) == ("private", 60_000)
    for name, tool in of_ann["tools"].items():
        schema = tool["inputSchema"]
        assert schema["properties"]["account"]["enum"] == [*BOTH], name
        assert schema["properties"]["region"]["enum"] == [*regions], name
        is_called = name not in ("search_operations", "describe_operation")
        assert ("account" in schema.get("required", [])) is is_called, name
        assert "region" not in schema.get("required", []), name
    for name, tool in of_eve["tools"].items():
        assert "account" not in tool["inputSchema"]["properties"], name
        assert tool["inputSchema"]["properties"]["region"]["enum"] == [*regions], name
        assert tool["annotations"]["readOnlyHint"], name
    assert "register_media_info" in of_ann["tools"]
    for name, tool in narrowed["tools"].items():
        assert not {"account", "region"} & {*tool["inputSchema"]["properties"]}, name


async def test_whoever_is_granted_nothing_is_refused_before_anything_is_looked_at(two: Two) -> None:
    async with two.serve(grant("ann", BOTH)) as to:
        said = await ask(to, *READ, "stranger")
        assert (said["status"], said["error"]["data"]) == (403, {"reason": "no_account"})
        assert "east" not in text_in(said)
    assert two.actions == []


async def until(look: Callable[[], Awaitable[Any]], is_so: Callable[[Any], bool]) -> None:
    """Until what is looked at is so."""
    with anyio.fail_after(60):
        while not is_so(await look()):
            pass


async def until_refused(to: Served, call: tuple[str, dict[str, Any]], caller: str) -> None:
    """Until nothing is granted to the caller: the file is looked at twice a second."""
    await until(lambda: ask(to, *call, caller), lambda said: said.get("status") == 403)


async def test_what_is_taken_away_ends_soon_also_for_an_open_question(two: Two) -> None:
    delete = (DELETE[0], {**DELETE[1], "account": "east"})
    async with two.serve(grant("ann", BOTH)) as to:
        question = await ask(to, *delete, "ann")
        assert question["resultType"] == "input_required"
        answer: dict[str, Any] = {"inputResponses": YES, "requestState": question["requestState"]}
        two.write(grant("ann", BOTH, destructive="never") + grant("bob", ["west"]))
        read = (READ[0], {**READ[1], "account": "east"})
        await until(lambda: ask(to, *READ, "bob"), lambda said: said.get("status") != 403)
        said = await ask(to, *delete, "ann", **answer)
        assert "destructive calls are not among the caller's rights in the account east" in text_in(said)
        assert not (await ask(to, *read, "ann")).get("isError")
        two.write(grant("bob", ["west"]))
        await until_refused(to, read, "ann")
        assert (await ask(to, *delete, "ann", **answer))["status"] == 403
    assert "DeleteMediaInfos" not in [request.action for request in two.east.arrived]


async def test_a_file_that_loses_its_last_grant_does_not_give_everything_to_everybody(two: Two) -> None:
    async with two.serve(grant("ann", ["east"])) as to:
        two.write("")
        await until_refused(to, READ, "ann")
        assert (await ask(to, READ[0], {**READ[1], "account": "west"}, "stranger"))["status"] == 403


async def test_a_yes_is_for_one_account_and_one_caller(two: Two) -> None:
    async with two.serve(grant("ann", BOTH) + grant("bob", BOTH)) as to:
        asked = await ask(to, DELETE[0], {**DELETE[1], "account": "east"}, "ann")
        answer: dict[str, Any] = {"inputResponses": YES, "requestState": asked["requestState"]}
        [request] = asked["inputRequests"].values()
        assert "In the account east." in request["params"]["message"]
        for caller, account in (("ann", "west"), ("bob", "east"), ("bob", "west")):
            said = await ask(to, DELETE[0], {**DELETE[1], "account": account}, caller, **answer)
            assert said.get("resultType") == "input_required" or "error" in said, said
        said = await ask(to, DELETE[0], {**DELETE[1], "account": "east"}, "ann", path="/readonly", **answer)
        assert "not among the caller's rights" in text_in(said)
        assert "DeleteMediaInfos" not in [each.action for each in (*two.east.arrived, *two.west.arrived)]
        said = await ask(to, DELETE[0], {**DELETE[1], "account": "east"}, "ann", **answer)
        assert not said.get("isError"), said
    assert [each.action for each in two.east.arrived].count("DeleteMediaInfos") == 1
    assert "DeleteMediaInfos" not in [each.action for each in two.west.arrived]


async def test_the_question_names_the_account_in_the_language_of_its_reader(two: Two) -> None:
    async with two.serve(grant("ann", BOTH)) as to:
        for locale, words in (("en", "In the account west."), ("zh-CN", "账号：west。")):
            asked = await ask(to, DELETE[0], {**DELETE[1], "account": "west"}, "ann", locale=locale)
            [request] = asked["inputRequests"].values()
            assert words in request["params"]["message"], request


def is_signed_by_west(service: ScriptedService) -> bool:
    return any(Keys("west").key_id in each.headers["authorization"] for each in service.arrived)


async def test_an_account_that_is_another_one_since_the_question_is_not_written_to(two: Two) -> None:
    delete, read = (DELETE[0], {**DELETE[1], "account": "east"}), (READ[0], {**READ[1], "account": "east"})
    path = two.write(grant("ann", BOTH))
    async with two.serve(grant("ann", BOTH)) as to:
        for old, new, service in (
            ('profile = "east"', 'profile = "west"', two.east),
            (two.east.url, two.west.url, two.west),
        ):
            asked = await ask(to, *delete, "ann")
            answer: dict[str, Any] = {"inputResponses": YES, "requestState": asked["requestState"]}
            path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
            await until(lambda: ask(to, *read, "ann"), lambda _, at=service: is_signed_by_west(at))
            assert "inputRequests" in await ask(to, *delete, "ann", **answer), "asked anew"
    assert "DeleteMediaInfos" not in [each.action for each in (*two.east.arrived, *two.west.arrived)]
