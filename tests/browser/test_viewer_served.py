"""The viewer as a host gets it: from ``ims-mcp serve --http --local``, with all it asks for answered by that server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from ims_mcp.local.media.clip import make_clip
from tests.browser.accessibility import find_barriers
from tests.browser.made_film import SECONDS, allow_pages, cut_hls
from tests.browser.reference_host import serve_host
from tests.browser.viewer_page import ViewerPage
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio
TITLE = "Harbour <img src=x onerror=alert(1)>"
_CUES = (
    "1\n00:00:02,000 --> 00:00:05,000\nThe lamp goes out.\n\n2\n00:00:12,000 --> 00:00:15,000\nThe first boat leaves.\n"
)
_FOUND: dict[str, Any] = {
    "NLP": {
        "autoChapters": [
            {"start": 0, "end": 8000, "headline": "Night", "summary": "It is dark."},
            {"start": 8000, "end": 20000, "headline": "Boats", "summary": "They leave."},
        ]
    },
    "VideoLabel": {"persons": [{"name": "Ada", "category": "pilot", "occurrences": [{"from": 14.0, "to": 16.0}]}]},
}


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningIms]:
    """With two assets: a film with text and findings, and a stream in pieces."""
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture(scope="module")
def media(ims: RunningIms, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Their ids."""
    folder = tmp_path_factory.mktemp("film")
    clip = make_clip(folder / "film.mp4", seconds=SECONDS, width=640, height=360, bitrate=600_000, subtitles=False)
    address = ims.put("film/film.mp4", clip)
    ims.put("film/film.mp4.ai.json", json.dumps(_FOUND).encode())
    film = ims.register(address, title=TITLE)
    ims.settled(film)
    ims.call("RegisterMediaStream", MediaId=film, InputURL=ims.put("film/film.en.srt", _CUES.encode()))
    for piece in cut_hls(clip, folder):
        ims.put(f"stream/{piece.name}", piece)
    stream = ims.register("oss://local-media/stream/film.m3u8", title="Stream")
    ims.settled(stream)
    allow_pages(ims.bucket())
    return {"film": film, "stream": stream}


@contextmanager
def serve(ims: RunningIms, origin: str) -> Generator[str]:
    """The address of MCP, as long as it is served."""
    command = [sys.executable, "-m", "ims_mcp", "serve", "--http", "--port", "0", "--local"]
    command += ["--data-dir", str(ims.data_dir), "--allowed-origin", origin]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    try:
        said = ""
        while (found := re.search(r"http://\S+/mcp", said)) is None:
            line = process.stderr.readline()
            assert line, f"it ended: {said}"
            said += line
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def host(ims: RunningIms) -> Generator[str]:
    """The host's page, connected to the server."""
    with serve_host() as address, serve(ims, address) as server:
        yield f"{address}/?server={server}"


@pytest.fixture
async def viewer(page: Page, host: str) -> ViewerPage:
    opened = ViewerPage(page, host)
    await page.goto(host)
    await page.wait_for_function("document.querySelector('[name=tool]').options.length > 0")
    return opened


async def run(viewer: ViewerPage, tool: str, **arguments: Any) -> dict[str, Any]:
    """What the model reads of the call, whose result the viewer shows."""
    context = {"theme": "light", "locale": "en-US", "availableDisplayModes": ["inline"]}
    return await viewer.page.evaluate(
        "([tool, given, context]) => host.run(tool, given, context)", [tool, arguments, context]
    )


async def test_the_film_of_get_media_info_plays_with_its_text_and_findings(
    viewer: ViewerPage, media: dict[str, str], complaints: list[str]
) -> None:
    read = await run(viewer, "get_media_info", MediaId=media["film"])

    await expect(viewer.app.get_by_role("heading", level=1)).to_have_text(TITLE)
    await viewer.app.get_by_role("searchbox").fill("first boat")
    await viewer.press(viewer.passages.get_by_role("option"))
    await viewer.wait_for_place(12.0)
    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)
    await viewer.wait_for_playing(beyond=12.5)
    await expect(viewer.app.get_by_role("img", name="Chapters: 2 passages")).to_be_visible()
    await expect(viewer.app.get_by_role("img", name="People: 1 passages")).to_be_visible()

    await viewer.press(viewer.app.get_by_role("button", name="Use this moment"))
    await viewer.page.wait_for_function("host.records.context.length === 1")
    [update] = (await viewer.read_records())["context"]
    assert [block["type"] for block in update["content"]] == ["text", "image"]
    assert f"(MediaId {media['film']})" in update["content"][0]["text"]
    assert "Signature" not in json.dumps([read, update["content"][0]])
    assert await find_barriers(viewer.page) == []
    # The library of the host asks for a stream of events first, which a server without sessions does not have.
    assert [one for one in complaints if "405" not in one] == []


async def test_a_stream_in_pieces_plays(viewer: ViewerPage, media: dict[str, str], complaints: list[str]) -> None:
    await run(viewer, "get_media_info", MediaId=media["stream"])

    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)
    await viewer.wait_for_playing(beyond=3.0)
    assert str(await viewer.video.get_attribute("src")).startswith("blob:")
    # The library of the host asks for a stream of events first, which a server without sessions does not have.
    assert [one for one in complaints if "405" not in one] == []


async def test_what_find_media_found_is_a_grid_with_covers(viewer: ViewerPage, media: dict[str, str]) -> None:
    await run(viewer, "find_media", text="harbour")

    await viewer.press(viewer.app.get_by_role("button", name=f"Open {TITLE}"))
    await expect(viewer.video).to_be_visible()
    await expect(viewer.app.get_by_role("button", name="Back to the list")).to_be_focused()


async def test_the_tool_of_the_app_is_not_offered_to_a_model(viewer: ViewerPage) -> None:
    offered = await viewer.page.evaluate("[...document.querySelector('[name=tool]').options].map(one => one.value)")

    assert "get_media_info" in offered
    assert "view_media" not in offered
