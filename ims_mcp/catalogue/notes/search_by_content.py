"""Search: the queries by what is seen, said and recognised in assets, by label, face, words and a mixture of them.

Sources: the texts of SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_parameters import (
    CUSTOM_FILTERS,
    ENTITY,
    EXAMPLE_MEDIA,
    LIBRARY,
    NAMESPACE,
    PAGE,
    PAGE_NO,
    PAGE_SIZE,
    PICTURE_OR_VIDEO,
    UTC_CREATE,
)
from ims_mcp.catalogue.operation import Effect, Rows

FACE_TOKEN: ParameterNotes = {
    "text": "A name you choose for this search, such as anna-2026-03-02. The same on every page of it and in "
    "SearchMediaClipByFace; another search takes another one.",
}
CLIP_ROWS = Rows(
    path="MediaList",
    columns=(
        ("MediaId", "MediaId"),
        ("from_seconds", "ClipInfo[].From"),
        ("to_seconds", "ClipInfo[].To"),
        ("score", "ClipInfo[].Score"),
    ),
)

NOTES = (
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
        heed="Finds only assets in a library with an aiLabel index. Times inside one: SpecificSearch, MediaId.",
        parameters={
            "Text": {"text": "What to look for, such as a name or words that are spoken."},
            "MultimodalSearchType": {
                "text": "Where to look; default FullSearch, everywhere. PersonName: names of persons, Ocr: subtitles, "
                "AiCategory: AI categories.",
                "choices": ("PersonName", "Ocr", "AiCategory", "FullSearch"),
            },
            "MatchingMode": {
                "text": "fuzzy (default) or precise. precise works for newer assets only.",
                "choices": ("fuzzy", "precise"),
            },
            "SpecificSearch": {"text": "true: moments inside MediaId instead of assets; default false."},
            "MediaId": {"text": "Asset to look inside; needed with SpecificSearch true."},
            "MediaType": {
                "text": "Only image, only video or only audio.",
                "choices": ("image", "video", "audio"),
            },
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "SortBy": {
                "text": "Order by creation time; default newest first.",
                "choices": ("CreationTime:Desc", "CreationTime:Asc"),
            },
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"Text": "penalty", "PageSize": 20},
        rows=Rows(
            path="MediaList",
            columns=(
                ("MediaId", "MediaId"),
                ("title", "Title"),
                ("duration", "Duration"),
                ("status", "Status"),
                ("labels", "AiData.AiLabelInfo[].LabelName"),
                ("subtitles", "AiData.OcrInfo[].Content"),
                ("speech", "AiData.AsrInfo[].Content"),
                ("created", "CreationTime"),
            ),
        ),
        then="See the moments inside one asset with SearchMediaByAILabel again: SpecificSearch true and its MediaId.",
        sources=(f"{PAGE}searchmediabyailabel",),
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
        heed="Finds only assets in a library with a face index; FaceSearchToken is a name you choose.",
        parameters={
            "PersonImageUrl": {
                "text": "Address of a still picture with the face.",
                "url_schemes": ("http", "https", "oss"),
            },
            "FaceSearchToken": FACE_TOKEN,
            "SearchLibName": LIBRARY,
            "MediaType": PICTURE_OR_VIDEO,
            "Namespace": NAMESPACE,
            "EntityId": ENTITY,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={
            "PersonImageUrl": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/people/anna-weber.jpg",
            "FaceSearchToken": "anna-weber-2026-03-02",
        },
        rows=Rows(path="MediaInfoList", columns=(("MediaId", "MediaId"),)),
        then="See when the face appears in one of them with SearchMediaClipByFace.",
        sources=(
            f"{PAGE}searchmediabyface",
            "https://help.aliyun.com/en/ims/use-cases/how-to-perform-face-search-on-massive-media-assets",
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
            "Text": {"text": "The sentence to search for: two pandas are fighting."},
            "MediaId": {"text": "Only this asset, with its details. Left out: all assets."},
            "MediaType": PICTURE_OR_VIDEO,
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"Text": "two pandas are fighting"},
        rows=CLIP_ROWS,
        then="See what an asset is with GetMediaInfo.",
        sources=(f"{PAGE}searchmediabyhybrid",),
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
        heed="Finds only what InsertMediaToSearchLib put into a library that has an mm index.",
        parameters={
            "Text": {"text": "What is seen, in plain words: a red car in rain."},
            "MediaType": {"text": "video (default) or image.", "choices": ("image", "video")},
            "SearchLibName": LIBRARY,
            "Namespace": NAMESPACE,
            "CustomFilters": CUSTOM_FILTERS,
            "UtcCreate": UTC_CREATE,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"Text": "a red car in rain"},
        rows=CLIP_ROWS,
        then="See what an asset is with GetMediaInfo.",
        sources=(f"{PAGE}searchmediabymultimodal",),
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
            "MediaId": {"text": "Asset that SearchMediaByFace found."},
            "FaceSearchToken": {"text": "The same token as in SearchMediaByFace."},
            "SearchLibName": LIBRARY,
            "EntityId": ENTITY,
            "PageNo": PAGE_NO,
            "PageSize": PAGE_SIZE,
        },
        idempotent=True,
        example={"MediaId": EXAMPLE_MEDIA, "FaceSearchToken": "anna-weber-2026-03-02"},
        rows=Rows(
            path="MediaClipList",
            columns=(
                ("name", "LabelName"),
                ("EntityId", "EntityId"),
                ("score", "Score"),
                ("from_seconds", "OccurrencesInfos[].StartTime"),
                ("to_seconds", "OccurrencesInfos[].EndTime"),
                ("expression", "OccurrencesInfos[].Expression"),
            ),
        ),
        sources=(f"{PAGE}searchmediaclipbyface",),
    ),
)
