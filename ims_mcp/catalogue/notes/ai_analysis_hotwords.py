"""Hotword libraries: names and terms that speech recognition, analysis and translation shall get right.

Sources: the texts of SDK 6.20.2 on the operations and on Hotword, and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import PAGE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

SCENARIO: ParameterNotes = {
    "text": "What the list is for; cannot be changed later. ASR: SubmitASRJob, StructuredMediaAssets: analysis of "
    "assets, VideoTranslation: SubmitVideoTranslationJob.",
    "choices": ("ASR", "StructuredMediaAssets", "VideoTranslation"),
}
NAME: ParameterNotes = {"text": "Name of the library, at most 100 characters.", "max_characters": 100}
DESCRIPTION: ParameterNotes = {"text": "Description, at most 200 characters.", "max_characters": 200}
HOTWORDS: ParameterNotes = {
    "text": "The words, at most 300; each Text and Language only once.",
    "nested": {
        "Text": {
            "text": "The word. At most 15 Chinese characters or 10 English words, for translation 100 characters; "
            "mixed text counts as Chinese, each letter one character."
        },
        "Language": {
            "text": "Its language: zh or en. For VideoTranslation any language that can be translated.",
            "hints": ("zh", "en"),
        },
        "Weight": {
            "text": "How much it is favoured, -6 to 5, usually 2. Below 0 it is heard less, -6 hardly ever; much may "
            "spoil other words.",
            "minimum": -6,
            "maximum": 5,
        },
        "TranspositionResultList": {
            "text": "Fixed translations, for VideoTranslation only.",
            "nested": {
                "TargetLanguage": {"text": "Language of the translation, such as zh."},
                "TranslatedText": {
                    "text": "How the word is translated; each pair only once in a library.",
                    "max_characters": 100,
                },
            },
        },
    },
}
LIBRARY_ID: ParameterNotes = {"text": "Id of the library, from ListHotwordLibraries.", "required": True}
EXAMPLE_ID = "a93b91141c0f422fa114af203f8b5d6e"

HOTWORD_NOTES = (
    OperationNotes(
        operation="CreateHotwordLibrary",
        title="Create a hotword library",
        purpose=(
            "Make a list of names and technical terms with weights that speech recognition, structured analysis or "
            "video translation shall get right, with fixed translations if wanted. Pass the returned "
            "HotwordLibraryId to SubmitASRJob. For faces and logos see CreateRecognitionLib. At most 100 libraries an "
            "account."
        ),
        effect=Effect.WRITE,
        heed="UsageScenario cannot change later; SubmitASRJob wants ASR.",
        parameters={"Name": NAME, "UsageScenario": SCENARIO, "Hotwords": HOTWORDS, "Description": DESCRIPTION},
        example={
            "Name": "product-names",
            "UsageScenario": "ASR",
            "Hotwords": [{"Text": "PolarDB", "Language": "en", "Weight": 2}],
        },
        then="Name the HotwordLibraryId in EditingConfig.HotwordLibraryIdList of SubmitASRJob.",
        sources=(f"{PAGE}createhotwordlibrary",),
    ),
    OperationNotes(
        operation="GetHotwordLibrary",
        title="Read a hotword library",
        purpose=(
            "Read one hotword library with all its words, weights and translations. Do this before "
            "UpdateHotwordLibrary, which replaces the whole list."
        ),
        effect=Effect.READ,
        parameters={"HotwordLibraryId": LIBRARY_ID},
        idempotent=True,
        example={"HotwordLibraryId": EXAMPLE_ID},
        then="UpdateHotwordLibrary takes all rows, changed or not, as Hotwords.",
        sources=(f"{PAGE}gethotwordlibrary",),
    ),
    OperationNotes(
        operation="ListHotwordLibraries",
        title="List hotword libraries",
        purpose=(
            "Browse hotword libraries by name, use and creation time. The words themselves are not included: "
            "GetHotwordLibrary reads them. Use NextToken or page numbers, not both."
        ),
        effect=Effect.READ,
        parameters={
            "Name": {"text": "Only libraries with this in their name."},
            "UsageScenario": {**SCENARIO, "text": "Only libraries for this use. Left out: all."},
            "StartTime": {"text": "Created from then on, UTC, such as 2026-03-01T00:00:00Z."},
            "EndTime": {"text": "Created up to then, UTC, such as 2026-03-31T23:59:59Z.", "not_before": "StartTime"},
            "SortBy": {
                "text": "Order by creation time; default newest first.",
                "hints": ("CreationTime:Desc", "CreationTime:Asc"),
            },
            "MaxResults": {
                "text": "Libraries a page with NextToken, 1 to 100; default 10.",
                "minimum": 1,
                "maximum": 100,
            },
            "NextToken": {"text": "NextToken of the previous answer; empty there means the end."},
            "PageNo": {"text": "Page by number, from 1; default 1.", "minimum": 1},
            "PageSize": {
                "text": "Libraries a page with PageNo, 1 to 100; default 10.",
                "minimum": 1,
                "maximum": 100,
            },
        },
        idempotent=True,
        example={"PageNo": 1, "PageSize": 20},
        rows=Rows(
            path="HotwordLibraryList",
            columns=(
                ("HotwordLibraryId", "HotwordLibraryId"),
                ("name", "Name"),
                ("use", "UsageScenario"),
                ("description", "Description"),
                ("created", "CreationTime"),
                ("changed", "ModifiedTime"),
            ),
        ),
        then="Read the words of one with GetHotwordLibrary.",
        sources=(f"{PAGE}listhotwordlibraries",),
    ),
    OperationNotes(
        operation="UpdateHotwordLibrary",
        title="Change a hotword library",
        purpose=(
            "Change the name, description or words of a hotword library. Hotwords is taken as the complete new list: "
            "to add one word read the list with GetHotwordLibrary, extend it and send all of it. What the library "
            "is used for cannot be changed."
        ),
        effect=Effect.WRITE,
        heed="Hotwords replaces the whole list: send the words that stay as well, from GetHotwordLibrary.",
        destructive_when=(AskWhen("replaces the whole word list of a hotword library", path="Hotwords"),),
        parameters={
            "HotwordLibraryId": LIBRARY_ID,
            "Hotwords": {
                **HOTWORDS,
                "text": "The complete new list, at most 300 words; left out: the words stay. Each Text and Language "
                "only once.",
            },
            "Name": {**NAME, "text": "New name, at most 100 characters. Left out: it stays."},
            "Description": {**DESCRIPTION, "text": "New description, at most 200 characters. Left out: it stays."},
        },
        idempotent=True,
        example={
            "HotwordLibraryId": EXAMPLE_ID,
            "Hotwords": [
                {"Text": "PolarDB", "Language": "en", "Weight": 2},
                {"Text": "Hologres", "Language": "en", "Weight": 2},
            ],
        },
        sources=(f"{PAGE}updatehotwordlibrary",),
    ),
    OperationNotes(
        operation="DeleteHotwordLibrary",
        title="Delete a hotword library",
        purpose=(
            "Remove a hotword library with all its words for good. Transcripts and translations already made stay; "
            "later jobs that name the library can no longer use it."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a hotword library with all its words for good"),),
        parameters={"HotwordLibraryId": LIBRARY_ID},
        idempotent=True,
        example={"HotwordLibraryId": EXAMPLE_ID},
        sources=(f"{PAGE}deletehotwordlibrary",),
    ),
)
