"""What AI tagging can be taught: recognition libraries of faces, logos, landmarks, objects and labels.

Sources: the texts of SDK 6.20.2 and the pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import PAGE
from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs, Rows

ALGORITHM: ParameterNotes = {
    "text": "What is recognised; the same for library, entity and sample. Values: face for people, logo for marks of "
    "stations and brands, landmark for places, object for things, label for what a prompt describes.",
    "choices": ("landmark", "object", "logo", "face", "label"),
}
LIB_ID: ParameterNotes = {"text": "Id of the library, from ListRecognitionLibs."}
ENTITY_ID: ParameterNotes = {"text": "Id of the entity, from ListRecognitionEntities."}
PAGE_NUMBER: ParameterNotes = {"text": "Page, from 1.", "minimum": 1}
PAGE_50: ParameterNotes = {"text": "Entries a page, 1 to 50.", "minimum": 1, "maximum": 50}
EXAMPLE_LIB = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
EXAMPLE_ENTITY = "5d2f4a6b8c0e4f1a9b3c5d7e9f1a2b3c"

LIBRARY_NOTES = (
    OperationNotes(
        operation="CreateRecognitionLib",
        title="Create a recognition library",
        purpose=(
            "Make an empty library of your own faces, logos, landmarks, objects or labels that AI tagging shall "
            "recognise. Fill it with CreateRecognitionEntity (who or what) and CreateRecognitionSample "
            "(pictures). For spoken words use CreateHotwordLibrary. Returns LibId. In Beijing, Shanghai, Hangzhou and "
            "Shenzhen."
        ),
        effect=Effect.WRITE,
        heed="Algorithm face, logo, landmark, object or label; the same for entities and samples.",
        parameters={
            "Algorithm": ALGORITHM,
            "LibName": {"text": "Name of the library, at most 64 bytes.", "max_bytes": 64},
            "LibDescription": {"text": "Description, at most 128 bytes.", "max_bytes": 128},
        },
        example={"Algorithm": "face", "LibName": "Our presenters"},
        then=(
            "Add people or things with CreateRecognitionEntity, then name the LibId in the template of "
            "SubmitSmarttagJob (for faces also in its TemplateConfig.FaceCategoryIds)."
        ),
        sources=(f"{PAGE}createrecognitionlib",),
    ),
    OperationNotes(
        operation="ListRecognitionLibs",
        title="List recognition libraries",
        purpose=(
            "Browse your own recognition libraries for one algorithm with names and descriptions, to find the LibId "
            "for entities and samples. Page number and size have to be given; at most 50 a page. Only in Beijing, "
            "Shanghai, Hangzhou and Shenzhen."
        ),
        effect=Effect.READ,
        parameters={
            "Algorithm": ALGORITHM,
            "LibId": {"text": "Only these libraries: comma-separated ids.", "comma_list": True},
            "PageNumber": PAGE_NUMBER,
            "PageSize": PAGE_50,
        },
        idempotent=True,
        example={"Algorithm": "face", "PageNumber": 1, "PageSize": 20},
        rows=Rows(
            path="Libs.Lib",
            columns=(("LibId", "LibId"), ("name", "LibName"), ("description", "LibDescription")),
        ),
        then="See who or what is in one with ListRecognitionEntities.",
        sources=(f"{PAGE}listrecognitionlibs",),
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
        example={"LibId": EXAMPLE_LIB, "Algorithm": "face"},
        sources=(f"{PAGE}deleterecognitionlib",),
    ),
    OperationNotes(
        operation="CreateRecognitionEntity",
        title="Add a recognised person or thing",
        purpose=(
            "Add one person, logo, landmark, object or label to a recognition library. It is recognised only once it "
            "has samples: call CreateRecognitionSample with the returned EntityId. Only in Beijing, Shanghai, Hangzhou "
            "and Shenzhen, where the library is."
        ),
        effect=Effect.WRITE,
        parameters={
            "LibId": LIB_ID,
            "Algorithm": ALGORITHM,
            "EntityName": {"text": "Name that tags will show, at most 64 bytes.", "max_bytes": 64},
            "EntityInfo": {
                "text": 'Data of yours about it: {"description": "presenter"}. At most 256 bytes.',
                "kind": "object",
                "json_text": True,
                "extra_fields": True,
                "max_bytes": 256,
            },
        },
        example={"LibId": EXAMPLE_LIB, "Algorithm": "face", "EntityName": "Anna Weber"},
        then="Give it pictures with CreateRecognitionSample.",
        sources=(f"{PAGE}createrecognitionentity",),
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
        example={"LibId": EXAMPLE_LIB, "Algorithm": "face", "PageNumber": 1, "PageSize": 20},
        rows=Rows(
            path="Entities.Entity",
            columns=(("EntityId", "EntityId"), ("name", "EntityName"), ("info", "EntityInfo")),
        ),
        then="See the pictures of one with ListRecognitionSamples.",
        sources=(f"{PAGE}listrecognitionentities",),
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
        example={"LibId": EXAMPLE_LIB, "EntityId": EXAMPLE_ENTITY, "Algorithm": "face"},
        sources=(f"{PAGE}deleterecognitionentity",),
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
            "ImageUrl": {"text": "http(s) address of the picture. Needed for all but labels."},
            "LabelPrompt": {"text": "Words that describe a label, such as a complete front view of a red car."},
        },
        example={
            "LibId": EXAMPLE_LIB,
            "EntityId": EXAMPLE_ENTITY,
            "Algorithm": "face",
            "ImageUrl": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/people/anna-weber.jpg",
        },
        sources=(f"{PAGE}createrecognitionsample",),
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
            "LibId": {"text": "Comma-separated ids of libraries, from ListRecognitionLibs.", "comma_list": True},
            "EntityId": {"text": "Id of the entity, or ANY to look by EntityName."},
            "EntityName": {"text": "Name of the entity, with EntityId ANY."},
            "Algorithm": {
                "text": "What is recognised; the same as of the library.",
                "choices": ("landmark", "object", "logo", "face"),
            },
            "PageNumber": PAGE_NUMBER,
            "PageSize": {"text": "Samples a page, such as 20.", "minimum": 1},
        },
        rules=(Needs("EntityId", "ANY", "EntityName"),),
        idempotent=True,
        example={
            "LibId": EXAMPLE_LIB,
            "EntityId": EXAMPLE_ENTITY,
            "Algorithm": "face",
            "PageNumber": 1,
            "PageSize": 20,
        },
        rows=Rows(
            path="Samples.Sample",
            columns=(
                ("SampleId", "SampleId"),
                ("EntityId", "EntityId"),
                ("LibId", "LibId"),
                ("image", "ImageUrl"),
            ),
        ),
        sources=(f"{PAGE}listrecognitionsamples",),
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
            "SampleId": {"text": "Id of the sample, from ListRecognitionSamples."},
            "Algorithm": ALGORITHM,
        },
        idempotent=True,
        example={
            "LibId": EXAMPLE_LIB,
            "EntityId": EXAMPLE_ENTITY,
            "SampleId": "7e9f1a2b3c5d4f6a8b0c2d4e6f8a0b1c",
            "Algorithm": "face",
        },
        sources=(f"{PAGE}deleterecognitionsample",),
    ),
)
