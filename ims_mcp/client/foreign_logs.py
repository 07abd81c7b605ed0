"""What other libraries may log from inside this process: nothing that holds a URL, a header or a credential."""

from __future__ import annotations

import logging

# httpx2 logs every URL with its query at INFO, httpcore2 and urllib3 requests at DEBUG, oss2 requests with all their
# headers; the official libraries log headers (when DEBUG=sdk) and, from their credential providers, whole answers that
# may hold keys.
_LIMITS = {
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "urllib3": logging.WARNING,
    "oss2": logging.WARNING,
    "alibabacloud-tea": logging.WARNING,
    "darabonba-core": logging.WARNING,
    "credentials": logging.CRITICAL + 1,
}


def silence_libraries() -> None:
    """Limit those loggers. Call it after importing an official library: they set level and handler on import."""
    for name, level in _LIMITS.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        if name in ("alibabacloud-tea", "darabonba-core", "credentials"):
            # Each adds handlers of its own to stderr, the credentials library several to the same logger.
            logger.handlers.clear()
