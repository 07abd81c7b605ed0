"""Tickets of a server over HTTP: any replica works with them, for their caller, as long as that one may."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from ims_mcp.crc64 import crc64
from ims_mcp.redis_store import open_redis
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.header_credentials import HeaderCredentials
from ims_mcp.server.http.page_sets import list_page_sets
from ims_mcp.server.http.pages import PageApp
from ims_mcp.server.http.public_pages import PublicPages
from ims_mcp.server.transfer_tools import FILE_TOOLS
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore
from tests.http.served import MODERN, OLDER, NameGate, Served, call, headers_of, message, served
from tests.http.test_header_credentials import CARRIED
from tests.redis_server import RedisServer
from tests.tenants.accounts import Keys, environ_of, grant, settings_of, write_accounts
from tests.tickets.test_curl import run_line
from tests.transfers.setting import Setting, ims_behind_proxy

pytestmark = pytest.mark.anyio
PUBLIC = "https://ims.example.com"


def read_answer(answer: httpx2.Response) -> dict[str, Any]:
    """The message, alone or as the last event."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return answer.json()
    return json.loads(
        [line for line in answer.text.splitlines() if line.startswith("data: {")][-1].removeprefix("data: ")
    )


@dataclass(frozen=True, slots=True)
class Replica:
    """One server, for several callers and their browsers."""

    to: Served

    async def call(self, tool: str, arguments: dict[str, Any], caller: str = "ann", **more: Any) -> dict[str, Any]:
        """The structured result; of an error its text."""
        answer = read_answer(await call(self.to.url, tool, arguments, caller=caller, **more))
        assert "result" in answer, answer
        result = answer["result"]
        return {"error": result["content"][0]["text"]} if result.get("isError") else result["structuredContent"]

    async def ask_page(self, name: str, page: str, /, **fields: Any) -> httpx2.Response:
        """As the page's script does."""
        ticket, _, secret = page.partition("#")[2].partition(".")
        async with httpx2.AsyncClient(timeout=60) as client:
            return await client.post(
                f"{self.to.base}/pages/api/upload/{name}",
                json={"ticket": ticket, "secret": secret, **fields},
                headers={"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"},
            )


@asynccontextmanager
async def replica(
    setting: Setting,
    store: SharedStore | None = None,
    settings: Settings | None = None,
    on_server: Callable[[ImsServer], object] = lambda _: None,
    **more: Any,
) -> AsyncGenerator[Replica]:
    """As ``serve --http`` puts it together."""
    made: list[ImsServer] = []
    pages = PublicPages(PUBLIC)

    def make(*arguments: Any, **named: Any) -> ImsServer:
        made.append(ImsServer(*arguments, **{**named, "pages": pages}))
        on_server(made[0])
        return made[0]

    async def page_app(scope: Scope, receive: Receive, send: Send) -> None:
        await PageApp(list_page_sets(made[0]), lambda: pages.origin)(scope, receive, send)

    settings = settings or Settings(exclude_tools=FILE_TOOLS, local=True, data_dir=setting.ims.data_dir)
    serve: Any = served
    async with serve(
        setting.proxy.url, gate=NameGate(), store=store, settings=settings, make_server=make, pages=page_app, **more
    ) as to:
        yield Replica(to)


