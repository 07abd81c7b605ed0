"""What is wanted of a job, in a file for each who may say something of it: a start, a stop, a rate.

Each file is replaced as a whole and by itself, so that two who write at the very same moment never undo what the other
has said. A stop names the start that it stops. Jobs begun by earlier versions have all of it in ``control.json``.
"""

from __future__ import annotations

from dataclasses import replace

from ims_mcp.workflows.bulk.job import CONTROL, RATE, STOP, Control
from ims_mcp.workflows.bulk.place import JobPlace


async def read_control(place: JobPlace) -> Control | None:
    """None before the first start. What is broken counts as a stop: nobody knows what was wanted. Raises ImsError."""
    written = await place.read(CONTROL)
    if written is None:
        return None
    rate, stop = await place.read(RATE), await place.read(STOP)
    try:
        control = Control.decode(written)
        if rate is not None:
            control = replace(control, rate=Control.decode(rate).rate)
        if stop is not None and Control.decode(stop).attempt == control.attempt:
            control = replace(control, stop=True)
    except ValueError:
        return Control(stop=True)
    return control


async def write_start(place: JobPlace, rate: float | None, retry_classes: tuple[str, ...]) -> Control:
    """``rate`` None keeps the one there is. Raises ImsError."""
    if rate is not None:
        await write_rate(place, rate)
    before = await read_control(place) or Control(attempt=0)
    wanted = Control(rate=before.rate, retry_classes=retry_classes, attempt=before.attempt + 1)
    await place.write(CONTROL, wanted.encode())
    return await read_control(place) or wanted


async def write_stop(place: JobPlace) -> Control | None:
    """It counts once this returns, whoever has started the job meanwhile. None where it has never been started.
    Raises ImsError."""
    while (now := await read_control(place)) is not None and not now.stop:
        await place.write(STOP, Control(stop=True, attempt=now.attempt).encode())
    return now


async def write_rate(place: JobPlace, rate: float | None) -> Control | None:
    """None: no bound of its own. Raises ImsError."""
    await place.write(RATE, Control(rate=rate).encode())
    return await read_control(place)
