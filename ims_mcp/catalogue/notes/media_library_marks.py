"""Media library: marks on the time line of an asset.

Sources: what SDK 6.20.2 declares.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Rows

MARKS: ParameterNotes = {
    "text": "The marks: passages with a tag and a text.",
    "kind": "array",
    "json_text": True,
    "items": make_element(
        Parameter("MarkStartTime", "number", text="Where it begins, in seconds: 12.5.", minimum=0),
        Parameter(
            "MarkEndTime",
            "number",
            text="Where it ends, in seconds. The same as the start for a moment.",
            minimum=0,
            not_before="MarkStartTime",
        ),
        Parameter("MarkTag", "string", text="Tag of yours to sort marks by: chapter."),
        Parameter("MarkContent", "string", text="What is said of the passage."),
        Parameter("MarkStatus", "string", text="State of yours; the service gives it no meaning.", inferred=True),
        Parameter("MarkId", "string", text="Which mark is changed; only UpdateMediaMarks needs it."),
        Parameter("MediaMarkId", "string", hidden=True),
    ),
}
MARK_IDS: ParameterNotes = {"text": "Comma-separated mark ids. ListMediaMarks has them as MarkId.", "comma_list": True}

MARK_ROWS = Rows(
    "MediaMarks",
    (
        ("MarkId", "MarkId"),
        ("MediaMarkId", "MediaMarkId"),
        ("start_seconds", "MarkStartTime"),
        ("end_seconds", "MarkEndTime"),
        ("content", "MarkContent"),
        ("tag", "MarkTag"),
        ("status", "MarkStatus"),
    ),
)

NOTES = (
    OperationNotes(
        operation="AddMediaMarks",
        title="Mark passages of an asset",
        purpose=(
            "Add marks to an asset: passages from a start to an end time with a tag and a text, such as chapters, "
            "bookmarks or review remarks. They are notes beside the asset; the video itself does not change. Each call "
            "adds, it never replaces. Returns the ids of the new marks, comma-separated in MediaMarkIds."
        ),
        effect=Effect.WRITE,
        heed="Times are seconds; for a moment MarkEndTime is the same as MarkStartTime.",
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "MediaMarks": [{"MarkStartTime": 12.5, "MarkEndTime": 48, "MarkContent": "Intro"}],
        },
        parameters={"MediaId": {"text": "Asset to mark.", "max_bytes": 64}, "MediaMarks": MARKS},
    ),
    OperationNotes(
        operation="GetMediaMarks",
        title="Read certain marks",
        purpose=(
            "Read marks of an asset by their ids: start and end time, tag, text. MediaMarks in the answer is JSON "
            "text. Where the ids are not known, ListMediaMarks gives all marks of the asset."
        ),
        effect=Effect.READ,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "MediaMarkIds": "mark-f82d690c2f0347ad8d5e2d1a"},
        parameters={"MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64}, "MediaMarkIds": MARK_IDS},
        rules=(AtLeastOne(("MediaId", "MediaMarkIds")),),
        idempotent=True,
        rows=MARK_ROWS,
    ),
    OperationNotes(
        operation="ListMediaMarks",
        title="List all marks of an asset",
        purpose=(
            "List every mark of one asset: ids, passages, tags, texts, as JSON text in MediaMarks. There are no "
            "pages. For marks whose ids are known use GetMediaMarks; filtering by ids here is no longer supported."
        ),
        effect=Effect.READ,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
        then="UpdateMediaMarks and DeleteMediaMarks take the MarkId values.",
        parameters={
            "MediaId": {"text": "Asset whose marks to list.", "max_bytes": 64},
            "MediaMarkIds": {"hidden": True},
        },
        rules=(AtLeastOne(("MediaId",)),),
        idempotent=True,
        rows=MARK_ROWS,
    ),
    OperationNotes(
        operation="UpdateMediaMarks",
        title="Change marks",
        purpose=(
            "Change marks of an asset: passage, tag, text or status. Each entry names its mark by MarkId, as "
            "ListMediaMarks has it. Give all fields of the mark: whether what is left out stays is not documented. "
            "Look at the result with ListMediaMarks."
        ),
        # Not idempotent: nobody says that an entry which finds no mark does not add one.
        effect=Effect.DESTRUCTIVE,
        heed="Send all fields of a mark, as ListMediaMarks shows them: what is left out may be lost.",
        example={
            "MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90",
            "MediaMarks": [
                {
                    "MarkId": "mark-f82d690c2f0347ad8d5e2d1a",
                    "MarkStartTime": 12.5,
                    "MarkEndTime": 50,
                    "MarkTag": "chapter",
                    "MarkContent": "Welcome",
                }
            ],
        },
        destructive_when=(AskWhen("replaces what marks of an asset say; what they said is not kept"),),
        parameters={"MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64}, "MediaMarks": MARKS},
    ),
    OperationNotes(
        operation="DeleteMediaMarks",
        title="Delete marks",
        purpose=(
            "Delete marks of an asset by their ids. Without MediaMarkIds every mark of the asset is deleted. The "
            "asset and its files stay. It cannot be undone; ListMediaMarks shows what would be lost. Returns the "
            "ids of the deleted marks."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "MediaMarkIds": "mark-f82d690c2f0347ad8d5e2d1a"},
        destructive_when=(
            AskWhen("deletes marks of an asset for good"),
            AskWhen("deletes every mark of the asset, since none is named", path="MediaMarkIds", absent=True),
        ),
        parameters={
            "MediaId": {"text": "Asset the marks belong to.", "max_bytes": 64},
            "MediaMarkIds": {"text": "Comma-separated mark ids; without it, ALL marks.", "comma_list": True},
        },
        rules=(AtLeastOne(("MediaId", "MediaMarkIds")),),
        idempotent=True,
    ),
)
