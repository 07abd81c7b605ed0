"""``ims-mcp doctor``: is everything in place for a first call? Every line that is off says what to do."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import anyio.to_thread

from ims_mcp.catalogue import get_operation
from ims_mcp.cli.connection import TRANSFERS, choose_credential_source, connect
from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.cli.installed import OWN_ENVIRONMENT, find_unmet_requirements
from ims_mcp.client.outbound import describe_authorities, find_route
from ims_mcp.client.reachability import MAX_SKEW_SECONDS, Reachability, reach
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``note``: worth knowing, and no call fails by it."""

    level: Literal["ok", "note", "FAIL"]
    what: str
    text: str
    to_do: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<4}  {self.what:<12} {self.text}"
        return f"{line}\n      {'':<12} -> {self.to_do}" if self.to_do else line


def doctor(settings: Settings) -> int:
    """Print the findings; exit code 1 where one of them stands in the way of a call."""
    return anyio.run(_doctor, settings)


async def _doctor(settings: Settings) -> int:
    good = True
    async with EmbeddedIms(settings, os.environ) as embedded:
        async for finding in _check_all(settings, embedded):
            print(finding, flush=True)
            good = good and finding.level != "FAIL"
    return 0 if good else 1


async def _check_all(settings: Settings, embedded: EmbeddedIms) -> AsyncGenerator[Finding]:
    """From what is nearest to what is farthest; nothing is tried that cannot work after what was found before."""
    yield _check_settings(settings)
    for warning in settings.warnings:
        yield Finding("note", "settings", warning)
    packages = await anyio.to_thread.run_sync(_check_packages)
    for finding in packages:
        yield finding
    if "FAIL" not in (finding.level for finding in packages):
        yield await _check_tools(settings)
    for finding in _check_directories(settings):
        yield finding
    missing: list[str] = []
    if not settings.local:
        credentials = await _check_credentials(settings, embedded)
        yield credentials
        missing += ["credentials"] if credentials.level == "FAIL" else []
    reached = False
    async for finding in _check_way_out(settings, embedded):
        yield finding
        reached = reached or (finding.what == "endpoint" and finding.level == "ok")
    missing += [] if reached else ["an endpoint that answers"]
    if missing:
        yield Finding("note", "a read", f"not tried: it needs {' and '.join(missing)}")
    else:
        yield await _try_read(settings)


def _make_failure(what: str, error: ImsError) -> Finding:
    text = str(error)
    return Finding("FAIL", what, text, _leave_out_this_command(" ".join(error.explain().removeprefix(text).split())))


def _leave_out_this_command(advice: str) -> str:
    """The advice without the part that sends its reader here."""
    clauses = [clause for clause in re.split(r"(?<=[.;])\s+", advice) if "`ims-mcp doctor`" not in clause]
    return re.sub(r";$", ".", " ".join(clauses))


def _check_settings(settings: Settings) -> Finding:
    mode = "embedded IMS" if settings.local else settings.endpoint_url
    limits = [
        text
        for flag, text in ((settings.read_only, "read-only"), (settings.allow_destructive, "destructive calls unasked"))
        if flag
    ]
    where = f"region {settings.region} ({settings.region_source}), {mode}"
    return Finding("ok", "settings", f"{where}{''.join(f', {text}' for text in limits)}")


def _check_packages() -> list[Finding]:
    """Whether the libraries that are installed are those this needs, and what else in this environment they break."""
    own, others = find_unmet_requirements()
    findings = [Finding("FAIL", "packages", "; ".join(own), OWN_ENVIRONMENT)] if own else []
    if others:
        to_do = f"{OWN_ENVIRONMENT}, then uninstall it here and install those again"
        findings.append(Finding("note", "packages", f"others are broken: {'; '.join(others)}", to_do))
    return findings or [Finding("ok", "packages", "all that is installed fits together")]


async def _check_tools(settings: Settings) -> Finding:
    """Whether the toolsets and tools that were named exist."""
    from ims_mcp.server.build import ImsServer  # heavy, so imported late

    try:
        async with connect(settings, os.environ) as to:
            listed = ImsServer(settings, to.client, to.transfers).listed_tools
    except ImsError as error:
        return _make_failure("tools", error)
    return Finding("ok", "tools", f"{len(listed)} listed")


