"""Traces and metrics of a server that runs, as a collector on loopback gets them; and what they cost where unwanted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError

from ims_mcp.telemetry.observer import BUCKETS
from tests.cli.running import KEYS, clean_environment, without_measuring
from tests.client.scripted_service import REQUEST_ID, ScriptedService, refusal, unused_port
from tests.http.served import call
from tests.http.test_command import POSIX, started
from tests.server.connected import text_of
from tests.telemetry.collector import collecting, read_attributes

pytestmark = pytest.mark.anyio
MEDIA_ID = "4aabe1804a6771ef9748f6f7d6496301"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
META: Any = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
MODULES = """
import sys
from ims_mcp.cli import main
{before}
main(["serve"])
print(*sorted(name for name in sys.modules if name.startswith("opentelemetry.")), file=sys.stderr)
"""


@asynccontextmanager
async def serving(home: Path, endpoint: str, log: Path, **environment: str) -> AsyncGenerator[Client]:
    env = clean_environment(home, **KEYS, **environment)
    words = ["-m", "ims_mcp", "serve", "--endpoint", endpoint]
    parameters = StdioServerParameters(command=sys.executable, args=words, env=env)
    with log.open("w") as errors:
        async with Client(stdio_client(parameters, errlog=errors)) as client:
            yield client


def run_serve(home: Path, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """``serve`` over stdio whose client goes at once, and then the modules of OpenTelemetry that it has imported."""
    return subprocess.run(
        [sys.executable, "-c", MODULES.format(before=before)],
        env=without_measuring(clean_environment(home, **environment)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


async def test_a_call_is_a_span_below_the_servers_with_its_tries_below_it(tmp_path: Path) -> None:
    marked = "Marked title of 7"
    with collecting() as collector, ScriptedService() as service:
        service.script(refusal(429, "Throttling.User"))
        async with serving(tmp_path, service.url, tmp_path / "log", **collector.environ) as client:
            given = {"InputURL": "oss://bucket/marked.mp4?marked=1", "Title": marked, "MediaTags": "marked"}
            said = await client.call_tool("register_media_info", given, meta=META)
            assert not said.is_error, text_of(said)
            service.script(refusal(404, "MediaNotFound", "Marked message"))
            await client.call_tool("get_media_info", {"MediaId": MEDIA_ID})
            with pytest.raises(MCPError):
                await client.call_tool("no such tool, Marked", {})
            with pytest.raises(MCPError):
                await client.get_prompt("https://a.example/?Marked=1")
            with pytest.raises(MCPError):
                await client.read_resource("file:///Marked")
    (outer,) = collector.named("tools/call register_media_info")
    assert (outer.trace_id, outer.parent_id) == (TRACE, PARENT)
    (inner,) = collector.named("ICE/RegisterMediaInfo")
    assert (inner.trace_id, inner.parent_id, inner.scope, inner.kind) == (TRACE, outer.span_id, "ims_mcp", 3)
    assert inner.attributes == {
        "rpc.system.name": "alibaba_cloud",
        "rpc.method": "ICE/RegisterMediaInfo",
        "rpc.response.status_code": "OK",
        "cloud.provider": "alibaba_cloud",
        "cloud.region": "cn-shanghai",
        "ims.effect": "write",
        "server.address": "127.0.0.1",
        "server.port": service.port,
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
        "alibaba_cloud.request_id": REQUEST_ID,
    }
    tries = [span for span in collector.spans if span.parent_id == inner.span_id]
    assert [(span.name, span.attributes["http.response.status_code"], span.is_error) for span in tries] == [
        ("POST", 429, True),
        ("POST", 200, False),
    ]
    assert tries[0].attributes["error.type"] == "Throttling.User"
    assert tries[1].attributes["http.request.resend_count"] == 1
    assert sum(span.nanoseconds for span in tries) <= inner.nanoseconds
    (failed,) = collector.named("ICE/GetMediaInfo")
    assert (failed.is_error, failed.message, failed.attributes["error.type"]) == (True, "", "MediaNotFound")
    assert not [span for span in collector.spans if span.parent_id == failed.span_id]
    assert collector.resource["service.name"] == "ims-mcp"
    for raw in collector.raw:
        assert b"arked" not in raw
        assert MEDIA_ID.encode() not in raw


async def test_metrics_count_calls_retries_and_what_was_throttled(tmp_path: Path) -> None:
    with collecting() as collector, ScriptedService() as service:
        service.script(refusal(429, "Throttling.User"))
        named = {"OTEL_SERVICE_NAME": "media", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test"}
        async with serving(tmp_path, service.url, tmp_path / "log", **collector.environ, **named) as client:
            for _ in range(3):
                await client.call_tool("call_read_operation", {"operation": "ListPipelines"})
    (duration,) = collector.metrics["rpc.client.call.duration"]
    assert duration.count == 3
    assert read_attributes(duration.attributes) == {
        "rpc.system.name": "alibaba_cloud",
        "rpc.method": "ICE/ListPipelines",
        "rpc.response.status_code": "OK",
        "cloud.provider": "alibaba_cloud",
        "cloud.region": "cn-shanghai",
        "server.address": "127.0.0.1",
        "server.port": service.port,
    }
    assert collector.buckets["rpc.client.call.duration"] == BUCKETS
    assert [point.as_int for point in collector.metrics["ims.client.retries"]] == [1]
    assert [point.as_int for point in collector.metrics["ims.client.throttled"]] == [1]
    assert [point.as_int for point in collector.metrics["ims.client.active_calls"]] == [0]
    assert collector.resource["service.name"] == "media"
    assert collector.resource["deployment.environment.name"] == "test"


@POSIX
async def test_over_http_what_was_seen_is_sent_when_the_server_is_asked_to_end(tmp_path: Path) -> None:
    with collecting() as collector, ScriptedService() as service:
        environ = {**KEYS, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.service.url, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
        with started(tmp_path, "--endpoint", service.url, **environ) as (url, process, _):
            await call(url, "call_read_operation", {"operation": "ListPipelines"})
            process.terminate()
            assert process.wait(60) == 0
    (inner,) = collector.named("ICE/ListPipelines")
    assert collector.named("tools/call call_read_operation")[0].span_id == inner.parent_id


async def test_a_collector_that_is_away_costs_no_call_and_one_line(tmp_path: Path) -> None:
    log, away = tmp_path / "log", f"http://127.0.0.1:{unused_port()}"
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": away, "OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRICS_EXPORTER": "none"}
    with ScriptedService() as service:
        async with serving(tmp_path, service.url, log, **environ, OTEL_EXPORTER_OTLP_TIMEOUT="1") as client:
            for _ in range(20):
                said = await client.call_tool("call_read_operation", {"operation": "ListPipelines"})
                assert not said.is_error
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["logger"] for line in lines} <= {"ims_mcp.telemetry"}
    assert len(lines) <= 2
    assert all("sent" in line["message"] or "lost" in line["message"] for line in lines)


async def test_the_console_is_stderr(tmp_path: Path) -> None:
    with ScriptedService() as service:
        exporters = {"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console"}
        async with serving(tmp_path, service.url, tmp_path / "log", **exporters) as client:
            said = await client.call_tool("call_read_operation", {"operation": "ListPipelines"})
            assert not said.is_error
    log = (tmp_path / "log").read_text()
    assert '"name": "ICE/ListPipelines"' in log
    assert "rpc.client.call.duration" in log


@pytest.mark.parametrize(
    "environment", [{"OTEL_SERVICE_NAME": "x"}, {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}]
)
def test_without_the_variables_nothing_of_the_sdk_is_imported(tmp_path: Path, environment: dict[str, str]) -> None:
    done = run_serve(tmp_path, **environment)
    assert done.stdout == ""
    assert "opentelemetry.trace" in done.stderr  # the MCP SDK's own
    assert "opentelemetry.sdk" not in done.stderr
    assert "opentelemetry.exporter" not in done.stderr


def test_without_the_extra_a_warning_names_it(tmp_path: Path) -> None:
    missing = 'sys.modules["opentelemetry.sdk"] = None'
    done = run_serve(tmp_path, missing, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert 'pip install \\"ims-mcp[otel]\\"' in done.stderr


def test_another_protocol_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    done = run_serve(tmp_path, **environment)
    assert "OTLP is sent as http/protobuf only: no traces are sent" in done.stderr
    assert "opentelemetry.sdk" not in done.stderr


@pytest.mark.parametrize("named", ["b3", "tracecontext,xray", ",", ""])
def test_a_propagator_that_is_not_installed_keeps_no_server_from_starting(tmp_path: Path, named: str) -> None:
    done = run_serve(tmp_path, OTEL_PROPAGATORS=named)
    assert "failed inside" not in done.stderr
    assert ("OTEL_PROPAGATORS names what is not installed" in done.stderr) is (named != "")
