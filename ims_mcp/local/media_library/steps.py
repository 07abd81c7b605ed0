"""The steps a transaction on the media library is made of; each runs on the store's thread, inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.assets import INIT, PENDING, SOURCE_FILE, MediaFile, read_asset_row
from ims_mcp.local.rpc.service_errors import RpcFault, invalid
from ims_mcp.local.store import Columns, insert_row, update_row

MAX_TAGS = 16


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion left to clean up: every object of the assets that no remaining asset uses."""

    media_ids: list[str]
    objects: list[ObjectAddress]


def select_assets(
    connection: sqlite3.Connection, condition: str, values: Sequence[Any], tail: str
) -> list[sqlite3.Row]:
    """Rows of assets that exist, for assets.read_asset_row; ``tail`` orders and limits them."""
    query = (
        "SELECT a.*, c.cate_name FROM media_asset a LEFT JOIN media_category c USING (cate_id) "  # noqa: S608
        f"WHERE a.deleted_at IS NULL AND {condition} {tail}"
    )
    return connection.execute(query, values).fetchall()


def find_live_id(connection: sqlite3.Connection, address: ObjectAddress) -> str | None:
    """The MediaId of the asset that has this object; None where it is free."""
    row = connection.execute(
        "SELECT media_id FROM media_asset WHERE bucket = ? AND object_key = ? AND deleted_at IS NULL",
        (address.bucket, address.key),
    ).fetchone()
    return None if row is None else str(row["media_id"])


def find_earlier_result(connection: sqlite3.Connection, token: str, call_digest: str) -> str | None:
    """The MediaId that an earlier call with this token made. RpcFault where that call was another."""
    row = connection.execute("SELECT call_digest, media_id FROM client_token WHERE token = ?", (token,)).fetchone()
    if row is None:
        return None
    if row["call_digest"] != call_digest:
        raise RpcFault("IdempotentParameterMismatch", "This ClientToken was used for a call with other parameters.")
    return str(row["media_id"])


def check_reference(connection: sqlite3.Connection, reference_id: str | None, media_id: str) -> None:
    """RpcFault (InvalidParameter) where another asset than ``media_id`` has this ReferenceId."""
    row = connection.execute(
        "SELECT media_id FROM media_asset WHERE reference_id = ? AND deleted_at IS NULL AND media_id <> ?",
        (reference_id, media_id),
    ).fetchone()
    if row is not None:
        raise invalid("ReferenceId", f"{reference_id} belongs to the asset {row['media_id']} already")


def check_category(connection: sqlite3.Connection, cate_id: int | None) -> None:
    """RpcFault (InvalidParameter) where there is no such category."""
    if cate_id is None:
        return
    if connection.execute("SELECT 1 FROM media_category WHERE cate_id = ?", (cate_id,)).fetchone() is None:
        raise invalid("CateId", f"there is no category {cate_id}")


def join_tags(present: str | None, added: str) -> str:
    """Both, without repetitions. RpcFault (InvalidParameter) where that are too many."""
    tags = list(dict.fromkeys(f"{present},{added}".split(",") if present else added.split(",")))
    if len(tags) > MAX_TAGS:
        raise invalid("MediaTags", f"the asset would have {len(tags)} tags, at most {MAX_TAGS} are allowed")
    return ",".join(tags)


def insert_asset(
    connection: sqlite3.Connection, media_id: str, address: ObjectAddress, now: int, columns: Columns
) -> None:
    """An asset in status Init; ``columns``: input_url, media_type, business_type, title, wishes, and what was given.

    Raises RpcFault: InvalidParameter (ReferenceId taken, no such category).
    """
    check_reference(connection, columns.get("reference_id"), media_id)
    check_category(connection, columns.get("cate_id"))
    row = {
        "media_id": media_id,
        "bucket": address.bucket,
        "object_key": address.key,
        "status": INIT,
        "created_at": now,
        "modified_at": now,
        **columns,
    }
    insert_row(connection, "media_asset", row)


def insert_file(
    connection: sqlite3.Connection, media_id: str, address: ObjectAddress, now: int, columns: Columns
) -> int:
    """A pending file; returns its id. ``columns``: file_type, due_at, input_url, and what else was given."""
    row = {
        "media_id": media_id,
        "bucket": address.bucket,
        "object_key": address.key,
        "status": PENDING,
        "created_at": now,
        "modified_at": now,
        **columns,
    }
    return insert_row(connection, "media_file", row)


def record_outcome(
    connection: sqlite3.Connection, file: MediaFile, now: int, columns: Columns, asset_columns: Columns
) -> bool:
    """How a file ended; a source takes its asset along. False where it is gone, or its object came anew meanwhile."""
    # due_at names the attempt: a newer object of the same file has a later one.
    row = connection.execute("SELECT due_at FROM media_file WHERE file_id = ?", (file.file_id,)).fetchone()
    if row is None or row["due_at"] != file.due_at:
        return False
    modified = {"modified_at": now}
    update_row(connection, "media_file", {**columns, **modified}, "file_id", file.file_id)
    if file.file_type == SOURCE_FILE:
        update_row(connection, "media_asset", {**asset_columns, **modified}, "media_id", file.media_id)
    return True


def bury(connection: sqlite3.Connection, media_ids: Sequence[str], now: int) -> Deleted:
    """Delete assets that exist, with their files and marks; what is left to clean up."""
    buried: list[str] = []
    objects: dict[ObjectAddress, None] = {}
    for media_id in media_ids:
        found = select_assets(connection, "a.media_id = ?", (media_id,), "")
        if not found:
            continue
        asset = read_asset_row(found[0])
        files = connection.execute("SELECT bucket, object_key FROM media_file WHERE media_id = ?", (media_id,))
        objects.update({ObjectAddress(file["bucket"], file["object_key"]): None for file in files})
        objects.update({ObjectAddress(asset.address.bucket, key): None for key in asset.pictures.keys})
        connection.execute("UPDATE media_asset SET deleted_at = ? WHERE media_id = ?", (now, media_id))
        connection.execute("DELETE FROM media_file WHERE media_id = ?", (media_id,))
        connection.execute("DELETE FROM media_mark WHERE media_id = ?", (media_id,))
        buried.append(media_id)
    return Deleted(buried, [address for address in objects if not is_in_use(connection, address)])


def is_in_use(connection: sqlite3.Connection, address: ObjectAddress) -> bool:
    """Whether any file of an asset is this object."""
    return (
        connection.execute(
            "SELECT 1 FROM media_file WHERE bucket = ? AND object_key = ?", (address.bucket, address.key)
        ).fetchone()
        is not None
    )
