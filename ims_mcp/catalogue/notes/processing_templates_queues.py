"""Processing: pipelines, which are the queues jobs run in, and workflows, which run several steps on one file.

Sources: the comments of SDK 6.20.2 and the documentation pages of the operations. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.notes.transcoding_jobs import describe_place
from ims_mcp.catalogue.operation import AskWhen, Effect, Poll, Result, Rows

SPEEDS = ("Standard", "Boost", "NarrowBandHDV2")
SPEED_TEXT = "Standard; Boost: faster transcoding; NarrowBandHDV2: for Narrowband HD 2.0 templates."
PRIORITY: ParameterNotes = {
    "text": "Which queue goes first: 10 is first; default 6.",
    "minimum": 1,
    "maximum": 10,
}
PIPELINE_ID: ParameterNotes = {"text": "Id of the queue, from ListPipelines."}
TASK_ID: ParameterNotes = {"text": "TaskId that the start returned.", "required": True}
WORKFLOW_ID: ParameterNotes = {
    "text": "Id of the workflow template, copied from the web console. No operation makes or lists them.",
    "required": True,
}
TASK = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
WORKFLOW = "4f2a8c0e6b1d4d3f9a7e5c3b1d0f2e48"
QUEUE = "9e7c5a3b1f0d4e2c8a6b4d2f0e1c3a5b"

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
            "Name": {"text": "Name of the queue, to find it in the list."},
            "Speed": {"text": f"Kind of queue; it cannot be changed later. {SPEED_TEXT}", "choices": SPEEDS},
            "Priority": PRIORITY,
        },
        example={"Name": "urgent", "Speed": "Standard", "Priority": 9},
        then="Name its PipelineId in jobs, such as SubmitMediaConvertJob.",
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
        example={"PipelineId": QUEUE},
    ),
    OperationNotes(
        operation="ListPipelines",
        title="List job queues",
        purpose=(
            "List all queues (pipelines) for processing jobs with kind, priority and state, in one answer without "
            "pages. Use it to find the PipelineId that jobs name; without one they run in the default queue."
        ),
        effect=Effect.READ,
        heed="Without Speed queues of all kinds are listed.",
        parameters={"Speed": {"text": f"Only queues of this kind; left out: all. {SPEED_TEXT}", "choices": SPEEDS}},
        idempotent=True,
        example={"Speed": "Standard"},
        rows=Rows(
            path="PipelineList",
            columns=(
                ("PipelineId", "PipelineId"),
                ("Name", "Name"),
                ("Speed", "Speed"),
                ("Priority", "Priority"),
                ("Status", "Status"),
                ("created", "CreateTime"),
            ),
        ),
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
            "Status": {
                "text": "Paused holds its jobs back, Active lets them run. Left out: it stays.",
                "choices": ("Active", "Paused"),
            },
            "Priority": {**PRIORITY, "text": "New priority: 10 is first. Left out: it stays."},
            "Name": {"text": "New name; left out: it stays."},
        },
        idempotent=True,
        example={"PipelineId": QUEUE, "Status": "Paused"},
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
        example={"PipelineId": QUEUE},
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
        heed="WorkflowId is copied from the web console; no operation lists workflows.",
        parameters={
            "WorkflowId": WORKFLOW_ID,
            "TaskInput": {
                "text": "The asset or file that it runs on.",
                "required": True,
                "kind": "object",
                "json_text": True,
                "fields": describe_place("OSS: oss://bucket/key or its https address. Media: MediaId of the asset."),
                "extra_fields": True,
            },
            "SkipInputVerification": {
                "text": "true does not check that the OSS file exists; default false. A wrong address then fails "
                "only in the run."
            },
            "UserData": {
                "text": "Text or JSON of yours, returned with the run and in callbacks. "
                'With {"NotifyAddress": "https://example.com/hook"} the callback of this run goes there.',
                "max_bytes": 512,
            },
        },
        example={"WorkflowId": WORKFLOW, "TaskInput": {"Type": "Media", "Media": "6d1f0b2a4c3e4f58a9b7c5d3e1f0a2b4"}},
        poll=Poll(
            operation="GetWorkflowTask",
            arguments=(("TaskId", "TaskId"),),
            status_field="WorkflowTask.Status",
            success=("Succeed",),
            failure=("Failed", "Canceled"),
            pending=("Init", "Processing"),
            result=Result(
                fields=(
                    ("steps", "WorkflowTask.ActivityResults"),
                    ("workflow", "WorkflowTask.Workflow.Name"),
                    ("finished", "WorkflowTask.FinishTime"),
                ),
            ),
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
        example={"TaskId": TASK},
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
            "WorkflowId": {"text": "Only runs of this workflow, by its id in the web console."},
            "WorkflowName": {"text": "Only runs of the workflow of this name."},
            "KeyText": {"text": "Part of the input: a file name, a MediaId.", "max_characters": 32},
            "StartOfCreateTime": {"text": "Started from this UTC time: 2026-01-31T08:00:00Z. At most 90 days back."},
            "EndOfCreateTime": {
                "text": "Started up to this UTC time: 2026-01-31T08:00:00Z.",
                "not_before": "StartOfCreateTime",
            },
            "MaxResults": {"text": "Runs a page; default 10.", "minimum": 1, "maximum": 100},
            "NextToken": {"text": "NextToken of the previous page; left out: the first page."},
        },
        idempotent=True,
        example={"MaxResults": 20},
        rows=Rows(
            path="TaskList",
            columns=(
                ("TaskId", "TaskId"),
                ("workflow", "Workflow.Name"),
                ("Status", "Status"),
                ("input", "TaskInput"),
                ("created", "CreateTime"),
                ("finished", "FinishTime"),
            ),
        ),
        then="Read what the steps of a run gave with GetWorkflowTask.",
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
        heed="WorkflowId and the names in Inputs are copied from the web console; no operation lists them.",
        parameters={
            "WorkflowId": WORKFLOW_ID,
            "Inputs": {
                "text": "Inputs by the names that this workflow gives them. Its page in the console shows the names. "
                'A live stream can look so: {"live_url": {"Url": "rtmp://example.com/app/stream", "MaxIdleTime": '
                '20}, "source_language_id": "es"}.',
                "kind": "object",
                "json_text": True,
                "extra_fields": True,
            },
            "DispatchTag": {"text": "Tag of the run, such as default.", "inferred": True},
            "UserData": {"text": "Text or JSON of yours, returned with the run."},
        },
        example={
            "WorkflowId": "4f2a8c0e-6b1d-4d3f-9a7e-5c3b1d0f2e48",
            "Inputs": {
                "live_url": {"Url": "rtmp://example.com/app/stream", "MaxIdleTime": 20},
                "source_language_id": "es",
            },
        },
        poll=Poll(
            operation="GetAIWorkflowTask",
            arguments=(("TaskId", "TaskId"),),
            status_field="WorkflowTask.Status",
            # Half a success has results to read: NodeResults says which steps failed.
            success=("succeeded", "partial-succeeded"),
            failure=("failed", "stopped"),
            pending=("running",),
            result=Result(
                fields=(
                    ("outputs", "WorkflowTask.Outputs"),
                    ("nodes", "WorkflowTask.NodeResults"),
                    ("finished", "WorkflowTask.FinishTime"),
                ),
            ),
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
        example={"TaskId": "0c1b3e5f-7a9d-4c2e-8b6f-0a1d3c5e7b90"},
    ),
    OperationNotes(
        operation="StopAIWorkflowTask",
        title="Stop an AI workflow run",
        purpose=(
            "End a running AI workflow for good; it cannot be resumed, only begun anew with StartAIWorkflow. Steps "
            "already done keep their results in GetAIWorkflowTask. Needed to end, and stop paying for, a run on a "
            "live stream or an RTC channel; others cannot be stopped."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Ends runs on live streams and RTC channels only; the vendor does not stop others.",
        destructive_when=(AskWhen("ends a running AI workflow, which cannot be resumed"),),
        parameters={"TaskId": TASK_ID},
        idempotent=True,
        example={"TaskId": "0c1b3e5f-7a9d-4c2e-8b6f-0a1d3c5e7b90"},
    ),
)
