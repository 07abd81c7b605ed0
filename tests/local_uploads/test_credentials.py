"""The handed-out credential is real: it uploads its one file with plain oss2, and does nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.local.uploads.sessions import VOD_BUCKET
from ims_mcp.local.wire_values import read_utc
from tests.local_ims.server import RunningIms, call_raw, refusal_of, running_ims
from tests.local_oss.clients import error_of, oss2
from tests.local_uploads.grants import Clock, Grant, new_media, new_stream, refreshed, status_of

PART_BYTES = 100 * 1024


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[RunningIms]:
    """An IMS whose credentials are good for five seconds of a clock the test moves."""
    with running_ims(tmp_path_factory.mktemp("short"), clock=clock, credential_seconds=5.0) as running:
        yield running


def test_address_and_credential_have_the_documented_shape(ims: RunningIms) -> None:
    before = int(time.time())
    grant = new_media(ims)
    after = time.time()
    name = r"[0-9a-f]{8}-[0-9a-f]{11}"
    assert grant.address == {"Endpoint": ims.endpoint, "Bucket": VOD_BUCKET, "FileName": grant.key}
    assert re.fullmatch(rf"sv/({name})/\1\.mp4", grant.key)
    assert re.fullmatch(r"outin-[0-9a-f]{32}", VOD_BUCKET)
    assert grant.url == f"http://{VOD_BUCKET}.oss-cn-shanghai.aliyuncs.com/{grant.key}"
    assert set(grant.auth) == {
        "AccessKeyId",
        "AccessKeySecret",
        "SecurityToken",
        "Expiration",
        "ExpireUTCTime",
        "Region",
    }
    assert grant.auth["AccessKeyId"].startswith("STS.")
    assert (grant.auth["Expiration"], grant.auth["Region"]) == ("3000", "cn-shanghai")
    assert before <= read_utc(grant.auth["ExpireUTCTime"]) - 3000 <= after


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_simple_put_makes_the_asset_normal(ims: RunningIms, clip: Path, version: str) -> None:
    grant = new_media(ims)
    assert status_of(ims, grant.media_id) == "Init"
    with grant.bucket(version=version) as bucket:
        bucket.put_object_from_file(grant.key, str(clip))
    info = ims.settled(grant.media_id)
    assert info["MediaBasicInfo"]["Status"] == "Normal"
    assert info["FileInfoList"][0]["FileBasicInfo"]["FileSize"] == str(clip.stat().st_size)
    assert ims.bucket(VOD_BUCKET).get_object(grant.key).read() == clip.read_bytes()


def test_a_resumable_upload_in_parts_makes_the_asset_normal(ims: RunningIms, clip: Path, tmp_path: Path) -> None:
    # Anything may follow the boxes of an mp4: enough for several parts.
    film = clip.read_bytes() + b"\x00\x00\x00\x08free" * (PART_BYTES // 2)
    (tmp_path / "film.mp4").write_bytes(film)
    grant = new_media(ims)
    with grant.bucket() as bucket:
        oss2.resumable_upload(
            bucket,
            grant.key,
            str(tmp_path / "film.mp4"),
            store=oss2.ResumableStore(root=str(tmp_path)),
            multipart_threshold=PART_BYTES,
            part_size=PART_BYTES,
            num_threads=3,
        )
    assert ims.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"
    stored = ims.bucket(VOD_BUCKET).get_object(grant.key)
    assert stored.headers["x-oss-object-type"] == "Multipart"
    assert stored.read() == film


Attempt = Callable[[Any, Grant], Any]
ELSEWHERE: dict[str, Attempt] = {
    "put to another key": lambda bucket, grant: bucket.put_object(grant.key + "x", b"x"),
    "put beside the key": lambda bucket, grant: bucket.put_object(grant.key.rpartition("/")[0] + "/x.mp4", b"x"),
    "begin in parts on another key": lambda bucket, grant: bucket.init_multipart_upload("sv/x.mp4"),
    "read its own object": lambda bucket, grant: bucket.get_object(grant.key),
    "look at its own object": lambda bucket, grant: bucket.head_object(grant.key),
    "delete its own object": lambda bucket, grant: bucket.delete_object(grant.key),
    "read another object": lambda bucket, grant: bucket.get_object("sv/secret.mp4"),
    "copy another object to its key": lambda bucket, grant: bucket.copy_object(VOD_BUCKET, "sv/secret.mp4", grant.key),
    "list the bucket": lambda bucket, grant: bucket.list_objects(),
    "list unfinished uploads": lambda bucket, grant: bucket.list_multipart_uploads(),
    "delete the bucket": lambda bucket, grant: bucket.delete_bucket(),
}


@pytest.mark.parametrize("attempt", ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_credential_does_nothing_else(ims: RunningIms, attempt: Attempt) -> None:
    ims.put("sv/secret.mp4", b"secret", VOD_BUCKET)
    grant = new_media(ims)
    grant.put(b"its own")
    with grant.bucket() as bucket:
        status, code = error_of(lambda: attempt(bucket, grant))
    # A HEAD answer has no body to carry a code.
    assert (status, code or "AccessDenied") == (403, "AccessDenied")


def test_the_credential_is_no_good_for_other_buckets_or_for_ims(ims: RunningIms) -> None:
    grant = new_media(ims)
    with grant.bucket(name="local-media") as bucket:
        assert error_of(lambda: bucket.put_object(grant.key, b"x")) == (403, "AccessDenied")
    client = ims.client(grant.auth["AccessKeyId"], grant.auth["AccessKeySecret"], grant.auth["SecurityToken"])
    refused = refusal_of(call_raw, client, "GetMediaInfo", {"MediaId": grant.media_id})
    assert (refused.code, refused.status) == ("AccessDenied", 403)


def test_the_credential_is_refused_after_its_time(short: RunningIms, clock: Clock, clip: Path) -> None:
    grant = new_media(short)
    assert grant.auth["Expiration"] == "5"
    clock.ahead += 6
    assert error_of(lambda: grant.put(clip)) == (403, "SecurityTokenExpired")
    assert status_of(short, grant.media_id) == "Init"
    fresh = refreshed(short, grant.media_id)
    fresh.put(clip)
    assert short.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"


def test_a_refreshed_credential_goes_on_with_a_multipart_upload(
    short: RunningIms, clock: Clock, clip: Path, other_clip: Path
) -> None:
    film = clip.read_bytes() + b"\x00\x00\x00\x08free" * PART_BYTES
    first, rest = film[:PART_BYTES], film[PART_BYTES:]
    grant = new_media(short)
    with grant.bucket() as bucket:
        upload_id = bucket.init_multipart_upload(grant.key).upload_id
        parts = [oss2.models.PartInfo(1, bucket.upload_part(grant.key, upload_id, 1, first).etag)]
        clock.ahead += 6
        assert error_of(lambda: bucket.upload_part(grant.key, upload_id, 2, rest)) == (403, "SecurityTokenExpired")
    fresh = refreshed(short, grant.media_id)
    assert fresh.address == grant.address
    assert not set(fresh.auth.values()) & {grant.auth["AccessKeyId"], grant.auth["SecurityToken"]}
    with fresh.bucket() as bucket:
        assert [part.part_number for part in bucket.list_parts(grant.key, upload_id).parts] == [1]
        parts.append(oss2.models.PartInfo(2, bucket.upload_part(grant.key, upload_id, 2, rest).etag))
        bucket.complete_multipart_upload(grant.key, upload_id, parts)
    assert short.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"
    assert short.bucket(VOD_BUCKET).get_object(grant.key).read() == film


def test_a_multipart_upload_can_be_aborted(ims: RunningIms) -> None:
    grant = new_media(ims)
    with grant.bucket() as bucket:
        upload_id = bucket.init_multipart_upload(grant.key).upload_id
        bucket.abort_multipart_upload(grant.key, upload_id)
        assert error_of(lambda: bucket.upload_part(grant.key, upload_id, 1, b"x")) == (404, "NoSuchUpload")


def test_refreshing_takes_nothing_from_the_credential_before(ims: RunningIms, clip: Path) -> None:
    grant = new_media(ims)
    refreshed(ims, grant.media_id)
    grant.put(clip)
    assert ims.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"


def test_refreshing_is_about_the_upload_begun_last_that_is_not_finished(
    ims: RunningIms, clip: Path, other_clip: Path
) -> None:
    source = new_media(ims)
    stream = new_stream(ims, source.media_id, file_extension="mp4")
    assert refreshed(ims, source.media_id).key == stream.key
    stream.put(other_clip)
    assert refreshed(ims, source.media_id).key == source.key
    source.put(clip)
    ims.settled(source.media_id)
    assert refreshed(ims, source.media_id).key == stream.key


def test_there_is_nothing_to_refresh_without_an_upload(ims: RunningIms, clip: Path) -> None:
    unknown = refusal_of(refreshed, ims, "0" * 32)
    assert (unknown.code, unknown.status) == ("ResourceNotFound", 404)
    media_id = ims.register(ims.put("registered.mp4", clip))
    never = refusal_of(refreshed, ims, media_id)
    assert (never.code, never.status) == ("ResourceNotFound", 404)
    assert "No upload was begun" in never.message
