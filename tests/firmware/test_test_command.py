"""`strowger test` and `strowger card detect`, as an installer types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from firmware import detect
from firmware.catalogue import TESTS, Subject

from core.command import main
from core.daemon import locked

pytestmark = pytest.mark.native

TRUNK = 9
"""The first trunk of the simulated office."""


@pytest.mark.parametrize("test", [test.name for test in TESTS.values() if test.name != "bit-error"])
def test_the_simulated_card_passes(test: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = {Subject.SPAN: 3, Subject.STATION: 1}.get(TESTS[test].subject, TRUNK)
    assert main(["test", test, str(number), "--simulated", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["test"], said["outcome"], said["next_step"]) == (test, "PASS", "")


def test_bit_errors_are_measured_over_the_loop_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "bit-error", "3", "--simulated", "--loop", "card"]) == 0
    assert "PASS   BER-OK  span 3: 0 wrong bits" in capsys.readouterr().out
    assert main(["test", "bit-error", "3", "--simulated"]) == 1
    said = capsys.readouterr().out
    assert "FAIL   BER-NOTHING" in said
    assert "Put a plug in" in said


def test_without_a_name_the_tests_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TESTS)
    assert main(["test", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["tests"]) == len(TESTS)


def test_a_test_of_nothing_is_used_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "echo"]) == 2
    assert "Which channel?" in capsys.readouterr().out
    assert main(["card", "loop"]) == 2


def test_the_simulated_card_is_detected_and_a_machine_without_one_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert main(["card", "detect", "--simulated", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cards"][0]["verdict"]["code"] == "CARD-READY"
    monkeypatch.setattr(detect, "detect", lambda: ())
    assert main(["card", "detect"]) == 1
    assert "CARD-NONE" in capsys.readouterr().out


def test_a_port_of_the_simulated_card_is_tuned(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "tune", str(TRUNK), "--simulated", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["code"] == "TUNE-OK"
    assert said["figures"]["after"] > said["figures"]["before"] + 10
    assert said["balance"]["taps"][0] == pytest.approx(30, abs=2)
    assert main(["card", "tune"]) == 2


def test_a_loop_is_closed_by_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "loop", "3", "line", "--simulated"]) == 0
    assert main(["card", "loop", "99", "line", "--simulated"]) == 1
    assert "span 99" in capsys.readouterr().err


BOX = """
[[card]]
name = "sim"
kind = "simulated"
spans = [{ kind = "stations", count = 2 }, { kind = "trunks", count = 2 }]
[[station]]
number = "8001"
card = "sim"
channel = 1
[[trunk]]
name = "line1"
card = "sim"
channel = 3
number = "66778891"
[[trunk]]
name = "line2"
card = "sim"
channel = 4
number = "66778892"
"""


@pytest.fixture
def named(tmp_path: Path) -> list[str]:
    """A box whose lines have names, and which does not run."""
    (tmp_path / "box.toml").write_text(BOX)
    return ["--simulated", "--json", "--config", str(tmp_path), "--data", str(tmp_path / "data")]


@pytest.mark.parametrize("test", [test.name for test in TESTS.values() if test.subject is Subject.LINE])
def test_lines_are_tested_by_their_names_with_the_numbers_of_the_configuration(
    test: str, named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", test, "line1", "--partner", "line2", *named]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["on"], said["outcome"]) == ("line line1", "PASS")


def test_what_is_named_and_not_there_or_of_another_kind_is_told(
    named: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def code(*words: str) -> str:
        assert main(["test", *words, *named]) == 1
        return str(json.loads(capsys.readouterr().out)["code"])

    assert code("level", "line9", "--partner", "line2") == "TEST-REFUSED"
    with locked(tmp_path / "data"):
        assert code("level", "line1", "--partner", "line2") == "TEST-REFUSED"
    (tmp_path / "box.toml").write_text("[[card]\n")
    assert code("level", "line1", "--partner", "line2") == "TEST-REFUSED"


def test_a_partner_who_cannot_be_reached_is_used_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "level", "9", "--partner", "10"]) == 2
    assert "--number" in capsys.readouterr().out
    assert main(["test", "level", "9", "--partner", "line1"]) == 2
    assert "by their names" in capsys.readouterr().out


def test_a_cord_from_a_trunks_port_and_a_port_of_another_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "hook", str(TRUNK), "--simulated", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "TEST-OTHER-KIND"
    assert main(["test", "level", "1", "--simulated", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "TEST-OTHER-KIND"


def test_a_line_is_not_its_own_partner(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "hang-up", "9", "--partner", "9", "--simulated"]) == 2
    assert "another line" in capsys.readouterr().out
