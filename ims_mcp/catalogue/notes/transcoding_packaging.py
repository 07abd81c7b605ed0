"""File processing: packaging renditions into one adaptive stream, and keys for encrypted streams.

Sources: the comments of SDK 6.20.2. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.notes.transcoding_jobs import OSS_OR_MEDIA, SCHEDULE, STATUS, list_parameters
from ims_mcp.catalogue.operation import Effect, Poll

NOTES = (
    OperationNotes(
        operation="SubmitPackageJob",
        title="Package renditions as HLS",
        purpose=(
            "Join renditions that are already transcoded, such as 480p and 1080p playlists, under one master playlist "
            "so that players switch between them. Nothing is encoded anew; to make the renditions too use "
            "submit_media_convert_job with an OutputGroup. Runs in the background: follow the JobId with "
            "get_package_job."
        ),
        effect=Effect.WRITE,
        parameters={
            "Inputs": {"text": "The renditions; Type OSS with an address, or Media with an asset id."},
            "Output": {
                "text": "The master playlist.",
                "nested": {
                    "Type": {"text": "What Media holds.", "choices": OSS_OR_MEDIA},
                    "Media": {"text": "OSS address of the .m3u8, or asset id."},
                },
            },
            "Name": {"text": "Name of the job."},
            "ScheduleConfig": SCHEDULE,
        },
        poll=Poll(
            operation="GetPackageJob",
            arguments=(("JobId", "JobId"),),
            status_field="PackageJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
        ),
        costs="Packaging is billed media processing.",
        words=(
            "hls packaging",
            "adaptive bitrate",
            "master playlist",
            "打包",
            "HLS打包",
            "多码率",
            "combine renditions to hls",
            "adaptive streaming package",
            "multiple bitrates hls",
            "打包成hls",
            "多码率打包",
        ),
    ),
    OperationNotes(
        operation="GetPackageJob",
        title="Follow a packaging job",
        purpose=(
            "Show one job of submit_package_job: state (Init, Success, Fail), error, its inputs, and once it succeeded "
            "the address of the master playlist in OutputUrl."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        idempotent=True,
        words=("packaging status", "master playlist address", "打包任务", "查询打包", "打包结果"),
    ),
    OperationNotes(
        operation="ListPackageJobs",
        title="List packaging jobs",
        purpose=(
            "List jobs of submit_package_job by state and creation time, to find an id or the failed ones. The jobs "
            "lie one level deeper than in other lists, under PackageJobList, and so does the NextPageToken for the "
            "next page."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
        words=(
            "packaging history",
            "hls jobs",
            "打包任务列表",
            "打包记录",
            "packaging jobs",
            "有哪些打包任务",
        ),
    ),
    OperationNotes(
        operation="GenerateKMSDataKey",
        title="Make an encryption key",
        purpose=(
            "Make a new data key for HLS standard encryption. CiphertextBlob is its wrapped form: give that to the "
            "encrypting job and store it; it is harmless without the key service. Plaintext is the key itself, a "
            "secret, hidden unless include_credentials. Every call makes another key. To get the plaintext back later "
            "use decrypt_kms_data_key."
        ),
        effect=Effect.WRITE,
        secret_fields=("Plaintext",),
        words=(
            "encryption key",
            "hls encryption",
            "drm key",
            "kms",
            "生成密钥",
            "数据密钥",
            "HLS加密",
            "aes key for hls",
            "protect hls",
            "encryption keys",
            "加密密钥",
            "生成加密密钥",
            "视频加密",
        ),
    ),
    OperationNotes(
        operation="DecryptKMSDataKey",
        title="Unwrap an encryption key",
        purpose=(
            "Turn the CiphertextBlob of generate_kms_data_key back into the key that plays an encrypted HLS stream, as "
            "a key server does for its players. It changes nothing, but the answer is a secret: Plaintext is hidden "
            "unless include_credentials."
        ),
        effect=Effect.READ,
        parameters={"CiphertextBlob": {"text": "Wrapped key."}},
        idempotent=True,
        secret_fields=("Plaintext",),
        words=(
            "decrypt key",
            "hls key server",
            "unwrap key",
            "kms",
            "解密密钥",
            "HLS解密",
            "decrypt data key",
            "plain key",
            "解密数据密钥",
            "解开密钥",
        ),
    ),
)
