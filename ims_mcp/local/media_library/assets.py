"""What the media library keeps: assets, the files and marks that belong to them, categories; and its tables."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

from ims_mcp.local.media.pictures import PictureOptions
from ims_mcp.local.media_library.addresses import ObjectAddress

SCHEMA = """
CREATE TABLE IF NOT EXISTS media_category (
    cate_id INTEGER PRIMARY KEY AUTOINCREMENT,
    cate_name TEXT NOT NULL,
    parent_id INTEGER REFERENCES media_category (cate_id) ON DELETE CASCADE,
    level INTEGER NOT NULL,
    type TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS media_category_children ON media_category (parent_id);
CREATE TABLE IF NOT EXISTS media_asset (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    media_id TEXT NOT NULL UNIQUE,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    input_url TEXT NOT NULL,
    media_type TEXT NOT NULL,
    business_type TEXT NOT NULL,
    status TEXT NOT NULL,
    fail_reason TEXT,
    title TEXT NOT NULL,
    description TEXT,
    category TEXT,
    media_tags TEXT,
    cover_url TEXT,
    user_data TEXT,
    reference_id TEXT,
    cate_id INTEGER REFERENCES media_category (cate_id) ON DELETE SET NULL,
    wishes TEXT NOT NULL,
    pictures TEXT NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    deleted_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS media_asset_object ON media_asset (bucket, object_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS media_asset_reference ON media_asset (reference_id)
    WHERE deleted_at IS NULL AND reference_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS media_asset_created ON media_asset (created_at, sequence) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS media_asset_category ON media_asset (cate_id);
CREATE TABLE IF NOT EXISTS media_file (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT,
    media_id TEXT NOT NULL REFERENCES media_asset (media_id),
    file_type TEXT NOT NULL,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    input_url TEXT NOT NULL,
    status TEXT NOT NULL,
    due_at REAL NOT NULL,
    fail_reason TEXT,
    details TEXT NOT NULL DEFAULT '{}',
    stream_tags TEXT,
    user_data TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    UNIQUE (media_id, bucket, object_key)
);
CREATE INDEX IF NOT EXISTS media_file_pending ON media_file (due_at) WHERE status = 'Pending';
CREATE INDEX IF NOT EXISTS media_file_object ON media_file (bucket, object_key);
CREATE TABLE IF NOT EXISTS media_upload (
    file_id INTEGER PRIMARY KEY REFERENCES media_file (file_id) ON DELETE CASCADE,
    pulled INTEGER NOT NULL,
    definition TEXT,
    hdr_type TEXT,
    arrived_blob TEXT
);
CREATE TABLE IF NOT EXISTS media_mark (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    mark_id TEXT NOT NULL UNIQUE,
    media_id TEXT NOT NULL REFERENCES media_asset (media_id),
    fields TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS media_mark_of_asset ON media_mark (media_id);
CREATE TABLE IF NOT EXISTS client_token (
    token TEXT PRIMARY KEY,
    call_digest TEXT NOT NULL,
    media_id TEXT NOT NULL
);
"""
SOURCE_FILE, TRANSCODE_FILE = "source_file", "transcode_file"
# Uploading: the object is still to come. Pending is ours: a file still to be probed. No answer shows either.
UPLOADING, PENDING, NORMAL, UPLOAD_FAIL = "Uploading", "Pending", "Normal", "UploadFail"
INIT, PREPARING, PREPARE_FAIL = "Init", "Preparing", "PrepareFail"


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of an asset: the one it was registered with, or a stream attached later.

    ``details`` is what probing found, as GetMediaInfo shows it: {FileBasicInfo, AudioStreamInfoList, …}. ``due_at``
    changes whenever the object is to be probed anew. ``definition`` and ``hdr_type`` were said of an uploaded stream.
    """

    file_id: int
    media_id: str
    file_type: str
    address: ObjectAddress
    input_url: str
    status: str
    due_at: float
    fail_reason: str | None
    details: dict[str, Any]
    stream_tags: str | None
    user_data: str | None
    created_at: int
    modified_at: int
    definition: str | None
    hdr_type: str | None


@dataclass(frozen=True, slots=True)
class StoredPictures:
    """Object keys of the pictures made for an asset, in its own bucket. ``sprite`` is what SpriteImages says."""

    cover: str | None = None
    snapshots: tuple[str, ...] = ()
    sprites: tuple[str, ...] = ()
    sprite_info: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def keys(self) -> list[str]:
        """All of them."""
        return [*([self.cover] if self.cover else []), *self.snapshots, *self.sprites]

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> StoredPictures:
        """What :meth:`to_json` wrote."""
        stored: dict[str, Any] = json.loads(text)
        lists: dict[str, Any] = {name: tuple(stored.get(name, ())) for name in ("snapshots", "sprites")}
        return cls(**{**stored, **lists})


@dataclass(frozen=True, slots=True)
class Asset:
    """A media asset that exists, with the name of its category joined in. Times are epoch seconds."""

    sequence: int
    media_id: str
    address: ObjectAddress
    input_url: str
    media_type: str
    business_type: str
    status: str
    fail_reason: str | None
    title: str
    description: str | None
    category: str | None
    media_tags: str | None
    cover_url: str | None
    user_data: str | None
    reference_id: str | None
    cate_id: int | None
    cate_name: str | None
    options: PictureOptions
    """In the column ``wishes``."""
    pictures: StoredPictures
    created_at: int
    modified_at: int


def read_asset_row(row: sqlite3.Row) -> Asset:
    """A row of media_asset with cate_name joined in."""
    columns: dict[str, Any] = dict(row)
    del columns["deleted_at"]
    columns["address"] = ObjectAddress(columns.pop("bucket"), columns.pop("object_key"))
    columns["options"] = PictureOptions(**json.loads(columns.pop("wishes")))
    columns["pictures"] = StoredPictures.from_json(columns["pictures"])
    return Asset(**columns)


# Every select of files begins with it: read_file_row reads these columns.
SELECT_FILES = "SELECT f.*, u.definition, u.hdr_type FROM media_file f LEFT JOIN media_upload u USING (file_id)"


def read_file_row(row: sqlite3.Row) -> MediaFile:
    """A row of SELECT_FILES."""
    columns: dict[str, Any] = dict(row)
    columns["address"] = ObjectAddress(columns.pop("bucket"), columns.pop("object_key"))
    columns["details"] = json.loads(columns["details"])
    return MediaFile(**columns)
