"""Files that real collections hold and few muxers write are read as ffprobe reads them, or refused by their name."""

from __future__ import annotations

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest

from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.probe import probe
from tests.local_media.samples import Samples, rotate, write


def test_pictures_of_chapters_are_counted_and_have_a_rate(tmp_path: Path) -> None:
    path = _with_chapter_pictures(tmp_path / "book.m4a")
    found = probe(path, path.name)
    (pictures,) = found.video
    assert found.kind == "audio"
    assert (pictures["NumFrames"], pictures["AvgFPS"], pictures["Duration"]) == ("3", "1.0", "3.000000")


def test_a_jpeg_with_more_pictures_behind_the_one_it_shows_is_one_picture(tmp_path: Path, samples: Samples) -> None:
    content = samples["still.jpg"].read_bytes()
    content = content[:2] + b"\xff\xe0\0\x10JFIF\0\1\2\0\0\1\0\1\0\0" + content[2:]
    found = probe(write(tmp_path / "a.jpg", content * 2), "a.jpg")
    assert (found.kind, found.video[0]["NumFrames"], found.video[0]["Nb_frames"]) == ("image", "1", "1")
    assert found.video[0]["Sar"] == "1:1"


def test_pictures_in_a_row_that_are_named_as_a_film_are_one(tmp_path: Path, samples: Samples) -> None:
    found = probe(write(tmp_path / "a.mjpeg", samples["still.jpg"].read_bytes() * 3), "a.mjpeg")
    assert (found.kind, found.video[0]["NumFrames"], found.video[0]["Fps"]) == ("video", "3", "25.0")


def test_a_film_of_one_frame_that_its_decoder_holds_back_is_turned(tmp_path: Path) -> None:
    options = {"preset": "veryfast"}
    path = make_clip(tmp_path / "a.mp4", seconds=0.04, width=64, height=48, audio=False, video_options=options)
    video = probe(rotate(path, 90), "a.mp4").video[0]
    assert (video["NumFrames"], video["HasBFrames"], video["Rotate"]) == ("1", "2", "90")


