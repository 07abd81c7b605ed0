"""What an upload that ends without its object leaves in OSS, and how it is taken back."""

from __future__ import annotations

import logging

from ims_mcp.client.oss.checkpoint import Record
from ims_mcp.client.oss.conversation import Conversation
from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.foreign_text import plain

# The clock of OSS, which dates its uploads, and ours: a request that is further off is refused anyway.
_CLOCK_SKEW_SECONDS = 900.0
_ABORTS = 3

logger = logging.getLogger("ims_mcp.client.oss")


class Remainder:
    """All of it raises OssFailure."""

    def __init__(self, talk: Conversation) -> None:
        self._gateway = talk.gateway
        self._attempts = talk.attempts
        self._checkpoint = talk.checkpoint

    async def clean_up(self) -> None:
        """Whatever the checkpoint speaks of, and then the checkpoint."""
        record = self._checkpoint.record
        if record is not None and record.upload_id:
            await self.abort(record.upload_id)
        if record is not None and (record.doubtful or not record.upload_id):
            await self.sweep(record.intended_at)
        await self._attempts.in_thread(self._checkpoint.remove)

    async def abort(self, upload_id: str) -> None:
        """Returns when OSS has no such upload any more. A part that was just arriving can outlive the first request."""
        for _ in range(_ABORTS):
            try:
                await self._attempts.run(
                    "the request to abort", lambda credential: self._gateway.abort(credential, upload_id)
                )
            except OssFailure as failure:
                if failure.kind is Kind.GONE:
                    return
                raise

    async def sweep(self, since: float) -> None:
        """Abort what a beginning without a known end may have left: uploads of this key, since then, without parts.

        It needs the right to list the bucket's uploads, which a credential for a single key does not include. Such a
        remainder holds no data, so where it cannot be looked for, nothing fails.
        """
        try:
            begun = await self._attempts.run("the list of uploads", self._gateway.uploads)
            known = await self._attempts.in_thread(self._checkpoint.known_uploads)
            for upload in begun:
                ours = upload.at >= since - _CLOCK_SKEW_SECONDS and upload.upload_id not in known
                if ours and not await self._has_parts(upload.upload_id):
                    await self.abort(upload.upload_id)
        except OssFailure as failure:
            logger.warning(
                "an upload that may have been begun could not be looked for",
                extra={"code": failure.code, "status": failure.status},
            )

    async def _has_parts(self, upload_id: str) -> bool:
        parts = await self._attempts.run(
            "the list of parts", lambda credential: self._gateway.parts(credential, upload_id)
        )
        return bool(parts)


def check_same_target(record: Record, target: UploadTarget) -> None:
    """TransferRefused where a transfer id was used for another object. The endpoint may be another: it can move."""
    if (record.bucket, record.key) != (target.bucket, target.key):
        raise TransferRefused(
            f"This transfer was begun for {plain(f'oss://{record.bucket}/{record.key}', 200)}, not for {target}.",
            next_step="Cancel that transfer, then upload the file anew.",
        )
