"""Files to OSS: streamed, in parallel parts, resumable, checked, with the official oss2 in worker threads.

Importing it is cheap: oss2 is loaded by the first upload.
"""

from ims_mcp.client.oss.attempts import Credentials, Patience
from ims_mcp.client.oss.errors import (
    SourceChanged,
    SourceMissing,
    SourceRefused,
    TransferRefused,
    UploadDenied,
    UploadError,
    UploadInterrupted,
    WrongObject,
)
from ims_mcp.client.oss.own_storage import OwnStorage
from ims_mcp.client.oss.progress import Progress
from ims_mcp.client.oss.put_file import put_file
from ims_mcp.client.oss.source import Source, UploadDirectory, show_path
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader, UploadedFile

__all__ = [
    "Credentials",
    "OssUploader",
    "OwnStorage",
    "Patience",
    "Progress",
    "Source",
    "SourceChanged",
    "SourceMissing",
    "SourceRefused",
    "TransferRefused",
    "UploadDenied",
    "UploadDirectory",
    "UploadError",
    "UploadInterrupted",
    "UploadTarget",
    "UploadedFile",
    "WrongObject",
    "put_file",
    "show_path",
]
