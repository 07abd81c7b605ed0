"""Every example runs, and every client configuration starts a server."""

from __future__ import annotations

import json
import os
import re
import runpy
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.client.oss.uploader import put_file
from ims_mcp.local.media.clip import make_clip
from ims_mcp.settings import Settings
from tests.http.test_command import started
from tests.local_recording.publisher import publishing
from tests.local_recording.rtmp_server import rtmp_server

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
# Embedded IMSs that are started here or by an example do their work at once.
ENVIRON = {**os.environ, "IMS_MCP_LOCAL_PROCESSING_DELAY": "0"}


@asynccontextmanager
async def embedded(data_dir: Path) -> AsyncGenerator[EmbeddedIms]:
    """An embedded IMS on ``data_dir`` that the example's own server finds running."""
    async with EmbeddedIms(Settings(local=True, data_dir=data_dir), ENVIRON) as ims:
        await ims.endpoint()
        yield ims


async def put(ims: EmbeddedIms, key: str, path: Path) -> None:
    await put_file(await ims.endpoint(), "local-media", key, path, await ims.credential())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    make_clip(path, seconds=1, width=320, height=180)
    return path


async def run_example(name: str, *words: str) -> tuple[int, str, str]:
    done = await anyio.run_process([sys.executable, str(EXAMPLES / name), *words], env=ENVIRON, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.anyio
async def test_inspect_asset_prints_a_summary_also_of_an_asset_that_exists(tmp_path: Path, clip: Path) -> None:
    async with embedded(tmp_path) as ims:
        await put(ims, "clip.mp4", clip)
        for _ in range(2):
            code, out, errors = await run_example(
                "inspect_asset.py", "oss://local-media/clip.mp4", "--local", "--data-dir", str(tmp_path)
            )
            assert code == 0, errors
            assert "h264" in json.dumps(json.loads(out))


@pytest.mark.anyio
async def test_record_stream_records_to_the_end_and_prints_the_summary_of_the_file(tmp_path: Path) -> None:
    clip = tmp_path / "clip.flv"
    await anyio.to_thread.run_sync(lambda: make_clip(clip, seconds=2, width=320, height=180, subtitles=False))
    environ = {**ENVIRON, "IMS_MCP_LOCAL_RECONNECT_TIMEOUT": "2"}
    settings = Settings(local=True, data_dir=tmp_path / "data")
    ran: list[tuple[int, str, str]] = []

    async def record(address: str) -> None:
        words = ("local-media", "--", "--local", "--data-dir", str(tmp_path / "data"))
        ran.append(await run_example("record_stream.py", address, *words))

    async with EmbeddedIms(settings, environ) as ims:
        await ims.endpoint()
        with rtmp_server() as server:
            async with anyio.create_task_group() as tasks:
                with publishing(clip, server.url("match")) as publisher, anyio.fail_after(60):
                    await anyio.to_thread.run_sync(publisher.connect)
                    tasks.start_soon(record, server.url("match"))
                    while server.players("match") == 0:  # noqa: ASYNC110 - it has no event to wait for
                        await anyio.sleep(0.05)
                    await anyio.to_thread.run_sync(publisher.send, 3.0)
    ((code, out, errors),) = ran
    assert code == 0, errors
    (file,) = json.loads(out)["files"]
    assert (file["resolution"], file["video"][0]["codec"]) == ("320x180", "h264")
    assert file["duration_seconds"] > 2


@pytest.mark.anyio
async def test_over_http_uploads_a_film_reads_it_and_is_asked_before_it_deletes(tmp_path: Path, clip: Path) -> None:
    with started(tmp_path, "--local", IMS_MCP_LOCAL_PROCESSING_DELAY="0") as (url, _process, _said):
        code, out, errors = await run_example("over_http.py", url, "--file", str(clip), "--yes")
        assert (code, errors) == (0, "")
        assert '"codec": "h264"' in out
        assert "This deletes assets from the library" in out
        assert '"deleted": [{"id":' in out
        code, out, errors = await run_example("over_http.py", url, "--file", str(clip), "--legacy")
        assert (code, "Protocol 2025-11-25" in out, "this client cannot ask its user" in errors) == (1, True, True)
        code, out, errors = await run_example("over_http.py", url)
        assert (code, '"title": "clip"' in out) == (0, True)


def configurations() -> list[Any]:
    return [
        pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem)
        for path in sorted((EXAMPLES / "clients").glob("*.json"))
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("content", configurations())
async def test_every_client_configuration_starts_a_server_that_lists_its_tools(
    content: dict[str, Any], tmp_path: Path
) -> None:
    (server,) = (content.get("mcpServers") or content["servers"]).values()
    assert server["command"] == "ims-mcp"
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ims_mcp", *server["args"]], env={"HOME": str(tmp_path), **server["env"]}
    )
    async with Client(command) as client:
        assert len((await client.list_tools()).tools) == 23


def test_the_examples_readme_names_every_example() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("clients/*.json")]:
        assert path.name in text


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_an_example_without_arguments_says_how_to_use_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")
    assert ended.value.code == 2
    assert re.search("oss://|stream|url", capsys.readouterr().err)
