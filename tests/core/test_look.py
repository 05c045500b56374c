"""Tables for terminals."""

from __future__ import annotations

from core.line_command import chosen
from core.look import table


def test_columns_stand_below_each_other_also_with_chinese() -> None:
    assert table(("name", "state"), [("张伟", "idle"), ("Li", "")]) == ["name  state", "张伟  idle", "Li"]


def test_a_span_stands_for_its_lines() -> None:
    lines = [{"name": name} for name in ("8001", "e1a/1", "e1a/2", "e1ab/1")]
    assert [line["name"] for line in chosen(lines, ["e1a"])] == ["e1a/1", "e1a/2"]
    assert chosen(lines, []) == lines
