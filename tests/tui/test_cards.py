"""The cards beside the telephone are true: each code is that of the sample office, each key that of the screen."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from textual.binding import Binding

from core.config.model.features import Features
from core.config.reading import read
from tui.desk import Desk
from tui.room import Screens
from tui.team import Team

TOP = Path(__file__).resolve().parents[2]
ACTION_OF = {
    "agent_log_on": "log",
    "agent_log_off": "log",
    "agent_ready": "plain('ready')",
    "agent_not_ready": "not_ready",
    "agent_work": "work",
    "agent_end_work": "work",
    "agent_extend_work": "plain('extend')",
    "agent_rest": "rest",
    "agent_end_rest": "rest",
    "agent_help": "help",
    "agent_help_off": "help",
    "agent_pin": "more",
    "flash_alternate": "plain('alternate')",
    "flash_conference": "plain('conference')",
    "blind_transfer": "transfer",
    "mute": "mute",
    "park": "park",
    "retrieve_parked": "park",
    "record": "record('start')",
    "hand_over": "asked('flow')",
    "pick_up": "asked('pick_up')",
    "directed_pick_up": "asked('pick_up')",
    "supervisor_help": "oversee('answer_help')",
    "supervisor_listen": "oversee('listen')",
    "supervisor_whisper": "oversee('whisper')",
    "supervisor_barge_in": "oversee('barge_in')",
    "supervisor_intercept": "oversee('intercept')",
    "supervisor_trunk": "trunk",
}
SIGNS = {"plus": "+"}
CARDS = [("agent", Desk), ("agent.zh", Desk), ("supervisor", Team), ("supervisor.zh", Team)]
Rows = list[tuple[list[str], list[str]]]


def rows(card: str) -> Rows:
    """Codes and keys of each line of the tables."""
    text = (TOP / "docs" / f"{card}.md").read_text(encoding="utf-8")
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    return [(re.findall("`(.+?)`", row[1]), re.findall("`(.+?)`", row[2])) for row in cells if len(row) == 3]


def keys_of(screen: type[Screens]) -> dict[str, str]:
    """By key: the action behind it, also of the room that it is made of."""
    rooms = [one for one in reversed(screen.__mro__) if vars(one).get("ROOM")]
    bindings = [one for room in rooms for one in vars(room)["BINDINGS"] if isinstance(one, Binding)]
    return {SIGNS.get(key, key): one.action for one in bindings for key in one.key.split(",")}


@cache
def feature(code: str) -> str:
    """The service that is dialled so at the sample office."""
    features: Features = read([TOP / "config"]).box.features
    codes = {name: getattr(features, name) for name in ACTION_OF}
    exact = [name for name, value in codes.items() if value == code]
    longest = sorted((name for name, value in codes.items() if code.startswith(value)), key=lambda n: -len(codes[n]))
    return next(iter(exact or longest), "")


@pytest.mark.parametrize(("card", "screen"), CARDS)
def test_each_code_is_that_of_the_office_and_each_key_does_the_same(card: str, screen: type[Screens]) -> None:
    there = keys_of(screen)
    for codes, keys in rows(card):
        assert set(keys) <= set(there), (card, keys)
        for code in codes:
            assert ACTION_OF.get(feature(code)) in {there[key] for key in keys}, (card, code, feature(code), keys)


@pytest.mark.parametrize(("card", "screen"), CARDS)
def test_each_key_of_the_screen_stands_on_the_card(card: str, screen: type[Screens]) -> None:
    named = {key for _codes, keys in rows(card) for key in keys}
    assert set(keys_of(screen)) - {"equals_sign"} - named == set()


@pytest.mark.parametrize("card", ["agent", "supervisor"])
def test_both_languages_say_the_same(card: str) -> None:
    assert rows(card) == rows(f"{card}.zh")
