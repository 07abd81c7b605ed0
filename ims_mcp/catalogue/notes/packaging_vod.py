"""MediaPackage, on demand: packaging groups, their configurations, and the assets that are packaged.

Sources: what SDK 6.20.2 declares and the operation pages say. The SDK marks nothing here as required; names are
required below where the call means nothing without them. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.packaging_live import PAGING
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result, Rows

NEW_NAME: ParameterNotes = {
    "text": "New name, unique: up to 128 letters, digits, - or _.",
    "pattern": "[A-Za-z0-9_-]{1,128}",
    "required": True,
}
GROUP: ParameterNotes = {"text": "Name of the packaging group, from ListVodPackagingGroups.", "required": True}
GROUP_FILTER: ParameterNotes = {"text": "Only this packaging group; left out: all."}
CONFIGURATION: ParameterNotes = {
    "text": "Name of the configuration, from ListVodPackagingConfigurations.",
    "required": True,
}
ASSET: ParameterNotes = {"text": "Name of the packaged asset, from ListVodPackagingAssets.", "required": True}
NAME_PART: ParameterNotes = {"text": "Part of the name; left out: all."}
DESCRIPTION: ParameterNotes = {"text": "What it is for, in words of yours."}
INPUT_TYPE: ParameterNotes = {"text": "Kind of input: only OSS so far.", "hints": ("OSS",)}
INPUT: ParameterNotes = {
    "text": "The video: an M3U8 playlist in OSS.",
    "required": True,
    "nested": {
        "Type": INPUT_TYPE,
        "Media": {
            "text": "M3U8 file in OSS: oss://example-bucket/hls/launch.m3u8. Or its https address.",
            "required": True,
        },
    },
}
CONTENT_ID: ParameterNotes = {
    "text": "Id in the DRM system, only for encrypted packaging. Up to 256 letters, digits, - or _.",
    "pattern": "[A-Za-z0-9_-]{1,256}",
}
SYSTEM_IDS = (
    "DRM systems by UUID: one with HLS, else at most two. FairPlay 94ce86fb-07ff-4f43-adb8-93d2fa968ca2, Widevine "
    "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed, PlayReady 9a04f079-9840-4286-ab92-e65be0885f95."
)
PACKAGE_COST = "Packaging and delivery are billed."

NOTES = (
    OperationNotes(
        operation="CreateVodPackagingGroup",
        title="Set up a VOD packaging group",
        purpose=(
            "Make a group for packaging videos on demand with MediaPackage and get the domain (DomainName) its "
            "assets are played from. Then say how to package with CreateVodPackagingConfiguration and bring videos "
            "in with CreateVodPackagingAsset. For live streams use CreateLivePackageChannelGroup."
        ),
        effect=Effect.WRITE,
        parameters={"GroupName": NEW_NAME, "Description": DESCRIPTION},
        example={"GroupName": "films", "Description": "Films on demand"},
        then="Say how to package with CreateVodPackagingConfiguration.",
    ),
    OperationNotes(
        operation="GetVodPackagingGroup",
        title="Inspect a VOD packaging group",
        purpose=(
            "Read one group of MediaPackage on-demand packaging: its playback domain, how many configurations it has "
            "and roughly how many assets."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP},
        idempotent=True,
        example={"GroupName": "films"},
    ),
    OperationNotes(
        operation="ListVodPackagingGroups",
        title="List VOD packaging groups",
        purpose=(
            "Find groups of MediaPackage on-demand packaging by part of their name, with domain and counts, newest "
            "first. Pages with PageNo and PageSize up to TotalCount."
        ),
        effect=Effect.READ,
        parameters={"Keyword": NAME_PART, **PAGING},
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="PackagingGroups",
            columns=(
                ("GroupName", "GroupName"),
                ("DomainName", "DomainName"),
                ("configurations", "ConfigurationCount"),
                ("assets_about", "ApproximateAssetCount"),
                ("Description", "Description"),
                ("created", "CreateTime"),
            ),
        ),
        then="List what is packaged in one with ListVodPackagingAssets.",
    ),
    OperationNotes(
        operation="DeleteVodPackagingGroup",
        title="Delete a VOD packaging group",
        purpose=(
            "Remove a group of MediaPackage on-demand packaging for good, and with it its playback domain. Remove its "
            "assets (DeleteVodPackagingAsset) and configurations (DeleteVodPackagingConfiguration) first. The "
            "source videos in OSS stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes an on-demand packaging group for good, with its playback domain"),),
        parameters={"GroupName": GROUP},
        idempotent=True,
        example={"GroupName": "films"},
    ),
    OperationNotes(
        operation="CreateVodPackagingConfiguration",
        title="Say how to package videos",
        purpose=(
            "Add an output form to an on-demand packaging group: protocol, segment length, which renditions in which "
            "order, and DRM. Every asset of the group gets one playback address per configuration, listed by "
            "GetVodPackagingAsset. A configuration cannot be changed, only deleted and made anew."
        ),
        effect=Effect.WRITE,
        heed="It cannot be changed later, only deleted and made anew.",
        parameters={
            "ConfigurationName": NEW_NAME,
            "GroupName": GROUP,
            "Protocol": {
                "text": "HLS: TS segments; HLS_CMAF: HLS with CMAF segments; DASH.",
                "choices": ("HLS", "HLS_CMAF", "DASH"),
                "required": True,
            },
            "PackageConfig": {
                "text": "Segments, choice of renditions, DRM.",
                "nested": {
                    "ManifestName": {
                        "text": "Name of the playlist in the address: index. Up to 128 letters, digits, - or _.",
                        "pattern": "[A-Za-z0-9_-]{1,128}",
                    },
                    "SegmentDuration": {
                        "text": "Segment length in seconds. Rounded to the nearest multiple of the source's.",
                        "minimum": 1,
                        "maximum": 30,
                    },
                    "StreamSelection": {
                        "text": "Which renditions, in which order; left out: all.",
                        "nested": {
                            "StreamOrder": {
                                "text": "Order in the master playlist; ORIGINAL is that of the source.",
                                "choices": ("ORIGINAL", "VIDEO_BITRATE_ASCENDING", "VIDEO_BITRATE_DESCENDING"),
                            },
                            "MinVideoBitsPerSecond": {"text": "Renditions below this bit/s are left out."},
                            "MaxVideoBitsPerSecond": {
                                "text": "Renditions above this bit/s are left out.",
                                "not_before": "MinVideoBitsPerSecond",
                            },
                        },
                    },
                    "DrmProvider": {
                        "text": "DRM; left out: not encrypted.",
                        "nested": {
                            "Url": {"text": "Address of the DRM provider that hands out keys."},
                            "SystemIds": {"text": SYSTEM_IDS},
                            "EncryptionMethod": {
                                "text": "AES_128: whole segments; SAMPLE_AES: single samples.",
                                "choices": ("AES_128", "SAMPLE_AES"),
                            },
                            "IV": {
                                "text": "Start vector, 32 hex digits; left out: made for you.",
                                "pattern": "[0-9A-Fa-f]{32}",
                            },
                        },
                    },
                },
            },
            "Description": DESCRIPTION,
        },
        example={
            "ConfigurationName": "hls_6s",
            "GroupName": "films",
            "Protocol": "HLS",
            "PackageConfig": {
                "ManifestName": "index",
                "SegmentDuration": 6,
                "StreamSelection": {"StreamOrder": "ORIGINAL"},
            },
        },
        then="Bring videos in with CreateVodPackagingAsset.",
    ),
    OperationNotes(
        operation="GetVodPackagingConfiguration",
        title="Inspect a VOD packaging form",
        purpose=(
            "Read one configuration of on-demand packaging by name: group, protocol, segment length, choice of "
            "renditions and DRM settings."
        ),
        effect=Effect.READ,
        parameters={"ConfigurationName": CONFIGURATION},
        idempotent=True,
        example={"ConfigurationName": "hls_6s"},
    ),
    OperationNotes(
        operation="ListVodPackagingConfigurations",
        title="List VOD packaging forms",
        purpose=(
            "Find configurations of on-demand packaging, of one group or by part of their name, each with its whole "
            "settings, newest first. Pages with PageNo and PageSize up to TotalCount."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP_FILTER, "Keyword": NAME_PART, **PAGING},
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="PackagingConfigurations",
            columns=(
                ("ConfigurationName", "ConfigurationName"),
                ("GroupName", "GroupName"),
                ("Protocol", "Protocol"),
                ("segment_seconds", "PackageConfig.SegmentDuration"),
                ("manifest", "PackageConfig.ManifestName"),
                ("encryption", "PackageConfig.DrmProvider.EncryptionMethod"),
                ("created", "CreateTime"),
            ),
        ),
    ),
    OperationNotes(
        operation="DeleteVodPackagingConfiguration",
        title="Delete a VOD packaging form",
        purpose=(
            "Remove a configuration of on-demand packaging for good; the playback addresses that assets had through it "
            "stop working. The assets and their other addresses stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a packaging configuration for good; the playback addresses made by it stop working"),
        ),
        parameters={"ConfigurationName": CONFIGURATION},
        idempotent=True,
        example={"ConfigurationName": "hls_6s"},
    ),
    OperationNotes(
        operation="CreateVodPackagingAsset",
        title="Package a video",
        purpose=(
            "Bring one HLS video (an M3U8 file in OSS) into an on-demand packaging group, which packages it in every "
            "configuration of the group. It runs in the background: GetVodPackagingAsset shows for each "
            "configuration whether it is Playable or Failed, and the address. Other formats have to be transcoded to "
            "HLS first. For several at once use BatchCreateVodPackagingAsset."
        ),
        effect=Effect.WRITE,
        heed="Takes .m3u8 in OSS only: transcode other files first, with SubmitMediaConvertJob.",
        parameters={
            "AssetName": NEW_NAME,
            "GroupName": GROUP,
            "Input": INPUT,
            "ContentId": CONTENT_ID,
            "Description": DESCRIPTION,
        },
        example={
            "AssetName": "launch",
            "GroupName": "films",
            "Input": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch.m3u8"},
        },
        poll=Poll(
            operation="GetVodPackagingAsset",
            # The response holds the name only inside Asset; that of the call is the same.
            arguments=(("AssetName", "AssetName"),),
            status_field="Asset.EgressEndpoints[].Status",
            success=("Playable",),
            failure=("Failed",),
            pending=("Queuing",),
            result=Result(
                fields=(
                    ("endpoints[].url", "Asset.EgressEndpoints[].Url"),
                    ("endpoints[].state", "Asset.EgressEndpoints[].Status"),
                    ("endpoints[].configuration", "Asset.EgressEndpoints[].ConfigurationName"),
                ),
                empty="the group has no configuration yet: make one with CreateVodPackagingConfiguration",
            ),
            unexplained="Check that Input.Media is an HLS playlist (.m3u8) that exists with its segments, in a bucket "
            "registered with IMS (GetStorageList); delete the asset with DeleteVodPackagingAsset before another try.",
        ),
        costs=PACKAGE_COST,
    ),
    OperationNotes(
        operation="BatchCreateVodPackagingAsset",
        title="Package several videos",
        purpose=(
            "Bring several HLS videos (M3U8 files in OSS) into one on-demand packaging group. The call succeeds even "
            "if single videos are refused: look at Code and Message of each entry of ResultList. Packaging runs in the "
            "background; call GetVodPackagingAsset for each AssetName until its endpoints are Playable or Failed. "
            "For one video use CreateVodPackagingAsset."
        ),
        effect=Effect.WRITE,
        parameters={
            "GroupName": GROUP,
            "Assets": {
                "text": "The videos, one entry each.",
                "required": True,
                "nested": {
                    "AssetName": {**NEW_NAME},
                    "Input": INPUT,
                    "ContentId": CONTENT_ID,
                },
            },
        },
        example={
            "GroupName": "films",
            "Assets": [
                {"AssetName": "launch", "Input": {"Type": "OSS", "Media": "oss://example-bucket/hls/launch.m3u8"}},
                {"AssetName": "finale", "Input": {"Type": "OSS", "Media": "oss://example-bucket/hls/finale.m3u8"}},
            ],
        },
        then="Follow each AssetName of ResultList with GetVodPackagingAsset.",
        # No Poll: GetVodPackagingAsset takes one name and the response nests them (ResultList[].Asset.AssetName).
        costs=PACKAGE_COST,
    ),
    OperationNotes(
        operation="GetVodPackagingAsset",
        title="Follow a packaged video",
        purpose=(
            "Read one asset of on-demand packaging: its source and, in EgressEndpoints, for each configuration the "
            "state (Queuing, Playable, Failed) and the playback address, which exists only once it is Playable. "
            "Repeat it after CreateVodPackagingAsset."
        ),
        effect=Effect.READ,
        parameters={"AssetName": ASSET},
        idempotent=True,
        example={"AssetName": "launch"},
    ),
    OperationNotes(
        operation="ListVodPackagingAssets",
        title="List packaged videos",
        purpose=(
            "Find assets of on-demand packaging, of one group or by the beginning of their name, newest first, with "
            "their sources. State and playback addresses are not included: see GetVodPackagingAsset. Pages with "
            "PageNo and PageSize up to TotalCount."
        ),
        effect=Effect.READ,
        parameters={"GroupName": GROUP_FILTER, "Keyword": {"text": "Beginning of the name; left out: all."}, **PAGING},
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="Assets",
            columns=(
                ("AssetName", "AssetName"),
                ("GroupName", "GroupName"),
                ("source", "Input.Media"),
                ("Description", "Description"),
                ("created", "CreateTime"),
            ),
        ),
        then="Playback addresses of one are shown by GetVodPackagingAsset.",
    ),
    OperationNotes(
        operation="DeleteVodPackagingAsset",
        title="Unpackage a video",
        purpose=(
            "Remove an asset from on-demand packaging for good: all its playback addresses stop working. The source "
            "files in OSS stay. This is not an asset of the media library: that is DeleteMediaInfos."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a packaged asset for good; its playback addresses stop working, its source stays"),
        ),
        parameters={"AssetName": ASSET},
        idempotent=True,
        example={"AssetName": "launch"},
    ),
)
