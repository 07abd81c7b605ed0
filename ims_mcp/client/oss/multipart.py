"""A file as a multipart upload: begun, filled by several threads, completed and checked, or taken up again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.checkpoint import FinishedPart, Record
from ims_mcp.client.oss.conversation import Conversation
from ims_mcp.client.oss.errors import TransferRefused, WrongObject
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.gateway import Stored
from ims_mcp.client.oss.part_plan import Part, parts_of
from ims_mcp.client.oss.pieces import Piece
from ims_mcp.client.oss.progress import Counter
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.together import together
from ims_mcp.crc64 import combined

logger = logging.getLogger("ims_mcp.client.oss")


class Multipart:
    """The steps; :mod:`transfer` decides which."""

    def __init__(self, talk: Conversation, source: Source, counter: Counter) -> None:
        self._talk = talk
        self._gateway = talk.gateway
        self._attempts = talk.attempts
        self._checkpoint = talk.checkpoint
        self._source = source
        self._counter = counter
        self.parts_resent = 0
        self.parts_skipped = 0

    async def begin(self, part_bytes: int, *, before: Record | None, now: float) -> str:
        """The id of a new multipart upload. ``before``: the journal of an earlier beginning."""
        doubtful = before is not None and before.doubtful
        record = Record(
            identity=self._source.identity,
            bucket=self._talk.target.bucket,
            key=self._talk.target.key,
            part_bytes=part_bytes,
            intended_at=before.intended_at if before is not None and doubtful else now,
            path=str(self._source.path),
            doubtful=doubtful,
        )
        await self._attempts.in_thread(lambda: self._checkpoint.intend(record))
        uncertain = False

        def failed(failure: OssFailure) -> None:
            nonlocal uncertain
            uncertain = uncertain or failure.uncertain

        def begin(credential: Credential) -> str:
            if uncertain:
                self._checkpoint.doubt()
            return self._begin(credential)

        try:
            return await self._attempts.run("the request to begin", begin, failed=failed)
        except OssFailure:
            if not doubtful and not uncertain:
                await self._attempts.in_thread(self._checkpoint.remove)
            raise

    def _begin(self, credential: Credential) -> str:
        """One thread does both: between the answer of OSS and the journal there is nothing that could be cancelled."""
        upload_id = self._gateway.begin(credential)
        try:
            self._checkpoint.started(upload_id)
        except TransferRefused:
            with suppress(OssFailure):
                self._gateway.abort(credential, upload_id)
            raise
        return upload_id

    async def finished_parts(self, record: Record) -> dict[int, FinishedPart]:
        """The parts that need not be sent again. Raises OssFailure; GONE: there is no such upload any more."""
        listed: Mapping[int, Stored] | None
        try:
            listed = await self._attempts.run(
                "the list of parts", lambda credential: self._gateway.parts(credential, record.upload_id)
            )
        except OssFailure as failure:
            if failure.kind is not Kind.DENIED:
                raise
            # Not every credential for an upload includes listing it. Completing it checks every part by its ETag.
            listed = None
        return await self._attempts.in_thread(lambda: self._matching(record, listed))

    def _matching(self, record: Record, listed: Mapping[int, Stored] | None) -> dict[int, FinishedPart]:
        """Parts in the journal that OSS has, and parts OSS has that a crash kept out of the journal."""
        # Something touched the file without changing size or time of writing: only its content tells what.
        touched = record.identity != self._source.identity
        found: dict[int, FinishedPart] = {}
        for part in parts_of(self._source.size, record.part_bytes):
            noted = record.parts.get(part.number)
            there = listed.get(part.number) if listed is not None else noted
            if there is None or there.size != part.size:
                continue
            agreed = noted is not None and noted.etag.upper() == there.etag.upper() and noted.size == part.size
            if noted is not None and agreed and not touched:
                found[part.number] = noted
                continue
            crc, md5 = self._sums(part)
            if md5 == there.etag.lower() or (noted is not None and agreed and noted.crc64 == crc):
                found[part.number] = FinishedPart(there.etag, crc, part.size)
                self._checkpoint.finished(part.number, found[part.number])
        return found

    def _sums(self, part: Part) -> tuple[int, str]:
        md5 = hashlib.md5(usedforsecurity=False)
        with self._source.reading():
            piece = self._piece(part, lambda _: None)
            for chunk in piece:
                md5.update(chunk)
        return piece.crc64, md5.hexdigest()

    async def send(self, upload_id: str, part_bytes: int, finished: dict[int, FinishedPart], threads: int) -> None:
        """Send what is not in ``finished``, and put it there."""
        self.parts_skipped = len(finished)
        for number, part in finished.items():
            self._counter.finish(number, part.size)
        waiting = (part for part in parts_of(self._source.size, part_bytes) if part.number not in finished)

        async def worker() -> None:
            for part in waiting:
                finished[part.number] = await self._attempts.run(
                    f"part {part.number}",
                    lambda credential, part=part: self._send(credential, upload_id, part),
                    failed=self.count_resent,
                )

        await together([worker] * threads)

    def count_resent(self, failure: OssFailure) -> None:
        """Told of a failure after which something is sent again."""
        if failure.repeatable or failure.kind in (Kind.EXPIRED, Kind.CLOCK):
            self.parts_resent += 1

    def _send(self, credential: Credential, upload_id: str, part: Part) -> FinishedPart:
        with self._source.reading():
            piece = self._piece(part, lambda sent: self._counter.sending(part.number, sent))
            stored = self._gateway.put_part(credential, upload_id, part.number, piece)
        require_crc(stored.crc64, piece.crc64)
        sent = FinishedPart(stored.etag, piece.crc64, part.size)
        self._checkpoint.finished(part.number, sent)
        self._counter.finish(part.number, part.size)
        return sent

    def _piece(self, part: Part, sending: Callable[[int], None]) -> Piece:
        return Piece(self._source, part.offset, part.size, check=self._gateway.lines.check, sending=sending)

    async def complete(self, upload_id: str, finished: Mapping[int, FinishedPart]) -> Stored:
        """The object, checked from end to end. Raises SourceChanged, WrongObject, OssFailure."""
        await self._attempts.in_thread(self._source.check_path)
        expected = await self._attempts.in_thread(lambda: self._expected(finished))
        etags = {number: part.etag for number, part in finished.items()}
        doubtful = False

        def failed(failure: OssFailure) -> None:
            nonlocal doubtful
            doubtful = doubtful or failure.uncertain

        try:
            stored = await self._attempts.run(
                "the request to complete",
                lambda credential: self._gateway.complete(credential, upload_id, etags),
                failed=failed,
            )
        except OssFailure as failure:
            # The answer to an earlier try was lost on the way: the object is there.
            stored = await self.made(expected) if failure.kind is Kind.GONE and doubtful else None
            if stored is None:
                raise
        if stored.crc64 is None:
            stored = await self._attempts.run("the look at the object", self._gateway.look)
        if stored.crc64 != expected:
            await discard_wrong(self._talk, self._source)
        return stored

    def _expected(self, finished: Mapping[int, FinishedPart]) -> int:
        expected = combined((finished[number].crc64, finished[number].size) for number in sorted(finished))
        self._checkpoint.completing(expected)
        return expected

    async def made(self, expected_crc64: int) -> Stored | None:
        """The object, if it is there with this CRC and the size of the source; None also where it cannot be seen."""
        stored = await self.of_same_size()
        return stored if stored is not None and stored.crc64 == expected_crc64 else None

    async def of_same_size(self) -> Stored | None:
        """The object, if it is there with the size of the source; None also where it cannot be seen."""
        try:
            stored = await self._attempts.run("the look at the object", self._gateway.look)
        except OssFailure as failure:
            logger.info("the object could not be looked at", extra={"code": failure.code, "status": failure.status})
            return None
        return stored if stored.size == self._source.size else None


def require_crc(stored: int | None, sent: int) -> None:
    """Raises OssFailure where OSS did not get what was sent."""
    if stored is None:
        raise OssFailure(Kind.FINAL, "the endpoint does not say the CRC-64 of what it stored, as OSS does")
    if stored != sent:
        raise OssFailure(Kind.DAMAGED, "what arrived is not what was sent")


async def discard_wrong(talk: Conversation, source: Source) -> None:
    """Delete an object that failed its check, and raise WrongObject."""
    what, deleted = await discard(talk)
    raise WrongObject(
        f"The object that OSS made of {source.name} at {talk.target} is not what was sent: its CRC-64 differs. {what}",
        next_step="Upload again; if it happens once more, report it to Alibaba Cloud."
        if deleted
        else "Delete the object, then upload again.",
    )


async def discard(talk: Conversation) -> tuple[str, bool]:
    """Delete the object that was just made, which must not stay: how that ended, in a sentence, and whether it is gone.

    Nobody else's is lost: where an object is not to be replaced, this upload could only make it where there was none.
    """
    try:
        await talk.attempts.run("the request to delete", talk.gateway.delete)
    except OssFailure as failure:
        return f"It could not be deleted ({failure.words}): do not use it.", False
    return "It was deleted.", True
