"""AI results read from every shape they are known to come in, and from shapes nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.summaries.ai_results import AiResults, Chapter, Line, Subject
from ims_mcp.summaries.smart_tags import Unread, open_results


def results(duration_seconds: float = 600.0, **parts: Any) -> AiResults:
    opened = open_results({"Results": [{"Type": kind, "Data": json.dumps(part)} for kind, part in parts.items()]})
    assert opened is not None
    return AiResults(opened, duration_seconds)


CHAPTER = {"id": 1, "start": 1000, "end": 60500, "headline": "Opening", "summary": "They open."}


@pytest.mark.parametrize(
    "nlp",
    [
        {"autoChapters": [CHAPTER]},
        {"AutoChapters": [{name.capitalize(): value for name, value in CHAPTER.items()}]},
        {"autoChapters": {"autoChapters": [CHAPTER]}},
        {"autoChapters": json.dumps([CHAPTER])},
        {"autoChapters": [{**CHAPTER, "start": "1000", "end": "60500"}, "no chapter", None]},
        {"autoChapters": [{**CHAPTER, "start": 1, "end": 60.5}]},
    ],
)
def test_chapters_are_read(nlp: Any) -> None:
    assert results(NLP=nlp).chapters == [Chapter(1.0, 60.5, "Opening", "They open.")]


def test_without_a_duration_times_are_in_the_documented_unit() -> None:
    assert results(0.0, NLP={"autoChapters": [{**CHAPTER, "end": 60}]}).chapters[0].to_seconds == 0.06
    assert results(0.0, ASR={"details": [{"from": 1, "to": 9000, "content": "x"}]}).transcript[0].to_seconds == 9000


LINE = {"from": 1.5, "to": 3, "content": "hello"}


@pytest.mark.parametrize(
    "asr",
    [
        {"details": [LINE]},
        [LINE],
        {"anything": [LINE]},
        {"details": [{"From": "1.5", "To": "3", "Content": "hello"}]},
        {"details": [{"start": 1.5, "end": 3, "text": "hello"}]},
        {"details": [{"from": 0, "to": 590_000, "content": "later"}, {"from": 1500, "to": 3000, "content": "hello"}]},
    ],
)
def test_the_transcript_is_read(asr: Any) -> None:
    assert results(ASR=asr).transcript[-1] == Line(1.5, 3.0, "hello")


def test_a_transcript_inside_nlp_is_read_where_there_is_no_asr() -> None:
    words = [{"start": 1000, "end": 1500, "text": "good "}, {"start": 1500, "end": 590_000, "text": "day"}]
    found = results(NLP={"transcription": {"paragraphs": [{"words": words}, {"words": []}, {}]}})
    assert found.transcript[0] == Line(1.0, 590.0, "good day")
    assert found.transcript_count == 3


def test_the_same_text_in_following_frames_is_one_line() -> None:
    frames = [{"timestamp": second, "info": [{"content": "SALE", "score": 0.9}]} for second in (0, 1, 2, 3, 60, 61)]
    found = results(OCR={"details": [*frames, {"timestamp": 62, "info": [{"content": "END"}]}]})
    assert found.on_screen_text == [Line(0.0, 3.0, "SALE"), Line(60.0, 61.0, "SALE"), Line(62.0, 62.0, "END")]
    assert found.on_screen_count == 7
    assert found.excerpt("OCR", 100) == "SALE END"


def test_on_screen_text_without_frames_is_read() -> None:
    found = results(OCR=[{"from": 1, "to": 2, "content": "A"}, {"from": 9, "to": 12, "content": "B"}])
    assert found.on_screen_text == [Line(1.0, 2.0, "A"), Line(9.0, 12.0, "B")]
    assert found.on_screen_count == 2


SEEN = [{"from": 10.0, "to": 12.0, "score": 0.9}, {"from": 0.5, "to": 2.5}, {"from": 12.5, "to": 13.0}]


@pytest.mark.parametrize("occurrences", [SEEN, [{name: str(value) for name, value in entry.items()} for entry in SEEN]])
def test_who_appears_when_is_read_sorted_and_joined(occurrences: Any) -> None:
    person = {"name": "Anna", "category": "celebrity", "ratio": 0.2, "occurrences": occurrences}
    found = results(VideoLabel={"persons": [{"name": "Bo", "occurrences": []}, person]})
    assert found.people == [
        Subject("Anna", "celebrity", 3, 5.0, [[0.5, 2.5], [10.0, 13.0]]),
        Subject("Bo", "", 0, 0, []),
    ]


def test_labels_are_named_by_their_sub_tag_and_grouped_by_their_main_tag() -> None:
    tags = [
        {"mainTagName": "object", "subTagName": "ship", "occurrences": SEEN},
        {"mainTagName": "scene"},
        {"name": "sky"},
    ]
    found = results(VideoLabel={"tags": tags, "classifications": [{"category1": "travel"}]})
    assert [(label.name, label.group) for label in found.labels] == [("ship", "object"), ("scene", ""), ("sky", "")]
    assert found.classification == "travel"


def test_times_in_milliseconds_are_known_by_the_length_of_the_asset() -> None:
    tags = [{"subTagName": "ship", "occurrences": [{"from": 400_000, "to": 500_000}]}]
    assert results(VideoLabel={"tags": tags}).labels[0].spans == [[400.0, 500.0]]


def test_summaries_are_read_with_and_without_the_object_around_them() -> None:
    texts = {
        "paragraphTitle": "T",
        "paragraphSummary": "S",
        "questionsAnsweringSummary": [{"question": "Q", "answer": "A"}],
    }
    for nlp in (
        texts,
        {"summarization": texts},
        {"summarization": {"summarization": texts}},
        {"summarization": json.dumps(texts)},
    ):
        found = results(NLP=nlp)
        assert (found.title, found.summary, len(found.questions)) == ("T", "S", 1)


def test_what_has_no_reader_is_listed_with_its_path_and_size() -> None:
    job = {
        "Results": [
            {"Type": "Process", "Data": "http://h/p"},
            {"Type": "NLP", "Data": "{"},
            "x",
            {"Type": "NLP", "Data": "{}"},
        ]
    }
    opened = open_results(job)
    assert opened is not None
    path = "MediaInfo.AiRoughData.StandardSmartTagJob.Results[{}].Data"
    assert opened.unknown == [
        Unread("Process", path.format(0), 10),
        Unread("NLP", path.format(1), 1),
        Unread("unnamed", path.format(2), 0),
    ]
    assert list(opened.parts) == ["NLP"]


@pytest.mark.parametrize("job", [{}, {"Results": None}, {"Results": []}, {"Results": "x"}])
def test_no_results_are_none(job: Any) -> None:
    assert open_results(job) is None


@pytest.mark.parametrize(
    "part", [{}, [], [1], {"details": 1}, {"tags": [None]}, {"persons": {"a": [1]}}, {"autoChapters": "x"}]
)
def test_any_shape_is_read_without_an_error(part: Any) -> None:
    found = results(NLP=part, ASR=part, OCR=part, VideoLabel=part, TextLabel=part)
    for name in ("chapters", "people", "labels", "text_labels", "keywords", "summary", "speakers", "questions"):
        assert isinstance(getattr(found, name), list | str)
    assert isinstance(found.transcript, list)
    assert isinstance(found.on_screen_text, list)
    assert found.excerpt("ASR", 50) == found.excerpt("OCR", 50) == ""


@pytest.mark.parametrize("text", ["港口" * 10_000, "a" * 10_000])
def test_the_size_of_a_long_result_is_that_of_its_text(text: str) -> None:
    opened = open_results({"Results": [{"Type": "X", "Data": text}]})
    assert opened is not None
    assert opened.unknown[0].about_bytes == len(text.encode())
