"""What a model reads when the service fails, and what happens to calls that are cancelled or hit a bug."""

from __future__ import annotations

import logging
from typing import Any

import anyio
import pytest

from ims_mcp.catalogue.operation import snake_case
from ims_mcp.client.ims import ImsClient
from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, ScriptedService, refusal
from tests.server.connected import ERAS, Era, connected, content_of, text_of

READ = ("get_media_info", {"MediaId": "a" * 32})
WRITE = ("update_media_info", {"MediaId": "a" * 32, "Title": "new"})
RECORD: tuple[str, dict[str, Any]] = (
    "submit_live_record_job",
    {
        "Name": "match",
        "TemplateId": "t",
        "StreamInput": {"Type": "rtmp", "Url": "rtmp://h/a/s"},
        "RecordOutput": {"Type": "oss", "Bucket": "b"},
    },
)


def _arrived(service: ScriptedService) -> bool:
    return service.count == 1


def _nobody_connected(service: ScriptedService) -> bool:
    return service.open_connections == 0


def _lost_submission(request: Arrived) -> Answer:
    return Answer(fault="reset") if request.action == "SubmitLiveRecordJob" else Answer(body={"LiveRecordJobs": []})


async def no_wait(seconds: float) -> None:
    """Retries follow at once."""


@pytest.mark.anyio
async def test_an_error_says_code_status_request_id_cause_and_next_step() -> None:
    with ScriptedService(usual=refusal(409, "MediaAlreadyExist", "The URL is registered.")) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k.mp4"})
    text = text_of(result)
    assert result.is_error
    assert "RegisterMediaInfo failed: MediaAlreadyExist (HTTP 409)" in text
    assert REQUEST_ID in text
    assert "Next:" in text
    assert service.count == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("call", "requests"), [(READ, 3), (WRITE, 1), (RECORD, 1)])
async def test_a_read_is_tried_again_after_a_server_error_and_a_write_is_not(
    call: tuple[str, dict[str, Any]], requests: int
) -> None:
    with ScriptedService(usual=refusal(500, "InternalError")) as service:
        async with connected(service.url, sleep=no_wait) as client:
            result = await client.call_tool(*call)
    assert result.is_error
    assert [snake_case(request.action) for request in service.arrived].count(call[0]) == requests


@pytest.mark.anyio
async def test_a_recording_whose_answer_is_lost_is_not_sent_again_and_the_text_says_how_to_find_out() -> None:
    with ScriptedService(usual=_lost_submission) as service:
        async with connected(service.url, sleep=no_wait) as client:
            result = await client.call_tool(*RECORD)
    assert result.is_error
    assert [request.action for request in service.arrived].count("SubmitLiveRecordJob") == 1
    assert "no new job of this name was found" in text_of(result)
    assert "ListLiveRecordJobs" in text_of(result)


@pytest.mark.anyio
async def test_a_registration_is_tried_again_with_the_same_token() -> None:
    good = Answer(body={"MediaId": "m", "RequestId": "r"})
    with ScriptedService(Answer(fault="reset"), good) as service:
        async with connected(service.url, sleep=no_wait) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k.mp4"})
    assert content_of(result)["MediaId"] == "m"
    tokens = [request.query["ClientToken"] for request in service.arrived]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_cancelled_call_stops_its_http_request(era: Era) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with connected(service.url, era=era) as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: client.call_tool(*READ))
                arrived = await anyio.to_thread.run_sync(service.wait_until, _arrived)
                assert arrived
                tasks.cancel_scope.cancel()
            gone = await anyio.to_thread.run_sync(service.wait_until, _nobody_connected, 3.0)
    assert gone


@pytest.mark.anyio
async def test_an_id_that_exists_is_returned_even_where_waiting_for_it_fails() -> None:
    registered = Answer(body={"MediaId": "m1", "RequestId": "r"})
    with ScriptedService(registered, usual=refusal(403, "Forbidden", "not allowed to look")) as service:
        async with connected(service.url, sleep=no_wait) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k.mp4", "wait_seconds": 0.2})
    content = content_of(result)
    assert content["MediaId"] == "m1"
    assert content["wait"]["outcome"] == "unknown"
    assert "Forbidden" in content["wait"]["problem"]
    assert content["next_call"]["tool"] == "get_media_info"


@pytest.mark.anyio
async def test_a_bug_reaches_the_log_with_its_trace_and_the_model_with_an_incident_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise KeyError("the secret inside")

    monkeypatch.setattr(ImsClient, "call", broken)
    with caplog.at_level(logging.ERROR, "ims_mcp.server"):
        async with connected("http://127.0.0.1:9") as client:
            result = await client.call_tool(*READ)
    text = text_of(result)
    assert result.is_error
    assert "secret inside" not in text
    (record,) = caplog.records
    assert vars(record)["incident"] in text
    assert record.exc_info
