"""A film in an embedded OSS, with all that a viewer shows of one: mp4 and HLS, pictures, text. Its addresses are
signed, so they expire as the cloud's do."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
from oss2.models import BucketCors, CorsRule
from PIL import Image, ImageDraw

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import RunningIms

SECONDS = 20
MEDIA_ID = "a0000000000000000000000000000001"
TITLE = 'Harbour <img src=x onerror="fetch(\'//x\')"><script>document.title = "taken"</script> "at" dawn'
_CELL = (160, 90)
_COLUMNS, _ROWS = 5, 2
Draw = Callable[[float, tuple[int, int]], Image.Image]
"""The picture at a second, in a size."""


@dataclass(frozen=True, slots=True)
class MadeFilm:
    """What lies in the bucket, and the answer of ``view_media`` about it."""

    ims: RunningIms
    title: str = TITLE

    def sign(self, key: str, seconds: int = 3600) -> str:
        """An address that is good for ``seconds``."""
        return str(self.ims.bucket().sign_url("GET", key, seconds, slash_safe=True))

    @property
    def csp(self) -> dict[str, list[str]]:
        """What the resource of the viewer asks for: the OSS, and what streams are played from."""
        return {"connectDomains": [self.ims.endpoint], "resourceDomains": [self.ims.endpoint, "blob:"]}

    def card(self, media_id: str = MEDIA_ID, title: str = "") -> dict[str, Any]:
        """A card of the contract."""
        return {
            "MediaId": media_id,
            "title": title or self.title,
            "kind": "video",
            "status": "Normal",
            "duration_seconds": float(SECONDS),
            "size_bytes": 1_234_567,
            "width": 640,
            "height": 360,
            "created": "2026-11-02 08:00",
            "tags": ["harbour", "dawn"],
            "cover": self.sign("cover.png"),
        }

    def file(self, file_id: str, key: str, seconds: int = 3600, **more: Any) -> dict[str, Any]:
        """A file of the contract that can be played."""
        return {
            "id": file_id,
            "role": "stream",
            "name": f"{file_id}.mp4",
            "format": "mp4",
            "duration_seconds": float(SECONDS),
            "size_bytes": 800_000,
            "bitrate_bps": 640_000,
            "video": {"codec": "h264", "width": 640, "height": 360, "fps": 25.0},
            "audio": {"codec": "aac", "channels": 2, "sample_rate": 48000},
            "is_hls": False,
            "playable": True,
            "address": self.sign(key, seconds),
        } | more

    def hls(self, good_pieces: int = 99) -> dict[str, Any]:
        """The stream, with its pieces signed in a playlist that came as text; the later ones have expired."""
        playlist = self.ims.bucket().get_object("hls/film.m3u8").read().decode()
        lines: list[str] = []
        pieces = 0
        for line in playlist.splitlines():
            is_piece = bool(line) and not line.startswith("#")
            lines.append(self.sign(f"hls/{line}", 3600 if pieces < good_pieces else -60) if is_piece else line)
            pieces += is_piece
        file = self.file("stream-hls", "hls/film.m3u8", name="film.m3u8", format="m3u8", is_hls=True, definition="LD")
        return file | {"playlist_text": "\n".join(lines)}

    def asset(self, seconds: int = 3600, **more: Any) -> dict[str, Any]:
        """The whole asset; its addresses are good for ``seconds``."""
        return (
            self.card()
            | {
                "description": "Boats leave the harbour.\nThen it is light.",
                "category": "Travel",
                "files": [
                    self.file("source", "film.mp4", seconds, role="source", name="harbour.mp4"),
                    self.file("stream-sd", "film.mp4", seconds, definition="SD", name="harbour-sd.mp4"),
                    self.hls(),
                ],
                "sprite": {
                    "sheets": [self.sign("sheet-0.png"), self.sign("sheet-1.png")],
                    "columns": _COLUMNS,
                    "rows": _ROWS,
                    "cell_width": _CELL[0],
                    "cell_height": _CELL[1],
                    "count": SECONDS,
                    "interval_seconds": 1,
                },
                "snapshots": [],
                "subtitles": [
                    {"id": "s1", "language": "en", "label": "English", "cues": list(_list_cues()), "cues_left_out": 0},
                    {
                        "id": "s2",
                        "language": "zh",
                        "label": "中文",
                        "cues": [_passage(0, 5, "港口的早晨")],
                        "cues_left_out": 0,
                    },
                ],
                "chapters": [
                    {"start_seconds": 0.0, "end_seconds": 8.0, "title": "Night"},
                    {"start_seconds": 8.0, "end_seconds": 20.0, "title": "Boats <b>leave</b>"},
                ],
                "marks": [{"id": "m1", "start_seconds": 12.5, "end_seconds": 13.0, "title": "Best shot"}],
                "findings": [
                    {
                        "track": "label",
                        "items": [_passage(3, 9, "lighthouse") | {"score": 0.91}, _passage(9, 18, "fishing boat")],
                        "items_left_out": 7,
                    },
                    {"track": "person", "items": [_passage(14, 16, "Harbour master")], "items_left_out": 0},
                ],
                "addresses_expire_at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
            }
            | more
        )


def _passage(start: float, end: float, text: str) -> dict[str, Any]:
    return {"start_seconds": float(start), "end_seconds": float(end), "text": text}


def _list_cues() -> list[dict[str, Any]]:
    said = [
        "The lamp goes out.",
        "Boats are made ready.",
        "<i>Gulls</i> & wind.",
        "The first boat leaves.",
        "It is light.",
    ]
    return [_passage(start, start + 4, text) for start, text in zip(range(0, SECONDS, 4), said, strict=True)]


def put_film(ims: RunningIms, folder: Path, clip: Path | None = None, draw: Draw | None = None) -> MadeFilm:
    """Put a film and what belongs to it into the bucket, and let pages of every origin read it.

    ``clip`` in place of a made one; ``draw`` gives its picture at a second, for cover and sprite.
    """
    plain = clip or make_clip(folder / "film.mp4", seconds=SECONDS, width=640, height=360, bitrate=600_000)
    ims.put("film.mp4", plain)
    for piece in cut_hls(plain, folder):
        ims.put(f"hls/{piece.name}", piece)
    ims.put("cover.png", _draw_sheet(range(1), 1, 1, (320, 180), draw or _draw_number))
    for sheet in range(2):
        first = sheet * _COLUMNS * _ROWS
        numbers = range(first, first + _COLUMNS * _ROWS)
        ims.put(f"sheet-{sheet}.png", _draw_sheet(numbers, _COLUMNS, _ROWS, _CELL, draw or _draw_number))
    allow_pages(ims.bucket())
    return MadeFilm(ims)


def allow_pages(bucket: Any) -> None:
    """The CORS rule that a bucket needs for its media to be played in pages."""
    rule = CorsRule(allowed_origins=["*"], allowed_methods=["GET", "HEAD"], allowed_headers=["*"])
    bucket.put_bucket_cors(BucketCors([rule]))


def cut_hls(plain: Path, folder: Path) -> list[Path]:
    """The clip as HLS, in pieces of about two seconds; nothing is encoded again."""
    made = folder / "hls"
    made.mkdir()
    options = {"hls_time": "2", "hls_list_size": "0", "hls_segment_filename": str(made / "piece-%03d.ts")}
    with av.open(plain) as source, av.open(made / "film.m3u8", "w", format="hls", options=options) as output:
        streams = {
            each.index: output.add_stream_from_template(each) for each in (*source.streams.video, *source.streams.audio)
        }
        for packet in source.demux(*source.streams.video, *source.streams.audio):
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return sorted(made.iterdir())


def _draw_sheet(numbers: range, columns: int, rows: int, cell: tuple[int, int], draw: Draw) -> bytes:
    """The picture of each second in a cell of its own."""
    sheet = Image.new("RGB", (columns * cell[0], rows * cell[1]))
    for position, number in enumerate(numbers):
        sheet.paste(draw(float(number), cell), ((position % columns) * cell[0], (position // columns) * cell[1]))
    written = io.BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return written.getvalue()


def _draw_number(seconds: float, size: tuple[int, int]) -> Image.Image:
    """The second on a colour of its own."""
    number = int(seconds)
    picture = Image.new("RGB", size, (30 + number * 9, 70 + number * 6, 150 - number * 5))
    pen = ImageDraw.Draw(picture)
    pen.text((size[0] // 2 - 8, size[1] // 2 - 8), str(number), fill="white", font_size=20)
    return picture
