"""Yike, what it makes: runs of its AI apps, and storyboards from a text.

Sources: SDK 6.20.2; the values of SubmitYikeStoryboardJob and the state Suspended are those of the vendor's skill for
storyboards. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.yike_assets import SKILL
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Parameter, Poll, Result, Rows

APP_ID: ParameterNotes = {"text": "Id of the AI app, as Yike shows it: app-1000000."}
APP_PARAMS: ParameterNotes = {
    "text": "Inputs of the app. Its own keys, named by node and field: any keys; a picture is an asset id.",
    "kind": "object",
    "json_text": True,
    "extra_fields": True,
}
APP_JOB: ParameterNotes = {"text": "Id from SubmitYikeAIAppJob."}
STORYBOARD_JOB: ParameterNotes = {"text": "Id from SubmitYikeStoryboardJob."}
STORYBOARD = "ab0e3e76-1e9d-41ed-ba64-0c42a1b73d66"
STORYBOARD_POLL = Poll(
    operation="GetYikeStoryboardJob",
    arguments=(("JobId", "JobId"),),
    status_field="JobStatus",
    success=("Succeeded",),
    # Suspended: shots failed, and nothing goes on before ResumeYikeStoryboardJob.
    failure=("Failed", "Suspended"),
    pending=("Running",),
    result=Result(
        fields=(
            ("OutputUrl", "JobResult.OutputUrl"),
            ("storyboards", "JobResult.StoryboardInfoList"),
            ("failed_shots", "JobResult.FailureShotList"),
        ),
    ),
)
STYLES = (
    *("RealisticPhotographyPro", "RealisticGuzhuangPro", "RealisticPhotography", "RealisticGuzhuang"),
    *("RealisticXianxia", "RealisticEra", "RealisticWasteland", "GuofengAnime", "GuofengAnime3D", "Cartoon3D"),
    *("Photorealistic3D", "SciFiRealism", "Chibi3D", "ShojoManga", "NewPeriodAnime", "FairyTale2D", "Wasteland2D"),
    *("InkWuxia", "ShadiaoMeme", "Chibi2D", "Ghibli", "SciFiComic", "AmericanSuperhero", "Hokusei"),
    *("RealisticComic", "CinematicRealism", "MinimalistRealism", "ShonenManga"),
)
VOICES = (
    *("sys_ClassicMiddleAgedWoman", "sys_ClassicYoungWoman", "sys_IntellectualYoungWoman", "sys_GentleYoungMan"),
    *("sys_WiseYoungMan", "sys_ClassicYoungMan", "sys_thoughtfulBoy", "sys_SereneIntellect", "sys_RichBassMale"),
    *("sys_CalmDeepMale", "sys_MajesticBaritone", "sys_GravellySoulful", "sys_SweetBrightGirl"),
    *("sys_GracefulPoisedWoman", "longbaizhi", "sys_YoungGracefulWoman", "sys_MaturePoisedWoman"),
    *("sys_MatureWiseWoman", "sys_ElderlyWistfulWoman"),
)

NOTES = (
    OperationNotes(
        operation="PrecheckYikeAIAppJob",
        title="Check inputs of a Yike app",
        purpose=(
            "Check whether the inputs for a Yike AI app are valid, without running it and without spending credits. "
            "Status is Success, or Failed with the keys at fault and their error codes in Result. Do it before "
            "SubmitYikeAIAppJob."
        ),
        effect=Effect.READ,
        parameters={"AppId": APP_ID, "AppParams": APP_PARAMS},
        idempotent=True,
        example={"AppId": "app-1000000", "AppParams": {"LoadImage.1.TargetImage": "794da8a01b8c71f1b973e6e7c7586301"}},
        then="When Status is Success, run it with SubmitYikeAIAppJob.",
    ),
    OperationNotes(
        operation="SubmitYikeAIAppJob",
        title="Run a Yike AI app",
        purpose=(
            "Run an AI app of Yike that generates pictures, videos or sound from the given inputs and saves them in a "
            "production or folder. It runs in the background: follow the JobId with GetYikeAIAppJob or "
            "wait_seconds; the results come as media ids and addresses. Check the inputs with "
            "PrecheckYikeAIAppJob first. A second call runs it again."
        ),
        effect=Effect.WRITE,
        parameters={
            "AppId": APP_ID,
            "AppParams": APP_PARAMS,
            "ProductionId": {"text": "Production the results go to, from ListYikeProductions."},
            "FolderId": {"text": "Folder the results go to, from ListYikeAssetFolders."},
        },
        poll=Poll(
            operation="GetYikeAIAppJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Queuing", "Executing"),
            result=Result(
                fields=(
                    ("videos[].url", "Result.VideoResult[].OutputUrl"),
                    ("videos[].MediaId", "Result.VideoResult[].MediaId"),
                    ("images[].url", "Result.ImageResult[].OutputUrl"),
                    ("images[].MediaId", "Result.ImageResult[].MediaId"),
                    ("sounds[].url", "Result.AudioResult[].OutputUrl"),
                    ("sounds[].MediaId", "Result.AudioResult[].MediaId"),
                ),
                empty="nothing was generated",
            ),
        ),
        costs="Billed as AI generation.",
        example={
            "AppId": "app-1000000",
            "AppParams": {"LoadImage.1.TargetImage": "794da8a01b8c71f1b973e6e7c7586301"},
            "ProductionId": "pd_0617169475",
            "FolderId": "fd-EXRyxc5SHY",
        },
    ),
    OperationNotes(
        operation="GetYikeAIAppJob",
        title="Follow a Yike app run",
        purpose=(
            "Read one run of a Yike AI app: Status (Created, Queuing, Executing, Finished, Failed), inputs, times and, "
            "once finished, the generated pictures, videos or sounds with media id and download address. For several "
            "runs use BatchGetYikeAIAppJob; storyboards have GetYikeStoryboardJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": APP_JOB},
        rules=(AtLeastOne(("JobId",)),),
        idempotent=True,
        signed_addresses=True,
        example={"JobId": "ab4802364a2e49208c99efab82df4c1d"},
        then="A generated file is a Yike asset: hand its MediaId to GetYikeAssetMediaInfo.",
    ),
    OperationNotes(
        operation="BatchGetYikeAIAppJob",
        title="Follow several Yike app runs",
        purpose=(
            "Read several runs of Yike AI apps by id in one call: status, times and generated files of each, as "
            "GetYikeAIAppJob gives them for one. Status is Created, Queuing, Executing, Finished or Failed. There is "
            "no list of all runs: the ids have to be known from SubmitYikeAIAppJob."
        ),
        effect=Effect.READ,
        parameters={"JobIds": {"text": "Ids from SubmitYikeAIAppJob, with commas.", "comma_list": True}},
        rules=(AtLeastOne(("JobIds",)),),
        idempotent=True,
        signed_addresses=True,
        rows=Rows(
            path="JobList",
            columns=(
                ("JobId", "JobId"),
                ("AppId", "AppId"),
                ("Status", "Status"),
                ("videos", "Result.VideoResult[].MediaId"),
                ("images", "Result.ImageResult[].MediaId"),
                ("sounds", "Result.AudioResult[].MediaId"),
                ("finished", "ExecutionFinishTime"),
            ),
        ),
        example={"JobIds": "ab4802364a2e49208c99efab82df4c1d,cec2c13da767c090b973e6e7c7586301"},
    ),
    OperationNotes(
        operation="SubmitYikeStoryboardJob",
        title="Turn a text into a storyboard",
        purpose=(
            "Let Yike split a novel or script in OSS into shots, draw a storyboard and, with ExecMode=FullPipeline, "
            "generate a video of every shot. Shanghai only. It runs in the background: follow the JobId with "
            "GetYikeStoryboardJob or wait_seconds. A job that stopped is carried on with "
            "ResumeYikeStoryboardJob; a second submit starts, and bills, anew."
        ),
        effect=Effect.WRITE,
        heed="StoryboardOnly makes no video; FullPipeline makes and bills one of every shot.",
        destructive_when=(
            AskWhen("generates and bills a video of every shot", path="ExecMode", values=("FullPipeline",)),
            AskWhen(
                "may generate and bill a video of every shot, since StoryboardOnly is not asked for",
                path="ExecMode",
                absent=True,
            ),
        ),
        parameters={
            "FileURL": {
                "required": True,
                "text": "OSS address of the text. FileURL of CreateYikeAssetUpload with StoryboardInput; txt or docx, "
                "at most 5 MB and 30,000 characters.",
            },
            "SourceType": {
                "text": "Needed. Novel: told; Script: scenes and dialogue.",
                "hints": ("Novel", "Script"),
            },
            "ExecMode": {
                "text": "Storyboard and shot videos, or the storyboard only. FullPipeline bills every shot; give "
                "StoryboardOnly to look first.",
                "choices": ("FullPipeline", "StoryboardOnly"),
            },
            "StyleId": {
                "text": "Style of pictures, needed: CinematicRealism, Ghibli. RealisticGuzhuangPro is period drama, "
                f"RealisticXianxia fantasy. All known: {', '.join(STYLES)}.",
            },
            "ShotSplitMode": {
                "text": "Who tells, needed: dialogue (scripts only), first or third person. PureVO: nothing but "
                "the narrator.",
                "hints": (
                    "dialogue",
                    "firstPersonNarration",
                    "firstPersonNarrationPureVO",
                    "thirdPersonNarration",
                ),
            },
            "ShotPromptMode": {"text": "How shots are made; multi is the only known value.", "hints": ("multi",)},
            "AspectRatio": {
                "text": "Of the video: 9:16 for phones, 16:9, 4:3, 3:4.",
                "hints": ("9:16", "16:9", "4:3", "3:4"),
            },
            "Resolution": {"text": "Of the video: 720P, 1K, 2K, 4K.", "hints": ("720P", "1K", "2K", "4K")},
            "VideoModel": {"text": "Model that makes the videos.", "hints": ("wan2.6-r2v-flash",)},
            "ModelParams": {
                "text": "Settings of the model.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter("AudioEnable", "boolean", text="Whether the model makes sound as well.", inferred=True),
                ),
                "extra_fields": True,
            },
            "NarrationVoiceId": {
                "text": "Narrator's voice, needed: sys_YoungGracefulWoman, sys_CalmDeepMale. "
                f"All known: {', '.join(VOICES)}.",
            },
            "SkipFailureShot": {"text": "Go on where a shot fails; default true."},
            "Title": {"text": "Title, at most 128 bytes; default made from the date.", "max_bytes": 128},
            "UserData": {
                "text": "JSON of yours, any keys beside NotifyAddress.",
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter(
                        "NotifyAddress", "string", text="Told when the job ends: an HTTP address or an MNS queue."
                    ),
                ),
                "extra_fields": True,
            },
        },
        poll=STORYBOARD_POLL,
        costs="Billed as AI generation.",
        example={
            "FileURL": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/yike/harvest.txt",
            "SourceType": "Novel",
            "ExecMode": "StoryboardOnly",
            "StyleId": "CinematicRealism",
            "ShotSplitMode": "thirdPersonNarration",
            "ShotPromptMode": "multi",
            "AspectRatio": "9:16",
            "Resolution": "720P",
            "VideoModel": "wan2.6-r2v-flash",
            "NarrationVoiceId": "sys_ClassicYoungWoman",
            "Title": "Harvest",
        },
        sources=(SKILL,),
    ),
    OperationNotes(
        operation="GetYikeStoryboardJob",
        title="Follow a storyboard job",
        purpose=(
            "Read one storyboard job: JobStatus (Running, Succeeded, Failed, Suspended where shots failed), the "
            "settings it was given and its result: addresses, which storyboards worked, which shots failed. A job "
            "that stopped is carried on with ResumeYikeStoryboardJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": STORYBOARD_JOB},
        rules=(AtLeastOne(("JobId",)),),
        idempotent=True,
        signed_addresses=True,
        example={"JobId": STORYBOARD},
        then=(
            "A storyboard is edited at https://www.yikeai.com/#/storyboard/editing?storyboardId= with its "
            "storyboardId; carry on a suspended job with ResumeYikeStoryboardJob."
        ),
        sources=(SKILL,),
    ),
    OperationNotes(
        operation="ResumeYikeStoryboardJob",
        title="Carry on a storyboard job",
        purpose=(
            "Carry on a storyboard job that stopped before its end, instead of paying for a new one with "
            "SubmitYikeStoryboardJob. The JobId stays the same and it runs in the background again: follow it "
            "with GetYikeStoryboardJob or wait_seconds."
        ),
        effect=Effect.WRITE,
        parameters={"JobId": STORYBOARD_JOB},
        rules=(AtLeastOne(("JobId",)),),
        poll=STORYBOARD_POLL,
        costs="Billed as AI generation.",
        example={"JobId": STORYBOARD},
    ),
)
