"""Public media: the shared library of stickers, music and backgrounds that everyone may use, and favourites in it.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect

MEDIA_IDS: ParameterNotes = {
    "text": "Comma-separated ids of public assets (icepublic-...).",
    "comma_list": True,
    "required": True,
}

NOTES = (
    OperationNotes(
        operation="GetPublicMediaInfo",
        title="Inspect a public asset",
        purpose=(
            "Show one sticker, piece of music or background of the shared library: title, tags, cover, and for its "
            "file format, duration, size and streams. Needs no credentials. Assets of your own are shown by "
            "get_media_info; to find the id use list_public_media_basic_infos or search_public_media_info."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={"MediaId": {"text": "Id of a public asset (icepublic-...).", "required": True}},
        idempotent=True,
        words=(
            "stock media details",
            "sticker",
            "royalty free music",
            "公共素材",
            "公共媒资详情",
            "素材信息",
            "length of a stock song",
            "details of a sticker",
            "公共歌曲详情",
        ),
    ),
    OperationNotes(
        operation="ListPublicMediaBasicInfos",
        title="Browse public stickers and music",
        purpose=(
            "Browse the shared library by kind and tag: stickers, background music (bgm) and background pictures "
            "(bgi), ready to be used in an editing project. Needs no credentials. Tags come from "
            "list_all_public_media_tags. Licensed music with prices is found with search_public_media_info instead. "
            "Pages with NextToken."
        ),
        effect=Effect.READ,
        signed_addresses=True,
        parameters={
            "BusinessType": {"text": "Stickers, music or pictures.", "choices": ("sticker", "bgm", "bgi")},
            "MediaTagId": {"text": "Only with this tag: sticker-cute, bgm-upbeat, bgi-solid, ..."},
            "IncludeFileBasicInfo": {"text": "Add size, duration and address of the file."},
            "MaxResults": {"text": "Assets a page; default 10.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        words=(
            "free background music",
            "stickers",
            "backgrounds",
            "stock assets",
            "公共素材库",
            "贴纸",
            "背景音乐",
            "背景图",
            "free music to use",
            "stock music",
            "stock footage",
            "免费音乐",
            "有什么贴纸",
            "免费配乐",
            "公共素材",
        ),
    ),
    OperationNotes(
        operation="ListAllPublicMediaTags",
        title="List tags of public media",
        purpose=(
            "List the tags by which the shared library is sorted, in Chinese and English, with the options under each. "
            "Needs no credentials. Use a MediaTagId from here to filter list_public_media_basic_infos; with "
            "EntityId=Copyright_Music it lists moods, styles and the like of licensed music."
        ),
        effect=Effect.READ,
        parameters={
            "BusinessType": {"text": "Only tags of this kind: sticker, bgm, bgi."},
            "EntityId": {"text": "Copyright_Music for licensed music."},
        },
        idempotent=True,
        words=(
            "music moods",
            "sticker categories",
            "tag list",
            "公共素材标签",
            "音乐分类",
            "贴纸分类",
            "tags of stock music",
            "music genres",
            "sticker tags",
            "公共素材有哪些标签",
        ),
    ),
    OperationNotes(
        operation="SearchPublicMediaInfo",
        title="Search licensed public music",
        purpose=(
            "Search the licensed (copyright) music of the shared library by mood, style and other metadata, by id, or "
            "among your favourites and what your resource plan covers. Each hit says whether you may use it and for "
            "how many days. Only reads, buys nothing. Free stickers and music are in list_public_media_basic_infos."
        ),
        effect=Effect.READ,
        parameters={
            "EntityId": {"text": "Copyright_Music."},
            "DynamicMetaDataMatchFields": {"text": "Conditions joined by &: ApprovalStatus='Available'&Mood='Nervous'"},
            "Favorite": {"text": "true: only your favourites."},
            "Authorized": {"text": "true: only what your resource plan covers."},
            "MediaIds": {"text": "Only these, comma-separated.", "comma_list": True},
            "SortBy": {"text": "UsageCount or UnitPrice with :Desc or :Asc, comma-separated."},
        },
        idempotent=True,
        words=(
            "copyright music",
            "licensed songs",
            "my favourite music",
            "版权音乐",
            "搜索音乐",
            "曲库",
            "我的收藏",
            "find a song",
            "happy background music",
            "licensed track",
            "找背景音乐",
            "找一首歌",
            "正版音乐",
        ),
    ),
    OperationNotes(
        operation="AddFavoritePublicMedia",
        title="Mark public media as favourite",
        purpose=(
            "Add assets of the shared library to your favourites, to find them again with search_public_media_info and "
            "Favorite=true. It buys no licence. Ids that could not be added come back in IgnoredList; undo it with "
            "cancel_favorite_public_media."
        ),
        effect=Effect.WRITE,
        parameters={"MediaIds": MEDIA_IDS},
        idempotent=True,
        words=(
            "bookmark music",
            "like",
            "star",
            "收藏",
            "收藏素材",
            "收藏音乐",
            "favourite this song",
            "save sticker to favourites",
            "收藏贴纸",
            "收藏这首歌",
        ),
    ),
    OperationNotes(
        operation="CancelFavoritePublicMedia",
        title="Unmark favourite public media",
        purpose=(
            "Take assets of the shared library out of your favourites. Nothing is deleted, and "
            "add_favorite_public_media brings them back. Ids that were no favourites come back in IgnoredList."
        ),
        effect=Effect.WRITE,
        parameters={"MediaIds": MEDIA_IDS},
        idempotent=True,
        words=("remove bookmark", "unlike", "unstar", "取消收藏", "移除收藏"),
    ),
)
