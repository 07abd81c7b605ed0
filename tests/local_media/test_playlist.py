"""Playlists: the pieces beside them are read as one film, and whatever leads elsewhere is refused."""

from __future__ import annotations

import socket
from pathlib import Path

import av
import pytest

from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.pictures import PictureOptions, make_pictures
from ims_mcp.local.media.playlist import NamedPiece, StoredPiece, read_playlist_file
from ims_mcp.local.media.probe import Probe, probe
from tests.local_media.samples import Samples, write

HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"


def cut(source: Path, directory: Path) -> Path:
    """Pieces of a second or more and their playlist, as FFmpeg writes them; returns the playlist."""
    directory.mkdir(exist_ok=True)
    index = directory / "index.m3u8"
    options = {"hls_time": "1", "hls_list_size": "0", "hls_segment_filename": str(directory / "piece %d.ts")}
    with av.open(source) as film, av.open(index, "w", format="hls", options=options) as output:
        tracks = [output.add_stream_from_template(stream) for stream in film.streams.get(video=0, audio=0)]
        for packet in film.demux(*film.streams.get(video=0, audio=0)):
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                output.mux(packet)
    return index


def probe_playlist(index: Path) -> tuple[Probe, list[StoredPiece]]:
    named = read_playlist_file(index)
    assert named is not None
    pieces = [StoredPiece(index.parent / piece.name, piece.seconds) for piece in named]
    return probe(index, index.name, pieces), pieces


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "film.mp4", seconds=5, width=320, height=180, subtitles=False)


def test_the_pieces_are_probed_as_the_film_they_make(film: Path, tmp_path: Path) -> None:
    index = cut(film, tmp_path / "cut")
    found, pieces = probe_playlist(index)
    assert len(pieces) > 1
    whole = probe(film, film.name)
    assert found.kind == "video"
    assert found.basic["FormatName"] == "hls"
    assert found.basic["FileSize"] == str(index.stat().st_size)
    assert float(found.basic["Duration"]) == pytest.approx(sum(piece.seconds for piece in pieces), abs=1e-5)
    assert float(found.basic["Duration"]) == pytest.approx(5, abs=0.1)
    size_bytes = sum(piece.path.stat().st_size for piece in pieces)
    assert float(found.basic["Bitrate"]) == pytest.approx(size_bytes * 8 / 1000 / 5, rel=0.05)
    for field in ("CodecName", "Width", "Height", "NumFrames", "AvgFPS"):
        assert found.video[0][field] == whole.video[0][field], field
    for field in ("CodecName", "SampleRate", "Channels", "NumFrames"):
        assert found.audio[0][field] == whole.audio[0][field], field


def test_pictures_come_from_every_piece(film: Path, tmp_path: Path) -> None:
    index = cut(film, tmp_path / "cut")
    pieces = [piece.path for piece in probe_playlist(index)[1]]
    made = make_pictures(index, tmp_path / "out", PictureOptions(), pieces)
    assert made.cover is not None
    assert len(made.snapshots) == 5
    assert len({path.read_bytes() for path in made.snapshots}) == 5


def test_a_piece_that_is_no_transport_stream_is_refused(samples: Samples, tmp_path: Path) -> None:
    index = write(tmp_path / "index.m3u8", f"{HEAD}#EXTINF:2,\npiece.ts\n")
    inner = f"{HEAD}#EXTINF:2,\n{samples['h264_aac.ts']}\n"
    for content in (inner.encode(), samples["h264_aac_movtext.mp4"].read_bytes(), b"", b"no film"):
        piece = StoredPiece(write(tmp_path / "piece.ts", content), 2.0)
        with pytest.raises(UnreadableMedia, match="MPEG-TS"):
            probe(index, "index.m3u8", [piece])


def test_a_piece_that_went_meanwhile_ends_there(film: Path, tmp_path: Path) -> None:
    index = cut(film, tmp_path / "cut")
    pieces = probe_playlist(index)[1]
    pieces[-1].path.write_bytes(b"")
    assert int(probe(index, index.name, pieces).video[0]["NumFrames"]) < 125
    pieces[0].path.unlink()
    with pytest.raises(UnreadableMedia, match="not there"):
        probe(index, index.name, pieces)


def test_names_are_read_as_they_are_written_for_players(tmp_path: Path) -> None:
    text = (
        f"\ufeff{HEAD}\r\n#EXTINF:9.5,a title\r\na%20b.ts\r\n\r\n#EXTINF:1\nfolder/\u4e2d.ts\n# a note\n#EXT-X-ENDLIST"
    )
    found = read_playlist_file(write(tmp_path / "index.m3u8", text))
    assert found == [NamedPiece("a b.ts", 9.5), NamedPiece("folder/\u4e2d.ts", 1.0)]
    assert read_playlist_file(write(tmp_path / "film.m3u8", b"\x47\x40\x00")) is None


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("#EXTINF:2,\nhttp://127.0.0.1/a.ts", "beside"),
        ("#EXTINF:2,\nHTTPS://other/a.ts", "beside"),
        ("#EXTINF:2,\nfile:///etc/passwd", "beside"),
        ("#EXTINF:2,\nconcat:a.ts", "beside"),
        ("#EXTINF:2,\ndata:video/mp2t;base64,AA", "beside"),
        ("#EXTINF:2,\n//other/a.ts", "beside"),
        ("#EXTINF:2,\n/etc/passwd", "beside"),
        ("#EXTINF:2,\n%2Fetc/passwd", "beside"),
        ("#EXTINF:2,\nfile%3A///etc/passwd", "beside"),
        ("#EXTINF:2,\n../a.ts", "own folder"),
        ("#EXTINF:2,\na/../../b.ts", "own folder"),
        ("#EXTINF:2,\n%2e%2e/a.ts", "own folder"),
        ("#EXTINF:2,\na//b.ts", "own folder"),
        ("#EXTINF:2,\n..%5Ca.ts", "not the name"),
        ("#EXTINF:2,\na%00.ts", "not the name"),
        ("#EXTINF:2,\na.ts?x=1", "not the name"),
        ("#EXTINF:2,\n%ff.ts", "UTF-8"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="key.bin"\n#EXTINF:2,\na.ts', "encrypted"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n#EXTINF:2,\na.ts', "encrypted"),
        ('#EXT-X-MAP:URI="init.mp4"\n#EXTINF:2,\na.m4s', "EXT-X-MAP"),
        ("#EXTINF:2,\n#EXT-X-BYTERANGE:10@0\na.ts", "EXT-X-BYTERANGE"),
        ("#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8", "other playlists"),
        ('#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8"\n#EXTINF:2,\na.ts', "other playlists"),
        ("a.ts", "how long"),
        ("#EXTINF:nan,\na.ts", "no number"),
        ("", "no pieces"),
        ("#EXTINF:2,\na.ts\n" * 20_001, "more than"),
        ("#" * 4_200_000, "MiB"),
    ],
)
def test_a_playlist_that_leads_elsewhere_is_refused_with_a_reason(lines: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=reason) as caught:
        read_playlist_file(write(tmp_path / "index.m3u8", f"{HEAD}{lines}\n"))
    assert len(str(caught.value)) < 300


def test_pieces_open_neither_files_nor_the_network(samples: Samples, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        piece = write(tmp_path / "piece.ts", f"{HEAD}#EXTINF:2,\n{address}\n#EXT-X-ENDLIST\n")
        with pytest.raises(UnreadableMedia):
            probe(piece, "index.m3u8", [StoredPiece(piece, 2.0)])
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()
