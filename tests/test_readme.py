"""What the README says of commands, options, files and code is true."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced code blocks of one language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> dict[str, set[str]]:
    """Each command of ``ims-mcp`` on the page with the options that stand in its row or line."""
    found: dict[str, set[str]] = {}
    for line in README.splitlines():
        named = re.search(r"`ims-mcp (\w+)", line)
        if named:
            found.setdefault(named[1], set()).update(re.findall(r"--[a-z][a-z-]+", line))
    return found


def test_every_command_is_on_the_page() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "ims_mcp", "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    known = set(re.findall(r"^    (\w+) ", listed, re.MULTILINE))
    assert known == set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_option_on_the_page_exists(command: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "ims_mcp", command, "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    # `call` also takes what is this project's own of every operation.
    own = {"--query"} if command == "call" else set[str]()
    assert commands()[command] - own <= set(re.findall(r"--[a-z][a-z-]+", said))


def test_the_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make (\w+)`", README)) | {"demo"} <= targets


def test_the_client_configuration_is_that_of_the_example() -> None:
    (configuration, *_) = blocks("json")
    example = json.loads((ROOT / "examples" / "clients" / "claude_desktop.json").read_text(encoding="utf-8"))
    assert json.loads(configuration)["mcpServers"]["ims"].items() <= example["mcpServers"]["ims"].items()


def test_links_and_code_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    for code in blocks("python"):
        ast.parse(code)


def test_search_answers_what_the_page_shows() -> None:
    (words,) = re.findall(r'`ims-mcp search "([^"]+)"`', README)
    done = subprocess.run(
        [sys.executable, "-m", "ims_mcp", "search", words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == 0
    assert done.stdout


def test_it_counts_right_what_the_user_is_asked_about() -> None:
    asked: dict[str, list[str]] = json.loads((ROOT / "tests/snapshots/asked.json").read_text(encoding="utf-8"))["asked"]
    sometimes = sum(not any(line.startswith("always:") for line in lines) for lines in asked.values())
    text = " ".join(README.split())
    assert f"({len(asked)} of the 400 operations, {sometimes} of them only with certain arguments;" in text
