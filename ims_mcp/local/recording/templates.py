"""Recording templates: the system's own, which are read-only, and custom ones in the store.

A template has an entry for each format: how long its files are and what they are called. Names are patterns with
variables in braces: ``{StartTime}`` is ``2026-01-31T08:00:00Z``, ``{EscapedStartTime}`` the same without what needs
escaping in a URL: ``2026-01-31-08-00-00``. ``{Sequence}`` counts files from 1 within a job and format, slices from 1
within a file.
"""

from __future__ import annotations

import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ims_mcp.local.rpc.service_errors import RpcFault, invalid
from ims_mcp.local.store import Store, insert_row
from ims_mcp.local.wire_values import write_utc

FORMATS = ("m3u8", "flv", "mp4")
DEFAULT_CYCLE_SECONDS = 6 * 3600
DEFAULT_SLICE_SECONDS = 30
DEFAULT_FILE_PATTERN = "record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}"

FILE_VARIABLES = ("JobId", "Sequence", "StartTime", "EndTime", "EscapedStartTime", "EscapedEndTime")
SLICE_VARIABLES = ("JobId", "UnixTimestamp", "Sequence")
MAX_BYTES = 255
_FILE_NEEDS = (("StartTime", "EscapedStartTime"), ("EndTime", "EscapedEndTime"))
_SLICE_NEEDS = (("UnixTimestamp",), ("Sequence",))
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """What one format of a template is recorded as."""

    format: str
    """``m3u8``, ``flv`` or ``mp4``."""
    cycle_seconds: int
    file_pattern: str
    slice_seconds: int | None = None
    slice_pattern: str | None = None
    """Both are there for m3u8, and only there."""

    def to_wire(self) -> dict[str, Any]:
        """As answers have it, and as it is stored."""
        shown: dict[str, Any] = {
            "Format": self.format,
            "CycleDuration": self.cycle_seconds,
            "OssObjectPrefix": self.file_pattern,
        }
        if self.format == "m3u8":
            shown |= {"SliceDuration": self.slice_seconds, "SliceOssObjectPrefix": self.slice_pattern}
        return shown


def read_record_formats(entries: Sequence[Mapping[str, Any]]) -> tuple[RecordFormat, ...]:
    """The entries of RecordFormat. RpcFault (InvalidParameter, MissingParameter) names the first that will not do."""
    if not entries:
        raise invalid("RecordFormat", "has to name at least one format")
    formats = tuple(_format(f"RecordFormat[{index}]", entry) for index, entry in enumerate(entries))
    names = [entry.format for entry in formats]
    if twice := {name for name in names if names.count(name) > 1}:
        raise invalid("RecordFormat", f"has {' and '.join(sorted(twice))} more than once")
    return formats


def _format(where: str, entry: Mapping[str, Any]) -> RecordFormat:
    name = str(entry.get("Format", "")).lower()
    if name not in FORMATS:
        raise invalid(f"{where}.Format", f"has to be {', '.join(FORMATS)}")
    cycle_seconds = int(entry.get("CycleDuration") or DEFAULT_CYCLE_SECONDS)
    if cycle_seconds < 1:
        raise invalid(f"{where}.CycleDuration", "has to be positive")
    pattern = str(entry.get("OssObjectPrefix") or DEFAULT_FILE_PATTERN)
    if problem := find_file_pattern_problem(pattern):
        raise invalid(f"{where}.OssObjectPrefix", problem)
    if name != "m3u8":
        return RecordFormat(name, cycle_seconds, pattern)
    slice_pattern = entry.get("SliceOssObjectPrefix")
    if not slice_pattern:
        raise RpcFault("MissingParameter", f"{where}.SliceOssObjectPrefix has to be given for m3u8.")
    if problem := find_slice_pattern_problem(str(slice_pattern)):
        raise invalid(f"{where}.SliceOssObjectPrefix", problem)
    slice_seconds = int(entry.get("SliceDuration") or DEFAULT_SLICE_SECONDS)
    if not 5 <= slice_seconds <= 30:
        raise invalid(f"{where}.SliceDuration", "has to be 5 to 30")
    return RecordFormat(name, cycle_seconds, pattern, slice_seconds, str(slice_pattern))


def find_file_pattern_problem(pattern: str) -> str | None:
    """Why files cannot be named so; None where they can."""
    return _find_problem(pattern, FILE_VARIABLES, _FILE_NEEDS)


def find_slice_pattern_problem(pattern: str) -> str | None:
    """Why slices cannot be named so; None where they can."""
    return _find_problem(pattern, SLICE_VARIABLES, _SLICE_NEEDS)


def make_file_key(
    pattern: str, extension: str, *, job_id: str, sequence: int, start: float, end: float, again: int = 1
) -> str:
    """The object's name; ``start`` and ``end`` are epoch seconds. ``again``: from 2 on another one than without."""
    values = {"JobId": job_id, "Sequence": str(sequence), "StartTime": write_utc(start), "EndTime": write_utc(end)}
    values |= {f"Escaped{name}": _escape(values[name]) for name in ("StartTime", "EndTime")}
    return _expand(pattern, extension, values, again)


def make_slice_key(pattern: str, *, job_id: str, sequence: int, start: float, again: int = 1) -> str:
    """The slice's name; ``start`` is in epoch seconds. ``again`` as for a file."""
    values = {"JobId": job_id, "Sequence": str(sequence), "UnixTimestamp": str(int(start))}
    return _expand(pattern, "ts", values, again)


