"""What a conversion job overrides of its template: slips are answered, fields nobody has written down yet are sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments

PLACE = {"Type": "OSS", "Media": "oss://example-bucket/launch.mp4"}
INPUTS = [{"InputFile": PLACE}]


def in_outputs(settings: Any) -> dict[str, Any]:
    return {"Inputs": INPUTS, "Outputs": [{"TemplateId": "t", "OutputFile": PLACE, "OverrideParams": settings}]}


def in_groups(settings: Any) -> dict[str, Any]:
    output = {"TemplateId": "t", "OutputFileName": "a.mp4", "OverrideParams": settings}
    group = {"GroupConfig": {"Type": "File", "OutputFileBase": PLACE}, "Outputs": [output]}
    return {"Inputs": INPUTS, "OutputGroups": [group]}


SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"Video": {"Kodec": "H.265"}}, "OverrideParams.Video.Kodec: unknown; did you mean Codec?"),
    ({"Video": {"codec": "H.265"}}, "OverrideParams.Video.codec: unknown; did you mean Codec?"),
    ({"Video": {"Codec": "hevc"}}, "OverrideParams.Video.Codec: 'hevc' is not one of H.264, H.265"),
    ({"Video": {"Widht": 1280}}, "OverrideParams.Video.Widht: unknown; did you mean Width?"),
    ({"Vidoe": {}}, "OverrideParams.Vidoe: unknown; did you mean Video?"),
    ({"Audio": {"Codec": "opus2"}}, "OverrideParams.Audio.Codec: 'opus2' is not one of AAC"),
    ({"Audio": {"Volume": {"Methd": "auto"}}}, "OverrideParams.Audio.Volume.Methd: unknown; did you mean Method?"),
    ({"TransConfig": {"TransMode": "twopas"}}, "OverrideParams.TransConfig.TransMode: 'twopas' is not one of"),
]
SENT: list[dict[str, Any]] = [
    {"Video": {"Codec": "H.265", "Width": 1280, "Crf": 26}, "TransConfig": {"TransMode": "fixCRF"}},
    {"Audio": {"Codec": "aac", "Bitrate": 128}},
    {"Video": {"Bitrate": 1800, "BitrateBnd": {"Max": 2000}, "Degrain": "1"}},
    {"Container": {"Format": "newest"}, "Later": {}},
]


@pytest.mark.parametrize("place", [in_outputs, in_groups])
@pytest.mark.parametrize("write", [dict, json.dumps])
@pytest.mark.parametrize(("settings", "told"), SLIPS)
def test_a_slip_in_what_is_overridden_is_named(place: Any, write: Any, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation("SubmitMediaConvertJob"), {"Config": place(write(settings))})
    (problem,) = refused.value.problems
    assert told in str(problem)


@pytest.mark.parametrize("place", [in_outputs, in_groups])
@pytest.mark.parametrize("settings", SENT)
def test_known_settings_and_fields_nobody_knows_are_sent(place: Any, settings: dict[str, Any]) -> None:
    config = place(json.dumps(settings))
    assert check(get_operation("SubmitMediaConvertJob"), {"Config": config})["Config"] == config


def test_a_clip_of_a_conversion_ends_after_it_begins() -> None:
    for features, is_right in (({"Seek": "00:00:05", "End": "00:00:09"}, True), ({"Seek": "9.5", "End": "5"}, False)):
        output = {"TemplateId": "t", "OutputFile": PLACE, "Features": {"Clip": {"TimeSpan": features}}}
        arguments = {"Config": {"Inputs": INPUTS, "Outputs": [output]}}
        if is_right:
            assert check(get_operation("SubmitMediaConvertJob"), arguments)
            continue
        with pytest.raises(InvalidArguments, match=r"TimeSpan\.End"):
            check(get_operation("SubmitMediaConvertJob"), arguments)


def test_the_older_job_takes_the_documented_codecs_only() -> None:
    settings = {"Video": {"Codec": "hevc"}, "Audio": {"Codec": "mp3"}}
    process = {"Transcode": {"TemplateId": "t", "OverwriteParams": settings}}
    arguments = {"InputGroup": [PLACE], "OutputGroup": [{"Output": PLACE, "ProcessConfig": process}]}
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation("SubmitTranscodeJob"), arguments)
    (problem,) = refused.value.problems
    assert "OverwriteParams.Video.Codec: 'hevc' is not one of H.264, H.265" in str(problem)
