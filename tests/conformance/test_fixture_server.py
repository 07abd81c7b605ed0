"""The fixtures answer beside this server's own tools, and the script judges what the suite has written."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import ElicitResult

from tests.conformance.fixture_server import serve_fixtures
from tests.server.connected import ERAS, Era, content_of, text_of


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_fixtures_stand_beside_the_servers_own(era: Era) -> None:
    async with serve_fixtures() as to, Client(to.url, mode=era) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert {"find_media", "test_simple_text"} <= set(names)
        assert "simple text response" in text_of(await client.call_tool("test_simple_text", {}))
        assert content_of(await client.call_tool("describe_operation", {"operation": "GetMediaInfo"}))
        read = await client.read_resource("test://template/7/data")
        assert '"id": "7"' in read.model_dump_json().replace("\\", "")


@pytest.mark.anyio
async def test_a_fixture_asks_in_rounds() -> None:
    asked: list[str] = []

    async def answer(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"name": "Ann", "color": "red"})

    async with (
        serve_fixtures() as to,
        Client(to.url, mode="2026-07-28", elicitation_callback=answer) as client,
    ):
        done = await client.call_tool("test_input_required_result_multi_round", {})
    assert [each[:6] for each in asked] == ["Step 1", "Step 2"]
    assert not done.is_error


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "scripts"))
    return importlib.import_module("conformance")


@pytest.mark.parametrize(
    ("scenario", "statuses", "outcome"),
    [
        ("ping", ["SUCCESS", "SUCCESS"], "passed"),
        ("ping", ["SUCCESS", "WARNING"], "failed"),
        ("ping", ["SUCCESS", "FAILURE"], "failed"),
        ("ping", ["SKIPPED"], "passed"),
        ("resources-subscribe", ["FAILURE"], "not announced"),
        ("resources-subscribe", [], "not announced"),
        ("resources-subscribe", ["SUCCESS"], "passed"),
    ],
)
def test_a_scenario_is_judged_by_its_checks(script: Any, scenario: str, statuses: list[str], outcome: str) -> None:
    checks = [{"id": "one", "status": status, "errorMessage": "why"} for status in statuses]
    assert script.judge("2025-11-25", scenario, checks).outcome == outcome


def test_without_a_registry_nothing_is_run_and_that_is_said(
    script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    assert script.main() == 0
    assert "was not run: its registry cannot be reached" in capsys.readouterr().out
