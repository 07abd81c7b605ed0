"""Which frames come, from where, and what is said of them: over a real library with numbered clips."""

from __future__ import annotations

import io
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ims_mcp.local.media.clip import make_clip
from ims_mcp.workflows.look.look import write_clock
from ims_mcp.workflows.look.pictures import CELL_WIDTH
from tests.local_ims.server import RunningIms, wait_for
from tests.look.conftest import FRAMES_PER_SECOND
from tests.look.looking import failed_look, look
from tests.look.numbered import read_number, read_number_of
from tests.server.connected import ERAS, LOCAL, Era, connected

pytestmark = pytest.mark.anyio
NOTHING_STORED = {"NeedSnapshot": False, "NeedSprite": "false", "CoverConfig": {"StartTime": 0}}
SPRITE_ONLY = {"NeedSnapshot": False, "NeedSprite": "true"}


def register(ims: RunningIms, key: str, clip: Path, config: dict[str, Any] | None = None, **more: Any) -> str:
    if config is not None:
        more["register_config"] = json.dumps(config)
    media_id = ims.register(ims.put(f"look/{key}", clip), **more)
    assert ims.settled(media_id)["MediaBasicInfo"]["Status"] == "Normal"
    return media_id


def count_jobs(ims: RunningIms) -> int:
    return len(ims.call("ListSnapshotJobs", PageSize="100")["Jobs"])


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("clip", "rate"), [("long_clip", Fraction(25)), ("short_clip", Fraction(30000, 1001))])
async def test_at_drawn_times_each_picture_shows_the_frame_of_its_time(
    ims: RunningIms, request: pytest.FixtureRequest, clip: str, rate: Fraction, era: Era
) -> None:
    media_id = register(ims, f"{clip}-{era}.mp4", request.getfixturevalue(clip), NOTHING_STORED)
    draw = random.Random(f"{clip} {era}")
    length = {"long_clip": 80.0, "short_clip": 10.0}[clip]
    times = [round(draw.uniform(0, length), 3) for _ in range(20)]
    async with connected(ims.endpoint, credential=LOCAL, era=era, timeout_seconds=40) as client:
        for asked in (times[:8], times[8:16], times[16:]):
            seen = await look(client, MediaId=media_id, at_seconds=asked)
            assert [row["at_seconds"] for row in seen.rows] == sorted(asked)
            assert seen.facts["cost"].startswith(f"{len(asked)} pictures taken")
            for row, picture in zip(seen.rows, seen.pictures, strict=True):
                shown, expected = read_number(picture), int(row["at_seconds"] * rate)
                assert abs(shown - expected) <= 1, (row, shown, expected)
                assert row["size_bytes"] == len(picture)
                assert "about" not in row


async def test_stored_snapshots_are_shown_for_free_and_said_to_be_about(ims: RunningIms, long_clip: Path) -> None:
    media_id = register(ims, "stored.mp4", long_clip, title="Lighthouse </b> at dusk")
    jobs = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL) as client:
        seen = await look(client, MediaId="title:Lighthouse </b> at dusk")
        nearest = await look(client, MediaId=media_id, at_seconds=[30, 31], exact=False)
    assert {
        name: seen.facts[name] for name in ("MediaId", "title", "media_type", "duration_seconds", "resolution")
    } == {
        "MediaId": media_id,
        "title": "Lighthouse </b> at dusk",
        "media_type": "video",
        "duration_seconds": 80.0,
        "resolution": "320x240",
    }
    assert [row["at_seconds"] for row in seen.rows] == [12, 28, 52, 68]
    assert all(row["from"] == "snapshot" and row["about"] for row in seen.rows)
    # The embedded IMS keeps of a long video the keyframe before: there is one every ten seconds here.
    shown = [read_number(picture) / FRAMES_PER_SECOND for picture in seen.pictures]
    assert all(0 <= row["at_seconds"] - second <= 10 for row, second in zip(seen.rows, shown, strict=True))
    assert [row["at_seconds"] for row in nearest.rows] == [28]
    assert count_jobs(ims) == jobs
    assert "cost" not in seen.facts


