"""The objects of the local OSS: their names, their metadata in the store, their data as immutable blob files.

Order of a write: blob file complete, then the transaction, then the answer; what the transaction replaced is unlinked
after it. So a row always has its file, and a killed process loses nothing that was acknowledged.
Choice: a bucket comes into being with the first write to it, for comfort; OSS wants PutBucket first.
"""

from __future__ import annotations

import json
import mimetypes
import re
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ims_mcp.local.oss import cors
from ims_mcp.local.oss.blobs import Blob, Blobs
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.store import Store, insert_row

# Keys are BLOBs: they compare as bytes, which is the order OSS lists in.
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS buckets (
  name TEXT PRIMARY KEY,
  created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  bucket TEXT NOT NULL REFERENCES buckets (name),
  key BLOB NOT NULL,
  kind TEXT NOT NULL,
  blob TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  md5 BLOB NOT NULL,
  etag TEXT NOT NULL,
  crc64 TEXT NOT NULL,
  description TEXT NOT NULL,
  modified REAL NOT NULL,
  PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL REFERENCES buckets (name),
  key BLOB NOT NULL,
  description TEXT NOT NULL,
  initiated REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE IF NOT EXISTS parts (
  upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  blob TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  md5 BLOB NOT NULL,
  crc64 TEXT NOT NULL,
  modified REAL NOT NULL,
  PRIMARY KEY (upload_id, number)
) WITHOUT ROWID;
{cors.SCHEMA}
"""

MAX_KEY_BYTES = 1023
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
DEFAULT_CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Description:
    """What a client says of an object and gets back with it.

    ``headers`` are Cache-Control and its like, ``metadata`` the x-oss-meta- headers without that prefix; both by
    lower-case name, values as Latin-1 text (the bytes that travelled).
    """

    content_type: str = DEFAULT_CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> str:
        """As the store keeps it."""
        return json.dumps([self.content_type, dict(self.headers), dict(self.metadata)])

    @classmethod
    def from_json(cls, text: str) -> Description:
        """What :meth:`to_json` wrote."""
        content_type, headers, metadata = json.loads(text)
        return cls(content_type, headers, metadata)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as it is now. ``path`` is never changed, but is unlinked when the object is replaced or deleted."""

    bucket: str
    key: str
    kind: str
    """``Normal``, or ``Multipart``."""
    blob: Blob
    path: Path
    etag: str
    """Upper-case hexadecimal, unquoted; ``MD5-N`` for N parts."""
    modified: float
    """Epoch seconds."""
    description: Description

    @property
    def size_bytes(self) -> int:
        """Of the data."""
        return self.blob.size_bytes

    @property
    def content_md5(self) -> str | None:
        """Base64, as in a Content-MD5 header; a multipart object has none."""
        return b64encode(self.blob.md5).decode("ascii") if self.kind == "Normal" else None


class Objects:
    """``data_dir/objects`` holds the blobs. Bad names raise OssError (InvalidBucketName, InvalidObjectName)."""

    def __init__(self, store: Store, data_dir: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.blobs = Blobs(data_dir / "objects")
        self.clock = clock

    async def sweep(self) -> int:
        """Remove what a killed process left behind; how many files. Call once, before anything is served."""
        rows = await self.store.fetch("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")
        return await self.blobs.sweep(frozenset(row["blob"] for row in rows))

    async def ensure_bucket(self, name: str) -> None:
        """Create the bucket unless it is there."""
        check_bucket(name)
        await self.store.write(lambda connection: add_bucket(connection, name, self.clock()))

    async def stat(self, bucket: str, key: str) -> StoredObject | None:
        """The object as it is now; None where there is no such object, or no such bucket."""
        place = (check_bucket(bucket), encode_key(key))
        rows = await self.store.fetch("SELECT * FROM objects WHERE bucket = ? AND key = ?", place)
        return self._read_object(rows[0]) if rows else None

    async def put_file(self, bucket: str, key: str, source: Path, *, content_type: str | None = None) -> StoredObject:
        """Move a file in as an object. Its Content-Type is guessed from the key where none is given."""
        check_bucket(bucket)
        encode_key(key)
        guessed = content_type or mimetypes.guess_type(key)[0] or DEFAULT_CONTENT_TYPE
        return await self.put_blob(bucket, key, await self.blobs.take(source), Description(guessed))

    async def put_blob(
        self,
        bucket: str,
        key: str,
        blob: Blob,
        description: Description,
        *,
        kind: str = "Normal",
        etag: str | None = None,
        forbid_overwrite: bool = False,
        before: Callable[[sqlite3.Connection], Sequence[str]] | None = None,
    ) -> StoredObject:
        """Make a finished blob the object's data. FileAlreadyExists where it may not be overwritten.

        ``before`` runs first in the same transaction (it may raise, and names blobs that are then no longer needed).
        The blob is discarded when the transaction fails.
        """
        check_bucket(bucket)
        encoded = encode_key(key)
        etag = etag or blob.md5.hex().upper()
        modified = self.clock()

        def write(connection: sqlite3.Connection) -> list[str]:
            unneeded = list(before(connection)) if before is not None else []
            query = "SELECT blob FROM objects WHERE bucket = ? AND key = ?"
            replaced = connection.execute(query, (bucket, encoded)).fetchone()
            if replaced is not None:
                if forbid_overwrite:
                    raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
                unneeded.append(replaced["blob"])
            add_bucket(connection, bucket, modified)
            row = {"bucket": bucket, "key": encoded, "kind": kind, "etag": etag, "modified": modified, **blob.to_row()}
            insert_row(connection, "objects", row | {"description": description.to_json()}, replaces=True)
            return unneeded

        await self.replace(write, new=blob)
        return StoredObject(bucket, key, kind, blob, self.blobs.locate(blob.name), etag, modified, description)

    async def delete(self, bucket: str, key: str) -> bool:
        """Whether there was such an object."""
        return bool(await self.delete_all(bucket, [key]))

    async def delete_all(self, bucket: str, keys: Sequence[str]) -> int:
        """Delete many in one transaction; how many there were."""
        check_bucket(bucket)
        encoded = [encode_key(key) for key in keys]

        def remove(connection: sqlite3.Connection) -> list[str]:
            query = "DELETE FROM objects WHERE bucket = ? AND key = ? RETURNING blob"
            found = (connection.execute(query, (bucket, key)).fetchall() for key in encoded)
            return [row["blob"] for rows in found for row in rows]

        names = await self.store.write(remove)
        await self.blobs.discard(names)
        return len(names)

    async def replace(self, write: Callable[[sqlite3.Connection], Sequence[str]], *, new: Blob) -> None:
        """Run a transaction that puts ``new`` to use and names the blobs it replaced."""
        try:
            replaced = await self.store.write(write)
        except Exception:
            # Not on cancellation: the transaction may yet be committed, and a sweep finds the file if it is not.
            await self.blobs.discard([new.name])
            raise
        await self.blobs.discard(replaced)

    def _read_object(self, row: sqlite3.Row) -> StoredObject:
        return StoredObject(
            bucket=row["bucket"],
            key=row["key"].decode("utf-8"),
            kind=row["kind"],
            blob=Blob.from_row(row),
            path=self.blobs.locate(row["blob"]),
            etag=row["etag"],
            modified=row["modified"],
            description=Description.from_json(row["description"]),
        )


def add_bucket(connection: sqlite3.Connection, name: str, now: float) -> None:
    """Unless it is there."""
    connection.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?)", (name, now))


def check_bucket(name: str) -> str:
    """The name itself; InvalidBucketName unless 3 to 63 of a-z, 0-9 and inner hyphens."""
    if not BUCKET_NAME.fullmatch(name):
        raise OssError("InvalidBucketName", "The bucket name is not valid.", BucketName=name)
    return name


def encode_key(key: str) -> bytes:
    """The key in UTF-8, as it is stored and ordered. InvalidObjectName: empty, over 1023 bytes, a leading / or \\."""
    try:
        encoded = key.encode("utf-8")
    except UnicodeEncodeError:
        raise OssError("InvalidObjectName", "The object name is not valid UTF-8.") from None
    if not encoded or len(encoded) > MAX_KEY_BYTES or encoded[:1] in (b"/", b"\\"):
        raise OssError("InvalidObjectName", "The object name is not valid.", ObjectName=key)
    return encoded
