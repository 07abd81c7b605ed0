"""`doctor` with the arguments of a client: every part of a first call, what to do, and no word against itself."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.cli.running import KEYS, run
from tests.client.scripted_service import Answer, ScriptedService, refusal, unused_port
from tests.config.written import write_config
from tests.local_uploads.source import serving
from tests.redis_server import RedisServer
from tests.tenants.accounts import Keys, write_accounts


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService(usual=Answer(body={"MediaInfos": [], "TotalCount": 7, "RequestId": "r"})) as running:
        yield running


def look(home: Path, *words: str, **environment: str) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and what is said by what it is about: ``{"proxy": ["ok none"]}``."""
    ended = run("doctor", *words, home=home, **environment)
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "`ims-mcp doctor`" not in ended.stdout
    found: dict[str, list[str]] = {}
    for line in ended.stdout.splitlines():
        if line.lstrip().startswith("->"):
            found[next(reversed(found))][-1] += line.strip().removeprefix("->")
        else:
            found.setdefault(line[6:18].strip(), []).append(f"{line[:4].strip()} {line[19:]}")
    return ended.returncode, found


def test_the_arguments_of_a_client_can_be_put_behind_it(service: ScriptedService, tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    code, found = look(
        tmp_path,
        *("serve", "--endpoint", service.url, "--upload-dir", str(tmp_path / "videos"), "--toolsets", "all"),
        *("--tools", "delete_media_infos", "--exclude-tools", "get_play_info", "--read-only", "--allow-destructive"),
        *("--max-upload-bytes", "1000000", "--state-dir", str(tmp_path / "state"), "--max-wait-seconds", "4"),
        *("--oss-endpoint", "oss-cn-beijing.aliyuncs.com", "--ecs-role", "r", "--log-level", "error"),
        **KEYS,
    )
    assert code == 0
    assert {word.split()[0] for said in found.values() for word in said} == {"ok"}
    assert f"{tmp_path / 'state'} can be written" in found["state dir"][0]
    assert f"files below {tmp_path / 'videos'} may be uploaded" in found["upload dir"][0]
    assert not (tmp_path / "state").exists(), "looking leaves nothing behind"


def test_a_redis_is_asked_for_a_sign_of_life(service: ScriptedService, tmp_path: Path) -> None:
    with RedisServer("HiddenPassword1") as redis:
        words = ("serve", "--http", "--redis", redis.url, "--endpoint", service.url)
        code, found = look(tmp_path, *words, **KEYS)
        assert (code, found["redis"]) == (0, [f"ok Redis at “redis://127.0.0.1:{redis.port}” answers"])
        redis.kill()
        code, found = look(tmp_path, *words, **KEYS)
    assert (code, found["redis"][0][:4]) == (1, "FAIL")
    assert "HiddenPassword1" not in str(found)


def test_a_redis_that_gives_up_keys_is_told(service: ScriptedService, tmp_path: Path) -> None:
    with RedisServer(eviction="volatile-lru") as redis:
        code, found = look(tmp_path, "serve", "--http", "--redis", redis.url, "--endpoint", service.url, **KEYS)
    assert code == 0
    assert found["redis"][0].startswith("note")
    assert "before their time (volatile-lru)" in found["redis"][0]


def test_toolsets_and_tools_that_do_not_exist_are_told(service: ScriptedService, tmp_path: Path) -> None:
    for words in (("--toolsets", "every"), ("--tools", "no_such_tool")):
        code, found = look(tmp_path, "--endpoint", service.url, *words, **KEYS)
        assert (code, found["tools"][0][:4]) == (1, "FAIL")
        assert "7 assets" in found["a read"][0], "the rest is looked at all the same"


def test_directories_that_cannot_be_used_are_told(service: ScriptedService, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, found = look(
        tmp_path,
        *("--endpoint", service.url, "--state-dir", str(tmp_path / "file" / "below")),
        *("--upload-dir", str(tmp_path / "missing"), "--upload-dir", "/", "--upload-dir", str(tmp_path)),
        **KEYS,
    )
    assert code == 1
    assert found["state dir"][0].startswith("FAIL")
    assert "--state-dir" in found["state dir"][0]
    assert [said for said in found["upload dir"] if "does not exist" in said and said.startswith("FAIL")]
    assert [said for said in found["settings"] if said.startswith("note") and "this whole machine" in said]
    assert [said for said in found["settings"] if said.startswith("note") and "whole home directory" in said]
    assert "7 assets" in found["a read"][0]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a directory in which even root makes nothing")
def test_a_state_directory_that_uploads_could_not_use_is_not_called_writable(
    service: ScriptedService, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "transfers").symlink_to(tmp_path / "gone" / "away")
    for state_dir in (tmp_path / "state", Path("/proc/self/ims-mcp")):
        code, found = look(tmp_path, "--endpoint", service.url, "--state-dir", str(state_dir), **KEYS)
        assert code == 1
        assert found["state dir"][0].startswith("FAIL")


def test_a_missing_credential_is_told_once(service: ScriptedService, tmp_path: Path) -> None:
    code, found = look(tmp_path, "--endpoint", service.url)
    assert code == 1
    assert found["credentials"][0].startswith("FAIL No Alibaba Cloud credentials")
    assert found["a read"] == ["note not tried: it needs credentials"]
    assert found["endpoint"][0].startswith("ok")
    assert str(found).count("ALIBABA_CLOUD_ACCESS_KEY_ID and") == 2, "why it was not found, and what to set"


def test_a_clock_that_is_off_is_said_and_contradicts_nothing(service: ScriptedService, tmp_path: Path) -> None:
    service.script(
        Answer(headers={"date": formatdate(time.time() + 1200, usegmt=True)}),
        refusal(400, "InvalidTimeStamp.Expired", headers={"date": formatdate(time.time() + 1200, usegmt=True)}),
    )
    code, found = look(tmp_path, "--endpoint", service.url, **KEYS)
    assert code == 0
    assert re.match(r"note -1[12]\d\d s off", found["clock"][0])
    assert "put their dates right by themselves" in found["clock"][0]
    assert found["endpoint"][0].startswith("ok")
    assert "7 assets" in found["a read"][0]


def test_the_region_and_where_it_comes_from_are_shown(tmp_path: Path) -> None:
    (tmp_path / ".aliyun").mkdir()
    content = {
        "current": "p",
        "profiles": [{"name": "p", "mode": "External", "process_command": "false", "region_id": "cn-beijing"}],
    }
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps(content))
    proxy = f"http://user:RecognisableProxyPassword@127.0.0.1:{unused_port()}"
    code, found = look(tmp_path, https_proxy=proxy)
    assert code == 1
    assert found["settings"] == ["ok region cn-beijing (CLI profile p), https://ice.cn-beijing.aliyuncs.com"]
    assert "its External command failed (exit status 1)" in found["credentials"][0]
    assert "RecognisableProxyPassword" not in str(found)
    _, found = look(
        tmp_path, "--region", "eu-central-1", "--endpoint", "ice.ap-southeast-1.aliyuncs.com", https_proxy=proxy
    )
    assert "eu-central-1 (--region)" in found["settings"][0]
    assert found["settings"][1].startswith(
        "note The endpoint https://ice.ap-southeast-1.aliyuncs.com is in ap-southeast-1"
    )


def test_the_proxy_is_shown_with_its_variable_and_so_is_its_refusal(tmp_path: Path) -> None:
    port = unused_port()
    code, found = look(tmp_path, "--region", "cn-beijing", **KEYS, https_proxy=f"http://127.0.0.1:{port}")
    assert code == 1
    assert found["proxy"] == [f"ok the proxy 127.0.0.1:{port} of https_proxy"]
    assert f"the proxy 127.0.0.1:{port} of https_proxy refused the connection" in found["endpoint"][0]
    assert found["a read"] == ["note not tried: it needs an endpoint that answers"]


@pytest.mark.parametrize(
    ("what", "environment"),
    [
        ("proxy", {"https_proxy": "http://a b:1"}),
        ("proxy", {"all_proxy": "socks4://127.0.0.1:1"}),
        ("proxy", {"ALL_PROXY": "http://127.0.0.1:nineteen"}),
        ("certificates", {"SSL_CERT_FILE": "/nowhere/ca.pem", "https_proxy": "127.0.0.1:1"}),
        ("certificates", {"SSL_CERT_FILE": __file__, "https_proxy": "127.0.0.1:1"}),
    ],
)
def test_what_stands_in_the_way_out_is_named_by_its_variable(
    tmp_path: Path, what: str, environment: dict[str, str]
) -> None:
    code, found = look(tmp_path, **KEYS, **environment)
    assert code == 1
    assert found[what][0].startswith(f"FAIL {next(iter(environment))} names")
    assert "endpoint" not in found


def test_a_redirection_is_no_answer_of_ims(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(302, b"", {"location": "https://login.example/"})
    code, found = look(tmp_path, "--endpoint", service.url, **KEYS)
    assert code == 1
    assert "a redirection" in found["endpoint"][0]
    assert service.count == 1


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "SignatureDoesNotMatch"),
        refusal(401, "SomeCode"),
        refusal(400, "InvalidTimeStamp.Expired", headers={"date": ""}),
        Answer(404, b"<html>nothing here</html>"),
        refusal(404, "InvalidAccessKeyId.NotFound"),
        refusal(400, "InvalidSecurityToken.Expired"),
        refusal(403, "NoPermission", "no", AccessDeniedDetail={"AuthAction": "ice:ListMediaBasicInfos"}),
        refusal(403, "InvalidAccount.Suspended"),
        refusal(429, "Throttling.User"),
        refusal(503, "ServiceUnavailable"),
        refusal(404, "InvalidAction.NotFound"),
        Answer(200, b"<html>log in</html>"),
        Answer(200, b"", {"content-type": ""}),
    ],
    ids=[
        *("secret", "401", "clock", "page", "key", "token", "permission", "suspended", "throttled", "503", "product"),
        *("portal", "empty"),
    ],
)
def test_what_the_service_refuses_says_what_to_do_and_sends_nobody_back_here(
    service: ScriptedService, tmp_path: Path, answer: Answer
) -> None:
    service.usual = answer
    code, found = look(tmp_path, "--endpoint", service.url, **KEYS)
    assert code == 1
    assert found["a read"][0].startswith("FAIL")
    assert not found["a read"][0].rstrip().endswith(";")


