"""Search: the query by a filter over what is written about assets.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.asset_rows import list_assets
from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import Effect

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
        heed="Only videos unless Match names mediaType. For plain words, dates and sizes take find_media.",
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
        rows=list_assets("MediaInfoList"),
        then="Read one asset with GetMediaInfo.",
        sources=(
            "https://help.aliyun.com/document_detail/2584256.html",
            "https://help.aliyun.com/en/ims/developer-reference/api-ice-2020-11-09-searchmedia",
            "https://help.aliyun.com/document_detail/86991.htm",
        ),
        idempotent=True,
    ),
)
