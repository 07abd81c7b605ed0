"""A small upload and then a large one, in a process of its own: ``python -m tests.oss_uploader.measured_upload JSON``.

The argument has endpoint, bucket, small, large and journal. Printed as one line of JSON: how much memory the large
one took beyond the small one, and how late the event loop was meanwhile.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.parts import ByteCounter
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader
from tests.oss_uploader.run_upload import owner


def peak_bytes() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


async def main(told: dict[str, Any]) -> None:
    uploader, counter = OssUploader(), ByteCounter()
    journal = UploadJournal(Path(told["journal"]))
    target = UploadTarget(told["endpoint"], told["bucket"], "clip.bin")
    late: list[float] = []
    seen: set[int] = set()

    async def tick() -> None:
        while True:
            due = time.monotonic() + 0.005
            await anyio.sleep(0.005)
            late.append(time.monotonic() - due)
            seen.add(counter.bytes_sent)

    await uploader.upload(Path(told["small"]), target, owner, journal)
    before = peak_bytes()
    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        await uploader.upload(Path(told["large"]), target, owner, journal, counter=counter)
        group.cancel_scope.cancel()
    late.sort()
    answer = {"growth": peak_bytes() - before, "p99": late[int(len(late) * 0.99)], "counts": len(seen)}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    anyio.run(main, json.loads(sys.argv[1]))
