"""MediaConnect: flows that carry a live stream between places, with up to two inputs and up to four outputs.

Sources: what SDK 6.20.2 declares and the operation pages say of input types, limits and states. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Needs

FLOW_ID: ParameterNotes = {
    "text": "Id of the flow, a UUID. CreateMediaConnectFlow returned it; no call lists flows.",
    "required": True,
}
OUTPUT_NAME: ParameterNotes = {
    "text": "Name of the output. GetMediaConnectFlowAllOutputName lists them.",
    "required": True,
}
CIDRS: ParameterNotes = {
    "text": "Addresses allowed, in CIDR form. Several are comma-separated: 203.0.113.0/24,198.51.100.7/32.",
    "comma_list": True,
}
LATENCY: ParameterNotes = {"text": "SRT latency in ms. Only for SRT-Listener and SRT-Caller."}
PASSPHRASE: ParameterNotes = {
    "text": "SRT passphrase. Only for SRT-Listener and SRT-Caller; without one the stream is not encrypted."
}
# No closed choices: models send the number, and the service takes it as text here and as a number elsewhere.
KEY_LENGTH: ParameterNotes = {
    "text": "SRT key length in bytes: 0, 16, 24 or 32. Only for SRT-Listener and SRT-Caller; 0 is without a key.",
    "pattern": "(0|16|24|32)",
}
INNER_ADDRESS: ParameterNotes = {
    "text": "Seems to ask for InnerInputUrl, an address inside the VPC.",
    "inferred": True,
}
PROTOCOLS = ("RTMP-PUSH", "RTMP-PULL", "SRT-Listener", "SRT-Caller", "Flow")
# The last part of an input's address is a generated key, and an address to push to may hold somebody else's.
INPUT_SECRETS = ("InputUrl", "InnerInputUrl")
RET_CODE = "RetCode other than 0 is a failure."

NOTES = (
    OperationNotes(
        operation="CreateMediaConnectFlow",
        title="Set up a stream relay",
        purpose=(
            "Set up a MediaConnect flow, an empty relay for one live stream, in a region that "
            "GetMediaConnectAvailableRegion lists. Its name must be unique in that region. Returns "
            "Content.FlowId, which all other calls need. Then AddMediaConnectFlowInput, "
            f"AddMediaConnectFlowOutput and put it online with UpdateMediaConnectFlowStatus. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={"FlowName": "stadium-relay", "FlowRegion": "cn-shanghai"},
        heed="Empty at first: AddMediaConnectFlowInput, ...Output, then UpdateMediaConnectFlowStatus online.",
        then="AddMediaConnectFlowInput gives it its source (InputProtocol SRT-Listener or RTMP-PUSH: an address to "
        "push to), AddMediaConnectFlowOutput sends it on, UpdateMediaConnectFlowStatus with Status online starts it.",
        parameters={
            "FlowName": {"text": "Name, unique in the region."},
            "FlowRegion": {"text": "Region: cn-shanghai. GetMediaConnectAvailableRegion lists those there are."},
        },
    ),
    OperationNotes(
        operation="GetMediaConnectFlow",
        title="Inspect a stream relay",
        purpose=(
            "Read one MediaConnect flow: name, region, whether it is online or offline, and whether input failover is "
            "on. StartTime means something only while it is online. Inputs and outputs are not included: see "
            "GetMediaConnectFlowInput and GetMediaConnectFlowAllOutputName. There is no call that lists "
            "flows, so keep their ids. Here the result code is spelled Retcode; other than 0 is a failure."
        ),
        effect=Effect.READ,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        parameters={"FlowId": FLOW_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateMediaConnectFlowStatus",
        title="Switch a relay on or off",
        purpose=(
            "Put a MediaConnect flow online, so that it carries its stream, or offline, which interrupts everything "
            "downstream until it is online again. Inputs and outputs can be changed or deleted only while it is "
            f"offline. See the result with GetMediaConnectFlow. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        heed="online costs until it is offline; offline interrupts everything downstream.",
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "Status": "online"},
        destructive_when=(
            AskWhen(
                "takes a flow off the air: everything downstream is interrupted until it is online again",
                path="Status",
                values=("offline",),
            ),
        ),
        parameters={
            "FlowId": FLOW_ID,
            "Status": {"text": "online starts, offline interrupts.", "choices": ("online", "offline")},
        },
        idempotent=True,
        costs="A flow that is online costs money until it is taken offline.",
    ),
    OperationNotes(
        operation="DeleteMediaConnectFlow",
        title="Delete a stream relay",
        purpose=(
            "Remove a MediaConnect flow for good, together with its inputs and outputs; their addresses stop working. "
            f"Refused while it is online: take it offline with UpdateMediaConnectFlowStatus first. {RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        destructive_when=(
            AskWhen("deletes a flow with its inputs and outputs for good; their addresses stop working"),
        ),
        parameters={"FlowId": FLOW_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="AddMediaConnectFlowInput",
        title="Give a relay its source",
        purpose=(
            "Give a MediaConnect flow its source: an address that you push to (RTMP-PUSH, SRT-Listener), an origin "
            "it pulls from (RTMP-PULL, SRT-Caller), or an output of another flow (Flow; that output has to be "
            "RTMP-PULL or SRT-Listener). One source, or two of the same type after OpenMediaConnectFlowFailover. "
            f"Content.InputUrl, to push to, is hidden unless include_credentials. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={
            "FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b",
            "InputName": "stadium",
            "InputProtocol": "SRT-Listener",
            "SrtLatency": 1000,
        },
        heed="SRT-Listener, RTMP-PUSH: you push to InputUrl; SRT-Caller, RTMP-PULL: it pulls InputFromUrl; or Flow.",
        then="AddMediaConnectFlowOutput sends it on, UpdateMediaConnectFlowStatus with Status online starts the flow; "
        "GetMediaConnectFlowInput shows whether a stream arrives.",
        parameters={
            "FlowId": FLOW_ID,
            "InputName": {"text": "Name of the source, chosen by you. It tells two sources apart."},
            "InputProtocol": {
                "text": (
                    "How the stream arrives; cannot change later. RTMP-PUSH and SRT-Listener give an address to push "
                    "to, RTMP-PULL and SRT-Caller pull from yours, Flow takes an output of another flow."
                ),
                "choices": PROTOCOLS,
            },
            # The vendor's text asks for it with SRT-Listener, where nothing is pulled; so no rule for SRT.
            "InputFromUrl": {
                "text": "Where to pull from: for RTMP-PULL and SRT pulls. Such as rtmp://host/app/stream."
            },
            "Cidrs": CIDRS,
            "MaxBitrate": {"text": "Most that is let in, in bit/s. 10000000 is 10 Mbit/s."},
            "SrtLatency": LATENCY,
            "SrtPassphrase": PASSPHRASE,
            "SrtPbkeyLen": KEY_LENGTH,
            "PairFlowId": {"text": "Flow the stream comes from. Only for InputProtocol=Flow."},
            "PairOutputName": {
                "text": "Output of that flow, an RTMP-PULL or SRT-Listener one. Only for InputProtocol=Flow."
            },
            "WithInternalVip": INNER_ADDRESS,
        },
        rules=(
            Needs("InputProtocol", "RTMP-PULL", "InputFromUrl"),
            Needs("InputProtocol", "Flow", "PairFlowId"),
            Needs("InputProtocol", "Flow", "PairOutputName"),
        ),
        secret_fields=INPUT_SECRETS,
        secrets_read_by="GetMediaConnectFlowInput",
    ),
    OperationNotes(
        operation="GetMediaConnectFlowInput",
        title="Inspect a relay's source",
        purpose=(
            "Read the source of a MediaConnect flow and, with failover, the backup one (fields Backup…): type, "
            "limits, allowed addresses, and whether a stream is arriving (InputStatus). The addresses to push to hold "
            f"a key and stay hidden, like SRT passphrases, unless include_credentials. {RET_CODE}"
        ),
        effect=Effect.READ,
        heed="The address to push to is hidden without include_credentials.",
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        parameters={"FlowId": FLOW_ID, "WithInternalVip": INNER_ADDRESS},
        idempotent=True,
        secret_fields=(
            *INPUT_SECRETS,
            "BackupInputUrl",
            "BackupInnerInputUrl",
            "SrtPassphrase",
            "BackupSrtPassphrase",
        ),
    ),
    OperationNotes(
        operation="UpdateMediaConnectFlowInput",
        title="Change a relay's source",
        purpose=(
            "Change the pull address, allowed addresses, bitrate limit or SRT settings of a MediaConnect flow's "
            "source. Only while the flow is offline (UpdateMediaConnectFlowStatus). The type cannot change: "
            f"delete the source and add another. With two sources InputName says which one. {RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "InputName": "stadium", "MaxBitrate": 10000000},
        destructive_when=(
            AskWhen(
                "replaces where a flow's stream comes from, or who may push it",
                shows=("InputFromUrl", "Cidrs"),
            ),
        ),
        parameters={
            "FlowId": FLOW_ID,
            "InputName": {"text": "Which source; needed with failover."},
            "InputFromUrl": {"text": "Where to pull from."},
            "Cidrs": CIDRS,
            "MaxBitrate": {"text": "Most that is let in, in bit/s. 10000000 is 10 Mbit/s."},
            "SrtLatency": LATENCY,
            "SrtPassphrase": PASSPHRASE,
            "SrtPbkeyLen": {"text": "SRT key length in bytes: 0, 16, 24 or 32.", "minimum": 0, "maximum": 32},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaConnectFlowInput",
        title="Remove a relay's source",
        purpose=(
            "Take a source away from a MediaConnect flow; its push address stops working. Refused while the flow is "
            "online or still has outputs: take it offline and call DeleteMediaConnectFlowOutput for each. With "
            f"two sources InputName says which one goes. {RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "InputName": "stadium"},
        destructive_when=(AskWhen("deletes a source of a flow for good; its push address stops working"),),
        parameters={"FlowId": FLOW_ID, "InputName": {"text": "Which source; needed with failover."}},
        idempotent=True,
    ),
    OperationNotes(
        operation="AddMediaConnectFlowOutput",
        title="Send a relay somewhere",
        purpose=(
            "Send a MediaConnect flow's stream on: pushed to a server (RTMP-PUSH, SRT-Caller), offered for pulling "
            "(RTMP-PULL, SRT-Listener), or into another flow, also across regions (Flow; its source has to be "
            "RTMP-PUSH or SRT-Listener). At most four a flow, names unique. By the vendor's page the flow need not be "
            "offline for it, as it must be to change or delete an output. Content.OutputUrl is hidden unless "
            f"include_credentials: it may hold a key. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={
            "FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b",
            "OutputName": "partner",
            "OutputProtocol": "RTMP-PUSH",
            "OutputToUrl": "rtmp://ingest.example.com/live/partner",
        },
        heed="RTMP-PUSH, SRT-Caller: pushed to OutputToUrl; RTMP-PULL, SRT-Listener: pulled from OutputUrl; or Flow.",
        then="UpdateMediaConnectFlowStatus with Status online starts the flow.",
        sources=(
            "https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-addmediaconnectflowoutput",
        ),
        parameters={
            "FlowId": FLOW_ID,
            "OutputName": {"text": "Unique in the flow."},
            "OutputProtocol": {
                "text": (
                    "How the stream leaves; cannot change later. RTMP-PUSH and SRT-Caller push to OutputToUrl, "
                    "RTMP-PULL and SRT-Listener give an address to pull from, Flow feeds another flow."
                ),
                "choices": PROTOCOLS,
            },
            "OutputToUrl": {"text": "Where to push: for RTMP-PUSH and SRT-Caller. Such as rtmp://host/app/stream."},
            "Cidrs": CIDRS,
            "PlayerLimit": {
                "text": "Most viewers at a time, up to 5. Only where the output is pulled; others are refused."
            },
            "SrtLatency": LATENCY,
            "SrtPassphrase": PASSPHRASE,
            "SrtPbkeyLen": KEY_LENGTH,
            "PairFlowId": {"text": "Flow the stream goes to. Only for OutputProtocol=Flow."},
            "PairInputName": {
                "text": "Source of that flow, an RTMP-PUSH or SRT-Listener one. Only for OutputProtocol=Flow."
            },
        },
        rules=(
            Needs("OutputProtocol", "RTMP-PUSH", "OutputToUrl"),
            Needs("OutputProtocol", "SRT-Caller", "OutputToUrl"),
            Needs("OutputProtocol", "Flow", "PairFlowId"),
            Needs("OutputProtocol", "Flow", "PairInputName"),
        ),
        secret_fields=("OutputUrl",),
        secrets_read_by="GetMediaConnectFlowOutput",
    ),
    OperationNotes(
        operation="GetMediaConnectFlowOutput",
        title="Inspect a relay's output",
        purpose=(
            "Read one output of a MediaConnect flow by name: type, viewer limit, allowed addresses, and whether it is "
            "switched off (Forbid=yes). Its OutputUrl and SRT passphrase stay hidden unless include_credentials. Names "
            f"come from GetMediaConnectFlowAllOutputName. {RET_CODE}"
        ),
        effect=Effect.READ,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "OutputName": "partner"},
        parameters={"FlowId": FLOW_ID, "OutputName": OUTPUT_NAME},
        idempotent=True,
        secret_fields=("OutputUrl", "SrtPassphrase"),
    ),
    OperationNotes(
        operation="GetMediaConnectFlowAllOutputName",
        title="List a relay's outputs",
        purpose=(
            "List the names of all outputs of a MediaConnect flow, in Content. Only names: read each with "
            f"GetMediaConnectFlowOutput. Not paged, as a flow has at most four. {RET_CODE}"
        ),
        effect=Effect.READ,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        then="Read one with GetMediaConnectFlowOutput.",
        parameters={"FlowId": FLOW_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdateMediaConnectFlowOutput",
        title="Change a relay's output",
        purpose=(
            "Change the push address, allowed addresses, viewer limit or SRT settings of one output of a MediaConnect "
            "flow. Only while the flow is offline (UpdateMediaConnectFlowStatus). The type cannot change: delete "
            "the output and add another. To silence an output for a while use ForbidMediaConnectFlowOutput. "
            f"{RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "OutputName": "partner", "PlayerLimit": 3},
        destructive_when=(
            AskWhen(
                "replaces where a flow's stream goes, or who may pull it",
                shows=("OutputToUrl", "Cidrs"),
            ),
        ),
        parameters={
            "FlowId": FLOW_ID,
            "OutputName": OUTPUT_NAME,
            "OutputToUrl": {"text": "Where to push: for RTMP-PUSH and SRT-Caller. Such as rtmp://host/app/stream."},
            "Cidrs": CIDRS,
            "PlayerLimit": {"text": "Most viewers at a time, up to 5."},
            "SrtLatency": LATENCY,
            "SrtPassphrase": PASSPHRASE,
            "SrtPbkeyLen": KEY_LENGTH,
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="ForbidMediaConnectFlowOutput",
        title="Mute one relay output",
        purpose=(
            "Stop delivering to one output of a MediaConnect flow, at once and while the flow stays online; its "
            "configuration remains and the other outputs go on. ResumeMediaConnectFlowOutput undoes it. To remove "
            f"an output use DeleteMediaConnectFlowOutput. {RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "OutputName": "partner"},
        destructive_when=(AskWhen("takes an output off the air: it gets nothing more until it is resumed"),),
        parameters={"FlowId": FLOW_ID, "OutputName": OUTPUT_NAME},
        idempotent=True,
    ),
    OperationNotes(
        operation="ResumeMediaConnectFlowOutput",
        title="Unmute one relay output",
        purpose=(
            "Deliver again to an output of a MediaConnect flow that ForbidMediaConnectFlowOutput had switched "
            "off. It does not put the flow itself online: that is UpdateMediaConnectFlowStatus. "
            f"{RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "OutputName": "partner"},
        parameters={"FlowId": FLOW_ID, "OutputName": OUTPUT_NAME},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteMediaConnectFlowOutput",
        title="Remove a relay's output",
        purpose=(
            "Take one output away from a MediaConnect flow for good; its pull address stops working. Refused while "
            "the flow is online. To interrupt it for a while, without taking the flow offline, use "
            f"ForbidMediaConnectFlowOutput. {RET_CODE}"
        ),
        effect=Effect.DESTRUCTIVE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b", "OutputName": "partner"},
        destructive_when=(AskWhen("deletes an output of a flow for good; its pull address stops working"),),
        parameters={"FlowId": FLOW_ID, "OutputName": OUTPUT_NAME},
        idempotent=True,
    ),
    OperationNotes(
        operation="OpenMediaConnectFlowFailover",
        title="Allow a backup source",
        purpose=(
            "Turn on input failover for a MediaConnect flow that already has a source. Afterwards add a second one of "
            "the same type with AddMediaConnectFlowInput; the flow switches to it when the first fails. "
            f"FlowFailover in GetMediaConnectFlow shows the setting. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        then="Add the second source with AddMediaConnectFlowInput.",
        parameters={"FlowId": FLOW_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="CloseMediaConnectFlowFailover",
        title="Disallow a backup source",
        purpose=(
            "Turn off input failover for a MediaConnect flow, which then relies on a single source. Refused while it "
            f"has two: remove one with DeleteMediaConnectFlowInput first. {RET_CODE}"
        ),
        effect=Effect.WRITE,
        example={"FlowId": "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"},
        parameters={"FlowId": FLOW_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="GetMediaConnectAvailableRegion",
        title="List relay regions",
        purpose=(
            "List the regions in which a MediaConnect flow can be set up, in Content.RegionList; needed for FlowRegion "
            f"of CreateMediaConnectFlow. DefaultRegion can be ignored. {RET_CODE}"
        ),
        effect=Effect.READ,
        idempotent=True,
    ),
)
