"""Credentials: found where the official chain finds them, asked for once, never shown, never from ECS unasked."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from alibabacloud_credentials.provider import refreshable
from alibabacloud_credentials.utils import auth_util
from Tea.core import TeaCore

from ims_mcp.client.credentials import MOST_ABANDONED, RECHECK_SECONDS, Credential, ProviderChain
from ims_mcp.errors import CredentialsError
from tests.client.conftest import KEY_ID, SECRET, TOKEN
from tests.client.scripted_service import Answer, ScriptedService
from tests.client.waiting_command import WaitingCommand

IN_ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without profiles, and a process environment that knows nothing."""
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CREDENTIALS_URI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write_cli_profile(home: Path, *profiles: dict[str, Any]) -> None:
    folder = home / ".aliyun"
    folder.mkdir()
    content = {"current": profiles[0]["name"], "profiles": profiles}
    (folder / "config.json").write_text(json.dumps(content), encoding="utf-8")


def got(chain: ProviderChain) -> Credential:
    return anyio.run(chain.get)


def test_the_environment_gives_a_key_pair(home: Path) -> None:
    chain = ProviderChain({**IN_ENVIRONMENT, "HOME": str(home)})
    assert chain.describe() == ""
    assert got(chain) == Credential(KEY_ID, SECRET)
    assert "environment" in chain.describe()


def test_the_environment_gives_temporary_credentials(home: Path) -> None:
    chain = ProviderChain({**IN_ENVIRONMENT, "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN, "HOME": str(home)})
    assert got(chain) == Credential(KEY_ID, SECRET, TOKEN)


def test_line_ends_around_pasted_keys_are_taken_off(home: Path) -> None:
    environ = {name: f" {value}\r\n" for name, value in IN_ENVIRONMENT.items()}
    assert got(ProviderChain({**environ, "HOME": str(home)})) == Credential(KEY_ID, SECRET)


def test_a_key_with_impossible_characters_is_refused_without_being_quoted(home: Path) -> None:
    environ = {**IN_ENVIRONMENT, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": f"{SECRET}\nX-Injected: 1", "HOME": str(home)}
    with pytest.raises(CredentialsError, match="characters that no AccessKey has") as caught:
        got(ProviderChain(environ))
    assert SECRET not in caught.value.explain()


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"mode": "AK", "access_key_id": KEY_ID, "access_key_secret": SECRET}, Credential(KEY_ID, SECRET)),
        (
            {"mode": "StsToken", "access_key_id": KEY_ID, "access_key_secret": SECRET, "sts_token": TOKEN},
            Credential(KEY_ID, SECRET, TOKEN),
        ),
    ],
    ids=["AK", "StsToken"],
)
def test_the_cli_profile_gives_credentials(home: Path, profile: dict[str, str], expected: Credential) -> None:
    write_cli_profile(home, {"name": "default", **profile})
    chain = ProviderChain({"HOME": str(home)})
    assert got(chain) == expected
    assert "CLI profile" in chain.describe()


def test_the_profile_named_in_the_environment_is_taken(home: Path) -> None:
    other = {"name": "other", "mode": "AK", "access_key_id": "other-id", "access_key_secret": "other-secret"}
    write_cli_profile(
        home, {"name": "default", "mode": "AK", "access_key_id": KEY_ID, "access_key_secret": SECRET}, other
    )
    chain = ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_PROFILE": "other"})
    assert got(chain) == Credential("other-id", "other-secret")


