"""What a request wants done (list, delete, follow, ...) and what an operation does, and how well the two agree."""

from __future__ import annotations

import math
import re
from functools import cache

from ims_mcp.catalogue.stems import latin_words, normalised, stem
from ims_mcp.catalogue.synonyms import word_lists

# What is meant by the words of a request. A Chinese word counts wherever it stands, an English one as whole words.
_REQUESTS = """
delete: delete, remove, unschedule, throw away, throw out, throw, get rid, trash, wipe, erase, drop, purge, discard,
    clear, forget, scrap, take out, take away, take off, clean up, destroy, tear down, ditch, nuke, bin, unregister,
    unpublish, dispose, withdraw, unlink, detach, no longer need, do not need, don t need, 删, 移除, 清空, 清除, 清理,
    清掉, 去掉, 扔掉, 不要了, 移出, 撤掉, 撤下, 注销, 拿掉, 丢掉, 干掉, 销毁, 作废
list: list, any, newest, latest, recent, show me all, show all, all the, all my, all our, which, what are the, browse,
    overview, every, everything, how many, do we have, do i have, have we got, are there, there any, available,
    enumerate, query a list, show me the, see the, names of, where are, 列出, 列一下, 列给, 列表, 列个, 哪些, 哪几,
    清单, 都有, 所有, 全部, 有多少, 有几个, 都有啥, 有啥, 一览, 一共, 有什么
get: get, see, look at, look up, detail, inspect, describe, read, show, show me, what, whats, tell me, query,
    retrieve, obtain, return, how long, how big, view, open, open the, open my, display, fetch me, need the, where do,
    where does, 查询, 查看, 看一下, 看看, 看下, 详情, 获取, 拿, 是多少, 是什么, 是啥, 读取, 读一下, 多少, 信息, 了解,
    显示, 多长, 多大, 什么, 哪个
check: check, whether, if this, verify, test, is this, does this, compare, validate, 检查, 检测, 查一下, 查, 有没有,
    是不是, 是否, 看有没有, 校验
follow: done, finished, follow, ready, progress, status, going, succeed, complete, completed, result, yet, how far,
    already, state, working, still running, still, come out, came out, come back, outcome, did my, did the, did it,
    has my, has the, has it, call over, is over, is it over, over yet, is still, are still, stuck, percent,
    happened to, went, how did, 进度, 正在, 在线, 好了没, 好了吗, 完了没, 完了吗, 跑完, 完成, 状态, 结果, 成功了,
    怎么样了, 到哪, 结束了吗, 好没好, 做完, 出来了吗, 了没, 了吗, 百分之, 哪一步, 跑到, 还在, 完事, 弄完, 进展, 卡住,
    卡在
create: create, new, set up, setup, make, build, define, open a, establish, make me, spin up, 新建, 创建, 建, 新增,
    做一个, 设立, 开一个, 建立, 搭, 弄一个, 弄个, 新开, 来一个, 来个, 给个
add: add, put, schedule the, schedule a, insert, register, enroll, enrol, attach, assign, include, bring, 添加, 加,
    注册, 登记, 录入, 放进, 加到, 加入, 打个, 放到, 收进, 纳入
update: update, change, edit, modify, rename, alter, adjust, set, raise, lower, increase, decrease, replace, move,
    fix, correct, switch, tweak, configure, swap, shorten, extend, reconfigure, enable, disable, postpone, reschedule,
    push back, delay, customise, customize, louder, quieter, point to, 改, 更新, 变更, 换, 调整, 调, 重命名, 替换,
    设置, 设为, 设成, 切换, 切到, 配置一下, 配一下, 编辑, 开启, 关闭, 往后推, 推迟, 提前, 延后, 大一点, 小一点, 一点,
    挪, 更换, 指到
stop: stop, end, halt, shut, shut down, finish off, hang up, kill, cancel, abort, pause, suspend, take offline,
    turn off, switch off, off air, terminate, mute, block, disable, quit, close, interrupt, cut off, kick, deactivate,
    forbid, 停, 关, 不跑了, 别跑, 不做了, 结束, 取消, 终止, 中止, 暂停, 挂断, 挂掉, 下线, 禁用, 别再, 断开, 踢, 中断,
    下播, 停播
start: start, begin, launch, run, go live, kick off, turn on, switch on, put on air, bring up, restart, activate,
    enable, fire up, unmute, unblock, go on air, perform, execute, trigger, 启动, 开始, 开启, 打开, 运行, 跑, 开播,
    启用, 上线, 重启, 激活, 执行, 触发, 开通
resume: resume, continue, carry on, retry, pick up where, try again, unblock, don t start over, 恢复, 继续, 重试,
    接着, 断点
submit: submit, generate, hide, embed, let, have, turn, produce, do, apply, perform, send, teach, tell, 提交, 生成,
    变成, 转成, 做成, 制作, 让, 叫, 自动, 帮我做, 做个, 压成, 输出成, 弄成
search: search, find, look for, locate, where is, hunt, which videos, which clips, 搜索, 搜, 查找, 检索, 找, 哪段
"""

