"""Public media: the shared library of stickers, music and backgrounds that everyone may use, and favourites in it.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.asset_rows import list_assets
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect, Rows

MEDIA_IDS: ParameterNotes = {
    "text": "Comma-separated ids of public assets (icepublic-...).",
    "comma_list": True,
    "required": True,
}

TAGS = (
    *("sticker-atmosphere", "sticker-bubble", "sticker-cute", "sticker-daily", "sticker-expression", "sticker-gif"),
    *("bgm-romantic", "bgm-cuisine", "bgm-chinese-style", "bgm-upbeat", "bgm-dynamic", "bgm-relaxing"),
    *("bgm-quirky", "bgm-beauty", "bgi-grad", "bgi-solid", "bgi-pic"),
)

NOTES = (
    OperationNotes(
        operation="GetPublicMediaInfo",
        title="Inspect a public asset",
        purpose=(
            "Show one sticker, piece of music or background of the shared library: title, tags, cover, and for its "
            "file format, duration, size and streams. Needs no credentials. Assets of your own are shown by "
            "GetMediaInfo; to find the id use ListPublicMediaBasicInfos or SearchPublicMediaInfo."
        ),
        effect=Effect.READ,
        example={"MediaId": "icepublic-0c4475692218bb0ae6a1b2c3d4e5f607"},
        signed_addresses=True,
        parameters={"MediaId": {"text": "Id of a public asset (icepublic-...).", "required": True}},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListPublicMediaBasicInfos",
        title="Browse public stickers and music",
        purpose=(
            "Browse the shared library by kind and tag: stickers, background music (bgm) and background pictures "
            "(bgi), ready to be used in an editing project. Needs no credentials. Tags come from "
            "ListAllPublicMediaTags. Licensed music with prices is found with SearchPublicMediaInfo instead. "
            "Pages with NextToken."
        ),
        effect=Effect.READ,
        example={"IncludeFileBasicInfo": True, "MaxResults": 20},
        then="SubmitMediaProducingJob takes the MediaId as material.",
        signed_addresses=True,
        parameters={
            "BusinessType": {"text": "Stickers, music or pictures.", "choices": ("sticker", "bgm", "bgi")},
            "MediaTagId": {
                "text": "Only with this tag: sticker-cute, bgm-upbeat, bgi-solid. ListAllPublicMediaTags has all.",
                "hints": TAGS,
            },
            "IncludeFileBasicInfo": {"text": "Add size, duration and address of the file. Default false."},
            "MaxResults": {"text": "Assets a page; default 10.", "minimum": 1, "maximum": 100},
            "PageSize": {"text": "Assets a page with PageNo; default 10.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        rows=list_assets("MediaInfos"),
    ),
    OperationNotes(
        operation="ListAllPublicMediaTags",
        title="List tags of public media",
        purpose=(
            "List the tags by which the shared library is sorted, in Chinese and English, with the options under each. "
            "Needs no credentials. Use a MediaTagId from here to filter ListPublicMediaBasicInfos; with "
            "EntityId=Copyright_Music it lists moods, styles and the like of licensed music."
        ),
        effect=Effect.READ,
        heed="Without BusinessType the tags of stickers, music and pictures are listed.",
        example={"BusinessType": "sticker"},
        then="ListPublicMediaBasicInfos filters by MediaTagId.",
        parameters={
            "BusinessType": {"text": "Only tags of this kind: sticker, bgm, bgi."},
            "EntityId": {"text": "Copyright_Music for licensed music."},
        },
        idempotent=True,
        rows=Rows(
            "MediaTagList",
            (
                ("MediaTagId", "MediaTagId"),
                ("name", "MediaTagNameEnglish"),
                ("chinese_name", "MediaTagNameChinese"),
                ("options", "Options[].OptionId[]"),
            ),
        ),
    ),
    OperationNotes(
        operation="SearchPublicMediaInfo",
        title="Search licensed public music",
        purpose=(
            "Search the licensed (copyright) music of the shared library by mood, style and other metadata, by id, or "
            "among your favourites and what your resource plan covers. Each hit says whether you may use it and for "
            "how many days. Only reads, buys nothing. Free stickers and music are in ListPublicMediaBasicInfos."
        ),
        effect=Effect.READ,
        example={"EntityId": "Copyright_Music", "PageNo": 1, "PageSize": 20},
        parameters={
            "EntityId": {"text": "Kind of assets: Copyright_Music, licensed music.", "hints": ("Copyright_Music",)},
            "DynamicMetaDataMatchFields": {"text": "Conditions joined by &: ApprovalStatus='Available'&Mood='Nervous'"},
            "Favorite": {"text": "true: only your favourites."},
            "Authorized": {"text": "true: only what your resource plan covers."},
            "MediaIds": {"text": "Only these, comma-separated.", "comma_list": True},
            "SortBy": {"text": "UsageCount or UnitPrice with :Desc or :Asc, comma-separated."},
        },
        idempotent=True,
        rows=Rows(
            "PublicMediaInfos",
            (
                ("MediaId", "MediaInfo.MediaId"),
                ("title", "MediaInfo.MediaBasicInfo.Title"),
                ("type", "MediaInfo.MediaBasicInfo.MediaType"),
                ("business_type", "MediaInfo.MediaBasicInfo.BusinessType"),
                ("tags", "MediaInfo.MediaBasicInfo.MediaTags"),
                ("authorized", "Authorized"),
                ("favorite", "Favorite"),
                ("RemainingAuthTime", "RemainingAuthTime"),
            ),
        ),
    ),
    OperationNotes(
        operation="AddFavoritePublicMedia",
        title="Mark public media as favourite",
        purpose=(
            "Add assets of the shared library to your favourites, to find them again with SearchPublicMediaInfo and "
            "Favorite=true. It buys no licence. Ids that could not be added come back in IgnoredList; undo it with "
            "CancelFavoritePublicMedia."
        ),
        effect=Effect.WRITE,
        example={"MediaIds": "icepublic-0c4475692218bb0ae6a1b2c3d4e5f607"},
        parameters={"MediaIds": MEDIA_IDS},
        idempotent=True,
    ),
    OperationNotes(
        operation="CancelFavoritePublicMedia",
        title="Unmark favourite public media",
        purpose=(
            "Take assets of the shared library out of your favourites. Nothing is deleted, and "
            "AddFavoritePublicMedia brings them back. Ids that were no favourites come back in IgnoredList."
        ),
        effect=Effect.WRITE,
        example={"MediaIds": "icepublic-0c4475692218bb0ae6a1b2c3d4e5f607"},
        parameters={"MediaIds": MEDIA_IDS},
        idempotent=True,
    ),
)
