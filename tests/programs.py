"""Programs that are not installed from Python: tests that need one are left out where it is missing, and counted."""

from __future__ import annotations

from typing import NoReturn

import pytest

MISSING = "program missing: "


def leave_out(program: str, remedy: str) -> NoReturn:
    """Skip what needs it; the end of the run says how many tests were left out, and the remedy."""
    pytest.skip(f"{MISSING}{program} ({remedy})")
