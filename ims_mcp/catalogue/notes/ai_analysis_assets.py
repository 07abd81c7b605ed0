"""AI analysis of assets of the library: of one, and of every new one by itself.

Sources: SDK 6.20.2, and the pages of the operations with their sample arguments. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.ai_analysis_jobs import CALLBACK_PAGE, NOTIFIED_USER_DATA, OPEN, PAGE
from ims_mcp.catalogue.notes.ai_analysis_nlp import NLP_PARAMS
from ims_mcp.catalogue.notes.note import OperationNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Parameter, Poll, Result

ASSET_NOTES = (
    OperationNotes(
        operation="SubmitMediaAiAnalysisJob",
        title="Analyse an asset for search",
        purpose=(
            "Run structured AI analysis (smart tags) on an asset, OSS file or web address; the result is kept with "
            "the asset. It returns a MediaId, not a JobId: look at MediaInfo.AiRoughData.Status and the results with "
            "GetMediaInfo. For a job that stands alone use SubmitSmarttagJob; to analyse all new assets see "
            "SetContentAnalyzeConfig."
        ),
        effect=Effect.WRITE,
        heed="Answers a MediaId, no JobId: GetMediaInfo shows the state in AiRoughData.Status.",
        parameters={
            "Input": {
                **OPEN,
                "text": (
                    'The asset: {"Type": "Media", "Media": id}. Or the address of a file: {"MediaType": "video", '
                    '"Media": "https://example-bucket.oss-cn-shanghai.aliyuncs.com/videos/launch.mp4"}.'
                ),
                "required": True,
                "fields": (
                    Parameter("Media", "string", required=True, text="Asset id, OSS address or web address."),
                    Parameter("Type", "string", text="Media, where Media is an asset id.", hints=("Media",)),
                    Parameter(
                        "MediaType", "string", text="Type of the file, where Media is an address.", hints=("video",)
                    ),
                ),
            },
            "AnalysisParams": {
                **OPEN,
                "text": "What to analyse: speakers, translation, chapters, summaries.",
                "fields": (NLP_PARAMS,),
                "extra_fields": True,
            },
            "UserData": NOTIFIED_USER_DATA,
        },
        poll=Poll(
            operation="GetMediaInfo",
            arguments=(("MediaId", "MediaId"),),
            status_field="MediaInfo.AiRoughData.Status",
            success=("AnalyzeSuccess", "SaveSuccess"),
            failure=("AnalyzeFailed", "SaveFailed"),
            pending=("Analyzing", "Saving"),
            result=Result(
                fields=(
                    ("category", "MediaInfo.AiRoughData.AiCategory"),
                    ("results[].type", "MediaInfo.AiRoughData.StandardSmartTagJob.Results[].Type"),
                    ("results[].data", "MediaInfo.AiRoughData.StandardSmartTagJob.Results[].Data"),
                    ("ResultUrl", "MediaInfo.AiRoughData.StandardSmartTagJob.ResultUrl"),
                )
            ),
        ),
        costs="AI processing, billed by the length of the video.",
        example={
            "Input": {"Type": "Media", "Media": "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"},
            "AnalysisParams": {
                "nlpParams": {"sourceLanguage": "cn", "diarizationEnabled": True, "autoChaptersEnabled": True}
            },
        },
        sources=(f"{PAGE}submitmediaaianalysisjob", CALLBACK_PAGE),
    ),
    OperationNotes(
        operation="GetContentAnalyzeConfig",
        title="Show automatic analysis settings",
        purpose=(
            "Show whether every newly registered asset is analysed by AI automatically, with which template, and into "
            "which search libraries the results go. Worth a look when analyses cost money that nobody ordered; "
            "change it with SetContentAnalyzeConfig."
        ),
        effect=Effect.READ,
        idempotent=True,
        then="Change it with SetContentAnalyzeConfig, which takes all three settings at once.",
        sources=(f"{PAGE}getcontentanalyzeconfig",),
    ),
    OperationNotes(
        operation="SetContentAnalyzeConfig",
        title="Set automatic analysis",
        purpose=(
            "Switch the automatic AI analysis of newly registered assets on or off for the whole account and region. "
            "It overwrites all three settings: read the present ones with GetContentAnalyzeConfig first. For a "
            "single asset use SubmitMediaAiAnalysisJob instead. The vendor lists it as deprecated: search libraries "
            "with CreateSearchIndex analyse what is put into them."
        ),
        effect=Effect.DESTRUCTIVE,
        heed="Replaces all three settings; without SaveType nothing is saved, so nothing can be searched.",
        destructive_when=(
            AskWhen("replaces the account's setting for analysing every new asset"),
            AskWhen("from then on starts a billed analysis of every new asset", path="Auto", values=("true",)),
        ),
        parameters={
            "Auto": {"text": "true analyses every new asset; default false."},
            "TemplateId": {
                "text": "What is analysed: S00000101-100040 text read in the picture. S00000101-100060 categories and "
                "faces, S00000101-100070 all of these.",
                "hints": ("S00000101-100040", "S00000101-100060", "S00000101-100070"),
            },
            "SaveType": {
                "text": "Comma-separated: TEXT tags, FACE faces, DNA similar pictures. Only with Auto true. Empty "
                "(default): nothing is saved, so nothing can be searched.",
                "comma_list": True,
                "keeps_empty": True,
            },
        },
        idempotent=True,
        costs="Auto=true starts a billed analysis of every new asset.",
        example={"Auto": True, "TemplateId": "S00000101-100070", "SaveType": "TEXT,FACE"},
        sources=(f"{PAGE}setcontentanalyzeconfig",),
    ),
)
