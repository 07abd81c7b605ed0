"""The storage IMS writes to."""

from __future__ import annotations

from pathlib import Path

import pytest
from alibabacloud_ice20201109 import models

from tests.local_ims.server import refusal_of, running_ims


def test_the_default_storage_is_there_from_the_start_and_can_be_changed(tmp_path: Path) -> None:
    with running_ims(tmp_path) as ims:
        client = ims.client()
        location = client.get_default_storage_location().body
        assert (location.bucket, location.storage_type, location.status) == ("local-media", "user_oss_bucket", "Normal")
        ims.put("x", b"the default bucket exists")

        ims.bucket("archive").create_bucket()
        changed = client.set_default_storage_location(
            models.SetDefaultStorageLocationRequest(bucket="archive", path="temp/", storage_type="user_oss_bucket")
        ).body
        assert changed.success is True

    with running_ims(tmp_path) as ims:
        client = ims.client()
        location = client.get_default_storage_location().body
        assert (location.bucket, location.path) == ("archive", "temp/")
        stored = client.get_storage_list(models.GetStorageListRequest(status="Normal")).body.storage_info_list
        assert {(entry.storage_location, entry.default_storage) for entry in stored} == {
            ("local-media", False),
            ("archive", True),
        }
        ims.bucket("archive").delete_bucket()
        assert client.get_default_storage_location().body.status == "notExist"
        assert (
            client.get_storage_list(models.GetStorageListRequest(storage_type="vod_oss_bucket")).body.storage_info_list
            == []
        )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"Bucket": "no-such-bucket"}, "ResourceNotFound"),
        ({"Bucket": "local-media", "StorageType": "vod_oss_bucket"}, "UnsupportedOperation"),
        ({"Bucket": "local-media", "StorageType": "tape"}, "InvalidParameter"),
    ],
)
def test_a_storage_that_cannot_be_is_refused(tmp_path: Path, parameters: dict[str, str], code: str) -> None:
    with running_ims(tmp_path) as ims:
        refused = refusal_of(ims.call, "SetDefaultStorageLocation", **parameters)
    assert refused.code == code
