"""What a template's patterns turn into."""

from __future__ import annotations

import pytest

from ims_mcp.local.recording.templates import (
    find_file_pattern_problem,
    find_slice_pattern_problem,
    make_file_key,
    make_slice_key,
)

_START, _END = 1_769_846_400.9, 1_769_850_000.2


def test_every_variable_of_a_files_name_gets_its_value() -> None:
    pattern = "{JobId}/{Sequence}/{StartTime}_{EndTime}/{EscapedStartTime}_{EscapedEndTime}"
    assert make_file_key(pattern, "mp4", job_id="j", sequence=2, start=_START, end=_END) == (
        "j/2/2026-01-31T08:00:00Z_2026-01-31T09:00:00Z/2026-01-31-08-00-00_2026-01-31-09-00-00.mp4"
    )


def test_a_name_that_has_its_extension_gets_no_second_one() -> None:
    assert make_file_key("{StartTime}{EndTime}.flv", "flv", job_id="j", sequence=1, start=0, end=0).count(".flv") == 1


def test_a_slice_is_named_by_the_moment_it_begins() -> None:
    assert (
        make_slice_key("{JobId}/{UnixTimestamp}_{Sequence}", job_id="j", sequence=3, start=_START)
        == "j/1769846400_3.ts"
    )


@pytest.mark.parametrize("pattern", ["{StartTime}{EndTime}", "{EscapedStartTime}{EndTime}", "新/{EndTime}{StartTime}"])
def test_a_file_pattern_needs_a_start_and_an_end(pattern: str) -> None:
    assert find_file_pattern_problem(pattern) is None
    assert find_file_pattern_problem(pattern.replace("EndTime", "Sequence").replace("Escaped", "")) is not None


@pytest.mark.parametrize("added", ["/", "{UnixTimestamp}", "新" * 80])
def test_a_file_pattern_that_no_object_can_have_is_a_problem(added: str) -> None:
    assert find_file_pattern_problem(added + "{StartTime}{EndTime}") is not None


def test_a_slice_pattern_needs_its_moment_and_its_number() -> None:
    assert find_slice_pattern_problem("{UnixTimestamp}{Sequence}") is None
    assert find_slice_pattern_problem("{UnixTimestamp}") is not None
    assert find_slice_pattern_problem("{Sequence}") is not None
    assert find_slice_pattern_problem("{UnixTimestamp}{Sequence}{StartTime}") is not None