def test_the_credentials_file_gives_credentials(home: Path) -> None:
    file = home / "keys.ini"
    file.write_text(f"[default]\ntype = access_key\naccess_key_id = {KEY_ID}\naccess_key_secret = {SECRET}\n")
    chain = ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_FILE": str(file)})
    assert got(chain) == Credential(KEY_ID, SECRET)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no section at all", "the file is not a valid INI file"),
        ("[默认]\ntype = access_key\n".encode("gbk"), "the file is not UTF-8 (GBK, perhaps)"),
        (b"[default]\ntype = magic\n", "its type is not supported; use access_key or ram_role_arn"),
        (b"[other]\ntype = access_key\n", "the file has no such profile"),
    ],
)
def test_a_credentials_file_that_gives_none_says_why(home: Path, content: bytes, said: str) -> None:
    (home / "keys.ini").write_bytes(content)
    environ = {"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_FILE": str(home / "keys.ini")}
    with pytest.raises(CredentialsError) as caught:
        got(ProviderChain(environ))
    assert f"of the credentials file keys.ini: {said}" in str(caught.value)


def uri_answer(expires_in: float, key_id: str = KEY_ID) -> Answer:
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + expires_in))
    return Answer(
        body={
            "Code": "Success",
            "AccessKeyId": key_id,
            "AccessKeySecret": SECRET,
            "SecurityToken": TOKEN,
            "Expiration": expiration,
        }
    )


def test_the_credentials_uri_gives_credentials_and_is_asked_once(home: Path, connections: list[Any]) -> None:
    with ScriptedService(usual=uri_answer(3600)) as service:
        chain = ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys?x=1"})
        assert got(chain) == got(chain) == Credential(KEY_ID, SECRET, TOKEN)
        assert service.count == 1
        assert service.arrived[0].path == "/keys"
        assert "URI" in chain.describe()
    assert {address[0] for address in connections} == {"127.0.0.1"}


def test_renew_asks_the_source_again(home: Path) -> None:
    with ScriptedService(uri_answer(3600), uri_answer(3600, "fresh-id")) as service:
        chain = ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"})
        assert got(chain).access_key_id == KEY_ID
        assert anyio.run(chain.renew).access_key_id == "fresh-id"
        assert service.count == 2


class Clock:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_temporary_credentials_are_renewed_shortly_before_they_expire(home: Path) -> None:
    # Ten minutes are left: the official provider renews within the last fifteen.
    with ScriptedService(uri_answer(600), usual=uri_answer(3600, "fresh-id")) as service:
        clock = Clock()
        environ = {"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"}
        chain = ProviderChain(environ, monotonic=clock)
        assert got(chain).access_key_id == got(chain).access_key_id == KEY_ID
        clock.now += RECHECK_SECONDS
        assert got(chain).access_key_id == "fresh-id"
        clock.now += RECHECK_SECONDS
        assert got(chain).access_key_id == "fresh-id"
        assert service.count == 2, "an hour is left: the provider answers from its memory"


def test_a_lasting_key_pair_is_looked_up_once(home: Path) -> None:
    clock = Clock()
    environ = {**IN_ENVIRONMENT, "HOME": str(home)}
    chain = ProviderChain(environ, monotonic=clock)
    got(chain)
    environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = "changed"
    clock.now += 1e9
    assert got(chain).access_key_id == KEY_ID
    assert anyio.run(chain.renew).access_key_id == "changed"


