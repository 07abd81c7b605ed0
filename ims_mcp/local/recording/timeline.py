"""Connections put one behind the other: a clock that only runs forward, whatever time stamps a publisher sends."""

from __future__ import annotations

_JUMP_MS = 10_000
_BACK_MS = 3_000


class Timeline:
    """Milliseconds since the first packet. A gap in the stream, and a jump in its time stamps, take no time here."""

    def __init__(self) -> None:
        self.end_ms = 0
        self._shift: int | None = None
        self._last: dict[int, int] = {}
        self._step: dict[int, int] = {}

    def reconnect(self) -> None:
        """The next packet comes from another connection: it follows on what was placed last."""
        self._shift = None

    def place(self, stream: int, dts_ms: int) -> int:
        """The place of this stream's next packet, never before the one placed last."""
        if self._shift is None or not self.end_ms - _BACK_MS <= dts_ms + self._shift <= self.end_ms + _JUMP_MS:
            self._shift = self.end_ms - dts_ms
        place_ms = dts_ms + self._shift
        last_ms = self._last.get(stream)
        if last_ms is not None:
            place_ms = max(place_ms, last_ms)
            if 0 < place_ms - last_ms < 1000:
                self._step[stream] = place_ms - last_ms
        self._last[stream] = place_ms
        # Where the next connection begins: as far behind the last packet as that was behind the one before.
        self.end_ms = max(self.end_ms, place_ms + self._step.get(stream, 0))
        return place_ms
