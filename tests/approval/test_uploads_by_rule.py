"""Uploads go to OSS past the client: what a rule says of their bucket, or of what is made of them, counts before a byte
of them is sent and before an address is signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.local.media.clip import make_clip
from ims_mcp.server.transfer_tools import FILE_TOOLS
from tests.tenants.accounts import Keys, environ_of, grant, settings_of, write_accounts
from tests.tenants.test_stdio import call, said, served
from tests.tickets.test_over_http import replica
from tests.transfers.setting import Setting, ims_behind_proxy

EAST = Keys("east")
OF_BUCKET = '[[rules]]\nthen = "{}"\nbuckets = ["archive-of-ours"]\n'
OF_OPERATION = '[[rules]]\nthen = "{}"\noperations = ["CreateUploadMedia"]\n'
REGISTERS = '[[rules]]\nthen = "{}"\noperations = ["RegisterMediaInfo"]\n'
TOLD = {"deny": "a rule of this server denies it", "ask": "nobody confirmed it", "page": "nobody confirmed it"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1, width=64, height=36)


@pytest.mark.parametrize("word", ["deny", "ask", "page"])
def test_nothing_is_sent_of_an_upload_that_a_rule_keeps_from_being_made(tmp_path: Path, clip: Path, word: str) -> None:
    with ims_behind_proxy(tmp_path / "ims", access_key_id=EAST.key_id, access_key_secret=EAST.secret) as (ims, proxy):
        setting = Setting(ims, proxy, tmp_path, clip)
        setting.video(name="film.mp4")
        for rule, destination in (
            (OF_BUCKET, "oss://archive-of-ours/in/"),
            (OF_BUCKET, "oss://archive-of-ours/film.mp4"),
            (REGISTERS, "oss://others-of-ours/in/"),
            (OF_OPERATION, "vod"),
        ):
            path = write_accounts(tmp_path, {"east": proxy.url}, grant("local", ["east"]) + rule.format(word))
            with served(tmp_path, path, "--upload-dir", str(setting.files)) as server:
                upload: dict[str, Any] = {"path": "film.mp4", "destination": destination}
                answer = call(server, "upload_media", upload)
                assert answer["result"]["isError"], answer
                assert TOLD[word] in said(answer)
                ticket = {"file_name": "film.mp4", "destination": destination}
                answer = call(server, "create_upload", ticket)
                assert answer["result"]["isError"], answer
                assert TOLD[word] in said(answer)
                assert "ignature=" not in json.dumps(answer)
                assert call(server, "transfer_status", {})["result"]["structuredContent"]["count"] == 0
        assert setting.writes() == []
        assert [seen.path for seen in proxy.seen if seen.method in ("PUT", "POST") and "-of-ours" in seen.path] == []


@pytest.mark.anyio
async def test_a_rule_that_comes_while_a_file_is_sent_ends_its_addresses(tmp_path: Path, clip: Path) -> None:
    with ims_behind_proxy(tmp_path / "ims", access_key_id=EAST.key_id, access_key_secret=EAST.secret) as (ims, proxy):
        granted = grant("ann", ["east"])
        path = write_accounts(tmp_path, {"east": proxy.url}, granted)
        settings = settings_of(path, exclude_tools=FILE_TOOLS)
        async with replica(Setting(ims, proxy, tmp_path, clip), settings=settings, environ=environ_of(tmp_path)) as one:
            page = (await one.call("create_upload", {"file_name": "film.mp4"}))["page"]
            file = {"name": "film.mp4", "size": 100, "type": "", "modified": 0}
            assert (await one.ask_page("begin", page, **file)).status_code == 200
            assert (await one.ask_page("sign", page, numbers=[1])).status_code == 200
            path.write_text(path.read_text() + OF_OPERATION.format("deny"))
            with anyio.fail_after(60):  # the file is looked at once a second
                while (await one.ask_page("sign", page, numbers=[1])).status_code == 200:  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.05)
            for name, fields in (("sign", {"numbers": [1]}), ("begin", file)):
                answer = await one.ask_page(name, page, **fields)
                assert (answer.status_code, answer.json()["reason"]) == (403, "no_right"), answer.text
