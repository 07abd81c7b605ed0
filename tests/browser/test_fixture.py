"""The browser that other tests of pages rely on."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.accessibility import find_barriers

pytestmark = pytest.mark.anyio


async def test_a_page_notes_what_it_complains_about(page: Page, complaints: list[str]) -> None:
    async with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        await page.set_content(
            "<html lang=en><title>t</title><meta http-equiv=content-security-policy content=\"script-src 'nonce-n'\">"
            "<script nonce=n>console.error('said')</script><script>alert(1)</script>"
        )

    assert complaints[0] == "said"
    assert "Content Security Policy" in complaints[1]


async def test_axe_finds_a_picture_without_words(page: Page) -> None:
    await page.set_content("<html lang=en><title>t</title><main><h1>x</h1><img src=data:,></main>")

    assert [barrier.split(":")[0] for barrier in await find_barriers(page)] == ["image-alt"]


async def test_chromium_plays_h264_and_aac(page: Page) -> None:
    answer = await page.evaluate(
        """document.createElement('video').canPlayType('video/mp4; codecs="avc1.4d401f,mp4a.40.2"')"""
    )

    assert answer == "probably"
