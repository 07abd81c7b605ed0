"""A service that gives out what a test tells it to: an asset, jobs and pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, refusal

Answering = Callable[[Arrived], Answer | None]


def make_jpeg(width: int = 320, height: int = 180, *, noise: bool = False, quality: int = 95) -> bytes:
    image = Image.effect_noise((width, height), 120).convert("RGB") if noise else Image.new("RGB", (width, height))
    to = io.BytesIO()
    image.save(to, "JPEG", quality=quality)
    return to.getvalue()


@dataclass
class World:
    """``pictures``: by path, what is there; ``answering``: asked first, may answer in its place."""

    base: str = ""
    pictures: dict[str, bytes | Answer] = field(default_factory=dict[str, bytes | Answer])
    snapshots: list[str] = field(default_factory=list[str])
    title: str = "A film"
    media_type: str = "video"
    duration: str = "60"
    file_url: str = ""
    status: tuple[str, ...] = ("Success",)
    """Of each job, in order of the looks at it; the last stays."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    answering: Answering | None = None

    def answer(self, arrived: Arrived) -> Answer:
        if self.answering is not None and (answer := self.answering(arrived)) is not None:
            return answer
        if not arrived.action:
            found = self.pictures.get(arrived.path, refusal(404, "NoSuchKey"))
            return found if isinstance(found, Answer) else Answer(body=found, headers={"content-type": "image/jpeg"})
        body = getattr(self, f"_{arrived.action}")(arrived)
        return body if isinstance(body, Answer) else Answer(body={"RequestId": REQUEST_ID, **body})

    def _GetMediaInfo(self, arrived: Arrived) -> dict[str, Any]:
        del arrived
        stream = {"CodecName": "h264", "Width": "1920", "Height": "1080", "Fps": "25", "Duration": self.duration}
        basic = {
            "FileType": "source_file",
            "FileName": "film.mp4",
            "FileUrl": self.file_url,
            "Duration": self.duration,
            "FileStatus": "Normal",
        }
        file = {"FileBasicInfo": basic, "VideoStreamInfoList": [stream], "AudioStreamInfoList": []}
        info = {
            "MediaId": "a" * 32,
            "Title": self.title,
            "MediaType": self.media_type,
            "Status": "Normal",
            "Source": "oss",
            "InputURL": "oss://bucket/film.mp4",
            "Snapshots": json.dumps([url if "://" in url else f"{self.base}{url}" for url in self.snapshots]),
        }
        return {"MediaInfo": {"MediaId": "a" * 32, "MediaBasicInfo": info, "FileInfoList": [file]}}

    def _GetCustomTemplate(self, arrived: Arrived) -> Answer:
        del arrived
        return refusal(404, "TemplateNotFound")

    def _ListSystemTemplates(self, arrived: Arrived) -> dict[str, Any]:
        del arrived
        return {"SystemTemplateList": [{"TemplateId": "S00000002-000001"}]}

    def _GetStorageList(self, arrived: Arrived) -> dict[str, Any]:
        del arrived
        storage = {"StorageLocation": "bucket", "Path": "/ims/", "Status": "Normal", "DefaultStorage": True}
        return {"StorageInfoList": [storage]}

    def _SubmitSnapshotJob(self, arrived: Arrived) -> dict[str, Any]:
        job_id = f"{len(self.jobs) + 1:032x}"
        self.jobs[job_id] = {**arrived.query, **arrived.form, "looks": 0}
        return {"JobId": job_id}

    def _ListSnapshotJobs(self, arrived: Arrived) -> dict[str, Any]:
        del arrived
        return {"Jobs": [{"JobId": job_id, "Name": job["Name"], "Status": "Init"} for job_id, job in self.jobs.items()]}

    def _GetSnapshotJob(self, arrived: Arrived) -> dict[str, Any]:
        job_id = arrived.query.get("JobId") or arrived.form["JobId"]
        job = self.jobs[job_id]
        status = self.status[min(int(job["looks"]), len(self.status) - 1)]
        job["looks"] += 1
        told: dict[str, Any] = {"JobId": job_id, "Status": status}
        if status == "Fail":
            told |= {"Code": "InvalidFile", "Message": "the film cannot be decoded"}
        return {"SnapshotJob": told}

    def _GetSnapshotUrls(self, arrived: Arrived) -> dict[str, Any]:
        job_id = arrived.query.get("JobId") or arrived.form["JobId"]
        config = json.loads(self.jobs[job_id]["TemplateConfig"])["OverwriteParams"]
        urls = [
            f"{self.base}/taken/{job_id}-{number}.jpg?Signature=SECRETSIGNATURE" for number in range(config["Count"])
        ]
        return {"SnapshotUrls": urls, "Total": len(urls)}