async def test_where_there_is_a_sprite_alone_its_pictures_are_shown_for_free(ims: RunningIms, long_clip: Path) -> None:
    media_id = register(ims, "sprite.mp4", long_clip, SPRITE_ONLY)
    jobs = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL) as client:
        seen = await look(client, MediaId=media_id, count=8)
        sheet = await look(client, MediaId=media_id, layout="sheet")
    assert [row["from"] for row in seen.rows] == ["sprite"] * 8
    assert [read_number(picture) for picture in seen.pictures] == sorted(map(read_number, seen.pictures))
    assert len(sheet.rows[0]["at_seconds"]) == 12
    assert count_jobs(ims) == jobs


@pytest.mark.parametrize("exact", [True, None])
async def test_a_sheet_has_all_moments_in_order_with_their_times(
    ims: RunningIms, long_clip: Path, exact: bool | None
) -> None:
    media_id = register(ims, f"sheet-{exact}.mp4", long_clip)
    given = {} if exact is None else {"exact": exact}
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        seen = await look(client, MediaId=media_id, layout="sheet", count=10, **given)
    [picture], [row] = seen.pictures, seen.rows
    assert row["sheet"] == "4 columns, 3 rows, left to right"
    assert len(picture) <= 200_000
    sheet = Image.open(io.BytesIO(picture))
    numbers: list[int] = []
    for place in range(10):
        # The times are written into the upper left corners, on the row of marks.
        left, top = place % 4 * (CELL_WIDTH + 4), place // 4 * (240 + 4)
        cell = sheet.crop((left, top, left + CELL_WIDTH, top + 240))
        cell.paste(Image.new("RGB", (CELL_WIDTH, 80)), (0, 0))
        for bit in (1, 4, 5, 7):
            cell.paste((255, 255, 255), (bit * 40, 0, bit * 40 + 40, 80))
        numbers.append(read_number_of(cell))
    allowed = 1 if exact else 10 * FRAMES_PER_SECOND
    expected = [second * FRAMES_PER_SECOND for second in row["at_seconds"]]
    assert all(abs(number - frame) <= allowed for number, frame in zip(numbers, expected, strict=True)), numbers
    assert numbers == sorted(numbers)
    assert ("cost" in seen.facts) == bool(exact)


async def test_the_same_pictures_are_not_paid_for_twice_by_anybody(ims: RunningIms, short_clip: Path) -> None:
    media_id = register(ims, "again.mp4", short_clip, NOTHING_STORED)
    before = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        first = await look(client, MediaId=media_id, at_seconds=[1.5, 4.25])
        again = await look(client, MediaId=media_id, at_seconds=[4.25])
    # Another server knows nothing of it but what the service lists.
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        elsewhere = await look(client, MediaId=media_id, at_seconds=[1.5, 4.25, 7])
    assert count_jobs(ims) - before == 3
    assert "cost" in first.facts
    assert "cost" not in again.facts
    assert again.pictures == first.pictures[1:]
    assert elsewhere.facts["cost"].startswith("1 picture taken")
    assert elsewhere.pictures[:2] == first.pictures


async def test_pictures_that_were_deleted_are_taken_anew(ims: RunningIms, short_clip: Path) -> None:
    media_id = register(ims, "deleted.mp4", short_clip, NOTHING_STORED)
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        await look(client, MediaId=media_id, at_seconds=[2])
        bucket = ims.bucket()
        for each in bucket.list_objects(prefix=f"ims-mcp/pictures/{media_id}/").object_list:
            bucket.delete_object(each.key)
        said = await failed_look(client, MediaId=media_id, at_seconds=[2])
        assert "HTTP 404" in said
        assert "Call again" in said
        assert (await look(client, MediaId=media_id, at_seconds=[2])).facts["cost"].startswith("1 picture")


async def test_a_moment_behind_the_end_is_refused_before_anything_is_submitted(
    ims: RunningIms, short_clip: Path
) -> None:
    media_id = register(ims, "end.mp4", short_clip, NOTHING_STORED)
    before = count_jobs(ims)
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        said = await failed_look(client, MediaId=media_id, at_seconds=[3, 11.5])
        assert "11.5 lies behind the end: the asset is 10.01 s long" in said
        for wrong, words in (
            ({"at_seconds": list(range(9))}, "at most 8"),
            ({"at_seconds": [-1]}, "at_seconds"),
            ({"at_seconds": [1], "count": 2}, "leave it out"),
            ({"count": 9}, "at most 8"),
            ({"count": 0}, "count"),
        ):
            assert words in await failed_look(client, MediaId=media_id, **wrong)
        assert count_jobs(ims) == before
        last = await look(client, MediaId=media_id, at_seconds=[10.01])
    assert read_number(last.pictures[0]) == 299