def test_credentials_that_still_work_are_kept_when_their_source_fails(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedService(uri_answer(600), usual=Answer(500, b"broken")) as service:
        clock = Clock()
        environ = {"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"}
        chain = ProviderChain(environ, monotonic=clock)
        first = got(chain)
        clock.now += RECHECK_SECONDS
        with caplog.at_level(logging.WARNING):
            assert got(chain) == first
        assert "those at hand are used" in caplog.text
        with pytest.raises(CredentialsError, match="HTTP 500"):
            anyio.run(chain.renew)


def test_an_oidc_role_gives_credentials(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "token").write_text("oidc-token")
    asked: list[Any] = []

    class StsAnswer:
        status_code = 200
        body = json.dumps(
            {
                "Credentials": {
                    "AccessKeyId": KEY_ID,
                    "AccessKeySecret": SECRET,
                    "SecurityToken": TOKEN,
                    "Expiration": "2099-01-01T00:00:00Z",
                }
            }
        ).encode()

    def do_action(request: Any, options: Any) -> Any:
        asked.append(request)
        return StsAnswer()

    # STS lies outside this machine, and its host name is the library's own.
    monkeypatch.setattr(TeaCore, "do_action", staticmethod(do_action))
    chain = ProviderChain(
        {
            "HOME": str(home),
            "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/r",
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/p",
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(home / "token"),
            "ALIBABA_CLOUD_STS_REGION": "cn-shanghai",
        }
    )
    assert got(chain) == Credential(KEY_ID, SECRET, TOKEN)
    assert asked[0].headers["host"] == "sts.cn-shanghai.aliyuncs.com"
    assert asked[0].query["OIDCToken"] == "oidc-token"
    assert asked[0].query["RoleArn"] == "acs:ram::1:role/r"
    assert "OIDC" in chain.describe()


def test_without_credentials_the_text_says_how_to_set_them_and_nothing_is_contacted(
    home: Path, connections: list[Any]
) -> None:
    with pytest.raises(CredentialsError) as caught:
        got(ProviderChain({"HOME": str(home)}))
    text = caught.value.explain()
    for word in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "aliyun configure", "serve --local"):
        assert word in text
    assert connections == [], "the ECS metadata service must not be asked unless told to"


