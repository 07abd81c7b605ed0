"""Nothing that is logged or raised holds a secret, a token or a signature, whatever the service sends back."""

from __future__ import annotations

import logging
import traceback

import anyio
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client.credentials import Credential
from ims_mcp.errors import ImsError, ServiceError
from tests.client.conftest import SECRET, TEMPORARY, TOKEN, MakeClient
from tests.client.operations import ANONYMOUS, READ, TOKEN_WRITE, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, Script, ScriptedService, refusal
from tests.fixed_credentials import FixedCredentials

SIGNED_URL = "https://b.oss-cn-shanghai.aliyuncs.com/a.mp4?Expires=1&OSSAccessKeyId=STS.x&Signature=UrlSignature%3D"


def everything_sent(request: Arrived) -> str:
    """What a careless service could quote of a request, and of the key it looked up for it."""
    if "authorization" not in request.headers:
        return f"{request.headers} {request.query}"
    headers = " ".join(f"{name}:{value}" for name, value in request.headers.items())
    return f"{headers} {request.query} {SECRET} \u200b{SECRET[:5]}\u200b{SECRET[5:]}"


def quoting(status: int, code: str) -> Script:
    """An error whose message quotes the whole request."""
    return lambda request: refusal(status, code, f"server string to sign is: {everything_sent(request)}")


def hinting(status: int, code: str) -> Script:
    """An error that quotes single parts, in the fields beside the message too."""

    def answer(request: Arrived) -> Answer:
        quoted = everything_sent(request)
        detail = {"AuthAction": quoted, "AuthPrincipalDisplayName": quoted, "NoPermissionType": quoted}
        return refusal(status, code, f"no: {SIGNED_URL} {quoted}", AccessDeniedDetail=detail, Recommend=quoted)

    return answer


def page(request: Arrived) -> Answer:
    return Answer(200, f"<html><p>{everything_sent(request)}</p></html>".encode(), {"content-type": "text/html"})


SCRIPTS: list[list[Script]] = [
    [Answer()],
    [quoting(400, "SignatureDoesNotMatch")],
    [quoting(403, "IncompleteSignature")],
    [quoting(400, "InvalidParameter")],
    [hinting(403, "NoPermission")],
    [hinting(500, "InternalError")],
    [hinting(429, "Throttling.Api")],
    [hinting(400, "InvalidSecurityToken.Expired")],
    [hinting(400, "InvalidTimeStamp.Expired")],
    [page],
    [Answer(302, b"", {"location": f"https://x/?{SECRET}"})],
    [Answer(fault="reset")],
    [Answer(fault="cut_off", body={"RequestId": REQUEST_ID, "Echo": SECRET})],
    [Answer(fault="silent")],
    [Answer(raw=f"HTTP/1.1 200 {SECRET}\r\nbroken {SECRET}\r\n\r\n".encode(), then_close=True)],
]


class Renewing(FixedCredentials):
    async def renew(self) -> Credential:
        return Credential("STS.second", SECRET, TOKEN)


def test_no_log_and_no_error_holds_a_secret(make_client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    texts: list[str] = []
    signatures: set[str] = set()

    async def one(operation: Operation, script: list[Script]) -> None:
        with ScriptedService(*script[:-1], usual=script[-1]) as service:
            options = {"timeout_seconds": 0.1} if script == [Answer(fault="silent")] else {}
            async with make_client(service.endpoint, Renewing(TEMPORARY), **options) as client:
                try:
                    await client.call(operation, {"MediaId": SIGNED_URL})
                except ImsError as error:
                    texts.extend([str(error), repr(error), error.explain(), *traceback.format_exception(error)])
            for request in service.arrived:
                signatures.add(request.headers.get("authorization", "").rpartition("=")[2])

    with caplog.at_level(logging.DEBUG):
        for operation in (READ, WRITE, TOKEN_WRITE, ANONYMOUS):
            for script in SCRIPTS:
                anyio.run(one, operation, script)
    texts.append(caplog.text)
    texts.extend(repr(vars(record)) for record in caplog.records if record.name.startswith("ims_mcp"))
    everything = "\n".join(texts)
    assert len(signatures) > len(SCRIPTS)
    forbidden = {SECRET, TOKEN, TEMPORARY.access_key_id, "UrlSignature", "OSSAccessKeyId=", *signatures} - {""}
    for secret in forbidden:
        assert secret not in everything
    assert SIGNED_URL.partition("?")[0] in everything, "what is not secret stays"
    assert "the signature does not match the one the service computed" in everything


def test_a_call_is_logged_with_fields_and_without_arguments(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        with ScriptedService(refusal(503, "ServiceUnAvailable")) as service:
            async with make_client(service.endpoint) as client:
                await client.call(READ, {"MediaId": "asset-in-question"})

    with caplog.at_level(logging.DEBUG):
        anyio.run(main)
    records = [record for record in caplog.records if record.name == "ims_mcp.client"]
    fields = [
        {name: vars(record)[name] for name in ("operation", "attempt", "status", "code", "request_id")}
        for record in records
    ]
    assert fields == [
        {
            "operation": "GetThing",
            "attempt": 1,
            "status": 503,
            "code": "ServiceUnAvailable",
            "request_id": REQUEST_ID,
        },
        {"operation": "GetThing", "attempt": 2, "status": 200, "code": "", "request_id": REQUEST_ID},
    ]
    assert all(isinstance(vars(record)["elapsed_ms"], int | float) for record in records)
    assert records[0].levelno == logging.WARNING
    assert "asset-in-question" not in caplog.text
    assert "http://" not in caplog.text, "no library names a URL in its logs"


def test_a_message_that_only_mentions_signatures_keeps_its_sense(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(refusal(400, "InvalidParameter", "The signature version is not supported.")) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ServiceError, match="The signature version is not supported"):
                    await client.call(READ, {})

    anyio.run(main)
