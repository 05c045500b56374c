"""`strowger card`: what an installer sees first."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from firmware import card_command as card

from core.command import main
from hw.card import Alarm

pytestmark = pytest.mark.native


def test_the_simulated_card_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "--simulated"]) == 0
    said = capsys.readouterr().out
    assert "8 station" in said
    assert "30 cas" in said


def test_every_channel_is_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "--simulated", "--json"]) == 0
    spans = json.loads(capsys.readouterr().out)["spans"]
    assert {channel["kind"] for span in spans for channel in span["channels"]} >= {
        "station",
        "trunk",
        "cas",
        "dchannel",
    }
    assert sum(len(span["channels"]) for span in spans) > 60


@pytest.mark.parametrize("alarm", list(Alarm))
def test_every_alarm_has_a_meaning_and_a_remedy(alarm: Alarm) -> None:
    span = replace(card.simulated()[0], alarms=alarm)
    row = card.rows(span, channels=True)[1]
    assert row.startswith(f"    ALARM {alarm.name}: ")
    assert row.count(".") >= 2


def test_a_machine_without_cards_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(card, "read_spans", lambda: ())
    assert main(["card"]) == 1
    assert "card detect" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["card", "tune", "9"], ["test", "echo", "9"]])
def test_a_digit_that_no_telephone_has_is_refused_before_the_line_is_seized(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--simulated", "--digit", "xx"])
    assert ended.value.code == 2
    assert "xx is no key of a telephone" in capsys.readouterr().err


def test_one_span_is_listed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "list", "3", "--simulated"]) == 0
    assert [row.split()[:2] for row in capsys.readouterr().out.splitlines()] == [["span", "3"]]
    assert main(["card", "list", "9", "--simulated"]) == 1
    assert "no span 9\n  strowger card lists the spans" in capsys.readouterr().err