# The kinds of an operation by how its name begins; the first line that fits counts.
_NAMES: tuple[tuple[str, str], ...] = (
    # asking
    (
        r"(Batch)?Get\w*(List|Categories|AllOutputName|AvailableRegion|Materials|PlayInfo|DeviceInfo|Params)$",
        "list get",
    ),
    (r"Query\w*JobList$", "list follow"),
    (r"Get(AI)?Workflow|(Batch)?Get\w*Job$|Query\w*Job(Detail)?$|GetUrl", "follow"),
    (r"DescribeAIAgent|DescribeRtc|QuerySearchLib|GetVodPackagingAsset", "get follow"),
    (r"Get(MediaLiveChannel|MediaConnectFlow|MediaConnectFlowInput|Channel|Pipeline)$", "get follow"),
    (r"DescribePlayList|ListSchedules|ListAIAgentDialogues", "list get"),
    (r"List", "list"),
    (r"Get|Query|Describe|BatchGet", "get"),
    (r"SearchMediaBy(Multimodal|Hybrid)", "search describe"),
    (r"Search(?!IndexJobRerun)", "search"),
    # of several kinds
    (r"SearchIndexJobRerun", "submit start resume"),
    (r"UpdateMediaInfo$", "update add"),
    (r"UpdateMediaConnectFlowStatus|SendLiveSnapshotJobCommand|SetContentAnalyzeConfig", "start stop update"),
    (r"UpdatePipeline|AlterSearchIndex", "update stop start resume"),
    (r"SendLiveTranscodeJobCommand", "stop"),
    (r"RefreshUpload|UpdateLivePackageChannelCredentials", "update submit create get"),
    (r"CreateUpload|CreateYikeAssetUpload|GenerateMessageChatToken", "create get submit"),
    (r"SubmitSyncMediaInfoJob|DetectAudio|PrecheckYike|DecryptKMS", "get submit check"),
    (r"SubmitIProduction", "submit delete"),
    (r"CancelFavorite|SubYike", "delete update"),
    (r"SetAIAgentVoiceprint|SetNotify|SetEvent", "update add create"),
    (
        r"AddYikeUserCredit|UpdateHotword|AddMediaMarks|AddStreamTag|AddFavorite|AddEditing|AddMediaConnect",
        "add update",
    ),
    (r"AddAdInsertion|CreateRecognition(Entity|Sample)|CreateSource$|CreateProgram", "create add submit"),
    (r"CreateSearchIndex", "create add start"),
    (r"CreateStreamToSearchLib|CreateAvatarTraining|CreateCustomizedVoice", "create start submit"),
    (r"CreateAudit|CreateIpcOrder", "create submit"),
    (r"InsertMedia|Register|CreateVodPackagingAsset|BatchCreate", "add submit"),
    # making and changing
    (r"Add", "create add"),
    (r"Create", "create"),
    (r"Update|Alter|Set", "update"),
    (r"Delete|Drop|Clear", "delete"),
    (r"Stop|Close|Cancel|Forbid", "stop"),
    (r"Resume", "resume start"),
    (r"Start|Open|Active", "start submit"),
    (r"Submit|Generate|Upload|Send|Takeover|Forward", "submit"),
)

