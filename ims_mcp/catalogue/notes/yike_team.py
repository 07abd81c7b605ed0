"""Yike, who works in it and where: workspaces, users, credits, productions, folders.

Sources: what SDK 6.20.2 declares. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, AtLeastOne, Effect, Rows

WORKSPACE_ID: ParameterNotes = {"text": "Id of the Yike workspace, from CreateYikeWorkspace."}
USER_ID: ParameterNotes = {"text": "YikeUserId of the sub-account, from GetYikeUser."}
PAGE_NO: ParameterNotes = {"text": "Page, from 1. Default 1."}
SMALL_PAGE: ParameterNotes = {"text": "Entries a page. Default 10, at most 50.", "maximum": 50}
WORKSPACE = "llm-az2gglkjauwnnhpq"
PRODUCTION = "pd_0617169475"
USER = "4c2e8b6f0a1d3c5e"

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
            "UserCountLimit": {"text": "How many users it may have.", "minimum": 1},
        },
        example={"Title": "Drama team", "UserCountLimit": 20},
        then="Add its people with CreateYikeUser, further projects with CreateYikeProduction.",
    ),
    OperationNotes(
        operation="CreateYikeUser",
        title="Create a Yike sub-account",
        purpose=(
            "Give a person a login to a Yike workspace: a name with a password, and access to certain productions. The "
            "login name is made from the prefix, the workspace's code and the account's number; it comes back as "
            "UserName together with the UserId. Then give credits with AddYikeUserCredit and, if needed, a role with "
            "SetYikeUserRole."
        ),
        effect=Effect.WRITE,
        parameters={
            "WorkspaceId": WORKSPACE_ID,
            "UserNamePrefix": {
                "text": "Start of the login name, unique in the workspace. At most 50 characters; li becomes "
                "li.CODE@NUMBER.yikeai.",
                "max_characters": 50,
            },
            "Password": {"text": "First password of the user. Ask the person; do not make one up."},
            "Nickname": {"text": "Name that is shown."},
            "ProductionIds": {
                "text": "Ids of productions the user may enter, with commas. From ListYikeProductions.",
                "comma_list": True,
            },
        },
        example={
            "WorkspaceId": WORKSPACE,
            "UserNamePrefix": "li",
            "Password": "Spring-2026-Li",
            "Nickname": "Li",
            "ProductionIds": PRODUCTION,
        },
        then="Give credits with AddYikeUserCredit.",
    ),
    OperationNotes(
        operation="GetYikeUser",
        title="Look up a Yike user",
        purpose=(
            "Find a user of Yike by the full login name: nickname, workspace and the YikeUserId, which the calls for "
            "roles and credits take. Credits are not in it: see GetYikeUserCredit."
        ),
        effect=Effect.READ,
        parameters={"UserName": {"text": "Full login name: li.CODE@NUMBER.yikeai. As CreateYikeUser returned it."}},
        rules=(AtLeastOne(("UserName",)),),
        idempotent=True,
        example={"UserName": "li.a1b2@1234567890123456.yikeai"},
        then="Hand YikeUserId to AddYikeUserCredit or SetYikeUserRole.",
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
            "RoleName": {
                "text": "The new role. It replaces the old.",
                "choices": ("SuperAdmin", "Admin", "RegularUser"),
            },
        },
        idempotent=True,
        example={"YikeUserId": USER, "RoleName": "Admin"},
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
        parameters={
            "YikeUserId": USER_ID,
            "Credit": {"text": "How many credits to add, from 1. They come off the main account.", "minimum": 1},
        },
        costs="Hands out credits of the main account.",
        example={"YikeUserId": USER, "Credit": 50},
        then="See the new balance with GetYikeUserCredit.",
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
        parameters={
            "YikeUserId": USER_ID,
            "Credit": {"text": "How many credits to take, from 1. No more than the user has left.", "minimum": 1},
        },
        example={"YikeUserId": USER, "Credit": 50},
        then="See the new balance with GetYikeUserCredit.",
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
        example={"YikeUserId": USER},
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
        parameters={
            "Title": {"text": "Name of the production."},
            "WorkspaceId": {"text": "Workspace it belongs to, from CreateYikeWorkspace."},
        },
        example={"Title": "Harvest", "WorkspaceId": WORKSPACE},
        then="Its ProductionId goes to SubmitYikeAIAppJob and RegisterYikeAssetMediaInfo.",
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
        parameters={
            "WorkspaceId": {"text": "Only this workspace."},
            "PageNo": PAGE_NO,
            "PageSize": SMALL_PAGE,
            "MaxResults": {"text": "Entries a page, instead of PageNo and PageSize."},
            "NextToken": {"text": "NextToken of the page before. Beside MaxResults."},
        },
        idempotent=True,
        rows=Rows(
            path="ProductionList",
            columns=(
                ("ProductionId", "ProductionId"),
                ("Title", "Title"),
                ("WorkspaceId", "WorkspaceId"),
                ("creator", "CreateUserName"),
                ("Auth", "Auth"),
                ("created", "CreateTime"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="See the folders of one with ListYikeAssetFolders.",
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
        parameters={
            "ProductionId": {"text": "The production. Left out: the default one."},
            "PageNo": PAGE_NO,
            "PageSize": SMALL_PAGE,
        },
        idempotent=True,
        rows=Rows(
            path="FolderList",
            columns=(
                ("FolderId", "FolderId"),
                ("FolderName", "FolderName"),
                ("IsDefault", "IsDefault"),
                ("ProductionId", "ProductionId"),
                ("created", "CreateTime"),
            ),
        ),
        example={"PageNo": 1, "PageSize": 20},
        then="A FolderId goes to RegisterYikeAssetMediaInfo or SubmitYikeAIAppJob.",
    ),
)
