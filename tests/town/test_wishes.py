"""What callers of the town do at a node: always something that the node takes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ivr.nodes import Collect, Menu, Play, Queue, Record, Spoken, Survey, Voicemail
from core.town.wishes import Keys, Speech, wish

SEEDS = st.integers(0, 1000)
QUEUE = Queue(kind="queue", queue="sales")
PLAY = Play(kind="play", prompts=(Spoken(prompt="call.goodbye"),), next="end")


@given(SEEDS, st.sets(st.text("0123456789*#", min_size=1, max_size=4), min_size=1))
def test_a_menu_gets_one_of_its_keys(seed: int, keys: set[str]) -> None:
    menu = Menu(kind="menu", choices=dict.fromkeys(keys, "a"))
    wanted = wish(menu, {"a": PLAY}, Random(seed))
    assert isinstance(wanted, Keys)
    assert wanted.keys in keys


def test_most_want_people() -> None:
    menu = Menu(kind="menu", choices={"1": "a", "0": "people"})
    wanted = [wish(menu, {"a": PLAY, "people": QUEUE}, Random(seed)) for seed in range(300)]
    assert wanted.count(Keys("0")) > 200
    assert wanted.count(Keys("1")) > 0


def test_nobody_dials_a_pattern() -> None:
    assert wish(Menu(kind="menu", choices={"8XXX": "a"}), {"a": PLAY}, Random(1)) is None


@given(SEEDS, st.integers(1, 6), st.integers(0, 6))
def test_digits_are_as_many_as_are_wanted(seed: int, least: int, more: int) -> None:
    node = Collect(kind="collect", into="number", least=least, most=least + more, next="end")
    wanted = wish(node, {}, Random(seed))
    assert isinstance(wanted, Keys)
    digits = wanted.keys.removesuffix("#")
    assert least <= len(digits) <= least + more
    assert wanted.keys.endswith("#") == (len(digits) < least + more)


@given(SEEDS)
def test_scores_are_on_the_scale(seed: int) -> None:
    wanted = wish(Survey(kind="survey", question="service", least=2, most=4, next="end"), {}, Random(seed))
    assert isinstance(wanted, Keys)
    assert wanted.keys in "234"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Record(kind="record", into="words", next="end"), Speech("#")),
        (Voicemail(kind="voicemail", box="'8900'", next="end"), Speech("")),
        (QUEUE, None),
        (PLAY, None),
    ],
)
def test_where_there_is_something_to_say_he_speaks_and_else_he_waits(node: object, expected: object) -> None:
    assert wish(node, {}, Random(1)) == expected  # type: ignore[arg-type]
