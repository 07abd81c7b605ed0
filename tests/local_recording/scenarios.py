"""What happens to streams and recorders, each told once, when the first test asks for it.

A publisher sends what it is told to and no sooner than a recorder listens, so that nothing depends on who is quick.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import wait_for
from tests.local_recording.killable_ims import killable_ims
from tests.local_recording.listener import listening
from tests.local_recording.nginx_rtmp import is_played, nginx_rtmp
from tests.local_recording.publisher import Publisher, Sent, publishing
from tests.local_recording.recording import (
    RECONNECT_TIMEOUT_SECONDS,
    Recorder,
    cpu_seconds,
    recorder_pids,
)
from tests.local_recording.rtmp_server import RtmpServer, rtmp_server

SECONDS = 20.0


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
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    cpu_seconds: float = 0.0
    """Of the recorder, while the stream was sent; 0 where it was not measured."""


def _conclude(recorder: Recorder, job_id: str, sent: Sent) -> Outcome:
    recorder.reached(job_id, "paused")
    return Outcome(recorder, job_id, recorder.files(job_id), sent)


def wait_for_player(server: RtmpServer, url: str) -> None:
    wait_for(lambda: server.players(_name(url)) > 0 or None)


def _wait_for_refusal(server: RtmpServer, url: str, earlier: int = 0) -> None:
    """Until a recorder has asked in vain."""
    wait_for(lambda: server.refusals.count(_name(url)) > earlier or None)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _recorded(
    stage: Stage, name: str, seconds: float, *formats: str, output: str = "oss", cycle: int = 3600, **options: Any
) -> Outcome:
    url = stage.rtmp.url(name)
    with publishing(stage.clip, url, **options) as publisher:
        publisher.connect()
        job_id = stage.recorder.submit(url, stage.recorder.template(*formats, cycle_seconds=cycle), output=output)
        wait_for_player(stage.rtmp, url)
        publisher.begin_sending(seconds)
        sent = publisher.finish()
    return _conclude(stage.recorder, job_id, sent)


def formats(stage: Stage) -> Outcome:
    """In an IMS of its own, so that its one recorder can be told from others and measured."""
    url = stage.rtmp.url("formats")
    with killable_ims(stage.directory / "formats", RECONNECT_TIMEOUT_SECONDS) as ims, publishing(stage.clip, url) as to:
        recorder = Recorder(ims.ims)
        to.connect()
        job_id = recorder.submit(url, recorder.template("mp4", "flv", "m3u8"))
        wait_for_player(stage.rtmp, url)
        to.send(2.0)
        recorder.reached(job_id, "started")
        # From here on: starting an interpreter is no part of recording.
        before = {pid: cpu_seconds(pid) for pid in recorder_pids(ims.pid)}
        to.send(SECONDS)
        used = sum(cpu_seconds(pid) - seconds for pid, seconds in before.items())
        outcome = _conclude(recorder, job_id, to.finish())
        _keep(recorder, outcome, stage.directory)
        return replace(outcome, cpu_seconds=used)


def formats_at_nginx(stage: Stage) -> Outcome:
    with nginx_rtmp(stage.directory) as base, publishing(stage.clip, f"{base}/formats") as publisher:
        publisher.connect()
        job_id = stage.recorder.submit(f"{base}/formats", stage.recorder.template("mp4", "flv", "m3u8"))
        wait_for(lambda: is_played(stage.directory, "formats") or None)
        publisher.begin_sending(SECONDS)
        outcome = _conclude(stage.recorder, job_id, publisher.finish())
    _keep(stage.recorder, outcome, stage.directory)
    return outcome


def cycles(stage: Stage) -> Outcome:
    """As slowly as it plays: each file begins in another second."""
    return _recorded(stage, "cycles", 6.0, "mp4", "flv", cycle=2, speed=1.0)


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


def clocks_an_hour_apart(stage: Stage) -> Outcome:
    return _recorded(_with_long_clip(stage), "apart", 6.0, "mp4", shift_from=0.0)


def one_clock_that_jumps(stage: Stage) -> Outcome:
    return _recorded(_with_long_clip(stage), "jumps", 6.0, "mp4", shift_from=2.9)


def _with_long_clip(stage: Stage) -> Stage:
    path = stage.directory / "long.flv"
    return replace(stage, clip=make_clip(path, seconds=6, width=320, height=180, subtitles=False))


def late_publisher(stage: Stage) -> Outcome:
    url = stage.rtmp.url("late")
    with publishing(stage.clip, url) as publisher:
        job_id = stage.recorder.submit(url, stage.recorder.template("mp4"))
        _wait_for_refusal(stage.rtmp, url)
        assert stage.recorder.status(job_id) == "initial"
        publisher.connect()
        wait_for_player(stage.rtmp, url)
        publisher.begin_sending(2.0)
        sent = publisher.finish()
    return _conclude(stage.recorder, job_id, sent)


def dropping_publisher(stage: Stage) -> Outcome:
    """The second comes when a recorder has missed the first."""
    url = stage.rtmp.url("drops")
    with publishing(stage.clip, url) as first, publishing(stage.clip, url) as second:
        first.connect()
        job_id = stage.recorder.submit(url, stage.recorder.template("mp4", "m3u8"))
        wait_for_player(stage.rtmp, url)
        first.send(2.0)
        missed = stage.rtmp.refusals.count(_name(url))
        sent = first.finish()
        _wait_for_refusal(stage.rtmp, url, missed)
        sent += _send_all(second, stage.rtmp, url, 2.0)
    return _conclude(stage.recorder, job_id, sent)


def _send_all(publisher: Publisher, server: RtmpServer, url: str, seconds: float) -> Sent:
    publisher.connect()
    wait_for_player(server, url)
    publisher.begin_sending(seconds)
    return publisher.finish()


def dropping_publisher_at_nginx(stage: Stage) -> Outcome:
    sent: Sent = []
    with nginx_rtmp(stage.directory) as base:
        url = f"{base}/drops"
        with publishing(stage.clip, url) as first, publishing(stage.clip, url) as second:
            job_id = stage.recorder.submit(url, stage.recorder.template("mp4", "m3u8"))
            for publisher in (first, second):
                publisher.connect()
                wait_for(lambda: is_played(stage.directory, "drops") or None)
                publisher.begin_sending(5.0)
                sent += publisher.finish()
        return _conclude(stage.recorder, job_id, sent)


def other_size_after_a_reconnect(stage: Stage) -> Outcome:
    return _two_sizes(stage, stage.rtmp)


def other_size_on_the_same_connection(stage: Stage) -> Outcome:
    with rtmp_server() as server:
        server.keeps_players = True
        return _two_sizes(stage, server)


def _two_sizes(stage: Stage, server: RtmpServer) -> Outcome:
    url = server.url("sizes")
    with publishing(stage.clip, url) as first, publishing(stage.other_clip, url) as second:
        first.connect()
        job_id = stage.recorder.submit(url, stage.recorder.template("mp4", "flv"))
        wait_for_player(server, url)
        first.begin_sending(2.5)
        sent = first.finish()
        sent += _send_all(second, server, url, 2.5)
    return _conclude(stage.recorder, job_id, sent)


@contextmanager
def garbage_server() -> Generator[str]:
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
            thread.join(60)


def stalling_server(stage: Stage) -> Outcome:
    with rtmp_server() as server:
        url = server.url("stalls")
        with publishing(stage.clip, url) as publisher:
            publisher.connect()
            job_id = stage.recorder.submit(url, stage.recorder.template("mp4"))
            wait_for_player(server, url)
            publisher.send(3.0)
            _wait_for_bytes(stage.recorder, job_id)
            server.is_stalled = True
            return _conclude(stage.recorder, job_id, [])


def _wait_for_bytes(recorder: Recorder, job_id: str, more_than: int = 200_000) -> None:
    """Until so much of the stream is on the recorder's disk."""
    wait_for(lambda: sum(path.stat().st_size for path in recorder.segments(job_id)) > more_than or None)


