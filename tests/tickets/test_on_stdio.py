"""A server on stdio as clients start it: its page is on a port of this machine, and tickets outlive the process."""

from __future__ import annotations

import subprocess
from urllib.parse import urlsplit

import httpx2

from tests.transfers.served import served
from tests.transfers.setting import Setting


def test_the_page_is_there_once_a_ticket_is_and_the_ticket_after_a_restart(setting: Setting) -> None:
    file = setting.video()
    with served(setting) as server:
        made = server.call("create_upload", file_name=file.name, Title="By another process")
        base = made["page"].partition("#")[0]
        assert urlsplit(base).hostname == "127.0.0.1"
        page = httpx2.get(base)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        for name in ("upload.js", "upload_words.js", "upload_sending.js", "upload_crc.js", "upload_crc_worker.js"):
            script = httpx2.get(base.replace("/upload", f"/files/{name}"))
            assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
        ticket, _, secret = made["page"].partition("#")[2].partition(".")
        asked = httpx2.post(
            base.replace("/upload", "/api/upload/look"),
            json={"ticket": ticket, "secret": secret},
            headers={"Origin": base.removesuffix("/pages/upload")},
        )
        assert asked.json()["title"] == "By another process"
        server.stop("kill")
    sent = subprocess.run(["sh", "-c", made["curl"]], cwd=file.parent, capture_output=True, timeout=60, check=False)
    assert sent.returncode == 0
    with served(setting) as server:
        told = server.call("transfer_status", transfer_id=made["transfer_id"], wait_seconds=30)
        assert (told["state"], told["summary"]["title"]) == ("done", "By another process")
        assert secret not in server.log.read_text()
