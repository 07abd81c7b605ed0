"""How far the shards of a job have got: a few chains of shards, each done one after the other.

Of every job only so many shards are under way or queued at once: a small job that begins while a large one runs is not
behind all of it, and what is queued stays small however many rows there are. ``chains/NN.json`` says where a chain is,
so that a job that goes on looks at no shard that is done.
"""

from __future__ import annotations

import json

from ims_mcp.workflows.bulk.job import BulkJob, Control
from ims_mcp.workflows.bulk.place import JobPlace

CHAINS = 32
"""Shard n belongs to chain n modulo this. So many shards of a job are worked at together, at all machines."""
FOLDER = "chains"


def list_chains(job: BulkJob) -> range:
    """Those that have shards."""
    return range(min(CHAINS, job.shard_count))


async def read_next(place: JobPlace, chain: int, control: Control) -> int:
    """The shard the chain is at. All of it is gone through again where failures are to be tried again and this attempt
    has not got further yet, or where nothing readable is written down."""
    try:
        written = json.loads(await place.read(_name(chain)) or b"")
        shard, width, attempt = int(written["next"]), int(written["chains"]), int(written["attempt"])
    except (ValueError, KeyError, TypeError):
        return chain
    if width != CHAINS or shard % CHAINS != chain or (control.retry_classes and attempt != control.attempt):
        return chain
    return shard


async def write_next(place: JobPlace, done: int, control: Control) -> int:
    """The shard after ``done`` in its chain, which may be behind the last; written down."""
    shard = done + CHAINS
    written = {"next": shard, "chains": CHAINS, "attempt": control.attempt}
    await place.write(_name(done % CHAINS), json.dumps(written).encode())
    return shard


async def is_done(place: JobPlace, job: BulkJob, control: Control) -> bool:
    """Whether every chain is behind its last shard."""
    for chain in list_chains(job):
        if await read_next(place, chain, control) < job.shard_count:
            return False
    return True


def _name(chain: int) -> str:
    return f"{FOLDER}/{chain:02d}.json"
