"""`strowger test` and `strowger card detect`, as an installer types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from firmware import detect
from firmware.catalogue import TESTS, Subject

from core.command import main

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
