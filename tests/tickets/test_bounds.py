"""What a ticket does not allow: other sizes and types, a second time, too late, more than were asked for."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.client.credentials import Credential
from ims_mcp.workflows.tickets.curl_line import write_curl_line, write_powershell_line
from tests.audit.written import audited, read_lines
from tests.server.connected import connected
from tests.tickets.test_curl import run_line
from tests.tickets.with_pages import client_with_pages
from tests.transfers.setting import Setting, call, ims_behind_proxy, refused, until

pytestmark = pytest.mark.anyio


async def make(client: Any, setting: Setting, file: Path, **more: Any) -> dict[str, Any]:
    """A ticket for a bucket of the user's own."""
    return await call(client, "create_upload", **{"file_name": file.name, "destination": setting.own("in/"), **more})


async def test_a_file_that_is_too_large_is_deleted_again_and_its_ticket_says_so(setting: Setting) -> None:
    file = setting.video(50_000)
    async with setting.client() as client:
        made = await make(client, setting, file, max_bytes=40_000)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        told = await refused(client, "transfer_status", transfer_id=made["transfer_id"])
        assert "and the ticket was for 40,000 at most; it was deleted again" in told
        assert setting.content(f"oss://{setting.bucket}/in/{file.name}") is None
        # The line works once more, since nothing is there: what comes by it does not stay.
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        await refused(client, "transfer_status", transfer_id=made["transfer_id"])
        assert setting.content(f"oss://{setting.bucket}/in/{file.name}") is None
    assert setting.asked("RegisterMediaInfo") == 0


async def test_an_asset_in_storage_of_ims_that_is_too_large_is_taken_back(setting: Setting) -> None:
    file = setting.video(50_000)
    async with setting.client() as client:
        made = await call(client, "create_upload", file_name=file.name, max_bytes=40_000)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        told = await refused(client, "transfer_status", transfer_id=made["transfer_id"])
        assert "40,000 at most; it was deleted again" in told
        assert "not" in (await refused(client, "get_media_info", MediaId=made["MediaId"])).lower()


async def test_an_empty_file_is_none(setting: Setting) -> None:
    file = setting.files / "empty.mp4"
    file.write_bytes(b"")
    async with setting.client() as client:
        made = await make(client, setting, file)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        assert "the file is empty; it was deleted again" in await refused(
            client, "transfer_status", transfer_id=made["transfer_id"]
        )


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_the_line_is_good_for_its_type_its_method_and_its_object_only(setting: Setting, place: str) -> None:
    file = setting.video()
    async with setting.client() as client:
        made = await make(client, setting, file, **({"destination": "vod"} if place == "vod" else {}))
        line = str(made["curl"])
        for changed in (
            line.replace("Content-Type: video/mp4", "Content-Type: text/html"),
            line.replace("-H 'x-oss-forbid-overwrite: true'", ""),
            line.replace("x-oss-forbid-overwrite: true", "x-oss-forbid-overwrite: false"),
            line.replace("-T ", "-X POST -T "),
            line.replace("-f -g", "-f -g -X DELETE"),
            line.replace(".mp4?", ".mp5?"),
            line.replace("?", "?partNumber=1&uploadId=1&"),
            line.replace("?", "?acl&"),
        ):
            assert changed != line
            assert (await run_line(changed, file.parent)).returncode == 22, changed
        looked = await run_line(line.replace(f"-T {file.name}", "").replace(f"-T '{file.name}'", ""), file.parent)
        assert looked.returncode == 22  # it is no address to read from
        assert (await run_line(line, file.parent)).returncode == 0