# (wanted, done): how well they agree, from -1 to 1; what is not listed disagrees.
_AGREEMENT: dict[tuple[str, str], float] = {
    ("list", "search"): 0.5,
    ("list", "get"): 0.3,
    ("check", "submit"): 1.0,
    ("check", "get"): 0.7,
    ("check", "follow"): 0.4,
    ("check", "list"): 0.3,
    ("check", "search"): 0.3,
    ("get", "follow"): 0.85,
    ("get", "list"): 0.6,
    ("get", "search"): 0.3,
    ("get", "submit"): 0.3,
    ("follow", "get"): 0.5,
    ("follow", "list"): 0.3,
    ("create", "submit"): 0.8,
    ("create", "add"): 0.6,
    ("add", "create"): 0.8,
    ("add", "submit"): 0.5,
    ("add", "update"): 0.3,
    ("submit", "add"): 0.4,
    ("update", "add"): 0.2,
    ("create", "start"): 0.2,
    ("update", "start"): 0.3,
    ("update", "stop"): 0.2,
    ("update", "submit"): -0.3,
    ("update", "create"): 0.0,
    ("stop", "update"): 0.0,
    ("stop", "delete"): -0.4,
    ("resume", "start"): 0.7,
    ("resume", "update"): 0.3,
    ("resume", "submit"): 0.2,
    ("start", "resume"): 0.6,
    ("submit", "create"): 0.6,
    ("submit", "start"): 0.6,
    ("submit", "update"): 0.1,
    ("submit", "get"): -0.1,
    ("submit", "list"): -0.2,
    ("submit", "search"): 0.0,
    ("start", "submit"): 0.9,
    ("start", "create"): 0.4,
    ("search", "list"): 0.5,
    ("search", "get"): 0.3,
    ("search", "submit"): 0.1,
    ("delete", "stop"): -0.2,
    ("delete", "submit"): -1.0,
    ("delete", "update"): -0.8,
}
_DISAGREEMENT = -0.8
# Where either means to delete and the other does not.
_DELETION = -1.5
# What a verb counts that is not a request's first.
_LATER = 0.7
# Where a request names no doing: what it most likely wants.
_UNSAID: dict[str, float] = {
    "submit": 0.8,
    "create": 0.5,
    "add": 0.4,
    "search": 0.4,
    "start": 0.3,
    "get": 0.2,
    "list": 0.2,
}


_PARTED = re.compile(
    r" (tak|take|turn|switch|shut|push|put|throw|kick|cut|hang)(?: \w+){1,4}? (out|off|on|down|back|away|up)(?= )"
)


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """(kind, phrase), English phrases as stems."""
    pairs = [(kind, phrase) for kind, phrases in word_lists(_REQUESTS).items() for phrase in phrases]
    return tuple((kind, _stems(phrase) if phrase.isascii() else phrase) for kind, phrase in pairs)


def _stems(text: str) -> str:
    return " ".join(stem(word) for word in latin_words(text))


@cache
def doing_words() -> frozenset[str]:
    """The single words, English and Chinese, that say what to do and nothing of the thing it is done to."""
    return frozenset(phrase for _, phrase in _phrases() if " " not in phrase)


def wanted(request: str, *, describes: bool = False) -> dict[str, float]:
    """The kinds of doing a request speaks of, the foremost weighing 1; empty where it names none.

    ``describes``: it says much that is no business of a media cloud, so a search looks for what is seen.
    """
    lowered = normalised(request)
    english = f" {_stems(lowered)} "
    # "take the clip out" is said for "take out the clip".
    english += "".join(f"{verb} {particle} " for verb, particle in _PARTED.findall(english))
    first: dict[str, tuple[float, int]] = {}
    for kind, phrase in _phrases():
        text, sought = (english, f" {phrase} ") if phrase.isascii() else (lowered, phrase)
        at = text.find(sought)
        if at >= 0:
            # Of two phrases that begin at one place the longer says more: "turn off" against "turn".
            first[kind] = min(first.get(kind, (math.inf, 0)), (at / len(text), -len(phrase)))
    if not first:
        # The particle before an object that something is done to.
        return {"submit": 1.0} if "把" in lowered or "将" in lowered else {}
    # Whoever asks how a thing went names the thing by its verb: "did the export start?".
    said_first = min(first, key=lambda kind: (*first[kind], kind))
    foremost = next((kind for kind in ("follow", "delete") if kind in first), said_first)
    if "list" in first and (foremost == "get" or "列表" in lowered):
        foremost = "list"
    if foremost == "search" and describes:
        foremost, first["describe"] = "describe", first["search"]
    return {kind: 1.0 if kind == foremost else _LATER for kind in first}


def done(operation: str) -> frozenset[str]:
    """The kinds of doing an operation stands for, by its name."""
    return next((frozenset(kinds.split()) for name, kinds in _NAMES if re.match(name, operation)), frozenset[str]())


def agreement(wants: dict[str, float], does: frozenset[str]) -> float:
    """How well a request's kinds and an operation's agree, from -1 to 1."""
    if not wants:
        return max((_UNSAID.get(kind, 0.0) for kind in does), default=0.0)
    return max((weight * _agree(want, do) for want, weight in wants.items() for do in does), default=0.0)


def _agree(want: str, do: str) -> float:
    if want == do:
        return 1.0
    return _AGREEMENT.get((want, do), _DELETION if "delete" in (want, do) else _DISAGREEMENT)
