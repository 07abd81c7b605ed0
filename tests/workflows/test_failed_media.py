"""A registration that failed says what to do now: by the reason, over an MCP client and the embedded IMS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.workflows.failed_media import advise_failed
from tests.local_ims.server import RunningIms, running_ims
from tests.server.connected import LOCAL, connected, content_of

# Reason -> what the advice is about. The first are the embedded IMS's own, the others a cloud's.
REASONS = {
    "The file holds text, not picture or sound.": "Choose the video, audio or picture itself",
    "The file is empty (0 bytes).": "not whole",
    "The MP4 index (moov) is missing or damaged: the file is probably cut off.": "not whole",
    "The file is a playlist (m3u8): it names other files and holds no picture or sound itself.": "playlist names",
    "The object oss://b/k.mp4 does not exist.": "Check bucket, folder, spelling",
    "The file takes more memory to read than the 512 MB it may have.": "smaller",
    "NoSuchKey": "Check bucket, folder, spelling",
    "AccessDenied: you have no permission to read the object": "may not read this file",
    "HTTP 403 Forbidden": "may not read this file",
    "The file size exceeds the limit": "smaller",
    "Unsupported codec: prores_raw": "H.264 and AAC",
    "InvalidFormat": "H.264 and AAC",
    "": "get a good copy",
    "PrepareFail": "get a good copy",
}


@pytest.mark.parametrize(("reason", "told"), REASONS.items())
def test_what_to_do_follows_from_the_reason(reason: str, told: str) -> None:
    assert told in advise_failed(reason)
    assert "DeleteMediaInfos removes it" in advise_failed(reason)
    assert "DeleteMediaInfos" not in advise_failed(reason, leaves_asset=False)


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


@pytest.mark.anyio
async def test_a_wait_that_has_seen_it_fail_says_so(ims: RunningIms, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("This is a letter and no film.\n" * 50)
    url = ims.put("letter.mp4", letter)
    async with connected(ims.endpoint, credential=LOCAL) as client:
        told = content_of(await client.call_tool("register_media_info", {"InputURL": url, "wait_seconds": 20}))
        absent = {"InputURL": "oss://local-media/no-such.mp4", "wait_seconds": 20}
        lost = content_of(await client.call_tool("register_media_info", absent))
    assert told["wait"]["outcome"] == lost["wait"]["outcome"] == "failed"
    assert told["wait"]["what_to_do"] == advise_failed("The file holds text, not picture or sound.")
    assert lost["wait"]["what_to_do"].startswith("Check bucket, folder, spelling")