@pytest.mark.parametrize("era", [MODERN, OLDER])
async def test_tickets_are_listed_and_files_of_the_server_are_not(setting: Setting, era: str) -> None:
    async with replica(setting) as one, httpx2.AsyncClient() as client:
        headers = headers_of("tools/list", era=era, caller="ann")
        answer = await client.post(one.to.url, content=message("tools/list", era=era), headers=headers)
        names = {tool["name"] for tool in read_answer(answer)["result"]["tools"]}
        assert {"create_upload", "transfer_status", "cancel_transfer"} <= names
        assert not {"upload_media", "upload_stream"} & names
        file = setting.video()
        made = await one.call("create_upload", {"file_name": file.name}, era=era)
        assert (await run_line(made["curl"], file.parent)).returncode == 0
        told = await one.call("transfer_status", {"transfer_id": made["transfer_id"], "wait_seconds": 30}, era=era)
        assert told["state"] == "done"


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_each_step_may_be_another_replicas(setting: Setting, place: str) -> None:
    content = setting.video(700_000).read_bytes()
    where = {"destination": setting.own("in/")} if place == "own" else {}
    with RedisServer() as redis:
        stores = [open_redis(redis.url), open_redis(redis.url)]
        async with replica(setting, stores[0]) as first, replica(setting, stores[1]) as second:
            made = await first.call("create_upload", {"file_name": "film.mp4", **where})
            page = made["page"]
            assert page.startswith(f"{PUBLIC}/pages/upload#u-")
            described = {"name": "film.mp4", "size": len(content), "type": "video/mp4", "modified": 1}
            begun = (await second.ask_page("begin", page, **described)).json()
            assert begun["parts"] == []
            numbers = [*range(1, -(-len(content) // begun["part_bytes"]) + 1)]
            addresses = (await first.ask_page("sign", page, numbers=numbers)).json()["addresses"]
            async with httpx2.AsyncClient() as client:
                for number in numbers:
                    at = (number - 1) * begun["part_bytes"]
                    part = content[at : at + begun["part_bytes"]]
                    assert (await client.put(addresses[str(number)], content=part)).status_code == 200
            again = (await first.ask_page("begin", page, **described)).json()
            assert [row["number"] for row in again["parts"]] == numbers
            told = (await second.ask_page("finish", page, crc64=str(crc64(0, content)))).json()
            while told["state"] != "done":
                assert told["state"] == "processing", told
                told = (await second.ask_page("finish", page)).json()
            told = await first.call("transfer_status", {"transfer_id": made["transfer_id"]})
            assert (told["state"], told["size_bytes"]) == ("done", len(content))
        for store in stores:
            await store.close()
    made_assets = setting.asked("CreateUploadMedia") if place == "vod" else setting.asked("RegisterMediaInfo")
    assert made_assets == 1


async def test_a_checksum_that_differs_is_no_upload(setting: Setting) -> None:
    content = setting.video(200_000).read_bytes()
    async with replica(setting) as one:
        made = await one.call("create_upload", {"file_name": "film.mp4", "destination": setting.own("in/")})
        page = made["page"]
        await one.ask_page("begin", page, name="film.mp4", size=len(content), type="video/mp4", modified=1)
        addresses = (await one.ask_page("sign", page, numbers=[1])).json()["addresses"]
        async with httpx2.AsyncClient() as client:
            assert (await client.put(addresses["1"], content=content)).status_code == 200
        answer = await one.ask_page("finish", page, crc64="1")
        assert (answer.status_code, "checksums differ" in answer.json()["error"]) == (400, True)
        told = await one.call("transfer_status", {"transfer_id": made["transfer_id"]})
        assert "it was deleted again" in told["error"]
    assert setting.content(f"oss://{setting.bucket}/in/film.mp4") is None


async def test_another_callers_ticket_is_unknown(setting: Setting) -> None:
    file = setting.video()
    async with replica(setting) as one:
        made = await one.call("create_upload", {"file_name": file.name})
        ticket = {"transfer_id": made["transfer_id"]}
        for tool in ("transfer_status", "cancel_transfer"):
            told = await one.call(tool, ticket, caller="bob")
            assert "There is no upload ticket" in told["error"]
        assert (await one.call("transfer_status", {}, caller="bob"))["count"] == 0
        assert (await one.call("transfer_status", {}))["count"] == 1
        assert "There is no transfer" in (await one.call("transfer_status", {"transfer_id": "t-0123456789ab"}))["error"]
        read_only = await call(one.to.url, "transfer_status", ticket, caller="ann/ims:read")
        assert read_only.status_code == 403


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"secret": "wrong"}, {}, 404),
        ({"secret": ""}, {}, 404),
        ({"ticket": "u-0123456789abcdef"}, {}, 404),
        ({"ticket": "../../x"}, {}, 404),
        ({}, {"Origin": "https://evil.example"}, 403),
        ({}, {"Origin": "null"}, 403),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, {"Content-Type": "text/plain"}, 415),
    ],
)
async def test_the_page_answers_its_own_script_with_its_secret_only(
    setting: Setting, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    async with replica(setting) as one, httpx2.AsyncClient() as client:
        made = await one.call("create_upload", {"file_name": "film.mp4"})
        ticket, _, secret = made["page"].partition("#")[2].partition(".")
        for name in ("look", "begin", "sign", "finish", "cors", "cancel"):
            answer = await client.post(
                f"{one.to.base}/pages/api/upload/{name}",
                json={"ticket": ticket, "secret": secret} | fields,
                headers={"Origin": PUBLIC} | headers,
            )
            assert answer.status_code == status
        assert (await one.call("transfer_status", {"transfer_id": ticket, "wait_seconds": 0}))["state"] == "open"


async def test_parts_beyond_the_file_are_not_signed(setting: Setting) -> None:
    async with replica(setting) as one:
        page = (await one.call("create_upload", {"file_name": "film.mp4"}))["page"]
        assert (await one.ask_page("sign", page, numbers=[1])).status_code == 400
        await one.ask_page("begin", page, name="film.mp4", size=100, type="", modified=0)
        given: list[Any] = [[0], [2], [-1], [10_001], ["1"], [True], [1.5], [1] * 65, "1", None, {"1": 1}]
        for numbers in given:
            assert (await one.ask_page("sign", page, numbers=numbers)).status_code == 400, numbers
        assert (await one.ask_page("sign", page, numbers=[1])).status_code == 200


async def test_credentials_that_come_with_a_request_make_no_ticket(setting: Setting) -> None:
    async with replica(setting, carried=HeaderCredentials(is_taken=True)) as one:
        told = await one.call("create_upload", {"file_name": "film.mp4"}, headers=CARRIED)
        assert "nothing is kept of them" in told["error"]
    assert setting.writes() == []


async def test_rights_that_have_gone_end_an_upload(tmp_path: Path, clip: Path) -> None:
    keys = Keys("east")
    with ims_behind_proxy(tmp_path / "ims", access_key_id=keys.key_id, access_key_secret=keys.secret) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        file = setting.video()
        granted, none = grant("ann", ["east"]), grant("ann", ["east"], read_only=True) + grant("bob", ["east"])
        path = write_accounts(tmp_path, {"east": proxy.url}, granted)
        settings = settings_of(path, exclude_tools=FILE_TOOLS)
        async with replica(setting, settings=settings, environ=environ_of(tmp_path)) as one:
            made = await one.call("create_upload", {"file_name": file.name})
            assert "error" not in made, made
            assert (await one.ask_page("look", made["page"])).json()["state"] == "open"
            assert (await run_line(made["curl"], file.parent)).returncode == 0
            before = path.read_text()
            path.write_text(before.replace(granted, none))
            with anyio.fail_after(60):  # the file is looked at once a second
                while (await one.ask_page("look", made["page"])).status_code == 200:  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.05)
            answer = await one.ask_page("finish", made["page"])
            assert (answer.status_code, answer.json()["reason"]) == (403, "no_right")
            told = await one.call("transfer_status", {"transfer_id": made["transfer_id"]})
            assert "rights" in told["error"]
            told = await one.call("transfer_status", {"transfer_id": made["transfer_id"]}, caller="bob")
            assert "There is no upload ticket" in told["error"]
            path.write_text(before)
            with anyio.fail_after(60):
                while (await one.ask_page("look", made["page"])).status_code != 200:  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.05)
            told = await one.call("transfer_status", {"transfer_id": made["transfer_id"], "wait_seconds": 30})
            assert told["state"] == "done"


async def test_a_server_whose_address_nobody_knows_gives_the_line_alone(setting: Setting) -> None:
    file = setting.video()
    settings = Settings(exclude_tools=FILE_TOOLS, local=True, data_dir=setting.ims.data_dir)
    async with served(setting.proxy.url, gate=NameGate(), settings=settings) as to:
        made = (await call(to.url, "create_upload", {"file_name": file.name}, caller="ann")).json()["result"]
        told = made["structuredContent"]
        assert "no pages for people" in told["page_problem"]
        assert (await run_line(told["curl"], file.parent)).returncode == 0
