"""A job from its first row to its last, with its process killed at random moments and started again."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bulk.processes import Processes, read_memory
from benchmarks.child import environment
from ims_mcp.workflows.bulk.job import OUTCOMES, Outcome, RowState, name_shard
from tests.bulk.counting_service import CountingService
from tests.bulk.made_jobs import write_job

_LOOK_SECONDS = 0.2
_SAMPLES = 10


@dataclass
class AllRows:
    """What it came to. ``counted`` is what the service saw: rows made, tokens repeated, rows made twice."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    killed_at: list[int] = field(default_factory=list[int])
    """Rows made by then."""
    counted: dict[str, int] = field(default_factory=dict[str, int])
    outcomes: int = 0
    """Rows of which it is written down that they are done."""
    memory_bytes: list[int] = field(default_factory=list[int])
    """After each tenth of the rows."""
    peaks_bytes: list[int] = field(default_factory=list[int])
    """Of each process that was killed."""


def measure_all_rows(rows: int, kills: int, seed: int | None = None) -> AllRows:
    """Raises RuntimeError where the process ends by itself before the job is done."""
    chance, found = random.Random(seed), AllRows()
    moments = sorted(chance.randrange(1, rows) for _ in range(kills))
    samples = [rows * (each + 1) // (_SAMPLES + 1) for each in range(_SAMPLES)]
    with tempfile.TemporaryDirectory(prefix="ims-mcp-bulk-") as directory:
        folder, env = Path(directory) / "job", environment(Path(directory))
        job = write_job(folder, rows)
        with CountingService(env, rows) as service:
            processes = Processes(env, (service.endpoint, "memory://", str(folder)))
            began = time.monotonic()
            pid = processes.start()
            try:
                while not (ended := processes.find_ended()):
                    time.sleep(_LOOK_SECONDS * chance.random() if moments else _LOOK_SECONDS)
                    made = service.ask()["made"]
                    if samples and made >= samples[0]:
                        del samples[0]
                        found.memory_bytes.append(read_memory(pid))
                    if moments and made >= moments[0]:
                        del moments[0]
                        processes.kill(pid)
                        found.killed_at.append(made)
                        pid = processes.start()
            finally:
                processes.kill_all()
            found.seconds = time.monotonic() - began
            if ended != [0]:
                raise RuntimeError(f"the job's process ended with {ended}")
            found.cpu_seconds, found.peaks_bytes = processes.cpu_seconds, processes.peaks_bytes
            found.counted = {name: count for name, count in service.ask().items() if isinstance(count, int)}
        found.outcomes = sum(_count_done(folder / name_shard(OUTCOMES, each)) for each in range(job.shard_count))
    return found


def _count_done(file: Path) -> int:
    done: set[int] = set()
    for line in file.read_bytes().splitlines() if file.exists() else []:
        try:
            outcome = Outcome.decode(line)
        except ValueError:  # broken off by a kill
            continue
        if outcome.state is RowState.DONE:
            done.add(outcome.row)
    return len(done)