async def test_an_object_that_something_else_has_put_there_is_neither_taken_nor_deleted(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        made = await make(client, setting, file)
        setting.ims.put(f"in/{file.name}", b"somebody else's", setting.bucket)
        assert (await run_line(made["curl"], file.parent)).returncode == 22
        told = await refused(client, "transfer_status", transfer_id=made["transfer_id"])
        assert "something else lies at" in told
        assert setting.content(f"oss://{setting.bucket}/in/{file.name}") == b"somebody else's"
        assert "exists already and is not overwritten" in await refused(
            client, "create_upload", file_name=file.name, destination=setting.own("in/")
        )
    assert setting.asked("RegisterMediaInfo") == 0


async def test_two_tickets_for_one_place_take_one_file(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        first, second = await make(client, setting, file), await make(client, setting, file)
        assert (await run_line(second["curl"], file.parent)).returncode == 0
        assert (await run_line(first["curl"], file.parent)).returncode == 22
        assert "something else lies at" in await refused(client, "transfer_status", transfer_id=first["transfer_id"])
        assert (await call(client, "transfer_status", transfer_id=second["transfer_id"]))["state"] == "done"


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_too_late_nothing_is_taken(tmp_path: Path, clip: Path, place: str) -> None:
    ahead = [0.0]
    with ims_behind_proxy(tmp_path / "ims", clock=lambda: time.time() + ahead[0]) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        file = setting.video()
        async with setting.client() as client:
            made = await make(client, setting, file, **({"destination": "vod"} if place == "vod" else {}))
            ahead[0] = 30 * 60 + 5
            sent = await run_line(made["curl"], file.parent)
            assert sent.returncode == 22
            told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=0)
            assert (told["state"], "next_call" in told) == ("expired", False)
            assert "whose sending began in time" in told["note"]
            ahead[0] += 3700
            told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=0)
            assert (told["state"], told["error"]) == ("expired", "nothing was sent by it in time")


async def test_the_end_that_is_told_is_that_of_the_credential_where_it_comes_first(setting: Setting) -> None:
    ends_at = time.time() + 600
    credential = Credential("local", "local", None, ends_at=ends_at)
    settings = setting.settings()
    async with connected(setting.proxy.url, credential=credential, settings=settings) as client:
        made = await make(client, setting, setting.video())
    told = time.mktime(time.strptime(made["curl_ends_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert abs(told - ends_at) < 3
    assert made["page_ends_at"] > made["curl_ends_at"]


async def test_a_cancelled_ticket_takes_nothing_and_leaves_nothing(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        for where in ({}, {"destination": "vod"}):
            made = await make(client, setting, file, **where)
            assert (await call(client, "cancel_transfer", transfer_id=made["transfer_id"]))["state"] == "cancelled"
            told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
            assert told["state"] == "cancelled"
        assert "not" in (await refused(client, "get_media_info", MediaId=made["MediaId"])).lower()
        made = await make(client, setting, file)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"]))["state"] == "done"
        assert "not undone" in (await call(client, "cancel_transfer", transfer_id=made["transfer_id"]))["note"]
        assert setting.content(f"oss://{setting.bucket}/in/{file.name}") == file.read_bytes()


async def test_a_caller_has_a_hundred_open_tickets_at_most(setting: Setting) -> None:
    file = setting.video()
    async with setting.client() as client:
        made = [await make(client, setting, file) for _ in range(100)]
        assert "100 are open already" in await refused(
            client, "create_upload", file_name=file.name, destination=setting.own("in/")
        )
        await call(client, "cancel_transfer", transfer_id=made[0]["transfer_id"])
        await make(client, setting, file)
        listed = await call(client, "transfer_status")
        assert (listed["count"], len(listed["transfers"])) == (101, 50)
        assert "curl" not in json.dumps(listed)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"file_name": "in/film.mp4"}, "without its folder"),
        ({"file_name": "..\\film.mp4"}, "without its folder"),
        ({"file_name": "film\u202e4pm.exe"}, "without its folder"),
        ({"file_name": "a\nb.mp4"}, "without its folder"),
        ({"file_name": "film"}, "has no extension"),
        ({"file_name": "x" * 300 + ".mp4"}, "255"),
        ({"file_name": "film.mp4", "max_bytes": 0}, "max_bytes"),
        ({"file_name": "film.mp4", "content_type": "text/html; x='y"}, "content_type"),
        ({"file_name": "film.mp4", "destination": "https://evil.example/"}, "destination"),
        ({"file_name": "film.mp4", "Definition": "HD"}, "give MediaId"),
        ({"file_name": "film.mp4", "MediaId": "a" * 32, "Title": "x"}, "is for a new asset"),
        ({"file_name": "film.mp4", "MediaId": "a" * 32, "StreamTags": {"a": "b"}}, "StreamTags"),
        ({"file_name": "film.xyz", "destination": "oss://bucket-of-ours/"}, "What kind of media"),
    ],
)
async def test_what_no_ticket_can_be_for_is_refused_before_anything_is_sent(
    setting: Setting, given: dict[str, Any], words: str
) -> None:
    async with setting.client() as client:
        assert words in await refused(client, "create_upload", **given)
    assert setting.writes() == []


