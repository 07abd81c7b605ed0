"""Which operation reads what another one changes: one line for each thing, with the operations that change it.

:mod:`ims_mcp.workflows.behaviours.present_state` says what the columns mean. Paths and names are those of the SDK;
``tests/workflows/test_readings.py`` compares them with its tables.
"""

from __future__ import annotations

from ims_mcp.workflows.behaviours.present_state import Reading

_ASSET = "MediaInfo.MediaBasicInfo"
_TABLE: tuple[tuple[str, Reading], ...] = (
    # Assets, categories, uploads
    ("UpdateMediaInfo", Reading("GetMediaInfo", _ASSET, "Title", by="MediaId")),
    ("UpdateMediaInfo", Reading("GetMediaInfo", _ASSET, "Title", by="InputURL")),
    (
        "DeleteMediaInfos",
        Reading(
            "BatchGetMediaInfos",
            "MediaInfos[]",
            "MediaBasicInfo.Title",
            by="MediaIds",
            key="MediaId",
            tells="MediaBasicInfo.InputURL",
        ),
    ),
    ("DeleteMediaInfos", Reading("GetMediaInfo", _ASSET, "Title", by="InputURLs>InputURL", tells="MediaId")),
    ("RegisterMediaInfo", Reading("GetMediaInfo", _ASSET, "Title", by="InputURL", tells="MediaId")),
    (
        "DeletePlayInfo",
        Reading(
            "GetPlayInfo",
            "PlayInfoList[]",
            "/MediaBase.Title",
            by="MediaId",
            names="FileURLs",
            key="FileURL",
            tells="Definition Format Width Height Size",
        ),
    ),
    (
        "CreateAudit",
        Reading(
            "BatchGetMediaInfos",
            "MediaInfos[]",
            "MediaBasicInfo.Title",
            by="AuditContent[].MediaId>MediaIds",
            key="MediaId",
        ),
    ),
    ("UpdateCategory DeleteCategory", Reading("GetCategories", "Category", "CateName", by="CateId", tells="/SubTotal")),
    # Recordings and pictures of live streams
    (
        "UpdateLiveRecordTemplate DeleteLiveRecordTemplate",
        Reading(
            "GetLiveRecordTemplate",
            "RecordTemplate",
            "Name",
            by="TemplateId",
            fields=(("RecordFormat", "RecordFormatList"),),
        ),
    ),
    (
        "DeleteLiveRecordFiles",
        Reading(
            "ListLiveRecordFiles",
            "Files[]",
            "JobName",
            names="RecordIds",
            key="RecordId",
            tells="RecordUrl Duration",
            more=(("PageSize", 30), ("SortBy", "desc")),
            whole=True,
        ),
    ),
    (
        "UpdateLiveSnapshotTemplate DeleteLiveSnapshotTemplate",
        Reading("GetLiveSnapshotTemplate", "", "TemplateName", by="TemplateId"),
    ),
    (
        "SendLiveSnapshotJobCommand DeleteLiveSnapshotFiles",
        Reading("GetLiveSnapshotJob", "", "JobName", by="JobId", tells="Status"),
    ),
    (
        "UpdateLiveTranscodeJob SendLiveTranscodeJobCommand DeleteLiveTranscodeJob",
        Reading("GetLiveTranscodeJob", "Job", "Name", by="JobId", tells="Status"),
    ),
    (
        "UpdateLiveTranscodeTemplate DeleteLiveTranscodeTemplate",
        Reading("GetLiveTranscodeTemplate", "TemplateContent", "Name", by="TemplateId"),
    ),
    # Search libraries
    (
        "AlterSearchLib DropSearchLib",
        Reading("QuerySearchLib", "", by="SearchLibName", tells="Status"),
    ),
    (
        "AlterSearchIndex DropSearchIndex",
        Reading("QuerySearchIndex", "", by="SearchLibName? IndexType", tells="IndexStatus MediaTotal"),
    ),
    # Processing templates and queues
    (
        "UpdateCustomTemplate DeleteCustomTemplate SetDefaultCustomTemplate",
        Reading(
            "GetCustomTemplate",
            "CustomTemplate",
            "TemplateName",
            by="TemplateId",
            tells="TypeName",
            fields=(("Name", "TemplateName"),),
        ),
    ),
    ("UpdatePipeline DeletePipeline", Reading("GetPipeline", "Pipeline", "Name", by="PipelineId", tells="Status")),
    ("StopAIWorkflowTask", Reading("GetAIWorkflowTask", "WorkflowTask", "Workflow.Name", by="TaskId", tells="Status")),
    # Editing
    ("UpdateEditingProject", Reading("GetEditingProject", "Project", "Title", by="ProjectId", tells="Status")),
    (
        "DeleteEditingProjectMaterials",
        Reading("GetEditingProject", "Project", "Title", by="ProjectId", tells="Status", beside=True),
    ),
    (
        "DeleteEditingProjectMaterials",
        Reading(
            "GetEditingProjectMaterials",
            "MediaInfos[]",
            "MediaBasicInfo.Title",
            by="ProjectId",
            names="MaterialIds",
            key="MediaId",
        ),
    ),
    (
        "DeleteEditingProjects SubmitSceneBatchEditingJob",
        Reading("GetEditingProject", "Project", "Title", by="ProjectIds>ProjectId", tells="Status"),
    ),
    (
        "DeleteEditingProjects SubmitSceneBatchEditingJob",
        Reading(
            "ListEditingProjects",
            "ProjectList[]",
            "Title",
            names="ProjectIds",
            key="ProjectId",
            tells="Status",
            more=(("MaxResults", "100"),),
            whole=True,
        ),
    ),
    (
        "UpdateTemplate",
        Reading("GetTemplate", "Template", "Name", by="TemplateId", tells="Type", fields=(("CoverUrl", "CoverURL"),)),
    ),
    ("DeleteTemplate", Reading("GetTemplate", "Template", "Name", by="TemplateIds>TemplateId", tells="Type")),
    (
        "DeleteTemplate",
        Reading(
            "ListTemplates",
            "Templates[]",
            "Name",
            names="TemplateIds",
            key="TemplateId",
            tells="Type",
            more=(("PageSize", 100),),
            whole=True,
        ),
    ),
    # Jobs and libraries of AI
    ("SetContentAnalyzeConfig", Reading("GetContentAnalyzeConfig", "ContentAnalyzeConfig")),
    ("DeleteSmartJob", Reading("GetSmartHandleJob", "SmartJobInfo", "Title", by="JobId", tells="JobType /State")),
    ("CancelIProductionJob", Reading("QueryIProductionJob", "", "Name", by="JobId", tells="FunctionName Status")),
    (
        "DeleteRecognitionLib",
        Reading(
            "ListRecognitionLibs",
            "Libs.Lib[]",
            "LibName",
            by="Algorithm LibId",
            key="LibId",
            more=(("PageNumber", 1), ("PageSize", 50)),
        ),
    ),
    (
        "DeleteRecognitionEntity DeleteRecognitionSample",
        Reading(
            "ListRecognitionEntities",
            "Entities.Entity[]",
            "EntityName",
            by="Algorithm LibId",
            names="EntityId",
            key="EntityId",
            more=(("PageNumber", 1), ("PageSize", 50)),
        ),
    ),
    (
        "UpdateHotwordLibrary DeleteHotwordLibrary",
        Reading("GetHotwordLibrary", "", "Name", by="HotwordLibraryId", tells="UsageScenario"),
    ),
    ("DeleteDNADB", Reading("ListDNADB", "DBList[]", "Name", by="DBId>DBIds", key="DBId")),
    ("DeleteDNAFiles", Reading("ListDNADB", "DBList[]", "Name", by="DBId>DBIds", key="DBId", beside=True)),
    (
        "DeleteDNAFiles",
        Reading(
            "ListDNAFiles",
            "FileList[]",
            by="DBId",
            names="PrimaryKeys",
            key="PrimaryKey",
            tells="InputFile.Object",
            more=(("PageSize", 100),),
            whole=True,
        ),
    ),
    # Digital humans and voices
    (
        "UpdateAvatarTrainingJob DeleteAvatarTrainingJob",
        Reading("GetAvatarTrainingJob", "Data.AvatarTrainingJob", "AvatarName", by="JobId", tells="Status"),
    ),
    (
        "DeleteCustomizedVoiceJob",
        Reading("GetCustomizedVoiceJob", "Data.CustomizedVoiceJob", "VoiceName", by="JobId", tells="Status"),
    ),
    ("UpdateCustomizedVoice", Reading("GetCustomizedVoice", "Data.CustomizedVoice", "VoiceName", by="VoiceId")),
    # Live channels, inputs and flows
    (
        "UpdateMediaLiveChannel StopMediaLiveChannel DeleteMediaLiveChannel",
        Reading("GetMediaLiveChannel", "Channel", "Name", by="ChannelId", tells="State"),
    ),
    ("UpdateMediaLiveInput DeleteMediaLiveInput", Reading("GetMediaLiveInput", "Input", "Name", by="InputId")),
    (
        "UpdateMediaLiveInputSecurityGroup DeleteMediaLiveInputSecurityGroup",
        Reading("GetMediaLiveInputSecurityGroup", "SecurityGroup", "Name", by="SecurityGroupId"),
    ),
    (
        "UpdateMediaConnectFlowStatus DeleteMediaConnectFlow",
        Reading(
            "GetMediaConnectFlow",
            "Content",
            "FlowName",
            by="FlowId",
            tells="FlowStatus",
            fields=(("Status", "FlowStatus"),),
        ),
    ),
    (
        "UpdateMediaConnectFlowInput DeleteMediaConnectFlowInput",
        Reading("GetMediaConnectFlowInput", "Content", "InputName", by="FlowId", tells="InputUrl InputStatus"),
    ),
    (
        "UpdateMediaConnectFlowOutput ForbidMediaConnectFlowOutput DeleteMediaConnectFlowOutput",
        Reading("GetMediaConnectFlowOutput", "Content", by="FlowId OutputName", tells="OutputUrl"),
    ),
    # Packaging and ads
    (
        "UpdateLivePackageChannelGroup DeleteLivePackageChannelGroup",
        Reading("GetLivePackageChannelGroup", "LivePackageChannelGroup", by="GroupName", tells="OriginDomain"),
    ),
    (
        "UpdateLivePackageChannel UpdateLivePackageChannelCredentials DeleteLivePackageChannel",
        Reading("GetLivePackageChannel", "LivePackageChannel", by="GroupName ChannelName", tells="Description"),
    ),
    (
        "UpdateLivePackageOriginEndpoint DeleteLivePackageOriginEndpoint",
        Reading(
            "GetLivePackageOriginEndpoint",
            "LivePackageOriginEndpoint",
            by="GroupName ChannelName EndpointName",
            tells="EndpointUrl",
        ),
    ),
    (
        "DeleteVodPackagingGroup",
        Reading("GetVodPackagingGroup", "PackagingGroup", by="GroupName", tells="DomainName ApproximateAssetCount"),
    ),
    (
        "DeleteVodPackagingConfiguration",
        Reading("GetVodPackagingConfiguration", "PackagingConfiguration", by="ConfigurationName", tells="GroupName"),
    ),
    ("DeleteVodPackagingAsset", Reading("GetVodPackagingAsset", "Asset", by="AssetName", tells="GroupName")),
    (
        "UpdateAdInsertion DeleteAdInsertion",
        Reading(
            "GetAdInsertion",
            "Config",
            by="Name",
            tells="ContentUrlPrefix",
            fields=(
                ("CdnContentSegmentUrlPrefix", "CdnConfig.ContentSegmentUrlPrefix"),
                ("CdnAdSegmentUrlPrefix", "CdnConfig.AdSegmentUrlPrefix"),
            ),
        ),
    ),
    # Assembled channels
    (
        "UpdateChannel StopChannel DeleteChannel",
        Reading("GetChannel", "Channel", by="ChannelName", tells="State"),
    ),
    ("UpdateProgram DeleteProgram", Reading("GetProgram", "Program", by="ChannelName ProgramName", tells="SourceName")),
    (
        "UpdateSourceLocation DeleteSourceLocation",
        Reading("GetSourceLocation", "SourceLocation", by="SourceLocationName", tells="BaseUrl"),
    ),
    (
        "UpdateSource DeleteSource",
        Reading("GetSource", "Source", by="SourceLocationName SourceType SourceName"),
    ),
    # Agents, Yike, the account
    ("SetNotifyConfig", Reading("DescribeNotifyConfig", "", by="AIAgentId")),
    ("UpdateAIAgentInstance", Reading("DescribeAIAgentInstance", "Instance", by="InstanceId")),
    ("UpdateRtcRobotInstance", Reading("DescribeRtcRobotInstance", "", by="InstanceId")),
    (
        "DeleteYikeAssetMediaInfos",
        Reading("BatchGetYikeAssetMediaInfos", "MediaInfos[]", "MediaBasicInfo.Title", by="MediaIds", key="MediaId"),
    ),
    ("SetEventCallback", Reading("GetEventCallback")),
    ("SetDefaultStorageLocation", Reading("GetDefaultStorageLocation")),
)


def list_readings() -> dict[str, tuple[Reading, ...]]:
    """The readings of each operation that changes something, the first that fits its arguments to be taken."""
    found: dict[str, tuple[Reading, ...]] = {}
    for names, reading in _TABLE:
        for name in names.split():
            found[name] = (*found.get(name, ()), reading)
    return found
