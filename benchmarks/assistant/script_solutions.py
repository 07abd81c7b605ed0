"""How the tasks that need several calls are solved by scripts: what is looked up first, and the script that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.assistant.tasks.ai import SITE

SEVERAL_CALLS = 4
"""From so many on a task needs several."""


@dataclass(frozen=True, slots=True)
class ScriptSolution:
    """``work`` is the script that does it, in which ``$name`` stands for a fact of the request. ``look_up``: what is
    searched for before, in the user's words. Of its result the values under ``tells`` are told, all where none is
    named."""

    work: str
    look_up: Sequence[str] = ()
    tells: Sequence[str] = ()
    opening: str = ""


NEED_A_YES = frozenset(
    {
        "add-a-word-to-a-word-list",
        "call-a-customer",
        "change-a-mark",
        "change-a-recording-template",
        "delete-a-recording",
        "hand-out-credits",
        "keep-a-template-the-user-does-not-want-deleted",
        "make-three-short-videos",
        "stop-one-live-transcoding",
    }
)
"""Tasks of several calls, the last of which the user is asked about: no script makes it."""
_FIND = """
import ims
async def find(title):
    return (await ims.find_media(text=title))["assets"][0]["MediaId"]
"""
SOLUTIONS: Mapping[str, ScriptSolution] = {
    "tag-all-that-are-found": ScriptSolution(
        """
import ims
found = await ims.find_media(text="Evening News")
for asset in found["assets"]:
    await ims.update_media_info(MediaId=asset["MediaId"], MediaTags="存档", AppendTags=True)
[asset["title"] for asset in found["assets"]]
"""
    ),
    "make-a-sprite-sheet": ScriptSolution(
        f"""{_FIND}
made = await ims.submit_snapshot_job(
    Input={{"Type": "Media", "Media": await find("茶的故事")}},
    Output={{"Type": "OSS", "Media": "oss://local-media/sprites/tea-{{Count}}.jpg"}},
    TemplateConfig={{
        "TemplateId": "$template",
        "OverwriteParams": {{"Type": "Sprite", "SpriteSnapshotConfig": {{"Columns": 10, "Lines": 10}}}},
    }},
    wait_seconds=20,
)
made["result"]
""",
        ["给视频生成雪碧图"],
        ["pictures"],
    ),
    "cut-a-piece-out-of-an-asset": ScriptSolution(
        f"""{_FIND}
made = await ims.submit_media_producing_job(
    Timeline={{"VideoTracks": [{{"VideoTrackClips": [{{"MediaId": await find("足球决赛集锦"), "In": 2, "Out": 5}}]}}]}},
    OutputMediaConfig={{"MediaURL": "{SITE}/out/goal-cut.mp4"}},
    wait_seconds=20,
)
made["result"]["MediaURL"]
""",
        ["裁剪视频片段再合成输出"],
    ),
    "join-two-editions-with-a-transition": ScriptSolution(
        f"""{_FIND}
first, then = await find("Evening News 12 April"), await find("Evening News 13 April")
clips = [{{"MediaId": first, "Effects": [{{"Type": "Transition", "SubType": "fade"}}]}}, {{"MediaId": then}}]
made = await ims.submit_media_producing_job(
    Timeline={{"VideoTracks": [{{"VideoTrackClips": clips}}]}},
    OutputMediaConfig={{"MediaURL": "{SITE}/out/two-evenings.mp4"}},
    wait_seconds=20,
)
made["result"]["MediaURL"]
""",
        ["join two videos with a fade between them"],
    ),
    "show-a-title-at-the-beginning": ScriptSolution(
        f"""{_FIND}
title = {{"Type": "Text", "Content": "Only this week", "TimelineOut": 3, "FontSize": 60, "Alignment": "TopCenter"}}
made = await ims.submit_media_producing_job(
    Timeline={{
        "VideoTracks": [{{"VideoTrackClips": [{{"MediaId": await find("Spring sale promo")}}]}}],
        "SubtitleTracks": [{{"SubtitleTrackClips": [title]}}],
    }},
    OutputMediaConfig={{"MediaURL": "{SITE}/out/sale-title.mp4"}},
    wait_seconds=20,
)
made["result"]["MediaURL"]
""",
        ["burn a title into the first seconds of a video"],
    ),
    "fill-an-editing-template": ScriptSolution(
        f"""{_FIND}
params = await ims.get_template_params(TemplateId="$template")
values = {{"Video": await find("Spring sale promo"), "Text": "周末五折"}}
made = await ims.submit_media_producing_job(
    TemplateId="$template",
    ClipsParam={{each["Key"]: values[each["Type"]] for each in params["ParamList"]}},
    OutputMediaConfig={{"MediaURL": "{SITE}/out/promo-week.mp4"}},
    wait_seconds=20,
)
made["result"]["MediaURL"]
""",
        ["剪辑模板里有哪些可以替换的内容", "用模板合成视频"],
    ),
    "save-an-editing-project": ScriptSolution(
        f"""{_FIND}
clips = [{{"MediaId": await find(title)}} for title in ["马拉松开跑", "教练赛后采访"]]
made = await ims.create_editing_project(Title="周末特辑", Timeline={{"VideoTracks": [{{"VideoTrackClips": clips}}]}})
made
""",
        ["新建剪辑工程"],
        ["ProjectId"],
    ),
    "cut-a-trailer-of-a-series": ScriptSolution(
        f"""{_FIND}
