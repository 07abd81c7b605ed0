"""Why an upload ended without its object, each with what can be done about it.

UploadError              what happened, in a sentence or two, and what to do next
├── SourceRefused        the path is not a regular file that can be read; nothing was sent
│   └── SourceMissing    there is nothing of that name
├── SourceChanged        the file changed while it was sent; nothing of it is left in OSS
├── TransferRefused      the transfer id, its checkpoint or the target cannot be used; nothing was sent
├── UploadDenied         OSS said no for good; its Code and RequestId
├── UploadInterrupted    the network or OSS failed for longer than was waited
└── WrongObject          what OSS stored is not what was sent; it was deleted
"""

from __future__ import annotations

from ims_mcp.errors import ImsError


class UploadError(ImsError):
    """Base of all. ``resumable``: an upload with the same transfer id goes on where this one stopped."""

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        resumable: bool = False,
        code: str = "",
        http_status: int = 0,
        request_id: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.resumable = resumable
        self.code = code
        """The error code of OSS (``AccessDenied``); empty where it was not OSS that failed."""
        self.http_status = http_status
        self.request_id = request_id

    def explain(self) -> str:
        lines = [str(self)]
        if self.request_id:
            lines.append(f"RequestId: {self.request_id}")
        if self.next_step:
            lines.append(f"Next: {self.next_step}")
        return "\n".join(lines)


class SourceRefused(UploadError):
    """The path does not name a regular file that can be read."""


class SourceMissing(SourceRefused):
    """The path names nothing."""


class SourceChanged(UploadError):
    """The file is not the one the upload began with."""


class TransferRefused(UploadError):
    """What was asked for cannot be started."""


class UploadDenied(UploadError):
    """An answer of OSS that a repetition would not change."""


class UploadInterrupted(UploadError):
    """Given up after several tries; what was sent is kept for resuming unless the text says otherwise."""


class WrongObject(UploadError):
    """The end-to-end check failed."""
