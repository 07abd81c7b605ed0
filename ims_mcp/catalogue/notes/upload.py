"""Upload: addresses and credentials for files that go into the service's own storage."""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import AtLeastOne, Effect

TOOLSET = "upload"

NOTES = (
    OperationNotes(
        operation="CreateUploadStream",
        toolset=TOOLSET,
        title="Get an upload address for a rendition",
        purpose=(
            "Get an address and a temporary credential with which one local media stream, such as a 720p rendition, "
            "can be uploaded to VOD storage and attached to an existing asset. Nothing is uploaded by this call. "
            "Only in cn-shanghai, cn-beijing and cn-shenzhen. A file that already lies in an OSS bucket of your own "
            "needs no upload: attach it with register_media_stream. The answer shows where the file goes (endpoint, "
            "bucket, key); the credential, valid for about 50 minutes, stays hidden unless include_credentials."
        ),
        effect=Effect.WRITE,
        parameters={
            "MediaId": {"text": "Id of the asset that gets the stream.", "max_bytes": 64},
            "Definition": {
                "text": "Quality: FD, LD, SD, HD, OD, 2K, 4K for video, SQ, HQ for audio.",
                "choices": ("FD", "LD", "SD", "HD", "OD", "2K", "4K", "SQ", "HQ"),
            },
            "FileExtension": {
                "text": "Extension of the file, such as mp4.",
                "pattern": r"\.?[A-Za-z0-9]{1,16}",
            },
            "HDRType": {
                "text": "Dynamic range, in any case.",
                "choices": ("HDR", "HDR10", "HLG", "DolbyVision", "HDRVivid", "SDR+"),
                "any_case": True,
            },
            "UserData": {
                "text": "Any JSON of yours; MessageCallback.CallbackURL names a callback.",
                "kind": "object",
                "json_text": True,
            },
        },
        # Optional on the page, but a stream without an asset has nowhere to go.
        rules=(AtLeastOne(("MediaId",)),),
        secret_fields=("UploadAuth",),
        words=("upload", "stream", "credential", "address", "上传", "上传凭证", "媒体流"),
    ),
)
