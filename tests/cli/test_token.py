"""`ims-mcp token`: a token is shown once, and what the file has of it is a hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ims_mcp.server.http.token_file import TOKEN, read_token_file
from tests.cli.running import run


def test_a_token_is_added_listed_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "tokens.jsonl"
    to = ("--tokens", str(file))
    added = run("token", "add", "anna", "--scopes", "ims:read, ims:write", "--days", "30", *to, home=None)
    assert (added.returncode, TOKEN.fullmatch(added.stdout.strip()) is not None) == (0, True)
    assert "shown this once" in added.stderr
    assert added.stdout.strip() not in added.stderr
    record = read_token_file(file)["anna"]
    assert record.is_of(added.stdout.strip())
    assert record.scopes == {"ims:read", "ims:write"}
    assert record.expires is not None and (record.expires - record.created).days == 30
    run("token", "add", "王芳", *to, home=None)
    listed = run("token", "list", *to, home=None)
    first, second = listed.stdout.splitlines()
    assert first.startswith("anna  ") and first.endswith("  ims:read ims:write")
    assert second.startswith("王芳") and second.endswith("no end                ims:read ims:write ims:destructive")
    assert record.hash not in listed.stdout and record.fingerprint not in listed.stdout
    assert run("token", "remove", "anna", *to, home=None).returncode == 0
    assert list(read_token_file(file)) == ["王芳"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_token_that_has_expired_is_listed_as_such(tmp_path: Path) -> None:
    file = tmp_path / "tokens.jsonl"
    run("token", "add", "anna", "--days", "1", "--tokens", str(file), home=None)
    line = json.loads(file.read_text()) | {"expires": "2026-01-01T00:00:00+00:00"}
    file.write_text(json.dumps(line))
    assert "2026-01-01 (expired)" in run("token", "list", "--tokens", str(file), home=None).stdout


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("add", "anna"), 1, "There is a token anna already"),
        (("add", "b", "--scopes", "ims:read,ims:admin"), 1, "There is no scope “ims:admin”. There are: ims:read,"),
        (("add", "b", "--scopes", ","), 1, "may do nothing"),
        (("add", "b\x1b[31m"), 1, "cannot be the name of a token"),
        (("add", "b\n"), 1, "cannot be the name of a token"),
        (("add", "\u202eb"), 1, "cannot be the name of a token"),
        (("add", "\u3164"), 1, "cannot be the name of a token"),
        (("add", ""), 1, "cannot be the name of a token"),
        (("add", "a" * 101), 1, "cannot be the name of a token"),
        (("add", "b", "--days", "0"), 2, "is not a number of days"),
        (("add", "b", "--days", "99999999999"), 2, "is not a number of days"),
        (("remove", "b\x1b[31m"), 1, "There is no token “b[31m”"),
        (("remove",), 2, "NAME"),
        ((), 2, "ACTION"),
        (("list", "anna"), 2, "does not know anna"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    words: tuple[str, ...], code: int, part: str, tmp_path: Path
) -> None:
    file = tmp_path / "tokens.jsonl"
    run("token", "add", "anna", "--tokens", str(file), home=None)
    before = file.read_bytes()
    ended = run("token", *words, *(("--tokens", str(file)) if words else ()), home=None)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert part in ended.stderr
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_used_is_named_with_the_remedy(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "tokens.jsonl"
    for words in (("list",), ("remove", "anna")):
        ended = run("token", *words, "--tokens", str(missing), home=None)
        assert ended.returncode == 1
        assert f"ims-mcp token add NAME --tokens {missing}" in ended.stderr
    ended = run("token", "add", "anna", "--tokens", str(missing), home=None)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "in a directory that is there" in ended.stderr
    broken = tmp_path / "tokens.jsonl"
    broken.write_text("{")
    broken.chmod(0o600)
    ended = run("token", "add", "anna", "--tokens", str(broken), home=None)
    assert (ended.returncode, ended.stdout, broken.read_text()) == (1, "", "{")
    assert "is broken in line 1" in ended.stderr


def test_what_is_set_for_the_server_keeps_it_from_nothing(tmp_path: Path) -> None:
    ended = run("token", "add", "anna", "--tokens", str(tmp_path / "t"), home=None, IMS_MCP_REGION="not a region")
    assert ended.returncode == 0, ended.stderr
