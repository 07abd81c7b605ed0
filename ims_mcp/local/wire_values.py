"""Moments as IMS writes them, and numbers as strangers send them, of any length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

MOST = 2**63 - 1
"""What SQLite keeps in an integer, and far beyond any size or time."""
_BEIJING = timezone(timedelta(hours=8))


def write_utc(epoch_seconds: float) -> str:
    """``2026-01-31T08:00:00Z``, as nearly every field has it; fractions are cut off."""
    return datetime.fromtimestamp(int(epoch_seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_beijing(epoch_seconds: float) -> str:
    """``2026-01-31T16:00:00+08:00``, as ``GetPlayInfo.MediaBase.CreationTime`` has it."""
    return datetime.fromtimestamp(int(epoch_seconds), _BEIJING).isoformat()


def read_utc(text: str) -> int:
    """The moment that ``2026-01-31T08:00:00Z`` names. Raises ValueError for any other form."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def read_whole_number(text: str, lowest: int = 0, highest: int = MOST) -> int | None:
    """The number that decimal digits write, if it lies in the bounds; None for anything else."""
    if not text.isascii() or not text.isdigit():
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(MOST)):
        return None
    number = int(digits)
    return number if lowest <= number <= highest else None