made = await ims.submit_screen_media_highlights_job(
    InputConfig={{"MediaArray": [await find("The Lighthouse Keepers"), await find("茶的故事")]}},
    EditingConfig={{"MediaConfig": {{"Volume": 1}}}},
    OutputConfig={{"MediaURL": "{SITE}/trailers/drama_{{index}}.mp4", "Count": 1, "Width": 1080, "Height": 1920}},
    wait_seconds=20,
)
made["result"]
""",
        ["给短剧剪一条预告片"],
        ["url"],
    ),
    "pick-covers": ScriptSolution(
        f"""{_FIND}
made = await ims.submit_i_production_job(
    FunctionName="Cover",
    Input={{"Type": "Media", "Media": await find("马拉松开跑")}},
    Output={{"Type": "OSS", "Media": "oss://local-media/covers/marathon-{{sequenceId}}.jpg"}},
    wait_seconds=20,
)
made["result"]
""",
        ["从视频里智能挑选封面"],
        ["path"],
    ),
    "add-a-presenter-to-the-faces": ScriptSolution(
        f"""
import ims
libraries = (await ims.list_recognition_libs(Algorithm="face", PageNumber=1, PageSize=20))["Libs"]["Lib"]
[lib] = [each["LibId"] for each in libraries if each["LibName"] == "Our presenters"]
person = await ims.create_recognition_entity(LibId=lib, Algorithm="face", EntityName="Mei Lin")
await ims.create_recognition_sample(
    LibId=lib, Algorithm="face", EntityId=person["EntityId"], ImageUrl="{SITE}/people/mei-lin.jpg"
)
person["EntityId"]
""",
        [
            "list our face recognition libraries",
            "add a person to a recognition library",
            "add a sample picture to a recognised person",
        ],
        opening="Mei Lin is in Our presenters, with one picture, as",
    ),
    "let-a-digital-human-speak": ScriptSolution(
        f"""
import ims
models = (await ims.list_smart_sys_avatar_models(PageNo=1, PageSize=20))["SmartSysAvatarModelList"]
[avatar] = [each["AvatarId"] for each in models if each["AvatarName"] == "云乔"]
made = await ims.submit_avatar_video_job(
    InputConfig={{"Text": "春季特卖周一开始。"}},
    EditingConfig={{"AvatarId": avatar}},
    OutputConfig={{"MediaURL": "{SITE}/avatars/sale.mp4"}},
    wait_seconds=20,
)
made["result"]
""",
        ["公共数字人列表", "用数字人播报一段文字"],
        ["video"],
    ),
    "mark-a-copy-of-a-film": ScriptSolution(
        f"""{_FIND}
made = await ims.submit_copyright_job(
    Input={{"Type": "Media", "Media": await find("The Lighthouse Keepers")}},
    Output={{"Type": "OSS", "Media": "oss://local-media/marked/lighthouse.mp4"}},
    Message="Harbour TV 2026",
    Params={{"algoType": "v2"}},
    wait_seconds=20,
)
made["result"]
""",
        ["write an invisible copyright watermark into a video"],
        ["output"],
    ),
    "look-for-copies-of-a-clip": ScriptSolution(
        """
import ims
[library] = [each["DBId"] for each in (await ims.list_dnadb())["DBList"] if each["Name"] == "自制节目"]
made = await ims.submit_dna_job(
    Input={"Type": "OSS", "Media": "oss://local-media/suspects/clip.mp4"},
    DBId=library,
    PrimaryKey="suspects-clip",
    Config={"SaveType": "nosave", "MediaType": "video"},
    wait_seconds=20,
)
made["result"]
""",
        ["所有指纹库", "拿视频和指纹库比对，找盗版"],
        ["any_matches_are_listed_in"],
        opening="比对已完成。匹配（如果有）都列在这个文件里：",
    ),
    "transcode-a-live-stream": ScriptSolution(
        """
import ims
templates = (await ims.list_live_transcode_templates())["TemplateContentList"]
[template] = [each["TemplateId"] for each in templates if each["Name"] == "stage 720p"]
made = await ims.submit_live_transcode_job(
    Name="stage 720p",
    StreamInput={"Type": "rtmp", "InputUrl": "rtmp://push.harbour.tv/live/stage"},
    TemplateId=template,
    StartMode=0,
    TranscodeOutput={"Type": "LiveCenter", "DomainName": "play.harbour.tv"},
    wait_seconds=20,
)
made["result"]
""",
        ["list live transcoding templates", "transcode a live stream with our template"],
        ["addresses"],
        opening="It runs; play it at",
    ),
    "list-the-alerts-of-a-channel": ScriptSolution(
        """
import ims
channel = (await ims.get_channel(ChannelName="MovieNight"))["Channel"]
alerts = (await ims.list_channel_alerts(ResourceArn=channel["Arn"]))["ProgramAlerts"]
[[each["ProgramName"], each["Category"]] for each in alerts]
""",
        ["look at one MediaWeaver channel", "alerts of the programs of a MediaWeaver channel"],
    ),
}
