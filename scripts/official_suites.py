"""Run official clients against a freshly started embedded IMS, and print how each fared.

A client whose package on its registry carries its tests is tried by these; any other by cases of our own
(``tests/official``). Nothing of theirs is kept: it lies in a temporary directory. What cannot be had (no registry, no
Node.js) is said and counted, and is no failure. The columns:

- declared: the embedded IMS says by name that it does not do this (NotImplemented, UnsupportedOperation), or its
  page says that it has no effect or goes another way;
- elsewhere: the test needs something else than an OSS (KMS, a sample file that the package lacks), or one with a name
  of its own, HTTPS or further accounts;
- failed: everything else that did not pass. One is exit code 1, and each is listed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confined_suite import ELSEWHERE, REPORT_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "official"
_INSTALL_SECONDS = 300
_SUITE_SECONDS = 1800
# Most of their time is waiting.
_AT_ONCE = 3
_START_SECONDS = 60
_DECLARED = re.compile(r"NotImplemented|UnsupportedOperation|The local OSS has no |Signature version OSS2 is not known")
_NOT_HERE = re.compile(
    rf"{re.escape(ELSEWHERE)}|gaierror|Name or service not known|WRONG_VERSION_NUMBER|longer than \d+ s\."
    # A sample that the package lacks; an account's number; a locale that is not installed; a client without a region.
    r"|No such file or directory: 'tests/|uid should not be empty|unsupported locale|The region should not be None"
)
# Files and tests about what docs/embedded-ims.md says is done otherwise, where the end of the test does not tell so:
# traffic limits, encryption by the server and storage classes have no effect, there is one region, no callback is made.
_ON_THE_PAGE = frozenset(
    {
        "test_traffic_limit.py",
        "test_server_side_encryotion.py",
        "test_restore_archive_object_with_job_parameters",
        "test_restore_object_with_config",
        "test_restore_object_with_wrong_request",
        "test_describe_regions_normal",
        "test_sign_url_with_callback",
    }
)
# Tests of oss2 that no OSS on a port of this machine could pass.
_CANNOT_PASS = {
    "TestApiBase::test_check_endpoint": "writes behind the endpoint's port",
    "TestLiveChannel::test_anonymous_auth": "wants the bucket in the endpoint's name",
    "TestObject::test_default_timeout": "wants a connection to take longer than a millisecond",
    "TestObject::test_timeout": "wants a connection to take longer than a millisecond",
}


class NotHad(Exception):
    """A suite or a client cannot be had here; the text says why."""


@dataclass
class Tally:
    """How the tests of one suite ended."""

    name: str
    passed: int = 0
    declared: int = 0
    elsewhere: int = 0
    failed: list[str] = field(default_factory=list[str])
    missing: str = ""

    @property
    def run(self) -> int:
        return self.passed + self.declared + self.elsewhere + len(self.failed)

    def count(self, test: str, outcome: str, text: str) -> None:
        """Add one test; what was skipped was not run."""
        if outcome == "passed":
            self.passed += 1
        elif outcome == "skipped":
            return
        elif _DECLARED.search(text) or _ON_THE_PAGE.intersection(re.split("::|/", test)):
            self.declared += 1
        elif _NOT_HERE.search(text) or "::".join(test.split("::")[-2:]) in _CANNOT_PASS:
            self.elsewhere += 1
        else:
            self.failed.append(f"{test}: {text.strip().splitlines()[-1][:200] if text.strip() else outcome}")


def try_oss2(work: Path, signature: str) -> Tally:
    """Its own tests, of the version that is installed, in one of the two signatures."""
    version = importlib.metadata.version("oss2")
    tally = Tally(f"oss2 {version}, its own tests, {signature}")
    suite = _unpack_sdist("oss2", version, work)
    if not (suite / "tests").is_dir():
        raise NotHad("its package carries no tests")
    more = _install_python(work, "mock", "aliyun-python-sdk-sts")
    # The client that is tried is the installed one.
    shutil.rmtree(suite / "oss2", ignore_errors=True)
    settings = {
        "OSS_TEST_ACCESS_KEY_ID": "local",
        "OSS_TEST_ACCESS_KEY_SECRET": "local",
        "OSS_TEST_REGION": "cn-shanghai",
        # A test lists buckets whose names begin so; with a longer one others would have names that are too long.
        "OSS_TEST_BUCKET": "oss-python-sdk-",
        "OSS_TEST_AUTH_VERSION": signature.lower(),
        # For tests that ask the cloud's STS: they get no further.
        "OSS_TEST_STS_ID": "local",
        "OSS_TEST_STS_KEY": "local",
        "OSS_TEST_STS_ARN": "acs:ram::1234567890123456:role/suite",
    }
    with started_ims(work / "data") as endpoint:
        settings |= {"OSS_TEST_ENDPOINT": endpoint}
        return _run_pytest(tally, ["tests"], suite, work, settings, [more, suite])


def try_oss_v2(work: Path) -> Tally:
    """Our cases: its package carries no tests."""
    more = _install_python(work, "alibabacloud-oss-v2", "crcmod-plus")
    tally = Tally(f"alibabacloud-oss-v2 {_find_version(more, 'alibabacloud_oss_v2')}, our cases")
    with started_ims(work / "data") as endpoint:
        return _run_pytest(tally, [str(CASES / "cases_oss_v2.py")], ROOT, work, _name_host(endpoint), [more, ROOT])


def try_sts(work: Path) -> Tally:
    """Our cases: the older RPC clients carry no tests."""
    more = _install_python(work, "aliyun-python-sdk-sts")
    tally = Tally(f"aliyun-python-sdk-sts {_find_version(more, 'aliyun_python_sdk_sts')} and -core, our cases")
    with started_ims(work / "data") as endpoint:
        return _run_pytest(tally, [str(CASES / "cases_sts.py")], ROOT, work, _name_host(endpoint), [more, ROOT])


def try_npm(work: Path) -> Tally:
    """Our cases: ali-oss and pop-core are published without their tests."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHad("there is no Node.js with npm")
    _install([npm, "install", "--prefix", str(work), "--no-audit", "--no-fund", "ali-oss", "@alicloud/pop-core"])
    versions: list[str] = []
    for package in ("ali-oss", "@alicloud/pop-core"):
        described = json.loads((work / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        versions.append(f"{package.rpartition('/')[2]} {described['version']}")
    script = shutil.copy(CASES / "cases.cjs", work / "cases.cjs")
    tally = Tally(f"{' and '.join(versions)}, our cases")
    with started_ims(work / "data") as endpoint:
        done = subprocess.run(
            [node, str(script)],
            env={**os.environ, **_name_host(endpoint)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SUITE_SECONDS,
            check=False,
        )
    _count_lines(tally, done.stdout)
    if done.returncode:
        tally.failed.append(f"node ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    return tally


SUITES: Mapping[str, Callable[[Path], Tally]] = {
    "oss2, V1": lambda work: try_oss2(work, "V1"),
    "oss2, V4": lambda work: try_oss2(work, "V4"),
    "alibabacloud-oss-v2": try_oss_v2,
    "aliyun-python-sdk-sts": try_sts,
    "ali-oss and pop-core": try_npm,
}


def main(names: Sequence[str]) -> int:
    """``names`` choose suites by a part of their name; none chooses all. Returns the exit code."""
    chosen = [name for name in SUITES if not names or any(part in name for part in names)]
    with tempfile.TemporaryDirectory(prefix="official-") as directory, ThreadPoolExecutor(_AT_ONCE) as pool:
        places = [Path(directory) / str(number) for number in range(len(chosen))]
        tallies = list(pool.map(_try_suite, chosen, places))
    print(write_table(tallies))
    return 1 if any(tally.failed for tally in tallies) else 0


def _try_suite(name: str, work: Path) -> Tally:
    work.mkdir()
    try:
        return SUITES[name](work)
    except NotHad as reason:
        return Tally(name, missing=str(reason))


def write_table(tallies: Sequence[Tally]) -> str:
    """The table, what failed, and how many suites could not be had."""
    lines = ["| suite | run | passed | declared | elsewhere | failed |", "|---|---|---|---|---|---|"]
    for tally in tallies:
        if tally.missing:
            lines.append(f"| {tally.name} | not had: {tally.missing} | | | | |")
        else:
            counts = (tally.run, tally.passed, tally.declared, tally.elsewhere, len(tally.failed))
            lines.append(f"| {tally.name} | {' | '.join(map(str, counts))} |")
    lines += [f"failed: {tally.name}: {failure}" for tally in tallies for failure in tally.failed]
    missing = sum(bool(tally.missing) for tally in tallies)
    lines.append(f"{missing} of {len(tallies)} suites could not be had.")
    return "\n".join(lines)


@contextmanager
def started_ims(data_dir: Path) -> Generator[str]:
    """The endpoint of an embedded IMS in a process of its own, which is ended on the way out.

    Each suite has one: what another leaves behind is not in its listings.
    """
    command = [sys.executable, "-m", "ims_mcp", "local", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            # It says where it listens when it does.
            if not process.stdout.readline():
                raise RuntimeError(f"The embedded IMS did not start: exit code {process.wait(_START_SECONDS)}.")
            yield str(json.loads((data_dir / "endpoint.json").read_text(encoding="utf-8"))["endpoint"])
        finally:
            process.terminate()


def _run_pytest(
    tally: Tally, tests: list[str], directory: Path, work: Path, settings: Mapping[str, str], paths: list[Path]
) -> Tally:
    report = work / "report.jsonl"
    options = ["-p", "confined_suite", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", "-o", "testpaths="]
    options += ["--rootdir", str(directory), "--continue-on-collection-errors", "-q", "--tb=short", "-W", "ignore"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {
        **os.environ,
        **settings,
        REPORT_VARIABLE: str(report),
        "PYTEST_ADDOPTS": "",
        "PYTHONPATH": os.pathsep.join(map(str, (*paths, ROOT / "scripts"))),
    }
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(
            command, cwd=directory, env=environment, stdout=quiet, stderr=quiet, timeout=_SUITE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        tally.failed.append(f"the suite took longer than {_SUITE_SECONDS} s")
    if report.exists():
        _count_lines(tally, report.read_text(encoding="utf-8"))
    if not tally.run:
        tally.failed.append("no test was run")
    return tally


def _count_lines(tally: Tally, lines: str) -> None:
    """One JSON object a line. A test that passed and then failed to clean up counts once, as failed."""
    ends: dict[str, dict[str, Any]] = {}
    for line in lines.splitlines():
        end: dict[str, Any] = json.loads(line)
        earlier = ends.get(end["name"])
        if earlier is None or earlier["outcome"] != "failed":
            ends[end["name"]] = end
    for end in ends.values():
        tally.count(end["name"], end["outcome"], end["text"])


def _unpack_sdist(package: str, version: str, work: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _install([*command, "--no-binary", package, "--dest", str(work), f"{package}=={version}"])
    archive = next(work.glob(f"{package}-*.tar.gz"), None)
    if archive is None:
        raise NotHad("its source package is in a form that is not known here")
    with tarfile.open(archive) as opened:
        opened.extractall(work, filter="data")
    return work / f"{package}-{version}"


def _install_python(work: Path, *packages: str) -> Path:
    """A directory with these packages, without what they depend on: the environment has that."""
    target = work / "packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _install([*command, "--target", str(target), *packages])
    return target


def _install(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHad(f"its registry does not answer ({type(error).__name__})") from None
    if done.returncode:
        # What the installer says names its registry.
        raise NotHad(f"its registry cannot be reached or does not have it (exit code {done.returncode})")


def _find_version(target: Path, name: str) -> str:
    found = next(target.glob(f"{name}-*.dist-info"), None)
    return found.name.removesuffix(".dist-info").rpartition("-")[2] if found else "?"


def _name_host(endpoint: str) -> dict[str, str]:
    return {"OFFICIAL_HOST": endpoint.removeprefix("http://")}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