async def test_an_image_is_shown_itself_upright_and_small(ims: RunningIms, tmp_path: Path) -> None:
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right
    noise.save(tmp_path / "photo.jpg", quality=95, exif=exif)
    assert (tmp_path / "photo.jpg").stat().st_size > 2_000_000
    clear = Image.new("RGBA", (40, 20), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    photo = register(ims, "photo.jpg", tmp_path / "photo.jpg")
    drawing = register(ims, "clear.png", tmp_path / "clear.png")
    async with connected(ims.endpoint, credential=LOCAL) as client:
        seen = await look(client, MediaId=photo)
        small = await look(client, MediaId=drawing, layout="sheet")
    shown = Image.open(io.BytesIO(seen.pictures[0]))
    assert shown.height > shown.width
    assert len(seen.pictures[0]) <= 200_000
    assert not shown.getexif()
    assert seen.rows == [
        {"from": "the image itself", "width": shown.width, "height": shown.height, "size_bytes": len(seen.pictures[0])}
    ]
    # What is clear is white, as on a page.
    assert Image.open(io.BytesIO(small.pictures[0])).getpixel((0, 0)) == (255, 255, 255)


async def test_without_a_picture_the_answer_says_what_there_is(ims: RunningIms, tmp_path: Path) -> None:
    sound = register(ims, "sound.m4a", make_clip(tmp_path / "sound.m4a", seconds=1, video_codec=None))
    broken = ims.register(ims.put("look/broken.mp4", b"no film"))
    ims.settled(broken)
    async with connected(ims.endpoint, credential=LOCAL) as client:
        heard = await look(client, MediaId=sound, at_seconds=[0.5])
        failed = await look(client, MediaId=broken)
        unknown = await failed_look(client, MediaId="0" * 32)
    assert (heard.pictures, heard.rows) == ([], [])
    assert heard.facts["note"] == "there is no picture to look at: it holds sound.m4a: 1 sound stream"
    assert heard.facts["next_call"]["tool"] == "get_media_info"
    assert "status PrepareFail" in failed.facts["note"]
    assert "ResourceNotFound" in unknown


async def test_of_forty_renditions_the_source_is_looked_at(ims: RunningIms, short_clip: Path, tmp_path: Path) -> None:
    media_id = register(ims, "forty.mp4", short_clip, NOTHING_STORED)
    rendition = make_clip(tmp_path / "r.mp4", seconds=1, width=160, height=90)
    for number in range(40):
        url = ims.put(f"look/renditions/{number}.mp4", rendition)
        ims.call("RegisterMediaStream", MediaId=media_id, InputURL=url)
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        seen = await look(client, MediaId=media_id, at_seconds=[9])
    assert read_number(seen.pictures[0]) in (269, 270)
    assert seen.facts["resolution"] == "320x240"


async def test_of_a_song_with_a_film_beside_it_the_film_is_looked_at(
    ims: RunningIms, short_clip: Path, tmp_path: Path
) -> None:
    media_id = register(ims, "song.m4a", make_clip(tmp_path / "song.m4a", seconds=10, video_codec=None))
    url = ims.put("look/film-of-the-song.mp4", short_clip)
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=url)
    wait_for(lambda: len(ims.media_info(media_id)["FileInfoList"]) == 2 or None)
    async with connected(ims.endpoint, credential=LOCAL, timeout_seconds=40) as client:
        seen = await look(client, MediaId=media_id, at_seconds=[3.0])
    assert read_number(seen.pictures[0]) in (89, 90)


def test_times_are_written_as_clocks() -> None:
    assert [write_clock(second) for second in (0, 9.5, 62.04, 3723.4561)] == [
        "0:00",
        "0:09.5",
        "1:02.04",
        "1:02:03.456",
    ]
