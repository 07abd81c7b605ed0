"""Recording templates: the system's own, which are read-only, and custom ones in the store."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ims_mcp.local.recording.record_format import DEFAULT_CYCLE_SECONDS, DEFAULT_FILE_PATTERN, RecordFormat
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.store import Store, insert_row

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


def _system(name: str, *formats: str) -> Template:
    entries = tuple(
        RecordFormat(name, DEFAULT_CYCLE_SECONDS, DEFAULT_FILE_PATTERN, 30, "record/{JobId}/{UnixTimestamp}_{Sequence}")
        if name == "m3u8"
        else RecordFormat(name, DEFAULT_CYCLE_SECONDS, DEFAULT_FILE_PATTERN)
        for name in formats
    )
    template_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"ims-mcp local recording template {name}"))
    return Template(template_id, name, SYSTEM, entries, _SYSTEM_SINCE, _SYSTEM_SINCE)


SYSTEM_TEMPLATES = (
    _system("system-mp4", "mp4"),
    _system("system-flv", "flv"),
    _system("system-m3u8", "m3u8"),
    _system("system-mp4-flv-m3u8", "mp4", "flv", "m3u8"),
)
"""The same ones, with the same ids, in every data directory."""


class Templates:
    """An unknown id is ResourceNotFound; changing a system template is OperationDenied."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def all(self) -> list[Template]:
        """The oldest first."""
        query = "SELECT * FROM live_record_template ORDER BY sequence"
        rows = await self._store.read(lambda connection: connection.execute(query).fetchall())
        return [*SYSTEM_TEMPLATES, *(_template(row) for row in rows)]

    async def get(self, template_id: str) -> Template:
        """The system's own ones too."""
        found = next((template for template in await self.all() if template.template_id == template_id), None)
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
        changed = await self._store.write(lambda connection: connection.execute(query, values).rowcount)
        if not changed:
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


def _template(row: sqlite3.Row) -> Template:
    return Template(
        template_id=row["template_id"],
        name=row["name"],
        kind=CUSTOM,
        formats=tuple(RecordFormat(**entry) for entry in json.loads(row["formats"])),
        created_at=row["created_at"],
        modified_at=row["modified_at"],
    )
