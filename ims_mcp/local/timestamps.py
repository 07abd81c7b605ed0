"""The two ways IMS writes a moment in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8))


def utc_text(epoch_seconds: float) -> str:
    """``2026-01-31T08:00:00Z``, as nearly every field has it; fractions are cut off."""
    return datetime.fromtimestamp(int(epoch_seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def beijing_text(epoch_seconds: float) -> str:
    """``2026-01-31T16:00:00+08:00``, as ``GetPlayInfo.MediaBase.CreationTime`` has it."""
    return datetime.fromtimestamp(int(epoch_seconds), _BEIJING).isoformat()


def epoch_seconds(text: str) -> int:
    """The moment that ``2026-01-31T08:00:00Z`` names. Raises ValueError for any other form."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
