"""Dates in HTTP headers: what is none is passed over, and the zone of this machine plays no part."""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.http_date import read_http_date


@given(st.text(max_size=40))
def test_what_is_no_date_is_none_and_nothing_else_happens(text: str) -> None:
    found = read_http_date(text)
    assert found is None or isinstance(found, float)


def test_a_date_without_a_zone_is_in_utc_wherever_it_is_read() -> None:
    code = (
        "from ims_mcp.http_date import read_http_date\n"
        "print(*(read_http_date(f'Thu, 26 Nov 2026 08:00:00 {zone}') for zone in ('GMT', '-0000', '+0000')))\n"
    )
    read = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TZ": "CST-8"}, capture_output=True, text=True, check=True
    )
    assert read.stdout.split() == ["1795680000.0"] * 3
