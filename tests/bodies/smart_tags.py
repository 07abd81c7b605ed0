"""Smart-tag results of a video of so many minutes: made-up values in the documented fields.

Densities are chosen so that 45 minutes give 423 KB of OCR, 361 KB of VideoLabel, 78 KB of ASR and 16 KB of NLP,
escaped as they are inside a response.
"""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

_PLACES = (
    "渔市",
    "码头",
    "灯塔",
    "货轮",
    "渡口",
    "海堤",
    "桥梁",
    "仓库",
    "广场",
    "船坞",
    "observation deck",
    "ferry terminal",
)
_PHRASES = (
    "清晨的海面很安静",
    "渔船陆续回港",
    "我们沿着海堤往前走",
    "工人正在装卸集装箱",
    "the ferry leaves at nine",
    "远处可以看到灯塔",
    "市场里挤满了买鱼的人",
    "海鸥跟着船飞",
    "傍晚灯光亮起来了",
    "the crane lifts forty tonnes",
    "这里的桥有一百年历史",
    "孩子们在广场上奔跑",
)
_LABELS = (
    "船舶",
    "起重机",
    "海鸥",
    "集装箱",
    "行人",
    "汽车",
    "建筑",
    "天空",
    "海浪",
    "鱼",
    "灯塔",
    "自行车",
    "桥",
    "食物",
    "标牌",
    "树木",
)


def _sentence(draw: random.Random, parts: int) -> str:
    return "，".join(draw.choice(_PHRASES) for _ in range(parts)) + "。"


def nlp(minutes: int, draw: random.Random) -> Json:
    count = max(4, minutes // 5)
    step = minutes * 60_000 // count
    chapters = [
        {
            "id": number + 1,
            "start": number * step,
            "end": (number + 1) * step - 40,
            "headline": f"{draw.choice(_PLACES)}：{draw.choice(_PHRASES)}",
            "summary": _sentence(draw, 22),
        }
        for number in range(count)
    ]
    speakers = [{"speakerId": str(n), "speakerName": f"发言人{n}", "summary": _sentence(draw, 6)} for n in range(1, 4)]
    questions = [
        {
            "question": f"{draw.choice(_PLACES)}在哪里？",
            "sentenceIdsOfQuestion": [number * 7 + 1],
            "answer": _sentence(draw, 3),
            "sentenceIdsOfAnswer": [number * 7 + 2, number * 7 + 3],
        }
        for number in range(max(3, minutes // 4))
    ]
    sentences = [
        {
            "id": n + 1,
            "sentenceId": n * 9 + 4,
            "start": n * 31_000,
            "end": n * 31_000 + 4200,
            "text": _sentence(draw, 2),
        }
        for n in range(max(3, minutes // 4))
    ]
    return {
        "autoChapters": chapters,
        "summarization": {
            "paragraphTitle": "港口的一天",
            "paragraphSummary": _sentence(draw, 22),
            "conversationalSummary": speakers,
            "questionsAnsweringSummary": questions,
            "mindMapSummary": [{"title": "港口", "topic": [{"title": place, "topic": []} for place in _PLACES]}],
        },
        "meetingAssistance": {"keywords": list(_PLACES[:8]), "keySentences": sentences},
    }


def text_label(minutes: int, draw: random.Random) -> Json:
    return {"tags": [{"name": "地点", "value": draw.choice(_PLACES)} for _ in range(6 + minutes // 10)]}


def _occurrence(start: float, draw: random.Random) -> Json:
    left, top = draw.randrange(40, 900), draw.randrange(20, 480)
    end = round(start + 0.5 + draw.random() * 3, 3)
    return {
        "score": round(0.6 + draw.random() * 0.399, 4),
        "from": round(start, 3),
        "to": end,
        "timestamp": round((start + end) / 2, 3),
        "position": {"leftTop": [left, top], "rightBottom": [left + 180, top + 240]},
    }


def _occurrences(minutes: int, per_minute: float, draw: random.Random) -> list[Json]:
    count = max(1, round(minutes * per_minute))
    return [_occurrence(number * minutes * 60 / count + draw.random(), draw) for number in range(count)]


def video_label(minutes: int, draw: random.Random) -> Json:
    people = ("林晓", "Anna Berg", "陈船长", "unknown-1", "王市长")
    persons = [
        {
            "name": name,
            "category": "unknown" if name.startswith("unknown") else "celebrity",
            "ratio": round(0.35 / (rank + 1), 4),
            "occurrences": _occurrences(minutes, 6 / (rank + 1), draw),
        }
        for rank, name in enumerate(people)
    ]
    tags = [
        {
            "mainTagName": ("物体", "场景", "动作")[rank % 3],
            "subTagName": label,
            "occurrences": _occurrences(minutes, 13 / (rank + 1), draw),
        }
        for rank, label in enumerate(_LABELS)
    ]
    return {
        "persons": persons,
        "tags": tags,
        "classifications": {"score": 0.91, "category1": "旅游", "category2": "城市"},
    }


def asr(minutes: int, draw: random.Random) -> Json:
    count = round(minutes * 16.8)
    step = minutes * 60 / count
    return {
        "details": [
            {
                "from": round(n * step, 3),
                "to": round((n + 0.9) * step, 3),
                "timestamp": round(n * step, 3),
                "content": _sentence(draw, 1),
            }
            for n in range(count)
        ]
    }


def ocr(minutes: int, draw: random.Random) -> Json:
    frames = round(minutes * 40.4)
    return {
        "details": [
            {"timestamp": round(frame * 1.5, 3), "info": [_text_on_screen(draw) for _ in range(1 + frame % 2)]}
            for frame in range(frames)
        ]
    }


def _text_on_screen(draw: random.Random) -> Json:
    left, top = draw.randrange(40, 900), draw.randrange(20, 480)
    return {
        "score": round(0.7 + draw.random() * 0.299, 4),
        "content": f"{draw.choice(_PLACES)} {draw.choice(_PHRASES)}",
        "position": {"leftTop": [left, top], "rightBottom": [left + 320, top + 48]},
    }
