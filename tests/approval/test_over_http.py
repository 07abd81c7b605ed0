"""The same over HTTP: one PIN a caller, any replica, and what rules of the configuration file say of single calls."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from ims_mcp.redis_store import open_redis
from ims_mcp.settings import Settings
from tests.approval.person import DELETE, Person, set_up
from tests.client.scripted_service import ScriptedService
from tests.http.served import WAIT_SECONDS, NameGate, Served, headers_of, message, served
from tests.redis_server import RedisServer
from tests.server.test_confirmation import changes
from tests.tenants.accounts import environ_of, grant, write_accounts


async def ask(to: Served, tool: str, arguments: dict[str, Any], *, caller: str = "ann", asks: bool = False) -> Any:
    """The result of a call of a client that cannot ask, unless it ``asks``."""
    params = json.loads(message("tools/call", {"name": tool, "arguments": arguments}))
    if not asks:
        params["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {}
    headers = headers_of("tools/call", tool, caller=caller)
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS, trust_env=False, verify=False) as client:
        return (await client.post(to.url, json=params, headers=headers)).json()["result"]


def person_of(result: Any) -> Person:
    told = result["structuredContent"]
    assert told["outcome"] == "waiting_for_approval", told
    return Person.of(told["approval_address"])


def said(result: Any) -> str:
    assert result.get("isError"), result
    return result["content"][0]["text"]


@pytest.mark.anyio
async def test_a_yes_is_good_at_any_replica_once_and_for_its_caller_alone() -> None:
    with ScriptedService() as service, RedisServer() as redis:
        stores = [open_redis(redis.url) for _ in range(2)]
        async with AsyncExitStack() as stack:
            first, second = [
                await stack.enter_async_context(
                    served(
                        service.url,
                        gate=NameGate(),
                        store=store,
                        approvals=set_up("ann", "bob", store=store),
                        settings=Settings(max_wait_seconds=0.2),
                    )
                )
                for store in stores
            ]
            person = person_of(await ask(first, *DELETE))
            elsewhere = Person(second.base, person.id)
            assert person_of(await ask(second, *DELETE)).id == person.id
            assert (await elsewhere.look())["subject"] == "ann"
            assert (await elsewhere.approve("not-the-pin")).json()["tries_left"] == 4
            assert (await person.approve("not-the-pin")).json()["tries_left"] == 3
            assert (await elsewhere.approve()).status_code == 200
            assert person_of(await ask(first, *DELETE, caller="bob")).id != person.id
            assert "no PIN" not in said(await ask(first, *DELETE, caller="eve"))
            assert changes(service) == []
            results = list[Any]()

            async def send(to: Served) -> None:
                results.append(await ask(to, *DELETE))

            async with anyio.create_task_group() as tasks:
                for to in (first, second, first, second):
                    tasks.start_soon(send, to)
            assert changes(service) == ["DeleteMediaInfos"], "four calls at once, one yes"
            waiting = [each for each in results if each["structuredContent"].get("outcome") == "waiting_for_approval"]
            assert len(waiting) == 3
            for store in stores:
                await store.close()


@pytest.mark.anyio
async def test_a_caller_without_a_pin_reads_how_one_is_set() -> None:
    with ScriptedService() as service:
        async with served(service.url, gate=NameGate(), approvals=set_up("ann")) as to:
            text = said(await ask(to, *DELETE, caller="eve"))
    assert "ims-mcp pin set eve --pins FILE" in text
    assert service.count == 0


RULES = """
[[rules]]
name = "drafts of ann"
then = "allow"
operations = ["RegisterMediaInfo"]
buckets = ["drafts"]
subjects = ["ann"]

[[rules]]
then = "page"
operations = ["DeleteMediaInfos", "RegisterMediaInfo"]
accounts = ["a"]

[[rules]]
then = "deny"
effects = ["destructive"]
accounts = ["b"]

