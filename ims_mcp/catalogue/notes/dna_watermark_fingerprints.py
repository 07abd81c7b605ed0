"""Fingerprints (media DNA): libraries, jobs that compare, and what a library holds.

Sources: the texts of SDK 6.20.2, the pages of the operations (values of Config, content of DNAResult) and that on media
DNA. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll, Result, Rows

PAGE = "https://help.aliyun.com/zh/ims/developer-reference/api-ice-2020-11-09-"
MEDIA_DNA_PAGE = "https://help.aliyun.com/zh/ims/user-guide/media-dna"
OSS_OR_MEDIA: ParameterNotes = {
    "text": "OSS for an address, Media for an asset id.",
    "choices": ("OSS", "Media"),
    "any_case": True,
}
INPUT: ParameterNotes = {
    "text": "The media: kind of address, and address.",
    "nested": {
        "Type": OSS_OR_MEDIA,
        "Media": {
            "text": "Asset id, or oss://bucket/key, or its http(s) OSS address. The bucket lies in the region of the "
            "call."
        },
    },
}
BY_LENGTH = "Billed by the length of the media."
DB_ID: ParameterNotes = {"text": "Id of the fingerprint library, from ListDNADB."}
EXAMPLE_DB = "88c6ca184c0e47098a5b665e2a126797"
EXAMPLE_KEY = "launch-2026-03"

FINGERPRINT_NOTES = (
    OperationNotes(
        operation="CreateDNADB",
        title="Create a fingerprint library",
        purpose=(
            "Make an empty library for fingerprints (media DNA) of videos or audio, against which other media are "
            "compared to find copies and duplicates. Fill and search it with SubmitDNAJob. A new library is "
            "offline at first: ListDNADB shows when it is active. Returns DBInfo.DBId. Five libraries an account."
        ),
        effect=Effect.WRITE,
        heed="Model Video or Audio. Offline at first: SubmitDNAJob takes it once ListDNADB shows active.",
        parameters={
            "Name": {"text": "Name of the library."},
            "Model": {
                "text": "What it holds: Video or Audio. Image and Text are deprecated; Text only in Shanghai.",
                "choices": ("Video", "Audio", "Image", "Text"),
            },
            "Description": {"text": "Description of the library."},
        },
        poll=Poll(
            operation="ListDNADB",
            arguments=(("DBIds", "DBInfo.DBId"),),
            status_field="DBList[].Status",
            success=("active",),
            failure=("deleted",),
            pending=("offline",),
            result=Result(fields=(("DBId", "DBList[].DBId"), ("status", "DBList[].Status"))),
        ),
        example={"Name": "own-productions", "Model": "Video"},
        then="Wait until ListDNADB shows it active, then take fingerprints into it with SubmitDNAJob.",
        sources=(f"{PAGE}creatednadb", MEDIA_DNA_PAGE),
    ),
    OperationNotes(
        operation="ListDNADB",
        title="List fingerprint libraries",
        purpose=(
            "List the fingerprint libraries of the account, or look up some by id, with name, model and status "
            "(offline, active, deleted). What a library contains is in ListDNAFiles."
        ),
        effect=Effect.READ,
        heed="Without DBIds all libraries are listed; SubmitDNAJob wants one that is active.",
        parameters={
            "DBIds": {
                "text": "Only these libraries: comma-separated ids, about 10 at most. Left out: all.",
                "comma_list": True,
            }
        },
        idempotent=True,
        example={"DBIds": EXAMPLE_DB},
        rows=Rows(
            path="DBList",
            columns=(
                ("DBId", "DBId"),
                ("name", "Name"),
                ("model", "Model"),
                ("status", "Status"),
                ("description", "Description"),
            ),
        ),
        sources=(f"{PAGE}listdnadb",),
    ),
    OperationNotes(
        operation="DeleteDNADB",
        title="Delete a fingerprint library",
        purpose=(
            "Remove a fingerprint library with all fingerprints in it, for good. The videos themselves stay, but "
            "copies of them can no longer be found. To remove single entries use DeleteDNAFiles."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a fingerprint library with all fingerprints in it for good"),),
        parameters={"DBId": DB_ID},
        idempotent=True,
        example={"DBId": EXAMPLE_DB},
        sources=(f"{PAGE}deletednadb",),
    ),
    OperationNotes(
        operation="SubmitDNAJob",
        title="Fingerprint media and find copies",
        purpose=(
            "Take the fingerprint of a video or audio file and compare it with a library, to find duplicates or "
            "pirated copies; Config decides whether it is also saved there. Runs in the background: "
            "QueryDNAJobList returns the address of a JSON file (DNAResult). An address is no match yet: whether "
            "anything matches, and in which seconds, stands in the file alone. Only in Beijing, Hangzhou "
            "and Shanghai. Not for invisible marks: see SubmitCopyrightJob."
        ),
        effect=Effect.WRITE,
        heed="nosave only searches; save puts it into the library too. DNAResult is an address, no match yet.",
        parameters={
            "Input": INPUT,
            "DBId": DB_ID,
            "PrimaryKey": {
                "text": "Your own key of this media in the library, used once only. Matches and DeleteDNAFiles name it."
            },
            "Config": {
                "text": "Whether to save, and the kind of media; goes over the template.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter(
                        "SaveType",
                        "string",
                        text="nosave: only search. save: search, and save unless there is one like it; forcesave: "
                        "search, and save anyway; onlysave: save without a search.",
                        choices=("nosave", "save", "forcesave", "onlysave"),
                    ),
                    Parameter(
                        "MediaType",
                        "string",
                        text="What Input is: video, audio, image, text, or asr (recognised speech).",
                        choices=("video", "audio", "image", "text", "asr"),
                    ),
                ),
                "extra_fields": True,
            },
            "TemplateId": {
                "text": "Template with these settings, from ListCustomTemplates with Type 10. Left out: Config alone."
            },
            "PipelineId": {"text": "Queue, from ListPipelines. Left out: the default one."},
            "UserData": {"text": "Text of yours, at most 128 bytes; comes back as it is.", "max_bytes": 128},
        },
        poll=Poll(
            operation="QueryDNAJobList",
            arguments=(("JobIds", "JobId"),),
            status_field="JobList[].Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Queuing", "Analysing"),
            result=Result(
                fields=(("any_matches_are_listed_in", "JobList[].DNAResult"), ("PrimaryKey", "JobList[].PrimaryKey")),
                empty="no file of matches: nothing alike was found, or SaveType onlysave did not search; this is final",
            ),
        ),
        costs=BY_LENGTH,
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "DBId": EXAMPLE_DB,
            "PrimaryKey": EXAMPLE_KEY,
            "Config": {"SaveType": "nosave", "MediaType": "video"},
        },
        sources=(f"{PAGE}submitdnajob", MEDIA_DNA_PAGE),
    ),
    OperationNotes(
        operation="QueryDNAJobList",
        title="Follow fingerprint jobs",
        purpose=(
            "See one or several jobs of SubmitDNAJob by id: status (Queuing, Analysing, Success, Fail), error, and "
            "DNAResult, the address of a JSON file with the matches, if there are any: each with PrimaryKey, "
            "GlobalSimilarity and the matching spans in both media with their similarity. There is no way to list jobs "
            "without their ids."
        ),
        effect=Effect.READ,
        parameters={
            "JobIds": {
                "text": "Comma-separated ids of jobs, about 10 at most.",
                "required": True,
                "comma_list": True,
            }
        },
        idempotent=True,
        example={"JobIds": EXAMPLE_DB},
        rows=Rows(
            path="JobList",
            columns=(
                ("JobId", "Id"),
                ("status", "Status"),
                ("PrimaryKey", "PrimaryKey"),
                ("DBId", "DBId"),
                ("any_matches_are_listed_in", "DNAResult"),
                ("created", "CreationTime"),
                ("problem", "Message"),
            ),
        ),
        sources=(f"{PAGE}querydnajoblist",),
    ),
    OperationNotes(
        operation="CancelDNAJob",
        title="Stop a fingerprint job",
        purpose=(
            "Cancel a job of SubmitDNAJob that still waits (Queuing); one that runs already is not stopped. It cannot "
            "be resumed; submit it again instead. Where jobs start too fast, pause their queue with UpdatePipeline "
            "first. Fingerprints already saved are removed with DeleteDNAFiles."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("cancels a fingerprint job; its work is lost and it cannot be resumed"),),
        parameters={"JobId": {"text": "Id of the job, from SubmitDNAJob."}},
        idempotent=True,
        example={"JobId": EXAMPLE_DB},
        sources=(f"{PAGE}canceldnajob",),
    ),
    OperationNotes(
        operation="ListDNAFiles",
        title="List a library's fingerprints",
        purpose=(
            "Browse what a fingerprint library contains: for every entry the PrimaryKey and the file it was taken "
            "from. The next page needs the NextPageToken of the answer. Use it to see whether a media is already "
            "known or to find keys for DeleteDNAFiles."
        ),
        effect=Effect.READ,
        parameters={
            "DBId": DB_ID,
            "NextPageToken": {"text": "NextPageToken of the previous page. Left out: the first page."},
            "PageSize": {"text": "Entries a page, 1 to 100; default 20.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
        example={"DBId": EXAMPLE_DB, "PageSize": 20},
        rows=Rows(
            path="FileList",
            columns=(
                ("PrimaryKey", "PrimaryKey"),
                ("bucket", "InputFile.Bucket"),
                ("object", "InputFile.Object"),
                ("location", "InputFile.Location"),
            ),
        ),
        sources=(f"{PAGE}listdnafiles",),
    ),
    OperationNotes(
        operation="DeleteDNAFiles",
        title="Delete fingerprints",
        purpose=(
            "Remove up to 50 fingerprints from a library by their primary keys, for good. The media files stay, but "
            "copies of them are no longer found. To drop a whole library use DeleteDNADB."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes fingerprints from a library for good"),),
        parameters={
            "DBId": DB_ID,
            "PrimaryKeys": {
                "text": "Comma-separated keys of the entries, at most 50; from ListDNAFiles.",
                "max_parts": 50,
                "comma_list": True,
            },
        },
        idempotent=True,
        example={"DBId": EXAMPLE_DB, "PrimaryKeys": EXAMPLE_KEY},
        sources=(f"{PAGE}deletednafiles",),
    ),
)
