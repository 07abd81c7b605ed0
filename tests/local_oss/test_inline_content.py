"""What a browser may show of an object: media and plain text. Everything that could run is saved, and runs nowhere."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.local_oss.clients import Answer, Client, raw
from tests.local_oss.server import OssThread

ACTIVE = [
    "text/html",
    "TEXT/HTML; charset=utf-8",
    "application/xhtml+xml",
    "image/svg+xml",
    "IMAGE/SVG+XML",
    "text/xml",
    "application/xml",
    "application/rss+xml",
    "application/dash+xml",
    "image/x+xml",
    "video/x+xml",
    "audio/svg+xml",
    "font/x+xml",
    "text/javascript",
    "application/javascript",
    "text/css",
    "application/pdf",
    "multipart/related",
    "multipart/x-mixed-replace",
    "message/rfc822",
    "application/x-shockwave-flash",
    "text/anything",
    "video/mp4, text/html",
    'video/mp4; a="b", text/html',
    "video/mp4\ttext/html",
    "*/*",
    "unknown",
    "text/plain/html",
]
PASSIVE = [
    "video/mp4",
    'video/mp4; codecs="avc1.4d401f, mp4a.40.2"',
    "audio/mpeg",
    "image/jpeg",
    "image/x-icon",
    "image/vnd.adobe.photoshop",
    "font/woff2",
    "text/plain;charset=utf-8",
    "text/vtt",
    "application/x-subrip",
    "application/octet-stream",
    "application/json",
    "application/vnd.apple.mpegurl",
]


@pytest.fixture(scope="module")
def shelf(client: Client) -> Any:
    return client.bucket(f"shelf-{uuid.uuid4().hex[:8]}")


def get(oss: OssThread, bucket: Any, key: str, **overrides: str) -> Answer:
    params = {f"response-{name.replace('_', '-')}": value for name, value in overrides.items()}
    return raw(oss, "GET", bucket.sign_url("GET", key, 60, params=params))


@pytest.mark.parametrize("content_type", ACTIVE)
def test_active_content_is_saved_whoever_calls_it_so(oss: OssThread, shelf: Any, content_type: str) -> None:
    shelf.put_object("said.at.upload", b"<script>", headers={"Content-Type": content_type})
    shelf.put_object("film.mp4", b"<script>")
    answers = [get(oss, shelf, "said.at.upload")]
    if content_type.isprintable():
        answers.append(get(oss, shelf, "film.mp4", content_type=content_type))
    for answer in answers:
        assert answer.status == 200
        assert answer.headers["content-disposition"] == "attachment"
        assert answer.headers["content-type"].strip() == content_type.strip()


@pytest.mark.parametrize("content_type", PASSIVE)
def test_media_is_shown_as_it_is(oss: OssThread, shelf: Any, content_type: str) -> None:
    shelf.put_object("media", b"data", headers={"Content-Type": content_type})
    answer = get(oss, shelf, "media")
    assert "content-disposition" not in answer.headers
    assert answer.headers["content-type"] == content_type


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("inline", "attachment"),
        ("INLINE; filename=a.html", "attachment; filename=a.html"),
        ("inline; filename*=UTF-8''%E6%96%87.html", "attachment; filename*=UTF-8''%E6%96%87.html"),
        ("attachment", "attachment"),
        ('Attachment ; filename="a.html"', 'Attachment ; filename="a.html"'),
        ("attachmentx; filename=a", "attachment; filename=a"),
        ("inline, attachment", "attachment"),
        ("a-name.html", "a-name.html"),
        ("%E6%96%87.html", "%E6%96%87.html"),
        ("Filename", "attachment"),
        ("filename=a.html", "attachment"),
        ("a name.html", "attachment"),
    ],
)
def test_a_disposition_keeps_its_file_name_and_never_shows_active_content(
    oss: OssThread, shelf: Any, given: str, sent: str
) -> None:
    shelf.put_object("page", b"<script>", headers={"Content-Type": "text/html", "Content-Disposition": given})
    shelf.put_object("plain-page", b"<script>", headers={"Content-Type": "text/html"})
    assert get(oss, shelf, "page").headers["content-disposition"] == sent
    assert get(oss, shelf, "plain-page", content_disposition=given).headers["content-disposition"] == sent
    shelf.put_object("film", b"data", headers={"Content-Type": "video/mp4", "Content-Disposition": given})
    assert get(oss, shelf, "film").headers["content-disposition"] == given


@pytest.mark.parametrize("value", [" text/html", "video/mp4 ", "video/mp4\n"])
def test_a_value_that_no_header_can_have_is_refused(oss: OssThread, shelf: Any, value: str) -> None:
    shelf.put_object("film", b"data")
    assert get(oss, shelf, "film", content_type=value).status == 400
    assert get(oss, shelf, "film", content_disposition=value).status == 400


def test_every_answer_is_taken_for_what_it_says_and_runs_nothing(oss: OssThread, shelf: Any) -> None:
    shelf.put_object("key", b"data")
    for url in (
        shelf.sign_url("GET", "key", 60),
        shelf.sign_url("GET", "missing", 60),
        "/no/signature",
        shelf.sign_url("GET", "key", 60, params={"response-content-type": "text/html"}),
    ):
        headers = raw(oss, "GET", url).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "sandbox"
