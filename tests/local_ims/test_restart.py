"""The process may end in any way at any time: what was acknowledged stays, and what was begun is finished."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import oss2
import pytest

from ims_mcp.errors import LocalImsError
from tests.local_ims.server import endpoint_file, ims_process, running_ims, wait_for


def test_a_killed_process_loses_no_acknowledged_write_and_registrations_complete(tmp_path: Path, clip: Path) -> None:
    data_dir = tmp_path / "data"
    with ims_process(data_dir, processing_delay_seconds=30) as process:
        ims = process.ims
        urls = [ims.put(f"{number}.mp4", clip) for number in range(6)]
        urls.append(ims.put("broken.mp4", b"no film"))
        media_ids = [ims.register(url, title=url) for url in urls]
        ims.call("RegisterMediaStream", MediaId=media_ids[0], InputURL=ims.put("stream.mp4", clip))
        cate_id = ims.call("AddCategory", CateName="Films")["Category"]["CateId"]
        ims.call("UpdateMediaInfo", MediaId=media_ids[1], Title="renamed", CateId=str(cate_id))
        mark_ids = ims.call("AddMediaMarks", MediaId=media_ids[2], MediaMarks='[{"MarkTag": "x"}]')["MediaMarkIds"]
        ims.call("DeleteMediaInfos", MediaIds=media_ids[3])
        # Preparing takes as long as settling: none of them is ready yet.
        assert {ims.media_info(media_id)["MediaBasicInfo"]["Status"] for media_id in media_ids[4:]} <= {
            "Init",
            "Preparing",
        }
        process.kill()

    with ims_process(data_dir, processing_delay_seconds=0.2) as process:
        ims = process.ims
        settled = {media_id: ims.settled(media_id) for media_id in media_ids if media_id != media_ids[3]}
        statuses = [info["MediaBasicInfo"]["Status"] for info in settled.values()]
        assert statuses == ["Normal"] * 5 + ["PrepareFail"]
        assert [info["MediaBasicInfo"]["InputURL"] for info in settled.values()] == urls[:3] + urls[4:]
        assert settled[media_ids[1]]["MediaBasicInfo"]["Title"] == "renamed"
        assert settled[media_ids[1]]["MediaBasicInfo"]["CateName"] == "Films"
        assert ims.call("BatchGetMediaInfos", MediaIds=media_ids[3])["IgnoredList"] == [media_ids[3]]
        marks: list[dict[str, Any]] = json.loads(ims.call("ListMediaMarks", MediaId=media_ids[2])["MediaMarks"])
        assert [mark["MarkId"] for mark in marks] == [mark_ids]
        wait_for(lambda: len(ims.call("GetPlayInfo", MediaId=media_ids[0])["PlayInfoList"]) == 2 or None)


def test_a_kill_in_the_middle_of_the_work_is_made_good(tmp_path: Path, clip: Path) -> None:
    """Killed at moments spread over probing and picture making, it always ends with one set of everything."""
    data_dir = tmp_path / "data"
    with ims_process(data_dir) as process:
        media_ids = [process.ims.register(process.ims.put(f"{number}.mp4", clip)) for number in range(5)]
        # The first one is ready: the others are on the way, at various points.
        process.ims.settled(media_ids[0])
        process.kill()
    with ims_process(data_dir) as process:
        for media_id in media_ids:
            info = process.ims.settled(media_id)
            assert info["MediaBasicInfo"]["Status"] == "Normal"
            assert len(info["FileInfoList"]) == 1
            pictures = json.loads(info["MediaBasicInfo"]["Snapshots"])
            assert len(pictures) == 2
        assert not list((data_dir / "work").iterdir())


def test_links_and_old_addresses_follow_the_new_port(tmp_path: Path, clip: Path) -> None:
    with running_ims(tmp_path) as ims:
        old_endpoint = ims.endpoint
        ims.put("clip.mp4", clip)
        media_id = ims.register(f"{old_endpoint}/local-media/clip.mp4")
        ims.settled(media_id)
    with running_ims(tmp_path) as ims:
        info = ims.call("GetMediaInfo", InputURL="oss://local-media/clip.mp4")["MediaInfo"]
        assert info["MediaId"] == media_id
        assert info["FileInfoList"][0]["FileBasicInfo"]["FileUrl"].startswith(ims.endpoint)


@pytest.mark.parametrize("path", ["data", "other/../data", "./data/.", "link/data", "link/../home/link/data"])
def test_a_second_one_on_the_same_directory_is_told_who_has_it_by_whatever_path_it_comes(
    tmp_path: Path, path: str
) -> None:
    home = tmp_path / "home"
    (home / "other").mkdir(parents=True)
    (home / "link").symlink_to(home)
    with ims_process(home / "data") as process:
        with pytest.raises(LocalImsError) as in_use, running_ims(Path(f"{home}/{path}")):
            pass
        assert f"process {process.pid} at {process.ims.endpoint}" in str(in_use.value)
        assert "--data-dir" in in_use.value.explain()
        # The attempt took nothing away from the first.
        assert endpoint_file(home / "data") == (process.ims.endpoint, process.pid)
        process.ims.call("GetCategories")


def test_the_endpoint_is_announced_and_withdrawn(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        assert endpoint_file(tmp_path) == (ims.endpoint, os.getpid())
    assert endpoint_file(tmp_path) is None


def test_a_killed_process_leaves_neither_a_lock_nor_a_believed_endpoint(tmp_path: Path) -> None:
    with ims_process(tmp_path) as process:
        process.kill()
    assert endpoint_file(tmp_path) is not None
    with running_ims(tmp_path) as ims:
        assert endpoint_file(tmp_path) == (ims.endpoint, os.getpid())


def test_sigterm_stops_it_cleanly(tmp_path: Path) -> None:
    with ims_process(tmp_path) as process:
        assert process.terminate() == 0
    assert endpoint_file(tmp_path) is None


def test_sigterm_in_the_middle_of_the_work_keeps_it_for_the_next_start(tmp_path: Path, clip: Path) -> None:
    with ims_process(tmp_path) as process:
        media_ids = [process.ims.register(process.ims.put(f"{number}.mp4", clip)) for number in range(4)]
        assert process.terminate() == 0
    with running_ims(tmp_path) as ims:
        assert [ims.settled(media_id)["MediaBasicInfo"]["Status"] for media_id in media_ids] == ["Normal"] * 4


def test_it_goes_with_its_parent_when_asked_to(tmp_path: Path) -> None:
    with ims_process(tmp_path, exit_with_parent=True) as process:
        assert process.close_stdin() == 0
    assert endpoint_file(tmp_path) is None


def test_a_port_that_is_taken_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    import asyncio

    from ims_mcp.local.app import LocalIms, serve_until

    with running_ims(tmp_path / "one") as ims:
        port = int(ims.host.rpartition(":")[2])
        attempt = serve_until(asyncio.Event(), LocalIms(tmp_path / "two"), port=port, on_ready=lambda _: None)
        with pytest.raises(LocalImsError, match="cannot be used"):
            asyncio.run(attempt)
        assert endpoint_file(tmp_path / "two") is None


def test_a_directory_that_cannot_be_used_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "ims.sqlite3").write_text("not a database, but long enough to be taken for one" * 100)
    for name in ("file", "foreign"):
        with pytest.raises(LocalImsError) as unusable, running_ims(tmp_path / name):
            pass
        assert "--data-dir" in unusable.value.explain()


def test_a_second_one_in_the_same_process_is_refused_as_well(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        for _ in range(2):
            with pytest.raises(LocalImsError, match="in use"), running_ims(tmp_path):
                pass
        ims.call("GetCategories")
        assert endpoint_file(tmp_path) == (ims.endpoint, os.getpid())


def test_a_grant_kept_by_an_earlier_version_is_still_good(tmp_path: Path) -> None:
    scope = {"bucket": "local-media", "key": "one", "key_is_prefix": False, "actions": ["oss:PutObject"]}
    with running_ims(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "ims.sqlite3")) as state, state:
        state.execute(
            "INSERT INTO temporary_credentials VALUES ('STS.old', 'secret', 'token', 1e12, ?)", (json.dumps(scope),)
        )
    with running_ims(tmp_path) as ims:
        bucket = ims.bucket(auth=oss2.StsAuth("STS.old", "secret", "token"))
        bucket.put_object("one", b"x")
        with pytest.raises(oss2.exceptions.AccessDenied):
            bucket.put_object("other", b"x")
