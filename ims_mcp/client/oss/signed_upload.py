"""An upload whose bytes somebody else sends: addresses that OSS takes them at, and what has arrived there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ims_mcp.client.observers import ABORT, UPLOAD
from ims_mcp.client.oss.errors import OssFailure, explain_signed
from ims_mcp.client.oss.target import Credentials, UploadTarget
from ims_mcp.client.oss.uploader import OssUploader

if TYPE_CHECKING:  # it imports oss2
    from ims_mcp.client.oss.oss_client import CorsAnswer, FoundObject, OssClient, Stored

FORBID_OVERWRITE = "x-oss-forbid-overwrite"
SHORTEST_SECONDS = 30
"""An address that ends sooner is of no use to anybody."""


@dataclass(frozen=True, slots=True)
class SignedAddress:
    """``headers`` have to be sent as they are: they are signed."""

    url: str
    headers: Mapping[str, str]
    ends_at: float
    """Epoch seconds by the clock of the service."""


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """One object to be. Its methods raise UploadError, and what ``credentials`` raises; none sends a byte of it."""

    uploader: OssUploader
    target: UploadTarget
    credentials: Credentials
    now: float
    """Epoch seconds by the clock of the service."""

    async def sign_put(self, headers: Mapping[str, str], seconds: float) -> SignedAddress:
        """An address for the whole in one request. The credential may end it sooner."""
        headers = {**headers, **({FORBID_OVERWRITE: "true"} if self.target.keeps_existing else {})}
        # From here on the object can be made without another word of this server: whoever audits hears of it now.
        async with self.uploader.observe(UPLOAD), self._open("the address of the upload") as oss:
            from ims_mcp.client.oss.oss_client import SignedBucket

            credential = await self.credentials()
            ends_in = self._shorten(seconds, credential.ends_at)
            url = await oss.run_in_thread(lambda: SignedBucket(oss, credential).sign_put(headers, ends_in))
        return SignedAddress(url, headers, self.now + ends_in)

    async def begin(self, headers: Mapping[str, str]) -> str:
        """The id of a new multipart upload of an object with these headers."""
        async with self._open("the beginning of the upload") as oss:
            return await oss.ask("the beginning of the upload", lambda bucket: bucket.begin(headers))

    async def sign_parts(self, upload_id: str, numbers: Iterable[int], seconds: float) -> dict[int, str]:
        """An address for each of these parts."""
        async with self._open("the addresses of parts") as oss:
            from ims_mcp.client.oss.oss_client import SignedBucket

            credential = await self.credentials()
            bucket, ends_in = SignedBucket(oss, credential), self._shorten(seconds, credential.ends_at)
            wanted = list(numbers)
            return await oss.run_in_thread(
                lambda: {number: bucket.sign_part(upload_id, number, ends_in) for number in wanted}
            )

    async def list_parts(self, upload_id: str) -> dict[int, Stored] | None:
        """The parts that are there, by number; None where OSS does not know the upload (any more)."""
        async with self._open("the list of parts") as oss:
            try:
                return await oss.ask("the list of parts", lambda bucket: bucket.list_parts(upload_id))
            except OssFailure as failure:
                if failure.is_gone:
                    return None
                raise

    async def complete(self, upload_id: str, etags: Mapping[int, str]) -> Stored | None:
        """The object of these parts; None where there is an object already, or OSS does not know the upload."""
        async with self.uploader.observe(UPLOAD), self._open("the end of the upload") as oss:
            try:
                return await oss.ask("the end of the upload", lambda bucket: bucket.complete(upload_id, etags))
            except OssFailure as failure:
                if failure.is_gone or failure.is_taken:
                    return None
                raise

    async def find(self) -> FoundObject | None:
        """The object, if there is one."""
        async with self._open("the look at the object") as oss:
            try:
                return await oss.ask("the look at the object", lambda bucket: bucket.find())
            except OssFailure as failure:
                if failure.status == 404:
                    return None
                raise

    async def delete(self) -> None:
        """Remove the object."""
        async with self.uploader.observe(ABORT), self._open("the deletion of the object") as oss:
            await oss.ask("the deletion of the object", lambda bucket: bucket.delete())

    async def abort(self, upload_id: str) -> None:
        """Give back what a multipart upload holds; one that is gone is no error."""
        async with self.uploader.observe(ABORT), self._open("the end of the upload") as oss:
            try:
                await oss.ask("the end of the upload", lambda bucket: bucket.abort(upload_id))
            except OssFailure as failure:
                if not failure.is_gone:
                    raise

    async def ask_as_browser(self, origin: str, headers: Iterable[str]) -> CorsAnswer:
        """What OSS tells the browser of a page of ``origin`` that is about to send a part."""
        async with self._open("the question for CORS") as oss:
            sent = list(headers)
            return await oss.ask("the question for CORS", lambda bucket: bucket.ask_as_browser(origin, "PUT", sent))

    async def lets_pages_in(self, origin: str) -> bool:
        """Whether a rule of the bucket lets upload pages of ``origin`` in."""
        async with self._open("the look at the CORS rules") as oss:
            rules = await oss.ask("the look at the CORS rules", lambda bucket: bucket.read_cors())
        return any(rule.lets_in(origin) for rule in rules)

    def _shorten(self, seconds: float, ends_at: float | None) -> int:
        left = seconds if ends_at is None else min(seconds, ends_at - self.now)
        return max(SHORTEST_SECONDS, int(left))

    @asynccontextmanager
    async def _open(self, what: str) -> AsyncGenerator[OssClient]:
        target = self.target.require_usable()
        async with self.uploader.open_client(target, self.credentials) as oss:
            try:
                yield oss
            except OssFailure as failure:
                failure.what = failure.what or what
                raise explain_signed(failure, target) from None
