"""Account: subscriptions and quota of AI services for cameras (IPC).

Sources: the texts of SDK 6.20.2. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

CAPABILITY: ParameterNotes = {
    "text": "Service of the camera; default understand. Values: understand (pictures are understood), understand-reid "
    "(persons met before are known too), search.",
    "choices": ("understand", "understand-reid", "search"),
}
START: ParameterNotes = {"text": "From then on, UTC, such as 2026-03-01T00:00:00Z."}
END: ParameterNotes = {
    "text": "Up to then, UTC, such as 2026-03-31T23:59:59Z. At most 180 days after StartTime.",
    "not_before": "StartTime",
}
PAGE_NO: ParameterNotes = {"text": "Page, from 1; default 1.", "minimum": 1}
SMALL_PAGE: ParameterNotes = {"text": "Entries a page, at most 50; default 10.", "minimum": 1, "maximum": 50}

CAMERA_NOTES = (
    OperationNotes(
        operation="CreateIpcOrder",
        title="Order a camera subscription",
        purpose=(
            "Buy a subscription of AI services for one camera (IPC): picture understanding, recognition of persons "
            "met before, or search, for 30, 90 or 365 days. This places a real, paid order, and a second call may buy "
            "a second time: after an unclear failure look with GetIpcDeviceInfo. Returns the state of the purchase."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="A real, paid order at once: month is 30, quarter 90, year 365 days.",
        destructive_when=(AskWhen("places a real, paid order, and with every call another one"),),
        parameters={
            "DeviceId": {"text": "Id of the camera, as your own system names it.", "inferred": True},
            "Capability": {
                "text": "What is bought. Values: understand (300 pictures a day), understand-reid (the same with "
                "persons met before), search (75 searches a day); the others both.",
                "choices": (
                    "understand",
                    "understand-reid",
                    "search",
                    "understand-search",
                    "understand-reid-search",
                ),
            },
            "Period": {
                "text": "How long: month 30 days, quarter 90 days, year 365 days.",
                "choices": ("month", "quarter", "year"),
            },
        },
        costs="Places a paid order.",
        example={"DeviceId": "camera-0017", "Capability": "understand", "Period": "month"},
        then="See that it runs, and until when, with GetIpcDeviceInfo.",
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
        heed="Without Capability only understand is shown; others: understand-reid, search.",
        parameters={
            "Capability": CAPABILITY,
            "StartTime": START,
            "EndTime": END,
            "PageNo": PAGE_NO,
            "PageSize": SMALL_PAGE,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="IpcQuotaInfos",
            columns=(
                ("day", "DateTime"),
                ("capability", "Capability"),
                ("used", "ConsumedQuota"),
                ("most", "MaxQuota"),
            ),
        ),
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
        heed="Without Capability only understand is shown; others: understand-reid, search.",
        parameters={
            "DeviceId": {"text": "Only this camera. Left out: all."},
            "Capability": CAPABILITY,
            "StartTime": START,
            "EndTime": END,
            "PageNo": PAGE_NO,
            "PageSize": SMALL_PAGE,
        },
        idempotent=True,
        example={"PageSize": 20},
        rows=Rows(
            path="DeviceInfos",
            columns=(("DeviceId", "DeviceId"), ("capability", "Capability"), ("expires", "ExpireTime")),
        ),
    ),
)
