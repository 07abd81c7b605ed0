"""What a bulk job is: its rows, its shards, and what is kept of each row. Everything is files below one place.

``job.json``                the job, written once, before anything is done
``control.json``            its last start: which one it is, what is tried again
``stop.json``               which start is to stop
``rate.json``               how fast it is to go
``rows/000000.jsonl``       a shard's rows as they were when the job was made: a line is a :class:`Row`
``outcomes/000000.jsonl``   what became of them: lines of :class:`Outcome`, each appended before its lane's next row
``report.json``, ``report.csv``   at the end
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Self

from pydantic import TypeAdapter

SHARD_ROWS = 250
MOST_GIVEN_ROWS = 1_000
"""Given with a call, in place of a source."""
JOB, REPORT = "job.json", "report.json"
CONTROL, STOP, RATE = "control.json", "stop.json", "rate.json"
ROWS, OUTCOMES = "rows", "outcomes"


class Kind(StrEnum):
    """What is done with each row."""

    REGISTER = "register"
    UPLOAD = "upload"
    UPDATE = "update"
    SUBMIT = "submit"
    DELETE = "delete"


class RowState(StrEnum):
    """How far a row is."""

    BEGUN = "begun"
    """It may have been sent. Written before a call that must not be sent twice and has no ClientToken."""
    LEFT = "left"
    """It was begun and has not been sent: the job was stopped before. As if nothing had been written of it."""
    DONE = "done"
    EXISTS = "exists"
    """It was there before: nothing had to be done."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was sent, and nobody knows whether it was carried out: it is not sent again by itself."""


class _Written:
    """Kept as one line of JSON, without what is as it is by default."""

    __slots__ = ()

    def encode(self) -> bytes:
        """With the end of its line."""
        return _adapt(type(self)).dump_json(self, exclude_defaults=True) + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Self:
        """Raises ValueError for a line that is broken off, or is something else."""
        return _adapt(cls).validate_json(line)


@dataclass(frozen=True, slots=True)
class Row(_Written):
    """One thing to do."""

    number: int
    """From 0, over the whole job."""
    line: int
    """Where it stood in its source, from 1: the line of a file, or its place in a listing."""
    arguments: dict[str, Any]
    """Checked, with the template's values filled in; for an upload those of upload_media."""


@dataclass(frozen=True, slots=True)
class Outcome(_Written):
    """What became of a row; of several the last counts."""

    row: int
    state: RowState
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """What was made, such as MediaId."""
    problem_class: str = ""
    """By what failures are counted and tried again: the service's error code, or a word of ours (``timeout``, …)."""
    problem: str = ""
    """In words, at most 300 characters, cleaned."""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class BulkJob(_Written):
    """Written once; what changes while it runs is :class:`Control`."""

    job_id: str
    kind: Kind
    operation: str
    """CamelCase, such as RegisterMediaInfo; UploadMedia for uploads."""
    total_rows: int
    source: str
    """Where the rows came from, in words."""
    created_at: float
    """Epoch seconds."""
    account: str = ""
    region: str = ""
    shard_rows: int = SHARD_ROWS
    subject: str = ""
    """Who started it, where that is told apart: its workers have this caller's rights, as they are then."""
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any])
    confirmed: bool = False
    """Somebody agreed to all of it, by count and sample."""
    consent: tuple[str, str] | None = None
    """How and who: :class:`ims_mcp.call_origin.Consent`."""
    service: str = ""
    """Which IMS it was made for, as :attr:`ims_mcp.settings.Settings.service` says it; empty where nobody says."""

    later_rows: int = 0
    """That have come to its source since the dry run, and are no part of it."""

    @property
    def shard_count(self) -> int:
        """The last one may be shorter."""
        return -(-self.total_rows // self.shard_rows)

    def describe_later(self) -> str:
        """Empty where nothing has come."""
        come = f"{self.later_rows:,} more {'row has' if self.later_rows == 1 else 'rows have'} come"
        return f"{come} since the dry run: not part of this job" if self.later_rows else ""

    def make_client_token(self, row: int) -> str:
        """The same for the same row of the same job, whoever sends it and how often: 32 characters."""
        return hashlib.sha256(f"{self.job_id}/{row}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Control(_Written):
    """What is wanted of a job; workers look at it several times a second."""

    stop: bool = False
    """No row is begun any more; it can be resumed."""
    rate: float | None = None
    """Rows a second over all workers; None: as fast as the account's limit allows."""
    retry_classes: tuple[str, ...] = ()
    """Failures of these classes are tried again; ``*``: of all but UNKNOWN."""
    attempt: int = 1
    """How often it has been started or resumed: a shard's task is known by it."""


def name_shard(folder: str, number: int) -> str:
    """The file of a shard in :data:`ROWS` or :data:`OUTCOMES`."""
    return f"{folder}/{number:06d}.jsonl"


@cache
def _adapt(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
