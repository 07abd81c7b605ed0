"""Search: the rows that several operations of the toolset have in common.

Sources: the texts of SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import ParameterNotes
from ims_mcp.catalogue.operation import Parameter

PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"
LIBRARY: ParameterNotes = {
    "text": "Search library; left out: ims-default-search-lib. Names are in ListSearchLib.",
}
NAMESPACE: ParameterNotes = {
    "text": "Part of the library, as given when assets were put in. Left out: no part.",
}
PAGE_NO: ParameterNotes = {"text": "Page, from 1; default 1.", "minimum": 1}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page, 1 to 50; default 10.", "minimum": 1, "maximum": 50}
PICTURE_OR_VIDEO: ParameterNotes = {"text": "Only image or only video.", "choices": ("image", "video")}
ENTITY: ParameterNotes = {
    "text": "Id of a known person, in place of a match by the picture alone. It is the entity id in label results "
    "(LabelId of SearchMediaByAILabel, EntityId of CreateRecognitionEntity)."
}
UTC_CREATE: ParameterNotes = {
    "text": "Only assets created in this span, in ms since 1970.",
    "kind": "object",
    "json_text": True,
    "fields": (
        Parameter("gte", "integer", text="From then on, in ms since 1970: 1772323200000 is 2026-03-01T00:00:00Z."),
        Parameter("lte", "integer", text="Up to then, in ms since 1970."),
    ),
}
CUSTOM_FILTERS: ParameterNotes = {
    "text": (
        'Only assets with these custom fields: {"intField1": 12}. A value, a list of values, or {"gte": 1, "lte": 9} '
        "for numbers; one of these for each field. Several fields have to match all."
    ),
    "kind": "object",
    "json_text": True,
    "extra_fields": True,
}
"""Three fields, each of which takes a value, a list or a span: no single kind to check."""
EXAMPLE_LIBRARY = "sports-archive"
EXAMPLE_MEDIA = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
