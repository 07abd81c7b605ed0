"""What leaves for a collector: nothing that a caller wrote, and one line in the log where it cannot be reached."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status

_OURS = "ims_mcp"
# Names of methods, tools and versions of a protocol; no blanks, and nothing of an address.
_FIT = re.compile(r"[A-Za-z0-9_./-]{1,64}( [a-z0-9_]{1,64})?")
_UNFIT = "_OTHER"

logger = logging.getLogger("ims_mcp.telemetry")


class _Fortune:
    """Says once that a collector cannot be reached, and once that it can be again."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_bad = False

    def note(self, *, good: bool) -> None:
        if not good and not self._is_bad:
            logger.warning("%s cannot be sent: their collector does not take them", self._what)
        elif good and self._is_bad:
            logger.warning("%s are sent again", self._what)
        self._is_bad = not good


class ModestSpanExporter(SpanExporter):
    """Spans of others (the MCP SDK's) lose events and descriptions, which hold the words of errors, and names that a
    caller made up."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._fortune = _Fortune("traces")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._inner.export([_make_modest(span) for span in spans])
        except Exception:  # what goes wrong here is no matter of whoever calls
            result = SpanExportResult.FAILURE
        self._fortune.note(good=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


class ModestMetricExporter(MetricExporter):
    """The same for metrics, which are all ours."""

    def __init__(self, inner: MetricExporter) -> None:
        # Which readers ask of their exporter by these very names.
        super().__init__(inner._preferred_temporality, inner._preferred_aggregation)  # pyright: ignore[reportPrivateUsage]
        self._inner = inner
        self._fortune = _Fortune("metrics")

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        try:
            result = self._inner.export(metrics_data, timeout_millis, **kwargs)
        except Exception:
            result = MetricExportResult.FAILURE
        self._fortune.note(good=result is MetricExportResult.SUCCESS)
        return result

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        self._inner.shutdown(timeout_millis, **kwargs)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _make_modest(span: ReadableSpan) -> ReadableSpan:
    scope = span.instrumentation_scope
    if scope is not None and scope.name == _OURS:
        return span
    attributes: Mapping[str, Any] = span.attributes or {}
    return ReadableSpan(
        name=_keep(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: _keep(value) if isinstance(value, str) else value for name, value in attributes.items()},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=scope,
    )


def _keep(text: str) -> str:
    return text if _FIT.fullmatch(text) else _UNFIT