async def test_a_server_that_only_reads_makes_no_ticket(setting: Setting) -> None:
    async with setting.client(read_only=True) as client:
        assert "create_upload" not in {tool.name for tool in (await client.list_tools()).tools}
        assert "read-only mode" in await refused(client, "create_upload", file_name="film.mp4")
    assert setting.writes() == []


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_a_ticket_for_a_rendition_makes_a_stream_of_the_asset(setting: Setting, place: str) -> None:
    file, rendition = setting.video(), setting.video()
    async with setting.client() as client:
        asset = await call(client, "upload_media", path=str(file), Title=f"The whole film {place}", wait_seconds=30)
        more: dict[str, Any] = {"Definition": "LD", "destination": "vod"}
        if place == "own":
            more = {"StreamTags": {"quality": "480p"}}
        made = await make(client, setting, rendition, MediaId=f"title:The whole film {place}", **more)
        assert made["MediaId"] == asset["MediaId"] if place == "vod" else True
        assert (await run_line(made["curl"], rendition.parent)).returncode == 0
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=30)
        assert (told["state"], told["MediaId"]) == ("done", asset["MediaId"])
        assert told["stream"]["size_bytes"] == rendition.stat().st_size


async def test_every_write_leaves_a_line_of_audit_and_no_secret(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = setting.video()
    with audited(setting.home / "audit.jsonl") as observer:
        async with client_with_pages(setting, observer=observer) as client:
            made = await make(client, setting, file)
            assert (await run_line(made["curl"], file.parent)).returncode == 0
            told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=30)
    lines = read_lines(setting.home / "audit.jsonl")
    assert [line["operation"] for line in lines] == ["OssUpload", "RegisterMediaInfo"]
    secret = str(made["page"]).rpartition(".")[2]
    signature = re.findall(r"Signature=([^&']+)", made["curl"])[0]
    kept = f"{caplog.text} {json.dumps(lines)} {json.dumps(told)}"
    assert secret not in kept
    assert signature not in kept


async def test_progress_is_told_while_a_file_is_waited_for(setting: Setting) -> None:
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    async with setting.client() as client:
        made = await make(client, setting, setting.video())
        arguments = {"transfer_id": made["transfer_id"], "wait_seconds": 3}
        await client.call_tool("transfer_status", arguments, progress_callback=hear)
        await until(lambda: heard)
    assert heard[0] == "open: waiting for the file"


@pytest.mark.parametrize(
    "name", ["it's.mp4", "-x.mp4", ".hidden.mp4", 'a b $(id) `id` "q" {1,2} [3].mp4', "影片;&|.mp4"]
)
def test_a_line_is_read_by_a_shell_as_it_is_meant(tmp_path: Path, name: str) -> None:
    line = write_curl_line("https://b.example/k?a=1&b='2'", {"Content-Type": "video/mp4"}, name)
    shown = subprocess.run(
        ["sh", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; {line}"], capture_output=True, cwd=tmp_path, check=True
    ).stdout.decode()
    path = f"./{name}" if name[0] in "-." else name
    assert shown.split("\0")[:-1] == [
        *("-f", "-g", "-T", path, "-H", "Expect:", "-H", "Content-Type: video/mp4", "https://b.example/k?a=1&b='2'"),
    ]


def test_powershell_reads_quotes_doubled() -> None:
    line = write_powershell_line("https://b.example/k", {}, "it's \u2018so\u2019.mp4")
    assert line == "curl.exe -f -g -T 'it''s \u2018\u2018so\u2019\u2019.mp4' -H 'Expect:' 'https://b.example/k'"