def _find_problem(pattern: str, variables: tuple[str, ...], needs: tuple[tuple[str, ...], ...]) -> str | None:
    names = _VARIABLE.findall(pattern)
    if unknown := [name for name in names if name not in variables]:
        return f"has the unknown variable {{{unknown[0]}}}; there are {_enumerate(variables)}"
    for alternatives in needs:
        if not set(alternatives) & set(names):
            return f"has to contain {_enumerate(alternatives, ' or ')}"
    if len(pattern.encode("utf-8")) > MAX_BYTES:
        return f"is longer than {MAX_BYTES} bytes"
    if pattern.startswith(("/", "\\")):
        return "begins with a slash, which no object's name may"
    return None


def _enumerate(names: tuple[str, ...], separator: str = ", ") -> str:
    return separator.join(f"{{{name}}}" for name in names)


def _expand(pattern: str, extension: str, values: dict[str, str], again: int) -> str:
    key = _VARIABLE.sub(lambda found: values[found[1]], pattern).removesuffix(f".{extension}")
    return f"{key}.{extension}" if again == 1 else f"{key}_{again}.{extension}"


def _escape(text: str) -> str:
    return text.rstrip("Z").replace("T", "-").replace(":", "-")


SCHEMA = """
CREATE TABLE IF NOT EXISTS live_record_template (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    template_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    formats TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
"""
SYSTEM = "system"
CUSTOM = "custom"
_SYSTEM_SINCE = 1_660_694_400  # 17 August 2022, before anything a store holds


@dataclass(frozen=True, slots=True)
class Template:
    """A template, or the snapshot of one. Times are epoch seconds."""

    template_id: str
    name: str
    kind: str
    formats: tuple[RecordFormat, ...]
    created_at: int
    modified_at: int

    def to_json(self) -> str:
        """The snapshot a job keeps."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Template:
        """What :meth:`to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        formats = tuple(RecordFormat(**entry) for entry in fields.pop("formats"))
        return cls(**fields, formats=formats)


def _make_system_template(name: str, *formats: str) -> Template:
    entries = tuple(
        RecordFormat(name, DEFAULT_CYCLE_SECONDS, DEFAULT_FILE_PATTERN, 30, "record/{JobId}/{UnixTimestamp}_{Sequence}")
        if name == "m3u8"
        else RecordFormat(name, DEFAULT_CYCLE_SECONDS, DEFAULT_FILE_PATTERN)
        for name in formats
    )
    template_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"ims-mcp local recording template {name}"))
    return Template(template_id, name, SYSTEM, entries, _SYSTEM_SINCE, _SYSTEM_SINCE)


SYSTEM_TEMPLATES = (
    _make_system_template("system-mp4", "mp4"),
    _make_system_template("system-flv", "flv"),
    _make_system_template("system-m3u8", "m3u8"),
    _make_system_template("system-mp4-flv-m3u8", "mp4", "flv", "m3u8"),
)
"""The same ones, with the same ids, in every data directory."""


class Templates:
    """An unknown id is ResourceNotFound; changing a system template is OperationDenied."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def list_all(self) -> list[Template]:
        """The oldest first."""
        rows = await self._store.fetch("SELECT * FROM live_record_template ORDER BY sequence")
        return [*SYSTEM_TEMPLATES, *(_read_template(row) for row in rows)]

    async def get(self, template_id: str) -> Template:
        """The system's own ones too."""
        found = next((template for template in await self.list_all() if template.template_id == template_id), None)
        if found is None:
            raise _unknown(template_id)
        return found

    async def create(self, name: str, formats: tuple[RecordFormat, ...]) -> str:
        """Returns the new template's id."""
        now, template_id = int(self._clock()), str(uuid.uuid4())
        row = {"template_id": template_id, "name": name, "formats": _save(formats), "created_at": now}
        await self._store.write(
            lambda connection: insert_row(connection, "live_record_template", row | {"modified_at": now})
        )
        return template_id

    async def update(self, template_id: str, name: str, formats: tuple[RecordFormat, ...]) -> None:
        """Replaces name and formats; jobs keep the template they were submitted with."""
        query = "UPDATE live_record_template SET name = ?, formats = ?, modified_at = ? WHERE template_id = ?"
        await self._change(template_id, query, (name, _save(formats), int(self._clock()), template_id))

    async def delete(self, template_id: str) -> None:
        """Jobs keep the template they were submitted with."""
        await self._change(template_id, "DELETE FROM live_record_template WHERE template_id = ?", (template_id,))

    async def _change(self, template_id: str, query: str, values: tuple[Any, ...]) -> None:
        if any(template.template_id == template_id for template in SYSTEM_TEMPLATES):
            raise RpcFault("OperationDenied", f"{template_id} is a system template, which cannot be changed.")
        if not await self._store.change(query, values):
            raise _unknown(template_id)


def _unknown(template_id: str) -> RpcFault:
    known = ", ".join(f"{template.template_id} ({template.name})" for template in SYSTEM_TEMPLATES)
    return RpcFault(
        "ResourceNotFound",
        f"There is no recording template {template_id}.",
        recommend=f"ListLiveRecordTemplates shows the templates there are; the system's own are {known}.",
    )


def _save(formats: tuple[RecordFormat, ...]) -> str:
    return json.dumps([asdict(entry) for entry in formats])


def _read_template(row: sqlite3.Row) -> Template:
    return Template(
        template_id=row["template_id"],
        name=row["name"],
        kind=CUSTOM,
        formats=tuple(RecordFormat(**entry) for entry in json.loads(row["formats"])),
        created_at=row["created_at"],
        modified_at=row["modified_at"],
    )
