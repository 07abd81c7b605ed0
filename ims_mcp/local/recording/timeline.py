"""Where the packets of a recording lie on its own clock, whatever clocks its connections and tracks have."""

from __future__ import annotations

PICTURE, SOUND = 0, 1
"""The streams."""
_JUMP_MS = 2_000
"""A stream that is so far ahead of all others has jumped."""
_LONE_JUMP_MS = 10_000
"""The same of a stream that is alone: a slide show may stand still for a while."""
_BACK_MS = 1_000
"""A stream that goes so far back has jumped; a smaller step back is put right packet by packet."""
_SHARED_MS = 1_500
"""Two streams whose time stamps are no further apart share a clock."""
_PICTURE_MS = 40
"""So much before its sound the time stamp of a picture may lie that arrives after it."""
_TURN_MS = 100
"""As far as two streams are apart that arrive in turns: a stream that jumps alone goes on where it stood itself."""


class Timeline:
    """Milliseconds since the first packet. A gap in the stream, and a jump in its time stamps, take no time here.

    Picture and sound of a stream mostly share a clock, and then keep their distance to the millisecond. Where their
    time stamps are too far apart for that, or one of them jumps and the other does not, each has a clock of its own,
    and what arrives together belongs together.
    """

    def __init__(self) -> None:
        self.end_ms = 0
        # Until when the packets of a stream are shown: now, and before the present connection.
        self._shown: dict[int, int] = {}
        self._shown_at_seam: dict[int, int] = {}
        # Of pictures that came one after the other, for their mean distance.
        self._pictures_ms = 0
        self._pictures = 0
        self._last: dict[int, int] = {}
        self._step: dict[int, int] = {}
        # Of the present connection, by stream: what is added to its time stamps, and the first of them.
        self._shift: dict[int, int] = {}
        self._first: dict[int, int] = {}
        # Of the connection before that brought something.
        self._former_shift: dict[int, int] = {}

    def reconnect(self) -> None:
        """The next packet comes from another connection: it follows on what was placed and shown last."""
        if self._shift:
            self._former_shift, self._shift = self._shift, {}
        self._first.clear()
        self._shown_at_seam = dict(self._shown)
        self.end_ms = max([self.end_ms, *self._shown.values()])

    def place(self, stream: int, dts_ms: int, delay_ms: int = 0) -> int:
        """The place of this stream's next packet, never before the one placed last. It is shown ``delay_ms`` later."""
        last_ms = self._last.get(stream)
        is_first = stream not in self._shift
        if is_first:
            self._first[stream] = dts_ms
            if self._goes_on(stream, dts_ms):
                self._shift[stream] = self._former_shift[stream]
            else:
                self._shift[stream] = self._find_shift(stream, dts_ms, self._first)
                if stream == PICTURE and last_ms is not None:
                    self._shift[stream] += self._align(dts_ms + self._shift[stream] + delay_ms)
        elif self._has_jumped(stream, dts_ms):
            self._shift[stream] = self._find_shift(stream, dts_ms, {})
        place_ms = dts_ms + self._shift[stream]
        if last_ms is not None:
            place_ms = max(place_ms, last_ms)
            if 0 < place_ms - last_ms < 1000:
                self._step[stream] = place_ms - last_ms
                if stream == PICTURE and not is_first:
                    self._pictures_ms += place_ms - last_ms
                    self._pictures += 1
        self._last[stream] = place_ms
        # Where the next connection begins: as far behind the last packet as that was behind the one before.
        step_ms = self._step.get(stream, 0)
        self.end_ms = max(self.end_ms, place_ms + step_ms)
        self._shown[stream] = max(self._shown.get(stream, 0), place_ms + delay_ms + step_ms)
        return place_ms

    def _goes_on(self, stream: int, dts_ms: int) -> bool:
        """Whether the connection before broke off so shortly before that its clock still tells the place.

        What it brought last is shown after it was sent, and so much may have been missed without a gap to close.
        """
        if stream not in self._former_shift or not self._shift.items() <= self._former_shift.items():
            return False
        ahead_ms = _SHARED_MS if self._shift else 0
        return self._last[stream] < dts_ms + self._former_shift[stream] <= self.end_ms + ahead_ms

    def _align(self, shown_ms: int) -> int:
        """What moves the first picture of a connection, shown at ``shown_ms``, behind all those of the one before.

        By whole pictures: players and tools tell the rate of a file from the distances of its pictures.
        """
        behind_ms = shown_ms - self._shown_at_seam.get(PICTURE, shown_ms)
        if not self._pictures:
            return max(0, -behind_ms)
        each_ms = self._pictures_ms / self._pictures
        return round(max(0, round(behind_ms / each_ms)) * each_ms) - behind_ms

    def _has_jumped(self, stream: int, dts_ms: int) -> bool:
        place_ms = dts_ms + self._shift[stream]
        ahead_ms = _JUMP_MS if len(self._shift) > 1 else _LONE_JUMP_MS
        return not self._last[stream] - _BACK_MS <= place_ms <= self.end_ms + ahead_ms

    def _find_shift(self, stream: int, dts_ms: int, first: dict[int, int]) -> int:
        """Another stream's shift where that fits, so that both keep their distance; else one of its own."""
        for other, shift in self._shift.items():
            if other == stream:
                continue
            began_together = other in first and abs(dts_ms - first[other]) <= _SHARED_MS
            if began_together or abs(dts_ms + shift - self.end_ms) <= _SHARED_MS:
                return shift
        # At the end of all that was placed, or right behind its own last packet where that is the same but for the
        # turn it has in arriving: otherwise every jump would put it a little later.
        if not self._shift and stream == SOUND and PICTURE in self._shown_at_seam:
            # Sound that comes first on a connection: its picture may bear a time stamp a turn before.
            return self.end_ms + _PICTURE_MS - dts_ms
        own_end_ms = self._last.get(stream, self.end_ms) + self._step.get(stream, 0)
        return (own_end_ms if stream in self._shift and self.end_ms - own_end_ms <= _TURN_MS else self.end_ms) - dts_ms
