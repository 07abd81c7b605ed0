"""The objects of the local OSS: their names, their metadata in the store, their data as blob files.

Order of a write: blob file complete, then the transaction, then the answer; what the transaction replaced is unlinked
after it. So a row always has its file, and a killed process loses nothing that was acknowledged.
Choice: a bucket comes into being with the first write to it, for comfort; OSS wants PutBucket first.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ims_mcp.local.oss import bucket_settings, cors
from ims_mcp.local.oss.blobs import Blob, Blobs
from ims_mcp.local.oss.description import DEFAULT_CONTENT_TYPE, Description
from ims_mcp.local.oss.errors import OssError, PositionNotEqualToLength
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
{cors.SCHEMA}{bucket_settings.SCHEMA}
"""

MAX_KEY_BYTES = 1023
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as it is now.

    ``path`` is never changed but by appending, which leaves the first ``size_bytes`` as they are; it is unlinked when
    the object is replaced or deleted.
    """

    bucket: str
    key: str
    kind: str
    """``Normal``, ``Multipart``, ``Appendable`` or ``Symlink``."""
    blob: Blob
    path: Path
    etag: str
    """Upper-case hexadecimal, unquoted; ``MD5-N`` for N parts; of an appendable object it is no MD5 of the data."""
    modified: float
    """Epoch seconds."""
    description: Description

    @property
    def size_bytes(self) -> int:
        """Of the data."""
        return self.blob.size_bytes

    @property
    def content_md5(self) -> str | None:
        """Base64, as in a Content-MD5 header; only a normal object has one."""
        return self.blob.content_md5 if self.kind == "Normal" else None


class Objects:
    """``data_dir/objects`` holds the blobs. Bad names raise OssError (InvalidBucketName, InvalidObjectName)."""

    def __init__(self, store: Store, data_dir: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.blobs = Blobs(data_dir / "objects")
        self.clock = clock
        self._appending = asyncio.Lock()

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
        etag = etag or blob.etag
        modified = self.clock()

        def write(connection: sqlite3.Connection) -> list[str]:
            nonlocal description
            unneeded = list(before(connection)) if before is not None else []
            query = "SELECT blob FROM objects WHERE bucket = ? AND key = ?"
            replaced = connection.execute(query, (bucket, encoded)).fetchone()
            if replaced is not None:
                if forbid_overwrite:
                    raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
                unneeded.append(replaced["blob"])
            add_bucket(connection, bucket, modified)
            description = settle_description(connection, bucket, description)
            row = {"bucket": bucket, "key": encoded, "kind": kind, "etag": etag, "modified": modified, **blob.to_row()}
            insert_row(connection, "objects", row | {"description": description.to_json()}, replaces=True)
            return unneeded

        await self.replace(write, new=blob)
        return StoredObject(bucket, key, kind, blob, self.blobs.locate(blob.name), etag, modified, description)

    async def append(self, bucket: str, key: str, position: int, blob: Blob, description: Description) -> StoredObject:
        """Put a finished blob behind what an appendable object holds; where there is no object it becomes one.

        ObjectNotAppendable, PositionNotEqualToLength. The blob is used up, whatever comes of it.
        """
        # One at a time: two that begin at the same position would write over each other.
        async with self._appending:
            there = await self.stat(bucket, key)
            if there is not None and there.kind == "Appendable":
                return await self._extend(there, position, blob)
            if there is not None or position != 0:
                await self.blobs.discard([blob.name])
                raise _not_appendable() if there is not None else PositionNotEqualToLength(0)

            def check_free(connection: sqlite3.Connection) -> list[str]:
                if _select_object(connection, bucket, encode_key(key)) is not None:
                    raise _not_appendable()
                return []

            etag = _name_appended(blob.md5)
            return await self.put_blob(bucket, key, blob, description, kind="Appendable", etag=etag, before=check_free)

    async def _extend(self, there: StoredObject, position: int, blob: Blob) -> StoredObject:
        place = (there.bucket, encode_key(there.key))
        if position != there.size_bytes:
            await self.blobs.discard([blob.name])
            raise PositionNotEqualToLength(there.size_bytes)
        try:
            longer = await self.blobs.extend(there.blob, blob)
        except FileNotFoundError:
            await self.blobs.discard([blob.name])
            raise PositionNotEqualToLength(0) from None  # deleted in this moment
        except BaseException:
            await self.blobs.discard([blob.name])
            raise
        row = {"size_bytes": longer.size_bytes, "md5": longer.md5, "crc64": str(longer.crc64)}
        row |= {"etag": _name_appended(longer.md5), "modified": self.clock()}

        def write(connection: sqlite3.Connection) -> list[str]:
            changes = ", ".join(f"{name} = ?" for name in row)
            query = f"UPDATE objects SET {changes} WHERE bucket = ? AND key = ? AND blob = ?"  # noqa: S608 - fixed names
            if connection.execute(query, (*row.values(), *place, longer.name)).rowcount == 0:
                raise _not_appendable()  # replaced in this moment
            return [blob.name]

        await self.replace(write, new=blob)
        return replace(there, blob=longer, etag=row["etag"], modified=row["modified"])

    async def change_description(
        self, bucket: str, key: str, change: Callable[[Description], Description], *, touches: bool = False
    ) -> StoredObject | None:
        """Describe an object anew, in one transaction; None where there is none. ``touches``: it counts as modified."""
        place = (check_bucket(bucket), encode_key(key))

        def write(connection: sqlite3.Connection) -> sqlite3.Row | None:
            row = _select_object(connection, *place)
            if row is None:
                return None
            text = change(Description.from_json(row["description"])).to_json()
            modified = self.clock() if touches else row["modified"]
            query = "UPDATE objects SET description = ?, modified = ? WHERE bucket = ? AND key = ?"
            connection.execute(query, (text, modified, *place))
            return _select_object(connection, *place)

        row = await self.store.write(write)
        return None if row is None else self._read_object(row)

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


def _select_object(connection: sqlite3.Connection, bucket: str, key: bytes) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
    ).fetchone()
    return row


def _name_appended(md5: bytes) -> str:
    # Of the shape that OSS gives such an ETag: it changes with every append and is no MD5.
    return f"{md5.hex()[:24].upper()}00000000"


def _not_appendable() -> OssError:
    return OssError("ObjectNotAppendable", "The object is not appendable")


def add_bucket(connection: sqlite3.Connection, name: str, now: float) -> None:
    """Unless it is there."""
    connection.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?)", (name, now))


def settle_description(connection: sqlite3.Connection, bucket: str, description: Description) -> Description:
    """With the bucket's storage class, unless it has one of its own."""
    if description.storage_class:
        return description
    return replace(description, storage_class=bucket_settings.find_settings(connection, bucket).storage_class)


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
    if len(encoded) > MAX_KEY_BYTES:
        raise OssError("InvalidObjectName", "The Length of Object name must be less than 1024.", ObjectName=key)
    if not encoded or encoded[:1] in (b"/", b"\\"):
        raise OssError("InvalidObjectName", "The object name is not valid.", ObjectName=key)
    return encoded
