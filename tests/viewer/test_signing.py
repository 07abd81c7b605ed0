"""Addresses signed for the cloud's OSS, asked of the embedded one under its names; playlists that are very long."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.place import ObjectPlace, read_place, write_https
from ims_mcp.client.oss.signed_addresses import sign_addresses
from ims_mcp.workflows.viewing.playlists import MOST_CHARACTERS, PlaylistRefused, sign_playlist
from tests.viewer.furnished import Library

pytestmark = pytest.mark.anyio
KEYS = Credential("local", "local", None)


@pytest.mark.parametrize("ahead_seconds", [0, 86_400])
@pytest.mark.parametrize("region", ["cn-shanghai", ""])
async def test_an_address_is_signed_by_the_service_s_time_for_its_host(
    library: Library, region: str, ahead_seconds: int
) -> None:
    library.put("signed/a b/电影.ts", b"piece")
    endpoint = "https://oss-cn-shanghai.aliyuncs.com"
    place = ObjectPlace(endpoint, "local-media", "signed/x.m3u8", region)
    (address,) = sign_addresses(place, ["signed/a b/电影.ts"], KEYS, 60, lambda: time.time() - ahead_seconds)
    parts = urlsplit(address)
    assert parts.scheme == "https"
    assert ("x-oss-signature=" in parts.query) is bool(region)
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{library.ims.endpoint}{parts.path}?{parts.query}", headers={"Host": parts.netloc})
    # A clock that is wrong is not this machine's to judge by: signed by another time the address has ended.
    assert (answer.status_code, answer.content == b"piece") == ((403, False) if ahead_seconds else (200, True))


async def test_a_playlist_beyond_all_measure_is_cut_after_a_piece_and_ends(tmp_path: Path) -> None:
    pieces = "".join(f"#EXTINF:10,\npiece-{number}.ts\n" for number in range(9_000))
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n{pieces}#EXT-X-ENDLIST\n"

    async def fetch(address: str, most_bytes: int) -> bytes:
        return text.encode()

    async def sign(place: ObjectPlace, keys: list[str]) -> list[str]:
        return [f"https://b1x.oss-cn-shanghai.aliyuncs.com/{key}?x-oss-security-token={'t' * 900}" for key in keys]

    signed = await sign_playlist("https://b1x.oss-cn-shanghai.aliyuncs.com/day/index.m3u8", fetch, sign)
    lines = signed.text.splitlines()
    kept = [line for line in lines if line.startswith("https://")]
    assert len(signed.text) <= MOST_CHARACTERS
    assert len(kept) + signed.pieces_left_out == 9_000
    assert lines[-2:] == [kept[-1], "#EXT-X-ENDLIST"]
    assert lines[-3] == "#EXTINF:10,"


BESIDE = "https://b1x.oss-cn-shanghai.aliyuncs.com/day/index.m3u8?Signature=x"
ELSEWHERE = "https://evil.oss-cn-beijing.aliyuncs.com/x.ts"


async def sign_text(text: str, asked: list[str] | None = None, at: str = BESIDE) -> str:
    """The playlist of a text that begins as all do; ``asked`` gets the keys that were signed."""

    async def fetch(address: str, most_bytes: int) -> bytes:
        return f"#EXTM3U\n#EXT-X-VERSION:3\n{text}".encode()[:most_bytes]

    async def sign(place: ObjectPlace, keys: list[str]) -> list[str]:
        if asked is not None:
            asked.extend(keys)
        return [f"https://b1x.oss-cn-shanghai.aliyuncs.com/{key}?Signature={'s' * 100}" for key in keys]

    return (await sign_playlist(at, fetch, sign)).text


@pytest.mark.parametrize(
    "line",
    [
        f'#EXT-X-KEY:METHOD=AES-128,URI="k.key",URI="{ELSEWHERE}"',
        f"#EXT-X-KEY:METHOD=AES-128,URI={ELSEWHERE}",
        f'#EXT-X-KEY:METHOD=AES-128, URI ="{ELSEWHERE}"',
        f'#EXT-X-MAP:URI="a.mp4",uri="{ELSEWHERE}"',
        f'#EXT-X-SESSION-KEY:METHOD=AES-128,URI="{ELSEWHERE}"',
        f'#EXT-X-PART:DURATION=1,URI="{ELSEWHERE}"',
        f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{ELSEWHERE}"',
        f'#EXT-X-RENDITION-REPORT:URI="{ELSEWHERE}"',
        f'#EXT-X-DATERANGE:ID="a",CLASS="com.apple.hls.interstitial",X-ASSET-URI="{ELSEWHERE}"',
        f'#EXT-X-CONTENT-STEERING:SERVER-URI="{ELSEWHERE}"',
        f"#EXTINF:4 {ELSEWHERE}",
        f"#EXTINF:{ELSEWHERE}",
        f"#EXTINF:4,{ELSEWHERE}",
        f"#EXT-X-UNHEARD-OF:{ELSEWHERE}",
        f"# {ELSEWHERE}",
        f"\u2028{ELSEWHERE}",
        ELSEWHERE,
    ],
)
async def test_no_line_of_a_playlist_gets_a_player_to_another_host(line: str) -> None:
    try:
        text = await sign_text(f"{line}\n#EXTINF:4,\npiece.ts\n")
    except PlaylistRefused:
        return
    assert "evil" not in text
    assert "day/piece.ts?Signature=" in text


async def test_what_a_player_needs_of_a_playlist_is_handed_on() -> None:
    text = (
        "#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-KEY:METHOD=AES-128,URI="k.key",IV=0x1\n#EXT-X-MAP:URI="head.mp4",BYTERANGE="9@0"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n#EXTINF:3.96,a title\n#EXT-X-BYTERANGE:9@9\npiece.m4s\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-KEY:METHOD=NONE\n#EXTINF: 4\nlast.m4s\n#EXT-X-ENDLIST\n"
    )
    signed = await sign_text(text)
    shown = signed.replace(f"?Signature={'s' * 100}", "").replace("https://b1x.oss-cn-shanghai.aliyuncs.com/day/", "")
    assert shown == f"#EXTM3U\n#EXT-X-VERSION:3\n{text}".replace("3.96,a title", "3.96,").replace(
        "EXTINF: 4", "EXTINF:4,"
    )


async def test_no_more_is_signed_than_has_room_however_many_pieces_there_are() -> None:
    asked: list[str] = []
    signed = await sign_text("".join(f"#EXTINF:4,\n{number}.ts\n" for number in range(200_000)), asked)
    assert len(signed) <= MOST_CHARACTERS
    assert signed.count("Signature=") <= len(asked) < 2 * signed.count("Signature=")


async def test_in_the_root_of_a_bucket_only_what_lies_beside_is_signed() -> None:
    root = "https://b1x.oss-cn-shanghai.aliyuncs.com/index.m3u8?Signature=x"
    assert "/piece.ts?Signature=" in await sign_text("#EXTINF:4,\npiece.ts\n", at=root)
    with pytest.raises(PlaylistRefused, match="no piece in its own folder"):
        await sign_text("#EXTINF:4,\nprivate/film.mp4\n", at=root)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (
            "http://b1x.oss-cn-beijing.aliyuncs.com/a%20b.ts?x=1",
            ("https://oss-cn-beijing.aliyuncs.com", "b1x", "a b.ts"),
        ),
        (
            "https://b1x.oss-cn-beijing-internal.aliyuncs.com/k",
            ("https://oss-cn-beijing-internal.aliyuncs.com", "b1x", "k"),
        ),
        ("http://127.0.0.1:9/bucket/k/x", ("http://127.0.0.1:9", "bucket", "k/x")),
        ("https://127.0.0.1:9/bucket/k", None),
        ("http://10.0.0.1/bucket/k", None),
        ("https://b1x.oss-cn-beijing.aliyuncs.com.evil.example/k", None),
        ("https://b1x.oss-cn-beijing.aliyuncs.com:8443/k", None),
        ("https://oss-cn-beijing.aliyuncs.com/k", None),
        ("https://b1x.oss-cn-beijing.aliyuncs.com/", None),
        ("ftp://b1x.oss-cn-beijing.aliyuncs.com/k", None),
        ("http://[::1/bucket/k", None),
    ],
)
def test_only_an_address_of_oss_says_where_an_object_lies(address: str, found: tuple[str, str, str] | None) -> None:
    place = read_place(address)
    assert (None if place is None else (place.endpoint, place.bucket, place.key)) == found


def test_a_page_loads_encrypted_except_from_this_machine() -> None:
    assert write_https("http://b.example/k?Signature=x") == "https://b.example/k?Signature=x"
    assert write_https("http://127.0.0.1:9/b/k") == "http://127.0.0.1:9/b/k"
