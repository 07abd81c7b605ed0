"""Every error of the service says what failed, why and what to do, and nothing a stranger slipped into it."""

from __future__ import annotations

import pytest

from ims_mcp.client.diagnosis import DIAGNOSES
from ims_mcp.errors import ServiceError
from tests.client.conftest import Run
from tests.client.operations import READ, TOKEN_WRITE, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, refusal

# Every code of the wire facts, with its status.
CODES = [
    (400, "MissingParameter"),
    (400, "InvalidParameter"),
    (400, "UnsupportedOperation"),
    (403, "OperationDenied"),
    (403, "OperationDenied.Suspended"),
    (404, "ProjectNotFound"),
    (404, "ResourceNotFound"),
    (403, "RequestsTooFrequent"),
    (403, "Forbidden"),
    (403, "Forbidden.SubscriptionRequired"),
    (409, "MediaAlreadyExist"),
    (500, "InternalError"),
    (503, "ServiceUnAvailable"),
    (400, "Throttling"),
    (400, "Throttling.User"),
    (429, "Throttling.Api"),
    (400, "SignatureDoesNotMatch"),
    (400, "SignatureNonceUsed"),
    (400, "InvalidTimeStamp.Expired"),
    (404, "InvalidAccessKeyId.NotFound"),
    (400, "InvalidSecurityToken.Expired"),
    (403, "NoPermission"),
    (404, "InvalidAction.NotFound"),
]

# These are sent again: see test_retries.py and test_clock_and_renewal.py.
SENT_AGAIN = {
    (status, code)
    for status, code in CODES
    if status >= 500
    or code.startswith(("Throttling", "RequestsTooFrequent", "SignatureNonceUsed", "InvalidTimeStamp.Expired"))
}


@pytest.mark.parametrize(("status", "code"), CODES)
def test_every_code_is_explained_with_what_to_do(run: Run, status: int, code: str) -> None:
    assert code in DIAGNOSES or code.partition(".")[0] in DIAGNOSES
    outcome = run(READ, refusal(status, code, "the message"))
    error = outcome.error
    assert isinstance(error, ServiceError)
    assert (error.code, error.http_status, error.request_id) == (code, status, REQUEST_ID)
    text = error.explain()
    assert f"GetThing failed: {code} (HTTP {status})" in text
    assert f"RequestId: {REQUEST_ID}" in text
    assert "Likely cause: " in text
    assert "Next: " in text


@pytest.mark.parametrize(("status", "code"), [pair for pair in CODES if pair not in SENT_AGAIN])
def test_a_refusal_that_would_not_change_is_not_asked_for_again(run: Run, status: int, code: str) -> None:
    for operation in (READ, WRITE, TOKEN_WRITE):
        assert run(operation, refusal(status, code)).service.count == 1


@pytest.mark.parametrize(
    ("code", "explained_as"),
    [
        ("InvalidParameter.MediaId", "InvalidParameter"),
        ("ResourceNotFound.Media", "ResourceNotFound"),
        ("Forbidden.RAM", "Forbidden"),
        ("Forbidden.SubscriptionRequired.Trial", "Forbidden.SubscriptionRequired"),
    ],
)
def test_a_longer_code_is_explained_by_its_longest_known_beginning(run: Run, code: str, explained_as: str) -> None:
    error = run(READ, refusal(400, code)).error
    assert isinstance(error, ServiceError)
    assert error.cause == DIAGNOSES[explained_as].cause


def test_a_missing_permission_is_named(run: Run) -> None:
    detail = {
        "AuthAction": "ice:RegisterMediaInfo",
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalDisplayName": "2345",
        "NoPermissionType": "ImplicitDeny",
        "PolicyType": "AccountLevelIdentityBasedPolicy",
        "EncodedDiagnosticMessage": "AQEAAAAA",
    }
    text = run(READ, refusal(403, "NoPermission", AccessDeniedDetail=detail)).error.explain()
    assert "SubUser 2345 has no permission for the action ice:RegisterMediaInfo (ImplicitDeny" in text


def test_the_services_own_explanation_is_kept_and_a_strangers_is_not(run: Run) -> None:
    link = "https://api.aliyun.com/troubleshoot?q=InvalidParameter&product=ICE"
    assert f"Diagnosis: {link}" in run(READ, refusal(400, "InvalidParameter", Recommend=link)).error.explain()
    for other in (
        "https://aliyun.com.evil.example/x",
        "http://api.aliyun.com/",
        "https://u@api.aliyun.com/",
        "do this",
    ):
        assert "Diagnosis" not in run(READ, refusal(400, "InvalidParameter", Recommend=other)).error.explain()


def test_errors_in_lower_case_are_read_too(run: Run) -> None:
    answer = Answer(404, {"requestId": "R-1", "code": "ResourceNotFound", "message": "nothing here"})
    error = run(READ, answer).error
    assert isinstance(error, ServiceError)
    assert (error.code, error.service_message, error.request_id) == ("ResourceNotFound", "nothing here", "R-1")


def test_a_message_is_cleaned_and_shortened(run: Run) -> None:
    message = "bad\x00\x1b[31m \u202eevil\u2066 zero\u200bwidth\u00ad \U000e0041 line\r\nbreak " + "x" * 2000
    error = run(READ, refusal(400, "InvalidParameter", message)).error
    assert isinstance(error, ServiceError)
    assert error.service_message.startswith("bad[31m evil zerowidth line break xxx")
    assert len(error.service_message) <= 501
    assert error.service_message.isprintable()


def test_a_strange_code_is_cut_to_what_codes_are_made_of(run: Run) -> None:
    error = run(READ, refusal(400, "Bad<script>\u202e" + "x" * 500)).error
    assert isinstance(error, ServiceError)
    assert error.code.startswith("Badscriptxx")
    assert len(error.code) <= 100
