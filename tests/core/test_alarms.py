"""Alarms stand as long as their reason does; the journal has each once."""

from __future__ import annotations

from typing import Any

import pytest

from core.alarms import Alarms, AlarmView
from hw.errors import LocalError


class Trail:
    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    def note(self, kind: str, call: int = 0, device: str = "", **data: Any) -> None:
        self.notes.append((kind, data["key"]))


@pytest.fixture
def trail() -> Trail:
    return Trail()


@pytest.fixture
def changes() -> list[tuple[str, AlarmView | None]]:
    return []


@pytest.fixture
def alarms(trail: Trail, changes: list[tuple[str, AlarmView | None]]) -> Alarms:
    alarms = Alarms(lambda key, view: changes.append((key, view)))
    alarms.trail = trail
    return alarms


def test_an_alarm_is_told_once_and_goes_once(
    alarms: Alarms, trail: Trail, changes: list[tuple[str, AlarmView | None]]
) -> None:
    for _ in range(3):
        alarms.set("span e1a", "critical", "RED", "check the cable")
    assert alarms.worst == "critical"
    for _ in range(3):
        alarms.clear("span e1a")
    assert trail.notes == [("AlarmRaised", "span e1a"), ("AlarmCleared", "span e1a")]
    assert [view is None for _, view in changes] == [False, True]
    assert alarms.worst == ""


def test_other_words_are_another_event_of_the_same_alarm_and_want_to_be_seen_again(
    alarms: Alarms, trail: Trail
) -> None:
    alarms.set("disk", "warning", "10 % free")
    since = alarms.standing["disk"].since
    assert alarms.acknowledge("disk", "Mei").seen_by == "Mei"
    alarms.set("disk", "warning", "10 % free")
    assert alarms.standing["disk"].seen_by == "Mei"
    alarms.set("disk", "critical", "5 % free")
    assert (alarms.standing["disk"].seen_by, alarms.standing["disk"].since) == ("", since)
    assert [kind for kind, _ in trail.notes] == ["AlarmRaised", "AlarmSeen", "AlarmRaised"]


def test_only_what_stands_can_be_acknowledged(alarms: Alarms) -> None:
    with pytest.raises(KeyError):
        alarms.acknowledge("disk", "Mei")


def test_the_journals_own_alarm_ends_with_an_empty_level(alarms: Alarms) -> None:
    alarms.tell("journal", "critical", "the disk is full")
    assert alarms.worst == "critical"
    alarms.tell("journal", "", "the disk works again")
    assert alarms.standing == {}


def test_what_has_happened_stands_until_it_is_seen(alarms: Alarms, trail: Trail) -> None:
    alarms.set("toll 8001", "critical", "60 calls within an hour")
    assert alarms.acknowledge("toll 8001", "Mei").seen_by == "Mei"
    assert alarms.standing == {}
    assert trail.notes[-1] == ("AlarmCleared", "toll 8001")


def test_an_alarm_of_no_kind_is_our_bug(alarms: Alarms) -> None:
    with pytest.raises(LocalError, match="of no kind"):
        alarms.set("weather", "notice", "it rains")


def test_an_unknown_level_is_our_bug(alarms: Alarms) -> None:
    with pytest.raises(LocalError, match="critical, warning, notice"):
        alarms.set("disk", "urgent", "")
