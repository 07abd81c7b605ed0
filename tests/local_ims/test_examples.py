"""The example of every operation that the embedded IMS does is carried out by it, once it names what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.snapshots import TEMPLATE_ID
from ims_mcp.settings import Settings
from tests.local_ims.server import RunningIms
from tests.local_ims.test_rpc_front import DONE
from tests.server.connected import LOCAL, connected, content_of

FIRST, SECOND = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "5f2d1a7c9b3e4d68a0c4e6f81b2d3a75"
UUID, MARK = "83500793-b1e0-4b4d-9a5b-2f4c1d3e5a67", "mark-f82d690c2f0347ad8d5e2d1a"
NOWHERE = "127.0.0.1:9"
"""Where examples lead that would leave this machine."""
BEFORE = (
    *("AddCategory", "AddMediaMarks", "CreateLiveRecordTemplate", "SubmitLiveRecordJob", "SubmitSnapshotJob"),
    "UploadMediaByURL",
)
"""What makes the things that other examples name."""
AFTER = ("DeleteLiveRecordFiles", "DeleteLiveRecordTemplate", "DeleteMediaMarks", "DeleteCategory", "DeleteMediaInfos")


class World:
    """What the examples' names stand for here."""

    def __init__(self) -> None:
        self._names = {"live.example.com": NOWHERE, "https://example.com": f"http://{NOWHERE}"}
        self._job_id = self._snapshot_job_id = ""

    def name(self, written: str, real: Any) -> None:
        self._names[written] = str(real)

    def translate(self, operation: str) -> dict[str, Any]:
        """The example with the real names; one UUID stands for a template, or for a job where one is meant."""
        text = json.dumps(get_operation(operation).example)
        if operation in ("GetLiveRecordJob", "ListLiveRecordFiles"):
            text = text.replace(UUID, self._job_id)
        if operation in ("GetSnapshotJob", "GetSnapshotUrls"):
            text = text.replace(FIRST, self._snapshot_job_id)
        if operation == "GetCustomTemplate":
            text = text.replace(FIRST, TEMPLATE_ID)
        for written, real in self._names.items():
            text = text.replace(written, real)
        # Pictures have addresses once they have been taken.
        waits = {"wait_seconds": 30} if operation == "SubmitSnapshotJob" else {}
        return json.loads(text) | waits

    def learn(self, operation: str, answer: dict[str, Any]) -> None:
        """Take note of what an answer has made."""
        match operation:
            case "AddCategory":
                self._names['"CateId": 46'] = f'"CateId": {answer["Category"]["CateId"]}'
            case "AddMediaMarks":
                self._names[MARK] = answer["MediaMarkIds"]
            case "CreateLiveRecordTemplate":
                self._names[UUID] = answer["TemplateId"]
            case "SubmitLiveRecordJob":
                self._job_id = answer["JobId"]
            case "SubmitSnapshotJob":
                self._snapshot_job_id = answer["JobId"]
            case "UploadMediaByURL":
                self._names["86c1925fba0c11eb94530a9b1c2d3e4f"] = answer["UploadJobs"][0]["JobId"]
            case _:
                pass


@pytest.mark.anyio
async def test_every_example_is_carried_out(ims: RunningIms, clip: Path) -> None:
    world = World()
    for written, key in ((FIRST, "videos/one.mp4"), (SECOND, "videos/two.mp4")):
        media_id = ims.register(ims.put(key, clip, "example-bucket"))
        ims.settled(media_id)
        world.name(written, media_id)
    top = ims.call("AddCategory", CateName="Top")["Category"]["CateId"]
    world.name('"ParentId": 45', f'"ParentId": {top}')
    for key in ("videos/launch.mp4", "videos/launch-720p.mp4"):
        ims.put(key, clip, "example-bucket")
    rest = [name for name in DONE if name not in (*BEFORE, *AFTER)]
    async with connected(ims.endpoint, credential=LOCAL, settings=Settings(allow_destructive=True)) as client:
        for name in (*BEFORE, *rest, *AFTER):
            tool = f"call_{get_operation(name).effect}_operation"
            call = {"operation": name, "operation_arguments": world.translate(name)}
            world.learn(name, content_of(await client.call_tool(tool, call)))
