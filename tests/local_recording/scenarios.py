"""What happens to streams and recorders, each told once and side by side with the others, because streams take time."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import wait_for
from tests.local_recording import shifting_publisher
from tests.local_recording.killable_ims import killable_ims
from tests.local_recording.listener import listening
from tests.local_recording.nginx_rtmp import nginx_rtmp
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import LONG, RECONNECT_TIMEOUT_SECONDS, Recorder, cpu_seconds, recorder_pids
from tests.local_recording.rtmp_server import RtmpServer, rtmp_server

SECONDS = 20.0 if LONG else 6.0
Sent = list[tuple[str, int, int, int, str]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What every scenario plays on."""

    recorder: Recorder
    rtmp: RtmpServer
    clip: Path
    other_clip: Path
    directory: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job that has come to its end. ``told``: what its NotifyUrl was told."""

    recorder: Recorder
    job_id: str
    files: list[Any]
    sent: Sent
    took_seconds: float
    told: list[dict[str, Any]]
    cpu_share: float = 0.0
    """Of one core, by the recorder; 0 where it was not measured."""


def _outcome(
    recorder: Recorder, job_id: str, sent: Sent, began: float, told: list[dict[str, Any]] | None = None
) -> Outcome:
    recorder.reached(job_id, "paused")
    return Outcome(recorder, job_id, recorder.files(job_id), sent, time.monotonic() - began, told or [])


def _recorded(
    stage: Stage, name: str, seconds: float, *formats: str, output: str = "oss", cycle: int = 3600
) -> Outcome:
    began, url = time.monotonic(), stage.rtmp.url(name)
    job_id = stage.recorder.submit(url, stage.recorder.template(*formats, cycle_seconds=cycle), output=output)
    with publishing(stage.clip, url, seconds) as publisher:
        sent = publisher.finished()
    return _outcome(stage.recorder, job_id, sent, began)


def formats(stage: Stage) -> Outcome:
    return _measured(stage, stage.rtmp.url("formats"))


def formats_at_nginx(stage: Stage) -> Outcome:
    (stage.directory / "nginx-formats").mkdir()
    with nginx_rtmp(stage.directory / "nginx-formats") as base:
        return _measured(stage, f"{base}/formats")


def _measured(stage: Stage, url: str) -> Outcome:
    """In an IMS of its own, so that its one recorder can be told from others and measured."""
    with killable_ims(stage.directory / f"formats-{url.split(':')[2][:4]}", RECONNECT_TIMEOUT_SECONDS) as ims:
        recorder, began = Recorder(ims.ims), time.monotonic()
        job_id = recorder.submit(url, recorder.template("mp4", "flv", "m3u8"))
        with publishing(stage.clip, url, SECONDS) as publisher:
            recorder.reached(job_id, "started")
            # From here on: starting an interpreter is no part of recording.
            pids = recorder_pids(ims.pid)
            cpu = [(time.monotonic(), cpu_seconds(pid)) for pid in pids]
            sent = publisher.finished()
            cpu += [(time.monotonic(), cpu_seconds(pid)) for pid in pids]
        outcome = _outcome(recorder, job_id, sent, began)
        _keep(recorder, outcome, stage.directory)
        share = (cpu[1][1] - cpu[0][1]) / (cpu[1][0] - cpu[0][0]) if len(cpu) == 2 else 0.0
        return replace(outcome, cpu_share=share)


def cycles(stage: Stage) -> Outcome:
    return _recorded(stage, "cycles", 6.0, "mp4", "flv", cycle=2)


def slices(stage: Stage) -> Outcome:
    return _recorded(stage, "slices", 8.0, "m3u8")


def vod(stage: Stage) -> Outcome:
    return _recorded(stage, "vod", 2.0, "mp4", output="vod")


def deleted(stage: Stage) -> Outcome:
    """Two files, for a test that deletes them."""
    return _recorded(stage, "deleted", 2.0, "mp4", "m3u8")


def sound_only(stage: Stage) -> Outcome:
    """Six seconds without a picture."""
    sound = make_clip(stage.directory / "sound.flv", seconds=6, video_codec=None, subtitles=False)
    return _recorded(replace(stage, clip=sound), "sound", 6.0, "mp4", "flv", "m3u8")


def picture_only(stage: Stage) -> Outcome:
    silent = make_clip(stage.directory / "silent.flv", seconds=4, width=320, height=180, audio=False, subtitles=False)
    return _recorded(replace(stage, clip=silent), "silent", 4.0, "mp4", "flv", "m3u8")


def hevc(stage: Stage) -> Outcome:
    """In the way of enhanced RTMP."""
    clip = make_clip(
        stage.directory / "hevc.flv", seconds=4, width=320, height=180, video_codec="libx265", subtitles=False
    )
    return _recorded(replace(stage, clip=clip), "hevc", 4.0, "mp4", "flv", "m3u8")


def late_publisher(stage: Stage) -> Outcome:
    began, url = time.monotonic(), stage.rtmp.url("late")
    job_id = stage.recorder.submit(url, stage.recorder.template("mp4"))
    time.sleep(RECONNECT_TIMEOUT_SECONDS / 3)
    assert stage.recorder.status(job_id) == "initial"
    with publishing(stage.clip, url, 2.0) as publisher:
        sent = publisher.finished()
    return _outcome(stage.recorder, job_id, sent, began)


def dropping_publisher(stage: Stage) -> Outcome:
    return _dropping(stage, stage.rtmp.url("drops"), 2.0)


def _dropping(stage: Stage, url: str, seconds: float) -> Outcome:
    began = time.monotonic()
    job_id = stage.recorder.submit(url, stage.recorder.template("mp4", "m3u8"))
    sent: Sent = []
    for _ in range(2):
        with publishing(stage.clip, url, seconds) as publisher:
            sent += publisher.finished()
        time.sleep(RECONNECT_TIMEOUT_SECONDS / 3)
    return _outcome(stage.recorder, job_id, sent, began)


def dropping_publisher_at_nginx(stage: Stage) -> Outcome:
    (stage.directory / "nginx").mkdir()
    with nginx_rtmp(stage.directory / "nginx") as base:
        return _dropping(stage, f"{base}/drops", 5.0)


def other_size_after_a_reconnect(stage: Stage) -> Outcome:
    return _two_sizes(stage, stage.rtmp)


def other_size_on_the_same_connection(stage: Stage) -> Outcome:
    with rtmp_server() as server:
        server.keeps_players = True
        return _two_sizes(stage, server)


def _two_sizes(stage: Stage, server: RtmpServer) -> Outcome:
    began, url = time.monotonic(), server.url("sizes")
    job_id = stage.recorder.submit(url, stage.recorder.template("mp4", "flv"))
    sent: Sent = []
    for clip in (stage.clip, stage.other_clip):
        with publishing(clip, url, 2.5) as publisher:
            sent += publisher.finished()
    return _outcome(stage.recorder, job_id, sent, began)


def clocks_an_hour_apart(stage: Stage) -> Outcome:
    return _shifted(stage, "apart", from_second=0.0)


def one_clock_that_jumps(stage: Stage) -> Outcome:
    return _shifted(stage, "jumps", from_second=2.9)


def _shifted(stage: Stage, name: str, *, from_second: float) -> Outcome:
    began, url = time.monotonic(), stage.rtmp.url(name)
    clip = make_clip(stage.directory / f"{name}.flv", seconds=6, width=320, height=180, subtitles=False)
    job_id = stage.recorder.submit(url, stage.recorder.template("mp4"))
    shifting_publisher.run(clip, url, 6.0, from_second)
    return _outcome(stage.recorder, job_id, [], began)


def no_publisher(stage: Stage) -> Outcome:
    began, url = time.monotonic(), stage.rtmp.url("never")
    return _outcome(
        stage.recorder, stage.recorder.submit(url, stage.recorder.template("mp4", "flv", "m3u8")), [], began
    )


def no_server(stage: Stage) -> Outcome:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"rtmp://127.0.0.1:{free.getsockname()[1]}/live/nobody"
    began = time.monotonic()
    return _outcome(stage.recorder, stage.recorder.submit(url, stage.recorder.template("mp4")), [], began)


def garbage_server(stage: Stage) -> Outcome:
    with _garbage() as url:
        began = time.monotonic()
        return _outcome(stage.recorder, stage.recorder.submit(url, stage.recorder.template("mp4")), [], began)


@contextmanager
def _garbage() -> Generator[str]:
    """A server that answers everything with noise."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    try:
                        peer.sendall(b"\x03" + os.urandom(100_000))
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, name="garbage")
        thread.start()
        try:
            yield f"rtmp://127.0.0.1:{listener.getsockname()[1]}/live/garbage"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def stalling_server(stage: Stage) -> Outcome:
    with rtmp_server() as server:
        began, url = time.monotonic(), server.url("stalls")
        job_id = stage.recorder.submit(url, stage.recorder.template("mp4"))
        with publishing(stage.clip, url, 30.0):
            stage.recorder.reached(job_id, "started")
            time.sleep(2.0)
            server.is_stalled = True
            return _outcome(stage.recorder, job_id, [], began)


