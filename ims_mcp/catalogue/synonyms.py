"""Everyday words for the things IMS works on: concepts, each with the English and Chinese words people use for it.

A request and the operations' descriptions are both read as concepts, so that either language finds the other. A word
may stand for several concepts. Verbs that say what to do with a thing (list, delete, ...) are in ``intents``.
"""

from __future__ import annotations

_CONCEPTS = """
asset: asset, media, media asset, 媒资, 素材, 媒体, 资产
material: material, footage, rushes, b-roll, 素材, 原片
video: reel, master, mp4, video, vid, clip, film, movie, footage, 长片, 短视频, 录屏, 成品, 视频文件, 片, 视频, 影片,
    片子, 短片, 录像, 片段, 小视频, 电影
audio: audio, sound, mp3, wav, 音频, 声音
file: file, 文件
library: library, lib, database, db, collection, 库
public: library music, public, stock, shared, royalty free, royalty-free, licensed, free, 正版, 免版权, 公共, 免费,
    官方
rendition: rendition, quality, definition, variant, 480p, 清晰度, 码流, 转码流, 媒体流, 多码率
metadata: how large, filesize, file size, megabytes, size of, how wide, encoded in, running time, specs of, metadata,
    info, information, detail, technical, mediainfo, ffprobe, probe, resolution, codec, bitrate, bit rate, duration,
    how long, how big, length, fps, frame rate, framerate, dimension, aspect ratio, width, height, specs, container,
    体积, 大小, 尺寸, 几分钟, 多久, 画幅, 属性, 信息, 分辨率, 码率, 时长, 多长, 多大, 帧率, 元数据, 元信息, 规格,
    编码格式
title: title, name, description, caption text, 标题, 名称, 名字, 描述, 简介
category: department, section, bucket for, category, folder, directory, 归类, 分个类, 栏目, 分类, 目录, 文件夹, 类目
mark: mark, marker, bookmark, annotation, annotate, cue point, timecode note, 打过的点, 点位, 打过点, 时间点, 标记,
    打点, 标注, 书签, 打个点
favorite: favorite, favourite, star, like, unlike, 收藏, 喜欢, 收藏夹
sticker: sticker, emoji, 贴纸
music: music, song, bgm, soundtrack, tune, 音乐, 歌曲, 配乐, 曲子, 曲库, 歌
play: play, playback, player, watch, playable, embed, 播放, 观看, 能看
stall: buffer, buffering, stall, stutter, first frame, lag, freeze, 卡顿, 首帧, 卡
url: url, link, address, http, https, web, website, internet, 链接, 网址, 地址, 外链
storage: s3, object storage, where files go, storage, bucket, oss, 对象存储, 存哪, 存到, 存储, 存储桶, 桶, 存放
upload: upload, 上传, 直传
pull: save from, suck in, pull in, pull, fetch, import, grab, download, ingest, 拉, 抓, 存进, 采集, 拉取, 导入, 抓取,
    转存, 下载, 拉到, 拉进, 抓到
credential: credential, token, auth, password, sts, permission to upload, 凭证, 令牌, 密码, 口令, 鉴权
renew: renew, refresh, expired, expire, ran out, timed out, rotate, 刷新, 续期, 过期, 失效, 轮换, 到期
live: on air, event stream, live, livestream, live stream, live streaming, livestreaming, broadcast, rtmp, 直播中,
    开播, 云端直播, 现场, 直播, 直播流, 直播间, 直播源, 实时流, 实时
stream: stream, feed, 流, 直播流, 媒体流, 推流, 这路
record: capture, captured, save the stream, archive the stream, record, recording, recorder, dvr, 录存, 收录, 录成,
    录播, 录制, 录像, 录, 录下来, 回看, 回放
snapshot: still image, stills, grab, screen shot, jpg of, cover image, captured, frames from, snapshot, screenshot,
    still, thumbnail, thumb, frame grab, screen grab, screengrab, screencap, frame, keyframe, sprite, take picture,
    take pictures, taking pictures, pictures of, 抓图, 抓拍, 抠帧, 图片, 取帧, 帧, 截图, 截帧, 抽帧, 快照, 缩略图,
    雪碧图, 截个图, 截张图, 截一张, 截几张, 截取, 截, 关键帧
picture: picture, image, photo, pic, jpg, jpeg, png, 图片, 照片, 图, 图像, 画
cover: cover, poster, thumbnail, 封面, 海报
transcode: 360p, 480p, 540p, 2160p, mov, mkv, avi, flv, webm, prores, av1, vp9, h 264, h 265, x264, x265, downscale,
    lower resolution, bitrate ladder, transcode, transcoding, convert, conversion, encode, encoding, re-encode,
    reencode, compress, shrink, make smaller, h264, h265, hevc, 1080p, 720p, 4k, format, 转一下码, 转个码, 降码率,
    瘦身, 转码, 转成, 转换, 转为, 压缩, 压小, 转格式, 格式, 编码
interval: interval, every second, every few seconds, how often, 间隔, 每隔, 每秒
encoder: live encoding, encoder, medialive, 云端直播, 直播编码, 编码器, 云直播, 直播频道
channel: channel, 频道
input: input, source, ingest, 输入, 源, 信号源, 信号, 直播源, 片源
output: output, destination, target, 输出, 目的地, 出口, 分发
push: push, obs, contribute, publish to, 推流, 推, 推送端
whitelist: who may push, who can push, who can publish, ip address, ip addresses, subnet, allow, permit,
    office network, security group, whitelist, white list, allowlist, allow list, ip, cidr, firewall, ip range,
    allowed, 网段, 放行, 只让, 只准, 仅允许, 只允许, 允许, 安全组, 白名单, ip地址, 防火墙
relay: move the signal, signal from, long haul, backhaul, haul, deliver to another, transport line, transport stream,
    overseas, abroad, relay, transport, flow, mediaconnect, media connect, cross region, cross-region, contribution,
    carry, route, send our feed, from one region, 海外, 回传, 信号传, 传输线路, 专线, 传回, 流传输, 传输, 跨区域,
    跨国, 转推, 媒体连接, 传送, 传到, 传输流, 搬运流, 中继
failover: fail over, fall over, dies, drops out, hot standby, second source, failover, backup, redundant, redundancy,
    standby, spare, fallback, secondary, 主备切换, 备线, 备路, 双输入, 掉线, 主备, 容灾, 备用, 备份, 灾备, 双路, 备源
region: region, data centre, data center, country, location available, 区域, 地域, 地区, 可用区, 机房
origin: origin, endpoint, cdn, mediapackage, media package, 源站, 回源, 端点, 分发源
timeshift: time shift, timeshift, catch-up, catch up, rewind, 时移, 回看
package: package, packaging, packager, repackage, 打包, 封装
hls: streamable, hls, m3u8, dash, cmaf, playlist, manifest, adaptive, adaptive bitrate, multi bitrate,
    multiple bitrates, abr, 切成hls, 自适应, 多码率, 播放列表
segment: segment, chunk, segment length, 切片, 分片
vod: catalogue, back catalogue, library titles, vod, on demand, on-demand, 片库, 点播
group: group, 组, 打包组, 频道组
configuration: configuration, config, setting, 配置, 设置, 参数
ad: ad server, ad pod, ad load, monetization, revenue, ad, advert, advertisement, advertising, commercial,
    commercials, ad break, ssai, monetise, monetize, preroll, pre-roll, midroll, mid-roll, sponsor, 变现, 中插,
    商业广告, 广告, 插播, 贴片, 前贴
linear: channel assembly, virtual channel, pop-up channel, wall-to-wall, nonstop, 24 hour, all day, linear, 24/7,
    24 7, 24x7, 24h, around the clock, round the clock, tv, television, fast channel, carousel, playout, assembled,
    assembly, mediaweaver, looping, tv station, 7x24, 全天, 频道编排, 编排频道, 轮播台, 滚动播出, 轮播, 线性, 编排,
    虚拟频道, 24小时, 电视台, 电视频道, 循环播
program: slot, broadcast of, program, programme, show, tv show, 档, 这档, 节目
schedule: playing on, what s playing, what is playing, airing, on the air, tonight s schedule, programme guide,
    tv guide, schedule, epg, guide, timetable, line-up, lineup, rundown, what is on, what plays, on tonight, upcoming,
    编排, 播出, 播出时间, 节目单, 排期, 播出表, 时间表, 排播, 播什么, 播单
alert: alert, alarm, warning, error, problem, trouble, wrong, health, broken, misbehave, complain, 告警, 报警, 异常,
    报错, 出错, 故障, 毛病, 问题, 警报
location: content host, web server, origin server, server our, where our files live, location, base url, host, domain,
    源服务器, 站点, 位置, 域名, 源位置
template: template, preset, profile, 模板, 模版, 预设
system: system, built in, built-in, builtin, ready-made, ready made, ready, out of the box, 系统, 预置, 内置, 自带,
    现成
custom: custom, own, customized, customised, 自定义, 自己的, 定制, 自建
default: fallback, if none given, default, by default, standard, 兜底, 默认, 缺省
pipeline: pipeline, queue, 管道, 队列
priority: priority, urgent, 优先级, 优先
workflow: automated process, pipeline of steps, flow template, workflow, automation, 自动流程, 一条龙, 流水线, 工作流,
    流程
job: job, task, 任务, 作业
gif: gif, animated, webp, meme, moving preview, 动图, 动态图, gif图, 表情包
encrypt: scramble, lock, secure, content key, encrypt, encryption, drm, key, kms, aes, protected, decrypt, unwrap,
    ciphertext, data key, 加锁, 防盗, 加密, 密钥, 数据密钥, 秘钥, 版权保护
decrypt: decrypt, unwrap, ciphertext, decode the key, 解密, 密文
watermark: overlay, brand mark, bug, watermark, 压标, 角标, 加标, 水印, 数字水印
hidden: invisible, hidden, secret, blind, imperceptible, 藏, 暗藏, 暗, 暗水印, 盲水印, 隐形, 不可见, 隐藏, 看不见
erase: take out the subtitles, wipe the subtitles, paint over, clean up audio, noise, without the subtitles, erase,
    inpaint, get rid of the logo, remove logo, remove the logo, remove subtitles, burned in, burnt in, burned-in,
    burnt-in, hardcoded, hard-coded, mosaic, blur, cover up, denoise, 抠掉字幕, 盖住, 消除, 消掉, 噪音, 杂音, 擦除,
    去水印, 去台标, 去字幕, 去掉水印, 去掉字幕, 抹掉, 抹去, 去除, 遮挡, 打码, 硬字幕, 降噪, 去噪
logo: logo, station logo, 台标, 标志, 角标
matting: green screen, greenscreen, matting, cut out the background, 抠图, 抠像, 绿幕, 抠出
vertical: vertical, portrait, landscape, 9:16, reframe, tiktok, 横转竖, 竖屏, 竖版, 横屏, 横版, 转竖
editing: crop, shorten, chop off, snip, edit, editing, cut, trim, montage, editor, 剪掉, 剪短, 剪开, 截短, 剪片, 剪辑,
    剪, 剪成, 剪一, 编辑, 云剪辑, 裁剪, 裁
project: edit project, draft, project, 剪辑草稿, 工程, 项目, 草稿
timeline: edl, timeline, sequence, tracks, 多轨, 时间线, 时间轴, 轨道
render: render, rendering, compose, produce, production job, final cut, 合成, 渲染, 成片, 出片, 生成视频
merge: one file, put together, into one, merge, join, concat, concatenate, combine, splice, stitch, glue,
    back to back, 合并成, 合在一起, 串起来, 连起来, 拼接, 合并, 拼, 拼成, 接起来
export: export, premiere, prproj, adobe, 导出, pr工程
many: batch, bulk, several, many, multiple, hundred, hundreds, dozens, thousand, mass, at once, in one go,
    in one call, 批量, 多个, 几个, 一批, 一百, 多条, 好几, 上百, 这些, 一次
mix: versions of, variants of, variations of, mashup, ads variants, ad variants, mix, remix, one-click, one click,
    oneclick, marketing, promo, variation, 短视频矩阵, 矩阵, 爆款, 营销视频, 一键成片, 混剪, 带货, 营销, 一键
highlight: best bits, best parts, money shot, top plays, key moments, cool parts, juicy, highlight, best, moment,
    exciting, gripping, reel, recap, climax, thrilling, greatest, 亮点, 高潮, 看点, 最精彩, 好看的, 集锦, 精彩, 高光,
    高燃, 精华, 名场面, 燃
sport: sport, match, game, football, soccer, basketball, goal, tennis, dunk, league, athlete, 球赛, 比赛, 体育, 赛事,
    足球, 篮球, 进球, 灌篮, 球员
drama: drama, episode, series, short drama, trailer, teaser, tv series, 短剧, 剧集, 电视剧, 预告片, 影视, 预告, 剧
split: per scene, separate files, individual clips, each scene, break a, cut into, split, chop, scene change, shot,
    scene detection, break up, break into, pieces, divide, 一段一段, 拆开, 分成, 拆成几段, 几段, 拆条, 拆分, 切分,
    分段, 分割, 切成, 拆成, 拆, 镜头切分
liveclip: live clipping, clip the stream, live editing, live cut, 直播剪辑, 直播切片
script: script, narration, voiceover text, storyline, 脚本, 文案, 稿子, 口播, 台词, 稿件
select: select, choose, pick, selection, fit, 选材, 挑选, 匹配, 挑, 选
arrange: arrange, arrangement, organise, organize, organization, lay out, 编排时间线, 排片, 排列, 组织
chart: chart, excel, graph, spreadsheet, visualisation, visualization, bar race, 图表, 数据可视化, 表格, 柱状图
slot: slot, placeholder, replaceable, fill, 占位, 可替换, 槽位, 坑位
aftereffects: after effects, advanced template, ae, ae模板, 高级模板
speech: speech, spoken, said, talk, talking, speak, 语音, 说话, 讲话, 说, 讲
transcribe: write down, written out, typed out, speech into text, spoken words to text, minutes of, transcribe,
    transcript, transcription, asr, speech to text, speech-to-text, dictation, into text, to text, 文字版, 转成字,
    听打, 扒词, 记录成文字, 转写, 听写, 语音转文字, 转文字, 语音识别, 转成文字, 转字幕, 逐字稿, 文字稿
subtitle: subs, captions, closed caption, subtitle, caption, captioning, srt, vtt, 字幕文件, 中英字幕, 字幕
tts: say this, speak this, voice this, spoken version, audio version, say this text, text to speech, text-to-speech,
    tts, read aloud, read out, read it out, out loud, voice over, voiceover, voice-over, narrate, narration, 念稿,
    读一遍, 朗读成, 旁白, 播音, 语音合成, 文字转语音, 文本转语音, 朗读, 配音, 念出来, 读出来, 转语音, 念
translate: french, spanish, japanese, english, chinese, german, korean, arabic, portuguese, russian, italian, thai,
    vietnamese, foreign, translate, translation, localise, localize, localisation, other language, another language,
    into english, into chinese, into spanish, into japanese, into french, into german, 法语, 西班牙语, 日语, 日文,
    英语, 英文, 中文, 韩语, 韩文, 德语, 俄语, 阿拉伯语, 葡萄牙语, 泰语, 越南语, 外语, 西语, 翻译, 译成, 译, 翻成,
    多语言, 英文版, 出海
dub: dub, dubbing, lip sync, lip-sync, lipsync, 译制, 口型, 配音
tag: tag, label, tagging, labelling, keyword, 标签, 打标, 打标签
analyse: analyse, analyze, analysis, understand, understanding, recognise, recognize, recognition, detect, identify,
    what is in, what's in, 分析, 识别, 理解, 认出, 结构化, 看看里面
auto: automatic, automatically, auto, by itself, 自动
ocr: ocr, on-screen text, text on screen, 画面文字, 文字识别
face: who appears, who is in, whose face, persons, face, person, people, celebrity, actor, actress, someone, famous,
    star, anyone, 露脸, 人物出现, 有谁, 哪个人, 人脸, 人物, 明星, 演员, 脸, 这个人, 某人, 谁, 人像, 主持人
moderation: explicit, sexual, bloody, risky, sensitive, hate, safe, family friendly, brand safe, dirty, kid-friendly,
    moderation, moderate, censor, porn, pornographic, nsfw, nudity, nude, violence, violent, inappropriate, unsafe,
    illegal, compliance, compliant, offensive, political, gore, adult content, safe for work, publishable,
    ok to publish, safe to publish, 过审, 血腥, 低俗, 风险, 违禁, 不良, 涉恐, 恐怖, 擦边, 能不能发, 能发吗, 审核,
    鉴黄, 涉黄, 涉政, 暴力, 涉暴, 违规, 敏感, 合规, 色情, 机审, 审一下, 送审, 黄色, 内容安全
verdict: verdict, approve, approval, reject, rejected, manual review, human review, block, blocked, take down,
    人工审核, 审批, 屏蔽, 下架, 审核通过, 通过审核, 人审, 封禁
review: review, audit, 审核, 审查, 质检, 审
summary: tl dr, in short, what is it about, short version, boil down, summary, summarise, summarize, gist, abstract,
    synopsis, key points, 讲了什么, 讲的什么, 大意, 简述, 摘要, 总结, 概括, 概要, 要点, 纪要
chapter: chapter, 章节, 分章
recognise_lib: recognition library, face library, celebrity list, logo library, 人脸库, 识别库, 明星库
entity: entity, landmark, object, thing, 实体, 人物, 物体, 地标
sample: sample, sample picture, example photo, example, 样本, 样例, 示例
hotword: hotword, hot word, vocabulary, glossary, jargon, proper name, terminology, brand name, technical term,
    word list, 热词, 词表, 术语, 专有名词, 词库, 生词
smartjob: smart job, ai job, 智能任务, ai任务
algorithm: algorithm, intelligent production, 算法, 智能生产
vocals: vocals, vocal, accompaniment, instrumental, karaoke, 人声, 伴奏, 人声分离
avatar: virtual character, virtual person, ai presenter, ai anchor, ai host, ai character, digital character,
    spokesperson, avatar, digital human, digital person, digital presenter, virtual human, virtual presenter,
    virtual anchor, virtual host, talking head, presenter, news anchor, digital double, digital twin, 数字主播,
    虚拟数字人, AI主播, 数字形象, 数字人, 虚拟人, 虚拟主播, 虚拟形象, 数字分身, 分身, 主播形象
train: train, training, 训练, 培训
voice: voice, timbre, 音色, 声音, 嗓音, 发音人, 嗓子
clone: cloned, copy of my voice, reproduce, duplicate my voice, clone, cloning, copy my voice, mimic, imitate,
    replicate, sound like me, 复制, 仿声, 复刻, 克隆, 模仿, 仿
voiceprint: recognise my voice, recognize my voice, know my voice, who is speaking, speaker, voiceprint, voice print,
    speaker recognition, speaker id, voice id, 说话人, 认声音, 声纹
sentence: sentence, what to record, 句子, 朗读文本, 示例文本, 录什么, 念什么
fingerprint: ripped off, rip-off, ripoff, plagiarism, same as, seen before, already uploaded, clone of, dedupe,
    deduplicate, fingerprint, dna, duplicate, similar, same video, copy of, copies, stolen, plagiarised, reupload,
    re-upload, content id, already have, 抄, 抄的, 盗用, 雷同, 去重, 一模一样, 撞, 原创, 指纹, 查重, 重复, 相似, 搬运,
    抄袭, 撞片, 一样的
copyright: copyright, ownership, rights, prove, 版权, 所有权, 确权
trace: who shared, who spilled, source of the leak, trace, tracing, leak, leaked, leaker, forensic, pirate, pirated,
    piracy, 谁泄的, 流出去, 谁传出去, 泄漏源, 防泄密, 溯源, 泄露, 泄漏, 追踪, 盗版, 泄密, 外泄, 流出
extract: extract, extraction, read out the mark, pull out, decode, 提取, 读出, 抽取
agent: helper, ai helper, copilot, virtual agent, digital assistant, ai bot, ai, agent, ai agent, assistant,
    ai assistant, voice bot, voicebot, bot, chatbot, voice agent, 小助手, 客服, 智能体, ai助手, 助手, 智能客服,
    机器人, 语音助手, ai客服
robot: robot, rtc robot, 机器人
room: room, rtc, rtc channel, voice room, meeting, 房间, 语音房, 会议
phone: phone call, cell, mobile, landline, customer, phone, telephone, dial, outbound, robocall, ring, phone number,
    手机, 座机, 客户, 打个电话, 打电话, 电话, 外呼, 拨打, 拨号, 打给, 呼叫, 致电, 拨
call: call, conversation, talk, session, 通话, 会话, 呼叫, 电话, 聊
forward: transfer, forward, redirect, put through, operator, 转接, 转给, 转到, 转
takeover: live person, colleague, take over, takeover, human agent, hand over, handover, real person, real human,
    step in, escalate, 同事接, 客服接, 接管, 人工, 真人, 转人工, 人工客服, 接手
dialogue: chat, what they said, what did they say, talked about, dialogue, dialog, conversation, chat history,
    chat log, what was said, transcript of the call, history, 说过的话, 对话内容, 对话记录, 通话记录, 对话, 聊天记录,
    会话, 聊天, 历史, 说了什么, 聊了什么
chat: chat, im, instant message, text chat, messaging, 聊天, 消息, 私信
message: message, 消息, 信息
speakout: say something, say, announce, speak, tell the caller, 说一句, 播报, 说句话, 播一句, 说出, 念
datachannel: data channel, custom message, signal, 数据通道, 自定义消息, 信令
concurrency: how many calls, concurrency, concurrent, simultaneous, same time, at the moment, in parallel, 几路,
    多少路, 几个通话, 并发, 同时, 路数
number: number, caller id, phone line, 号码, 主叫
license: licence, license, activation, activate, activation code, auth code, 授权码, 激活, 许可, 授权, 激活码
device: device, gadget, toy, hardware, 设备, 硬件, 玩具
notify: agent webhook, agent callback, agent event, 智能体回调
yike: yike, 一刻
storyboard: picture book, shot by shot, shot breakdown, screenplay, graphic novel, storyboard, shot list, novel,
    comic, comic drama, 镜头脚本, 连环画, 网文, 剧情, 分镜, 故事板, 小说, 漫剧, 漫画, 剧本
generate: draw, paint, illustration, prompt, make a picture, text to image, text to video, generate picture,
    generate image, generative, ai app, aigc, 画一张, 画张, 画个, 绘图, 作画, 提示词, 文生图, 文生视频, 图生视频,
    生成图片, ai生成, ai应用
user: user, member, colleague, teammate, coworker, sub-account, 用户, 成员, 同事, 子账号, 账号, 员工
role: role, permission, admin, administrator, privilege, 角色, 权限, 管理员
credit: quota for user, coins, credit, point, balance, top up, topup, 点券, 配点, 积分, 点数, 余额, 充值
workspace: workspace, team space, studio, 工作空间, 团队空间, 空间, 团队
production: production, 作品, 项目
precheck: precheck, pre-check, dry run, validate, valid, 预检, 校验, 预检查
usage: how many minutes, how many hours, expense, money, price, budget, invoice, usage, bill, billing, billed, charge,
    charged, cost, meter, consumption, consume, spend, spent, minute, how much did, burn, 多少分钟, 多少小时, 多少钱,
    开销, 成本, 收费, 用量, 计费, 账单, 费用, 用了多少, 消耗, 花了多少, 扣费, 花费, 消费, 时长, 分钟数
total: total, summary, overall, everything, altogether, whole, 汇总, 总共, 合计, 总, 一共, 总用量
uhd: enhance, enhanced, enhancement, uhd, super resolution, upscale, ultra hd, ultra-hd, 超清, 增强, 画质, 超分
callback: ping my server, ping us, tell my server, http callback, push notification, callback, webhook, notification,
    notify, event, message queue, mq, 推送到我的, 告诉我的服务器, 回调, 通知, 事件, 消息队列
camera: security camera, doorbell, camera, ipc, cctv, 安防, 门铃, 摄像头, 摄像机, 监控
quota: quota, remaining, left, allowance, 额度, 配额, 剩余, 还剩, 剩
buy: buy, order, purchase, subscribe, subscription, 购买, 下单, 订购, 买, 套餐, 开通
search: search, find, look for, locate, 搜索, 查找, 检索, 搜, 找, 搜出, 找出, 找到
index: index, indexing, searchable, 索引, 可检索, 可搜索
scene: scene, showing, looks like, footage of, clips of, shots of, shot of, videos of, video of, visual, seen,
    where someone, with someone, 画面, 镜头, 场景, 出现
sentence_search: natural language, semantic, meaning, plain language, 自然语言, 语义, 一句话
filter: filter, condition, contains, containing, called, keyword, 过滤, 条件, 筛选, 标题里, 包含, 叫
"""

