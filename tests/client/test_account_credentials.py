"""Credentials of an account: its profile alone, and its role, assumed at a real STS and shared until shortly before its
end."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import anyio
import pytest

from ims_mcp.client.account_credentials import SPARE_SECONDS, make_account_source
from ims_mcp.client.credentials import RECHECK_SECONDS, Credential
from ims_mcp.config.model import Account, Role
from ims_mcp.config.values import check_policy
from ims_mcp.errors import CredentialsError
from tests.client.conftest import KEY_ID, SECRET, TOKEN, MakeClient, Tls
from tests.client.operations import READ
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.client.test_credentials import write_cli_profile
from tests.client.test_proxy import ConnectProxy
from tests.local_ims.server import RunningIms, call_raw, refusal_of, running_ims

ARN = "acs:ram::1234567890123456:role/ims"
LOCAL_KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "local", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local"}


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(autouse=True)
def trust(tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request believes the authority of the test."""
    tls.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def sts(ims: RunningIms, tls: Tls) -> Iterator[ScriptedService]:
    """TLS in front of the STS of an embedded IMS: the official provider asks over https only."""

    def forward(request: Arrived) -> Answer:
        connection = http.client.HTTPConnection(ims.host, timeout=60)
        connection.request(request.method, f"/?{urlencode(request.query)}")
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return Answer(answer.status, body)

    with ScriptedService(usual=forward, tls=tls.server) as service:
        yield service


def at(service: ScriptedService, **more: object) -> Account:
    """An account whose role is assumed there."""
    role = Role(ARN, sts_endpoint=f"127.0.0.1:{service.port}")
    return Account("studio", role=replace(role, **more))  # pyright: ignore[reportArgumentType]


def session(expires_in: float, key_id: str = f"STS.{KEY_ID}") -> Answer:
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + expires_in))
    credentials = {
        "AccessKeyId": key_id,
        "AccessKeySecret": SECRET,
        "SecurityToken": TOKEN,
        "Expiration": expiration,
    }
    return Answer(body={"Credentials": credentials})


class Clock:
    def __init__(self, start: Callable[[], float]) -> None:
        self._start, self.ahead = start, 0.0

    def __call__(self) -> float:
        return self._start() + self.ahead


def call_as(ims: RunningIms, credential: Credential, action: str, **query: str) -> None:
    client = ims.client(credential.access_key_id, credential.access_key_secret, credential.security_token)
    call_raw(client, action, query)


def test_a_role_is_assumed_once_for_all_its_callers(sts: ScriptedService, ims: RunningIms, tmp_path: Path) -> None:
    source = make_account_source(at(sts), {**LOCAL_KEYS, "HOME": str(tmp_path)})
    assert source.describe() == ""
    found: list[Credential] = []

    async def get() -> None:
        found.append(await source.get())

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(get)
        for _ in range(50):
            await get()

    anyio.run(main)
    assert len(found) == 100 and len(set(found)) == 1
    assert [request.query["Action"] for request in sts.arrived] == ["AssumeRole"]
    assert found[0].access_key_id.startswith("STS.")
    assert source.describe() == "environment variables for role ims"
    call_as(ims, found[0], "ListMediaBasicInfos")


def test_everything_that_is_said_of_a_role_reaches_sts(sts: ScriptedService, tmp_path: Path) -> None:
    policy = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    account = at(sts, session_name="team@ims", external_id="ext:1", duration_seconds=1800, policy=policy)
    anyio.run(make_account_source(account, {**LOCAL_KEYS, "HOME": str(tmp_path)}).get)
    (request,) = sts.arrived
    sent = {
        "Action": "AssumeRole",
        "RoleArn": ARN,
        "RoleSessionName": "team@ims",
        "ExternalId": "ext:1",
        "DurationSeconds": "1800",
        "Policy": policy,
        "AccessKeyId": "local",
    }
    assert {name: request.query[name] for name in sent} == sent


