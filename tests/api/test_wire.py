"""Messages are cut and read right however they come; what cannot be read is said, and harms nobody."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api import wire
from core.api.errors import Code, Refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
LINES = st.lists(st.binary(min_size=1, max_size=40).filter(lambda line: b"\n" not in line and line.strip()))


def code(message: bytes) -> Code | None:
    """Of the refusal; None: it is a request."""
    try:
        wire.read(message)
    except Refusal as refused:
        return refused.code
    return None


@given(LINES, st.lists(st.integers(1, 30)))
def test_messages_are_whole_however_the_bytes_come(lines: list[bytes], sizes: list[int]) -> None:
    sent = b"".join(line + b"\n" for line in lines)
    splitter = wire.Splitter()
    got: list[bytes] = []
    for size in [*sizes, len(sent)]:
        got += splitter.feed(sent[:size])
        sent = sent[size:]
    assert got == lines


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_nothing_longer_than_the_limit_is_kept(pieces: list[bytes]) -> None:
    splitter = wire.Splitter(limit=50)
    try:
        for piece in pieces:
            assert all(len(line) <= 50 for line in splitter.feed(piece))
    except wire.TooLong:
        longest = max(len(line) for line in b"".join(pieces).split(b"\n"))
        assert longest > 50


def test_a_message_that_never_ends_is_too_long() -> None:
    splitter = wire.Splitter(limit=1000)
    for _ in range(10):
        assert splitter.feed(b"x" * 99) == []
    with pytest.raises(wire.TooLong):
        splitter.feed(b"x" * 99)


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else(garbage: bytes) -> None:
    assert code(garbage) in (None, Code.PARSE, Code.INVALID_REQUEST)
    wire.identity(garbage)


@given(JSON)
def test_json_that_is_no_request_is_refused(value: Any) -> None:
    message = json.dumps(value).encode()
    request = isinstance(value, dict) and isinstance(value.get("method"), str)
    assert code(message) in ((None, Code.INVALID_REQUEST) if request else (Code.PARSE, Code.INVALID_REQUEST))
    wire.identity(message)


@given(st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20) | st.none(), JSON)
def test_a_request_is_read_as_it_was_meant(identity: Any, params: Any) -> None:
    message = json.dumps({"jsonrpc": "2.0", "id": identity, "method": "a", "params": params}, allow_nan=False)
    request = wire.read(message.encode())
    assert (request.id, request.method) == (identity, "a")
    assert json.loads(bytes(request.params)) == params


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"", Code.PARSE),
        (b"{", Code.PARSE),
        (b"hello", Code.PARSE),
        (b'{"method":"\xff"}', Code.PARSE),
        (b'{"method":"\\ud800"}', Code.PARSE),
        (b"[]", Code.INVALID_REQUEST),
        (b'[{"method":"a"}]', Code.INVALID_REQUEST),
        (b"{}", Code.INVALID_REQUEST),
        (b'{"method":1}', Code.INVALID_REQUEST),
        (b'{"method":"a","jsonrpc":"1.0"}', Code.INVALID_REQUEST),
        (b'{"method":"a","id":1.5}', Code.INVALID_REQUEST),
        (b'{"method":"a","id":{}}', Code.INVALID_REQUEST),
        (b'{"method":"a","id":' + b"9" * 5000 + b"}", Code.INVALID_REQUEST),
    ],
)
def test_what_is_no_request_says_what_it_is_not(message: bytes, expected: Code) -> None:
    assert code(message) is expected


@pytest.mark.parametrize("depth", [wire.DEPTH_MAX + 1, 1000, 100_000])
def test_what_is_nested_too_deeply_is_refused_before_it_is_read(depth: int) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        deep = b'{"method":"a","id":7,"params":' + opening * depth + b"1" + closing * depth + b"}"
        with pytest.raises(Refusal) as refused:
            wire.read(deep)
        assert refused.value.code is Code.PARSE
        assert wire.identity(deep) is None


def test_brackets_in_texts_are_not_depth() -> None:
    text = "[{" * 100 + '\\"' + "]" * 3
    message = json.dumps({"method": "a", "params": {"text": text}}).encode()
    assert json.loads(bytes(wire.read(message).params))["text"] == text


def test_the_deepest_that_is_allowed_is_read() -> None:
    depth = wire.DEPTH_MAX - 1
    assert wire.read(b'{"method":"a","params":' + b"[" * depth + b"]" * depth + b"}").method == "a"


def test_a_request_that_cannot_be_read_is_answered_to_its_id() -> None:
    assert wire.identity(b'{"id":7,"method":1}') == 7
    assert wire.identity(b'{"id":1.5,"method":"a"}') is None


@given(JSON)
def test_an_answer_is_one_line(result: Any) -> None:
    sent = wire.answer(1, result)
    assert sent.endswith(b"\n")
    assert sent.count(b"\n") == 1
    assert msgspec.json.decode(sent)["id"] == 1


def test_a_refusal_has_its_word_its_text_and_its_remedy() -> None:
    sent = json.loads(
        wire.refusal(3, Refusal(Code.REFUSED, "busy", remedy="later", cause=17, about={"device": "8001"}))
    )
    assert sent["error"] == {
        "code": -32002,
        "message": "busy",
        "data": {"name": "refused", "remedy": "later", "cause": 17, "about": {"device": "8001"}},
    }


def test_every_code_is_another_one() -> None:
    assert len({code.number for code in Code}) == len({code.word for code in Code}) == len(Code)
