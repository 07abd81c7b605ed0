"""nginx in front of two replicas, as ``examples/deploy`` has it: what passes, what does not, and what is never lost."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import httpx2
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult

from ims_mcp.server.http.bounds import BODY_BYTES
from tests.deploy.calling import (
    READ,
    WAIT_SECONDS,
    YES,
    Era,
    Service,
    add_category,
    agree,
    client_of,
    delete,
    post,
    wait_until,
)
from tests.deploy.deployed import CALLS_PER_CALLER, Deployed
from tests.http.served import MODERN, OLDER, headers_of, message
from tests.server.connected import ERAS, content_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="a deployment of POSIX"),
]
SILENT = 1000


@pytest.mark.parametrize("era", ERAS)
async def test_reads_and_writes_reach_both_replicas(to: Deployed, service: Service, era: Era) -> None:
    parent = service.make_parent(era)
    async with client_of(to, era) as client:
        for number in range(4):
            content_of(await client.call_tool(*add_category(f"c{number}", parent)))
        content_of(await client.call_tool(*READ))
    assert sorted(service.list_names(parent)) == [f"c{number}" for number in range(4)]
    served = (to.directory / "access.log").read_text(encoding="utf-8")
    assert all(f"200 127.0.0.1:{port} 200 " in served for port in to.ports)


@asynccontextmanager
async def stream_registration(
    to: Deployed, service: Service, era: str, *, wait_seconds: float = 25
) -> AsyncGenerator[tuple[str, httpx2.Response]]:
    """A call that reports progress and, if nothing ends it, takes as long: the address it registers, and its answer."""
    url = service.put_object()
    arguments = {"InputURL": url, "wait_seconds": wait_seconds}
    params = {"name": "register_media_info", "arguments": arguments, "_meta": {"progressToken": 1}}
    body = json.loads(message("tools/call", params, era=era))
    body["params"]["_meta"]["progressToken"] = 1
    async with (
        httpx2.AsyncClient(timeout=WAIT_SECONDS + wait_seconds, verify=False) as client,
        client.stream(
            "POST",
            to.url,
            content=json.dumps(body).encode(),
            headers=headers_of("tools/call", "register_media_info", era=era) | to.headers,
        ) as answer,
    ):
        yield url, answer


@pytest.mark.parametrize("era", [MODERN, OLDER])
async def test_progress_arrives_while_the_call_runs(to: Deployed, service: Service, era: str) -> None:
    async with stream_registration(to, service, era) as (url, answer):
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = (json.loads(line[6:]) async for line in answer.aiter_lines() if line.startswith("data: {"))
        first = await anext(events)
        assert first["method"] == "notifications/progress"
        # What it waits for has not happened: the call cannot have been answered.
        found = service.ims.call("GetMediaInfo", InputURL=url)["MediaInfo"]["MediaBasicInfo"]
        assert found["Status"] in ("Init", "Preparing")


async def ask(to: Deployed, service: Service, replica: int) -> tuple[str, str]:
    """An asset, and the question about its deletion as far as the client carries it on."""
    media_id = service.ims.register(service.put_object())
    asked = (await post(to, *delete(media_id), replica=replica)).json()["result"]
    assert asked["resultType"] == "input_required"
    return media_id, asked["requestState"]


async def test_a_question_begun_at_one_replica_is_answered_at_the_other(to: Deployed, service: Service) -> None:
    media_id, state = await ask(to, service, replica=0)
    done = await post(to, *delete(media_id), replica=1, inputResponses=YES, requestState=state)
    assert not done.json()["result"].get("isError")
    for replica in (0, 1):
        again = await post(to, *delete(media_id), replica=replica, inputResponses=YES, requestState=state)
        assert "has counted already" in again.text


async def test_a_yes_counts_after_both_replicas_have_been_replaced(to: Deployed, service: Service) -> None:
    """The SDK's own client asks its user; in the meantime everything is started anew."""
    media_id = service.ims.register(service.put_object())

    async def agree_slowly(context: Any, params: Any) -> ElicitResult:
        for replica in to.replicas:
            replica.kill()
        await anyio.to_thread.run_sync(to.restore)
        return await agree(context, params)

    async with client_of(to, "2026-07-28", elicitation=agree_slowly) as client:
        content_of(await client.call_tool(*delete(media_id)))


async def test_reads_and_writes_go_on_without_redis_and_no_yes_counts(to: Deployed, service: Service) -> None:
    parent = service.make_parent("without redis")
    media_id, state = await ask(to, service, replica=0)
    to.redis.kill()
    try:
        for number in range(4):
            assert (await post(to, *READ)).status_code == 200
            assert (await post(to, *add_category(str(number), parent))).status_code == 200
        refused = await post(to, *delete(media_id), inputResponses=YES, requestState=state)
        assert "cannot be told" in refused.json()["result"]["content"][0]["text"]
    finally:
        to.redis.start()
    assert len(service.list_names(parent)) == 4
    done = await post(to, *delete(media_id), inputResponses=YES, requestState=state)
    assert not done.json()["result"].get("isError")


async def wait_for_more(answers: list[httpx2.Response], count: int) -> None:
    """So many more than there are."""
    wanted = len(answers) + count

    async def are_there() -> bool:
        return len(answers) >= wanted

    await wait_until(are_there)


async def keep_calling(
    call: Callable[[], Awaitable[httpx2.Response]], answers: list[httpx2.Response], *, until: anyio.Event
) -> None:
    while not until.is_set():
        answers.append(await call())


