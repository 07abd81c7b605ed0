"""What the user is asked about, in Chinese: for every reason of the notes the same thing said to a reader of Chinese.

A verb phrase each, as the English one is. ``tests/catalogue/test_chinese.py`` names a reason that has none here.
"""

from __future__ import annotations

REASONS: dict[str, str] = {
    # Assets, renditions, categories, marks
    "deletes the asset that has this URL now, with its title, tags and results": (
        "删除目前使用该地址的媒资，连同其标题、标签和分析结果"
    ),
    "deletes assets from the library for good": "从媒资库中永久删除媒资",
    "leaves their files in OSS where they are": "保留它们在 OSS 中的文件",
    "deletes their files in OSS too, which cannot be undone": "同时删除它们在 OSS 中的文件，且无法恢复",
    "removes renditions from an asset for good": "从媒资中永久移除转码流",
    "deletes the files of these renditions in OSS too, which cannot be undone": (
        "同时删除这些流在 OSS 中的文件，且无法恢复"
    ),
    "deletes a category and everything below it for good": "永久删除一个分类及其下的所有子分类",
    "replaces what marks of an asset say; what they said is not kept": "改写媒资标记的内容，原内容不保留",
    "deletes marks of an asset for good": "永久删除媒资的标记",
    "deletes every mark of the asset, since none is named": "由于没有指定标记，将删除该媒资的全部标记",
    "bars assets from being played until they are set to Normal": "禁止播放媒资，直到重新设为 Normal",
    # Recordings
    "takes recordings off the list for good": "从列表中永久移除录制文件",
    "leaves the recorded files in OSS where they are": "保留 OSS 中的录制文件",
    "deletes the recorded files in OSS too, which cannot be undone": "同时删除 OSS 中的录制文件，且无法恢复",
    "replaces name and formats of a recording template; what is not given again is lost": (
        "替换录制模板的名称和格式，未重新给出的内容将丢失"
    ),
    "deletes a recording template for good": "永久删除一个录制模板",
    # Search libraries
    "replaces the configuration of a search library": "替换搜索库的配置",
    "deletes a search library with everything indexed in it for good; indexing again is billed again": (
        "永久删除一个搜索库及其全部索引内容，重新索引将再次计费"
    ),
    "switches a search index off, so that searches of this kind find nothing until it is on again": (
        "关闭一个搜索索引，重新开启之前此类搜索没有结果"
    ),
    "replaces the settings of a search index": "替换搜索索引的设置",
    "deletes a search index with what it has learned for good; indexing again is billed again": (
        "永久删除一个搜索索引及其内容，重新索引将再次计费"
    ),
    "removes an asset from a search library with what was indexed of it; indexing again is billed again": (
        "从搜索库中移除一个媒资及其索引内容，重新索引将再次计费"
    ),
    "ends the analysis of a live stream, which cannot be taken up again under this MediaId": (
        "结束直播流的分析，且该 MediaId 无法再继续分析"
    ),
    # Pictures and transcoding of live streams
    "stops taking pictures of a live stream until it is started again": "停止直播流截图，直到重新启动",
    "takes pictures of a live stream off the list for good": "从列表中永久移除直播流截图",
    "leaves the pictures in OSS where they are": "保留 OSS 中的截图文件",
    "deletes the pictures in OSS too, which cannot be undone": "同时删除 OSS 中的截图文件，且无法恢复",
    "replaces the whole definition of a template for pictures of live streams": "替换直播截图模板的全部定义",
    "deletes a template for pictures of live streams for good": "永久删除一个直播截图模板",
    "replaces the input stream of a live transcoding job": "替换直播转码任务的输入流",
    "replaces where a live transcoding job's stream goes": "替换直播转码任务的输出位置",
    "replaces the schedule of a live transcoding job": "替换直播转码任务的时间安排",
    "ends a live transcoding job for good: everyone watching its output loses the stream": (
        "永久结束直播转码任务，正在观看其输出的人将失去画面"
    ),
    "deletes a live transcoding job for good": "永久删除一个直播转码任务",
    "replaces settings of a live transcoding template": "替换直播转码模板的设置",
    "deletes a live transcoding template for good": "永久删除一个直播转码模板",
    # Processing templates, queues, workflows
    "replaces the settings of a processing template, for workflows that name it too": (
        "替换处理模板的设置，引用它的工作流也会受影响"
    ),
    "deletes a processing template for good; jobs and workflows that name it fail": (
        "永久删除一个处理模板，引用它的任务和工作流将失败"
    ),
    "replaces the account's default template of this type; the former default stays as an ordinary template": (
        "替换账号在该类型下的默认模板，原默认模板保留为普通模板"
    ),
    "pauses a queue: its jobs wait until it is Active again": "暂停一个管道，其任务将等待到管道恢复为 Active",
    "deletes a queue for good; jobs and templates that name it fail": "永久删除一个管道，引用它的任务和模板将失败",
    "ends a running AI workflow, which cannot be resumed": "结束正在运行的 AI 工作流，且无法继续",
    # Editing
    "replaces the whole timeline of an editing project": "替换剪辑工程的整个时间线",
    "replaces the template of an editing project": "替换剪辑工程的模板",
    "replaces the clips of an editing project's template": "替换剪辑工程模板的素材",
    "cancels the reservation of a live editing project": "取消直播剪辑工程的预约",
    "deletes editing projects with their timelines for good": "永久删除剪辑工程及其时间线",
    "takes materials out of an editing project; the assets stay": "从剪辑工程中移除素材，媒资本身保留",
    "replaces the whole content of an editing template": "替换剪辑模板的全部内容",
    "replaces the list of assets that an editing template uses": "替换剪辑模板关联的媒资列表",
    "makes an editing template unusable until it is Available again": "使剪辑模板不可用，直到恢复为 Available",
    "deletes editing templates for good": "永久删除剪辑模板",
    "orders a whole batch of videos, each of which is billed": "提交一整批视频的制作，每个视频都会计费",
    "orders the rendering of several projects at once, each of which is billed": (
        "一次提交多个工程的合成，每个工程都会计费"
    ),
    # Jobs and libraries of AI
    "replaces the file of this name in OSS, if there is one": "如果 OSS 中已有同名文件，将覆盖它",
    "deletes smart jobs with their results for good": "永久删除智能任务及其结果",
    "cancels a job; its work is lost and it cannot be resumed": "取消一个任务，已完成的工作将丢失且无法继续",
    "replaces the account's setting for analysing every new asset": "替换账号对新媒资自动分析的设置",
    "from then on starts a billed analysis of every new asset": "此后每个新媒资都会启动计费的分析",
    "deletes a recognition library with all its entities and samples for good": (
        "永久删除一个识别库及其全部实体和样本"
    ),
    "deletes an entity with its samples from a recognition library for good": "从识别库中永久删除一个实体及其样本",
    "deletes a sample of an entity for good": "永久删除实体的一个样本",
    "replaces the whole word list of a hotword library": "替换热词库的整个词表",
    "deletes a hotword library with all its words for good": "永久删除一个热词库及其全部热词",
    "deletes a fingerprint library with all fingerprints in it for good": "永久删除一个 DNA 库及其全部指纹",
    "cancels a fingerprint job; its work is lost and it cannot be resumed": (
        "取消一个 DNA 任务，已完成的工作将丢失且无法继续"
    ),
    "deletes fingerprints from a library for good": "从 DNA 库中永久删除指纹",
    # Digital humans and voices
    "replaces the training video of a digital human": "替换数字人的训练视频",
    "replaces the portrait of a digital human": "替换数字人的头像",
    "deletes a training job, and with it the digital human it made; training again is billed again": (
        "删除一个训练任务及其生成的数字人，重新训练将再次计费"
    ),
    "deletes a voice cloning job, and with it the voice it made; cloning again is billed again": (
        "删除一个声音复刻任务及其生成的声音，重新复刻将再次计费"
    ),
    "replaces the sample by which people choose a voice": "替换供人挑选声音的试听样例",
    # Live channels, inputs and flows
    "replaces the whole configuration of a live channel; what is not sent again is lost": (
        "替换直播频道的全部配置，未重新给出的内容将丢失"
    ),
    "takes a live channel off the air: viewers lose the stream until it is started again": (
        "停播直播频道，重新启动之前观众无法观看"
    ),
    "deletes a live channel with its configuration for good": "永久删除一个直播频道及其配置",
    "replaces the sources and security groups of a live input; what is not sent again is lost": (
        "替换直播输入的源和安全组，未重新给出的内容将丢失"
    ),
    "deletes a live input for good; its push address stops working": "永久删除一个直播输入，其推流地址将失效",
    "replaces the whole list of addresses that may push to live inputs": "替换允许向直播输入推流的全部地址列表",
    "deletes a list of addresses that may push to live inputs for good": "永久删除一个允许推流的地址列表",
    "takes a flow off the air: everything downstream is interrupted until it is online again": (
        "下线一个 MediaConnect Flow，恢复上线之前所有下游都会中断"
    ),
    "deletes a flow with its inputs and outputs for good; their addresses stop working": (
        "永久删除一个 Flow 及其输入和输出，其地址将失效"
    ),
    "replaces where a flow's stream comes from, or who may push it": "替换 Flow 的来源地址或允许推流的对象",
    "deletes a source of a flow for good; its push address stops working": "永久删除 Flow 的一个输入，其推流地址将失效",
    "replaces where a flow's stream goes, or who may pull it": "替换 Flow 的输出地址或允许拉流的对象",
    "takes an output off the air: it gets nothing more until it is resumed": "停用一个输出，恢复之前不再有内容",
    "deletes an output of a flow for good; its pull address stops working": (
        "永久删除 Flow 的一个输出，其拉流地址将失效"
    ),
    # Packaging and ads
    "deletes a channel group for good, with its origin domain": "永久删除一个频道组及其源站域名",
    "changes the number of segments of a live channel for everyone who plays it": (
        "更改直播频道的分片数量，影响所有播放者"
    ),
    "changes the segment length of a live channel for everyone who plays it": "更改直播频道的分片时长，影响所有播放者",
    "replaces ingest passwords for good; an encoder that uses the old ones goes dark": (
        "永久更换推流密码，仍使用旧密码的编码器将中断"
    ),
    "deletes a live packaging channel for good; its ingest addresses stop working": (
        "永久删除一个直播打包频道，其推流地址将失效"
    ),
    "replaces the settings of an origin endpoint and who may fetch from it; what is not sent again is lost": (
        "替换源站端点的设置和访问权限，未重新给出的内容将丢失"
    ),
    "deletes an origin endpoint for good: whoever plays from it loses the stream": (
        "永久删除一个源站端点，正在由它播放的人将失去画面"
    ),
    "deletes an on-demand packaging group for good, with its playback domain": "永久删除一个点播打包组及其播放域名",
    "deletes a packaging configuration for good; the playback addresses made by it stop working": (
        "永久删除一个打包配置，由它生成的播放地址将失效"
    ),
    "deletes a packaged asset for good; its playback addresses stop working, its source stays": (
        "永久删除一个打包资源，其播放地址将失效，源文件保留"
    ),
    "replaces the settings of an ad insertion; what is not sent again is lost": (
        "替换广告插入配置，未重新给出的内容将丢失"
    ),
    "deletes an ad insertion for good: players that use its addresses lose the stream": (
        "永久删除一个广告插入配置，使用其地址的播放器将失去画面"
    ),
    # Assembled channels
    "replaces outputs, filler and access control of a channel; what is not sent again is lost": (
        "替换频道的输出、垫片和访问控制，未重新给出的内容将丢失"
    ),
    "takes a channel off the air: viewers lose the stream until it is started again": (
        "停播频道，重新启动之前观众无法观看"
    ),
    "deletes a channel for good; its playback addresses stop working": "永久删除一个频道，其播放地址将失效",
    "changes what a channel plays: source, clip, place in the schedule or ad breaks of a program": (
        "更改频道播放的内容：节目的来源、片段、排期或广告点"
    ),
    "takes a program out of a channel's schedule for good": "从频道排期中永久移除一个节目",
    "changes the address that all sources of a location come from; channels on air follow at once": (
        "更改一个源站位置下所有源的地址，正在播出的频道立即生效"
    ),
    "removes a source location; programs that play from it lose their source": (
        "移除一个源站位置，由它播放的节目将失去来源"
    ),
    "replaces all playlists of a source; channels on air follow at once": (
        "替换一个源的全部播放列表，正在播出的频道立即生效"
    ),
    "removes a source; programs that play it lose it": "移除一个源，播放它的节目将失去来源",
    # Agents, calls and messages
    "ends a call for whoever is in it; it cannot be taken up again": "结束通话，所有参与者都会断开，且无法恢复",
    "rings a real telephone at once, and is billed by the minute": "立即拨打真实电话，并按分钟计费",
    "takes the agent out of its call; a person has to go on with it": "让智能体退出通话，需由人工接手",
    "rings a real telephone at once and puts a call through to it": "立即拨打真实电话，并将通话转接过去",
    "deletes an entry of a stored conversation for good": "永久删除一条已保存的对话记录",
    "registers a person's voice; a print that exists under this id is lost": (
        "登记一个人的声纹，该 ID 下已有的声纹将丢失"
    ),
    "deletes a person's voiceprint for good": "永久删除一个人的声纹",
    "sends a message to a person, which cannot be taken back": "向一个人发送消息，且无法撤回",
    "ends a robot's conversation, which cannot be taken up again": "结束机器人的对话，且无法恢复",
    "replaces the whole notification configuration of an agent; what is not sent again is lost": (
        "替换智能体的全部通知配置，未重新给出的内容将丢失"
    ),
    "uses up a paid licence for this device, which cannot be undone": "为该设备消耗一个付费许可，且无法撤销",
    # Yike
    "replaces the role of a Yike user, who may lose rights by it": "替换 Yike 用户的角色，该用户可能因此失去权限",
    "hands credits of the main account to a Yike user, once more with every call": (
        "把主账号的积分划给 Yike 用户，每次调用都会再划一次"
    ),
    "takes credits from a Yike user, once more with every call": "扣减 Yike 用户的积分，每次调用都会再扣一次",
    "deletes Yike assets": "删除 Yike 媒资",
    "moves them to the recycle bin with their files": "将它们连同文件移入回收站",
    "deletes their files too, for good and not to the recycle bin": "同时永久删除它们的文件，不进入回收站",
    "generates and bills a video of every shot": "为每个镜头生成视频并计费",
    "may generate and bill a video of every shot, since StoryboardOnly is not asked for": (
        "由于没有指定 StoryboardOnly，可能为每个镜头生成视频并计费"
    ),
    # The account
    "replaces the event callback of the account in this region: other systems may stop getting their events": (
        "替换账号在该地域的事件回调，其他系统可能不再收到事件"
    ),
    "replaces the default storage place of the account in this region": "替换账号在该地域的默认存储位置",
    "places a real, paid order, and with every call another one": "提交一个真实的付费订单，每次调用都会再下一单",
    # An operation without notes
    "is newer than what this server knows: by its name it may replace, end or order something": (
        "是本服务器尚不了解的新操作，从名称看可能会替换、结束或订购某些内容"
    ),
}
