"""A real Chromium for tests of pages: one a module, a fresh profile a test, nothing reached outside this machine.

Playwright's asynchronous interface, so that a test can drive a page and an MCP client at once.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.programs import leave_out

ACTION_SECONDS = 60.0
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # With frames in processes of their own, clicks on a loaded machine went to where a frame had been before.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,IsolateSandboxedIframes",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """As long as the browser lives: its fixture is a module's."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """Debian's Chromium, which plays H.264 and AAC; Playwright's own download is not wanted."""
    program = shutil.which("chromium")
    if program is None:
        leave_out("chromium", "Debian: chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, headless=True, args=list(ARGUMENTS))
        try:
            yield launched
        finally:
            await launched.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncGenerator[BrowserContext]:
    """Cookies and storage of one test."""
    made = await browser.new_context(locale="en-US", viewport={"width": 1000, "height": 900})
    made.set_default_timeout(ACTION_SECONDS * 1000)
    expect.set_options(timeout=ACTION_SECONDS * 1000)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of `page` complained about: uncaught errors, and errors on the console (broken policies)."""
    return []


@pytest.fixture
async def page(context: BrowserContext, complaints: list[str]) -> Page:
    """An empty page that notes its `complaints`, its frames' as well."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    opened = await context.new_page()
    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    return opened
