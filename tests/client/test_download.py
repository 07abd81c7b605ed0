"""From where small files are fetched: addresses the service gave, over TLS or of the embedded IMS, and no others."""

from __future__ import annotations

import pytest

from ims_mcp.client.download import DownloadFailed, check_address, download
from ims_mcp.client.pool import ConnectionPool
from tests.client.scripted_service import Answer, ScriptedService

CLOUD, LOCAL = "https://ice.cn-shanghai.aliyuncs.com", "http://127.0.0.1:9527"
SIGNED = "a%2Fb/c.jpg?Expires=1&Signature=x%2By%3D"


@pytest.mark.parametrize(
    ("url", "endpoint", "asked"),
    [
        (f"https://cdn.example.com/{SIGNED}", CLOUD, f"https://cdn.example.com/{SIGNED}"),
        # The signature does not cover the scheme.
        (
            f"http://b.oss-cn-shanghai.aliyuncs.com/{SIGNED}",
            CLOUD,
            f"https://b.oss-cn-shanghai.aliyuncs.com/{SIGNED}",
        ),
        (f"{LOCAL}/b/{SIGNED}", LOCAL, f"{LOCAL}/b/{SIGNED}"),
    ],
)
def test_an_address_is_asked_as_it_was_signed(url: str, endpoint: str, asked: str) -> None:
    assert check_address(url, endpoint).geturl() == asked


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (f"{LOCAL}/b/k", CLOUD),
        ("http://127.0.0.1:9528/b/k", LOCAL),
        ("http://localhost:9527/b/k", LOCAL),
        ("https://127.0.0.1/b/k", CLOUD),
        ("https://[::1]/b/k", CLOUD),
        ("https://2130706433/b/k", CLOUD),
        ("https://0x7f.1/b/k", CLOUD),
        ("https://localhost/b/k", CLOUD),
        ("https://metadata/latest", CLOUD),
        ("http://100.100.100.200/latest/meta-data", CLOUD),
        ("http://cdn.example.com/k", CLOUD),
        ("http://b.oss-cn-shanghai.aliyuncs.com.example.com/k", CLOUD),
        ("http://b.oss-cn-shanghai.aliyuncs.com:8080/k", CLOUD),
        ("https://cdn.example.com:8443/k", CLOUD),
        ("https://user:word@cdn.example.com/k", CLOUD),
        ("https://cdn.example.com:port/k", CLOUD),
        ("ftp://cdn.example.com/k", CLOUD),
        ("file:///etc/passwd", CLOUD),
        ("", CLOUD),
        (f"https://cdn.example.com/{'k' * 9_000}", CLOUD),
    ],
)
def test_any_other_address_is_refused(url: str, endpoint: str) -> None:
    with pytest.raises(DownloadFailed, match="an address that is not used"):
        check_address(url, endpoint)


@pytest.mark.anyio
async def test_a_body_is_whole_or_refused_and_a_silent_service_given_up() -> None:
    async with ConnectionPool() as pool:
        with ScriptedService(
            Answer(body=b"x" * 100),
            Answer(body=b"x" * 101),
            Answer(fault="cut_off", body=b"x" * 50),
            Answer(fault="silent"),
        ) as service:

            async def fetch(seconds: float = 5) -> bytes:
                url = f"{service.url}/k?Signature=SECRET"
                return await download(pool, url, endpoint=service.url, most_bytes=100, timeout_seconds=seconds)

            assert await fetch() == b"x" * 100
            for words in ("larger than 100 bytes", "did not give the file"):
                with pytest.raises(DownloadFailed, match=words) as failed:
                    await fetch()
                assert "SECRET" not in failed.value.explain()
            with pytest.raises(DownloadFailed, match=r"within 0\.2 s"):
                await fetch(0.2)
            assert service.arrived[0].query == {"Signature": "SECRET"}
