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
            "SubmitMediaConvertJob with an OutputGroup. Runs in the background: follow the JobId with "
            "GetPackageJob."
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
        idempotent=True,
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
        parameters={"CiphertextBlob": {"text": "Wrapped key."}},
        idempotent=True,
        secret_fields=("Plaintext",),
    ),
)
