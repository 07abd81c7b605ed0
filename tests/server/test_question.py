"""The question a user reads: what decides is in it, nothing is cut without a word, and nothing in it can mislead."""

from __future__ import annotations

import json
import re
import unicodedata
from random import Random
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.schema import input_schema
from ims_mcp.errors import InvalidArguments, Refused
from ims_mcp.server.question import MAX_CHARACTERS, write_question
from ims_mcp.server.question_words import CHINESE, ENGLISH, QuestionWords, choose_words
from ims_mcp.workflows.behaviours.present_state import PresentState, Thing
from tests.all_operations.roads import calls_that
from tests.drawn_arguments import fitting


def question(name: str, **arguments: Any) -> str:
    operation = get_operation(name)
    return write_question(operation, check(operation, arguments), PresentState())


def test_long_texts_do_not_push_what_decides_out_of_the_question() -> None:
    asked = question(
        "RegisterMediaInfo",
        InputURL="oss://b/k.mp4",
        Description="d" * 1000,
        UserData={"note": "u" * 950},
        Overwrite="true",
    )
    head, call, which, why, *rest = asked.splitlines()
    assert head == "This deletes the asset that has this URL now, with its title, tags and results."
    assert call == "Call: RegisterMediaInfo"
    assert (which, why) == ("InputURL: oss://b/k.mp4", "Overwrite: true")
    assert re.fullmatch(r"Description: d+…d+ \(and 800 more characters\)", rest[0])
    assert "more characters)" in rest[1]


def test_a_long_address_does_not_hide_the_one_after_it() -> None:
    long = f"https://h/{'h' * 2100}/own.mp4"
    asked = question("DeleteMediaInfos", InputURLs=[long, "oss://prod/master-film.mp4"], DeletePhysicalFiles=True)
    head, _, count, first, second, files = asked.splitlines()
    assert "deletes their files in OSS too, which cannot be undone" in head
    assert files == "DeletePhysicalFiles: true"
    assert count == "InputURLs (2):"
    assert first.startswith("- https://h/hhh")
    assert re.search(r"…h+/own\.mp4 \(and \d+ more characters\)$", first)
    assert second == "- oss://prod/master-film.mp4"


def test_each_of_twenty_things_is_shown_and_more_are_counted() -> None:
    ids = [f"{number:032x}" for number in range(20)]
    asked = question("DeleteMediaInfos", MediaIds=ids)
    assert "MediaIds (20):" in asked
    assert all(f"- {each}" in asked for each in ids)
    keys = [f"film-{number}" for number in range(50)]
    asked = question("DeleteDNAFiles", DBId="db", PrimaryKeys=keys)
    assert "PrimaryKeys (50):" in asked
    assert [f"- {key}" for key in keys if f"- {key}\n" in asked] == [f"- {key}" for key in keys[:20]]
    assert asked.endswith("- and 30 more")


def test_what_does_not_fit_is_not_asked_and_the_call_is_to_be_split() -> None:
    entries = [
        {"MediaId": f"{number:032x}", "Status": "Blocked", "Reason": "r" * 128, "Comment": "c" * 500}
        for number in range(20)
    ]
    with pytest.raises(Refused, match="does not fit into a question") as caught:
        question("CreateAudit", AuditContent=entries)
    assert "Split it into several calls" in caught.value.explain()
    asked = question("CreateAudit", AuditContent=entries[:5])
    assert all("- {Status: Blocked, Comment: c" in line for line in asked.splitlines()[3:])
    assert all(entry["MediaId"] in asked for entry in entries[:5])


