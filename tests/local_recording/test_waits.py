"""A recording as an assistant meets it: it runs, then it is over, with its file, which becomes an asset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder
from tests.local_recording.rtmp_server import RtmpServer
from tests.local_recording.scenarios import wait_for_player
from tests.server.connected import LOCAL, connected, content_of


@pytest.mark.anyio
async def test_a_recording_is_told_to_run_and_then_to_be_over_with_its_file(
    recorder: Recorder, rtmp: RtmpServer, clip: Path
) -> None:
    url = rtmp.url("waited")
    submitted: dict[str, Any] = {}
    arguments = {
        "Name": "waited for",
        "TemplateId": await anyio.to_thread.run_sync(recorder.template, "mp4"),
        "StreamInput": {"Type": "rtmp", "Url": url},
        "RecordOutput": {"Type": "oss", "Bucket": recorder.bucket},
        "wait_seconds": 30,
    }
    with publishing(clip, url) as publisher:
        await anyio.to_thread.run_sync(publisher.connect)
        async with connected(recorder.ims.endpoint, credential=LOCAL) as client:

            async def submit() -> None:
                submitted.update(content_of(await client.call_tool("submit_live_record_job", arguments)))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(submit)
                await anyio.to_thread.run_sync(wait_for_player, rtmp, url)
                await anyio.to_thread.run_sync(publisher.send, 4.0)
            assert (submitted["wait"]["outcome"], submitted["wait"]["status"]) == ("running", "started")
            following = submitted["next_call"]

            looked = await client.call_tool(following["tool"], {**following["arguments"], "wait_seconds": 0})
            assert content_of(looked)["outcome"] == "running"

            await anyio.to_thread.run_sync(publisher.finish)
            over = content_of(await client.call_tool(following["tool"], following["arguments"]))
            assert (over["outcome"], over["status"]) == ("succeeded", "paused")
            (file,) = over["result"]["files"]
            assert (file["format"], file["resolution"]) == ("mp4", "640x360")
            assert file["duration_seconds"] > 3

            given = {"InputURL": file["url"], "wait_seconds": 30}
            asset = content_of(await client.call_tool("register_media_info", given))
    assert asset["wait"]["outcome"] == "succeeded"
    assert asset["result"]["files"][0]["resolution"] == "640x360"
    assert "next_call" not in asset
