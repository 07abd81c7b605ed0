"""Account: where and of what events are announced.

Sources: SDK 6.20.2, the vendor's list of events and its guide to callbacks; the name SmartJobComplete by a
client of the service, and what an empty list does by VOD's page on its own callbacks. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs

EVENTS_PAGE = "https://help.aliyun.com/document_detail/444780.htm"
GUIDE = "https://help.aliyun.com/document_detail/439278.html"
VOD_PAGE = "https://help.aliyun.com/document_detail/454883.htm"
PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"
EVENTS = (
    # Uploads
    "FileUploadComplete",
    "UploadByURLComplete",
    "ImageUploadComplete",
    "AttachedMediaUploadComplete",
    "RegisterStreamComplete",
    "StreamUploadComplete",
    "UploadStreamByURLComplete",
    # Assets
    "CreateAuditComplete",
    "RegisterMediaComplete",
    "DeleteMediaComplete",
    "MediaBaseChangeComplete",
    # Workflows
    "WorkflowTaskComplete",
    # Processing of files
    "VideoAnalysisComplete",
    "SnapshotComplete",
    "DynamicImageComplete",
    "TranscodeComplete",
    "TranscodeParentComplete",
    "MediaConvertComplete",
    "MediaConvertOutputGroupComplete",
    "MediaConvertOutputComplete",
    # AI
    "AIMediaAuditComplete",
    "AIProduceComplete",
    "MediaAiAnalysisComplete",
    # Editing
    "ProduceMediaComplete",
    "BatchProduceMediaComplete",
    "SmartJobComplete",
    # Live
    "LiveRecordFileCreated",
    "LiveRecordTaskStatus",
    "LiveSnapshotFileCreated",
)

CALLBACK_NOTES = (
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
            "CallbackType": {
                "text": "HTTP: an address, in CallbackURL. MNS: a queue (now SMQ), in CallbackQueueName.",
                "choices": ("HTTP", "MNS"),
            },
            "CallbackURL": {
                "text": "The one http(s) address, at most 256 bytes; for HTTP. Each event is a POST to it.",
                "max_bytes": 256,
                "url_schemes": ("http", "https"),
            },
            "CallbackQueueName": {
                "text": "Name of the queue in this region, ice-callback-...; for MNS. It has to exist, and the service "
                "has to be allowed to write to it.",
                "pattern": "ice-callback-.+",
            },
            "EventTypeList": {
                "text": (
                    "Comma-separated event types, all that shall come. What is not listed is not sent. "
                    "Transcoding: MediaConvertComplete; pictures: SnapshotComplete, DynamicImageComplete; editing: "
                    "ProduceMediaComplete, BatchProduceMediaComplete; smart jobs (SubmitASRJob, avatars and others "
                    "read by GetSmartHandleJob): SmartJobComplete; SubmitIProductionJob: AIProduceComplete; "
                    "moderation: AIMediaAuditComplete; AI analysis of an asset: MediaAiAnalysisComplete; recordings: "
                    "LiveRecordFileCreated, LiveRecordTaskStatus. TranscodeComplete and TranscodeParentComplete were "
                    "to end in 2025. Leaving it out is not documented (VOD's sister operation then sends nothing)."
                ),
                "hints": EVENTS,
                "comma_list": True,
            },
            "AuthSwitch": {
                "text": "on signs HTTP callbacks with AuthKey, off does not.",
                "choices": ("on", "off"),
            },
            "AuthKey": {
                "text": (
                    "Signing key, at most 32 characters; for HTTP. Has capital and small letters and digits. Whether "
                    "leaving it out keeps the old one is not documented: as the call overwrites all, send it again "
                    "(GetEventCallback shows it with include_credentials)."
                ),
                "max_characters": 32,
            },
        },
        rules=(Needs("CallbackType", "HTTP", "CallbackURL"), Needs("CallbackType", "MNS", "CallbackQueueName")),
        idempotent=True,
        example={
            "CallbackType": "HTTP",
            "CallbackURL": "https://media.example.com/ims/events",
            "EventTypeList": "RegisterMediaComplete,MediaConvertComplete,ProduceMediaComplete,SmartJobComplete",
            "AuthSwitch": "off",
        },
        heed="Replaces all. Transcoding: MediaConvertComplete, not TranscodeComplete; speech: SmartJobComplete.",
        then="See what is set now with GetEventCallback.",
        sources=(f"{PAGE}seteventcallback", EVENTS_PAGE, GUIDE, VOD_PAGE),
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
        then="Change it with SetEventCallback, which replaces all of it.",
        sources=(f"{PAGE}geteventcallback",),
    ),
)
