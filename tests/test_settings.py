"""Settings: where the region comes from, what a value may be, and what is only looked for when it is needed."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.settings import ENVIRONMENT, Settings, SettingsError, checked_endpoint, read_settings
from tests.cli.running import run

KEY_PAIR = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5t", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret-secret"}
PASSWORD = "RecognisablePassword"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write_profiles(home: Path, *profiles: dict[str, Any], current: str = "p") -> dict[str, str]:
    (home / ".aliyun").mkdir()
    (home / ".aliyun" / "config.json").write_text(json.dumps({"current": current, "profiles": profiles}))
    return {"HOME": str(home)}


def profile(region_id: Any, name: str = "p", mode: str = "AK") -> dict[str, Any]:
    return {"name": name, "mode": mode, "region_id": region_id}


def test_the_region_comes_from_the_first_that_names_one(home: Path) -> None:
    environ = write_profiles(home, profile("ap-southeast-1"))
    assert read_settings({}).region_source == "CLI profile p"
    settings = read_settings(environ)
    assert (settings.region, settings.region_source) == ("ap-southeast-1", "CLI profile p")
    assert settings.endpoint_url == "https://ice.ap-southeast-1.aliyuncs.com"
    assert settings.oss_endpoint_url == "https://oss-ap-southeast-1.aliyuncs.com"
    environ["ALIBABA_CLOUD_REGION_ID"] = "cn-beijing"
    assert read_settings(environ).region_source == "ALIBABA_CLOUD_REGION_ID"
    environ["IMS_MCP_REGION"] = " cn-hangzhou\n"
    assert (read_settings(environ).region, read_settings(environ).region_source) == ("cn-hangzhou", "IMS_MCP_REGION")
    assert read_settings(environ, region="cn-shenzhen").region_source == "--region"


@pytest.mark.parametrize(
    "environ",
    [
        KEY_PAIR,
        {
            "ALIBABA_CLOUD_ROLE_ARN": "r",
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "o",
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "t",
        },
        {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"},
        {"ALIBABA_CLOUD_PROFILE": "another"},
    ],
    ids=["key pair", "OIDC role", "switched off", "another profile"],
)
def test_a_profile_that_gives_no_credentials_gives_no_region(home: Path, environ: dict[str, str]) -> None:
    write_profiles(home, profile("ap-southeast-1"))
    settings = read_settings(environ)
    assert (settings.region, settings.region_source) == ("cn-shanghai", "default")


def test_the_profile_that_the_environment_names_is_the_one(home: Path) -> None:
    write_profiles(home, profile("cn-beijing"), profile("eu-central-1", "q", "CloudSSO"))
    assert read_settings({"ALIBABA_CLOUD_PROFILE": "q"}).region == "eu-central-1"
    half = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "only the id"}
    assert read_settings({"ALIBABA_CLOUD_PROFILE": "q", **half}).region == "eu-central-1"


@pytest.mark.parametrize("region_id", [None, "", 7, "nowhere", "${REGION}", ["cn-beijing"], "cn-beijing/../x"])
def test_a_profile_without_a_region_leaves_the_default(home: Path, region_id: Any) -> None:
    write_profiles(home, profile(region_id))
    assert read_settings({}).region_source == "default"


def test_the_embedded_ims_takes_no_region_from_a_profile(home: Path) -> None:
    write_profiles(home, profile("ap-southeast-1"))
    assert read_settings({}, local=True).region == "cn-shanghai"


def test_an_endpoint_names_the_region_where_nobody_else_does(home: Path) -> None:
    write_profiles(home, profile("cn-beijing"))
    settings = read_settings({"IMS_MCP_ENDPOINT": "https://ICE.ap-southeast-1.aliyuncs.com:443/"})
    assert (settings.region, settings.region_source) == ("ap-southeast-1", "the endpoint")
    assert settings.oss_endpoint_url == "https://oss-ap-southeast-1.aliyuncs.com"
    assert settings.warnings == []
    for other in ("ice.aliyuncs.com", "127.0.0.1:9527", "ice.gateway.example"):
        assert read_settings({}, endpoint=other if "." in other[:4] else f"http://{other}").region == "cn-beijing"


def test_an_endpoint_of_another_region_than_the_one_named_is_warned_of() -> None:
    settings = read_settings({"IMS_MCP_REGION": "cn-beijing"}, endpoint="ice.ap-southeast-1.aliyuncs.com")
    assert settings.region == "cn-beijing"
    [warning] = settings.warnings
    assert "ap-southeast-1" in warning
    assert "cn-beijing (IMS_MCP_REGION)" in warning


def test_inside_a_vpc_oss_is_reached_inside_it_too() -> None:
    settings = read_settings({**KEY_PAIR}, endpoint="https://ice-vpc.cn-beijing.aliyuncs.com")
    assert settings.region == "cn-beijing"
    assert settings.oss_endpoint_url == "https://oss-cn-beijing-internal.aliyuncs.com"
    named = read_settings(
        {**KEY_PAIR, "IMS_MCP_OSS_ENDPOINT": "oss-accelerate.aliyuncs.com"}, endpoint=settings.endpoint
    )
    assert named.oss_endpoint_url == "https://oss-accelerate.aliyuncs.com"


@pytest.mark.parametrize(
    "value",
    [
        *(f"https://user:{PASSWORD}@ice.example", f"user:{PASSWORD}@ice.example", f"http://:{PASSWORD}@h"),
        *(f"https://user:{PASSWORD}/x@ice.example", f"https://user:{PASSWORD}", f"https://h/?token={PASSWORD}"),
        *(f"https://h/{PASSWORD}", f"https://h#{PASSWORD}", f"ftp://user:{PASSWORD}@h", f"https://h\\{PASSWORD}"),
        *(f"http://user:{PASSWORD}@127.0.0.1:80", f"http://user:{PASSWORD}@[::1", f"x:{PASSWORD}://@h"),
    ],
)
@pytest.mark.parametrize("setting", ["IMS_MCP_ENDPOINT", "IMS_MCP_OSS_ENDPOINT"])
def test_an_endpoint_that_is_refused_is_not_repeated_with_its_password(value: str, setting: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({setting: value})
    assert PASSWORD not in caught.value.explain()


@pytest.mark.parametrize(
    "value",
    [
        *("http://127.attacker.example", "http://127.0.0.1.example", "http://localhost.example", "http://127.1"),
        *("https://", "https://h:0", "https://h:99999", "https://h:x", "https://[::1", "https://a b", "https://h\nx"),
        *("https://h/path", "https://h?x", "https://h#x", "https://ho%20st", "\u202ehttps://h", "javascript:x"),
    ],
)
def test_an_endpoint_that_is_no_host_or_not_encrypted_is_refused(value: str) -> None:
    with pytest.raises(SettingsError):
        checked_endpoint(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("IMS_MCP_TIMEOUT_SECONDS", "IMS_MCP_MAX_WAIT_SECONDS")
            for value in (*("nan", "inf", "-inf", "1e400", "0", "-1", "abc", "9" * 5_000, "1,5", "${TIMEOUT}"),)
        ),
        ("IMS_MCP_MAX_WAIT_SECONDS", "46"),
        ("IMS_MCP_MAX_WAIT_SECONDS", "0.5"),
        *(("IMS_MCP_MAX_UPLOAD_BYTES", value) for value in ("nan", "1e9", "0", "-1", "9" * 5_000, str(2**63))),
        *((name, "${read_only}") for name in ("IMS_MCP_READ_ONLY", "IMS_MCP_LOG_LEVEL", "IMS_MCP_REGION")),
    ],
)
def test_a_value_that_cannot_be_used_is_named_shortly(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})
    assert len(caught.value.explain()) < 300
    assert caught.value.next_step


def test_the_longest_wait_is_a_number_of_its_own() -> None:
    assert Settings().max_wait_seconds is None
    assert read_settings({"IMS_MCP_MAX_WAIT_SECONDS": "4"}).max_wait_seconds == 4
    assert read_settings({"IMS_MCP_MAX_WAIT_SECONDS": "4"}, max_wait_seconds="45").max_wait_seconds == 45


def test_every_variable_that_is_listed_sets_what_it_is_called_by(tmp_path: Path) -> None:
    values = {
        "REGION": "cn-beijing",
        "ENDPOINT": "https://h",
        "OSS_ENDPOINT": "https://o",
        "TOOLSETS": "a, b",
        "TOOLS": "c",
        "EXCLUDE_TOOLS": "d",
        "READ_ONLY": "1",
        "ALLOW_DESTRUCTIVE": "yes",
        "ASK": "Page",
        "PINS": "/pins",
        "CONFIG": "/config.toml",
        "DATA_DIR": "/data",
        "STATE_DIR": "/state",
        "UPLOAD_DIRS": str(tmp_path),
        "MAX_UPLOAD_BYTES": "7",
        "TIMEOUT_SECONDS": "5",
        "MAX_WAIT_SECONDS": "4",
        "ECS_ROLE": "r",
        "LANGUAGE": "ZH",
        "AUDIT": "/audit",
        "REDIS_URL": "redis://127.0.0.1",
        "LOG_LEVEL": "DEBUG",
    }
    variables = {f"IMS_MCP_{name}": value for name, value in values.items()}
    assert list(variables) == list(ENVIRONMENT)
    assert read_settings(variables) == Settings(
        region="cn-beijing",
        region_source="IMS_MCP_REGION",
        endpoint="https://h",
        oss_endpoint="https://o",
        read_only=True,
        allow_destructive=True,
        ask="page",
        pins=Path("/pins"),
        config=Path("/config.toml"),
        data_dir=Path("/data"),
        state_dir=Path("/state"),
        upload_dirs=(tmp_path,),
        toolsets=("a", "b"),
        tools=("c",),
        exclude_tools=("d",),
        max_upload_bytes=7,
        timeout_seconds=5,
        max_wait_seconds=4,
        ecs_role="r",
        language="zh",
        audit="/audit",
        redis_url="redis://127.0.0.1",
        log_level="debug",
    )


def test_a_language_there_are_no_words_in_is_refused() -> None:
    with pytest.raises(SettingsError, match="The language “fr” is unknown") as caught:
        read_settings({"IMS_MCP_LANGUAGE": "fr"})
    assert caught.value.next_step == "Use auto, en, zh."


def test_an_upload_directory_that_is_missing_stops_only_those_who_upload(tmp_path: Path) -> None:
    good, file, missing = tmp_path / "good", tmp_path / "file", tmp_path / "missing"
    good.mkdir()
    file.touch()
    names = os.pathsep.join(map(str, (good, file, missing)))
    settings = read_settings({"IMS_MCP_UPLOAD_DIRS": names})
    assert settings.upload_dirs == (good,)
    with pytest.raises(SettingsError) as caught:
        settings.check_upload_dirs()
    assert "is not a directory" in str(caught.value)
    assert "does not exist" in str(caught.value)
    Settings(upload_dirs=(good,)).check_upload_dirs()


@pytest.mark.parametrize("name", ["~nobody-of-this-name/x", "x" * 5_000, "loop"])
def test_an_upload_directory_that_cannot_even_be_looked_at_is_a_problem_like_any_other(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    settings = read_settings({}, upload_dirs=[name])
    assert settings.upload_dirs == ()
    assert len(settings.upload_dir_problems) == 1


def test_an_upload_directory_that_holds_everything_is_warned_of(home: Path) -> None:
    (home / "videos").mkdir()
    assert read_settings({}, upload_dirs=[str(home / "videos")]).warnings == []
    assert "whole home directory" in read_settings({}, upload_dirs=["~"]).warnings[0]
    assert "whole home directory" in read_settings({}, upload_dirs=[str(home.parent)]).warnings[0]
    assert "this whole machine" in read_settings({}, upload_dirs=["/"]).warnings[0]


def test_directories_of_ones_own_are_looked_for_when_they_are_needed(home: Path) -> None:
    assert Settings().data_dir == home / ".local/share/ims-mcp"
    assert read_settings({"XDG_STATE_HOME": "/var/x"}).state_dir == Path("/var/x/ims-mcp")
    assert read_settings({"XDG_STATE_HOME": "relative"}).state_dir == home / ".local/state/ims-mcp"
    assert replace(read_settings({"IMS_MCP_DATA_DIR": "~/d"}), read_only=True).data_dir == home / "d"
    assert Settings(data_dir=Path("/d")) == Settings(data_dir=Path("/d"))
    assert Settings(data_dir=Path("/d")) != Settings(data_dir=Path("/e"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("search", "register", "media"), ""),
        (("tools",), ""),
        (
            ("call", "GetMediaInfo", "--MediaId", "x", "--endpoint", "http://127.0.0.1:9"),
            "No Alibaba Cloud credentials",
        ),
        (("doctor", "--endpoint", "http://127.0.0.1:9"), ""),
        (("doctor", "--local"), "--data-dir"),
        (("serve", "--upload-dir", "/"), "--state-dir"),
        (("call", "GetMediaInfo", "--MediaId", "x", "--local"), "--data-dir"),
    ],
)
def test_without_a_home_directory_nothing_ends_in_a_traceback(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user has neither HOME nor an entry in the table of users, as in a container."""

    def no_entry(uid: int) -> None:
        raise KeyError(uid)

    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_entry)
    ended = run(*words, home=None)
    assert not re.search("Traceback|bug", ended.stderr + ended.stdout)
    assert said in ended.stderr + ended.stdout
    assert (ended.returncode == 0) is (words[0] in ("search", "tools"))
