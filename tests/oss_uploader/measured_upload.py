"""A small upload and then a large one, in a process of its own: ``python -m tests.oss_uploader.measured_upload JSON``.

The argument has endpoint, bucket, small, large and journal. Printed as one line of JSON: how much memory the large
one took beyond the small one, and how often the event loop came around while parts were half sent.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.parts import ByteCounter
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader
from tests.oss_uploader.run_upload import owner

MIB = 1024 * 1024


def peak_bytes() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


async def main(told: dict[str, Any]) -> None:
    uploader, counter = OssUploader(), ByteCounter()
    journal = UploadJournal(Path(told["journal"]))
    target = UploadTarget(told["endpoint"], told["bucket"], "clip.bin")
    half_sent: set[int] = set()

    async def tick() -> None:
        while True:
            await anyio.sleep(0.001)
            if counter.bytes_sent % MIB:
                half_sent.add(counter.bytes_sent)

    await uploader.upload(Path(told["small"]), target, owner, journal)
    before = peak_bytes()
    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        await uploader.upload(Path(told["large"]), target, owner, journal, counter=counter)
        group.cancel_scope.cancel()
    print(json.dumps({"growth": peak_bytes() - before, "half_sent": len(half_sent)}), flush=True)


if __name__ == "__main__":
    anyio.run(main, json.loads(sys.argv[1]))
