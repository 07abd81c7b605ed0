"""Take the pictures of pages in docs/pictures/: ``python -m scripts.take_screenshots [NAME ...]``; without names all.

A page of its own is a function that brings it to what shall be seen, and a line in SHOTS for each picture of it.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from scripts.drawn_harbour import draw_harbour, write_harbour
from tests.approval.person import approving, person_of
from tests.browser.conftest import ARGUMENTS
from tests.browser.made_film import MEDIA_ID, SECONDS, MadeFilm, put_film
from tests.browser.reference_host import serve_host
from tests.browser.viewer_page import Answers, ViewerPage
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.local_ims.server import running_ims
from tests.tickets.with_pages import client_with_pages
from tests.transfers.setting import MIB, Setting, call, ims_behind_proxy, until

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
_TITLES = ("Harbour at dawn", "Market day", "Old lighthouse", "港口的早晨", "Fog", "The ferry", "Nets", "Low tide")
_NARROW = 400


@dataclass(frozen=True, slots=True)
class Stage:
    """What pages are shown before."""

    film: MadeFilm
    host: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: ``open_page`` brings the page there. Sizes in CSS pixels."""

    open_page: Callable[[Page, Stage, Shot], Awaitable[None]]
    width: int = 1000
    height: int = 800
    theme: str = "light"
    locale: str = "en-US"
    is_from_top: bool = True


async def open_asset(page: Page, stage: Stage, shot: Shot) -> None:
    """A film in its middle, with subtitles."""
    asset = stage.film.asset()
    asset["chapters"][1]["title"] = "Boats leave"
    asset["subtitles"][0]["cues"][2]["text"] = "Gulls and wind."
    viewer = await _show(page, stage, shot, {"MediaId": MEDIA_ID}, {"view_media": lambda _given: {"asset": asset}})
    await viewer.app.get_by_role("combobox").nth(1).select_option(index=1)
    await viewer.app.get_by_role("option", name="The first boat leaves").click()
    await viewer.wait_for_place(12.0)
    await expect(viewer.app.locator(".captions")).to_be_visible()


async def open_search(page: Page, stage: Stage, shot: Shot) -> None:
    """What was searched for, and a moment that was handed over."""
    await open_asset(page, stage, shot)
    viewer = ViewerPage(page, stage.host)
    await viewer.app.get_by_role("searchbox").fill("boat")
    await viewer.app.locator(".hands button").first.click()
    await viewer.app.locator(".files").evaluate("files => files.scrollIntoView({block: 'end'})")


async def open_grid(page: Page, stage: Stage, shot: Shot) -> None:
    """Covers of a list."""
    ids = [f"a{number:031}" for number, _ in enumerate(_TITLES)]
    cards = [stage.film.card(one, title) for one, title in zip(ids, _TITLES, strict=True)]
    for number, card in enumerate(cards):
        card |= {"cover": stage.film.sign(f"cover-{number}.png"), "duration_seconds": 20.0 + number * 37}
    content = {"assets": [{"MediaId": one} for one in ids]}
    viewer = await _show(page, stage, shot, content, {"view_media": lambda _given: {"assets": cards}})
    await expect(viewer.app.locator(".card img").last).to_have_js_property("naturalWidth", 320)


async def open_upload(page: Page, stage: Stage, shot: Shot) -> None:
    """An upload under way and one that is done."""
    running = {"transfer_id": "t-1", "state": "uploading", "path": "/films/harbour.mp4", "size_bytes": 734_003_200}
    done = {"transfer_id": "t-2", "state": "done", "path": "/films/market.mov", "size_bytes": 91_226_112}
    transfers = [running | {"sent_bytes": 301_989_888}, done | {"MediaId": MEDIA_ID}]
    answers: Answers = {"transfer_status": lambda _given: running | {"sent_bytes": 314_572_800}}
    viewer = await _show(page, stage, shot, {"transfers": transfers}, answers)
    await expect(viewer.app.locator("progress").first).to_have_js_property("value", 314_572_800)


async def open_recording(page: Page, stage: Stage, shot: Shot) -> None:
    """A recording that waits for its stream."""
    job: dict[str, Any] = {
        "JobId": "ab0e3e76-1e9d-11ed-ba64-0c42a1b73d66",
        "Name": "Evening news",
        "Status": "initial",
        "CreateTime": "2026-11-02T08:00:00Z",
        "StreamInput": {"Type": "rtmp", "Url": "rtmp://live.example.com/app/evening"},
        "RecordOutput": {"Type": "oss", "Bucket": "recordings"},
        "TemplateName": "hls-hourly",
    }
    answers: Answers = {"get_live_record_job": lambda _given: {"RecordJob": job}}
    await _show(page, stage, shot, {"RecordJob": job}, answers)


