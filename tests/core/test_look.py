"""Tables for terminals."""

from __future__ import annotations

from core.line_command import chosen
from core.look import table
from core.queue_command import call_backs, queues


def test_columns_stand_below_each_other_also_with_chinese() -> None:
    assert table(("name", "state"), [("张伟", "idle"), ("Li", "")]) == ["name  state", "张伟  idle", "Li"]


def test_a_span_stands_for_its_lines() -> None:
    lines = [{"name": name} for name in ("8001", "e1a/1", "e1a/2", "e1ab/1")]
    assert [line["name"] for line in chosen(lines, ["e1a"])] == ["e1a/1", "e1a/2"]
    assert chosen(lines, []) == lines


def test_a_queue_says_who_waits_and_a_call_back_when_it_is_tried_again() -> None:
    row = {
        "name": "sales",
        "number": "8500",
        "waiting": 2,
        "longest_s": 75.4,
        "call_backs": 1,
        "at_work": 3,
        "logged_on": 4,
        "ready": 0,
        "offered": 10,
        "answered": 7,
        "abandoned": 1,
        "day_level": 0.875,
    }
    assert " ".join(table(*queues([row]))[1].split()) == "sales 8500 2 1:15 1 3/4 0 10 7 1 88 %"
    assert table(*queues([row | {"waiting": 0, "day_level": None}]))[1].split()[3] == "-"
    back = {"call": 7, "queue": "sales", "number": "8004", "since": 0.0, "state": "rests", "tries": 1, "at": 60.0}
    assert "rests" in table(*call_backs([back]))[1]
    assert table(*call_backs([back | {"at": None}]))[1].endswith("1")
