"""The commands of the terminal: `call`, `tools`, `doctor`, `local`, and what they say when something is off."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import KEYS, run, run_process
from tests.client.scripted_service import Answer, ScriptedService, refusal


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


def test_call_sends_pairs_and_prints_the_shaped_result(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(body={"MediaInfos": [{"MediaId": "m1"}, {"MediaId": "m2"}], "RequestId": "r"})
    called = run(
        *("call", "ListMediaBasicInfos", "--MaxResults", "2", "--Status=Normal", "--query", "MediaInfos[].MediaId"),
        *("--endpoint", service.url),
        home=tmp_path,
        **KEYS,
    )
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout) == {"result": ["m1", "m2"]}
    assert service.arrived[0].query == {"IncludeFileBasicInfo": "True", "MaxResults": "2", "Status": "Normal"}


def test_call_takes_json_and_pairs_win_over_it(service: ScriptedService, tmp_path: Path) -> None:
    called = run(
        *("call", "get_play_info", "--json", '{"MediaId": "a", "AuthTimeout": 60}', "--MediaId", "b"),
        *("--endpoint", service.url),
        home=tmp_path,
        **KEYS,
    )
    assert called.returncode == 0, called.stderr
    assert service.arrived[0].query == {"MediaId": "b", "AuthTimeout": "60"}


def test_call_raw_prints_the_response_as_it_came(service: ScriptedService, tmp_path: Path) -> None:
    body = {"MediaInfo": {"MediaBasicInfo": {"UserData": '{"a":1}'}}, "RequestId": "r"}
    service.usual = Answer(body=body)
    called = run("call", "GetMediaInfo", "--MediaId", "m", "--raw", "--endpoint", service.url, home=tmp_path, **KEYS)
    assert json.loads(called.stdout) == body


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("call", "GetMediaInfos"), "Did you mean"),
        (("call", "GetMediaInfo"), "MediaId / InputURL: give at least one"),
        (("call", "GetMediaInfo", "--MediaID", "x"), "did you mean MediaId?"),
        (("call", "GetMediaInfo", "--json", "{"), "--json: is not valid JSON"),
        (("call", "GetMediaInfo", "--json", "[]"), "--json: has to be an object"),
        (("call", "GetMediaInfo", "--MediaId"), "--MediaId: has no value"),
        (("call", "GetMediaInfo", "stray"), "stray: is not a --Name value pair"),
        (("call", "DeleteMediaInfos", "--MediaIds", "x"), "nobody confirmed it"),
        (("call", "DeleteMediaInfos", "--MediaIds", "x", "--yes", "--read-only"), "read-only mode"),
    ],
)
def test_a_call_that_cannot_be_made_says_why_and_sends_nothing(
    words: tuple[str, ...], part: str, service: ScriptedService, tmp_path: Path
) -> None:
    called = run(*words, "--endpoint", service.url, home=tmp_path, **KEYS)
    assert called.returncode in (1, 2)
    assert part in called.stderr
    assert called.stdout == ""
    assert service.count == 0


def test_a_confirmed_destructive_call_is_sent(service: ScriptedService, tmp_path: Path) -> None:
    called = run(
        *("call", "DeleteMediaInfos", "--MediaIds", "x", "--yes", "--endpoint", service.url), home=tmp_path, **KEYS
    )
    assert called.returncode == 0, called.stderr
    # What it is called is read first, and told in the answer.
    assert [request.action for request in service.arrived] == ["BatchGetMediaInfos", "DeleteMediaInfos"]


def test_tools_prints_each_tool_with_its_bytes_and_the_whole(tmp_path: Path) -> None:
    printed = run("tools", home=tmp_path)
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert len(lines) == 24
    as_json = run("tools", "--json", home=tmp_path)
    assert f"{len(as_json.stdout.strip().encode()):,} B" in lines[-1]


def test_doctor_names_the_source_of_credentials_and_that_all_is_well(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(body={"MediaInfos": [], "TotalCount": 7, "RequestId": "r"})
    said = run_process("doctor", "--endpoint", service.url, home=tmp_path, **KEYS)
    assert said.returncode == 0, said.stdout + said.stderr
    assert {line[:4] for line in said.stdout.splitlines()} == {"ok  "}
    assert "7 assets" in said.stdout
    assert not [secret for secret in KEYS.values() if secret in said.stdout + said.stderr]


def test_doctor_says_what_to_do_about_everything_that_is_off(tmp_path: Path) -> None:
    said = run("doctor", "--endpoint", "http://127.0.0.1:9", home=tmp_path)
    assert said.returncode == 1
    assert said.stdout.count("FAIL") == said.stdout.count("->") == 2
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in said.stdout


def test_doctor_tells_what_the_service_says(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = refusal(403, "Forbidden.SubscriptionRequired", "not activated")
    said = run("doctor", "--endpoint", service.url, home=tmp_path, **KEYS)
    assert said.returncode == 1
    assert "Forbidden.SubscriptionRequired" in said.stdout


def test_local_prints_environment_lines_that_point_a_client_at_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ims_mcp",
            "local",
            "--port",
            "0",
            "--data-dir",
            str(tmp_path / "data"),
            "--processing-delay",
            "0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(7)]
        exported = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        assert set(exported) >= {*KEYS, "IMS_MCP_ENDPOINT"}
        called = run("call", "ListMediaBasicInfos", home=tmp_path, **exported)
        assert called.returncode == 0, called.stderr
        assert json.loads(called.stdout)["total"] == 0
        found = run("call", "GetMediaInfo", "--MediaId", "0" * 32, home=tmp_path, **exported)
        assert found.returncode == 1
        assert "ResourceNotFound" in found.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_serve_and_call_start_the_embedded_ims_when_first_needed_and_take_it_down(tmp_path: Path) -> None:
    data = tmp_path / "data"
    called = run_process("call", "ListMediaBasicInfos", "--local", "--data-dir", str(data), home=tmp_path)
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout)["total"] == 0
    assert not (data / "endpoint.json").exists()
