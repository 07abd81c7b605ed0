"""Uploads: the VOD storage they go to, the credentials for one, and the files the library waits for.

A session is a row of media_upload beside its row of media_file, and goes with that. ``arrived_blob`` names the data
that was last handed on to be probed: an object with other data has come since, whichever process was told of it.
"""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
import uuid
from collections.abc import Callable
from urllib.parse import quote

from ims_mcp.local.identity import Identities
from ims_mcp.local.media_library import steps
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.asset_library import Registration
from ims_mcp.local.media_library.assets import (
    INIT,
    PENDING,
    SELECT_FILES,
    SOURCE_FILE,
    TRANSCODE_FILE,
    UPLOADING,
    MediaFile,
    StoredPictures,
    read_file_row,
)
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.policy import allow_object
from ims_mcp.local.rpc.service_errors import RpcFault, media_not_found
from ims_mcp.local.store import Columns, insert_row, update_row
from ims_mcp.local.wire_values import write_utc

VOD_BUCKET = f"outin-{uuid.uuid5(uuid.NAMESPACE_OID, 'ims-mcp local VOD storage').hex}"
"""Named as the service names its own buckets; the same one in every data directory."""
UPLOAD_REGIONS = ("cn-shanghai", "cn-beijing", "cn-shenzhen")
# What an upload consists of, in one piece or in parts; reading is no part of it, not even of the own key.
ACTIONS = ("oss:PutObject", "oss:AbortMultipartUpload", "oss:ListParts")


class VodStorage:
    """One bucket. Gives every file a place of its own: ``sv/1a2b3c4d-19b1f3c3110/1a2b3c4d-19b1f3c3110.mp4``."""

    def __init__(self, region: str, clock: Callable[[], float]) -> None:
        self._region = region
        self._clock = clock

    def make_address(self, folder: str, extension: str) -> ObjectAddress:
        """An address nothing lies at. RpcFault (OperationDenied) where the region has no VOD storage."""
        if self._region not in UPLOAD_REGIONS:
            raise RpcFault(
                "OperationDenied",
                f"There is no VOD storage in {self._region}: uploads are possible in {', '.join(UPLOAD_REGIONS)}.",
            )
        name = f"{secrets.token_hex(4)}-{int(self._clock() * 1000):x}"
        return ObjectAddress(VOD_BUCKET, f"{folder}/{name}/{name}.{extension}")

    def make_file_url(self, address: ObjectAddress) -> str:
        """FileURL as the service writes it: a public OSS host and no signature. Nothing of this machine is in it."""
        return f"http://{address.bucket}.oss-{self._region}.aliyuncs.com/{quote(address.key)}"


class UploadCredentials:
    """Every grant is a credential of its own: a new one takes nothing away from those before it."""

    def __init__(
        self, identities: Identities, endpoint: Callable[[], str], *, region: str, lifetime_seconds: float
    ) -> None:
        self._identities = identities
        self._endpoint = endpoint
        self._region = region
        self._lifetime_seconds = lifetime_seconds

    async def grant(self, address: ObjectAddress) -> dict[str, str]:
        """Both fields of an answer, each JSON in base64.

        UploadAddress: {Endpoint, Bucket, FileName}. UploadAuth: {AccessKeyId, AccessKeySecret, SecurityToken,
        Expiration (seconds, as text), ExpireUTCTime, Region}.
        """
        policy = allow_object(address.bucket, address.key, ACTIONS)
        identity = await self._identities.mint(seconds=self._lifetime_seconds, policy=policy)
        place = {"Endpoint": self._endpoint(), "Bucket": address.bucket, "FileName": address.key}
        credential = {
            "AccessKeyId": identity.access_key_id,
            "AccessKeySecret": identity.secret,
            "SecurityToken": identity.security_token or "",
            "Expiration": str(int(self._lifetime_seconds)),
            "ExpireUTCTime": write_utc(identity.expires_at or 0.0),
            "Region": self._region,
        }
        return {"UploadAddress": _encode(place), "UploadAuth": _encode(credential)}


def _encode(fields: dict[str, str]) -> str:
    return base64.b64encode(json.dumps(fields, separators=(",", ":")).encode("ascii")).decode("ascii")


# Keys of objects are stored as bytes.
_WITH_NEW_DATA = (
    f"{SELECT_FILES} JOIN objects o ON o.bucket = f.bucket AND o.key = CAST(f.object_key AS BLOB) "
    "WHERE u.file_id IS NOT NULL AND o.blob IS NOT u.arrived_blob"
)
# Two arrivals may fall on the same moment of a clock, but due_at has to tell them apart.
_LATER_SECONDS = 0.001


