"""What graders read of the end state: the assets that are there, lost or added, and whether the user was asked."""

from __future__ import annotations

from typing import Any

from benchmarks.assistant.answers import pick_all
from benchmarks.assistant.start_state import ASSETS
from benchmarks.assistant.task import End, Problems


def read_asset(end: End, title: str) -> dict[str, Any]:
    """MediaBasicInfo of an asset of the start state."""
    return end.ims.media_info(end.start_state.media_ids[title])["MediaBasicInfo"]


def find_lost(end: End, *gone: str) -> Problems:
    """A problem for each asset of the start state that is not there, and for each of ``gone`` that is."""
    titles = set(pick_all(end.ims.call("ListMediaBasicInfos", MaxResults="100"), "Title"))
    lost = [asset.title for asset in ASSETS if asset.title not in gone and asset.title not in titles]
    return [f"{title!r} is gone" for title in lost] + [f"{title!r} is still there" for title in gone if title in titles]


def list_added(end: End) -> list[dict[str, Any]]:
    """MediaBasicInfo of each asset that was not there in the start."""
    known = set(end.start_state.media_ids.values())
    listed = end.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]
    return [each["MediaBasicInfo"] for each in listed if each["MediaId"] not in known]


def check_added(end: End, *titles: str, clip: str = "short.mp4") -> Problems:
    """One Normal asset of each title, with the content of the clip."""
    added = list_added(end)
    found = sorted((each["Title"], each["Status"]) for each in added)
    wanted = sorted((title, "Normal") for title in titles)
    problems = [] if found == wanted else [f"added are {found}, not {wanted}"]
    for each in added if not problems else []:
        source = end.ims.media_info(each["MediaId"])["FileInfoList"][0]["FileBasicInfo"]
        if int(float(source["FileSize"])) != end.start_state.clip(clip).stat().st_size:
            problems.append(f"{each['Title']!r} has {source['FileSize']} bytes")
    return problems


def check_none_added(end: End) -> Problems:
    """No asset more that could be used."""
    usable = [each["Title"] for each in list_added(end) if each["Status"] == "Normal"]
    return [f"there are more assets: {usable}"] if usable else []


def check_streams(end: End, title: str, *definitions: str) -> Problems:
    """An asset has just these streams that play."""
    streams = end.ims.call("GetPlayInfo", MediaId=end.start_state.media_ids[title])["PlayInfoList"]
    found = sorted(stream["Definition"] for stream in streams if stream["Status"] == "Normal")
    return [] if found == sorted(definitions) else [f"its streams are {found}, not {sorted(definitions)}"]


def check_value(what: str, found: object, wanted: object) -> Problems:
    return [] if found == wanted else [f"{what} is {found!r}, not {wanted!r}"]


def check_asked_once(end: End) -> Problems:
    return [] if len(end.questions) == 1 else [f"the user was asked {len(end.questions)} times"]
