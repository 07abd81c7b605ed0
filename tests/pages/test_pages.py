"""Pages for people: where they are, and who else gets nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from ims_mcp.cli.stdio_pages import StdioPages
from ims_mcp.errors import ImsError
from ims_mcp.server.http.loopback_pages import LoopbackPages
from ims_mcp.server.http.pages import PageApp, PageRefusal, PageSet
from ims_mcp.server.http.public_pages import PublicPages
from ims_mcp.settings import SettingsError
from tests.http.served import WAIT_SECONDS, served

pytestmark = pytest.mark.anyio


async def echo(given: Mapping[str, Any]) -> dict[str, Any]:
    if "refuse" in given:
        raise PageRefusal(409, "No.", next_step="Ask again.", data={"left": 3})
    if "fail" in given:
        raise ImsError("It failed.", next_step="Look.")
    return {"given": dict(given)}


SET = PageSet((), ("page.css",), {"echo": echo}, ("https://*.example.com",))


async def ask(base: str, path: str = "/pages/api/echo", **headers: str) -> httpx2.Response:
    usual = {"Origin": base, "Content-Type": "application/json"}
    async with httpx2.AsyncClient() as client:
        return await client.post(base + path, content=b'{"a": 1}', headers=usual | headers)


async def test_a_page_is_answered_where_it_is_and_nobody_else_is() -> None:
    async with LoopbackPages([SET]) as pages:
        base = await pages.open_for(60)
        assert (await ask(base)).json() == {"given": {"a": 1}}
        port = base.rpartition(":")[2]
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": f"http://localhost:{port}"},
            {"Origin": f"http://127.0.0.1:{int(port) - 1}"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ):
            assert (await ask(base, **headers)).status_code == 403, headers
        assert (await ask(base, Host="evil.example")).status_code == 421
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            assert (await ask(base, **{"Content-Type": kind})).status_code == 415
        async with httpx2.AsyncClient() as client:
            headless = await client.post(f"{base}/pages/api/echo", json={})
            assert headless.status_code == 403, "a program that says no origin is no page"
            assert (await client.get(f"{base}/pages/api/echo")).status_code == 405
            assert (await client.options(f"{base}/pages/api/echo")).status_code == 405


@pytest.mark.parametrize("origin", ["", "null", "http://127.0.0.1"])
async def test_where_nobody_knows_the_address_of_the_pages_nobody_is_one(origin: str) -> None:
    public = PublicPages(None)
    async with served(pages=PageApp([SET], lambda: public.origin)) as at:
        assert (await ask(at.base, Origin=origin)).status_code == 403


async def test_every_answer_keeps_others_out() -> None:
    async with LoopbackPages([SET]) as pages:
        base = await pages.open_for(60)
        async with httpx2.AsyncClient() as client:
            for path in ("/pages/files/page.css", "/pages/api/echo", "/pages/none", "/", "/pages/files/../pages"):
                found = await client.get(base + path)
                policy = found.headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "connect-src 'self' https://*.example.com;" in policy
                assert "unsafe" not in policy
                assert found.headers["x-frame-options"] == "DENY"
                assert found.headers["referrer-policy"] == "no-referrer"
                assert "access-control-allow-origin" not in found.headers


async def test_what_is_refused_says_why_and_a_body_is_an_object_of_some_size() -> None:
    async with LoopbackPages([SET]) as pages:
        base = await pages.open_for(60)
        headers = {"Origin": base, "Content-Type": "application/json"}
        async with httpx2.AsyncClient(headers=headers) as client:
            refused = await client.post(f"{base}/pages/api/echo", json={"refuse": 1})
            assert (refused.status_code, refused.json()) == (
                409,
                {"error": "No.", "next_step": "Ask again.", "left": 3},
            )
            failed = await client.post(f"{base}/pages/api/echo", json={"fail": 1})
            assert (failed.status_code, failed.json()["error"]) == (400, "It failed.")
            for body, status in ((b"[]", 400), (b"{", 400), (b"", 400), (b"[" * 60_000, 400), (b" " * 70_000, 413)):
                assert (await client.post(f"{base}/pages/api/echo", content=body)).status_code == status


async def test_a_file_that_is_known_already_is_not_sent_again() -> None:
    async with LoopbackPages([SET]) as pages:
        base = await pages.open_for(60)
        async with httpx2.AsyncClient() as client:
            first = await client.get(f"{base}/pages/files/page.css")
            again = await client.get(f"{base}/pages/files/page.css", headers={"If-None-Match": first.headers["etag"]})
        assert first.status_code == 200
        assert (again.status_code, again.content) == (304, b"")


async def test_a_port_is_open_only_while_a_page_is_needed_and_is_the_same_again() -> None:
    async with StdioPages(lambda: [SET]) as pages:
        base = await pages.open_for(0.2)
        async with httpx2.AsyncClient(timeout=60) as client:
            with anyio.fail_after(WAIT_SECONDS), suppress(httpx2.TransportError):
                while True:
                    await client.get(f"{base}/pages/none", headers={"Connection": "close"})
            assert await pages.open_for(60) == base
            assert (await client.get(f"{base}/pages/none")).status_code == 404
            assert await pages.open_for(1) == base
    async with httpx2.AsyncClient(timeout=60) as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(f"{base}/pages/none")


async def test_a_page_that_opens_while_the_port_is_being_closed_stays_where_it_was_told() -> None:
    begun = anyio.Event()

    async def answer_late(given: Mapping[str, Any]) -> dict[str, Any]:
        begun.set()
        await anyio.sleep_forever()
        return dict(given)

    async with LoopbackPages([PageSet((), (), {"late": answer_late, "echo": echo})]) as pages:
        told = first = await pages.open_for(0.5)
        async with anyio.create_task_group() as tasks:
            # What is being answered holds the old port open for a moment after its end.
            tasks.start_soon(ask, first, "/pages/api/late")
            await begun.wait()
            with anyio.fail_after(WAIT_SECONDS):
                while pages._server is not None:  # noqa: ASYNC110 - no event  # pyright: ignore[reportPrivateUsage]
                    await anyio.sleep(0.01)
                told = await pages.open_for(60)
        # The old one is gone by now: what it was asked has been ended.
        assert await pages.open_for(60) == told
        assert (await ask(told)).status_code == 200


async def test_pages_stand_beside_mcp_over_http_under_the_address_that_people_use() -> None:
    public = PublicPages("https://ims.example.com/media/")
    assert await public.open_for(60) == "https://ims.example.com/media"
    async with served(hosts=["ims.example.com"], pages=PageApp([SET], lambda: public.origin)) as at:
        told = {"Host": "ims.example.com", "Origin": "https://ims.example.com"}
        assert (await ask(at.base, **told)).json() == {"given": {"a": 1}}
        assert (await ask(at.base, **{**told, "Origin": at.base})).status_code == 403
        assert (await ask(at.base, **{**told, "Host": "evil.example"})).status_code == 421
        assert (await ask(at.base, "/pagesx", **told)).status_code == 403, "any other path is MCP's"


async def test_too_many_browsers_at_once_are_told_to_come_again() -> None:
    async def wait_for_ever(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("not asked")

    async with served(pages=wait_for_ever) as at:
        at.app.calls._by_caller["\0pages"] = 32  # pyright: ignore[reportPrivateUsage]
        assert (await ask(at.base)).status_code == 429


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("https://ims.example.com", "https://ims.example.com"),
        ("https://IMS.example.com:443/x/", "https://ims.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
        (None, ""),
    ],
)
def test_an_origin_is_as_browsers_say_it(base: str | None, origin: str) -> None:
    assert PublicPages(base).origin == origin


@pytest.mark.parametrize(
    "base", ["ims.example.com", "ftp://x", "https://u@x", "https://x?y", "https://x#y", "http://x:0"]
)
def test_what_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(SettingsError, match="is not an address"):
        PublicPages(base)


async def test_where_no_address_is_known_it_is_said_how_to_name_it() -> None:
    with pytest.raises(ImsError) as failed:
        await PublicPages(None).open_for(60)
    assert "--public-url" in failed.value.next_step
