"""Yike, the AI storyboard and app workspace: workspaces, users, credits, productions, assets, AI jobs.

Sources: what SDK 6.20.2 declares; the example values of SubmitYikeStoryboardJob are those of its documentation page.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Poll

WORKSPACE_ID: ParameterNotes = {"text": "Id of the Yike workspace."}
USER_ID: ParameterNotes = {"text": "YikeUserId of the sub-account, from GetYikeUser."}
CREDIT: ParameterNotes = {"text": "How many credits.", "minimum": 1}
PRODUCTION_ID: ParameterNotes = {"text": "Production (project); without it, the default one."}
FOLDER_ID: ParameterNotes = {"text": "Folder, from ListYikeAssetFolders."}
SMALL_PAGE: ParameterNotes = {"text": "Entries a page; default 10.", "maximum": 50}
APP_ID: ParameterNotes = {"text": "Id of the AI app."}
APP_PARAMS: ParameterNotes = {"text": "Inputs of the app; its own keys.", "kind": "object", "json_text": True}
APP_JOB: ParameterNotes = {"text": "Id from SubmitYikeAIAppJob."}
STORYBOARD_JOB: ParameterNotes = {"text": "Id from SubmitYikeStoryboardJob."}
STORYBOARD_POLL = Poll(
    operation="GetYikeStoryboardJob",
    arguments=(("JobId", "JobId"),),
    status_field="JobStatus",
    success=("Succeeded",),
    failure=("Failed",),
    pending=("Running",),
)

NOTES = (
    OperationNotes(
        operation="CreateYikeWorkspace",
        title="Create a Yike workspace",
        purpose=(
            "Open a workspace of Yike, the AI studio for storyboards and generated pictures and videos, for a limited "
            "number of users. Returns the WorkspaceId and the ProductionId of its first production. Do it once per "
            "team; for another project in the same workspace use CreateYikeProduction."
        ),
        effect=Effect.WRITE,
        parameters={
            "Title": {"text": "Name of the workspace."},
            "UserCountLimit": {"text": "How many users it may have."},
        },
    ),
    OperationNotes(
        operation="CreateYikeUser",
        title="Create a Yike sub-account",
        purpose=(
            "Create a user of a Yike workspace with a password and access to certain productions. The login name is "
            "made from the prefix, the workspace's code and the account's number; it comes back as UserName together "
            "with the UserId. Then give credits with AddYikeUserCredit and, if needed, a role with "
            "SetYikeUserRole."
        ),
        effect=Effect.WRITE,
        parameters={
            "WorkspaceId": WORKSPACE_ID,
            "UserNamePrefix": {
                "text": "Start of the login name, unique in the workspace; at most 50 characters.",
                "max_characters": 50,
            },
            "Password": {"text": "First password of the user."},
            "Nickname": {"text": "Name that is shown."},
            "ProductionIds": {"text": "Comma-separated productions the user may enter.", "comma_list": True},
        },
    ),
    OperationNotes(
        operation="GetYikeUser",
        title="Look up a Yike user",
        purpose=(
            "Find a user of Yike by the full login name: nickname, workspace and the YikeUserId, which the calls for "
            "roles and credits take. Credits are not in it: see GetYikeUserCredit."
        ),
        effect=Effect.READ,
        parameters={"UserName": {"text": "Full login name: prefix.code@number.yikeai."}},
        rules=(AtLeastOne(("UserName",)),),
        idempotent=True,
    ),
    OperationNotes(
        operation="SetYikeUserRole",
        title="Set a Yike user's role",
        purpose=(
            "Give a Yike user another role: SuperAdmin, Admin or RegularUser. It replaces the role the user has, so "
            "an administrator can lose rights by it. Whether it worked is Result in the answer, not the fact that "
            "the call succeeded."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("replaces the role of a Yike user, who may lose rights by it"),),
        parameters={
            "YikeUserId": USER_ID,
            "RoleName": {"text": "The new role.", "choices": ("SuperAdmin", "Admin", "RegularUser")},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="AddYikeUserCredit",
        title="Give credits to a Yike user",
        purpose=(
            "Hand credits of the main account to a Yike user, who spends them on generating pictures and videos. Each "
            "call adds again: after an unclear failure look at GetYikeUserCredit first. Result=false with an "
            "ErrorCode means that the main account has not enough. The opposite is SubYikeUserCredit."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("hands credits of the main account to a Yike user, once more with every call"),),
        parameters={"YikeUserId": USER_ID, "Credit": CREDIT},
        costs="Hands out credits of the main account.",
    ),
    OperationNotes(
        operation="SubYikeUserCredit",
        title="Take credits from a Yike user",
        purpose=(
            "Subtract credits from what a Yike user has left (Sub is for subtract; nothing is submitted). Each call "
            "takes again, and no more than the balance: look at GetYikeUserCredit first. Result=false with an "
            "ErrorCode means that the balance is too small. The opposite is AddYikeUserCredit."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("takes credits from a Yike user, once more with every call"),),
        parameters={"YikeUserId": USER_ID, "Credit": CREDIT},
    ),
    OperationNotes(
        operation="GetYikeUserCredit",
        title="Check a Yike user's credits",
        purpose=(
            "Read the credits of a Yike user: CreditTotal is all that was handed out, CreditUsage, in spite of its "
            "name, is declared as what remains. Both are strings. Change them with AddYikeUserCredit and "
            "SubYikeUserCredit."
        ),
        effect=Effect.READ,
        parameters={"YikeUserId": USER_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateYikeProduction",
        title="Create a Yike production",
        purpose=(
            "Create a production, that is a project, in a Yike workspace: it holds folders of assets and the results "
            "of AI jobs. Returns its ProductionId. It is no editing project of the timeline editor; that is "
            "CreateEditingProject."
        ),
        effect=Effect.WRITE,
        parameters={"Title": {"text": "Name of the production."}, "WorkspaceId": WORKSPACE_ID},
    ),
    OperationNotes(
        operation="ListYikeProductions",
        title="List Yike productions",
        purpose=(
            "List the productions (projects) of a Yike workspace with title, cover, creator and creation time. Use it "
            "to find a ProductionId. It pages with PageNo and PageSize, or with MaxResults and NextToken; do not mix "
            "the two."
        ),
        effect=Effect.READ,
        parameters={"WorkspaceId": WORKSPACE_ID, "PageSize": SMALL_PAGE},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListYikeAssetFolders",
        title="List a production's asset folders",
        purpose=(
            "List the folders of assets in one Yike production, the default production where none is named, and "
            "which of them is the default folder. Use it to find the FolderId for RegisterYikeAssetMediaInfo or "
            "SubmitYikeAIAppJob. The assets themselves are not listed."
        ),
        effect=Effect.READ,
        parameters={"ProductionId": PRODUCTION_ID, "PageSize": SMALL_PAGE},
        idempotent=True,
    ),
    OperationNotes(
        operation="CreateYikeAssetUpload",
        title="Get a Yike upload address",
        purpose=(
            "Get an address and a temporary credential to upload one local file for Yike. Nothing is uploaded by this "
            "call and no asset is made: after the upload hand FileURL to RegisterYikeAssetMediaInfo. The "
            "credential stays hidden unless include_credentials. For the ordinary media library use "
            "CreateUploadMedia."
        ),
        effect=Effect.WRITE,
        parameters={
            "FileExt": {"text": "Extension of the file, such as png."},
            "FileType": {"text": "Kind of file.", "hints": ("image", "video", "audio")},
        },
        secret_fields=("UploadAuth",),
    ),
    OperationNotes(
        operation="RegisterYikeAssetMediaInfo",
        title="Register a Yike asset",
        purpose=(
            "Make an uploaded file an asset of a Yike production and get its MediaId. The file is then probed in the "
            "background: poll GetYikeAssetMediaInfo until Normal or PrepareFail, or give wait_seconds. The "
            "address is usually the FileURL of CreateYikeAssetUpload. Assets of the ordinary library are made "
            "with RegisterMediaInfo."
        ),
        effect=Effect.WRITE,
        parameters={
            "InputURL": {"text": "Address of the file."},
            "MediaType": {"text": "Kind of asset.", "hints": ("image", "video", "audio")},
            "ProductionId": PRODUCTION_ID,
            "FolderId": FOLDER_ID,
        },
        poll=Poll(
            operation="GetYikeAssetMediaInfo",
            arguments=(("MediaId", "MediaId"),),
            status_field="MediaInfo.MediaBasicInfo.Status",
            success=("Normal",),
            failure=("PrepareFail",),
            pending=("Init", "Preparing"),
        ),
    ),
    OperationNotes(
        operation="GetYikeAssetMediaInfo",
        title="Inspect a Yike asset",
        purpose=(
            "Read one Yike asset: status, title, files with codec data, and in BizData what Yike knows of it: "
            "production, folder, review result, the prompt and job it was generated by, whether it is in the "
            "recycle bin. For several at once use BatchGetYikeAssetMediaInfos."
        ),
        effect=Effect.READ,
        idempotent=True,
    ),
    OperationNotes(
        operation="BatchGetYikeAssetMediaInfos",
        title="Read several Yike assets",
        purpose=(
            "Read several Yike assets by id in one call: basic data, basic file data and BizData, but neither codec "
            "details nor prompts, which GetYikeAssetMediaInfo gives. Ids that cannot be read come back in "
            "IgnoredList instead of failing the call."
        ),
        effect=Effect.READ,
        parameters={"MediaIds": {"text": "Comma-separated asset ids.", "comma_list": True}},
        rules=(AtLeastOne(("MediaIds",)),),
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteYikeAssetMediaInfos",
        title="Delete Yike assets",
        purpose=(
            "Delete Yike assets. By default they move to the recycle bin and their files stay; LogicDelete=false "
            "deletes assets and files for good. Ids that could not be deleted come back in IgnoredList. Assets of the "
            "ordinary library are deleted with DeleteMediaInfos."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(
            AskWhen("deletes Yike assets"),
            AskWhen(
                "moves them to the recycle bin with their files", path="LogicDelete", values=("true",), absent=True
            ),
            AskWhen(
                "deletes their files too, for good and not to the recycle bin", path="LogicDelete", values=("false",)
            ),
        ),
        parameters={
            "MediaIds": {"text": "Comma-separated asset ids.", "comma_list": True},
            "LogicDelete": {"text": "Default true: recycle bin. false: gone, files too."},
        },
        rules=(AtLeastOne(("MediaIds",)),),
        idempotent=True,
    ),
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
            "ProductionId": {"text": "Production the results go to."},
            "FolderId": {"text": "Folder the results go to."},
        },
        poll=Poll(
            operation="GetYikeAIAppJob",
            arguments=(("JobId", "JobId"),),
            status_field="Status",
            success=("Finished",),
            failure=("Failed",),
            pending=("Created", "Queuing", "Executing"),
        ),
        costs="Billed as AI generation.",
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
    ),
    OperationNotes(
        operation="BatchGetYikeAIAppJob",
        title="Follow several Yike app runs",
        purpose=(
            "Read several runs of Yike AI apps by id in one call: status, times and generated files of each, as "
            "GetYikeAIAppJob gives them for one. There is no list of all runs: the ids have to be known from "
            "SubmitYikeAIAppJob."
        ),
        effect=Effect.READ,
        parameters={"JobIds": {"text": "Comma-separated job ids.", "comma_list": True}},
        rules=(AtLeastOne(("JobIds",)),),
        idempotent=True,
    ),
    OperationNotes(
        operation="SubmitYikeStoryboardJob",
        title="Turn a text into a storyboard",
        purpose=(
            "Let Yike split a novel or script in OSS into shots, draw a storyboard and, with ExecMode=FullPipeline, "
            "generate a video of every shot. It runs in the background: follow the JobId with "
            "GetYikeStoryboardJob or wait_seconds. A job that stopped is carried on with "
            "ResumeYikeStoryboardJob; a second submit starts, and bills, anew."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("generates and bills a video of every shot", path="ExecMode", values=("FullPipeline",)),
            AskWhen(
                "may generate and bill a video of every shot, since StoryboardOnly is not asked for",
                path="ExecMode",
                absent=True,
            ),
        ),
        parameters={
            "FileURL": {"text": "OSS address of the text."},
            "SourceType": {"text": "Kind of text.", "hints": ("Novel",)},
            "ExecMode": {
                "text": "Storyboard and shot videos, or the storyboard only.",
                "choices": ("FullPipeline", "StoryboardOnly"),
            },
            "StyleId": {"text": "Style, such as RealisticPhotography."},
            "ShotSplitMode": {"text": "How shots are cut, such as firstPersonNarration."},
            "ShotPromptMode": {"text": "How shots are made, such as multi."},
            "AspectRatio": {"text": "Of the video, such as 4:3."},
            "Resolution": {"text": "Of the video, such as 720P."},
            "VideoModel": {"text": "Model, such as wan2.6-r2v-flash."},
            "ModelParams": {
                "text": 'Settings of the model, such as {"AudioEnable": false}.',
                "kind": "object",
                "json_text": True,
            },
            "NarrationVoiceId": {"text": "Voice of the narrator, such as sys_YoungGracefulWoman."},
            "SkipFailureShot": {"text": "Go on where a shot fails; default true."},
            "Title": {"text": "At most 128 bytes; default made from the date.", "max_bytes": 128},
            "UserData": {
                "text": "Any JSON of yours; NotifyAddress names a callback URL or queue.",
                "kind": "object",
                "json_text": True,
            },
        },
        poll=STORYBOARD_POLL,
        costs="Billed as AI generation.",
    ),
    OperationNotes(
        operation="GetYikeStoryboardJob",
        title="Follow a storyboard job",
        purpose=(
            "Read one storyboard job: JobStatus (Running, Succeeded, Failed), the settings it was given and its "
            "result: addresses, which storyboards worked, which shots failed. A job that stopped is carried on with "
            "ResumeYikeStoryboardJob."
        ),
        effect=Effect.READ,
        parameters={"JobId": STORYBOARD_JOB},
        rules=(AtLeastOne(("JobId",)),),
        idempotent=True,
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
    ),
)
