"""Account: the buckets there are, and the one that is taken where nothing is said.

Sources: SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"
STORAGE_TYPES = ("vod_oss_bucket", "user_oss_bucket")

STORAGE_NOTES = (
    OperationNotes(
        operation="SetDefaultStorageLocation",
        title="Set the default storage",
        purpose=(
            "Set the bucket and path where this region keeps temporary files of editing in the console and in the web "
            "SDK; jobs over the API name their own places. It overwrites the default of the whole account in the "
            "region. The bucket has to exist; GetStorageList shows those the service knows, GetDefaultStorageLocation "
            "the present one."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Only for files of editing in the console and web SDK; jobs over the API name their own place.",
        destructive_when=(AskWhen("replaces the default storage place of the account in this region"),),
        parameters={
            "StorageType": {
                "text": "vod_oss_bucket: one that VOD manages; user_oss_bucket: your own in OSS.",
                "choices": STORAGE_TYPES,
            },
            "Bucket": {"text": "Name of the bucket, from GetStorageList."},
            "Path": {
                "text": "Folder in your own bucket, such as ims/temp. Empty or / is its root. No effect for VOD.",
                "keeps_empty": True,
            },
        },
        idempotent=True,
        example={"StorageType": "user_oss_bucket", "Bucket": "example-bucket", "Path": "ims/temp"},
        then="See what is set now with GetDefaultStorageLocation.",
        sources=(f"{PAGE}setdefaultstoragelocation",),
    ),
    OperationNotes(
        operation="GetDefaultStorageLocation",
        title="Read the default storage",
        purpose=(
            "Read which bucket and path this region uses where a job names no place of its own, and whether the "
            "bucket still exists (Status Normal or notExist). All buckets the service knows are in GetStorageList."
        ),
        effect=Effect.READ,
        idempotent=True,
        sources=(f"{PAGE}getdefaultstoragelocation",),
    ),
    OperationNotes(
        operation="GetStorageList",
        title="List connected storage",
        purpose=(
            "List the buckets this service may store into, with type, path and status, and which of them is the "
            "default and which takes temporary editing files. Use it to choose a bucket for an upload or an output. "
            "The files in a bucket are not listed. There are no pages."
        ),
        effect=Effect.READ,
        heed="Without Status all buckets are listed, not only usable ones.",
        parameters={
            "StorageType": {
                "text": "Only this kind: vod_oss_bucket of VOD, user_oss_bucket your own. Left out: both.",
                "hints": STORAGE_TYPES,
            },
            "Status": {"text": "Only storage with this status, such as Normal.", "hints": ("Normal",)},
            "AppId": {"text": "Only storage of this application. Left out: all."},
        },
        idempotent=True,
        example={"Status": "Normal"},
        rows=Rows(
            path="StorageInfoList",
            columns=(
                ("bucket", "StorageLocation"),
                ("path", "Path"),
                ("type", "StorageType"),
                ("status", "Status"),
                ("default", "DefaultStorage"),
                ("editing_files", "EditingTempFileStorage"),
                ("AppId", "AppId"),
            ),
        ),
        sources=(f"{PAGE}getstoragelist",),
    ),
)
