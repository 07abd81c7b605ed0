"""A transfer followed for a reader: sent in the background, waited for, and what became of the asset."""

from __future__ import annotations

import re
from typing import Any

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss import show_path
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.media_info import media_info_view
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.behaviours.get_media_info import name_tools
from ims_mcp.workflows.next_call import next_call
from ims_mcp.workflows.transfers.service import Running, Transfers
from ims_mcp.workflows.transfers.steps import address_of
from ims_mcp.workflows.transfers.transfer import Transfer, TransferError
from ims_mcp.workflows.waiting import PollResult, Progress, wait_for

ELSEWHERE_SECONDS = 0.5
_ERROR_CHARACTERS = 1200
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Following:
    """Uploads and their ends, as tools and the command line tell them."""

    def __init__(self, transfers: Transfers, client: ImsClient) -> None:
        self._transfers = transfers
        self._client = client

    def end(self) -> None:
        """The server ends: calls that are cancelled from now on leave their transfers to be resumed."""
        self._transfers.end()

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
            raise _failure(transfer)
        if running is not None and running.problem is not None:
            raise TransferError(
                f"The transfer {transfer.id} of {show_path(transfer.path)} was interrupted: "
                f"{quotable(running.problem.explain(), limit=_ERROR_CHARACTERS)}",
                next_step=f"To go on, call transfer_status with transfer_id {transfer.id}, or upload_{transfer.kind} "
                "again with the same arguments.",
            )
        waited: PollResult | None = None
        if transfer.state == "processing":
            left, longest = deadline - anyio.current_time(), end - anyio.current_time()
            waited = await self._processed(transfer, left, longest, None if rising is None else rising.waiting)
        if waited is not None and waited.outcome in ("failed", "not_found"):
            raise _failure(transfer)
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
        """All transfers of this service, newest first, at most 50, in at most MAX_BYTES."""
        known = await self._transfers.all()
        told = {"count": len(known), "transfers": [await self._line(transfer) for transfer in known[:50]]}
        return fit(told, MAX_BYTES, query_prefix=None)

    async def cancel(self, transfer_id: str) -> dict[str, Any]:
        """Stop a transfer; what lies half sent is taken back."""
        transfer = await self._transfers.cancel(transfer_id)
        told = await self._line(transfer)
        if transfer.arrived or transfer.uploaded:
            told["note"] = "the file has arrived, which is not undone"
        if transfer.state == "cancelled" and transfer.kind == "media" and _is_id(transfer.media_id):
            told["next_call"] = next_call(
                "delete_media_infos",
                {"MediaIds": transfer.media_id},
                "the asset that was created for the file stays, empty, until it is deleted",
            )
        return told

    async def _processed(
        self, transfer: Transfer, seconds: float, longest_seconds: float, progress: Progress | None
    ) -> PollResult:
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
            await self._transfers.settle(transfer)
        elif waited.outcome in ("failed", "not_found"):
            reason = quotable(waited.reason or waited.status, limit=300)
            await self._transfers.settle(transfer, f"the file was sent, but the service cannot use it: {reason}")
        return waited

    async def _told(self, transfer: Transfer, waited: PollResult | None) -> dict[str, Any]:
        told = await self._line(transfer)
        if waited is not None:
            told["asset_status"] = quotable(waited.status, limit=60)
            if waited.problem:
                told["problem"] = quotable(waited.problem, limit=_ERROR_CHARACTERS)
        if transfer.state == "done" and transfer.kind == "media" and waited is not None:
            summary = media_info_view(waited.last_data or {}, call={"MediaId": transfer.media_id})
            told["summary"] = name_tools(summary, None)
        elif transfer.state == "done" and _is_id(transfer.media_id):
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
            "path": show_path(transfer.path),
            "size_bytes": transfer.size_bytes,
        }
        if elsewhere:
            told["note"] = "another server process on this machine works on it; this one only looks on"
        if running is not None:
            told["sent_bytes"] = running.sent_bytes
        if transfer.media_id:
            told["MediaId"] = plain(transfer.media_id, 64)
        if transfer.target:
            # A key has 1,023 bytes at most.
            told["object"] = plain(f"oss://{transfer.target['bucket']}/{transfer.target['key']}", 1100)
        if transfer.uploaded:
            told["uploaded"] = transfer.uploaded
        if transfer.error:
            told["error"] = quotable(transfer.error, limit=_ERROR_CHARACTERS)
        return told


def _failure(transfer: Transfer) -> TransferError:
    """Why it failed, and what it leaves in the library."""
    left = ""
    if transfer.kind == "media" and _is_id(transfer.media_id):
        left = f"The asset {transfer.media_id} was created for the file and stays: delete_media_infos removes it."
    return TransferError(
        f"The transfer {transfer.id} of {show_path(transfer.path)} failed: "
        f"{quotable(transfer.error, limit=_ERROR_CHARACTERS)}",
        next_step=left,
    )


def _is_id(media_id: str) -> bool:
    """Whether a call can be proposed with it: anything else is a stranger's text."""
    return _ID.fullmatch(media_id) is not None


class _Rising:
    """The progress of one call as MCP wants it: each value larger than the one before, whatever is told of."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._value = -1
        self._size = 1

    async def sending(self, sent: float, size: float, text: str) -> None:
        self._size = int(size)
        await self._tell(int(sent), text)

    async def waiting(self, _elapsed: float, _allowed: float, text: str) -> None:
        await self._tell(self._size, text)

    async def _tell(self, value: int, text: str) -> None:
        # A sign of life where nothing has moved, a byte more: some clients begin to count their timeout anew.
        self._value = max(value, self._value + 1)
        await self._progress(self._value, max(self._size, self._value), plain(text, 300))
