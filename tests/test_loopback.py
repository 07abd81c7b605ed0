"""Loopback is exactly loopback."""

from __future__ import annotations

import pytest

from ims_mcp.errors import ImsError
from ims_mcp.loopback import is_loopback
from ims_mcp.settings import checked_endpoint


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.evil.example",
        "127.0.0.1.evil.example",
        "127.1",
        "localhost.evil.example",
        "0.0.0.0",
        "",
        "2130706433",
        "::",
    ],
)
def test_a_name_that_begins_like_it_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_plain_http_to_a_name_that_begins_with_127_is_refused() -> None:
    with pytest.raises(ImsError, match="unencrypted"):
        checked_endpoint("http://127.evil.example")
