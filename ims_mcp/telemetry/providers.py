"""OpenTelemetry's providers for this process, set up once, and ended within two seconds."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExporter,
    MetricReader,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from ims_mcp import __version__
from ims_mcp.telemetry.exporters import ModestMetricExporter, ModestSpanExporter
from ims_mcp.telemetry.observer import TelemetryObserver
from ims_mcp.telemetry.switches import Chosen, Exporter

END_SECONDS = 2.0
# They write a line and a trace for every attempt; ours say it once.
_LOUD = ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal", "opentelemetry.sdk.metrics._internal.export")

logger = logging.getLogger("ims_mcp.telemetry")


class Telemetry:
    """What a server has of OpenTelemetry. The MCP SDK's own spans go where ours go."""

    def __init__(self, chosen: Chosen, environ: Mapping[str, str]) -> None:
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        resource = _make_resource(environ)
        tracer_provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        for exporter in chosen.traces:
            tracer_provider.add_span_processor(BatchSpanProcessor(ModestSpanExporter(_make_span_exporter(exporter))))
        readers: list[MetricReader] = [
            PeriodicExportingMetricReader(ModestMetricExporter(_make_metric_exporter(exporter)))
            for exporter in chosen.metrics
        ]
        meter_provider = MeterProvider(readers, resource, shutdown_on_exit=False)
        self._providers = (tracer_provider, meter_provider)
        if chosen.traces:
            trace.set_tracer_provider(tracer_provider)
        if chosen.metrics:
            metrics.set_meter_provider(meter_provider)
        self.observer = TelemetryObserver(
            tracer_provider if chosen.traces else trace.NoOpTracerProvider(), meter_provider
        )

    def end(self) -> None:
        """Send what is left, for :data:`END_SECONDS` at most. Blocks."""
        threads = [threading.Thread(target=each.shutdown, daemon=True) for each in self._providers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(END_SECONDS / len(threads))
        if any(thread.is_alive() for thread in threads):
            logger.warning("the last traces and metrics are lost: their collector does not answer")


def _make_resource(environ: Mapping[str, str]) -> Resource:
    named = Resource.create({})
    ours = {"service.version": __version__}
    if "service.name=" not in environ.get("OTEL_RESOURCE_ATTRIBUTES", "") and not environ.get("OTEL_SERVICE_NAME"):
        ours["service.name"] = "ims-mcp"
    return named.merge(Resource(ours))


def _make_span_exporter(exporter: Exporter) -> SpanExporter:
    if exporter == "console":
        return ConsoleSpanExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _make_metric_exporter(exporter: Exporter) -> MetricExporter:
    if exporter == "console":
        return ConsoleMetricExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter()
