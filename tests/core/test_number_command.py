"""`strowger number` tells the installer where a number goes, by which entry, and what stands in its way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.command import main
from core.texts import speaking
from hw import wall_clock

OFFICE = """
[box]
area_code = "10"

[[station]]
number = "8001"
card = "a"
channel = 1
calling = "88880001"

[[station]]
number = "8002"
card = "a"
channel = 2
class_of_service = "international"

[[station]]
number = "8003"
card = "a"
channel = 3
class_of_service = "pin"

[[card]]
name = "a"
kind = "simulated"
spans = [{ kind = "stations", count = 16 }, { kind = "trunks", count = 4 }]

[[trunk]]
name = "line1"
card = "a"
channel = 17

[[trunk]]
name = "line2"
card = "a"
channel = 18

[[trunk_group]]
name = "city"
lines = ["line1"]
calling = "88880000"
cost = 0.3
did = { strip = 4 }

[[trunk_group]]
name = "night"
lines = ["line2"]
cost = 0.1

[[route]]
name = "all"
match = ["9!"]
strip = 1
groups = [{ group = "city" }]

[[route]]
name = "far"
match = ["90!"]
strip = 2
number_type = "national"
least_cost = true
groups = [{ group = "city" }, { group = "night", add = "179090", calendar = "office", when = "closed" }]

[[route]]
name = "Shenzhen"
match = ["90755!"]
strip = 1
calendar = "office"
groups = [{ group = "city" }]

[[class_of_service]]
name = "pin"
pin_reach = "international"

[[calendar]]
name = "office"
hours = [{ days = "mon-fri", open = ["09:00-18:00"] }]

[[speed_dial]]
code = "1"
number = "902188886666"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 3, 4, 4, tzinfo=UTC))  # Wednesday noon in Shanghai
    (tmp_path / "10-office.toml").write_text(OFFICE)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, list[str]]:
    code = main(["number", *words, "--config", str(folder)])
    return code, capsys.readouterr().out.splitlines()


def facts(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    code, lines = said(capsys, folder, *words, "--json")
    (line,) = lines
    found: dict[str, Any] = json.loads(line)
    return code, found


def test_every_step_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = said(capsys, folder, "9075512345678", "--from", "8002", "--at", "2026-03-04 20:00")
    assert code == 0
    assert lines == [
        "8002 dials 9075512345678, 2026-03-04 20:00 (Asia/Shanghai)",
        "",
        '9                route "all", unless more follows within 3 s',
        '90               route "far", unless more follows within 3 s',
        'no more digits   route "far"',
        "",
        "What fits, the most exact first:",
        '  90755!         route "Shenzhen"   only from 2026-03-05 09:00     10-office.toml:66',
        '  90!            route "far"        taken                          10-office.toml:58',
        '  9!             route "all"        less exact                     10-office.toml:52',
        "",
        "Public number 075512345678: long distance, Shenzhen, Guangdong",
        'Class of service "international": allowed, counted against toll fraud',
        "1. night sends 17909075512345678 (national), as no number, cost 0.1",
        "2. city sends 75512345678 (national), as 88880000, cost 0.3",
    ]


def test_the_hour_and_the_caller_make_the_difference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = facts(capsys, folder, "9075512345678")
    assert (code, found["target"]["name"], found["caller"]["station"]) == (1, "Shenzhen", "8001")
    assert found["permission"] == {"answer": "barred", "reason": "reach"}
    code, found = facts(capsys, folder, "902112345678", "--from", "8003")
    assert (code, found["permission"], found["region"]["en"]) == (1, {"answer": "needs_pin"}, "Shanghai")
    assert found["left_out"] == [{"group": "night", "reason": "calendar"}]


def test_why_it_does_not_go_is_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = said(capsys, folder, "902112345678")
    assert code == 1
    assert 'Class of service "local": barred: further than the class reaches' in lines
    assert "   not night: not at this hour" in lines
    code, lines = said(capsys, folder, "902112345678", "--from", "8003")
    assert (code, 'Class of service "pin": only with a PIN' in lines) == (1, True)
    code, lines = said(capsys, folder, "800")
    assert (code, lines[-1]) == (1, "no more digits   vacant: the number is not complete")
    code, lines = said(capsys, folder, "7")
    assert (code, lines[-1]) == (1, "7                vacant: no number begins like this")


def test_a_number_from_the_network_loses_what_the_trunk_group_strips(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = said(capsys, folder, "88888001", "--from", "city", "--calling", "13800138000")
    assert code == 0
    assert lines[0] == "A call from city brings 88888001, 2026-03-04 12:00 (Asia/Shanghai)"
    assert lines[1] == "The trunk group makes 8001 of it."
    assert lines[-1].split() == ["8001", "station", "8001", "taken", "10-office.toml:6"]


def test_a_number_that_nobody_has_goes_where_the_trunk_group_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = said(capsys, folder, "88887999", "--from", "city")
    assert (code, lines[-1]) == (1, "7                vacant: no number begins like this")
    more = 'did = { strip = 4 }\nincoming = "8002"\nnight = "8003"\ncalendar = "office"\n'
    (folder / "10-office.toml").write_text(OFFICE.replace("did = { strip = 4 }\n", more))
    code, lines = said(capsys, folder, "88887999", "--from", "city")
    assert (code, lines[1]) == (0, "Nobody has that number: the trunk group sends the call to 8002.")
    code, lines = said(capsys, folder, "88887999", "--from", "city", "--at", "2026-03-04 20:00")
    assert (code, lines[1]) == (0, "Nobody has that number: the trunk group sends the call to 8003.")


def test_an_emergency_call_and_a_speed_dial(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = facts(capsys, folder, "9110")
    assert (code, found["target"]["kind"], [choice["group"] for choice in found["choices"]]) == (
        0,
        "emergency",
        ["city", "night"],
    )
    code, found = facts(capsys, folder, "**1", "--from", "8002")
    assert (code, found["target"]["name"], found["public"]) == (0, "far", "02188886666")


def test_a_service_with_its_arguments(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = said(capsys, folder, "*57*8002#")
    assert (code, lines[3]) == (0, "*57*8002#        service forward_always (8002)")


def test_it_speaks_chinese(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with speaking("zh"):
        code, lines = said(capsys, folder, "9075512345678", "--from", "8002")
    assert code == 0
    assert any("广东省深圳市" in line for line in lines)
    assert not any("dials" in line or "Public" in line for line in lines)


@pytest.mark.parametrize("words", [("1", "--from", "8009"), ("1", "--at", "teatime")])
def test_wrong_words(folder: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, folder, *words) == (2, [])


def test_a_wrong_configuration_shows_its_mistakes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "20-more.toml").write_text('[[route]]\nname = "x"\nmatch = ["9[2"]\ngroups = [{ group = "city" }]\n')
    assert main(["number", "1", "--config", str(folder)]) == 1
    assert "20-more.toml:3" in capsys.readouterr().err
