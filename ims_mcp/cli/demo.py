"""``ims-mcp demo``: a real clip, the embedded IMS, and an MCP client that registers, reads and extends an asset."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from ims_mcp.catalogue import get_operation
from ims_mcp.cli.connection import choose_credential_source, connect
from ims_mcp.cli.demo_stream import serve_stream
from ims_mcp.cli.demo_telling import Call, Teller, choose_teller
from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.client.oss.uploader import put_file
from ims_mcp.errors import LocalImsError
from ims_mcp.settings import Settings, read_settings

BUCKET = "local-media"
WAIT_SECONDS = 30
LIVE_SECONDS = 10


@dataclass(slots=True)
class Demo:
    """One run: the MCP client it speaks through, who hears of it, and what was found to be off."""

    client: Client
    teller: Teller
    problems: list[str] = field(default_factory=list[str])

    async def call(self, what: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call the tool and tell what for, what comes meanwhile and what came of it; returns the structured result."""
        call = Call(what, tool, arguments)
        self.teller.tell_call(call)
        said = ""

        async def show(progress: float, total: float | None, message: str | None) -> None:
            nonlocal said
            if message and message != said:
                said = message
                self.teller.tell_progress(message)

        result = await self.client.call_tool(tool, arguments, progress_callback=show)
        content = dict(result.structured_content or {})
        text = "".join(getattr(block, "text", "") for block in result.content)
        self.teller.tell_answer(call, content, text)
        self.expect(not result.is_error, f"{tool} answered with an error")
        return content

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note and tell ``otherwise`` where something does not hold."""
        if not holds:
            self.problems.append(otherwise)
            self.teller.tell_problem(otherwise)


def demo(*, keep: str | None = None, as_json: bool = False) -> int:
    """Run it in a temporary directory, or in ``keep``, which is new or empty. Exit code 1 where anything is off."""
    teller = choose_teller(as_json=as_json)
    if keep is not None:
        directory = Path(keep).expanduser().absolute()
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise LocalImsError(
                f"{directory} is not empty, and the demo writes files of its own.",
                next_step="Name a directory that is new or empty.",
            )
        code = anyio.run(_demo, directory, teller)
        teller.tell_kept(directory)
        return code
    with tempfile.TemporaryDirectory(prefix="ims-mcp-demo-") as temporary:
        return anyio.run(_demo, Path(temporary), teller)


async def _demo(directory: Path, teller: Teller) -> int:
    with teller.open():
        started = time.monotonic()
        problems = await _run(directory, teller)
    teller.tell_end(problems, time.monotonic() - started)
    return 1 if problems else 0


async def _run(directory: Path, teller: Teller) -> list[str]:
    settings = read_settings({}, local=True, data_dir=directory / "data")
    source, rendition, own = await _make_clips(directory)
    live = await anyio.Path(directory / "film.flv").read_bytes()
    own_bytes = await anyio.to_thread.run_sync(lambda: own.stat().st_size)
    async with AsyncExitStack() as stack:
        # The cloud waits 3 minutes for a stream to come back before it closes a recording; nobody would watch that.
        environ = {**os.environ, "IMS_MCP_LOCAL_RECONNECT_TIMEOUT": "2", "IMS_MCP_LOCAL_PROCESSING_DELAY": "1"}
        embedded = await stack.enter_async_context(EmbeddedIms(settings, environ))
        endpoint = await embedded.endpoint()
        credential = await choose_credential_source(settings, os.environ, embedded).get()
        for path in (source, rendition):
            await put_file(endpoint, BUCKET, f"demo/{path.name}", path, credential)
            teller.tell_stored(path.name, path.stat().st_size, f"oss://{BUCKET}/demo/{path.name}")
        options = ["--local", "--data-dir", str(settings.data_dir), "--upload-dir", str(own.parent)]
        command = ["-m", "ims_mcp", "serve", *options, "--state-dir", str(directory / "state")]
        server = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
        client = await stack.enter_async_context(Client(server))
        listed = await client.list_tools()
        teller.tell_server(options, [tool.name for tool in listed.tools])
        run = Demo(client, teller)
        stream = await stack.enter_async_context(serve_stream(live))
        teller.tell_stream(stream, LIVE_SECONDS)
        teller.tell_film(source)
        job_id = await _record(run, stream)
        media_id = await _register_and_attach(run, source.name, rendition.name)
        await _compare_sizes(run, settings, media_id)
        await _upload(run, own, own_bytes)
        await _collect(run, job_id)
    return run.problems


async def _make_clips(directory: Path) -> tuple[Path, Path, Path]:
    from ims_mcp.local.media.clip import make_clip  # brings in PyAV, which only the extra `local` installs

    source, rendition = directory / "film.mp4", directory / "film-720p.mp4"
    own = directory / "own" / "holiday.wav"

    def make() -> None:
        own.parent.mkdir(parents=True, exist_ok=True)
        make_clip(source, seconds=4, width=1920, height=1080)
        make_clip(rendition, seconds=4, width=1280, height=720, subtitles=False)
        make_clip(directory / "film.flv", seconds=LIVE_SECONDS, width=640, height=360, subtitles=False)
        # Uncompressed sound: large enough to be sent in parts, and made in no time.
        make_clip(own, seconds=240, video_codec=None, audio_codec="pcm_s16le", subtitles=False)

    await anyio.to_thread.run_sync(make)
    return source, rendition, own


async def _register_and_attach(run: Demo, source: str, rendition: str) -> str:
    registered = await run.call(
        "Register the clip in the library, and wait until it has been looked at.",
        "register_media_info",
        {
            "InputURL": f"oss://{BUCKET}/demo/{source}",
            "Title": "Test pattern with tone and subtitles",
            "MediaTags": "demo,test pattern",
            "UserData": {"made_by": "ims-mcp demo"},
            "wait_seconds": WAIT_SECONDS,
        },
    )
    run.expect(registered.get("wait", {}).get("status") == "Normal", "the registration did not become Normal")
    media_id = str(registered.get("MediaId", ""))
    before = await run.call("Read what is known of it now.", "get_media_info", {"MediaId": media_id})
    facts = json.dumps(before)
    run.expect(all(fact in facts for fact in ("h264", "1920", "1080", "aac", "mov_text")), "the summary lacks a fact")
    attached = await run.call(
        "Attach a smaller rendition to it.",
        "register_media_stream",
        {
            "MediaId": media_id,
            "InputURL": f"oss://{BUCKET}/demo/{rendition}",
            "StreamTags": {"quality": "720p"},
            "wait_seconds": WAIT_SECONDS,
        },
    )
    run.expect(attached.get("wait", {}).get("outcome") == "succeeded", "the rendition did not arrive")
    after = json.dumps(await run.call("Read it once more.", "get_media_info", {"MediaId": media_id}))
    run.expect("1280" in after and "720" in after and "transcode_file" in after, "the rendition is not in the summary")
    return media_id


async def _record(run: Demo, stream: str) -> str:
    listed = await run.call(
        "Which recording templates are there?",
        "call_read_operation",
        {"operation": "ListLiveRecordTemplates", "arguments": {"query": "RecordTemplateList[].[TemplateId, Name]"}},
    )
    template = next((row[0] for row in listed.get("result", []) if "mp4" in row[1]), "")
    job = {
        "Name": "demo recording",
        "StreamInput": {"Type": "rtmp", "Url": stream},
        "RecordOutput": {"Type": "oss", "Bucket": BUCKET},
        "TemplateId": template,
        "wait_seconds": 15,
    }
    submitted = await run.call("Record the stream into the bucket.", "submit_live_record_job", job)
    run.expect(submitted.get("wait", {}).get("status") == "started", "the recording did not start")
    return str(submitted.get("JobId", ""))


async def _collect(run: Demo, job_id: str) -> None:
    status = {"operation": "GetLiveRecordJob", "arguments": {"JobId": job_id, "query": "RecordJob.Status"}}
    state: object = None
    with anyio.move_on_after(60):
        while state != {"result": "paused"}:
            await anyio.sleep(0.5)
            state = (await run.client.call_tool("call_read_operation", status)).structured_content
    files = await run.call(
        "The stream has ended: which files were recorded?",
        "call_read_operation",
        {
            "operation": "ListLiveRecordFiles",
            "arguments": {"JobIds": [job_id], "query": "Files[].[RecordUrl, Duration]"},
        },
    )
    recorded = files.get("result") or [["", 0]]
    run.expect(abs(float(recorded[0][1] or 0) - LIVE_SECONDS) < 2, f"the recording is not {LIVE_SECONDS} s long")
    asset = await run.call(
        "Make an asset of the recording.", "register_media_info", {"InputURL": recorded[0][0], "wait_seconds": 30}
    )
    run.expect(asset.get("wait", {}).get("status") == "Normal", "the recorded file did not become an asset")


async def _upload(run: Demo, own: Path, own_bytes: int) -> None:
    uploaded = await run.call(
        "Upload a file of this machine, in parts.",
        "upload_media",
        {"path": own.name, "Title": "Uploaded by the demo", "wait_seconds": 40},
    )
    run.expect(uploaded.get("state") == "done", "the upload did not end well")
    run.expect(uploaded.get("uploaded", {}).get("size_bytes") == own_bytes, "the upload is not complete")


async def _compare_sizes(run: Demo, settings: Settings, media_id: str) -> None:
    async with connect(settings, os.environ) as to:
        reply = await to.client.call(get_operation("GetMediaInfo"), {"MediaId": media_id})
    result = await run.client.call_tool("get_media_info", {"MediaId": media_id})
    read = sum(len(getattr(block, "text", "").encode()) for block in result.content)
    run.teller.tell_sizes(reply.size_bytes, read)
    run.expect(read < reply.size_bytes, "the summary is not smaller than the response")
