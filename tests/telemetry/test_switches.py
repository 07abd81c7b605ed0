"""Which variables switch traces and metrics on, and where they go."""

from __future__ import annotations

import pytest

from ims_mcp.telemetry.switches import Chosen, choose_exporters, is_wanted

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, Chosen()),
        ({"OTEL_SERVICE_NAME": "x", "OTEL_RESOURCE_ATTRIBUTES": "a=b"}, Chosen()),
        ({ENDPOINT: "http://a"}, Chosen(("otlp",), ("otlp",))),
        ({ENDPOINT: " "}, Chosen()),
        ({ENDPOINT: "http://a", "OTEL_SDK_DISABLED": "TRUE"}, Chosen()),
        ({ENDPOINT: "http://a", "OTEL_METRICS_EXPORTER": "none"}, Chosen(("otlp",))),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://a"}, Chosen((), ("otlp",))),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Chosen(("otlp",))),
        ({"OTEL_TRACES_EXPORTER": "console, otlp,console"}, Chosen(("console", "otlp"))),
        ({ENDPOINT: "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, Chosen(("otlp",), ("otlp",))),
    ],
)
def test_the_standard_variables_choose(environ: dict[str, str], chosen: Chosen) -> None:
    assert choose_exporters(environ) == chosen
    assert is_wanted(environ) is (chosen != Chosen())


def test_what_cannot_be_had_is_told_and_the_rest_is_on() -> None:
    named = {
        ENDPOINT: "http://a",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc",
        "OTEL_METRICS_EXPORTER": "otlp,prometheus",
    }
    chosen = choose_exporters(named)
    assert (chosen.traces, chosen.metrics) == ((), ("otlp",))
    assert chosen.problems == (
        "OTLP is sent as http/protobuf only: no traces are sent",
        "OTEL_METRICS_EXPORTER names something else than otlp, console and none",
    )
