"""Logs: one JSON object a line on stderr, bounded, with what :mod:`ims_mcp.secrets` knows of taken out.

The last line of defence, for text that other libraries log: nothing here writes secrets on purpose. A secret without a
name, in no known form, passes.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from ims_mcp.secrets import redact, without_secrets

# httpx2 logs every URL with its query at INFO, httpcore2 and urllib3 requests at DEBUG, oss2 requests with all their
# headers; the official libraries log headers (when DEBUG=sdk) and, from their credential providers, whole answers that
# may hold keys.
_LIBRARIES = {
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "urllib3": logging.WARNING,
    "oss2": logging.WARNING,
    "alibabacloud-tea": logging.WARNING,
    "darabonba-core": logging.WARNING,
    "credentials": logging.CRITICAL + 1,
}
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LONGEST_MESSAGE = 8_000
_LONGEST_TRACE = 32_000


class JsonLines(logging.Formatter):
    """One record as one line: time, level, logger, message, the extra fields, and the trace if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """ASCII only: what is logged cannot move a terminal's cursor."""
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(_keep_ends(record.getMessage(), _LONGEST_MESSAGE)),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        entry |= redact(extra, longest=_LONGEST_MESSAGE)
        if record.exc_info:
            entry["trace"] = without_secrets(_keep_ends(self.formatException(record.exc_info), _LONGEST_TRACE))
        return json.dumps(entry, ensure_ascii=True)


def _keep_ends(text: str, most: int) -> str:
    """``text``, or its beginning and its end where it is longer than ``most`` characters: of a trace both tell most."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def log_to_stderr(level: str) -> None:
    """Send every log of this process to stderr; stdout belongs to the protocol."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def silence_libraries() -> None:
    """Let other libraries log nothing that holds a URL, a header or a credential.

    Call it after importing an official library: they set level and handlers on import.
    """
    for name, level in _LIBRARIES.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        if name in ("alibabacloud-tea", "darabonba-core", "credentials"):
            # Each adds handlers of its own to stderr, the credentials library several to the same logger.
            logger.handlers.clear()
