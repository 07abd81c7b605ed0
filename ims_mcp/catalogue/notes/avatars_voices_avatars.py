"""Digital humans: training one of one's own, finding the ready ones, and making them speak.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll

OPEN: ParameterNotes = {"kind": "object", "json_text": True}
TRAINING_JOB_ID: ParameterNotes = {"text": "Id of the training job."}
AVATAR_NAME: ParameterNotes = {"text": "At most 7 characters.", "max_characters": 7}
AVATAR_DESCRIPTION: ParameterNotes = {"text": "At most 1,000 characters.", "max_characters": 1000}
PORTRAIT: ParameterNotes = {"text": "Asset id of a square picture; needed for training."}
TRAINING_VIDEO: ParameterNotes = {
    "text": "Asset id of mp4, mov, webm, 5 to 15 minutes, 1920x1080 or 1080x1920; needed to train.",
}
THUMBNAIL: ParameterNotes = {
    "text": "OSS address of yours the thumbnail is written to.",
    "max_characters": 512,
}
TRANSPARENT: ParameterNotes = {"text": "The training video has transparency; has to be true to fact."}

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
        parameters={
            "AvatarName": AVATAR_NAME,
            "Video": TRAINING_VIDEO,
            "Portrait": PORTRAIT,
            "Transparent": TRANSPARENT,
            "AvatarDescription": AVATAR_DESCRIPTION,
            "AvatarType": {"text": "2DAvatar.", "hints": ("2DAvatar",)},
            "Thumbnail": THUMBNAIL,
        },
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
            "Status": {"text": "Only this status.", "choices": ("Init", "Queuing", "Training", "Success", "Fail")},
        },
        idempotent=True,
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
        ),
        costs="Billed for every avatar trained.",
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
    ),
    OperationNotes(
        operation="GetAvatar",
        title="Inspect a digital human",
        purpose=(
            "Read one trained digital human of your own: name, type, portrait, thumbnail, width and height, "
            "transparency. Look here for the size before writing the OutputConfig of SubmitAvatarVideoJob."
        ),
        effect=Effect.READ,
        parameters={"AvatarId": {"text": "Id of the digital human."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListAvatars",
        title="List your digital humans",
        purpose=(
            "List the trained digital humans of your own account, with AvatarId, name and pictures, to choose one for "
            "SubmitAvatarVideoJob. Ready ones that belong to the service are in ListSmartSysAvatarModels."
        ),
        effect=Effect.READ,
        parameters={"AvatarType": {"text": "2DAvatar.", "hints": ("2DAvatar",)}},
        idempotent=True,
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
        parameters={"SdkVersion": {"text": "Of the web editor; leave out."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitAvatarVideoJob",
        title="Make a digital human speak",
        purpose=(
            "Make a video in which a digital human speaks a text (at least 5 characters) or a given MP3 or WAV file. "
            "Avatars: ListSmartSysAvatarModels or ListAvatars; voices: ListSmartVoiceGroups. Runs in the "
            "background: follow JobId with GetSmartHandleJob; MediaId names the asset. For sound alone use "
            "SubmitAudioProduceJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputConfig": {**OPEN, "text": 'What is said: {"Text": text}, or an audio file.', "required": True},
            "EditingConfig": {
                **OPEN,
                "text": "Who speaks and how.",
                "required": True,
                "fields": (
                    Parameter("AvatarId", "string", required=True),
                    Parameter("Voice", "string", text="Ready voice; default the avatar's."),
                ),
                "extra_fields": True,
            },
            "OutputConfig": {
                **OPEN,
                "text": "The video.",
                "required": True,
                "fields": (
                    Parameter("MediaURL", "string", text="OSS address."),
                    Parameter("Width", "integer"),
                    Parameter("Height", "integer"),
                ),
                "extra_fields": True,
            },
            "Title": {"text": "At most 128 bytes.", "max_bytes": 128},
            "Description": {"text": "At most 128 bytes.", "max_bytes": 128},
        },
        poll=Poll(
            operation="GetSmartHandleJob",
            arguments=(("JobId", "JobId"),),
            status_field="State",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Executing"),
        ),
        costs="Billed by the length of the video produced.",
    ),
)
