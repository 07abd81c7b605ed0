"""File processing: packaging renditions into one adaptive stream, and keys for encrypted streams.

Sources: the comments of SDK 6.20.2. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.notes.transcoding_jobs import (
    INPUT,
    JOB_ID,
    JOB_NAME,
    LIST_EXAMPLE,
    OSS_OR_MEDIA,
    SCHEDULE,
    STATUS,
    list_parameters,
)
from ims_mcp.catalogue.operation import Effect, Poll, Result, Rows

WRAPPED_KEY = "ODZhOWVmZDktM2QxNi00ODk0LWJkNGYtMWZjNDNmM2YyYWJm"

NOTES = (
    OperationNotes(
        operation="SubmitPackageJob",
        title="Package renditions as HLS",
        purpose=(
            "Join renditions that are already transcoded, such as 480p and 1080p playlists, under one master playlist "
            "so that players switch between them. Nothing is encoded anew; to make the renditions too use "
            "SubmitMediaConvertJob with an OutputGroup. Runs in the background: follow the JobId with "
            "GetPackageJob."
        ),
        effect=Effect.WRITE,
        heed="Takes .m3u8 only. To transcode and package in one: SubmitMediaConvertJob, OutputGroups Type Hls.",
        parameters={
            "Inputs": {
                "text": "The renditions: one entry for each media playlist (.m3u8).",
                "nested": {
                    "Input": {**INPUT, "text": "One rendition."},
                },
            },
            "Output": {
                "text": "Where the master playlist goes.",
                "nested": {
                    "Type": {"text": "OSS: a new object; Media: an asset.", "choices": OSS_OR_MEDIA},
                    "Media": {"text": "OSS: address of the new .m3u8. Media: id of the asset that gets it."},
                },
            },
            "Name": JOB_NAME,
            "ScheduleConfig": SCHEDULE,
        },
        example={
            "Name": "launch adaptive",
            "Inputs": [
                {"Input": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch-480p.m3u8"}},
                {"Input": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch-1080p.m3u8"}},
            ],
            "Output": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch.m3u8"},
        },
        poll=Poll(
            operation="GetPackageJob",
            arguments=(("JobId", "JobId"),),
            status_field="PackageJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init",),
            result=Result(
                fields=(
                    ("url", "PackageJob.OutputUrl"),
                    ("output", "PackageJob.Output.Media"),
                    ("finished", "PackageJob.FinishTime"),
                ),
            ),
        ),
        costs="Packaging is billed media processing.",
    ),
    OperationNotes(
        operation="GetPackageJob",
        title="Follow a packaging job",
        purpose=(
            "Show one job of SubmitPackageJob: state (Init, Success, Fail), error, its inputs, and once it succeeded "
            "the address of the master playlist in OutputUrl."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
    ),
    OperationNotes(
        operation="ListPackageJobs",
        title="List packaging jobs",
        purpose=(
            "List jobs of SubmitPackageJob by state and creation time, to find an id or the failed ones. The jobs "
            "lie one level deeper than in other lists, under PackageJobList, and so does the NextPageToken for the "
            "next page."
        ),
        effect=Effect.READ,
        parameters=list_parameters(STATUS),
        idempotent=True,
        example=LIST_EXAMPLE,
        rows=Rows(
            path="PackageJobList.PackageJobs",
            columns=(
                ("JobId", "JobId"),
                ("Name", "Name"),
                ("Status", "Status"),
                ("output_goes_to", "Output.Media"),
                ("created", "CreateTime"),
                ("finished", "FinishTime"),
                ("Code", "Code"),
                ("Message", "Message"),
            ),
        ),
        then="Read the address of the playlist with GetPackageJob.",
    ),
    OperationNotes(
        operation="GenerateKMSDataKey",
        title="Make an encryption key",
        purpose=(
            "Make a new data key for HLS standard encryption. CiphertextBlob is its wrapped form: give that to the "
            "encrypting job and store it; it is harmless without the key service. Plaintext is the key itself, a "
            "secret, hidden unless include_credentials. Every call makes another key. To get the plaintext back later "
            "use DecryptKMSDataKey."
        ),
        effect=Effect.WRITE,
        secret_fields=("Plaintext",),
        secrets_read_by="DecryptKMSDataKey",
        then="Give DataKey.CiphertextBlob to the job as CipherText; DecryptKMSDataKey turns it back into the key.",
    ),
    OperationNotes(
        operation="DecryptKMSDataKey",
        title="Unwrap an encryption key",
        purpose=(
            "Turn the CiphertextBlob of GenerateKMSDataKey back into the key that plays an encrypted HLS stream, as "
            "a key server does for its players. It changes nothing, but the answer is a secret: Plaintext is hidden "
            "unless include_credentials."
        ),
        effect=Effect.READ,
        parameters={
            "CiphertextBlob": {
                "text": "Wrapped key: CiphertextBlob of GenerateKMSDataKey. It also stands in the "
                "key address of an encrypted playlist, where it may be URL-encoded: decode it first."
            }
        },
        idempotent=True,
        example={"CiphertextBlob": WRAPPED_KEY},
        secret_fields=("Plaintext",),
    ),
)
