"""Numbers of any length in a request: an error the client can read, never a failure of the server."""

from __future__ import annotations

import logging
import uuid
from typing import Any
from urllib.parse import quote

import pytest

from ims_mcp.local.wire_values import MOST, read_whole_number
from tests.local_oss.clients import Client, raw
from tests.local_oss.server import OssThread

HUGE = ["9" * 20, "9" * 4299, "9" * 4301, "9" * 20_000, "1e9", "-1", "0x10", "１２", "²", "+1", "1_0", "nan"]


@pytest.fixture(scope="module")
def shelf(client: Client) -> Any:
    bucket = client.bucket(f"shelf-{uuid.uuid4().hex[:8]}")
    bucket.put_object("key", b"0123456789")
    return bucket


@pytest.mark.parametrize("number", HUGE)
def test_an_odd_number_in_a_query_is_a_bad_request(
    oss: OssThread, shelf: Any, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    upload = shelf.init_multipart_upload("parts").upload_id
    targets = [
        ("GET", "key", {"uploadId": upload, "max-parts": number}),
        ("GET", "parts", {"uploadId": upload, "part-number-marker": number}),
        ("PUT", "parts", {"uploadId": upload, "partNumber": number}),
    ]
    with caplog.at_level(logging.ERROR):
        statuses = [raw(oss, method, shelf.sign_url(method, key, 60, params=q)).status for method, key, q in targets]
        for name in ("max-keys", "max-uploads"):
            marker = {"uploads": ""} if name == "max-uploads" else {}
            request = {"method": "GET", "bucket_name": shelf.bucket_name, "key": "", "params": {name: number, **marker}}
            with pytest.raises(Exception, match="InvalidArgument"):
                shelf._do(**request)
    assert all(400 <= status < 500 for status in statuses), statuses
    assert not caplog.records


@pytest.mark.parametrize("number", HUGE)
def test_an_odd_expiry_is_refused_also_from_somebody_without_a_key(
    oss: OssThread, shelf: Any, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        shown = quote(number)
        answers = [
            raw(oss, "GET", f"/{shelf.bucket_name}/key?OSSAccessKeyId=x&Signature=x&Expires={shown}"),
            raw(oss, "GET", shelf.sign_url("GET", "key", 60).replace("x-oss-expires=60", f"x-oss-expires={shown}")),
        ]
    assert all(400 <= answer.status < 500 for answer in answers)
    assert not caplog.records


@pytest.mark.parametrize("number", [text for text in HUGE if text.isascii()])
def test_an_odd_range_or_date_is_passed_over_or_refused(
    oss: OssThread, shelf: Any, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        url = shelf.sign_url("GET", "key", 60)
        for text in (f"bytes={number}-", f"bytes=-{number}", f"bytes=0-{number}", f"bytes={number}-{number}"):
            for more in ({}, {"x-oss-range-behavior": "standard"}):
                signed = shelf.sign_url("GET", "key", 60, headers=more)
                answer = raw(oss, "GET", signed if more else url, headers={"Range": text, **more})
                assert answer.status in (200, 206, 416)
                assert answer.status == 416 or b"0123456789".startswith(answer.body)
        for name in ("If-Modified-Since", "If-Unmodified-Since"):
            for date in (number, f"Mon, 01 Jan {number} 00:00:00 GMT", f"Mon, 01 Jan 2024 00:00:00 +{number}"):
                assert raw(oss, "GET", url, headers={name: date}).status in (200, 304, 412)
    assert not caplog.records


def test_a_length_that_is_too_large_to_be_one_is_refused(oss: OssThread, shelf: Any) -> None:
    url = shelf.sign_url("PUT", "long", 60)
    assert raw(oss, "PUT", url, headers={"Content-Length": "9" * 19, "Expect": "100-continue"}).status == 400


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), (str(MOST), MOST), (str(MOST + 1), None), ("0" * 5000 + "1", 1), ("", None), ("١", None)],
)
def test_a_whole_number_is_its_digits_and_has_a_bound(text: str, number: int | None) -> None:
    assert read_whole_number(text) == number
