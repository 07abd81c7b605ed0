"""A publisher in a process of its own: sends a clip to an RTMP address without re-encoding, as far as it is told to.

``python publisher.py CLIP URL SPEED SHIFT_FROM ABSENT`` says that it is ready, obeys lines on its stdin and answers
each with one: ``connect``, and ``send SECONDS``, up to which second of the stream; at its end it hangs up and says
``{"packets": [[kind, dts_ms, pts_ms, size, sha256], …]}``: what it has sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import av

from ims_mcp.local.isolation import clean_environment, find_neutral_directory

SPEED = 8.0
"""How much faster than it plays a stream is sent, unless a test is about time."""
SHIFT_SECONDS = 3600
WAIT_SECONDS = 60.0

Sent = list[tuple[str, int, int, int, str]]
"""Kind, dts and pts in ms, size and digest of every packet."""


class Publisher:
    """A publisher that has come up, and waits for orders."""

    def __init__(self, clip: Path, url: str, speed: float, shift_from: float, absent: str) -> None:
        command = [sys.executable, "-P", str(Path(__file__).resolve()), str(clip.absolute()), url]
        self._process = subprocess.Popen(
            [*command, str(speed), str(shift_from), absent],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(os.environ),
            cwd=find_neutral_directory(),
            text=True,
        )
        self._wait()

    def connect(self) -> None:
        """Returns when it publishes; nothing has been sent yet but what describes the streams."""
        self._order("connect")
        self._wait()

    def send(self, to_second: float) -> None:
        """Returns when everything of the stream before ``to_second`` has been sent; a short clip comes repeatedly."""
        self.begin_sending(to_second)
        self._wait()

    def begin_sending(self, to_second: float) -> None:
        """The same, without waiting for it."""
        self._order(f"send {to_second}")

    def finish(self) -> Sent:
        """Let it send what it was told to and hang up; what was sent."""
        out, _ = self._process.communicate(timeout=WAIT_SECONDS)
        if self._process.returncode != 0:
            raise RuntimeError(f"the publisher ended with code {self._process.returncode}: {out[-500:]}")
        packets = json.loads(out.splitlines()[-1])["packets"]
        return [cast("tuple[str, int, int, int, str]", tuple(packet)) for packet in packets]

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _order(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RuntimeError(f"the publisher ended with code {self._process.wait()}")


@contextmanager
def publishing(
    clip: Path, url: str, *, speed: float = SPEED, shift_from: float = -1.0, absent: str = ""
) -> Generator[Publisher]:
    """Killed on the way out if it still runs. ``shift_from``: the second from which its picture is an hour ahead.
    ``absent``: ``video:0:12`` for no picture in the first twelve seconds, though it is announced."""
    publisher = Publisher(clip, url, speed, shift_from, absent)
    try:
        yield publisher
    finally:
        publisher.kill()


class _Stream:
    """The clip again and again, as one stream."""

    def __init__(self, clip: str, url: str, speed: float, shift_from: float, absent: str) -> None:
        self._absent, begin, end = (absent or "nothing:0:0").split(":")
        self._absence = float(begin), float(end)
        self._clip = clip
        self._speed = speed
        self._shift_from = shift_from
        self._packets: list[list[Any]] = []
        # Without waiting for a stream whose time stamps lie behind.
        delta = {"max_interleave_delta": "1"} if shift_from >= 0 or absent else {}
        self._output = av.open(url, "w", format="flv", container_options={"flush_packets": "1", **delta})
        self._targets: dict[str, Any] = {}
        with av.open(clip) as source:
            for stream in [*source.streams.video[:1], *source.streams.audio[:1]]:
                self._targets[stream.type] = self._output.add_stream_from_template(stream)
        self._output.start_encoding()
        self._read = self._all_packets()
        self._next = next(self._read)

    def send(self, to_second: float) -> None:
        at, packet = self._next
        began = time.monotonic() - at / self._speed
        while at < to_second:
            if (wait := began + at / self._speed - time.monotonic()) > 0:
                time.sleep(wait)  # a live stream comes no faster than it is filmed
            kind = packet.stream.type
            if kind == self._absent and self._absence[0] <= at < self._absence[1]:
                self._next = at, packet = next(self._read)
                continue
            if kind == "video" and 0 <= self._shift_from <= at:
                shift = round(SHIFT_SECONDS / packet.time_base)
                packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
            stamp = [round(float(value * packet.time_base) * 1000) for value in (packet.dts, packet.pts)]
            self._packets.append([kind, *stamp, packet.size, hashlib.sha256(bytes(packet)).hexdigest()])
            packet.stream = self._targets[kind]
            self._output.mux_one(packet)
            self._next = at, packet = next(self._read)

    def end(self) -> list[list[Any]]:
        self._output.close()
        return self._packets

    def _all_packets(self) -> Iterator[tuple[float, Any]]:
        """Second of the stream, and the packet."""
        offset = 0.0
        while True:
            with av.open(self._clip) as source:
                end = offset
                for packet in source.demux(*source.streams.video[:1], *source.streams.audio[:1]):
                    if packet.dts is None or packet.pts is None:
                        continue
                    at = offset + float(packet.dts * packet.time_base)
                    end = max(end, at + float((packet.duration or 0) * packet.time_base))
                    shift = round(offset / float(packet.time_base))
                    packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
                    yield at, packet
                offset = end


def _obey(clip: str, url: str, speed: float, shift_from: float, absent: str) -> None:
    stream: _Stream | None = None
    print("ready", flush=True)
    for line in sys.stdin:
        order, *words = line.split()
        if order == "connect":
            stream = _Stream(clip, url, speed, shift_from, absent)
        elif stream is not None:
            stream.send(float(words[0]))
        print("done", flush=True)
    print(json.dumps({"packets": [] if stream is None else stream.end()}), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is its parent's, which ends it
    _obey(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