def test_the_ecs_metadata_service_is_asked_when_told_to(
    home: Path, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library reads this from the process when it is imported; a test run may have it set.
    monkeypatch.setattr(auth_util, "environment_ecs_metadata_disabled", "false")
    for chain in (
        ProviderChain({"HOME": str(home)}, ecs_role="my-role"),
        ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA": "my-role"}),
    ):
        connections.clear()
        with pytest.raises(
            CredentialsError, match="ECS instance role: the metadata service of ECS could not be reached or read"
        ):
            got(chain)
        assert {address[0] for address in connections} == {"100.100.100.200"}


def test_the_ecs_metadata_service_can_be_switched_off(home: Path, connections: list[Any]) -> None:
    environ = {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    with pytest.raises(CredentialsError, match="switched off"):
        got(ProviderChain(environ, ecs_role="my-role"))
    assert connections == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{not json", "not valid JSON"),
        ('{"current": "x", "profiles": []}', "no such profile in the file"),
        ('{"current": "x", "profiles": [{"name": "x", "mode": "Magic"}]}', "mode “Magic” is not supported here"),
        ('{"current": "x", "profiles": [{"name": "x", "mode": "StsToken"}]}', "incomplete"),
    ],
)
def test_an_unusable_cli_profile_is_named_with_its_flaw(home: Path, content: str, reason: str) -> None:
    (home / ".aliyun").mkdir()
    (home / ".aliyun" / "config.json").write_text(content)
    with pytest.raises(CredentialsError, match=reason):
        got(ProviderChain({"HOME": str(home)}))


def test_what_a_failing_provider_says_is_not_passed_on(
    home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    leaky = {"Code": "Forbidden.Thing", "AccessKeyId": KEY_ID, "AccessKeySecret": SECRET, "SecurityToken": TOKEN}
    with caplog.at_level(logging.DEBUG), ScriptedService(usual=Answer(403, leaky)) as service:
        chain = ProviderChain({"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"})
        with pytest.raises(CredentialsError, match=r"HTTP 403 Forbidden\.Thing") as caught:
            got(chain)
    captured = capfd.readouterr()
    everything = caught.value.explain() + repr(caught.value) + caplog.text + captured.out + captured.err
    assert caught.value.__cause__ is None
    for secret in (KEY_ID, SECRET, TOKEN):
        assert secret not in everything


def test_a_credential_does_not_show_itself() -> None:
    credential = Credential(KEY_ID, SECRET, TOKEN)
    for text in (repr(credential), str(credential), f"{credential}"):
        assert not any(secret in text for secret in (KEY_ID, SECRET, TOKEN))


def test_concurrent_first_callers_share_one_look_up_that_does_not_block_the_loop(command: WaitingCommand) -> None:
    chain = ProviderChain(command.environ)
    results: list[Credential] = []

    async def main() -> None:
        async def one() -> None:
            results.append(await chain.get())

        async with anyio.create_task_group() as group:
            for _ in range(64):
                group.start_soon(one)
            await command.wait_until_begun(1)  # the loop turns while the look-up waits
            assert results == []
            command.release()

    anyio.run(main)
    assert results == [Credential(KEY_ID, SECRET, TOKEN)] * 64
    assert command.begun == 1


def test_a_caller_that_gives_up_leaves_the_look_up_to_the_next(command: WaitingCommand) -> None:
    chain = ProviderChain(command.environ)

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(chain.get)
                await command.wait_until_begun(1)
                scope.cancel()
        assert scope.cancelled_caught
        async with anyio.create_task_group() as group:
            group.start_soon(chain.get)
            command.release()
        assert (await chain.get()).access_key_id == KEY_ID

    anyio.run(main)
    assert command.begun == 1


def test_a_look_up_that_hangs_is_given_up_by_name_and_the_next_call_begins_anew(command: WaitingCommand) -> None:
    chain = ProviderChain(command.environ, look_up_seconds=0.5)

    async def main() -> None:
        with pytest.raises(CredentialsError, match=r"CLI profile waiting \(External\)[^:]* gave no credentials within"):
            await chain.get()
        await command.wait_until_begun(1)
        with pytest.raises(CredentialsError, match="gave no credentials within"):
            await chain.get()
        await command.wait_until_begun(2)
        command.release()
        await _until_found(chain)

    anyio.run(main)


def test_look_ups_that_hang_do_not_grow_in_number(command: WaitingCommand) -> None:
    chain = ProviderChain(command.environ, look_up_seconds=0.02)

    async def main() -> None:
        for _ in range(MOST_ABANDONED):
            with pytest.raises(CredentialsError, match="gave no credentials within"):
                await chain.get()
        for _ in range(5):
            with pytest.raises(CredentialsError, match="is not asked again before it answers one"):
                await chain.get()
        await command.wait_until_begun(MOST_ABANDONED)
        command.release()
        await _until_found(chain)

    anyio.run(main)
    assert command.begun == MOST_ABANDONED


def test_who_has_credentials_that_still_work_goes_on_with_them_while_their_source_hangs(home: Path) -> None:
    # Ten minutes are left: the official provider renews within the last fifteen.
    with ScriptedService(uri_answer(600), usual=Answer(fault="silent")) as service:
        clock = Clock()
        environ = {"HOME": str(home), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"}
        chain = ProviderChain(environ, monotonic=clock, look_up_seconds=2)
        first = got(chain)
        clock.now += RECHECK_SECONDS
        assert got(chain) == first
        assert service.wait_until(lambda it: it.count == 2)


async def _until_found(chain: ProviderChain) -> None:
    with anyio.fail_after(60):
        while True:
            with suppress(CredentialsError):
                assert await chain.get() == Credential(KEY_ID, SECRET, TOKEN)
                return
            await anyio.sleep(0.01)


def test_nothing_is_imported_or_looked_up_before_the_first_call() -> None:
    code = (
        "import sys\n"
        "from ims_mcp.client.ims import ImsClient\n"
        "from ims_mcp.client.credentials import ProviderChain\n"
        "ProviderChain({'ALIBABA_CLOUD_CREDENTIALS_URI': 'http://127.0.0.1:1/'})\n"
        "late = 'httpx2 httpcore2 alibabacloud_credentials alibabacloud_tea_openapi Tea aiohttp oss2'.split()\n"
        "heavy = [name for name in sys.modules if name.partition('.')[0] in late]\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_official_library_does_not_log_by_itself() -> None:
    assert refreshable.log.name == "credentials"
    got(ProviderChain(IN_ENVIRONMENT))
    assert refreshable.log.handlers == []
    assert not refreshable.log.isEnabledFor(logging.CRITICAL)
