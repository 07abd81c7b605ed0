"""Files to OSS: streamed, in parallel parts, resumable, checked, with the official oss2 in worker threads.

Importing it is cheap: oss2 is loaded by the first upload.
"""

from ims_mcp.client.oss.errors import (
    EXISTS_STEP,
    SourceChanged,
    SourceMissing,
    SourceRefused,
    TransferRefused,
    UploadDenied,
    UploadError,
    UploadInterrupted,
    WrongObject,
)
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.parts import ByteCounter
from ims_mcp.client.oss.source import Source, UploadDirectory, show_path
from ims_mcp.client.oss.target import Credentials, OwnStorage, Timeouts, UploadTarget
from ims_mcp.client.oss.uploader import OssUploader, UploadedFile, put_file

__all__ = [
    "EXISTS_STEP",
    "ByteCounter",
    "Credentials",
    "OssUploader",
    "OwnStorage",
    "Source",
    "SourceChanged",
    "SourceMissing",
    "SourceRefused",
    "Timeouts",
    "TransferRefused",
    "UploadDenied",
    "UploadDirectory",
    "UploadError",
    "UploadInterrupted",
    "UploadJournal",
    "UploadTarget",
    "UploadedFile",
    "WrongObject",
    "put_file",
    "show_path",
]
