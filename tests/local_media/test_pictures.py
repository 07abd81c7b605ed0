"""Cover, snapshots and sprite: how many, how large, which moment they show, and that they end in time."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import pytest
from av.error import InvalidDataError
from av.filter import Graph
from av.video.frame import VideoFrame

from ims_mcp.local.media import media_file
from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.pictures import MAX_CELLS, MAX_SNAPSHOTS, PictureOptions, Pictures, make_pictures
from tests.local_media.samples import Samples, rotate, write


def _open_jpeg(path: Path) -> VideoFrame:
    content = path.read_bytes()
    assert content.startswith(b"\xff\xd8")
    assert content.endswith(b"\xff\xd9")
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.name == "mjpeg"
        return next(container.decode(video=0))


def _size(path: Path) -> tuple[int, int]:
    frame = _open_jpeg(path)
    return frame.width, frame.height


def _tones(
    frame: VideoFrame, left: int = 0, top: int = 0, width: int | None = None, height: int | None = None
) -> bytes:
    """A frame, or a part of it, as 24 by 24 grey tones."""
    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)),
        graph.add("crop", f"{width or frame.width}:{height or frame.height}:{left}:{top}"),
        graph.add("scale", "24:24:flags=area:out_range=full"),
        graph.add("format", "gray"),
        graph.add("buffersink"),
    ).configure()
    graph.vpush(frame)
    plane = graph.vpull().planes[0]
    rows = bytes(plane)
    return b"".join(rows[row * plane.line_size :][:24] for row in range(24))


def _differ(first: bytes, second: bytes) -> float:
    """Mean difference of two pictures' tones, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def _frames(path: Path) -> list[VideoFrame]:
    with av.open(path) as container:
        return list(container.decode(video=0))


def test_a_short_video_gives_cover_snapshots_and_sprite(tmp_path: Path) -> None:
    video = make_clip(tmp_path / "a.mp4", seconds=5, width=1920, height=1080, frames_per_second=5, audio=False)
    made = make_pictures(video, tmp_path / "out", PictureOptions())
    assert made.cover is not None
    assert (made.cover.name, _size(made.cover)) == ("cover.jpg", (1280, 720))
    assert [path.name for path in made.snapshots] == [f"snapshot-0000{number}.jpg" for number in range(1, 6)]
    assert {_size(path) for path in made.snapshots} == {(640, 360)}
    assert made.sprite is not None
    assert [path.name for path in made.sprite.cells] == [f"cell-0000{number}.jpg" for number in range(1, 6)]
    assert {_size(path) for path in made.sprite.cells} == {(160, 90)}
    assert [path.name for path in made.sprite.sheets] == ["sprite-00001.jpg"]
    assert _size(made.sprite.sheets[0]) == (800, 90)
    assert sorted(made.files) == sorted((tmp_path / "out").iterdir())


def test_every_container_and_codec_gives_pictures(samples: Samples, tmp_path: Path) -> None:
    names = [
        "h265.mp4",
        "av1_opus.mkv",
        "vp9_opus_vtt.webm",
        "h264_aac.ts",
        "h264_aac.flv",
        "mpeg4_mp3.avi",
        "moving.gif",
    ]
    names += ["mpeg2_mp2.mpg", "wmv2_wma2.wmv"]
    made = {name: make_pictures(samples[name], tmp_path / name, PictureOptions()) for name in names}
    assert {
        name: (pictures.cover is not None, len(pictures.snapshots)) for name, pictures in made.items()
    } == dict.fromkeys(names, (True, 2))
    assert all(pictures.sprite is not None and len(pictures.sprite.cells) == 2 for pictures in made.values())


def test_a_long_video_gives_ten_snapshots_and_thirty_two_cells(tmp_path: Path) -> None:
    video = make_clip(tmp_path / "a.mkv", seconds=90, width=64, height=36, frames_per_second=5, audio=False)
    made = make_pictures(video, tmp_path / "out", PictureOptions())
    assert made.sprite is not None
    assert (len(made.snapshots), len(made.sprite.cells)) == (MAX_SNAPSHOTS, MAX_CELLS)
    assert _size(made.sprite.sheets[0]) == (8 * 64, 4 * 36)
    # Keyframes are two seconds apart, cells 2.8: every cell has one of its own.
    assert len({path.read_bytes() for path in made.sprite.cells}) == MAX_CELLS