def killed_recorder(stage: Stage) -> Outcome:
    """The server has one job only, whose recorder is killed twice."""
    with killable_ims(stage.directory / "killed-recorder", RECONNECT_TIMEOUT_SECONDS) as ims:
        recorder, began, url = Recorder(ims.ims), time.monotonic(), stage.rtmp.url("killed-recorder")
        job_id = recorder.submit(url, recorder.template("mp4", "flv"))
        with publishing(stage.clip, url, 6.0) as publisher:
            for _ in range(2):
                pid = _recording_pid(ims.pid)
                time.sleep(1.0)
                os.kill(pid, signal.SIGKILL)
                wait_for(lambda pid=pid: True if pid not in recorder_pids(ims.pid) else None)
            sent = publisher.finished()
        outcome = _outcome(recorder, job_id, sent, began)
        _keep(recorder, outcome, stage.directory)
        return outcome


def _recording_pid(parent: int) -> int:
    return wait_for(lambda: next(iter(recorder_pids(parent)), None))


def killed_server(stage: Stage) -> Outcome:
    data_dir = stage.directory / "killed-server"
    url, began = stage.rtmp.url("killed-server"), time.monotonic()
    with publishing(stage.clip, url, 12.0) as publisher:
        with killable_ims(data_dir, RECONNECT_TIMEOUT_SECONDS) as first:
            recorder = Recorder(first.ims)
            job_id = recorder.submit(url, recorder.template("mp4", "m3u8"))
            recorder.reached(job_id, "started")
            time.sleep(1.5)
            orphans = recorder_pids(first.pid)
            assert orphans
            first.kill()
            wait_for(lambda: True if not any(Path(f"/proc/{pid}").exists() for pid in orphans) else None)
        with killable_ims(data_dir, RECONNECT_TIMEOUT_SECONDS) as second:
            recorder = Recorder(second.ims)
            assert recorder.status(job_id) == "started"
            sent = publisher.finished()
            outcome = _outcome(recorder, job_id, sent, began)
            _keep(recorder, outcome, stage.directory)
            return outcome


