"""Answers that do not come from the service: nobody asks again, and the text says what came instead."""

from __future__ import annotations

import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.errors import ConnectionFailed
from tests.client.conftest import Run
from tests.client.operations import READ, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, ScriptedService

FOREIGN: dict[str, Answer] = {
    "a page": Answer(
        body=b"<html><head><title>Sign in</title><script>x='bad'</script></head>"
        b"<body>Guest <b>network</b></body></html>",
        headers={"content-type": "text/html"},
    ),
    "XML": Answer(body=b"<Error><Code>No</Code></Error>", headers={"content-type": "text/xml"}),
    "a list": Answer(body=b"[1, 2]"),
    "a JSON object of another service": Answer(body={"ok": True}, headers={"content-type": "text/plain"}),
    "a number": Answer(body=b"7"),
    "depth": Answer(body=b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "bytes": Answer(body=bytes(range(128, 256)), headers={"content-type": "application/octet-stream"}),
}


@pytest.mark.parametrize("answer", FOREIGN)
@pytest.mark.parametrize("operation", [READ, WRITE], ids=lambda operation: operation.name)
def test_an_answer_of_a_stranger_is_not_asked_for_again(run: Run, operation: Operation, answer: str) -> None:
    outcome = run(operation, FOREIGN[answer])
    assert outcome.service.count == 1
    assert isinstance(outcome.error, ConnectionFailed)
    assert outcome.error.maybe_done is (operation is WRITE)
    assert "HTTP 200" in str(outcome.error)
    assert len(outcome.error.explain()) < 900


def test_a_whole_answer_that_nests_too_deeply_is_not_called_cut_off(run: Run) -> None:
    text = str(run(READ, FOREIGN["depth"]).error)
    assert "nested too deeply" in text
    assert "cut off" not in text


def test_a_page_is_quoted_by_its_words(run: Run) -> None:
    text = str(run(READ, FOREIGN["a page"]).error)
    assert "“Sign in Guest network”" in text
    assert "text/html" in text
    assert "bad" not in text


def test_a_redirection_is_not_followed(run: Run) -> None:
    with ScriptedService() as elsewhere:
        outcome = run(WRITE, Answer(302, b"", {"location": f"{elsewhere.url}/login?token=x"}))
        assert elsewhere.count == 0
    assert isinstance(outcome.error, ConnectionFailed)
    assert "redirection to 127.0.0.1" in str(outcome.error)
    assert not outcome.error.maybe_done


@pytest.mark.parametrize("body", [b"", b"<html>Moved</html>", b'{"Code": "Moved"}', b'{"cut'])
@pytest.mark.parametrize(
    ("status", "location", "where"),
    [
        (301, "https://login.example/?token=x", "login.example"),
        (302, "/login", "another path of the same host"),
        (307, "https://user:secret@[::1]:9/", "::1"),
        (308, "https://[bad", "an unreadable address"),
        (300, "", "an unnamed place"),
        (304, "", "an unnamed place"),
    ],
)
@pytest.mark.parametrize("operation", [READ, WRITE], ids=lambda operation: operation.name)
def test_a_redirection_says_that_calling_again_does_not_help(
    run: Run, operation: Operation, status: int, location: str, where: str, body: bytes
) -> None:
    outcome = run(operation, Answer(status, body, {"location": location}))
    assert outcome.service.count == 1
    assert isinstance(outcome.error, ConnectionFailed)
    assert f"HTTP {status} with a redirection to {where}, which is not followed" in str(outcome.error)
    assert outcome.error.next_step.startswith("Calling again does not help")
    assert not outcome.error.maybe_done
    assert "secret" not in outcome.error.explain()
    assert "token" not in outcome.error.explain()


@pytest.mark.parametrize("status", [502, 503, 504, 429, 408])
def test_an_empty_answer_of_a_gateway_says_to_call_again(run: Run, status: int) -> None:
    outcome = run(READ, Answer(status, b""))
    assert outcome.error.next_step == "Call again."
    assert f"HTTP {status} with an empty body" in str(outcome.error)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_an_empty_refusal_of_a_stranger_sends_nobody_to_call_again(run: Run, status: int) -> None:
    outcome = run(READ, Answer(status, b""))
    assert "Something that is not IMS answered" in outcome.error.next_step


def test_a_result_under_a_wrong_content_type_is_not_lost(run: Run) -> None:
    outcome = run(WRITE, Answer(headers={"content-type": "text/plain"}))
    assert outcome.reply.data == {"RequestId": REQUEST_ID}


def test_an_error_status_without_an_error_body_is_not_taken_for_the_service(run: Run) -> None:
    outcome = run(WRITE, Answer(404, {"detail": "no such route"}))
    assert outcome.service.count == 1
    assert isinstance(outcome.error, ConnectionFailed)
    assert not outcome.error.maybe_done
    assert "no such route" in str(outcome.error)
