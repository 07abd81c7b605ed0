"""What the files of ``examples/deploy`` name is there, and they leave the server the time that it needs to end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ims_mcp.server.http.question_state import KEY_VARIABLE
from ims_mcp.server.http.serving import DRAIN_SECONDS
from ims_mcp.settings import ENVIRONMENT, MAX_WAIT_SECONDS
from tests.cli.running import run
from tests.deploy.deployed import SITE

DEPLOY = SITE.parents[1]
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
STARTING = {"compose.yaml", "ims-mcp@.service", "kubernetes.yaml"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_names_options_and_variables_that_there_are(path: Path, tmp_path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    known = set(re.findall(r"--[a-z][a-z-]+", run("serve", "--help", home=tmp_path).stdout))
    commands = re.findall(r"serve,? --http[^\]]*?(?:\]|\n\n|\n[A-Z][a-z]+=)", content)
    assert commands or path.name not in STARTING
    for command in commands:
        assert set(re.findall(r"--[a-z][a-z-]+", command)) <= known
    assert set(re.findall(r"IMS_MCP_[A-Z_]*[A-Z]", content)) <= {*ENVIRONMENT, KEY_VARIABLE}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("systemd/ims-mcp@.service", r"TimeoutStopSec=(\d+)"),
        ("compose.yaml", r"stop_grace_period: (\d+)s"),
        ("kubernetes.yaml", r"terminationGracePeriodSeconds: (\d+)"),
    ],
)
def test_a_server_is_given_the_time_to_answer_what_runs(name: str, pattern: str) -> None:
    found = re.search(pattern, (DEPLOY / name).read_text(encoding="utf-8"))
    assert found is not None
    assert int(found[1]) > DRAIN_SECONDS + 5


@pytest.mark.parametrize("path", [SITE, DEPLOY / "kubernetes.yaml"], ids=lambda path: path.name)
def test_a_proxy_waits_for_waiting_calls_and_never_repeats_a_post(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    waits = re.search(r'proxy[-_]read[-_]timeout:? "?(\d+)', content)
    assert waits is not None
    assert int(waits[1]) > MAX_WAIT_SECONDS + 30
    lists = [
        each.split() for each in re.findall(r"^ *[^#\n]*proxy[-_]next[-_]upstream:? ([^;\n]+)", content, re.MULTILINE)
    ]
    assert lists
    assert all("non_idempotent" not in each or not {"error", "timeout"} & set(each) for each in lists)


def test_an_image_is_made_of_named_files_only() -> None:
    """Both programs have a name of their own for the list."""
    lists = [(DEPLOY / f"Containerfile.{tool}ignore").read_text(encoding="utf-8") for tool in ("docker", "container")]
    entries = [[line for line in content.splitlines() if not line.startswith("#")] for content in lists]
    assert entries[0] == entries[1]
    assert entries[0][0] == "*"
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(each[1:] for each in entries[0] if each.startswith("!")) == sorted(" ".join(copied).split())
