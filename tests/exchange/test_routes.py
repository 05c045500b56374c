"""Routes by caller, hour and use, and rights: what of a configuration a call meets on its way to the town."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio
import trio.testing

from core.config.model.box import Box
from core.exchange.toll_kept import KeptToll
from core.numbering.plan import NumberingPlan
from hw import wall_clock
from tests.exchange.office import RINGS, SOON, WORDS, Office, configuration, open_office
from tests.exchange.test_trunks import two_groups

pytestmark = pytest.mark.native


async def reaches(office: Office, caller: str, number: str) -> bool:
    """Whether a call of the telephone gets a line; it is over then."""
    before = office.kinds().count("TrunkSeized")
    telephone = office.phone(caller)
    await office.dial(telephone, number)
    await trio.sleep(RINGS)
    telephone.hang_up()
    await trio.sleep(3)
    return office.kinds().count("TrunkSeized") > before


async def test_a_right_that_is_taken_away_lets_the_running_call_go_on(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, exchange = office.phone("8001"), office.exchange
        await office.dial(ann, "962000003")
        await trio.sleep(RINGS)
        tables = configuration()
        tables["station"][0]["class_of_service"] = "internal"
        box = Box.model_validate(tables)
        exchange.reconfigure(box, NumberingPlan(box), {name: one.line for name, one in exchange.stations.items()})
        await trio.sleep(5)
        assert {leg.name for leg in exchange.calls[1].legs} == {"8001", "e1/1"}, office.story()
        ann.hang_up()
        await trio.sleep(2)
        assert not await reaches(office, "8001", "962000003")


async def test_a_second_call_at_once_is_one_more_than_the_class_allows(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration(
        class_of_service=[{"name": "one", "reach": "local", "limits": {"at_once": 1}}],
        numbering={"toll_from": "local"},
    )
    tables["station"][0]["class_of_service"] = "one"
    async with open_office(tables) as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000001")
        await trio.sleep(RINGS)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("962000004")
        await trio.sleep(WORDS)
        assert office.kinds().count("TrunkSeized") == 1, office.story()
        assert "TollAlarm" in office.kinds()
        ann.hang_up()
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(1)
        ann.hang_up()
        await trio.sleep(2)
        assert await reaches(office, "8001", "962000004")


async def test_the_calls_of_an_hour_count_over_a_restart_and_not_for_longer(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, zero = datetime(2026, 11, 26, 2, 58, tzinfo=UTC), trio.current_time()
    monkeypatch.setattr(wall_clock, "source", lambda: began + timedelta(seconds=trio.current_time() - zero))
    tables = configuration(
        class_of_service=[{"name": "two", "reach": "local", "limits": {"calls_per_hour": 2}}],
        numbering={"toll_from": "local"},
    )
    tables["station"][0]["class_of_service"] = "two"
    async with open_office(tables) as office:
        exchange = office.exchange
        assert await reaches(office, "8001", "962000001")
        await trio.sleep(300)
        assert await reaches(office, "8001", "962000001")
        exchange.toll = KeptToll(exchange.journal.state, exchange.clock, exchange.utc)  # as the next run makes it
        assert not await reaches(office, "8001", "962000001")
        await trio.sleep(3600 - 200)
        assert await reaches(office, "8001", "962000001")
        assert not await reaches(office, "8001", "962000001")
        counts = exchange.toll.counts("8001")
        assert (counts.calls_hour, counts.calls_day) == (2, 3)


def test_what_is_kept_of_calls_goes_after_a_day() -> None:
    state: dict[str, Any] = {}
    now = [0.0]
    zero = datetime(2026, 11, 26, tzinfo=UTC)
    toll = KeptToll(state, lambda: now[0], lambda: zero + timedelta(seconds=now[0]))
    toll.began(1, "8001")
    now[0] = 90.0
    toll.ended(1)
    assert list(state.values()) == [{"00": [1, 0.0], "01": [0, 90.0]}]
    now[0] = 26 * 3600.0
    toll.began(2, "8002")
    assert [key.rsplit("/", 1)[1] for key in state] == ["8002"]


async def test_a_route_is_closed_on_a_public_holiday_and_open_on_a_weekend_that_is_worked(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2025, 10, 1, 2, 0, tzinfo=UTC)  # National Day, a Wednesday, 10:00 in Beijing
    monkeypatch.setattr(wall_clock, "source", lambda: day + timedelta(seconds=trio.current_time()))
    hours = [{"days": "mon-fri", "open": ["09:00-18:00"]}]
    tables = configuration(calendar=[{"name": "office", "hours": hours, "holidays": "CN"}])
    tables["route"][0] |= {"calendar": "office", "when": "open"}
    async with open_office(tables) as office:
        assert not await reaches(office, "8001", "962000003")
        day = datetime(2025, 10, 11, 2, 0, tzinfo=UTC)  # a Saturday that is worked for it
        assert await reaches(office, "8001", "962000003")
        day = datetime(2025, 10, 18, 2, 0, tzinfo=UTC)  # any other Saturday
        assert not await reaches(office, "8001", "962000003")


async def test_a_route_may_be_for_some_callers_only(autojump_clock: trio.testing.MockClock) -> None:
    tables = two_groups()
    tables["route"] = [
        {"name": "boss", "match": ["9!"], "strip": 1, "groups": [{"group": "city"}], "stations": ["8001"]},
        {"name": "all", "match": ["9!"], "strip": 1, "groups": [{"group": "analog"}]},
    ]
    async with open_office(tables) as office:
        assert await reaches(office, "8001", "962000003")
        assert await reaches(office, "8002", "962000003")
        assert [event.device for event in office.events if event.kind == "TrunkSeized"] == ["e1/1", "line1"]


async def test_the_line_that_was_used_least_is_taken(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration()
    tables["trunk_group"][0] |= {"lines": ["e1/1", "e1/2", "e1/3"], "order": "least-used"}
    async with open_office(tables) as office:
        for trunk, uses in (("e1/1", 2), ("e1/3", 1)):
            office.exchange.trunks[trunk].uses = uses
        for _ in range(4):
            assert await reaches(office, "8001", "962000003")
        seized = [event.device for event in office.events if event.kind == "TrunkSeized"]
        assert seized == ["e1/2", "e1/2", "e1/3", "e1/1"], office.story()
