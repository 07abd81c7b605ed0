"""What AI analysis can be taught: recognition libraries with entities and samples, and hotword libraries.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs

ALGORITHM: ParameterNotes = {
    "text": "What it recognises; the same for library, entity and sample.",
    "choices": ("landmark", "object", "logo", "face", "label"),
}
LIB_ID: ParameterNotes = {"text": "Id of the library."}
ENTITY_ID: ParameterNotes = {"text": "Id of the entity."}
PAGE_NUMBER: ParameterNotes = {"text": "From 1.", "minimum": 1}
PAGE_50: ParameterNotes = {"text": "Entries a page, at most 50.", "minimum": 1, "maximum": 50}
SCENARIO: ParameterNotes = {
    "text": "What the list is for; cannot be changed later.",
    "choices": ("ASR", "StructuredMediaAssets", "VideoTranslation"),
}
HOTWORD_NAME: ParameterNotes = {"text": "At most 100 characters.", "max_characters": 100}
HOTWORD_DESCRIPTION: ParameterNotes = {"text": "At most 200 characters.", "max_characters": 200}
HOTWORDS: ParameterNotes = {
    "text": "At most 300; Language zh or en, Weight -6 to 5, usually 2.",
}
HOTWORD_LIBRARY_ID: ParameterNotes = {"text": "Id of the hotword library.", "required": True}

LIBRARY_NOTES = (
    OperationNotes(
        operation="CreateRecognitionLib",
        title="Create a recognition library",
        purpose=(
            "Make an empty library of your own faces, logos, landmarks, objects or labels that AI tagging shall "
            "recognise. Fill it with CreateRecognitionEntity (who or what) and CreateRecognitionSample "
            "(pictures). For spoken words use CreateHotwordLibrary. Returns LibId."
        ),
        effect=Effect.WRITE,
        parameters={
            "Algorithm": ALGORITHM,
            "LibName": {"text": "At most 64 bytes.", "max_bytes": 64},
            "LibDescription": {"text": "At most 128 bytes.", "max_bytes": 128},
        },
    ),
    OperationNotes(
        operation="ListRecognitionLibs",
        title="List recognition libraries",
        purpose=(
            "Browse your own recognition libraries for one algorithm with names and descriptions, to find the LibId "
            "for entities and samples. Page number and size have to be given; at most 50 a page."
        ),
        effect=Effect.READ,
        parameters={
            "Algorithm": ALGORITHM,
            "LibId": {"text": "Only these, comma-separated.", "comma_list": True},
            "PageNumber": PAGE_NUMBER,
            "PageSize": PAGE_50,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteRecognitionLib",
        title="Delete a recognition library",
        purpose=(
            "Remove a recognition library together with all its entities and sample pictures, for good. Tags that "
            "were found with it stay. To remove one person or thing use DeleteRecognitionEntity."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a recognition library with all its entities and samples for good"),),
        parameters={"LibId": LIB_ID, "Algorithm": ALGORITHM},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateRecognitionEntity",
        title="Add a recognised person or thing",
        purpose=(
            "Add one person, logo, landmark, object or label to a recognition library. It is recognised only once it "
            "has samples: call CreateRecognitionSample with the returned EntityId."
        ),
        effect=Effect.WRITE,
        parameters={
            "LibId": LIB_ID,
            "Algorithm": ALGORITHM,
            "EntityName": {"text": "At most 64 bytes.", "max_bytes": 64},
            "EntityInfo": {"text": "Extra data.", "kind": "object", "json_text": True, "max_bytes": 256},
        },
    ),
    OperationNotes(
        operation="ListRecognitionEntities",
        title="List recognised people or things",
        purpose=(
            "Browse the entities of one recognition library with names and extra data. Their pictures are in "
            "ListRecognitionSamples. Page number and size have to be given."
        ),
        effect=Effect.READ,
        parameters={"LibId": LIB_ID, "Algorithm": ALGORITHM, "PageNumber": PAGE_NUMBER, "PageSize": PAGE_50},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteRecognitionEntity",
        title="Forget a person or thing",
        purpose=(
            "Remove one entity with its samples from a recognition library, so that later analyses no longer "
            "recognise it. Tags found earlier stay. To remove a single picture use DeleteRecognitionSample."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes an entity with its samples from a recognition library for good"),),
        parameters={"LibId": LIB_ID, "EntityId": ENTITY_ID, "Algorithm": ALGORITHM},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateRecognitionSample",
        title="Add a sample picture",
        purpose=(
            "Teach a recognition library what an entity looks like: add one picture by URL or, for labels, a prompt "
            "in words. Several pictures from different sides work better. Returns SampleId."
        ),
        effect=Effect.WRITE,
        parameters={
            "LibId": LIB_ID,
            "EntityId": ENTITY_ID,
            "Algorithm": ALGORITHM,
            "ImageUrl": {"text": "Address of the picture."},
            "LabelPrompt": {"text": "Words that describe a label."},
        },
    ),
    OperationNotes(
        operation="ListRecognitionSamples",
        title="List sample pictures",
        purpose=(
            "Browse the sample pictures of one entity, or of all entities of a name: EntityId=ANY with EntityName. "
            "Returns SampleId and ImageUrl. Labels have no pictures and cannot be asked for."
        ),
        effect=Effect.READ,
        parameters={
            "LibId": {"text": "Comma-separated library ids.", "comma_list": True},
            "EntityId": {"text": "Id of the entity, or ANY."},
            "EntityName": {"text": "With EntityId ANY."},
            "Algorithm": {"text": "What it recognises.", "choices": ("landmark", "object", "logo", "face")},
            "PageNumber": PAGE_NUMBER,
            "PageSize": {"text": "Entries a page.", "minimum": 1},
        },
        rules=(Needs("EntityId", "ANY", "EntityName"),),
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteRecognitionSample",
        title="Delete a sample picture",
        purpose=(
            "Remove one sample from an entity of a recognition library, such as a wrong or bad photo. The entity and "
            "its other samples stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a sample of an entity for good"),),
        parameters={
            "LibId": LIB_ID,
            "EntityId": ENTITY_ID,
            "SampleId": {"text": "Id of the sample."},
            "Algorithm": ALGORITHM,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateHotwordLibrary",
        title="Create a hotword library",
        purpose=(
            "Make a list of names and technical terms with weights that speech recognition, structured analysis or "
            "video translation shall get right, with fixed translations if wanted. Pass the returned "
            "HotwordLibraryId to SubmitASRJob. For faces and logos see CreateRecognitionLib."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": HOTWORD_NAME,
            "UsageScenario": SCENARIO,
            "Hotwords": HOTWORDS,
            "Description": HOTWORD_DESCRIPTION,
        },
    ),
    OperationNotes(
        operation="GetHotwordLibrary",
        title="Read a hotword library",
        purpose=(
            "Read one hotword library with all its words, weights and translations. Do this before "
            "UpdateHotwordLibrary, which replaces the whole list."
        ),
        effect=Effect.READ,
        parameters={"HotwordLibraryId": HOTWORD_LIBRARY_ID},
        idempotent=True,
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
            "Name": {"text": "Only libraries of this name."},
            "UsageScenario": {**SCENARIO, "text": "Only for this use."},
        },
        idempotent=True,
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
        destructive_when=(AskWhen("replaces the whole word list of a hotword library", path="Hotwords"),),
        parameters={
            "HotwordLibraryId": HOTWORD_LIBRARY_ID,
            "Hotwords": HOTWORDS,
            "Name": HOTWORD_NAME,
            "Description": HOTWORD_DESCRIPTION,
        },
        idempotent=True,
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
        parameters={"HotwordLibraryId": HOTWORD_LIBRARY_ID},
        idempotent=True,
    ),
)