async def test_reads_go_on_after_at_most_one_retry_when_a_replica_is_killed(to: Deployed) -> None:
    killed, answers = anyio.Event(), list[httpx2.Response]()
    retries = 0

    async def read() -> httpx2.Response:
        nonlocal retries
        try:
            answer = await post(to, *READ)
        except httpx2.RemoteProtocolError:  # it ended between head and body of its answer
            pass
        else:
            if answer.status_code == 200:
                return answer
            assert answer.json()["error"]["data"]["reason"] in ("outcome_unknown", "unreachable"), answer.text
        retries += 1
        return await post(to, *READ)

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(lambda: keep_calling(read, answers, until=killed))
        await wait_for_more(answers, 10)
        to.replicas[0].kill()
        await wait_for_more(answers, 20)
        killed.set()
    assert {answer.status_code for answer in answers} == {200}
    assert retries <= 4  # those that it was answering


async def test_what_was_sent_and_not_answered_is_not_sent_again(to: Deployed, service: Service) -> None:
    url = service.put_object()
    arguments: dict[str, Any] = {"InputURL": url, "Title": "sent once", "wait_seconds": 4}
    answers: list[httpx2.Response] = []

    async def register() -> None:
        answers.append(await post(to, "register_media_info", arguments))

    async def is_registered() -> bool:
        listed = await anyio.to_thread.run_sync(lambda: service.ims.call("ListMediaBasicInfos", MaxResults="100"))
        return any(each["MediaBasicInfo"].get("Title") == "sent once" for each in listed["MediaInfos"])

    async with anyio.create_task_group() as group:
        group.start_soon(register)
        await wait_until(is_registered)
        for replica in to.replicas:
            replica.kill()
    assert answers[0].status_code == 502
    assert answers[0].json()["error"]["data"] == {"reason": "outcome_unknown"}
    refused = await post(to, *READ)
    assert refused.status_code == 503
    assert refused.json()["error"]["data"]["reason"] == "unreachable"
    assert refused.headers["retry-after"] == "1"


async def test_no_call_fails_while_a_replica_is_asked_to_end(to: Deployed, service: Service) -> None:
    parents, ended, answers, names = service.make_parents("drain"), anyio.Event(), list[httpx2.Response](), 0

    async def write() -> httpx2.Response:
        nonlocal names
        names += 1
        return await post(to, *add_category(f"n{names}", parents.find(names)))

    async def wait_long() -> httpx2.Response:
        arguments = {"InputURL": service.put_object(), "wait_seconds": 1}
        return await post(to, "register_media_info", arguments, era=OLDER)

    async with anyio.create_task_group() as group:
        for call in (write, wait_long, wait_long, lambda: post(to, *READ, era=OLDER)):
            group.start_soon(lambda call=call: keep_calling(call, answers, until=ended))
        await wait_for_more(answers, 5)
        to.replicas[1].send(signal.SIGTERM)
        assert await anyio.to_thread.run_sync(to.replicas[1].wait) == 0
        await wait_for_more(answers, 5)
        ended.set()
    failed = [(answer.status_code, answer.text) for answer in answers if answer.status_code != 200]
    assert not failed, (to.directory / "access.log").read_text(encoding="utf-8")[-4000:]
    assert not [answer.text for answer in answers if '"isError":true' in answer.text]
    assert parents.count_names() == {f"n{number + 1}": 1 for number in range(names)}


async def test_a_body_that_is_too_large_is_refused_with_a_reason(to: Deployed) -> None:
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS, headers=to.headers) as client:
        largest = await client.post(to.url, content=b" " * BODY_BYTES)
        refused = await client.post(to.url, content=b" " * (BODY_BYTES + 1))
    assert largest.status_code == 400  # it has got through: it is no JSON
    assert refused.status_code == 413
    assert str(BODY_BYTES) in refused.json()["error"]["message"]


async def test_a_thousand_connections_that_say_nothing_keep_nobody_out(to: Deployed) -> None:
    port = int(to.base.rpartition(":")[2])
    with ExitStack() as stack:
        for _ in range(SILENT):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        for _ in range(5):
            assert (await post(to, *READ)).status_code == 200
        async with client_of(to, "2026-07-28") as client:
            content_of(await client.call_tool(*READ))


async def test_a_foreign_host_is_not_answered(to: Deployed) -> None:
    assert (await post(to, *READ, host="evil.example")).status_code == 421
    assert (await post(to, *READ, host="ims.example.com:8443")).status_code == 200


async def test_without_a_token_nobody_gets_through(to: Deployed) -> None:
    async with client_of(to, "2026-07-28", token="imsmcp_no") as client:
        with pytest.raises(MCPError, match="token is unknown"):
            await client.list_tools()


async def test_a_call_whose_client_has_gone_takes_no_place(to: Deployed, service: Service) -> None:
    """Each replica takes so many calls of one caller: they wait for what takes longer than this test."""

    async def is_full() -> bool:
        return (await post(to, *READ)).status_code == 429

    async def has_room() -> bool:
        return (await post(to, *READ)).status_code == 200

    async with anyio.create_task_group() as group:
        for _ in range(2 * CALLS_PER_CALLER):
            group.start_soon(lambda: hold(to, service))
        await wait_until(is_full)
        group.cancel_scope.cancel()
    await wait_until(has_room)


async def hold(to: Deployed, service: Service) -> None:
    """Take a place, as soon as the replica that is asked has one."""
    while True:
        async with stream_registration(to, service, MODERN) as (_, answer):
            async for _ in answer.aiter_lines():
                pass
        await anyio.sleep(0.05)
