"""The viewer in the reference host, with answers of a test's own in the server's place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import FrameLocator, Locator, Page

import ims_mcp

VIEWER = Path(ims_mcp.__file__).parent / "pages" / "viewer.html"
_IS_SETTLED = """
    () => {
        const root = document.documentElement;
        const seen = (window.settling ??= {});
        const now = `${root.scrollHeight} ${window.innerHeight}`;
        if (seen.now !== now) [seen.now, seen.since] = [now, performance.now()];
        // Where all of it fits the host has answered; it does not where the viewer has the whole screen.
        return performance.now() - seen.since > (root.scrollHeight <= window.innerHeight + 1 ? 300 : 2000);
    }
"""
_NOTE_CLICK = "element => element.addEventListener('click', () => { element.wasClicked = true; }, { once: true })"
_HAS_COME = """
    async element => {
        for (let left = 100; left && !element.wasClicked; left--) await new Promise(go => setTimeout(go, 20));
        return element.wasClicked === true;
    }
"""
_MOST_CLICKS = 5
Answers = Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]
"""By tool: arguments -> structured result. What raises LookupError is answered as an error, with its text."""


def answer_with(content: dict[str, Any]) -> dict[str, Any]:
    """A tool's result, as the server writes it."""
    return {"content": [{"type": "text", "text": json.dumps(content)}], "structuredContent": content}


def refuse_with(text: str) -> dict[str, Any]:
    """A tool's error."""
    return {"content": [{"type": "text", "text": text}], "isError": True}


class ViewerPage:
    """One page of the host, and the viewer in it."""

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self._host = host

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("#place iframe").frame_locator("iframe")

    @property
    def video(self) -> Locator:
        return self.app.locator("video")

    @property
    def passages(self) -> Locator:
        """The list of what has a time and words."""
        return self.app.get_by_role("listbox")

    async def show(
        self,
        content: dict[str, Any],
        answers: Answers,
        csp: dict[str, list[str]],
        *,
        arguments: dict[str, Any] | None = None,
        theme: str = "light",
        locale: str = "en-US",
        capabilities: dict[str, Any] | None = None,
        result: dict[str, Any] | None = None,
    ) -> None:
        """The viewer with the result of a tool; ``result`` in place of one with ``content``."""

        async def answer(name: str, given: dict[str, Any]) -> dict[str, Any]:
            try:
                return answer_with(answers[name](given))
            except LookupError as problem:
                return refuse_with(str(problem.args[0]))

        await self.page.expose_function("answerTool", answer)
        await self.page.goto(self._host)
        showing: dict[str, Any] = {
            "html": VIEWER.read_text(encoding="utf-8"),
            "csp": csp,
            "toolInput": arguments or {},
            "toolResult": result or answer_with(content),
            "context": {"theme": theme, "locale": locale, "availableDisplayModes": ["inline", "fullscreen"]},
        }
        if capabilities is not None:
            showing["capabilities"] = capabilities
        await self.page.evaluate("showing => host.show(showing)", showing)

    async def settle(self) -> None:
        """Until the host has given the viewer the height it asked for: a click meanwhile would meet what moves by."""
        frame = await (await self.app.locator("body").element_handle()).owner_frame()
        assert frame is not None
        await frame.wait_for_function(_IS_SETTLED)

    async def press(self, target: Locator) -> None:
        """Click on something of the viewer's, once it stands still; again, as a person does, where the click met what
        was there before."""
        element = await target.element_handle()
        await element.evaluate(_NOTE_CLICK)
        for _ in range(_MOST_CLICKS):
            await self.settle()
            await target.click()
            if await element.evaluate(_HAS_COME):
                return
        raise AssertionError("no click has come")

    async def read_records(self) -> dict[str, Any]:
        """What the viewer asked of the host so far."""
        return await self.page.evaluate("host.records")

    async def wait_for_playing(self, beyond: float) -> None:
        """Until the film has come that far, in seconds."""
        await self._wait("(video, beyond) => video.currentTime > beyond && !video.paused", beyond)

    async def wait_for_place(self, seconds: float) -> None:
        """Until the film stands (or passes) there, within half a second."""
        await self._wait("(video, at) => video.readyState >= 2 && Math.abs(video.currentTime - at) < 0.5", seconds)

    async def _wait(self, condition: str, value: float) -> None:
        handle = await self.video.element_handle()
        assert handle is not None
        frame = await handle.owner_frame()
        assert frame is not None
        await frame.wait_for_function(f"([video, value]) => ({condition})(video, value)", arg=[handle, value])
