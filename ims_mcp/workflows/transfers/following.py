"""A transfer followed for a reader: sent in the background, waited for, and what became of the asset."""

from __future__ import annotations

from typing import Any

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.summaries.media_info import media_info_view
from ims_mcp.workflows.next_call import next_call
from ims_mcp.workflows.operation_call import failure_reason, name_tools
from ims_mcp.workflows.transfers.service import Running, Transfers
from ims_mcp.workflows.transfers.steps import address_of
from ims_mcp.workflows.transfers.transfer import Transfer, TransferError
from ims_mcp.workflows.waiting import MAX_WAIT_SECONDS, Progress, Waited, wait_for

ELSEWHERE_SECONDS = 0.5
_SIGN_OF_LIFE = 0.001


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
        longest_seconds: float = MAX_WAIT_SECONDS,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Start (or pick up) a transfer and follow it for ``wait_seconds``. Raises ImsError where it failed.

        ``longest_seconds`` is what the whole call may take.
        """
        end = anyio.current_time() + longest_seconds
        transfer = await self._transfers.start(kind, path, destination, arguments)
        if transfer.state == "done":
            note = "this file was uploaded before, to the same place with the same arguments: nothing was sent now"
            return {**await self._told(transfer, None), "note": note}
        longest_seconds = end - anyio.current_time()
        return await self.follow(
            transfer.id, wait_seconds=wait_seconds, longest_seconds=longest_seconds, progress=progress, cancels=True
        )

    async def follow(
        self,
        transfer_id: str,
        *,
        wait_seconds: float,
        longest_seconds: float = MAX_WAIT_SECONDS,
        progress: Progress | None = None,
        cancels: bool = False,
    ) -> dict[str, Any]:
        """How the transfer stands after at most ``wait_seconds``; an interrupted one goes on. Raises ImsError.

        ``cancels``: if this call is cancelled while the file is sent, so is the transfer.
        """
        end = anyio.current_time() + min(longest_seconds, MAX_WAIT_SECONDS)
        deadline = min(anyio.current_time() + wait_seconds, end)
        rising = None if progress is None else _Rising(progress)
        running = await self._sent(transfer_id, deadline, None if rising is None else rising.sending, cancels=cancels)
        transfer = await self._transfers.find(transfer_id)
        if transfer.state == "failed":
            raise TransferError(
                f"The transfer {transfer.id} of {transfer.path} failed: {transfer.error}", next_step=_left_by(transfer)
            )
        if running is not None and running.problem is not None:
            raise TransferError(
                f"The transfer {transfer.id} of {transfer.path} was interrupted: {running.problem.explain()}",
                next_step=f"Call transfer_status with transfer_id {transfer.id}: it goes on where it stopped.",
            )
        waited: Waited | None = None
        if transfer.state == "processing":
            left, longest = deadline - anyio.current_time(), end - anyio.current_time()
            waited = await self._processed(transfer, left, longest, None if rising is None else rising.waiting)
        if waited is not None and waited.outcome in ("failed", "not_found"):
            raise TransferError(
                f"The transfer {transfer.id} of {transfer.path} failed: {transfer.error}", next_step=_left_by(transfer)
            )
        return await self._told(transfer, waited)

    async def _sent(
        self, transfer_id: str, deadline: float, progress: Progress | None, *, cancels: bool
    ) -> Running | None:
        """Wait while there is something to send, here or in another process; take over where that one ends."""
        while True:
            running = self._transfers.running(transfer_id) or await self._transfers.resume(transfer_id)
            if running is None:
                return None
            await self._transfers.wait(running, deadline - anyio.current_time(), progress, cancels=cancels)
            if not running.elsewhere or anyio.current_time() + ELSEWHERE_SECONDS > deadline:
                return running
            await anyio.sleep(ELSEWHERE_SECONDS)

    async def every(self) -> dict[str, Any]:
        """All transfers of this service, newest first, at most 50."""
        known = await self._transfers.all()
        return {"transfers": [await self._line(transfer) for transfer in known[:50]], "count": len(known)}

    async def cancel(self, transfer_id: str) -> dict[str, Any]:
        """Stop a transfer; what lies half sent is taken back."""
        transfer = await self._transfers.cancel(transfer_id)
        told = await self._line(transfer)
        if transfer.arrived or transfer.uploaded:
            told["note"] = "the file has arrived, which is not undone"
        if transfer.state == "cancelled" and transfer.kind == "media" and transfer.media_id:
            told["next_call"] = next_call(
                "delete_media_infos",
                {"MediaIds": transfer.media_id},
                "the asset that was created for the file stays, empty, until it is deleted",
            )
        return told

    async def _processed(
        self, transfer: Transfer, seconds: float, longest_seconds: float, progress: Progress | None
    ) -> Waited:
        """Wait until the service has probed the file, and write down how that ended."""
        name = "RegisterMediaInfo" if transfer.kind == "media" else "RegisterMediaStream"
        waited = await wait_for(
            self._client,
            get_operation(name),
            arguments={"MediaId": transfer.media_id, "InputURL": address_of(transfer)},
            reply={"MediaId": transfer.media_id},
            seconds=seconds,
            longest_seconds=longest_seconds,
            progress=progress,
        )
        if waited.outcome == "succeeded":
            await self._transfers.settle(transfer, "done")
        elif waited.outcome in ("failed", "not_found"):
            reason = failure_reason(waited) or waited.status
            await self._transfers.settle(
                transfer, "failed", f"the file was sent, but the service cannot use it: {reason}"
            )
        return waited

    async def _told(self, transfer: Transfer, waited: Waited | None) -> dict[str, Any]:
        told = await self._line(transfer)
        if waited is not None:
            told["asset_status"] = waited.status
            if waited.problem:
                told["problem"] = waited.problem
        if transfer.state == "done" and transfer.kind == "media" and waited is not None:
            summary = media_info_view(waited.last_data or {}, call={"MediaId": transfer.media_id})
            told["summary"] = name_tools(summary, get_operation("GetMediaInfo"), None)
        elif transfer.state == "done":
            told["next_call"] = next_call(
                "get_media_info", {"MediaId": transfer.media_id}, "see the asset with this file"
            )
        elif not transfer.ended:
            told["next_call"] = next_call(
                "transfer_status", {"transfer_id": transfer.id, "wait_seconds": 30}, "not finished: follow it"
            )
        return told

    async def _line(self, transfer: Transfer) -> dict[str, Any]:
        running = self._transfers.running(transfer.id)
        open_here = running is not None or transfer.ended or transfer.arrived
        elsewhere = not open_here and await self._transfers.held_elsewhere(transfer.id)
        told: dict[str, Any] = {
            "transfer_id": transfer.id,
            "state": transfer.state if open_here or elsewhere else "interrupted",
            "path": transfer.path,
            "size_bytes": transfer.size_bytes,
        }
        if elsewhere:
            told["note"] = "another server process on this machine works on it; this one only looks on"
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


def _left_by(transfer: Transfer) -> str:
    """What a failed transfer leaves in the library."""
    if transfer.kind != "media" or not transfer.media_id:
        return ""
    return f"The asset {transfer.media_id} was created for the file and stays: delete_media_infos removes it."


class _Rising:
    """The progress of one call as MCP wants it: each value larger than the one before, whatever is told of."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._value = -1.0
        self._size = 1.0

    async def sending(self, sent: float, size: float, text: str) -> None:
        self._size = size
        await self._tell(sent, text)

    async def waiting(self, _elapsed: float, _allowed: float, text: str) -> None:
        await self._tell(self._size, text)

    async def _tell(self, value: float, text: str) -> None:
        # A sign of life where nothing has moved: some clients begin to count their timeout anew.
        self._value = value if value > self._value else self._value + _SIGN_OF_LIFE
        await self._progress(self._value, self._size if self._value <= self._size else self._size + 1, text)
