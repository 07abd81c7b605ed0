"""One upload from beginning to end: which way it goes, what of an earlier run it takes up, what it leaves behind.

Importing it imports oss2.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.checkpoint import FinishedPart, Record
from ims_mcp.client.oss.conversation import Conversation
from ims_mcp.client.oss.errors import SourceChanged, TransferRefused
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.gateway import Stored
from ims_mcp.client.oss.multipart import Multipart, discard, discard_wrong, require_crc
from ims_mcp.client.oss.part_plan import LARGEST_PART_BYTES, MAX_OBJECT_BYTES, Plan, part_size_for
from ims_mcp.client.oss.pieces import Piece
from ims_mcp.client.oss.progress import Counter
from ims_mcp.client.oss.remainder import Remainder, check_same_target
from ims_mcp.client.oss.source import Source

logger = logging.getLogger("ims_mcp.client.oss")


class Transfer:
    """:meth:`run` once; then the counts are final."""

    def __init__(
        self,
        talk: Conversation,
        source: Source,
        plan: Plan,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._talk = talk
        self._gateway = talk.gateway
        self._attempts = talk.attempts
        self._checkpoint = talk.checkpoint
        self._source = source
        self._plan = plan
        self._clock = clock
        self.counter = Counter()
        self._remainder = Remainder(talk)
        self._multipart = Multipart(talk, source, self.counter)
        self.parts = 1

    @property
    def parts_resent(self) -> int:
        return self._multipart.parts_resent

    @property
    def parts_skipped(self) -> int:
        return self._multipart.parts_skipped

    async def run(self) -> Stored:
        """Raises OssFailure and UploadError."""
        if self._source.size > MAX_OBJECT_BYTES:
            raise TransferRefused(f"{self._source.name} is larger than any object of OSS may be (48.8 TiB).")
        before = self._checkpoint.record
        if before is not None:
            check_same_target(before, self._talk.target)
        try:
            if before is not None and before.upload_id:
                stored = await self._taken_up(before)
            else:
                stored = await self._from_the_start(before)
        except OssFailure as failure:
            if failure.kind is not Kind.TAKEN or (there := await self._made_before()) is None:
                raise
            stored = there
        # Where OSS may have begun an upload that nobody knows of, this is when nothing of ours is under way any more.
        record = self._checkpoint.record
        if record is not None and record.doubtful:
            await self._remainder.sweep(record.intended_at)
        await self._attempts.in_thread(self._checkpoint.remove)
        return stored

    async def _taken_up(self, before: Record) -> Stored:
        if not before.identity.same_content(self._source.identity):
            logger.warning("the file is another one than before: its upload starts anew")
            await self._remainder.abort(before.upload_id)
            return await self._from_the_start(before)
        try:
            finished = await self._multipart.finished_parts(before)
        except OssFailure as failure:
            if failure.kind is not Kind.GONE:
                raise
            expected = before.expected_crc64
            stored = None if expected is None else await self._multipart.made(expected)
            if stored is None:
                logger.info("the upload of before does not exist any more: it starts anew")
                return await self._from_the_start(before)
            self.parts = self._multipart.parts_skipped = self._count(before.part_bytes)
            return stored
        self.parts = self._count(before.part_bytes)
        logger.info("an upload is resumed", extra={"parts": self.parts, "parts_there": len(finished)})
        await self._multipart.send(before.upload_id, before.part_bytes, finished, self._plan.threads)
        return await self._multipart.complete(before.upload_id, finished)

    async def _from_the_start(self, before: Record | None) -> Stored:
        if self._source.size < max(1, min(self._plan.multipart_threshold_bytes, LARGEST_PART_BYTES)):
            return await self._put()
        part_bytes = part_size_for(self._source.size, self._plan.part_bytes)
        self.parts = self._count(part_bytes)
        upload_id = await self._multipart.begin(part_bytes, before=before, now=self._clock())
        finished: dict[int, FinishedPart] = {}
        await self._multipart.send(upload_id, part_bytes, finished, self._plan.threads)
        return await self._multipart.complete(upload_id, finished)

    async def _made_before(self) -> Stored | None:
        """The object that is in the way, if it is this very file.

        An earlier try has made it then, in this run or in one that was killed, and its answer was lost.
        """
        there = await self._multipart.of_same_size()
        if there is None:
            return None
        _, crc64 = await self._attempts.in_thread(self._sums)
        await self._attempts.in_thread(self._source.check_path)
        if there.crc64 != crc64:
            return None
        record = self._checkpoint.record
        if record is not None and record.upload_id:
            await self._remainder.abort(record.upload_id)
        self._multipart.parts_skipped = self.parts
        return there

    async def _put(self) -> Stored:
        """In one request. Its MD5 is known before: OSS never has an object that is not the file, not for a moment."""
        md5, _ = await self._attempts.in_thread(self._sums)
        try:
            stored = await self._attempts.run(
                "the file", lambda credential: self._put_once(credential, md5), failed=self._multipart.count_resent
            )
        except OssFailure as failure:
            if failure.kind is Kind.DAMAGED and not failure.code:
                await discard_wrong(self._talk, self._source)
            raise
        try:
            # The last bytes left long before the answer came, and the file may have changed since.
            await self._attempts.in_thread(self._source.check_path)
        except SourceChanged as changed:
            what, _ = await discard(self._talk)
            raise SourceChanged(
                f"{changed} What it was before has become an object. {what}", next_step=changed.next_step
            ) from None
        return stored

    def _sums(self) -> tuple[bytes, int]:
        """MD5 and CRC-64 of the file."""
        md5 = hashlib.md5(usedforsecurity=False)
        with self._source.reading():
            piece = self._whole(lambda _: None)
            for chunk in piece:
                md5.update(chunk)
        return md5.digest(), piece.crc64

    def _put_once(self, credential: Credential, md5: bytes) -> Stored:
        with self._source.reading():
            piece = self._whole(lambda sent: self.counter.sending(1, sent))
            stored = self._gateway.put(credential, piece, md5)
        try:
            require_crc(stored.crc64, piece.crc64)
        except OssFailure:
            if self._talk.target.keeps_existing:  # it is in the way of the next try
                with suppress(OssFailure):
                    self._gateway.delete(credential)
            raise
        self.counter.finish(1, self._source.size)
        return stored

    def _whole(self, sending: Callable[[int], None]) -> Piece:
        return Piece(self._source, 0, self._source.size, check=self._gateway.lines.check, sending=sending)

    def _count(self, part_bytes: int) -> int:
        return -(-self._source.size // part_bytes)