[[rules]]
then = "deny"
operations = ["ListAllCategory", "ListCategory", "GetCategories"]
effects = ["read"]
"""


@pytest.mark.anyio
async def test_rules_allow_ask_page_and_deny_by_operation_effect_account_and_bucket(tmp_path: Path) -> None:
    def overwrite(address: str, **more: Any) -> tuple[str, dict[str, Any]]:
        return "register_media_info", {"InputURL": address, "Overwrite": True, **more}

    with ScriptedService() as service:
        grants = "".join(
            [
                grant("ann", ["a", "b"], destructive="page"),
                grant("bob", ["a"], destructive="allow"),
                grant("eve", ["a"], read_only=True),
            ]
        )
        rules = RULES.replace('"ListAllCategory", "ListCategory", ', "")
        path = write_accounts(tmp_path, {"a": service.url, "b": service.url}, grants + rules)
        settings = Settings(config=path, max_wait_seconds=0.2, ask="auto")
        async with served(
            gate=NameGate(), settings=settings, environ=environ_of(tmp_path), approvals=set_up("ann", "bob")
        ) as to:
            # Allowed: every bucket that is named is one of the rule's.
            done = await ask(to, *overwrite("oss://drafts/k.mp4", account="a"))
            assert not done.get("isError"), done
            assert changes(service) == ["RegisterMediaInfo"]
            # Not sure of the bucket, another one, somebody else: the next rule's word.
            for arguments, caller in (
                (overwrite("oss://other/k.mp4", account="a"), "ann"),
                (overwrite("https://cdn.example.com/k.mp4", account="a"), "ann"),
                (overwrite("oss://drafts/k.mp4"), "bob"),
            ):
                person_of(await ask(to, *arguments, caller=caller))
            # A rule is stricter than the grant's “allow”, a client that can ask is handed the page as well.
            person_of(await ask(to, *DELETE, caller="bob", asks=True))
            # What no rule is about goes by the grant.
            stop = {"operation": "StopChannel", "arguments": {"ChannelName": "news"}}
            assert not (await ask(to, "call_destructive_operation", stop, caller="bob")).get("isError")
            person_of(await ask(to, "call_destructive_operation", {**stop, "account": "a"}))
            # Denied, whatever else is said; and no rule gives a right.
            assert "a rule of this server denies it in the account b" in said(
                await ask(to, DELETE[0], {**DELETE[1], "account": "b"})
            )
            refused = said(await ask(to, *overwrite("oss://drafts/k.mp4"), caller="eve"))
            assert "destructive calls are not among the caller's rights" in refused
            reading = await ask(to, "call_read_operation", {"operation": "GetCategories", "arguments": {"CateId": 1}})
            assert "account" in said(reading)
            denied = {"operation": "GetCategories", "arguments": {"CateId": 1}, "account": "a"}
            assert "a rule of this server denies it" in said(await ask(to, "call_read_operation", denied))
    assert changes(service) == ["RegisterMediaInfo", "StopChannel"]


@pytest.mark.anyio
async def test_a_rule_that_comes_after_the_question_is_kept(tmp_path: Path) -> None:
    """Read again from the file within a second: a yes that was given stays one, a denial ends it."""
    with ScriptedService() as service:
        text = grant("ann", ["a"])
        path = write_accounts(tmp_path, {"a": service.url}, text)
        settings = Settings(config=path, max_wait_seconds=0.2)
        async with served(
            gate=NameGate(), settings=settings, environ=environ_of(tmp_path), approvals=set_up("ann")
        ) as to:
            person = person_of(await ask(to, *DELETE))
            assert (await person.approve()).status_code == 200
            path = write_accounts(tmp_path, {"a": service.url}, text + '[[rules]]\nthen = "deny"\n')
            with anyio.fail_after(60):
                while "denies" not in json.dumps(await ask(to, "delete_media_infos", {"MediaIds": "b" * 32})):  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.05)
            assert "a rule of this server denies it" in said(await ask(to, *DELETE))
    assert changes(service) == []
