"""What else a caller usually sets, in a line: values and units, what is asked for first, within its bytes."""

from __future__ import annotations

import re

import pytest

from ims_mcp.catalogue import Parameter, get_operation, operations
from ims_mcp.catalogue.usual import find_unit, is_unusual, tell_usual

MOST = 330


@pytest.mark.parametrize(
    ("operation", "wish", "said"),
    [
        ("SubmitSnapshotJob", "", ("Width px", "Interval s", "Time ms", "Type=Normal|Sprite|WebVtt")),
        ("AddMediaConnectFlowInput", "", ("RTMP-PUSH", "SRT-Listener", "SrtLatency ms")),
        ("AddMediaConnectFlowOutput", "an SRT output", ("OutputProtocol=SRT-Listener|SRT-Caller|",)),
        ("SubmitASRJob", "", ("StartTime hh:mm:ss", "Duration hh:mm:ss")),
        ("SubmitMediaConvertJob", "shrink it to 480p", ("S00000001-100031 MP4 720p", "-200021 HLS 480p", "Width px")),
        ("SetEventCallback", "tell me when transcoding has ended", ("EventTypeList=TranscodeComplete|",)),
        ("AddMediaMarks", "", ("MarkStartTime s", "MarkEndTime s")),
        ("CreateLiveRecordTemplate", "", ("Format=m3u8|flv|mp4", "CycleDuration s")),
    ],
)
def test_values_and_units_of_what_callers_set_are_told(operation: str, wish: str, said: tuple[str, ...]) -> None:
    told = tell_usual(get_operation(operation), MOST, wish)
    assert all(each in told for each in said), told


@pytest.mark.parametrize("wish", ["join them as one 1080p film", "拼成一条1080p的片子", "make it 4k", "分辨率要高"])
def test_what_is_wished_for_is_told_first_where_there_is_little_room(wish: str) -> None:
    assert "OutputMediaConfig" in (told := tell_usual(get_operation("SubmitMediaProducingJob"), 60, wish))
    assert "Width px, Height px" in told


def test_a_line_keeps_within_its_bytes_and_names_only_what_there_is_and_is_usual() -> None:
    for operation in operations():
        for most in (0, 40, 120, MOST):
            told = tell_usual(operation, most, "720p every 10 seconds")
            assert len(told.encode()) <= most
            assert "ClientToken" not in told
            assert not re.search(r"\b(?:UserData|NotifyUrl|PageSize|NextToken)\b", told), operation.name


def test_what_stands_instead_of_what_the_example_has_comes_last() -> None:
    told = tell_usual(get_operation("SubmitMediaProducingJob"), 120)
    assert not re.search(r"ProjectId|TemplateId|ClipsParam", told)


def test_fields_of_another_case_than_the_examples_are_not_told() -> None:
    told = tell_usual(get_operation("CreateCustomTemplate"), 600)
    # The example is a transcoding template; a watermark has a position.
    assert "ReferPos" not in told
    assert "Bitrate kbit/s" in told


@pytest.mark.parametrize(
    ("row", "unit"),
    [
        (Parameter("Time", "integer", text="Where it begins, in milliseconds."), "ms"),
        (Parameter("Interval", "integer", text="Seconds between pictures."), "s"),
        (Parameter("Width", "integer", text="Width in pixels."), "px"),
        (Parameter("Fps", "integer", text="Frames per second, up to 60."), "fps"),
        (Parameter("Rate", "integer", text="How often a second it turns."), ""),
        (Parameter("Video", "string", text="A recording of 5 to 10 minutes."), ""),
        (Parameter("Duration", "string", text="How much of it, hh:mm:ss, at most 10 minutes."), "hh:mm:ss"),
        (Parameter("On", "boolean", text="Off after 5 seconds."), ""),
    ],
)
def test_a_unit_is_what_the_text_says_of_a_number_or_a_time(row: Parameter, unit: str) -> None:
    assert find_unit(row) == unit


def test_what_is_required_is_never_unusual() -> None:
    assert is_unusual(Parameter("PipelineId", "string"))
    assert not is_unusual(Parameter("PipelineId", "string", required=True))
