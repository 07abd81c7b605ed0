"""`doctor` about upload pages: whether the bucket of an account lets them in, and the rule that would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_doctor import look
from tests.local_ims.server import running_ims
from tests.local_oss.clients import oss2
from tests.tenants.accounts import Keys, write_accounts

KEYS = Keys("east")


@pytest.mark.parametrize("origins", [None, ["https://app.example"], ["http://127.0.0.1:*"], ["*"]])
def test_a_bucket_that_lets_no_upload_page_in_is_said_with_the_rule(tmp_path: Path, origins: list[str] | None) -> None:
    with running_ims(tmp_path / "ims", access_key_id=KEYS.key_id, access_key_secret=KEYS.secret) as ims:
        bucket = ims.bucket("films-of-ours", oss2.Auth(KEYS.key_id, KEYS.secret))
        bucket.create_bucket()
        if origins is not None:
            exposed = ["ETag", "x-oss-hash-crc64ecma", "x-oss-request-id"]
            methods = ["PUT", "POST", "GET", "HEAD"]
            rule = oss2.models.CorsRule(origins, methods, allowed_headers=["*"], expose_headers=exposed)
            bucket.put_bucket_cors(oss2.models.BucketCors([rule]))
        path = write_accounts(tmp_path, {"east": ims.endpoint}, buckets={"east": "films-of-ours"})
        code, found = look(tmp_path, "--config", str(path))
    (said,) = found["upload page"]
    assert code == 0
    if origins in (None, ["https://app.example"]):
        assert said.startswith("note no CORS rule of the bucket films-of-ours lets the pages of create_upload in")
        assert "AllowedOrigin http://127.0.0.1:*" in said
        assert "ExposeHeader ETag, x-oss-hash-crc64ecma" in said
    else:
        assert said == "ok the bucket films-of-ours lets the pages of servers on this machine in"
