"""Numbers that strangers send, of any length."""

from __future__ import annotations

MOST = 2**63 - 1
"""What SQLite keeps in an integer, and far beyond any size or time."""


def whole_number(text: str, lowest: int = 0, highest: int = MOST) -> int | None:
    """The number that decimal digits write, if it lies in the bounds; None for anything else."""
    if not text.isascii() or not text.isdigit():
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(MOST)):
        return None
    number = int(digits)
    return number if lowest <= number <= highest else None
