"""A setting is changed in the file in which it counts, whoever wrote which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

from core.config.sheet import Found, Sheet

TEXTS = {
    "10-box.toml": 'version = 1\n[box]\nname = "Office"\n',
    "40-people.toml": '[[station]]\nnumber = "8001"\nname = "Ann"\n\n[[station]]\nnumber = "8002"\n',
    "90-local.toml": '[[station]]\nnumber = "8001"\nlanguage = "en"\n',
}
SAMPLE = {path.name: path.read_text() for path in (Path(__file__).parents[2] / "config").glob("*.toml")}


def after(sheet: Sheet, *changes: tuple[str, str]) -> Sheet:
    return Sheet({**sheet.texts, **dict(changes)})


def test_a_row_of_two_files_is_one() -> None:
    sheet = Sheet(TEXTS)
    assert sheet.rows("station") == ["8001", "8002"]
    assert sheet.row("station", "8001") == {"number": "8001", "name": "Ann", "language": "en"}
    assert sheet.found("station", "8001", "name") == Found("Ann", "40-people.toml", 3)
    assert sheet.found("station", "8001", "language") == Found("en", "90-local.toml", 3)
    assert sheet.found("station", "8001", "hot_line") is None
    assert sheet.found("", "", "version") == Found(1, "10-box.toml", 1)
    assert sheet.place("station", "8002") == ("40-people.toml", 5)


@pytest.mark.parametrize(
    ("section", "row", "setting", "value", "file"),
    [
        ("station", "8001", "name", "王芳", "40-people.toml"),
        ("station", "8001", "language", "zh", "90-local.toml"),
        ("station", "8001", "hot_line", "110", "90-local.toml"),
        ("station", "8002", "hot_line", "110", "40-people.toml"),
        ("box", "", "name", "Mine", "10-box.toml"),
        ("box", "", "deep.er", 1, "10-box.toml"),
        ("music", "", "hold", "a.wav", "90-local.toml"),
        ("", "", "version", 2, "10-box.toml"),
    ],
)
def test_a_setting_is_put_where_it_counts(section: str, row: str, setting: str, value: Any, file: str) -> None:
    sheet = Sheet(TEXTS)
    name, text = sheet.put(section, row, setting, value)
    assert name == file
    found = after(sheet, (name, text)).found(section, row, setting)
    assert found is not None
    assert found.value == value


def test_what_is_taken_away_lets_the_earlier_file_count() -> None:
    sheet = after(Sheet(TEXTS), ("95.toml", '[box]\nname = "Later"\n'))
    assert sheet.found("box", "", "name") == Found("Later", "95.toml", 2)
    change = sheet.remove("box", "", "name")
    assert change is not None
    assert after(sheet, change).found("box", "", "name") == Found("Office", "10-box.toml", 3)
    assert sheet.remove("box", "", "country") is None


def test_a_new_row_stands_with_its_like_and_goes_from_all_files() -> None:
    sheet = Sheet(TEXTS)
    name, text = sheet.add("station", {"number": "8003"})
    assert name == "40-people.toml"
    assert after(sheet, (name, text)).rows("station") == ["8001", "8002", "8003"]
    gone = Sheet({**TEXTS, **sheet.drop("station", "8001")})
    assert gone.rows("station") == ["8002"]
    assert set(sheet.drop("station", "8001")) == {"40-people.toml", "90-local.toml"}


def test_a_file_that_is_no_toml_is_left_alone() -> None:
    sheet = Sheet({**TEXTS, "40-people.toml": "[[station\n"})
    assert sheet.unreadable == ["40-people.toml"]
    assert sheet.rows("station") == ["8001"]
    with pytest.raises(ValueError, match="not there"):
        sheet.put("station", "8002", "name", "x")


def test_every_setting_of_the_sample_is_found_where_it_stands() -> None:
    sheet = Sheet(SAMPLE)
    for section in sheet.sections():
        for row in sheet.rows(section):
            for setting, value in sheet.row(section, row).items():
                found = sheet.found(section, row, setting)
                assert found is not None
                assert found.value == value
                assert setting in SAMPLE[found.file].splitlines()[found.line - 1]
                name, text = sheet.put(section, row, setting, value)
                assert tomli.loads(text) == tomli.loads(SAMPLE[name])


def test_a_line_is_known_by_what_stands_there() -> None:
    text = '[box]\nname = "x"\n[[span]]\nname = "e1"\ntimers = { t1 = 1,\n t2 = 2 }\n[[span]]\nname = "e2"\n'
    sheet = Sheet({"a.toml": text.replace("{ t1 = 1,\n t2 = 2 }", "[\n1,\n2\n]")})
    told = [sheet.whose("a.toml", line) for line in range(1, 11)]
    timers = ("span", "e1", "timers")
    assert told[:4] == [("box", "", ""), ("box", "", "name"), ("span", "e1", ""), ("span", "e1", "name")]
    assert told[4:8] == [timers] * 4
    assert told[8:] == [("span", "e2", ""), ("span", "e2", "name")]
    assert sheet.whose("b.toml", 1) == ("", "", "")
