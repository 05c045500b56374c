"""Calls that come from the town and go to it: every kind of trunk, overflow, permission, emergency, faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio
import trio.testing

from core.exchange.leg import Leg
from core.exchange.services.forwarding import set_forward
from core.exchange.trunk import Trunk
from core.store.event import Event
from hw import wall_clock
from hw.card import Alarm
from hw.signalling.line import Call as Setup
from hw.signalling.line import Presentation
from hw.sim.town import IncomingCall
from tests.exchange.office import RINGS, SOON, WORDS, Office, configuration, open_office

pytestmark = pytest.mark.native


def with_r2() -> dict[str, Any]:
    tables = configuration()
    tables["card"][0]["spans"].append({"kind": "cas"})
    tables["span"].append(
        {"name": "e2", "card": "sim", "span": 4, "signalling": "r2", "called_digits": 4, "ask_caller_after": 4}
    )
    tables["trunk_group"].append({"name": "r2", "lines": ["e2"], "calling": "66778800"})
    tables["route"].append({"name": "r2", "match": ["7!"], "strip": 1, "groups": [{"group": "r2"}]})
    return tables


async def answered_call(office: Office, way: str, number: str = "8002") -> None:
    """Somebody in town calls by that way, Ben answers, they hear each other, the town hangs up."""
    ben = office.phone(number)
    call = office.call_from_town(number, "62000001", way)
    await ben.rung(within=15)
    ben.lift()
    with trio.fail_after(5):
        await call.answered.wait()
    call.hang_up()
    await ben.hear_tone("busy", within=15)
    ben.hang_up()
    await office.all_idle(within=30)


async def test_a_call_comes_by_isdn(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        await answered_call(office, "e1")


async def test_a_call_comes_by_china_no_1(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_r2()) as office:
        await answered_call(office, "e2")


async def test_a_call_comes_by_an_analog_line_to_the_number_of_its_group(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        call = office.call_from_town("", "62000001", "line1")
        shown = await ann.show(within=20)
        assert shown.number == "62000001"
        ann.lift()
        with trio.fail_after(5):
            await call.answered.wait()
        call.hang_up()
        await ann.hear_tone("busy", within=15)


async def test_a_number_from_the_network_loses_its_front_and_gets_another(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = configuration()
    tables["trunk_group"][0]["did"] = {"strip": 5, "add": "80"}
    async with open_office(tables) as office:
        ben = office.phone("8002")
        office.call_from_town("6677802", "62000001")
        await ben.rung(within=SOON)


@pytest.mark.parametrize("number", ["8999", "80", "7"])
async def test_a_number_that_nobody_has_rings_where_the_group_says(
    number: str, autojump_clock: trio.testing.MockClock
) -> None:
    tables = configuration()
    tables["trunk_group"][0]["incoming"] = "8003"
    async with open_office(tables) as office:
        cat = office.phone("8003")
        office.call_from_town(number, "62000001")
        await cat.rung(within=SOON)


async def test_we_call_by_china_no_1_and_hear_the_town(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_r2()) as office:
        ann = office.phone("8001")
        await office.dial(ann, "762000006")
        await ann.hear_tone("ringback", within=15)
        await ann.hear_tone("busy", within=20)


async def test_we_call_by_an_analog_line(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration()
    tables["route"] = [{"name": "analog", "match": ["9!"], "strip": 1, "groups": [{"group": "analog"}]}]
    async with open_office(tables) as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000006")
        await ann.hear_tone("ringback", within=15)
        await ann.hear_tone("busy", within=25)


async def test_the_far_end_is_busy_and_ann_hears_it(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000002")
        await ann.hear_tone("busy", within=RINGS)


async def test_the_announcement_of_the_network_is_heard(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000005")
        await trio.sleep(4)
        assert (await ann.listen(1)).dbm0 > -40, office.story()


def two_groups() -> dict[str, Any]:
    tables = configuration()
    tables["trunk_group"][0]["lines"] = ["e1/1"]
    tables["route"][0]["groups"] = [{"group": "city"}, {"group": "analog"}]
    return tables


async def test_a_full_group_overflows_to_the_next(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(two_groups()) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "962000001")
        await ann.hear_tone("ringback", within=RINGS)
        await office.dial(ben, "962000009")
        await ben.hear_tone("ringback", within=15)
        seized = [event.device for event in office.events if event.kind == "TrunkSeized"]
        assert seized[0] == "e1/1"
        assert seized[1].startswith("line")


async def test_no_line_is_free(autojump_clock: trio.testing.MockClock) -> None:
    tables = two_groups()
    tables["route"][0]["groups"] = [{"group": "city"}]
    async with open_office(tables) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "962000001")
        await ann.hear_tone("ringback", within=RINGS)
        await office.dial(ben, "962000009")
        await ben.hear_tone("congestion", within=WORDS)


async def test_an_emergency_call_gets_the_line_of_another(autojump_clock: trio.testing.MockClock) -> None:
    tables = two_groups()
    tables["route"][0]["groups"] = [{"group": "city"}]
    tables["numbering"] = {"emergency_groups": ["city"]}
    tables["station"][1]["class_of_service"] = "internal"
    async with open_office(tables) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "962000001")
        await ann.hear_tone("ringback", within=RINGS)
        await office.dial(ben, "110")
        await ann.hear_tone("busy", within=SOON)
        await trio.sleep(2)
        answered = [event.call for event in office.events if event.kind == "Established" and event.device == "e1/1"]
        assert answered == [1, 2], office.story()


async def test_an_emergency_call_takes_a_free_line_of_another_group_before_anybody_gives_way(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = two_groups()
    tables["numbering"] = {"emergency_groups": ["city", "analog"]}
    async with open_office(tables) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "962000001")
        await ann.hear_tone("ringback", within=RINGS)
        await office.dial(ben, "110")
        await trio.sleep(6)
        seized = [event.device for event in office.events if event.kind == "TrunkSeized"]
        assert seized == ["e1/1", "line1"], office.story()
        assert not [event for event in office.events if event.data.get("reason") == "pre-empted"], office.story()


async def test_a_station_may_not_call_far(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "902162000001")
        await ann.hear_tone("congestion", within=WORDS)
        assert "Barred" in office.kinds()
        assert "TrunkSeized" not in office.kinds()


async def test_the_town_may_not_call_the_town_through_us(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        call = office.call_from_town("962000003", "62000001")
        with trio.fail_after(10):
            await call.ended.wait()
        assert office.kinds().count("TrunkSeized") == 1, office.story()


async def test_ann_forwards_to_the_town_only_if_she_may(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration(
        class_of_service=[{"name": "boss", "reach": "local", "forward_outside": True}],
    )
    tables["station"][1]["class_of_service"] = "boss"
    async with open_office(tables) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        for one in (ann, ben):
            await office.dial(one, "*57*962000003#")
            await trio.sleep(3)
            one.hang_up()
        await trio.sleep(2)
        assert not office.exchange.stations["8001"].kept.forward_always
        await office.dial(carl, "8002")
        await carl.hear_tone("ringback", within=RINGS)
        assert "TrunkSeized" in office.kinds()


async def test_a_forward_to_the_town_ends_after_its_days_whatever_else_is_forwarded(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, later = datetime(2026, 3, 2, 2, 0, tzinfo=UTC), timedelta()
    monkeypatch.setattr(wall_clock, "source", lambda: begun + later + timedelta(seconds=trio.current_time()))
    tables = configuration(
        class_of_service=[{"name": "boss", "reach": "local", "forward_outside": True, "forward_days": 7}],
    )
    tables["station"][1]["class_of_service"] = "boss"
    async with open_office(tables) as office:
        ben, carl = office.phone("8002"), office.phone("8003")
        station = office.exchange.stations["8002"]
        set_forward(office.exchange, station, "always", "962000003")
        later = timedelta(days=8)
        set_forward(office.exchange, station, "busy", "8004")
        set_forward(office.exchange, station, "busy", "")
        await office.dial(carl, "8002")
        await carl.hear_tone("congestion", within=WORDS)
        assert "TrunkSeized" not in office.kinds()
        carl.hang_up()
        await trio.sleep(2)
        # He may send a caller there by hand all the same.
        set_forward(office.exchange, station, "always", "")
        set_forward(office.exchange, station, "no answer", "962000003")
        later = timedelta(days=16)
        await office.connect(carl, ben)
        await ben.flash()
        await ben.hear_tone("dial", within=SOON)
        await ben.dial("*72*962000003#")
        await carl.hear_tone("ringback", within=RINGS)
        assert "TrunkSeized" in office.kinds()


async def test_a_span_fails_in_the_middle_of_a_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ben = office.phone("8002")
        office.call_from_town("8002", "62000009")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(1)
        span = office.card.span(3)
        span.alarm(Alarm.RED)
        await ben.hear_tone("busy", within=15)
        ben.hang_up()
        span.clear()
        await trio.sleep(30)
        await answered_call(office, "e1")


async def transfer_outside(office: Office, ann: str) -> None:
    """A caller from town is to be joined with somebody else in town."""
    telephone = office.phone(ann)
    office.call_from_town(ann, "62000009")
    await telephone.rung(within=SOON)
    telephone.lift()
    await trio.sleep(0.3)
    await telephone.flash()
    await telephone.hear_tone("dial", within=SOON)
    await telephone.dial("962000001#")
    await trio.sleep(6)
    telephone.hang_up()
    await trio.sleep(3)


async def test_two_outside_parties_are_not_left_alone_with_each_other(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await transfer_outside(office, "8001")
        await ann.rung(within=RINGS)  # the caller comes back
        ann.lift()
        await trio.sleep(1)
        assert {leg.name for leg in office.exchange.calls[1].legs} == {"8001", "e1/1"}
        assert len(office.exchange.calls) == 1


async def test_unless_she_may_forward_outside(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration(class_of_service=[{"name": "boss", "reach": "local", "forward_outside": True}])
    tables["station"][0]["class_of_service"] = "boss"
    async with open_office(tables) as office:
        await transfer_outside(office, "8001")
        assert {leg.name for leg in office.exchange.calls[1].legs} == {"e1/1", "e1/2"}, office.story()
        office.exchange.calls[1].end()


async def test_a_station_that_withholds_its_number_shows_it_to_the_emergency_call_only(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Presentation] = []
    seize = Trunk.seize

    def watched(trunk: Trunk, leg: Leg, setup: Setup) -> None:
        assert setup.calling is not None
        shown.append(setup.calling.presentation)
        seize(trunk, leg, setup)

    monkeypatch.setattr(Trunk, "seize", watched)
    tables = configuration()
    tables["station"][0]["withhold_number"] = True
    async with open_office(tables) as office:
        for number, phone in (("962000001", "8001"), ("110", "8001"), ("962000001", "8002")):
            await office.dial(office.phone(phone), number)
            await trio.sleep(15)
            office.phone(phone).hang_up()
            await office.all_idle(within=30)
    assert shown == [Presentation.RESTRICTED, Presentation.ALLOWED, Presentation.ALLOWED]


async def test_two_outside_parties_of_three_are_not_left_alone_with_each_other(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        office.call_from_town("8001", "62000009")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("962000001")
        await trio.sleep(8)
        await ann.flash()
        await ann.dial("3")
        await trio.sleep(1)
        assert {leg.name for leg in office.exchange.calls[1].legs} == {"8001", "e1/1", "e1/2"}, office.story()
        ann.hang_up()
        await trio.sleep(1)
        assert not office.exchange.calls, office.story()


async def test_both_ends_take_one_channel_at_once_and_both_calls_come_about(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        callers: list[IncomingCall] = []

        def cross(event: Event) -> None:
            if event.kind == "TrunkSeized" and event.data["direction"] == "out":
                callers.append(office.call_from_town("8002", "62000009"))

        office.journal.watch(cross)
        await office.dial(ann, "962000005")
        await ben.rung(within=RINGS)
        ben.lift()
        await trio.sleep(4)
        slots = {name: trunk.line.slot for name, trunk in office.exchange.trunks.items() if trunk.leg is not None}  # type: ignore[attr-defined]
        assert slots == {"e1/1": 2, "e1/2": 1}, "the network has kept the channel that both had taken"
        assert (await ann.listen(1)).dbm0 > -40, office.story()  # the announcement, on the channel that she got
        assert [{leg.name for leg in call.legs} for call in office.exchange.calls.values()] == [
            {"8001", "e1/1"},
            {"8002", "e1/2"},
        ]
        assert callers[0].answered.is_set()
        callers[0].hang_up()
        await ben.hear_tone("busy", within=SOON)
