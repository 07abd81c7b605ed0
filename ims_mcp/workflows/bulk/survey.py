"""All rows of a job, looked at once more before it is started: which of them somebody has to agree to, and what ties a
yes to just these."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.config.rights import Asking
from ims_mcp.workflows.bulk.job import ROWS, BulkJob, Row, name_shard
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.upload_table import UPLOAD
from ims_mcp.workflows.transfers.store import VOD

_MOST_SAMPLES = 5
_ORDER = (Asking.ALLOW, Asking.ASK, Asking.PAGE, Asking.DENY)

FindAsking = Callable[[Mapping[str, Any]], Asking]
"""What has to be done before a call with these arguments."""


@dataclass(slots=True)
class Survey:
    """What was found."""

    digest: str = ""
    asked_rows: int = 0
    denied_rows: int = 0
    asking: Asking = Asking.ALLOW
    """The strictest of what is wanted for any row that is not denied."""
    samples: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    """Of the rows that are asked about, or of all where none is."""


def find_call(operation: str, arguments: Mapping[str, Any]) -> tuple[Operation, Mapping[str, Any]]:
    """The call of the service that says what a row does: of an upload the one that makes its asset."""
    if operation != UPLOAD:
        return get_operation(operation), arguments
    if (destination := arguments.get("destination", VOD)) == VOD:
        return get_operation("CreateUploadMedia"), {}
    return get_operation("RegisterMediaInfo"), {**arguments, "InputURL": destination}


async def survey(job: BulkJob, place: JobPlace, find_asking: FindAsking) -> Survey:
    """Shard by shard, so that a million rows are as little to keep as a few."""
    found, hashed, first = Survey(), hashlib.sha256(), list[Mapping[str, Any]]()
    for number in range(job.shard_count):
        written = await place.read(name_shard(ROWS, number)) or b""
        hashed.update(written)
        for line in written.splitlines():
            arguments = Row.decode(line).arguments
            asking = find_asking(arguments)
            if asking is Asking.DENY:
                found.denied_rows += 1
                continue
            if len(first) < _MOST_SAMPLES:
                first.append(arguments)
            if asking is Asking.ALLOW:
                continue
            found.asked_rows += 1
            found.asking = max(found.asking, asking, key=_ORDER.index)
            if len(found.samples) < _MOST_SAMPLES:
                found.samples.append(arguments)
    found.samples = found.samples or first
    found.digest = hashed.hexdigest()
    return found