def _check_directories(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    try:
        directory = settings.state_dir
    except ImsError as error:
        # Only uploads keep anything there.
        level = "FAIL" if settings.upload_dirs else "note"
        findings.append(Finding(level, "state dir", str(error), error.next_step))
    else:
        problem, shown = _find_write_problem(directory / TRANSFERS), plain(str(directory), 300)
        to_do = "Make it writable for this user, or name another with --state-dir." if problem else ""
        text = f"{shown}: {problem}" if problem else f"{shown} can be written"
        findings.append(Finding("FAIL" if problem else "ok", "state dir", text, to_do))
    for directory in settings.upload_dirs:
        shown = plain(str(directory), 300)
        if os.access(directory, os.R_OK | os.X_OK):
            findings.append(Finding("ok", "upload dir", f"files below {shown} may be uploaded"))
        else:
            findings.append(Finding("FAIL", "upload dir", f"{shown} cannot be read", "Make it readable for this user."))
    findings += [
        Finding("FAIL", "upload dir", problem, "Make it, or name another with --upload-dir: `serve` does not start so.")
        for problem in settings.upload_dir_problems
    ]
    return findings


def _find_write_problem(directory: Path) -> str:
    """Empty where files can be made in the directory, or it can be made itself. Leaves nothing behind."""
    there = directory
    try:
        there = next(above for above in (directory, *directory.parents) if os.path.lexists(above))
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        return f"nothing can be written in {plain(str(there), 300)} ({error.strerror or type(error).__name__})"
    return ""


async def _check_credentials(settings: Settings, embedded: EmbeddedIms) -> Finding:
    source = choose_credential_source(settings, os.environ, embedded)
    try:
        await source.get()
    except ImsError as error:
        return _make_failure("credentials", error)
    return Finding("ok", "credentials", f"found: {source.describe()}")


async def _check_way_out(settings: Settings, embedded: EmbeddedIms) -> AsyncGenerator[Finding]:
    """Proxy, certificates, endpoint and clock; those after one that stands in the way are not looked at."""
    try:
        endpoint = await embedded.endpoint() if settings.local else settings.endpoint_url
    except ImsError as error:
        yield _make_failure("endpoint", error)
        return
    if settings.local:
        yield Finding("ok", "data dir", f"{plain(str(settings.data_dir), 300)} is the embedded IMS's")
    proxy = await anyio.to_thread.run_sync(_check_proxy, endpoint, "" if settings.local else settings.oss_endpoint_url)
    yield proxy
    certificates = await anyio.to_thread.run_sync(_check_certificates) if endpoint.startswith("https:") else []
    for finding in certificates:
        yield finding
    if "FAIL" in (proxy.level, *(finding.level for finding in certificates)):
        return
    reached = await reach(endpoint, timeout_seconds=min(settings.timeout_seconds, 10))
    if reached.problem:
        to_do = reached.to_do or (
            "Check the network, a proxy in HTTPS_PROXY, and that --region or --endpoint name a region IMS runs in."
        )
        yield Finding(
            "FAIL", "endpoint", f"{endpoint} does not answer ({reached.problem})", _leave_out_this_command(to_do)
        )
        return
    yield Finding("ok", "endpoint", f"{endpoint} answers in {reached.elapsed_seconds * 1000:.0f} ms")
    if reached.skew_seconds is not None:
        yield _check_clock(reached, reached.skew_seconds)


def _check_proxy(endpoint: str, oss_endpoint: str) -> Finding:
    try:
        route = find_route(endpoint)
        oss = find_route(oss_endpoint) if oss_endpoint else route
    except ImsError as error:
        return _make_failure("proxy", error)
    text = str(route) if oss == route else f"{route} for IMS, {oss} for OSS"
    return Finding("ok", "proxy", text)


def _check_certificates() -> list[Finding]:
    try:
        source, problems = describe_authorities()
    except ImsError as error:
        return [_make_failure("certificates", error)]
    notes = [Finding("note", "certificates", f"not used: {problem}") for problem in problems]
    return [Finding("ok", "certificates", f"those of {source}"), *notes]


def _check_clock(reached: Reachability, skew_seconds: float) -> Finding:
    if abs(skew_seconds) <= MAX_SKEW_SECONDS:
        return Finding("ok", "clock", f"{skew_seconds:+.0f} s off the service's")
    return Finding(
        "note",
        "clock",
        f"{skew_seconds:+.0f} s off the service's, which refuses more than {MAX_SKEW_SECONDS:.0f} s; calls and uploads "
        "put their dates right by themselves, after one refusal each time the server starts",
        "Set this machine's clock (NTP) all the same: others have no such care.",
    )


async def _try_read(settings: Settings) -> Finding:
    operation = get_operation("ListMediaBasicInfos")
    try:
        async with connect(settings, os.environ) as to:
            reply = await to.client.call(operation, {"MaxResults": 1})
    except ImsError as error:
        return _make_failure("a read", error)
    count = reply.data.get("TotalCount")
    return Finding(
        "ok", "a read", f"{operation.name} works{'' if count is None else f': {count} assets in the library'}"
    )
