"""One upload in a process of its own, which can be killed: ``python -m tests.oss_uploader.run_upload JSON``.

The argument has endpoint, bucket, key, source, checkpoints and, if wanted, part_bytes and threads. What was done is
printed as one line of JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss import OssUploader, UploadTarget


async def owner(*, force: bool = False) -> Credential:
    del force
    return Credential("local", "local")


async def main(told: dict[str, Any]) -> None:
    uploader = OssUploader(
        checkpoint_dir=Path(told["checkpoints"]), threads=told["threads"], part_bytes=told["part_bytes"]
    )
    target = UploadTarget(told["endpoint"], told["bucket"], told["key"])
    uploaded = await uploader.upload(Path(told["source"]), target, owner, transfer_id="t1")
    print(json.dumps(asdict(uploaded)), flush=True)


if __name__ == "__main__":
    anyio.run(main, json.loads(sys.argv[1]))
