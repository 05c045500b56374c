"""Which rule wants a call."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.model.recording import RecordingRule
from core.recording.rules import CallFacts, lot, rule_for

FACTS = CallFacts(7, "in", frozenset({"city"}), frozenset({"8001"}), frozenset({"sales"}), "13800138000")


def rule(**settings: Any) -> RecordingRule:
    return RecordingRule.model_validate({"name": "one", **settings})


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, True),
        ({"groups": ["city"]}, True),
        ({"groups": ["analog"]}, False),
        ({"stations": ["8001", "8002"]}, True),
        ({"stations": ["8002"]}, False),
        ({"queues": ["sales"]}, True),
        ({"queues": ["service"]}, False),
        ({"numbers": ["1380!"]}, True),
        ({"numbers": ["010!"]}, False),
        ({"direction": "in"}, True),
        ({"direction": "out"}, False),
        ({"share_percent": 0.0}, False),
        ({"groups": ["city"], "stations": ["8002"]}, False),
    ],
)
def test_a_rule_fits_when_all_that_it_says_fits(settings: dict[str, Any], wanted: bool) -> None:
    assert (rule_for(FACTS, [rule(**settings)]) is not None) is wanted


def test_the_first_rule_that_fits_holds() -> None:
    rules = [rule(name="out", direction="out"), rule(name="first"), rule(name="second")]
    found = rule_for(FACTS, rules)
    assert found is not None
    assert found.name == "first"


@given(st.integers(1, 10**9), st.text(max_size=20))
def test_the_lot_is_drawn_once(call: int, name: str) -> None:
    assert lot(call, name) == lot(call, name)
    assert 0 <= lot(call, name) < 100


def test_a_share_is_a_share() -> None:
    half = rule(share_percent=50.0)
    count = sum(rule_for(CallFacts(call, "in"), [half]) is not None for call in range(2000))
    assert 900 < count < 1100
