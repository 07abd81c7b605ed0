"""One upload in a process of its own, which can be killed: ``python -m tests.oss_uploader.run_upload JSON``.

The argument has endpoint, bucket, key, source, journal, part_bytes and threads. What was done is printed as
one line of JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader


async def owner(*, force: bool = False) -> Credential:
    del force
    return Credential("local", "local")


async def main(told: dict[str, Any]) -> None:
    uploader = OssUploader(threads=told["threads"], part_bytes=told["part_bytes"])
    target = UploadTarget(told["endpoint"], told["bucket"], told["key"])
    with UploadJournal.hold(Path(told["journal"])) as journal:
        assert journal is not None
        uploaded = await uploader.upload(Path(told["source"]), target, owner, journal)
    print(json.dumps(asdict(uploaded)), flush=True)


if __name__ == "__main__":
    anyio.run(main, json.loads(sys.argv[1]))
