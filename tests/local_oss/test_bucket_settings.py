"""What a bucket is created with is named back: storage class, redundancy, resource group."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_oss.clients import Client, error_of, oss2

IA = oss2.models.BucketCreateConfig("IA", "ZRS")


def test_a_bucket_names_the_storage_class_it_was_created_with(any_client: Client, bucket_name: str) -> None:
    bucket = any_client.bucket(bucket_name)
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE, IA)
    bucket.create_bucket()  # changes nothing
    info = bucket.get_bucket_info()
    assert (info.storage_class, info.data_redundancy_type) == ("IA", "ZRS")
    [listed] = any_client.service().list_buckets(prefix=bucket_name).buckets
    assert listed.storage_class == "IA"
    bucket.delete_bucket()
    bucket.create_bucket()
    info = bucket.get_bucket_info()
    assert (info.storage_class, info.data_redundancy_type) == ("Standard", "LRS")


def test_objects_have_the_storage_class_of_their_bucket_unless_they_name_one(client: Client, bucket_name: str) -> None:
    source, bucket = client.bucket(f"{bucket_name}-source"), client.bucket(bucket_name)
    source.put_object("key", b"x")
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE, IA)
    bucket.put_object("put", b"x")
    bucket.append_object("appended", 0, b"x")
    bucket.put_symlink("put", "link")
    bucket.copy_object(source.bucket_name, "key", "copied")
    upload = bucket.init_multipart_upload("parts").upload_id
    bucket.complete_multipart_upload("parts", upload, [])
    bucket.put_object("named", b"x", headers={"x-oss-storage-class": "Standard"})
    bucket.update_object_meta("named", {"x-oss-meta-a": "1"})
    classes = {one.key: one.storage_class for one in oss2.ObjectIterator(bucket)}
    names = ("appended", "copied", "link", "named", "parts", "put")
    assert classes == {name: "Standard" if name == "named" else "IA" for name in names}
    assert bucket.head_object("put").headers["x-oss-storage-class"] == "IA"
    assert bucket.head_object("named").headers["x-oss-storage-class"] == "Standard"


@pytest.mark.parametrize("config", [("Bogus",), ("Standard", "Bogus")])
def test_a_bucket_of_an_unknown_storage_class_or_redundancy_is_refused(bucket: Any, config: tuple[str, ...]) -> None:
    create = lambda: bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE, oss2.models.BucketCreateConfig(*config))  # noqa: E731
    assert error_of(create) == (400, "InvalidArgument")
    assert error_of(bucket.get_bucket_info) == (404, "NoSuchBucket")


def test_every_bucket_is_in_the_default_resource_group(any_client: Client, bucket_name: str) -> None:
    bucket = any_client.bucket(bucket_name)
    assert error_of(bucket.get_bucket_resource_group) == (404, "NoSuchBucket")
    elsewhere = {"x-oss-resource-group-id": "rg-elsewhere"}
    create = lambda: bucket.create_bucket(headers=elsewhere)  # noqa: E731
    assert error_of(create) == (400, "ResourceGroupIdPreCheckError")
    bucket.create_bucket(headers={"x-oss-resource-group-id": "rg-default-id"})
    assert bucket.get_bucket_resource_group().resource_group_id == "rg-default-id"
    bucket.put_bucket_resource_group("rg-default-id")
    bucket.put_bucket_resource_group("")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_bucket_resource_group("rg-elsewhere")
    assert (refused.value.code, refused.value.ec) == ("ResourceGroupIdPreCheckError", "0039-00000003")
    service = any_client.service()
    for group, found in (("rg-default-id", [bucket_name]), ("", [bucket_name]), ("rg-elsewhere", [])):
        page = service.list_buckets(prefix=bucket_name, headers={"x-oss-resource-group-id": group})
        assert [one.name for one in page.buckets] == found
        assert [one.resource_group_id for one in page.buckets] == [group or None for _ in found]
    wrong = {"x-oss-resource-group-id": "elsewhere"}
    assert error_of(lambda: service.list_buckets(headers=wrong)) == (400, "InvalidArgument")
    assert error_of(lambda: bucket.create_bucket(headers=wrong)) == (400, "InvalidArgument")


def test_a_document_may_begin_with_white_space(bucket: Any) -> None:
    said = "<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>"
    text = f'\n  <?xml version="1.0"?>{said}'
    assert bucket._do("PUT", bucket.bucket_name, "", data=text).status == 200
    assert bucket.get_bucket_info().storage_class == "IA"


def test_a_second_creation_does_not_change_the_storage_class(bucket: Any) -> None:
    bucket.create_bucket()
    infrequent = oss2.models.BucketCreateConfig(oss2.BUCKET_STORAGE_CLASS_IA)
    assert error_of(lambda: bucket.create_bucket(input=infrequent)) == (409, "BucketAlreadyExists")
    bucket.create_bucket(input=oss2.models.BucketCreateConfig(oss2.BUCKET_STORAGE_CLASS_STANDARD))
    assert bucket.get_bucket_info().storage_class == "Standard"
