"""The state every task begins with: the assets and categories of a small broadcaster, in two languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from filelock import FileLock

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import RunningIms, running_ims, wait_for
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder
from tests.local_recording.rtmp_server import rtmp_server

BUCKET = "local-media"
RECORDINGS = "recordings"
"""The bucket that recordings go to."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One registered file. ``clip`` names its content in :data:`CLIPS`."""

    key: str
    title: str
    clip: str
    tags: str = ""
    description: str = ""
    category: str = ""

    @property
    def url(self) -> str:
        return f"oss://{BUCKET}/{self.key}"


CLIPS = {
    "short.mp4": partial(make_clip, seconds=3, width=640, height=360, bitrate=300_000),
    "long.mp4": partial(make_clip, seconds=9, width=1280, height=720, bitrate=400_000, audio_languages=("eng", "chi")),
    "tall.mp4": partial(make_clip, seconds=4, width=360, height=640, bitrate=300_000, subtitles=False),
    "silent.mp4": partial(make_clip, seconds=5, width=640, height=360, bitrate=300_000, audio=False, subtitles=False),
    "hevc.mp4": partial(
        make_clip,
        seconds=2,
        width=320,
        height=180,
        bitrate=200_000,
        video_codec="libx265",
        video_options={"x265-params": "log-level=none"},
    ),
    "sound.mp3": partial(make_clip, seconds=12, video_codec=None, audio_codec="libmp3lame", subtitles=False),
    "stream.flv": partial(make_clip, seconds=4, width=320, height=180, bitrate=200_000, subtitles=False),
    "picture.png": partial(make_clip, width=800, height=600, video_codec="png"),
}
CATEGORIES = ("News", "体育", "Documentaries")
ASSETS = (
    Asset("news/evening-0412.mp4", "Evening News 12 April", "long.mp4", "news,studio", "Main edition", "News"),
    Asset("news/evening-0413.mp4", "Evening News 13 April", "short.mp4", "news,studio", "Main edition", "News"),
    Asset("news/flood.mp4", "Flood in the harbour, raw footage", "silent.mp4", "news,raw,water", "Drone", "News"),
    Asset("sport/final.mp4", "足球决赛集锦", "long.mp4", "体育,足球,集锦", "城市杯决赛", "体育"),
    Asset("sport/interview.mp4", "教练赛后采访", "short.mp4", "体育,采访", "", "体育"),
    Asset("sport/marathon.mp4", "马拉松开跑", "tall.mp4", "体育,跑步,竖屏", "", "体育"),
    Asset("doc/lighthouse.mp4", "The Lighthouse Keepers", "hevc.mp4", "documentary,sea", "Part one", "Documentaries"),
    Asset("doc/tea.mp4", "茶的故事", "hevc.mp4", "纪录片,茶", "云南", "Documentaries"),
    Asset("promo/spring-sale.mp4", "Spring sale promo", "tall.mp4", "promo,vertical,sale"),
    Asset("promo/teaser.mp4", "Autumn teaser", "short.mp4", "promo,teaser"),
    Asset("music/theme.mp3", "Station theme", "sound.mp3", "music,jingle"),
    Asset("music/rain.mp3", "雨声", "sound.mp3", "音效,雨"),
    Asset("stills/logo.png", "Harbour TV logo", "picture.png", "logo,brand"),
    Asset("stills/poster.png", "足球决赛海报", "picture.png", "海报,体育"),
)
UNREGISTERED = (("incoming/press-conference.mp4", "short.mp4"), ("incoming/发布会.mp4", "tall.mp4"))
"""Objects that lie in the bucket and are no assets."""
RECORDED = "市政会议"
"""A recording that is over: one mp4 of about two seconds."""
NO_SUCH_ID = "0badc0de0badc0de0badc0de0badc0de"
"""An id that no asset has."""


@dataclass(frozen=True, slots=True)
class StartState:
    """What there is, by the names that tasks use."""

    media_ids: Mapping[str, str] = field(default_factory=dict[str, str])
    """By title."""
    category_ids: Mapping[str, int] = field(default_factory=dict[str, int])
    """By name."""
    job_ids: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of recordings, by name."""
    clips_dir: str = ""
    """Where the files of :data:`CLIPS` lie."""

    def clip(self, name: str) -> Path:
        return Path(self.clips_dir, name)


def share_start_state(directory: Path) -> tuple[StartState, Path]:
    """:func:`build_start_state` in ``directory``, once for all processes that ask for it; and its data directory."""
    told = directory / "start_state.json"
    with FileLock(directory.with_suffix(".lock")):
        if not told.exists():
            state = build_start_state(directory / "ims", directory / "clips")
            told.write_text(
                json.dumps([state.media_ids, state.category_ids, state.job_ids, state.clips_dir]),
                encoding="utf-8",
            )
    return StartState(*json.loads(told.read_text(encoding="utf-8"))), directory / "ims"


def build_start_state(data_dir: Path, clips_dir: Path) -> StartState:
    """Make the data directory of an embedded IMS that holds it all. Takes some seconds; copy it for each task."""
    clips_dir.mkdir(parents=True)
    clips = {name: make(clips_dir / name) for name, make in CLIPS.items()}
    with running_ims(data_dir, reconnect_timeout_seconds=0.5) as ims:
        categories = {name: int(ims.call("AddCategory", CateName=name)["Category"]["CateId"]) for name in CATEGORIES}
        for key, clip in UNREGISTERED:
            ims.put(key, clips[clip], BUCKET)
        media_ids = {asset.title: _register(ims, asset, clips[asset.clip], categories) for asset in ASSETS}
        for media_id in media_ids.values():
            ims.settled(media_id)
        job_ids = {RECORDED: _record(ims, RECORDED, clips["stream.flv"])}
    return StartState(media_ids, categories, job_ids, str(clips_dir))


def _register(ims: RunningIms, asset: Asset, clip: Path, categories: Mapping[str, int]) -> str:
    ims.put(asset.key, clip, BUCKET)
    more = {"cate_id": categories[asset.category]} if asset.category else {}
    return ims.register(asset.url, title=asset.title, media_tags=asset.tags, description=asset.description, **more)


def _record(ims: RunningIms, name: str, clip: Path) -> str:
    """Record two seconds to their end; returns the JobId."""
    recorder = Recorder(ims, RECORDINGS)
    with rtmp_server() as server, publishing(clip, url := server.url("council")) as publisher:
        publisher.connect()
        [template] = [
            template["TemplateId"]
            for template in ims.call("ListLiveRecordTemplates", Type="system")["RecordTemplateList"]
            if [each["Format"] for each in template["RecordFormatList"]] == ["mp4"]
        ]
        told = ims.call(
            "SubmitLiveRecordJob",
            Name=name,
            TemplateId=template,
            StreamInput=json.dumps({"Type": "rtmp", "Url": url}),
            RecordOutput=json.dumps({"Type": "oss", "Bucket": RECORDINGS}),
        )
        wait_for(lambda: server.players("council") > 0 or None)
        publisher.begin_sending(2.0)
        publisher.finish()
    recorder.reached(told["JobId"], "paused")
    return str(told["JobId"])
