"""The question a user reads: what decides is in it, nothing is cut without a word, and nothing in it can mislead."""

from __future__ import annotations

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
from tests.all_operations.roads import calls_that
from tests.drawn_arguments import fitting


def question(name: str, **arguments: Any) -> str:
    operation = get_operation(name)
    return write_question(operation, check(operation, arguments), {})


def test_long_texts_do_not_push_what_decides_out_of_the_question() -> None:
    asked = question(
        "RegisterMediaInfo",
        InputURL="oss://b/k.mp4",
        Description="d" * 1000,
        UserData={"note": "u" * 950},
        Overwrite="true",
    )
    head, which, *rest = asked.splitlines()
    assert "deletes the asset that has this URL now" in head
    assert "(Overwrite=true)" in head
    assert which == "InputURL: oss://b/k.mp4"
    assert re.fullmatch(r"Description: d+…d+ \(and 800 more characters\)", rest[0])
    assert "more characters)" in rest[1]


def test_a_long_address_does_not_hide_the_one_after_it() -> None:
    long = f"https://h/{'h' * 2100}/own.mp4"
    asked = question("DeleteMediaInfos", InputURLs=[long, "oss://prod/master-film.mp4"], DeletePhysicalFiles=True)
    head, count, first, second = asked.splitlines()
    assert "deletes their files in OSS too, which cannot be undone (DeletePhysicalFiles=true)" in head
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
    assert all("- {Status: Blocked, Comment: c" in line for line in asked.splitlines()[2:])
    assert all(entry["MediaId"] in asked for entry in entries[:5])


def test_arguments_there_is_no_room_for_are_named() -> None:
    asked = question(
        "UpdateMediaLiveChannel",
        ChannelId="c",
        Name="n",
        InputAttachments=[{"InputId": "i" * 100}] * 10,
        OutputGroups=[{"Name": "o" * 150, "Type": "MediaPackage", "Outputs": [{"Name": "x" * 150}]}] * 10,
        VideoSettings=[{"Name": "v" * 150}] * 10,
        AudioSettings=[{"Name": "a" * 150}] * 10,
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
    assert asked.splitlines()[1:] == [
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
    asked = write_question(operation, arguments, {})
    assert "Ab12Cd34Ef" not in asked
    assert "Sup3rSecretKey" not in asked
    assert asked.count("[hidden]") + asked.count("?…") == secrets


def test_two_addresses_that_differ_in_their_query_are_told_apart() -> None:
    addresses = [f"https://b.oss-cn-shanghai.aliyuncs.com/film.mp4?versionId={number}" for number in (1, 2)]
    asked = question("DeletePlayInfo", MediaId="m", FileURLs=addresses, DeletePhysicalFiles=True)
    assert asked.splitlines()[-2:] == [f"- {address}" for address in addresses]


def test_what_is_left_out_of_an_address_is_said() -> None:
    asked = question("DeleteMediaInfos", InputURLs=["https://u:p@h/film.mp4", "https://h/film.mp4?Signature=abc"])
    assert asked.splitlines()[-2:] == ["- https://h/film.mp4 ([hidden]: a signature or a password)"] * 2


def test_a_name_that_stands_twice_in_a_json_text_is_shown_twice() -> None:
    timeline = '{"VideoTracks": ["shown"], "VideoTracks": ["sent"]}'
    assert question("UpdateEditingProject", ProjectId="p", Timeline=timeline).endswith(f"Timeline: {timeline}")


def test_every_asked_operation_says_which_thing_it_is_about() -> None:
    for call in calls_that(Effect.DESTRUCTIVE):
        operation, arguments = call.operation, call.arguments
        head, *lines = write_question(operation, check(operation, arguments), {}).splitlines()
        assert head.startswith(f"{operation.name} {operation.asks_about(arguments)[0].reason}")
        for row in operation.parameters:
            if row.required and row.name in arguments and not row.hidden:
                told = any(line.startswith((f"{row.name}:", f"{row.name} (")) for line in lines)
                assert told or f"({row.name}=" in head, (operation.name, row.name)


def test_no_arguments_whatever_make_a_question_that_is_long_or_silent() -> None:
    asked = 0
    for operation in (each for each in operations() if each.destructive_when):
        for seed in range(20):
            arguments = fitting(input_schema(operation), Random(f"{operation.name}{seed}"))
            try:
                checked = check(operation, arguments)
                text = write_question(operation, checked, {})
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
