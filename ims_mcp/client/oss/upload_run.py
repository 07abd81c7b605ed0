"""One upload from beginning to end: which way it goes, what of an earlier run it takes up, what it leaves behind.

Importing it imports oss2.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

import anyio

from ims_mcp.client.oss.errors import OssFailure, SourceChanged, TransferRefused, WrongObject
from ims_mcp.client.oss.journal import FinishedPart, UploadJournal, UploadRecord
from ims_mcp.client.oss.oss_client import OssClient, SignedBucket, Stored
from ims_mcp.client.oss.parts import (
    LARGEST_PART_BYTES,
    MAX_OBJECT_BYTES,
    ByteCounter,
    Part,
    PartBody,
    PartPlan,
    choose_part_bytes,
    cut_into_parts,
)
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.retry import FailureKind
from ims_mcp.crc64 import combine_crc64
from ims_mcp.foreign_text import plain

# The clock of OSS, which dates its uploads, and ours: a request that is further off is refused anyway.
_CLOCK_SKEW_SECONDS = 900.0
_ABORTS = 3

T = TypeVar("T")
logger = logging.getLogger("ims_mcp.client.oss")


class UploadRun:
    """One :meth:`run` of an upload, after which the counts of parts are final. Methods raise OssFailure."""

    def __init__(
        self, oss: OssClient, journal: UploadJournal, source: Source, plan: PartPlan, counter: ByteCounter
    ) -> None:
        self._oss = oss
        self._journal = journal
        self._cleanup = MultipartCleanup(oss, journal)
        self._source = source
        self._plan = plan
        self._counter = counter
        self.parts = 1
        self.parts_resent = 0
        """Parts that had to be sent once more, each as often as it was."""
        self.parts_skipped = 0
        """Parts that an earlier run had sent."""

    async def run(self) -> Stored:
        """The object, checked from end to end. Raises UploadError as well."""
        if self._source.size > MAX_OBJECT_BYTES:
            raise TransferRefused(f"{self._source.name} is larger than any object of OSS may be (48.8 TiB).")
        before = self._journal.record
        if before is not None:
            _check_same_target(before, self._oss.target)
        try:
            stored = await (self._resume(before) if before is not None and before.upload_id else self._start(before))
        except OssFailure as failure:
            if not failure.is_taken or (there := await self._find_own_object()) is None:
                raise
            stored = there
        # Where OSS may have begun an upload that nobody knows of, this is when nothing of ours is under way any more.
        record = self._journal.record
        if record is not None and record.uncertain:
            await self._cleanup.sweep(record.intended_at)
        await self._oss.run_in_thread(self._journal.forget_upload)
        return stored

    async def _resume(self, before: UploadRecord) -> Stored:
        if not before.identity.same_content(self._source.identity):
            logger.warning("the file is another one than before: its upload starts anew")
            await self._cleanup.abort(before.upload_id)
            return await self._start(before)
        try:
            finished = await self._find_finished_parts(before)
        except OssFailure as failure:
            if not failure.is_gone:
                raise
            expected = before.expected_crc64
            stored = None if expected is None else await self._find_object(expected)
            if stored is None:
                logger.info("the upload of before does not exist any more: it starts anew")
                return await self._start(before)
            self.parts = self.parts_skipped = self._count_parts(before.part_bytes)
            return stored
        self.parts = self._count_parts(before.part_bytes)
        logger.info("an upload is resumed", extra={"parts": self.parts, "parts_there": len(finished)})
        return await self._send_and_complete(before.upload_id, before.part_bytes, finished)

    async def _start(self, before: UploadRecord | None) -> Stored:
        if self._source.size < max(1, min(self._plan.multipart_threshold_bytes, LARGEST_PART_BYTES)):
            return await self._put()
        part_bytes = choose_part_bytes(self._source.size, self._plan.part_bytes)
        self.parts = self._count_parts(part_bytes)
        upload_id = await self._begin(part_bytes, before)
        return await self._send_and_complete(upload_id, part_bytes, {})

    async def _send_and_complete(self, upload_id: str, part_bytes: int, finished: dict[int, FinishedPart]) -> Stored:
        self.parts_skipped = len(finished)
        for number, part in finished.items():
            self._counter.confirm(number, part.size)
        waiting = (part for part in cut_into_parts(self._source.size, part_bytes) if part.number not in finished)

        async def work() -> None:
            for part in waiting:
                finished[part.number] = await self._send(
                    f"part {part.number}", lambda bucket, part=part: self._put_part(bucket, upload_id, part)
                )

        await _run_concurrently([work] * self._plan.threads)
        return await self._complete(upload_id, finished)

    async def _send(self, what: str, request: Callable[[SignedBucket], T]) -> T:
        """Ask, and count how often it had to be sent again."""
        failures: list[OssFailure] = []
        result = await self._oss.ask(what, request, failures)
        self.parts_resent += len(failures)
        return result

    # In one request.

    async def _put(self) -> Stored:
        """The MD5 is known before: OSS never has an object that is not the file, not for a moment."""
        whole = Part(1, 0, self._source.size)
        _, md5 = await self._oss.run_in_thread(lambda: self._read_sums(whole))
        try:
            stored = await self._send("the file", lambda bucket: self._put_whole(bucket, whole, md5))
        except OssFailure as failure:
            if failure.kind is FailureKind.DAMAGED and not failure.code:
                await self._discard_wrong()
            raise
        try:
            # The last bytes left long before the answer came, and the file may have changed since.
            await self._oss.run_in_thread(self._source.check_unchanged)
        except SourceChanged as changed:
            how, _ = await self._discard()
            raise SourceChanged(
                f"{changed} What it was before has become an object. {how}", next_step=changed.next_step
            ) from None
        return stored

    def _put_whole(self, bucket: SignedBucket, whole: Part, md5: bytes) -> Stored:
        with self._source.keep_open():
            body = self._make_body(whole, self._counter)
            stored = bucket.put(body, md5)
        try:
            _require_crc(stored.crc64, body.crc64)
        except OssFailure:
            if self._oss.target.keeps_existing:  # it is in the way of the next try
                with suppress(OssFailure):
                    bucket.delete()
            raise
        self._counter.confirm(whole.number, whole.size)
        return stored

    # In parts.

    async def _begin(self, part_bytes: int, before: UploadRecord | None) -> str:
        """The id of a new multipart upload. ``before`` is of an earlier beginning."""
        uncertain = before is not None and before.uncertain
        record = UploadRecord(
            identity=self._source.identity,
            bucket=self._oss.target.bucket,
            key=self._oss.target.key,
            part_bytes=part_bytes,
            intended_at=before.intended_at if before is not None and uncertain else self._oss.clock.now(),
            uncertain=uncertain,
        )
        await self._oss.run_in_thread(lambda: self._journal.begin(record))
        failures: list[OssFailure] = []

        def begin(bucket: SignedBucket) -> str:
            # One thread does both: between the answer of OSS and the journal there is nothing that could be cancelled.
            upload_id = bucket.begin()
            try:
                self._journal.note_upload_id(upload_id, uncertain=any(failure.uncertain for failure in failures))
            except TransferRefused:
                with suppress(OssFailure):
                    bucket.abort(upload_id)
                raise
            return upload_id

        try:
            return await self._oss.ask("the request to begin", begin, failures)
        except OssFailure:
            if not uncertain and not any(failure.uncertain for failure in failures):
                await self._oss.run_in_thread(self._journal.forget_upload)
            raise

    async def _find_finished_parts(self, record: UploadRecord) -> dict[int, FinishedPart]:
        """The parts that need not be sent again."""
        listed: Mapping[int, Stored] | None = None
        try:
            listed = await self._oss.ask("the list of parts", lambda bucket: bucket.list_parts(record.upload_id))
        except OssFailure as failure:
            # Not every credential for an upload includes listing it. Completing it checks every part by its ETag.
            if not failure.is_denied:
                raise
        return await self._oss.run_in_thread(lambda: self._match_parts(record, listed))

    def _match_parts(self, record: UploadRecord, listed: Mapping[int, Stored] | None) -> dict[int, FinishedPart]:
        """Parts in the journal that OSS has, and parts OSS has that a crash kept out of the journal."""
        # Something touched the file without changing size or time of writing: only its content tells what.
        touched = record.identity != self._source.identity
        found: dict[int, FinishedPart] = {}
        for part in cut_into_parts(self._source.size, record.part_bytes):
            noted = record.parts.get(part.number)
            there = listed.get(part.number) if listed is not None else noted
            if there is None or there.size != part.size:
                continue
            agreed = noted is not None and noted.etag.upper() == there.etag.upper() and noted.size == part.size
            if noted is not None and agreed and not touched:
                found[part.number] = noted
                continue
            crc64, md5 = self._read_sums(part)
            if md5.hex() == there.etag.lower() or (noted is not None and agreed and noted.crc64 == crc64):
                found[part.number] = FinishedPart(there.etag, crc64, part.size)
                self._journal.add_part(part.number, found[part.number])
        return found

    def _put_part(self, bucket: SignedBucket, upload_id: str, part: Part) -> FinishedPart:
        with self._source.keep_open():
            body = self._make_body(part, self._counter)
            stored = bucket.put_part(upload_id, part.number, body)
        _require_crc(stored.crc64, body.crc64)
        sent = FinishedPart(stored.etag, body.crc64, part.size)
        self._journal.add_part(part.number, sent)
        self._counter.confirm(part.number, part.size)
        return sent

    async def _complete(self, upload_id: str, finished: Mapping[int, FinishedPart]) -> Stored:
        """Raises SourceChanged and WrongObject, too."""
        await self._oss.run_in_thread(self._source.check_unchanged)
        # Off the event loop: there may be 10,000.
        expected = await self._oss.run_in_thread(
            lambda: combine_crc64((finished[number].crc64, finished[number].size) for number in sorted(finished))
        )
        await self._oss.run_in_thread(lambda: self._journal.note_completing(expected))
        etags = {number: part.etag for number, part in finished.items()}
        failures: list[OssFailure] = []
        try:
            stored = await self._oss.ask(
                "the request to complete", lambda bucket: bucket.complete(upload_id, etags), failures
            )
        except OssFailure as failure:
            # The answer to an earlier try was lost on the way: the object is there.
            lost = failure.is_gone and any(earlier.uncertain for earlier in failures)
            found = await self._find_object(expected) if lost else None
            if found is None:
                raise
            stored = found
        if stored.crc64 is None:
            stored = await self._oss.ask("the look at the object", SignedBucket.head)
        if stored.crc64 != expected:
            await self._discard_wrong()
        return stored

    # What is there already, and what must not stay.

    async def _find_object(self, expected_crc64: int | None = None) -> Stored | None:
        """The object, if it is there with the size of the source and this CRC; None also where it cannot be seen."""
        try:
            stored = await self._oss.ask("the look at the object", SignedBucket.head)
        except OssFailure as failure:
            logger.info("the object could not be looked at", extra={"code": failure.code, "status": failure.status})
            return None
        return stored if stored.size == self._source.size and expected_crc64 in (None, stored.crc64) else None

    async def _find_own_object(self) -> Stored | None:
        """The object that is in the way, if it is this very file.

        An earlier try has made it then, in this run or in one that was killed, and its answer was lost.
        """
        there = await self._find_object()
        if there is None:
            return None
        crc64, _ = await self._oss.run_in_thread(lambda: self._read_sums(Part(1, 0, self._source.size)))
        await self._oss.run_in_thread(self._source.check_unchanged)
        if there.crc64 != crc64:
            return None
        record = self._journal.record
        if record is not None and record.upload_id:
            await self._cleanup.abort(record.upload_id)
        self.parts_skipped = self.parts
        return there

    async def _discard_wrong(self) -> None:
        """Delete an object that failed its check, and raise WrongObject."""
        how, deleted = await self._discard()
        raise WrongObject(
            f"The object that OSS made of {self._source.name} at {self._oss.target} is not what was sent: its CRC-64 "
            f"differs. {how}",
            next_step="Upload again; if it happens once more, report it to Alibaba Cloud."
            if deleted
            else "Delete the object, then upload again.",
        )

    async def _discard(self) -> tuple[str, bool]:
        """Delete the object that was just made: how that ended, in a sentence, and whether it is gone.

        Nobody else's is lost: where an object is not to be replaced, this upload could only make it where there was
        none.
        """
        try:
            await self._oss.ask("the request to delete", SignedBucket.delete)
        except OssFailure as failure:
            return f"It could not be deleted ({failure.words}): do not use it.", False
        return "It was deleted.", True

    def _read_sums(self, part: Part) -> tuple[int, bytes]:
        """CRC-64 and MD5 of a part of the file."""
        md5 = hashlib.md5(usedforsecurity=False)
        with self._source.keep_open():
            body = self._make_body(part, None)
            for chunk in body:
                md5.update(chunk)
        return body.crc64, md5.digest()

    def _make_body(self, part: Part, counter: ByteCounter | None) -> PartBody:
        return PartBody(self._source, part, self._oss.registry.check, counter)

    def _count_parts(self, part_bytes: int) -> int:
        return -(-self._source.size // part_bytes)


class MultipartCleanup:
    """What an upload that ends without its object leaves in OSS, taken back. Methods raise OssFailure."""

    def __init__(self, oss: OssClient, journal: UploadJournal) -> None:
        self._oss = oss
        self._journal = journal

    async def run(self, record: UploadRecord) -> None:
        """Whatever the journal speaks of, and then that part of the journal. Raises TransferRefused as well."""
        _check_same_target(record, self._oss.target)
        if record.upload_id:
            await self.abort(record.upload_id)
        if record.uncertain or not record.upload_id:
            await self.sweep(record.intended_at)
        await self._oss.run_in_thread(self._journal.forget_upload)

    async def abort(self, upload_id: str) -> None:
        """Returns when OSS has no such upload any more. A part that was just arriving can outlive the first request."""
        for _ in range(_ABORTS):
            try:
                await self._oss.ask("the request to abort", lambda bucket: bucket.abort(upload_id))
            except OssFailure as failure:
                if failure.is_gone:
                    return
                raise

    async def sweep(self, since: float) -> None:
        """Abort what a beginning without a known end may have left: uploads of this key, since then, without parts.

        It needs the right to list the bucket's uploads, which a credential for a single key does not include. Such a
        remainder holds no data, so where it cannot be looked for, nothing fails.
        """
        try:
            begun = await self._oss.ask("the list of uploads", SignedBucket.list_uploads)
            known = await self._oss.run_in_thread(self._journal.list_known_upload_ids)
            for upload in begun:
                ours = upload.at >= since - _CLOCK_SKEW_SECONDS and upload.upload_id not in known
                if ours and not await self._oss.ask(
                    "the list of parts", lambda bucket, mine=upload.upload_id: bucket.list_parts(mine)
                ):
                    await self.abort(upload.upload_id)
        except OssFailure as failure:
            logger.warning(
                "an upload that may have been begun could not be looked for",
                extra={"code": failure.code, "status": failure.status},
            )


def _check_same_target(record: UploadRecord, target: UploadTarget) -> None:
    """TransferRefused where the journal is of another object. The endpoint may be another: it can move."""
    if (record.bucket, record.key) != (target.bucket, target.key):
        raise TransferRefused(
            f"This transfer was begun for {plain(f'oss://{record.bucket}/{record.key}', 200)}, not for {target}.",
            next_step="Cancel that transfer, then upload the file anew.",
        )


def _require_crc(stored: int | None, sent: int) -> None:
    """Raises OssFailure where OSS did not get what was sent."""
    if stored is None:
        raise OssFailure(FailureKind.FINAL, "the endpoint does not say the CRC-64 of what it stored, as OSS does")
    if stored != sent:
        raise OssFailure(FailureKind.DAMAGED, "what arrived is not what was sent")


async def _run_concurrently(works: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Returns when all are done; the first to fail ends the others, and its error is raised outside of any group."""
    failures: list[Exception] = []
    async with anyio.create_task_group() as group:

        async def run(work: Callable[[], Awaitable[None]]) -> None:
            try:
                await work()
            except Exception as error:
                failures.append(error)
                group.cancel_scope.cancel()

        for work in works:
            group.start_soon(run, work)
    if failures:
        raise failures[0]
