"""The upload page in a real browser: a file goes straight to OSS, whatever happens on the way."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, Request, expect

from ims_mcp.local.media.clip import make_clip
from tests.browser.accessibility import find_barriers
from tests.fault_proxy import Answer, Damage, FaultProxy, LoseAnswer, Reset
from tests.local_ims.server import RunningIms
from tests.local_oss.clients import oss2
from tests.tickets.with_pages import client_with_pages
from tests.transfers.setting import MIB, Setting, call, ims_behind_proxy, refused, until

pytestmark = pytest.mark.anyio
PART = 256 * 1024
DONE_SECONDS = 90
MARKUP = "<img src=x onerror=document.title='taken'>"
SHARED = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "x-oss-request-id"))
"""OSS tells browsers so with its errors, too."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1, width=160, height=120)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningIms, FaultProxy]]:
    with ims_behind_proxy(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.fixture
def setting(shared: tuple[RunningIms, FaultProxy], tmp_path: Path, clip: Path) -> Iterator[Setting]:
    ims, proxy = shared
    proxy.clear()
    proxy.seen.clear()
    yield Setting(ims, proxy, tmp_path, clip)
    proxy.clear()


async def choose(page: Page, path: Path) -> None:
    await expect(page.locator("#choice")).to_be_visible()
    await page.set_input_files("#file", path)


async def wait_until_done(page: Page, seconds: float = DONE_SECONDS) -> None:
    await expect(page.locator("#result")).to_be_visible(timeout=seconds * 1000)


async def open_ticket(page: Page, client: Any, setting: Setting, file: Path, **more: Any) -> dict[str, Any]:
    """Its page, in the browser."""
    given = {"file_name": file.name, "destination": setting.own("in/"), **more}
    made = await call(client, "create_upload", **given)
    await page.goto(str(made["page"]))
    return made


async def read_heap(page: Page) -> int:
    """Bytes of JavaScript that are in use, after a collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    metrics = cast("dict[str, Any]", await session.send("Performance.getMetrics"))["metrics"]
    return int(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize"))


def digest(content: bytes | None) -> str:
    return hashlib.sha256(content or b"").hexdigest()


def fill(setting: Setting, size_bytes: int, seed: int = 0) -> Path:
    """A film with so much behind it that no part of it is like another."""
    file = setting.video(MIB)
    block = os.urandom(MIB - 1) if not seed else bytes(seed for _ in range(MIB - 1))
    with file.open("r+b") as out:
        out.seek(0, os.SEEK_END)
        number = 0
        left = size_bytes - out.tell()
        out.write((left + 0).to_bytes(4, "big") + b"free" if left < 1 << 32 else b"")
        while (left := size_bytes - out.tell()) > 0:
            out.write((number.to_bytes(8, "big") + block)[:left])
            number += 1
    return file


@pytest.mark.parametrize("place", ["vod", "own"])
async def test_a_file_that_is_chosen_becomes_an_asset(
    setting: Setting, page: Page, complaints: list[str], place: str
) -> None:
    file = setting.video(5 * MIB)
    where = {"destination": setting.own("in/")} if place == "own" else {}
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await call(client, "create_upload", file_name=file.name, Title="Seen", **where)
        await page.goto(str(made["page"]))
        await choose(page, file)
        await wait_until_done(page)
        await expect(page.locator("#asset")).to_contain_text("Seen")
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
        assert (told["state"], told["size_bytes"], told["summary"]["title"]) == ("done", file.stat().st_size, "Seen")
        if place == "own":
            assert setting.content(told["object"]) == file.read_bytes()
        assert complaints == []  # before its server is gone, which it may be asking


async def test_an_upload_goes_on_after_a_reload_and_is_the_file_byte_for_byte(
    setting: Setting, page: Page, complaints: list[str]
) -> None:
    file = fill(setting, 64 * MIB)
    async with client_with_pages(setting, part_bytes=MIB) as client:
        made = await open_ticket(page, client, setting, file)
        before = await read_heap(page)
        setting.slow(2 * MIB)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 8, 60)
        await page.reload()
        await expect(page.locator("#drop-words")).to_contain_text("Choose the same file again")
        setting.fast()
        await choose(page, file)
        await wait_until_done(page)
        assert await read_heap(page) - before < 16 * MIB
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
    assert digest(setting.content(told["object"])) == digest(file.read_bytes())
    parts = setting.sent_parts()
    assert sorted(set(parts)) == [*range(1, 65)]
    assert len(parts) <= 64 + 4  # those that the reload has cut off
    assert [one for one in complaints if "Failed to load" not in one] == []


async def test_a_file_arrives_whole_whatever_happens_to_its_parts(setting: Setting, page: Page) -> None:
    file = fill(setting, 6 * MIB)
    for number, fault in enumerate(
        (
            Reset(1000),
            Answer(503, "ServiceUnavailable", headers=SHARED),
            Answer(500),  # without a word for browsers: to the page as if nothing had come
            Answer(403, "AccessDenied", "Request has expired.", headers=SHARED),
            LoseAnswer(),
            Damage(10),
            Reset(PART - 10),
        ),
        start=2,
    ):
        setting.proxy.inject(fault, lambda seen, number=number: seen.part == number)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        await choose(page, file)
        await wait_until_done(page)
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
    assert digest(setting.content(told["object"])) == digest(file.read_bytes())


async def test_a_storage_that_refuses_stops_the_upload_and_it_goes_on_later(setting: Setting, page: Page) -> None:
    file = fill(setting, 2 * MIB)
    setting.proxy.inject(Answer(400, "InvalidRequest", headers=SHARED), "part", times=100)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        await choose(page, file)
        await expect(page.locator("#problem-words")).to_contain_text(
            "the storage answered 400 InvalidRequest", timeout=60_000
        )
        setting.fast()
        await page.get_by_role("button", name="Try again").click()
        await wait_until_done(page)
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"]))["state"] == "done"


async def test_another_file_of_the_same_name_size_and_date_is_not_mixed_in(setting: Setting, page: Page) -> None:
    file = fill(setting, 4 * MIB, seed=1)
    stamp = file.stat()
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        setting.slow(PART)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 2, 60)
        await page.reload()
        setting.fast()
        content = file.read_bytes()
        file.write_bytes(content[:100_000] + b"other" + content[100_005:])
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        await choose(page, file)
        await expect(page.locator("#problem-words")).to_contain_text("This is not the file")
        await page.get_by_role("button", name="Begin anew with this file").click()
        await wait_until_done(page)
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
    assert digest(setting.content(told["object"])) == digest(file.read_bytes())


async def test_a_page_that_is_closed_after_the_last_part_is_not_needed_any_more(setting: Setting, page: Page) -> None:
    file = fill(setting, 2 * MIB)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        await expect(page.locator("#choice")).to_be_visible()
        await page.route("**/api/upload/finish", lambda route: route.abort())
        await choose(page, file)
        await until(lambda: len(set(setting.sent_parts())) == 8, 60)
        await page.close()
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"], wait_seconds=30)
    assert told["state"] == "done"
    assert digest(setting.content(told["object"])) == digest(file.read_bytes())


async def test_a_ticket_that_was_used_takes_no_second_file(setting: Setting, page: Page) -> None:
    file = fill(setting, MIB + PART)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        await choose(page, file)
        await wait_until_done(page)
        await page.reload()
        await wait_until_done(page)  # it says what became of it
        answer = await page.evaluate(
            """async () => {
                const [ticket, secret] = location.hash.slice(1).split(".");
                const body = JSON.stringify({ticket, secret, name: FILE, size: 10, modified: 1, anew: true});
                const headers = {"Content-Type": "application/json"};
                const answer = await fetch("api/upload/begin", {method: "POST", headers, body});
                return [answer.status, (await answer.json()).error];
            }""".replace("FILE", repr(file.name))
        )
        assert answer == [400, "The ticket was used: it is good for one file."]
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"]))["state"] == "done"


async def test_only_the_file_of_the_ticket_is_taken(setting: Setting, page: Page) -> None:
    file, other = fill(setting, 2 * MIB), setting.files / "other.mp4"
    other.write_bytes(b"x" * 100)
    picture = setting.files / "sub" / file.name
    picture.parent.mkdir()
    picture.write_bytes(b"")
    async with client_with_pages(setting, part_bytes=PART) as client:
        await open_ticket(page, client, setting, file, max_bytes=MIB)
        words = page.locator("#problem-words")
        await choose(page, other)
        await expect(words).to_contain_text("“other.mp4”")
        await choose(page, file)
        await expect(words).to_contain_text("at most 1.0 MB are allowed")
        await choose(page, picture)
        await expect(words).to_contain_text("The file is empty.")
        assert setting.proxy.of_kind("begin") == []
        # A page that was tampered with gets no further.
        answer = await page.evaluate(
            """async () => {
                const [ticket, secret] = location.hash.slice(1).split(".");
                const told = [];
                for (const [name, size] of [["other.mp4", 10], [FILE, 2000000], [FILE, 0], [FILE, -1], [FILE, "1"]]) {
                    const body = JSON.stringify({ticket, secret, name, size, modified: 1});
                    const headers = {"Content-Type": "application/json"};
                    told.push((await fetch("api/upload/begin", {method: "POST", headers, body})).status);
                }
                const wrong = JSON.stringify({ticket, secret: secret.slice(1) + "x"});
                const headers = {"Content-Type": "application/json"};
                told.push((await fetch("api/upload/look", {method: "POST", headers, body: wrong})).status);
                return told;
            }""".replace("FILE", repr(file.name))
        )
        assert answer == [409, 400, 400, 400, 400, 404]
        assert setting.proxy.of_kind("begin") == []


async def test_what_others_have_named_is_shown_as_text(setting: Setting, page: Page, complaints: list[str]) -> None:
    file = setting.video(name="<b onclick=x>'\u202efilm.mp4".replace("\u202e", ""))
    async with client_with_pages(setting) as client:
        await open_ticket(page, client, setting, file, Title=MARKUP, destination="vod")
        await expect(page.locator("#facts")).to_contain_text(MARKUP)
        await choose(page, file)
        await wait_until_done(page)
        await expect(page.locator("#asset")).to_contain_text(MARKUP)
        assert await page.locator("main img, main b").count() == 0
        assert await page.title() == "Upload a file"
        assert complaints == []


async def test_a_bucket_that_keeps_the_page_out_is_told_with_the_rule_that_is_missing(
    setting: Setting, page: Page
) -> None:
    file = fill(setting, MIB)
    setting.make_bucket()
    bucket = setting.ims.bucket(setting.bucket)
    elsewhere = oss2.models.CorsRule(allowed_origins=["https://elsewhere.example"], allowed_methods=["PUT"])
    bucket.put_bucket_cors(oss2.models.BucketCors([elsewhere]))
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file, destination=f"oss://{setting.bucket}/")
        await choose(page, file)
        await expect(page.locator("#cors-heading")).to_be_visible()
        await expect(page.locator("#cors-words")).to_contain_text(setting.bucket)
        rule = await page.locator("#cors-rule").inner_text()
        origin = str(made["page"]).partition("/pages/")[0]
        for word in (
            '"http://127.0.0.1:*"',
            '"PUT"',
            '"POST"',
            '"GET"',
            '"HEAD"',
            '"*"',
            '"ETag"',
            '"x-oss-hash-crc64ecma"',
        ):
            assert word in rule
        assert await find_barriers(page) == []
        told = oss2.models.CorsRule(
            allowed_origins=[origin],
            allowed_methods=["PUT", "POST", "GET", "HEAD"],
            allowed_headers=["*"],
            expose_headers=["ETag", "x-oss-hash-crc64ecma", "x-oss-request-id"],
        )
        bucket.put_bucket_cors(oss2.models.BucketCors([told]))
        await page.get_by_role("button", name="Try again").click()
        await wait_until_done(page)


async def test_a_cancelled_upload_leaves_nothing(setting: Setting, page: Page) -> None:
    file = fill(setting, 4 * MIB)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        setting.slow(PART)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 1, 60)
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_role("button", name="Go on")).to_be_visible()
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.locator("#problem-words")).to_contain_text("This upload was cancelled")
        assert (await call(client, "transfer_status", transfer_id=made["transfer_id"]))["state"] == "cancelled"
    address = f"oss://{setting.bucket}/in/{file.name}"
    assert setting.unfinished(address) == []
    assert setting.content(address) is None


async def test_an_upload_that_was_paused_goes_on(setting: Setting, page: Page) -> None:
    file = fill(setting, 3 * MIB)
    async with client_with_pages(setting, part_bytes=PART) as client:
        await open_ticket(page, client, setting, file)
        setting.slow(PART)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 1, 60)
        await page.keyboard.press("Tab")
        await page.locator("#pause").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#work-heading")).to_have_text("Paused")
        setting.fast()
        await page.keyboard.press("Enter")
        await wait_until_done(page)


async def test_the_page_speaks_chinese_to_those_who_do_and_english_by_a_switch(
    setting: Setting, browser: Browser
) -> None:
    file = fill(setting, MIB)
    context = await browser.new_context(locale="zh-CN", color_scheme="dark")
    try:
        page = await context.new_page()
        async with client_with_pages(setting, part_bytes=PART) as client:
            await open_ticket(page, client, setting, file)
            await expect(page.locator("h1")).to_have_text("上传文件")
            assert await page.locator("html").get_attribute("lang") == "zh-CN"
            await expect(page.locator("#drop-words")).to_contain_text("选择文件")
            assert await find_barriers(page) == []
            await page.get_by_role("button", name="English").click()
            await expect(page.locator("h1")).to_have_text("Upload a file")
            await page.get_by_role("button", name="中文").click()
            await choose(page, file)
            await wait_until_done(page)
            await expect(page.locator("#result-heading")).to_have_text("文件已到达")
            assert re.search("[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}", await page.locator("main").inner_text()) is None
            assert await find_barriers(page) == []
    finally:
        await context.close()


async def test_nobody_is_kept_out_by_what_the_page_shows(setting: Setting, page: Page) -> None:
    file = fill(setting, 3 * MIB)
    async with client_with_pages(setting, part_bytes=PART) as client:
        await open_ticket(page, client, setting, file)
        await expect(page.locator("#choice")).to_be_visible()
        assert await find_barriers(page) == []
        setting.slow(PART)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 1, 60)
        assert await find_barriers(page) == []
        setting.fast()
        await wait_until_done(page)
        assert await find_barriers(page) == []
        await page.goto(page.url.partition("#")[0] + "#u-0000000000000000.nothing")
        await page.reload()
        await expect(page.locator("#problem-words")).to_contain_text("There is no such upload")
        assert await find_barriers(page) == []


async def test_the_secret_of_the_page_is_in_no_address(setting: Setting, page: Page) -> None:
    file = fill(setting, MIB)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a mark is left on what it is given
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        secret = str(made["page"]).rpartition(".")[2]
        await choose(page, file)
        await wait_until_done(page)
    assert len(secret) == 32
    assert not [each.url for each in asked if secret in each.url.partition("#")[0]]
    assert not [each for each in asked if secret in str(each.headers.get("referer", ""))]
    assert not [seen for seen in setting.proxy.seen if secret in str(seen)]


async def test_who_may_not_upload_any_more_sends_nothing(setting: Setting, page: Page) -> None:
    file = fill(setting, MIB)
    async with client_with_pages(setting, part_bytes=PART) as client:
        made = await open_ticket(page, client, setting, file)
        await expect(page.locator("#choice")).to_be_visible()
        await call(client, "cancel_transfer", transfer_id=made["transfer_id"])
        await choose(page, file)
        await expect(page.locator("#problem-words")).to_contain_text("The ticket is cancelled")
        assert setting.proxy.of_kind("part") == []
        assert "was forgotten" in await refused(client, "transfer_status", transfer_id="u-0123456789abcdef")


@pytest.mark.slow
async def test_two_gigabytes_with_a_reload_in_the_middle_stay_out_of_memory(setting: Setting, page: Page) -> None:
    file = fill(setting, 2 * 1024 * MIB)
    async with client_with_pages(setting) as client:
        made = await open_ticket(page, client, setting, file)
        before = await read_heap(page)
        await choose(page, file)
        await until(lambda: len(setting.sent_parts()) >= 100, 600)
        await page.reload()
        await choose(page, file)
        await wait_until_done(page, 900)
        assert await read_heap(page) - before < 32 * MIB
        told = await call(client, "transfer_status", transfer_id=made["transfer_id"])
    bucket, _, key = str(told["object"]).removeprefix("oss://").partition("/")
    stored = setting.ims.bucket(bucket).get_object(key)
    expected, found = hashlib.sha256(), hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(MIB):
            expected.update(block)
            found.update(stored.read(len(block)))
    assert found.digest() == expected.digest()
