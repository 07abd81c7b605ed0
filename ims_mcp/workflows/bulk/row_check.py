"""One row against the operation's table and this job's own rules: the arguments that will be sent, or why not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ims_mcp.catalogue.check import check
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.columns import Columns
from ims_mcp.workflows.bulk.doubles import SeenTexts
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.sources.raw import RawRow
from ims_mcp.workflows.local_files import UploadRules
from ims_mcp.workflows.named_assets import find_titles
from ims_mcp.workflows.transfers.run import check_type_is_known
from ims_mcp.workflows.transfers.store import VOD, locate_object

_PROBLEM_CHARACTERS = 300
_ANY_ENDPOINT = "https://oss-cn-shanghai.aliyuncs.com"
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
DOUBLE, SAME_OBJECT = "double", "same_object"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the check makes of a row."""

    line: int
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    """As they will be sent; empty with a problem."""
    text: str = ""
    """The same as JSON with its names in order: what tells one row from another."""
    problem_class: str = ""
    problem: str = ""
    """In words, cleaned, at most 300 characters."""
    size_bytes: int = 0

    @property
    def is_good(self) -> bool:
        return not self.problem_class


class _Bad(Exception):
    """A row that is not taken."""

    def __init__(self, problem_class: str, problem: str) -> None:
        super().__init__(problem)
        self.problem_class = problem_class


class RowCheck:
    """Of one pass over a source, in the order of its rows: it remembers which stood there before. Blocks on the disk
    for uploads."""

    def __init__(self, kind: Kind, columns: Columns, offers: frozenset[str], rules: UploadRules) -> None:
        self._kind = kind
        self._columns = columns
        self._offers = offers
        self._rules = rules
        self._seen = SeenTexts()
        self._objects = SeenTexts()

    def judge(self, raw: RawRow) -> Judged:
        """Raises nothing but bugs."""
        try:
            return self._take(raw)
        except _Bad as bad:
            return Judged(raw.line, problem_class=bad.problem_class, problem=plain(str(bad), _PROBLEM_CHARACTERS))

    def _take(self, raw: RawRow) -> Judged:
        if raw.problem_class:
            raise _Bad(raw.problem_class, raw.problem)
        arguments = self._check(raw)
        size_bytes = self._check_file(arguments, raw) if self._kind is Kind.UPLOAD else raw.size_bytes
        text = _ENCODER.encode(arguments)
        if not self._seen.add(text):
            raise _Bad(DOUBLE, "the same as a row before it: it is done once")
        name = self._name_object(arguments)
        if name and not self._objects.add(name):
            raise _Bad(SAME_OBJECT, f"{plain(name, 200)} stands in a row before it with other values")
        return Judged(raw.line, arguments, text, size_bytes=size_bytes)

    def _check(self, raw: RawRow) -> dict[str, Any]:
        columns = self._columns
        try:
            arguments = columns.merge(raw.values, self._offers)
        except KeyError as error:
            column = plain(str(error.args[0]), 60)
            raise _Bad("missing_column", f"has no column {column!r}, which the template names") from None
        if not arguments.keys() <= columns.parameters.keys():
            unknown = next(name for name in arguments if name not in columns.parameters)
            raise _Bad("unknown_column", f"{plain(unknown, 60)}: {columns.explain_unknown(unknown)}")
        try:
            checked = check(columns.operation, arguments)
        except InvalidArguments as error:
            first = error.problems[0].path if error.problems else ""
            told = "; ".join(str(problem) for problem in error.problems[:3])
            raise _Bad(f"invalid {plain(first.partition('.')[0].partition('[')[0], 40)}".strip(), told) from None
        if titles := find_titles(columns.operation, checked):
            raise _Bad(
                "title",
                f"title:{plain(titles[0], 60)} is not looked up in a bulk job: give the asset's id",
            )
        return checked

    def _check_file(self, arguments: Mapping[str, Any], raw: RawRow) -> int:
        """The file's size. Its place is looked at as well, so that nothing is found out after it was sent."""
        path = str(arguments["path"])
        try:
            destination = str(arguments.get("destination", VOD))
            if destination != VOD:
                bucket, key = locate_object(destination, path)
                UploadTarget(_ANY_ENDPOINT, bucket, key).require_usable()
                if "MediaType" not in arguments:
                    check_type_is_known(key)
            if raw.size_bytes:
                return raw.size_bytes
            source = self._rules.open(path)
        except ImsError as error:
            raise _Bad("file", error.explain()) from None
        try:
            return source.size
        finally:
            source.close()

    def _name_object(self, arguments: Mapping[str, Any]) -> str:
        """What only one row can be about; empty where several may be about the same."""
        if self._kind is Kind.REGISTER:
            return str(arguments.get("InputURL", ""))
        if self._kind is not Kind.UPLOAD:
            return ""
        destination = str(arguments.get("destination", VOD))
        if destination == VOD:
            return str(arguments["path"])
        bucket, key = locate_object(destination, str(arguments["path"]))
        return f"oss://{bucket}/{key}"
