"""Search: libraries and their indexes, which have to exist before anything can be found.

Sources: the texts of SDK 6.20.2 and the pages of the operations (sizes of an index, states of a library). That a name
may hold hyphens shows in the service's own default library and in the vendor's samples. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_parameters import EXAMPLE_LIBRARY, LIBRARY, PAGE, PAGE_NO, PAGE_SIZE
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Rows

OWN_LIBRARY: ParameterNotes = {"text": "Name of the search library, from ListSearchLib."}
LIBRARY_CONFIG: ParameterNotes = {
    "text": "Which face libraries of yours recognise people.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter(
            "faceGroupIds",
            "string",
            text="Comma-separated LibId values of CreateRecognitionLib (face), at most 3.",
            comma_list=True,
            max_parts=3,
        ),
    ),
    "extra_fields": True,
}
INDEX_TYPE: ParameterNotes = {
    "text": "mm: what is seen; face: faces; aiLabel: speech, subtitles, smart tags. A shared index takes 1,000 hours "
    "of video for mm and 1,000,000 faces; what is above is not analysed.",
    "choices": ("mm", "face", "aiLabel"),
}
INDEX_CONFIG: ParameterNotes = {
    "text": "Size of the index, for face and mm. Left out: Shared.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter(
            "level",
            "string",
            text="Shared (default): a million faces, or 1,000 hours of video for mm. Dedicated and dearer: S.large a "
            "million faces or 10,000 hours, S.2xlarge twice, S.4xlarge 4, S.8xlarge 8, S.16xlarge 16 times that. What "
            "is beyond is not analysed.",
            choices=("Shared", "S.large", "S.2xlarge", "S.4xlarge", "S.8xlarge", "S.16xlarge"),
        ),
    ),
    "extra_fields": True,
}
ACTIVE = ("Active", "Deactive")
CHARGES = "https://help.aliyun.com/document_detail/2840897.html"

NOTES = (
    OperationNotes(
        operation="CreateSearchLib",
        title="Create a search library",
        purpose=(
            "Make an empty library in which assets can be searched by content. Two steps follow before anything is "
            "found: switch on indexes with CreateSearchIndex, then put assets in with InsertMediaToSearchLib, or "
            "name the library when registering them. Without a library of your own, ims-default-search-lib is used."
        ),
        effect=Effect.WRITE,
        heed="Empty at first: CreateSearchIndex, then InsertMediaToSearchLib, before anything is found.",
        parameters={
            "SearchLibName": {
                "text": "Name of the library, such as sports-archive. Letters, digits and hyphens. For surveillance "
                "cameras it begins with IPCamera_.",
            },
            "SearchLibConfig": LIBRARY_CONFIG,
        },
        example={"SearchLibName": EXAMPLE_LIBRARY},
        then="Switch on its indexes with CreateSearchIndex.",
        sources=(f"{PAGE}createsearchlib",),
    ),
    OperationNotes(
        operation="AlterSearchLib",
        title="Change a search library",
        purpose=(
            "Replace the configuration of a search library, which today means the face libraries of your own that it "
            "recognises people with. The name stays, and its indexes are changed with AlterSearchIndex instead."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all face libraries: send those that stay as well, from QuerySearchLib.",
        destructive_when=(AskWhen("replaces the configuration of a search library", shows=("SearchLibConfig",)),),
        parameters={
            "SearchLibName": OWN_LIBRARY,
            "SearchLibConfig": {
                **LIBRARY_CONFIG,
                "text": "The whole new configuration: face libraries that recognise people.",
            },
        },
        idempotent=True,
        example={
            "SearchLibName": EXAMPLE_LIBRARY,
            "SearchLibConfig": {"faceGroupIds": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        },
        then="See what it is now with QuerySearchLib.",
    ),
    OperationNotes(
        operation="DropSearchLib",
        title="Delete a search library",
        purpose=(
            "Delete a search library together with everything indexed in it; nothing in it can be found afterwards and "
            "indexing again is billed again. The files in OSS are not the library's. To remove a single asset use "
            "DeleteMediaFromSearchLib, to clear one kind of index DropSearchIndex."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a search library with everything indexed in it for good; indexing again is billed again"),
        ),
        parameters={"SearchLibName": OWN_LIBRARY},
        idempotent=True,
        example={"SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}dropsearchlib",),
    ),
    OperationNotes(
        operation="QuerySearchLib",
        title="Inspect a search library",
        purpose=(
            "Show one search library: its state (normal, deleting, deleteFail), its configuration, and for each index "
            "whether it is switched on and ready (Initializing, Normal or Fail). Look here when a search finds "
            "nothing. How many assets an index holds is told by QuerySearchIndex."
        ),
        effect=Effect.READ,
        parameters={"SearchLibName": OWN_LIBRARY},
        idempotent=True,
        example={"SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}querysearchlib",),
    ),
    OperationNotes(
        operation="ListSearchLib",
        title="List search libraries",
        purpose=(
            "List all search libraries of the account with state, configuration and indexes, page by page. Use it to "
            "learn the names that the search operations want; one library alone is shown by QuerySearchLib."
        ),
        effect=Effect.READ,
        parameters={"PageNo": PAGE_NO, "PageSize": PAGE_SIZE},
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="SearchLibInfoList",
            columns=(
                ("SearchLibName", "SearchLibName"),
                ("status", "Status"),
                ("indexes", "IndexInfo[].IndexType"),
                ("switched", "IndexInfo[].IndexStatus"),
                ("readiness", "IndexInfo[].IndexReadiness"),
            ),
        ),
        sources=(f"{PAGE}listsearchlib",),
    ),
    OperationNotes(
        operation="CreateSearchIndex",
        title="Switch on a search index",
        purpose=(
            "Add an index to a search library, one of three kinds: mm for describing what is seen, face for people, "
            "aiLabel for speech, subtitles and tags. A library needs one index for each kind of search. Assets are "
            "indexed as they arrive; for those already there use SearchIndexJobRerun. Watch QuerySearchLib until "
            "the index is Normal."
        ),
        effect=Effect.WRITE,
        heed="IndexType mm: what is seen; face: faces; aiLabel: what smart tagging recognises.",
        parameters={
            "IndexType": INDEX_TYPE,
            "SearchLibName": LIBRARY,
            "IndexStatus": {"text": "Active (default) or Deactive, switched off.", "choices": ACTIVE},
            "IndexConfig": INDEX_CONFIG,
        },
        costs="Assets indexed from then on are billed as AI analysis.",
        example={"IndexType": "mm", "SearchLibName": EXAMPLE_LIBRARY, "IndexStatus": "Active"},
        then="Wait until QuerySearchLib shows the index Normal, then put assets in with InsertMediaToSearchLib.",
        sources=(f"{PAGE}createsearchindex", CHARGES),
    ),
    OperationNotes(
        operation="AlterSearchIndex",
        title="Switch or set a search index",
        purpose=(
            "Switch an index of a search library on or off, or change its settings. Deactive disables it; to "
            "clear its data as well use DropSearchIndex. Whether it is on is told by QuerySearchIndex."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen(
                "switches a search index off, so that searches of this kind find nothing until it is on again",
                path="IndexStatus",
                values=("Deactive",),
            ),
            AskWhen("replaces the settings of a search index", path="IndexConfig"),
        ),
        parameters={
            "IndexType": INDEX_TYPE,
            "SearchLibName": LIBRARY,
            "IndexStatus": {"text": "Active switches it on, Deactive off. Left out: it stays.", "choices": ACTIVE},
            "IndexConfig": {**INDEX_CONFIG, "text": "New size of the index, for face and mm. Left out: it stays."},
        },
        rules=(AtLeastOne(("IndexStatus", "IndexConfig")),),
        idempotent=True,
        example={
            "IndexType": "mm",
            "SearchLibName": EXAMPLE_LIBRARY,
            "IndexStatus": "Active",
            "IndexConfig": {"level": "S.large"},
        },
        sources=(f"{PAGE}altersearchindex",),
    ),
    OperationNotes(
        operation="DropSearchIndex",
        title="Delete a search index",
        purpose=(
            "Delete one index of a search library with all it has learned about the assets, so that searches of that "
            "kind find nothing, and new assets are no longer indexed so. Assets and other indexes stay. Building it "
            "again costs the analysis again; to only disable it use AlterSearchIndex with Deactive."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a search index with what it has learned for good; indexing again is billed again"),
        ),
        parameters={"IndexType": INDEX_TYPE, "SearchLibName": LIBRARY},
        idempotent=True,
        example={"IndexType": "face", "SearchLibName": EXAMPLE_LIBRARY},
        sources=(f"{PAGE}dropsearchindex",),
    ),
    OperationNotes(
        operation="QuerySearchIndex",
        title="Inspect a search index",
        purpose=(
            "Show one index of a search library: whether it is switched on and how many assets it holds. Whether it "
            "is ready is told by QuerySearchLib, how far a single asset is by QueryMediaIndexJob."
        ),
        effect=Effect.READ,
        parameters={"IndexType": INDEX_TYPE, "SearchLibName": LIBRARY},
        idempotent=True,
        example={"IndexType": "mm"},
        sources=(f"{PAGE}querysearchindex",),
    ),
)