def test_an_endpoint_that_speaks_no_tls_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    with serving() as plain:
        code, found = look(tmp_path, "--endpoint", plain.url.replace("http:", "https:"), **KEYS)
    assert code == 1
    assert found["endpoint"][0].startswith("FAIL")
    assert "SSL" in found["endpoint"][0] or "TLS" in found["endpoint"][0]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="a machine without IPv6")
def test_an_endpoint_may_be_an_ipv6_address(tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(body={"MediaInfos": [], "TotalCount": 7}), host="::1") as service:
        code, found = look(tmp_path, "--endpoint", service.url, **KEYS)
    assert code == 0
    assert {said.split()[0] for all_said in found.values() for said in all_said} == {"ok"}


def test_placeholders_are_told_and_nothing_is_sent_with_them(service: ScriptedService, tmp_path: Path) -> None:
    code, found = look(tmp_path, "--endpoint", service.url, **{**KEYS, "ALIBABA_CLOUD_ACCESS_KEY_ID": "${env:AK}"})
    assert code == 1
    assert "did not fill in the placeholder for the credentials: ALIBABA_CLOUD_ACCESS_KEY_ID" in found["credentials"][0]
    assert [arrived.action for arrived in service.arrived] == [""]


def test_with_local_the_embedded_ims_is_looked_at(tmp_path: Path) -> None:
    code, found = look(tmp_path, "--local", "--data-dir", str(tmp_path / "data"), https_proxy="http://127.0.0.1:1")
    assert code == 0, found
    assert found["proxy"] == ["ok none"]
    assert "certificates" not in found
    assert "data dir" in found
    assert "0 assets" in found["a read"][0]