def killed_recorder(stage: Stage) -> Outcome:
    """The server has one job only, whose recorder is killed twice; what is sent waits for the next one."""
    url = stage.rtmp.url("killed-recorder")
    with (
        killable_ims(stage.directory / "killed-recorder", 2 * RECONNECT_TIMEOUT_SECONDS) as ims,
        publishing(stage.clip, url) as publisher,
    ):
        recorder = Recorder(ims.ims)
        publisher.connect()
        job_id = recorder.submit(url, recorder.template("mp4", "flv"))
        wait_for_player(stage.rtmp, url)
        for number in range(1, 3):
            publisher.send(2.0 * number)
            _wait_for_bytes(recorder, job_id, 200_000 * number)
            pid = _recording_pid(ims.pid)
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: stage.rtmp.players(_name(url)) == 0 or None)
            wait_for_player(stage.rtmp, url)
        publisher.begin_sending(6.0)
        outcome = _conclude(recorder, job_id, publisher.finish())
        _keep(recorder, outcome, stage.directory)
        return outcome


def _recording_pid(parent: int) -> int:
    return wait_for(lambda: next(iter(recorder_pids(parent)), None))


def killed_server(stage: Stage) -> Outcome:
    data_dir, url = stage.directory / "killed-server", stage.rtmp.url("killed-server")
    with publishing(stage.clip, url) as publisher:
        publisher.connect()
        with killable_ims(data_dir, 60.0) as first:
            recorder = Recorder(first.ims)
            job_id = recorder.submit(url, recorder.template("mp4", "m3u8"))
            wait_for_player(stage.rtmp, url)
            publisher.send(3.0)
            _wait_for_bytes(recorder, job_id)
            orphans = recorder_pids(first.pid)
            assert orphans
            first.kill()
            wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans) or None)
        with killable_ims(data_dir, 60.0) as second:
            recorder = Recorder(second.ims)
            assert recorder.status(job_id) == "started"
            wait_for_player(stage.rtmp, url)
            publisher.begin_sending(6.0)
            sent = publisher.finish()
            _wait_for_bytes(recorder, job_id, sum(packet[3] for packet in sent) * 9 // 10)
            second.kill()
    return _closed(stage, data_dir, job_id, sent)


def server_away_for_too_long(stage: Stage) -> Outcome:
    data_dir, url = stage.directory / "away", stage.rtmp.url("away")
    with publishing(stage.clip, url) as publisher:
        publisher.connect()
        with killable_ims(data_dir, 60.0) as first:
            recorder = Recorder(first.ims)
            job_id = recorder.submit(url, recorder.template("mp4"))
            wait_for_player(stage.rtmp, url)
            publisher.send(2.5)
            _wait_for_bytes(recorder, job_id)
            first.kill()
        publisher.begin_sending(6.0)
        sent = publisher.finish()
    return _closed(stage, data_dir, job_id, sent)


def _closed(stage: Stage, data_dir: Path, job_id: str, sent: Sent) -> Outcome:
    """By a server for which a tenth of a second without a stream is too long."""
    with killable_ims(data_dir, 0.1) as last:
        recorder = Recorder(last.ims)
        outcome = _conclude(recorder, job_id, sent)
        _keep(recorder, outcome, stage.directory)
        return outcome


def _keep(recorder: Recorder, outcome: Outcome, directory: Path) -> None:
    """Fetch the files while the server runs that has them."""
    for file in outcome.files:
        recorder.fetch(file, directory)


def callback(stage: Stage) -> Outcome:
    """The listener takes no event at the first try."""
    with listening() as listener:
        url = stage.rtmp.url("callback")
        with publishing(stage.clip, url) as publisher:
            publisher.connect()
            job_id = stage.recorder.submit(url, stage.recorder.template("mp4"), notify_url=listener.url)
            wait_for_player(stage.rtmp, url)
            publisher.begin_sending(2.0)
            sent = publisher.finish()
        outcome = _conclude(stage.recorder, job_id, sent)
        wait_for(lambda: len(listener.told) >= 3 or None)
        return replace(outcome, told=listener.told)


Scenario = Callable[[Stage], Outcome]


class Played:
    """Plays a scenario when it is first asked for, and knows its outcome from then on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._outcomes: dict[Scenario, Outcome] = {}

    def __call__(self, scenario: Scenario) -> Outcome:
        if scenario not in self._outcomes:
            directory = self._stage.directory / scenario.__name__
            directory.mkdir()
            self._outcomes[scenario] = scenario(replace(self._stage, directory=directory))
        return self._outcomes[scenario]

    def kept(self, scenario: Scenario) -> dict[str, Path]:
        """The files of an outcome whose server is gone, by format, as they were fetched before."""
        files = self(scenario).files
        keys = {str(file.format): str(file.record_url).split("aliyuncs.com/", 1)[1] for file in files}
        assert len(keys) == len(files), "a recording was split"
        return {format_: self._stage.directory / scenario.__name__ / key for format_, key in keys.items()}
