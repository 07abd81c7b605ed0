"""The words of a question in English and Chinese, and which of the two its reader gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.chinese import REASONS
from ims_mcp.settings import Language

_LOOKED_AT = 20_000
"""Characters of a call's arguments that are looked at for their script."""
# Han as a character or as JSON escapes it; with kana or Hangul beside it the text is Japanese or Korean.
_HAN = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]|\\\\u(?:4[e-f]|[5-9][0-9a-f])[0-9a-f]{2}"
)
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Templates for str.format; what is put into them is cleaned before."""

    quoted: str
    """{text}: a stranger's words, without quotation marks in them"""
    this: str
    """{what}: the reasons, joined."""
    changes: str
    """{title}: of an operation that no reason is known for."""
    and_then: str
    one: str
    several: str
    """{count}, {titles}"""
    list_comma: str
    more_titles: str
    missing: str
    """{count}"""
    not_there: str
    """{count}, before the lines of what does not exist"""
    stop: str
    gap: str
    """Between two sentences."""
    call: str
    now: str
    """{value}: what an argument's value is before the call."""
    not_given: str
    no_such: str
    known_as: str
    """{words}, behind an id"""
    facts_comma: str
    more_characters: str
    more_entries: str
    more_arguments: str
    """{count}, {names}"""
    added: str
    dropped: str
    """{count}, {names}: elements of a list"""
    unchanged: str
    """{count}"""
    fields: str
    entries: str
    unseen: str
    hidden: str
    confirm: str
    yes: str
    send_it: str
    embedded: str
    region: str
    endpoint: str
    account: str
    many: str
    """{count}: of a job with a call for each of its rows"""
    call_many: str
    """{name}, {count}"""
    rows_from: str
    """{source}"""
    costs: str
    """{costs}"""
    some_of_them: str
    """{count}, before a line for each"""


ENGLISH = QuestionWords(
    quoted='"{text}"',
    this="This {what}.",
    changes="This changes something: {title}.",
    and_then="; ",
    one="It is {title}.",
    several="{count} in all: {titles}.",
    list_comma=", ",
    more_titles=" and {count} more",
    missing="Not found, and not asked about: {count}.",
    not_there="Does not exist ({count}):",
    stop=".",
    gap=" ",
    call="Call: {name}",
    now=" (now {value})",
    not_given="Not in this call: {name}",
    no_such="does not exist",
    known_as=" ({words})",
    facts_comma="; ",
    more_characters=" (and {count} more characters)",
    more_entries="and {count} more",
    more_arguments="and {count} more, not shown: {names}",
    added="added ({count}): {names}",
    dropped="dropped ({count}): {names}",
    unchanged="unchanged: {count}",
    fields="{{fields: {count}}}",
    entries="[entries: {count}]",
    unseen=" (invisible characters left out: {count})",
    hidden=" ({hidden}: a signature or a password)",
    confirm="Confirm",
    yes="Yes, do it",
    send_it="Send it? [y/N] ",
    embedded="On the embedded IMS of this machine.",
    region="In region {place}.",
    endpoint="At {place}.",
    account="In the account {account}.",
    many="Rows: {count}, with a call for each. One yes is for all of them, also where the job goes on after a stop.",
    call_many="Call: {name}, {count} times",
    rows_from="Rows from: {source}",
    costs="Costs: {costs}",
    some_of_them="{count} of them:",
)
CHINESE = QuestionWords(
    quoted="“{text}”",
    this="此操作将{what}。",
    changes="此操作将做出更改：{title}。",
    and_then="；",
    one="对象：{title}。",
    several="共 {count} 个：{titles}。",
    list_comma="、",
    more_titles=" 等，另有 {count} 个",
    missing="另有 {count} 个不存在，不在此列。",
    not_there="不存在（{count}）：",
    stop="。",
    gap="",
    call="调用：{name}",
    now="（现为 {value}）",
    not_given="本次未给出：{name}",
    no_such="不存在",
    known_as="（{words}）",
    facts_comma="；",
    more_characters="（另有 {count} 个字符）",
    more_entries="另有 {count} 个",
    more_arguments="另有 {count} 个参数未显示：{names}",
    added="新增（{count}）：{names}",
    dropped="移除（{count}）：{names}",
    unchanged="不变：{count}",
    fields="{{字段：{count}}}",
    entries="[元素：{count}]",
    unseen="（已去掉不可见字符：{count}）",
    hidden="（{hidden}：签名或密码）",
    confirm="确认",
    yes="是，执行",
    send_it="是否发送？[y/N] ",
    embedded="位于本机的内置 IMS。",
    region="地域：{place}。",
    endpoint="服务地址：{place}。",
    account="账号：{account}。",
    many="共 {count} 行，每行调用一次。一次确认即同意全部，任务中断后继续时也不再询问。",
    call_many="调用：{name}，共 {count} 次",
    rows_from="数据来源：{source}",
    costs="费用：{costs}",
    some_of_them="其中 {count} 行：",
)


def choose_words(
    language: Language, arguments: Mapping[str, Any], locale: str = "", searched: str = ""
) -> QuestionWords:
    """Those of ``language``; for ``auto`` Chinese where the client's ``locale`` is, or where the arguments or the words
    the operation was ``searched`` for in are written in it. What the arguments name does not count: a library holds
    titles in languages that its user does not read."""
    if language != "auto":
        return CHINESE if language == "zh" else ENGLISH
    if locale.lower().replace("_", "-").split("-")[0] == "zh":
        return CHINESE
    written: list[Any] = [*arguments.values(), searched]
    texts = [text for value in written for text in _list_texts(value)]
    return CHINESE if any(_is_chinese(text) for text in texts) else ENGLISH


def write_reason(operation: Operation, arguments: Mapping[str, Any], words: QuestionWords) -> str:
    """A sentence that says what the call does: the reasons why it is asked about."""
    reasons = [condition.reason for condition in operation.asks_about(arguments)]
    if not reasons:
        return words.changes.format(title=operation.title)
    if words is CHINESE:
        reasons = [REASONS.get(reason, reason) for reason in reasons]
    return words.this.format(what=words.and_then.join(reasons))


def _list_texts(value: Any) -> Iterable[str]:
    """The texts in a value, so many characters of each."""
    waiting, left = [value], _LOOKED_AT
    while waiting and left > 0:
        each = waiting.pop()
        if isinstance(each, str):
            yield each[:left]
            left -= len(each)
        elif isinstance(each, Mapping):
            waiting.extend(cast("Mapping[str, Any]", each).values())
        elif isinstance(each, list):
            waiting.extend(cast("list[Any]", each))
        left -= 1


def _is_chinese(text: str) -> bool:
    return _HAN.search(text) is not None and _KANA_OR_HANGUL.search(text) is None
