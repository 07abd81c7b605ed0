"""A span for each call to IMS, each upload and each request to OSS, and the metrics of them.

Names follow the semantic conventions for RPC and HTTP clients; what these have no name for begins with ``ims.`` or
``alibaba_cloud.``. Attributes hold no argument and nothing of an address beyond host and port.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import Token
from functools import cache
from urllib.parse import urlsplit

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

from ims_mcp import __version__
from ims_mcp.client.observers import CallWatch, EndedCall, ObservedCall, ObservedRequest, Outcome, keep_code, keep_id

Attributes = dict[str, str | int]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Seconds, as the conventions have them."""
SYSTEM = "alibaba_cloud"
_SERVICE = "ICE"
_SCOPE = "ims_mcp"

logger = logging.getLogger("ims_mcp.telemetry")


class TelemetryObserver:
    """A CallObserver. Nothing in it fails or delays a call."""

    def __init__(self, tracer_provider: TracerProvider, meter_provider: MeterProvider) -> None:
        self.tracer = tracer_provider.get_tracer(_SCOPE, __version__)
        meter = meter_provider.get_meter(_SCOPE, __version__)
        self.duration = meter.create_histogram(
            "rpc.client.call.duration",
            "s",
            "Duration of calls to IMS, retries and waits included.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self.request_duration = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of requests to OSS.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self.retries = meter.create_counter("ims.client.retries", "{retry}", "Requests that were sent again.")
        self.throttled = meter.create_counter("ims.client.throttled", "{request}", "Requests refused for frequency.")
        self.active = meter.create_up_down_counter("ims.client.active_calls", "{call}", "Calls and uploads under way.")

    async def begin(self, call: ObservedCall) -> CallWatch:
        try:
            return _WatchedUpload(self, call) if call.operation is None else _WatchedCall(self, call)
        except Exception:
            _complain()
            return _Unwatched()

    def refuse(self, call: ObservedCall, reason: str) -> None:
        """Nothing is sent: the server's own span says that it failed."""

    def see_request(self, request: ObservedRequest) -> None:
        """A child of the span that is current: an upload's."""
        try:
            self.add_request(request, None)
            self.count(request, _describe_host(request.host))
            self.request_duration.record(request.seconds, _describe_request(request, with_details=False))
            if request.resends:
                self.retries.add(1, _describe_host(request.host))
        except Exception:
            _complain()

    def add_request(self, request: ObservedRequest, parent: Context | None) -> None:
        """A span of the past."""
        began = int(request.began_at * 1e9)
        attributes = _describe_request(request, with_details=True)
        span = self.tracer.start_span(request.method, parent, SpanKind.CLIENT, attributes, start_time=began)
        if request.code:
            span.set_status(Status(StatusCode.ERROR))
        span.end(began + int(request.seconds * 1e9))

    def count(self, request: ObservedRequest, attributes: Mapping[str, str | int]) -> None:
        """It may have been throttled."""
        if request.is_throttled:
            self.throttled.add(1, attributes)


class _WatchedCall:
    def __init__(self, observer: TelemetryObserver, call: ObservedCall) -> None:
        self._observer = observer
        method = f"{_SERVICE}/{call.name}"
        self._attributes: Attributes = {"rpc.system.name": SYSTEM, "rpc.method": method, **_describe_place(call)}
        self._span = observer.tracer.start_span(
            method, kind=SpanKind.CLIENT, attributes={**self._attributes, "ims.effect": call.effect.value}
        )
        observer.active.add(1, self._attributes)

    def end(self, ended: EndedCall) -> None:
        try:
            self._end(ended)
        except Exception:
            _complain()

    def _end(self, ended: EndedCall) -> None:
        observer, span = self._observer, self._span
        observer.active.add(-1, self._attributes)
        error = _name_error(ended)
        told = _describe_host(ended.requests[-1].host) if ended.requests else Attributes()
        told["rpc.response.status_code"] = error or "OK"
        if error:
            told["error.type"] = error
        retries = max(0, ended.tries - 1)
        if span.is_recording():
            for name, value in told.items():
                span.set_attribute(name, value)
            if ended.status:
                span.set_attribute("http.response.status_code", ended.status)
            if ended.request_id:
                span.set_attribute("alibaba_cloud.request_id", keep_id(ended.request_id))
            if retries:
                span.set_attribute("http.request.resend_count", retries)
            if error:
                span.set_status(Status(StatusCode.ERROR))
            if ended.requests[1:]:
                _add_requests(observer, span, ended)
        span.end()
        attributes = {**self._attributes, **told}
        observer.duration.record(ended.seconds, attributes)
        if retries:
            observer.retries.add(retries, self._attributes)
        for request in ended.requests:
            observer.count(request, self._attributes)


class _WatchedUpload:
    """Its span is the current one until it ends, so that its requests become its children."""

    def __init__(self, observer: TelemetryObserver, call: ObservedCall) -> None:
        self._observer = observer
        self._attributes: Attributes = {"rpc.method": call.name, **_describe_place(call)}
        self._span = observer.tracer.start_span(call.name, attributes=_describe_place(call))
        self._token: Token[Context] = context.attach(trace.set_span_in_context(self._span))
        observer.active.add(1, self._attributes)

    def end(self, ended: EndedCall) -> None:
        try:
            context.detach(self._token)
            self._observer.active.add(-1, self._attributes)
            if error := _name_error(ended):
                self._span.set_attribute("error.type", error)
                self._span.set_status(Status(StatusCode.ERROR))
            self._span.end()
        except Exception:
            _complain()


class _Unwatched:
    def end(self, ended: EndedCall) -> None:
        pass


def _add_requests(observer: TelemetryObserver, span: Span, ended: EndedCall) -> None:
    parent = trace.set_span_in_context(span)
    for request in ended.requests:
        observer.add_request(request, parent)


def _name_error(ended: EndedCall) -> str:
    """Empty for what was done."""
    return "" if ended.outcome is Outcome.DONE else keep_code(ended.code) or "_OTHER"


def _describe_place(call: ObservedCall) -> Attributes:
    place: Attributes = {"cloud.provider": SYSTEM}
    if call.region:
        place["cloud.region"] = call.region
    if call.account:
        place["ims.account"] = call.account
    return place


def _describe_request(request: ObservedRequest, *, with_details: bool) -> Attributes:
    told = _describe_host(request.host)
    told["http.request.method"] = request.method
    if request.status:
        told["http.response.status_code"] = request.status
    if request.code:
        told["error.type"] = keep_code(request.code)
    if with_details:
        told["ims.request.name"] = request.name
        if request.request_id:
            told["alibaba_cloud.request_id"] = keep_id(request.request_id)
        if request.resends:
            told["http.request.resend_count"] = request.resends
    return told


@cache
def _read_host(host: str) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    try:
        return parts.hostname or "", parts.port or 443
    except ValueError:
        return "", 443


def _describe_host(host: str) -> Attributes:
    name, port = _read_host(host)
    return {"server.address": name, "server.port": port}


@cache
def _complain() -> None:
    """Once: it would be the same each time."""
    logger.warning("a trace or metric could not be made", exc_info=True)
