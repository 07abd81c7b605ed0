"""What alibabacloud-oss-v2 does with buckets and objects, by both signatures."""

from __future__ import annotations

import importlib
import os
import uuid
from collections.abc import Callable
from typing import Any

import pytest

oss: Any = importlib.import_module("alibabacloud_oss_v2")
HOST = os.environ["OFFICIAL_HOST"]


@pytest.fixture(params=["v1", "v4"])
def client(request: pytest.FixtureRequest) -> Any:
    config: Any = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider("local", "local")
    config.region, config.endpoint = "cn-shanghai", f"http://{HOST}"
    config.signature_version = request.param
    config.use_path_style = True
    return oss.Client(config)


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"official-{uuid.uuid4().hex[:12]}"
    client.put_bucket(oss.PutBucketRequest(bucket=name))
    return name


def refusal_of(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(oss.exceptions.OperationError) as refused:
        call()
    error: Any = refused.value.unwrap()
    return error.status_code, error.code


def test_what_is_there_exists_and_nothing_else(client: Any, bucket: str) -> None:
    client.put_object(oss.PutObjectRequest(bucket=bucket, key="a", body=b"x"))
    assert client.is_bucket_exist(bucket)
    assert not client.is_bucket_exist(f"{bucket}-not")
    assert client.is_object_exist(bucket, "a")
    assert not client.is_object_exist(bucket, "b")


@pytest.mark.parametrize("key", ["a b+c.mp4", "\u4e2d/\u6587.mp4", "a%2Fb", "e\u0301"])
def test_an_object_comes_back_as_it_was_put(client: Any, bucket: str, key: str) -> None:
    put = client.put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=b"content", metadata={"one": "1"}))
    got = client.get_object(oss.GetObjectRequest(bucket=bucket, key=key))
    assert (got.body.content, got.etag, got.metadata["one"]) == (b"content", put.etag, "1")


def test_parts_make_an_object(client: Any, bucket: str) -> None:
    begun = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket=bucket, key="big"))
    parts: list[Any] = []
    for number, size in ((1, 100 * 1024), (2, 7)):
        request = oss.UploadPartRequest(
            bucket=bucket, key="big", upload_id=begun.upload_id, part_number=number, body=b"x" * size
        )
        parts.append(oss.UploadPart(part_number=number, etag=client.upload_part(request).etag))
    client.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            bucket=bucket,
            key="big",
            upload_id=begun.upload_id,
            complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
        )
    )
    assert client.head_object(oss.HeadObjectRequest(bucket=bucket, key="big")).content_length == 100 * 1024 + 7


def test_pages_list_everything_once(client: Any, bucket: str) -> None:
    keys = [f"k {number}" for number in range(7)]
    for key in keys:
        client.put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=b""))
    pages = client.list_objects_v2_paginator().iter_page(oss.ListObjectsV2Request(bucket=bucket, max_keys=3))
    assert [item.key for page in pages for item in page.contents] == keys


def test_what_is_missing_has_the_documented_code(client: Any, bucket: str) -> None:
    get = oss.GetObjectRequest(bucket=bucket, key="nothing")
    assert refusal_of(lambda: client.get_object(get)) == (404, "NoSuchKey")
    absent = oss.GetBucketInfoRequest(bucket=f"{bucket}-not")
    assert refusal_of(lambda: client.get_bucket_info(absent)) == (404, "NoSuchBucket")


def test_a_signed_address_is_good_for_anybody(client: Any, bucket: str) -> None:
    import urllib.request

    client.put_object(oss.PutObjectRequest(bucket=bucket, key="a", body=b"x"))
    signed = client.presign(oss.GetObjectRequest(bucket=bucket, key="a"))
    with urllib.request.urlopen(signed.url, timeout=60) as answer:
        assert answer.read() == b"x"
