"""CLI profiles that give no credentials: each says why and what to do, by what the installed official library does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from Tea.core import TeaCore

from ims_mcp.aliyun_profile import UnreadableConfig, read_profile
from ims_mcp.client.credentials import Credential, ProviderChain
from ims_mcp.errors import CredentialsError
from tests.client.conftest import KEY_ID, SECRET, TOKEN
from tests.client.scripted_service import Answer, ScriptedService, unused_port

KEYS = {"access_key_id": KEY_ID, "access_key_secret": SECRET}
NOBODY = f"http://127.0.0.1:{unused_port()}"


def config(*profiles: dict[str, Any]) -> str:
    return json.dumps({"current": "p", "profiles": [{"name": "p", **profiles[0]}, *profiles[1:]]})


def fail(home: Path, content: str | bytes, **environment: str) -> str:
    """The text that ends a look-up with this ``config.json``."""
    (home / ".aliyun").mkdir(exist_ok=True)
    (home / ".aliyun" / "config.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CredentialsError) as caught:
        anyio.run(ProviderChain({"HOME": str(home), **environment}).get)
    text = caught.value.explain()
    assert not [part for part in (KEY_ID, SECRET, TOKEN) if part in text]
    assert "Traceback" not in text
    return text


@dataclass
class _StsAnswer:
    status_code: int
    body: bytes


def sso(**more: Any) -> dict[str, Any]:
    return {
        "mode": "CloudSSO",
        "cloud_sso_sign_in_url": f"{NOBODY}/start",
        "cloud_sso_account_id": "1",
        "cloud_sso_access_config": "ac",
        "access_token": TOKEN,
        "cloud_sso_access_token_expire": int(time.time()) + 3600,
        **more,
    }


@pytest.mark.parametrize(
    "change",
    [{"cloud_sso_access_token_expire": 1}, {"cloud_sso_access_token_expire": 0}, {"access_token": None}],
    ids=["ended", "never", "no token"],
)
def test_a_cloud_sso_login_that_has_ended_says_how_to_log_in_again(tmp_path: Path, change: dict[str, Any]) -> None:
    text = fail(tmp_path, config(sso(**change)))
    assert "CloudSSO login has ended; log in again: `aliyun configure --profile p --mode CloudSSO`" in text
    assert "key pair" not in text.partition("CLI profile")[2].partition(";")[0]


def test_a_cloud_sso_login_that_the_service_refuses_says_how_to_log_in_again(tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(401, {"ErrorCode": "Unauthorized"})) as service:
        text = fail(tmp_path, config(sso(cloud_sso_sign_in_url=service.url)))
    assert "CloudSSO login has ended (HTTP 401); log in again" in text


def test_a_profile_on_top_of_an_ended_login_names_the_profile_to_log_in_with(tmp_path: Path) -> None:
    top = {"mode": "ChainableRamRoleArn", "source_profile": "below", "ram_role_arn": "acs:ram::1:role/r"}
    text = fail(tmp_path, config(top, {"name": "below", **sso(cloud_sso_access_token_expire=1)}))
    assert "`aliyun configure --profile below --mode CloudSSO`" in text


def test_an_oauth_login_that_was_never_made_says_how_to_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The service lies outside this machine and its address is the library's own; its answer is what is at stake.
    refusal = json.dumps({"error": "invalid_grant", "refresh_token": TOKEN}).encode()
    monkeypatch.setattr(TeaCore, "do_action", staticmethod(lambda *_: _StsAnswer(400, refusal)))
    text = fail(tmp_path, config({"mode": "OAuth", "oauth_refresh_token": TOKEN, "oauth_site_type": "CN"}))
    assert (
        "OAuth login has ended (HTTP 400 invalid_grant); log in again: `aliyun configure --profile p --mode OAuth`"
        in text
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo no JSON", "its External command printed no JSON"),
        ("sh -c 'echo RecognisableSecretOfTheTest; exit 3'", "its External command failed (exit status 3)"),
        ("/nowhere/at-all --x", "its External command could not be run"),
        ("echo '{}'", "its External command printed no key pair"),
        ("echo 'unbalanced", "its External command could not be run"),
        ("", "it names no External command"),
        ("echo '[1]'", "something in it, or in what it got, is missing or of the wrong kind (AttributeError)"),
    ],
)
def test_an_external_command_that_gives_nothing_says_why(tmp_path: Path, command: str, said: str) -> None:
    text = fail(tmp_path, config({"mode": "External", "process_command": command}))
    assert said in text
    assert "the file is not valid JSON" not in text


@pytest.mark.parametrize(
    ("mode", "way_out"),
    [
        ("CredentialsURI", "set ALIBABA_CLOUD_CREDENTIALS_URI"),
        ("RsaKeyPair", "make a profile of mode AK or RamRoleArn"),
        ("Magic", "make a profile of another mode (AK, "),
        ("", "make a profile of another mode (AK, "),
    ],
)
def test_a_mode_that_is_not_supported_is_named_with_a_way_out(tmp_path: Path, mode: str, way_out: str) -> None:
    text = fail(tmp_path, config({"mode": mode, **KEYS}))
    assert f"its mode “{mode}” is not supported here; {way_out}" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf" + config({"mode": "AK", **KEYS}).encode(), "begins with a byte order mark"),
        (config({"mode": "AK", **KEYS}).encode("utf-16"), "begins with a byte order mark"),
        ('{"current": "p", "profiles": [{"name": "密钥"}]}'.encode("gbk"), "is not UTF-8 (GBK, perhaps)"),
        ('{"current":\n "p",, }', "is not valid JSON (line 2)"),
        ("", "is not valid JSON (line 1)"),
        ("[]", "holds no JSON object"),
        ("null", "holds no JSON object"),
        ('{"profiles": [{"name": "p", "mode": "AK"}]}', "names no current profile"),
        ('{"current": "p", "profiles": {"p": 1}}', "there is no such profile in the file"),
        ('{"current": "p", "profiles": [1, null, {"name": 7}]}', "there is no such profile in the file"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_a_profile_file_that_cannot_be_read_says_what_is_wrong_with_it(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert f"the file {said}".replace("the file there", "there") in fail(tmp_path, content)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_pipe_in_the_place_of_the_profile_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "config.json"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableConfig, match="there is no such file"):
        read_profile(pipe, "p")


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ([{"mode": "StsToken", **KEYS}], "something in it, or in what it got, is missing or of the wrong kind"),
        ([{"mode": "RamRoleArn", **KEYS}], "something in it, or in what it got, is missing or of the wrong kind"),
        (
            [{"mode": "OIDC", "oidc_provider_arn": "a", "oidc_token_file": "/nowhere/t", "ram_role_arn": "r"}],
            "the file /nowhere/t cannot be read (No such file or directory)",
        ),
        *(
            (
                [{"mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": source}],
                "its source_profile leads to no profile with keys of its own",
            )
            for source in ("", "p", "nobody")
        ),
    ],
)
def test_a_profile_that_lacks_something_is_told_from_a_service_that_refuses(
    tmp_path: Path, profiles: list[dict[str, Any]], said: str
) -> None:
    assert said in fail(tmp_path, config(*profiles))


def test_a_file_that_the_systems_encoding_garbles_says_so(tmp_path: Path) -> None:
    (tmp_path / ".aliyun").mkdir()
    content = json.dumps(
        {"current": "p", "profiles": [{"name": "p", "mode": "AK", **KEYS, "x": "密钥"}]}, ensure_ascii=False
    )
    (tmp_path / ".aliyun" / "config.json").write_text(content, encoding="utf-8")
    code = (
        "import anyio\n"
        "from ims_mcp.client.credentials import ProviderChain\n"
        f"anyio.run(ProviderChain({{'HOME': {str(tmp_path)!r}}}).get)\n"
    )
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert "the file is UTF-8 and this system's Python reads another encoding; set PYTHONUTF8=1" in ended.stderr


def test_a_role_that_cannot_be_assumed_says_whom_it_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # STS lies outside this machine, and its host name is the library's own.
    refusal = json.dumps({"Code": "NoPermission", "Message": f"not with {SECRET}"}).encode()
    monkeypatch.setattr(TeaCore, "do_action", staticmethod(lambda *_: _StsAnswer(403, refusal)))
    profile = {"mode": "RamRoleArn", **KEYS, "ram_role_arn": "acs:ram::1:role/r"}
    assert "STS for the role of RamRoleArn answered HTTP 403 NoPermission" in fail(tmp_path, config(profile))
    token_file = tmp_path / "token"
    role = {
        "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/r",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/p",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(token_file),
        "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true",
    }
    assert f"the file {token_file} cannot be read (No such file or directory)" in fail(tmp_path, "{}", **role)


def test_a_credentials_uri_says_whether_it_is_away_or_answers_something_else(tmp_path: Path) -> None:
    assert "the address could not be reached or read (the connection was refused)" in fail(
        tmp_path, "{}", ALIBABA_CLOUD_CREDENTIALS_URI=f"{NOBODY}/keys"
    )
    with ScriptedService(usual=Answer(200, b"<html>")) as service:
        assert "the address answered something that is not JSON" in fail(
            tmp_path, "{}", ALIBABA_CLOUD_CREDENTIALS_URI=f"{service.url}/keys"
        )


@pytest.mark.parametrize(
    "placeholder",
    [
        *(
            "${env:ALIYUN_AK}",
            "${ALIYUN_AK}",
            "$ALIYUN_AK",
            "$(pass show ak)",
            "{{ak}}",
            "{ak}",
            "<your-access-key-id>",
        ),
        *("'LTAI5tRecognisableKeyId'", '"LTAI5tRecognisableKeyId"', "`cat key`", "%ALIYUN_AK%", "op://vault/ak/id"),
        *(
            "your-access-key-id",
            "YOUR_ACCESS_KEY_ID",
            "yourAccessKeyId",
            "access_key_id",
            "AccessKeySecret",
            "my-key-id",
        ),
        *(
            "<AK>",
            "xxxxxxxx",
            "XXXX",
            "****",
            "...",
            "env:ALIYUN_AK",
            "change-me",
            "changeme-please",
            "replace_me",
        ),
    ],
)
def test_a_placeholder_is_refused_by_the_variable_it_stands_in_before_anything_is_sent(
    tmp_path: Path, placeholder: str
) -> None:
    names = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")
    for name in names:
        keys = dict(zip(names, (KEY_ID, SECRET, TOKEN), strict=True)) | {name: placeholder}
        # The profile below would do, and is another account's perhaps.
        text = fail(tmp_path, config({"mode": "AK", **KEYS}), **keys)
        assert f"did not fill in the placeholder for the credentials: {name}" in text
        assert placeholder not in text


def test_a_placeholder_in_a_profile_is_named_by_its_field(tmp_path: Path) -> None:
    text = fail(tmp_path, config({"mode": "AK", "access_key_id": KEY_ID, "access_key_secret": "<secret>"}))
    assert "access_key_secret (CLI profile p (AK) of ~/.aliyun/config.json)" in text


@pytest.mark.parametrize(
    "secret",
    [
        "yourSecretKeyOf30LettersByChance",
        "abcKeyIdsecretYOURxyzTOKEN1234",
        "CAIS/your+token/xxx==",
        "keychainX9secretly",
    ],
)
def test_a_key_that_only_sounds_like_a_placeholder_is_a_key(tmp_path: Path, secret: str) -> None:
    environ = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret, "HOME": str(tmp_path)}
    assert anyio.run(ProviderChain(environ).get) == Credential(KEY_ID, secret)
