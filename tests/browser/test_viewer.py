"""The viewer of media, in the reference host, before an embedded OSS."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Callable, Generator
from typing import Any

import anyio
import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from tests.browser.accessibility import find_barriers
from tests.browser.made_film import MEDIA_ID, TITLE, MadeFilm, put_film
from tests.browser.reference_host import serve_host
from tests.browser.viewer_page import Answers, ViewerPage, refuse_with
from tests.local_ims.server import running_ims

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Generator[MadeFilm]:
    with running_ims(tmp_path_factory.mktemp("ims")) as ims:
        yield put_film(ims, tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def host() -> Generator[str]:
    with serve_host() as address:
        yield address


@pytest.fixture
def viewer(page: Page, host: str) -> ViewerPage:
    return ViewerPage(page, host)


def answer_all(**contents: dict[str, Any]) -> Answers:
    """The same answer to every call of a tool."""

    def repeat(content: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda _given: content

    return {name: repeat(content) for name, content in contents.items()}


async def show_asset(viewer: ViewerPage, film: MadeFilm, asset: dict[str, Any] | None = None, **options: Any) -> None:
    shown = asset or film.asset()
    await viewer.show({"MediaId": shown["MediaId"]}, answer_all(view_media={"asset": shown}), film.csp, **options)
    await expect(viewer.app.get_by_role("heading", level=1)).to_be_visible()
    await viewer.settle()


async def test_a_film_plays_as_mp4_and_as_hls_and_keeps_its_place(
    viewer: ViewerPage, film: MadeFilm, complaints: list[str]
) -> None:
    await show_asset(viewer, film)

    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)
    await viewer.wait_for_playing(beyond=1.0)
    assert "film.mp4" in str(await viewer.video.get_attribute("src"))

    await viewer.app.get_by_role("combobox", name="Quality").select_option(label="LD · HLS")
    await viewer.wait_for_playing(beyond=2.0)
    assert str(await viewer.video.get_attribute("src")).startswith("blob:")
    assert complaints == []


async def test_the_strip_of_pictures_scrubs_and_tells_the_time_under_the_pointer(
    viewer: ViewerPage, film: MadeFilm
) -> None:
    await show_asset(viewer, film)
    strip = viewer.app.locator(".strip")
    await expect(strip.locator(".cell").first).to_be_visible()
    box = await strip.bounding_box()
    assert box is not None

    await viewer.page.mouse.move(box["x"] + box["width"] * 0.625, box["y"] + 20)
    await expect(viewer.app.locator(".preview")).to_contain_text("0:12")
    await viewer.page.mouse.down()
    await viewer.page.mouse.up()

    await viewer.wait_for_place(12.5)
    # The cell of the thirteenth second, which lies in the second sheet.
    cell = viewer.app.locator(".preview .cell > div")
    assert "sheet-1.png" in await cell.evaluate("cell => cell.style.backgroundImage")
    assert await cell.evaluate("cell => cell.style.backgroundPosition") == "-320px 0px"


async def test_search_finds_what_is_said_and_seen_and_jumps_there(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film)
    found = viewer.passages.get_by_role("option")
    await expect(viewer.app.get_by_text("12 passages")).to_be_visible()

    await viewer.app.get_by_role("searchbox").fill("BOAT first")
    await expect(found).to_have_count(1)
    await expect(found.locator("mark")).to_have_text(["first", "boat"])
    await found.click()
    await viewer.wait_for_place(12.0)

    await viewer.app.get_by_role("searchbox").fill("")
    await viewer.app.get_by_role("combobox", name="Show").select_option(label="Labels")
    await expect(found.locator(".words")).to_have_text(["lighthouse", "fishing boat"])
    await expect(viewer.app.get_by_text("7 more are left out.")).to_be_visible()


async def test_the_time_line_has_a_line_for_chapters_subtitles_and_each_finding(
    viewer: ViewerPage, film: MadeFilm
) -> None:
    await show_asset(viewer, film)

    lines = viewer.app.locator(".timeline canvas")
    names = [await line.get_attribute("aria-label") for line in await lines.all()]
    assert names == [
        "Chapters: 2 passages",
        "Marks: 1 passages",
        "Subtitles · English: 5 passages",
        "Subtitles · 中文: 1 passages",
        "Labels: 2 passages",
        "People: 1 passages",
    ]
    box = await lines.nth(5).bounding_box()
    assert box is not None
    await lines.nth(5).click(position={"x": box["width"] * 0.75, "y": 9})
    await viewer.wait_for_place(14.0)


async def test_subtitles_are_shown_as_text_and_go_off_again(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film)
    await viewer.app.get_by_role("combobox", name="Subtitles").select_option(label="English")

    await viewer.press(viewer.passages.get_by_role("option", name="Gulls"))
    await expect(viewer.app.locator(".captions")).to_have_text("<i>Gulls</i> & wind.")

    await viewer.app.get_by_role("combobox", name="Subtitles").select_option(label="Off")
    await expect(viewer.app.locator(".captions")).to_have_count(0)


async def test_a_film_plays_whose_button_is_pressed_in_the_moment_it_is_there(
    viewer: ViewerPage, film: MadeFilm
) -> None:
    await viewer.page.add_init_script("""
        const watch = new MutationObserver(() => {
            const button = document.querySelector("button.play");
            if (button) [watch.disconnect(), button.click()];
        });
        watch.observe(document, { childList: true, subtree: true });
    """)
    await show_asset(viewer, film)
    await viewer.wait_for_playing(beyond=0.5)


async def test_a_moment_that_is_chosen_before_the_film_has_come_is_where_it_begins(
    viewer: ViewerPage, film: MadeFilm
) -> None:
    chosen = anyio.Event()

    async def hold(route: Route) -> None:
        await chosen.wait()
        await route.continue_()

    await viewer.page.route("**/film.mp4?*", hold)
    await show_asset(viewer, film)
    await viewer.press(viewer.passages.get_by_role("option", name="The first boat leaves"))
    await expect(viewer.video).to_have_js_property("readyState", 0)
    chosen.set()
    await viewer.wait_for_place(12.0)


async def test_a_moment_is_handed_to_the_conversation_with_its_frame(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film)
    await viewer.press(viewer.passages.get_by_role("option", name="The first boat leaves"))
    await viewer.wait_for_place(12.0)

    await viewer.press(viewer.app.get_by_role("button", name="Use this moment"))
    await expect(viewer.app.get_by_text("00:00:12.000 was handed to the conversation.")).to_be_visible()

    records = await viewer.read_records()
    [update] = records["context"]
    title = TITLE.replace('"', "'")
    assert update["content"][0]["text"] == f'The user points at 00:00:12.000 of "{title}" (MediaId {MEDIA_ID}).'
    assert update["structuredContent"] == {"MediaId": MEDIA_ID, "seconds": 12}
    picture = base64.b64decode(update["content"][1]["data"])
    assert len(picture) <= 200_000
    assert Image.open(io.BytesIO(picture)).size == (640, 360)
    # No signed address goes to the model.
    assert "Signature" not in str(update["content"][0]) + str(update["structuredContent"])
    assert records["messages"] == []

    await viewer.press(viewer.app.get_by_role("button", name="Send it to the chat"))
    await viewer.page.wait_for_function("host.records.messages.length === 1")


async def test_a_host_without_room_for_pictures_gets_the_words_only(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film, capabilities={"serverTools": {}, "updateModelContext": {"text": {}}})
    await expect(viewer.video).to_have_js_property("readyState", 4)

    await viewer.press(viewer.app.get_by_role("button", name="Use this moment"))
    await viewer.page.wait_for_function("host.records.context.length === 1")

    [update] = (await viewer.read_records())["context"]
    assert [block["type"] for block in update["content"]] == ["text"]
    assert "structuredContent" not in update


async def test_addresses_that_expire_are_fetched_anew_and_the_film_goes_on(viewer: ViewerPage, film: MadeFilm) -> None:
    # The first addresses have expired before anybody can use them; the film is to begin where it was told to.
    assets = itertools.chain([film.asset(seconds=-60)], itertools.repeat(film.asset()))
    asked: list[dict[str, Any]] = []

    def view(given: dict[str, Any]) -> dict[str, Any]:
        asked.append(given)
        return {"asset": next(assets)}

    await viewer.show({"MediaId": MEDIA_ID}, {"view_media": view}, film.csp)
    await viewer.press(viewer.passages.get_by_role("option", name="The first boat leaves"))
    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)

    await viewer.wait_for_playing(beyond=12.2)
    assert asked == [{"MediaIds": [MEDIA_ID], "detail": "whole"}] * 2


async def test_a_stream_whose_pieces_expire_on_the_way_goes_on_by_new_ones(viewer: ViewerPage, film: MadeFilm) -> None:
    asked: list[dict[str, Any]] = []

    def view(given: dict[str, Any]) -> dict[str, Any]:
        asked.append(given)
        # Of the first answer only the first two pieces can be had.
        return {"asset": film.asset(files=[film.hls(good_pieces=2 if len(asked) == 1 else 99)])}

    await viewer.show({"MediaId": MEDIA_ID}, {"view_media": view}, film.csp)
    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)

    await viewer.wait_for_playing(beyond=5.0)
    assert len(asked) == 2


async def test_addresses_that_stay_bad_end_in_plain_words(viewer: ViewerPage, film: MadeFilm) -> None:
    asset = film.asset(files=[film.file("source", "film.mp4", -60)])

    await viewer.show({"MediaId": MEDIA_ID}, answer_all(view_media={"asset": asset}), film.csp)

    await expect(viewer.app.get_by_text("Playback stopped and new addresses did not help: HTTP 403")).to_be_visible()
    calls = (await viewer.read_records())["calls"]
    assert len(calls) == 1 + 3  # shown once, renewed three times at most


async def test_a_title_full_of_markup_is_text_everywhere(
    viewer: ViewerPage, film: MadeFilm, complaints: list[str]
) -> None:
    await show_asset(viewer, film)

    await expect(viewer.app.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert await viewer.app.locator("h1 *, .row i, .row b, main script, main img[onerror]").count() == 0
    assert await viewer.app.locator(":root").evaluate("() => document.title") == "IMS"
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_any_view(viewer: ViewerPage, film: MadeFilm, theme: str) -> None:
    await show_asset(viewer, film, theme=theme)
    await viewer.app.get_by_role("searchbox").fill("boat")
    await expect(viewer.passages.get_by_role("option")).to_have_count(4)

    ground = await viewer.app.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 28, 30)"}[theme]
    assert await find_barriers(viewer.page) == []


async def test_everything_can_be_done_by_keyboard(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film)
    keyboard = viewer.page.keyboard
    await viewer.app.get_by_role("slider", name="Position").focus()

    await keyboard.press("l")
    await viewer.wait_for_place(10.0)
    await keyboard.press("j")
    await viewer.wait_for_place(0.0)
    await keyboard.press("Space")
    await expect(viewer.video).to_have_js_property("paused", False)
    await keyboard.press("k")
    await expect(viewer.video).to_have_js_property("paused", True)
    await keyboard.press("c")
    await expect(viewer.app.locator(".captions")).to_be_visible()
    await keyboard.press("m")
    await expect(viewer.video).to_have_js_property("muted", True)
    await keyboard.press("f")
    await expect(viewer.app.get_by_role("button", name="Leave full screen")).to_be_visible()
    assert (await viewer.read_records())["modes"] == ["fullscreen"]

    # The list is one stop of Tab; arrows walk in it, Enter jumps, and Tab leaves it again.
    await viewer.app.get_by_role("searchbox").focus()
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await expect(viewer.app.get_by_role("listbox")).to_be_focused()
    await keyboard.press("End")
    await keyboard.press("Enter")
    await viewer.wait_for_place(16.0)
    await keyboard.press("Tab")
    await expect(viewer.app.get_by_role("region", name="Files").locator(".scroll")).to_be_focused()


async def test_both_languages_are_complete_and_follow_the_host(viewer: ViewerPage, film: MadeFilm) -> None:
    await show_asset(viewer, film, locale="zh-CN")

    await expect(viewer.app.get_by_role("button", name="使用此刻")).to_be_visible()
    await expect(viewer.app.locator(":root")).to_have_attribute("lang", "zh-CN")
    text = await viewer.app.locator("main").inner_text()
    assert not any(word in text for word in ("Play", "Files", "Quality", "Search", "Labels"))

    await viewer.page.evaluate("host.setContext({locale: 'en-GB'})")
    await expect(viewer.app.get_by_role("button", name="Use this moment")).to_be_visible()


async def test_an_hour_of_findings_and_forty_renditions_stay_light(viewer: ViewerPage, film: MadeFilm) -> None:
    items = [
        {"start_seconds": number * 1.8, "end_seconds": number * 1.8 + 1.5, "text": f"sentence {number} of the hour"}
        for number in range(2_000)
    ]
    findings = [{"track": track, "items": items, "items_left_out": 500} for track in ("speech", "text", "label")]
    files = [film.file(f"r{number}", "film.mp4", definition=f"R{number}") for number in range(40)]
    await show_asset(viewer, film, film.asset(findings=findings, files=files, duration_seconds=3600.0))

    await expect(viewer.app.get_by_text("6009 passages")).to_be_visible()
    assert await viewer.passages.get_by_role("option").count() < 60
    await viewer.app.get_by_role("listbox").focus()
    await viewer.page.keyboard.press("End")
    await expect(viewer.passages.get_by_role("option", name="sentence 1999")).to_have_count(3)
    assert await viewer.app.locator("tbody tr").count() == 40
    await viewer.app.get_by_role("searchbox").fill("sentence 1234")
    await expect(viewer.app.get_by_text("3 passages")).to_be_visible()


async def test_an_asset_that_is_gone_is_told_in_plain_words_and_tried_again(viewer: ViewerPage, film: MadeFilm) -> None:
    tried: list[dict[str, Any]] = []

    def view(given: dict[str, Any]) -> dict[str, Any]:
        tried.append(given)
        if len(tried) == 1:
            raise LookupError("There is no asset <b>a1</b>. Look for it with find_media.")
        return {"asset": film.asset()}

    await viewer.show({"MediaId": MEDIA_ID}, {"view_media": view}, film.csp)

    await expect(viewer.app.get_by_role("alert")).to_contain_text(
        "This asset cannot be shown: There is no asset <b>a1</b>."
    )
    await viewer.press(viewer.app.get_by_role("button", name="Try again"))
    await expect(viewer.video).to_be_visible()


async def test_a_file_that_the_browser_cannot_decode_gives_way_to_the_next(viewer: ViewerPage, film: MadeFilm) -> None:
    broken = film.file("broken", "cover.png", definition="HD", video={"codec": "hevc", "width": 1280, "height": 720})
    await show_asset(viewer, film, film.asset(files=[broken, film.file("good", "film.mp4", definition="SD")]))

    await expect(viewer.app.get_by_text("The browser cannot play HD · mp4; this is SD · mp4.")).to_be_visible()
    await viewer.press(viewer.app.get_by_role("button", name="Play", exact=True).first)
    await viewer.wait_for_playing(beyond=0.5)


async def test_a_host_that_forbids_streams_gets_the_plain_file(viewer: ViewerPage, film: MadeFilm) -> None:
    asset = film.asset(files=[film.hls(), film.file("plain", "film.mp4", role="source", definition="SD")])
    csp = {"connectDomains": [film.ims.endpoint], "resourceDomains": [film.ims.endpoint]}

    await viewer.show({"MediaId": MEDIA_ID}, answer_all(view_media={"asset": asset}), csp)

    await expect(viewer.app.get_by_text("The browser cannot play LD · HLS; this is SD · mp4.")).to_be_visible()
    await expect(viewer.video).to_have_js_property("readyState", 4)


async def test_sound_pictures_and_text_have_a_view_of_their_own(viewer: ViewerPage, film: MadeFilm) -> None:
    picture = film.file("source", "cover.png", name="cover.png", format="png", playable=False, video=None, audio=None)
    asset = film.card() | {"kind": "image", "files": [picture]}
    await show_asset(viewer, film, asset)

    await expect(viewer.app.locator("img.still")).to_have_js_property("naturalWidth", 320)
    await viewer.press(viewer.app.get_by_role("button", name="Use this picture"))
    await viewer.page.wait_for_function("host.records.context.length === 1")
    [update] = (await viewer.read_records())["context"]
    assert [block["type"] for block in update["content"]] == ["text", "image"]
    assert await viewer.video.count() == 0


async def test_a_list_is_a_grid_of_covers_and_going_back_finds_the_place(viewer: ViewerPage, film: MadeFilm) -> None:
    names = {f"a{number:031}": f"Film {number}" for number in range(1, 45)}
    asked: list[int] = []

    def view(given: dict[str, Any]) -> dict[str, Any]:
        if given["detail"] == "whole":
            return {"asset": film.asset() | {"MediaId": given["MediaIds"][0], "title": names[given["MediaIds"][0]]}}
        asked.append(len(given["MediaIds"]))
        return {"assets": [film.card(one, names[one]) for one in given["MediaIds"]]}

    rows = [{"MediaId": one, "title": title} for one, title in names.items()]
    await viewer.show({"assets": rows, "next_call": {}}, {"view_media": view}, film.csp)

    await expect(viewer.app.get_by_role("heading", name="44 assets")).to_be_visible()
    await expect(viewer.app.locator(".card img").first).to_have_js_property("naturalWidth", 320)
    assert asked == [40, 4]
    assert await find_barriers(viewer.page) == []
    await viewer.app.get_by_role("button", name="Open Film 7", exact=True).press("Enter")
    await expect(viewer.app.get_by_role("heading", name="Film 7")).to_be_visible()
    await expect(viewer.app.get_by_role("button", name="Back to the list")).to_be_focused()
    await viewer.page.keyboard.press("Enter")
    await expect(viewer.app.get_by_role("button", name="Open Film 7", exact=True)).to_be_focused()


async def test_an_upload_is_followed_to_its_end_and_opened(viewer: ViewerPage, film: MadeFilm) -> None:
    first = {
        "transfer_id": "t-1",
        "state": "uploading",
        "path": "/films/harbour.mp4",
        "size_bytes": 1000,
        "sent_bytes": 100,
    }
    steps = iter([first | {"sent_bytes": 600}, first | {"sent_bytes": 1000, "state": "done", "MediaId": MEDIA_ID}])
    answers: Answers = {**answer_all(view_media={"asset": film.asset()}), "transfer_status": lambda _given: next(steps)}

    await viewer.show(first, answers, film.csp)
    await expect(viewer.app.get_by_text("100 B of 1.0 KB")).to_be_visible()
    await expect(viewer.app.locator("progress")).to_have_js_property("value", 600)
    assert await find_barriers(viewer.page) == []
    await viewer.press(viewer.app.get_by_role("button", name="Open harbour.mp4"))

    await expect(viewer.app.get_by_role("heading", level=1)).to_have_text(TITLE)


async def test_a_recording_is_followed_until_it_ends(viewer: ViewerPage, film: MadeFilm) -> None:
    job = {"JobId": "j-1", "Name": "Evening news", "Status": "started", "CreateTime": "2026-11-02T08:00:00Z"}
    answers = answer_all(get_live_record_job={"RecordJob": job | {"Status": "paused"}})

    await viewer.show({"JobId": "j-1", "RecordJob": job}, answers, film.csp)
    await expect(viewer.app.get_by_role("status")).to_contain_text("recording")
    assert await find_barriers(viewer.page) == []

    await expect(viewer.app.get_by_role("status")).to_have_text("ended")
    assert (await viewer.read_records())["calls"] == [{"name": "get_live_record_job", "arguments": {"JobId": "j-1"}}]


async def test_an_error_of_the_tool_is_shown_as_the_text_it_is(viewer: ViewerPage, film: MadeFilm) -> None:
    await viewer.show({}, {}, film.csp, result=refuse_with("No asset <script>x</script>."))

    await expect(viewer.app.get_by_role("alert")).to_have_text("No asset <script>x</script>.")


@pytest.mark.parametrize("width", [320, 768])
async def test_nothing_is_wider_than_the_page(viewer: ViewerPage, film: MadeFilm, width: int) -> None:
    await viewer.page.set_viewport_size({"width": width, "height": 700})
    await show_asset(viewer, film)

    wide = await viewer.app.locator(":root").evaluate("root => [root.scrollWidth, root.clientWidth]")
    assert wide[0] <= wide[1]
