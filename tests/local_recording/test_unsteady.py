"""Streams whose publisher stalls and whose recorder is cut off, at random: every file plays, with all that arrived."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.local_ims.server import running_ims
from tests.local_recording.cutting_proxy import CuttingProxy, cutting_proxy
from tests.local_recording.nginx_rtmp import nginx_rtmp
from tests.local_recording.recording import Recorder, read
from tests.programs import leave_out

SECONDS = 14
RECONNECT_TIMEOUT_SECONDS = 9.0
STALL_SECONDS = (5.2, 7.0)
"""Longer than a silent connection is kept."""
_LONGEST_HELLO_SECONDS = 0.5
FORMATS = ("mp4", "flv", "m3u8")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one stream, in seconds after its publisher began."""

    cuts: tuple[float, ...]
    stall: tuple[float, float] | None
    """When, and how long."""

    @classmethod
    def choose(cls, seed: int) -> Trouble:
        dice = random.Random(seed)
        cuts = sorted(dice.uniform(1.0, SECONDS - 1.0) for _ in range(dice.randint(1, 4)))
        stall = (dice.uniform(1.0, SECONDS - 9.0), dice.uniform(*STALL_SECONDS)) if dice.random() < 0.5 else None
        return cls(tuple(cuts), stall)


@dataclass(slots=True)
class Publication:
    """A stream that is published in trouble, and how much of it came through."""

    proxy: CuttingProxy
    trouble: Trouble
    began: float = 0.0

    @property
    def _ended(self) -> float:
        """The server hangs up when its publisher does."""
        return max(end for *_, end in self.proxy.connections)

    def count_seconds(self) -> tuple[float, float]:
        """Of the stream, what was sent while the recorder was connected: what it has got at least, and at most.

        Between the two lies the time that a connection takes to be answered. In a stall nothing is sent.
        """
        connections = self.proxy.connections
        most = sum(self._locate(end) - self._locate(begin) for begin, _, end in connections)
        answered = (min(first, begin + _LONGEST_HELLO_SECONDS) for begin, first, _ in connections)
        late = sum(
            self._locate(at) - self._locate(begin) for at, (begin, *_) in zip(answered, connections, strict=True)
        )
        return most - late, most

    def _locate(self, moment: float) -> float:
        """The second of the stream that is sent at a moment. After a stall it is all sent at once that is due."""
        if self.trouble.stall is not None:
            stalls, lasts = (self.began + self.trouble.stall[0], self.trouble.stall[1])
            moment = stalls if stalls < moment < stalls + lasts else moment
        return min(max(moment - (self._ended - SECONDS), 0.0), SECONDS)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyframe every 0.4 s, and pictures that are sent before they are shown."""
    program = shutil.which("ffmpeg")
    if program is None:
        leave_out("ffmpeg", "Debian: apt install ffmpeg")
    path = tmp_path_factory.mktemp("film") / "film.flv"
    pictures = f"testsrc2=size=320x180:rate=25:duration={SECONDS}"
    encoding = ["-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "2", "-c:a", "aac", "-ar", "44100"]
    inputs = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", f"sine=440:duration={SECONDS}"]
    subprocess.run([program, "-v", "error", *inputs, *encoding, str(path)], check=True, timeout=60)
    return path


def _publish(film: Path, url: str, publication: Publication) -> None:
    command = ["ffmpeg", "-v", "error", "-re", "-i", str(film), "-c", "copy", "-f", "flv", url]
    publisher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    publication.began = time.monotonic()
    events = [(at, publication.proxy.cut) for at in publication.trouble.cuts]
    if publication.trouble.stall is not None:
        at, lasts = publication.trouble.stall
        events += [(at, lambda: publisher.send_signal(signal.SIGSTOP))]
        events += [(at + lasts, lambda: publisher.send_signal(signal.SIGCONT))]
    try:
        for at, act in sorted(events, key=lambda event: event[0]):
            time.sleep(max(0.0, publication.began + at - time.monotonic()))  # what happens is a matter of time
            act()
        publisher.wait(SECONDS + 30)
    finally:
        publisher.kill()
        publisher.wait(60)


def _decode(path: Path) -> str:
    """What FFmpeg has to say against it."""
    command = ["ffmpeg", "-v", "error", "-allowed_extensions", "ALL", "-i", str(path), "-f", "null", "-"]
    if path.suffix != ".m3u8":
        command = [word for word in command if word not in ("-allowed_extensions", "ALL")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr


@pytest.mark.parametrize("seeds", [range(5), pytest.param(range(5, 35), marks=pytest.mark.slow)], ids=["5", "30"])
def test_what_is_recorded_of_unsteady_streams_plays_and_is_as_long_as_they_were_there(
    seeds: range, film: Path, tmp_path: Path
) -> None:
    with ExitStack() as running:
        base = running.enter_context(nginx_rtmp(tmp_path))
        ims = running.enter_context(running_ims(tmp_path / "ims", reconnect_timeout_seconds=RECONNECT_TIMEOUT_SECONDS))
        recorder = Recorder(ims)
        template = recorder.template(*FORMATS)
        streams, jobs = dict[int, Publication](), dict[int, str]()
        for batch in (seeds[at : at + 5] for at in range(0, len(seeds), 5)):
            for seed in batch:
                proxy = running.enter_context(cutting_proxy(urlsplit(base).port or 0))
                streams[seed] = Publication(proxy, Trouble.choose(seed))
                jobs[seed] = recorder.submit(f"rtmp://127.0.0.1:{proxy.port}/live/s{seed}", template)
            urls = [f"{base}/s{seed}" for seed in batch]
            with ThreadPoolExecutor() as threads:
                list(threads.map(partial(_publish, film), urls, [streams[seed] for seed in batch]))
            for seed in batch:
                recorder.reached(jobs[seed], "paused")
        problems = {
            seed: (streams[seed].trouble, found)
            for seed, job_id in jobs.items()
            if (found := _judge(recorder, job_id, streams[seed].count_seconds(), tmp_path))
        }
        assert problems == {}, "\n".join(map(str, problems.items()))


def _judge(recorder: Recorder, job_id: str, connected: tuple[float, float], directory: Path) -> list[str]:
    """What is wrong with the files of a job."""
    files = recorder.files(job_id)
    problems = [] if sorted(str(file.format) for file in files) == sorted(FORMATS) else [f"{len(files)} files"]
    for file in files:
        path = recorder.fetch(file, directory)
        if said := _decode(path):
            problems.append(f"{file.format}: {said[:500]}")
        found = read(path)
        if set(found.packets) != {"video", "audio"} or {kind: codec[0] for kind, codec in found.codecs.items()} != {
            "video": "h264",
            "audio": "aac",
        }:
            problems.append(f"{file.format}: {found.codecs}")
        least, most = connected
        if not all(least - 0.5 < seconds < most + 0.5 for seconds in (found.seconds, float(file.duration))):
            problems.append(f"{file.format}: {found.seconds} and {file.duration} of {least:.2f} to {most:.2f} s")
    return problems
