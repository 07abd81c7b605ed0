"""Search: libraries and their indexes, which have to exist before anything can be found.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.search_queries import LIBRARY, PAGE_SIZE
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Rows

OWN_LIBRARY: ParameterNotes = {"text": "Name of the search library."}
LIBRARY_CONFIG: ParameterNotes = {
    "text": "Which face libraries recognise people.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter(
            "faceGroupIds",
            "string",
            text="Comma-separated ids from CreateRecognitionLib, at most 3.",
            comma_list=True,
            max_parts=3,
        ),
    ),
    "extra_fields": True,
}
INDEX_TYPE: ParameterNotes = {
    "text": "mm: what is seen; face: faces; aiLabel: speech, subtitles, smart tags.",
    "choices": ("mm", "face", "aiLabel"),
}
INDEX_STATUS: ParameterNotes = {"text": "Default Active.", "choices": ("Active", "Deactive")}
INDEX_CONFIG: ParameterNotes = {"text": "Settings of the index.", "kind": "object", "json_text": True}

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
        parameters={
            "SearchLibName": {
                "text": "Letters and digits; begins with IPCamera_ for surveillance cameras.",
            },
            "SearchLibConfig": LIBRARY_CONFIG,
        },
    ),
    OperationNotes(
        operation="AlterSearchLib",
        title="Change a search library",
        purpose=(
            "Replace the configuration of a search library, which today means the face libraries of your own that it "
            "recognises people with. The name stays, and its indexes are changed with AlterSearchIndex instead."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces the configuration of a search library", shows=("SearchLibConfig",)),),
        parameters={"SearchLibName": OWN_LIBRARY, "SearchLibConfig": LIBRARY_CONFIG},
        idempotent=True,
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
    ),
    OperationNotes(
        operation="QuerySearchLib",
        title="Inspect a search library",
        purpose=(
            "Show one search library: its state, its configuration, and for each index whether it is switched on and "
            "ready (Initializing, Normal or Fail). Look here when a search finds nothing. How many assets an index "
            "holds is told by QuerySearchIndex."
        ),
        effect=Effect.READ,
        parameters={"SearchLibName": OWN_LIBRARY},
        idempotent=True,
        rows=Rows(
            "IndexInfo",
            (
                ("index", "IndexType"),
                ("status", "IndexStatus"),
                ("readiness", "IndexReadiness"),
            ),
        ),
    ),
    OperationNotes(
        operation="ListSearchLib",
        title="List search libraries",
        purpose=(
            "List all search libraries of the account with state, configuration and indexes, page by page. Use it to "
            "learn the names that the search operations want; one library alone is shown by QuerySearchLib."
        ),
        effect=Effect.READ,
        parameters={"PageSize": PAGE_SIZE},
        idempotent=True,
        rows=Rows(
            "SearchLibInfoList",
            (
                ("SearchLibName", "SearchLibName"),
                ("status", "Status"),
                ("indexes", "IndexInfo"),
            ),
        ),
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
        parameters={
            "IndexType": INDEX_TYPE,
            "SearchLibName": LIBRARY,
            "IndexStatus": INDEX_STATUS,
            "IndexConfig": INDEX_CONFIG,
        },
        costs="Assets indexed from then on are billed as AI analysis.",
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
            "IndexStatus": {"text": "Active on, Deactive off.", "choices": ("Active", "Deactive")},
            "IndexConfig": INDEX_CONFIG,
        },
        rules=(AtLeastOne(("IndexStatus", "IndexConfig")),),
        idempotent=True,
    ),
    OperationNotes(
        operation="DropSearchIndex",
        title="Delete a search index",
        purpose=(
            "Delete one index of a search library with all it has learned about the assets, so that searches of that "
            "kind find nothing. Assets and other indexes stay. Building it again costs the analysis again; to only "
            "disable it use AlterSearchIndex with Deactive."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a search index with what it has learned for good; indexing again is billed again"),
        ),
        parameters={"IndexType": INDEX_TYPE, "SearchLibName": LIBRARY},
        idempotent=True,
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
    ),
)
