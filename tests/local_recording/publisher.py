"""A publisher in a process of its own: sends a clip to an RTMP address at the speed it plays, without re-encoding.

``python publisher.py CLIP URL SECONDS``; it goes through the clip again where SECONDS are more, and
says one line with ``{"packets": [[kind, dts_ms, pts_ms, size, sha256], …]}`` at the end: what it has sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import av

from ims_mcp.local.isolation import clean_environment, neutral_directory


def publish(clip: str, url: str, seconds: float) -> list[list[Any]]:
    """Kind, dts and pts in ms, size and digest of every packet sent."""
    sent: list[list[Any]] = []
    began, offset = time.monotonic(), 0.0
    with av.open(url, "w", format="flv", container_options={"flush_packets": "1"}) as output:
        targets: dict[str, Any] = {}
        while offset < seconds:
            with av.open(clip) as source:
                streams = [*source.streams.video[:1], *source.streams.audio[:1]]
                for stream in streams:
                    if stream.type not in targets:
                        targets[stream.type] = output.add_stream_from_template(stream)
                end = offset
                for packet in source.demux(streams):
                    if packet.dts is None or packet.pts is None:
                        continue
                    at = offset + float(packet.dts * packet.time_base)
                    if at >= seconds:
                        continue
                    end = max(end, at + float((packet.duration or 0) * packet.time_base))
                    if (wait := began + at - time.monotonic()) > 0:
                        time.sleep(wait)
                    shift = round(offset / float(packet.time_base))
                    packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
                    kind = packet.stream.type
                    stamp = [round(float(value * packet.time_base) * 1000) for value in (packet.dts, packet.pts)]
                    sent.append([kind, *stamp, packet.size, hashlib.sha256(bytes(packet)).hexdigest()])
                    packet.stream = targets[kind]
                    output.mux_one(packet)
                if end <= offset:
                    break
                offset = end
    return sent


class Publishing:
    """A publisher that has been started."""

    def __init__(self, clip: Path, url: str, seconds: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve()), str(clip.absolute()), url, str(seconds)],
            stdout=subprocess.PIPE,
            env=clean_environment(os.environ),
            cwd=neutral_directory(),
            text=True,
        )

    def finished(self, seconds: float = 120.0) -> list[tuple[str, int, int, int, str]]:
        """What was sent: kind, dts and pts in ms, size and digest of every packet."""
        out, _ = self._process.communicate(timeout=seconds)
        if self._process.returncode != 0:
            raise RuntimeError(f"the publisher ended with code {self._process.returncode}: {out[-500:]}")
        return [cast("tuple[str, int, int, int, str]", tuple(packet)) for packet in json.loads(out)["packets"]]

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def publishing(clip: Path, url: str, seconds: float) -> Generator[Publishing]:
    """Killed on the way out if it still runs."""
    publisher = Publishing(clip, url, seconds)
    try:
        yield publisher
    finally:
        publisher.kill()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is its parent's, which ends it
    sys.stdout.write(json.dumps({"packets": publish(sys.argv[1], sys.argv[2], float(sys.argv[3]))}))
