"""What probing says of files that are well, and why it refuses the others."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from ims_mcp.catalogue import ResponseField, get_operation
from ims_mcp.local.media.clip import make_clip
from ims_mcp.local.media.media_file import Deadline, UnreadableMedia, open_media
from ims_mcp.local.media.packet_walk import walk
from ims_mcp.local.media.pictures import PictureOptions, make_pictures
from ims_mcp.local.media.probe import MediaKind, probe
from ims_mcp.local.media.stream_info import describe_video
from ims_mcp.summaries.media_info import media_info_view
from tests.local_media.samples import Samples, rotate, write


def test_an_mp4_is_reported_in_the_services_own_shape(samples: Samples) -> None:
    path = samples["h264_aac_movtext.mp4"]
    found = probe(path, "My clip.mp4")
    info = found.to_file_info()
    assert info["FileBasicInfo"] == {
        "FileName": "My clip.mp4",
        "FileSize": str(path.stat().st_size),
        "FormatName": "mov,mp4,m4a,3gp,3g2,mj2",
        "Duration": "2.000000",
        "Bitrate": str(round(path.stat().st_size * 8 / 2 / 1000, 3)),
        "Width": "320",
        "Height": "180",
    }
    video, audio, subtitle = found.video[0], found.audio[0], found.subtitles[0]
    expected_video = {
        "CodecName": "h264",
        "Profile": "Constrained Baseline",
        "PixFmt": "yuv420p",
        "CodecTimeBase": "1/50",
    }
    expected_video |= {
        "Fps": "25.0",
        "AvgFPS": "25.0",
        "NumFrames": "50",
        "Nb_frames": "50",
        "Sar": "0:1",
        "Dar": "0:1",
    }
    assert expected_video.items() <= video.items()
    expected_audio = {"CodecName": "aac", "Profile": "LC", "SampleRate": "48000", "Channels": "2", "Fps": "46.875"}
    expected_audio |= {"ChannelLayout": "stereo", "CodecTimeBase": "1/48000", "Lang": "eng", "CodecTag": "0x6134706d"}
    assert expected_audio.items() <= audio.items()
    assert subtitle == {
        "Index": "2",
        "CodecName": "mov_text",
        "CodecLongName": "MOV text",
        "CodecTimeBase": "0/1",
        "CodecTagString": "tx3g",
        "CodecTag": "0x67337874",
        "Timebase": "1/1000",
        "StartTime": "0.000000",
        "Duration": "1.900000",
        "Lang": "eng",
    }


def test_every_documented_field_is_there_and_every_value_is_a_string(samples: Samples) -> None:
    info = probe(samples["h264_aac_movtext.mp4"], "a.mp4").to_file_info()
    documented = _field(get_operation("GetMediaInfo").response, "MediaInfo", "FileInfoList")
    for name in ("AudioStreamInfoList", "VideoStreamInfoList", "SubtitleStreamInfoList"):
        listed = _field(documented, name)
        assert set(info[name][0]) == {field.name for field in listed}
        assert all(type(value) is str for value in info[name][0].values())
    ours = set(info["FileBasicInfo"])
    known = {field.name for field in _field(documented, "FileBasicInfo")}
    assert known - ours == {"CreateTime", "ModifiedTime", "FileStatus", "FileType", "FileUrl", "Region"}
    assert ours <= known


def _field(fields: tuple[ResponseField, ...], *path: str) -> tuple[ResponseField, ...]:
    for name in path:
        field = next(field for field in fields if field.name == name)
        fields = field.items.fields if field.items is not None else field.fields
    return fields


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("h264_aac_movtext.mp4", "video"),
        ("vp9_opus_vtt.webm", "video"),
        ("moving.gif", "video"),
        ("still.gif", "image"),
        ("still.png", "image"),
        ("still.jpg", "image"),
        ("still.webp", "image"),
        ("sound.mp3", "audio"),
        ("sound.m4a", "audio"),
        ("cues.srt", "text"),
        ("cues.vtt", "text"),
        ("cues.ass", "text"),
    ],
)
def test_the_media_kind_comes_from_the_content(name: str, kind: MediaKind, samples: Samples) -> None:
    assert probe(samples[name], "upload.bin").kind == kind


def test_a_sound_file_with_cover_art_is_sound(tmp_path: Path, samples: Samples) -> None:
    path = _with_cover_art(samples["sound.mp3"], samples["still.jpg"], tmp_path / "album.mp3")
    found = probe(path, "album.mp3")
    assert found.kind == "audio"
    assert (found.basic["Width"], found.video[0]["Width"], found.video[0]["Fps"]) == ("", "320", "")


@pytest.mark.parametrize("container", ["mp3", "m4a", "mp4", "flac"])
def test_a_cover_is_one_picture_and_no_video_to_a_reader(container: str, tmp_path: Path, samples: Samples) -> None:
    sound = {"mp3": "sound.mp3", "flac": "sound.flac"}.get(container, "sound.m4a")
    path = _with_cover_art(samples[sound], samples["still.jpg"], tmp_path / f"album.{container}")
    found = probe(path, path.name)
    assert (found.video[0]["NumFrames"], found.video[0]["Nb_frames"]) == ("1", "1")
    (entry,) = _summary(found.to_file_info())
    assert entry["cover_art"] == [{"codec": "mjpeg", "resolution": "320x180"}]
    assert len(entry["audio"]) == 1
    assert not {"video", "resolution"} & entry.keys()


def test_a_reader_is_told_the_size_a_turned_film_is_shown_in(tmp_path: Path) -> None:
    path = rotate(make_clip(tmp_path / "phone.mp4", seconds=1, width=320, height=180, subtitles=False), 90)
    (entry,) = _summary(probe(path, path.name).to_file_info())
    assert entry["resolution"] == "180x320"
    assert entry["video"][0]["rotation_degrees"] in (90, 270)
    assert entry["subtitles"] == []


def _summary(info: dict[str, Any]) -> list[dict[str, Any]]:
    return media_info_view({"MediaInfo": {"FileInfoList": [info]}}, call={})["files"]


def _writer(path: Path) -> OutputContainer:
    # FFmpeg's own muxer for the suffix takes no pictures.
    return av.open(path, "w", format="mp4" if path.suffix == ".m4a" else None)


def _with_cover_art(sound: Path, picture: Path, path: Path) -> Path:
    with av.open(sound) as source, av.open(picture) as art, _writer(path) as output:
        track = output.add_stream_from_template(source.streams.audio[0])
        cover = output.add_stream_from_template(art.streams.video[0])
        cover.disposition = Disposition.attached_pic
        for packet in art.demux(art.streams.video[0]):
            if packet.size:
                packet.stream = cover
                output.mux(packet)
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = track
                output.mux(packet)
    return path


@pytest.mark.parametrize("name", ["h264_aac_movtext.mp4", "h264_aac_srt.mkv", "h264_aac.ts", "h264_aac.flv"])
def test_sound_has_the_same_rate_of_packets_in_every_container(name: str, samples: Samples) -> None:
    assert probe(samples[name], name).audio[0]["Fps"] == "46.875"


def test_a_rate_is_that_of_frames_whatever_ticks_the_file_has(samples: Samples) -> None:
    rates: dict[str, tuple[str, str]] = {}
    for name in ("pal.dv", "mpeg1_mp2.mpg", "mpeg1_mp2.ts", "raw.h264", "raw.m1v", "interlaced.mp4"):
        video = probe(samples[name], name).video[0]
        rates[name] = (video["Fps"], video["AvgFPS"])
    assert rates == dict.fromkeys(rates, ("25.0", "25.0"))


@pytest.mark.parametrize(
    ("name", "codec", "long_name", "tag"),
    [("ac4.mp4", "ac4", "AC-4", "ac-4"), ("mpegh.mp4", "mpegh_3d_audio", "MPEG-H 3D Audio", "mhm1")],
)
def test_sound_that_cannot_be_decoded_is_described_all_the_same(
    name: str, codec: str, long_name: str, tag: str, samples: Samples
) -> None:
    (sound,) = probe(samples[name], name).audio
    assert sound["CodecName"] == codec
    assert sound["CodecLongName"] == long_name
    assert sound["CodecTagString"] == tag
    assert (sound["SampleRate"], sound["Channels"], sound["CodecTimeBase"]) == ("48000", "2", "1/48000")
    assert float(sound["Bitrate"]) > 10


def test_codec_time_base_counts_fields_only_where_the_codec_has_them(samples: Samples) -> None:
    bases = {
        name: probe(samples[name], name).video[0]["CodecTimeBase"]
        for name in ("reordered_2997.mp4", "mpeg2_mp2.mpg", "mpeg4_mp3.avi", "h265.mp4", "still.png")
    }
    assert bases == {
        "reordered_2997.mp4": "1001/60000",
        "mpeg2_mp2.mpg": "1/50",
        "mpeg4_mp3.avi": "1/25",
        "h265.mp4": "1/25",
        "still.png": "",
    }


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_rotation_is_told_clockwise(clockwise: int, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=0.2, width=64, height=48, audio=False)
    rotate(path, clockwise)
    video = probe(path, "a.mp4").video[0]
    assert (video["Rotate"], video["Width"], video["Height"]) == (str(clockwise), "64", "48")


def test_languages_are_told_per_track_and_are_und_by_default(samples: Samples) -> None:
    found = probe(samples["three_languages.mp4"], "a.mp4")
    assert [track["Lang"] for track in found.audio] == ["eng", "chi", "fra"]
    assert found.video[0]["Lang"] == "und"


def test_tags_that_are_not_utf8_do_not_reach_the_wire_as_lone_surrogates(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mkv", seconds=0.2, width=64, height=48, subtitles=False)
    content = path.read_bytes()
    assert content.count(b"\x83eng") == 1
    path.write_bytes(content.replace(b"\x83eng", b"\x83\xffn\xe9"))
    language = probe(path, "a.mkv").audio[0]["Lang"]
    assert language == "\N{REPLACEMENT CHARACTER}n\N{REPLACEMENT CHARACTER}"
    json.dumps(language, ensure_ascii=False).encode()


def test_a_stream_that_turns_up_on_the_way_does_no_harm(tmp_path: Path, samples: Samples) -> None:
    # A script tag at the end of an FLV, with a text: FFmpeg makes a stream of it when it comes there.
    body = b"\x02\x00\x0aonTextData" + b"\x08\x00\x00\x00\x01\x00\x04text\x02\x00\x05Hello\x00\x00\x09"
    tag = b"\x12" + len(body).to_bytes(3) + (1990).to_bytes(3) + bytes(4) + body
    content = samples["h264_aac.flv"].read_bytes() + tag + len(tag).to_bytes(4)
    found = probe(write(tmp_path / "a.flv", content), "a.flv")
    assert (found.video[0]["NumFrames"], len(found.subtitles)) == ("50", 0)
    assert make_pictures(tmp_path / "a.flv", tmp_path / "out", PictureOptions(cover_at_seconds=1.99)).cover is not None


def test_frames_are_estimated_when_there_is_no_time_to_count_them(samples: Samples) -> None:
    path = samples["h264_aac_srt.mkv"]
    with open_media(path, path.name, Deadline.after(10)) as container:
        stream = next(stream for stream in container.streams if isinstance(stream, VideoStream))
        glance = walk(container, [stream], Deadline.after(0))[stream.index]
        fields = describe_video(stream, glance, is_image=False, file_seconds=Fraction(2))
    assert glance.packets < 50
    assert fields["NumFrames"] == "50"


def test_a_file_that_is_not_read_in_time_is_refused(samples: Samples) -> None:
    with pytest.raises(UnreadableMedia, match="too long"):
        probe(samples["h264_aac_srt.mkv"], "a.mkv", time_limit_seconds=0)


@pytest.mark.parametrize("name", ["a.ttf", "a.TTC", "a.fon"])
def test_a_font_is_text_without_streams(name: str, tmp_path: Path) -> None:
    signature = {"a.ttf": b"\x00\x01\x00\x00", "a.TTC": b"ttcf", "a.fon": b"MZ"}[name]
    found = probe(write(tmp_path / "blob", signature + bytes(100)), name)
    assert (found.kind, found.video, found.audio, found.subtitles) == ("text", (), (), ())
    assert (found.basic["FileName"], found.basic["FormatName"]) == (name, "")


def _cut(part: float) -> Callable[[Samples], bytes]:
    def content(samples: Samples) -> bytes:
        whole = samples["h264_aac_movtext.mp4"].read_bytes()
        return whole[: int(len(whole) * part)]

    return content


BROKEN: dict[str, tuple[str, bytes | Callable[[Samples], bytes], str]] = {
    "zero_bytes": ("a.mp4", b"", "empty"),
    "text": ("a.mp4", b"This is not a film.\n" * 50, "holds text"),
    "chinese_text": ("a.mp4", "这不是视频。".encode() * 400, "holds text"),
    "subtitles_in_mp4": ("a.mp4", b"1\n00:00:01,000 --> 00:00:02,500\nHello\n", "subtitle text"),
    "lyrics_in_srt": ("a.srt", b"[00:01.00]Hello\n[00:02.00]Bye\n" * 20, "holds text"),
    "html": ("a.mov", b"<html><body>403 Forbidden</body></html>", "holds text"),
    "cut_before_its_index": ("a.mp4", _cut(0.5), "index"),
    "header_only": ("a.mp4", _cut(0.0001), "index"),
    "noise": ("a.mkv", random.Random(7).randbytes(200_000), "damaged"),
    "zeros": ("a.mp4", bytes(100_000), "damaged"),
    "broken_png": ("a.png", b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
    "text_in_srt": ("a.srt", b"just words", "holds text"),
    "text_in_ttf": ("a.ttf", b"just words", "font"),
    "empty_font": ("a.ttf", b"", "empty"),
    "playlist": ("a.m3u8", b"#EXTM3U\n#EXTINF:10,\na.ts\n", "playlist"),
    "musepack": ("a.mpc", b"MPCKSH" + bytes(5000), "is Musepack"),
    "musepack_behind_tags": ("a.mpc", b"ID3\4\0\0\0\0\x2f\0" + bytes(0x2F << 7) + b"MP+\7" + bytes(999), "is Musepack"),
    "dsf": ("a.dsf", b"DSD \x1c" + bytes(5000), "is DSF"),
    "archive": ("a.mp4", b"PK\3\4" + bytes(5000), "ZIP archive"),
    "list_of_files": ("a.mp4", b"ffconcat version 1.0\nfile other.mp4\n", "holds text"),
    "session_description": ("a.mp4", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "holds text"),
    "wave_without_sound": (
        "a.wav",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x80\xbb\0\0\0\xee\2\0\4\0\x10\0data\0\0\0\0",
        "no frame",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_a_reason_that_names_no_path(case: str, tmp_path: Path, samples: Samples) -> None:
    name, content, reason = BROKEN[case]
    path = write(tmp_path / "blob", content if isinstance(content, bytes) else content(samples))
    with pytest.raises(UnreadableMedia) as caught:
        probe(path, name)
    assert reason in str(caught.value)
    assert str(tmp_path) not in caught.value.explain()
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="not there"):
        probe(tmp_path / "nothing", "a.mp4")


@pytest.mark.parametrize("name", ["a.m3u8", "a.mp4", "a.ts", "blob"])
def test_a_playlist_opens_neither_files_nor_the_network(name: str, tmp_path: Path, samples: Samples) -> None:
    segment = samples["h264_aac.ts"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for target in (f"file://{segment}", str(segment), f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"):
            playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"
            with pytest.raises(UnreadableMedia, match="playlist"):
                probe(write(tmp_path / "blob", playlist), name)
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_name_like_a_numbered_sequence_reads_one_file_only(tmp_path: Path, samples: Samples) -> None:
    picture = samples["still.jpg"].read_bytes()
    for number in (1, 2):
        write(tmp_path / f"a{number}.jpg", picture)
    with pytest.raises(UnreadableMedia, match="holds text"):
        probe(write(tmp_path / "a%d.jpg", b"only text"), "a%d.jpg")


@pytest.mark.parametrize(
    "name", ["h264_aac_movtext.mp4", "h264_aac_srt.mkv", "h264_aac.ts", "h264_aac.flv", "mpeg2_mp2.mpg", "sound.mp3"]
)
def test_damaged_files_are_probed_or_refused_but_nothing_else(name: str, tmp_path: Path, samples: Samples) -> None:
    whole = samples[name].read_bytes()
    chance = random.Random(name)
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 60)):
            content[chance.randrange(min(len(content), 3000))] = chance.randrange(256)
        path = write(tmp_path / "blob", content[: chance.randrange(len(content))])
        with suppress(UnreadableMedia):
            found = probe(path, name)
            json.dumps(found.to_file_info(), ensure_ascii=False).encode()
