"""Media library: the verdicts of a review.

Sources: what SDK 6.20.2 declares, and the operation's documentation page for the entries of AuditContent.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, make_element
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter

NOTES = (
    OperationNotes(
        operation="CreateAudit",
        title="Record a manual review verdict",
        purpose=(
            "Record the result of a person's review for up to 20 assets: Normal lets them be played, Blocked bars "
            "them and needs a reason. It reviews nothing by itself; for automatic moderation use "
            "SubmitMediaCensorJob. The answer is empty but for its RequestId."
        ),
        effect=Effect.WRITE,
        example={
            "AuditContent": [{"MediaId": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "Status": "Normal", "Comment": "Checked"}]
        },
        destructive_when=(
            AskWhen(
                "bars assets from being played until they are set to Normal",
                path="AuditContent.Status",
                values=("Blocked",),
            ),
        ),
        parameters={
            "AuditContent": {
                "text": "One entry per asset, at most 20.",
                "kind": "array",
                "json_text": True,
                "items": make_element(
                    Parameter("Comment", "string", text="Remark, at most 512 bytes.", max_bytes=512),
                    Parameter("MediaId", "string", required=True, text="Id of the asset that was reviewed."),
                    Parameter("Reason", "string", text="Why Blocked; at most 128 bytes.", max_bytes=128),
                    Parameter("Status", "string", required=True, text="Verdict.", choices=("Normal", "Blocked")),
                ),
            },
        },
        idempotent=True,
    ),
)
