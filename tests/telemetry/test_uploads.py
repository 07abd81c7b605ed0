"""Uploads in traces and in the audit: one span with its requests below it, one line, and no name of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ims_mcp.client.observers import SeveralObservers
from ims_mcp.telemetry.observer import TelemetryObserver
from tests.audit.written import audited, read_lines
from tests.fault_proxy import Answer, FaultProxy
from tests.local_oss.server import OssThread
from tests.oss_uploader.setting import PART, Setting, part_number

pytestmark = pytest.mark.anyio


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    (tmp_path / "oss").mkdir()
    with OssThread(tmp_path / "oss") as oss, FaultProxy(oss.port) as proxy:
        yield Setting(oss, proxy, tmp_path)


async def test_an_upload_is_one_span_and_one_line_with_a_span_for_each_request(
    setting: Setting, tmp_path: Path
) -> None:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces = TracerProvider(shutdown_on_exit=False)
    traces.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = TelemetryObserver(traces, MeterProvider([reader], shutdown_on_exit=False))
    setting.proxy.inject(Answer(503, "ServiceUnavailable"), part_number(2))
    with audited(tmp_path / "audit.jsonl") as audit:
        options = {"observer": SeveralObservers([audit, telemetry]), "account": "studio", "region": "cn-beijing"}
        await setting.upload(
            setting.file(3 * PART, "marked.bin"), uploader=options, target=setting.target("marked.bin")
        )
    spans = exporter.get_finished_spans()
    (upload,) = [span for span in spans if span.name == "OssUpload"]
    assert dict(upload.attributes or {}) == {
        "cloud.provider": "alibaba_cloud",
        "cloud.region": "cn-beijing",
        "ims.account": "studio",
    }
    requests = [span for span in spans if span is not upload]
    parents = {span.parent.span_id for span in requests if span.parent is not None}
    assert upload.context is not None
    assert parents == {upload.context.span_id}
    names = sorted(f"{span.name} {read(span, 'ims.request.name')}" for span in requests)
    assert names[:2] == ["POST CompleteMultipartUpload", "POST InitiateMultipartUpload"]
    assert names.count("PUT UploadPart") == 4
    (failed,) = [span for span in requests if not span.status.is_ok and read(span, "error.type")]
    assert (read(failed, "error.type"), read(failed, "http.response.status_code")) == ("ServiceUnavailable", 503)
    assert [read(span, "http.request.resend_count") for span in requests].count(1) == 1
    metrics = reader.get_metrics_data()
    assert metrics is not None
    written = "".join(span.to_json() for span in spans) + metrics.to_json()
    assert "marked" not in written
    assert setting.bucket not in written
    assert "http.client.request.duration" in written
    (line,) = read_lines(tmp_path / "audit.jsonl")
    told = (line["operation"], line["account"], line["region"], line["effect"], line["outcome"], line["ids"])
    assert told == ("OssUpload", "studio", "cn-beijing", "write", "done", {})


def read(span: ReadableSpan, name: str) -> object:
    return (span.attributes or {}).get(name)
