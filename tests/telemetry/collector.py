"""A collector on loopback: takes OTLP over HTTP, reads the protobuf, and keeps spans and metrics."""

from __future__ import annotations

import gzip
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.client.scripted_service import Answer, Arrived, ScriptedService


@dataclass(frozen=True, slots=True)
class Span:
    name: str
    scope: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    is_error: bool
    message: str
    nanoseconds: int


@dataclass
class Collector:
    """``raw`` is all that arrived, for what must not be in it."""

    service: ScriptedService
    raw: list[bytes] = field(default_factory=list[bytes])
    spans: list[Span] = field(default_factory=list[Span])
    metrics: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    """Name -> data points, of the last export."""
    buckets: dict[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])
    resource: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def environ(self) -> dict[str, str]:
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.service.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def take(self, request: Arrived) -> Answer:
        body = gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
        self.raw.append(body)
        if request.path.endswith("/v1/traces"):
            self._take_spans(ExportTraceServiceRequest.FromString(body))
        else:
            self._take_metrics(ExportMetricsServiceRequest.FromString(body))
        return Answer(body=b"", headers={"content-type": "application/x-protobuf"})

    def _take_spans(self, request: Any) -> None:
        for of_resource in request.resource_spans:
            self.resource = read_attributes(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                self.spans += [
                    Span(
                        span.name,
                        of_scope.scope.name,
                        span.kind,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        read_attributes(span.attributes),
                        span.status.code == 2,
                        span.status.message,
                        span.end_time_unix_nano - span.start_time_unix_nano,
                    )
                    for span in of_scope.spans
                ]

    def _take_metrics(self, request: Any) -> None:
        for of_resource in request.resource_metrics:
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    points = metric.histogram.data_points or metric.sum.data_points
                    self.metrics[metric.name] = list(points)
                    if metric.histogram.data_points:
                        self.buckets[metric.name] = tuple(points[0].explicit_bounds)


def read_attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


@contextmanager
def collecting() -> Generator[Collector]:
    service = ScriptedService()
    collector = Collector(service)
    service.usual = collector.take
    with service:
        yield collector
