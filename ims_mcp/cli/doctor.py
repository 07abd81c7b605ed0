"""``ims-mcp doctor``: is everything in place for a first call? Every line that is off says what to do."""

from __future__ import annotations

import os
from dataclasses import dataclass

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.cli.connection import connection, credential_source
from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.client.reachability import MAX_SKEW_SECONDS, reach
from ims_mcp.errors import ImsError
from ims_mcp.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    good: bool
    what: str
    text: str
    to_do: str = ""

    def __str__(self) -> str:
        line = f"{'ok  ' if self.good else 'FAIL'}  {self.what:<12} {self.text}"
        return f"{line}\n      {'':<12} -> {self.to_do}" if self.to_do else line


def doctor(settings: Settings) -> int:
    """Print the findings; exit code 1 where one of them stands in the way of a call."""
    return anyio.run(_doctor, settings)


async def _doctor(settings: Settings) -> int:
    good = True
    async with EmbeddedIms(settings, os.environ) as embedded:
        for check in (_settings, _credentials, _endpoint, _read):
            finding = await check(settings, embedded)
            print(finding, flush=True)
            good = good and finding.good
    return 0 if good else 1


async def _settings(settings: Settings, _: EmbeddedIms) -> Finding:
    mode = "embedded IMS" if settings.local else settings.endpoint_url
    limits = [
        text
        for flag, text in ((settings.read_only, "read-only"), (settings.allow_destructive, "destructive calls unasked"))
        if flag
    ]
    return Finding(True, "settings", f"region {settings.region}, {mode}{''.join(f', {text}' for text in limits)}")


async def _credentials(settings: Settings, embedded: EmbeddedIms) -> Finding:
    source = credential_source(settings, os.environ, embedded)
    try:
        with anyio.fail_after(settings.timeout_seconds):
            await source.get()
    except ImsError as error:
        return Finding(False, "credentials", str(error), error.next_step)
    except TimeoutError:
        return Finding(
            False, "credentials", "the provider did not answer", "Look at the credentials settings of this machine."
        )
    return Finding(True, "credentials", f"found: {source.describe()}")


async def _endpoint(settings: Settings, embedded: EmbeddedIms) -> Finding:
    try:
        endpoint = await embedded.endpoint() if settings.local else settings.endpoint_url
    except ImsError as error:
        return Finding(False, "endpoint", str(error), error.next_step)
    reached = await reach(endpoint, timeout_seconds=min(settings.timeout_seconds, 10))
    if reached.problem:
        to_do = "Check the network, a proxy in HTTPS_PROXY, and that --region or --endpoint name a region IMS runs in."
        return Finding(False, "endpoint", f"{endpoint} does not answer ({reached.problem})", to_do)
    if reached.skew_seconds is not None and abs(reached.skew_seconds) > MAX_SKEW_SECONDS:
        text = f"{endpoint} answers, but this clock is {reached.skew_seconds:+.0f} s off"
        return Finding(
            False, "endpoint", text, "Set this machine's clock; calls are dated and refused beyond 15 minutes."
        )
    clock = "" if reached.skew_seconds is None else f", clock {reached.skew_seconds:+.0f} s"
    return Finding(True, "endpoint", f"{endpoint} answers in {reached.elapsed_seconds * 1000:.0f} ms{clock}")


async def _read(settings: Settings, _: EmbeddedIms) -> Finding:
    operation = get_operation("ListMediaBasicInfos")
    try:
        async with connection(settings, os.environ) as to:
            reply = await to.client.call(operation, {"MaxResults": 1})
    except ImsError as error:
        return Finding(False, "a read", str(error), " ".join(error.explain().removeprefix(str(error)).split()))
    count = reply.data.get("TotalCount")
    return Finding(
        True, "a read", f"{operation.name} works{'' if count is None else f': {count} assets in the library'}"
    )