def test_the_cover_shows_the_second_that_was_asked_for(tmp_path: Path) -> None:
    video = make_clip(tmp_path / "a.mp4", seconds=4, width=320, height=180, audio=False)
    frames = _frames(video)
    made = make_pictures(video, tmp_path, PictureOptions(cover_at_seconds=2.6, snapshots=False, sprite=False))
    assert made.cover is not None
    cover = _tones(_open_jpeg(made.cover))
    nearest = min(range(len(frames)), key=lambda index: _differ(cover, _tones(frames[index])))
    assert nearest == 65


@pytest.mark.parametrize("second", [0.0, 1.0, 1.99, 2.0, 99.0])
@pytest.mark.parametrize(
    "name", ["h264_aac_movtext.mp4", "h264_aac_srt.mkv", "h264_aac.flv", "h264_aac.ts", "moving.gif"]
)
def test_a_cover_time_at_the_edge_or_beyond_the_end_still_gives_a_cover(
    name: str, second: float, samples: Samples, tmp_path: Path
) -> None:
    wish = PictureOptions(cover_at_seconds=second, snapshots=False, sprite=False)
    assert make_pictures(samples[name], tmp_path, wish).cover is not None


def test_a_long_video_that_cannot_be_jumped_in_still_gives_its_pictures(tmp_path: Path) -> None:
    # MPEG-TS has no index, and this one a single keyframe: wherever a jump ends, nothing decodes from there.
    video = make_clip(
        tmp_path / "a.ts",
        seconds=70,
        width=64,
        height=36,
        frames_per_second=5,
        audio=False,
        video_options={"x264-params": "keyint=100000:min-keyint=100000"},
    )
    made = make_pictures(video, tmp_path / "out", PictureOptions())
    assert made.sprite is not None
    assert (len(made.snapshots), len(made.sprite.cells)) == (MAX_SNAPSHOTS, MAX_CELLS)


def test_without_a_time_the_cover_is_not_the_black_before_a_fade(tmp_path: Path) -> None:
    video = _fade_in(tmp_path / "fade.mp4", black_frames=20)
    made = make_pictures(video, tmp_path, PictureOptions(snapshots=False, sprite=False))
    assert made.cover is not None
    tones = _tones(_open_jpeg(made.cover))
    assert max(tones) - min(tones) > 50


def test_a_video_that_stays_black_has_a_black_cover(tmp_path: Path) -> None:
    video = _fade_in(tmp_path / "black.mp4", black_frames=100)
    made = make_pictures(video, tmp_path, PictureOptions(snapshots=False, sprite=False))
    assert made.cover is not None
    assert max(_tones(_open_jpeg(made.cover))) < 30


