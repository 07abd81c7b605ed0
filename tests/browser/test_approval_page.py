"""A person approves a call, or refuses it, on the page in a real browser."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from playwright.async_api import Browser, Page, expect

from ims_mcp.shared_store import MemoryStore
from tests.approval.person import DELETE, PIN, WRONG, Clock, approving, person_of, set_up
from tests.browser.accessibility import find_barriers
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.server.connected import text_of
from tests.server.test_confirmation import changes

pytestmark = pytest.mark.anyio
MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def titles(arrived: Arrived) -> Answer:
    """Each asset has markup in its title."""
    known = {"MediaId": "a" * 32, "MediaBasicInfo": {"Title": MARKUP, "MediaId": "a" * 32}}
    return Answer(body={"RequestId": "r", "MediaInfos": [known]}) if "Batch" in arrived.action else Answer()


@asynccontextmanager
async def waiting(**more: Any) -> AsyncGenerator[tuple[Client, ScriptedService, str]]:
    """A call that waits, and the address of its page."""
    with ScriptedService(usual=titles) as service:
        async with approving(service.url, **more) as client:
            person = person_of(await client.call_tool(*DELETE))
            yield client, service, f"{person.base}/pages/approve#{person.id}"


async def test_a_person_reads_the_question_and_approves_it_by_keyboard(page: Page, complaints: list[str]) -> None:
    async with waiting() as (client, service, address):
        await page.goto(address)
        await expect(page.get_by_role("heading", name="Approve this call?")).to_be_visible()
        await expect(page.locator("#question")).to_contain_text("Call: DeleteMediaInfos")
        await expect(page.locator("#question")).to_contain_text("a" * 32)
        await expect(page.locator("#client")).to_have_text("ims-mcp tests")
        assert await find_barriers(page) == []
        # In the order of the page: languages, question, PIN, approve, refuse.
        order: list[str] = []
        await page.locator("#heading").focus()
        for _ in range(3):
            await page.keyboard.press("Tab")
            order.append(await page.evaluate("document.activeElement.id"))
        assert order == ["question", "pin", "approve"]
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.type(PIN)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Approved")).to_be_focused()
        await expect(page.locator("#message")).to_contain_text("You can close this page")
        assert await find_barriers(page) == []
        assert changes(service) == []
        assert not (await client.call_tool(*DELETE)).is_error
        assert changes(service) == ["DeleteMediaInfos"]
        assert complaints == []


async def test_a_person_refuses_it_in_chinese(browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN", color_scheme="dark")
    try:
        page = await context.new_page()
        async with waiting() as (client, service, address):
            await page.goto(address)
            await expect(page.get_by_role("heading", name="是否批准此操作？")).to_be_visible()
            await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
            await expect(page.locator("#question")).to_contain_text("调用：DeleteMediaInfos")
            assert await find_barriers(page) == []
            await page.get_by_role("button", name="English").click()
            await expect(page.locator("#question")).to_contain_text("Call: DeleteMediaInfos")
            await page.get_by_role("button", name="中文").click()
            await page.get_by_role("button", name="拒绝").click()
            await expect(page.get_by_role("heading", name="已拒绝")).to_be_focused()
            assert "the user did not approve it" in text_of(await client.call_tool(*DELETE))
        assert changes(service) == []
    finally:
        await context.close()


async def test_strangers_words_stay_words(page: Page) -> None:
    async with waiting() as (_, _, address):
        await page.goto(address)
        await expect(page.locator("#question")).to_contain_text("<script>document.title='owned'</script>")
        assert await page.locator("#question *").count() == 0
        assert "owned" not in await page.title()


async def test_wrong_pins_say_how_many_tries_are_left_and_then_lock(page: Page) -> None:
    async with waiting() as (_, service, address):
        await page.goto(address)
        await page.get_by_role("button", name="Approve").click()
        await expect(page.get_by_role("alert")).to_have_text("Enter your PIN.")
        for told in ("4 tries are left", "3 tries are left", "2 tries are left", "One try is left"):
            await page.get_by_label("Your PIN").fill(WRONG)
            await page.get_by_role("button", name="Approve").click()
            await expect(page.get_by_role("alert")).to_contain_text(told)
            await expect(page.get_by_label("Your PIN")).to_be_focused()
        await page.get_by_label("Your PIN").fill(WRONG)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("The next try is in 15 minutes")
        await page.get_by_label("Your PIN").fill(PIN)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("The next try is in 15 minutes")
        assert await find_barriers(page) == []
        assert changes(service) == []


async def test_two_pages_of_one_question_count_once_and_one_that_is_over_says_so(page: Page) -> None:
    clock = Clock()
    async with waiting(approvals=set_up("local", store=MemoryStore(clock))) as (client, _, address):
        other = await page.context.new_page()
        await page.goto(address)
        await other.goto(address)
        await expect(other.locator("#question")).to_be_visible()
        await page.get_by_label("Your PIN").fill(PIN)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
        await other.get_by_role("button", name="Refuse").click()
        await expect(other.get_by_role("heading", name="This question is not open")).to_be_visible()
        assert not (await client.call_tool(*DELETE)).is_error
        person = person_of(await client.call_tool(*DELETE))
        await page.goto("about:blank")
        await page.goto(f"{person.base}/pages/approve#{person.id}")
        await expect(page.locator("#question")).to_be_visible()
        clock.now += 600
        await page.get_by_label("Your PIN").fill(PIN)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="This question is not open")).to_be_visible()


async def test_a_frame_another_origin_and_a_form_get_nowhere(page: Page) -> None:
    """A page elsewhere, in the same browser, knows the address and even the PIN."""
    async with waiting() as (_, _, address), waiting() as (_, _, elsewhere):
        base, _, approval_id = address.partition("/pages/approve#")
        await page.goto(elsewhere)
        answer = await page.evaluate(
            """async ([url, body]) => {
                const tried = [];
                for (const type of ["application/json", "text/plain"]) {
                    for (const mode of ["cors", "no-cors"]) {
                        try {
                            const got = await fetch(url, {method: "POST", mode, body, headers: {"Content-Type": type}});
                            tried.push(got.type + got.status);
                        } catch (error) {
                            tried.push("refused");
                        }
                    }
                }
                return tried;
            }""",
            [f"{base}/pages/api/answer-approval", f'{{"id": "{approval_id}", "yes": true, "pin": "{PIN}"}}'],
        )
        assert set(answer) == {"refused"}
        # A page without any policy of its own: about:blank, which may fetch and frame what it likes.
        await page.goto("about:blank")
        sent = await page.evaluate(
            """async ([url, body]) => {
                const got = await fetch(url, {method: "POST", mode: "no-cors", body}).catch(() => null);
                const frame = document.createElement("iframe");
                const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
                frame.src = url.replace("/api/answer-approval", "/approve");
                document.body.append(frame);
                await loaded;
                let inside = null;
                try { inside = frame.contentDocument; } catch (error) { inside = null; }
                return [got === null ? "refused" : got.type, inside === null];
            }""",
            [f"{base}/pages/api/answer-approval", f'{{"id": "{approval_id}", "yes": true, "pin": "{PIN}"}}'],
        )
        assert sent[1] is True
        framed = page.frames[-1]
        assert await framed.locator("#question").count() == 0, "a browser shows an error in its place"
        await page.goto(address)
        await expect(page.locator("#question")).to_be_visible()


async def test_a_robot_that_opens_the_page_and_presses_everything_approves_nothing(page: Page) -> None:
    async with waiting() as (client, service, address):
        await page.goto(address)
        await expect(page.locator("#question")).to_be_visible()
        await page.evaluate("document.querySelector('form').requestSubmit()")
        await page.get_by_role("button", name="Approve").click()
        await page.reload()
        await expect(page.locator("#question")).to_be_visible()
        await page.evaluate("document.querySelector('form').submit()")  # which the page's policy keeps from going on
        assert person_of(await client.call_tool(*DELETE)).id in address
        assert changes(service) == []


async def test_the_page_fits_a_telephone(browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 320, "height": 640})
    try:
        page = await context.new_page()
        async with waiting() as (_, _, address):
            await page.goto(address)
            await expect(page.locator("#question")).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        await context.close()
