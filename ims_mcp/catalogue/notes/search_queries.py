"""Search: the queries, by filter, label, face, words and a mixture of them.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Parameter, Rows

LIBRARY: ParameterNotes = {"text": "Search library; default ims-default-search-lib."}
NAMESPACE: ParameterNotes = {"text": "Part of the library that the assets were put into."}
ENTITY: ParameterNotes = {"text": "Entity id of a known person, from label results."}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page; default 10.", "minimum": 1, "maximum": 50}
CUSTOM_FILTERS: ParameterNotes = {
    "text": 'Your intField1, strField1, strField2: a value, [values] or {"gte": 1, "lte": 9}.',
    "kind": "object",
    "json_text": True,
}
UTC_CREATE: ParameterNotes = {
    "text": "Created between these milliseconds since 1970.",
    "kind": "object",
    "json_text": True,
    "fields": (Parameter("gte", "integer"), Parameter("lte", "integer")),
}
PICTURE_OR_VIDEO: ParameterNotes = {"text": "Only this type.", "choices": ("image", "video")}
FACE_TOKEN: ParameterNotes = {"text": "A name you choose for this search, the same on every page and for its clips."}

NOTES = (
    OperationNotes(
        operation="SearchMedia",
        title="Find assets by a filter",
        purpose=(
            "Find assets by what is written about them: title, description, tags, category, status, creation time or "
            "your own fields, combined in one Match expression; only videos unless it names another mediaType. Answers "
            "with basic information, files and AI labels of each hit. To search by what is seen or said in a video use "
            "SearchMediaByMultimodal or SearchMediaByAILabel; to walk the library without a condition "
            "ListMediaBasicInfos."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "Match": {
                "text": (
                    "Conditions joined by and: title = 'sea' and cateId == '5'. Contains these (at most 60) "
                    "characters: title = 'sea', description, ocrInfo.tracks.content. Is this value: mediaId == 'id', "
                    "cateId, status, mediaType, fileInfo.storageLocation, aiLabelInfo.category, aiLabelInfo.label_id. "
                    "Is one of several: tagList in ('a','b') for whole tags, status, mediaType, "
                    "fileInfo.storageLocation. Lies between milliseconds since 1970: utcCreate = "
                    "['1767225600000','1769904000000'], utcModified; ( or ) instead of [ or ] leaves the bound itself "
                    "out. Only videos are searched unless mediaType says video, audio or image; images cannot be "
                    "searched together with the others. status is a number: 0 Init, 1 Preparing, 2 PrepareFail, "
                    "3 Normal, 10 uploading, 12 uploaded, 13 transcoding, 14 transcoding failed, 15 in review, "
                    "16 rejected, 17 deleted, 18 upload failed. or, as in ApsaraVideo VOD, stands in parentheses: "
                    "(title = 'a' or description = 'a'). All marks are half-width; a quote inside a value has no "
                    "escape. Left out, every video is found."
                ),
            },
            "SortBy": {
                "text": (
                    "Order, such as utcCreate:Desc. Fields are utcCreate and utcModified, each with Desc or Asc; "
                    "several are separated by commas."
                ),
                "comma_list": True,
            },
            "PageNo": {"text": "Page, from 1. Beyond page 200 give the ScrollToken of the page before as well."},
            "PageSize": {"text": "Assets a page, at most 50. Default 10.", "minimum": 1, "maximum": 50},
            "ScrollToken": {
                "text": (
                    "Token of the previous answer, to read everything. 32 characters; it leads forward only, by at "
                    "most 1,000 assets. Not in the first call."
                )
            },
            "SearchLibName": {"text": "Search library. Default ims-default-search-lib.", "inferred": True},
            "CustomFilters": {
                "text": (
                    'Your own fields: {"strField1": "abc", "intField1": {"gte": 1}}. There are intField1, strField1 '
                    "and strField2; each has to be a value, a list of values or, for intField1, a range with gte and "
                    "lte. All of them have to fit."
                ),
                "kind": "object",
                "json_text": True,
                "extra_fields": True,
            },
            "EntityId": {"text": "Entity whose metadata is searched.", "inferred": True},
        },
        example={
            "Match": "title = 'harbour' and mediaType in ('video','audio') and "
            "utcCreate = ['1767225600000','1769904000000']",
            "SortBy": "utcCreate:Desc",
            "PageSize": 20,
        },
        rows=Rows(
            path="MediaInfoList",
            columns=(
                ("MediaId", "MediaId"),
                ("title", "MediaBasicInfo.Title"),
                ("type", "MediaBasicInfo.MediaType"),
                ("duration", "FileInfoList.FileBasicInfo.Duration"),
                ("created", "MediaBasicInfo.CreateTime"),
                ("category", "MediaBasicInfo.CateName"),
                ("tags", "MediaBasicInfo.MediaTags"),
                ("status", "MediaBasicInfo.Status"),
            ),
        ),
        then="Read one asset with GetMediaInfo.",
        sources=(
            "https://help.aliyun.com/document_detail/2584256.html",
            "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-searchmedia",
            "https://help.aliyun.com/document_detail/86991.htm",
        ),
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchMediaByAILabel",
        title="Find assets by recognised content",
        purpose=(
            "Find assets by what smart tagging recognised in them: a person's name, subtitles, speech or an AI "
            "category. Assets have to be in a library with an aiLabel index. With SpecificSearch=true and a MediaId it "
            "lists the moments inside that one asset, with times in seconds. For a free description of a scene use "
            "SearchMediaByMultimodal, for a face picture SearchMediaByFace."
        ),
        effect=Effect.READ,
        parameters={
            "Text": {"text": "What to look for."},
            "MultimodalSearchType": {
                "text": "Where to look: names of persons, subtitles, AI categories; default everywhere.",
                "choices": ("PersonName", "Ocr", "AiCategory", "FullSearch"),
            },
            "MatchingMode": {"text": "Default fuzzy; precise only for newer assets.", "choices": ("fuzzy", "precise")},
            "SpecificSearch": {"text": "true: moments inside MediaId instead of assets."},
            "MediaId": {"text": "Asset to look inside, with SpecificSearch."},
            "MediaType": {"text": "Only this type.", "choices": ("image", "video", "audio")},
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "SortBy": {
                "text": "Default newest first.",
                "choices": ("CreationTime:Desc", "CreationTime:Asc"),
            },
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchMediaByFace",
        title="Find assets showing a face",
        purpose=(
            "Find the assets in which the person on a picture appears; the library needs a face index. Answers with "
            "ids of assets only: for the moments and positions inside one of them follow with "
            "SearchMediaClipByFace and the same FaceSearchToken. The token is a name of your own choosing, not "
            "something the service hands out."
        ),
        effect=Effect.READ,
        parameters={
            "PersonImageUrl": {"text": "Address of a picture with the face.", "url_schemes": ("http", "https", "oss")},
            "FaceSearchToken": FACE_TOKEN,
            "SearchLibName": LIBRARY,
            "MediaType": PICTURE_OR_VIDEO,
            "Namespace": NAMESPACE,
            "EntityId": ENTITY,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchMediaByHybrid",
        title="Search by words, mixed methods",
        purpose=(
            "Search videos or pictures with a sentence in plain language, by several methods joined; the hits name the "
            "clips with times in seconds and a score. A good first choice when it is unclear whether the wanted thing "
            "is seen, said or written. Only by what is seen: SearchMediaByMultimodal. With a MediaId it tells of "
            "that asset only."
        ),
        effect=Effect.READ,
        parameters={
            "Text": {"text": "The sentence to search for."},
            "MediaId": {"text": "Only this asset, with its details."},
            "MediaType": PICTURE_OR_VIDEO,
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchMediaByMultimodal",
        title="Find scenes by description",
        purpose=(
            "Find videos or pictures by describing what is to be seen, such as a goal being scored or a red car in "
            "rain: a large visual model compares the words with the picture. The library needs an mm index. The hits "
            "hold ids of assets and, for videos, the clips with start, end and score. For spoken or written words "
            "use SearchMediaByAILabel."
        ),
        effect=Effect.READ,
        parameters={
            "Text": {"text": "Description of what is seen."},
            "MediaType": {"text": "Default video.", "choices": ("image", "video")},
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="SearchMediaClipByFace",
        title="Find moments showing a face",
        purpose=(
            "Second step of a face search: the moments of one asset in which the face appears, with start and end in "
            "seconds, expression, position in the picture and a score. It repeats the search that "
            "SearchMediaByFace made under the same FaceSearchToken, so call that first."
        ),
        effect=Effect.READ,
        parameters={
            "MediaId": {"text": "Asset found by SearchMediaByFace."},
            "FaceSearchToken": {"text": "The same as in SearchMediaByFace."},
            "SearchLibName": LIBRARY,
            "EntityId": ENTITY,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
    ),
)