_STOP_WORDS = """
a an the i we you me my our your it its is are was were be been being am do does did done to of for from in into
on at by with and or that this these those which what who whom whose how when where why can could would should
will want wanna need please some any all there their them they he she his her as so if then than up out off over
about via using use have has had got im id ive let lets make sure just like onto each every one us here s t re ve
ll d m don not no now go going gonna get give show tell hey hi ok thanks thx last next week today yesterday
tomorrow tonight night month ago exist existing currently anything several thing stuff something only also too
very really again back new old right still few couple two three four five ten first second third
"""

_STOP_CHINESE = """
的 了 吗 呢 吧 啊 把 给 我 我们 我要 我想 你 他 它 这 那 这个 那个 这段 这份 这条 这路 帮 帮我 请 一下 一个 一份
一段 一条 一张 一些 个 在 里 里面 上 下 中 和 跟 与 或 用 从 到 对 向 被 让 是 有 没 没有 有没有 怎么 怎样 如何
什么 哪里 哪儿 能 能不能 可以 可不可以 想 要 都 也 还 就 再 先 现在 刚才 刚刚 昨天 昨晚 今天 明天 最近 上周 这周
这个月 本月 上个月 需要 进行 所有 全部 目前 当前 已经 每 所 为 以 及 等 并 后 前 新 老 旧 之前 时候 第 多少
"""


def word_lists(text: str) -> dict[str, tuple[str, ...]]:
    """``name: word, two words, ...`` a line, continued on indented lines, as name -> words."""
    entries = text.replace("\n    ", " ").strip().splitlines()
    pairs = (entry.split(": ", 1) for entry in entries)
    return {name: tuple(word.strip() for word in words.split(",")) for name, words in pairs}


CONCEPTS = word_lists(_CONCEPTS)
STOP_WORDS = frozenset(_STOP_WORDS.split())
STOP_CHINESE = frozenset(_STOP_CHINESE.split())
