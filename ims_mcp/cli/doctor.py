"""``ims-mcp doctor``: is everything in place for a first call? Every line that is off says what to do."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio
import anyio.to_thread

from ims_mcp.catalogue import get_operation
from ims_mcp.cli.connection import (
    TRANSFERS,
    choose_credential_source,
    connect,
    connect_accounts,
)
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.cli.endings import explain_extra
from ims_mcp.cli.installed import OWN_ENVIRONMENT, find_unmet_requirements
from ims_mcp.cli.terminal import print_json
from ims_mcp.client.outbound import describe_authorities, find_route
from ims_mcp.client.reachability import MAX_SKEW_SECONDS, Reachability, reach
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.redis_store import open_redis
from ims_mcp.settings import Settings
from ims_mcp.shared_store import StoreUnavailable

if TYPE_CHECKING:  # heavy, and looked at where there is a configuration file
    from ims_mcp.client.ims import ImsClient
    from ims_mcp.server.reach import Access, Reach
    from ims_mcp.workflows.transfers.run import TransferRunner


_PAGE_ORIGINS, _PAGE_ORIGIN = "http://127.0.0.1:*", "http://127.0.0.1:43210"
"""Of pages of a server on stdio: the port is another one each time."""


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


_MISSING = Finding(
    "note",
    "terminal",
    "rich is not installed: commands print plain text on a terminal, too",
    explain_extra("terminal"),
)


def doctor(settings: Settings, *, as_json: bool = False) -> int:
    """Print the findings, or ``{"ready", "findings": [{level, what, text, to_do}]}``; exit code 1 where one of them
    stands in the way of a call."""
    return anyio.run(_doctor, settings, as_json)


async def _doctor(settings: Settings, as_json: bool) -> int:
    findings: list[Finding] = []
    show = None if as_json else _choose_show()
    async with EmbeddedIms(settings, os.environ) as embedded:
        async for finding in _check_all(settings, embedded):
            findings.append(finding)
            if show is not None:
                show(finding)
    failures, notes = (sum(each.level == level for each in findings) for level in ("FAIL", "note"))
    if as_json:
        whole = {"ready": not failures, "findings": [asdict(finding) for finding in findings]}
        print_json(json.dumps(whole, ensure_ascii=False, indent=2))
    elif (screen := find_screen()) is not None:
        from ims_mcp.cli.views.lists import show_verdict

        show_verdict(screen, failures, notes)
    return 1 if failures else 0


def _choose_show() -> Callable[[Finding], None]:
    """Each finding as soon as it is made: on a terminal laid out, else a line."""
    screen = find_screen()
    if screen is None:
        return lambda finding: print(finding, flush=True)
    from ims_mcp.cli.views.lists import show_finding

    return lambda finding: show_finding(screen, finding.level, finding.what, finding.text, finding.to_do)


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
    yield _check_terminal()
    for finding in _check_directories(settings):
        yield finding
    if settings.redis_url:
        yield await _check_redis(settings.redis_url)
    if settings.config is not None:
        async for finding in _check_accounts(settings):
            yield finding
        return
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
        async for finding in _try_read(settings):
            yield finding


def _make_failure(what: str, error: ImsError) -> Finding:
    text = str(error)
    return Finding("FAIL", what, text, _leave_out_this_command(" ".join(error.explain().removeprefix(text).split())))


def _leave_out_this_command(advice: str) -> str:
    """The advice without the part that sends its reader here."""
    clauses = [clause for clause in re.split(r"(?<=[.;])\s+", advice) if "`ims-mcp doctor`" not in clause]
    return re.sub(r";$", ".", " ".join(clauses))


def _check_settings(settings: Settings) -> Finding:
    if settings.config is not None:
        mode = f"the accounts of {plain(str(settings.config), 200)}"
    else:
        mode = "embedded IMS" if settings.local else settings.endpoint_url
    limits = [
        text
        for flag, text in ((settings.read_only, "read-only"), (settings.allow_destructive, "destructive calls unasked"))
        if flag
    ]
    where = mode if settings.config is not None else f"region {settings.region} ({settings.region_source}), {mode}"
    return Finding("ok", "settings", f"{where}{''.join(f', {text}' for text in limits)}")


def _check_packages() -> list[Finding]:
    """Whether the libraries that are installed are those this needs, and what else in this environment they break."""
    own, others = find_unmet_requirements()
    findings = [Finding("FAIL", "packages", "; ".join(own), OWN_ENVIRONMENT)] if own else []
    if others:
        to_do = f"{OWN_ENVIRONMENT}, then uninstall it here and install those again"
        findings.append(Finding("note", "packages", f"others are broken: {'; '.join(others)}", to_do))
    return findings or [Finding("ok", "packages", "all that is installed fits together")]


def _check_terminal() -> Finding:
    """Whether commands show more than plain text on a terminal. Looked up, not imported: most runs are piped."""
    try:
        is_there = find_spec("rich") is not None
        return (
            Finding("ok", "terminal", f"colours, tables and bars by rich {version('rich')}") if is_there else _MISSING
        )
    except (ValueError, PackageNotFoundError):
        return _MISSING


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


async def _check_redis(url: str) -> Finding:
    try:
        store = open_redis(url)
        try:
            await store.check()
            policy = ""
            with suppress(StoreUnavailable):  # this user may not ask
                policy = await store.find_eviction()
        finally:
            await store.close()
    except ImsError as error:
        return _make_failure("redis", error)
    if policy:
        return Finding(
            "note",
            "redis",
            f"{store.describe()} answers; when it is full it gives up keys before their time ({plain(policy, 40)})",
            "Set maxmemory-policy noeviction: an answer of the user's that was given up counts a second time.",
        )
    return Finding("ok", "redis", f"{store.describe()} answers")


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


async def _try_read(settings: Settings) -> AsyncGenerator[Finding]:
    try:
        async with connect(settings, os.environ) as to:
            yield Finding("ok", "a read", await _read_something(to.client))
            # Buckets of the embedded IMS let the pages of this machine in by themselves.
            if not settings.local and (bucket := await _find_default_bucket(to.client)):
                yield await _check_cors(to.transfers.runner, bucket)
    except ImsError as error:
        yield _make_failure("a read", error)


async def _check_cors(runner: TransferRunner, bucket: str) -> Finding:
    """Whether the bucket lets upload pages in. A note at most: files go there without a page as well."""
    from ims_mcp.client.oss.signed_upload import SignedUpload

    shown = plain(bucket, 70)
    try:
        target = await runner.storage.locate(bucket, "upload-page")
        now = runner.client.service_clock.now()
        way = SignedUpload(runner.uploader, target, runner.storage.get_credential, now)
        if await way.lets_pages_in(_PAGE_ORIGIN):
            return Finding("ok", "upload page", f"the bucket {shown} lets the pages of servers on this machine in")
    except ImsError as error:
        step = "Allow the credential oss:GetBucketCors to have it looked at."
        return Finding("note", "upload page", f"the CORS rules of {shown} could not be seen: {error}", step)
    return Finding(
        "note",
        "upload page",
        f"no CORS rule of the bucket {shown} lets the pages of create_upload in; its curl line needs none",
        f"Add one: AllowedOrigin {_PAGE_ORIGINS} (or the origin of --public-url), AllowedMethod PUT, POST, GET and "
        "HEAD, AllowedHeader *, ExposeHeader ETag, x-oss-hash-crc64ecma and x-oss-request-id.",
    )


async def _find_default_bucket(client: ImsClient) -> str:
    """Of the library; empty where it has none, or does not say."""
    with suppress(ImsError):
        reply = await client.call(get_operation("GetDefaultStorageLocation"), {})
        if reply.data.get("StorageType") == "user_oss_bucket":
            return str(reply.data.get("Bucket") or "")
    return ""


async def _read_something(client: ImsClient) -> str:
    operation = get_operation("ListMediaBasicInfos")
    reply = await client.call(operation, {"MaxResults": 1})
    count = reply.data.get("TotalCount")
    return f"{operation.name} works{'' if count is None else f': {count} assets in the library'}"


async def _check_accounts(settings: Settings) -> AsyncGenerator[Finding]:
    """A read in each region of each account, with the credentials that calls of it would have."""
    from ims_mcp.config.mistakes import ConfigError

    try:
        async with connect_accounts(settings, os.environ) as accounts:
            assert accounts is not None
            reach = await accounts.find_all()
            for access in reach.accesses:
                for region in access.regions:
                    yield (finding := await _check_account(reach, access, region))
                    if finding.level == "ok" and access.bucket:
                        target = await reach.open(access, region)
                        if not target.settings.local:
                            yield await _check_cors(target.transfers.runner, access.bucket)
    except ConfigError as error:
        for mistake in error.mistakes:
            yield Finding("FAIL", "config", str(mistake))
    except ImsError as error:
        yield _make_failure("config", error)


async def _check_account(reach: Reach, access: Access, region: str) -> Finding:
    where = f"{access.account} in {region}"
    try:
        client = (await reach.open(access, region)).client
        text = await _read_something(client)
    except ImsError as error:
        failure = _make_failure("account", error)
        return replace(failure, text=f"{where}: {failure.text}")
    return Finding("ok", "account", f"{where}: {text}, with {client.describe_credentials()}")