class UploadSessions:
    """``on_stored`` is told of every object; :meth:`catch_up` finds those nobody was told of."""

    def __init__(self, objects: Objects, registrar: Registrar, clock: Callable[[], float]) -> None:
        self._store = objects.store
        self._objects = objects
        self._registrar = registrar
        self._clock = clock

    async def open_asset(self, address: ObjectAddress, columns: Columns) -> Registration:
        """A new asset in status Init that waits for its file. ``columns`` as steps.insert_asset has them; RpcFault."""
        now = int(self._clock())
        return await self._store.write(lambda connection: insert_asset(connection, address, now, columns))

    async def open_stream(
        self, media_id: str, address: ObjectAddress, columns: Columns, quality: Columns
    ) -> Registration:
        """A stream that an asset waits for. ``columns``: input_url, user_data; ``quality``: definition, hdr_type.

        Raises RpcFault: ResourceNotFound.
        """
        now = int(self._clock())
        return await self._store.write(
            lambda connection: insert_stream(connection, media_id, address, now, columns, quality)
        )

    async def find_latest(self, media_id: str) -> ObjectAddress:
        """Where the upload begun last for an asset goes, unfinished ones first. RpcFault: ResourceNotFound."""

        def work(connection: sqlite3.Connection) -> ObjectAddress:
            if not steps.select_assets(connection, "a.media_id = ?", (media_id,), ""):
                raise media_not_found(media_id)
            query = f"{SELECT_FILES} WHERE f.media_id = ? AND NOT u.pulled ORDER BY f.status = ? DESC, f.file_id DESC"
            row = connection.execute(query, (media_id, UPLOADING)).fetchone()
            if row is None:
                raise RpcFault("ResourceNotFound", f"No upload was begun for the media asset {media_id}.")
            return read_file_row(row).address

        return await self._store.read(work)

    async def on_stored(self, bucket: str, key: str) -> None:
        """Called when an object is complete; anything but the object of a session is passed over."""
        await self.take(ObjectAddress(bucket, key))

    async def take(self, address: ObjectAddress) -> bool:
        """Hand what lies at ``address`` on to be probed. False where no session waits for it or it was taken before.

        A finished asset whose file is uploaded again keeps its id and is prepared anew.
        """
        query = f"{_WITH_NEW_DATA} AND f.bucket = ? AND f.object_key = ?"
        place = (address.bucket, address.key)
        if not await self._store.fetch(query, place):
            return False
        due_at = self._registrar.choose_due_time()

        def work(connection: sqlite3.Connection) -> tuple[MediaFile, float, StoredPictures] | None:
            row = connection.execute(query, place).fetchone()
            return None if row is None else _take_file(connection, read_file_row(row), due_at, int(self._clock()))

        taken = await self._store.write(work)
        if taken is None:
            return False
        file, due_at, outdated = taken
        self._registrar.begin(file.file_id, due_at)
        if outdated.keys:
            # Before any new picture: the store does one thing after the other, and the task has not begun yet.
            await self._objects.delete_all(address.bucket, outdated.keys)
        return True

    async def catch_up(self) -> None:
        """Objects that were complete when a former process ended, before it could do anything about them."""
        for row in await self._store.fetch(_WITH_NEW_DATA):
            await self.take(read_file_row(row).address)


def insert_asset(
    connection: sqlite3.Connection, address: ObjectAddress, now: int, columns: Columns, *, pulled: bool = False
) -> Registration:
    """A new asset whose file is still to come. ``columns`` and RpcFault as steps.insert_asset has them."""
    media_id = uuid.uuid4().hex
    steps.insert_asset(connection, media_id, address, now, columns)
    source = {"file_type": SOURCE_FILE, "input_url": columns["input_url"]}
    return Registration(media_id, _insert_file(connection, media_id, address, now, source, {"pulled": pulled}))


def insert_stream(
    connection: sqlite3.Connection,
    media_id: str,
    address: ObjectAddress,
    now: int,
    columns: Columns,
    quality: Columns,
    *,
    pulled: bool = False,
) -> Registration:
    """A stream that is still to come, of an asset that exists. RpcFault: ResourceNotFound."""
    if not steps.select_assets(connection, "a.media_id = ?", (media_id,), ""):
        raise media_not_found(media_id)
    stream = {**columns, "file_type": TRANSCODE_FILE}
    return Registration(
        media_id, _insert_file(connection, media_id, address, now, stream, {**quality, "pulled": pulled})
    )


def _insert_file(
    connection: sqlite3.Connection, media_id: str, address: ObjectAddress, now: int, columns: Columns, upload: Columns
) -> int:
    waiting = {**columns, "status": UPLOADING, "due_at": 0.0}
    file_id = steps.insert_file(connection, media_id, address, now, waiting)
    insert_row(connection, "media_upload", {"file_id": file_id, **upload})
    return file_id


def _take_file(
    connection: sqlite3.Connection, file: MediaFile, due_at: float, now: int
) -> tuple[MediaFile, float, StoredPictures]:
    """The file is pending from now on. Returns it, when it is due, and pictures of what was there before."""
    due_at = max(due_at, file.due_at + _LATER_SECONDS)
    connection.execute(
        "UPDATE media_upload SET arrived_blob = (SELECT blob FROM objects WHERE bucket = ? AND key = ?) "
        "WHERE file_id = ?",
        (file.address.bucket, file.address.key.encode("utf-8"), file.file_id),
    )
    pending = {"status": PENDING, "due_at": due_at, "details": "{}", "fail_reason": None, "modified_at": now}
    update_row(connection, "media_file", pending, "file_id", file.file_id)
    outdated = StoredPictures()
    if file.file_type == SOURCE_FILE:
        query = "SELECT pictures FROM media_asset WHERE media_id = ?"
        outdated = StoredPictures.from_json(connection.execute(query, (file.media_id,)).fetchone()["pictures"])
        anew = {"status": INIT, "fail_reason": None, "pictures": "{}", "modified_at": now}
        update_row(connection, "media_asset", anew, "media_id", file.media_id)
    return file, due_at, outdated
