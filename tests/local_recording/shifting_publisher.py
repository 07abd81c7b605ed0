"""A publisher whose picture has a clock of its own: from a moment on its time stamps lie an hour ahead of the sound's.

``python -m tests.local_recording.shifting_publisher CLIP URL SECONDS FROM_SECOND``
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av

SHIFT_SECONDS = 3600


def publish(clip: str, url: str, seconds: float, from_second: float) -> None:
    began = time.monotonic()
    # Without waiting for the stream that lies behind.
    options = {"flush_packets": "1", "max_interleave_delta": "1"}
    with av.open(clip) as source, av.open(url, "w", format="flv", container_options=options) as output:
        streams = [*source.streams.video[:1], *source.streams.audio[:1]]
        targets: dict[str, Any] = {stream.type: output.add_stream_from_template(stream) for stream in streams}
        for packet in source.demux(streams):
            if packet.dts is None or packet.pts is None:
                continue
            at = float(packet.dts * packet.time_base)
            if at >= seconds:
                return
            if (wait := began + at - time.monotonic()) > 0:
                time.sleep(wait)
            if packet.stream.type == "video" and at >= from_second:
                shift = round(SHIFT_SECONDS / packet.time_base)
                packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
            packet.stream = targets[packet.stream.type]
            output.mux_one(packet)


def run(clip: Path, url: str, seconds: float, from_second: float) -> None:
    """In a process of its own; returns when everything is sent."""
    command = [sys.executable, "-m", __name__, str(clip), url, str(seconds), str(from_second)]
    subprocess.run(command, check=True, timeout=120)


if __name__ == "__main__":
    publish(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
