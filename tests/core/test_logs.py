"""The log: one line an event, whatever stands in it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import logs

log = logging.getLogger("core.example")


@pytest.fixture
def root() -> Iterator[None]:
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


def record(message: str, **extra: object) -> logging.LogRecord:
    return log.makeRecord(log.name, logging.WARNING, "", 0, message, (), None, extra=extra)


def test_fields_follow_the_message() -> None:
    line = logs.OneLine(journald=True).format(record("client let go", peer="Mei Li", call=17, why=""))
    assert line == '<4>core.example  client let go  peer="Mei Li" call=17 why=""'


def test_without_journald_the_line_has_time_and_level() -> None:
    line = logs.OneLine(journald=False).format(record("hello"))
    time, level, name, message = line.split()
    assert time.endswith("Z")
    assert (level, name, message) == ("warning", "core.example", "hello")


def test_a_traceback_stays_in_its_line(root: None) -> None:
    stream = io.StringIO()
    logs.begin({}, stream=stream)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("failed")
    (line,) = stream.getvalue().splitlines()
    assert "trace=" in line
    assert "two\\nlines" in line


@given(st.text(), st.text())
def test_whatever_is_logged_is_one_line(message: str, field: str) -> None:
    line = logs.OneLine(journald=True).format(record(message, field=field))
    assert "\n" not in line
    assert "\r" not in line


@given(st.text())
def test_a_field_can_be_read_back(what: str) -> None:
    shown = logs.value(what)
    if shown.startswith('"'):
        ends = {"n": "\n", "r": "\r"}
        shown = re.sub(r"\\(.)", lambda found: ends.get(found[1], found[1]), shown[1:-1])
    assert shown == what


@pytest.mark.parametrize(
    ("level", "number"),
    [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3), (logging.CRITICAL, 2)],
)
def test_priorities_are_syslogs(level: int, number: int) -> None:
    assert logs.priority(level) == number
