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
            "region, so other systems may stop getting theirs: read it with get_event_callback first and send all "
            "that is to stay. Events of real-time AI agents are set with set_notify_config instead."
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
        words=(
            "webhook",
            "notification",
            "callback url",
            "message queue",
            "回调",
            "事件通知",
            "设置回调",
            "消息队列",
            "set callback url",
            "notify my server when jobs finish",
            "设置回调地址",
            "任务完成通知我",
        ),
    ),
    OperationNotes(
        operation="GetEventCallback",
        title="Read the callback configuration",
        purpose=(
            "Read where this region announces events: HTTP address or queue, the event types, whether callbacks are "
            "signed. Use it before set_event_callback, which replaces everything, or to see why notifications do not "
            "arrive. The signing key stays hidden unless include_credentials."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        idempotent=True,
        secret_fields=("AuthKey",),
        words=(
            "webhook",
            "notification settings",
            "which events",
            "回调配置",
            "查询回调",
            "事件通知",
            "which callback is set",
            "回调地址是什么",
        ),
    ),
    OperationNotes(
        operation="SetDefaultStorageLocation",
        title="Set the default storage",
        purpose=(
            "Set the bucket and path where this region keeps files for which a job names no place, such as temporary "
            "files of editing. It overwrites the default of the whole account in the region. The bucket has to "
            "exist; get_storage_list shows those the service knows, get_default_storage_location the present one."
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
        words=(
            "default bucket",
            "where files are stored",
            "storage settings",
            "默认存储",
            "存储地址",
            "存储桶",
            "change default bucket",
            "改默认存储",
        ),
    ),
    OperationNotes(
        operation="GetDefaultStorageLocation",
        title="Read the default storage",
        purpose=(
            "Read which bucket and path this region uses where a job names no place of its own, and whether the "
            "bucket still exists (Status Normal or notExist). All buckets the service knows are in get_storage_list."
        ),
        effect=Effect.READ,
        idempotent=True,
        words=("default bucket", "where do files go", "默认存储", "查询存储", "存储位置"),
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
        words=(
            "buckets",
            "oss",
            "storage list",
            "存储列表",
            "存储桶列表",
            "存储管理",
            "which buckets are connected",
            "绑定了哪些存储桶",
            "有哪些bucket",
        ),
    ),
    OperationNotes(
        operation="DescribeMeterImsEditUsage",
        title="Measure editing usage",
        purpose=(
            "Read how many minutes of video were produced by editing in a span of time, per hour or day and per "
            "output profile. All regions are counted together. For every kind of usage in one "
            "answer use describe_meter_ims_summary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START_SECONDS, "EndTs": END_SECONDS, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        words=(
            "billing",
            "editing minutes",
            "usage statistics",
            "cost",
            "剪辑用量",
            "用量统计",
            "计费",
            "editing minutes used",
            "剪辑用了多少",
            "剪辑时长用量",
            "minutes of edited video",
            "editing bill",
            "云剪辑出了多少分钟",
            "剪辑费用",
        ),
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUHDUsage",
        title="Measure enhancement transcoding usage",
        purpose=(
            "Read how many minutes of video were enhanced (ultra-HD transcoding) in a span of time, per hour or day "
            "and per specification. Ordinary transcoding is in "
            "describe_meter_ims_media_convert_usage. All regions are counted together."
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
        words=("billing", "uhd minutes", "video enhancement cost", "超清用量", "画质增强", "用量统计", "计费"),
    ),
    OperationNotes(
        operation="DescribeMeterImsMediaConvertUsage",
        title="Measure transcoding usage",
        purpose=(
            "Read how many minutes of files were transcoded in a span of time, per hour or day and per "
            "specification. Reaches back 90 days, 31 days at a time. Enhancement is counted in "
            "describe_meter_ims_media_convert_uhd_usage, live streams in describe_meter_ims_summary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": RECENT_START, "EndTs": RECENT_END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        words=(
            "billing",
            "transcoding minutes",
            "usage",
            "cost",
            "转码用量",
            "转码时长",
            "用量统计",
            "计费",
            "transcoding minutes this month",
            "转码用了多少",
            "转码分钟数",
        ),
    ),
    OperationNotes(
        operation="DescribeMeterImsMpsAiUsage",
        title="Measure AI processing usage",
        purpose=(
            "Read how many minutes of media were processed by AI jobs (tagging, moderation and the like) in a span of "
            "time, per hour or day and per type of AI. Reaches back 90 days, 31 days at a time. For every kind of "
            "usage in one answer use describe_meter_ims_summary."
        ),
        effect=Effect.READ,
        parameters={"StartTs": RECENT_START, "EndTs": RECENT_END, "Interval": INTERVAL, "Region": NO_REGION},
        idempotent=True,
        words=(
            "billing",
            "ai minutes",
            "usage",
            "cost",
            "AI用量",
            "智能用量",
            "用量统计",
            "计费",
            "ai minutes used",
            "AI用了多少",
        ),
    ),
    OperationNotes(
        operation="DescribeMeterImsSummary",
        title="Summarise usage",
        purpose=(
            "Read the totals of all billed usage in a span of time in one answer: editing, live editing, live "
            "recording, live snapshots, live transcoding, file transcoding, enhancement, AI. Start here when somebody "
            "asks what was used; its sisters, such as describe_meter_ims_edit_usage, split one kind by hour or day."
        ),
        effect=Effect.READ,
        parameters={"StartTs": START_SECONDS, "EndTs": END_SECONDS, "Region": NO_REGION},
        idempotent=True,
        words=(
            "bill",
            "how much did we use",
            "consumption",
            "monthly usage",
            "用量汇总",
            "总用量",
            "账单",
            "消费",
            "what will we be charged",
            "this month's bill",
            "how much did it cost",
            "live usage",
            "recording usage",
            "live transcoding minutes",
            "这个月用了多少",
            "这个月账单",
            "总花费",
            "直播用量",
            "录制用量",
        ),
    ),
    OperationNotes(
        operation="CreateIpcOrder",
        title="Order a camera subscription",
        purpose=(
            "Buy a subscription of AI services for one camera (IPC): picture understanding, recognition of persons "
            "met before, or search, for 30, 90 or 365 days. This places a real, paid order, and a second call may buy "
            "a second time: after an unclear failure look with get_ipc_device_info. Returns the state of the purchase."
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
        words=(
            "buy",
            "purchase",
            "subscribe camera",
            "ipc",
            "购买",
            "下单",
            "摄像头套餐",
            "订购",
            "buy ai service for camera",
            "给摄像头买套餐",
        ),
    ),
    OperationNotes(
        operation="QueryIpcQuota",
        title="Check the camera quota",
        purpose=(
            "Read how much of the daily quota for camera (IPC) AI services was used and how much there is, day by day "
            "over at most 180 days, for one capability. Which cameras have a subscription and until when is in "
            "get_ipc_device_info."
        ),
        effect=Effect.READ,
        parameters={"Capability": CAPABILITY, "EndTime": CAMERA_END, "PageSize": SMALL_PAGE},
        idempotent=True,
        words=(
            "camera quota",
            "remaining searches",
            "ipc usage",
            "摄像头额度",
            "IPC配额",
            "剩余次数",
            "camera ai quota left",
            "摄像头还剩多少次",
        ),
    ),
    OperationNotes(
        operation="GetIpcDeviceInfo",
        title="List subscribed cameras",
        purpose=(
            "List the cameras (IPC) that have an AI subscription with its capability and the time it ends; one camera "
            "with DeviceId. How much of the quota is used up is in query_ipc_quota; a subscription is bought with "
            "create_ipc_order."
        ),
        effect=Effect.READ,
        parameters={
            "DeviceId": {"text": "Only this camera."},
            "Capability": CAPABILITY,
            "EndTime": CAMERA_END,
            "PageSize": SMALL_PAGE,
        },
        idempotent=True,
        words=("cameras", "ipc devices", "subscription end", "摄像头列表", "设备信息", "到期时间"),
    ),
)
