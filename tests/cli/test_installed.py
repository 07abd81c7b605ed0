"""Installed beside packages that want other releases: what is there, what is needed, what to do, and no trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import KEYS, clean_environment
from tests.client.scripted_service import Answer, ScriptedService


def install(directory: Path, name: str, version: str, *requires: str) -> None:
    """The metadata of a distribution as pip leaves it."""
    information = directory / f"{name.replace('-', '_')}-{version}.dist-info"
    information.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    (information / "METADATA").write_text("\n".join(lines) + "\n")


def run(site: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command where ``site`` comes before everything else that is installed."""
    return subprocess.run(
        [sys.executable, "-m", "ims_mcp", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=clean_environment(home, **KEYS, PYTHONPATH=f"{site}{os.pathsep}{Path.cwd()}"),
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    directory.mkdir()
    return directory


@pytest.fixture
def older_mcp(site: Path) -> Path:
    """A release of mcp that has none of the modules this project uses."""
    install(site, "mcp", "1.30.0")
    (site / "mcp").mkdir()
    (site / "mcp" / "__init__.py").touch()
    return site


@pytest.mark.parametrize("words", [("serve",), ("tools",)])
def test_a_library_of_another_release_is_named_with_what_is_needed_and_the_remedy(
    older_mcp: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ended = run(older_mcp, tmp_path, *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert "mcp 1.30.0 is installed, and ims-mcp needs mcp<3,>=2.3" in line
    assert "python3 -m venv" in line
    assert "bug" not in line


def test_a_release_that_only_an_extra_needs_counts_where_it_is_installed(site: Path, tmp_path: Path) -> None:
    install(site, "starlette", "0.1")
    ended = run(site, tmp_path, "doctor", "--endpoint", "http://127.0.0.1:9")
    assert "starlette 0.1 is installed, and ims-mcp needs starlette<2,>=1.0" in ended.stdout


def test_what_needs_no_mcp_works_beside_any_release_of_it(older_mcp: Path, tmp_path: Path) -> None:
    assert run(older_mcp, tmp_path, "search", "cut", "a", "video").returncode == 0


def test_doctor_names_a_library_that_does_not_fit_and_looks_at_the_rest(older_mcp: Path, tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(body={"MediaInfos": [], "TotalCount": 7})) as service:
        ended = run(older_mcp, tmp_path, "doctor", "--endpoint", service.url)
    assert ended.returncode == 1
    assert "FAIL  packages     mcp 1.30.0 is installed, and ims-mcp needs mcp<3,>=2.3" in ended.stdout
    assert "7 assets" in ended.stdout
    assert ended.stdout.count("FAIL") == 1


def test_doctor_names_the_packages_that_this_environment_breaks(site: Path, tmp_path: Path) -> None:
    install(site, "langchain-mcp-adapters", "0.3.2", "mcp<2,>=1.24", "anyio>=4", "not-there>=1")
    install(
        site, "other-extra", "1", 'mcp<2; extra == "mcp"', 'mcp<2; python_version < "3"', "not a requirement at all"
    )
    with ScriptedService(usual=Answer(body={"MediaInfos": [], "TotalCount": 7})) as service:
        ended = run(site, tmp_path, "doctor", "--endpoint", service.url)
    assert ended.returncode == 0, ended.stdout
    (note,) = [line for line in ended.stdout.splitlines() if line.startswith("note  packages")]
    assert "and langchain-mcp-adapters needs mcp<2,>=1.24" in note
    assert "other-extra" not in note
    assert "not-there" not in note


def test_metadata_that_cannot_be_read_is_passed_over(site: Path, tmp_path: Path) -> None:
    for name, requirement in (("of-1999", "mcp<1"), ("strange-marker", 'mcp<1; platform_release ~= "abc"')):
        install(site, name, "1", requirement)
    (site / "of_1999-1.dist-info" / "METADATA").write_bytes(b"Name: of-1999\nVersion: 1\nAuthor: Andr\xe9\n")
    with ScriptedService(usual=Answer(body={"MediaInfos": [], "TotalCount": 7})) as service:
        ended = run(site, tmp_path, "doctor", "--endpoint", service.url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "all that is installed fits together" in ended.stdout
