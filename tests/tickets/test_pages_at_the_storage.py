"""Which pages the embedded OSS lets in with a signed address: those of this machine, without anything being set up."""

from __future__ import annotations

import re

import httpx2
import pytest

from tests.local_oss.clients import oss2
from tests.transfers.setting import Setting, call

pytestmark = pytest.mark.anyio
OWN, FOREIGN = "http://127.0.0.1:43210", "https://evil.example"


async def ask(address: str, origin: str, method: str = "OPTIONS", site: str = "same-site") -> httpx2.Response:
    headers = {"Origin": origin, "Sec-Fetch-Site": site}
    if method == "OPTIONS":
        headers |= {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    async with httpx2.AsyncClient() as client:
        return await client.request(method, address, headers=headers)


async def find_address(setting: Setting) -> str:
    async with setting.client() as client:
        line = (await call(client, "create_upload", file_name="film.mp4", destination=setting.own()))["curl"]
    return re.findall(r"'(http[^']+)'", line)[-1]


async def test_a_page_of_this_machine_may_send_by_an_address_that_is_signed(setting: Setting) -> None:
    address = await find_address(setting)
    answer = await ask(address, OWN)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OWN
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "x-oss-hash-crc64ecma" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1.evil.example:80", "https://127.0.0.1:1"])
async def test_a_page_from_elsewhere_may_not(setting: Setting, origin: str) -> None:
    address = await find_address(setting)
    assert (await ask(address, origin, site="cross-site")).status_code == 403
    put = await ask(address, origin, "PUT", site="cross-site")
    assert (put.status_code, "access-control-allow-origin" in put.headers) == (403, False)


async def test_without_a_signature_no_page_is_told_anything(setting: Setting) -> None:
    bare = (await find_address(setting)).partition("?")[0]
    assert (await ask(bare, OWN)).status_code == 403
    assert "access-control-allow-origin" not in (await ask(bare, OWN, "GET")).headers


async def test_a_bucket_with_rules_of_its_own_has_those_alone(setting: Setting) -> None:
    address = await find_address(setting)
    rule = oss2.models.CorsRule(allowed_origins=["https://app.example"], allowed_methods=["PUT"])
    setting.ims.bucket(setting.bucket).put_bucket_cors(oss2.models.BucketCors([rule]))
    assert (await ask(address, OWN)).status_code == 403
