"""Every line of a client's is answered, or said to be refused under the id its sender waits for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest

from ims_mcp.server.incoming import LineSplitter, RefusedLine, read_message
from tests.server.piped import Piped, piped

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
DEEP = "[" * 300 + "]" * 300
DEEPER = "[" * 200_000 + "]" * 200_000
CALL = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_media_info","arguments":{"query":%s}}}'
ID_LAST = '{"method":"tools/call","params":{"id":99,"name":"get_media_info","arguments":{"id":98,"x":%s}},"id":"z"}'

# What is sent, the error's code, the id it comes under, a part of its text.
REFUSED: list[tuple[str, bytes, int, Any, str]] = [
    ("half an emoji", (CALL % '"a\\ud83db"').encode(), -32700, 7, "half a surrogate pair"),
    ("the other half", (CALL % '"a\\ude00b"').encode(), -32700, 7, "half a surrogate pair"),
    ("half an emoji as a name", (CALL % '{"\\ud83d":1}').encode(), -32700, 7, "half a surrogate pair"),
    ("half an emoji as bytes", CALL.encode() % b'"\xed\xa0\xbd"', -32700, 7, "not UTF-8 (byte"),
    ("GBK", CALL.encode() % '"视频"'.encode("gbk"), -32700, 7, "not UTF-8 (byte"),
    ("an id of half an emoji", b'{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}', -32700, None, "surrogate"),
    ("depth", (CALL % DEEP).encode(), -32700, 7, "nested too deeply"),
    ("more depth, id last", (ID_LAST % DEEPER).encode(), -32700, "z", "nested too deeply"),
    ("a number of 5,000 digits", (CALL % ("9" * 5000)).encode(), -32700, 7, "too many digits"),
    ("an id of 5,000 digits", b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"ping"}', -32700, None, "digits"),
    ("half a message", b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{', -32700, 7, "not JSON (EOF"),
    ("no JSON", b"tools/list", -32700, None, "not JSON"),
    ("an id only within what is broken", b'{"params":{"title":"say "hi" {"},"id":8}', -32700, None, "not JSON"),
    ("something after it", b'{"jsonrpc":"2.0","id":7,"method":"ping"} {}', -32700, 7, "trailing"),
    ("params as a list", b'{"jsonrpc":"2.0","method":"tools/list","params":[1],"id":7}', -32600, 7, "params"),
    ("params as a string", b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":"x"}', -32600, 7, "params"),
    ("no jsonrpc", b'{"id":7,"method":"tools/list"}', -32600, 7, '"jsonrpc": "2.0"'),
    ("jsonrpc 1.0", b'{"jsonrpc":"1.0","id":7,"method":"tools/list"}', -32600, 7, '"jsonrpc": "2.0"'),
    ("no method", b'{"jsonrpc":"2.0","id":7}', -32600, 7, "has a method"),
    ("a number as method", b'{"jsonrpc":"2.0","id":7,"method":5}', -32600, 7, "method of a request is a string"),
    ("id null", b'{"jsonrpc":"2.0","id":null,"method":"tools/list"}', -32600, None, "id of a request"),
    ("id true", b'{"jsonrpc":"2.0","id":true,"method":"tools/list"}', -32600, None, "id of a request"),
    ("id 1.5", b'{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}', -32600, 1.5, "id of a request"),
    ("an object as id", b'{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}', -32600, None, "id of a request"),
    ("an empty batch", b"[]", -32600, None, "Batches"),
    ("a number", b"5", -32600, None, "JSON object"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with piped(tmp_path_factory.mktemp("home")) as running:
        running.listen()
        running.greet()
        yield running
        assert running.end()[0] == 0


@pytest.mark.parametrize(
    ("line", "code", "identity", "part"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_line_that_is_no_message_is_answered_with_an_error_and_the_next_one_served(
    line: bytes, code: int, identity: Any, part: str, server: Piped
) -> None:
    server.send(line)
    refused = server.answer()
    assert (refused["jsonrpc"], refused["id"], refused["error"]["code"]) == ("2.0", identity, code)
    assert part in refused["error"]["message"]
    server.request("next", "ping")
    assert server.answer() == {"jsonrpc": "2.0", "id": "next", "result": {}}


def test_every_request_of_a_batch_is_answered_that_batches_are_not_taken(server: Piped) -> None:
    ping = {"jsonrpc": "2.0", "method": "ping"}
    server.send(json.dumps([{**ping, "id": 1}, {**ping, "id": "b"}, ping, 5]).encode())
    answers = [server.answer() for _ in range(2)]
    assert [(each["id"], each["error"]["code"]) for each in answers] == [(1, -32600), ("b", -32600)]
    assert "a line of its own" in answers[0]["error"]["message"]


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\xef\xbb\xbf", b""), (b"", b"\r"), (b"  \t", b" "), (b"\n\r\n  \n", b""), (b"\xef\xbb\xbf\n", b"")],
    ids=["BOM", "CRLF", "blanks", "blank lines", "BOM on a line of its own"],
)
def test_what_stands_around_a_message_does_no_harm(before: bytes, after: bytes, server: Piped) -> None:
    server.send(before + b'{"jsonrpc":"2.0","id":"x","method":"ping"}' + after)
    assert server.answer() == {"jsonrpc": "2.0", "id": "x", "result": {}}


def test_text_beyond_ascii_and_numbers_beyond_json_arrive(server: Piped) -> None:
    server.send(
        '{"jsonrpc":"2.0","id":"视频 🎬","method":"tools/call","params":{"name":"search_operations",'
        '"arguments":{"query":"\\ud83c\\udfac \\u0000 视频","limit":NaN}}}'.encode()
    )
    answer = server.answer()
    assert answer["id"] == "视频 🎬"
    assert answer["result"]["isError"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("no/such", {}, -32601),
        ("completion/complete", {"ref": {"type": "ref/prompt", "name": "p"}}, -32602),
        ("logging/setLevel", {"level": "debug"}, -32601),
        ("resources/subscribe", {"uri": "file:///a"}, -32601),
        *(
            (method, {}, -32601)
            for method in ("sampling/createMessage", "roots/list", "elicitation/create", "tasks/list")
        ),
        ("", {}, -32601),
        ("tools/call", {}, -32602),
        ("tools/call", {"name": 5}, -32602),
        ("tools/call", {"name": "get_media_info", "arguments": [1]}, -32602),
        ("tools/call", {"name": "get_media_info", "arguments": "x"}, -32602),
        ("prompts/get", {"name": "record_stream", "arguments": {"stream": 1, "bucket": "b"}}, -32602),
        ("prompts/get", {"name": "record_stream", "arguments": [1]}, -32602),
        ("resources/read", {"uri": "file:///etc/passwd"}, -32602),
        ("initialize", {"protocolVersion": 5}, -32602),
    ],
)
def test_a_request_that_cannot_be_answered_is_an_error_of_its_own_kind(
    method: str, params: dict[str, Any], code: int, server: Piped
) -> None:
    server.request("odd", method, params)
    answer = server.answer()
    assert (answer["id"], answer["error"]["code"]) == ("odd", code)
    assert len(answer["error"]["message"]) < 2000
    server.request("next", "ping")
    assert server.answer() == {"jsonrpc": "2.0", "id": "next", "result": {}}


def test_what_a_request_holds_beside_what_is_known_is_passed_over(server: Piped) -> None:
    params = {"_meta": {"x": 1, "progressToken": "p"}, "extra": [1], "cursor": None}
    server.send({"jsonrpc": "2.0", "id": "more", "method": "tools/list", "params": params, "extra": {"a": 1}})
    assert server.answer()["result"]["tools"]
    server.request("none", "resources/list")
    assert server.answer()["result"]["resources"] == []


def test_notifications_of_any_kind_and_number_are_not_answered(server: Piped) -> None:
    for identity in ("nobody", 10**9, -1, "", None, 1.5, [1], {"a": 1}):
        server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identity}})
    server.send({"jsonrpc": "2.0", "method": "notifications/cancelled"})
    progress: list[dict[str, Any]] = [
        {},
        {"progressToken": "p", "progress": "x"},
        {"progressToken": "p", "progress": 1},
    ]
    for params in progress:
        server.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
    notification: dict[str, Any] = {"jsonrpc": "2.0", "method": "notifications/roots/list_changed", "params": {"a": 1}}
    server.send(*[notification] * 1000, {**notification, "method": "notifications/no/such"})
    server.request("next", "ping")
    assert server.answer() == {"jsonrpc": "2.0", "id": "next", "result": {}}


def test_requests_of_one_id_are_answered_each(server: Piped) -> None:
    for _ in range(20):
        server.call("same", "search_operations", {"query": "upload"})
    answers = [server.answer() for _ in range(20)]
    assert {answer["id"] for answer in answers} == {"same"}
    assert all("result" in answer for answer in answers)


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_many_mixed_requests_at_once_are_answered_once_each(server: Piped, count: int) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_media_info", {"MediaId": ""}),
        ("search_operations", {"query": "delete a file"}),
        ("describe_operation", {"operation": "RegisterMediaInfo"}),
        ("call_read_operation", {"operation": "NoSuchOperation"}),
        ("transfer_status", {}),
    ]
    methods = ("ping", "tools/list", "prompts/list")
    for number in range(count):
        if number % 2:
            server.call(number, *calls[number // 2 % len(calls)])
        else:
            server.request(number, methods[number // 2 % len(methods)])
    answers = [server.answer() for _ in range(count)]
    assert sorted(answer["id"] for answer in answers) == list(range(count))
    assert all("result" in answer for answer in answers)


def test_before_the_handshake_pings_are_answered_and_other_requests_refused(tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.listen()
        for method in ("tools/list", "prompts/list"):
            server.request(method, method)
            answer = server.answer()
            assert (answer["id"], answer["error"]["code"]) == (method, -32602)
        server.request("alive", "ping")
        assert server.answer() == {"jsonrpc": "2.0", "id": "alive", "result": {}}
        server.greet()
        server.request("open", "tools/list")
        assert server.answer()["result"]["tools"]


def test_a_line_beyond_the_bound_is_refused_under_its_id_wherever_that_stands(server: Piped) -> None:
    filling = b"a" * (33 * 1024 * 1024)
    server.send(b'{"jsonrpc":"2.0","id":5,"method":"ping","params":{"x":"' + filling + b'"}}')
    first = server.answer()
    server.send(b'{"method":"ping","params":{"id":4,"x":"' + filling + b'"},"jsonrpc":"2.0","id":6}')
    last = server.answer()
    assert [(each["id"], each["error"]["code"]) for each in (first, last)] == [(5, -32600), (6, -32600)]
    assert "longer than 33,554,432 bytes" in first["error"]["message"]
    server.request("next", "ping")
    assert server.answer()["id"] == "next"


def test_of_a_line_beyond_the_bound_only_its_ends_are_kept() -> None:
    lines = LineSplitter(longest=100_000)
    piece = b"x" * 65_536
    assert not any(lines.feed(piece) for _ in range(1000))
    held = sum(len(value) for value in vars(lines).values() if isinstance(value, bytes | bytearray))
    assert held < 10_000
    [refused, whole] = lines.feed(b'x"}\n{"a":1}\n{"b"')
    assert isinstance(refused, RefusedLine)
    assert whole == b'{"a":1}'
    assert lines.end() == b'{"b"'


def test_the_first_lines_may_be_unreadable_in_the_newest_era_too(tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.listen()
        server.send(b"hello", (CALL % '"\\ud83d"').encode())
        assert [server.answer()["id"] for _ in range(2)] == [None, 7]
        server.request(1, "tools/list", {"_meta": META})
        assert server.answer()["result"]["tools"]
        server.send(b"hello")
        assert server.answer()["error"]["code"] == -32700


def test_refused_lines_are_logged_without_their_content_and_not_without_end(tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.listen()
        server.greet()
        for _ in range(300):
            server.send(b"SECRET WORD")
        assert {server.answer()["error"]["code"] for _ in range(300)} == {-32700}
        code, errors = server.end()
    logged = [json.loads(line) for line in errors.splitlines()]
    assert code == 0
    assert len(logged) == 20
    assert {entry["level"] for entry in logged} == {"warning"}
    assert "not JSON" in logged[0]["message"]
    assert "Further ones are not logged" in logged[-1]["message"]
    assert "SECRET" not in errors


def test_an_answer_of_the_clients_that_cannot_be_read_ends_the_wait_for_it(tmp_path: Path) -> None:
    with piped(tmp_path, "--endpoint", "http://127.0.0.1:9") as server:
        server.listen()
        server.greet(elicitation={})
        server.call(1, "delete_media_infos", {"MediaIds": "x"})
        question = server.answer()
        assert question["method"] == "elicitation/create"
        content = b'{"action":"accept","content":{"confirm":"\\ud83d"}}'
        server.send(b'{"jsonrpc":"2.0","id":%d,"result":%b}' % (question["id"], content))
        answer = server.answer()
    assert answer["id"] == 1
    assert "error" in answer or answer["result"]["isError"]


def test_messages_are_read_as_they_are() -> None:
    assert isinstance(read_message(b'{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":"\\\\ud83d"}}'), JSONRPCRequest)
    assert isinstance(read_message(b'{"jsonrpc":"2.0","method":"a","params":{"id":1}}'), JSONRPCNotification)
    assert read_message(b" \r") is None
    unreadable = read_message(b'{"jsonrpc":"2.0","id":3,"result":[]}')
    assert isinstance(unreadable, JSONRPCError) and unreadable.id == 3
    nobody = read_message(b'{"jsonrpc":"2.0","id":null,"result":[]}')
    assert isinstance(nobody, RefusedLine) and nobody.ids == (None,)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 3_000_000,
        b"[{" * 1_000_000,
        b'{"id":1,' + b'"a",' * 1_000_000,
        b'{"id":"' + b"a" * 3_000_000,
        b'"' + b"\\u" * 1_000_000,
        b"\\" * 3_000_000,
        b'{"a":"' + b'\\"' * 1_000_000,
    ],
)
def test_no_line_is_too_much_to_be_refused(line: bytes) -> None:
    assert isinstance(read_message(line), RefusedLine)