def test_a_session_is_kept_until_shortly_before_its_end_and_then_renewed(sts: ScriptedService, tmp_path: Path) -> None:
    clock, monotonic = Clock(time.time), Clock(time.monotonic)
    source = make_account_source(
        at(sts, duration_seconds=900), {**LOCAL_KEYS, "HOME": str(tmp_path)}, clock=clock, monotonic=monotonic
    )

    async def main() -> None:
        first = await source.get()
        # Looked at anew every minute, and kept: by itself the official provider would renew at every look.
        for ahead in (100.0, 300.0, 900.0 - SPARE_SECONDS - 10):
            clock.ahead = monotonic.ahead = ahead
            assert await source.get() == first
        assert sts.count == 1
        clock.ahead = monotonic.ahead = 900.0 - SPARE_SECONDS + RECHECK_SECONDS
        second = await source.get()
        assert second != first and sts.count == 2
        assert await source.get() == second and sts.count == 2

    anyio.run(main)


def test_a_session_that_cannot_be_renewed_is_used_to_its_end(tls: Tls, tmp_path: Path) -> None:
    clock, monotonic = Clock(time.time), Clock(time.monotonic)
    with ScriptedService(session(900), usual=refusal(500, "InternalError"), tls=tls.server) as sts:
        source = make_account_source(at(sts), {**LOCAL_KEYS, "HOME": str(tmp_path)}, clock=clock, monotonic=monotonic)

        async def main() -> None:
            first = await source.get()
            clock.ahead = monotonic.ahead = 900.0 - SPARE_SECONDS + RECHECK_SECONDS
            assert await source.get() == first
            assert sts.count == 2

        anyio.run(main)


def test_a_session_that_the_service_calls_expired_is_replaced(
    sts: ScriptedService, make_client: MakeClient, tmp_path: Path
) -> None:
    source = make_account_source(at(sts), {**LOCAL_KEYS, "HOME": str(tmp_path)})

    async def main() -> None:
        with ScriptedService(refusal(400, "InvalidSecurityToken.Expired"), usual=Answer()) as service:
            async with make_client(service.endpoint, credentials=source) as client:
                await client.call(READ, {})
            tokens = [request.headers["x-acs-security-token"] for request in service.arrived]
            assert len(tokens) == len(set(tokens)) == 2

    anyio.run(main)
    assert sts.count == 2


def test_a_policy_takes_from_what_the_role_may_do(sts: ScriptedService, ims: RunningIms, tmp_path: Path) -> None:
    # With a blank, which the official provider signs as STS does not.
    resources = ["*", "acs:oss:*:*:media/a b/*"]
    policy = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ice:List*", "Resource": resources}]}
    source = make_account_source(at(sts, policy=check_policy(policy)), {**LOCAL_KEYS, "HOME": str(tmp_path)})
    credential = anyio.run(source.get)
    call_as(ims, credential, "ListMediaBasicInfos")
    refused = refusal_of(call_as, ims, credential, "GetMediaInfo", MediaId="x")
    assert refused.status == 403


def fail(account: Account, environ: dict[str, str]) -> CredentialsError:
    with pytest.raises(CredentialsError) as caught:
        anyio.run(make_account_source(account, environ).get)
    for secret in (SECRET, TOKEN, KEY_ID):
        assert secret not in caught.value.explain()
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "way_out"),
    [
        (403, "NoPermission", "let the owner of these keys call sts:AssumeRole"),
        (404, "EntityNotExist.Role", "correct role.arn of the account"),
        (400, "InvalidParameter.DurationSeconds", "lower role.duration_seconds"),
        (400, "InvalidParameter.PolicyGrammar", "correct role.policy"),
        (404, "InvalidAccessKeyId.NotFound", "look at the keys"),
        (400, "InvalidTimeStamp.Expired", "set this machine's clock right"),
        (400, "Other", "look at the role in RAM"),
    ],
)
def test_a_role_that_is_denied_names_account_role_and_remedy_and_nothing_takes_its_place(
    status: int, code: str, way_out: str, tls: Tls, tmp_path: Path
) -> None:
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET, "HOME": str(tmp_path)}
    write_cli_profile(tmp_path, {"name": "p", "mode": "AK", "access_key_id": "other", "access_key_secret": "other-key"})
    answer = refusal(status, code, f"{KEY_ID} {SECRET} may not")
    with ScriptedService(answer, usual=session(3600), tls=tls.server) as sts:
        error = fail(at(sts), keys)
        assert str(error) == (
            f"Account studio cannot assume the role {ARN} with the keys of environment variables: STS "
            f"(127.0.0.1:{sts.port}) answered HTTP {status} {code}."
        )
        assert error.next_step.startswith(f"Calling again does not help. For whoever runs the server: {way_out}")
        assert sts.count == 1


