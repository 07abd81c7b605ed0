"""An audit of a test's own, in a file, and what stands in it."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ims_mcp.audit.file import AuditFile
from ims_mcp.audit.observer import AuditObserver
from ims_mcp.audit.writer import AuditWriter

KEYS = (
    *("time", "who", "account", "region", "operation", "effect", "ids", "outcome", "code", "request_id", "confirmed"),
    *("tries", "milliseconds"),
)


@contextmanager
def audited(path: Path) -> Generator[AuditObserver]:
    """The observer; at the end of the block everything is in the file."""
    file = AuditFile(str(path))
    file.open(stdout_is_taken=False)
    writer = AuditWriter(file)
    writer.begin()
    try:
        yield AuditObserver(writer)
    finally:
        writer.end()


def read_lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_bytes()
    assert not text or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


def read_text(path: Path) -> str:
    return path.read_text("ascii")
