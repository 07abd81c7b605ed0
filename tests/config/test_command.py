"""`ims-mcp config check`: all mistakes, or who may do what; and the example, which has every key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ims_mcp.catalogue.named_toolsets import list_named
from ims_mcp.config.reading import read_config
from ims_mcp.config.shape import AccountTable, FileTable, GrantTable, RoleTable, RuleTable
from ims_mcp.settings import read_settings
from tests.cli.running import KEYS, run
from tests.config.written import GOOD, first_grant, write_config

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "ims-mcp.toml"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy that nobody else may write, whatever this checkout was made with."""
    path = tmp_path / "example.toml"
    shutil.copyfile(EXAMPLE, path)
    path.chmod(0o600)
    return path


def test_a_good_file_is_shown_as_tables_of_accounts_grants_and_rules(example: Path) -> None:
    checked = run("config", "check", str(example), home=None)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert [re.sub(" {2,}", " | ", line) for line in checked.stdout.splitlines()] == [
        "account | regions | credentials | bucket",
        "studio | cn-shanghai, cn-beijing | CLI profile studio, then acs:ram::1234567890123456:role/ims by a policy | "
        "studio-media",
        "sandbox | cn-shanghai | an embedded IMS of its own | -",
        "",
        "who | accounts | operations | what",
        f"editors: ann, bob | studio | {len(first_grant(read_config(example)).right.operations or ())} | read, write, "
        "destructive when the user agrees",
        "reviewers: groups reviewers or legal | studio | all | read",
        "everybody: anybody | sandbox | all | read, write, destructive unasked",
        "",
        "rule | then | operations | effects | where",
        f"cleaning up drafts | allow | {len(list_named('search')) + 1} | destructive | account studio; bucket "
        "studio-drafts; caller ann",
        "the archive stays as it is | deny | all | destructive | account studio; bucket studio-archive",
        "whatever goes off air | page | 2 | write, destructive | everywhere",
    ]


def test_the_example_has_every_key(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    for table in (FileTable, AccountTable, RoleTable, GrantTable, RuleTable):
        for key in table.model_fields:
            assert re.search(rf"^{key} = |^\[+(?:.+\.)?{key}[.\]]", text, re.MULTILINE), key


def test_every_mistake_is_printed_a_line_each(tmp_path: Path) -> None:
    path = write_config(tmp_path, "[accounts.a]\n" + "".join(f"k{at} = 1\n" for at in range(1_000)))
    checked = run("config", "check", str(path), home=None)
    first, *lines = checked.stderr.splitlines()
    assert (checked.returncode, checked.stdout) == (1, "")
    assert first == f"The configuration file {path} has 1,000 mistakes:"
    assert [line.partition(": ")[0] for line in lines] == [f"- accounts.a.k{at}" for at in range(1_000)]


def test_the_file_of_the_environment_is_checked_unless_one_is_named(tmp_path: Path) -> None:
    path = write_config(tmp_path, GOOD + "costs = false\n[accounts.unused]\n")
    # What else is set for the server keeps it from nothing.
    checked = run("config", "check", home=None, IMS_MCP_CONFIG=str(path), IMS_MCP_REGION="nowhere", **KEYS)
    assert checked.returncode == 0
    assert "ann  studio    all         read, write, destructive when the user agrees, nothing that costs" in (
        checked.stdout
    )
    assert checked.stderr == "No grant is about unused: nobody may use it.\n"
    checked = run("config", "check", str(tmp_path / "other"), home=None, IMS_MCP_CONFIG=str(path))
    assert (checked.returncode, checked.stderr.splitlines()[1:]) == (
        1,
        ["- It is not there. Name a file that is there."],
    )
    checked = run("config", "check", home=None)
    assert (checked.returncode, checked.stdout) == (2, "")
    assert "IMS_MCP_CONFIG" in checked.stderr


def test_a_file_without_grants_says_that_everybody_may_do_everything(tmp_path: Path) -> None:
    checked = run("config", "check", str(write_config(tmp_path, "[accounts.a]\n")), home=None)
    assert checked.returncode == 0
    assert checked.stdout.splitlines()[1:] == [
        "a        cn-shanghai  those of the server's environment  -",
        "",
        "There are no grants: everybody who is let in may do everything in all accounts.",
    ]


def test_names_of_others_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    text = GOOD + 'claims = { "a\\u001b[31m\\u202e" = ["x"] }\n'
    checked = run("config", "check", str(write_config(tmp_path, text)), home=None)
    assert checked.returncode == 0
    assert "\x1b" not in checked.stdout and "\u202e" not in checked.stdout


def test_the_setting_is_an_option_and_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    assert read_settings({}).config is None
    assert read_settings({"IMS_MCP_CONFIG": str(path)}).config == path
    assert read_settings({"IMS_MCP_CONFIG": "other"}, config=str(path)).config == path
