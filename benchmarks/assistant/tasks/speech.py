"""Tasks of texts and voices: translation and dubbing, copy, speech, digital humans, cloned voices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Holds, Not, Object, expect, expect_told
from benchmarks.assistant.script import by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, tell_outcome
from benchmarks.assistant.task import Start, Task
from benchmarks.assistant.tasks.ai import JOB, SITE, script_smart_job

VOICE_JOB = "571c704445f94a0e8e011406c2d4f6aa"


def _script_voices(start: Start) -> None:
    def make(voice: str, name: str, kind: str, about: str) -> dict[str, str]:
        return {"Voice": voice, "Name": name, "VoiceType": kind, "Desc": about, "SupportSampleRate": "48000"}

    groups = [
        {
            "Type": "English",
            "VoiceList": [make("harry", "Harry", "Male", "steady"), make("abby", "Abby", "Female", "warm")],
        },
        {
            "Type": "超高清",
            "VoiceList": [make("zhitian", "知甜", "Female", "甜美女声"), make("zhilun", "知伦", "Male", "悬疑解说")],
        },
    ]
    start.script.answer("ListSmartVoiceGroups", {"VoiceGroups": groups})


async def _list_voices(desk: Desk, words: str) -> list[dict[str, str]]:
    return (await call_found(desk, words, "ListSmartVoiceGroups"))["rows"]


async def _speak(desk: Desk, facts: Mapping[str, Any]) -> str:
    voices = {voice["Desc"]: voice["Voice"] for voice in await _list_voices(desk, "选一个音色把文字读成语音")}
    answer = await call_found(
        desk,
        "把文字合成语音文件",
        "SubmitAudioProduceJob",
        InputConfig="各位观众，晚间节目马上开始。",
        EditingConfig={"voice": voices["甜美女声"], "format": "MP3"},
        OutputConfig={"bucket": "local-media", "object": "voice/opening"},
        **WAIT,
    )
    return tell_outcome(answer, "MediaUrl")


def _prepare_speech(start: Start) -> None:
    _script_voices(start)
    submitted = {"JobId": JOB, "State": "Created"}
    script_smart_job("SubmitAudioProduceJob", [], submitted, MediaUrl=f"{SITE}/voice/opening.mp3")(start)


async def _tell_female_voice(desk: Desk, facts: Mapping[str, Any]) -> str:
    voices = await _list_voices(desk, "which ready-made voices are there")
    return "; ".join(f"{voice['Voice']}: {voice['Desc']}" for voice in voices if voice["VoiceType"] == "Female")


def _script_avatar(start: Start) -> None:
    models = [("yunqiao", "云乔", 1080, 1920), ("yunshi", "云诗", 1920, 1080)]
    listed = [
        {"AvatarId": key, "AvatarName": name, "Width": width, "Height": height, "OutputMask": False}
        for key, name, width, height in models
    ]
    start.script.answer("ListSmartSysAvatarModels", {"SmartSysAvatarModelList": listed, "TotalCount": 2})
    video = {"outputVideoUrl": f"{SITE}/avatars/sale.mp4", "subtitleClips": "[]"}
    script_smart_job("SubmitAvatarVideoJob", video, {"JobId": JOB, "MediaId": "d3b5b27947bd18d200eec3097b85b3e3"})(
        start
    )


async def _present(desk: Desk, facts: Mapping[str, Any]) -> str:
    models = await call_found(desk, "公共数字人列表", "ListSmartSysAvatarModels", PageNo=1, PageSize=20)
    avatars = index(models, "AvatarName", "AvatarId")
    answer = await call_found(
        desk,
        "用数字人播报一段文字",
        "SubmitAvatarVideoJob",
        InputConfig={"Text": "春季特卖周一开始。"},
        EditingConfig={"AvatarId": avatars["云乔"]},
        OutputConfig={"MediaURL": f"{SITE}/avatars/sale.mp4"},
        **WAIT,
    )
    return tell_outcome(answer, "video", "outputVideoUrl")


def _script_failed_voice(start: Start) -> None:
    job = {"JobId": VOICE_JOB, "VoiceId": "anna", "VoiceName": "Anna", "Type": "Standard", "Status": "Fail"}
    job |= {"Message": "The recording is too noisy", "Gender": "female"}
    body = {"Data": {"CustomizedVoiceJob": job}, "Success": True}
    start.script.answer("GetCustomizedVoiceJob", by_id("JobId", {VOICE_JOB: body}))
    start.facts["job"] = VOICE_JOB


def _script_clone(start: Start) -> None:
    job = {"JobId": VOICE_JOB, "VoiceId": "voice-7d2e", "VoiceName": "小潮", "Type": "CosyVoice", "Status": "Success"}
    submitted = {"Data": {"JobId": VOICE_JOB, "VoiceId": "voice-7d2e"}, "Success": True}
    states = [{"Data": {"CustomizedVoiceJob": job}, "Success": True}]
    start.script.run_job("SubmitCosyVoiceCustomizedVoiceJob", submitted, "GetCustomizedVoiceJob", states)


_DUBBED = [
    {"language": "en", "videoUrl": f"{SITE}/translated/tea-en.mp4", "subtitleUrl": f"{SITE}/translated/tea-en.srt"}
]

TASKS = (
    Task(
        name="dub-a-film-into-english",
        language="zh",
        toolset="ai_analysis",
        request=f"把《茶的故事》从中文配音成英文，嘴型不用对，输出到 {SITE}/translated/tea-en.mp4。",
        prepare=script_smart_job(
            "SubmitVideoTranslationJob",
            _DUBBED,
            {"Data": {"JobId": JOB}, "Success": True},
            MediaUrl=f"{SITE}/translated/tea-en.mp4",
        ),
        solve=do(
            "把视频配音翻译成英文",
            "SubmitVideoTranslationJob",
            {
                "InputConfig": {"Type": "Video", "Video": "$0"},
                "EditingConfig": {"SourceLanguage": "zh", "TargetLanguage": "en", "NeedSpeechTranslate": True},
                "OutputConfig": {"MediaURL": f"{SITE}/translated/tea-en.mp4"},
                **WAIT,
            },
            "MediaUrl",
            assets=("茶的故事",),
        ),
        grade=expect(
            "SubmitVideoTranslationJob",
            {
                "InputConfig.Video": Asset("茶的故事"),
                "EditingConfig.SourceLanguage": "zh",
                "EditingConfig.TargetLanguage": "en",
                "EditingConfig.NeedSpeechTranslate": True,
                "EditingConfig.NeedFaceTranslate": Not(True),
                "EditingConfig.DetextArea": None,
                "OutputConfig.MediaURL": Object("translated/tea-en.mp4"),
            },
            "tea-en.mp4",
        ),
        most_calls=3,
        most_bytes=1_900,
    ),
    Task(
        name="write-advertising-copy",
        language="en",
        toolset="ai_analysis",
        request="Write two short advertising texts of at most 80 characters about running shoes and a "
        "half-price weekend.",
        prepare=script_smart_job(
            "SubmitTextGenerateJob", ["Run into the weekend: half price.", "Two shoes, one price."]
        ),
        solve=do(
            "write short advertising texts from keywords",
            "SubmitTextGenerateJob",
            {
                "Type": "MarketingCopy",
                "GenerateConfig": {
                    "keywords": "running shoes,half-price weekend",
                    "textLength": 80,
                    "targetCount": 2,
                },
                **WAIT,
            },
            "texts",
            "AiResult",
        ),
        grade=expect(
            "SubmitTextGenerateJob",
            {
                "Type": "MarketingCopy",
                "GenerateConfig.targetCount": 2,
                "GenerateConfig.textLength": 80,
                "GenerateConfig.keywords": Holds("shoes"),
            },
            "Run into the weekend",
            "Two shoes, one price",
        ),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="write-a-storyboard",
        language="zh",
        toolset="ai_analysis",
        request="把这段话写成分镜脚本：“清晨，灯塔看守人推开窗，海雾散去，渔船归港。”",
        prepare=script_smart_job(
            "SubmitTextGenerateJob", [{"shot": 1, "content": "近景：推窗"}, {"shot": 2, "content": "远景：海雾与渔船"}]
        ),
        solve=do(
            "把一段文字写成分镜脚本",
            "SubmitTextGenerateJob",
            {
                "Type": "StoryboardScript",
                "GenerateConfig": {"originText": "清晨，灯塔看守人推开窗，海雾散去，渔船归港。"},
                **WAIT,
            },
            "content",
        ),
        grade=expect(
            "SubmitTextGenerateJob",
            {"Type": "StoryboardScript", "GenerateConfig.originText": Holds("灯塔看守人推开窗", "渔船归港")},
            "推窗",
            "渔船",
        ),
        most_calls=3,
        most_bytes=3_800,
    ),
    Task(
        name="speak-a-text-with-a-voice-described",
        language="zh",
        toolset="ai_analysis",
        request="用甜美女声把“各位观众，晚间节目马上开始。”读成 MP3，存到 local-media 的 voice/opening.mp3，给我地址。",
        prepare=_prepare_speech,
        solve=_speak,
        grade=expect(
            "SubmitAudioProduceJob",
            {
                "InputConfig": Holds("各位观众", "晚间节目马上开始"),
                "EditingConfig.voice": "zhitian",
                "EditingConfig.format": "MP3",
                "OutputConfig.bucket": "local-media",
                "OutputConfig.object": "voice/opening",
            },
            "opening.mp3",
        ),
        most_calls=3,
        most_bytes=2_000,
    ),
    Task(
        name="name-the-female-voices",
        language="en",
        toolset="avatars_voices",
        request="Which ready-made female voices are there? I need their ids.",
        prepare=_script_voices,
        solve=_tell_female_voice,
        grade=expect_told("abby", "zhitian"),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="let-a-digital-human-speak",
        language="zh",
        toolset="avatars_voices",
        request=f"让公共数字人“云乔”说“春季特卖周一开始。”，视频放到 {SITE}/avatars/sale.mp4。",
        prepare=_script_avatar,
        solve=_present,
        grade=expect(
            "SubmitAvatarVideoJob",
            {
                "EditingConfig.AvatarId": "yunqiao",
                "InputConfig.Text": Holds("春季特卖周一开始"),
                "OutputConfig.MediaURL": Object("avatars/sale.mp4"),
            },
            "avatars/sale.mp4",
        ),
        most_calls=4,
        most_bytes=2_700,
    ),
    Task(
        name="tell-why-a-voice-was-not-cloned",
        language="en",
        toolset="avatars_voices",
        request="Is voice cloning job {job} done? If it did not work, why?",
        prepare=_script_failed_voice,
        solve=do(
            "is a voice cloning job done", "GetCustomizedVoiceJob", {"JobId": "$job"}, "Status", "Message", "reason"
        ),
        grade=expect_told(
            re.compile("fail|not work|did not|unsuccessful", re.IGNORECASE), re.compile("nois", re.IGNORECASE)
        ),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="clone-a-voice-from-an-asset",
        language="zh",
        toolset="avatars_voices",
        request="用素材 Station theme 里的录音克隆一个音色，叫“小潮”，女声，用 cosyvoice-v3-plus。音色 ID 是什么？",
        prepare=_script_clone,
        solve=do(
            "用一段录音克隆音色",
            "SubmitCosyVoiceCustomizedVoiceJob",
            {"Audios": "$0", "Model": "cosyvoice-v3-plus", "VoiceName": "小潮", "Gender": "female", **WAIT},
            "VoiceId",
            assets=("Station theme",),
        ),
        grade=expect(
            "SubmitCosyVoiceCustomizedVoiceJob",
            {
                "Audios": Asset("Station theme"),
                "Model": "cosyvoice-v3-plus",
                "VoiceName": "小潮",
                "Gender": "female",
            },
            "voice-7d2e",
        ),
        most_calls=3,
        most_bytes=1_700,
    ),
)
