"""Everyday words for whole families of operations, beside the words in the notes of each one."""

from __future__ import annotations

from fnmatch import fnmatchcase

# Names of operations (a glob) to what people call the thing they are about.
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("*LiveRecord*", "live recording, record the live stream, 直播录制"),
    ("*LiveRecordFile*", "recordings, recorded files, replay, 录制文件, 直播回放"),
    ("*LiveSnapshot*", "live screenshots, snapshots of the live stream, 直播截图"),
    ("*LiveTranscode*", "live transcoding, 直播转码, 直播流转码"),
    ("*TranscodeJob*", "转码任务"),
    ("*MediaConvertJob*", "transcode, transcoding job, 转码任务"),
    ("*SnapshotJob*", "截图任务, 视频截图"),
    ("*MediaProducingJob", "render, timeline, 合成, 剪辑合成任务"),
    ("*EditingProject*", "editing project, 剪辑工程, 剪辑项目"),
    ("*CustomTemplate*", "transcoding template, watermark template, snapshot template, 转码模板, 水印模板"),
    ("*SystemTemplate*", "transcoding template, built-in, 系统转码模板"),
    ("*Categor*", "category, folder, 媒资分类, 视频分类"),
    ("*MediaMarks", "marks of a video, 视频标记, 打点"),
    ("*SearchLib", "search library, 搜索库, 检索库"),
    ("*SearchIndex", "index of the search library, 搜索库索引"),
    ("*StreamTag*", "live stream tag, 直播流标签"),
    ("*PublicMedia*", "public library of stickers and music, 公共素材库"),
    ("*Avatar*", "digital human, virtual presenter, 数字人, 虚拟主播"),
    ("*CustomizedVoice*", "voice cloning, cloned voice, 声音复刻, 人声克隆"),
    ("*DNA*", "fingerprint, 视频指纹, 查重"),
    ("*DNADB", "fingerprint library, 指纹库"),
    ("*CopyrightJob*", "copyright watermark, invisible watermark, 版权暗水印"),
    ("*CopyrightExtract*", "extract copyright watermark, 提取版权暗水印"),
    ("*Trace*", "leak tracing watermark, 溯源水印"),
    ("*Hotword*", "hotwords, glossary, 热词库"),
    ("*RecognitionLib*", "face library, 人脸库, 识别库"),
    ("*RecognitionEntit*", "person in the face library, celebrity, 人脸库人物"),
    ("*RecognitionSample*", "photo of a person in the face library, sample, 人脸样本图片"),
    ("*MediaCensorJob*", "moderation, content check, 内容审核"),
    ("*MediaLiveChannel", "live channel, live encoder, cloud live channel, 云直播频道, 直播频道, 直播编码器"),
    ("*MediaLiveInput", "live input, live source, ingest, 直播输入, 推流输入, 信号源"),
    ("*MediaLiveInputs", "live inputs, live sources, 直播输入, 推流输入"),
    ("*SecurityGroup*", "security group, ip whitelist for push, live input, 推流IP白名单, 输入安全组"),
    ("*MediaConnectFlow*", "media transport flow, relay a stream, cross-region live transport, 媒体流传输"),
    ("*MediaConnectFlowInput*", "flow input, flow source, 传输流输入"),
    ("*MediaConnectFlowOutput*", "flow output, flow destination, 传输流输出"),
    ("*LivePackageChannelGroup*", "live packaging channel group, 直播打包频道组"),
    ("*LivePackageChannel", "live packaging channel, live origin channel, 直播打包频道"),
    ("*OriginEndpoint*", "live packaging origin endpoint, live playback address, 源站端点"),
    ("*VodPackagingGroup*", "vod packaging group, on-demand packaging, 点播打包组"),
    ("*VodPackagingConfiguration*", "vod packaging configuration, 点播打包配置"),
    ("*VodPackagingAsset*", "vod packaging asset, packaged video, 点播打包资源"),
    ("*AdInsertion*", "ad insertion, ad breaks, commercials, 广告插入, 广告配置"),
    ("*Program", "program of a linear channel, 频道节目"),
    ("*SourceLocation*", "source location, origin of linear channel sources, 源位置"),
    ("*AIAgentInstance*", "ai agent, ai assistant in a call, 智能体, AI助手通话"),
    ("*AIAgent*Call*", "ai agent call, voice bot call, 智能体通话"),
    ("*RtcRobot*", "rtc robot, voice robot, RTC机器人"),
    ("*Voiceprint*", "voiceprint, speaker recognition, 声纹"),
    ("*AiRtc*", "device licence, activation code, 设备授权, 激活码"),
    ("*NotifyConfig", "agent callback, 智能体回调配置"),
    ("*Yike*", "yike, 一刻"),
    ("*Storyboard*", "storyboard, novel, 分镜, 小说"),
    ("DescribeMeter*", "usage, billing, how much was used, 用量, 费用"),
    ("*EventCallback", "event callback, webhook, 事件回调"),
    ("*Ipc*", "camera, ipc, 摄像头"),
    ("*Workflow*", "workflow, 工作流"),
    ("*Pipeline*", "pipeline, queue, 管道, 队列"),
    ("*Upload*", "upload, 上传"),
)
_LINEAR = (
    "CreateChannel",
    "GetChannel",
    "ListChannels",
    "UpdateChannel",
    "StartChannel",
    "StopChannel",
    "DeleteChannel",
)
_LINEAR_WORDS = ("linear channel, 24/7 tv channel, channel assembly, 轮播频道, 线性频道, 电视频道",)


def family_words(operation: str) -> list[str]:
    """The everyday words of all families an operation belongs to."""
    found = [words for name, words in _FAMILIES if fnmatchcase(operation, name)]
    if operation in _LINEAR:
        found += _LINEAR_WORDS
    return [word.strip() for words in found for word in words.split(",")]
