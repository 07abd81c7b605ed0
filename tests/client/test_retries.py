"""When a call is sent again: requests that arrive are counted, for every kind of operation and of fault."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.errors import ConnectionFailed, ServiceError
from tests.client.conftest import MakeClient, Run, Waits
from tests.client.operations import DESTRUCTIVE, READ, SOMETIMES_DESTRUCTIVE, TOKEN_WRITE, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, ScriptedService, refusal

THROTTLED = [
    (400, "Throttling"),
    (400, "Throttling.User"),
    (400, "Throttling.Api"),
    (403, "RequestsTooFrequent"),
    (403, "Throttling.User"),
    (429, "Throttling.Api"),
    (429, "SomethingElse"),
]
# Faults after which the call may have been carried out.
UNCERTAIN: dict[str, Answer] = {
    "500": refusal(500, "InternalError"),
    "503": refusal(503, "ServiceUnAvailable"),
    "502 with a page": Answer(
        502, b"<html><head><title>Bad Gateway</title></head></html>", {"content-type": "text/html"}
    ),
    "500 without a body": Answer(500, b""),
    "reset": Answer(fault="reset"),
    "closed without an answer": Answer(fault="close"),
    "cut-off body": Answer(fault="cut_off"),
    "empty body": Answer(body=b""),
    "half a JSON object": Answer(body=b'{"RequestId": "5F2B'),
    "duplicated": refusal(400, "SignatureNonceUsed"),
}


@pytest.mark.parametrize(("status", "code"), THROTTLED)
@pytest.mark.parametrize("operation", [READ, WRITE, TOKEN_WRITE, DESTRUCTIVE], ids=lambda operation: operation.name)
def test_throttling_in_any_spelling_is_tried_three_times_for_every_operation(
    run: Run, waits: Waits, operation: Operation, status: int, code: str
) -> None:
    outcome = run(operation, refusal(status, code))
    assert outcome.service.count == 3
    assert isinstance(outcome.error, ServiceError)
    assert (outcome.error.code, outcome.error.http_status) == (code, status)
    assert "Wait" in outcome.error.explain()
    assert waits.seconds == [0.5, 1.0], "full jitter, drawn as 1, of 0.5 s and then twice that"


def test_a_throttled_write_that_is_let_through_later_succeeds(run: Run) -> None:
    outcome = run(WRITE, refusal(429, "Throttling.Api"), Answer())
    assert outcome.reply.request_id == REQUEST_ID
    assert outcome.service.count == 2


def test_the_wait_the_service_asks_for_is_kept(run: Run, waits: Waits) -> None:
    throttled = refusal(429, "Throttling.Api", headers={"x-acs-retry-after": "2500"})
    outcome = run(READ, throttled, throttled, Answer())
    assert outcome.reply
    assert waits.seconds == [2.5 + 0.5, 2.5 + 1.0]


def test_the_jitter_is_full(run: Run, waits: Waits) -> None:
    run(READ, refusal(429, "Throttling"), jitter=lambda: 0.0)
    assert waits.seconds == [0.0, 0.0]


@pytest.mark.parametrize("header", ["soon", "-5", "0", "", "1e3", "9" * 40])
def test_a_wait_that_is_no_number_of_milliseconds_is_ignored(run: Run, waits: Waits, header: str) -> None:
    run(READ, refusal(429, "Throttling", headers={"x-acs-retry-after": header}), Answer())
    assert waits.seconds == [0.5]


def test_a_wait_beyond_the_deadline_is_not_begun(run: Run, waits: Waits) -> None:
    outcome = run(READ, refusal(429, "Throttling.Api", headers={"x-acs-retry-after": "60000"}))
    assert outcome.service.count == 1
    assert waits.seconds == []
    assert isinstance(outcome.error, ServiceError)
    assert outcome.error.retry_after_seconds == 60.0
    assert "wait 60 s" in outcome.error.explain()


def test_a_gateway_page_with_status_429_counts_as_throttling(run: Run) -> None:
    page = Answer(429, b"<html>slow down</html>", {"content-type": "text/html"})
    outcome = run(WRITE, page)
    assert outcome.service.count == 3
    assert isinstance(outcome.error, ConnectionFailed)
    assert not outcome.error.maybe_done


@pytest.mark.parametrize("fault", UNCERTAIN)
@pytest.mark.parametrize("operation", [READ, TOKEN_WRITE], ids=lambda operation: operation.name)
def test_a_repeatable_call_survives_two_uncertain_faults(run: Run, operation: Operation, fault: str) -> None:
    outcome = run(operation, UNCERTAIN[fault], UNCERTAIN[fault], Answer())
    assert outcome.reply.request_id == REQUEST_ID
    assert outcome.service.count == 3


@pytest.mark.parametrize("fault", UNCERTAIN)
def test_a_repeatable_call_gives_up_after_three_uncertain_faults(run: Run, fault: str) -> None:
    outcome = run(READ, UNCERTAIN[fault])
    assert outcome.service.count == 3
    assert "not known" not in outcome.error.explain(), "a read leaves nothing in doubt"
    assert not getattr(outcome.error, "maybe_done", False)


@pytest.mark.parametrize("fault", UNCERTAIN)
@pytest.mark.parametrize("operation", [WRITE, DESTRUCTIVE], ids=lambda operation: operation.name)
def test_a_write_is_not_sent_again_after_an_uncertain_fault(run: Run, operation: Operation, fault: str) -> None:
    outcome = run(operation, UNCERTAIN[fault], Answer())
    assert outcome.service.count == 1
    text = outcome.error.explain()
    assert f"Whether {operation.name} was carried out is not known; it was not sent again." in text
    if isinstance(outcome.error, ConnectionFailed):
        assert outcome.error.maybe_done


@pytest.mark.parametrize("arguments", [{"Overwrite": True}, {"Overwrite": False}, {}])
def test_a_write_with_a_client_token_keeps_it_across_its_tries(run: Run, arguments: dict[str, Any]) -> None:
    outcome = run(
        SOMETIMES_DESTRUCTIVE, Answer(fault="reset"), refusal(503, "ServiceUnAvailable"), Answer(), arguments=arguments
    )
    tokens = [request.query["ClientToken"] for request in outcome.service.arrived]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert len(tokens[0]) == 32


def test_two_calls_have_two_client_tokens(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint) as client:
                await client.call(TOKEN_WRITE, {})
                await client.call(TOKEN_WRITE, {})
            assert len({request.query["ClientToken"] for request in service.arrived}) == 2

    anyio.run(main)


def test_a_client_token_that_was_given_is_kept(run: Run) -> None:
    outcome = run(TOKEN_WRITE, arguments={"ClientToken": "0123456789abcdef0123456789abcdef"})
    assert outcome.service.arrived[0].query["ClientToken"] == "0123456789abcdef0123456789abcdef"


def test_an_exhausted_write_with_a_client_token_says_that_repeating_it_is_safe(run: Run) -> None:
    outcome = run(TOKEN_WRITE, Answer(fault="reset"))
    assert outcome.service.count == 3
    token = outcome.service.arrived[0].query["ClientToken"]
    assert f"ClientToken={token}" in outcome.error.explain()
    assert isinstance(outcome.error, ConnectionFailed)
    assert outcome.error.maybe_done


def test_a_refusal_after_a_lost_answer_still_says_that_the_first_try_may_have_worked(run: Run) -> None:
    outcome = run(TOKEN_WRITE, Answer(fault="reset"), refusal(403, "NoPermission"))
    assert outcome.service.count == 2
    assert "An earlier try may have been carried out" in outcome.error.explain()
