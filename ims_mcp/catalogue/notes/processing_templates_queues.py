"""Processing: pipelines, which are the queues jobs run in, and workflows, which run several steps on one file.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll

SPEEDS = ("Standard", "Boost", "NarrowBandHDV2")
PRIORITY: ParameterNotes = {"text": "10 goes first; default 6.", "minimum": 1, "maximum": 10}
PIPELINE_ID: ParameterNotes = {"text": "From ListPipelines."}
TASK_ID: ParameterNotes = {"text": "Id that the start returned.", "required": True}
WORKFLOW_ID: ParameterNotes = {"text": "Workflow template; made and listed in the web console only.", "required": True}

NOTES = (
    OperationNotes(
        operation="CreatePipeline",
        title="Create a job queue",
        purpose=(
            "Make a queue (pipeline) in which processing jobs wait and run, to keep urgent work apart from bulk work. "
            "Speed decides what runs there: Standard, Boost for accelerated transcoding, NarrowBandHDV2 for that "
            "codec; it cannot be changed later. Returns the PipelineId that jobs name."
        ),
        effect=Effect.WRITE,
        parameters={
            "Name": {"text": "Name of the queue."},
            "Speed": {"text": "Kind of queue.", "choices": SPEEDS},
            "Priority": PRIORITY,
        },
    ),
    OperationNotes(
        operation="GetPipeline",
        title="Inspect a job queue",
        purpose=(
            "Show one queue (pipeline) for processing jobs: name, kind, priority, and whether it is Active or Paused. "
            "Jobs that stay at Init for long may sit in a paused one. How many jobs wait is not told."
        ),
        effect=Effect.READ,
        parameters={"PipelineId": PIPELINE_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListPipelines",
        title="List job queues",
        purpose=(
            "List all queues (pipelines) for processing jobs with kind, priority and state, in one answer without "
            "pages. Use it to find the PipelineId that jobs name; without one they run in the default queue."
        ),
        effect=Effect.READ,
        parameters={"Speed": {"text": "Only this kind.", "choices": SPEEDS}},
        idempotent=True,
    ),
    OperationNotes(
        operation="UpdatePipeline",
        title="Change or pause a queue",
        purpose=(
            "Change name or priority of a queue (pipeline), or pause it: Paused keeps jobs waiting until it is Active "
            "again, without losing them. What is not given stays. The kind of queue cannot be changed."
        ),
        effect=Effect.WRITE,
        destructive_when=(
            AskWhen("pauses a queue: its jobs wait until it is Active again", path="Status", values=("Paused",)),
        ),
        parameters={
            "PipelineId": PIPELINE_ID,
            "Status": {"text": "Paused holds its jobs back.", "choices": ("Active", "Paused")},
            "Priority": PRIORITY,
            "Name": {"text": "New name."},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="DeletePipeline",
        title="Delete a job queue",
        purpose=(
            "Delete a queue (pipeline) for processing jobs for good; jobs and templates that name its id fail from "
            "then on. To only hold jobs back, pause it with UpdatePipeline."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("deletes a queue for good; jobs and templates that name it fail"),),
        parameters={"PipelineId": PIPELINE_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="StartWorkflow",
        title="Run a workflow",
        purpose=(
            "Run a processing workflow, such as transcode, then review, then publish, on one asset or file. Workflows "
            "themselves are made in the web console. Runs in the background: follow the TaskId with GetWorkflowTask. "
            "AI workflows (on streams and with models) are started with StartAIWorkflow."
        ),
        effect=Effect.WRITE,
        parameters={
            "WorkflowId": WORKFLOW_ID,
            "TaskInput": {
                "text": "What it runs on.",
                "required": True,
                "kind": "object",
                "json_text": True,
                "fields": (
                    Parameter("Type", "string", required=True, choices=("OSS", "Media")),
                    Parameter("Media", "string", required=True, text="Address in OSS, or id of an asset."),
                ),
                "extra_fields": True,
            },
            "SkipInputVerification": {"text": "true does not check that the OSS file exists; default false."},
        },
        poll=Poll(
            operation="GetWorkflowTask",
            arguments=(("TaskId", "TaskId"),),
            status_field="WorkflowTask.Status",
            success=("Succeed",),
            failure=("Failed", "Canceled"),
            pending=("Init", "Processing"),
        ),
        costs="Every step of the workflow is billed as the job it is.",
    ),
    OperationNotes(
        operation="GetWorkflowTask",
        title="Follow a workflow run",
        purpose=(
            "Show one run of StartWorkflow: state (Init, Processing, Succeed, Failed, Canceled), input, times, and in "
            "ActivityResults what each step gave, with the ids of its jobs. Runs of StartAIWorkflow are shown by "
            "GetAIWorkflowTask."
        ),
        effect=Effect.READ,
        parameters={"TaskId": TASK_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="ListWorkflowTasks",
        title="List workflow runs",
        purpose=(
            "List runs of workflows in the last 90 days, by workflow, time, or a word of the input such as a file name "
            "or MediaId. Pages with NextToken. What the steps gave is told only by GetWorkflowTask."
        ),
        effect=Effect.READ,
        parameters={
            "WorkflowId": {"text": "Only this workflow."},
            "WorkflowName": {"text": "Only the workflow of this name."},
            "KeyText": {"text": "Part of the input, such as a file name.", "max_characters": 32},
            "StartOfCreateTime": {"text": "Created from this UTC time, within 90 days."},
            "EndOfCreateTime": {"text": "Created up to this UTC time."},
            "MaxResults": {"text": "Runs a page; default 10.", "minimum": 1, "maximum": 100},
        },
        idempotent=True,
    ),
    OperationNotes(
        operation="StartAIWorkflow",
        title="Run an AI workflow",
        purpose=(
            "Run an AI workflow on assets, a live stream or an RTC channel; what Inputs has to hold is set by the "
            "workflow, which is made in the web console. Runs in the background: follow the TaskId with "
            "GetAIWorkflowTask; one on a stream runs until StopAIWorkflowTask. Plain processing workflows are "
            "started with StartWorkflow."
        ),
        effect=Effect.WRITE,
        parameters={
            "WorkflowId": WORKFLOW_ID,
            "Inputs": {"text": "Inputs by the names the workflow gives them.", "kind": "object", "json_text": True},
            "DispatchTag": {"text": "Tag of the run."},
        },
        poll=Poll(
            operation="GetAIWorkflowTask",
            arguments=(("TaskId", "TaskId"),),
            status_field="WorkflowTask.Status",
            # Half a success has results to read: NodeResults says which steps failed.
            success=("succeeded", "partial-succeeded"),
            failure=("failed", "stopped"),
            pending=("running",),
        ),
        costs="Billed by the AI steps it runs, on a stream until it is stopped.",
    ),
    OperationNotes(
        operation="GetAIWorkflowTask",
        title="Follow an AI workflow run",
        purpose=(
            "Show one run of StartAIWorkflow: state (running, succeeded, partial-succeeded, failed, stopped), "
            "outputs and, for each node of the graph, its result. After partial-succeeded NodeResults tells what "
            "failed."
        ),
        effect=Effect.READ,
        parameters={"TaskId": TASK_ID},
        idempotent=True,
    ),
    OperationNotes(
        operation="StopAIWorkflowTask",
        title="Stop an AI workflow run",
        purpose=(
            "End a running AI workflow for good; it cannot be resumed, only begun anew with StartAIWorkflow. Steps "
            "already done keep their results in GetAIWorkflowTask. Needed to end, and stop paying for, a run on a "
            "live stream."
        ),
        effect=Effect.DESTRUCTIVE,
        destructive_when=(AskWhen("ends a running AI workflow, which cannot be resumed"),),
        parameters={"TaskId": TASK_ID},
        idempotent=True,
    ),
)