@pytest.mark.parametrize("name", ["a.aiff", "a.caf", "a.mov"])
def test_channels_in_an_order_of_the_files_own_do_no_harm(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with av.open(path, "w") as output:
        sound = output.add_stream("pcm_s16be", rate=48000, layout="7.1")
        silence = av.AudioFrame(format="s16", layout="7.1", samples=480)
        silence.sample_rate, silence.pts = 48000, 0
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        output.mux(sound.encode(silence))
    # In a process of its own, which it would take along.
    show = "from pathlib import Path; from ims_mcp.local.media.probe import probe; import sys; "
    show += "sound = probe(Path(sys.argv[1]), sys.argv[1]).audio[0]; print(sound['Channels'], sound['ChannelLayout'])"
    command = [sys.executable, "-c", show, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "8 7.1")


def test_a_display_ratio_is_rounded_to_what_ffprobe_can_write(tmp_path: Path) -> None:
    path = _stretched(tmp_path / "a.mp4", 358, 202, Fraction(32003, 31991))
    assert (video := probe(path, "a.mp4").video[0])["Sar"] == "32003:31991"
    assert video["Dar"] == "12384:6985"


def test_monkeys_audio_is_read_behind_its_tags(tmp_path: Path) -> None:
    plain = probe(write(tmp_path / "plain.ape", _APE), "plain.ape")
    tag = b"ID3\4\0\0" + bytes((0, 0, 1, 0)) + bytes(128)
    tagged = probe(write(tmp_path / "tagged.ape", tag + _APE), "tagged.ape")
    assert (tagged.basic["FormatName"], tagged.audio[0]["SampleRate"]) == ("ape", "44100")
    assert tagged.audio == plain.audio


def test_tracks_that_cannot_be_decoded_have_an_aspect_ratio(tmp_path: Path) -> None:
    content = _stretched(tmp_path / "a.m4v", 64, 48, Fraction(4, 3)).read_bytes()
    at = content.rindex(b"avc1")
    video = probe(write(tmp_path / "b.m4v", content[:at] + b"drmi" + content[at + 4 :]), "b.m4v").video[0]
    assert (video["CodecTagString"], video["Sar"], video["Dar"]) == ("drmi", "4:3", "16:9")


REFUSED = {
    "segment": ("a.m4s", b"\0\0\0\x18stypmsdh\0\0\0\0msdhmsix\0\0\0\x10moof\0\0\0\x08mfhd", "a segment of"),
    "init segment": ("a.mp4", "init", "an init segment"),
    "animated": ("a.webp", b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\x3f\0\0\x3f\0\0ANIM\0\0\0\0", "animated WebP"),
    "arithmetic code": ("a.jpg", "arithmetic", "of a kind that is not read here"),
    "large TIFF": ("a.tif", b"MM\0+\0\x08\0\0" + bytes(60), "BigTIFF"),
    "one piece": ("a.aac", b"ADIF\0" + bytes(60), "AAC in one piece"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_sound_file_that_is_refused_is_not_called_damaged(case: str, tmp_path: Path, samples: Samples) -> None:
    name, content, reason = REFUSED[case]
    if content == "init":
        whole = samples["fragmented.mp4"].read_bytes()
        content = whole[: whole.index(b"moof") - 4]
    elif content == "arithmetic":
        content = samples["still.jpg"].read_bytes().replace(b"\xff\xc0", b"\xff\xc9")
    with pytest.raises(UnreadableMedia) as caught:
        probe(write(tmp_path / name, content), name)
    assert reason in str(caught.value)


def _stretched(path: Path, width: int, height: int, sar: Fraction) -> Path:
    with av.open(path, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.sample_aspect_ratio = sar
        output.mux(stream.encode(av.VideoFrame(width, height, "yuv420p")))
        output.mux(stream.encode(None))
    return path


def _with_chapter_pictures(path: Path) -> Path:
    """An audio book: three pictures of a second each, in a track that the sound's track names as its chapters."""
    with av.open(path, "w", format="mp4") as output:
        sound = output.add_stream("aac", rate=48000)
        pictures = output.add_stream("mjpeg", rate=1)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuvj420p"
        silence = av.AudioFrame(format="fltp", layout="mono", samples=48000 * 3)
        silence.sample_rate, silence.pts = 48000, 0
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        output.mux(sound.encode(silence))
        output.mux(sound.encode(None))
        for second in range(3):
            frame = av.VideoFrame(64, 48, "yuvj420p")
            frame.pts = second
            output.mux(pictures.encode(frame))
        output.mux(pictures.encode(None))
    content = path.read_bytes()
    # The index stands last, so that nothing it points to moves.
    moov, trak = content.index(b"moov") - 4, content.index(b"trak") - 4
    (moov_size,), (trak_size,) = struct.unpack_from(">I", content, moov), struct.unpack_from(">I", content, trak)
    tref = struct.pack(">I4sI4sI", 20, b"tref", 12, b"chap", 2)
    edited = bytearray(content[: trak + trak_size] + tref + content[trak + trak_size :])
    struct.pack_into(">I", edited, moov, moov_size + len(tref))
    struct.pack_into(">I", edited, trak, trak_size + len(tref))
    return write(path, edited)


# Nothing in it can be decoded, but all that describes it is there: one frame of 1000 samples at 44.1 kHz.
_APE = (
    struct.pack("<4sHHIIIIIII16x", b"MAC ", 3990, 0, 52, 24, 4, 0, 400, 0, 0)
    + struct.pack("<HHIIIHHI", 2000, 0, 73728 * 4, 1000, 1, 16, 2, 44100)
    + struct.pack("<I", 80)
    + bytes(400)
)


def test_a_picture_that_is_too_wide_for_a_ratio_has_the_widest_there_is(tmp_path: Path) -> None:
    path = tmp_path / "wide.mov"
    with av.open(path, "w") as made:
        stream = made.add_stream("png", rate=25, width=64, height=48, pix_fmt="rgb24")
        made.mux(stream.encode(av.VideoFrame(64, 48, "rgb24")))
        made.mux(stream.encode())
    write(path, _append_to_sample_entry(path.read_bytes(), b"png ", struct.pack(">I4sII", 16, b"pasp", 2**31 - 1, 1)))
    video = probe(path, path.name).video[0]
    assert (video["Sar"], video["Dar"]) == ("2147483647:1", "1048576:1")


def _append_to_sample_entry(content: bytes, entry: bytes, box: bytes) -> bytes:
    """Of the one track; its index lies behind the data."""
    made, at = bytearray(content), 0
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", entry):
        at = made.index(name, at)
        (size,) = struct.unpack_from(">I", made, at - 4)
        struct.pack_into(">I", made, at - 4, size + len(box))
    made[at - 4 + size : at - 4 + size] = box
    return bytes(made)
