"""Logs: one JSON object a line on stderr, with secrets taken out whoever wrote them."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# The last line of defence, for text that other libraries log: nothing here writes such values on purpose.
_SECRETS = re.compile(
    r"""(?ix)
    (?P<key> signature | security-?token | x-oss-security-token | access-?key-?secret | ossaccesskeyid
           | uploadauth | authorization | credential )
    (?P<sep> ["']? \s* [=:] \s* ["']? )
    (?P<value> [^\s"'&,;}]+ (?: \s+ [A-Za-z-]+= [^\s"'&;}]+ )? )
    """
)


def redacted(text: str) -> str:
    """The text without the values of signatures, tokens and keys."""
    return _SECRETS.sub(lambda match: f"{match['key']}{match['sep']}[hidden]", text)


class JsonLines(logging.Formatter):
    """One record as one line: time, level, logger, message, the extra fields, and the trace if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                entry[name] = redacted(value) if isinstance(value, str) else value
        if record.exc_info:
            entry["trace"] = redacted(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=True, default=str)


def log_to_stderr(level: str) -> None:
    """Send every log of this process to stderr; stdout belongs to the protocol."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
