"""Accounts over stdio: the same file for one person, whose name there is ``local``."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import oss2
import pytest

from ims_mcp.local.media.clip import make_clip
from tests.cli.running import run
from tests.config.written import write_config
from tests.fault_proxy import FaultProxy, Stall
from tests.local_ims.server import call_raw, running_ims, wait_for
from tests.server.piped import Piped, piped
from tests.tenants.accounts import Keys, environ_of, grant, write_accounts
from tests.tenants.two import BOTH, DELETE, READ, Two

EAST, WEST = {"account": "east"}, {"account": "west"}


def said(message: dict[str, Any]) -> str:
    return "".join(block["text"] for block in message["result"]["content"])


def done_transfer(server: Piped, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """The transfer once it is done: a client that says nothing of its patience is answered within seconds."""
    told = call(server, "transfer_status", {**arguments, "wait_seconds": 40})["result"]
    content = told["structuredContent"]
    assert content["state"] in ("uploading", "registering", "processing", "done"), json.dumps(content)
    return content if content["state"] == "done" else None


def call(server: Piped, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    server.call("x", tool, arguments)
    answer = server.answer()
    assert answer["id"] == "x", answer
    return answer


@contextmanager
def served(home: Path, path: Path, *words: str, **capabilities: Any) -> Generator[Piped]:
    options = ("--config", str(path), *words)
    environment = {**environ_of(home), "IMS_MCP_STATE_DIR": str(home / "state")}
    with piped(home, *options, environment=environment) as server:
        server.listen()
        server.greet(**capabilities)
        yield server


def test_calls_name_their_account_and_the_file_counts_again_when_it_changes(two: Two) -> None:
    path = two.write(grant("local", BOTH))
    with served(two.home, path) as server:
        for given, service in ((EAST, two.east), (WEST, two.west)):
            assert not call(server, READ[0], {**READ[1], **given})["result"].get("isError")
            assert service.count == 1
        assert "account: missing; give one of east, west" in said(call(server, *READ))
        two.write(grant("local", ["west"]) + grant("ann", BOTH))
        wait_for(lambda: "none of the caller's" in said(call(server, READ[0], {**READ[1], **EAST})) or None)
        assert not call(server, *READ)["result"].get("isError"), "one account needs no name"
        server.request("tools", "tools/list")
        listed = server.answer()["result"]["tools"]
        assert not any("account" in tool["inputSchema"]["properties"] for tool in listed)
        two.write(grant("ann", BOTH))
        wait_for(lambda: "nothing is granted to this caller" in said(call(server, *READ)) or None)
        server.call("s", "search_operations", {"query": "x"})
        assert "nothing is granted to this caller" in said(server.answer())


def test_a_yes_that_comes_after_the_grant_has_gone_is_refused(two: Two) -> None:
    """In the older protocol the call itself waits for it."""
    path = two.write(grant("*", BOTH))
    for then, told in (
        (grant("*", BOTH, read_only=True), "calls are not among the caller's rights"),
        (grant("ann", BOTH), "nothing is granted"),
        (grant("*", ["west"]), "none of the caller's accounts"),
    ):
        two.write(grant("*", BOTH))
        with served(two.home, path, elicitation={}) as server:
            server.call("d", DELETE[0], {**DELETE[1], **EAST})
            question = server.answer()
            assert question["method"] == "elicitation/create"
            assert "In the account east." in question["params"]["message"]
            two.write(then)
            wait_for(lambda: "isError" in json.dumps(call_beside(server)) or None)
            content = {"action": "accept", "content": {"confirm": True}}
            server.send({"jsonrpc": "2.0", "id": question["id"], "result": content})
            answer = server.answer()
            assert (answer["id"], answer["result"]["isError"]) == ("d", True)
            assert told in said(answer)
    assert "DeleteMediaInfos" not in two.actions


def call_beside(server: Piped) -> dict[str, Any]:
    """A write that the grants of before let through as far as the check of its arguments."""
    server.call("b", "update_media_info", {"account": "east", "MediaId": "a" * 32})
    answer = server.answer()
    text = said(answer)
    return answer["result"] if "not among" in text or "granted" in text or "none of" in text else {}


def test_an_upload_belongs_to_its_account_also_after_a_restart(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    clip = make_clip(tmp_path / "clip.mp4", seconds=1, width=64, height=36).read_bytes()
    size = 17 * 1024 * 1024  # several parts; a box that every reader of MP4 passes over
    (files / "big.mp4").write_bytes(clip + struct.pack(">I4s", size, b"free") + bytes(size - 8))
    options = {name: {"access_key_id": Keys(name).key_id, "access_key_secret": Keys(name).secret} for name in BOTH}
    with (
        running_ims(tmp_path / "east", **options["east"]) as east,  # pyright: ignore[reportArgumentType]
        running_ims(tmp_path / "west", **options["west"]) as west,  # pyright: ignore[reportArgumentType]
        FaultProxy(int(east.host.rpartition(":")[2])) as proxy,
    ):
        bucket = oss2.Bucket(oss2.Auth(Keys("east").key_id, Keys("east").secret), east.endpoint, "east-files")
        bucket.create_bucket()
        endpoint, buckets = proxy.url, {"east": "east-files", "west": "west-files"}
        path = write_accounts(tmp_path, {"east": endpoint, "west": west.endpoint}, buckets=buckets)
        proxy.inject(Stall(), "complete")
        words = ("--upload-dir", str(files))
        upload = {"path": "big.mp4", **EAST}
        with served(tmp_path, path, *words) as first:
            begun = call(first, "upload_media", {**upload, "wait_seconds": 0})["result"]["structuredContent"]
            wait_for(lambda: proxy.of_kind("complete") or None)
            of_west = call(first, "transfer_status", WEST)["result"]["structuredContent"]
            assert of_west["count"] == 0
            refused = call(first, "transfer_status", {**WEST, "transfer_id": begun["transfer_id"]})
            assert "name its account and region" in said(refused)
        proxy.clear()
        with served(tmp_path, path, *words) as second:
            identity = {"transfer_id": begun["transfer_id"]}
            for tool in ("transfer_status", "cancel_transfer"):
                assert call(second, tool, {**WEST, **identity})["result"]["isError"]
            assert begun["next_call"]["arguments"]["account"] == "east"
            content = wait_for(lambda: done_transfer(second, {**EAST, **identity}), 120)
            again = call(second, "upload_media", upload)["result"]["structuredContent"]
            assert again["MediaId"] == content["MediaId"]
        assert bucket.get_object("big.mp4").read() == (files / "big.mp4").read_bytes()
        client = west.client(Keys("west").key_id, Keys("west").secret)
        listed = call_raw(client, "ListMediaBasicInfos", {})
        assert listed["TotalCount"] == 0
    reads = write_accounts(tmp_path, {"east": endpoint}, grant("local", ["east"], read_only=True))
    with served(tmp_path, reads, *words) as third:
        for tool, arguments in (("transfer_status", identity), ("cancel_transfer", identity), ("upload_media", upload)):
            assert "write calls are not among the caller's rights" in said(call(third, tool, {**arguments})), tool


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("[accounts.a]\nprofil = 'x'\nregions = ['x']\n", (), ("accounts.a.profil", "accounts.a.regions[0]")),
        ("[accounts.a]\n", ("--toolsets", "cor"), ("There is no toolset",)),
        ("[accounts.a]\n", ("--endpoint", "http://127.0.0.1:9"), ("--endpoint cannot be used with --config",)),
        ("[accounts.a]\n", ("--local",), ("--local cannot be used with --config",)),
    ],
    ids=["mistakes", "toolset", "endpoint", "local"],
)
@pytest.mark.parametrize("http", [(), ("--http", "--port", "0")], ids=["stdio", "http"])
def test_what_cannot_be_served_ends_at_the_start(
    text: str, words: tuple[str, ...], told: tuple[str, ...], http: tuple[str, ...], tmp_path: Path
) -> None:
    path = write_config(tmp_path, text)
    ended = run("serve", "--config", str(path), *words, *http, home=tmp_path)
    assert ended.returncode == 1, ended.stderr
    assert all(each in ended.stderr for each in told), ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_file_nothing_of_it_is_imported() -> None:
    code = "import sys, ims_mcp.cli.serve, ims_mcp.server.build; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in ended.stdout.split() if name.startswith("ims_mcp.")}
    assert not {name for name in ours if name == "ims_mcp.cli.accounts" or name.startswith("ims_mcp.config")} - {
        "ims_mcp.config",
        "ims_mcp.config.rights",
    }
