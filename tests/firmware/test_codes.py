"""The table of codes: complete, documented, and each of them found by some test on a line that was made bad."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from firmware import manual
from firmware.catalogue import TESTS
from firmware.codes import CODES
from firmware.outcome import Outcome
from firmware.verdict import Figure, Verdict, worst, written

from core import texts

HERE = Path(__file__).resolve().parent


def test_the_page_has_the_tests_and_codes_as_they_are() -> None:
    """When this fails: python -m firmware.manual."""
    page = manual.PAGE.read_text()
    assert page == manual.written(page)


def test_every_code_is_met_in_a_test() -> None:
    met = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    assert [code for code in CODES if f'"{code}"' not in met] == []


def test_what_is_wrong_has_a_next_step_and_what_is_well_has_none() -> None:
    for code in CODES.values():
        assert bool(code.next_step) is (code.outcome is not Outcome.PASS), code.code


def test_codes_belong_to_their_tests() -> None:
    prefixes = {prefix for test in TESTS.values() for prefix in test.codes}
    assert {code.partition("-")[0] for code in CODES} == prefixes | {"CARD", "TEST", "TUNE", "TRACE"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_verdict_can_be_said(language: str) -> None:
    texts.use(language)
    for code in CODES.values():
        names = {name for text in (code.sentence, code.next_step) for _, name, _, _ in Formatter().parse(text) if name}
        verdict = Verdict("test", "span 1", code.code, fills=dict.fromkeys(names, "7"))
        assert "{" not in "".join(written(verdict))
        assert bool(re.search(r"[一-鿿]", verdict.sentence)) is (language == "zh")


def test_the_worst_of_many_verdicts() -> None:
    good, bad, none = (Verdict("t", "x", code) for code in ("SPAN-OK", "SPAN-LOS", "TEST-LAW"))
    assert worst([good, none, bad]) is Outcome.FAIL
    assert worst([good, none]) is Outcome.ABORT
    assert worst([]) is Outcome.PASS


def test_an_unknown_code_is_no_verdict() -> None:
    with pytest.raises(KeyError):
        Verdict("span", "span 1", "SPAN-PURPLE")


def test_figures_are_said_with_their_units_and_told_as_numbers() -> None:
    verdict = Verdict("battery", "channel 9", "BATTERY-OK", (Figure("volts", 47.96, "V"),))
    assert verdict.sentence == "The line has 47.96 V."
    assert verdict.facts()["figures"] == {"volts": 47.96}
