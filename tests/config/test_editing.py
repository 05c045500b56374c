"""A file that is changed for its owner keeps everything else that he has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from core.config.editing import add, put, remove, remove_table, written

FILE = """\
# Telephones of the house.                      电话
version = 1      # of the format

[box]
name = "Office"  # on screens

# The front desk.
[[station]]
number = "8001"
name = "前台"    # who sits there

# Sales; ask Li before you change it.
[[station]]
number = "8002"
skills = { english = 3, "普通话" = 9 }
groups = [
  "a",  # first
  "b",
]
[station.extra]
deep = { x = 1 }
"""
SAMPLE = sorted((Path(__file__).parents[2] / "config").glob("*.toml"))

values = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def at(text: str, *path: str | int) -> Any:
    value: Any = tomli.loads(text)
    for part in path:
        value = value[part]
    return value


@given(values)
def test_a_value_is_read_as_it_was_written(value: Any) -> None:
    assert tomli.loads(f"x = {written(value)}")["x"] == value


@given(values)
def test_a_value_that_is_put_changes_its_place_and_nothing_else(value: Any) -> None:
    for path in (("box", "name"), ("station", 1, "skills"), ("station", 0, "new"), ("box", "新"), ("version",)):
        text = put(FILE, path, value)
        meant = tomli.loads(FILE)
        inner: Any = meant
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value
        assert tomli.loads(text) == meant
        for line in FILE.splitlines():
            if "#" in line:
                assert line[line.index("#") :] in text


@pytest.mark.parametrize("file", SAMPLE, ids=lambda file: file.name)
def test_every_setting_of_the_sample_can_be_put_and_taken_with_its_remarks_left(file: Path) -> None:
    text = file.read_text()
    remarks = [line.partition("#")[2] for line in text.splitlines() if line.startswith("#")]
    for section, rows in tomli.loads(text).items():
        tables = [(section, n) for n in range(len(rows))] if isinstance(rows, list) else [(section,)]
        for path in tables if isinstance(rows, list | dict) else []:
            for name, value in at(text, *path).items():
                assert put(text, (*path, name), value).splitlines()[:2] == text.splitlines()[:2]
                without = remove(text, (*path, name))
                assert name not in at(without, *path)
                assert [line.partition("#")[2] for line in without.splitlines() if line.startswith("#")] == remarks
                assert at(put(without, (*path, name), value), *path) == at(text, *path)


def test_a_new_setting_stands_behind_the_last_of_its_table() -> None:
    text = put(FILE, ("station", 0, "language"), "zh")
    assert 'name = "前台"    # who sits there\nlanguage = "zh"\n\n# Sales;' in text


def test_a_setting_of_a_table_that_is_written_in_one_line_is_put_there() -> None:
    text = put(FILE, ("station", 1, "skills", "english"), 7)
    assert 'skills = { english = 7, "普通话" = 9 }' in text
    assert 'skills = { english = 3, "普通话" = 9, repair = 1 }' in put(FILE, ("station", 1, "skills", "repair"), 1)
    assert "skills = { english = 3 }" in remove(FILE, ("station", 1, "skills", "普通话"))
    assert "deep = { x = 1 }" in put(FILE, ("station", 1, "skills"), {})


def test_a_table_that_is_not_there_is_made() -> None:
    assert put(FILE, ("music", "hold"), "a.wav").endswith('deep = { x = 1 }\n\n[music]\nhold = "a.wav"\n')
    assert at(put(FILE, ("station", 0, "extra", "x"), 1), "station", 0, "extra") == {"x": 1}
    assert put("", ("box", "name"), "x") == '[box]\nname = "x"\n'


def test_a_new_row_stands_behind_the_last_of_its_kind() -> None:
    text = add(FILE + "\n# The end.\n", ("station",), {"number": "8003"})
    assert text.endswith('deep = { x = 1 }\n\n[[station]]\nnumber = "8003"\n\n# The end.\n')
    assert [row["number"] for row in at(text, "station")] == ["8001", "8002", "8003"]


def test_a_row_goes_with_the_tables_in_it() -> None:
    text = remove_table(FILE, ("station", 1))
    assert [row["number"] for row in at(text, "station")] == ["8001"]
    assert text.endswith("# Sales; ask Li before you change it.\n")
    assert [row["number"] for row in at(remove_table(FILE, ("station", 0)), "station")] == ["8002"]
    assert "[station.extra]" not in text


def test_a_text_that_is_no_toml_is_not_touched() -> None:
    with pytest.raises(ValueError, match="at"):
        put("x = [", ("x",), 1)
    with pytest.raises(ValueError, match="at"):
        remove("x = [", ("x",))
    with pytest.raises(ValueError, match="at"):
        add("[", ("x",), {})
