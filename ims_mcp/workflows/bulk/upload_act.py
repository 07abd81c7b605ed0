"""One file of a job made an asset, by the way of upload_media: each step written down before the next, none twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import anyio.to_thread

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.client.answers import Reply
from ims_mcp.client.oss.errors import TransferRefused, UploadInterrupted
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.source import Source
from ims_mcp.errors import ImsError, ServiceError
from ims_mcp.workflows.bulk.acts import Pauses
from ims_mcp.workflows.bulk.job import BulkJob, Outcome, Row, RowState
from ims_mcp.workflows.bulk.marked_assets import MarkedAssets, add_mark
from ims_mcp.workflows.bulk.problems import fail, is_hindrance, is_outage, is_uncertain, stops_job
from ims_mcp.workflows.bulk.recovery import find_asset
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.local_files import FileRefused
from ims_mcp.workflows.transfers.credentials import read_target
from ims_mcp.workflows.transfers.run import ActiveTransfer, check_type_is_known, guard_upload, read_address
from ims_mcp.workflows.transfers.store import VOD, TransferError, TransferRecord, TransferStore, locate_object

_KEPT = 256
"""So many transfers that have arrived stay written down: more than rows whose outcome is not yet."""
_MOST_UNCERTAIN = 6


class UploadAct:
    """Of a job of uploads. What lies half sent when it is broken off goes on later, also after a crash."""

    def __init__(self, job: BulkJob, target: BulkTarget) -> None:
        self._job = job
        self._target = target
        self._store = open_store(job.job_id, target)
        self._marked = MarkedAssets(self._read_service)
        self._arrived: deque[str] = deque()

    @property
    def needs_begun(self) -> bool:
        """In storage of IMS an asset is created without a token: one whose id got lost has to be looked for."""
        return True

    async def do(self, row: Row, *, maybe_sent: bool) -> Outcome:
        """See :class:`ims_mcp.workflows.bulk.acts.Act`."""
        pauses, uncertain, is_new = Pauses(self._target, "an upload"), 0, False
        while True:
            try:
                return await self._do(row, maybe_sent or is_new, is_new)
            except ImsError as error:
                if _stops(error):
                    raise
                if is_uncertain(error):
                    is_new = True
                    uncertain += not is_outage(error)
                if not _can_wait(error) or uncertain >= _MOST_UNCERTAIN:
                    return await self._fail(row, error)
                await pauses.wait(error)

    async def _fail(self, row: Row, error: ImsError) -> Outcome:
        """With the id of the asset that was created for the file, if one was."""
        record = await anyio.to_thread.run_sync(self._read, _name_transfer(row))
        ids = {"MediaId": record.media_id} if record is not None and record.media_id else {}
        return replace(fail(row, error), ids=ids)

    async def _do(self, row: Row, maybe_sent: bool, is_new: bool) -> Outcome:
        arguments = dict(row.arguments)
        path, destination = str(arguments.pop("path")), str(arguments.pop("destination", VOD))
        self._target.transfers.guard()
        guard_upload(self._target.client, "media", destination, arguments, confirmed=self._job.confirmed)
        transfer_id = _name_transfer(row)
        known = await anyio.to_thread.run_sync(self._read, transfer_id)
        if known is not None and known.arrived:  # whatever has become of the file since
            return _make_outcome(row, known)
        with ExitStack() as kept:
            opening = self._target.transfers.rules.open
            source = await anyio.to_thread.run_sync(lambda: kept.enter_context(closing(opening(path))))
            journal = await anyio.to_thread.run_sync(kept.enter_context, self._store.hold(transfer_id))
            if journal is None:
                raise TransferError("Another process works on this file.", resumable=True)
            active, is_known = await self._begin(row, source, journal, destination, arguments)
            if not active.record.target and destination == VOD and (maybe_sent or is_known):
                await self._find_created(active, is_known=is_known, is_new=is_new)
            outcome = await self._run(active, source, row)
        await self._keep(transfer_id)
        return outcome

    async def _begin(
        self, row: Row, source: Source, journal: UploadJournal, destination: str, arguments: dict[str, Any]
    ) -> tuple[ActiveTransfer, bool]:
        """The transfer, written down, and whether it had been before."""
        runner, token = self._target.transfers.runner, self._job.make_client_token(row.number)
        record = await anyio.to_thread.run_sync(self._read, _name_transfer(row))
        if record is not None:
            active = ActiveTransfer(record, journal)
            if not record.uploaded and not _is_of(record, source):
                # It was written to since: what was sent of it is of no use, but its place is.
                await runner.take_back(record, journal)
                _set_identity(record, source)
                await active.save()
            return active, True
        record = TransferRecord(
            kind="media",
            service=self._target.transfers.service,
            path=str(source.path),
            size_bytes=source.size,
            modified_ns=source.identity.mtime_ns,
            inode=source.identity.inode,
            destination=destination,
            arguments=add_mark(arguments, token) if destination == VOD else arguments,
            id=_name_transfer(row),
            client_token=token,
            created=self._target.client.service_clock.now(),
        )
        if destination != VOD:
            bucket, key = locate_object(destination, record.path)
            if "MediaType" not in arguments:
                check_type_is_known(key)
            # Nobody has to look whether it is there: OSS keeps what is, and what is this very file is taken for it.
            record.target, record.state = {"bucket": bucket, "key": key}, "uploading"
        active = ActiveTransfer(record, journal)
        await active.save()
        return active, False

    async def _find_created(self, active: ActiveTransfer, *, is_known: bool, is_new: bool) -> None:
        """Take over the asset that may have been created without anybody hearing of it, here or on another machine."""
        record = active.record
        since = record.created if is_known else self._job.created_at
        found = await self._marked.find(record.client_token, since, is_new=is_new)
        if found is None:
            return
        record.media_id = found.media_id
        if found.is_waiting:
            reply = await self._read_service(get_operation("RefreshUploadMedia"), {"MediaId": found.media_id})
            target = read_target(reply.data)
            record.target = {"bucket": target.bucket, "key": target.key, "url": found.url}
            record.state = "uploading"
        else:
            record.state = "processing"  # its file has arrived
        await active.save()

    async def _run(self, active: ActiveTransfer, source: Source, row: Row) -> Outcome:
        record, state = active.record, RowState.DONE
        if not record.arrived:
            try:
                await self._target.transfers.runner.run(active, source)
            except ServiceError as error:
                if error.code != "MediaAlreadyExist" or record.destination == VOD:
                    raise
                ids = await find_asset(self._read_service, self._job, {"InputURL": read_address(record)})
                if ids is None:
                    raise
                record.media_id, record.state, state = ids["MediaId"], "processing", RowState.EXISTS
                await active.save()
        return _make_outcome(row, record, state)

    async def _read_service(self, operation: Operation, arguments: Mapping[str, Any]) -> Reply:
        return await self._target.client.call(operation, arguments)

    def _read(self, transfer_id: str) -> TransferRecord | None:
        try:
            return self._store.read(transfer_id)
        except TransferError:
            return None

    async def _keep(self, transfer_id: str) -> None:
        """What has arrived is forgotten once its outcome is surely written down."""
        self._arrived.append(transfer_id)
        if len(self._arrived) > _KEPT:
            await anyio.to_thread.run_sync(self._store.forget, self._arrived.popleft())


def open_store(job_id: str, target: BulkTarget) -> TransferStore:
    """Where the files of a job are written down on this machine; ``forget_all`` of it when the job is over."""
    return target.transfers.store.keep_apart(job_id)


def _name_transfer(row: Row) -> str:
    return f"t-{row.number:012x}"


def _make_outcome(row: Row, record: TransferRecord, state: RowState = RowState.DONE) -> Outcome:
    ids = {"MediaId": record.media_id} | ({"URL": read_address(record)} if record.target else {})
    return Outcome(row.number, state, ids)


def _is_of(record: TransferRecord, source: Source) -> bool:
    return record.is_of(source.size, source.identity.mtime_ns, source.identity.inode)


def _set_identity(record: TransferRecord, source: Source) -> None:
    now = source.identity
    record.size_bytes, record.modified_ns, record.inode = now.size, now.mtime_ns, now.inode


def _can_wait(error: ImsError) -> bool:
    """Whether the row goes on after a pause, from where it is."""
    if isinstance(error, TransferError):
        return error.resumable
    return isinstance(error, UploadInterrupted) or is_hindrance(error) or is_uncertain(error)


def _stops(error: ImsError) -> bool:
    """Whether no other file of the job would fare better."""
    if isinstance(error, TransferRefused):
        return error.resumable  # nothing can be written down
    return not isinstance(error, FileRefused | TransferError) and stops_job(error)