def test_arguments_there_is_no_room_for_are_named() -> None:
    asked = question(
        "UpdateMediaLiveChannel",
        ChannelId="c",
        Name="n",
        InputAttachments=[{"InputId": "i" * 100}] * 20,
        OutputGroups=[{"Name": "o" * 64, "Type": "MediaPackage", "Outputs": [{"Name": "x" * 64}]}] * 20,
        VideoSettings=[{"Name": "v" * 64}] * 20,
        AudioSettings=[{"Name": "a" * 64}] * 20,
    )
    assert len(asked) <= MAX_CHARACTERS
    for name in ("InputAttachments", "OutputGroups", "VideoSettings", "AudioSettings"):
        assert name in asked
    assert "more]" in asked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("a\u202eb\u2066c", "abc (invisible characters left out: 2)"),
        ("a\x1b[31mb\x9bc\x00", "a[31mbc (invisible characters left out: 3)"),
        ("zero\u200bwidth\u2060\ufeff", "zerowidth (invisible characters left out: 3)"),
        ("tag\U000e0041\U000e007f", "tag (invisible characters left out: 2)"),
        ("line\nOverwrite: false\u2028x\r\ny", "line Overwrite: false x y"),
        ("\u3164\u2800\ufe0f", " (invisible characters left out: 3)"),
    ],
)
def test_no_character_of_a_value_controls_reorders_or_hides(value: str, shown: str) -> None:
    asked = question("DeleteLivePackageChannelGroup", GroupName=value)
    assert asked.splitlines()[2:] == [
        f"GroupName: {shown}".rstrip() if not shown.startswith(" ") else f"GroupName: {shown}"
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "secrets"),
    [
        ("SetEventCallback", {"CallbackURL": "https://h/cb?token=Ab12Cd34Ef", "AuthKey": "Sup3rSecretKey"}, 2),
        ("UpdateMediaConnectFlowOutput", {"FlowId": "f", "OutputName": "o", "SrtPassphrase": "Ab12Cd34Ef"}, 1),
        ("UpdateLivePackageOriginEndpoint", {"AuthorizationCode": "Ab12Cd34Ef"}, 1),
        ("UpdateEditingProject", {"ProjectId": "p", "Timeline": '{"a": {"Password": "Ab12Cd34Ef"}}'}, 1),
    ],
)
def test_secrets_are_hidden(name: str, arguments: dict[str, Any], secrets: int) -> None:
    operation = get_operation(name)
    asked = write_question(operation, arguments, PresentState())
    assert "Ab12Cd34Ef" not in asked
    assert "Sup3rSecretKey" not in asked
    assert asked.count("[hidden]") + asked.count("?…") == secrets


def test_two_addresses_that_differ_in_their_query_are_told_apart() -> None:
    addresses = [f"https://b.oss-cn-shanghai.aliyuncs.com/film.mp4?versionId={number}" for number in (1, 2)]
    asked = question("DeletePlayInfo", MediaId="m", FileURLs=addresses, DeletePhysicalFiles=True)
    assert [line for line in asked.splitlines() if line.startswith("- ")] == [f"- {address}" for address in addresses]


def test_what_is_left_out_of_an_address_is_said() -> None:
    asked = question("DeleteMediaInfos", InputURLs=["https://u:p@h/film.mp4", "https://h/film.mp4?Signature=abc"])
    assert asked.splitlines()[-2:] == ["- https://h/film.mp4 ([hidden]: a signature or a password)"] * 2


def test_a_name_that_stands_twice_in_a_json_text_is_shown_twice() -> None:
    timeline = '{"VideoTracks": [{"Type": "shown"}], "VideoTracks": [{"Type": "sent"}]}'
    assert question("UpdateEditingProject", ProjectId="p", Timeline=timeline).endswith(f"Timeline: {timeline}")


def test_every_asked_operation_says_which_thing_it_is_about() -> None:
    for call in calls_that(Effect.DESTRUCTIVE):
        operation, arguments = call.operation, call.arguments
        checked = check(operation, arguments)
        head, named, *lines = write_question(operation, checked, PresentState()).splitlines()
        assert head.startswith(f"This {operation.asks_about(arguments)[0].reason}")
        assert named == f"Call: {operation.name}"
        for row in operation.parameters:
            if row.required and row.name in arguments and not row.hidden:
                told = any(line.startswith((f"{row.name}:", f"{row.name} (")) for line in lines)
                assert told, (operation.name, row.name)


