"""No part of a credential, no signature and no query of a URL in any log, error, journal or result."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.target import Timeouts
from ims_mcp.client.retry import RetryPolicy
from ims_mcp.errors import ImsError
from tests.fault_proxy import Answer, Fault, LoseAnswer, Mute, Reset, Seen, Stall
from tests.oss_uploader.setting import PART, Keys, Setting


def quoting(status: int, code: str, credential: Credential) -> Answer:
    """An error that quotes the request and the key it was checked against, in every field."""
    quoted = (
        f"OSS {credential.access_key_id}:c2lnbmF0dXJl Signature=c2lnbmF0dXJl {credential.access_key_secret} "
        f"x-oss-security-token: {credential.security_token} http://x/y?Signature=c2lnbmF0dXJl&amp;security-token=abcdefgh"
    )
    body = (
        f"<Error><Code>{code}</Code><Message>{quoted}</Message><RequestId>{quoted}</RequestId>"
        f"<StringToSign>{quoted}</StringToSign><OSSAccessKeyId>{credential.access_key_id}</OSSAccessKeyId></Error>"
    )
    return Answer(status, body=body.encode(), headers=(("x-oss-request-id", quoted),))


def anything(_: Seen) -> bool:
    return True


@pytest.mark.anyio
@pytest.mark.parametrize("size", [10, 4 * PART])
@pytest.mark.parametrize("region", ["", "cn-shanghai"])
async def test_nothing_that_is_written_down_holds_a_secret(
    setting: Setting, size: int, region: str, caplog: pytest.LogCaptureFixture
) -> None:
    setting.make_bucket()
    path = setting.file(size)
    credential = setting.temporary()
    texts: list[str] = []
    scripts: list[tuple[Fault | None, Callable[[Seen], bool]]] = [
        (None, anything),
        (quoting(403, "SignatureDoesNotMatch", credential), anything),
        (quoting(403, "AccessDenied", credential), lambda seen: seen.part == 2),
        (quoting(403, "SecurityTokenExpired", credential), anything),
        (quoting(500, "InternalError", credential), lambda seen: seen.kind in ("part", "put")),
        (quoting(400, "x" * 400, credential), anything),
        (quoting(404, "NoSuchUpload", credential), lambda seen: seen.kind == "complete"),
        (Answer(200, body=f"<html>{credential.access_key_secret}</html>".encode()), anything),
        (Reset(1), lambda seen: seen.kind in ("part", "put")),
        (LoseAnswer(), anything),
        (Mute(), lambda seen: seen.kind == "complete"),
        (Stall(1), lambda seen: seen.kind in ("part", "put")),
    ]

    with caplog.at_level(logging.DEBUG):
        for number, (fault, matches) in enumerate(scripts):
            setting.proxy.clear()
            if fault is not None:
                setting.proxy.inject(fault, matches, times=99)
            uploader = {"timeouts": Timeouts(1, 0.1, 0.1, 0.1, 1), "retry": RetryPolicy(2, 0.001, 0.001)}
            try:
                result = await setting.upload(
                    path,
                    keys=Keys(credential),
                    target=setting.target(region=region),
                    transfer_id=f"t{number}",
                    uploader=uploader,
                )
                texts.append(repr(result))
            except ImsError as error:
                texts += [str(error), repr(error), error.explain(), *traceback.format_exception(error)]
                texts += [repr(vars(error))]
    texts += [path.read_text() for path in setting.state.iterdir()]
    texts.append(caplog.text)
    texts += [repr(vars(record)) for record in caplog.records]
    everything = "\n".join(texts)
    signatures = {
        seen.headers["authorization"].rpartition(":" if not region else "=")[2] for seen in setting.proxy.seen
    }
    assert all(len(signature) in (28, 64) for signature in signatures)
    forbidden = {*credential.secrets, "c2lnbmF0dXJl", "abcdefgh", *signatures}
    assert len(forbidden) == len(signatures) + 5
    for secret in forbidden:
        assert secret not in everything
    assert any(record.name == "ims_mcp.client.oss" for record in caplog.records)
    assert not [record for record in caplog.records if record.name.startswith(("oss2", "urllib3", "requests"))]


@pytest.mark.anyio
async def test_a_repeated_request_is_logged_with_fields(setting: Setting, caplog: pytest.LogCaptureFixture) -> None:
    setting.proxy.inject(Answer(503, "SlowDown"), "part")
    with caplog.at_level(logging.INFO, "ims_mcp.client.oss"):
        await setting.upload(setting.file(2 * PART), uploader={"threads": 1})
    repeated, done = [vars(record) for record in caplog.records if record.name == "ims_mcp.client.oss"]
    wanted = ("request", "kind", "code", "status", "request_id", "tries")
    assert {name: repeated[name] for name in wanted} == {
        "request": "part 1",
        "kind": "throttled",
        "code": "SlowDown",
        "status": 503,
        "request_id": "5C3D9175B6FC201293AD4890",
        "tries": 1,
    }
    assert (done["size_bytes"], done["parts"], done["parts_resent"]) == (2 * PART, 2, 1)
