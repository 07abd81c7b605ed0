"""The media library: what may happen to assets and their files, one transaction each."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.media_library import steps
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.assets import (
    INIT,
    NORMAL,
    PENDING,
    PREPARE_FAIL,
    PREPARING,
    SELECT_FILES,
    SOURCE_FILE,
    TRANSCODE_FILE,
    UPLOAD_FAIL,
    Asset,
    MediaFile,
    StoredPictures,
    read_asset_row,
    read_file_row,
)
from ims_mcp.local.media_library.steps import Deleted
from ims_mcp.local.rpc.service_errors import RpcFault, media_not_found
from ims_mcp.local.store import Columns, Store, insert_row, update_row


@dataclass(frozen=True, slots=True)
class AssetPage:
    """One page of a listing; ``more`` says whether anything follows it."""

    assets: list[Asset]
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """``file_id`` is the file to be probed; None where an earlier call with the same ClientToken had registered it."""

    media_id: str
    file_id: int | None


class Library:
    """Every method is one transaction; what it returns is committed."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def register(
        self,
        address: ObjectAddress,
        columns: Columns,
        *,
        due_at: float,
        overwrite: bool,
        client_token: str | None,
        call_digest: str,
    ) -> Registration:
        """A new asset in status Init with its source file pending.

        ``columns``: input_url, media_type, business_type, title, wishes, and what else was given. Of concurrent calls
        for one object exactly one gets it. Raises RpcFault: MediaAlreadyExist, InvalidParameter (ReferenceId taken,
        no such category), IdempotentParameterMismatch.
        """
        media_id = uuid.uuid4().hex
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> Registration:
            if client_token and (earlier := steps.find_earlier_result(connection, client_token, call_digest)):
                return Registration(earlier, None)
            existing = steps.find_live_id(connection, address)
            if existing and not overwrite:
                raise RpcFault("MediaAlreadyExist", f"{address} is registered already, as MediaId {existing}.")
            if existing:
                steps.bury(connection, [existing], now)
            steps.insert_asset(connection, media_id, address, now, columns)
            source = {"file_type": SOURCE_FILE, "due_at": due_at, "input_url": columns["input_url"]}
            file_id = steps.insert_file(connection, media_id, address, now, source)
            if client_token:
                token = {"token": client_token, "call_digest": call_digest, "media_id": media_id}
                insert_row(connection, "client_token", token)
            return Registration(media_id, file_id)

        return await self._store.write(work)

    async def add_stream(self, media_id: str, address: ObjectAddress, columns: Columns, *, due_at: float) -> int:
        """A pending stream of an asset; returns its file id. One that failed before is replaced by a new attempt.

        ``columns``: input_url, stream_tags, user_data. Raises RpcFault: ResourceNotFound, MediaAlreadyExist.
        """
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> int:
            if not steps.select_assets(connection, "a.media_id = ?", (media_id,), ""):
                raise media_not_found(media_id)
            connection.execute(
                "DELETE FROM media_file WHERE media_id = ? AND bucket = ? AND object_key = ? "
                "AND file_type = ? AND status = ?",
                (media_id, address.bucket, address.key, TRANSCODE_FILE, UPLOAD_FAIL),
            )
            try:
                stream = {**columns, "file_type": TRANSCODE_FILE, "due_at": due_at}
                return steps.insert_file(connection, media_id, address, now, stream)
            except sqlite3.IntegrityError:
                raise RpcFault("MediaAlreadyExist", f"{address} belongs to the asset {media_id} already.") from None

        return await self._store.write(work)

    async def find(self, media_id: str) -> Asset | None:
        """None where there is no such asset, or no more."""
        found = await self.find_all([media_id])
        return found.get(media_id)

    async def find_by_object(self, address: ObjectAddress) -> Asset | None:
        """The asset that was registered with this object."""
        assets = await self._select("a.bucket = ? AND a.object_key = ?", (address.bucket, address.key))
        return assets[0] if assets else None

    async def find_all(self, media_ids: Sequence[str]) -> dict[str, Asset]:
        """Those of ``media_ids`` that exist."""
        marks = ",".join("?" * len(media_ids))
        return {asset.media_id: asset for asset in await self._select(f"a.media_id IN ({marks})", media_ids)}

    async def list_page(
        self, filters: Sequence[tuple[str, Any]], *, after: tuple[int, int] | None, descending: bool, limit: int
    ) -> AssetPage:
        """A page of the listing by (creation time, sequence), which no later insertion or deletion shifts.

        ``filters``: (condition with one placeholder on the columns of media_asset, value).
        """
        conditions = [condition for condition, _ in filters] or ["1"]
        values = [value for _, value in filters]
        order, beyond = ("DESC", "<") if descending else ("ASC", ">")
        paged, paged_values = [*conditions], [*values]
        if after is not None:
            paged.append(f"(a.created_at, a.sequence) {beyond} (?, ?)")
            paged_values += after
        tail = f"ORDER BY a.created_at {order}, a.sequence {order} LIMIT {limit + 1}"
        counted = f"SELECT COUNT(*) FROM media_asset a WHERE a.deleted_at IS NULL AND {' AND '.join(conditions)}"  # noqa: S608 - conditions are ours

        def work(connection: sqlite3.Connection) -> AssetPage:
            total = int(connection.execute(counted, values).fetchone()[0])
            rows = steps.select_assets(connection, " AND ".join(paged), paged_values, tail)
            return AssetPage([read_asset_row(row) for row in rows[:limit]], total, more=len(rows) > limit)

        return await self._store.read(work)

    async def list_files(self, media_ids: Sequence[str]) -> dict[str, list[MediaFile]]:
        """The files of each asset, the source first and the streams in the order they were attached."""
        marks = ",".join("?" * len(media_ids))
        query = f"{SELECT_FILES} WHERE f.media_id IN ({marks}) ORDER BY f.file_id"
        files: dict[str, list[MediaFile]] = {media_id: [] for media_id in media_ids}
        for row in await self._store.fetch(query, media_ids):
            files[row["media_id"]].append(read_file_row(row))
        return files

    async def update(self, media_id: str, columns: Columns, *, append_tags: bool) -> None:
        """Changes the columns given. Raises RpcFault: ResourceNotFound, InvalidParameter."""

        def work(connection: sqlite3.Connection) -> None:
            rows = steps.select_assets(connection, "a.media_id = ?", (media_id,), "")
            if not rows:
                raise media_not_found(media_id)
            changes = dict(columns)
            if append_tags and changes.get("media_tags"):
                changes["media_tags"] = steps.join_tags(rows[0]["media_tags"], changes["media_tags"])
            steps.check_reference(connection, changes.get("reference_id"), media_id)
            steps.check_category(connection, changes.get("cate_id"))
            changes["modified_at"] = int(self._clock())
            update_row(connection, "media_asset", changes, "media_id", media_id)

        await self._store.write(work)

    async def delete(self, media_ids: Sequence[str]) -> Deleted:
        """Buries the assets: they are found no more, their streams and marks are gone, their objects remain."""
        return await self._store.write(lambda connection: steps.bury(connection, media_ids, int(self._clock())))

    async def find_pending_file(self, file_id: int) -> MediaFile | None:
        """The file, if it still exists and is still to be probed."""
        query = f"{SELECT_FILES} WHERE f.file_id = ? AND f.status = ?"
        return next(map(read_file_row, await self._store.fetch(query, (file_id, PENDING))), None)

    async def list_pending(self) -> list[MediaFile]:
        """The files still to be probed, whichever process accepted them."""
        rows = await self._store.fetch(f"{SELECT_FILES} WHERE f.status = ? ORDER BY f.due_at", (PENDING,))
        return list(map(read_file_row, rows))

    async def mark_preparing(self, media_id: str) -> None:
        """From Init; any other state stays."""
        query = "UPDATE media_asset SET status = ? WHERE media_id = ? AND status = ? AND deleted_at IS NULL"
        await self._store.change(query, (PREPARING, media_id, INIT))

    async def finish(self, file: MediaFile, details: dict[str, Any], pictures: StoredPictures | None) -> bool:
        """The file is probed; a source makes its asset Normal. False where it came too late."""
        columns = {"details": json.dumps(details), "status": NORMAL}
        asset_columns: dict[str, Any] = {"status": NORMAL}
        if pictures is not None:
            asset_columns["pictures"] = pictures.to_json()
        return await self._record_outcome(file, columns, asset_columns)

    async def fail(self, file: MediaFile, reason: str) -> bool:
        """The file is not usable; a source makes its asset PrepareFail. False where it came too late."""
        return await self._record_outcome(
            file, {"status": UPLOAD_FAIL, "fail_reason": reason}, {"status": PREPARE_FAIL, "fail_reason": reason}
        )

    async def _record_outcome(self, file: MediaFile, columns: Columns, asset_columns: Columns) -> bool:
        return await self._store.write_end(
            lambda connection: steps.record_outcome(connection, file, int(self._clock()), columns, asset_columns)
        )

    async def _select(self, condition: str, values: Sequence[Any]) -> list[Asset]:
        return await self._store.read(
            lambda connection: [read_asset_row(row) for row in steps.select_assets(connection, condition, values, "")]
        )
