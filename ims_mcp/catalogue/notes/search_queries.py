"""Search: the queries, by filter, label, face, words and a mixture of them.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.asset_rows import list_assets
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
            "your own fields, combined in one Match expression. Answers with basic information, files and AI labels "
            "of each hit. To search by what is seen or said in a video use SearchMediaByMultimodal or "
            "SearchMediaByAILabel; to walk the library without a condition ListMediaBasicInfos."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "Match": {
                "text": "title = 'sea' and cateId == 5 and utcCreate = ('ms','ms'); = fuzzy, == exact.",
            },
            "SortBy": {"text": "Comma-separated field:order, such as utcCreate:Desc.", "comma_list": True},
            "PageSize": PAGE_SIZE,
            "ScrollToken": {"text": "Token of the previous answer: needed beyond page 200, goes forward only."},
            "SearchLibName": LIBRARY,
            "CustomFilters": CUSTOM_FILTERS,
            "EntityId": {"text": "Entity whose metadata is searched."},
        },
        idempotent=True,
        rows=list_assets("MediaInfoList"),
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
        rows=Rows(
            "MediaList",
            (
                ("MediaId", "MediaId"),
                ("title", "Title"),
                ("duration_seconds", "Duration"),
                ("size_bytes", "Size"),
                ("status", "Status"),
                ("labels", "AiData.AiLabelInfo[].LabelName[]"),
                ("spoken", "AiData.AsrInfo[].Content[]"),
                ("created", "CreationTime"),
            ),
        ),
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
        rows=Rows(
            "MediaInfoList",
            (("MediaId", "MediaId"),),
        ),
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
        rows=Rows(
            "MediaList",
            (
                ("MediaId", "MediaId"),
                ("clips", "ClipInfo"),
            ),
        ),
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
        rows=Rows(
            "MediaList",
            (
                ("MediaId", "MediaId"),
                ("clips", "ClipInfo"),
            ),
        ),
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
        rows=Rows(
            "MediaClipList",
            (
                ("person", "LabelName"),
                ("category", "Category"),
                ("score", "Score"),
                ("EntityId", "EntityId"),
                ("from_seconds", "OccurrencesInfos[].StartTime[]"),
                ("to_seconds", "OccurrencesInfos[].EndTime[]"),
            ),
        ),
    ),
)
