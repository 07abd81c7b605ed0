"""`ims-mcp pin set` and `ims-mcp approve`, in a real terminal; and what a program without one, or with one, gets."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import Implementation

from ims_mcp.approvals.announced import Announced, announce
from ims_mcp.approvals.pins import changing_pin_file, find_weakness, make_pin, read_pin_file
from ims_mcp.file_store import FileStore
from ims_mcp.redis_store import open_redis
from ims_mcp.settings import Settings, SettingsError
from tests.approval.person import DELETE, PIN, SET_ON, WRONG, person_of, pin_of, set_up
from tests.approval.terminal import Terminal, run_without_terminal
from tests.approval.test_over_http import ask
from tests.approval.test_over_http import person_of as person_over_http
from tests.cli.running import KEYS, clean_environment
from tests.client.scripted_service import Answer, ScriptedService
from tests.http.served import NameGate, served
from tests.redis_server import RedisServer
from tests.server.test_confirmation import changes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")


def find_pins(home: Path) -> Path:
    return home / ".local/state/ims-mcp/pins"


def set_pin(home: Path) -> None:
    """As `pin set` has left it."""
    with changing_pin_file(find_pins(home)) as records:
        records["local"] = pin_of("local")


@asynccontextmanager
async def on_stdio(endpoint: str, home: Path, **more: str) -> AsyncGenerator[Client]:
    """A client of `ims-mcp serve`, a process of its own."""
    environ = clean_environment(home, **KEYS, IMS_MCP_ENDPOINT=endpoint, IMS_MCP_MAX_WAIT_SECONDS="1", **more)
    server = StdioServerParameters(command=sys.executable, args=["-m", "ims_mcp", "serve"], env=environ)
    async with Client(server, client_info=Implementation(name="a client", version="1")) as client:
        yield client


# The PIN


def test_a_pin_is_typed_twice_unseen_and_changing_it_wants_the_old_one(tmp_path: Path) -> None:
    with Terminal("pin", "set", home=tmp_path) as terminal:
        terminal.expect("New PIN: ")
        terminal.type(PIN)
        terminal.expect("The same again: ")
        terminal.type(PIN)
        terminal.expect("The PIN of local is set")
        assert terminal.end() == 0
    assert PIN not in terminal.shown
    path = find_pins(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert PIN not in path.read_text(encoding="utf-8")
    assert read_pin_file(path)["local"].is_of(PIN)
    with Terminal("pin", "set", home=tmp_path) as terminal:
        terminal.expect("It, first: ")
        terminal.type(WRONG)
        terminal.expect("That is not it. 4 tries are left")
        assert terminal.end() == 1
    with Terminal("pin", "set", home=tmp_path) as terminal:
        terminal.expect("It, first: ")
        terminal.type(PIN)
        terminal.expect("New PIN: ")
        terminal.type("another one")
        terminal.expect("The same again: ")
        terminal.type("another own")
        terminal.expect("The two differ. Nothing was changed.")
        assert terminal.end() == 1
    assert read_pin_file(path)["local"].is_of(PIN)


def test_who_tries_to_change_it_has_five_tries(tmp_path: Path) -> None:
    set_pin(tmp_path)
    for told in ("4 tries are left", "3 tries", "2 tries", "1 tries", "0 tries", "too often"):
        with Terminal("pin", "set", home=tmp_path) as terminal:
            terminal.expect("It, first: ")
            terminal.type(WRONG)
            terminal.expect(told)
            assert terminal.end() == 1


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "12345",
        "x" * 65,
        "111111",
        "121212",
        "abcabc",
        "123456",
        "987654",
        "abcdef",
        "password1",
        "PASSWORD",
        "a b\t c d",
    ],
)
def test_a_pin_that_anybody_guesses_is_refused(pin: str) -> None:
    assert find_weakness(pin)
    with pytest.raises(SettingsError, match="This PIN"):
        make_pin("local", pin, now=SET_ON)


def test_a_good_pin_is_taken_whichever_keyboard_writes_it() -> None:
    for pin in ("719204", "corvid-71", "一二三四五六七", "Zürich-47"):
        assert find_weakness(pin) == ""
    assert make_pin("local", "Zu\u0308rich-47", now=SET_ON).is_of("Zürich-47")
    assert find_weakness("anna-k", "Anna-K")


@pytest.mark.parametrize("words", [("pin", "set"), ("approve",)], ids=" ".join)
def test_without_a_terminal_nothing_is_set_and_nothing_approved(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = run_without_terminal(*words, home=tmp_path, typed=f"{PIN}\n{PIN}\n")
    assert ended.returncode == 1
    assert "needs a terminal that a person sits at" in ended.stderr
    assert not find_pins(tmp_path).exists()


# Approving


@pytest.mark.anyio
async def test_a_call_of_a_server_on_stdio_is_approved_in_a_terminal(tmp_path: Path) -> None:
    set_pin(tmp_path)
    audit = tmp_path / "audit"
    with ScriptedService() as service:
        async with on_stdio(service.url, tmp_path, IMS_MCP_AUDIT=str(audit)) as client:
            person_of(await client.call_tool(*DELETE))

            def approve() -> str:
                with Terminal("approve", home=tmp_path) as terminal:
                    terminal.expect(
                        "[1 of 1] DeleteMediaInfos: asked by the assistant on this machine, through a client"
                    )
                    terminal.expect("Call: DeleteMediaInfos")
                    terminal.expect("a" * 32)
                    terminal.expect("n refuses it, Enter leaves it: ")
                    terminal.type(WRONG)
                    terminal.expect("4 tries are left")
                    terminal.expect("n refuses it, Enter leaves it: ")
                    terminal.type(PIN)
                    terminal.expect("Approved: it may be made once")
                    assert terminal.end() == 0
                return terminal.shown

            shown = await anyio.to_thread.run_sync(approve)
            assert not (await client.call_tool(*DELETE)).is_error
    assert changes(service) == ["DeleteMediaInfos"]
    assert PIN not in shown
    line = json.loads(audit.read_text(encoding="utf-8"))
    assert (line["confirmed"], line["approved_by"], line["who"]) == ("terminal", "local", "local")


@pytest.mark.anyio
async def test_it_is_refused_there_in_chinese_and_nothing_waits_then(tmp_path: Path) -> None:
    set_pin(tmp_path)
    with ScriptedService() as service:
        async with on_stdio(service.url, tmp_path) as client:
            person = person_of(await client.call_tool(*DELETE))

            def refuse() -> None:
                with Terminal("approve", home=tmp_path, LANG="zh_CN.UTF-8") as terminal:
                    terminal.expect("调用：DeleteMediaInfos")
                    terminal.expect("Enter leaves it: ")
                    terminal.type("n")
                    terminal.expect("Refused: it will not be made.")
                    assert terminal.end() == 0
                with Terminal("approve", home=tmp_path) as terminal:
                    terminal.expect("Nothing waits for approval.")
                    assert terminal.end() == 0

            await anyio.to_thread.run_sync(refuse)
            assert (await person.look())["state"] == "refused"
            assert (await client.call_tool(*DELETE)).is_error
    assert changes(service) == []


@pytest.mark.anyio
async def test_a_program_of_the_same_user_opens_nothing_by_files_or_a_pin_of_its_own(tmp_path: Path) -> None:
    """What a model with a shell tries first: the state directory, the file of PINs, a terminal that it makes."""
    set_pin(tmp_path)
    state = tmp_path / ".local/state/ims-mcp"
    with ScriptedService() as service:
        async with on_stdio(service.url, tmp_path) as client:
            person = person_of(await client.call_tool(*DELETE))
            for path in (state / "shared").glob("*.json"):
                entry = json.loads(path.read_text(encoding="utf-8"))
                # An approval as a shared store would have it, under every key there is.
                forged = json.dumps({person.id: {"call": "", "state": "approved", "ends_at": 9e12, "by": "local"}})
                entry["value"] = base64.b64encode(forged.encode()).decode()
                path.write_text(json.dumps(entry), encoding="utf-8")
            person_of(await client.call_tool(*DELETE))
            with changing_pin_file(find_pins(tmp_path)) as records:
                records["local"] = make_pin("local", "its own pin", now=SET_ON)
            assert (await person.approve("its own pin")).json()["reason"] == "wrong_pin"
            person_of(await client.call_tool(*DELETE))
            assert changes(service) == []
            assert (await person.approve(PIN)).status_code == 200
            assert not (await client.call_tool(*DELETE)).is_error
    assert changes(service) == ["DeleteMediaInfos"]


def test_a_server_that_has_ended_or_was_replaced_at_its_port_is_shown_no_pin(tmp_path: Path) -> None:
    # Something that answers as if a question waited there.
    body = {
        "operation": "GetMediaInfo",
        "questions": {"en": "harmless", "zh": ""},
        "subject": "local",
        "client": "",
        "check": "guessed",
        "state": "waiting",
        "seconds_left": 60,
        "locked_seconds": 0,
        "pin_set_on": "2026-11-20",
    }
    with ScriptedService(usual=Answer(body=body)) as service:
        store = FileStore(tmp_path / ".local/state/ims-mcp/shared")
        for number, base in enumerate((service.url, "http://127.0.0.1:9")):
            waiting = Announced(f"{'0' * 16}-{number:032x}", base, "the right one")
            anyio.run(announce, store, waiting, 600.0)
        with Terminal("approve", home=tmp_path) as terminal:
            terminal.expect("Nothing waits for approval.")
            assert terminal.end() == 0
        assert service.count == 1


@pytest.mark.anyio
async def test_calls_of_servers_over_http_are_approved_through_their_redis(tmp_path: Path) -> None:
    pins = tmp_path / "pins"
    with changing_pin_file(pins) as records:
        records["ann"] = pin_of("ann")
    with ScriptedService() as service, RedisServer() as redis:
        store = open_redis(redis.url)
        async with served(
            service.url,
            gate=NameGate(),
            store=store,
            approvals=set_up("ann", store=store),
            settings=Settings(max_wait_seconds=0.2),
        ) as to:
            person_over_http(await ask(to, *DELETE))

            def approve() -> None:
                with Terminal("approve", "--redis", redis.url, "--pins", str(pins), home=tmp_path) as terminal:
                    terminal.expect("[1 of 1] DeleteMediaInfos: asked by ann")
                    terminal.expect("Enter leaves it: ")
                    terminal.type(PIN)
                    terminal.expect("Approved")
                    assert terminal.end() == 0

            await anyio.to_thread.run_sync(approve)
            assert not (await ask(to, *DELETE)).get("isError")
            await store.close()
    assert changes(service) == ["DeleteMediaInfos"]


def test_a_file_of_pins_that_others_read_or_that_is_broken_is_told(tmp_path: Path) -> None:
    path = find_pins(tmp_path)
    set_pin(tmp_path)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="can be read or changed by others"):
        read_pin_file(path)
    path.chmod(0o600)
    for line in ("{}", "[]", "x", '{"name": "local", "set_at": 7, "salt": "00", "hash": "00"}'):
        path.write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(SettingsError, match="is broken in line 1"):
            read_pin_file(path)


def test_importing_a_server_on_stdio_loads_nothing_of_it() -> None:
    code = "import sys, ims_mcp.cli.serve, ims_mcp.server.build; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = {each for each in ended.stdout.split() if each.startswith("ims_mcp.approvals") or "page_approval" in each}
    assert found == set[Any]()


@pytest.mark.parametrize("body", [[], "waiting", None, {}], ids=str)
def test_what_answers_at_the_port_in_any_form_of_its_own_is_passed_over(tmp_path: Path, body: Any) -> None:
    assert count_asked(tmp_path, "127.0.0.1", body) == 1


def test_what_is_announced_at_another_address_than_this_machines_own_is_not_asked(tmp_path: Path) -> None:
    """Anything of this user can write there: a PIN leaves this machine by none of it."""
    assert count_asked(tmp_path, "0.0.0.0", {}) == 0


def count_asked(home: Path, host: str, body: Any) -> int:
    """How often something at ``host``, which answers with ``body``, is asked before nothing is said to wait."""
    with ScriptedService(usual=Answer(body=body)) as service:
        store = FileStore(home / ".local/state/ims-mcp/shared")
        base = service.url.replace("127.0.0.1", host)
        anyio.run(announce, store, Announced(f"{'0' * 16}-{'1' * 32}", base, "the right one"), 600.0)
        with Terminal("approve", home=home) as terminal:
            terminal.expect("Nothing waits for approval.")
            assert terminal.end() == 0
        return service.count
