"""Whether an endpoint answers at all, and how far this machine's clock is from its."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio.to_thread
import httpx2 as httpx

from ims_mcp.client.outbound import explain_no_connection
from ims_mcp.client.transport import FAILURES, describe_failure, make_http_transport, read_connection_config
from ims_mcp.foreign_text import plain
from ims_mcp.http_date import read_http_date

MAX_SKEW_SECONDS = 900.0
"""The service refuses a request whose date is further off than 15 minutes."""


@dataclass(frozen=True, slots=True)
class Reachability:
    """``problem``: empty if it answered; then what was wrong and ``to_do`` about it, as far as that is known.

    ``skew_seconds``: this clock minus the server's, None where it did not say.
    """

    problem: str = ""
    to_do: str = ""
    skew_seconds: float | None = None
    elapsed_seconds: float = 0.0


async def reach(endpoint: str, *, timeout_seconds: float = 10.0) -> Reachability:
    """Send one unsigned GET by the way every call goes; any IMS endpoint answers with an error body.

    Only the answer's date and whether it is a redirection count. Raises ConnectionFailed where a variable of the
    environment names a proxy or certificates that cannot be used.
    """
    config = await anyio.to_thread.run_sync(read_connection_config, endpoint)
    transport = make_http_transport(config)
    started = time.monotonic()
    try:
        async with httpx.AsyncClient(transport=transport, timeout=timeout_seconds, trust_env=False) as client:
            with anyio.fail_after(timeout_seconds):
                # The head is enough: a body may be of any length.
                async with client.stream("GET", endpoint, follow_redirects=False) as response:
                    elapsed = time.monotonic() - started
    except TimeoutError:
        return Reachability(problem=f"no answer within {timeout_seconds:g} s{config.route.by}")
    except (*FAILURES, httpx.InvalidURL, OSError) as error:
        known = explain_no_connection(error, urlsplit(endpoint).netloc, config.route)
        if known is not None:
            return Reachability(problem=known.reason, to_do=known.next_step)
        return Reachability(problem=f"{plain(describe_failure(error), 200)}{config.route.by}")
    if 300 <= response.status_code < 400:
        return Reachability(
            problem=f"HTTP {response.status_code}, a redirection, which IMS never answers with",
            to_do="Check --endpoint; a network that asks for a login first, or a proxy, answers so as well.",
        )
    date = read_http_date(response.headers.get("date"))
    skew = None if date is None else time.time() - elapsed / 2 - date
    return Reachability(skew_seconds=skew, elapsed_seconds=elapsed)
