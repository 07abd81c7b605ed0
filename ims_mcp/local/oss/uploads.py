"""Multipart uploads: begun, filled part by part in any order, completed into an object or aborted."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ims_mcp.local.oss.blobs import Blob
from ims_mcp.local.oss.bucket_requests import read_bucket_creation
from ims_mcp.local.oss.description import Description
from ims_mcp.local.oss.errors import OssError, no_such_upload
from ims_mcp.local.oss.listing import Page, list_page
from ims_mcp.local.oss.objects import (
    Objects,
    StoredObject,
    add_bucket,
    check_bucket,
    encode_key,
    settle_description,
)
from ims_mcp.local.store import insert_row

MIN_PART_BYTES = 100 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload that has not ended. ``initiated`` is in epoch seconds."""

    id: str
    bucket: str
    key: str
    description: Description
    initiated: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has arrived. ``modified`` is in epoch seconds."""

    number: int
    blob: Blob
    modified: float


class Uploads:
    """The state of uploads is in the store: they survive a restart, as their parts do."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._store = objects.store

    async def begin(self, bucket: str, key: str, description: Description) -> Upload:
        """A new one, without parts. Two for one key do not know each other."""
        check_bucket(bucket)
        encoded = encode_key(key)
        upload = Upload(uuid.uuid4().hex.upper(), bucket, key, description, self._objects.clock())

        def insert(connection: sqlite3.Connection) -> None:
            add_bucket(connection, bucket, upload.initiated)
            settled = settle_description(connection, bucket, description)
            row = {"id": upload.id, "bucket": bucket, "key": encoded, "initiated": upload.initiated}
            insert_row(connection, "uploads", row | {"description": settled.to_json()})

        await self._store.write(insert)
        return upload

    async def find(self, bucket: str, key: str, upload_id: str) -> Upload:
        """NoSuchUpload, also where the id belongs to another key; NoSuchBucket."""
        check_bucket(bucket)
        encoded = encode_key(key)

        def select(connection: sqlite3.Connection) -> sqlite3.Row:
            read_bucket_creation(connection, bucket)
            query = "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
            row = connection.execute(query, (upload_id, bucket, encoded)).fetchone()
            if row is None:
                raise no_such_upload(upload_id)
            return row

        return _read_upload(await self._store.read(select))

    async def put_part(self, upload: Upload, number: int, blob: Blob) -> Part:
        """A part of the same number replaces the one before."""
        part = Part(number, blob, self._objects.clock())

        def write(connection: sqlite3.Connection) -> list[str]:
            _check_there(connection, upload)
            query = "SELECT blob FROM parts WHERE upload_id = ? AND number = ?"
            replaced = connection.execute(query, (upload.id, number)).fetchall()
            row = {"upload_id": upload.id, "number": number, "modified": part.modified, **blob.to_row()}
            insert_row(connection, "parts", row, replaces=True)
            return [row["blob"] for row in replaced]

        await self._objects.replace(write, new=blob)
        return part

    async def list_parts(self, upload: Upload, *, after: int = 0, limit: int = 10_000) -> list[Part]:
        """By number; NoSuchUpload once it has ended."""

        def select(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            _check_there(connection, upload)
            query = "SELECT * FROM parts WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?"
            return connection.execute(query, (upload.id, after, limit)).fetchall()

        rows = await self._store.read(select)
        return [Part(row["number"], Blob.from_row(row), row["modified"]) for row in rows]

    async def complete(
        self, upload: Upload, wanted: Sequence[tuple[int, str]] | None, *, forbid_overwrite: bool
    ) -> StoredObject:
        """Make the object of the ``wanted`` parts (number, ETag), or of all there are (None); of none an empty one.

        InvalidPartOrder, InvalidPart (missing, or of another ETag), EntityTooSmall (all but the last have 100 KB),
        InvalidEncryptionRequest (a client that encrypts has said another size).
        """
        chosen = _choose_parts(await self.list_parts(upload), wanted)
        _check_encrypted_size(upload, chosen)
        try:
            blob = await self._objects.blobs.merge([part.blob for part in chosen])
        except FileNotFoundError:
            # Aborted, completed, or a part replaced, while the parts were being joined.
            raise no_such_upload(upload.id) from None

        def consume(connection: sqlite3.Connection) -> list[str]:
            there = _remove(connection, upload)
            if not {part.blob.name for part in chosen}.issubset(there):
                raise OssError("InvalidPart", "A part was replaced while the upload was being completed.")
            return there

        return await self._objects.put_blob(
            upload.bucket,
            upload.key,
            blob,
            upload.description,
            kind="Multipart",
            etag=f"{blob.etag}-{len(chosen)}",
            forbid_overwrite=forbid_overwrite,
            before=consume,
        )

    async def abort(self, upload: Upload) -> None:
        """Forget it and its parts; NoSuchUpload once it has ended."""
        await self._objects.blobs.discard(await self._store.write(lambda connection: _remove(connection, upload)))

    async def list_unfinished(
        self, bucket: str, *, prefix: str, delimiter: str, key_marker: str, id_marker: str, size: int
    ) -> tuple[Page, list[Upload]]:
        """Unfinished uploads by key and id, behind the markers, a page at a time (and its rows read); NoSuchBucket."""
        marker = key_marker.encode()

        def read(connection: sqlite3.Connection) -> Page:
            read_bucket_creation(connection, bucket)

            def select(start: bytes, inclusive: bool) -> sqlite3.Cursor:
                if id_marker and not inclusive and start == marker:
                    where, values = "(key, id) > (?, ?)", (start, id_marker)
                else:
                    where, values = f"key {'>=' if inclusive else '>'} ?", (start,)
                query = f"SELECT * FROM uploads WHERE bucket = ? AND {where} ORDER BY key, id"  # noqa: S608 - fixed words
                return connection.execute(query, (bucket, *values))

            return list_page(select, prefix=prefix.encode(), delimiter=delimiter.encode(), marker=marker, size=size)

        page = await self._store.read(read)
        return page, [_read_upload(row) for row in page.rows]


def _choose_parts(there: Sequence[Part], wanted: Sequence[tuple[int, str]] | None) -> Sequence[Part]:
    if wanted is None:
        chosen = there
    else:
        numbers = [number for number, _ in wanted]
        if any(left >= right for left, right in pairwise(numbers)):
            raise OssError(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. Parts list must specified in order by part number.",
            )
        by_number = {part.number: part for part in there}
        for number, etag in wanted:
            part = by_number.get(number)
            if part is None or part.blob.etag != etag.strip().strip('"').upper():
                raise OssError(
                    "InvalidPart",
                    "One or more of the specified parts could not be found or the specified entity tag might not have"
                    " matched the part's entity tag.",
                    PartNumber=str(number),
                    ETag=etag,
                )
        chosen = [by_number[number] for number in numbers]
    for part in chosen[:-1]:
        if part.blob.size_bytes < MIN_PART_BYTES:
            raise OssError(
                "EntityTooSmall",
                "Your proposed upload smaller than the minimum allowed size.",
                PartNumber=str(part.number),
                ProposedSize=str(part.blob.size_bytes),
                MinSizeAllowed=str(MIN_PART_BYTES),
            )
    return chosen


def _check_encrypted_size(upload: Upload, parts: Sequence[Part]) -> None:
    said = upload.description.metadata.get("client-side-encryption-data-size")
    size_bytes = sum(part.blob.size_bytes for part in parts)
    if said is not None and said != str(size_bytes):
        message = f"The parts have {size_bytes} bytes in all, where client-side-encryption-data-size says {said[:30]}."
        raise OssError("InvalidEncryptionRequest", message)


def _check_there(connection: sqlite3.Connection, upload: Upload) -> None:
    if connection.execute("SELECT 1 FROM uploads WHERE id = ?", (upload.id,)).fetchone() is None:
        raise no_such_upload(upload.id)


def _remove(connection: sqlite3.Connection, upload: Upload) -> list[str]:
    """The upload and its parts, whose blobs are named; NoSuchUpload once it has ended."""
    _check_there(connection, upload)
    rows = connection.execute("SELECT blob FROM parts WHERE upload_id = ?", (upload.id,)).fetchall()
    connection.execute("DELETE FROM uploads WHERE id = ?", (upload.id,))
    return [row["blob"] for row in rows]


def _read_upload(row: sqlite3.Row) -> Upload:
    return Upload(
        id=row["id"],
        bucket=row["bucket"],
        key=row["key"].decode("utf-8"),
        description=Description.from_json(row["description"]),
        initiated=row["initiated"],
    )
