"""Snapshot jobs by the official SDK: exact frames, keyframes, sheets, and what cannot be done."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ice20201109 import models
from PIL import Image

from tests.local_ims.server import RunningIms, refusal_of, running_ims, wait_for
from tests.look.numbered import make_numbered_clip, read_number, read_number_of

GOP = 50


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_numbered_clip(tmp_path_factory.mktemp("numbered") / "n.mp4", 250, gop_size=GOP)


def submit(ims: RunningIms, source: str, output: str, **config: Any) -> str:
    sprite = config.pop("sprite", None)
    overwrite = models.SubmitSnapshotJobRequestTemplateConfigOverwriteParams(**config)
    if sprite is not None:
        overwrite.sprite_snapshot_config = (
            models.SubmitSnapshotJobRequestTemplateConfigOverwriteParamsSpriteSnapshotConfig(**sprite)
        )
    request = models.SubmitSnapshotJobRequest(
        name="pictures",
        user_data="{}",
        input=models.SubmitSnapshotJobRequestInput(type="OSS" if "://" in source else "Media", media=source),
        output=models.SubmitSnapshotJobRequestOutput(type="OSS", media=output),
        template_config=models.SubmitSnapshotJobRequestTemplateConfig(
            template_id=default_template(ims), overwrite_params=overwrite
        ),
    )
    return str(ims.client().submit_snapshot_job(request).body.job_id)


def default_template(ims: RunningIms) -> str:
    request = models.GetCustomTemplateRequest(type=2)
    return str(ims.client().get_custom_template(request).body.custom_template.template_id)


def ended(ims: RunningIms, job_id: str) -> Any:
    def look() -> Any:
        request = models.GetSnapshotJobRequest(job_id=job_id)
        job = ims.client().get_snapshot_job(request).body.snapshot_job
        return None if job.status == "Init" else job

    return wait_for(look)


def pictures(ims: RunningIms, job_id: str, **page: Any) -> list[bytes]:
    request = models.GetSnapshotUrlsRequest(job_id=job_id, **page)
    urls: list[str] = ims.client().get_snapshot_urls(request).body.snapshot_urls or []
    return [urllib.request.urlopen(url).read() for url in urls]


def test_exact_pictures_show_the_frame_that_is_on_the_screen_then(ims: RunningIms, numbered: Path) -> None:
    media_id = ims.register(ims.put("snapshots/exact.mp4", numbered))
    ims.settled(media_id)
    output = "oss://local-media/snapshots/exact-{Count}.jpg"
    job_id = submit(ims, media_id, output, frame_type="normal", time=1230, interval=1, count=20, width=160)
    job = ended(ims, job_id)
    assert (job.status, job.count, job.type, job.input.oss_file.object) == (
        "Success",
        9,  # those behind the end are left out
        "Normal",
        "snapshots/exact.mp4",
    )
    taken = pictures(ims, job_id, page_size=30)
    assert [read_number(each) for each in taken] == [30 + 25 * second for second in range(9)]
    assert Image.open(io.BytesIO(taken[0])).size == (160, 120)
    stored = ims.bucket().get_object("snapshots/exact-00001.jpg").read()
    assert stored == taken[0]
    assert pictures(ims, job_id, page_size=2, page_number=5, order_by="Desc") == [taken[0]]


def test_without_a_frame_type_pictures_are_keyframes(ims: RunningIms, numbered: Path) -> None:
    source = ims.put("snapshots/key.mp4", numbered)
    job_id = submit(ims, source, "oss://local-media/snapshots/key.jpg", time=5000, count=1)
    assert ended(ims, job_id).status == "Success"
    [number] = [read_number(each) for each in pictures(ims, job_id)]
    assert number % GOP == 0
    assert 125 - GOP <= number <= 125


def test_a_sprite_is_a_sheet_of_pictures_in_order(ims: RunningIms, numbered: Path) -> None:
    source = ims.put("snapshots/sprite.mp4", numbered)
    job_id = submit(
        ims,
        source,
        "oss://local-media/snapshots/sprite-{TileCount}.jpg",
        type="Sprite",
        frame_type="normal",
        time=0,
        interval=0,
        count=8,
        sprite={"columns": 3, "lines": 2, "cell_width": 80, "padding": 4, "margin": 6, "color": "#ff0000"},
    )
    assert ended(ims, job_id).count == 8
    first, second = [Image.open(io.BytesIO(each)) for each in pictures(ims, job_id)]
    assert first.size == second.size == (3 * 80 + 2 * 4 + 2 * 6, 2 * 60 + 4 + 2 * 6)
    cells = [
        sheet.crop((6 + 84 * column, 6 + 64 * row, 86 + 84 * column, 66 + 64 * row))
        for sheet in (first, second)
        for row in range(2)
        for column in range(3)
    ][:8]
    numbers = [read_number_of(cell) for cell in cells]
    assert all(abs(number - index * 250 / 8) <= 1 for index, number in enumerate(numbers)), numbers


def test_the_sprite_of_an_asset_has_a_job_that_tells_its_pictures(ims: RunningIms, numbered: Path) -> None:
    media_id = ims.register(ims.put("snapshots/own.mp4", numbered))
    sprite = json.loads(ims.settled(media_id)["MediaBasicInfo"]["SpriteImages"])[0]
    job = ended(ims, sprite["iceJobId"])
    assert (job.status, job.type, str(job.count)) == ("Success", "Sprite", sprite["count"])
    shown = pictures(ims, sprite["iceJobId"], page_size=30)
    count = int(sprite["count"])
    assert [read_number(each) for each in shown] == [round(index * 250 / count) for index in range(count)]


def test_jobs_are_listed_by_state_and_page_by_page(tmp_path: Path, numbered: Path) -> None:
    with running_ims(tmp_path) as ims:
        source = ims.put("n.mp4", numbered)
        jobs = [submit(ims, source, f"oss://local-media/{n}.jpg", count=1) for n in range(3)]
        failed = submit(ims, "oss://local-media/nowhere.mp4", "oss://local-media/f.jpg", count=1)
        for job_id in (*jobs, failed):
            ended(ims, job_id)
        page = ims.client().list_snapshot_jobs(models.ListSnapshotJobsRequest(page_size=2, status="Success")).body
        assert [job.job_id for job in page.jobs] == [jobs[2], jobs[1]]
        rest = models.ListSnapshotJobsRequest(page_size=2, status="Success", next_page_token=page.next_page_token)
        last = ims.client().list_snapshot_jobs(rest).body
        assert [job.job_id for job in last.jobs] == [jobs[0]]
        assert last.next_page_token is None
        job = ended(ims, failed)
        assert (job.status, job.code) == ("Fail", "InvalidParameter.Input")
        assert "nowhere.mp4 does not exist" in job.message


def test_a_job_goes_on_after_a_restart(tmp_path: Path, numbered: Path) -> None:
    with running_ims(tmp_path, processing_delay_seconds=600) as ims:
        job_id = submit(ims, ims.put("n.mp4", numbered), "oss://local-media/1.jpg", count=1, frame_type="normal")
    with running_ims(tmp_path) as ims:
        assert ended(ims, job_id).status == "Success"
        assert [read_number(each) for each in pictures(ims, job_id)] == [0]


def test_what_is_not_done_is_refused_by_name(ims: RunningIms, new_clip: Callable[[], str]) -> None:
    source = new_clip()
    cases: list[tuple[str, dict[str, Any], str, str]] = [
        ("oss://local-media/a.vtt", {"type": "WebVtt"}, "UnsupportedOperation", "WebVTT"),
        ("oss://local-media/a.jpg", {"count": 2}, "InvalidParameter", "{Count}"),
        ("oss://local-media/a.png", {"count": 1}, "UnsupportedOperation", "JPEG"),
        ("https://example.com/a.jpg", {"count": 1}, "InvalidParameter", "example.com"),
        ("oss://local-media/{Count}.jpg", {"count": 10_000}, "InvalidParameter", "Count"),
    ]
    for output, config, code, words in cases:
        refused = refusal_of(submit, ims, source, output, **config)
        assert (refused.code, words in refused.message) == (code, True), refused
    sound = ims.put("snapshots/text.mp3", b"no sound")
    job = ended(ims, submit(ims, sound, "oss://local-media/a.jpg", count=1))
    assert job.status == "Fail"
    assert refusal_of(submit, ims, "0" * 32, "oss://local-media/a.jpg", count=1).code == "ResourceNotFound"
    unknown = models.GetSnapshotUrlsRequest(job_id="0" * 32)
    assert refusal_of(ims.client().get_snapshot_urls, unknown).code == "ResourceNotFound"
