"""A transfer followed for a reader: sent in the background, waited for, and what became of the asset."""

from __future__ import annotations

from typing import Any

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.summaries.media_info import media_info_view
from ims_mcp.workflows.operation_call import failure_reason
from ims_mcp.workflows.transfers.service import Transfers
from ims_mcp.workflows.transfers.transfer import Transfer, TransferError
from ims_mcp.workflows.waiting import MAX_WAIT_SECONDS, Progress, Waited, wait_for


class Following:
    """Uploads and their ends, as tools and the command line tell them."""

    def __init__(self, transfers: Transfers, client: ImsClient) -> None:
        self._transfers = transfers
        self._client = client

    async def upload(
        self,
        kind: str,
        path: str,
        destination: str,
        arguments: dict[str, Any],
        *,
        wait_seconds: float,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Start (or pick up) a transfer and follow it for ``wait_seconds``. Raises ImsError where it failed."""
        running = await self._transfers.start(kind, path, destination, arguments)
        return await self.follow(running.transfer.id, wait_seconds=wait_seconds, progress=progress)

    async def follow(
        self, transfer_id: str, *, wait_seconds: float, progress: Progress | None = None
    ) -> dict[str, Any]:
        """How the transfer stands after at most ``wait_seconds``; an interrupted one goes on. Raises ImsError."""
        deadline = anyio.current_time() + min(wait_seconds, MAX_WAIT_SECONDS)
        running = self._transfers.running(transfer_id) or await self._transfers.resume(transfer_id)
        if running is not None:
            await self._transfers.wait(running, deadline - anyio.current_time(), progress)
        transfer = await self._transfers.find(transfer_id)
        waited: Waited | None = None
        if transfer.state == "processing":
            waited = await self._processed(transfer, deadline - anyio.current_time(), progress)
        if transfer.state == "failed":
            raise TransferError(f"The transfer {transfer.id} of {transfer.path} failed: {transfer.error}")
        if transfer.error and running is not None and running.stopped.is_set():
            raise TransferError(
                f"The transfer {transfer.id} of {transfer.path} was interrupted: {transfer.error}",
                next_step=f"Call transfer_status with transfer_id {transfer.id}: it goes on where it stopped.",
            )
        return await self._told(transfer, waited)

    async def every(self) -> dict[str, Any]:
        """All transfers of this service, newest first, at most 50."""
        known = await self._transfers.all()
        return {"transfers": [self._line(transfer) for transfer in known[:50]], "count": len(known)}

    async def cancel(self, transfer_id: str) -> dict[str, Any]:
        """Stop a transfer; what lies half sent is taken back."""
        transfer = await self._transfers.cancel(transfer_id)
        told = self._line(transfer)
        if transfer.state == "cancelled" and transfer.kind == "media" and transfer.media_id:
            told["next_call"] = {
                "tool": "delete_media_infos",
                "arguments": {"MediaIds": transfer.media_id},
                "why": "the asset that was created for the file stays, empty, until it is deleted",
            }
        return told

    async def _processed(self, transfer: Transfer, seconds: float, progress: Progress | None) -> Waited:
        """Wait until the service has probed the file, and write down how that ended."""
        name = "RegisterMediaInfo" if transfer.kind == "media" else "RegisterMediaStream"
        address = transfer.target.get("url") or f"oss://{transfer.target['bucket']}/{transfer.target['key']}"
        waited = await wait_for(
            self._client,
            get_operation(name),
            arguments={"MediaId": transfer.media_id, "InputURL": address},
            reply={"MediaId": transfer.media_id},
            seconds=seconds,
            progress=progress,
        )
        if waited.outcome == "succeeded":
            await self._transfers.settle(transfer, "done")
        elif waited.outcome == "failed":
            reason = failure_reason(waited) or waited.status
            await self._transfers.settle(
                transfer, "failed", f"the file was sent, but the service cannot use it: {reason}"
            )
        return waited

    async def _told(self, transfer: Transfer, waited: Waited | None) -> dict[str, Any]:
        told = self._line(transfer)
        if waited is not None:
            told["asset_status"] = waited.status
            if waited.problem:
                told["problem"] = waited.problem
        if transfer.state == "done" and transfer.kind == "media" and waited is not None:
            told["summary"] = media_info_view(waited.last_data or {}, call={"MediaId": transfer.media_id})
        elif transfer.state == "done":
            told["next_call"] = _next("get_media_info", {"MediaId": transfer.media_id}, "see the asset with this file")
        elif not transfer.ended:
            told["next_call"] = _next(
                "transfer_status", {"transfer_id": transfer.id, "wait_seconds": 30}, "not finished: follow it"
            )
        return told

    def _line(self, transfer: Transfer) -> dict[str, Any]:
        running = self._transfers.running(transfer.id)
        told: dict[str, Any] = {
            "transfer_id": transfer.id,
            "state": transfer.state if running or transfer.ended or transfer.state == "processing" else "interrupted",
            "path": transfer.path,
            "size_bytes": transfer.size_bytes,
        }
        if running is not None:
            told["sent_bytes"] = running.sent_bytes
        if transfer.media_id:
            told["MediaId"] = transfer.media_id
        if transfer.target:
            told["object"] = f"oss://{transfer.target['bucket']}/{transfer.target['key']}"
        if transfer.uploaded:
            told["uploaded"] = transfer.uploaded
        if transfer.error:
            told["error"] = transfer.error
        return told


def _next(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    return {"tool": tool, "arguments": arguments, "why": why}
