"""A full disk, told apart from every other failure, and the one place that says why background work failed."""

from __future__ import annotations

import errno
import logging
import sqlite3

# EFBIG: the limit of a process or of a file system for one file.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_IN_SQLITE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})


class DiskFull(Exception):
    """A child process found the disk full."""


DISK_IS_FULL = "The disk that holds the data of the local IMS is full."
_log = logging.getLogger(__name__)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether that is why something could not be written, also where another error was raised from it."""
    while error is not None:
        if isinstance(error, DiskFull):
            return True
        if isinstance(error, sqlite3.Error):
            return getattr(error, "sqlite_errorcode", None) in _FULL_IN_SQLITE
        if getattr(error, "errno", None) in _FULL:
            return True
        error = error.__cause__
    return False


def explain_failure(error: Exception, subject: str, doing: str, *, disk_full: str = DISK_IS_FULL) -> str:
    """The reason that an asset or a job is given, and logged under ``subject``.

    It is ``disk_full`` where that is why; anything else is a bug here, whose trace the log has.
    """
    if is_disk_full(error):
        _log.error("%s: %s", subject, disk_full)
        return disk_full
    _log.error("%s failed", subject, exc_info=error)
    return f"The local IMS failed to {doing}; its log has the details."
