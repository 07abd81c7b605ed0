"""The generator of bodies makes what it says it makes."""

from __future__ import annotations

import json

import pytest

from tests.bodies.media_info import CASES, body, json_strings

# Bytes of the bodies built from the documented structures, as first measured.
MEASURED = {
    "page example": 3_513,
    "one source, signed": 10_657,
    "21 files, signed": 51_969,
    "21 files, 10 min of tags": 260_279,
    "21 files, 45 min of tags": 931_592,
    "21 files, 120 min of tags": 2_374_251,
}


def test_there_are_seven_cases() -> None:
    assert len(CASES) == 7
    assert set(MEASURED) < set(CASES)


@pytest.mark.parametrize("case", MEASURED)
def test_a_body_has_about_the_size_that_was_measured(case: str) -> None:
    assert len(body(case)) == pytest.approx(MEASURED[case], rel=0.05)


def test_the_page_example_has_the_page_examples_very_bytes() -> None:
    assert len(body("page example")) == 3_513


def test_a_body_is_the_same_every_time() -> None:
    assert body("21 files, 10 min of tags") == body("21 files, 10 min of tags")


def test_the_parts_of_45_minutes_have_the_measured_sizes() -> None:
    data = json.loads(body("21 files, 45 min of tags"))
    results = data["MediaInfo"]["AiRoughData"]["StandardSmartTagJob"]["Results"]
    sizes = {result["Type"]: len(json.dumps(result["Data"], ensure_ascii=False).encode()) for result in results}
    assert sizes["OCR"] == pytest.approx(423_000, rel=0.05)
    assert sizes["VideoLabel"] == pytest.approx(361_000, rel=0.05)
    assert sizes["ASR"] == pytest.approx(78_000, rel=0.05)
    assert sizes["NLP"] == pytest.approx(16_000, rel=0.3)


def test_json_strings_finds_every_result() -> None:
    data = json.loads(body("21 files, 10 min of tags"))
    assert len([text for text in json_strings(data) if isinstance(json.loads(text), dict | list)]) == 8
