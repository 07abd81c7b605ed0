"""Upload: addresses and credentials for files that go into the service's own storage, and pulling files by URL.

Sources: the documentation pages of CreateUploadStream and of the others as SDK 6.20.2 declares them; the shapes of the
JSON parameters, the states of a pull and the sizes of definitions are those of ApsaraVideo VOD, which IMS shares.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AtLeastOne, Effect, Parameter, Poll, Result, Rows

DEFINITION: ParameterNotes = {
    "text": "Up to 640x480 FD, 720x540 LD, 1280x720 SD, 1920x1080 HD; SQ, HQ are audio. OD is the original. No default "
    "is documented.",
    "choices": ("FD", "LD", "SD", "HD", "OD", "2K", "4K", "SQ", "HQ"),
}
HDR_TYPE: ParameterNotes = {
    "text": "Dynamic range, in any case.",
    "choices": ("HDR", "HDR10", "HLG", "DolbyVision", "HDRVivid", "SDR+"),
    "any_case": True,
}
FILE_EXTENSION: ParameterNotes = {
    "text": "Extension of the file, such as mp4.",
    "pattern": r"\.?[A-Za-z0-9]{1,16}",
}
USER_DATA: ParameterNotes = {
    "text": "Any JSON of yours; MessageCallback.CallbackURL names a callback.",
    "unlisted": True,
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter(
            "MessageCallback",
            "object",
            text="Who is told of the end.",
            unlisted=True,
            fields=(Parameter("CallbackURL", "string", text="URL that is called."),),
            extra_fields=True,
        ),
        Parameter("Extend", "object", text="Yours, handed on to the callback.", extra_fields=True, unlisted=True),
    ),
    "extra_fields": True,
}
APP_ID: ParameterNotes = {"text": "Application; default app-1000000."}
ENTITY_ID: ParameterNotes = {"text": "Entity whose metadata the asset gets."}
POST_PROCESS: ParameterNotes = {
    "text": "What runs once the file is there. Default nothing; for video and audio only.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter("ProcessType", "string", text="Kind of process.", hints=("Workflow",)),
        Parameter("ProcessID", "string", text="Id of the workflow."),
    ),
}
UPLOAD_TARGET: ParameterNotes = {
    "text": "Which VOD storage it goes to. Default: the account's default one; a bucket of your own does not work.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter("StorageType", "string", text="Always oss.", hints=("oss",)),
        Parameter(
            "StorageLocation",
            "string",
            text="Bucket host of VOD storage: outin-abc.oss-cn-shanghai.aliyuncs.com. GetStorageList has them.",
        ),
    ),
}
MEDIA_META_DATA = (
    Parameter("Title", "string", required=True, text="At most 128 characters.", max_characters=128),
    Parameter("Description", "string", text="At most 1,024 characters.", max_characters=1024),
    Parameter("CateId", "integer", text="Category id, from GetCategories."),
    Parameter(
        "Tags",
        "string",
        text="Comma-separated: at most 16 of 32 bytes.",
        max_parts=16,
        max_part_bytes=32,
        comma_list=True,
    ),
    Parameter(
        "BusinessType",
        "string",
        required=True,
        text="video: opening, ending; image: default, cover; text: subtitles, font; material: watermark; or general.",
        choices=("opening", "ending", "default", "cover", "subtitles", "font", "watermark", "general"),
    ),
    Parameter("CoverURL", "string", text="Cover picture."),
    Parameter("DynamicMetaData", "string", text="Metadata of the entity, as JSON text."),
)
URL_META_DATA = (
    Parameter("SourceURL", "string", required=True, text="The URL it describes, exactly as in UploadURLs."),
    Parameter("Title", "string", required=True, text="Title, at most 128 bytes, no emoji.", max_bytes=128),
    Parameter("Description", "string", text="At most 1,024 bytes.", max_bytes=1024),
    Parameter("Tags", "string", text="Comma-separated: at most 16 of 32 bytes.", max_parts=16, max_part_bytes=32),
    Parameter("CateId", "string", text="Category id, from GetCategories."),
    Parameter("CoverURL", "string", text="Cover picture."),
    Parameter("FileExtension", "string", text="Extension, where the URL has none or a wrong one: mp4."),
    Parameter("FileSize", "string", text="Bytes."),
    Parameter("WorkflowId", "string", text="Workflow to run on it."),
    Parameter("DynamicMetaData", "string", text="Metadata of the entity, as JSON text."),
    Parameter("EntityId", "string", text="Entity whose metadata the asset gets."),
)
PULL_RESULT = Result(
    fields=(
        ("MediaId", "URLUploadInfoList[].MediaId"),
        ("size_bytes", "URLUploadInfoList[].FileSize"),
        ("source", "URLUploadInfoList[].UploadURL"),
    )
)
PULL_STATES = ("PENDING", "PROCESSING", "DOWNLOADING", "DOWNLOAD_SUCCESS", "UPLOADING")
PULL_DONE = ("SUCCESS", "UPLOAD_SUCCESS", "Normal")
PULL_FAILED = ("DOWNLOAD_FAIL", "UPLOAD_FAIL")

NOTES = (
    OperationNotes(
        operation="CreateUploadStream",
        title="Get an upload address for a rendition",
        purpose=(
            "Get an address and a temporary credential to upload one media stream yourself, into VOD storage, for an "
            "existing asset; upload_stream does the whole job. Nothing is uploaded by this call. Only in cn-shanghai, "
            "cn-beijing and cn-shenzhen. Shows endpoint, bucket and key; the credential, good for about 50 minutes, "
            "stays hidden unless include_credentials."
        ),
        effect=Effect.WRITE,
        heed="Uploads nothing by itself; upload_stream sends a file of this machine in one call.",
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "Definition": "HD", "FileExtension": "mp4"},
        sources=("https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-createuploadstream",),
        declares_output=True,
        recovery="An upload address that nobody uses expires by itself: calling again does no harm.",
        parameters={
            # Optional on the page, but a stream without an asset has nowhere to go.
            "MediaId": {"text": "The asset that gets the stream.", "max_bytes": 64, "required": True},
            "Definition": DEFINITION,
            "FileExtension": FILE_EXTENSION,
            "HDRType": HDR_TYPE,
            "UserData": USER_DATA,
        },
        secret_fields=("UploadAuth",),
    ),
    OperationNotes(
        operation="CreateUploadMedia",
        title="Get an upload address for a new asset",
        purpose=(
            "Create an asset for a local file and get the address and temporary credential to upload it with, into "
            "VOD storage. Nothing is uploaded by this call; the asset becomes Normal once the file is there. Only in "
            "cn-shanghai, cn-beijing and cn-shenzhen. The answer shows MediaId and where the file goes; the "
            "credential, valid for about 50 minutes, stays hidden unless include_credentials."
        ),
        effect=Effect.WRITE,
        heed="Uploads nothing by itself; upload_media sends a file of this machine in one call.",
        example={
            "FileInfo": {"Type": "video", "Name": "launch", "Ext": "mp4", "Size": 108078336},
            "MediaMetaData": {"Title": "Product launch", "BusinessType": "general"},
        },
        then="GetMediaInfo shows Normal once the file is there.",
        recovery=(
            "An upload address that nobody uses expires by itself: calling again does no harm, but it leaves an empty "
            "asset behind."
        ),
        parameters={
            "FileInfo": {
                "text": "The file.",
                "kind": "object",
                "json_text": True,
                "required": True,
                "fields": (
                    Parameter(
                        "Type",
                        "string",
                        required=True,
                        text="Kind of file.",
                        choices=("video", "image", "audio", "text", "other"),
                    ),
                    Parameter("Name", "string", required=True, text="Name without extension."),
                    Parameter("Ext", "string", required=True, text="Extension, such as mp4."),
                    Parameter("Size", "integer", text="Bytes.", minimum=0),
                ),
            },
            "MediaMetaData": {
                "text": "What the asset is called and belongs to.",
                "kind": "object",
                "json_text": True,
                "fields": MEDIA_META_DATA,
            },
            "PostProcessConfig": POST_PROCESS,
            "UploadTargetConfig": UPLOAD_TARGET,
            "UserData": USER_DATA,
            "AppId": APP_ID,
            "EntityId": ENTITY_ID,
        },
        secret_fields=("UploadAuth",),
        secrets_read_by="RefreshUploadMedia",
    ),
    OperationNotes(
        operation="RefreshUploadMedia",
        title="Renew an upload credential",
        purpose=(
            "Get a fresh temporary credential for an upload that was begun with CreateUploadMedia or "
            "CreateUploadStream and takes longer than the old one lives. The address stays the same. The "
            "credential itself is hidden unless include_credentials."
        ),
        effect=Effect.WRITE,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        parameters={"MediaId": {"text": "Id the upload was begun for.", "max_bytes": 64, "required": True}},
        # It hands out a credential and changes nothing else.
        idempotent=True,
        secret_fields=("UploadAuth",),
    ),
    OperationNotes(
        operation="UploadMediaByURL",
        title="Pull files from the web into new assets",
        purpose=(
            "Let the service download up to 20 audio or video files from public URLs into VOD storage, each becoming "
            "a new asset. It runs in the background: every URL gets a JobId and a MediaId; follow them with "
            "GetUrlUploadInfos or wait_seconds. Only in Shanghai, Beijing and Shenzhen. For a file on this machine use "
            "an upload instead."
        ),
        effect=Effect.WRITE,
        heed="Goes to VOD storage, not to a bucket of yours. SourceURL is the address as in UploadURLs.",
        example={
            "UploadURLs": "https://example.com/films/interview.mp4",
            "MediaMetaData": [{"SourceURL": "https://example.com/films/interview.mp4", "Title": "Interview"}],
        },
        parameters={
            "UploadURLs": {
                "text": "Comma-separated URLs, each URL-encoded, at most 20; each needs a file extension.",
                "required": True,
                "max_parts": 20,
                "comma_list": True,
            },
            "MediaMetaData": {
                "text": "What the assets are called: one entry for each URL it describes.",
                "kind": "array",
                "json_text": True,
                "items": make_element(*URL_META_DATA),
            },
            "PostProcessConfig": POST_PROCESS,
            "UploadTargetConfig": UPLOAD_TARGET,
            "UserData": USER_DATA,
            "AppId": APP_ID,
            "EntityId": ENTITY_ID,
        },
        poll=Poll(
            operation="GetUrlUploadInfos",
            arguments=(("JobIds", "UploadJobs[].JobId"),),
            status_field="URLUploadInfoList[].Status",
            success=PULL_DONE,
            failure=PULL_FAILED,
            pending=PULL_STATES,
            result=PULL_RESULT,
        ),
    ),
    OperationNotes(
        operation="UploadStreamByURL",
        title="Pull a rendition from the web",
        purpose=(
            "Let the service download one media stream from a public URL into VOD storage and attach it to an "
            "existing asset. It runs in the background: follow the JobId with GetUrlUploadInfos or wait_seconds. Only "
            "in Shanghai, Beijing and Shenzhen. To attach a file of a bucket of yours use RegisterMediaStream."
        ),
        effect=Effect.WRITE,
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "StreamURL": "https://example.com/films/interview-720p.mp4",
            "Definition": "HD",
        },
        parameters={
            "MediaId": {"text": "Id of the asset that gets the stream.", "max_bytes": 64, "required": True},
            "StreamURL": {
                "text": "Address of the stream; needs an extension unless FileExtension is given.",
                "required": True,
                "url_schemes": ("http", "https"),
            },
            "FileExtension": FILE_EXTENSION,
            "Definition": DEFINITION,
            "HDRType": HDR_TYPE,
            "UserData": USER_DATA,
        },
        poll=Poll(
            operation="GetUrlUploadInfos",
            arguments=(("JobIds", "JobId"),),
            status_field="URLUploadInfoList[].Status",
            success=PULL_DONE,
            failure=PULL_FAILED,
            pending=PULL_STATES,
            result=PULL_RESULT,
        ),
    ),
    OperationNotes(
        operation="GetUrlUploadInfos",
        title="Follow pulls from the web",
        purpose=(
            "See how far the downloads begun with UploadMediaByURL or UploadStreamByURL are: status (PENDING, "
            "DOWNLOADING, UPLOADING; SUCCESS or Normal at the end, DOWNLOAD_FAIL, UPLOAD_FAIL), size, error, MediaId. "
            "Ask by JobIds, which win, or by the URLs; at most 10. Ids nobody knows come back in NonExists."
        ),
        effect=Effect.READ,
        example={"JobIds": "86c1925fba0c11eb94530a9b1c2d3e4f"},
        parameters={
            "JobIds": {"text": "Comma-separated job ids, at most 10.", "max_parts": 10, "comma_list": True},
            "UploadURLs": {
                "text": "Comma-separated URLs as they were given, at most 10. Encoded the same way; one URL alone if "
                "it was pulled several times.",
                "max_parts": 10,
                "comma_list": True,
            },
        },
        rules=(AtLeastOne(("JobIds", "UploadURLs")),),
        idempotent=True,
        rows=Rows(
            "URLUploadInfoList",
            (
                ("JobId", "JobId"),
                ("status", "Status"),
                ("MediaId", "MediaId"),
                ("error_code", "ErrorCode"),
                ("error", "ErrorMessage"),
                ("url", "UploadURL"),
                ("size_bytes", "FileSize"),
                ("created", "CreationTime"),
                ("completed", "CompleteTime"),
            ),
        ),
    ),
)
