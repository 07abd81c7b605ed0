"""Account: callbacks, storage, metering, camera (IPC) quota.

Sources: what SDK 6.20.2 declares, and the documentation's guide to callback events.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs

# Ten digits keep milliseconds out, the mistake that otherwise answers with an empty list.
START_SECONDS: ParameterNotes = {"text": "Start, Unix seconds.", "minimum": 1_000_000_000, "maximum": 9_999_999_999}
END_SECONDS: ParameterNotes = {"text": "End, Unix seconds.", "minimum": 1_000_000_000, "maximum": 9_999_999_999}
RECENT_START: ParameterNotes = {**START_SECONDS, "text": "Start, Unix seconds; at most 90 days ago."}
RECENT_END: ParameterNotes = {**END_SECONDS, "text": "End, Unix seconds; at most 31 days after StartTs."}
INTERVAL: ParameterNotes = {"text": "Step in seconds: 3600 (hour) or 86400 (day).", "minimum": 3600, "maximum": 86400}
NO_REGION: ParameterNotes = {"text": "Has no effect: all regions are counted."}
CAPABILITY: ParameterNotes = {
    "text": "Camera service; default understand.",
    "choices": ("understand", "understand-reid", "search"),
}
CAMERA_END: ParameterNotes = {"text": "End, UTC; at most 180 days after StartTime."}
SMALL_PAGE: ParameterNotes = {"text": "Entries a page; default 10.", "maximum": 50}

NOTES = (
    OperationNotes(
        operation="SetEventCallback",
        title="Configure event callbacks",
        purpose=(
            "Set where the service announces finished jobs and changed assets in this region: an HTTP address or a "
            "message queue, and for which events. It overwrites the whole configuration of the account in the "
            "region, so other systems may stop getting theirs: read it with GetEventCallback first and send all "
            "that is to stay. Events of real-time AI agents are set with SetNotifyConfig instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen(
                "replaces the event callback of the account in this region: other systems may stop getting their events"
            ),
        ),
        parameters={
            "CallbackType": {"text": "HTTP address or MNS (SMQ) queue.", "choices": ("HTTP", "MNS")},
            "CallbackURL": {
                "text": "The one address for HTTP, at most 256 bytes.",
                "max_bytes": 256,
                "url_schemes": ("http", "https"),
            },
            "CallbackQueueName": {
                "text": "Queue for MNS, in this region: ice-callback-...",
                "pattern": "ice-callback-.+",
            },
            "EventTypeList": {
                "text": "Comma-separated event types, such as ProduceMediaComplete,TranscodeComplete.",
                "comma_list": True,
            },
            "AuthSwitch": {"text": "Whether HTTP callbacks are signed.", "choices": ("on", "off")},
            "AuthKey": {
                "text": "Signing key: upper and lower case letters and digits, at most 32.",
                "max_characters": 32,
            },
        },
        rules=(Needs("CallbackType", "HTTP", "CallbackURL"), Needs("CallbackType", "MNS", "CallbackQueueName")),
        idempotent=True,
    ),
    OperationNotes(
        operation="GetEventCallback",
        title="Read the callback configuration",
        purpose=(
            "Read where this region announces events: HTTP address or queue, the event types, whether callbacks are "
            "signed. Use it before SetEventCallback, which replaces everything, or to see why notifications do not "
            "arrive. The signing key stays hidden unless include_credentials."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        idempotent=True,
        secret_fields=("AuthKey",),
    ),
    OperationNotes(
        operation="SetDefaultStorageLocation",
        title="Set the default storage",
        purpose=(
            "Set the bucket and path where this region keeps files for which a job names no place, such as temporary "
            "files of editing. It overwrites the default of the whole account in the region. The bucket has to "
            "exist; GetStorageList shows those the service knows, GetDefaultStorageLocation the present one."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces the default storage place of the account in this region"),),
        parameters={
            "StorageType": {
                "text": "Bucket managed by VOD, or an OSS bucket of your own.",
                "choices": ("vod_oss_bucket", "user_oss_bucket"),
            },
            "Bucket": {"text": "Name of the bucket."},
            "Path": {
                "text": "Folder in your own bucket; empty or / is its root. No effect for VOD.",
                "keeps_empty": True,
            },
        },
        idempotent=True,
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
        parameters={
            "StorageType": {
                "text": "Only this kind of storage.",
                "hints": ("vod_oss_bucket", "user_oss_bucket"),
            },
            "Status": {"text": "Only storage with this status."},
            "AppId": {"text": "Only storage of this application."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeMeterImsEditUsage",
        title="Measure editing usage",
        purpose=(
            "Read how many minutes of video were produced by editing in a span of time, per hour or day and per "
            "output profile. All regions are counted together. For every kind of usage in one "
            "answer use DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START_SECONDS, "EndTs": END_SECONDS, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUHDUsage",
        title="Measure enhancement transcoding usage",
        purpose=(
            "Read how many minutes of video were enhanced (ultra-HD transcoding) in a span of time, per hour or day "
            "and per specification. Ordinary transcoding is in "
            "DescribeMeterImsMediaConvertUsage. All regions are counted together."
        ),
        effect=Effect.READ,
        parameters={
            "StartTs": START_SECONDS,
            "EndTs": END_SECONDS,
            # A string here, an integer in the sister operations.
            "Interval": {"text": "Step in seconds, as a string: hour or day.", "choices": ("3600", "86400")},
            "RegionId": NO_REGION,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUsage",
        title="Measure transcoding usage",
        purpose=(
            "Read how many minutes of files were transcoded in a span of time, per hour or day and per "
            "specification. Reaches back 90 days, 31 days at a time. Enhancement is counted in "
            "DescribeMeterImsMediaConvertUHDUsage, live streams in DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": RECENT_START, "EndTs": RECENT_END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeMeterImsMpsAiUsage",
        title="Measure AI processing usage",
        purpose=(
            "Read how many minutes of media were processed by AI jobs (tagging, moderation and the like) in a span of "
            "time, per hour or day and per type of AI. Reaches back 90 days, 31 days at a time. For every kind of "
            "usage in one answer use DescribeMeterImsSummary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": RECENT_START, "EndTs": RECENT_END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
    ),
    OperationNotes(
        operation="DescribeMeterImsSummary",
        title="Summarise usage",
        purpose=(
            "Read the totals of all billed usage in a span of time in one answer: editing, live editing, live "
            "recording, live snapshots, live transcoding, file transcoding, enhancement, AI. Start here when somebody "
            "asks what was used; its sisters, such as DescribeMeterImsEditUsage, split one kind by hour or day."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START_SECONDS, "EndTs": END_SECONDS, "Region": NO_REGION},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateIpcOrder",
        title="Order a camera subscription",
        purpose=(
            "Buy a subscription of AI services for one camera (IPC): picture understanding, recognition of persons "
            "met before, or search, for 30, 90 or 365 days. This places a real, paid order, and a second call may buy "
            "a second time: after an unclear failure look with GetIpcDeviceInfo. Returns the state of the purchase."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("places a real, paid order, and with every call another one"),),
        parameters={
            "DeviceId": {"text": "Id of the camera."},
            "Capability": {
                "text": "What is bought: 300 pictures a day (understand), 75 searches a day (search), or both.",
                "choices": (
                    "understand",
                    "understand-reid",
                    "search",
                    "understand-search",
                    "understand-reid-search",
                ),
            },
            "Period": {"text": "30, 90 or 365 days.", "choices": ("month", "quarter", "year")},
        },
        costs="Places a paid order.",
    ),
    OperationNotes(
        operation="QueryIpcQuota",
        title="Check the camera quota",
        purpose=(
            "Read how much of the daily quota for camera (IPC) AI services was used and how much there is, day by day "
            "over at most 180 days, for one capability. Which cameras have a subscription and until when is in "
            "GetIpcDeviceInfo."
        ),
        effect=Effect.READ,
        parameters={"Capability": CAPABILITY, "EndTime": CAMERA_END, "PageSize": SMALL_PAGE},
        idempotent=True,
    ),
    OperationNotes(
        operation="GetIpcDeviceInfo",
        title="List subscribed cameras",
        purpose=(
            "List the cameras (IPC) that have an AI subscription with its capability and the time it ends; one camera "
            "with DeviceId. How much of the quota is used up is in QueryIpcQuota; a subscription is bought with "
            "CreateIpcOrder."
        ),
        effect=Effect.READ,
        parameters={
            "DeviceId": {"text": "Only this camera."},
            "Capability": CAPABILITY,
            "EndTime": CAMERA_END,
            "PageSize": SMALL_PAGE,
        },
        idempotent=True,
    ),
)
