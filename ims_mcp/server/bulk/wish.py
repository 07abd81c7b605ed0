"""What a call of bulk_start asks for: a new job with rows from somewhere, or one that there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.server.bulk.desk import BulkDesk
from ims_mcp.server.reach import Target
from ims_mcp.workflows.bulk.job import MOST_GIVEN_ROWS, Kind
from ims_mcp.workflows.bulk.jobs import ALL_CLASSES
from ims_mcp.workflows.bulk.sources.folder import FolderFiles
from ims_mcp.workflows.bulk.sources.found_assets import LibraryQuery
from ims_mcp.workflows.bulk.sources.manifest import GivenRows, ManifestFile
from ims_mcp.workflows.bulk.sources.oss_prefix import OssPrefix
from ims_mcp.workflows.bulk.sources.raw import Source

_SOURCES = ("source", "rows", "find")
_OF_A_NEW_JOB = ("kind", "operation", *_SOURCES, "template", "skip_bad", "out")
_OF_A_JOB = ("confirm_rows", "retry")


def choose_source(desk: BulkDesk, kind: Kind, arguments: Mapping[str, Any], target: Target) -> Source:
    """Raises InvalidArguments where nothing, or more than one thing, says where rows come from."""
    named = [name for name in _SOURCES if name in arguments]
    if len(named) != 1:
        raise InvalidArguments("bulk_start", [Problem("source", "give one of source, rows and find")])
    if desk.is_shared and "out" not in arguments:
        raise InvalidArguments("bulk_start", [Problem("out", "missing: oss://bucket/prefix/ that keeps the job")])
    if "rows" in arguments:
        rows = cast("list[Any]", arguments["rows"])
        if not 0 < len(rows) <= MOST_GIVEN_ROWS:
            problem = f"1 to {MOST_GIVEN_ROWS:,}, and these are {len(rows):,}: put more into a file or a bucket"
            raise InvalidArguments("bulk_start", [Problem("rows", problem)])
        return GivenRows(rows)
    if "find" in arguments:
        return LibraryQuery(cast("dict[str, Any]", arguments["find"]))
    text = str(arguments["source"])
    if text.startswith("oss://"):
        return OssPrefix(text)
    if desk.is_shared:
        raise InvalidArguments(
            "bulk_start", [Problem("source", "has to be oss://bucket/prefix/; files here are nobody's")]
        )
    rules = target.transfers.rules
    if kind is Kind.UPLOAD and not text.lower().endswith((".csv", ".tsv", ".jsonl", ".ndjson")):
        return FolderFiles(text)
    return ManifestFile(Path(text), rules)


def check_together(arguments: Mapping[str, Any]) -> None:
    """Raises InvalidArguments for what belongs to another use of the tool."""
    idle, why = (
        (_OF_A_NEW_JOB, "is for a new job, and job_id names one that there is")
        if "job_id" in arguments
        else (_OF_A_JOB, "is for a job that there is: give job_id")
    )
    if problems := [Problem(name, why) for name in idle if name in arguments]:
        raise InvalidArguments("bulk_start", problems)


def read_retry(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    named = tuple(name for part in str(arguments.get("retry", "")).split(",") if (name := part.strip()))
    return (ALL_CLASSES,) if "all" in named else named
