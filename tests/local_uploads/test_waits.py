"""Pulls as an assistant meets them: one call that ends with the asset, or with the reason, for each address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.local_ims.server import RunningIms
from tests.local_uploads.source import Source
from tests.server.connected import LOCAL, connected, content_of


@pytest.fixture
def film(clip: Path) -> bytes:
    return clip.read_bytes()


@pytest.mark.anyio
async def test_a_pull_that_is_waited_for_brings_its_asset(ims: RunningIms, source: Source, film: bytes) -> None:
    url = source.file("/clip.mp4", film)
    async with connected(ims.endpoint, credential=LOCAL) as client:
        arguments = {"UploadURLs": quote(url, safe=""), "wait_seconds": 30}
        call = {"operation": "UploadMediaByURL", "arguments": arguments}
        content = content_of(await client.call_tool("call_write_operation", call))
    assert (content["wait"]["outcome"], content["wait"]["status"]) == ("succeeded", "SUCCESS")
    (job,) = content["UploadJobs"]
    result = content["result"]
    assert (result["MediaId"], result["size_bytes"], result["source"]) == (job["MediaId"], len(film), url)
    assert "next_call" not in content


@pytest.mark.anyio
async def test_of_two_pulls_each_says_what_became_of_it(ims: RunningIms, source: Source, film: bytes) -> None:
    good = source.file("/good.mp4", film)
    bad = good.replace("/good.mp4", "/missing.mp4")
    async with connected(ims.endpoint, credential=LOCAL) as client:
        call = {
            "operation": "UploadMediaByURL",
            "arguments": {"UploadURLs": f"{quote(good, safe='')},{quote(bad, safe='')}"},
        }
        content = content_of(await client.call_tool("call_write_operation", call))
        ids = content["next_call"]["arguments"]["ids"]
        for job in content["UploadJobs"]:  # one alone after the other, so that both have ended
            given = {"operation": "UploadMediaByURL", "ids": {"JobIds": job["JobId"]}, "wait_seconds": 30}
            await client.call_tool("wait_for_job", given)
        together = {"operation": "UploadMediaByURL", "ids": ids, "wait_seconds": 0}
        told = content_of(await client.call_tool("wait_for_job", together))
    assert told["outcome"] == "failed"
    first, second = told["results"]
    assert (first["status"], first["MediaId"]) == ("SUCCESS", content["UploadJobs"][0]["MediaId"])
    assert (second["status"], second["JobId"]) == ("DOWNLOAD_FAIL", content["UploadJobs"][1]["JobId"])
    assert second["problem"]
    assert second["problem"] in told["problem"]
