"""`--auth tokens`: who is let in by the file, and how soon a change of it counts."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from ims_mcp.own_file import LOOK_SECONDS
from ims_mcp.secrets import without_secrets
from ims_mcp.server.http import token_file
from ims_mcp.server.http.bearer import Unavailable
from ims_mcp.server.http.callers import ALL_SCOPES, READ_SCOPE, Unauthorized
from ims_mcp.server.http.token_file import PREFIX, changing_token_file, make_token, read_token_file
from ims_mcp.server.http.tokens import TokenGate
from ims_mcp.settings import SettingsError
from tests.http_auth.served import admit, serve_gate

NOW = datetime(2026, 11, 27, tzinfo=UTC)
pytestmark = pytest.mark.anyio


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.jsonl"


def add(path: Path, name: str, *scopes: str, days: int | None = None) -> str:
    expires = None if days is None else NOW + timedelta(days=days)
    token, record = make_token(name, scopes or ALL_SCOPES, now=NOW, expires=expires)
    with changing_token_file(path) as records:
        records[name] = record
    return token


def remove(path: Path, name: str) -> None:
    with changing_token_file(path) as records:
        del records[name]


def make_gate(path: Path) -> tuple[TokenGate, Clock]:
    clock = Clock()
    return TokenGate(path, clock=clock, now=clock.now), clock


async def test_each_token_is_its_owner_with_the_scopes_of_its_line(path: Path) -> None:
    anna, bert = add(path, "anna"), add(path, "王芳", READ_SCOPE)
    gate, _ = make_gate(path)
    caller = await admit(gate, anna)
    assert (caller.subject, caller.scopes) == ("anna", ALL_SCOPES)
    caller = await admit(gate, bert)
    assert (caller.subject, caller.scopes) == ("王芳", {READ_SCOPE})


def test_a_token_is_known_in_the_file_by_nothing_but_hashes(path: Path) -> None:
    token = add(path, "anna")
    assert token.startswith(PREFIX)
    assert len(token) == len(PREFIX) + 43
    secret = token.removeprefix(PREFIX)
    assert not any(secret[at : at + 8] in path.read_text() for at in range(len(secret) - 8))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "salt" not in repr(read_token_file(path)["anna"])


async def test_wrong_tokens_cost_no_scrypt_and_a_good_one_costs_it_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = add(path, "anna")
    gate, _ = make_gate(path)
    counted: list[str] = []
    hash_token: Callable[[str, str], str] = token_file._hash  # pyright: ignore[reportPrivateUsage]

    def count(token: str, salt: str) -> str:
        counted.append(salt)
        return hash_token(token, salt)

    monkeypatch.setattr(token_file, "_hash", count)
    for wrong in (PREFIX + "A" * 43, token[:-1], token + "A", token.upper(), token[:-1] + "*", "x", PREFIX):
        with pytest.raises(Unauthorized) as refused:
            await admit(gate, wrong)
        assert token[:20] not in refused.value.description + refused.value.challenge
    assert counted == []
    for _ in range(3):
        await admit(gate, token)
    assert len(counted) == 1


async def test_a_fingerprint_alone_lets_nobody_in(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_mcp.server.http.tokens.take_fingerprint", lambda token: "0" * 16)  # pyright: ignore
    monkeypatch.setattr(token_file, "take_fingerprint", lambda token: "0" * 16)  # pyright: ignore
    token = add(path, "anna")
    gate, _ = make_gate(path)
    await admit(gate, token)
    with pytest.raises(Unauthorized):
        await admit(gate, PREFIX + "A" * 43)


async def test_an_expired_token_is_refused_from_that_moment_on(path: Path) -> None:
    token = add(path, "anna", days=1)
    gate, clock = make_gate(path)
    clock.seconds = 86_399.0
    await admit(gate, token)
    clock.seconds = 86_400.0
    with pytest.raises(Unauthorized, match="has expired"):
        await admit(gate, token)


async def test_removed_added_and_replaced_tokens_count_without_a_restart(path: Path) -> None:
    first, other = add(path, "anna"), add(path, "bert")
    gate, clock = make_gate(path)
    await admit(gate, first)
    remove(path, "anna")
    second = add(path, "anna")
    clock.seconds += LOOK_SECONDS
    with pytest.raises(Unauthorized, match="removed"):
        await admit(gate, first)
    assert (await admit(gate, second)).subject == "anna"
    assert (await admit(gate, other)).subject == "bert"


def test_a_removed_token_ends_by_the_next_look_at_the_file(path: Path) -> None:
    token = add(path, "anna")
    with serve_gate(TokenGate(path)) as client:
        headers = {"authorization": f"Bearer {token}"}
        assert client.get("/mcp", headers=headers).status_code == 200
        remove(path, "anna")
        give_up_at = time.monotonic() + 30
        while (status := client.get("/mcp", headers=headers).status_code) == 200 and time.monotonic() < give_up_at:
            pass
        assert status == 401
    # How soon that is does not hang on how busy this machine is.
    assert LOOK_SECONDS < 1.0


def spoil_file(path: Path, how: str) -> str:
    good = path.read_text()
    match how:
        case "broken":
            path.write_text(good + "{\n")
        case "removed":
            path.unlink()
        case _:
            path.chmod(0o644)
    return good


def write_file(path: Path, content: str) -> None:
    path.write_text(content)
    path.chmod(0o600)


@pytest.mark.parametrize("spoil", ["broken", "removed", "rights"])
async def test_while_the_file_cannot_be_read_nobody_is_let_in_and_it_mends_by_itself(
    spoil: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = add(path, "anna")
    gate, clock = make_gate(path)
    await admit(gate, token)
    good = spoil_file(path, spoil)
    for _ in range(3):
        clock.seconds += LOOK_SECONDS
        with pytest.raises(Unavailable) as refused:
            await admit(gate, token)
        assert refused.value.retry_after_seconds == 5
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    write_file(path, good)
    clock.seconds += LOOK_SECONDS
    await admit(gate, token)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o601, 0o666, 0o777])
def test_a_file_that_others_may_read_or_change_is_refused_with_the_remedy(mode: int, path: Path) -> None:
    add(path, "anna")
    path.chmod(mode)
    with pytest.raises(SettingsError) as refused:
        TokenGate(path)
    assert f"mode is {mode:04o}" in str(refused.value)
    assert refused.value.next_step == f"Keep it to this user: chmod 600 {path}"


def change(path: Path, **fields: object) -> str:
    line = json.loads(path.read_text())
    return json.dumps({name: value for name, value in {**line, **fields}.items() if value != "absent"})


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"scopes": ["ims:read", "ims:admin"]}, "no scope “ims:admin”"),
        ({"scopes": []}, "without a scope"),
        ({"scopes": "ims:read"}, "not a list"),
        ({"scopes": [1]}, "not a list"),
        ({"name": "a\x1b[31m"}, "name cannot be one"),
        ({"name": "a\nb"}, "name cannot be one"),
        ({"name": "\u3164"}, "name cannot be one"),
        ({"name": ""}, "name cannot be one"),
        ({"name": 1}, "name cannot be one"),
        ({"name": "a" * 101}, "name cannot be one"),
        ({"hash": "absent"}, "hash is none"),
        ({"hash": "XYZ" * 20}, "hash is none"),
        ({"salt": "abc" * 7}, "hash is none"),
        ({"fingerprint": 7}, "hash is none"),
        ({"created": "absent"}, "when it was created"),
        ({"created": "yesterday"}, "its created is not a time"),
        ({"expires": 5}, "its expires is not a time"),
        ({"only_from": "10.0.0.1"}, "nothing is known of its only_from"),
    ],
)
def test_a_line_that_is_no_record_is_named_and_none_of_its_hashes(
    fields: dict[str, object], part: str, path: Path
) -> None:
    add(path, "anna")
    record = json.loads(path.read_text())
    path.write_text("\n" + change(path, **fields) + "\n")
    with pytest.raises(SettingsError) as refused:
        read_token_file(path)
    text = refused.value.explain()
    assert f"{path} is broken in line 2: " in text
    assert part in text
    assert text.isprintable()
    assert not any(str(record[name]) in text for name in ("hash", "salt", "fingerprint"))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        *((b"\xff\xfe", "not text in UTF-8"), (b"anna:secretsecret", "line 1: it is not JSON")),
        *(
            (b"[]", "not an object"),
            (b"[" * 100_000, "line 1: it is not JSON"),
            (b'{"name": ' + b"9" * 10_000 + b"}", "line 1"),
        ),
    ],
)
def test_a_file_of_something_else_is_refused_and_not_quoted(content: bytes, part: str, path: Path) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=part) as refused:
        read_token_file(path)
    assert "secretsecret" not in refused.value.explain()


def test_a_name_that_stands_twice_is_refused(path: Path) -> None:
    add(path, "anna")
    path.write_text(path.read_text() * 2)
    with pytest.raises(SettingsError, match="line 2: there is a token anna before it"):
        read_token_file(path)


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for place, part in ((pipe, "not a file"), (tmp_path, "a directory|cannot be read"), (tmp_path / "x", "not there")):
        with pytest.raises(SettingsError, match=part):
            read_token_file(place)


def test_a_change_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path, "anna")
    before = path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SettingsError, match="No space left"):
        add(path, "bert")
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["tokens.jsonl", "tokens.jsonl.lock"]


async def test_changes_at_the_same_time_are_all_kept(path: Path) -> None:
    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(anyio.to_thread.run_sync, add, path, f"caller{number}")
    assert len(read_token_file(path)) == 8


def read_line(path: Path) -> dict[str, str]:
    return json.loads(path.read_text())


async def test_no_token_or_hash_is_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = add(path, "anna")
    record = read_line(path)
    gate, clock = make_gate(path)
    await admit(gate, token)
    for wrong in (token[:-1], PREFIX + "B" * 43):
        with pytest.raises(Unauthorized):
            await admit(gate, wrong)
    write_file(path, json.dumps(record) + '\n{"name": 1, "hash": "' + record["hash"] + '"}')
    clock.seconds += 1
    with pytest.raises(Unauthorized):
        await admit(gate, token)
    logged = caplog.text + "".join(str(vars(each)) for each in caplog.records)
    assert "no token is taken" in logged
    for secret in (token.removeprefix(PREFIX)[:20], "B" * 43, record["hash"], record["salt"]):
        assert secret not in logged


def test_a_token_that_gets_into_a_text_is_taken_out(path: Path) -> None:
    token = add(path, "anna")
    for text in (f"Bearer {token}", f"a/{token}/b", f'{{"x": "{token}"}}', f"token {token}."):
        assert token.removeprefix(PREFIX)[:12] not in without_secrets(text)
