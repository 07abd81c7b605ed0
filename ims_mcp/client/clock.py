"""The service's time: this machine's clock, put right by what a service says of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class ServiceClock:
    """One for all that is signed, calls and uploads: whoever is refused for its date puts it right for the others.

    Used from several threads. ``clock`` gives this machine's epoch seconds.
    """

    clock: Callable[[], float] = time.time
    offset_seconds: float = 0.0
    """The service's time minus this machine's; 0 until a service refused a date."""

    def now(self) -> float:
        """The service's time in epoch seconds."""
        return self.clock() + self.offset_seconds

    def set_to(self, service_time: float) -> None:
        """Take ``service_time`` (epoch seconds, of an answer that has just come) for the present moment."""
        self.offset_seconds = service_time - self.clock()
