"""Whether an endpoint answers at all, and how far this machine's clock is from its."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2 as httpx

MAX_SKEW_SECONDS = 900.0
"""The service refuses a request whose date is further off than 15 minutes."""


@dataclass(frozen=True, slots=True)
class Reachability:
    """``problem``: empty if it answered. ``skew_seconds``: this clock minus the server's, None where it did not say."""

    problem: str = ""
    skew_seconds: float | None = None
    elapsed_seconds: float = 0.0


async def reach(endpoint: str, *, timeout_seconds: float = 10.0) -> Reachability:
    """Send one unsigned GET, which any IMS endpoint answers with an error body; only the answer's date is used."""
    started = time.monotonic()
    trust_proxies = not endpoint.startswith("http://")
    try:
        async with httpx.AsyncClient(timeout=timeout_seconds, trust_env=trust_proxies) as client:
            response = await client.get(endpoint)
    except httpx.HTTPError as error:
        return Reachability(problem=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    elapsed = time.monotonic() - started
    date = response.headers.get("date")
    try:
        skew = None if date is None else time.time() - elapsed / 2 - parsedate_to_datetime(date).timestamp()
    except ValueError:
        skew = None
    return Reachability(skew_seconds=skew, elapsed_seconds=elapsed)