def test_no_arguments_whatever_make_a_question_that_is_long_or_silent() -> None:
    asked = 0
    for operation in (each for each in operations() if each.destructive_when):
        for seed in range(20):
            arguments = fitting(input_schema(operation), Random(f"{operation.name}{seed}"))
            try:
                checked = check(operation, arguments)
                text = write_question(operation, checked, PresentState())
            except (InvalidArguments, Refused):
                continue
            asked += 1
            assert len(text) <= MAX_CHARACTERS
            for line in text.splitlines():
                assert all(unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co") for one in line), (operation, line)
            for name in checked:
                row = operation.parameter(name)
                assert row is not None
                assert name in text or row.hidden, (operation.name, name, text)
    assert asked > 500


# What there is before the call

FILM, NEWS, GONE = (letter * 32 for letter in "abc")


def test_a_deletion_says_how_many_things_go_what_they_are_called_and_where_they_are() -> None:
    operation = get_operation("DeleteMediaInfos")
    things = {
        FILM: Thing("Summer film", (("InputURL", "oss://b/summer.mp4"),)),
        NEWS: Thing("News", (("InputURL", "oss://b/news.mp4"),)),
    }
    state = PresentState(things, (GONE,), 3)
    arguments = check(operation, {"MediaIds": [FILM, NEWS, GONE]})
    assert write_question(operation, arguments, state, ENGLISH, "In region cn-shanghai.").splitlines() == [
        "This deletes assets from the library for good; leaves their files in OSS where they are. "
        '2 in all: "Summer film", "News". Not found, and not asked about: 1. In region cn-shanghai.',
        "Call: DeleteMediaInfos",
        "MediaIds (2):",
        f'- {FILM} ("Summer film"; InputURL: oss://b/summer.mp4)',
        f'- {NEWS} ("News"; InputURL: oss://b/news.mp4)',
        "Does not exist (1):",
        f"- {GONE}",
    ]
    assert write_question(operation, arguments, state, CHINESE, "地域：cn-shanghai。").splitlines() == [
        "此操作将从媒资库中永久删除媒资；保留它们在 OSS 中的文件。"
        "共 2 个：“Summer film”、“News”。另有 1 个不存在，不在此列。地域：cn-shanghai。",
        "调用：DeleteMediaInfos",
        "MediaIds (2):",
        f"- {FILM}（“Summer film”；InputURL: oss://b/summer.mp4）",
        f"- {NEWS}（“News”；InputURL: oss://b/news.mp4）",
        "不存在（1）：",
        f"- {GONE}",
    ]


def test_of_many_things_the_first_five_stand_in_the_first_sentences_and_the_others_are_counted() -> None:
    ids = [f"{number:032x}" for number in range(9)]
    state = PresentState({each: Thing(f"Film {number}") for number, each in enumerate(ids[:8])}, (ids[8],), 9)
    operation, arguments = get_operation("DeleteMediaInfos"), {"MediaIds": ",".join(ids)}
    head = write_question(operation, arguments, state).splitlines()[0]
    told = '8 in all: "Film 0", "Film 1", "Film 2", "Film 3", "Film 4" and 3 more. Not found, and not asked about: 1.'
    assert head.endswith(told)
    chinese = write_question(operation, arguments, state, CHINESE).splitlines()[0]
    told = "共 8 个：“Film 0”、“Film 1”、“Film 2”、“Film 3”、“Film 4” 等，另有 3 个。另有 1 个不存在，不在此列。"
    assert chinese.endswith(told)


def test_one_that_is_left_of_several_is_told_as_one() -> None:
    state = PresentState({FILM: Thing("Summer film")}, (GONE,), 2)
    asked = write_question(get_operation("DeleteMediaInfos"), {"MediaIds": f"{GONE},{FILM}"}, state).splitlines()
    assert asked[0].endswith(' It is "Summer film". Not found, and not asked about: 1.')
    assert asked[2:] == ["MediaIds (1):", f'- {FILM} ("Summer film")', "Does not exist (1):", f"- {GONE}"]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
def test_titles_and_present_values_of_any_length_leave_room_for_what_decides(words: QuestionWords) -> None:
    ids = [f"{number:032x}" for number in range(20)]
    long = Thing("title " * 20, (("InputURL", "oss://bucket/" + "k" * 140), ("Status", "s" * 100)))
    state = PresentState(dict.fromkeys(ids, long), tuple(ids[15:]), 20)
    arguments = {"MediaIds": ",".join(ids), "DeletePhysicalFiles": True}
    asked = write_question(get_operation("DeleteMediaInfos"), arguments, state, words, words.embedded)
    assert len(asked) <= MAX_CHARACTERS
    assert all(f"- {each}" in asked for each in ids)
    assert asked.count("title title") >= 15
    assert asked.endswith("DeletePhysicalFiles: true")
    operation = get_operation("UpdateMediaLiveChannel")
    was = {row.name: [{"x" * 300: "y" * 300}] * 50 for row in operation.parameters}
    whole: dict[str, Any] = {"ChannelId": "c", "Name": "n", "InputAttachments": [], "OutputGroups": []}
    asked = write_question(operation, whole, PresentState(was=was, comparable=frozenset(was)), words)
    assert len(asked) <= MAX_CHARACTERS
    assert "VideoSettings" in asked


def test_a_title_can_neither_leave_its_quotation_marks_nor_its_line() -> None:
    forged = 'x" (does not exist). Nothing is deleted.\nCall: GetMediaInfo\u2028\u201d\u202e'
    state = PresentState({FILM: Thing(forged * 9, (("InputURL", 'oss://b/" (now safe)'),))}, (), 1)
    for words in (ENGLISH, CHINESE):
        asked = write_question(get_operation("DeleteMediaInfos"), {"MediaIds": FILM}, state, words)
        lines = asked.splitlines()
        assert len(lines) == 3
        # Our own quotation marks, two around each of what is theirs.
        assert asked.count('"') + asked.count("“") + asked.count("”") == 6
        assert "\u202e" not in asked
        assert "…" in lines[2]


def test_a_configuration_is_shown_with_what_it_was_and_what_the_call_does_not_give_again() -> None:
    operation = get_operation("SetEventCallback")
    was = {
        "CallbackType": "HTTP",
        "CallbackURL": "https://old.example.com/hook",
        "AuthSwitch": "on",
        "AuthKey": "Sup3rSecretKey",
        "EventTypeList": "ProduceMediaComplete",
    }
    arguments = {"CallbackType": "HTTP", "CallbackURL": "https://new.example.com/hook", "AuthKey": "An0therSecret"}
    asked = write_question(operation, arguments, PresentState(was=was, comparable=frozenset(was)))
    assert 'CallbackURL: https://new.example.com/hook (now "https://old.example.com/hook")' in asked
    assert "CallbackType: HTTP\n" in asked
    assert "AuthKey: [hidden] (now [hidden])" in asked
    assert 'Not in this call: AuthSwitch (now "on")' in asked
    assert 'Not in this call: EventTypeList (now "ProduceMediaComplete")' in asked
    assert "Secret" not in asked


# In which language

CHINESE_CALLS: list[dict[str, Any]] = [
    {"Name": "模板一"},
    {"MediaMarks": [{"MarkContent": "进球"}]},
    {"Timeline": '{"Title": "\\u6d4b\\u8bd5"}'},
    {"UserData": {"deep": [{"er": "𠮷"}]}},
]
OTHER_CALLS: list[dict[str, Any]] = [
    {"Name": "template one", "Description": "Ünïcode, ru: Привет, emoji 🎬"},
    {"Name": "夏の映画"},
    {"Name": "한국어 漢字"},
    {"Name": "fullwidth：punctuation，only。"},
    {},
]


@pytest.mark.parametrize("arguments", CHINESE_CALLS)
def test_chinese_arguments_are_asked_about_in_chinese(arguments: dict[str, Any]) -> None:
    assert choose_words("auto", arguments) is CHINESE
    assert choose_words("en", arguments) is ENGLISH


@pytest.mark.parametrize("arguments", OTHER_CALLS)
def test_arguments_in_another_language_are_asked_about_in_english(arguments: dict[str, Any]) -> None:
    assert choose_words("auto", arguments) is ENGLISH
    assert choose_words("zh", arguments) is CHINESE


def test_the_clients_locale_counts_as_well() -> None:
    for locale, words in (("zh-CN", CHINESE), ("zh_TW.UTF-8", CHINESE), ("zh", CHINESE), ("en-US", ENGLISH)):
        assert choose_words("auto", {}, locale) is words


def test_a_chinese_question_holds_no_english_sentence() -> None:
    for call in calls_that(Effect.DESTRUCTIVE):
        checked = check(call.operation, call.arguments)
        asked = write_question(call.operation, checked, PresentState(), CHINESE, CHINESE.embedded)
        head = asked.splitlines()[0]
        assert head.startswith("此操作将")
        assert not re.search("[a-z]+ [a-z]+ [a-z]+", head), head


def test_both_languages_fill_in_the_same() -> None:
    for name in ENGLISH.__slots__:
        texts = (getattr(ENGLISH, name), getattr(CHINESE, name))
        assert len({frozenset(re.findall(r"(?<!\{)\{\w+\}", text)) for text in texts}) == 1, name


def test_a_fact_cannot_go_on_behind_its_bracket_nor_a_title_behind_a_mark_that_looks_like_ours() -> None:
    look_alikes = "\u201e\u201f\u02ba\u02ee\u05f4\u2033\u2036\u275d\u275e\u301d\u301e\uff02"
    state = PresentState({FILM: Thing(f"a{look_alikes}b", (("InputURL", "oss://b/k) Nothing is deleted. ("),))}, (), 1)
    for words, quoted in (
        (ENGLISH, '"oss://b/k) Nothing is deleted. ("'),
        (CHINESE, "“oss://b/k) Nothing is deleted. (”"),
    ):
        asked = write_question(get_operation("DeleteMediaInfos"), {"MediaIds": FILM}, state, words)
        assert quoted in asked
        assert not set(look_alikes) & set(asked)


def test_the_value_beside_the_name_of_a_secret_is_not_shown() -> None:
    headers = [{"Key": "Password", "Value": "S3cr3tValue0"}, {"Key": "Host", "Value": "example.com"}]
    was = {"UserData": {"headers": headers}, "Title": json.dumps(headers)}
    for arguments in ({"MediaIds": FILM}, {"MediaIds": FILM, "InputURLs": json.dumps(headers[:1])}):
        state = PresentState(was={"MediaIds": was["UserData"]}, comparable=frozenset(was))
        asked = write_question(get_operation("DeleteMediaInfos"), arguments, state)
        assert "S3cr3tValue0" not in asked.partition("InputURLs")[0]
        assert "example.com" in asked
