"""The object of a ticket in OSS: where it goes, by whose credentials, what has arrived, how it is taken back."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from ims_mcp.catalogue import get_operation
from ims_mcp.client.oss.errors import EXISTS_STEP
from ims_mcp.client.oss.signed_upload import SignedUpload
from ims_mcp.client.oss.target import Credentials, UploadTarget
from ims_mcp.errors import ImsError, Refused
from ims_mcp.summaries.values import as_object, as_objects, as_whole
from ims_mcp.workflows.local_files import FileRefused
from ims_mcp.workflows.tickets.ticket import MARK, Ticket
from ims_mcp.workflows.transfers.credentials import UploadCredentials, read_region, read_target, renew_upload
from ims_mcp.workflows.transfers.run import TransferRunner, check_type_is_known
from ims_mcp.workflows.transfers.store import locate_object

_KEPT_CREDENTIALS = 200
_META_HEADER = f"x-oss-meta-{MARK}"
_PREPARED = ("Preparing", "Normal", "PrepareFail")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What lies at the ticket's place. ``content_type`` is empty, and ``crc64`` None, where nobody may look."""

    size_bytes: int
    content_type: str = ""
    is_own: bool = True
    """Whether it is the ticket's, and not something else of that name."""


class TicketStorage:
    """Raises ImsError throughout. Credentials of VOD storage stay in this process, for as long as they are good."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[UploadTarget, UploadCredentials]] = OrderedDict()

    async def choose_place(self, ticket: Ticket, runner: TransferRunner) -> Ticket:
        """The ticket with its target: in VOD storage an asset is created that waits for the file."""
        if ticket.in_vod:
            answer = await runner.create_upload(ticket.make_record())
            target, region = read_target(answer), read_region(answer)
            place = {
                "bucket": target.bucket,
                "key": target.key,
                "url": str(answer.get("FileURL", "")),
                "region": region,
            }
            ticket = replace(ticket, target=place, media_id=str(answer.get("MediaId", "")))
            credentials = UploadCredentials(runner.client, ticket.media_id, answer)
            self._keep(ticket, replace(target, region=region, keeps_existing=True), credentials)
            return ticket
        bucket, key = locate_object(ticket.destination, ticket.file_name)
        if ticket.kind == "media" and "MediaType" not in ticket.arguments:
            check_type_is_known(key)
        target = await runner.storage.locate(bucket, key)
        if await runner.uploader.exists(target, runner.storage.get_credential):
            raise FileRefused(f"{target} exists already and is not overwritten.", next_step=EXISTS_STEP)
        return replace(ticket, target={"bucket": bucket, "key": key})

    async def open(self, ticket: Ticket, runner: TransferRunner) -> SignedUpload:
        """The way to it, with credentials that are good for now."""
        target, credentials = await self._find(ticket, runner)
        return SignedUpload(runner.uploader, target, credentials, runner.client.service_clock.now())

    async def look(self, ticket: Ticket, runner: TransferRunner) -> Arrival | None:
        """What has arrived. In VOD storage the library knows: the upload's credential may not read."""
        if not ticket.in_vod:
            found = await (await self.open(ticket, runner)).find()
            if found is None:
                return None
            return Arrival(found.size, found.content_type, found.metadata.get(MARK) == ticket.mark)
        reply = await runner.client.call(get_operation("GetMediaInfo"), {"MediaId": ticket.media_id})
        info = as_object(reply.data.get("MediaInfo"))
        for row in as_objects(info.get("FileInfoList")):
            file = as_object(row.get("FileBasicInfo"))
            if unquote(urlsplit(str(file.get("FileUrl", ""))).path).endswith(f"/{ticket.target['key']}"):
                return Arrival(as_whole(file.get("FileSize")) or 0)
        if ticket.kind == "media" and as_object(info.get("MediaBasicInfo")).get("Status") in _PREPARED:
            return Arrival(0)  # how large it is will be known a moment later
        return None

    async def take_back(self, ticket: Ticket, runner: TransferRunner) -> str:
        """Remove what lies there whole or in parts, if it is the ticket's; what stays all the same, in a sentence."""
        if ticket.upload_id:
            await (await self.open(ticket, runner)).abort(ticket.upload_id)
        found = await self.look(ticket, runner)
        if not ticket.in_vod:
            if found is not None and found.is_own:
                await (await self.open(ticket, runner)).delete()
            return ""
        if ticket.kind != "media":
            return "" if found is None else "The file stays in the storage of IMS: it is a stream of the asset."
        operation = get_operation("DeleteMediaInfos")
        try:
            # What this ticket has made, and nobody else knows of.
            arguments = {"MediaIds": ticket.media_id, "DeletePhysicalFiles": True}
            await runner.client.call(operation, arguments, confirmed=True)
        except (Refused, ImsError):
            return f"The asset {ticket.media_id} that was created for it stays: delete_media_infos removes it."
        return ""

    async def _find(self, ticket: Ticket, runner: TransferRunner) -> tuple[UploadTarget, Credentials]:
        bucket, key = ticket.target["bucket"], ticket.target["key"]
        if not ticket.in_vod:
            return await runner.storage.locate(bucket, key), runner.storage.get_credential
        known = self._known.get(ticket.id)
        if known is None:
            answer = await renew_upload(runner.client, ticket.media_id, bucket, key)
            target = replace(read_target(answer), region=read_region(answer), keeps_existing=True)
            known = self._keep(ticket, target, UploadCredentials(runner.client, ticket.media_id, answer))
        return known

    def _keep(
        self, ticket: Ticket, target: UploadTarget, credentials: UploadCredentials
    ) -> tuple[UploadTarget, UploadCredentials]:
        self._known[ticket.id] = target, credentials
        self._known.move_to_end(ticket.id)
        while len(self._known) > _KEPT_CREDENTIALS:
            self._known.popitem(last=False)
        return target, credentials


def list_headers(ticket: Ticket) -> dict[str, str]:
    """What the object is sent with: signed, so it comes with these or not at all."""
    mark = {} if ticket.in_vod else {_META_HEADER: ticket.mark}
    return {"Content-Type": ticket.content_type, **mark}
