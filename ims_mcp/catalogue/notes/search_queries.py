"""Search: the query by a filter over what is written about assets.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import Effect

LIBRARY: ParameterNotes = {"text": "Search library; default ims-default-search-lib."}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page; default 10.", "minimum": 1, "maximum": 50}
CUSTOM_FILTERS: ParameterNotes = {
    "text": 'Your intField1, strField1, strField2: a value, [values] or {"gte": 1, "lte": 9}.',
    "kind": "object",
    "json_text": True,
}

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
    ),
)