def test_keys_that_are_wrong_are_refused_by_sts_itself(sts: ScriptedService, tmp_path: Path) -> None:
    environ = {**LOCAL_KEYS, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET, "HOME": str(tmp_path)}
    error = fail(at(sts), environ)
    assert "answered HTTP 400 SignatureDoesNotMatch" in str(error)
    assert "look at the keys" in error.next_step


def test_a_placeholder_in_the_keys_is_named_before_sts_is_asked(sts: ScriptedService, tmp_path: Path) -> None:
    environ = {**LOCAL_KEYS, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "<your-secret>", "HOME": str(tmp_path)}
    assert "did not fill in the placeholder" in str(fail(at(sts), environ))
    assert sts.count == 0


def test_without_keys_every_source_is_named_for_the_account(sts: ScriptedService, tmp_path: Path) -> None:
    text = str(fail(at(sts), {"HOME": str(tmp_path)}))
    assert text.startswith("No Alibaba Cloud credentials were found for account studio (environment variables for role")
    assert sts.count == 0


def test_a_profile_is_taken_whatever_else_there_is(tmp_path: Path) -> None:
    write_cli_profile(
        tmp_path,
        {"name": "default", "mode": "AK", "access_key_id": "other", "access_key_secret": "other-secret"},
        {"name": "studio", "mode": "AK", "access_key_id": KEY_ID, "access_key_secret": SECRET},
    )
    environ = {**LOCAL_KEYS, "HOME": str(tmp_path), "ALIBABA_CLOUD_PROFILE": "default"}
    source = make_account_source(Account("studio", profile="studio"), environ)
    assert anyio.run(source.get) == Credential(KEY_ID, SECRET)
    assert source.describe() == "CLI profile studio (AK) of ~/.aliyun/config.json"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "there is no such profile in the file"),
        ({"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "switched off by ALIBABA_CLOUD_CLI_PROFILE_DISABLED"),
    ],
)
def test_no_other_source_takes_the_place_of_a_profile(more: dict[str, str], reason: str, tmp_path: Path) -> None:
    write_cli_profile(tmp_path, {"name": "default", "mode": "AK", "access_key_id": "a", "access_key_secret": "b"})
    error = fail(Account("studio", profile="studio"), {**LOCAL_KEYS, "HOME": str(tmp_path), **more})
    assert str(error) == (
        "No Alibaba Cloud credentials were found for account studio "
        f"(CLI profile studio of ~/.aliyun/config.json: {reason})."
    )
    assert "`aliyun configure --profile studio`" in error.next_step


def test_a_role_is_assumed_with_the_keys_of_the_profile(sts: ScriptedService, tmp_path: Path) -> None:
    profile = {"name": "studio", "mode": "AK", "access_key_id": "local", "access_key_secret": "local"}
    write_cli_profile(tmp_path, profile)
    environ = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET, "HOME": str(tmp_path)}
    source = make_account_source(replace(at(sts), profile="studio"), environ)
    assert anyio.run(source.get).security_token
    assert [request.query["AccessKeyId"] for request in sts.arrived] == ["local"]


def test_a_temporary_key_pair_signs_with_its_token(sts: ScriptedService, tmp_path: Path) -> None:
    environ = {**LOCAL_KEYS, "HOME": str(tmp_path)}
    first = anyio.run(make_account_source(at(sts), environ).get)
    chained = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": first.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": first.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": first.security_token or "",
        "HOME": str(tmp_path),
    }
    assert anyio.run(make_account_source(at(sts), chained).get).access_key_id != first.access_key_id


def test_without_an_endpoint_the_sts_of_the_first_region_is_asked(
    sts: ScriptedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account("studio", ("cn-beijing", "cn-shanghai"), role=Role(ARN))

    async def main() -> None:
        async with ConnectProxy(sts.port).running() as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            with pytest.raises(CredentialsError, match=r"STS \(sts\.cn-beijing\.aliyuncs\.com\) could not") as caught:
                await make_account_source(account, {**LOCAL_KEYS, "HOME": str(tmp_path)}).get()
            assert caught.value.next_step.startswith("Call again in a minute.")
            assert set(proxy.asked_for) == {"sts.cn-beijing.aliyuncs.com:443"}

    anyio.run(main)
