"""What leaves a line in the audit, and what the line says: through the whole server, over a real client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp_types import ElicitResult

from ims_mcp.catalogue import Effect
from ims_mcp.server.confirmation import _READING_SECONDS  # pyright: ignore[reportPrivateUsage]
from ims_mcp.settings import Settings
from tests.all_operations.roads import by_its_own_tool, calls, calls_that
from tests.audit.written import KEYS, audited, read_lines, read_text
from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, ScriptedService, refusal
from tests.http.served import NameGate, call, served
from tests.server.connected import ERAS, Era, connected, text_of

pytestmark = pytest.mark.anyio
EVERYTHING = ("all",)
MEDIA_ID = "4aabe1804a6771ef9748f6f7d6496301"
PAUSE = {"PipelineId": "a7", "Status": "Paused"}
DELETE = {"MediaIds": f"{MEDIA_ID},{MEDIA_ID[::-1]}"}


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


async def test_every_call_that_changes_something_leaves_one_line_and_no_read_does(
    service: ScriptedService, path: Path
) -> None:
    with audited(path) as observer:
        settings = Settings(toolsets=EVERYTHING, allow_destructive=True)
        async with connected(service.url, settings=settings, observer=observer) as client:
            for each in calls():
                result = await by_its_own_tool(client, each)
                assert not result.is_error, text_of(result)
    lines = read_lines(path)
    expected = [
        (each.operation.name, str(each.effect), "allowed" if each.effect is Effect.DESTRUCTIVE else "none")
        for each in calls_that(Effect.WRITE, Effect.DESTRUCTIVE)
    ]
    assert sorted((line["operation"], line["effect"], line["confirmed"]) for line in lines) == sorted(expected)
    assert len(lines) > 225
    for line in lines:
        assert tuple(name for name in line if name != "ids_left_out") == KEYS
        assert (line["who"], line["account"], line["region"]) == ("local", "", "cn-shanghai")
        assert (line["outcome"], line["code"], line["request_id"], line["tries"]) == ("done", "", REQUEST_ID, 1)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


async def test_a_line_has_the_ids_of_the_call_and_of_its_answer(service: ScriptedService, path: Path) -> None:
    service.script(Answer(body={"RequestId": REQUEST_ID, "MediaId": MEDIA_ID, "JobId": "not an id 7"}))
    given = {
        "InputURL": "oss://bucket/marked.mp4",
        "Title": "marked",
        "MediaTags": "marked",
        "UserData": '{"marked": 1}',
    }
    with audited(path) as observer:
        async with connected(service.url, observer=observer, settings=Settings(allow_destructive=True)) as client:
            await client.call_tool("register_media_info", given)
            await client.call_tool("delete_media_infos", DELETE)
    registered, deleted = read_lines(path)
    assert registered["ids"] == {"MediaId": [MEDIA_ID]}
    assert deleted["ids"] == {"MediaIds": DELETE["MediaIds"].split(",")}
    assert "marked" not in read_text(path)
    token = service.arrived[0].query["ClientToken"]
    assert token not in read_text(path)


@pytest.mark.parametrize("era", ERAS)
async def test_the_users_yes_and_no_are_told_apart_and_an_open_question_leaves_nothing(
    service: ScriptedService, path: Path, era: Era
) -> None:
    answers = [ElicitResult(action="accept", content={"confirm": True}), ElicitResult(action="decline")]
    so_far: list[str] = []

    async def answer(context: Any, params: Any) -> ElicitResult:
        so_far.append(read_text(path))
        await anyio.sleep(_READING_SECONDS + 0.05)  # nobody reads it in less: the server takes it for no answer
        return answers.pop(0)

    with audited(path) as observer:
        async with connected(service.url, observer=observer, era=era, elicitation=answer) as client:
            for _ in range(2):
                await client.call_tool("call_write_operation", {"operation": "UpdatePipeline", "arguments": PAUSE})
    yes, no = read_lines(path)
    assert (yes["confirmed"], yes["outcome"], yes["code"]) == ("form", "done", "")
    assert (no["confirmed"], no["outcome"], no["code"], no["tries"]) == ("none", "refused", "declined", 0)
    assert yes["ids"] == no["ids"] == {"PipelineId": ["a7"]}
    assert so_far[0] == ""
    assert [request.action for request in service.arrived].count("UpdatePipeline") == 1


async def test_what_cannot_be_asked_and_what_read_only_mode_refuses_leave_a_line(
    service: ScriptedService, path: Path
) -> None:
    with audited(path) as observer:
        async with connected(service.url, observer=observer) as client:
            await client.call_tool("delete_media_infos", DELETE)
        async with connected(service.url, observer=observer, settings=Settings(read_only=True)) as client:
            for arguments in ({"MediaId": MEDIA_ID, "Title": "marked"}, {"MediaId": "title:marked 7", "Title": "x"}):
                await client.call_tool("update_media_info", arguments)
                named = {"operation": "UpdateMediaInfo", "operation_arguments": arguments}
                await client.call_tool("call_write_operation", named)
            await client.call_tool("get_media_info", {"MediaId": MEDIA_ID})
            await client.call_tool("upload_media", {"path": "/marked.mp4"})
    lines = read_lines(path)
    assert [(line["operation"], line["code"]) for line in lines] == [
        ("DeleteMediaInfos", "cannot_ask"),
        *[("UpdateMediaInfo", "read_only")] * 4,
        ("UploadMedia", "read_only"),
    ]
    assert {line["outcome"] for line in lines} == {"refused"}
    assert [line["ids"] for line in lines[1:]] == [{"MediaId": [MEDIA_ID]}] * 2 + [{}] * 3
    assert "marked" not in read_text(path)
    assert [request.action for request in service.arrived] == ["GetMediaInfo"]


async def test_over_http_a_line_says_who_and_a_lacking_right_leaves_one(service: ScriptedService, path: Path) -> None:
    named = {"operation": "DeleteMediaInfos", "operation_arguments": DELETE}
    made = {"operation": "AddCategory", "operation_arguments": {"CateName": "marked"}}
    with audited(path) as observer:
        async with served(service.url, gate=NameGate(), observer=observer) as to:
            for caller in ("ann", "ben/ims:read", "cleo/ims:read,ims:write"):
                answer = await call(to.url, "call_write_operation", made, caller=caller)
                assert answer.status_code == (403 if caller == "ben/ims:read" else 200)
            assert (await call(to.url, "call_destructive_operation", named, caller="dan/ims:write")).status_code == 403
            assert (await call(to.url, "delete_media_infos", DELETE, caller="eve/ims:read")).status_code == 403
    lines = read_lines(path)
    assert [(line["who"], line["operation"], line["outcome"], line["code"]) for line in lines] == [
        ("ann", "AddCategory", "done", ""),
        ("ben", "AddCategory", "refused", "no_right"),
        ("cleo", "AddCategory", "done", ""),
        ("dan", "DeleteMediaInfos", "refused", "no_right"),
        ("eve", "DeleteMediaInfos", "refused", "no_right"),
    ]
    assert lines[3]["ids"] == lines[4]["ids"] == {"MediaIds": DELETE["MediaIds"].split(",")}
    assert "marked" not in read_text(path)


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "tries"),
    [
        (refusal(404, "MediaNotFound.Marked", "marked title"), "failed", "MediaNotFound.Marked", 1),
        (refusal(429, "Throttling.User"), "failed", "Throttling.User", 3),
        (refusal(503, "ServiceUnavailable"), "unknown", "ServiceUnavailable", 1),
        (Answer(fault="reset"), "unknown", "ConnectionFailed", 1),
        (Answer(body=b"<html>marked</html>"), "unknown", "ConnectionFailed", 1),
    ],
)
async def test_a_line_says_how_a_call_ended(path: Path, answer: Answer, outcome: str, code: str, tries: int) -> None:
    async def at_once(seconds: float) -> None:
        pass

    with ScriptedService(usual=answer) as service, audited(path) as observer:
        async with connected(service.url, observer=observer, sleep=at_once) as client:
            await client.call_tool("update_media_info", {"MediaId": MEDIA_ID, "Title": "marked"})
    (line,) = [each for each in read_lines(path) if each["operation"] == "UpdateMediaInfo"]
    assert (line["outcome"], line["code"], line["tries"]) == (outcome, code, tries)
    assert "marked" not in read_text(path)


async def test_a_write_that_is_broken_off_may_have_been_done(path: Path) -> None:
    def answer(request: Arrived) -> Answer:
        return Answer(fault="silent" if request.action == "UpdateMediaInfo" else None)

    def count(running: ScriptedService) -> int:
        return [request.action for request in running.arrived].count("UpdateMediaInfo")

    with ScriptedService(usual=answer) as service, audited(path) as observer:
        arguments: dict[str, Any] = {"MediaId": MEDIA_ID, "Title": "marked"}
        async with connected(service.url, observer=observer, timeout_seconds=3) as client:
            await client.call_tool("update_media_info", arguments)
        async with connected(service.url, observer=observer) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "update_media_info", arguments)
            assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda running: count(running) == 2))
            tasks.cancel_scope.cancel()
    lines = read_lines(path)
    assert [(line["outcome"], line["code"]) for line in lines] == [
        ("unknown", "DeadlineExceeded"),
        ("unknown", "Cancelled"),
    ]