def server_away_for_too_long(stage: Stage) -> Outcome:
    data_dir, url, began = stage.directory / "away", stage.rtmp.url("away"), time.monotonic()
    with publishing(stage.clip, url, 6.0) as publisher:
        with killable_ims(data_dir, RECONNECT_TIMEOUT_SECONDS) as first:
            recorder = Recorder(first.ims)
            job_id = recorder.submit(url, recorder.template("mp4"))
            recorder.reached(job_id, "started")
            time.sleep(1.0)
            first.kill()
        sent = publisher.finished()
        time.sleep(RECONNECT_TIMEOUT_SECONDS - 1)
        with killable_ims(data_dir, 2.0) as second:
            recorder = Recorder(second.ims)
            outcome = _outcome(recorder, job_id, sent, began)
            _keep(recorder, outcome, stage.directory)
            return outcome


def _keep(recorder: Recorder, outcome: Outcome, directory: Path) -> None:
    """Fetch the files while the server runs that has them."""
    for file in outcome.files:
        recorder.fetch(file, directory)


def callback(stage: Stage) -> Outcome:
    """The listener takes no event at the first try."""
    with listening() as listener:
        began, url = time.monotonic(), stage.rtmp.url("callback")
        template = stage.recorder.template("mp4")
        job_id = stage.recorder.submit(url, template, notify_url=listener.url)
        with publishing(stage.clip, url, 2.0) as publisher:
            sent = publisher.finished()
        outcome = _outcome(stage.recorder, job_id, sent, began, listener.told)
        wait_for(lambda: True if len(listener.told) >= 3 else None)
        return outcome


SCENARIOS: tuple[Callable[[Stage], Outcome], ...] = (
    formats,
    formats_at_nginx,
    slices,
    killed_server,
    killed_recorder,
    cycles,
    dropping_publisher,
    dropping_publisher_at_nginx,
    other_size_after_a_reconnect,
    other_size_on_the_same_connection,
    server_away_for_too_long,
    stalling_server,
    late_publisher,
    callback,
    sound_only,
    picture_only,
    hevc,
    clocks_an_hour_apart,
    one_clock_that_jumps,
    deleted,
    vod,
    no_publisher,
    no_server,
    garbage_server,
)


class Played:
    """Every scenario, each begun when the tests begin."""

    def __init__(self, stage: Stage, pool: ThreadPoolExecutor) -> None:
        self.stage = stage
        self._played: dict[Callable[[Stage], Outcome], Future[Outcome]] = {
            scenario: pool.submit(scenario, stage) for scenario in SCENARIOS
        }

    def kept(self, outcome: Outcome) -> dict[str, Path]:
        """The files of an outcome whose server is gone, by format, as they were fetched before."""
        keys = {str(file.format): str(file.record_url).split("aliyuncs.com/", 1)[1] for file in outcome.files}
        assert len(keys) == len(outcome.files), "a recording was split"
        return {format_: self.stage.directory / key for format_, key in keys.items()}

    def __call__(self, scenario: Callable[[Stage], Outcome]) -> Outcome:
        return self._played[scenario].result(120)
