"""A real library to look at, and a client that shows apps or does not."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import httpx2
import oss2
from alibabacloud_ice20201109 import models
from mcp import Client
from mcp.client.extension import advertise
from mcp_types import CallToolResult, Implementation

from ims_mcp.cli.connection import Common, open_connection
from ims_mcp.server.app_clients import APP_TYPE, EXTENSION
from ims_mcp.server.build import ImsServer
from ims_mcp.settings import Settings
from tests.fixed_credentials import FixedCredentials
from tests.local_ims.server import RunningIms, call_raw, wait_for
from tests.server.connected import LOCAL, Era, content_of

Json = dict[str, Any]
APPS = advertise(EXTENSION, {"mimeTypes": [APP_TYPE]})
SIGNED = ("Signature=", "x-oss-signature", "security-token", "OSSAccessKeyId", "STS.Embedded")
"""What an address with a signature holds."""
SRT = """1
00:00:00,500 --> 00:00:01,200
<i>Good</i> morning, harbour

2
00:00:01,500 --> 00:00:02,000
<script>alert(1)</script> & gulls
"""
AI: Json = {
    "NLP": {
        "autoChapters": [
            {"start": 0, "end": 1000, "headline": "The quay", "summary": "Boats come in."},
            {"start": 1000, "end": 2000, "headline": "<img src=x onerror=alert(1)>", "summary": "Fish is sold."},
        ],
        "summarization": {"paragraphTitle": "A morning", "paragraphSummary": "Boats come in, and fish is sold."},
    },
    "ASR": {"details": [{"from": 0.2, "to": 0.9, "content": "The boats are coming in."}]},
    "OCR": {"details": [{"timestamp": 0.5, "info": [{"content": "FISH 5", "score": 99}]}]},
    "VideoLabel": {
        "persons": [{"name": "Ada", "category": "worker", "occurrences": [{"from": 0.1, "to": 0.4}]}],
        "tags": [{"mainTagName": "animals", "subTagName": "gull", "occurrences": [{"from": 1.0, "to": 1.5}]}],
    },
}


def make_hls(directory: Path, source: Path, name: str = "index") -> list[Path]:
    """A playlist of pieces of two seconds beside it, the playlist first."""
    directory.mkdir(parents=True, exist_ok=True)
    playlist = directory / f"{name}.m3u8"
    options = {"hls_time": "2", "hls_playlist_type": "vod", "hls_segment_filename": str(directory / "piece-%03d.ts")}
    with av.open(source) as film, av.open(playlist, "w", format="hls", options=options) as output:
        tracks = {
            stream.index: output.add_stream_from_template(stream) for stream in film.streams.get(video=0, audio=0)
        }
        for packet in film.demux():
            if packet.dts is not None and packet.stream.index in tracks:
                packet.stream = tracks[packet.stream.index]
                output.mux(packet)
    return [playlist, *sorted(directory.glob("*.ts"))]


@dataclass
class Library:
    """Assets by a word of the test's."""

    ims: RunningIms
    clip: Path
    long_clip: Path
    """Of two pieces."""
    ids: dict[str, str] = field(default_factory=dict[str, str])
    keys: tuple[str, str] = ("local", "local")

    def put(self, key: str, content: Path | bytes) -> str:
        """Store an object; returns its oss:// address."""
        data = content.read_bytes() if isinstance(content, Path) else content
        self.ims.bucket(auth=oss2.Auth(*self.keys)).put_object(key, data)
        return f"oss://local-media/{key}"

    def call(self, action: str, **query: str) -> Json:
        """Any operation; the raw body."""
        return call_raw(self.ims.client(*self.keys), action, query)

    def add(self, word: str, content: Path | bytes, name: str, ai: Json | None = None, **facts: Any) -> str:
        """Register it, with AI results beside it; returns its id once that has ended."""
        address = self.put(f"view/{word}/{name}", content)
        if ai is not None:
            self.put(f"view/{word}/{name}.ai.json", json.dumps(ai).encode())
        request = models.RegisterMediaInfoRequest(input_url=address, **facts)
        media_id = str(self.ims.client(*self.keys).register_media_info(request).body.media_id)
        self.ids[word] = media_id
        wait_for(lambda: self._has_ended(media_id) or None)
        return media_id

    def _has_ended(self, media_id: str) -> bool:
        info = self.call("GetMediaInfo", MediaId=media_id)["MediaInfo"]
        return info["MediaBasicInfo"]["Status"] in ("Normal", "PrepareFail")

    def attach(self, word: str, content: Path | bytes, name: str) -> None:
        """As a stream; it is there when the service has looked at it."""
        address = self.put(f"view/{word}/{name}", content)
        self.call("RegisterMediaStream", MediaId=self.ids[word], InputURL=address)

    def await_files(self, word: str, count: int) -> None:
        """Until the asset has so many files that can be used."""

        def look() -> bool | None:
            info = self.call("GetMediaInfo", MediaId=self.ids[word])["MediaInfo"]
            return len(info["FileInfoList"]) == count or None

        wait_for(look)

    def add_hls(self, word: str, directory: Path, change: Callable[[str], str] = str) -> str:
        """One whose pieces lie beside it; ``change`` writes the playlist anew after it was registered."""
        playlist, *pieces = make_hls(directory, self.long_clip)
        for piece in pieces:
            self.put(f"view/{word}/{piece.name}", piece)
        media_id = self.add(word, playlist, playlist.name, title=word)
        self.put(f"view/{word}/{playlist.name}", change(playlist.read_text(encoding="utf-8")).encode())
        return media_id


@asynccontextmanager
async def looking(
    ims: RunningIms, era: Era = "2026-07-28", *, shows_apps: bool = True, **options: Any
) -> AsyncGenerator[Client]:
    """A client of a server before the embedded IMS."""
    settings = Settings(endpoint=ims.endpoint, **options)

    async def endpoint() -> str:
        return ims.endpoint

    async with (
        open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL), Common()) as to,
        Client(
            ImsServer(settings, to.client, to.transfers),
            mode=era,
            client_info=Implementation(name="ims-mcp tests", version="1"),
            extensions=[APPS] if shows_apps else None,
            cache=None,
        ) as client,
    ):
        yield client


async def view(client: Client, *media_ids: str, detail: str = "whole", **more: Any) -> Json:
    arguments = {"MediaIds": [*media_ids], "detail": detail, **more}
    result = await client.call_tool("view_media", arguments)
    shown = content_of(result)
    return shown["asset"] if detail == "whole" else shown


def list_addresses(value: Any) -> list[str]:
    """Every address in a view, those in playlists too."""
    if isinstance(value, str):
        return [word for word in value.replace('"', "\n").split("\n") if word.startswith(("http://", "https://"))]
    children: list[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return [address for child in children for address in list_addresses(child)]


async def get(address: str, **headers: str) -> httpx2.Response:
    """As a player does: with nothing but the address."""
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def everything_in(result: CallToolResult) -> str:
    """All that a client gets of a result."""
    return result.model_dump_json(by_alias=True)
