"""Digital humans: training one of one's own and finding the ready ones.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result, Rows

TRAINING_JOB_ID: ParameterNotes = {"text": "Id of the training job, from CreateAvatarTrainingJob."}
AVATAR_NAME: ParameterNotes = {"text": "Name of the digital human. At most 7 characters.", "max_characters": 7}
AVATAR_DESCRIPTION: ParameterNotes = {"text": "Description. At most 1,000 characters.", "max_characters": 1000}
PORTRAIT: ParameterNotes = {
    "text": "Asset id of a square picture. Needed before SubmitAvatarTrainingJob; 32 characters.",
}
TRAINING_VIDEO: ParameterNotes = {
    "text": "Asset id of the film to train from. As mp4, mov or webm, 5 to 15 minutes, 1920x1080 or 1080x1920; needed "
    "before SubmitAvatarTrainingJob.",
}
THUMBNAIL: ParameterNotes = {
    "text": "OSS address the thumbnail is written to. Of your own bucket, at most 512 characters; not to be changed "
    "after training.",
    "max_characters": 512,
}
TRANSPARENT: ParameterNotes = {
    "text": "true: the training video has an alpha channel. Has to be true to fact, or the digital human looks wrong.",
}
AVATAR_TYPE: ParameterNotes = {"text": "Kind of digital human; 2DAvatar is the only one.", "hints": ("2DAvatar",)}
NEW_JOB = "8b6f0a1d3c5e4b900c1b3e5f7a9d4c2e"
TRAINING = "aa1b571c704445f9a0ee011406c2d4f6"
SQUARE = "bb2c571c704445f9a0ee011406c2d4f7"

AVATAR_NOTES = (
    OperationNotes(
        operation="CreateAvatarTrainingJob",
        title="Prepare a digital human",
        purpose=(
            "Describe a new digital human made from a video of a real person: name, portrait and training video. "
            "Nothing is trained yet: the job stays in Init until SubmitAvatarTrainingJob starts it with the "
            "returned Data.JobId. Correct it before with UpdateAvatarTrainingJob."
        ),
        effect=Effect.WRITE,
        heed="Nothing is trained before SubmitAvatarTrainingJob. Video: an asset of 5 to 15 minutes, 1080p.",
        parameters={
            "AvatarName": AVATAR_NAME,
            "Video": TRAINING_VIDEO,
            "Portrait": PORTRAIT,
            "Transparent": TRANSPARENT,
            "AvatarDescription": AVATAR_DESCRIPTION,
            "AvatarType": AVATAR_TYPE,
            "Thumbnail": THUMBNAIL,
        },
        example={
            "AvatarName": "Anna",
            "Video": TRAINING,
            "Portrait": SQUARE,
            "Transparent": False,
            "AvatarType": "2DAvatar",
            "Thumbnail": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/avatars/anna.png",
        },
        then="Start the training with SubmitAvatarTrainingJob and Data.JobId of the answer.",
    ),
    OperationNotes(
        operation="GetAvatarTrainingJob",
        title="Follow a digital human's training",
        purpose=(
            "See one avatar training job: its inputs, the status (Init, Queuing, Training, Success, Fail) with a "
            "message, and after success the AvatarId to use in SubmitAvatarVideoJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": TRAINING_JOB_ID},
        idempotent=True,
        example={"JobId": NEW_JOB},
        then="After Success hand AvatarId to SubmitAvatarVideoJob.",
    ),
    OperationNotes(
        operation="ListAvatarTrainingJobs",
        title="List avatar trainings",
        purpose=(
            "Browse the training jobs of digital humans by status, with page numbers and a total count. Finished "
            "digital humans ready for use are in ListAvatars."
        ),
        effect=Effect.READ,
        parameters={
            "Status": {
                "text": "Only this status. Init: described, not started.",
                "choices": ("Init", "Queuing", "Training", "Success", "Fail"),
            },
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Jobs a page. Default 10, at most 100.", "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            path="Data.AvatarTrainingJobList",
            columns=(
                ("JobId", "JobId"),
                ("AvatarName", "AvatarName"),
                ("Status", "Status"),
                ("AvatarId", "AvatarId"),
                ("Message", "Message"),
                ("created", "CreateTime"),
                ("trained", "LastTrainingTime"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
    ),
    OperationNotes(
        operation="UpdateAvatarTrainingJob",
        title="Correct an avatar training",
        purpose=(
            "Change name, description, portrait, training video or transparency of an avatar training job, usually "
            "before it starts or after it failed. Transparency can be changed only in Init or Fail, the thumbnail "
            "address not after training. It does not start the training: SubmitAvatarTrainingJob does."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("replaces the training video of a digital human", path="Video"),
            AskWhen("replaces the portrait of a digital human", path="Portrait"),
        ),
        parameters={
            "JobId": TRAINING_JOB_ID,
            "AvatarName": AVATAR_NAME,
            "Video": TRAINING_VIDEO,
            "Portrait": PORTRAIT,
            "Transparent": TRANSPARENT,
            "AvatarDescription": AVATAR_DESCRIPTION,
            "Thumbnail": THUMBNAIL,
        },
        idempotent=True,
        example={"JobId": NEW_JOB, "AvatarName": "Anna", "Video": TRAINING, "Portrait": SQUARE},
        then="Start the training with SubmitAvatarTrainingJob.",
    ),
    OperationNotes(
        operation="SubmitAvatarTrainingJob",
        title="Start training a digital human",
        purpose=(
            "Start the training of a digital human prepared with CreateAvatarTrainingJob, which has to have a "
            "portrait and a video by now. It runs long in the background; follow it with GetAvatarTrainingJob, "
            "which names the AvatarId at the end. To make a video with an avatar use SubmitAvatarVideoJob."
        ),
        effect=Effect.WRITE,
        parameters={"JobId": TRAINING_JOB_ID},
        poll=Poll(
            operation="GetAvatarTrainingJob",
            arguments=(("JobId", "Data.JobId"),),
            status_field="Data.AvatarTrainingJob.Status",
            success=("Success",),
            failure=("Fail",),
            pending=("Init", "Queuing", "Training"),
            result=Result(
                fields=(
                    ("AvatarId", "Data.AvatarTrainingJob.AvatarId"),
                    ("AvatarName", "Data.AvatarTrainingJob.AvatarName"),
                ),
            ),
        ),
        costs="Billed for every avatar trained.",
        example={"JobId": NEW_JOB},
    ),
    OperationNotes(
        operation="DeleteAvatarTrainingJob",
        title="Delete an avatar training",
        purpose=(
            "Remove an avatar training job for good; the digital human it made should be regarded as lost with it, "
            "and training again is billed again. Videos already made stay."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a training job, and with it the digital human it made; training again is billed again"),
        ),
        parameters={"JobId": TRAINING_JOB_ID},
        idempotent=True,
        example={"JobId": NEW_JOB},
    ),
    OperationNotes(
        operation="GetAvatar",
        title="Inspect a digital human",
        purpose=(
            "Read one trained digital human of your own: name, type, portrait, thumbnail, width and height, "
            "transparency. Look here for the size before writing the OutputConfig of SubmitAvatarVideoJob."
        ),
        effect=Effect.READ,
        parameters={"AvatarId": {"text": "Id of a digital human of yours, from ListAvatars."}},
        idempotent=True,
        example={"AvatarId": "Avatar-9d4c"},
        then="Make it speak with SubmitAvatarVideoJob.",
    ),
    OperationNotes(
        operation="ListAvatars",
        title="List your digital humans",
        purpose=(
            "List the trained digital humans of your own account, with AvatarId, name and pictures, to choose one for "
            "SubmitAvatarVideoJob. Ready ones that belong to the service are in ListSmartSysAvatarModels."
        ),
        effect=Effect.READ,
        parameters={
            "AvatarType": AVATAR_TYPE,
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page. Default 10."},
        },
        idempotent=True,
        rows=Rows(
            path="Data.AvatarList",
            columns=(
                ("AvatarId", "AvatarId"),
                ("AvatarName", "AvatarName"),
                ("AvatarType", "AvatarType"),
                ("Transparent", "Transparent"),
                ("Portrait", "Portrait"),
                ("description", "AvatarDescription"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="Make one speak with SubmitAvatarVideoJob.",
    ),
    OperationNotes(
        operation="ListSmartSysAvatarModels",
        title="List ready digital humans",
        purpose=(
            "List the digital humans that the service offers to everyone, with AvatarId, sample video, size and "
            "whether they come with a mask, to use in SubmitAvatarVideoJob without any training. Your own are in "
            "ListAvatars."
        ),
        effect=Effect.READ,
        parameters={
            "PageNo": {"text": "Page, from 1. Default 1."},
            "PageSize": {"text": "Entries a page. Default 10, at most 100.", "maximum": 100},
            "SdkVersion": {"text": "Version of the web editor that asks; leave out."},
        },
        idempotent=True,
        rows=Rows(
            path="SmartSysAvatarModelList",
            columns=(
                ("AvatarId", "AvatarId"),
                ("AvatarName", "AvatarName"),
                ("Width", "Width"),
                ("Height", "Height"),
                ("OutputMask", "OutputMask"),
                ("sample", "VideoUrl"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="Make one speak with SubmitAvatarVideoJob.",
    ),
)