def _fade_in(path: Path, black_frames: int) -> Path:
    graph = Graph()
    graph.link_nodes(
        graph.add("testsrc2", "size=160x90:rate=25:duration=4"),
        graph.add("format", "yuv420p"),
        graph.add("drawbox", f"c=black:t=fill:enable='lt(n,{black_frames})'"),
        graph.add("buffersink"),
    ).configure()
    with av.open(path, "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height = 160, 90
        for _ in range(100):
            frame = graph.vpull()
            frame.pict_type = 0
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("clockwise", "size", "corner"),
    [(90, (180, 320), "top right"), (180, (320, 180), "bottom right"), (270, (180, 320), "bottom left")],
)
def test_pictures_are_turned_as_the_video_says(
    clockwise: int, size: tuple[int, int], corner: str, tmp_path: Path
) -> None:
    plain = make_clip(tmp_path / "a.mp4", seconds=1, width=320, height=180, audio=False)
    # The source has a clock on dark ground in its upper left corner: the darkest one.
    turned = rotate(plain, clockwise)
    made = make_pictures(turned, tmp_path, PictureOptions(cover_at_seconds=0))
    assert made.cover is not None
    assert made.sprite is not None
    frame = _open_jpeg(made.cover)
    assert (frame.width, frame.height) == size
    assert _size(made.sprite.cells[0]) == (size[0] // 2, size[1] // 2)
    far = {"left": 0, "right": size[0] - 40, "top": 0, "bottom": size[1] - 40}
    mean: dict[str, float] = {}
    for vertical in ("top", "bottom"):
        for horizontal in ("left", "right"):
            part = _tones(frame, far[horizontal], far[vertical], 40, 40)
            mean[f"{vertical} {horizontal}"] = sum(part) / len(part)
    assert min(mean, key=lambda name: mean[name]) == corner


def test_pixels_that_are_not_square_are_squared(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height = 180, 144
        stream.codec_context.sample_aspect_ratio = Fraction(16, 15)
        for _ in range(5):
            output.mux(stream.encode(VideoFrame(180, 144, "yuv420p")))
        output.mux(stream.encode())
    made = make_pictures(path, tmp_path, PictureOptions())
    assert made.cover is not None
    assert _size(made.cover) == (192, 144)


def test_cells_stand_in_the_sheet_row_by_row(tmp_path: Path) -> None:
    video = make_clip(tmp_path / "a.mp4", seconds=11, width=320, height=180, frames_per_second=5, audio=False)
    made = make_pictures(video, tmp_path, PictureOptions(cover=False, snapshots=False))
    assert made.cover is None
    assert made.sprite is not None
    sheet, frames = _open_jpeg(made.sprite.sheets[0]), _frames(video)
    for index in range(11):
        place = _tones(sheet, index % 8 * 160, index // 8 * 90, 160, 90)
        nearest = min(range(0, 55, 5), key=lambda number: _differ(place, _tones(frames[number])))
        assert nearest == index * 5


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "still.webp", "still.gif"])
def test_an_image_gives_a_cover_only(name: str, samples: Samples, tmp_path: Path) -> None:
    made = make_pictures(samples[name], tmp_path, PictureOptions())
    assert made.cover is not None
    assert (made.snapshots, made.sprite) == ((), None)
    assert _size(made.cover) == (320, 180)


def test_a_large_image_is_scaled_down(tmp_path: Path) -> None:
    image = make_clip(tmp_path / "a.png", width=1000, height=3000, video_codec="png")
    made = make_pictures(image, tmp_path / "out", PictureOptions())
    assert made.cover is not None
    assert _size(made.cover) == (426, 1280)


@pytest.mark.parametrize("name", ["sound.mp3", "sound.wav", "cues.srt"])
def test_sound_and_text_give_no_pictures(name: str, samples: Samples, tmp_path: Path) -> None:
    assert make_pictures(samples[name], tmp_path, PictureOptions()) == Pictures()


def test_only_what_is_wished_is_made(samples: Samples, tmp_path: Path) -> None:
    made = make_pictures(samples["h264_aac_movtext.mp4"], tmp_path, PictureOptions(cover=False, sprite=False))
    assert (made.cover, made.sprite, len(made.snapshots)) == (None, None, 2)


def test_pictures_end_when_their_time_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = make_clip(tmp_path / "a.mp4", seconds=10, width=64, height=36, audio=False, subtitles=False)
    # A clock that moves by a second whenever somebody looks at it, as is done for every packet.
    monkeypatch.setattr(media_file, "time", SimpleNamespace(monotonic=itertools.count().__next__))
    made = make_pictures(video, tmp_path / "out", PictureOptions(cover=False), time_limit_seconds=100)
    assert made.sprite is not None
    assert 2 <= len(made.sprite.cells) <= 5
    assert 1 <= len(made.snapshots) <= 5


def test_frames_that_do_not_decode_are_passed_over(tmp_path: Path) -> None:
    video = make_clip(
        tmp_path / "a.webm", seconds=4, width=320, height=180, video_codec="libvpx-vp9", audio=False, subtitles=False
    )
    content = bytearray(video.read_bytes())
    with av.open(video) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        for packet in packets[10:20]:
            start = content.index(bytes(packet))
            content[start : start + packet.size] = bytes(packet.size)
        damaged = write(tmp_path / "damaged.webm", content)
    with av.open(damaged) as container, pytest.raises(InvalidDataError):
        list(container.decode(video=0))
    made = make_pictures(damaged, tmp_path / "out", PictureOptions())
    assert made.cover is not None
    assert len({path.read_bytes() for path in made.snapshots}) == 4


def test_a_video_with_nothing_that_decodes_gives_no_pictures(tmp_path: Path) -> None:
    video = make_clip(tmp_path / "a.mp4", seconds=2, width=320, height=180, audio=False, subtitles=False)
    content = video.read_bytes()
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    write(video, content[:start] + bytes(end - start) + content[end:])
    assert make_pictures(video, tmp_path / "out", PictureOptions()) == Pictures()


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="holds text"):
        make_pictures(write(tmp_path / "a.mp4", b"only text"), tmp_path, PictureOptions())
