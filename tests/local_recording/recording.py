"""Recording jobs as tests use them: submitted with the official SDK, followed to their end, files fetched and read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from alibabacloud_ice20201109 import models

from tests.local_ims.server import RunningIms, wait_for

RECONNECT_TIMEOUT_SECONDS = 2.0
"""Enough for a publisher that is ready to connect on a busy machine; the documented time is three minutes."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded file as FFmpeg reads it: packets by kind, as (dts in ms, digest of the payload)."""

    seconds: float
    packets: dict[str, list[tuple[int, str]]]
    payloads: dict[str, list[bytes]]
    extradata: dict[str, bytes]
    codecs: dict[str, tuple[Any, ...]]
    tags: dict[str, str]


class Recorder:
    """An IMS that records."""

    def __init__(self, ims: RunningIms, bucket: str = "recordings") -> None:
        self.ims = ims
        self.bucket = bucket

    def template(
        self,
        *formats: str,
        cycle_seconds: int = 3600,
        name: str = "test",
        pattern: str = "live/{JobId}/{Sequence}-{EscapedStartTime}-{EscapedEndTime}",
        slice_pattern: str = "live/{JobId}/slices/{UnixTimestamp}-{Sequence}",
    ) -> str:
        """Creates one; returns its id."""
        entries: list[Any] = []
        for format_ in formats:
            entry = models.CreateLiveRecordTemplateRequestRecordFormat(
                format=format_,
                cycle_duration=cycle_seconds,
                oss_object_prefix=pattern,
            )
            if format_ == "m3u8":
                entry.slice_duration = 5
                entry.slice_oss_object_prefix = slice_pattern
            entries.append(entry)
        request = models.CreateLiveRecordTemplateRequest(name=name, record_format=entries)
        return str(self.ims.client().create_live_record_template(request).body.template_id)

    def submit(self, url: str, template_id: str, *, notify_url: str | None = None, output: str = "oss") -> str:
        """Returns the JobId."""
        place = models.SubmitLiveRecordJobRequestRecordOutput(type=output)
        if output == "oss":
            place.bucket = self.bucket
        request = models.SubmitLiveRecordJobRequest(
            name=f"record {url}",
            template_id=template_id,
            stream_input=models.SubmitLiveRecordJobRequestStreamInput(type="rtmp", url=url),
            record_output=place,
        )
        if notify_url is not None:
            request.notify_url = notify_url
        return str(self.ims.client().submit_live_record_job(request).body.job_id)

    def status(self, job_id: str) -> str:
        request = models.GetLiveRecordJobRequest(job_id=job_id)
        return str(self.ims.client().get_live_record_job(request).body.record_job.status)

    def reached(self, job_id: str, status: str, seconds: float = 60.0) -> None:
        wait_for(lambda: True if self.status(job_id) == status else None, seconds)

    def files(self, job_id: str) -> list[Any]:
        request = models.ListLiveRecordFilesRequest(job_ids=[job_id], page_size=30)
        return list(self.ims.client().list_live_record_files(request).body.files or [])

    def segments(self, job_id: str) -> list[Path]:
        """What the recorder of a running job has on disk."""
        return sorted((self.ims.data_dir / "recordings" / job_id).glob("*.flv"))

    def fetch(self, file: Any, directory: Path) -> Path:
        """The recorded file, and what an HLS index names, on disk."""
        key = str(file.record_url).split("aliyuncs.com/", 1)[1]
        bucket = str(file.record_url).removeprefix("http://").partition(".")[0]
        target = self._get(bucket, key, directory)
        if target.suffix == ".m3u8":
            for line in target.read_text(encoding="utf-8").splitlines():
                if line and not line.startswith("#"):
                    self._get(bucket, os.path.normpath(Path(key).parent / line), directory)
        return target

    def read(self, file: Any, directory: Path) -> Recorded:
        return read(self.fetch(file, directory))

    def _get(self, bucket: str, key: str, directory: Path) -> Path:
        target = directory / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.ims.bucket(bucket).get_object(key).read())
        return target


def read(path: Path) -> Recorded:
    packets: dict[str, list[tuple[int, str]]] = {}
    payloads: dict[str, list[bytes]] = {}
    with av.open(path) as source:
        seconds = float(source.duration or 0) / 1_000_000
        streams = [*source.streams.video, *source.streams.audio]
        for packet in source.demux(streams):
            if packet.dts is None:
                continue
            assert not packet.is_corrupt
            payload = bytes(packet)
            stamp = round(float(packet.dts * packet.time_base) * 1000)
            packets.setdefault(packet.stream.type, []).append((stamp, hashlib.sha256(payload).hexdigest()))
            payloads.setdefault(packet.stream.type, []).append(payload)
        tags = {stream.type: str(stream.codec_context.codec_tag) for stream in streams}
        extradata = {stream.type: bytes(stream.codec_context.extradata or b"") for stream in streams}
        codecs: dict[str, tuple[Any, ...]] = {}
        for stream in source.streams.video:
            codecs["video"] = (stream.codec_context.name, stream.codec_context.width, stream.codec_context.height)
        for stream in source.streams.audio:
            codecs["audio"] = (stream.codec_context.name, stream.codec_context.sample_rate)
    return Recorded(seconds, packets, payloads, extradata, codecs, tags)


def decodes(path: Path) -> int:
    """How many pictures come out of it without an error."""
    with av.open(path) as source:
        return sum(1 for _ in source.decode(source.streams.video[0]))


def recorder_pids(parent: int | None = None) -> list[int]:
    """The recorder processes below a process (this one), as Linux shows them."""
    found: list[int] = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().split(b"\0")
            status = (directory / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if b"ims_mcp.local.recording.recorder" in command and int(status[1]) == (parent or os.getpid()):
            found.append(int(directory.name))
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