async def open_approval(page: Page, stage: Stage, shot: Shot) -> None:
    """A call that waits for a person; its server has gone when the picture is taken."""

    def answer(arrived: Arrived) -> Answer:
        film = {"MediaId": MEDIA_ID, "MediaBasicInfo": {"MediaId": MEDIA_ID, "Title": _TITLES[0]}}
        return Answer(body={"RequestId": "r", "MediaInfos": [film]}) if "Batch" in arrived.action else Answer()

    await page.emulate_media(color_scheme="dark" if shot.theme == "dark" else "light")
    call = ("delete_media_infos", {"MediaIds": MEDIA_ID, "DeletePhysicalFiles": True})
    with ScriptedService(usual=answer) as service:
        async with approving(service.url) as client:
            person = person_of(await client.call_tool(*call))
            await page.goto(f"{person.base}/pages/approve#{person.id}")
            await expect(page.locator("#question")).to_be_visible()


async def open_upload_page(page: Page, stage: Stage, shot: Shot) -> None:
    """A file on its way to a bucket, paused in its middle; its server has gone when the picture is taken."""
    await page.emulate_media(color_scheme="dark" if shot.theme == "dark" else "light")
    with tempfile.TemporaryDirectory() as kept, ims_behind_proxy(Path(kept, "ims")) as (ims, proxy):
        file = Path(kept, "harbour-at-dawn.mp4")
        file.write_bytes(bytes(48 * MIB))  # noqa: ASYNC240 - nothing else waits
        setting = Setting(ims, proxy, Path(kept), file)
        async with client_with_pages(setting, part_bytes=MIB) as client:
            wish = {"file_name": file.name, "Title": _TITLES[0], "destination": setting.own("films/")}
            made = await call(client, "create_upload", **wish)
            setting.slow(4 * MIB)
            await page.goto(str(made["page"]))
            await page.set_input_files("#file", file)
            await until(lambda: len(setting.sent_parts()) >= 20, 60)
            await expect(page.locator("#numbers")).to_contain_text("/s" if shot.locale == "en-US" else "/秒")


SHOTS = {
    "upload-page": Shot(open_upload_page, width=760, height=520),
    "upload-page-dark-zh": Shot(open_upload_page, width=_NARROW, height=640, theme="dark", locale="zh-CN"),
    "viewer": Shot(open_asset, height=1420),
    "viewer-dark-zh": Shot(open_asset, width=_NARROW, height=1120, theme="dark", locale="zh-CN"),
    "viewer-search": Shot(open_search, height=700, theme="dark", is_from_top=False),
    "viewer-list": Shot(open_grid, height=360),
    "viewer-upload": Shot(open_upload, width=640, height=290),
    "viewer-recording": Shot(open_recording, width=640, height=290),
    "approve": Shot(open_approval, width=760, height=700),
    "approve-dark-zh": Shot(open_approval, width=_NARROW, height=800, theme="dark", locale="zh-CN"),
}


async def _show(page: Page, stage: Stage, shot: Shot, content: dict[str, Any], answers: Answers) -> ViewerPage:
    viewer = ViewerPage(page, stage.host)
    await viewer.show(content, answers, stage.film.csp, theme=shot.theme, locale=shot.locale)
    await page.locator("#desk").evaluate("desk => desk.remove()")
    await expect(viewer.app.get_by_role("heading", level=1)).to_be_visible()
    return viewer


def write_picture(name: str, taken: bytes) -> int:
    """In 256 colours, which text and bars do not miss; returns its bytes. Raises ValueError if they are too many."""
    written = io.BytesIO()
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True
    )
    content = written.getvalue()
    if len(content) > MOST_BYTES:
        raise ValueError(f"{name}.png has {len(content):,} bytes, more than {MOST_BYTES:,}: show less")
    (PICTURES / f"{name}.png").write_bytes(content)
    return len(content)


async def take(names: list[str]) -> None:
    """One page after the other, each in a profile of its own."""
    PICTURES.mkdir(exist_ok=True)
    with ExitStack() as open_things:
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory()))
        ims = open_things.enter_context(running_ims(folder / "ims"))
        clip = write_harbour(folder / "harbour.mp4", SECONDS, (960, 540))
        made = put_film(ims, folder, clip, draw_harbour)
        for number, _ in enumerate(_TITLES):
            cover = io.BytesIO()
            draw_harbour(2.0 + 2.4 * number, (320, 180)).save(cover, "PNG")
            ims.put(f"cover-{number}.png", cover.getvalue())
        stage = Stage(MadeFilm(made.ims, _TITLES[0]), open_things.enter_context(serve_host()))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
            for name in names:
                shot = SHOTS[name]
                page = await browser.new_page(viewport={"width": shot.width, "height": shot.height}, locale=shot.locale)
                await shot.open_page(page, stage, shot)
                if shot.is_from_top:
                    await page.evaluate("scrollTo(0, 0)")
                print(f"docs/pictures/{name}.png: {write_picture(name, await page.screenshot()):,} bytes")
                await page.close()
            await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take the pictures of pages in docs/pictures/.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(SHOTS)} (default: all)")
    chosen = parser.parse_args().names
    if unknown := set(chosen) - set(SHOTS):
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    anyio.run(take, chosen or list(SHOTS))