def test_a_data_directory_that_is_somebody_elses_is_called_good_by_no_line(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "film.mp4").touch()
    code, found = look(tmp_path, "--local", "--data-dir", str(tmp_path / "videos"))
    assert code == 1
    assert found["endpoint"][0].startswith("FAIL")
    assert "it is not a data directory of the embedded IMS" in found["endpoint"][0]
    assert "data dir" not in found


@pytest.mark.skipif(os.name == "nt", reason="a name that is no text can only be made where names are bytes")
def test_a_directory_whose_name_is_no_text_is_no_traceback(service: ScriptedService, tmp_path: Path) -> None:
    directory = tmp_path / os.fsdecode(b"\xff\xfe\x1b[31m")
    directory.mkdir()
    code, found = look(tmp_path, "--endpoint", service.url, "--upload-dir", str(directory), **KEYS)
    assert code == 0
    assert "\x1b" not in str(found)


def test_each_account_of_a_configuration_file_is_read_and_told_by_its_name(
    service: ScriptedService, tmp_path: Path
) -> None:
    path = write_accounts(tmp_path, {"east": service.url, "west": "http://127.0.0.1:9"}, regions=["cn-beijing"])
    code, found = look(tmp_path, "serve", "--config", str(path), "--toolsets", "core", IMS_MCP_TIMEOUT_SECONDS="5")
    assert code == 1
    east, west = found["account"]
    assert east.startswith(
        "ok east in cn-beijing: ListMediaBasicInfos works: 7 assets in the library, with CLI profile"
    )
    assert west.startswith("FAIL west in cn-beijing: ")
    assert found["settings"][0].startswith(f"ok the accounts of {path}")
    assert "credentials" not in found, "nothing is looked for that no account has"
    assert [request.action for request in service.arrived] == ["ListMediaBasicInfos"]
    assert Keys("east").key_id in service.arrived[0].headers["authorization"]
    path.write_text(path.read_text(encoding="utf-8").replace('profile = "west"', 'profile = "none"'), encoding="utf-8")
    _, found = look(tmp_path, "--config", str(path))
    assert "none" in found["account"][1]


def test_mistakes_of_a_configuration_file_are_told_each(service: ScriptedService, tmp_path: Path) -> None:
    path = write_config(tmp_path, '[accounts.east]\nregion = "x"\n[[grants]]\naccounts = ["west"]\n')
    code, found = look(tmp_path, "--config", str(path))
    assert code == 1
    places = [line.removeprefix("FAIL ").partition(":")[0] for line in found["config"]]
    assert places == ["accounts.east.region", "grants[0]", "grants[0].accounts[0]"]
    good = write_accounts(tmp_path, {"east": service.url})
    code, found = look(tmp_path, "--config", str(good), "--endpoint", service.url)
    assert code == 1
    assert "--endpoint cannot be used with --config" in found["config"][0]
