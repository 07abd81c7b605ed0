"""Voices: cloning a voice in three ways, finding cloned and ready ones.

Sources: the value sets and limits of SDK 6.20.2 and what its models declare. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result, Rows

JOB_ID: ParameterNotes = {"text": "Id of the cloning job, from its submit or ListCustomizedVoiceJobs."}
VOICE_ID: ParameterNotes = {"text": "Id of the cloned voice."}
VOICE_NAME: ParameterNotes = {"text": "Name that is shown. At most 32 characters.", "max_characters": 32}
GENDER: ParameterNotes = {"text": "Gender of the speaker.", "choices": ("female", "male")}
SCENARIO: ParameterNotes = {
    "text": "Style: stories, dialogue (interaction) or navigation. It decides which sentences are read.",
    "choices": ("story", "interaction", "navigation"),
}
DEMO_URL: ParameterNotes = {
    "text": "OSS address a sample is written to. Public address of your own bucket: "
    "https://example-bucket.oss-cn-shanghai.aliyuncs.com/voices/anna.mp3. Without it no sample.",
}
VOICE_TYPE: ParameterNotes = {
    "text": "Way of cloning; default Basic. Basic: given sentences; Standard: long recordings.",
    "hints": ("Basic", "Standard"),
}
PAGE_NO: ParameterNotes = {"text": "Page, from 1. Default 1."}
PAGE_SIZE: ParameterNotes = {"text": "Entries a page. Default 10, at most 100.", "maximum": 100}
CLONING_POLL = Poll(
    operation="GetCustomizedVoiceJob",
    arguments=(("JobId", "Data.JobId"),),
    status_field="Data.CustomizedVoiceJob.Status",
    success=("Success",),
    failure=("Fail",),
    pending=("Initialization", "AudioDetecting", "PreTraining", "Training"),
    result=Result(
        fields=(
            ("VoiceId", "Data.CustomizedVoiceJob.VoiceId"),
            ("VoiceName", "Data.CustomizedVoiceJob.VoiceName"),
            ("Type", "Data.CustomizedVoiceJob.Type"),
        ),
    ),
)
RECORDING = "cc3d571c704445f9a0ee011406c2d4f8"
DEMO = "https://example-bucket.oss-cn-shanghai.aliyuncs.com/voices/anna.mp3"
CLONING_COSTS = "Billed for every voice cloned."

VOICE_NOTES = (
    OperationNotes(
        operation="CreateCustomizedVoiceJob",
        title="Prepare a basic voice clone",
        purpose=(
            "First step of cloning a voice by reading given sentences (Basic): choose VoiceId, gender and style. Then "
            "get the sentences with GetDemonstrationForCustomizedVoiceJob, check each recording with "
            "DetectAudioForCustomizedVoiceJob, and start with SubmitCustomizedVoiceJob. To clone from one "
            "existing recording use SubmitCosyVoiceCustomizedVoiceJob."
        ),
        effect=Effect.WRITE,
        heed="Only the first of four steps. From one short recording: SubmitCosyVoiceCustomizedVoiceJob.",
        parameters={
            "VoiceId": {
                "text": "Your new id. Up to 32 letters and digits, not used before.",
                "pattern": "[A-Za-z0-9]{1,32}",
            },
            "Gender": GENDER,
            "Scenario": SCENARIO,
            "VoiceName": VOICE_NAME,
            "VoiceDesc": {"text": "Description. At most 256 characters.", "max_characters": 256},
        },
        example={"VoiceId": "anna", "Gender": "female", "Scenario": "story", "VoiceName": "Anna"},
        then="Get the sentences to record with GetDemonstrationForCustomizedVoiceJob.",
    ),
    OperationNotes(
        operation="GetCustomizedVoiceJob",
        title="Follow a voice clone",
        purpose=(
            "See one voice cloning job of any kind: VoiceId, settings, message and status (Initialization, "
            "AudioDetecting, PreTraining, Training, Success, Fail). After Success the VoiceId can be used as "
            "customizedVoice in SubmitAudioProduceJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "571c704445f94a0e8e011406c2d4f6aa"},
        then="After Success hand VoiceId to SubmitAudioProduceJob as customizedVoice.",
    ),
    OperationNotes(
        operation="ListCustomizedVoiceJobs",
        title="List voice clone jobs",
        purpose=(
            "Browse voice cloning jobs, also failed and running ones, with page numbers and a total count. Without "
            "Type only Basic ones are listed. Voices ready for use are in ListCustomizedVoices."
        ),
        effect=Effect.READ,
        parameters={"Type": VOICE_TYPE, "PageNo": PAGE_NO, "PageSize": PAGE_SIZE},
        idempotent=True,
        rows=Rows(
            path="Data.CustomizedVoiceJobList",
            columns=(
                ("JobId", "JobId"),
                ("VoiceId", "VoiceId"),
                ("VoiceName", "VoiceName"),
                ("Type", "Type"),
                ("Status", "Status"),
                ("Message", "Message"),
                ("created", "CreateTime"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
    ),
    OperationNotes(
        operation="SubmitCustomizedVoiceJob",
        title="Start a basic voice clone",
        purpose=(
            "Last step of a Basic clone: start training the voice prepared with CreateCustomizedVoiceJob, once "
            "DetectAudioForCustomizedVoiceJob has accepted all recordings. Runs in the background; follow "
            "Data.JobId with GetCustomizedVoiceJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "VoiceId": {"text": "Id given to CreateCustomizedVoiceJob. The same for recordings and training."},
            "DemoAudioMediaURL": DEMO_URL,
        },
        poll=CLONING_POLL,
        costs=CLONING_COSTS,
        example={"VoiceId": "anna", "DemoAudioMediaURL": DEMO},
    ),
    OperationNotes(
        operation="SubmitCosyVoiceCustomizedVoiceJob",
        title="Clone a voice from one recording",
        purpose=(
            "Clone a voice with the CosyVoice large model from a single audio asset, without reading given sentences: "
            "the quickest way. Runs in the background; follow Data.JobId with GetCustomizedVoiceJob. For the best "
            "quality from 15 to 30 minutes of speech use SubmitStandardCustomizedVoiceJob."
        ),
        effect=Effect.WRITE,
        heed="Audios is the asset id of one recording; have the speaker's consent.",
        parameters={
            "Audios": {"text": "Asset id of the recording; only one.", "required": True},
            "Model": {
                "text": "Large model to clone with.",
                "hints": ("cosyvoice-v3-plus", "cosyvoice-v3-flash", "cosyvoice-v3.5-plus", "cosyvoice-v3.5-flash"),
            },
            "VoiceName": VOICE_NAME,
            "Gender": GENDER,
            "DemoAudioMediaURL": DEMO_URL,
        },
        poll=CLONING_POLL,
        costs=CLONING_COSTS,
        example={"Audios": RECORDING, "Model": "cosyvoice-v3-plus", "VoiceName": "Anna", "Gender": "female"},
    ),
    OperationNotes(
        operation="SubmitStandardCustomizedVoiceJob",
        title="Clone a voice from long recordings",
        purpose=(
            "Clone a voice in high quality from 15 to 30 minutes of recordings, each over a minute, together with a "
            "recorded consent of the same speaker, whose voiceprint has to match. Runs in the background; follow "
            "Data.JobId with GetCustomizedVoiceJob. With one short recording use "
            "SubmitCosyVoiceCustomizedVoiceJob."
        ),
        effect=Effect.WRITE,
        heed="15 to 30 minutes of recordings, each over a minute, and a recorded consent (Authentication).",
        parameters={
            "Audios": {
                "text": "Asset ids of the recordings, with commas. 15 to 30 minutes altogether, each over a minute.",
                "required": True,
                "comma_list": True,
            },
            "Authentication": {
                "text": "Asset id of the speaker's recorded consent. To be read out clearly: 'I confirm that I am "
                "initiating voice cloning customization. The training audio is provided by me. I commit to being "
                "responsible for the customized content and guarantee that no illegal or non-compliant content will be "
                "created.' In Chinese: '我确认进行人声克隆定制, 训练音频为本人提供, "
                "本人承诺对定制内容负责, 保证不进行违法违规的内容创作.'",
                "required": True,
            },
            "VoiceName": VOICE_NAME,
            "Gender": GENDER,
            "DemoAudioMediaURL": DEMO_URL,
        },
        poll=CLONING_POLL,
        costs=CLONING_COSTS,
        example={
            "Audios": f"{RECORDING},dd4e571c704445f9a0ee011406c2d4f9",
            "Authentication": "ee5f571c704445f9a0ee011406c2d4fa",
            "VoiceName": "Anna",
            "Gender": "female",
            "DemoAudioMediaURL": DEMO,
        },
    ),
    OperationNotes(
        operation="DeleteCustomizedVoiceJob",
        title="Delete a voice clone job",
        purpose=(
            "Remove a voice cloning job for good; the voice it made should be regarded as lost with it, and cloning "
            "again is billed again. Audio already produced stays."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes a voice cloning job, and with it the voice it made; cloning again is billed again"),
        ),
        parameters={"JobId": JOB_ID},
        idempotent=True,
        example={"JobId": "571c704445f94a0e8e011406c2d4f6aa"},
    ),
    OperationNotes(
        operation="DetectAudioForCustomizedVoiceJob",
        title="Check a recording for cloning",
        purpose=(
            "Check one recorded sentence of a Basic voice clone and keep it if it is good. The answer comes at once: "
            "Data.Pass, or the Reason to record it again. The sentences are in "
            "GetDemonstrationForCustomizedVoiceJob. All have to pass before SubmitCustomizedVoiceJob."
        ),
        effect=Effect.WRITE,
        parameters={
            "VoiceId": {"text": "Id given to CreateCustomizedVoiceJob. The same for recordings and training."},
            "AudioRecordId": {
                "text": "AudioId of the sentence, such as 1. From GetDemonstrationForCustomizedVoiceJob.",
            },
            "RecordUrl": {
                "text": "OSS address of the recording. WAV or PCM, 48 kHz, 16 bit, mono; your own bucket in the region "
                "called.",
            },
        },
        example={
            "VoiceId": "anna",
            "AudioRecordId": 1,
            "RecordUrl": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/voices/sentence1.wav",
        },
        then="When all have passed, start the training with SubmitCustomizedVoiceJob.",
    ),
    OperationNotes(
        operation="GetDemonstrationForCustomizedVoiceJob",
        title="Get the sentences to read",
        purpose=(
            "Get the 20 sentences that a speaker has to record for a Basic voice clone of one style, each with AudioId "
            "and an example recording. Record them, then check them one by one with "
            "DetectAudioForCustomizedVoiceJob."
        ),
        effect=Effect.READ,
        parameters={
            "Scenario": {
                "text": "Style given to CreateCustomizedVoiceJob.",
                "choices": ("story", "interaction", "navigation"),
            },
        },
        idempotent=True,
        example={"Scenario": "story"},
        then="Record them, then check each with DetectAudioForCustomizedVoiceJob.",
    ),
    OperationNotes(
        operation="GetCustomizedVoice",
        title="Inspect a cloned voice",
        purpose=(
            "Read one cloned voice: name, gender, style, description and the asset id of its sample audio. To see "
            "whether cloning has ended use GetCustomizedVoiceJob."
        ),
        effect=Effect.READ,
        parameters={"VoiceId": {"text": "Id of the cloned voice, from ListCustomizedVoices.", "required": True}},
        idempotent=True,
        example={"VoiceId": "anna"},
        then="Hear the sample with GetPlayInfo and its DemoAudioMediaId.",
    ),
    OperationNotes(
        operation="ListCustomizedVoices",
        title="List your cloned voices",
        purpose=(
            "List the cloned voices of your account with VoiceId, name and gender, to use as customizedVoice in "
            "SubmitAudioProduceJob. Without Type only Basic ones are listed. Ready voices of the service are in "
            "ListSmartVoiceGroups."
        ),
        effect=Effect.READ,
        parameters={"Type": VOICE_TYPE, "PageNo": PAGE_NO, "PageSize": PAGE_SIZE},
        idempotent=True,
        rows=Rows(
            path="Data.CustomizedVoiceList",
            columns=(
                ("VoiceId", "VoiceId"),
                ("VoiceName", "VoiceName"),
                ("Gender", "Gender"),
                ("Type", "Type"),
                ("Scenario", "Scenario"),
                ("sample", "DemoAudioMediaId"),
                ("description", "VoiceDesc"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="Let one read a text with SubmitAudioProduceJob.",
    ),
    OperationNotes(
        operation="UpdateCustomizedVoice",
        title="Set a cloned voice's sample",
        purpose=(
            "Replace the sample audio of a cloned voice by another asset, which people hear when they choose a voice. "
            "Nothing else of a voice can be changed, and it is not trained again."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces the sample by which people choose a voice"),),
        parameters={
            "VoiceId": VOICE_ID,
            "DemoAudioMediaId": {"text": "Asset id of the new sample. Sound that is in the library already."},
        },
        idempotent=True,
        example={"VoiceId": "anna", "DemoAudioMediaId": RECORDING},
    ),
    OperationNotes(
        operation="ListSmartVoiceGroups",
        title="List ready voices",
        purpose=(
            "List the ready voices of the service in groups, with the Voice name to use in SubmitAudioProduceJob "
            "or SubmitAvatarVideoJob, sample address, language, tags and sample rates. VoiceType=CosyVoice lists "
            "those of the large model instead. Cloned voices are in ListCustomizedVoices."
        ),
        effect=Effect.READ,
        heed="Without VoiceType: the voices of the small model, such as zhitian and Siqi.",
        parameters={
            "VoiceType": {
                "text": "CosyVoice: voices of the large model. Left out: those of the small model.",
                "hints": ("CosyVoice",),
            },
        },
        idempotent=True,
        example={"VoiceType": "CosyVoice"},
        rows=Rows(
            path="VoiceGroups.VoiceList",
            columns=(
                ("Voice", "Voice"),
                ("Name", "Name"),
                ("VoiceType", "VoiceType"),
                ("Desc", "Desc"),
                ("group", "Type"),
                ("note", "Remark"),
            ),
        ),
        then="Hand Voice to SubmitAudioProduceJob or SubmitAvatarVideoJob.",
    ),
)
